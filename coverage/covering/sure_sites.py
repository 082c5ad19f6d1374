"""How sure each site is: which are in every plan nearly as good as the best, and which in none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from .bounds import Certificate
from .highs import Clock
from .instance import read_costs, read_cover, read_sites, read_weights
from .max_cover import MaxCover
from .models import TIME_LIMIT_S, Matrix, Siting, max_cover
from .reduction import Covering, Flags, Floats, Indices

NEAR = 0.005  # part of the objective within which plans are as good as the best


@dataclass(frozen=True, eq=False)
class Standing:
    """How sure each site is, over all plans within a part of the best.

    Attributes
    ----------
    within
        Plans that cover at least ``1 - within`` of the best plan's weight count.
    always, never
        Sites proven to be in all of these plans, and in none.
    sometimes
        Sites that a plan found has, and another has not.
    unknown
        Sites for which time was too short.
    """

    within: float
    always: Indices
    never: Indices
    sometimes: Indices
    unknown: Indices


def standing(
    cover: Matrix,
    weights: ArrayLike,
    plan: Siting,
    *,
    within: float = NEAR,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit_s: float = TIME_LIMIT_S,
    seed: int = 0,
) -> Standing:
    """Return which sites are in all plans nearly as good as the best, and which in none.

    The certificate's reduced costs settle most sites, plans with one exchange settle others, and
    the rest is asked of the search site by site: is there a plan this good with it, or without?

    Parameters
    ----------
    cover, weights, p, costs, budget, fixed, forbidden, time_limit_s, seed
        As in `weizhan.coverage.covering.models.max_cover`.
    plan
        The best plan.
    within
        Part of its objective that a plan may fall short.
    """
    matrix = read_cover(cover)
    rows, sites = matrix.shape
    weight, cost = read_weights(weights, rows), read_costs(costs, sites)
    inside, outside, free = read_sites(fixed, forbidden, sites)
    clock = Clock(time_limit_s)
    least = (1 - within) * plan.objective
    whole = max_cover(
        matrix,
        weight,
        p=p,
        costs=cost,
        budget=budget,
        fixed=inside,
        forbidden=outside,
        time_limit_s=clock.left() / 4,
        seed=seed,
        starts=[plan.sites],
        keep_dominated=True,
    )
    value = reduced_costs(matrix.T @ whole.certificate.multipliers, cost, whole.certificate)
    slack = whole.certificate.bound - least
    always, never = free & (value > slack), free & (-value > slack)
    always[inside] = True
    never[outside] = True
    has, lacks = _seen(matrix, weight, cost, plan, least, budget=budget, free=free)
    doubtful = np.flatnonzero(free & ~always & ~never & ~(has & lacks))
    money = np.inf if budget is None else budget
    covering = Covering(
        matrix, weight, cost, sites if p is None else p, money, np.arange(sites)
    ).decided(_flags(inside, sites), _flags(outside, sites))
    unknown = np.zeros(sites, dtype=bool)
    for number, j in enumerate(doubtful):
        one = covering.sites == j
        none = np.zeros(len(one), dtype=bool)
        asks_for = bool(lacks[j])  # a plan without it is known: is there one with it?
        left = covering.decided(one, none) if asks_for else covering.decided(none, one)
        if left.p < 0 or left.budget < 0:
            never[j] = True
            continue
        limit = Clock(clock.left() / (len(doubtful) - number))
        search = MaxCover(left, clock=limit, seed=seed, enough=least, keep_dominated=True)
        search.run([plan.sites])
        if search.answer:
            has[j] = lacks[j] = True
        elif search.answer is False:
            (never if asks_for else always)[j] = True
        else:
            unknown[j] = True
    both = has & lacks & ~always & ~never
    return Standing(within, *(np.flatnonzero(f) for f in (always, never, both, unknown)))


def reduced_costs(worth: Floats, costs: Floats, certificate: Certificate) -> Floats:
    """Return by how much a bound falls when a site goes against the sign of its value."""
    values: Floats = worth - certificate.site_price - certificate.budget_price * costs
    return values


def _seen(
    matrix: sparse.csr_array,
    weight: Floats,
    cost: Floats,
    plan: Siting,
    least: float,
    *,
    budget: float | None,
    free: Flags,
) -> tuple[Flags, Flags]:
    """Return which sites some good plan has, and which some good plan lacks, by one exchange."""
    chosen = _flags(plan.sites, len(free))
    has, lacks = chosen.copy(), ~chosen
    count = matrix @ chosen.astype(np.int32)
    open_gain = matrix.T @ np.where(count == 0, weight, 0.0)
    left = np.inf if budget is None else budget - float(cost[chosen].sum())
    by_site = matrix.tocsc()
    for j in plan.sites[free[plan.sites]]:
        mine = by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]
        mine = mine[count[mine] == 1]
        covered = plan.objective - weight[mine].sum()
        after = covered + open_gain + matrix[mine].T @ weight[mine]
        fits = free & ~chosen & (cost <= left + cost[j]) & (after >= least)
        has |= fits
        lacks[j] = bool(fits.any()) or covered >= least
    return has, lacks


def _flags(columns: Indices, sites: int) -> Flags:
    flags = np.zeros(sites, dtype=bool)
    flags[columns] = True
    return flags
