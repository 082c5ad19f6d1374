"""A plan of measures to be found within a budget, and how a choice of them is judged.

A row is something to be covered: a building in time, a level of its waiting, a level of its harm.
An *option* is a set of measures that covers rows together: a station, a station behind a lane to
be opened, two openings on the way of a crew that stands. *Locals* are measures at one building
that work on it alone, as devices do: what they take away together, and what they leave of what a
row there is worth, is told for every set of them, so that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices


@dataclass(frozen=True, eq=False)
class Local:
    """Measures at one building that work on it alone.

    Attributes
    ----------
    building
        To which rows refer.
    group
        Community of the building, -1 outside.
    measures
        ``(k,)``
    gain
        ``(2**k,)`` what each set of them takes away; bit *i* of the place is measure *i*.
    left
        ``(2**k,)`` what is left of the weight of the building's rows, 1 for no measure.
    """

    building: int
    group: int
    measures: Indices
    gain: Floats
    left: Floats


@dataclass(frozen=True, eq=False)
class LocalTable:
    """All locals as arrays; what is not there is measure -1.

    Attributes
    ----------
    measures
        ``(locals, most)``
    gain, left
        ``(locals, 2**most)`` as in `Local`; sets with a measure that is not there have gain -inf.
    building, group
        ``(locals,)``
    """

    measures: Indices
    gain: Floats
    left: Floats
    building: Indices
    group: Indices

    def chosen(self, flags: Flags) -> Indices:
        """Return the place of a choice of measures in `gain` and `left`, by local."""
        have = np.where(self.measures >= 0, flags[self.measures], False)
        return np.asarray((have << np.arange(self.measures.shape[1])).sum(axis=1), dtype=np.intp)

    def gains(self, flags: Flags) -> tuple[Floats, Floats]:
        """Return by local what a choice takes away, and what it leaves of rows there."""
        row, at = np.arange(len(self.gain)), self.chosen(flags)
        return self.gain[row, at], self.left[row, at]

    def added(self, flags: Flags, measures: int) -> Floats:
        """Return what each measure would add at buildings to a choice that lacks it."""
        row, at = np.arange(len(self.gain)), self.chosen(flags)
        found = np.zeros(measures)
        for bit in range(self.measures.shape[1]):
            there = self.measures[:, bit] >= 0
            gain = self.gain[row, at | (1 << bit)] - self.gain[row, at]
            np.add.at(found, self.measures[there, bit], gain[there])
        found[flags] = 0.0
        return found


def _table(locals_: Sequence[Local]) -> LocalTable:
    most = max((len(local.measures) for local in locals_), default=0)
    measures = np.full((len(locals_), most), -1, dtype=np.intp)
    gain = np.full((len(locals_), 1 << most), -np.inf)
    left = np.ones((len(locals_), 1 << most))
    for row, local in enumerate(locals_):
        measures[row, : len(local.measures)] = local.measures
        gain[row, : len(local.gain)] = local.gain
        left[row, : len(local.left)] = local.left
    building = np.array([local.building for local in locals_], dtype=np.intp)
    group = np.array([local.group for local in locals_], dtype=np.intp)
    return LocalTable(measures, gain, left, building, group)


@dataclass(frozen=True, eq=False)
class BudgetProblem:
    """What measures can do, and what binds.

    Attributes
    ----------
    costs
        ``(measures,)`` yuan.
    options
        ``(options, measures)`` CSR of ones: what each option needs.
    cover
        ``(rows, options)`` CSR of ones: which options cover each row.
    weights, building, group
        ``(rows,)`` what a row is worth, whose it is, and its community, -1 outside.
    locals
        Measures at buildings; one a building.
    base, total
        ``(groups + 1,)`` what is there without any measure and what there is at most, by group,
        the last for what lies outside all.
    budget
        Yuan; None for no limit.
    cliques
        Sets of measures of which one at most may be chosen.
    chosen, forbidden
        Measures of every plan, and of none.
    worst_first
        Whether the share of the worst-off group comes before the sum.
    """

    costs: Floats
    options: sparse.csr_array
    cover: sparse.csr_array
    weights: Floats
    building: Indices
    group: Indices
    locals: tuple[Local, ...]
    base: Floats
    total: Floats
    budget: float | None = None
    cliques: tuple[Indices, ...] = ()
    chosen: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    forbidden: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    worst_first: bool = False

    @property
    def measures(self) -> int:
        """How many there are."""
        return len(self.costs)

    @property
    def groups(self) -> int:
        """How many communities there are."""
        return len(self.base) - 1

    @cached_property
    def sizes(self) -> Indices:
        """``(options,)`` how many measures each needs."""
        return np.asarray(np.diff(self.options.indptr), dtype=np.intp)

    @cached_property
    def local_table(self) -> LocalTable:
        """All locals as arrays."""
        return _table(self.locals)

    @cached_property
    def row_local(self) -> Indices:
        """``(rows,)`` number of the local of the row's building, -1 where it has none."""
        at = {local.building: number for number, local in enumerate(self.locals)}
        return np.array([at.get(b, -1) for b in self.building.tolist()], dtype=np.intp)

    @cached_property
    def useful(self) -> Flags:
        """``(measures,)`` which can help at all."""
        useful = np.zeros(self.measures, dtype=bool)
        used = np.diff(self.cover.tocsc().indptr) > 0
        useful[self.options[np.flatnonzero(used)].indices] = True
        for local in self.locals:
            for bit, measure in enumerate(local.measures):
                without = np.flatnonzero((np.arange(len(local.gain)) >> bit) & 1 == 0)
                added = local.gain[without | (1 << bit)] > local.gain[without] + 1e-12
                useful[measure] |= bool(added.any())
        return useful

    def flags(self, measures: Sequence[int] | Indices) -> Flags:
        """Return a choice of measures as flags."""
        flags = np.zeros(self.measures, dtype=bool)
        flags[np.asarray(measures, dtype=np.intp)] = True
        return flags

    def spent(self, chosen: Flags) -> float:
        """Return what a choice costs, in yuan."""
        return float(self.costs[chosen].sum())

    def keeps(self, chosen: Flags) -> bool:
        """Return whether a choice keeps all that binds."""
        return bool(
            (self.budget is None or self.spent(chosen) <= self.budget + 1e-6)
            and chosen[self.chosen].all()
            and not chosen[self.forbidden].any()
            and all(chosen[clique].sum() <= 1 for clique in self.cliques)
        )

    def open_options(self, chosen: Flags) -> Flags:
        """Return which options have all their measures."""
        have = self.options @ chosen.astype(np.int32)
        return np.asarray(have == self.sizes)

    def covered(self, chosen: Flags) -> Flags:
        """Return which rows a choice covers."""
        return np.asarray(self.cover @ self.open_options(chosen).astype(np.int32) > 0)

    def option_gains(self, chosen: Flags) -> Floats:
        """Return what each option would newly cover, at what locals leave; 0 for open ones."""
        if not len(self.weights):
            return np.zeros(self.options.shape[0])
        weight = np.where(self.covered(chosen), 0.0, self.weights)
        if self.locals:
            _, left = self.local_table.gains(chosen)
            weight = weight * np.where(self.row_local >= 0, left[self.row_local], 1.0)
        gains = np.asarray(self.cover.T @ weight)
        gains[self.open_options(chosen)] = 0.0
        return gains

    def by_group(self, chosen: Flags) -> Floats:
        """Return what there is with a choice, by group; the last is outside all."""
        worth = self.base.copy()
        weight = np.where(self.covered(chosen), self.weights, 0.0)
        if self.locals:
            gain, left = self.local_table.gains(chosen)
            np.add.at(worth, self.local_table.group, gain)
            weight = weight * np.where(self.row_local >= 0, left[self.row_local], 1.0)
        np.add.at(worth, self.group, weight)
        return worth

    def worth(self, chosen: Flags) -> float:
        """Return what there is with a choice, in all."""
        return float(self.by_group(chosen).sum())

    def worst(self, chosen: Flags) -> float:
        """Return the share of the worst-off group; 1 where no group has anything to lose."""
        known = self.total[:-1] > 0
        shares = self.by_group(chosen)[:-1][known] / self.total[:-1][known]
        return float(shares.min(initial=1.0))

    def score(self, chosen: Flags) -> tuple[float, float]:
        """Return by what plans are compared: the worst-off first if wished, then the sum."""
        return (round(self.worst(chosen), 9) if self.worst_first else 0.0, self.worth(chosen))

    def reduced(self) -> BudgetProblem:
        """Return the problem without options that cannot be or that smaller ones make needless."""
        costs = self.options @ self.costs
        fits = np.ones(len(costs), dtype=bool)
        if self.budget is not None:
            fits &= costs <= self.budget + 1e-6
        shut = np.zeros(self.measures, dtype=np.int32)
        shut[self.forbidden] = 1
        fits &= (self.options @ shut) == 0
        for clique in self.cliques:
            inside = np.zeros(self.measures, dtype=np.int32)
            inside[clique] = 1
            fits &= (self.options @ inside) <= 1
        sets = [frozenset(row.tolist()) for row in np.split(self.options.indices,
                                                           self.options.indptr[1:-1])]  # fmt: skip
        number: dict[frozenset[int], int] = {}
        for at in np.flatnonzero(fits).tolist():
            number.setdefault(sets[at], at)
        below = {at: [number[s] for s in _subsets(own) if s in number] for own, at in
                 number.items()}  # fmt: skip
        alias = np.array([number.get(own, -1) for own in sets], dtype=np.intp)
        row = np.repeat(np.arange(self.cover.shape[0]), np.diff(self.cover.indptr))
        option = alias[self.cover.indices] if len(alias) else np.empty(0, dtype=np.intp)
        keep = option >= 0
        pairs = np.unique(np.stack([row[keep], option[keep]], axis=1), axis=0)
        count = np.bincount(pairs[:, 0], minlength=self.cover.shape[0])
        there = np.split(pairs[:, 1], np.cumsum(count)[:-1])
        rows, columns = [], []
        for at, own in enumerate(there):
            have = set(own.tolist())
            for o in have:
                if have.isdisjoint(below[o]):
                    rows.append(at)
                    columns.append(o)
        used, place = np.unique(np.array(columns, dtype=np.intp), return_inverse=True)
        ones = np.ones(len(columns), dtype=np.int32)
        cover = sparse.csr_array((ones, (np.array(rows, dtype=np.intp), place.ravel())),
                                 shape=(self.cover.shape[0], len(used)))  # fmt: skip
        return replace(self, options=self.options[used], cover=cover)


def _subsets(own: frozenset[int]) -> list[frozenset[int]]:
    """Return the proper subsets of a set of a few."""
    found = [frozenset[int]()]
    for item in sorted(own):
        found += [part | {item} for part in found]
    return [part for part in found if len(part) < len(own)]


def greedy_choice(problem: BudgetProblem, *, most: int | None = None) -> Flags:
    """Return a choice made step by step: each time what adds most for its cost.

    It keeps the budget and the cliques, and is of `most` measures if that is given; a heuristic
    from which the search begins.
    """
    chosen = problem.flags(problem.chosen)
    options, tie = problem.options, problem.cliques
    room = problem.measures if most is None else most
    while True:
        rest = np.inf if problem.budget is None else problem.budget - problem.spent(chosen)
        blocked = np.zeros(problem.measures, dtype=bool)
        blocked[problem.forbidden] = True
        for clique in tie:
            if chosen[clique].any():
                blocked[clique] = True
        blocked &= ~chosen
        price = np.where(chosen, 0.0, problem.costs)
        gains, cost = problem.option_gains(chosen), options @ price
        open_ = (options @ blocked.astype(np.int32) == 0) & (cost <= rest + 1e-6) & (gains > 0)
        open_ &= options @ (~chosen).astype(np.int32) <= room - chosen.sum()
        best, ratio = np.empty(0, dtype=np.intp), 0.0
        if open_.any():
            per = np.where(open_, gains / np.maximum(cost, 1e-9), 0.0)
            at = int(per.argmax())
            best = options.indices[options.indptr[at] : options.indptr[at + 1]]
            ratio = float(per[at])
        if problem.locals:
            added = problem.local_table.added(chosen, problem.measures)
            fits = ~blocked & ~chosen & (problem.costs <= rest + 1e-6) & (chosen.sum() < room)
            per = np.where(fits, added / np.maximum(problem.costs, 1e-9), 0.0)
            if per.max() > ratio:
                best, ratio = np.array([per.argmax()], dtype=np.intp), float(per.max())
        after = chosen.copy()
        after[best] = True
        if ratio <= 0 or not all(after[clique].sum() <= 1 for clique in tie):
            return chosen
        chosen = after
