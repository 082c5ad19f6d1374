"""明查暗访: as many premises as fit are drawn, so that no search keeps the convenient ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from ...geo.teams import Team
from ...geo.town import Town
from .planning import Rounds, plan_rounds
from .visits import visits_for

#: Why a visit is left out that fewer visits would let in.
CROWDED: Final = frozenset({"time"})


def plan_drawn(
    drawn: Callable[[int], pd.DataFrame],
    town: Town,
    cases: pd.DataFrame,
    teams: Sequence[Team],
    days: Sequence[dt.date],
    *,
    most: int,
    plan: Callable[..., Rounds] = plan_rounds,
) -> tuple[pd.DataFrame, Rounds]:
    """Return the largest sample found that some teams can visit whole, and its rounds.

    Parameters
    ----------
    drawn
        Returns the reasons of a sample of a size. A smaller sample is the first part of a larger
        one (`weizhan.coverage.rounds.reasons_to_visit.draw` is so with one seed), so that who is
        visited is decided by the draw alone.
    town, cases
        For the visits.
    teams, days
        Who goes out, and on which days.
    most
        Size of the largest sample that is tried.
    plan
        Plans visits; `plan_rounds` with what else it needs.

    Returns
    -------
    reasons
        Of the sample.
    rounds
        Nothing in them is left out for want of time; what nobody can reach or what is closed is
        left out and told.
    """
    size = most
    while True:
        reasons = drawn(size)
        visits = visits_for(reasons, town, cases)
        planned = plan(town, visits, teams, days)
        crowded = [item for item in planned.left_out if item.why in CROWDED]
        if not crowded or size <= 1:
            return reasons, planned
        houses = sum(max(len(item.visit.buildings), 1) for item in crowded)
        size = max(min(size, len(reasons)) - houses, 1)
