"""How large a plan: of the size asked for, for a target, along the frontier, one step further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...geo.arrays import Flags, Floats, Indices
from ...geo.words import InputError
from ..covering import Clock
from .objective import PlanProblem
from .request import Request
from .solve import Point, Solution, best_plan, frontier_of

BEYOND = 3  # stations in the frontier beyond those asked for
BUDGETS = 8  # points of the frontier by budget
MORE_YUAN = 10_000.0


@dataclass(frozen=True, eq=False)
class Order:
    """New sites in the order in which to build them.

    Attributes
    ----------
    sites
        The first to build first.
    worth
        Of the plan after each, in sums of the problem's rows.
    best
        Of the best plan of that many new stations, for what nesting costs; NaN where unknown.
    """

    sites: Indices
    worth: Floats
    best: Floats


def best_of_size(
    problem: PlanProblem, request: Request, clock: Clock
) -> tuple[Solution, int | None, list[Point]]:
    """Return the best plan and its number of stations: as asked for, or the fewest for a target."""
    if request.target is None:
        found = best_plan(problem, time_limit_s=clock.left(), seed=request.seed, certify=True)
        point = Point(problem.stations, problem.budget, found.answer)
        return found, problem.stations, [point]
    free = ~problem.existing
    free[problem.forbidden] = False
    everything = problem.rows.worth(problem.given | problem.loose | free)
    goal = request.target * problem.rows.total
    if everything < goal - 1e-9:
        raise InputError(
            "error.site_target_far",
            sites=int(free.sum()),
            most=everything / problem.rows.total,
            target=request.target,
        )
    known: dict[int, Solution] = {}

    def reaches(count: int) -> bool:
        starts = [found.answer.chosen for n, found in known.items() if n < count]
        known[count] = best_plan(
            replace(problem, stations=count),
            time_limit_s=max(clock.left() / 3, 1.0),
            seed=request.seed,
            starts=starts,
            certify=True,
        )
        return problem.rows.worth(known[count].answer.chosen) >= goal - 1e-9

    low = int((problem.given & ~problem.existing).sum()) - 1
    high = max(low + 1, 0)
    while not reaches(high):
        low, high = high, min(max(2 * high, 1), int(free.sum()))
    while high - low > 1:
        middle = (low + high) // 2
        if reaches(middle):
            high = middle
        else:
            low = middle
    points = [Point(n, None, found.answer) for n, found in sorted(known.items())]
    return known[high], high, points


def frontiers(
    problem: PlanProblem, found: Solution, known: Sequence[Point], request: Request, clock: Clock
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Return the best plans by number of stations, and by budget."""
    new = problem.stations
    if new is None:
        new = int((found.answer.chosen & ~problem.existing).sum())
    least = int((problem.given & ~problem.existing).sum())
    free = int((~problem.existing).sum()) - len(problem.forbidden)
    most = min(free, new + BEYOND)
    counts = sorted({*range(least, most + 1)} if most - least <= 20 else {
        *np.linspace(least, most, 20).astype(int).tolist(), new, min(new + 1, most)
    })  # fmt: skip
    by_stations = frontier_of(
        problem, stations=counts, known=known, time_limit_s=clock.left() / 2, seed=request.seed
    )
    costs = problem.costs[~problem.existing]
    cheapest = float(costs.min())
    spent = max(problem.spent(found.answer.chosen), cheapest)
    top = max(2 * spent, 4 * cheapest)
    budgets = {*np.unique(np.ceil(np.linspace(cheapest, top, BUDGETS) / 1000) * 1000).tolist()}
    if request.budget is not None:
        budgets |= {request.budget}
    given = float(problem.costs[problem.given & ~problem.existing].sum())
    by_budget = frontier_of(
        problem,
        budgets=sorted(b for b in budgets if b >= given),
        known=known if request.budget is not None else [],
        time_limit_s=clock.left(),
        seed=request.seed,
    )
    return tuple(by_stations), tuple(by_budget)


def what_more_buys(
    problem: PlanProblem,
    found: Solution,
    by_stations: Sequence[Point],
    spent: float,
    clock: Clock,
    seed: int,
) -> dict[str, Any]:
    """Return what one more station, and 10,000 yuan more, would add at best."""
    base = problem.rows.worth(found.answer.chosen)
    told: dict[str, Any] = {"station": None, "yuan": None}
    for point in by_stations:
        if problem.stations is not None and point.stations == problem.stations + 1:
            told["station"] = problem.rows.worth(point.answer.chosen) - base
            told["station_bound"] = point.answer.bound - found.answer.objective
    money = (problem.budget if problem.budget is not None else spent) + MORE_YUAN
    try:
        richer = best_plan(
            replace(problem, stations=None, budget=money),
            time_limit_s=max(clock.left() / 4, 0.5),
            seed=seed,
            starts=[found.answer.chosen],
        )
    except InputError:
        return told
    told["yuan"] = problem.rows.worth(richer.answer.chosen) - base
    told["yuan_bound"] = richer.answer.bound - found.answer.objective
    return told


def building_order(problem: PlanProblem, chosen: Flags, points: Sequence[Point]) -> Order:
    """Return the new sites in the order that covers the most the earliest."""
    best = {point.stations: problem.rows.worth(point.answer.chosen) for point in points}
    now = chosen & problem.existing
    left = np.flatnonzero(chosen & ~problem.existing)
    order: list[int] = []
    worth: list[float] = []
    while len(left):
        gains = problem.rows.gains(now)[left]
        site = int(left[int(np.argmax(gains))])
        now[site] = True
        left = left[left != site]
        order.append(site)
        worth.append(problem.rows.worth(now))
    each = [best.get(number, np.nan) for number in range(1, len(order) + 1)]
    return Order(np.array(order, dtype=np.intp), np.array(worth), np.array(each))
