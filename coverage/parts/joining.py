"""A district with what of its neighbours may matter to it, as one town: lanes join at borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from ...geo.arrays import Flags, Shapes
from ...geo.ground import attachable, build_network, snap
from ...geo.ledgers import TownLedgers
from ...geo.town import Town
from ...geo.words import fields as f
from .halo import within
from .part import Part

_KEYS = (
    f.BUILDING_ID, f.STATION_ID, f.LANE_ID, f.DRAWN_LANE_ID, f.COMMUNITY_ID, f.BARRIER_ID,
    f.REPORT_ID,
)  # fmt: skip
SAME_M = 0.005  # vertices nearer than this in another plane are one, rounded differently
TOUCHING = 4.0  # times the joining distance within which a lane may change how another is cut


def named_by(town: Town, district: str) -> Town:
    """Return a district whose ids begin with its name, so that no two districts share one.

    Parameters
    ----------
    town
        Of the district.
    district
        Its name in the province.
    """
    told: dict[str, Any] = {}
    for one in fields(Town):
        value = getattr(town, one.name)
        if isinstance(value, pd.DataFrame):
            told[one.name] = _named(value, district)
    ledgers = {
        one.name: _named(getattr(town.ledgers, one.name), district) for one in fields(TownLedgers)
    }
    events = {
        name: event.model_copy(update={"lanes": tuple(f"{district}/{x}" for x in event.lanes)})
        for name, event in town.events.items()
    }
    fitted = town.calibration
    if fitted is not None:
        rates = {f"{district}/{name}": rate for name, rate in fitted.communities.items()}
        fitted = fitted.model_copy(update={"communities": rates})
    return replace(
        town, **told, ledgers=replace(town.ledgers, **ledgers), events=events, calibration=fitted
    )


def joined_district(name: str, districts: dict[str, Town], *, reach_m: float) -> Part:
    """Return a district as a part: its own, and what its neighbours have within reach.

    Parameters
    ----------
    name
        Of the district.
    districts
        It and its neighbours by name, from `named_by`.
    reach_m
        From `halo_m`.

    Returns
    -------
    Part
        In the plane of the district. What two districts drew vertex by vertex alike counts once,
        with the first by name. Speeds fitted to arrivals, events and rules are the district's.
    """
    own = districts[name]
    crs, shapes = own.lanes.crs, own.buildings.geometry.to_numpy()
    rule = own.rules.network
    corners = shapely.get_coordinates(own.lanes.geometry.to_numpy())
    drawn, pieces, layers = [], [own.lanes], dict[str, list[gpd.GeoDataFrame]]()
    for district, town in sorted(districts.items()):
        lanes = town.lanes
        if district != name:
            lanes = _in_plane(lanes, crs, corners)
            lanes = _touching(lanes, shapes, reach_m=reach_m, join_m=rule.join_m.value)
            pieces.append(lanes)
        drawn.append(_drawn(lanes))
        for layer in ("stations", "barriers", "lane_reports", "communities", "water", "sheds"):
            frame: gpd.GeoDataFrame = getattr(town, layer)
            if district != name:
                frame = frame.to_crs(crs)
                if layer in ("stations", "lane_reports"):
                    frame = frame[within(frame.geometry.to_numpy(), shapes, reach_m=reach_m)]
                if layer == "barriers":  # they cut the lanes on which they stand
                    on = shapely.STRtree(lanes.geometry.to_numpy()).query(
                        frame.geometry.to_numpy(), "dwithin", distance=rule.barrier_m.value
                    )[0]
                    frame = frame.iloc[np.unique(on)]
            layers.setdefault(layer, []).append(frame)
    every = _once(pd.concat(drawn, ignore_index=True))
    told = {layer: _once(pd.concat(frames, ignore_index=True)) for layer, frames in layers.items()}
    cross = "join" if len(own.network.crossed_xy) and not len(own.network.crossing) else "apart"
    network, lanes, _ = build_network(
        every,
        told["barriers"],
        join_m=rule.join_m.value,
        barrier_m=rule.barrier_m.value,
        cross=cross,  # type: ignore[arg-type]
    )
    lanes = _with_pieces(lanes, pd.concat(pieces, ignore_index=True))
    allowed = attachable(network, lanes, fragment_m=rule.fragment_m.value)
    anywhere = np.ones(len(lanes), dtype=bool)
    near_m, report_m = rule.attach_m.value, own.rules.lane_state.report_m.value
    at = {
        layer: snap(frame.geometry.to_numpy(), lanes, allowed=on, within_m=far)
        for layer, frame, on, far in (
            ("buildings", own.buildings, allowed, near_m),
            ("stations", told["stations"], allowed, near_m),
            ("reports", told["lane_reports"], anywhere, report_m),
        )
    }
    had = set(told["stations"][f.TIER]) | {
        tier for town in districts.values() for tier in town.stations[f.TIER]
    }
    town = replace(
        own,
        **told,
        lanes=lanes,
        network=network,
        building_positions=at["buildings"],
        station_positions=at["stations"],
        report_positions=at["reports"],
        had_stations=own.had_stations | had,
        middle=own.place,
        beside=_beside(own, [t for d, t in districts.items() if d != name]),
    )
    mine = [_begins(frame[key], name) for frame, key in (
        (lanes, f.LANE_ID), (town.stations, f.STATION_ID), (town.communities, f.COMMUNITY_ID),
    )]  # fmt: skip
    return Part(name, town, *mine)


def _named(frame: pd.DataFrame, district: str) -> pd.DataFrame:
    told = {}
    for key in _KEYS:
        if key in frame.columns:
            ids = frame[key].astype(object)
            told[key] = ids.where(ids.isna(), district + "/" + ids.astype(str))
    return frame.assign(**told)


def _begins(ids: pd.Series, district: str) -> Flags:
    return ids.astype(str).str.startswith(f"{district}/").to_numpy(dtype=bool)


def _in_plane(lanes: gpd.GeoDataFrame, crs: Any, corners: Any) -> gpd.GeoDataFrame:
    """Return lanes in another plane; vertices that a neighbour shares are the neighbour's."""
    if lanes.crs == crs:
        return lanes
    moved = lanes.to_crs(crs)
    tree = cKDTree(corners)

    def met(xy: Any) -> Any:
        away, row = tree.query(xy, distance_upper_bound=SAME_M)
        known = np.isfinite(away)
        xy[known] = corners[row[known]]
        return xy

    return moved.set_geometry(shapely.transform(moved.geometry.to_numpy(), met))


def _touching(
    lanes: gpd.GeoDataFrame, buildings: Shapes, *, reach_m: float, join_m: float
) -> gpd.GeoDataFrame:
    """Return the whole drawn lanes within reach, and those that touch them: they cut them."""
    lines = lanes.geometry.to_numpy()
    near = lanes[f.DRAWN_LANE_ID].isin(
        lanes[f.DRAWN_LANE_ID][within(lines, buildings, reach_m=reach_m)]
    )
    met = shapely.STRtree(lines[near.to_numpy()]).query(
        lines, "dwithin", distance=max(TOUCHING * join_m, SAME_M)
    )[0]
    also = lanes[f.DRAWN_LANE_ID].iloc[np.unique(met)]
    return lanes[near | lanes[f.DRAWN_LANE_ID].isin(also)].reset_index(drop=True)


def _drawn(lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return lanes as they were drawn, put together from the pieces into which they were cut."""
    drawn = lanes[f.DRAWN_LANE_ID].astype(str)
    ids = lanes[f.LANE_ID].astype(str)
    number = ids.where(ids != drawn, "x.1").str.rsplit(".", n=1).str[1].astype(int)
    order = np.lexsort((number, pd.factorize(drawn)[0]))
    lanes, drawn = lanes.iloc[order], drawn.iloc[order].to_numpy()
    first = np.concatenate([[True], drawn[1:] != drawn[:-1]]) if len(drawn) else np.zeros(0, bool)
    xy, line = shapely.get_coordinates(lanes.geometry.to_numpy(), return_index=True)
    begins = np.diff(line, prepend=-1) > 0
    keep = ~begins | first[line]
    whole = np.cumsum(first) - 1
    lines = shapely.linestrings(xy[keep], indices=whole[line[keep]])
    table = lanes[first].reset_index(drop=True)
    table[f.LANE_ID] = table[f.DRAWN_LANE_ID]
    return table.drop(columns=f.DRAWN_LANE_ID).set_geometry(lines, crs=lanes.crs)


def _once(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with what is drawn twice alike in it once."""
    shape = pd.Series(shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy())))
    return frame[~shape.duplicated().to_numpy()].reset_index(drop=True)


def _with_pieces(lanes: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give lanes that are cut as before what was known of the piece: slopes, steps."""
    known = pieces.drop_duplicates(f.LANE_ID).set_index(f.LANE_ID)
    ids = lanes[f.LANE_ID]
    there = ids.isin(known.index).to_numpy(dtype=bool)
    before = known.geometry.reindex(ids[there]).to_numpy()
    there[there] = shapely.equals_exact(before, lanes.geometry.to_numpy()[there], SAME_M)
    told = known.loc[ids[there]]
    kept = [f.LANE_ID, f.DRAWN_LANE_ID, f.LENGTH_M, f.COMPONENT, f.GEOMETRY]
    for name in pieces.columns.difference(kept):
        values = lanes[name].astype(object).to_numpy() if name in lanes else np.full(len(ids), None)
        values[there] = told[name].to_numpy()
        lanes[name] = pd.Series(values, index=lanes.index).astype(pieces[name].dtype)
    return lanes


def _beside(own: Town, others: Sequence[Town]) -> gpd.GeoDataFrame:
    """Return the buildings of neighbours to which a fire could spread."""
    gap_m = own.rules.risk.consequence.separation_m.value
    shapes = own.buildings.geometry.to_numpy()
    frames = [own.buildings[[f.BUILDING_ID, f.GEOMETRY]].iloc[:0]]
    for town in others:
        told = town.buildings[[f.BUILDING_ID, f.GEOMETRY]].to_crs(own.buildings.crs)
        near = shapely.STRtree(told.geometry.to_numpy()).query(shapes, "dwithin", distance=gap_m)[1]
        frames.append(told.iloc[np.unique(near)])
    return pd.concat(frames, ignore_index=True)
