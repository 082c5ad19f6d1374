"""What the loss of lanes costs: each alone, groups as one event, random states of all.

Every answer equals closing the lanes and computing anew.
"""

from .lane_failures import (
    drawn_blockages,
    event_losses,
    keep_clear,
    lane_losses,
    lane_probabilities,
    opening_gains,
)

__all__ = [
    "drawn_blockages",
    "event_losses",
    "keep_clear",
    "lane_losses",
    "lane_probabilities",
    "opening_gains",
]
