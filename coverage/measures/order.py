"""In which order to do the measures of a plan, what each is worth, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...geo.arrays import Flags
from .problem import BudgetProblem

TOGETHER = 3  # measures that are looked at as one step where none of them gains alone


@dataclass(frozen=True)
class Step:
    """One measure of a plan.

    Attributes
    ----------
    measure
        Its number.
    gain
        What it adds to those before it; of measures that only work together the last adds all.
    after
        What there is once it is done.
    alone
        What it would add to nothing.
    without
        What the whole plan would lose without it.
    depends_on
        Measures before it without which it adds less than half as much.
    """

    measure: int
    gain: float
    after: float
    alone: float
    without: float
    depends_on: tuple[int, ...]


def ordered_steps(problem: BudgetProblem, chosen: Flags) -> tuple[Step, ...]:
    """Return the measures of a plan, each time those next that add most for their cost.

    Parameters
    ----------
    problem
        What measures do.
    chosen
        ``(measures,)`` the plan.
    """
    nothing = problem.flags([])
    start, whole = problem.worth(nothing), problem.worth(chosen)
    left = list(np.flatnonzero(chosen))
    done, now = nothing.copy(), start
    steps: list[Step] = []
    while left:
        for measure in _next(problem, done, left, now):
            left.remove(measure)
            after = done.copy()
            after[measure] = True
            worth = problem.worth(after)
            steps.append(
                Step(
                    int(measure),
                    worth - now,
                    worth,
                    problem.worth(problem.flags([measure])) - start,
                    whole - problem.worth(chosen & ~problem.flags([measure])),
                    _depends(problem, after, int(measure), worth - now),
                )
            )
            done, now = after, worth
    return tuple(steps)


def _next(problem: BudgetProblem, done: Flags, left: list[int], now: float) -> list[int]:
    """Return the measure, or the few that only work together, with most gain for the cost."""
    best: list[int] = []
    ratio = 0.0
    for size in range(1, TOGETHER + 1):
        for few in combinations(left, size):
            if size > 1 and not _related(problem, few):
                continue
            gain = problem.worth(done | problem.flags(few)) - now
            per = gain / max(float(problem.costs[list(few)].sum()), 1e-9)
            if per > ratio * (1 + 1e-9):
                best, ratio = list(few), per
        if best and size == 1 and len(left) > 60:
            break  # in long plans pairs are looked at only where nothing gains alone
    best = best or sorted(left, key=lambda m: problem.costs[m])[:1]
    return sorted(best, key=lambda m: (-_alone(problem, done, m, now), problem.costs[m], m))


def _related(problem: BudgetProblem, few: tuple[int, ...]) -> bool:
    """Tell whether some option needs all of a few measures."""
    need = problem.options @ problem.flags(few).astype(np.int32)
    return bool((need == len(few)).any())


def _alone(problem: BudgetProblem, done: Flags, measure: int, now: float) -> float:
    return problem.worth(done | problem.flags([measure])) - now


def _depends(problem: BudgetProblem, done: Flags, measure: int, gain: float) -> tuple[int, ...]:
    """Return the measures done before without which one adds less than half."""
    own = problem.flags([measure])
    near = np.flatnonzero((problem.options @ own.astype(np.int32)) > 0)
    others = np.unique(problem.options[near].indices)
    found = []
    for other in others:
        if other == measure or not done[other]:
            continue
        without = done & ~problem.flags([other])
        if problem.worth(without) - problem.worth(without & ~own) < gain / 2 - 1e-12:
            found.append(int(other))
    return tuple(found)
