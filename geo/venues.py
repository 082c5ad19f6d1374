"""Where the large events of a town are held."""

from __future__ import annotations

import geopandas as gpd
import shapely

from .rules import TOWN_FILE, Gathering, TownConfig
from .words import Problem
from .words import fields as f


def venue(gathering: Gathering, buildings: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return where an event is held: the footprint of its building, or its point.

    Parameters
    ----------
    gathering
        The event.
    buildings
        Of the town, in its CRS.

    Returns
    -------
    Geometry
        In the CRS of the buildings; None where there is no building of that id.
    """
    if gathering.building is None:
        degrees = gpd.GeoSeries([shapely.Point(gathering.lon, gathering.lat)], crs="EPSG:4326")
        return degrees.to_crs(buildings.crs).iloc[0]
    own = buildings.geometry[buildings[f.BUILDING_ID].astype(str) == gathering.building]
    return own.iloc[0] if len(own) else None


def venues_elsewhere(config: TownConfig, buildings: gpd.GeoDataFrame) -> list[Problem]:
    """Return events whose building is not known, or whose point lies outside the town."""
    whole = shapely.box(*buildings.total_bounds)
    found = []
    for gathering in config.gatherings:
        place = venue(gathering, buildings)
        said = gathering.building or f"{gathering.lon:g}, {gathering.lat:g}"
        if place is None or not whole.buffer(gathering.buffer_m or 0).intersects(place):
            code = "gathering_outside" if gathering.building is None else "gathering_building"
            found.append(
                Problem("error", code, "buildings", TOWN_FILE, feature=gathering.name, value=said)
            )
    return found
