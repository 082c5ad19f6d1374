"""Speeds from observed arrivals: what a town's own records say about its lanes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from ...geo.arrays import Floats, Indices
from ...geo.ground import Positions, snap
from ...geo.ledgers import LAT, LON, SECONDS
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from .path_seconds import CLASSES, class_seconds
from .response import access_s, passages, station_vehicles
from .speed_calibration import TRAVEL_S, SpeedFit, fit_speeds


def observed_speeds(town: Town, *, seed: int = 1) -> SpeedFit:
    """Fit factors on the assumed travel times of vehicles to a town's observed arrivals.

    Of each record the turnout of its station, the walk off the lanes and the delays of gates on
    the shortest path are taken off; what is left was spent on lanes. Records without a known
    station or place, and those of crews on foot, tell nothing about vehicles and are left out.

    Parameters
    ----------
    town
        With `arrivals`; without any every speed stays assumed.
    seed
        Of the bounds and the held-out parts.
    """
    records = town.arrivals
    station = pd.Index(town.stations[f.STATION_ID]).get_indexer(records[f.STATION_ID])
    vehicle = records[f.VEHICLE].to_numpy(dtype=object)
    # The last is for records without a known station.
    own = np.array([*station_vehicles(town).tolist(), None], dtype=object)
    vehicle = np.where(pd.isna(vehicle), own[station], vehicle)
    place = _places(town, records)
    turnout_s = _turnout_s(town)
    roads = passages(town, "typical")
    told: list[pd.DataFrame] = []
    paths: list[csr_array] = []
    for name in sorted({v for v in vehicle if v is not None} - {Vehicle.FOOT}):
        rows = np.flatnonzero((vehicle == name) & (station >= 0) & place.attached)
        start, end = _taken(town.station_positions, station[rows]), _taken(place, rows)
        path = class_seconds(town.network, roads[Vehicle(name)], start, end, town.lanes)
        walk_s = sum(
            access_s(town.rules, position.access_m, "typical") for position in (start, end)
        )
        seconds = records[SECONDS].to_numpy(dtype=float)[rows]
        travel = seconds - turnout_s[station[rows]] - walk_s - path.delay_s
        keep = path.reached & (travel > 0)
        told.append(pd.DataFrame({TRAVEL_S: travel[keep]}))
        paths.append(csr_array(path.by_class[keep]))
    observations = pd.concat(told, ignore_index=True) if told else pd.DataFrame({TRAVEL_S: []})
    seconds_by_class = vstack(paths) if paths else csr_array((0, len(CLASSES)))
    rule = town.rules.speed_calibration
    return fit_speeds(observations, csr_array(seconds_by_class), rule=rule, seed=seed)


def _places(town: Town, records: pd.DataFrame) -> Positions:
    """Return where each record ended: its building, else the lane nearest to its point."""
    building = pd.Index(town.buildings[f.BUILDING_ID]).get_indexer(records[f.BUILDING_ID])
    points = gpd.GeoSeries(gpd.points_from_xy(records[LON], records[LAT]), crs="EPSG:4326")
    placed = (records[LON].notna() & records[LAT].notna()).to_numpy()
    found = snap(
        points[placed].to_crs(town.lanes.crs).to_numpy(),
        town.lanes,
        allowed=np.ones(len(town.lanes), dtype=bool),
        within_m=town.rules.network.attach_m.value,
    )
    near = Positions(
        np.full(len(records), -1, dtype=np.int32),
        np.full(len(records), np.nan),
        np.full(len(records), np.nan),
    )
    near.lane[placed], near.fraction[placed] = found.lane, found.fraction
    near.access_m[placed] = found.access_m
    known = building >= 0
    at = town.building_positions
    return Positions(
        np.where(known, at.lane[building], near.lane).astype(np.int32),
        np.where(known, at.fraction[building], near.fraction),
        np.where(known, at.access_m[building], near.access_m),
    )


def _turnout_s(town: Town) -> Floats:
    """Return the turnout of each station: stated, else that of its first tier in the rules."""
    usual = {
        tier: rule.turnout_s.value
        for rule in reversed(list(town.rules.tier.values()))
        for tier in rule.station_tiers
    }
    stated = town.stations[f.TURNOUT_S].to_numpy(dtype=float)
    assumed = town.stations[f.TIER].map(usual).to_numpy(dtype=float)
    return np.asarray(np.where(np.isnan(stated), assumed, stated))


def _taken(positions: Positions, rows: Indices) -> Positions:
    return Positions(positions.lane[rows], positions.fraction[rows], positions.access_m[rows])
