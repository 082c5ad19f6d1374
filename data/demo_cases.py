"""What became of every hazard that was found in the demo town."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ..geo.arrays import Longs, Words
from ..geo.words import HazardCode, HazardSource, HazardState, SupervisionLevel, Use

#: Hazards found at one visit, by use; then which kinds there are.
FOUND_AT = {Use.FACTORY: 0.55, Use.WAREHOUSE: 0.6, Use.LOGISTICS: 0.5, Use.THREE_IN_ONE: 0.7,
            Use.GROUP_RENTAL: 0.6, Use.SELF_BUILT_BUSINESS: 0.45, Use.SELF_BUILT: 0.3,
            Use.RURAL_SELF_BUILT: 0.25}  # fmt: skip
FOUND_ELSEWHERE = 0.15
WHISTLED = 0.06  # share of hazards that residents told, not an inspection
ASSIGNED_D, DUE_D, FIXED_D, RECHECKED_D, CLOSED_D = (0, 8), (15, 61), (3, 95), (2, 12), (0, 6)
NEVER_FIXED, RETURNED, LOOKED_BACK, LISTED = 0.08, 0.06, 0.4, 0.03
RETURNED_D, LOOKED_BACK_D = (20, 150), (30, 60)

Days = Words


@dataclass(frozen=True, slots=True)
class Cases:
    """One entry a hazard. Days are ISO 8601, empty for what has not happened.

    ``visit`` is the inspection that found it, -1 where residents told; ``level`` the level of
    listed supervision, empty for most.
    """

    building: Longs
    visit: Longs
    code: Words
    source: Words
    found: Days
    assigned: Days
    due: Days
    fixed: Days
    rechecked: Days
    closed: Days
    reopened: Days
    looked_back: Days
    state: Words
    level: Words


def draw_cases(
    use: Words,
    visited: Longs,
    days_before: Longs,
    *,
    as_of: tuple[dt.date, int],
    rng: np.random.Generator,
) -> Cases:
    """Draw the hazards that inspections and residents found, and how each went on.

    Parameters
    ----------
    use
        Use of every building.
    visited, days_before
        Which building each inspection saw, and how many days before the end.
    as_of
        The day on which the ledger is written, and how many days it looks back.
    rng
        Source of chance.
    """
    end, span = as_of
    rate = np.array([FOUND_AT.get(Use(u), FOUND_ELSEWHERE) for u in use])
    visit = np.repeat(np.arange(len(visited)), rng.poisson(rate[visited]))
    told = int(WHISTLED * len(visit))
    building = np.concatenate([visited[visit], rng.integers(0, len(use), told)])
    before = np.concatenate([days_before[visit], rng.integers(0, span, told)])
    visit = np.concatenate([visit, np.full(told, -1)])
    order = np.argsort(-before, kind="stable")
    building, before, visit = building[order], before[order], visit[order]
    count = len(building)

    def later(start: Longs, wait: tuple[int, int]) -> Longs:
        return start - rng.integers(*wait, count)

    assigned = later(before, ASSIGNED_D)
    due = later(assigned, DUE_D)
    fixed = np.where(rng.random(count) < NEVER_FIXED, -1, later(assigned, FIXED_D))
    rechecked = np.where(fixed < 0, -1, later(fixed, RECHECKED_D))
    closed = np.where(rechecked < 0, -1, later(rechecked, CLOSED_D))
    returned = (closed >= 0) & (rng.random(count) < RETURNED)
    reopened = np.where(returned, later(closed, RETURNED_D), -1)
    looked = (closed >= 0) & (reopened < 0) & (rng.random(count) < LOOKED_BACK)
    looked_back = np.where(looked, later(closed, LOOKED_BACK_D), -1)
    state = np.select(
        [day >= 0 for day in (reopened, closed, rechecked, fixed, assigned)],
        [HazardState.REOPENED, HazardState.CLOSED, HazardState.RECHECKED, HazardState.FIXED,
         HazardState.ASSIGNED],
        HazardState.FOUND,
    ).astype(str)  # fmt: skip
    by = [HazardSource.TERRITORIAL_CHECK, HazardSource.GRID, HazardSource.OPEN_SECRET_CHECK,
          HazardSource.JOINT_CHECK, HazardSource.OFFICE_CHECK]  # fmt: skip
    source = rng.choice([str(s) for s in by], count, p=[0.45, 0.3, 0.1, 0.1, 0.05])
    levels = rng.choice([str(s) for s in SupervisionLevel], count, p=[0.6, 0.35, 0.05])

    def on(days: Longs, *, future: bool = False) -> Days:
        dates = (np.datetime64(end) - days.astype("timedelta64[D]")).astype(str)
        return dates if future else np.where(days >= 0, dates, "")

    return Cases(
        building=building,
        visit=visit,
        code=_codes(use[building], rng),
        source=np.where(visit < 0, str(HazardSource.WHISTLE), source),
        found=on(before),
        assigned=on(assigned),
        due=on(due, future=True),
        fixed=on(fixed),
        rechecked=on(rechecked),
        closed=on(closed),
        reopened=on(reopened),
        looked_back=on(looked_back),
        state=state,
        level=np.where(rng.random(count) < LISTED, levels, ""),
    )


def _codes(use: Words, rng: np.random.Generator) -> Words:
    """Draw a kind of hazard that fits the use: the nine, the six, or what is found anywhere."""
    families = {
        "W": np.isin(use, (Use.FACTORY, Use.WAREHOUSE, Use.LOGISTICS)),
        "H": np.isin(use, (Use.SELF_BUILT, Use.SELF_BUILT_BUSINESS, Use.RURAL_SELF_BUILT,
                           Use.GROUP_RENTAL, Use.THREE_IN_ONE)),
    }  # fmt: skip
    codes = rng.choice([str(c) for c in HazardCode if c.startswith("G")], len(use))
    for letter, mine in families.items():
        own = [str(code) for code in HazardCode if code.startswith(letter)]
        codes = np.where(mine, rng.choice(own, len(use)), codes)
    return codes
