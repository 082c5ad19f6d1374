"""Search for the p sites from which demand is served at the least total cost (p-median).

Lagrangian relaxation of "everyone is served once" (Geoffrion 1974), with the volume algorithm for
the multipliers and Whitaker's interchange for plans; reduced costs rule out sites and pairs of
demand and site, and what is left is divided by whether a site is open, each part bounded anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices, Ints
from .bounds import STEPS, STILL, Certificate
from .highs import Clock
from .median_kernels import median_ascend, median_swap, nearest_two
from .reduction import grain
from .search import CLOSE, WORTHWHILE, Stop, room

SWAP_ROUNDS = 100
KICKS = 30
START = np.array([-np.inf, 0.1, 0.1, 0.0, 0.0])  # of `median_ascend`
OFFERS = 10  # branches between two plans made from what a bound uses


@dataclass(frozen=True, eq=False)
class Median:
    """Pairs of demand rows and sites with what serving costs, weighted.

    Attributes
    ----------
    row_ptr, site, value
        CSR by row, the sites of a row by rising value.
    weights
        Of the rows.
    sites
        Column of each site in the problem as given.
    taken
        Sites that are open in every plan considered.
    p
        Sites to choose besides.
    """

    row_ptr: Ints
    site: Ints
    value: Floats
    weights: Floats
    sites: Indices
    taken: Flags
    p: int

    @property
    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """The pairs by row."""
        return self.row_ptr, self.site, self.value

    @cached_property
    def by_site(self) -> tuple[Ints, Ints, Floats]:
        """The pairs by site."""
        order = np.argsort(self.site, kind="stable")
        ptr = np.searchsorted(self.site[order], np.arange(len(self.sites) + 1)).astype(np.int32)
        return ptr, self.row[order].astype(np.int32), self.value[order]

    @cached_property
    def row(self) -> Indices:
        """The row of each pair."""
        return np.repeat(np.arange(len(self.row_ptr) - 1), np.diff(self.row_ptr))

    def only(self, sites: Flags, pairs: Flags, taken: Flags) -> Median:
        """Return the problem with these sites and pairs, and these sites (of all) taken."""
        keep = pairs & sites[self.site]
        number = np.cumsum(sites) - 1
        row_ptr = np.zeros(len(self.row_ptr), dtype=np.int32)
        np.cumsum(np.bincount(self.row[keep], minlength=len(row_ptr) - 1), out=row_ptr[1:])
        return Median(
            row_ptr,
            number[self.site[keep]].astype(np.int32),
            self.value[keep],
            self.weights,
            self.sites[sites],
            taken[sites],
            self.p - int((taken & ~self.taken).sum()),
        )


def median_of(
    cost: sparse.csr_array, weights: Floats, p: int, *, fixed: Indices, forbidden: Indices
) -> Median:
    """Return the problem of a cost matrix; pairs costlier than the nearest fixed site go."""
    sites, taken = np.ones(cost.shape[1], dtype=bool), np.zeros(cost.shape[1], dtype=bool)
    sites[forbidden], taken[fixed] = False, True
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    value = cost.data * weights[row]
    order = np.lexsort((cost.indices, value, row))
    problem = Median(
        cost.indptr.astype(np.int32),
        cost.indices[order].astype(np.int32),
        value[order],
        weights,
        np.arange(cost.shape[1]),
        taken,
        p - len(fixed),
    )
    return problem.only(sites, _useful(problem), taken)


def _useful(problem: Median) -> Flags:
    """Return which pairs are not costlier than the nearest taken site."""
    inside = problem.taken[problem.site]
    nearest = np.full(len(problem.weights), np.inf)
    np.minimum.at(nearest, problem.row[inside], problem.value[inside])
    useful: Flags = problem.value <= nearest[problem.row]
    return useful


@dataclass(frozen=True, order=True)
class Branch:
    """Plans without some sites and with others; of branches the weakest bound comes first.

    Attributes
    ----------
    bound
        No plan of the branch that matters costs less.
    number
        Orders equal bounds.
    sites, taken
        Which sites are left, and which of them are in every plan of the branch.
    multipliers
        Where to start from.
    """

    bound: float
    number: int
    sites: Flags = field(compare=False)
    taken: Flags = field(compare=False)
    multipliers: Floats = field(compare=False)


class MedianSearch:
    """A search for the best plan of one median problem, from a plan that serves everyone.

    Attributes
    ----------
    plan, cost
        Columns of the best plan's sites as given, and its total cost.
    bound
        No plan costs less.
    stopped
        Why the search ended.
    multipliers
        Of the rows: they prove the bound from before any site was fixed.
    """

    def __init__(
        self, problem: Median, *, clock: Clock, gap: float, seed: int, start: Indices
    ) -> None:
        """Improve the first plan by swaps."""
        self.left, self.clock, self.gap, self.seed = problem, clock, gap, seed
        self.random = np.random.default_rng(seed)
        self.grain = grain(problem.value)
        ends = problem.row_ptr[1:] - 1
        self.far = 1.0 + float(problem.value[ends].sum())
        self.plan, self.cost = start, np.inf
        self.bound = 0.0
        self.stopped: Stop = "proven"
        second = np.minimum(problem.row_ptr[:-1] + 1, ends)
        self.multipliers: Floats = problem.value[second]
        self._best = self.multipliers
        self.offer(np.isin(problem.sites, start))

    def run(self) -> None:
        """Search until the best plan is proven, or the gap, the time or the user says stop."""
        try:
            if self._narrow():
                self._divide()
        except KeyboardInterrupt:
            self.stopped = "interrupted"
        self.bound = min(self.bound, self.cost)
        if self.stopped == "proven":
            if self.bound >= self.cost - room(self.grain, self.cost):
                self.bound = self.cost
            else:
                self.stopped = "gap"

    @property
    def most(self) -> float:
        """What a plan may cost to be better than the best by enough to matter."""
        return self.cost - max(room(self.grain, self.cost, CLOSE / 2), self.gap * self.cost)

    def offer(self, chosen: Flags) -> None:
        """Improve a choice among the sites left by swaps, and keep it if it is the best."""
        m = self.left
        better = chosen | m.taken
        order = self.random.permutation(np.flatnonzero(~m.taken)).astype(np.int32)
        median_swap(m.pairs, m.by_site, self.far, m.taken, better, order, SWAP_ROUNDS)
        self._keep(better)

    def _keep(self, chosen: Flags) -> None:
        m = self.left
        best, site = np.empty((len(m.weights), 2)), np.empty((len(m.weights), 2), dtype=np.int32)
        nearest_two(m.pairs, chosen, self.far, best, site)
        cost = float(best[:, 0].sum())
        if cost < self.cost and (site[:, 0] >= 0).all():
            self.plan, self.cost = m.sites[chosen], cost

    def _narrow(self) -> bool:
        """Bound and fix until that decides little more; return whether anything is left."""
        whole = True
        while True:
            bound = self._bound(whole=whole)
            if self.stopped == "time":
                return False
            sites = len(self.left.sites)
            if bound > self.most or not self._decide(bound):
                self._close(self.cost)
                return False
            if len(self.left.sites) > WORTHWHILE * sites:
                return True
            whole = False

    def _bound(self, *, whole: bool) -> float:
        """Walk the multipliers to where the bound stands still; make plans on the way."""
        m = self.left
        state = START.copy()
        tried, best = self._best.copy(), self._best.copy()
        direction, usage = np.zeros(len(m.weights)), np.zeros(len(m.sites))
        steps = 1
        while state[1] >= STILL and state[0] <= self.most:
            if self.clock.over and steps > 1:
                self.stopped = "time"
                break
            walk = tried, best, direction, usage
            median_ascend(m.pairs, m.weights, m.p, m.taken, self.cost, steps, state, walk)
            steps = STEPS
            self._best = best
            if whole:
                self.multipliers, self.bound = best, float(state[0])
            self.offer(self._filled(m.taken.copy(), usage))
        for _ in range(KICKS):
            if state[0] > self.most or self.clock.over:
                break
            chosen = np.isin(m.sites, self.plan)
            free = np.flatnonzero(chosen & ~m.taken)
            chosen[self.random.choice(free, 1 + len(free) // 5, replace=False)] = False
            self.offer(self._filled(chosen, self.random.random(len(usage)) * (usage + 0.05)))
        return float(state[0])

    def _filled(self, chosen: Flags, score: Floats) -> Flags:
        """Add sites by score until there are as many as allowed."""
        missing = self.left.p - int((chosen & ~self.left.taken).sum())
        order = np.argsort(np.where(chosen, np.inf, -score), kind="stable")
        chosen[order[:missing]] = True
        return chosen

    def _decide(self, bound: float) -> bool:
        """Take out what no better plan needs; return whether a better plan can still be there."""
        m, u = self.left, self._best
        short = m.value - u[m.row]
        saved = -np.bincount(m.site, np.minimum(short, 0), len(m.sites))
        free = np.flatnonzero(~m.taken)
        order = free[np.argsort(-saved[free], kind="stable")]
        last = saved[order[m.p - 1]] if m.p else np.inf
        following = saved[order[m.p]] if m.p < len(order) else -np.inf
        rise = np.maximum(last - saved, 0.0)  # of the bound, when a site is opened
        rise[m.taken] = 0.0
        slack = self.most - bound
        stay = rise <= slack
        stay[order[: m.p]] = True
        taken = m.taken.copy()
        taken[order[: m.p]] |= saved[order[: m.p]] - following > slack
        pairs = np.maximum(short, 0.0) + rise[m.site] <= slack
        left = m.only(stay, pairs, taken)
        left = left.only(np.ones(len(left.sites), dtype=bool), _useful(left), left.taken)
        if (np.diff(left.row_ptr) == 0).any():
            return False
        self.left = left
        return True

    def _divide(self) -> None:
        """Divide what is left by whether a site is open until no part can hold a better plan.

        An open site shortens the list of every row near it, and with few sites to choose each
        decides most others; a model with a variable a pair would be far too large.
        """
        root, numbers = self.left, count()
        every = np.ones(len(root.sites), dtype=bool)
        waiting = [Branch(self.bound, next(numbers), every, root.taken, self._best)]
        while waiting and waiting[0].bound <= self.most:
            self._close(waiting[0].bound)
            if self.clock.over:
                self.stopped = "time"
                return
            branch = heappop(waiting)
            divided = self._bounded(root, branch)
            if divided is None:
                continue
            bound, j = divided
            sites, taken = np.zeros_like(every), np.zeros_like(every)
            at = np.searchsorted(root.sites, self.left.sites)
            sites[at], taken[at] = True, self.left.taken
            one = root.sites == j
            for left, inside in ((sites, taken | one), (sites & ~one, taken)):
                heappush(waiting, Branch(bound, next(numbers), left, inside, self._best))
        self._close(self.cost)

    def _bounded(self, root: Median, branch: Branch) -> tuple[float, int] | None:
        """Bound a branch and fix what that decides; return the bound and a site to divide it by.

        None when no better plan is in the branch, or only one that is kept now.
        """
        m = root.only(branch.sites, np.ones(len(root.value), dtype=bool), branch.taken)
        m = m.only(np.ones(len(m.sites), dtype=bool), _useful(m), m.taken)
        self.left = m
        free = int((~m.taken).sum())
        if (np.diff(m.row_ptr) == 0).any() or free < m.p:
            return None  # a plan with a site more is in another branch
        if m.p in (0, free):
            self._keep(m.taken | (m.p > 0))
            return None
        state, usage = START.copy(), np.zeros(len(m.sites))
        walk = branch.multipliers.copy(), branch.multipliers.copy(), np.zeros(len(m.weights)), usage
        median_ascend(m.pairs, m.weights, m.p, m.taken, self.cost, STEPS, state, walk)
        bound, self._best = float(state[0]), walk[1]
        if branch.number % OFFERS == 0:
            self.offer(self._filled(m.taken.copy(), usage))
        if bound > self.most or not self._decide(bound):
            return None
        if self.left.p == 0:
            self._keep(self.left.taken)
            return None
        inside = np.isin(m.sites, self.left.sites[~self.left.taken])
        return max(bound, branch.bound), int(m.sites[np.argmax(np.where(inside, usage, -1.0))])

    def _close(self, rest: float) -> None:
        """Put the bound of the plans left together with that of the plans ruled out."""
        ruled_out = self.most if self.gap > CLOSE else self.cost
        self.bound = max(self.bound, min(rest, ruled_out))


def certify_median(
    cost: sparse.csr_array,
    weights: Floats,
    p: int,
    multipliers: Floats,
    *,
    fixed: Indices,
    free: Flags,
) -> Certificate:
    """Return what multipliers prove about a median, added up on the data as given."""
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    short = np.minimum(cost.data * weights[row] - multipliers[row], 0.0)
    saved = np.bincount(cost.indices, short, cost.shape[1])
    lowest = np.sort(saved[free])[: p - len(fixed)]
    bound = float(multipliers.sum() + saved[fixed].sum() + lowest.sum())
    nothing = np.full(cost.shape[1], -1, dtype=np.intp)
    return Certificate("p_median", multipliers, nothing, bound)
