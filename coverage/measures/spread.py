"""How a plan changes when measures cost half or twice as much, and over draws of their costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...geo.arrays import Flags, Floats
from ...geo.measure import Measure
from ...geo.rules import RuleSet
from ...geo.words import MeasureKind
from ..covering import Clock
from ..keyed import keys_of, uniforms
from .problem import BudgetProblem
from .solve import MeasuresAnswer, best_measures

FACTORS = (0.5, 2.0)


@dataclass(frozen=True, eq=False)
class KindChange:
    """The best plan when measures of a kind cost otherwise.

    Attributes
    ----------
    kind, factor
        Which, and how many times as much.
    entered, left
        Measures that are in it and not in the plan, and the other way round.
    worth
        What there is with it.
    proven
        Whether it is the best.
    """

    kind: MeasureKind
    factor: float
    entered: tuple[int, ...]
    left: tuple[int, ...]
    worth: float
    proven: bool


@dataclass(frozen=True, eq=False)
class CostDraws:
    """How steady a plan is over draws of costs.

    Attributes
    ----------
    share
        ``(measures,)`` in what share of the draws the best plan has each measure.
    worth
        ``(draws,)`` what the best plan of each draw is worth.
    spent
        ``(draws,)`` what the plan itself would cost, in yuan.
    """

    share: Floats
    worth: Floats
    spent: Floats

    @property
    def draws(self) -> int:
        """How many draws there were time for."""
        return len(self.worth)


def kind_changes(
    problem: BudgetProblem,
    answer: MeasuresAnswer,
    measures: Sequence[Measure],
    *,
    clock: Clock,
    seed: int,
) -> tuple[KindChange, ...]:
    """Return the best plan when all measures of one kind cost half, and twice as much.

    Parameters
    ----------
    problem, answer
        What is planned, and the plan.
    measures
        Their kinds.
    clock
        For all together; what there is no time for is left out.
    seed
        Of the solver.
    """
    kinds = np.array([measure.kind.value for measure in measures])
    # A kind that nothing in reach has helps at no price.
    told = [kind for kind in MeasureKind if (problem.useful & (kinds == kind.value)).any()]
    asks = [(kind, factor) for kind in told for factor in FACTORS]
    found = []
    for number, (kind, factor) in enumerate(asks):
        if clock.over:
            break
        costs = np.where(kinds == kind.value, problem.costs * factor, problem.costs)
        asked = replace(problem, costs=costs)
        if not asked.keeps(asked.flags(asked.chosen)):
            continue
        other = best_measures(asked, time_limit_s=clock.left() / (len(asks) - number), seed=seed,
                              starts=(answer.chosen,))  # fmt: skip
        found.append(
            KindChange(
                kind,
                factor,
                _numbers(other.chosen & ~answer.chosen),
                _numbers(answer.chosen & ~other.chosen),
                other.worth,
                other.proven,
            )
        )
    return tuple(found)


def cost_draws(
    problem: BudgetProblem,
    answer: MeasuresAnswer,
    rules: RuleSet,
    measures: Sequence[Measure],
    *,
    draws: int,
    clock: Clock,
    seed: int,
) -> CostDraws:
    """Return in how many draws of costs each measure is in the best plan.

    Parameters
    ----------
    problem, answer
        What is planned, and the plan.
    rules
        With the range of the price of each kind.
    measures
        Each is drawn by its own id, so that one more changes no other.
    draws, clock, seed
        How many, how long, from which seed.
    """
    factor = _factors(rules, measures, draws=draws, seed=seed)
    share = np.zeros(problem.measures)
    worth, spent = [], []
    for number in range(draws):
        if clock.over:
            break
        asked = replace(problem, costs=problem.costs * factor[:, number])
        spent.append(asked.spent(answer.chosen))
        if not asked.keeps(asked.flags(asked.chosen)):
            worth.append(float("nan"))
            continue
        other = best_measures(asked, time_limit_s=clock.left() / (draws - number), seed=seed,
                              starts=(answer.chosen,))  # fmt: skip
        share += other.chosen
        worth.append(other.worth)
    return CostDraws(share / max(len(worth), 1), np.array(worth), np.array(spent))


def _numbers(flags: Flags) -> tuple[int, ...]:
    return tuple(int(at) for at in np.flatnonzero(flags))


def _factors(rules: RuleSet, measures: Sequence[Measure], *, draws: int, seed: int) -> Floats:
    """Return what costs are drawn to be, ``(measures, draws)`` times the price.

    Triangular between the ends of the price of the kind: half of them below the price and half
    above. Where the rules give no range the price stands.
    """
    even = uniforms(keys_of(m.measure_id for m in measures), "cost", seed=seed, draws=draws)
    ends = np.array([_ends(rules, measure) for measure in measures]).reshape(-1, 2)
    low, high = 1 - ends[:, :1], ends[:, 1:] - 1
    down = 1 - low * (1 - np.sqrt(2 * even))
    up = 1 + high * (1 - np.sqrt(2 * (1 - even)))
    return np.asarray(np.where(even < 0.5, down, up))


def _ends(rules: RuleSet, measure: Measure) -> tuple[float, float]:
    """Return the ends of a price as parts of it."""
    if measure.kind == MeasureKind.STATION:
        host = measure.plan.stations.add[0].host_type if measure.plan.stations.add else None
        value = rules.siting.host_rule(host).build_yuan
    else:
        rule = rules.measures.kind[measure.kind]
        value = rule.per_piece_yuan or rule.cost_yuan
    if not value.value:
        return 1.0, 1.0
    return value.at_least / value.value, value.at_most / value.value
