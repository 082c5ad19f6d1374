"""How sure each site is: which are in every plan nearly as good as the best, and which in none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geo.arrays import Flags, Floats, Indices
from .bounds import Certificate
from .highs import Clock
from .instance import Instance
from .max_cover_search import MaxCover
from .models import USUAL, SearchOptions, Siting, cover_most

NEAR = 0.005  # part of the objective within which plans are as good as the best


@dataclass(frozen=True, eq=False)
class SiteCertainty:
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


def site_certainty(
    instance: Instance,
    plan: Siting,
    *,
    within: float = NEAR,
    options: SearchOptions = USUAL,
) -> SiteCertainty:
    """Return which sites are in all plans nearly as good as the best, and which in none.

    The certificate's reduced costs settle most sites, plans with one exchange settle others, and
    the rest is asked of the search site by site: is there a plan this good with it, or without?

    Parameters
    ----------
    instance
        A maximal covering, from `weizhan.coverage.covering.instance.read_instance`.
    plan
        The best plan.
    within
        Part of its objective that a plan may fall short.
    options
        How long to search, and the seed.
    """
    matrix, cost = instance.cover, instance.costs
    sites, free, seed = instance.sites, instance.free, options.seed
    clock = Clock(options.time_limit_s)
    least = (1 - within) * plan.objective
    usual = SearchOptions(
        time_limit_s=clock.left() / 4, seed=seed, starts=[plan.sites], keep_dominated=True
    )
    whole = cover_most(instance, usual)
    value = reduced_costs(matrix.T @ whole.certificate.multipliers, cost, whole.certificate)
    slack = whole.certificate.bound - least
    always, never = free & (value > slack), free & (-value > slack)
    always[instance.fixed] = True
    never[instance.forbidden] = True
    has, lacks = _seen(instance, plan, least)
    doubtful = np.flatnonzero(free & ~always & ~never & ~(has & lacks))
    covering = instance.open_covering
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
    return SiteCertainty(within, *(np.flatnonzero(f) for f in (always, never, both, unknown)))


def reduced_costs(worth: Floats, costs: Floats, certificate: Certificate) -> Floats:
    """Return by how much a bound falls when a site goes against the sign of its value.

    Parameters
    ----------
    worth
        ``(sites,)`` multipliers of the rows that each site covers, added up.
    costs
        ``(sites,)`` what they take from the budget.
    certificate
        Whose prices of a site and of money count.
    """
    values: Floats = worth - certificate.site_price - certificate.budget_price * costs
    return values


def _seen(instance: Instance, plan: Siting, least: float) -> tuple[Flags, Flags]:
    """Return which sites some good plan has, and which some good plan lacks, by one exchange."""
    matrix, weight, cost, free = instance.cover, instance.weights, instance.costs, instance.free
    chosen = instance.flags(plan.sites)
    has, lacks = chosen.copy(), ~chosen
    count = matrix @ chosen.astype(np.int32)
    open_gain = matrix.T @ np.where(count == 0, weight, 0.0)
    left = instance.budget - float(cost[chosen].sum())
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
