"""Where stations go, with proof: covering, median and centre problems on bare matrices.

========================  ===========================================================
`set_cover`               the fewest or cheapest sites that cover all demand (LSCP)
`max_cover`               the most weight covered with p sites or a budget (MCLP)
`p_median`                the least weighted sum of costs to the nearest of p sites
`p_center`                the least greatest cost to the nearest of p sites
========================  ===========================================================

Each returns a `Siting`: a plan, a bound that no plan exceeds, why the search stopped, and a
`Certificate` that proves a bound by mere addition. A plan is called proven only when the bound
leaves no room for a better one: none at all where weights or costs are whole numbers, less than
one part in ten million otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ...geo.arrays import Flags, Indices
from ...geo.words import InputError
from .bounds import Certificate, certify_cover, certify_set_cover
from .centre import CentreSearch
from .highs import Clock
from .instance import (
    Instance,
    Matrix,
    check_limits,
    check_reach,
    read_cost,
    read_costs,
    read_cover,
    read_instance,
    read_p,
    read_sites,
    read_weights,
)
from .max_cover_search import MaxCover
from .median import MedianSearch, certify_median, median_of
from .search import CLOSE, Cut, Stop
from .set_cover_search import SetCover, covering_all

TIME_LIMIT_S = 600.0


@dataclass(frozen=True, eq=False)
class Siting:
    """A plan, and how sure it is.

    Attributes
    ----------
    sites
        Columns of the chosen sites, ascending, the fixed ones among them.
    objective
        Weight covered, cost of the sites, weighted sum of costs, or greatest cost.
    bound
        No plan has a better objective.
    gap
        Difference of the two relative to the objective; 0 when proven.
    proven
        Whether the plan is optimal.
    covered_by
        ``(demand, sites)`` CSR: the chosen sites that cover each demand row or, for median and
        centre, the one site that serves it.
    stopped
        ``"proven"``, ``"gap"`` (the gap asked for is reached), ``"time"`` or ``"interrupted"``.
    certificate
        Multipliers from which a bound follows without a solver. It is the bound from before the
        search began to rule out sites, so it may be weaker than ``bound``.
    """

    sites: Indices
    objective: float
    bound: float
    gap: float
    proven: bool
    covered_by: sparse.csr_array
    stopped: Stop
    certificate: Certificate


@dataclass(frozen=True, eq=False)
class SearchOptions:
    """How long and how far to search.

    Attributes
    ----------
    time_limit_s
        Seconds after which the best plan found is returned with its gap.
    gap
        Relative gap at which to stop.
    seed
        Of all random choices; the same input gives the same plan unless time runs out.
    starts
        Plans of a maximal covering to begin with.
    cuts
        Sets of sites of which a plan of a maximal covering may have only so many.
    keep_dominated
        Keep sites that others dominate; the certificate of a maximal covering then holds for
        every plan, not only for some best plan.
    """

    time_limit_s: float = TIME_LIMIT_S
    gap: float = 0.0
    seed: int = 0
    starts: Sequence[Iterable[int]] = ()
    cuts: Sequence[Cut] = ()
    keep_dominated: bool = False

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        check_limits(time_limit_s=self.time_limit_s, gap=self.gap)


USUAL = SearchOptions()


def max_cover(
    cover: Matrix,
    weights: ArrayLike,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    options: SearchOptions = USUAL,
) -> Siting:
    """Cover the most weight with at most p sites, within a budget, or both.

    Parameters
    ----------
    cover, weights, p, costs, budget, fixed, forbidden
        As in `weizhan.coverage.covering.instance.read_instance`.
    options
        How long and how far to search.

    Returns
    -------
    Siting

    Raises
    ------
    InputError
        When the input cannot be right, or the budget does not reach for any site.

    Examples
    --------
    >>> import numpy as np
    >>> cover = np.array([[1, 0, 1], [0, 1, 1], [0, 1, 0]])  # demand x candidate sites
    >>> plan = max_cover(cover, [5, 3, 2], p=1)
    >>> plan.sites.tolist(), plan.objective, plan.proven
    ([2], 8.0, True)
    """
    instance = read_instance(
        cover, weights, p=p, costs=costs, budget=budget, fixed=fixed, forbidden=forbidden
    )
    return cover_most(instance, options)


def cover_most(instance: Instance, options: SearchOptions = USUAL) -> Siting:
    """Cover the most weight of an instance; see `max_cover`.

    Parameters
    ----------
    instance
        From `read_instance`.
    options
        How long and how far to search.
    """
    inside, left = instance.fixed, instance.open_covering
    # Fixed sites are in every plan: what a cut allows of the others is the rest.
    open_cuts = [
        replace(c, at_most=c.at_most - int(np.isin(inside, c.sites).sum())) for c in options.cuts
    ]
    search = MaxCover(
        left,
        clock=Clock(options.time_limit_s),
        gap=options.gap,
        seed=options.seed,
        cuts=open_cuts,
        keep_dominated=options.keep_dominated,
    )
    search.run([np.array([*start], dtype=np.intp) for start in options.starts])
    chosen = instance.flags(np.concatenate([inside, search.plan]))
    covered = instance.covering.covered
    multipliers = np.zeros(instance.rows)
    multipliers[~covered(instance.flags(inside))] = search.multipliers
    by = _in_columns(search.dominated_by, left.sites, instance.sites)
    certificate = certify_cover(instance, multipliers, dominated_by=by)
    objective = float(instance.weights[covered(chosen)].sum())
    return _siting(instance.cover, chosen, objective, search.bound, search.stopped, certificate)


def set_cover(
    cover: Matrix,
    *,
    costs: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    options: SearchOptions = USUAL,
) -> Siting:
    """Cover all demand with the fewest or the cheapest sites.

    Parameters
    ----------
    cover, costs, fixed, forbidden, options
        As in `max_cover`.

    Returns
    -------
    Siting
        The objective is the cost of all sites, fixed ones included.

    Raises
    ------
    InputError
        When the input cannot be right, or some demand has no site in reach; it is named.
    """
    matrix = read_cover(cover)
    rows, sites = matrix.shape
    cost = read_costs(costs, sites)
    inside, _, free = read_sites(fixed, forbidden, sites)
    check_reach(matrix, free | _flags(inside, sites))
    left, open_rows = covering_all(matrix, cost, fixed=_flags(inside, sites), free=free)
    search = SetCover(left, clock=Clock(options.time_limit_s), gap=options.gap, seed=options.seed)
    search.run()
    chosen = _flags(np.concatenate([inside, search.plan]), sites)
    multipliers = np.zeros(rows)
    multipliers[open_rows] = search.multipliers
    certificate = certify_set_cover(
        matrix,
        cost,
        multipliers,
        fixed=inside,
        free=free,
        dominated_by=_in_columns(search.dominated_by, left.sites, sites),
    )
    objective = float(cost[chosen].sum())
    bound = objective + search.worth - search.bound
    return _siting(matrix, chosen, objective, bound, search.stopped, certificate)


def p_median(
    cost: Matrix,
    weights: ArrayLike,
    p: int,
    *,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    options: SearchOptions = USUAL,
) -> Siting:
    """Serve all demand from p sites at the least weighted sum of costs.

    Parameters
    ----------
    cost
        Demand x sites, not negative. In a dense matrix infinite entries are out of reach, in a
        sparse one those that are not stored.
    weights
        Of the demand rows, not negative.
    p
        Sites, fixed ones included.
    fixed, forbidden, options
        As in `max_cover`.

    Returns
    -------
    Siting

    Raises
    ------
    InputError
        When the input cannot be right, some demand has no site in reach, or p sites cannot
        reach everyone.
    """
    matrix = read_cost(cost)
    rows, sites = matrix.shape
    weight = read_weights(weights, rows)
    inside, outside, free = read_sites(fixed, forbidden, sites)
    count = read_p(p, inside, free)
    check_reach(matrix, free | _flags(inside, sites))
    clock, seed = Clock(options.time_limit_s), options.seed
    start = _everyone(matrix, count, inside, free, clock, seed)
    problem = median_of(matrix, weight, count, fixed=inside, forbidden=outside)
    search = MedianSearch(problem, clock=clock, gap=options.gap, seed=seed, start=start)
    search.run()
    chosen = _flags(search.plan, sites)
    certificate = certify_median(matrix, weight, count, search.multipliers, fixed=inside, free=free)
    nearest = _nearest(matrix, chosen)
    return _siting(nearest, chosen, search.cost, search.bound, search.stopped, certificate)


def p_center(
    cost: Matrix,
    p: int,
    *,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    options: SearchOptions = USUAL,
) -> Siting:
    """Serve all demand from p sites so that the greatest cost is least.

    Parameters
    ----------
    cost, p, fixed, forbidden
        As in `p_median`.
    options
        As in `max_cover`; any gap is closed.

    Returns
    -------
    Siting

    Raises
    ------
    InputError
        As `p_median`.
    """
    matrix = read_cost(cost)
    sites = matrix.shape[1]
    inside, _, free = read_sites(fixed, forbidden, sites)
    count = read_p(p, inside, free)
    check_reach(matrix, free | _flags(inside, sites))
    clock, seed = Clock(options.time_limit_s), options.seed
    start = _everyone(matrix, count, inside, free, clock, seed)
    search = CentreSearch(matrix, count, fixed=inside, free=free, clock=clock, seed=seed)
    search.run(start)
    chosen = _flags(search.plan, sites)
    nearest = _nearest(matrix, chosen)
    certificate = search.certificate
    return _siting(nearest, chosen, search.radius, search.bound, search.stopped, certificate)


def _siting(
    matrix: sparse.csr_array,
    chosen: Flags,
    objective: float,
    bound: float,
    stopped: Stop,
    certificate: Certificate,
) -> Siting:
    proven = stopped == "proven"
    bound = objective if proven else bound
    gap = abs(bound - objective) / max(abs(objective), 1e-300) if bound != objective else 0.0
    inside = chosen[matrix.indices]
    ends = np.concatenate([[0], np.cumsum(inside)])[matrix.indptr]
    ones = np.ones(int(inside.sum()), dtype=bool)
    covered_by = sparse.csr_array((ones, matrix.indices[inside], ends), shape=matrix.shape)
    sites = np.flatnonzero(chosen)
    return Siting(sites, objective, bound, gap, proven, covered_by, stopped, certificate)


def _everyone(
    matrix: sparse.csr_array, p: int, fixed: Indices, free: Flags, clock: Clock, seed: int
) -> Indices:
    """Return p sites that reach all demand, or say how many it takes."""
    pattern = sparse.csr_array(
        (np.ones(matrix.nnz, dtype=np.int32), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    inside = _flags(fixed, len(free))
    left, _ = covering_all(pattern, np.ones(len(free)), fixed=inside, free=free)
    total = left.base + float(left.weights.sum())
    search = SetCover(left, clock=clock, seed=seed, enough=total - (p - len(fixed)))
    search.run()
    if not search.answer:
        if search.answer is None:
            raise InputError("error.siting_p_time", p=p)
        needed = len(fixed) + int(np.ceil(total - search.bound - CLOSE))
        raise InputError("error.siting_p_reach", p=p, needed=max(needed, p + 1))
    chosen = inside | _flags(search.plan, len(free))
    chosen[np.flatnonzero(free & ~chosen)[: p - int(chosen.sum())]] = True
    return np.flatnonzero(chosen)


def _nearest(matrix: sparse.csr_array, chosen: Flags) -> sparse.csr_array:
    """Return the cheapest chosen site of each row as CSR of ones, the first of equal ones."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = np.flatnonzero(chosen[matrix.indices])
    order = inside[np.lexsort((matrix.indices[inside], matrix.data[inside], row[inside]))]
    first = order[np.unique(row[order], return_index=True)[1]]
    one = np.ones(len(first), dtype=np.int8)
    return sparse.csr_array((one, (row[first], matrix.indices[first])), shape=matrix.shape)


def _flags(columns: Indices, sites: int) -> Flags:
    flags = np.zeros(sites, dtype=bool)
    flags[columns] = True
    return flags


def _in_columns(by: Indices, columns: Indices, sites: int) -> Indices:
    """Return dominators by column of the problem as given."""
    everywhere = np.full(sites, -1, dtype=np.intp)
    everywhere[columns] = np.where(by >= 0, columns[by], -1)
    return everywhere
