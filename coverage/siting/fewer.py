"""Why a plan has fewer new stations than were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geo.arrays import Flags
from .objective import PlanProblem


@dataclass(frozen=True)
class Fewer:
    """Why a plan has fewer new stations than were asked for.

    Attributes
    ----------
    asked, new
        How many were asked for, and how many the plan has.
    reason
        ``nothing``: no further candidate covers anything more; ``wishes``: those that would are
        ruled out by spacing, quotas or the list of forbidden ones; ``time``: the search ended
        before it could place them.
    """

    asked: int
    new: int
    reason: Literal["nothing", "wishes", "time"]


def why_fewer(problem: PlanProblem, chosen: Flags) -> Fewer | None:
    """Return why, None where the plan has as many as asked for, or no number was.

    Parameters
    ----------
    problem
        What was asked.
    chosen
        The plan.
    """
    new = chosen & ~problem.existing
    count = int(new.sum())
    if problem.stations is None or count >= problem.stations:
        return None
    adds = problem.rows.gains(chosen)
    left = ~chosen & ~problem.existing & (adds > 0)
    if not left.any():
        return Fewer(problem.stations, count, "nothing")
    left[problem.forbidden] = False
    for quota in problem.quotas:
        if new[quota.sites].sum() >= quota.most:
            left[quota.sites] = False
    for clique in problem.cliques:
        if chosen[clique].any():
            left[clique] = False
    reason: Literal["wishes", "time"] = "time" if np.any(left) else "wishes"
    return Fewer(problem.stations, count, reason)
