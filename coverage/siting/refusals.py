"""Wishes that no plan keeps: every one is named, with what stands against it and what is possible.

What can be missed in part (buildings that must be covered, floors of communities) is not refused;
the plan says how far it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from ...geo.arrays import Floats, Indices
from ...geo.words import fields as f
from ..covering import Clock, solve
from .instance import SitingInstance
from .mip import Formed
from .objective import PlanProblem
from .wishes_error import Sentence, WishesError

SHOWN = 5
SECONDS = 10.0  # for each question after the nearest that is possible


def called(instance: SitingInstance, sites: Sequence[int] | Indices) -> str:
    """Return the names of some sites with their identities, the first few of many."""
    stations = instance.town.stations
    told = []
    for site in list(sites)[:SHOWN]:
        name, identity = stations[f.NAME].iloc[site], str(stations[f.STATION_ID].iloc[site])
        told.append(identity if pd.isna(name) else f"{name}（{identity}）")
    return ", ".join(told) + ("…" if len(sites) > SHOWN else "")


def check_wishes(instance: SitingInstance, problem: PlanProblem, *, spaced: Indices) -> None:
    """Refuse what no plan can keep.

    Parameters
    ----------
    instance
        Of the study.
    problem
        What is asked.
    spaced
        Candidates nearer to a standing station than the spacing, chosen ones among them.

    Raises
    ------
    WishesError
        With every contradiction that can be told by counting.
    """
    told = [
        *_left(instance, problem, spaced),
        *_chosen(instance, problem, spaced),
        *_quotas(instance, problem),
        *_money(instance, problem),
    ]
    if told:
        raise WishesError(told)


def _left(instance: SitingInstance, problem: PlanProblem, spaced: Indices) -> Iterator[Sentence]:
    """Tell that too few candidates are left, or none."""
    new = ~problem.existing
    free = new.copy()
    free[problem.forbidden] = False
    near, wished = np.intersect1d(spaced, problem.forbidden), len(instance.wishes.forbidden)
    if not free.any() and len(near) == new.sum():
        apart = _apart(instance, near)
        far = int(np.argmax(apart))
        yield (
            "error.site_spacing_all",
            {
                "spacing": f"{instance.wishes.spacing_m:g}",
                "count": len(near),
                "name": called(instance, near[[far]]),
                "most": f"{np.floor(apart[far]):g}",
            },
        )
    elif not free.any():
        yield "error.site_none_left", {"wished": wished, "near": len(near)}
    elif problem.stations is not None and problem.stations > free.sum():
        dropped = instance.candidates.dropped
        yield (
            "error.site_stations",
            {
                "stations": problem.stations,
                "most": int(free.sum()),
                "every": len(instance.candidates.sites) + len(dropped),
                "dropped": len(dropped),
                "why": dropped["reason"].value_counts().to_dict(),
                "wished": wished,
                "near": len(near),
            },
        )


def _apart(instance: SitingInstance, sites: Indices) -> Floats:
    """Return how far each site is from the nearest standing station of its tier that stays."""
    town, wishes = instance.town, instance.wishes
    places = np.stack([town.stations.geometry.x, town.stations.geometry.y], axis=1)
    tier = town.stations[f.TIER].to_numpy(dtype=object)
    loose = town.stations[f.STATION_ID].astype(str).isin([*wishes.movable, *wishes.closable])
    stays = instance.existing & ~loose.to_numpy()
    apart = np.full(len(sites), np.inf)
    for one in set(tier[sites]):
        mine = tier[sites] == one
        tree = cKDTree(places[stays & (tier == one)])
        apart[mine] = tree.query(places[sites[mine]])[0]
    return apart


def _chosen(instance: SitingInstance, problem: PlanProblem, spaced: Indices) -> Iterator[Sentence]:
    """Tell that sites which must be in every plan cannot be in one."""
    chosen = problem.chosen
    spacing = f"{instance.wishes.spacing_m:g}"
    near = np.intersect1d(chosen, spaced)
    if len(near):
        yield (
            "error.site_chosen_near",
            {
                "names": called(instance, near),
                "spacing": spacing,
                "most": f"{np.floor(_apart(instance, near).min()):g}",
            },
        )
    places = instance.town.stations.geometry
    for clique in problem.cliques:
        pair = np.intersect1d(chosen, clique)
        if len(pair) > 1:
            most = min(places.iloc[a].distance(places.iloc[b]) for a in pair for b in pair if a < b)
            values = {"names": called(instance, pair), "spacing": spacing}
            yield "error.site_chosen_pair", values | {"most": f"{np.floor(most):g}"}
    if problem.stations is not None and len(chosen) > problem.stations:
        names, asked = called(instance, chosen), problem.stations
        told = {"names": names, "stations": asked, "least": len(chosen)}
        yield "error.site_stations_chosen", told


def _quotas(instance: SitingInstance, problem: PlanProblem) -> Iterator[Sentence]:
    """Tell that quotas cannot be kept."""
    for host, quota in zip(instance.wishes.quota, problem.quotas, strict=True):
        there = len(np.setdiff1d(quota.sites, problem.forbidden))
        if quota.least > there:
            yield "error.site_quota_few", {"host": host, "least": quota.least, "most": there}
        held = np.intersect1d(quota.sites, problem.chosen)
        if len(held) > quota.most:
            values = {"host": host, "most": quota.most, "least": len(held)}
            yield "error.site_quota_chosen", values | {"names": called(instance, held)}
    held = np.concatenate([np.empty(0, np.intp), *(q.sites for q in problem.quotas)])
    others = len(np.setdiff1d(problem.chosen, held))
    least = others + sum(
        max(q.least, len(np.intersect1d(q.sites, problem.chosen))) for q in problem.quotas
    )
    if problem.stations is not None and len(problem.chosen) <= problem.stations:
        moved = int((problem.existing & problem.movable).sum())
        if least > problem.stations + moved:
            yield "error.site_quota_sum", {"least": least, "stations": problem.stations}


def _money(instance: SitingInstance, problem: PlanProblem) -> Iterator[Sentence]:
    """Tell that the budget does not reach for what must be, or for anything."""
    if problem.budget is None:
        return
    free = ~problem.existing
    free[problem.forbidden] = False
    room = problem.budget + problem.gives_back * int(problem.loose.sum())
    told = {"budget": f"{problem.budget:,.0f}"}
    spent = float(problem.costs[problem.chosen].sum())
    if len(problem.chosen):
        if spent > room:
            names = called(instance, problem.chosen)
            yield "error.site_budget_chosen", told | {"names": names, "least": f"{spent:,.0f}"}
            return
    elif free.any() and problem.costs[free].min() > room:
        cheapest = np.flatnonzero(free)[np.argmin(problem.costs[free])]
        least = f"{problem.costs[cheapest]:,.0f}"
        yield (
            "error.site_budget",
            told | {"name": called(instance, [int(cheapest)]), "least": least},
        )
        return
    need = spent
    for quota in problem.quotas:
        rest = np.setdiff1d(quota.sites, [*problem.forbidden, *problem.chosen])
        missing = quota.least - len(np.intersect1d(quota.sites, problem.chosen))
        need += float(np.sort(problem.costs[rest])[: max(missing, 0)].sum())
    if need > room and need > spent:
        yield "error.site_budget_quota", told | {"least": f"{need:,.0f}"}


def contradiction(problem: PlanProblem) -> WishesError:
    """Return what stands against a problem that no plan keeps, and the nearest that is possible.

    Parameters
    ----------
    problem
        Which the solver has shown to be contradictory.
    """
    told: list[Sentence] = [("error.plan_contradiction", {})]
    new, moved = ~problem.existing, problem.existing & problem.movable
    if problem.stations is not None:
        price = (new | moved).astype(float)
        least = _least(replace(problem, stations=None), price, float(moved.sum()))
        if least is not None:
            told.append(("error.plan_least_stations", {"least": f"{max(least, 0):.0f}"}))
    if problem.budget is not None:
        price = problem.costs * new + problem.gives_back * problem.loose
        back = problem.gives_back * float(problem.loose.sum())
        least = _least(replace(problem, budget=None), price, back)
        if least is not None:
            told.append(("error.plan_least_budget", {"least": f"{max(least, 0):,.0f}"}))
    nothing = np.zeros(len(problem.costs))
    if problem.cliques and _least(replace(problem, cliques=()), nothing, 0.0) is not None:
        told.append(("error.plan_without_spacing", {}))
    free = tuple(replace(quota, least=0) for quota in problem.quotas)
    if problem.quotas and _least(replace(problem, quotas=free), nothing, 0.0) is not None:
        told.append(("error.plan_without_quotas", {}))
    return WishesError(told)


def _least(problem: PlanProblem, price: Floats, back: float) -> float | None:
    """Return the least price of a plan that keeps the rest; None where there is none."""
    formed = Formed(problem)
    answer = solve(formed.priced(price), clock=Clock(SECONDS), absolute_gap=1e-6)
    if answer.values is None:
        return None
    chosen = formed.base.copy()
    chosen[formed.sites] = answer.values[: len(formed.sites)] > 0.5
    return float(price[chosen].sum()) - back
