"""How coverage grows with the number of stations or the budget, and in which order to build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .highs import Clock
from .instance import read_cover, read_sites, read_weights
from .models import TIME_LIMIT_S, Matrix, Siting, max_cover
from .reduction import Floats, Indices


@dataclass(frozen=True, eq=False)
class Order:
    """Sites in the order in which to build them.

    Attributes
    ----------
    sites
        Columns, the first to build first; sites that stand already are left out.
    covered
        Weight covered after each, with those that stand already.
    """

    sites: Indices
    covered: Floats


def frontier(
    cover: Matrix,
    weights: ArrayLike,
    *,
    ps: Sequence[int] = (),
    budgets: Sequence[float] = (),
    costs: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit_s: float = TIME_LIMIT_S,
    gap: float = 0.0,
    seed: int = 0,
) -> list[Siting]:
    """Return the best plan for each number of sites, or for each budget.

    Parameters
    ----------
    cover, weights, costs, fixed, forbidden, gap, seed
        As in `weizhan.coverage.covering.models.max_cover`.
    ps, budgets
        Numbers of sites, or budgets, ascending; one of the two.
    time_limit_s
        For all together; each may take an equal part of what is left.

    Returns
    -------
    list of Siting
        Objectives and bounds never fall from one to the next.
    """
    matrix = read_cover(cover)
    fixed, forbidden = [*fixed], [*forbidden]
    limits: list[dict[str, float]] = [{"p": p} for p in ps] or [{"budget": b} for b in budgets]
    clock = Clock(time_limit_s)
    plans: list[Siting] = []
    for number, limit in enumerate(limits):
        plans.append(
            max_cover(
                matrix,
                weights,
                **limit,  # type: ignore[arg-type]
                costs=costs,
                fixed=fixed,
                forbidden=forbidden,
                time_limit_s=clock.left() / (len(limits) - number),
                gap=gap,
                seed=seed,
                starts=[plan.sites for plan in plans[-1:]],
            )
        )
    # What bounds a larger plan bounds a smaller one too.
    for number in range(len(plans) - 2, -1, -1):
        plan, above = plans[number], plans[number + 1].bound
        if above < plan.bound:
            part = (above - plan.objective) / plan.objective if plan.objective else 0.0
            plans[number] = replace(plan, bound=above, gap=max(0.0, part))
    return plans


def build_order(
    cover: Matrix, weights: ArrayLike, sites: Iterable[int], *, standing: Iterable[int] = ()
) -> Order:
    """Return the sites of a plan in the order that covers the most the earliest.

    Each next site is the one that adds most. Set beside `frontier`, the weight covered after each
    site shows what it costs that later plans must contain earlier ones.

    Parameters
    ----------
    cover, weights
        As in `weizhan.coverage.covering.models.max_cover`.
    sites
        The plan.
    standing
        Sites of it that stand already.
    """
    matrix = read_cover(cover)
    weight = read_weights(weights, matrix.shape[0])
    there, _, _ = read_sites(standing, (), matrix.shape[1])
    plan, _, _ = read_sites(sites, (), matrix.shape[1])
    by_site = matrix.tocsc()
    open_weight = weight.copy()
    for j in there:
        open_weight[by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]] = 0.0
    left = np.setdiff1d(plan, there)
    order: list[int] = []
    covered: list[float] = []
    while len(left):
        gains = by_site[:, left].T @ open_weight
        best = int(np.argmax(gains))
        j = int(left[best])
        open_weight[by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]] = 0.0
        order.append(j)
        covered.append(float(weight.sum() - open_weight.sum()))
        left = np.delete(left, best)
    return Order(np.array(order, dtype=np.intp), np.array(covered))
