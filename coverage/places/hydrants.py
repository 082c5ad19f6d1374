"""Where one more hydrant brings water to most buildings, along lanes that the engine passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices, Shapes
from ...geo.ground import IMPASSABLE
from ...geo.inside import area_of
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from ..reach import WaterWithin, built_passages, hose_straight_m, water_within

#: Below it a gain is none; people only break ties between places of as many buildings.
_LEAST = 0.5


@dataclass(frozen=True, eq=False)
class WaterTold:
    """Which buildings have working water, and where one more hydrant would bring it.

    Attributes
    ----------
    within
        From `weizhan.coverage.reach.water_within`.
    places, best
        From `hydrant_places` and `best_hydrants`.
    """

    within: pd.Series[Any]
    places: gpd.GeoDataFrame
    best: pd.DataFrame


@dataclass(frozen=True, eq=False)
class HydrantSites:
    """Places at which a further hydrant would bring water to some building.

    Attributes
    ----------
    points, lane
        ``(sites,)`` where, and on which row of the lanes.
    reach
        ``(sites, buildings)`` one where a hose reaches, buildings of working water left out.
    community
        ``(sites,)`` in which community, None outside.
    """

    points: Shapes
    lane: Indices
    reach: sparse.csr_array
    community: pd.Series[Any]


def water_told(town: Town, people: pd.Series[float]) -> WaterTold:
    """Return what is told of a town's water.

    Parameters
    ----------
    town
        With its water and lanes.
    people
        In each building.
    """
    within = water_within(town)
    sites = hydrant_sites(town, within)
    return WaterTold(
        within, hydrant_places(town, sites, within, people), best_hydrants(town, sites, within)
    )


def hydrant_sites(town: Town, within: pd.Series[Any]) -> HydrantSites:
    """Return the places at which a further hydrant would help.

    Parameters
    ----------
    town
        Its lanes are tried at the spacing of the rules where the fire engine passes them.
    within
        From `weizhan.coverage.reach.water_within`; where it is all missing nothing would be
        known of a gain, and there is no place.
    """
    engine = built_passages(town)[Vehicle.FIRE_ENGINE]
    passed = np.minimum(engine.forward_ms, engine.backward_ms) < IMPASSABLE
    rows = np.flatnonzero(passed) if within.notna().any() else np.zeros(0, dtype=np.intp)
    points, lane = _along(town.lanes.geometry.to_numpy()[rows], rows,
                          town.rules.places.hydrant_step_m.value)  # fmt: skip
    wanting = np.flatnonzero((within != WaterWithin.WORKING).to_numpy())
    tree = shapely.STRtree(town.buildings.geometry.to_numpy()[wanting])
    site, building = tree.query(points, "dwithin", distance=hose_straight_m(town.rules))
    useful, site = np.unique(site, return_inverse=True)
    shape = len(useful), len(within)
    ones = np.ones(len(site), dtype=np.int32)
    reach = sparse.csr_array((ones, (site, wanting[building])), shape=shape)
    spots = gpd.GeoDataFrame(geometry=points[useful], crs=town.lanes.crs)
    return HydrantSites(
        points[useful], lane[useful], reach, area_of(spots, town.communities, f.COMMUNITY_ID)
    )


def hydrant_places(
    town: Town, sites: HydrantSites, within: pd.Series[Any], people: pd.Series[float]
) -> gpd.GeoDataFrame:
    """Return where further hydrants go one after the other, each where it then gains most.

    The first is the best single place of all that are tried; the following add to those before
    them, so that several together may be a little short of the best several.

    Parameters
    ----------
    town
        With its lanes and how many places the rules list.
    sites
        From `hydrant_sites`.
    within, people
        Of each building.

    Returns
    -------
    GeoDataFrame
        Points: `lane` its row, `community_id`; `water_gain` the buildings that get water
        and have none, `water_untold` those near water of which nobody told whether it works,
        `people` in the buildings of `water_gain` that tell them, `water_alone` were it the
        only one.
    """
    none, untold = (
        (within == word).to_numpy() for word in (WaterWithin.BEYOND, WaterWithin.UNTOLD)
    )
    alone = sites.reach @ none.astype(float)
    heads: Floats = np.asarray(people, dtype=np.float64)
    rows: list[dict[str, Any]] = []
    for _ in range(int(town.rules.places.hydrants_listed.value)):
        best = _best(sites, none, heads)
        if best is None:
            break
        near = sites.reach.indices[sites.reach.indptr[best] : sites.reach.indptr[best + 1]]
        got, sure = near[none[near]], near[untold[near]]
        rows.append(
            {
                "lane": int(sites.lane[best]),
                f.COMMUNITY_ID: sites.community.iloc[best],
                "water_gain": len(got),
                "water_untold": len(sure),
                "people": people.iloc[got].sum(min_count=1),
                "water_alone": int(alone[best]),
                f.GEOMETRY: sites.points[best],
            }
        )
        none[got] = untold[sure] = False
    columns = ["lane", f.COMMUNITY_ID, "water_gain", "water_untold", "people", "water_alone"]
    if not rows:
        empty: dict[str, list[Any]] = {name: [] for name in columns}
        return gpd.GeoDataFrame(empty, geometry=[], crs=town.lanes.crs)
    return gpd.GeoDataFrame(rows, geometry=f.GEOMETRY, crs=town.lanes.crs)


def best_hydrants(town: Town, sites: HydrantSites, within: pd.Series[Any]) -> pd.DataFrame:
    """Return the most buildings that one further hydrant in each community would bring water to.

    Parameters
    ----------
    town
        With its communities; buildings across the border count too.
    sites
        From `hydrant_sites`.
    within
        Of each building.

    Returns
    -------
    DataFrame
        By `community_id`: `gain`, the `name` and the `lane_id` of the lane; zero and None where no
        place helps.
    """
    gains = sites.reach @ (within == WaterWithin.BEYOND).to_numpy().astype(float)
    lane = {n: town.lanes[n].to_numpy(dtype=object)[sites.lane] for n in (f.NAME, f.LANE_ID)}
    keys = pd.Index(town.communities[f.COMMUNITY_ID].astype(str), name=f.COMMUNITY_ID)
    table = pd.DataFrame({"gain": gains, **lane, f.COMMUNITY_ID: sites.community.to_numpy()})
    table = table[table["gain"] > _LEAST].sort_values("gain", ascending=False, kind="stable")
    best = table.drop_duplicates(f.COMMUNITY_ID).set_index(f.COMMUNITY_ID).reindex(keys)
    gain = best["gain"].fillna(0).astype(int)
    return pd.DataFrame({"gain": gain, **{n: best[n].where(best[n].notna(), None) for n in lane}})


def _best(sites: HydrantSites, none: Flags, people: Floats) -> int | None:
    """Return the site that brings water to most buildings, of several the one of most people."""
    if not len(sites.points):
        return None
    gain = sites.reach @ none.astype(float)
    if gain.max() < _LEAST:
        return None
    first = np.flatnonzero(gain == gain.max())
    heads = sites.reach[first] @ np.where(none, np.nan_to_num(people), 0.0)
    return int(first[heads.argmax()])


def _along(lines: Shapes, rows: Indices, step_m: float) -> tuple[Shapes, Indices]:
    """Return points along lines, at most so far apart and their ends among them, with their row."""
    pieces = np.maximum(np.ceil(shapely.length(lines) / step_m).astype(int), 1)
    which = np.repeat(np.arange(len(lines)), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    part = (np.arange(len(which)) - first[which]) / pieces[which]
    return shapely.line_interpolate_point(lines[which], part, normalized=True), rows[which]
