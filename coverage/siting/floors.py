"""A floor for every community: who stays below, what all candidates would do, what is possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...geo.words import fields as f
from ..covering import Clock
from .instance import SitingInstance
from .objective import PlanProblem
from .solve import Solution, best_plan

HEAVY = 1e3  # the worst-off community counts so much more than all of the weight


@dataclass(frozen=True, eq=False)
class Floor:
    """What becomes of a floor that a plan does not reach.

    Attributes
    ----------
    floor
        As wished.
    below
        One row a community that stays below: `community_id`, `name`, its share `after` the plan,
        and `most`, its share with every candidate that may be used.
    possible
        The highest floor that a plan of the same size was found to reach.
    proven
        Whether no plan of that size reaches a higher one.
    """

    floor: float
    below: pd.DataFrame
    possible: float
    proven: bool


def missed_floor(
    instance: SitingInstance, problem: PlanProblem, found: Solution, *, clock: Clock, seed: int = 0
) -> Floor | None:
    """Return what becomes of the floor; None where it is reached or none is wished.

    Parameters
    ----------
    instance, problem, found
        The study, what was asked, and the best plan.
    clock
        When to stop looking for the highest floor.
    seed
        Of the search.
    """
    chosen = found.answer.chosen
    short = problem.shortfall(chosen)
    if not (short > 1e-9).any():
        return None
    every = problem.given | problem.loose
    every[problem.open_sites] = True
    shares, most = (problem.rows.shares(sites, problem.groups) for sites in (chosen, every))
    low = np.flatnonzero(short > 1e-9)
    communities = instance.town.communities
    below = pd.DataFrame(
        {
            f.COMMUNITY_ID: np.array(instance.communities, dtype=object)[low],
            f.NAME: communities[f.NAME].to_numpy(dtype=object)[low],
            "after": shares[low],
            "most": most[low],
        }
    ).sort_values("after", kind="stable", ignore_index=True)
    fair = best_plan(
        replace(problem, floor=0.0, worst_off=HEAVY, must=None, robust="none"),
        time_limit_s=clock.left(),
        seed=seed,
        starts=[chosen],
    )
    reached = float(np.nanmin(problem.rows.shares(fair.answer.chosen, problem.groups)))
    return Floor(problem.floor, below, reached, fair.answer.proven)
