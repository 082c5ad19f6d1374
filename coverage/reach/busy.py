"""Crews that are out at another call: who is asked in which order, and the chance of a free one.

The approximation of Larson's hypercube without its correction: each crew is out independently of
the others, and takes the calls of its own area and those for which all nearer crews are out. It is
right to first order in the load; with crews out a tenth of the time the chance that two are out at
once is too small by less than a hundredth (tests against a simulation of calls).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geo.arrays import Flags, Floats, Longs
from .moment import Moment
from .travel import reach_matrix

NOBODY: Final = -1
_ROUNDS: Final = 1000
_CLOSE: Final = 1e-12


@dataclass(frozen=True, eq=False)
class AnswerOrder:
    """Which crews are asked for a call at each building, the earliest first.

    Attributes
    ----------
    crew
        ``(buildings, most)`` crews of the tier, `NOBODY` behind the last.
    within
        ``(buildings, most)`` whether that crew is within the standard.
    """

    crew: Longs
    within: Flags


def answer_order(moment: Moment, tier: str, *, stand_in: float) -> AnswerOrder:
    """Return which crews of a tier are asked for a call at each building.

    Parameters
    ----------
    moment
        Who is on duty, and when they are there at typical values.
    tier
        Name of the tier.
    stand_in
        Times the standard beyond which a crew stands in for nobody.
    """
    rule, crews, plan = moment.town.rules.tier[tier], moment.crews(tier), moment.journey(tier)
    limit_ms = round(rule.standard_s.value * 1000)
    last_ms = round(rule.standard_s.value * 1000 * max(stand_in, 1.0))
    matrix = reach_matrix(plan, crews=len(crews.rows), limit_ms=last_ms).tocoo()
    ms = matrix.data + crews.access_ms[matrix.col]
    keep = ms <= last_ms
    building, crew, ms = matrix.col[keep], matrix.row[keep], ms[keep]
    by = np.lexsort((crew, ms, building))
    building, crew, ms = building[by], crew[by], ms[by]
    count = np.bincount(building, minlength=len(moment.town.buildings))
    rank = np.arange(len(building)) - np.repeat(np.cumsum(count) - count, count)
    shape = len(count), int(count.max(initial=0))
    order = AnswerOrder(np.full(shape, NOBODY, dtype=np.int64), np.zeros(shape, dtype=bool))
    order.crew[building, rank] = crew
    order.within[building, rank] = ms <= limit_ms
    return order


def chances_out(order: AnswerOrder, calls_per_hour: Floats, *, hours: float, crews: int) -> Floats:
    """Return the chance that each crew is out when the next call comes.

    Parameters
    ----------
    order
        From `answer_order`.
    calls_per_hour
        ``(buildings,)`` of the hour in question.
    hours
        From the call until the crew may go out again.
    crews
        How many there are.

    Returns
    -------
    ndarray
        ``(crews,)``; a call for which nobody is free is answered from elsewhere and waits for
        nobody here.

    Examples
    --------
    One crew with a call in ten hours, each of one hour, is out one hour in eleven:

    >>> order = AnswerOrder(np.array([[0]]), np.array([[True]]))
    >>> chances_out(order, np.array([0.1]), hours=1.0, crews=1).round(4).tolist()
    [0.0909]
    """
    out = np.zeros(crews)
    turns = [(np.flatnonzero(crew != NOBODY), crew[crew != NOBODY]) for crew in order.crew.T]
    for _ in range(_ROUNDS):  # from nobody out upwards, so that it settles at the lowest answer
        load, asked = np.zeros(crews), calls_per_hour * hours
        for there, crew in turns:
            load += np.bincount(crew, asked[there], crews)
            asked[there] *= out[crew]
        before, out = out, load / (1 + load)
        if np.abs(out - before).max(initial=0.0) < _CLOSE:
            break
    return out


def free_in_time(order: AnswerOrder, out: Floats) -> Floats:
    """Return the chance that some crew within the standard is free, ``(buildings,)``.

    Parameters
    ----------
    order
        From `answer_order`.
    out
        From `chances_out`.
    """
    if not len(out):
        return np.zeros(len(order.crew))
    return np.asarray(1 - np.where(order.within, out[order.crew], 1.0).prod(axis=1))
