"""What a page needs to answer "what if" by itself: how every vehicle passes at every moment.

Lanes may be opened in the page, so their times are those of an open lane, beside a mark where the
vehicle is now stopped by what opening takes away: too little width, an obstacle, a market.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..geo.arrays import Ints, Longs
from ..geo.ground import (
    IMPASSABLE,
    Limit,
    Passage,
)
from ..geo.rules import Reading
from ..geo.town import Town
from ..geo.words import Vehicle
from .reach import READINGS, Moment

OPENING = (Limit.WIDTH, Limit.BLOCKAGE)  # what opening a lane takes away, in `weizhan.geo.plan`


@dataclass(frozen=True)
class OpenPassage:
    """How one vehicle passes every lane under one reading at one moment.

    Attributes
    ----------
    forward_ms, backward_ms
        ``(lanes,)`` int32 when the lane is opened; `IMPASSABLE` where the vehicle does not pass
        an open lane either.
    stopped
        ``(lanes,)`` 0 where the vehicle passes or opening does not help, else one more than the
        place in `OPENING` of what stops it.
    leave_ms
        ``(nodes,)`` as in `weizhan.geo.ground.passability.Passage`.
    """

    forward_ms: Ints
    backward_ms: Ints
    stopped: Longs
    leave_ms: Ints


Moments = Mapping[str, Mapping[Reading, Mapping[Vehicle, OpenPassage]]]


def moments(town: Town, *, day: dt.date, seed: int = 1) -> Moments:
    """Return how every vehicle passes, by scenario of the town and reading.

    Parameters
    ----------
    town
        A loaded town.
    day
        Of the assessment, by which lane reports age.
    seed
        Of the fit of speeds, as in `weizhan.coverage.assessment.assess`.
    """
    first = Moment(town, next(iter(town.scenarios.values())), day, seed=seed)
    found: dict[str, dict[Reading, dict[Vehicle, OpenPassage]]] = {}
    for name, scenario in town.scenarios.items():
        moment = first.under(scenario)
        found[name] = {}
        for reading in READINGS:
            now = moment.passages(reading)
            opened = moment.passages(reading, without=OPENING)
            found[name][reading] = {
                vehicle: OpenPassage(
                    free.forward_ms,
                    free.backward_ms,
                    _stopped(now[vehicle], free),
                    free.leave_ms,
                )
                for vehicle, free in opened.items()
            }
    return found


def _stopped(now: Passage, free: Passage) -> Longs:
    """Return what stops a vehicle where it would pass an opened lane."""
    passes = np.minimum(free.forward_ms, free.backward_ms) < IMPASSABLE
    stops = sum(np.where(now.limit == limit, at + 1, 0) for at, limit in enumerate(OPENING))
    return np.where(passes, stops, 0).astype(np.int64)
