"""Lagrangian bounds of coverings, what they decide, and certificates that anyone can check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from .instance import Instance
from .kernels import ascend, prices
from .reduction import Covering

Kind = Literal["max_cover", "set_cover", "p_median", "p_center"]
STEPS = 100  # between two looks at the clock
STILL = 1e-6  # factor of the step length below which the bound no longer moves


@dataclass(frozen=True, eq=False)
class Certificate:
    """Multipliers from which a bound follows by adding up, without a solver.

    With the multipliers λ of the demand rows, r = Aᵀλ the worth of each site, n how many are fixed
    and *free* the sites that are neither fixed nor forbidden nor dominated, no plan is better than

    ==========  ===============================================================================
    max_cover   Σ max(w - λ, 0) + Σ r over fixed sites + the best p - n free sites' r; with
                a budget B and prices τ of a site and μ of money:
                Σ max(w - λ, 0) + Σ r over fixed + τ (p - n) + μ (B - cost of fixed)
                + Σ max(r - τ - μ c, 0) over free sites (the first form is μ = 0, τ = the
                p-th best r)
    set_cover   Σ λ + Σ (c - r) over fixed sites - Σ max(r - c, 0) over free sites
    p_median    Σ λ + Σ s over fixed sites + the p - n lowest s of free sites, where
                s = Σ min(w d - λ, 0) over the demand in reach of the site
    p_center    set_cover with unit costs on the pairs below ``radius`` needs more than p sites
    ==========  ===============================================================================

    A dominated site covers nothing that its dominator does not cover, and costs no less, so some
    best plan does without it.

    Attributes
    ----------
    kind
        Which sum it is.
    multipliers
        λ, one a demand row, not negative.
    dominated_by
        For each site one that dominates it, or -1.
    site_price, budget_price
        τ and μ: what one more station, and one more unit of budget, are worth at most.
    bound
        The bound that follows.
    radius
        Of a p-center: no p sites serve everyone within less.
    """

    kind: Kind
    multipliers: Floats
    dominated_by: Indices
    bound: float
    site_price: float = 0.0
    budget_price: float = 0.0
    radius: float = 0.0


@dataclass(eq=False)
class Walk:
    """Where the multipliers of a covering stand between two calls of the compiled loop."""

    covering: Covering
    state: Floats
    multipliers: Floats
    best: Floats
    direction: Floats
    usage: Floats = field(repr=False)

    @classmethod
    def start(cls, covering: Covering, multipliers: Floats | None = None) -> Walk:
        """Set out from given multipliers, or from each row's weight shared among its sites."""
        rows, sites = covering.cover.shape
        if multipliers is None:
            multipliers = covering.weights / np.maximum(1, np.diff(covering.cover.indptr))
        state = np.array([np.inf, 0.1, 0.1, 0.0, 0.0])
        return cls(
            covering, state, multipliers.copy(), multipliers.copy(), np.zeros(rows), np.zeros(sites)
        )

    @property
    def bound(self) -> float:
        """No plan of the covering is worth more."""
        return self.covering.base + float(self.state[0])

    @property
    def settled(self) -> bool:
        """Whether further steps would not move the bound."""
        return bool(self.state[1] < STILL)

    def go(self, target: float, steps: int = STEPS) -> None:
        """Take some steps towards a worth that is known to be reached."""
        c = self.covering
        if len(c.weights) == 0 or len(c.costs) == 0:
            self.state[:2] = 0.0
            return
        walk = self.multipliers, self.best, self.direction, self.usage
        ascend(c.arrays, c.weights, c.costs, c.limits, target - c.base, steps, self.state, walk)
        if self.bound <= target:
            self.state[1] = 0.0

    def reduced_costs(self) -> Floats:
        """Return what the bound loses at least when a site goes against its sign.

        A plan with a site of negative value, or without one of positive value, is worth no more
        than the bound less that value.
        """
        c = self.covering
        worth = c.cover.T @ self.best
        site, price = prices(worth, c.costs, c.limits, np.zeros(len(worth), dtype=bool))
        values: Floats = worth - site - price * c.costs
        return values

    def decisions(self, least: float) -> tuple[Flags, Flags]:
        """Return the sites in every plan worth ``least`` or more, and those in none."""
        values = self.reduced_costs()
        slack = self.bound - least
        return values > slack, -values > slack


def certify_cover(instance: Instance, multipliers: Floats, *, dominated_by: Indices) -> Certificate:
    """Return what multipliers prove about a maximal covering, added up on the data as given.

    Parameters
    ----------
    instance
        The covering.
    multipliers
        ``(rows,)``, not negative.
    dominated_by
        ``(sites,)`` one that dominates each site, or -1.
    """
    costs, fixed, weights = instance.costs, instance.fixed, instance.weights
    free = instance.free & (dominated_by < 0)
    worth = instance.cover.T @ multipliers
    p_left = min(instance.p - len(fixed), int(free.sum()))
    money_left = instance.budget - float(costs[fixed].sum())
    site, price = 0.0, 0.0
    if free.any():
        picked = np.zeros(int(free.sum()), dtype=bool)
        site, price = prices(worth[free], costs[free], (p_left, money_left, -1.0), picked)
        if p_left >= free.sum():
            site = 0.0
    bound = float(np.maximum(weights - multipliers, 0).sum() + worth[fixed].sum())
    bound += site * p_left + (price * money_left if price > 0 else 0.0)
    bound += float(np.maximum(worth[free] - site - price * costs[free], 0).sum())
    return Certificate("max_cover", multipliers, dominated_by, bound, site, price)


def certify_set_cover(
    cover: sparse.csr_array,
    costs: Floats,
    multipliers: Floats,
    *,
    fixed: Indices,
    free: Flags,
    dominated_by: Indices,
) -> Certificate:
    """Return what multipliers prove about a set cover, added up on the data as given."""
    free = free & (dominated_by < 0)
    short = costs - cover.T @ multipliers
    bound = float(multipliers.sum() + short[fixed].sum() + np.minimum(short[free], 0).sum())
    return Certificate("set_cover", multipliers, dominated_by, bound, 0.0, 1.0)
