"""What the loss of lanes costs: each alone, groups as one event, random states of all.

Every answer equals closing the lanes and computing anew.
"""

from .costs import Closures, closure_costs
from .drawn_lanes import blockage_causes, drawn_blockages
from .lane_failures import (
    UNTOLD,
    WEIGHTS,
    LaneDraws,
    cluster_figures,
    event_losses,
    keep_clear,
    lane_draws,
    lane_losses,
    told_losses,
)
from .openings import opening_gains

__all__ = [
    "UNTOLD",
    "WEIGHTS",
    "Closures",
    "LaneDraws",
    "blockage_causes",
    "closure_costs",
    "cluster_figures",
    "drawn_blockages",
    "event_losses",
    "keep_clear",
    "lane_draws",
    "lane_losses",
    "opening_gains",
    "told_losses",
]
