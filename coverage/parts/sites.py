"""Where the next stations of a province go: districts' frontiers, held together by one price.

Each district is solved alone for every number of stations: a plan, and a bound that no plan
exceeds. What a plan of the whole covers is at most what its districts' stations cover each for
themselves (covering has no increasing returns), so sums of districts' bounds bound the whole. For
any price of a station, the price times all stations and, of each district, the most that a
bound exceeds the price of its stations by, is such a sum or more (Lagrangian relaxation; Everett
1963, Geoffrion 1974): anyone can add it up again. The plan is counted once over all borders, and
the gap between the two is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from ...geo.arrays import Floats, Indices, Longs
from ...geo.candidate_list import CANDIDATE_ID
from ...geo.words import fields as f
from ..covering import Clock, SearchOptions, max_cover
from ..siting import Candidates, candidates, site_reach, with_candidates
from .halo import within
from .part import Part
from .stages import Asked, assessed


@dataclass(frozen=True)
class Frontier:
    """What a district gains by its number of new stations.

    Attributes
    ----------
    worth, bound
        ``(most + 1,)`` weight that the plan of so many covers beyond what is covered already,
        and the most that any plan of so many could; both 0 for none.
    sites
        Columns of the plan of each number.
    """

    worth: Floats
    bound: Floats
    sites: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Allocation:
    """Stations over districts.

    Attributes
    ----------
    count
        ``(districts,)`` new stations of each.
    worth
        Sum of the districts' plans, each counted for itself.
    bound
        That no plan of the whole exceeds.
    price
        Of a station, from which the bound follows.
    surplus
        ``(districts,)`` the most that a bound of each exceeds the price of its stations by; the
        bound is the price times all stations and the sum of these.
    """

    count: Longs
    worth: float
    bound: float
    price: float
    surplus: Floats


@dataclass(frozen=True)
class ProvinceSites:
    """A plan of the whole.

    Attributes
    ----------
    sites
        Columns of the chosen sites, ascending.
    objective
        Weight that they cover beyond what is covered already, every building once.
    allocation
        Numbers by district, with price and bound.
    gap
        How much better a plan could be at most, relative to the objective; 0 when proven.
    """

    sites: Indices
    objective: float
    allocation: Allocation
    gap: float


def part_candidates(part: Part) -> Candidates:
    """Return where a station could go in a part: its own hosts.

    Parameters
    ----------
    part
        With its own buildings.
    """
    return candidates.host_candidates(part.shown())


def site_rows(
    part: Part, asked: Asked, sites: gpd.GeoDataFrame, *, tier: str, reach_m: float
) -> sparse.csr_array:
    """Return which sites reach a part's buildings within the standard: rows of one graph's matrix.

    Parameters
    ----------
    part, asked
        As for `seen`.
    sites
        Candidates of all parts, in one order for all of them, in any CRS.
    tier
        Whose standard counts.
    reach_m
        From `halo_m`; sites beyond reach nobody here.

    Returns
    -------
    csr_array
        ``(buildings, stations that stand anywhere + sites)``: the first column is 1 where some
        station covers the building already, the others are the sites.
    """
    town = part.town
    own = sites.to_crs(town.lanes.crs)
    near = np.flatnonzero(
        within(own.geometry.to_numpy(), town.buildings.geometry.to_numpy(), reach_m=reach_m)
    )
    nothing = own.iloc[:0]
    added = with_candidates(town, Candidates(own.iloc[near], nothing))
    moment = assessed(added, asked).moment
    cover = site_reach(moment, tier).cover().tocoo()
    stand = len(town.stations)
    column = np.where(cover.col < stand, 0, near[np.maximum(cover.col - stand, 0)] + 1)
    ones = np.ones(len(column), dtype=np.int32)
    shape = (len(town.buildings), len(sites) + 1)
    rows = sparse.csr_array((ones, (cover.row, column)), shape=shape)
    rows.sum_duplicates()
    rows.data[:] = 1
    return rows


def frontier(
    cover: sparse.csr_array, weights: Floats, *, most: int, time_limit_s: float = 60.0
) -> Frontier:
    """Return what a district's sites cover by their number.

    Parameters
    ----------
    cover
        ``(buildings, sites)`` ones; buildings of neighbours that they reach among them.
    weights
        ``(buildings,)`` not negative, 0 where covered already.
    most
        Largest number.
    time_limit_s
        For all numbers together; beyond it plans come with a gap.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> cover = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]]))
    >>> frontier(cover, np.array([4.0, 2.0, 1.0]), most=2).worth.tolist()
    [0.0, 6.0, 7.0]
    """
    useful = np.flatnonzero((cover.T @ (weights > 0)) > 0)
    rows = np.flatnonzero((weights > 0) & (cover[:, useful].sum(axis=1) > 0))
    small, weight = cover[rows][:, useful], weights[rows]
    most = min(most, len(useful))
    worth, bound = np.zeros(most + 1), np.zeros(most + 1)
    plans: list[tuple[int, ...]] = [()]
    clock, everything = Clock(time_limit_s), float(weight.sum())
    for count in range(1, most + 1):
        if worth[count - 1] >= everything:  # nothing is left to cover
            worth, bound = worth[:count], bound[:count]
            break
        left = max(clock.left() / (most - count + 1), 0.1)
        options = SearchOptions(time_limit_s=left)
        found = max_cover(small, weight, p=count, options=options)
        worth[count], bound[count] = found.objective, max(found.bound, found.objective)
        plans.append(tuple(useful[found.sites].tolist()))
    return Frontier(worth, bound, tuple(plans))


def allocate(frontiers: Sequence[Frontier], stations: int) -> Allocation:
    """Share stations out over districts, with a bound from one price.

    Parameters
    ----------
    frontiers
        Of the districts. A frontier that ends early gains nothing by more.
    stations
        In all.

    Returns
    -------
    Allocation
        The best sum of the districts' plans, exactly, and the least bound of any price.

    Examples
    --------
    >>> import numpy as np
    >>> one = Frontier(np.array([0.0, 5.0, 6.0]), np.array([0.0, 5.0, 6.0]), ((), (0,), (0, 1)))
    >>> two = Frontier(np.array([0.0, 4.0]), np.array([0.0, 4.0]), ((), (2,)))
    >>> found = allocate([one, two], 2)
    >>> found.count.tolist(), found.worth, found.bound
    ([1, 1], 9.0, 9.0)
    """
    best = np.zeros(stations + 1)
    choice = np.zeros((len(frontiers), stations + 1), dtype=np.int64)
    for at, one in enumerate(frontiers):
        most = min(len(one.worth) - 1, stations)
        options = np.full((most + 1, stations + 1), -np.inf)
        for own in range(most + 1):
            options[own, own:] = best[: stations + 1 - own] + one.worth[own]
        choice[at] = options.argmax(axis=0)
        best = options.max(axis=0)
    count, left = np.zeros(len(frontiers), dtype=np.int64), stations
    for at in range(len(frontiers) - 1, -1, -1):
        count[at] = choice[at, left]
        left -= int(count[at])
    # The bound of a price is convex in it and bends only where some district's best number changes.
    steps = [np.diff(_envelope(one.bound)) for one in frontiers]
    prices = np.unique(np.concatenate([[0.0], *steps]))
    totals = np.array([price * stations + _surplus(frontiers, price).sum() for price in prices])
    price = float(prices[int(totals.argmin())])
    surplus = _surplus(frontiers, price)
    return Allocation(
        count, float(best[stations]), float(price * stations + surplus.sum()), price, surplus
    )


def site_districts(
    cover: sparse.csr_array,
    weights: Floats,
    district: Longs,
    frontiers: Sequence[Frontier],
    *,
    stations: int,
) -> ProvinceSites:
    """Return a plan of the whole from the frontiers of its districts.

    Parameters
    ----------
    cover
        ``(buildings, sites)`` of all districts.
    weights
        ``(buildings,)``, 0 where covered already.
    district
        ``(sites,)`` in which each site is; sites of a frontier are counted among its own.
    frontiers
        One a district.
    stations
        In all.

    Returns
    -------
    ProvinceSites
        Buildings that stations of two districts cover count once in the objective.
    """
    shared = allocate(frontiers, stations)
    chosen = [
        np.flatnonzero(district == at)[list(one.sites[int(count)])]
        for at, (one, count) in enumerate(zip(frontiers, shared.count, strict=True))
    ]
    sites = np.sort(np.concatenate([np.empty(0, dtype=np.intp), *chosen]).astype(np.intp))
    reached = np.asarray(cover[:, sites].sum(axis=1)).ravel() > 0
    objective = float(weights[reached].sum())
    gap = max(shared.bound - objective, 0.0) / objective if objective else float(shared.bound > 0)
    return ProvinceSites(sites, objective, shared, 0.0 if gap < 1e-9 else gap)


def stacked_sites(parts: Sequence[Candidates]) -> tuple[gpd.GeoDataFrame, Longs]:
    """Return the candidates of all parts as one table, and the part of each.

    Parameters
    ----------
    parts
        From `part_candidates`.
    """
    crs = parts[0].sites.crs
    frames = [one.sites.to_crs(crs) for one in parts]
    part = np.repeat(np.arange(len(parts)), [len(frame) for frame in frames])
    every = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry=f.GEOMETRY, crs=crs)
    once = ~every[CANDIDATE_ID].duplicated().to_numpy()
    return every[once].reset_index(drop=True), part[once]


def _surplus(frontiers: Sequence[Frontier], price: float) -> Floats:
    return np.array([(one.bound - price * np.arange(len(one.bound))).max() for one in frontiers])


def _envelope(values: Floats) -> Floats:
    """Return the least concave curve above some values at 0, 1, 2, …."""
    hull: list[int] = []
    for at in range(len(values)):
        while len(hull) > 1 and (values[hull[-1]] - values[hull[-2]]) * (at - hull[-1]) <= (
            values[at] - values[hull[-1]]
        ) * (hull[-1] - hull[-2]):
            hull.pop()
        hull.append(at)
    return np.interp(np.arange(len(values)), hull, values[hull])
