"""Which candidates cannot be used, and why: space, duty, right to leave, road access, exclusion."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.candidate_list import CANDIDATE_ID, LEAVES_PREMISES, SPACE_M2
from ...geo.ground import Limit, attachable, snap
from ...geo.town import Town
from ...geo.words import Vehicle, YesNo
from ...geo.words import fields as f
from ..reach import built_passages

DROPPED = ("reason", "detail")


def dropped_reasons(town: Town, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return why each candidate cannot be used, `reason` and `detail`, missing where it can.

    Of several reasons the first counts: ``off_lanes`` (attached to no lane), ``road_access``
    (farther from its lane than the rule set says), ``vehicle`` (its vehicle cannot pass that
    lane; ``detail`` is the `Limit`), ``space``, ``duty`` (nobody by day nor by night),
    ``premises`` (the crew may not leave), ``exclusion`` (``detail`` is the building), ``known``
    (the id is that of a station), ``same`` (an earlier candidate stands at the same place).
    """
    rule, limits = town.rules.siting, town.rules.network
    allowed = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    at = snap(
        sites.geometry.to_numpy(), town.lanes, allowed=allowed, within_m=limits.attach_m.value
    )
    roads = built_passages(town)
    lane = np.maximum(at.lane, 0)
    stopped = np.full(len(sites), "", dtype=object)
    for vehicle in sites[f.VEHICLE].unique():
        which = (sites[f.VEHICLE] == vehicle).to_numpy()
        stopped[which] = roads[Vehicle(vehicle)].limit[lane[which]]
    space = sites[SPACE_M2].to_numpy(dtype=float)
    crew = sites[[f.CREW_DAY, f.CREW_NIGHT]].to_numpy(dtype=float)
    near = _excluded(town, sites)
    place = pd.Series(list(zip(sites["lon"], sites["lat"], sites[f.TIER], strict=True)))
    checks = (
        ("off_lanes", ~at.attached, None),
        ("road_access", at.access_m > rule.road_access_m.value, np.round(at.access_m)),
        ("vehicle", stopped != Limit.NONE, stopped),
        ("space", space < rule.space_m2.value, np.round(space)),
        ("duty", (crew == 0).all(axis=1), None),
        ("premises", (sites[LEAVES_PREMISES] == YesNo.NO).to_numpy(), None),
        ("exclusion", pd.notna(near), near),
        ("known", sites[CANDIDATE_ID].isin(town.stations[f.STATION_ID]).to_numpy(), None),
    )
    found = pd.DataFrame({name: None for name in DROPPED}, index=sites.index, dtype=object)
    for reason, wrong, detail in reversed(checks):
        found.loc[wrong, "reason"] = reason
        found.loc[wrong, "detail"] = None if detail is None else detail[wrong]
    usable = found["reason"].isna().to_numpy()  # one that cannot be used takes nobody's place
    again = place[usable].duplicated() | sites[CANDIDATE_ID][usable].duplicated()
    found.loc[again.index[again], "reason"] = "same"
    return found


def _excluded(town: Town, sites: gpd.GeoDataFrame) -> np.ndarray:
    """Return the building that keeps each candidate away, None where there is none."""
    found = np.full(len(sites), None, dtype=object)
    ids = town.buildings[f.BUILDING_ID].to_numpy(dtype=object)
    for rule in town.rules.siting.exclusion.values():
        rows = np.flatnonzero(town.buildings[f.USE].isin(rule.uses))
        bound = np.flatnonzero(sites[f.TIER].isin(rule.tiers))
        if not len(rows) or not len(bound):
            continue
        tree = shapely.STRtree(town.buildings.geometry.to_numpy()[rows])
        which, near = tree.query(
            sites.geometry.to_numpy()[bound], predicate="dwithin", distance=rule.distance_m.value
        )
        which, first = np.unique(which, return_index=True)
        found[bound[which]] = ids[rows[near[first]]]
    return found
