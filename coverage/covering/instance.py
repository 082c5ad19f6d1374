"""Instances of siting problems, checked once with errors that name rows and sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from ...geo.words import InputError
from .reduction import Covering

SHOWN = 5
Matrix: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix


@dataclass(frozen=True, eq=False)
class Instance:
    """A covering problem as it was given, checked.

    Attributes
    ----------
    cover
        Demand x sites, CSR of ones.
    weights, costs
        Of the demand rows, and of the sites.
    p
        Sites at most, fixed ones included.
    budget
        What they may cost together; infinite where money does not bind.
    fixed, forbidden
        Columns of sites that are in every plan, or in none.
    free
        Which sites are neither.
    """

    cover: sparse.csr_array
    weights: Floats
    costs: Floats
    p: int
    budget: float
    fixed: Indices
    forbidden: Indices
    free: Flags

    @property
    def rows(self) -> int:
        """How many demand rows."""
        return int(self.cover.shape[0])

    @property
    def sites(self) -> int:
        """How many sites."""
        return int(self.cover.shape[1])

    def flags(self, columns: Indices) -> Flags:
        """Return which sites are among some columns."""
        flags = np.zeros(self.sites, dtype=bool)
        flags[columns] = True
        return flags

    @property
    def covering(self) -> Covering:
        """The problem as it is reduced and searched; nothing is decided yet."""
        every = np.arange(self.sites)
        return Covering(self.cover, self.weights, self.costs, self.p, self.budget, every)

    @property
    def open_covering(self) -> Covering:
        """The same with fixed and forbidden sites decided."""
        return self.covering.decided(self.flags(self.fixed), self.flags(self.forbidden))


def read_instance(
    cover: Matrix,
    weights: ArrayLike,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
) -> Instance:
    """Check a covering problem.

    Parameters
    ----------
    cover
        Demand x sites; an entry that is not zero covers. Dense or scipy sparse.
    weights
        Of the demand rows, not negative. Whole numbers are kept exactly.
    p
        Sites at most, fixed ones included.
    costs, budget
        What sites cost (default 1) and what they may cost together, fixed ones included.
    fixed, forbidden
        Columns of sites that are in every plan, or in none.

    Raises
    ------
    InputError
        When the input cannot be right, or the budget does not reach for any site.
    """
    matrix = read_cover(cover)
    rows, sites = matrix.shape
    weight, cost = read_weights(weights, rows), read_costs(costs, sites)
    inside, outside, free = read_sites(fixed, forbidden, sites)
    if p is None and budget is None:
        raise InputError("error.siting_no_limit")
    most = sites if p is None else read_p(p, inside, free)
    money = np.inf if budget is None else read_budget(budget, cost, inside, free)
    instance = Instance(matrix, weight, cost, most, money, inside, outside, free)
    if not (matrix @ (free | instance.flags(inside)).astype(np.int32)).any():
        raise InputError("error.siting_none_in_reach", sites=int(free.sum()), rows=rows)
    return instance


def listed(rows: Iterable[int]) -> str:
    """Return the first few numbers and an ellipsis when there are more."""
    numbers = list(rows)
    return ", ".join(str(n) for n in numbers[:SHOWN]) + ("…" if len(numbers) > SHOWN else "")


def read_cover(cover: ArrayLike | sparse.sparray | sparse.spmatrix) -> sparse.csr_array:
    """Return a cover, demand x sites, as CSR of ones where it is not zero."""
    matrix = sparse.csr_array(cover)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    _some(matrix)
    ones = np.ones(matrix.nnz, dtype=np.int32)
    return sparse.csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)


def read_cost(cost: ArrayLike | sparse.sparray | sparse.spmatrix) -> sparse.csr_array:
    """Return costs, demand x sites, as CSR of the pairs in reach; stored zeros count.

    Of a dense matrix the finite entries are in reach. NaN and negative entries are errors.
    """
    if sparse.issparse(cost):
        matrix = sparse.csr_array(cost, copy=True).astype(float)
        matrix.sum_duplicates()
    else:
        dense = np.asarray(cost, dtype=float)
        if dense.ndim != 2:
            raise InputError("error.siting_not_matrix", dimensions=dense.ndim)
        within = ~(dense == np.inf)
        row, site = np.nonzero(within)
        matrix = sparse.csr_array((dense[within], (row, site)), shape=dense.shape)
    _some(matrix)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    wrong = ~(matrix.data >= 0) | np.isinf(matrix.data)
    if wrong.any():
        rows = np.unique(row[wrong])
        raise InputError("error.siting_cost_pairs", rows=listed(rows), count=int(wrong.sum()))
    matrix.sort_indices()
    return matrix


def read_weights(weights: ArrayLike, rows: int) -> Floats:
    """Return one weight a demand row."""
    values = np.array(weights, dtype=float)
    if values.shape != (rows,):
        raise InputError("error.siting_shape", what="weights", found=values.shape, needed=rows)
    _not_negative(values, "weights")
    return values


def read_costs(costs: ArrayLike | None, sites: int) -> Floats:
    """Return one cost a site, 1 where none are given."""
    if costs is None:
        return np.ones(sites)
    values = np.array(costs, dtype=float)
    if values.shape != (sites,):
        raise InputError("error.siting_shape", what="costs", found=values.shape, needed=sites)
    _not_negative(values, "costs")
    return values


def read_sites(
    fixed: Iterable[int], forbidden: Iterable[int], sites: int
) -> tuple[Indices, Indices, Flags]:
    """Return the fixed and the forbidden sites, and which are neither."""
    inside, outside = (np.unique(np.array([*which], dtype=np.intp)) for which in (fixed, forbidden))
    for which in (inside, outside):
        strange = which[(which < 0) | (which >= sites)]
        if len(strange):
            raise InputError("error.siting_site_unknown", sites=listed(strange), count=sites)
    both = np.intersect1d(inside, outside)
    if len(both):
        raise InputError("error.siting_contradiction", sites=listed(both))
    free = np.ones(sites, dtype=bool)
    free[inside] = free[outside] = False
    if not len(inside) and not free.any():
        raise InputError("error.siting_all_forbidden", count=sites)
    return inside, outside, free


def read_p(p: int, fixed: Indices, free: Flags) -> int:
    """Return the number of sites to choose, fixed ones included."""
    most = len(fixed) + int(free.sum())
    if isinstance(p, bool) or int(p) != p or p < 1:
        raise InputError("error.siting_p", p=p, most=most)
    if p > most:
        raise InputError("error.siting_p_above", p=p, most=most)
    if p < len(fixed):
        raise InputError("error.siting_p_fixed", p=p, fixed=len(fixed))
    return int(p)


def read_budget(budget: float, costs: Floats, fixed: Indices, free: Flags) -> float:
    """Return a budget that pays for the fixed sites or, without any, for some site."""
    if not budget >= 0:
        raise InputError("error.siting_budget", budget=budget)
    spent = float(costs[fixed].sum())
    if budget < spent:
        raise InputError("error.siting_budget_fixed", budget=budget, spent=spent)
    if not len(fixed) and budget < costs[free].min():
        cheapest = int(np.flatnonzero(free)[np.argmin(costs[free])])
        raise InputError(
            "error.siting_budget_low", budget=budget, site=cheapest, cost=float(costs[cheapest])
        )
    return float(budget)


def check_limits(*, time_limit_s: float, gap: float) -> None:
    """Refuse limits that mean nothing."""
    if not time_limit_s >= 0:
        raise InputError("error.siting_option", name="time_limit_s", value=time_limit_s)
    if not 0 <= gap < 1:
        raise InputError("error.siting_option", name="gap", value=gap)


def check_reach(matrix: sparse.csr_array, sites: Flags) -> None:
    """Refuse demand that no site which may be chosen reaches; name the first of it."""
    stored = sparse.csr_array(
        (np.ones(matrix.nnz, dtype=np.int32), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    reached = stored @ sites.astype(np.int32)
    lost = np.flatnonzero(reached == 0)
    if len(lost):
        raise InputError("error.siting_unreachable", rows=listed(lost), count=len(lost))


def _some(matrix: sparse.csr_array) -> None:
    rows, sites = matrix.shape
    if sites == 0:
        raise InputError("error.siting_no_candidates")
    if rows == 0:
        raise InputError("error.siting_no_demand")
    if matrix.nnz == 0:
        raise InputError("error.siting_none_in_reach", sites=sites, rows=rows)


def _not_negative(values: Floats, what: str) -> None:
    wrong = np.flatnonzero(~(values >= 0) | np.isinf(values))
    if len(wrong):
        raise InputError("error.siting_negative", what=what, rows=listed(wrong), count=len(wrong))
