"""OpenStreetMap in: a file, .osm or .osm.pbf, also .gz and .bz2."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import osmium

from ..words import InputError, Problem
from .features import Elements, Relation, features_of, is_ours
from .layers import layers_from


@dataclass(frozen=True, slots=True)
class OsmExtract:
    """The layers read from OpenStreetMap, in EPSG:4326, and what was found wrong on the way.

    Identities are ``n…``, ``w…`` and ``r…`` for nodes, ways and relations. Buildings may still
    be invalid, unclosed or points; `geo.ground.repair` mends and names those.
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
        raise InputError("error.osm_format", file=file, reason=shorten(error)) from error
    return extract_of(elements, file.name)


def extract_of(elements: Elements, file: str) -> OsmExtract:
    """Return the layers of elements, from a file or an answer of a service."""
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


def shorten(reason: Exception | str, limit: int = 120) -> str:
    """Return what a library said as one short line."""
    line = " ".join(str(reason).split()).rstrip(".")
    return line if len(line) <= limit else line[:limit] + "…"
