"""OpenStreetMap features to the canonical layers; the same for files and for places online."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from ..tables import SCHEMAS
from ..words import BarrierKind, Problem, Tier, named
from ..words import fields as f
from . import tags as tag

COMMUNITY_LEVELS = ("10", "9", "8")  # village or community, then what is next larger
_AREAS = ("Polygon", "MultiPolygon")
_POSTS = {BarrierKind.BOLLARD, BarrierKind.BLOCK, BarrierKind.CHAIN}  # their width is their own
# By what residents' stations are called; whoever is called so has no fire engine.
_MICRO = re.compile(r"微型|微站|小型消防站|志愿|义务消防|社区消防|村.{0,4}消防室")
_MICRO_TYPES = frozenset({"micro", "community", "volunteer", "voluntary"})
_TOWN = re.compile(r"专职")
# A small station (小型站) of the fire authority has an engine, one of residents has none.
_EITHER = re.compile(r"小型")
_BRIGADE = re.compile(r"救援|支队|大队|中队|特勤|消防队|消防局|消防总站")


class OsmFeature(NamedTuple):
    """One node, way or relation with its tags: ``n7``, ``w123``, ``r45``.

    A closed way that encloses something is a polygon. Coordinates are those of the file, so
    that features which share a node share its exact position.
    """

    ref: str
    tags: tag.Tags
    geometry: BaseGeometry


Row = dict[str, Any]


def layers_from(
    features: Iterable[OsmFeature], *, file: str = ""
) -> tuple[dict[str, gpd.GeoDataFrame], list[Problem]]:
    """Sort features into layers by their tags.

    Parameters
    ----------
    features
        In EPSG:4326. One feature may enter several layers, as a fire station that is a building.
    file
        Named in the problems.

    Returns
    -------
    tuple
        The layers buildings, lanes, barriers, water, stations and communities, each with all
        columns of its schema (missing where OSM says nothing), and what was left out.
    """
    rows: dict[str, list[Row]] = {layer: [] for layer in _READERS}
    squares: list[str] = []
    unread: list[str] = []
    unclear: list[str] = []
    for feature in features:
        for layer, read in _READERS.items():
            row = read(feature)
            if row is not None:
                rows[layer].append({f.NAME: tag.name(feature.tags), **row})
        if _is_square(feature):
            squares.append(feature.ref)
        if tag.lane_class(feature.tags) or feature.tags.get("barrier") in tag.BARRIER_KINDS:
            unread += [f"{feature.ref} {told}" for told in tag.unread(feature.tags)]
        if _is_unclear(feature):
            unclear.append(f"{feature.ref} {tag.name(feature.tags) or ''}".strip())
    layers = {layer: _frame(layer, found) for layer, found in rows.items()}
    layers["barriers"] = _on_lanes(layers["barriers"], layers["lanes"])
    layers["communities"] = _communities(layers["communities"], rows["communities"])
    problems = []
    if squares:
        problems.append(named("warning", "osm_square", "lanes", squares, file=file))
    if unread:
        problems.append(named("warning", "osm_unread", "lanes", unread, file=file, shown=20))
    if unclear:
        problems.append(named("warning", "osm_station_unclear", "stations", unclear, file=file,
                              shown=20))  # fmt: skip
    return layers, problems


def _building(feature: OsmFeature) -> Row | None:
    if not tag.is_building(feature.tags):
        return None
    tags = feature.tags
    floors = tag.number(tags.get("building:levels"))
    height = tag.metres(tags.get("height", tags.get("building:height")))
    return {
        f.BUILDING_ID: feature.ref,
        f.ADDRESS: tag.address(tags),
        f.USE: tag.use(tags),
        f.FLOORS: tag.believable(floors, "buildings", f.FLOORS),
        f.HEIGHT_M: tag.believable(height, "buildings", f.HEIGHT_M),
        f.GEOMETRY: feature.geometry,
    }


def _lane(feature: OsmFeature) -> Row | None:
    code = tag.lane_class(feature.tags)
    if code is None or not feature.ref.startswith("w"):
        return None
    line = feature.geometry
    return {
        f.LANE_ID: feature.ref,
        f.LANE_CLASS: code,
        **tag.lane_numbers(feature.tags),
        f.ONEWAY: tag.oneway(feature.tags),
        f.SURFACE: feature.tags.get("surface"),
        f.ACCESS: tag.access(feature.tags, hours=True),
        f.GEOMETRY: line.exterior if isinstance(line, shapely.Polygon) else line,
    }


def _barrier(feature: OsmFeature) -> Row | None:
    tags = feature.tags
    kind = tag.BARRIER_KINDS.get(tags.get("barrier", ""))
    if kind is None or feature.geometry.geom_type != "Point":
        return None
    keys = ("maxwidth:physical", "maxwidth", "width")
    widths = (tag.metres(tags.get(key)) for key in (keys[:2] if kind in _POSTS else keys))
    width = next((width for width in widths if width == width), np.nan)
    height = tag.least(tags, "maxheight:physical", "maxheight")
    hours = tags.get("opening_hours")
    if hours is None and tags.get("locked") == "yes":
        hours = "off"
    return {
        f.BARRIER_ID: feature.ref,
        f.KIND: kind.value,
        f.WIDTH_M: tag.believable(width, "barriers", f.WIDTH_M),
        f.HEIGHT_LIMIT_M: tag.believable(height, "barriers", f.HEIGHT_LIMIT_M),
        f.ACCESS: tag.access(tags) or None,
        f.OPEN_HOURS: hours,
        f.GEOMETRY: feature.geometry,
    }


def _water(feature: OsmFeature) -> Row | None:
    kind = tag.WATER_KINDS.get(feature.tags.get("emergency", ""))
    if kind is None:
        return None
    return {f.WATER_ID: feature.ref, f.KIND: kind.value, f.GEOMETRY: feature.geometry}


def _station(feature: OsmFeature) -> Row | None:
    if feature.tags.get("amenity") != "fire_station":
        return None
    return {
        f.STATION_ID: feature.ref,
        f.ADDRESS: tag.address(feature.tags),
        f.TIER: _tier(feature.tags).value,
        f.GEOMETRY: shapely.point_on_surface(feature.geometry),
    }


def _tier(tags: tag.Tags) -> Tier:
    called = f"{tag.name(tags) or ''} {tags.get('operator', '')}"
    if _MICRO.search(called) or tags.get("fire_station:type", "") in _MICRO_TYPES:
        return Tier.MICRO_STATION
    return Tier.TOWN_BRIGADE if _TOWN.search(called) else Tier.OFFICIAL_STATION


def _is_unclear(feature: OsmFeature) -> bool:
    """Say whether nothing tells for sure if a fire station is a brigade or one of residents.

    A name in another script is taken for that of a brigade.
    """
    tags = feature.tags
    if tags.get("amenity") != "fire_station":
        return False
    called = f"{tag.name(tags) or ''}{tags.get('operator', '')}"
    if _EITHER.search(called) or not called:
        return "fire_station:type" not in tags
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in called)
    known = _MICRO.search(called) or _TOWN.search(called) or _BRIGADE.search(called)
    return chinese and not known and "fire_station:type" not in tags


def _community(feature: OsmFeature) -> Row | None:
    if feature.tags.get("boundary") != "administrative":
        return None
    if feature.geometry.geom_type not in _AREAS:
        return None
    if feature.tags.get("admin_level") not in COMMUNITY_LEVELS:
        return None
    people = tag.believable(tag.number(feature.tags.get("population")), "communities", f.PEOPLE)
    return {
        f.COMMUNITY_ID: feature.ref,
        f.PEOPLE: people,
        f.GEOMETRY: feature.geometry,
        "admin_level": feature.tags["admin_level"],
    }


_READERS: dict[str, Callable[[OsmFeature], Row | None]] = {
    "buildings": _building,
    "lanes": _lane,
    "barriers": _barrier,
    "water": _water,
    "stations": _station,
    "communities": _community,
}


def _is_square(feature: OsmFeature) -> bool:
    """Say whether a lane we would take is mapped as an area, which no network can hold."""
    drawn_as_area = feature.tags.get("area") == "yes" or feature.ref.startswith("r")
    return drawn_as_area and feature.tags.get("highway") in tag.LANE_CLASSES


def _frame(layer: str, rows: list[Row]) -> gpd.GeoDataFrame:
    """Return a layer with every column of its schema, numbers as float64."""
    columns: dict[str, Any] = {}
    for column in SCHEMAS[layer].columns:
        values = [row.get(column.name) for row in rows]
        kind = "float64" if column.kind in ("number", "count") else "object"
        columns[column.name] = pd.Series(values, dtype=kind)
    geometry = gpd.GeoSeries([row[f.GEOMETRY] for row in rows], crs="EPSG:4326")
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def _on_lanes(barriers: gpd.GeoDataFrame, lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the barriers that are nodes of a lane; others stand beside it."""
    nodes = {(x, y) for x, y in shapely.get_coordinates(lanes.geometry.array).tolist()}
    spots = shapely.get_coordinates(barriers.geometry.array).tolist()
    kept = np.array([(x, y) in nodes for x, y in spots], dtype=bool)
    return barriers[kept].reset_index(drop=True)


def _communities(frame: gpd.GeoDataFrame, rows: list[Row]) -> gpd.GeoDataFrame:
    """Keep the finest administrative level of which there is more than one area."""
    levels = np.array([row["admin_level"] for row in rows], dtype=object)
    for level in COMMUNITY_LEVELS:
        if (levels == level).sum() > 1:
            return frame[levels == level].reset_index(drop=True)
    return frame.iloc[:0]
