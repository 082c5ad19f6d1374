"""Search for the p sites with the least greatest cost (p-center), by bisection over set covers.

p sites serve everyone within a radius exactly when the pairs within it have a set cover of p sites
(Minieka 1970), so each radius is a question of yes or no.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Indices
from .bounds import Certificate, certify_set_cover
from .highs import Clock
from .search import Search, Stop
from .set_cover_search import SetCover, covering_all


class CentreSearch:
    """A bisection over the radii at which the answer can change.

    Attributes
    ----------
    plan, radius
        Columns of the best plan's sites, fixed ones among them, and its greatest cost.
    bound
        No plan has a lower radius.
    stopped
        Why the search ended.
    certificate
        The greatest radius that a sum of multipliers rules out.
    """

    def __init__(
        self,
        cost: sparse.csr_array,
        p: int,
        *,
        fixed: Indices,
        free: Flags,
        clock: Clock,
        seed: int,
    ) -> None:
        """Keep the costs; nothing is known yet."""
        self.cost, self.p, self.fixed, self.free = cost, p, fixed, free
        self.clock, self.seed = clock, seed
        self.plan: Indices = np.empty(0, dtype=np.intp)
        self.radius = np.inf
        self.stopped: Stop = "proven"
        self.bound = 0.0
        rows, sites = cost.shape
        nothing = np.full(sites, -1, dtype=np.intp)
        self.certificate = Certificate("p_center", np.zeros(rows), nothing, 0.0)

    def run(self, start: Indices) -> None:
        """Bisect, beginning with a plan that serves everyone."""
        usable = self.free.copy()
        usable[self.fixed] = True
        kept = usable[self.cost.indices]
        row = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))
        nearest = np.full(self.cost.shape[0], np.inf)
        np.minimum.at(nearest, row[kept], self.cost.data[kept])
        self._keep(start)
        radii = np.unique(self.cost.data[kept])
        self.bound = float(nearest.max())  # someone has no site nearer: weigh that row alone
        alone = np.zeros(len(nearest))
        alone[np.argmax(nearest)] = self.p + 1.0
        nothing = self.certificate.dominated_by
        self.certificate = Certificate(
            "p_center", alone, nothing, self.bound, budget_price=1.0, radius=self.bound
        )
        low = int(np.searchsorted(radii, self.bound))
        high = int(np.searchsorted(radii, self.radius))
        try:
            # Greedy plans cost little and narrow the range from above.
            floor = low
            while floor < high:
                middle = (floor + high) // 2
                search = self._search(radii[middle])
                for chosen in search.first_plans():
                    search.offer(chosen)
                if search.answer:
                    self._keep(np.concatenate([self.fixed, search.plan]))
                    high = int(np.searchsorted(radii, self.radius))
                else:
                    floor = middle + 1
            while low < high:
                # Most often the greedy radius is near the best, so look closely below it first.
                middle = max(low, high - 1 - (high - low) // 8)
                search = self._search(radii[middle])
                search.run()
                if search.answer:
                    self._keep(np.concatenate([self.fixed, search.plan]))
                    high = int(np.searchsorted(radii, self.radius))
                elif search.answer is False:
                    low = middle + 1
                    self.bound = float(radii[low])
                    self._certify(search, float(radii[low]))
                if search.stopped == "interrupted" or search.answer is None:
                    self.stopped = "interrupted" if search.stopped == "interrupted" else "time"
                    break
        except KeyboardInterrupt:
            self.stopped = "interrupted"
        if low >= high:
            self.stopped, self.bound = "proven", self.radius

    def _search(self, radius: float) -> SetCover:
        """Return the question whether p sites serve everyone within a radius."""
        within = self.cost.data <= radius
        ends = np.concatenate([[0], np.cumsum(within)])[self.cost.indptr]
        ones = np.ones(int(within.sum()), dtype=np.int32)
        cover = sparse.csr_array((ones, self.cost.indices[within], ends), shape=self.cost.shape)
        inside = np.zeros(len(self.free), dtype=bool)
        inside[self.fixed] = True
        left, self._open = covering_all(cover, np.ones(len(inside)), fixed=inside, free=self.free)
        self._cover = cover
        total = left.base + float(left.weights.sum())
        enough = total - (self.p - len(self.fixed))
        return SetCover(left, clock=self.clock, seed=self.seed, enough=enough)

    def _certify(self, search: Search, radius: float) -> None:
        """Keep the multipliers if they alone rule out every radius below one."""
        multipliers = np.zeros(self.cost.shape[0])
        multipliers[self._open] = search.multipliers
        sites = len(self.free)
        columns = np.flatnonzero(self.free)
        by = np.full(sites, -1, dtype=np.intp)
        by[columns] = np.where(search.dominated_by >= 0, columns[search.dominated_by], -1)
        proof = certify_set_cover(
            self._cover,
            np.ones(sites),
            multipliers,
            fixed=self.fixed,
            free=self.free,
            dominated_by=by,
        )
        if proof.bound > self.p + 1e-9:
            self.certificate = Certificate(
                "p_center", multipliers, by, radius, budget_price=1.0, radius=radius
            )

    def _keep(self, plan: Indices) -> None:
        """Keep a plan of at most p sites, filled up, if its radius is the least."""
        chosen = np.zeros(len(self.free), dtype=bool)
        chosen[plan] = True
        chosen[np.flatnonzero(self.free & ~chosen)[: self.p - int(chosen.sum())]] = True
        row = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))
        inside = chosen[self.cost.indices]
        nearest = np.full(self.cost.shape[0], np.inf)
        np.minimum.at(nearest, row[inside], self.cost.data[inside])
        if nearest.max() < self.radius:
            self.plan, self.radius = np.flatnonzero(chosen), float(nearest.max())
