"""What people call by name: estates, offices of fire work, grids, devices, large events.

Also what each community has of its own, with denominators; unknown stays missing.
"""

from .aerial import aerial_table
from .area_hazards import hazard_areas
from .blocks import BANDS, block_areas, cover_bands, public_blocks
from .community_numbers import WORK, add_community_work, community_work
from .crossings import crossed_places
from .estates import estate_table
from .gatherings import Surrounding, surrounding
from .grids import grid_table
from .hydrants import WaterTold, best_hydrants, hydrant_places, hydrant_sites, water_told
from .monitoring import device_counts, device_points, monitored_table
from .offices import office_table, without_office
from .open_days import in_use
from .places import Places, town_places

__all__ = [
    "BANDS",
    "WORK",
    "Places",
    "Surrounding",
    "WaterTold",
    "add_community_work",
    "aerial_table",
    "best_hydrants",
    "block_areas",
    "community_work",
    "cover_bands",
    "crossed_places",
    "device_counts",
    "device_points",
    "estate_table",
    "grid_table",
    "hazard_areas",
    "hydrant_places",
    "hydrant_sites",
    "in_use",
    "monitored_table",
    "office_table",
    "public_blocks",
    "surrounding",
    "town_places",
    "water_told",
    "without_office",
]
