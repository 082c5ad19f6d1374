"""A town cut to some buildings and what lies round them, with the answers of the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Indices, Ints
from ...geo.ground import Positions, part_of_network
from ...geo.ledgers import TownLedgers
from ...geo.town import Town
from ...geo.words import fields as f
from .halo import within

#: Of a case or record that a ledger keeps by building.
BY_BUILDING = ("hazards", "incidents", "inspections", "units", "notices", "devices", "provenance")


@dataclass(frozen=True)
class Kept:
    """Which rows of a town stay, ascending."""

    buildings: Indices
    lanes: Indices
    stations: Indices
    communities: Indices


def part_of(town: Town, buildings: Indices, *, reach_m: float) -> Town:
    """Return some buildings with every lane, station and gate within a distance of them.

    Parameters
    ----------
    town
        The whole.
    buildings
        Rows of the buildings that the part owns.
    reach_m
        From `halo_m`: times up to its horizon are then those of the whole.

    Returns
    -------
    Town
        Its buildings are only those of the part; rows keep their order, lanes their ids and
        lengths. Communities are those that a kept building or lane lies in, in their order.
        Water and charging sheds stay whole: the nearest one may be anywhere.
    """
    rows = np.sort(np.asarray(buildings, dtype=np.intp))
    shapes = town.buildings.geometry.to_numpy()[rows]
    near = within(town.lanes.geometry.to_numpy(), shapes, reach_m=reach_m)
    here = town.building_positions.lane[rows]
    near[here[here >= 0]] = True
    serves = within(town.stations.geometry.to_numpy(), shapes, reach_m=reach_m)
    at = town.station_positions.lane
    near[at[serves & (at >= 0)]] = True
    lanes = np.flatnonzero(near)
    areas = town.communities.geometry.to_numpy()
    seen = np.zeros(len(areas), dtype=bool)
    for frame in (town.lanes.iloc[lanes], town.buildings.iloc[rows]):
        inside = shapely.point_on_surface(frame.geometry.to_numpy())
        seen[np.unique(shapely.STRtree(areas).query(inside, "intersects")[1])] = True
    kept = Kept(rows, lanes, np.flatnonzero(serves), np.flatnonzero(seen))
    return replace(cut(town, kept), beside=_beside(town, rows))


def _beside(town: Town, rows: Indices) -> gpd.GeoDataFrame:
    """Return the other buildings to which a fire could spread from some, with their ids."""
    shapes = town.buildings.geometry.to_numpy()
    others = np.setdiff1d(np.arange(len(shapes)), rows)
    gap_m = town.rules.risk.consequence.separation_m.value
    near = shapely.STRtree(shapes[others]).query(shapes[rows], "dwithin", distance=gap_m)[1]
    told = town.buildings[[f.BUILDING_ID, f.GEOMETRY]].iloc[others[np.unique(near)]]
    if town.beside is not None:
        told = pd.concat([told, town.beside])
    return told.reset_index(drop=True)


def cut(town: Town, kept: Kept) -> Town:
    """Return a town with some of its rows.

    Parameters
    ----------
    town
        The whole.
    kept
        Rows that stay. A building or station whose lane goes is attached to none.
    """
    place: Ints = np.full(len(town.lanes) + 1, -1, dtype=np.int32)
    place[kept.lanes] = np.arange(len(kept.lanes), dtype=np.int32)
    network = part_of_network(town.network, kept.lanes)
    reports = np.flatnonzero(place[town.report_positions.lane] >= 0)
    gates = network.barrier_node >= 0
    inside = shapely.point_on_surface(town.buildings.geometry.to_numpy()[kept.buildings])
    estates = shapely.STRtree(town.estates.geometry.to_numpy()).query(inside, "intersects")[1]
    buildings = _rows(town.buildings, kept.buildings)
    return replace(
        town,
        buildings=buildings,
        lanes=_rows(town.lanes, kept.lanes),
        stations=_rows(town.stations, kept.stations),
        communities=_rows(town.communities, kept.communities),
        barriers=_rows(town.barriers, gates),
        estates=_rows(town.estates, np.unique(estates)),
        lane_reports=_rows(town.lane_reports, reports),
        network=replace(network, barrier_node=network.barrier_node[gates]),
        building_positions=_placed(town.building_positions, kept.buildings, place),
        station_positions=_placed(town.station_positions, kept.stations, place),
        report_positions=_placed(town.report_positions, reports, place),
        ledgers=_ledgers(town.ledgers, kept.buildings, buildings),
        # That a tier has its stations elsewhere is known here, too.
        had_stations=town.had_stations
        | set(town.stations[f.TIER][town.station_positions.attached]),
        middle=town.place,
    )


def community_groups(town: Town, *, most: int) -> dict[str, Indices]:
    """Return the buildings of parts of a town: neighbouring communities up to a size.

    Parameters
    ----------
    town
        With its buildings and communities.
    most
        Buildings in a part, as far as communities are smaller.

    Returns
    -------
    dict
        Rows of buildings by the name of the part, ``part-0001`` first. Communities follow each
        other along a Hilbert curve; buildings outside all of them go with the nearest one.
    """
    areas = town.communities.geometry
    middle = town.buildings.geometry.centroid.to_numpy()
    if not len(areas):
        return {"part-0001": np.arange(len(middle))}
    ids = pd.Index(town.communities[f.COMMUNITY_ID].astype(str))
    row = ids.get_indexer(pd.Index(town.buildings[f.COMMUNITY_ID].astype(str)))
    outside = np.flatnonzero(row < 0)
    row[outside] = shapely.STRtree(areas.to_numpy()).nearest(middle[outside])
    along = np.argsort(areas.hilbert_distance().to_numpy(), kind="stable")
    count = np.bincount(row, minlength=len(areas))
    groups: list[list[int]] = []
    held = 0
    for area in along.tolist():
        if not groups or held + count[area] > most:
            groups.append([])
            held = 0
        groups[-1].append(area)
        held += int(count[area])
    rows = [np.flatnonzero(np.isin(row, group)) for group in groups]
    return {f"part-{k:04d}": own for k, own in enumerate((r for r in rows if len(r)), start=1)}


def _rows(frame: gpd.GeoDataFrame, rows: Indices | Flags) -> gpd.GeoDataFrame:
    return frame.iloc[rows].reset_index(drop=True)


def _placed(positions: Positions, rows: Indices, place: Ints) -> Positions:
    taken = positions.take(rows)
    return replace(taken, lane=place[taken.lane].astype(np.int32))


def _ledgers(ledgers: TownLedgers, rows: Indices, buildings: gpd.GeoDataFrame) -> TownLedgers:
    """Return the ledgers of some buildings; records of no building of theirs stay away."""
    ids = set(buildings[f.BUILDING_ID].astype(str))
    taken = {}
    for name in BY_BUILDING:
        frame = getattr(ledgers, name)
        own = frame[f.BUILDING_ID].astype(str).isin(ids).to_numpy(dtype=bool)
        taken[name] = frame[own].reset_index(drop=True)
    events = ledgers.events[ledgers.events["key"].isin(taken["hazards"]["key"])]
    return replace(
        ledgers,
        premises=ledgers.premises.iloc[rows].reset_index(drop=True),
        events=events.reset_index(drop=True),
        **taken,
    )
