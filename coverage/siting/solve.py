"""The best plan by whichever way serves: the covering search where it can, else the whole model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...geo.arrays import Flags
from ...geo.words import InputError
from ..covering import Certificate, Clock, Cut, SearchOptions, Siting, max_cover
from .objective import PlanProblem
from .solve_plan import PlanAnswer, PriceCertificate, solve_plan


@dataclass(frozen=True, eq=False)
class Solution:
    """The best plan of a problem.

    Attributes
    ----------
    answer
        The plan; its objective and bound are sums of the problem's rows.
    certificate
        Proves a bound by adding up; None when time was too short.
    covering
        What `max_cover` found, where it served.
    """

    answer: PlanAnswer
    certificate: Certificate | PriceCertificate | None
    covering: Siting | None = None


def best_plan(
    problem: PlanProblem,
    *,
    time_limit_s: float,
    gap: float = 0.0,
    seed: int = 0,
    starts: Sequence[Flags] = (),
    certify: bool = False,
) -> Solution:
    """Find the best plan.

    Parameters
    ----------
    problem, time_limit_s, gap, seed, starts, certify
        As in `weizhan.coverage.siting.solve_plan.solve_plan`.
    """
    check_size(problem)
    nothing_new = problem.stations == 0 or not problem.rows.cover.nnz
    if nothing_new or not replace(problem, cuts=()).plain:
        answer = solve_plan(
            problem,
            time_limit_s=time_limit_s,
            gap=gap,
            seed=seed,
            starts=tuple(starts),
            certify=certify,
        )
        return Solution(answer, answer.certificate)
    given = np.flatnonzero(problem.given)
    most = None if problem.stations is None else problem.stations + int(problem.existing.sum())
    sites = len(problem.costs)
    found = max_cover(
        problem.rows.cover,
        problem.rows.weights,
        p=None if most is None else min(most, sites - len(problem.forbidden)),
        costs=problem.costs,
        budget=problem.budget,
        fixed=given.tolist(),
        forbidden=problem.forbidden.tolist(),
        options=SearchOptions(
            time_limit_s=time_limit_s,
            gap=gap,
            seed=seed,
            starts=[np.flatnonzero(s).tolist() for s in starts],
            cuts=[Cut(cut, len(cut) - 1) for cut in problem.cuts],
        ),
    )
    draws = problem.rows.draws
    nothing = np.empty(0, dtype=np.intp)
    answer = PlanAnswer(
        problem.flags(found.sites),
        found.objective / draws,
        found.bound / draws,
        found.gap,
        found.proven,
        found.stopped,
        nothing,
        0,
        problem.shortfall(problem.flags(found.sites)),
    )
    return Solution(answer, found.certificate, found)


def check_size(problem: PlanProblem) -> None:
    """Refuse a number of stations or a budget that cannot be meant; name what is allowed.

    Raises
    ------
    InputError
        When neither is given, more stations are asked for than there are candidates, fewer than
        are chosen anyway, or the budget is below the cheapest candidate or the chosen ones.
    """
    new = ~problem.existing
    new[problem.forbidden] = False
    chosen = problem.given & ~problem.existing
    if problem.stations is None and problem.budget is None:
        raise InputError("error.site_no_size")
    if problem.stations is not None and not chosen.sum() <= problem.stations <= new.sum():
        raise InputError(
            "error.plan_stations",
            stations=problem.stations,
            least=int(chosen.sum()),
            most=int(new.sum()),
        )
    if problem.budget is not None and new.any():
        least = float(problem.costs[chosen].sum()) if chosen.any() else 0.0
        cheapest = float(problem.costs[new].min())
        room = problem.gives_back * int(problem.loose.sum())
        if problem.budget + room < (least or cheapest):
            raise InputError(
                "error.plan_budget", budget=f"{problem.budget:g}", least=f"{least or cheapest:g}"
            )


@dataclass(frozen=True, eq=False)
class Point:
    """The best plan for one number of stations, or one budget."""

    stations: int | None
    budget: float | None
    answer: PlanAnswer


def frontier_of(
    problem: PlanProblem,
    *,
    stations: Sequence[int] = (),
    budgets: Sequence[float] = (),
    known: Sequence[Point] = (),
    time_limit_s: float,
    seed: int = 0,
) -> list[Point]:
    """Return the best plan for each number of stations, or for each budget.

    Parameters
    ----------
    problem
        Its own number and budget do not count.
    stations, budgets
        Ascending; one of the two.
    known
        Points found before; they are taken over.
    time_limit_s
        For all together.

    Returns
    -------
    list of Point
        Objectives and bounds never fall from one to the next where nothing but the number or the
        budget binds.
    """
    limits: list[tuple[int | None, float | None]] = [(n, None) for n in stations]
    limits = limits or [(None, b) for b in budgets]
    before = {(point.stations, point.budget): point for point in known}
    clock = Clock(time_limit_s)
    points: list[Point] = []
    for number, limit in enumerate(limits):
        if limit in before:
            points.append(before[limit])
            continue
        found = best_plan(
            replace(problem, stations=limit[0], budget=limit[1]),
            time_limit_s=clock.left() / (len(limits) - number),
            seed=seed,
            starts=[point.answer.chosen for point in points[-1:]],
        )
        points.append(Point(*limit, found.answer))
    for number in range(len(points) - 2, -1, -1):
        answer, above = points[number].answer, points[number + 1].answer.bound
        if above < answer.bound:
            # What bounds a larger plan bounds a smaller one too.
            part = max(0.0, above - answer.objective) / max(abs(answer.objective), 1e-300)
            points[number] = replace(points[number], answer=replace(answer, bound=above, gap=part))
    return points
