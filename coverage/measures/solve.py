"""The best plan of measures as one mixed-integer program, only the measures binary.

With x the measures, y the options of two and more, z the rows and l the sets of measures at a
building, all between 0 and 1::

    most  Σ w z + Σ gain l                 a row under a set of locals is worth what these leave
    y_o <= x_m                             of every measure that an option needs
    Σ_c z_rc <= Σ y of the options that cover the row
    z_rc <= l_c, Σ l_c = 1                 of the building of the row, no local among the sets
    Σ l_c with m in c <= x_m
    Σ c x <= B, Σ x <= 1 of a clique, t <= share of every community

Where the x are whole, so is the best of all others, so they stay continuous.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from ...geo.words import InputError
from ..covering import CLOSE, Clock, Model, Stop, grain, row_prices, same_rows, solve
from ..siting import PriceCertificate
from .problem import BudgetProblem, greedy_choice

Aim = Literal["worst", "worth", "cost"]


@dataclass(frozen=True, eq=False)
class MeasuresAnswer:
    """A choice of measures, and how sure it is.

    Attributes
    ----------
    chosen
        ``(measures,)``
    worth, bound, gap, proven, stopped
        What there is with it, what no plan exceeds, the relative difference, whether it is the
        best, and why the search ended.
    worst
        Share of the worst-off group; `worst_bound` no plan exceeds where that comes first.
    proof
        Of a bound (which may be weaker); None when time was too short.
    """

    chosen: Flags
    worth: float
    bound: float
    gap: float
    proven: bool
    stopped: Stop
    worst: float
    worst_bound: float
    proof: PriceCertificate | None = None


def best_measures(
    problem: BudgetProblem,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    starts: tuple[Flags, ...] = (),
    certify: bool = False,
) -> MeasuresAnswer:
    """Find the best plan of measures within the budget.

    Parameters
    ----------
    problem
        What measures do, and what binds.
    time_limit_s
        After which the best plan found comes back with its gap.
    seed
        Of the solver.
    starts
        Plans to begin with.
    certify
        Whether to look for prices that prove a bound.

    Returns
    -------
    MeasuresAnswer
        A measure that adds nothing is never in it, but for those chosen by the user.

    Raises
    ------
    InputError
        When the measures of every plan cost more than the budget or exclude each other.
    """
    given = problem.flags(problem.chosen)
    if not problem.keeps(given):
        raise InputError(
            "error.measures_must",
            cost=f"{problem.spent(given):,.0f}",
            budget="" if problem.budget is None else f"{problem.budget:,.0f}",
        )
    clock = Clock(time_limit_s)
    small = problem.reduced()
    formed = _Formed(small)
    known = [s for s in (*starts, greedy_choice(small)) if problem.keeps(s)]
    best = max(known, key=problem.score)
    least, worst_bound = -np.inf, 1.0
    interrupted = False
    stopped: Stop = "interrupted"
    if problem.worst_first:
        model, zero = formed.model("worst", worst=-np.inf)
        answer = solve(model, clock=Clock(clock.left() / 2), start=formed.values(best),
                       absolute_gap=1e-7, seed=seed)  # fmt: skip
        best = _better(problem, formed, best, answer.values)
        worst_bound = min(1.0, -answer.bound)
        interrupted = answer.interrupted
        least = problem.worst(best) - 1e-7
        if answer.closed:
            worst_bound = problem.worst(best)
    model, zero = formed.model("worth", worst=least)
    close = max(0.999 * formed.grain, CLOSE * problem.worth(best), 1e-6 * formed.unit)
    if interrupted:
        bound, closed = np.inf, False
    else:
        answer = solve(model, clock=clock, start=formed.values(best),
                       absolute_gap=close / formed.unit, seed=seed)  # fmt: skip
        best = _better(problem, formed, best, answer.values)
        bound, closed = zero - answer.bound * formed.unit, answer.closed
        stopped = "interrupted" if answer.interrupted else "time"
    best = _without_idle(problem, best)
    worth = problem.worth(best)
    bound = max(worth, min(bound, float(problem.total.sum())))
    proven = closed and bound - worth <= 2 * close
    if proven:
        bound, stopped = worth, "proven"
    elif closed:
        stopped = "gap"
    proof = None
    if certify and not clock.over:
        prices = row_prices(model, clock=Clock(max(5.0, clock.left())))
        if prices is not None:
            whole = replace(model, costs=model.costs * formed.unit)
            proof = PriceCertificate(whole, prices * formed.unit, zero)
    gap = (bound - worth) / max(abs(worth), 1e-300) if bound > worth else 0.0
    return MeasuresAnswer(
        best, worth, bound, gap, proven, stopped, problem.worst(best), worst_bound, proof
    )


def cheapest_measures(
    problem: BudgetProblem,
    goal: float,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    time_limit_s: float = 60.0,
    seed: int = 0,
) -> tuple[MeasuresAnswer, float]:
    """Find the cheapest plan that is worth at least so much.

    Parameters
    ----------
    problem
        Its own budget does not count.
    goal
        In what the problem counts by, all that is there without measures among it.
    scale
        What reads as nothing and as all where the goal cannot be reached.
    time_limit_s, seed
        As in `best_measures`.

    Returns
    -------
    answer, least_yuan
        The plan, and what no plan that reaches the goal costs less than.

    Raises
    ------
    InputError
        When all measures together do not reach the goal.
    """
    clock = Clock(time_limit_s)
    free = replace(problem, budget=None)
    most = best_measures(free, time_limit_s=clock.left() / 3, seed=seed)
    if most.worth < goal - CLOSE * abs(goal):
        most_, goal_ = ((told - scale[0]) / (scale[1] - scale[0]) for told in (most.bound, goal))
        raise InputError("error.measures_target", most=most_, target=goal_)
    small = free.reduced()
    formed = _Formed(small)
    model, _ = formed.model("cost", worst=-np.inf, goal=goal)
    per = max(float(problem.costs.max(initial=0.0)), 1.0)
    answer = solve(model, clock=clock, start=formed.values(most.chosen), gap=0.0,
                   absolute_gap=0.5 / per, seed=seed)  # fmt: skip
    best = most.chosen
    if answer.values is not None:
        found = formed.taken(answer.values)
        if problem.worth(found) >= goal - CLOSE * abs(goal) - 1e-9:
            best = min(best, found, key=problem.spent)
    cost, least = problem.spent(best), max(0.0, answer.bound * per)
    proven = answer.closed and cost - least <= 1.0
    stopped: Stop = "proven" if proven else "interrupted" if answer.interrupted else "time"
    worth = problem.worth(best)
    return (
        MeasuresAnswer(best, worth, worth, 0.0, proven, stopped, problem.worst(best), 1.0),
        cost if proven else min(least, cost),
    )


def _better(problem: BudgetProblem, formed: _Formed, best: Flags, values: Floats | None) -> Flags:
    if values is None:
        return best
    found = formed.taken(values)
    return max(best, found, key=problem.score) if problem.keeps(found) else best


def _without_idle(problem: BudgetProblem, chosen: Flags) -> Flags:
    """Return a choice without measures that it does not need, the dearest left out first."""
    best = chosen.copy()
    score = problem.score(best)
    given = problem.flags(problem.chosen)
    for measure in np.flatnonzero(best & ~given)[np.argsort(-problem.costs[best & ~given])]:
        less = best.copy()
        less[measure] = False
        told = problem.score(less)
        if told[0] >= score[0] and told[1] >= score[1] - 1e-12 * abs(score[1]):
            best = less
    return best


class _Formed:
    """A problem as the rows and columns of a model."""

    def __init__(self, problem: BudgetProblem) -> None:
        self.problem = problem
        local = problem.row_local
        self.own = np.flatnonzero(local >= 0)  # rows at buildings with locals
        self.own_local = local[self.own]
        rest = np.flatnonzero(local < 0)
        by_group = problem.group if problem.worst_first else np.zeros_like(problem.group)
        label = same_rows(problem.cover[rest]) if len(rest) else np.empty(0, dtype=np.intp)
        key = np.stack([label, by_group[rest]], axis=1)
        _, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
        reached = np.diff(problem.cover[rest[first]].indptr) > 0 if len(rest) else np.zeros(0, bool)
        self.plain = rest[first][reached]
        summed = np.bincount(which.ravel(), problem.weights[rest], len(first))
        self.plain_weight = summed[reached]
        self.options = np.flatnonzero(problem.sizes > 1)
        self.unit = max(float(problem.total.sum() - problem.base.sum()), 1e-300)
        whole = not problem.locals
        self.grain = grain(self.plain_weight) if whole and len(self.plain_weight) else 0.0
        # Sets of locals but the empty one, and the rows under every set, the empty one too.
        sets = [(n, c) for n, told in enumerate(problem.locals) for c in range(1, len(told.gain))]
        self.set_local = np.array([n for n, _ in sets], dtype=np.intp)
        self.set_code = np.array([c for _, c in sets], dtype=np.intp)
        count = np.array([len(problem.locals[n].gain) for n in self.own_local], dtype=np.intp)
        self.under_row = np.repeat(np.arange(len(self.own)), count)
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        self.under_code = inside
        left = [problem.locals[n].left[c] for n, c in
                zip(self.own_local[self.under_row], inside, strict=True)]  # fmt: skip
        self.under_weight = problem.weights[self.own][self.under_row] * np.array(left)
        sizes = {
            "x": problem.measures,
            "y": len(self.options),
            "z": len(self.plain),
            "u": len(self.under_row),
            "l": len(sets),
            "t": int(problem.worst_first),
        }
        ends = np.cumsum([0, *sizes.values()])
        self.at = {n: slice(a, b) for n, a, b in zip(sizes, ends, ends[1:], strict=False)}
        self.columns = int(ends[-1])
        self.blocks = self._blocks()

    def taken(self, values: Floats) -> Flags:
        """Return the measures of a solution."""
        return np.asarray(values[: self.problem.measures] > 0.5)

    def values(self, chosen: Flags) -> Floats:
        """Return the variables of a plan."""
        p, found = self.problem, np.zeros(self.columns)
        open_ = p.open_options(chosen)
        covered = p.covered(chosen)
        found[self.at["x"]] = chosen
        found[self.at["y"]] = open_[self.options]
        found[self.at["z"]] = covered[self.plain]
        codes = p.local_table.chosen(chosen)
        if len(codes):
            found[self.at["l"]] = codes[self.set_local] == self.set_code
            here = codes[self.own_local[self.under_row]] == self.under_code
            found[self.at["u"]] = here & covered[self.own[self.under_row]]
        if p.worst_first:
            found[self.at["t"]] = p.worst(chosen)
        return found

    def model(self, aim: Aim, *, worst: float, goal: float = 0.0) -> tuple[Model, float]:
        """Return a model to be minimised, and the worth of a value of 0.

        Parameters
        ----------
        aim
            The share of the worst-off group, the sum, or the cost.
        worst
            Least share of the worst-off group.
        goal
            Least sum where the cost is the aim.
        """
        p, blocks = self.problem, list(self.blocks)
        zero = float(p.base.sum() + sum(local.gain[0] for local in p.locals))
        costs = np.zeros(self.columns)
        ones = np.unique(p.chosen).astype(np.intp)
        if aim == "worst":
            costs[self.at["t"]] = -1.0
        elif aim == "cost":
            per = max(float(p.costs.max(initial=0.0)), 1.0)
            costs[self.at["x"]] = p.costs / per
            row = sparse.csr_array(self._worth()[None, :] / self.unit)
            blocks.append((row, np.array([(goal - zero) / self.unit - 1e-9]), np.array([np.inf])))
        else:
            costs = -self._worth() / self.unit
        if np.isfinite(worst) and p.worst_first:
            row = sparse.csr_array(([1.0], ([0], [self.at["t"].start])), (1, self.columns))
            blocks.append((row, np.array([worst]), np.array([np.inf])))
        matrix = sparse.vstack([b[0] for b in blocks], format="csr")
        low, high = (np.concatenate([b[k] for b in blocks]) for k in (1, 2))
        return Model(costs, p.measures, matrix, low, high, ones), zero

    def _worth(self) -> Floats:
        p, worth = self.problem, np.zeros(self.columns)
        worth[self.at["z"]] = self.plain_weight
        worth[self.at["u"]] = self.under_weight
        worth[self.at["l"]] = [
            p.locals[n].gain[c] - p.locals[n].gain[0]
            for n, c in zip(self.set_local, self.set_code, strict=True)
        ]
        return worth

    def _blocks(self) -> list[tuple[sparse.csr_array, Floats, Floats]]:
        p, at, blocks = self.problem, self.at, []

        def add(  # rows from cells: which row, which column, what
            cells: list[tuple[Indices, Indices, Floats]], rows: int, low: float, high: float
        ) -> None:
            if rows:
                row, column, value = (np.concatenate(c) for c in zip(*cells, strict=True))
                matrix = sparse.csr_array((value, (row, column)), (rows, self.columns))
                blocks.append((matrix, np.full(rows, low), np.full(rows, high)))

        # y <= x of every measure of the option
        needs = p.options[self.options]
        many = np.repeat(np.arange(len(self.options)), np.diff(needs.indptr))
        pair, ones = np.arange(needs.nnz), np.ones(needs.nnz)
        add([(pair, at["y"].start + many, ones), (pair, needs.indices.astype(np.intp), -ones)],
            needs.nnz, -np.inf, 0.0)  # fmt: skip
        # What covers a row: the measure itself where the option is one, else its y.
        column = np.zeros(p.options.shape[0], dtype=np.intp)
        alone = np.flatnonzero(p.sizes == 1)
        column[alone] = p.options[alone].indices
        column[self.options] = at["y"].start + np.arange(len(self.options))
        for rows, own, begin in (
            (self.plain, np.arange(len(self.plain)), at["z"].start),
            (self.own, self.under_row, at["u"].start),
        ):
            cover = p.cover[rows]
            who = np.repeat(np.arange(len(rows)), np.diff(cover.indptr))
            mine = np.arange(len(own))
            add([(own, begin + mine, np.ones(len(own))),
                 (who, column[cover.indices], -np.ones(len(who)))],
                len(rows), -np.inf, 0.0)  # fmt: skip
        # A row under a set of locals counts as far as the set is the one: z_rc <= l_c.
        place = {(int(n), int(c)): k for k, (n, c) in enumerate(
            zip(self.set_local, self.set_code, strict=True))}  # fmt: skip
        named = np.flatnonzero(self.under_code > 0)
        to = [place[int(self.own_local[self.under_row[k]]), int(self.under_code[k])] for k in named]
        one = np.ones(len(named))
        seq = np.arange(len(named))
        add([(seq, at["u"].start + named, one),
             (seq, at["l"].start + np.array(to, dtype=np.intp), -one)],
            len(named), -np.inf, 0.0)  # fmt: skip
        bare = np.flatnonzero(self.under_code == 0)
        sets_of: dict[int, list[int]] = {}
        for k, n in enumerate(self.set_local.tolist()):
            sets_of.setdefault(n, []).append(k)
        seq, whole = np.arange(len(bare)), []
        for k, at_bare in enumerate(bare.tolist()):
            sets = sets_of[int(self.own_local[self.under_row[at_bare]])]
            whole.append((np.full(len(sets), k), np.array(sets, dtype=np.intp)))
        if len(bare):
            rows_, sets_ = (np.concatenate(c) for c in zip(*whole, strict=True))
            add([(seq, at["u"].start + bare, np.ones(len(bare))),
                 (rows_, at["l"].start + sets_, np.ones(len(rows_)))],
                len(bare), -np.inf, 1.0)  # fmt: skip
        count = len(p.locals)
        every = np.arange(len(self.set_local))
        add([(self.set_local, at["l"].start + every, np.ones(len(every)))], count, -np.inf, 1.0)
        cells, number = [], 0
        for n, local in enumerate(p.locals):
            own_sets = np.array(sets_of.get(n, []), dtype=np.intp)
            for bit, measure in enumerate(local.measures.tolist()):
                inside = own_sets[(self.set_code[own_sets] >> bit) & 1 == 1]
                cells.append((np.full(len(inside) + 1, number),
                              np.append(at["l"].start + inside, measure),
                              np.append(np.ones(len(inside)), -1.0)))  # fmt: skip
                number += 1
        add(cells, number, -np.inf, 0.0)
        each = np.arange(p.measures)
        zero = np.zeros(p.measures, dtype=np.intp)
        if p.budget is not None:
            per = max(float(p.costs.max(initial=0.0)), 1.0)
            add([(zero, each, p.costs / per)], 1, -np.inf, p.budget / per + 1e-9)
        if len(p.forbidden):
            add([(np.zeros(len(p.forbidden), dtype=np.intp), p.forbidden,
                  np.ones(len(p.forbidden)))], 1, -np.inf, 0.0)  # fmt: skip
        for clique in p.cliques:
            add([(np.zeros(len(clique), dtype=np.intp), clique, np.ones(len(clique)))],
                1, -np.inf, 1.0)  # fmt: skip
        blocks += self._fair()
        if not blocks:
            blocks.append((sparse.csr_array((1, self.columns)), np.zeros(1), np.zeros(1)))
        return blocks

    def _fair(self) -> list[tuple[sparse.csr_array, Floats, Floats]]:
        """Return the rows that hold t below the share of every group."""
        p = self.problem
        if not p.worst_first:
            return []
        worth = np.zeros((p.groups + 1, self.columns))
        have = p.base.copy()
        for local in p.locals:
            have[local.group] += local.gain[0]
        np.add.at(worth, (p.group[self.plain], self.at["z"].start + np.arange(len(self.plain))),
                  self.plain_weight)  # fmt: skip
        own = p.group[self.own][self.under_row]
        np.add.at(worth, (own, self.at["u"].start + np.arange(len(own))), self.under_weight)
        for k, (n, c) in enumerate(zip(self.set_local, self.set_code, strict=True)):
            local = p.locals[n]
            worth[local.group, self.at["l"].start + k] += local.gain[c] - local.gain[0]
        known = np.flatnonzero(p.total[:-1] > 0)
        total = p.total[:-1][known]
        matrix = worth[known] / total[:, None]
        matrix[:, self.at["t"].start] = -1.0
        return [(sparse.csr_array(matrix), -have[known] / total, np.full(len(known), np.inf))]
