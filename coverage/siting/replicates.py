"""A plan held against chance: random risk, travel times and lanes; what robustness costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats
from ...geo.wishes import Robust
from .. import columns as c
from ..covering import Clock
from .demand_rows import Rows
from .instance import FAR, SitingInstance
from .objective import PlanProblem, tail_mean
from .request import lane_rows
from .solve import Solution, best_plan

GAP = 0.005  # of the search in each draw: plans as good as this are all the same here
SEARCH_S = 5.0  # for the search in each draw
Z90 = 1.6449  # between the middle and the ends of an interval of 90 per cent
ROBUST: tuple[Robust, ...] = ("none", "expected", "cvar", "worst")


@dataclass(frozen=True, eq=False)
class Stability:
    """How a plan fares over random states of risk, travel time and lanes.

    Attributes
    ----------
    draws
        How many were looked at; fewer than asked when time ran out.
    chosen
        ``(sites,)`` share of the draws in whose best plan a site is.
    share
        ``(draws,)`` share of the weight that the plan covers in each.
    regret
        ``(draws,)`` how much more, as a share of the weight, the best plan of the draw covers.
    risk_drawn
        Whether the weights were drawn too, which needs an interval of each.
    """

    draws: int
    chosen: Floats
    share: Floats
    regret: Floats
    risk_drawn: bool


def stability(
    instance: SitingInstance,
    problem: PlanProblem,
    plan: Flags,
    *,
    draws: int,
    clock: Clock,
    risk: pd.DataFrame | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Stability:
    """Plan anew in each of many random states, and see how the plan fares in them.

    In each draw every lane is occupied with its own probability, all travel takes a common factor
    (log-normal, the rule set's coefficient of variation) and, where risk has intervals, every
    building's risk moves by itself within its own. The number of stations, the budget and quotas
    bind as in the plan; must-cover rows and floors are left out.

    Parameters
    ----------
    instance, problem, plan
        The study, what was asked, and the plan.
    draws
        How many.
    clock
        When to stop.
    risk
        Columns of risk with intervals, if the weights are risk.
    seed
        Draw *i* depends on the seed and *i* alone.
    progress
        Called with draws done and in all.
    """
    plain = replace(problem, must=None, groups=0, floor=0.0, worst_off=0.0, robust="none")
    spread = np.sqrt(np.log1p(instance.town.rules.response.travel_cv.value**2))
    sigma = None if risk is None else _sigma(risk)
    count = np.zeros(len(plan))
    share: list[float] = []
    regret: list[float] = []
    random = [np.random.default_rng([seed, number, 7]) for number in range(draws)]
    for number, held in enumerate(instance.drawn(draws=draws, seed=seed)):
        if clock.over:
            break
        slower = float(np.exp(random[number].normal(0.0, spread)))
        factor = (
            None if sigma is None else np.exp(random[number].normal(0.0, 1.0, len(sigma)) * sigma)
        )
        rows = instance.rows(instance.reaches(held, longest=FAR), slower=slower, factor=factor)
        found = best_plan(
            replace(plain, rows=rows),
            time_limit_s=min(SEARCH_S, max(clock.left(), 0.1)),
            gap=GAP,
            seed=seed,
            starts=[plan],
        )
        count += found.answer.chosen
        best, ours = found.answer.objective, rows.worth(plan)
        share.append(ours / rows.total if rows.total else 0.0)
        regret.append(max(0.0, best - ours) / rows.total if rows.total else 0.0)
        progress(number + 1, draws)
    done = len(share)
    return Stability(
        done, count / max(done, 1), np.array(share), np.array(regret), sigma is not None
    )


@dataclass(frozen=True, eq=False)
class Robustness:
    """What plans made for different attitudes to blocked lanes cover.

    Attributes
    ----------
    plans
        By attitude: ``none`` (lanes as known), ``expected``, ``cvar``, ``worst``.
    table
        One row a plan: `mean`, `tail`, `worst` share of the weight over the states that it was
        made for, and `fresh_mean`, `fresh_tail`, `fresh_worst` over others of the same number.
    draws, tail
        States of the lanes, and the share of them in the tail.
    """

    plans: dict[str, Solution]
    table: pd.DataFrame
    draws: int
    tail: float


def robustness(
    instance: SitingInstance, problem: PlanProblem, found: Solution, *, clock: Clock, seed: int = 1
) -> Robustness:
    """Plan for the average, the tail and the worst of random states of the lanes.

    Parameters
    ----------
    instance, problem
        The study, and what was asked with the lanes as they are known.
    found
        The best plan for that.
    clock
        When to stop; each attitude may take an equal part.
    seed
        Of the states; the fresh ones come from the next.
    """
    draws, tail = instance.wishes.lane_draws, instance.wishes.tail
    rows = lane_rows(instance, draws=draws, seed=seed)
    fresh = lane_rows(instance, draws=draws, seed=seed + 1)
    plans: dict[str, Solution] = {"none": found}
    for number, attitude in enumerate(ROBUST[1:]):
        if clock.over:
            break
        plans[attitude] = best_plan(
            replace(problem, rows=rows, robust=attitude, tail=tail),
            time_limit_s=clock.left() / (len(ROBUST) - 1 - number),
            seed=seed,
            starts=[plan.answer.chosen for plan in plans.values()],
        )
    table = pd.DataFrame(
        {
            name: {
                **_figures(rows, plan.answer.chosen, tail, ""),
                **_figures(fresh, plan.answer.chosen, tail, "fresh_"),
            }
            for name, plan in plans.items()
        }
    ).T
    return Robustness(plans, table, draws, tail)


def _figures(rows: Rows, chosen: Flags, tail: float, prefix: str) -> dict[str, float]:
    share = rows.worth_by_draw(chosen) / rows.total
    return {
        f"{prefix}mean": float(share.mean()),
        f"{prefix}tail": tail_mean(share, tail),
        f"{prefix}worst": float(share.min()),
    }


def _sigma(risk: pd.DataFrame) -> Floats:
    """Return the spread of the logarithm of each building's risk, 0 where it has no interval."""
    low = risk[f"{c.HARM_INDEX}_low"].to_numpy(dtype=float)
    high = risk[f"{c.HARM_INDEX}_high"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.log(high / low) / (2 * Z90)
    return np.where(np.isfinite(sigma) & (sigma > 0), sigma, 0.0)
