"""Search for the cheapest plan that covers every row (set covering location, Toregas 1971)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from .highs import Model
from .kernels import greedy
from .reduction import Covering
from .search import Search


class SetCover(Search):
    """Choose sites so that every row is covered and their cost is least.

    Worth is what all rows are worth less the cost, so the cheapest plan is worth the most.
    """

    def reduced(self, covering: Covering) -> tuple[Covering, Indices, Indices]:
        """Return a smaller covering, also without rows that another row implies."""
        merged, rows, by = super().reduced(covering)
        left, stay = merged.without_implied()
        became = np.full(merged.cover.shape[0], -1, dtype=np.intp)
        became[stay] = np.arange(len(stay))
        inside = rows >= 0
        rows[inside] = became[rows[inside]]
        return left, rows, by

    @property
    def total(self) -> float:
        """What all rows are worth, less the cost of sites taken."""
        return self.left.base + float(self.left.weights.sum())

    @property
    def scale(self) -> float:
        """The cost of the best plan."""
        return self._given.base + float(self._given.weights.sum()) - self.worth

    def first_plans(self) -> Sequence[Flags]:
        """Return the greedy plans by rows for cost, plainly and with rare rows first."""
        rare = 1.0 / np.maximum(1, np.diff(self.left.cover.indptr))
        return [self._greedy(np.ones(len(rare))), self._greedy(rare)]

    def improved(self, chosen: Flags) -> Flags | None:
        """Return the choice without sites that it can do without; None if rows are uncovered."""
        c = self.left
        site_ptr, site_row = c.arrays[2:]
        count = c.cover @ chosen.astype(np.int32)
        if (count == 0).any():
            return None
        better = chosen.copy()
        inside = np.flatnonzero(chosen)
        size = np.diff(site_ptr)[inside]
        for j in inside[np.lexsort((size, -c.costs[inside]))]:
            rows = site_row[site_ptr[j] : site_ptr[j + 1]]
            if (count[rows] > 1).all():
                better[j] = False
                count[rows] -= 1
        return better

    def followed(self) -> Flags:
        """Return a greedy plan by the rows' multipliers, a little shaken."""
        c = self.left
        noise = self.random.uniform(0.5, 1.5, len(c.weights))
        return self._greedy((self.walk.best + 1e-3 * c.weights + 1e-9) * noise)

    @property
    def kick_entries(self) -> int:
        """How many rows and entries of the cover a kick looks at, about."""
        return 1_000_000 + 10 * int(self.left.cover.nnz)

    def kick(self) -> None:
        """Leave some sites of the best plan out and make it whole greedily."""
        chosen = np.isin(self.left.sites, self.plan) & (
            self.random.random(len(self.left.sites)) < 0.7
        )
        weights = self.walk.best + 1e-3 * self.left.weights + 1e-9
        self.offer(self._greedy(weights * self.random.uniform(0.5, 1.5, len(weights)), chosen))

    def _greedy(self, weights: Floats, chosen: Flags | None = None) -> Flags:
        c = self.left
        plan = np.zeros(len(c.costs), dtype=bool) if chosen is None else chosen.copy()
        greedy(c.arrays, weights, c.costs, (len(plan), np.inf, -1.0), True, plan)
        return plan

    def shares(self) -> Floats:
        """Return 1 for the first of the rows that were merged into one, 0 for the others."""
        shares = np.zeros(len(self._rows))
        shares[np.unique(self._rows, return_index=True)[1]] = 1.0
        return shares

    def model(self, chosen: Flags) -> tuple[Model, Floats, float]:
        """Return the set-covering model; with a plan that is enough, as a question of yes or no."""
        c = self.left
        rows, sites = c.cover.shape
        if not np.isfinite(self.enough):
            cover, high = c.cover.astype(float), np.full(rows, np.inf)
            model = Model(c.costs, sites, cover, np.ones(rows), high)
            return model, chosen.astype(float), self.total
        cover = sparse.vstack([c.cover.astype(float), sparse.csr_array(c.costs[None, :])], "csr")
        low = np.append(np.ones(rows), -np.inf)
        high = np.append(np.full(rows, np.inf), self.total - self.enough)
        model = Model(np.zeros(sites), sites, cover, low, high)
        return model, chosen.astype(float), self.least


def covering_all(
    cover: sparse.csr_array, costs: Floats, *, fixed: Flags, free: Flags
) -> tuple[Covering, Flags]:
    """Return the set cover of the rows that fixed sites leave open, and which rows these are.

    A row is worth the cost of its cheapest free site: its multiplier need never be more, since
    that site alone would then be worth its price.
    """
    open_rows: Flags = (cover @ fixed.astype(np.int32)) == 0
    columns = np.flatnonzero(free)
    left = cover[np.flatnonzero(open_rows)][:, columns]
    weights = np.zeros(left.shape[0])
    if left.nnz:
        weights = np.minimum.reduceat(costs[columns][left.indices], left.indptr[:-1])
    problem = Covering(left, weights, costs[columns], len(columns), 0.0, columns, required=True)
    return problem, open_rows
