"""Coverings made smaller without losing an optimum.

Demand rows with the same sites become one row; a site goes when another covers all that it
covers and costs no more; a row of a set cover goes when another row's sites are among its own.
What a bound has decided (sites in every better plan, or in none) is taken out in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices, Ints
from .kernels import dominators, implied


@dataclass(frozen=True, eq=False)
class Covering:
    """Sites to choose so that the weight covered, less what they cost, is greatest.

    Attributes
    ----------
    cover
        CSR, demand rows x sites, indices sorted.
    weights
        What covering each row is worth.
    costs
        What each site takes from the budget.
    p
        How many sites may be chosen.
    budget
        What the chosen sites may cost together; 0 in a set cover, where the price is 1.
    sites
        Column of each site in the problem as it was given.
    base
        Worth of what has been decided already.
    required
        A set cover: every row must be covered, sites are paid for instead of limited, and the
        weight of a row is the cost of its cheapest site, which it is worth at most.
    """

    cover: sparse.csr_array
    weights: Floats
    costs: Floats
    p: int
    budget: float
    sites: Indices
    base: float = 0.0
    required: bool = False

    @cached_property
    def arrays(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The cover by row and by site, as the compiled loops take it."""
        by_site = self.cover.tocsc()
        by_site.sort_indices()
        parts = self.cover.indptr, self.cover.indices, by_site.indptr, by_site.indices
        a, b, c, d = (np.ascontiguousarray(part, dtype=np.int32) for part in parts)
        return a, b, c, d

    @property
    def limits(self) -> tuple[int, float, float]:
        """How many sites, the budget, and the price of a unit of it where given, else -1."""
        return self.p, float(self.budget), 1.0 if self.required else -1.0

    def covered(self, chosen: Flags) -> Flags:
        """Return which rows are covered by the chosen sites."""
        reached: Flags = (self.cover @ chosen.astype(np.int32)) > 0
        return reached

    def worth(self, chosen: Flags) -> float:
        """Return what a choice is worth, with what has been decided already."""
        worth = float(self.weights[self.covered(chosen)].sum())
        return self.base + worth - (float(self.costs[chosen].sum()) if self.required else 0.0)

    def decided(self, taken: Flags, dropped: Flags) -> Covering:
        """Return what is left to choose when some sites are taken and some dropped."""
        open_rows = ~self.covered(taken)
        cost = float(self.costs[taken].sum())
        keep = ~(taken | dropped)
        gained = float(self.weights[~open_rows].sum()) - (cost if self.required else 0.0)
        return replace(
            self,
            cover=self.cover[np.flatnonzero(open_rows)][:, np.flatnonzero(keep)],
            weights=self.weights[open_rows],
            costs=self.costs[keep],
            p=self.p - int(taken.sum()),
            budget=self.budget if self.required else self.budget - cost,
            sites=self.sites[keep],
            base=self.base + gained,
        )

    def merged(self) -> tuple[Covering, Indices]:
        """Return the covering with one row for all that have the same sites.

        Returns
        -------
        Covering
            Without rows that have no site. The weight of a merged row is the sum of its rows'
            (in a set cover their common weight).
        Indices
            Merged row of each row, -1 for rows without a site.
        """
        label = same_rows(self.cover)
        inside = np.flatnonzero(label >= 0)
        first = inside[np.unique(label[inside], return_index=True)[1]]
        if self.required:
            weights = self.weights[first]
            extra = float(self.weights[inside].sum() - weights.sum())
        else:
            weights = np.bincount(label[inside], self.weights[inside], len(first)).astype(float)
            extra = 0.0
        merged = replace(self, cover=self.cover[first], weights=weights, base=self.base + extra)
        return merged, label

    def without_dominated(self) -> tuple[Covering, Indices]:
        """Return the covering without dominated sites, and for each site its dominator or -1."""
        by = dominators(self.arrays, self.costs).astype(np.intp)
        if not (by >= 0).any():
            return self, by
        return self.decided(np.zeros(len(by), dtype=bool), by >= 0), by

    def without_implied(self) -> tuple[Covering, Indices]:
        """Return a set cover without rows covered whenever another is, and the rows that stay."""
        stay = np.flatnonzero(~implied(self.arrays))
        spare = float(self.weights.sum() - self.weights[stay].sum())
        less = replace(
            self,
            cover=self.cover[stay],
            weights=self.weights[stay],
            base=self.base + spare,
        )
        return less, stay


def grain(values: Floats) -> float:
    """Return the greatest common divisor of whole numbers, 0 when there are others."""
    exact = bool((values == np.rint(values)).all()) and float(np.abs(values).sum()) < 2.0**53
    return float(gcd(*np.unique(values.astype(np.int64)).tolist())) if exact else 0.0


def same_rows(cover: sparse.csr_array) -> Indices:
    """Return a number for each row, the same for rows with the same sites, -1 for empty rows.

    Numbers follow the first row of each kind. Rows are told apart by a sum of random 64-bit
    numbers and then compared, so no two different rows share a number.
    """
    length = np.diff(cover.indptr)
    filled = np.flatnonzero(length)
    label = np.full(cover.shape[0], -1, dtype=np.intp)
    if len(filled) == 0:
        return label
    marks = np.random.default_rng(0).integers(2**63, size=cover.shape[1], dtype=np.uint64)
    key = np.add.reduceat(marks[cover.indices], cover.indptr[filled])
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    model = filled[first[group]]
    alike = length[model] == length[filled]
    start = np.where(alike, cover.indptr[model], cover.indptr[filled])
    shift = np.repeat(start - cover.indptr[filled], length[filled])
    differs = cover.indices != cover.indices[np.arange(len(cover.indices)) + shift]
    alike &= np.add.reduceat(differs, cover.indptr[filled], dtype=np.intp) == 0
    first = np.where(alike, model, filled)
    label[filled] = np.unique(first, return_inverse=True)[1]
    return label
