"""What a budget buys: the whole study of measures, from the ask to the plan and its trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...geo.arrays import Flags, Floats
from ...geo.measure import Measure
from ...geo.plan import Plan, planned
from ...geo.words import InputError
from ...geo.words import fields as f
from ..covering import Clock
from ..siting import StudyParts
from .by_yardstick import Measured
from .formed import Levels, form_problem
from .instance import MeasuresInstance, chosen_plan
from .order import Step, ordered_steps
from .problem import BudgetProblem
from .recount import recount
from .request import MeasuresRequest
from .solve import MeasuresAnswer, best_measures, cheapest_measures
from .spread import CostDraws, KindChange, cost_draws, kind_changes

PARTS = {"plan": 0.4, "more": 0.2, "frontier": 0.5, "halved": 0.5, "draws": 0.9}
FRONTIER = tuple(part / 4 for part in range(9))  # budgets as shares of the one asked for
SLICE_YUAN = 10_000.0

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Point:
    """The best plan for one budget."""

    budget: float
    answer: MeasuresAnswer


@dataclass(frozen=True, eq=False)
class OtherPlan:
    """Somebody's plan beside the best, counted by the engine.

    Attributes
    ----------
    name, town
        Of its file, and of the town that it was made for; empty where it does not tell.
    cost_yuan
        Of those of its parts that are measures; NaN where some part has no price.
    worth
        What there is with it, as `MeasuresStudy.counted`.
    """

    name: str
    town: str
    cost_yuan: float
    worth: float


@dataclass(frozen=True, eq=False)
class MeasuresStudy:
    """A study of measures; `weizhan.maps` shows it and never computes.

    Attributes
    ----------
    instance, problem, request
        What is planned, and what was asked.
    budget
        Yuan that bind: those asked for, or what the cheapest plan for a target costs.
    answer
        The best plan.
    least_yuan
        For a target: no plan that reaches it costs less.
    before
        What there is without measures.
    unit
        By what worths are divided to read as people, person-minutes or harm.
    steps
        The plan in the order of doing.
    frontier
        The best plan for budgets from 0 to twice the one asked for.
    last_slice, next_slice
        What the last 10,000 yuan add, and 10,000 more would; NaN where there are not so many.
    beyond
        No plan with three and more openings on the way of a crew is worth more than this.
    kinds
        What changes when measures of a kind cost half, or twice as much.
    draws
        How often each measure is in the plan when costs are drawn from their ranges.
    communities
        One row a community: its id, what there is at most, before and with the plan.
    others
        Plans of others.
    plan
        As a plan file.
    counted
        By the engine, on the town before and under the plan.
    left_out
        What was not offered or not looked at, by reason, as counts.
    unfinished
        Parts that time or the user cut short.
    """

    instance: MeasuresInstance
    problem: BudgetProblem
    request: MeasuresRequest
    budget: float
    answer: MeasuresAnswer
    least_yuan: float | None
    before: float
    unit: float
    steps: tuple[Step, ...]
    frontier: tuple[Point, ...]
    last_slice: float
    next_slice: float
    beyond: float
    kinds: tuple[KindChange, ...]
    draws: CostDraws | None
    communities: tuple[Mapping[str, Any], ...]
    others: tuple[OtherPlan, ...]
    plan: Plan
    counted: tuple[float, float]
    left_out: Mapping[str, int]
    unfinished: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What could be done."""
        return self.instance.measures

    @property
    def total(self) -> float:
        """What there would be at most, as people, person-minutes or harm."""
        return float(self.problem.total.sum()) / self.unit

    def amount(self, worth: float) -> float:
        """Return a worth as people, person-minutes or harm."""
        return worth / self.unit


def study_measures(
    asked: Measured,
    request: MeasuresRequest,
    *,
    plans: Mapping[str, Plan] | None = None,
    left_out: Mapping[str, int] | None = None,
    progress: Progress = lambda step: None,
) -> MeasuresStudy:
    """Find the best plan of measures, and how sure that is.

    Parameters
    ----------
    asked
        Measures in a town, and what they do by the yardstick of the request.
    request
        How much money, or how far; by which yardstick.
    plans
        Of others, by the name of their file.
    left_out
        What was not offered, by reason, beside what was not looked at.
    progress
        Called with the catalogue key of each step as it begins.

    Returns
    -------
    MeasuresStudy
        After Ctrl-C, or when time is up, with the best plan found, its gap, and the names of the
        parts that were left out.

    Raises
    ------
    InputError
        When the measures of every plan cost more than the budget, or no plan reaches the target.
    """
    parts = StudyParts(Clock(request.time_limit_s), progress, "step.measures_", PARTS)
    instance, levels = asked.instance, asked.levels
    made = {
        "gains": asked.gains,
        "worst_first": request.equity == "worst",
        "chosen": request.must,
        "forbidden": request.forbidden,
    }
    free = form_problem(instance, levels, **made)  # type: ignore[arg-type]
    nothing = free.flags([])
    before = free.worth(nothing)
    progress("step.measures_plan")
    least = None
    first = parts.clock.left() * PARTS["plan"]
    if request.target is not None:
        # Of late people the share in time, else the share of what is lost that goes.
        zero, whole = 0.0, float(free.total.sum())
        if request.yardstick != "late":
            zero, whole = before, before + (whole - before if asked.lost is None else asked.lost)
        goal = zero + request.target * (whole - zero)
        answer, least = cheapest_measures(
            free, goal, scale=(zero, whole), time_limit_s=first, seed=request.seed
        )
        budget = free.spent(answer.chosen)
        problem = replace(free, budget=budget)
    else:
        budget = float(request.budget or 0.0)
        problem = replace(free, budget=budget)
        answer = best_measures(problem, time_limit_s=first, seed=request.seed, certify=True)
    parts.broken = answer.stopped == "interrupted"
    if answer.stopped in ("interrupted", "time"):
        parts.unfinished.append("plan")
    beyond = _beyond(instance, levels, problem, answer, made, parts, request.seed)
    frontier: list[Point] = []
    last = more = float("nan")
    with parts.part("frontier") as clock:
        last, more = _slices(problem, answer, budget, clock, request.seed)
        frontier = _frontier(problem, answer, budget, clock, request.seed)
    kinds: tuple[KindChange, ...] = ()
    with parts.part("halved") as clock:
        kinds = kind_changes(problem, answer, instance.measures, clock=clock, seed=request.seed)
    drawn: CostDraws | None = None
    with parts.part("draws") as clock:
        if request.draws and not clock.over:
            drawn = cost_draws(
                problem, answer, instance.town.rules, instance.measures,
                draws=request.draws, clock=clock, seed=request.seed,
            )  # fmt: skip
            if drawn.draws < request.draws:
                parts.unfinished.append("draws")
    progress("step.measures_after")
    plan = chosen_plan(instance.town, instance.measures, answer.chosen)
    counted = (
        recount(instance, instance.town, request.yardstick),
        recount(instance, planned(instance.town, plan), request.yardstick),
    )
    others = tuple(
        OtherPlan(
            name,
            own.town,
            _price(instance, problem.costs, own),
            recount(instance, planned(instance.town, own), request.yardstick),
        )
        for name, own in (plans or {}).items()
    )
    return MeasuresStudy(
        instance=instance,
        problem=problem,
        request=request,
        budget=budget,
        answer=answer,
        least_yuan=least,
        before=before,
        unit=asked.unit,
        steps=ordered_steps(problem, answer.chosen),
        frontier=tuple(frontier),
        last_slice=last,
        next_slice=more,
        beyond=beyond,
        kinds=kinds,
        draws=drawn,
        communities=_communities(instance, problem, answer.chosen),
        others=others,
        plan=plan,
        counted=counted,
        left_out={**asked.left_out, **(left_out or {})},
        unfinished=tuple(dict.fromkeys(parts.unfinished)),
    )


def _beyond(
    instance: MeasuresInstance,
    levels: Sequence[Levels],
    problem: BudgetProblem,
    answer: MeasuresAnswer,
    made: Mapping[str, Any],
    parts: StudyParts,
    seed: int,
) -> float:
    """Return what no plan with more openings on the way of a crew is worth more than."""
    if not any(own.arrival.more.any() for own in levels):
        return answer.bound
    with parts.part("more") as clock:
        if not clock.over:
            wide = form_problem(instance, levels, budget=problem.budget, relaxed=True, **made)
            found = best_measures(
                wide, time_limit_s=clock.left(), seed=seed, starts=(answer.chosen,)
            )
            return max(found.bound, answer.bound)
    return float(problem.total.sum())


def _slices(
    problem: BudgetProblem, answer: MeasuresAnswer, budget: float, clock: Clock, seed: int
) -> tuple[float, float]:
    """Return what the last 10,000 yuan add, and what 10,000 more would."""
    found = [float("nan"), float("nan")]
    for at, other in enumerate((budget - SLICE_YUAN, budget + SLICE_YUAN)):
        if other < float(problem.costs[problem.chosen].sum()) or clock.over:
            continue
        starts = (answer.chosen,) if at else ()
        near = best_measures(
            replace(problem, budget=other), time_limit_s=clock.left() / 4, seed=seed, starts=starts
        )
        found[at] = (near.worth - answer.worth) * (1 if at else -1)
    return found[0], found[1]


def _frontier(
    problem: BudgetProblem, answer: MeasuresAnswer, budget: float, clock: Clock, seed: int
) -> list[Point]:
    """Return the best plan for each budget; worths never fall as budgets grow."""
    points: list[Point] = []
    must = float(problem.costs[problem.chosen].sum())
    sizes = [part * budget for part in FRONTIER if part * budget >= must - 1e-6]
    for number, size in enumerate(sizes):
        if clock.over:
            break
        if size == budget:
            points.append(Point(size, answer))
            continue
        starts = tuple(point.answer.chosen for point in points[-1:])
        found = best_measures(
            replace(problem, budget=size),
            time_limit_s=clock.left() / (len(sizes) - number),
            seed=seed,
            starts=starts,
        )
        points.append(Point(size, found))
    return points


def _communities(
    instance: MeasuresInstance, problem: BudgetProblem, chosen: Flags
) -> tuple[Mapping[str, Any], ...]:
    ids = [*instance.town.communities[f.COMMUNITY_ID].astype(str), None]
    before, after = problem.by_group(problem.flags([])), problem.by_group(chosen)
    return tuple(
        {"community_id": i, "total": t, "before": b, "after": a}
        for i, t, b, a in zip(ids, problem.total, before, after, strict=True)
    )


def _price(instance: MeasuresInstance, costs: Floats, plan: Plan) -> float:
    """Return what the measures cost that make up a plan; NaN where a part is none of them."""
    left = _pieces(plan)
    total = 0.0
    for measure, cost in zip(instance.measures, costs, strict=True):
        own = _pieces(measure.plan)
        if own and own <= left:
            left -= own
            total += float(cost)
    return float("nan") if left else total


def _pieces(plan: Plan) -> set[str]:
    """Return what a plan changes, each thing as a text of its own."""
    said = plan.model_dump(mode="json", exclude={"format", "version", "town", "scenario", "note"})
    found = set()
    for part, told in said.items():
        inside = told.items() if isinstance(told, dict) else [("", told)]
        for name, things in inside:
            every = things if isinstance(things, list) else [things]
            found |= {f"{part}.{name}:{thing}" for thing in every}
    return found


def check_request(request: MeasuresRequest) -> None:
    """Refuse a size that is missing, double or senseless.

    Parameters
    ----------
    request
        What is asked.

    Raises
    ------
    InputError
        With what is allowed.
    """
    if (request.budget is None) == (request.target is None):
        raise InputError("error.measures_one_size")
    if request.budget is not None and not 0 <= request.budget < float("inf"):
        raise InputError("error.siting_budget", budget=request.budget)
    if request.target is not None and not 0 < request.target <= 1:
        raise InputError("error.site_target", target=request.target)
