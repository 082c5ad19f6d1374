"""In which order to do the measures of a plan, what each is worth, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geo.arrays import Flags
from .problem import BudgetProblem


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
    bundles = _bundles(problem, chosen)
    done, now = nothing.copy(), start
    steps: list[Step] = []
    while len(steps) < chosen.sum():
        for measure in _next(problem, done, chosen, bundles, now):
            after = done.copy()
            after[measure] = True
            worth = problem.worth(after)
            steps.append(
                Step(
                    measure,
                    worth - now,
                    worth,
                    problem.worth(problem.flags([measure])) - start,
                    whole - problem.worth(chosen & ~problem.flags([measure])),
                    _depends(problem, after, measure, worth - now),
                )
            )
            done, now = after, worth
    return tuple(steps)


def _bundles(problem: BudgetProblem, chosen: Flags) -> list[tuple[int, ...]]:
    """Return the sets of measures of a plan that some option needs together."""
    own = np.flatnonzero(problem.open_options(chosen))
    needs = problem.options[own]
    return sorted({tuple(sorted(row)) for row in
                   (part.tolist() for part in np.split(needs.indices, needs.indptr[1:-1]))
                   if len(row)})  # fmt: skip


def _next(
    problem: BudgetProblem,
    done: Flags,
    chosen: Flags,
    bundles: list[tuple[int, ...]],
    now: float,
) -> list[int]:
    """Return the measure, or the few that only work together, with most gain for the cost."""
    best: tuple[int, ...] = ()
    ratio = 0.0
    for bundle in bundles:
        few = tuple(m for m in bundle if not done[m])
        if few:
            gain = problem.worth(done | problem.flags(few)) - now
            per = gain / max(float(problem.costs[list(few)].sum()), 1e-9)
            if per > ratio * (1 + 1e-9):
                best, ratio = few, per
    left = chosen & ~done
    if problem.locals:
        added = problem.local_table.added(done, problem.measures)
        per_yuan = np.where(left, added / np.maximum(problem.costs, 1e-9), 0.0)
        if per_yuan.max() > ratio:
            best = (int(per_yuan.argmax()),)
    if not best:
        rest = np.flatnonzero(left)
        best = (int(rest[problem.costs[rest].argmin()]),)
    return sorted(best, key=lambda m: (-_alone(problem, done, m, now), problem.costs[m], m))


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
