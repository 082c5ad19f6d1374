"""What ``town.toml`` names must be in the town."""

from __future__ import annotations

import geopandas as gpd

from .rules import TOWN_FILE, RuleSet, TownConfig
from .words import Problem
from .words import fields as f


def unknown_event_lanes(config: TownConfig, lanes: gpd.GeoDataFrame) -> list[Problem]:
    """Return the lanes that ``[events]`` names and the network does not have."""
    known = {*lanes[f.LANE_ID].astype(str), *lanes[f.DRAWN_LANE_ID].astype(str)}
    return [
        Problem("error", "event_lane_unknown", "lanes", TOWN_FILE, feature=name, value=lane)
        for name, event in config.events.items()
        for lane in event.lanes
        if lane not in known
    ]


def unknown_called(rules: RuleSet, stations: gpd.GeoDataFrame) -> list[Problem]:
    """Return the stations whose calls the rules tell and the town does not have."""
    known = set(stations[f.STATION_ID].astype(str))
    return [
        Problem("error", "called_station_unknown", "stations", TOWN_FILE, value=station)
        for station in rules.busy.calls_a_year
        if station not in known
    ]
