"""OpenStreetMap nodes, ways and relations to features: lines, polygons, assembled areas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ..arrays import Flags, Floats, Shapes
from ..words import Problem, Severity, named
from . import tags as tag
from .layers import OsmFeature

SCALE = 1e7  # OSM stores degrees as integers of 100 nanodegrees
MISSING = 2**31 - 1  # in place of a coordinate that is not in the file

Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that encloses an area, with the ways that draw it."""

    ref: str
    tags: Tags
    outer: list[int]  # and members without a role
    inner: list[int]

    @classmethod
    def of(cls, number: int, tags: Tags, members: list[tuple[str, int]]) -> Relation | None:
        """Return the relation if it is of an area type; ``members`` are its ways by role."""
        if tags.get("type") not in ("multipolygon", "boundary"):
            return None
        outer = [ref for role, ref in members if role in ("outer", "")]
        inner = [ref for role, ref in members if role == "inner"]
        return cls(f"r{number}", tags, outer, inner)


@dataclass(slots=True)
class Elements:
    """What was read: tagged nodes, relations, and ways as slices of one list of coordinates."""

    nodes: list[tuple[int, Tags, int, int]] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    xy: list[int] = field(default_factory=list)

    def add_way(self, number: int, tags: Tags, spots: list[tuple[int, int]]) -> None:
        """Add a way with the integer coordinates of its nodes, `MISSING` where unknown."""
        self.ids.append(number)
        self.tags.append(tags)
        self.sizes.append(len(spots))
        for spot in spots:
            self.xy.extend(spot)


def is_ours(tags: Tags) -> bool:
    """Say whether tags can make a feature of one of our layers."""
    return not tags.keys().isdisjoint(("building", "highway", "amenity", "emergency", "boundary"))


def features_of(
    elements: Elements, problems: list[Problem], *, file: str = ""
) -> Iterator[OsmFeature]:
    """Yield the features of some elements.

    Parameters
    ----------
    elements
        As read from a file or a service.
    problems
        What was clipped, lost or broken is added to this list.
    file
        Named in the problems.

    Yields
    ------
    OsmFeature
        Nodes as points, ways as lines or polygons, relations as polygons; a building that does
        not close as lines. The outer ways of a building relation are no buildings again.
    """
    for number, tags, x, y in elements.nodes:
        yield OsmFeature(f"n{number}", tags, shapely.Point(x / SCALE, y / SCALE))

    shapes, clipped, lost = _way_shapes(elements)
    index = {way: at for at, way in enumerate(elements.ids)}
    replaced: set[int] = set()
    broken: list[str] = []
    for relation in elements.relations:
        feature, whole = _relation_feature(relation, elements, shapes, clipped, index)
        if feature is None:
            continue
        if not tag.is_building(feature.tags):
            if feature.geometry.geom_type.endswith("Polygon"):
                yield feature
            continue
        outer = [at for at in map(index.get, relation.outer) if at is not None]
        drawn = any(tag.is_building(elements.tags[at]) for at in outer)
        assembled = feature.geometry.geom_type.endswith("Polygon")
        if not whole or (drawn and not assembled):
            broken.append(relation.ref)
        if assembled:
            replaced.update(outer)
        if assembled or not drawn:
            yield feature

    for at, (way, tags) in enumerate(zip(elements.ids, elements.tags, strict=True)):
        shape = shapes[at]
        if shape is None or not is_ours(tags):
            continue
        if at in replaced and tag.is_building(tags):
            continue
        yield OsmFeature(f"w{way}", tags, shape)

    def refs(places: list[int]) -> list[str]:
        return [f"w{elements.ids[at]}" for at in places if is_ours(elements.tags[at])]

    found: tuple[tuple[Severity, str, list[str]], ...] = (
        ("repaired", "osm_clipped_way", refs(clipped)),
        ("warning", "osm_lost_way", refs(lost)),
        ("warning", "osm_broken_area", broken),
    )
    problems += [
        named(severity, code, "osm", those, file=file) for severity, code, those in found if those
    ]


def _way_shapes(elements: Elements) -> tuple[Shapes, list[int], list[int]]:
    """Return each way as a line, or as a polygon when it closes around something.

    Nodes that the file does not have cut a way into runs; runs of one node are dropped. Also
    returned: which ways were clipped, and which have nothing left (their shape is None).
    """
    grid = np.array(elements.xy, dtype=np.int64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(elements.sizes)), elements.sizes)
    known = (grid != MISSING).all(axis=1)
    breaks = np.diff(owner, prepend=-1).astype(bool) | np.diff(known, prepend=False)
    run = np.cumsum(breaks)
    length = np.bincount(run, minlength=1)
    kept = known & (length[run] > 1)
    runs, first = np.unique(run[kept], return_index=True)
    lines = shapely.linestrings(grid[kept] / SCALE, indices=np.searchsorted(runs, run[kept]))
    owner_of_line = owner[kept][first]

    shapes = np.full(len(elements.sizes), None, dtype=object)
    count = np.bincount(owner_of_line, minlength=len(elements.sizes))
    shapes[owner_of_line] = lines
    for at in np.flatnonzero(count > 1):
        shapes[at] = shapely.multilinestrings(lines[owner_of_line == at])
    for at in np.flatnonzero((count == 1) & shapely.is_closed(shapes)):
        if shapely.get_num_points(shapes[at]) >= 4 and not _is_line(elements.tags[at]):
            shapes[at] = shapely.Polygon(shapes[at])
    missing = np.unique(owner[~known])
    lost = np.flatnonzero(count == 0)
    clipped = sorted(set(missing.tolist()) - set(lost.tolist()))
    return shapes, clipped, lost.tolist()


def _is_line(tags: dict[str, str]) -> bool:
    """Say whether a closed way is a loop of road rather than an area."""
    return "highway" in tags and not tag.is_building(tags) and tags.get("area") != "yes"


def _relation_feature(
    relation: Relation,
    elements: Elements,
    shapes: Shapes,
    clipped: list[int],
    index: dict[int, int],
) -> tuple[OsmFeature | None, bool]:
    """Return the area of a relation, if it is one of ours, and whether all of it is there."""
    tags = relation.tags
    members = list(dict.fromkeys(relation.outer + relation.inner))
    known = [index[way] for way in members if way in index and shapes[index[way]] is not None]
    whole = len(known) == len(members) and set(known).isdisjoint(clipped)
    outer = [elements.tags[index[way]] for way in relation.outer if way in index]
    old_style = len(relation.outer) == 1 or tags.keys() <= {"type", "source", "created_by"}
    if old_style and not tag.is_building(tags) and outer and all(map(tag.is_building, outer)):
        tags = {**outer[0], **tags}  # still found: the outer ways carry the tags
    if not known or not is_ours(tags) or not (whole or tag.is_building(tags)):
        return None, whole  # half a boundary is worse than none
    return OsmFeature(relation.ref, tags, _assembled(shapes[known])), whole


def _assembled(members: Shapes) -> BaseGeometry:
    """Assemble the member ways of a relation to an area by even and odd, whatever their roles.

    Segments that two rings share cancel out, as OSM's own rule has it; if that leaves no area
    (a way given twice), each segment counts once. Lines that do not close remain lines.
    """
    segments = np.concatenate([_segments(line) for line in members])
    ordered = np.sort(segments.view("c16").reshape(-1, 2), axis=1)
    unique, count = np.unique(ordered, axis=0, return_counts=True)
    once = unique.view("f8").reshape(-1, 4)
    for ends in (once[count % 2 == 1], once):
        lines = shapely.linestrings(ends.reshape(-1, 2, 2))
        faces, *leftover = shapely.polygonize_full(lines)
        faces = shapely.get_parts(faces)
        area = shapely.union_all(faces[_odd_inside(faces, ends)])
        if all(map(shapely.is_empty, leftover)) and not area.is_empty and area.is_valid:
            return area
    return shapely.line_merge(shapely.multilinestrings(lines))


def _odd_inside(faces: Shapes, ends: Floats) -> Flags:
    """Say which faces lie inside an odd number of rings, by a ray from each to the right."""
    spots = shapely.get_coordinates(shapely.point_on_surface(faces))
    x, y = spots[:, :1], spots[:, 1:]
    x1, y1, x2, y2 = ends.T
    crosses = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    right = x1 + (y - y1) / rise * (x2 - x1) > x
    return np.asarray((crosses & right).sum(axis=1) % 2 == 1)


def _segments(shape: Any) -> Floats:
    """Return the segments of a line or ring as rows of x1, y1, x2, y2."""
    lines = shapely.get_parts(shape.exterior if shape.geom_type == "Polygon" else shape)
    spots = [shapely.get_coordinates(line) for line in lines]
    pairs = [np.hstack([those[:-1], those[1:]]) for those in spots]
    return np.ascontiguousarray(np.concatenate(pairs))
