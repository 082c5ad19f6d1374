"""A province in parts that each hold only what may reach them, with the answers of one graph."""

from .cutting import Kept, community_groups, cut, part_of
from .halo import halo_m, usual_horizon_s, within
from .merging import lost_columns, merged_losses

__all__ = [
    "Kept",
    "community_groups",
    "cut",
    "halo_m",
    "lost_columns",
    "merged_losses",
    "part_of",
    "usual_horizon_s",
    "within",
]
