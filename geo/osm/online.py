"""OpenStreetMap online: the layers of a place by its name, through osmnx."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import shapely

from ..ground import metric_crs
from ..words import InputError, OfflineError
from .features import MISSING, SCALE, Elements, Relation
from .files import OsmExtract, extract_of, shorten
from .layers import COMMUNITY_LEVELS
from .tags import WATER_KINDS

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
        with _osmnx(options) as ox:
            place = _boundary(ox, name, nominatim_url, answers)
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
    extract = extract_of(_elements_of(answer["elements"]), name)
    if not len(extract.layers["buildings"]) and not len(extract.layers["lanes"]):
        raise InputError("error.place_empty", value=name)
    return extract


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
def _osmnx(options: dict[str, Any]) -> Iterator[ModuleType]:
    """Lend osmnx with its global settings set; it also bends the resolution of names."""
    try:
        import osmnx as ox  # brings plots and learning with it, which nothing else here needs
    except ModuleNotFoundError as error:
        raise InputError("error.place_not_installed", missing=error.name) from error

    before = {option: getattr(ox.settings, option) for option in options}
    resolve = socket.getaddrinfo
    try:
        for option, value in options.items():
            setattr(ox.settings, option, value)
        yield ox
    finally:
        for option, value in before.items():
            setattr(ox.settings, option, value)
        socket.getaddrinfo = resolve


def _boundary(ox: ModuleType, name: str, service: str, answers: Path) -> Any:
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
    said = type(reason).__name__ if isinstance(reason, OSError) else shorten(reason)
    return OfflineError("error.place_offline", service=service, reason=said)
