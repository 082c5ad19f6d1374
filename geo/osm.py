"""OpenStreetMap in: a file (.osm, .osm.pbf, also .gz and .bz2) or a place by its name."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import osmnx as ox
import shapely

from .datum import metric_crs
from .errors import InputError, OfflineError
from .osm_features import MISSING, SCALE, Elements, Relation, features_of, is_ours
from .osm_layers import COMMUNITY_LEVELS, layers_from
from .osm_tags import WATER_KINDS
from .problems import Problem

LARGEST_PLACE_KM2 = 2500.0
_COARSE_DEG = 0.001
_WANTED: dict[str, bool | str | list[str]] = {
    "building": True,
    "highway": True,
    "barrier": True,
    "amenity": "fire_station",
    "emergency": list(WATER_KINDS),
    "admin_level": list(COMMUNITY_LEVELS),
}


@dataclass(frozen=True, slots=True)
class OsmExtract:
    """The layers read from OpenStreetMap, in EPSG:4326, and what was found wrong on the way.

    Identities are ``n…``, ``w…`` and ``r…`` for nodes, ways and relations. Buildings may still
    be invalid, unclosed or points; `geo.repair` mends and names those.
    """

    layers: dict[str, gpd.GeoDataFrame]
    problems: tuple[Problem, ...]


def read_osm(file: Path) -> OsmExtract:
    """Read all layers of a town from an OpenStreetMap file.

    Closed building ways become polygons as drawn; multipolygon relations are assembled with
    their courtyards, and their outer ways are not counted again. A relation whose rings do not
    close stays a set of lines. Where the file is clipped, ways keep the runs of nodes it has.

    Parameters
    ----------
    file
        ``.osm``, ``.osm.pbf``, or ``.osm`` compressed with gzip or bzip2.

    Returns
    -------
    OsmExtract
        Layers and problems.

    Raises
    ------
    InputError
        When the file is not there, empty, not readable, or not OpenStreetMap.
    """
    file = Path(file)
    if not file.is_file():
        raise InputError("error.osm_missing", file=file)
    try:
        with file.open("rb") as opened:
            empty = not opened.read(1)
    except OSError as error:
        raise InputError("error.osm_unreadable", file=file, reason=error.strerror) from error
    if empty:
        raise InputError("error.osm_empty", file=file)
    try:
        elements = _read_elements(str(file))
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        raise InputError("error.osm_format", file=file, reason=_shorten(error)) from error
    return _extract(elements, file.name)


def read_place(
    name: str,
    *,
    nominatim_url: str = "https://nominatim.openstreetmap.org/",
    overpass_url: str = "https://overpass-api.de/api",
    rate_limit: bool = True,
    timeout_s: float = 180,
) -> OsmExtract:
    """Read all layers of a town from OpenStreetMap online, by the name of the place.

    Parameters
    ----------
    name
        As people write it: town, city, country.
    nominatim_url, overpass_url
        The services to ask; a mirror or an own server may be nearer.
    rate_limit
        Ask Overpass for a free slot first and wait for it, as the public servers want.
    timeout_s
        How long each service may take.

    Returns
    -------
    OsmExtract
        The same layers as `read_osm` gives.

    Raises
    ------
    InputError
        When the place is unknown, has no boundary, is larger than a town, or has no data.
    OfflineError
        When a service does not answer, or refuses to.
    """
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder)
        options = {
            "nominatim_url": nominatim_url,
            "overpass_url": overpass_url,
            "overpass_rate_limit": rate_limit,
            "requests_timeout": timeout_s,
            "use_cache": True,  # osmnx hands the elements over only through its cache
            "cache_only_mode": True,
            "cache_folder": answers,
            "max_query_area_size": 1e6 * 1e6 * LARGEST_PLACE_KM2,  # one place, one request
            "doh_url_template": None,
        }
        with _osmnx(options):
            place = _boundary(name, nominatim_url, answers)
            try:
                ox.features_from_polygon(place, _WANTED)
            except InterruptedError:
                pass  # osmnx ends so when it has stored the answer
            except (OSError, ValueError) as error:
                raise _offline(overpass_url, error) from error
        found = [json.loads(file.read_text(encoding="utf-8")) for file in answers.iterdir()]
    answer = next((one for one in found if isinstance(one, dict) and "elements" in one), None)
    if answer is None:  # osmnx stores no answer with a remark, such as out of time
        raise _offline(overpass_url, "no complete answer")
    extract = _extract(_elements_of(answer["elements"]), name)
    if not len(extract.layers["buildings"]) and not len(extract.layers["lanes"]):
        raise InputError("error.place_empty", value=name)
    return extract


def _extract(elements: Elements, file: str) -> OsmExtract:
    problems: list[Problem] = []
    layers, found = layers_from(features_of(elements, problems, file=file), file=file)
    return OsmExtract(layers, (*problems, *found))


def _read_elements(file: str) -> Elements:
    elements = Elements()
    for thing in osmium.FileProcessor(file, osmium.osm.RELATION):
        if isinstance(thing, osmium.osm.Relation) and not thing.deleted:
            members = [(m.role, m.ref) for m in thing.members if m.type == "w"]
            area = Relation.of(thing.id, dict(thing.tags), members)
            if area:
                elements.relations.append(area)
    wanted = {way for area in elements.relations for way in area.outer + area.inner}

    drawn: dict[int, tuple[int, int]] | None = None
    tagged = osmium.filter.EmptyTagFilter()
    tagged.enable_for(osmium.osm.NODE)  # ways without tags may be members of a relation
    objects = osmium.FileProcessor(file, osmium.osm.NODE | osmium.osm.WAY)
    for thing in objects.with_locations().with_filter(tagged):
        if isinstance(thing, osmium.osm.Node) and not thing.deleted:
            if thing.location.valid():
                spot = thing.location.x, thing.location.y
                elements.nodes.append((thing.id, dict(thing.tags), *spot))
        elif isinstance(thing, osmium.osm.Way) and not thing.deleted:
            tags = dict(thing.tags)
            if thing.id not in wanted and not is_ours(tags):
                continue
            nodes = [(node.ref, (node.x, node.y)) for node in thing.nodes]
            if any(ref < 0 for ref, _ in nodes):
                drawn = _drawn_nodes(file) if drawn is None else drawn
                nodes = [(ref, drawn.get(ref, spot)) for ref, spot in nodes]
            elements.add_way(thing.id, tags, [spot for _, spot in nodes])
    return elements


def _drawn_nodes(file: str) -> dict[int, tuple[int, int]]:
    """Return the nodes that an editor drew and never uploaded; osmium cannot place them."""
    return {
        node.id: (node.location.x, node.location.y)
        for node in osmium.FileProcessor(file, osmium.osm.NODE)
        if isinstance(node, osmium.osm.Node) and node.id < 0 and not node.deleted
    }


def _elements_of(answer: list[dict[str, Any]]) -> Elements:
    """Return the elements of an Overpass answer, each once."""
    elements = Elements()
    once = {(one["type"], one["id"]): one for one in answer}
    spots: dict[int, tuple[int, int]] = {}
    for (kind, number), one in once.items():
        if kind == "node":
            spots[number] = (round(one["lon"] * SCALE), round(one["lat"] * SCALE))
            if one.get("tags"):
                elements.nodes.append((number, one["tags"], *spots[number]))
    for (kind, number), one in once.items():
        if kind == "way":
            places = [spots.get(node, (MISSING, MISSING)) for node in one.get("nodes", ())]
            elements.add_way(number, one.get("tags", {}), places)
        elif kind == "relation":
            ways = [(m["role"], m["ref"]) for m in one.get("members", ()) if m["type"] == "way"]
            area = Relation.of(number, one.get("tags", {}), ways)
            if area:
                elements.relations.append(area)
    return elements


@contextmanager
def _osmnx(options: dict[str, Any]) -> Iterator[None]:
    """Set osmnx's global settings for a while; it also bends the resolution of names."""
    before = {option: getattr(ox.settings, option) for option in options}
    resolve = socket.getaddrinfo
    try:
        for option, value in options.items():
            setattr(ox.settings, option, value)
        yield
    finally:
        for option, value in before.items():
            setattr(ox.settings, option, value)
        socket.getaddrinfo = resolve


def _boundary(name: str, service: str, answers: Path) -> Any:
    """Return the polygon of a place, if it has one and is not larger than a town.

    It is drawn coarser and wider by about 100 m: Overpass is sent it for every kind of feature.
    """
    try:
        place = ox.geocode_to_gdf(name)
    except (TypeError, ValueError, KeyError) as error:
        if any(answers.iterdir()):  # a proper answer, only without a polygon in it
            raise InputError("error.place_unknown", value=name) from error
        raise _offline(service, error) from error
    except OSError as error:
        raise _offline(service, error) from error
    west, south, east, north = place.total_bounds
    area = place.to_crs(metric_crs((west, south, east, north))).area.sum() / 1e6
    if area > LARGEST_PLACE_KM2:
        values = {"area": round(area), "allowed": round(LARGEST_PLACE_KM2)}
        raise InputError("error.place_large", value=name, **values)
    return shapely.simplify(place.union_all().buffer(_COARSE_DEG), _COARSE_DEG)


def _offline(service: str, reason: Exception | str) -> OfflineError:
    # what requests says of a lost connection is a paragraph; its kind is enough
    said = type(reason).__name__ if isinstance(reason, OSError) else _shorten(reason)
    return OfflineError("error.place_offline", service=service, reason=said)


def _shorten(reason: Exception | str, limit: int = 120) -> str:
    line = " ".join(str(reason).split()).rstrip(".")
    return line if len(line) <= limit else line[:limit] + "…"
