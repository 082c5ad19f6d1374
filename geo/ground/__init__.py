"""Where things are: datums, repaired geometry, terrain, the lane network and what passes it.

No table is read here and nothing is assessed.
"""

from .datum import (
    HYPOTHESES,
    DatumGuess,
    from_wgs84,
    geometry_to_wgs84,
    is_swapped,
    judged,
    metric_crs,
    sniff_datum,
    to_wgs84,
)
from .hillshade import Hillshade, hillshade
from .network import MILLIMETRE, Cross, Network, build_network
from .network_part import part_of_network
from .passability import CLASS_WHEN_UNKNOWN, IMPASSABLE, Conditions, Limit, Passage, passage
from .ranges import column_read
from .repair import repair_lines, repair_points, repair_polygons
from .separation import clusters, largest_first, linked, neighbours
from .snapping import PARTS, Positions, attachable, snap
from .terrain import UNCERTAINTY_PCT, lane_slopes, read_terrain, with_slopes
from .transforms import between

__all__ = [
    "CLASS_WHEN_UNKNOWN",
    "HYPOTHESES",
    "IMPASSABLE",
    "MILLIMETRE",
    "PARTS",
    "UNCERTAINTY_PCT",
    "Conditions",
    "Cross",
    "DatumGuess",
    "Hillshade",
    "Limit",
    "Network",
    "Passage",
    "Positions",
    "attachable",
    "between",
    "build_network",
    "clusters",
    "column_read",
    "from_wgs84",
    "geometry_to_wgs84",
    "hillshade",
    "is_swapped",
    "judged",
    "lane_slopes",
    "largest_first",
    "linked",
    "metric_crs",
    "neighbours",
    "part_of_network",
    "passage",
    "read_terrain",
    "repair_lines",
    "repair_points",
    "repair_polygons",
    "snap",
    "sniff_datum",
    "to_wgs84",
    "with_slopes",
]
