"""What lanes cost when they fail, of each lane and of each event."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..reach import Moment
from .lane_failures import event_losses, keep_clear, lane_losses


@dataclass(frozen=True)
class Closures:
    """What lanes cost when they fail.

    Attributes
    ----------
    lanes
        As `lane_losses` and `keep_clear` give them, one row a lane.
    events
        As `event_losses` gives them, by event and tier.
    """

    lanes: pd.DataFrame
    events: dict[str, dict[str, dict[str, float]]]


def closure_costs(moment: Moment, *, workers: int) -> Closures:
    """Return what lanes cost when they fail, and which must stay clear.

    Parameters
    ----------
    moment
        With its stations and lanes.
    workers
        Threads; the answer does not depend on them.
    """
    costs = lane_losses(moment, workers=workers)
    ranked = keep_clear(costs, moment.states, list(moment.town.rules.tier))
    return Closures(costs.join(ranked), event_losses(moment))
