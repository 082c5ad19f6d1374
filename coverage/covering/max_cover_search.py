"""Search for the plan that covers the most weight (maximal covering location, Church 1974)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from .annealing import annealed, joined
from .highs import Clock, Model
from .kernels import greedy, swap
from .reduction import Covering
from .search import Search

SWAP_ROUNDS = 100
KICKED = 4  # sites exchanged at most in a kick
PATIENCE = 8  # walks without a better plan after which no more follow
POOL = 8  # good plans that each new one is joined with
STEPS_A_SITE = 1_500  # of a walk, at most
HOT, COLD = 0.05, 0.003  # losses taken, as parts of what a site covers on average
WARM = 0.4  # part of the heat for a walk from the best plan
TIME_SHARE = 0.5  # of what is left, for walks


class MaxCover(Search):
    """Choose at most p sites within a budget so that the weight covered is greatest."""

    _near: tuple[Covering, sparse.csr_array] | None = None

    def first_plans(self) -> Sequence[Flags]:
        """Return the greedy plans by weight and, where there is a budget, by weight for cost."""
        empty = np.zeros(len(self.left.costs), dtype=bool)
        self.keep(empty)  # keeps any cut
        ways = (False, True) if np.isfinite(self.left.budget) else (False,)
        return [empty, *(self._greedy(by_ratio=by_ratio) for by_ratio in ways)]

    def improved(self, chosen: Flags) -> Flags | None:
        """Return the choice after swaps; None if it has too many sites or costs too much."""
        c = self.left
        if chosen.sum() > c.p or c.costs[chosen].sum() > c.budget:
            return None
        better = chosen.copy()
        order = self.random.permutation(len(better))
        for cut in self.cuts:
            # Sites of a cut that is full can only leave.
            among = np.isin(c.sites, cut.sites)
            inside = np.flatnonzero(among & better)
            spare = max(0, cut.at_most - int(np.isin(self._taken, cut.sites).sum()))
            better[self.random.permutation(inside)[spare:]] = False
            order = order[~among[order]]
        self._swap(better, order)
        return better

    def followed(self) -> Flags:
        """Return the sites that the bound uses most, as many as fit."""
        return self._filled(np.zeros(len(self.left.sites), dtype=bool), self.walk.usage)

    @property
    def kick_entries(self) -> int:
        """How many rows and entries of the cover a kick looks at, about."""
        return 10_000 + len(self.left.weights)

    def kick(self) -> None:
        """Exchange a few neighbouring sites of the best plan, then swap in that quarter."""
        c = self.left
        near = self._neighbours()
        chosen = np.isin(c.sites, self.plan)
        inside = np.flatnonzero(chosen)
        if len(inside) == 0:
            return
        middle = self.random.choice(inside)
        quarter = near.indices[near.indptr[middle] : near.indptr[middle + 1]]
        beside = self.random.permutation(quarter[chosen[quarter]])
        out = np.append(beside[: self.random.integers(KICKED)], middle)
        others = quarter[~chosen[quarter]]
        chosen[out] = False
        score = np.zeros(len(chosen))
        score[others] = self.random.random(len(others)) * (self.walk.usage[others] + 0.02)
        chosen = self._filled(chosen, score)
        around = [near.indices[near.indptr[j] : near.indptr[j + 1]] for j in out]
        order = self.random.permutation(np.unique(np.concatenate(around)))
        self._swap(chosen, order)
        if c.costs[chosen].sum() <= c.budget and chosen.sum() <= c.p:
            self.keep(chosen)

    def polish(self) -> None:
        """Walk anew and from the best plan in turn, joining what is found with what was found."""
        c = self.left
        sites = len(c.sites)
        may_enter = ~np.isin(c.sites, [j for cut in self.cuts for j in cut.sites])
        clock = Clock(self.clock.left() * TIME_SHARE)
        state = self.random.integers(1, 2**63, 1).astype(np.uint64)
        steps = sites * min(sites, STEPS_A_SITE)
        pool: list[Flags] = []
        best, stale, walks = -np.inf, 0, 0
        while stale < PATIENCE and self.worth < self.enough and not clock.over:
            warm = walks % 2 == 1
            chosen = pool[0] if warm else self._greedy(by_ratio=False)
            mean = (c.worth(chosen) - c.base) / max(1, int(chosen.sum()))
            if mean <= 0:
                break
            schedule = steps, mean * HOT * (WARM if warm else 1.0), mean * COLD
            chosen = annealed(c, chosen, may_enter, schedule=schedule, state=state, clock=clock)
            walks += 1
            for known in pool:
                chosen = joined(c, chosen, known)
            better = self.improved(chosen)
            if better is None:
                break
            self.keep(better)
            worth = c.worth(better)
            best, stale = max(best, worth), 0 if worth > best else stale + 1
            pool = sorted([*pool, better], key=c.worth, reverse=True)[:POOL]

    def _greedy(self, *, by_ratio: bool) -> Flags:
        c = self.left
        chosen = np.zeros(len(c.costs), dtype=bool)
        greedy(c.arrays, c.weights, c.costs, c.limits, by_ratio, chosen)
        return chosen

    def _neighbours(self) -> sparse.csr_array:
        """Return which sites share rows with each site."""
        if self._near is None or self._near[0] is not self.left:
            cover = self.left.cover.astype(np.int32)
            self._near = self.left, sparse.csr_array(cover.T @ cover)
        return self._near[1]

    def _swap(self, chosen: Flags, order: Indices) -> None:
        c = self.left
        first = order.astype(np.int32)
        swap(c.arrays, c.weights, c.costs, c.limits, chosen, first, SWAP_ROUNDS)

    def _filled(self, chosen: Flags, score: Floats) -> Flags:
        """Add sites by score while they fit."""
        c = self.left
        size, spent = int(chosen.sum()), float(c.costs[chosen].sum())
        for j in np.argsort(-score, kind="stable"):
            if size >= c.p or score[j] <= 0:
                break
            if spent + c.costs[j] <= c.budget:
                chosen[j] = True
                size += 1
                spent += float(c.costs[j])
        return chosen

    def shares(self) -> Floats:
        """Return the part of its merged row's weight that each row has."""
        weights = self._given.weights
        inside = self._rows >= 0
        rows = self._rows[inside]
        total = np.bincount(rows, weights[inside]).astype(float)[rows]
        shares = np.zeros(len(weights))
        np.divide(weights[inside], total, out=total, where=total > 0)
        shares[inside] = total
        return shares

    def model(self, chosen: Flags) -> tuple[Model, Floats, float]:
        """Return the covering model: binary sites, one continuous variable a row of two or more.

        A row with one site is covered exactly when that site is chosen, so its weight goes to
        the site.
        """
        c = self.left
        sites = len(c.sites)
        single = np.diff(c.cover.indptr) == 1
        own = np.bincount(
            c.cover.indices[c.cover.indptr[:-1][single]], c.weights[single], minlength=sites
        )
        cover = c.cover[np.flatnonzero(~single)].astype(float)
        rows = cover.shape[0]
        extra, top = [np.ones(sites)], [float(c.p)]
        if np.isfinite(c.budget):
            extra.append(c.costs)
            top.append(float(c.budget))
        for cut in self.cuts:
            extra.append(np.isin(c.sites, cut.sites).astype(float))
            top.append(float(cut.at_most - np.isin(self._taken, cut.sites).sum()))
        matrix = sparse.vstack(
            [
                sparse.hstack([cover, -sparse.eye_array(rows)]),
                sparse.hstack(
                    [sparse.csr_array(np.array(extra)), sparse.csr_array((len(extra), rows))]
                ),
            ],
            format="csr",
        )
        low = np.concatenate([np.zeros(rows), np.full(len(extra), -np.inf)])
        high = np.concatenate([np.full(rows, np.inf), np.array(top)])
        costs = np.concatenate([-own, -c.weights[~single]])
        reached = (cover @ chosen.astype(float)) > 0
        start = np.concatenate([chosen, reached]).astype(float)
        return Model(costs, sites, matrix, low, high), start, c.base
