"""A province in parts that each hold only what may reach them, with the answers of one graph."""

from .cutting import Kept, community_groups, cut, part_of
from .halo import halo_m, usual_horizon_s, within
from .joining import joined_district, named_by
from .merging import lost_columns, merged_losses
from .part import Part, parts_of_town
from .ranking import Standing, among_all, by_id, donors_of_all, rank_draws, standing
from .sites import (
    Allocation,
    Frontier,
    ProvinceSites,
    allocate,
    frontier,
    part_candidates,
    site_districts,
    site_rows,
    stacked_sites,
)
from .stages import Asked, Seen, assessed, drawn, finished, seen

__all__ = [
    "Allocation",
    "Asked",
    "Frontier",
    "Kept",
    "Part",
    "ProvinceSites",
    "Seen",
    "Standing",
    "allocate",
    "among_all",
    "assessed",
    "by_id",
    "community_groups",
    "cut",
    "donors_of_all",
    "drawn",
    "finished",
    "frontier",
    "halo_m",
    "joined_district",
    "lost_columns",
    "merged_losses",
    "named_by",
    "part_candidates",
    "part_of",
    "parts_of_town",
    "rank_draws",
    "seen",
    "site_districts",
    "site_rows",
    "stacked_sites",
    "standing",
    "usual_horizon_s",
    "within",
]
