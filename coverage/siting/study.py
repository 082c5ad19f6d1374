"""Where the next stations go: the whole study, from the ask to the plan and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Indices
from ...geo.plan import Plan, planned
from ...geo.town import Town
from ...geo.wishes import Wishes
from ...geo.words import ShownInNotebooks
from ...geo.words import fields as f
from ..assessment import Assessment, assess
from ..covering import Clock, SiteCertainty
from .candidates import Candidates
from .demand_rows import Rows
from .fewer import Fewer, why_fewer
from .floors import Floor, missed_floor
from .instance import SitingInstance, make_instance, named_bands
from .landmarks import Beside, beside
from .lane_bound import LaneBound, lane_bound
from .objective import PlanProblem
from .outcome import as_plan, community_table, must_table, own_plan
from .plan_counts import PlanCount, plan_counts
from .replicates import Robustness, Stability, robustness, stability
from .request import Request, check_request, lane_rows, make_problem, names_of
from .sensitivity import Sensitivity, next_plans, site_sensitivity, sites_beyond_doubt
from .sizes import Order, best_of_size, building_order, frontiers, what_more_buys
from .solve import Point, Solution
from .solve_plan import PlanAnswer
from .study_parts import StudyParts

ALTERNATIVES = 3
# Parts of the time that is left when each search begins.
PARTS = {"plan": 0.4, "lanes": 0.1, "frontier": 0.4, "trust": 0.5, "robust": 0.25}

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Study(ShownInNotebooks):
    """A siting study; `weizhan.maps` shows it and never computes.

    Attributes
    ----------
    instance, problem, request
        What is planned, and what was asked; the problem's rows are those of the lanes as known,
        a second crew not counted, so that what is worth is covered.
    rows_searched
        Those for which the plan is the best: of random states of the lanes where that is wished.
    solution
        The best plan.
    before
        Share of the weight that the standing stations cover.
    by_stations, by_budget
        The frontier.
    order
        In which to build.
    sensitivity, certainty, alternatives, stability, robust
        How far it can be trusted; None where time was too short or the user broke off.
    lanes
        What as many new stations anywhere on lanes would cover at most.
    fewer
        Why the plan has fewer new stations than asked for; None where it has not.
    floor
        What becomes of a floor that the plan does not reach.
    counts
        The plan counted by people, buildings and risk, as far as they are known.
    beside
        By site what is near those that have no name.
    more
        What one more station and 10,000 yuan more would cover, and their bounds.
    own
        The user's own plan beside the best of its size.
    must
        One row a must-cover building: `building_id`, `met`, why not, and what it would take.
    communities
        One row a community: its share `before` and `after`.
    plan
        As a plan file.
    assessed
        The town before and after, by the engine, under the first scenario; of them response and
        coverage are shown, and the rest is not computed.
    unfinished
        Parts that time or the user cut short.
    """

    instance: SitingInstance
    problem: PlanProblem
    rows_searched: Rows
    request: Request
    solution: Solution
    before: float
    by_stations: tuple[Point, ...]
    by_budget: tuple[Point, ...]
    order: Order
    sensitivity: Sensitivity | None
    certainty: SiteCertainty | None
    alternatives: tuple[Solution, ...]
    stability: Stability | None
    robust: Robustness | None
    lanes: LaneBound | None
    fewer: Fewer | None
    floor: Floor | None
    counts: tuple[PlanCount, ...]
    beside: Mapping[int, Beside]
    more: Mapping[str, Any]
    own: Mapping[str, Any] | None
    must: pd.DataFrame
    communities: pd.DataFrame
    plan: Plan
    assessed: tuple[Assessment, Assessment]
    unfinished: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """The whole weight, as people, buildings or harm."""
        return self.problem.rows.total / self.instance.unit

    @property
    def new(self) -> Indices:
        """New sites of the plan."""
        return np.flatnonzero(self.solution.answer.chosen & ~self.instance.existing)

    def amount(self, worth: float) -> float:
        """Return a sum of rows as people, buildings or harm."""
        return worth / self.instance.unit

    def share(self, worth: float) -> float:
        """Return a sum of rows as a share of the whole weight."""
        return worth / self.problem.rows.total if self.problem.rows.total else 0.0

    def bound_share(self, answer: PlanAnswer) -> float:
        """Return the share that a plan covers, and as much more as its objective may still gain."""
        room = max(0.0, answer.bound - answer.objective)
        return self.share(self.problem.rows.worth(answer.chosen) + room)

    def names(self, sites: Flags | Indices) -> list[str]:
        """Return the identities of sites."""
        return names_of(self.instance, sites)


def study_sites(
    town: Town,
    candidates: Candidates,
    request: Request,
    *,
    wishes: Wishes | None = None,
    scenario: str | None = None,
    day: dt.date | None = None,
    progress: Progress = lambda step: None,
) -> Study:
    """Find where new stations go, and how sure that is.

    Parameters
    ----------
    town
        As it is.
    candidates
        Where stations could go.
    request
        How many, for how much, or how far; what must be covered.
    wishes
        What else binds.
    scenario
        The one that counts; without it all that the wishes or the town name.
    day
        By which reports about lanes age; today if not given.
    progress
        Called with the catalogue key of each step as it begins.

    Returns
    -------
    Study
        After Ctrl-C, or when time is up, with the best plan found, its gap, and the names of the
        parts that were left out.

    Raises
    ------
    InputError
        When what is asked cannot be, with the names of what stands against it.
    """
    check_request(request)
    wishes = wishes or Wishes()
    day = day or dt.date.today()
    bands = named_bands(town, wishes, scenario)
    progress("step.site_before")
    before = assess(town, scenario=next(iter(bands)), date=day.isoformat()).only()
    risk = _risk(before, list(bands))
    progress("step.site_reach")
    instance = make_instance(
        town, candidates, wishes, scenario=scenario, day=day, risk=risk, seed=request.seed
    )
    reaches = instance.reaches()
    problem, must_building = make_problem(instance, reaches, request)
    robust_rows = None
    if wishes.robust != "none":
        robust_rows = lane_rows(instance, draws=wishes.lane_draws, seed=request.seed)
    whole = (
        problem if robust_rows is None else replace(problem, rows=robust_rows, robust=wishes.robust)
    )
    parts = StudyParts(Clock(request.time_limit_s), progress, "step.site_", PARTS)
    progress("step.site_plan")
    solution, size, known = best_of_size(whole, request, Clock(parts.clock.left() * PARTS["plan"]))
    parts.broken = solution.answer.stopped == "interrupted"
    if solution.answer.stopped in ("interrupted", "time"):
        parts.unfinished.append("plan")
    chosen = solution.answer.chosen
    spent = problem.spent(chosen)
    asked = replace(whole, stations=size)

    lanes: LaneBound | None = None
    with parts.part("lanes") as clock:
        if not clock.over:
            new = _new_ones(asked, chosen)
            lanes = lane_bound(instance, reaches, stations=new, clock=clock, seed=request.seed)
    by_stations: tuple[Point, ...] = ()
    by_budget: tuple[Point, ...] = ()
    with parts.part("frontier") as clock:
        by_stations, by_budget = frontiers(asked, solution, known, request, clock)
    more: dict[str, Any] = {}
    sensitivity: Sensitivity | None = None
    certainty: SiteCertainty | None = None
    others: list[Solution] = []
    floor: Floor | None = None
    with parts.part("trust") as clock:
        quarter = Clock(clock.left() / 4)
        floor = missed_floor(instance, asked, solution, clock=quarter, seed=request.seed)
        more = what_more_buys(asked, solution, by_stations, spent, clock, request.seed)
        sensitivity = site_sensitivity(
            asked, solution, clock=Clock(clock.left() / 2), seed=request.seed
        )
        others = next_plans(
            asked, solution, count=ALTERNATIVES, clock=Clock(clock.left() / 2), seed=request.seed
        )
        near = town.rules.siting.near_best.value
        certainty = sites_beyond_doubt(asked, solution, within=near, clock=clock, seed=request.seed)
    robust: Robustness | None = None
    with parts.part("robust") as clock:
        if not clock.over:
            robust = robustness(
                instance, replace(asked, rows=problem.rows, robust="none"), solution,
                clock=clock, seed=request.seed,
            )  # fmt: skip
    steady: Stability | None = None
    with parts.part("draws") as clock:
        if request.draws and not clock.over:
            first = next(iter(bands))
            drawn = risk[first] if instance.bands[0].demand.weight == "risk" else None
            steady = stability(
                instance,
                asked,
                chosen,
                draws=request.draws,
                clock=clock,
                risk=drawn,
                seed=request.seed,
            )
            if steady.draws < request.draws:
                parts.unfinished.append("draws")
    progress("step.site_after")
    told = problem.rows.once() if instance.doubled.any() else problem.rows
    plan = as_plan(town, instance, chosen, next(iter(bands)))
    after = assess(planned(town, plan), scenario=next(iter(bands)), date=day.isoformat()).only()
    _ = before.coverage, after.coverage
    return Study(
        instance=instance,
        problem=replace(asked, rows=told),
        rows_searched=asked.rows,
        request=request,
        solution=solution,
        before=told.worth(instance.existing) / max(told.total, 1e-300),
        by_stations=by_stations,
        by_budget=by_budget,
        order=building_order(problem, chosen, by_stations),
        sensitivity=sensitivity,
        certainty=certainty,
        alternatives=tuple(others),
        stability=steady,
        robust=robust,
        lanes=lanes,
        fewer=why_fewer(asked, chosen),
        floor=floor,
        counts=plan_counts(instance, reaches, risk),
        beside=beside(
            instance.town, np.flatnonzero(instance.town.stations[f.NAME].isna().to_numpy())
        ),
        more=more,
        own=own_plan(town, instance, problem, request, day, by_stations),
        must=must_table(instance, problem, must_building, solution),
        communities=community_table(instance, problem, chosen),
        plan=plan,
        assessed=(before, after),
        unfinished=tuple(dict.fromkeys(parts.unfinished)),
    )


def _new_ones(problem: PlanProblem, chosen: Flags) -> int:
    """Return how many new stations the problem allows; of one without a number, the plan's."""
    new = int((chosen & ~problem.existing).sum())
    if problem.stations is None:
        return new
    return max(new, problem.stations + int((problem.existing & problem.movable).sum()))


def _risk(before: Assessment, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the risk of the buildings by scenario."""
    moment = before.moment
    tables = {names[0]: before.risk.buildings}
    for name in names[1:]:
        other = moment.under(moment.town.scenarios[name])
        tables[name] = Assessment(other, name, draws=1).risk.buildings
    return tables
