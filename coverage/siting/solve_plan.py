"""Solve the planner's model: must-cover rows first, then floors, then weight, each with proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geo.arrays import Flags, Floats, Indices
from ...geo.words import InputError
from ..covering import CLOSE, Answer, Clock, Model, Stop, priced_bound, row_prices, solve
from .mip import Formed
from .objective import PlanProblem, greedy_plan
from .refusals import contradiction


@dataclass(frozen=True, eq=False)
class PriceCertificate:
    """Prices of a model's rows from which a bound follows by adding up; see `priced_bound`."""

    model: Model
    prices: Floats
    zero: float

    @property
    def bound(self) -> float:
        """No plan is worth more."""
        return self.zero - priced_bound(self.model, self.prices)


@dataclass(frozen=True, eq=False)
class PlanAnswer:
    """A plan, and how sure it is.

    Attributes
    ----------
    chosen
        ``(sites,)`` the stations of the plan, standing ones among them.
    objective, bound, gap, proven, stopped
        As in `weizhan.coverage.covering.models.Siting`, in what the problem counts by.
    unmet
        Must-cover rows that are not covered; ``unmet_bound`` are missed by every plan.
    shortfall
        Of each group against the floor.
    certificate
        Prices that prove a bound (which may be weaker); None when time was too short.
    """

    chosen: Flags
    objective: float
    bound: float
    gap: float
    proven: bool
    stopped: Stop
    unmet: Indices
    unmet_bound: int
    shortfall: Floats
    certificate: PriceCertificate | None = None


def solve_plan(
    problem: PlanProblem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    starts: tuple[Flags, ...] = (),
    certify: bool = False,
) -> PlanAnswer:
    """Find the best plan: first the fewest must-cover rows missed, then floors, then weight.

    Parameters
    ----------
    problem
        What to plan.
    time_limit_s
        For all stages; the best plan found comes back with its gap.
    gap
        Relative gap at which to stop.
    seed
        Of the solver.
    starts
        Plans to begin with.
    certify
        Whether to look for prices that prove a bound.

    Raises
    ------
    InputError
        When no plan keeps the quotas, the number of stations and the budget.
    """
    clock = Clock(time_limit_s)
    formed = Formed(problem)
    known = [s for s in (*starts, greedy_plan(problem)) if formed.keeps(s)]
    least_unmet, short = np.inf, np.inf
    unmet_bound = formed.hopeless
    for aim in formed.aims:
        best = max(known, key=formed.order, default=None)
        model, zero = formed.model(aim, least_unmet, short)
        answer = solve(
            model,
            clock=clock,
            start=None if best is None else formed.values(best),
            gap=gap if aim == "weight" else 0.0,
            absolute_gap=formed.absolute_gap(aim),
            seed=seed,
        )
        found = _taken(formed, answer)
        if found is None and best is None:
            if answer.closed:
                raise contradiction(problem)
            raise InputError("error.plan_no_time", seconds=time_limit_s)
        known += [] if found is None else [found]
        best = max(known, key=formed.order)
        known = [best]
        if aim == "unmet":
            least_unmet = len(problem.unmet(best))
            unmet_bound = int(np.ceil(max(0.0, answer.bound) - 1e-6)) + formed.hopeless
        elif aim == "short":
            short = float(problem.shortfall(best).sum()) + 1e-7
        if answer.interrupted and aim != "weight":
            answer, zero = Answer(None, -np.inf, False, True), 0.0
            break
    return _answered(formed, known[0], answer, zero, unmet_bound, gap, clock if certify else None)


def _taken(formed: Formed, answer: Answer) -> Flags | None:
    if answer.values is None:
        return None
    chosen = formed.base.copy()
    chosen[formed.sites] = answer.values[: len(formed.sites)] > 0.5
    return chosen if formed.keeps(chosen) else None


def _answered(
    formed: Formed,
    best: Flags,
    answer: Answer,
    zero: float,
    unmet_bound: int,
    gap: float,
    clock: Clock | None,
) -> PlanAnswer:
    problem = formed.problem
    objective = problem.score(best)
    most = problem.score(np.ones(len(best), dtype=bool))
    bound = max(objective, min(zero - answer.bound, most))
    room = bound - objective
    close = max(0.999 * formed.grain, CLOSE * abs(objective), 1e-6)
    proven = answer.closed and room <= close
    stopped: Stop = "proven" if proven else "gap"
    if not answer.closed:
        stopped = "interrupted" if answer.interrupted else "time"
    bound = objective if proven else bound
    certificate = None
    if clock is not None and not clock.over:
        model, zero = formed.model("weight", np.inf, np.inf)
        prices = row_prices(model, clock=Clock(max(5.0, clock.left())))
        if prices is not None:
            certificate = PriceCertificate(model, prices, zero)
    return PlanAnswer(
        best,
        objective,
        bound,
        (bound - objective) / max(abs(objective), 1e-300) if bound > objective else 0.0,
        proven,
        stopped,
        problem.unmet(best),
        unmet_bound,
        problem.shortfall(best),
        certificate,
    )
