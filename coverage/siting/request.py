"""A planner's wishes turned into the problem that the model solves; contradictions are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from ...geo.arrays import Flags, Indices
from ...geo.candidate_list import CANDIDATE_ID
from ...geo.plan import Plan
from ...geo.words import InputError
from ...geo.words import fields as f
from .demand_rows import Rows, stacked
from .instance import SitingInstance
from .objective import PlanProblem, Quota
from .reach import Reach
from .refusals import check_wishes
from .wishes_error import WishesError

SHOWN = 5


@dataclass(frozen=True)
class Request:
    """What is asked of a siting study.

    Attributes
    ----------
    stations, budget, target
        New stations, yuan, or share to be covered; one of them.
    must
        Buildings that must be covered.
    own
        The user's own plan, to be scored beside the best.
    draws
        Random states of risk, travel time and lanes behind the stability of sites.
    seed
        Of all random choices.
    time_limit_s
        For the searches of the study together.
    """

    stations: int | None = None
    budget: float | None = None
    target: float | None = None
    must: tuple[str, ...] = ()
    own: Plan | None = None
    draws: int = 200
    seed: int = 1
    time_limit_s: float = 180.0


def check_request(request: Request) -> None:
    """Refuse a size that is missing, double or senseless."""
    sizes = [request.stations, request.budget, request.target]
    if sizes.count(None) == 3:
        raise InputError("error.site_no_size")
    if sizes.count(None) < 2:
        raise InputError("error.site_one_size")
    if request.target is not None and not 0 < request.target <= 1:
        raise InputError("error.site_target", target=request.target)
    if request.budget is not None and not 0 <= request.budget < float("inf"):
        raise InputError("error.siting_budget", budget=request.budget)


def make_problem(
    instance: SitingInstance, reaches: Mapping[tuple[str, str], Reach], request: Request
) -> tuple[PlanProblem, Indices]:
    """Return the problem of a study, and the building of each of its must-cover rows.

    Parameters
    ----------
    instance
        Of the study.
    reaches
        Who reaches whom as the lanes are known to be.
    request
        What is asked.

    Raises
    ------
    InputError
        When wishes name what is not there or contradict each other, or no candidate reaches
        anything; with the nearest that is possible.
    """
    wishes, existing = instance.wishes, instance.existing
    rows = instance.rows(reaches)
    if not rows.cover[:, np.flatnonzero(~existing)].nnz:
        raise InputError("error.site_none_in_reach", sites=int((~existing).sum()))
    candidates = pd.Index(instance.candidates.sites[CANDIDATE_ID].astype(str))
    stations = pd.Index(instance.town.stations[f.STATION_ID].astype(str)[existing])
    offset = int(existing.sum())
    _check_dropped(instance, (*wishes.forbidden, *wishes.chosen))
    forbidden = _places(candidates, wishes.forbidden, "forbidden") + offset
    chosen = _places(candidates, wishes.chosen, "chosen") + offset
    both = np.intersect1d(forbidden, chosen)
    if len(both):
        raise InputError("error.site_both", names=_listed(candidates[both - offset]))
    movable, closable = (np.zeros(len(existing), dtype=bool) for _ in range(2))
    movable[_places(stations, wishes.movable, "movable")] = True
    closable[_places(stations, wishes.closable, "closable")] = True
    buildings = _must_buildings(instance, request.must)
    must, building = instance.must_cover(reaches, buildings)
    _check_must(instance, must, building, forbidden, candidates)
    near, cliques = _spaced(instance, movable | closable)
    problem = PlanProblem(
        rows=rows,
        costs=instance.costs,
        existing=existing,
        movable=movable,
        closable=closable,
        gives_back=instance.town.rules.siting.give_up_yuan.value,
        chosen=chosen,
        forbidden=np.setdiff1d(np.union1d(forbidden, near), chosen),
        stations=request.stations,
        budget=request.budget,
        must=must if must.shape[0] else None,
        groups=len(instance.communities),
        floor=wishes.community_floor,
        worst_off=wishes.worst_off,
        quotas=_quotas(instance),
        cliques=cliques,
        tail=wishes.tail,
    )
    check_wishes(instance, problem, spaced=near)
    return problem, building


def lane_rows(instance: SitingInstance, *, draws: int, seed: int) -> Rows:
    """Return demand under random states of the lanes, as rows of each."""
    states = enumerate(instance.drawn(draws=draws, seed=seed))
    parts = [instance.rows(instance.reaches(held), draw=number) for number, held in states]
    return stacked(parts, draws=draws)


def names_of(instance: SitingInstance, sites: Flags | Indices) -> list[str]:
    """Return the identities of sites."""
    ids = instance.town.stations[f.STATION_ID].astype(str).to_numpy(dtype=object)
    return [str(i) for i in ids[sites]]


def _check_dropped(instance: SitingInstance, names: Sequence[str]) -> None:
    """Refuse candidates that are named but cannot be used; say why not."""
    dropped = instance.candidates.dropped
    fell = dropped[dropped[CANDIDATE_ID].astype(str).isin(names)]
    if len(fell):
        told = [
            ("error.site_dropped", {"name": str(name), "why": {reason: 1}})
            for name, reason in zip(fell[CANDIDATE_ID], fell["reason"], strict=True)
        ]
        raise WishesError(told)


def _places(index: pd.Index, names: Sequence[str], what: str) -> Indices:
    found = np.asarray(index.get_indexer(pd.Index(list(names), dtype=object)), dtype=np.intp)
    lost = [name for name, at in zip(names, found, strict=True) if at < 0]
    if lost:
        raise InputError("error.site_unknown", what=what, names=_listed(lost))
    return np.unique(found)


def _listed(names: Iterable[object]) -> str:
    told = [str(name) for name in names]
    return ", ".join(told[:SHOWN]) + ("…" if len(told) > SHOWN else "")


def _must_buildings(instance: SitingInstance, named: Sequence[str]) -> Indices:
    buildings = instance.town.buildings
    at = _places(pd.Index(buildings[f.BUILDING_ID].astype(str)), named, "must")
    by_use = np.flatnonzero(buildings[f.USE].isin(instance.wishes.must_uses))
    return np.union1d(at, by_use).astype(np.intp)


def _check_must(
    instance: SitingInstance,
    must: sparse.csr_array,
    building: Indices,
    forbidden: Indices,
    candidates: pd.Index,
) -> None:
    """Refuse buildings that only forbidden candidates reach."""
    if not must.shape[0] or not len(forbidden):
        return
    allowed = np.ones(must.shape[1], dtype=np.int32)
    allowed[forbidden] = 0
    only = (np.diff(must.indptr) > 0) & (must @ allowed == 0)
    if only.any():
        ids = instance.town.buildings[f.BUILDING_ID].to_numpy(dtype=object)
        sites = np.unique(must[np.flatnonzero(only)].indices) - int(instance.existing.sum())
        names = _listed(ids[np.unique(building[only])])
        raise InputError("error.site_must_forbidden", names=names, sites=_listed(candidates[sites]))


def _quotas(instance: SitingInstance) -> tuple[Quota, ...]:
    hosts = instance.town.stations[f.HOST_TYPE].fillna("other").to_numpy(dtype=object)
    quotas = []
    for host, quota in instance.wishes.quota.items():
        sites = np.flatnonzero((hosts == host) & ~instance.existing)
        most = len(sites) if quota.most is None else quota.most
        quotas.append(Quota(sites, quota.least, most))
    return tuple(quotas)


def _spaced(instance: SitingInstance, loose: Flags) -> tuple[Indices, tuple[Indices, ...]]:
    """Return candidates too near a station that stays, and sets of which one at most may be."""
    if not instance.wishes.spacing_m:
        return np.empty(0, dtype=np.intp), ()
    town = instance.town
    xy = np.stack([town.stations.geometry.x, town.stations.geometry.y], axis=1)
    tier = town.stations[f.TIER].to_numpy(dtype=object)
    pairs = cKDTree(xy).query_pairs(instance.wishes.spacing_m * (1 - 1e-9), output_type="ndarray")
    pairs = pairs[tier[pairs[:, 0]] == tier[pairs[:, 1]]]
    stays = instance.existing & ~loose
    held = stays[pairs]
    near = np.unique(pairs[:, ::-1][held & ~instance.existing[pairs[:, ::-1]]])
    new = pairs[~instance.existing[pairs].any(axis=1)]
    graph = [set[int]() for _ in range(len(xy))]
    for a, b in new.tolist():
        graph[a].add(b)
        graph[b].add(a)
    left = {(min(a, b), max(a, b)) for a, b in new.tolist()}
    cliques = []
    for a, b in sorted(left):
        if (a, b) not in left:
            continue
        clique, common = [a, b], graph[a] & graph[b]
        while common:
            nearest = min(common)
            clique.append(nearest)
            common &= graph[nearest]
        clique.sort()
        left -= {(i, j) for i in clique for j in clique if i < j}
        cliques.append(np.array(clique, dtype=np.intp))
    return near.astype(np.intp), tuple(cliques)
