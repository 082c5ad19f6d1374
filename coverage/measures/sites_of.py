"""Where measures are done, for maps."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from ...geo.measure import Measure
from ...geo.tables import WGS84
from ...geo.town import Town
from ...geo.words import fields as f
from .town_study import TownMeasures


def measure_places(found: TownMeasures) -> gpd.GeoSeries:
    """Return a point for each measure in the town's CRS; missing where it is done to no place.

    Parameters
    ----------
    found
        Whose measures.
    """
    return points_of(found.study.measures, found.study.instance.town)


def points_of(measures: Sequence[Measure], town: Town) -> gpd.GeoSeries:
    """Return a point for each of some measures of a town, as `measure_places` does.

    Parameters
    ----------
    measures
        Which.
    town
        Theirs.
    """
    known = _places(town)
    points = [_point(measure, known, town) for measure in measures]
    return gpd.GeoSeries(points, crs=town.lanes.crs)


def _places(town: Town) -> dict[str, pd.Series]:
    """Return where stations, lanes as drawn, barriers and buildings are, by id."""
    lanes = town.lanes
    longest = lanes.assign(metres=lanes.geometry.length).sort_values("metres").groupby(
        lanes[f.DRAWN_LANE_ID].astype(str), sort=False).tail(1)  # fmt: skip
    middle = longest.geometry.interpolate(0.5, normalized=True)
    return {
        "stations": _by(town.stations, f.STATION_ID, town.stations.geometry),
        "lanes": _by(longest, f.DRAWN_LANE_ID, middle),
        "barriers": _by(town.barriers, f.BARRIER_ID, shapely.centroid(town.barriers.geometry)),
        "buildings": _by(
            town.buildings, f.BUILDING_ID, town.buildings.geometry.representative_point()
        ),
    }


def _by(frame: gpd.GeoDataFrame, identity: str, points: gpd.GeoSeries) -> pd.Series:
    ids = frame[identity].astype(str).to_numpy()
    return pd.Series(list(points), index=ids, dtype=object)


def _point(measure: Measure, known: dict[str, pd.Series], town: Town) -> shapely.Geometry | None:
    """Return where the first thing that a measure does is done."""
    plan = measure.plan
    new = [(station.lon, station.lat) for station in plan.stations.add]
    new += [(water.lon, water.lat) for water in plan.hydrants.add]
    if new:
        point = gpd.GeoSeries([shapely.Point(new[0])], crs=WGS84)
        return point.to_crs(town.lanes.crs).iloc[0]
    named = [
        *(("stations", s.station_id) for s in plan.stations.equip),
        *(("lanes", lane) for lane in (*plan.lanes.open, *plan.lanes.clear, *plan.lanes.ramp)),
        *(("barriers", gate) for gate in (*plan.gates.key_box, *plan.gates.open)),
        *(("buildings", device.building_id) for device in plan.devices),
        *(("buildings", mended.building_id) for mended in plan.mended),
        *(("buildings", building) for building in plan.inspected),
    ]
    for layer, identity in named:
        if identity in known[layer].index:
            return known[layer][identity]
    return None
