"""Repair of geometry: invalid, unclosed, duplicate, 3D, empty. All that is done is told.

Frames are in a metric plane and are never changed; each function returns a new frame and one
problem for each kind of repair. A feature that was mended carries the codes in ``repair``.
Repairing twice is repairing once.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType as Type
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from ..arrays import Flags, Shapes
from ..words import Oneway, Problem, Severity, named
from ..words import fields as f

_POINTS = (Type.POINT, Type.MULTIPOINT)
_LINES = (Type.LINESTRING, Type.LINEARRING, Type.MULTILINESTRING)
_AREAS = (Type.POLYGON, Type.MULTIPOLYGON)


def repair_polygons(
    frame: gpd.GeoDataFrame,
    *,
    layer: str,
    file: str = "",
    identity: str,
    point_radius_m: float = 4.0,
    least_area_m2: float = 0.01,
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Make every feature a valid polygon or multipolygon, or drop it and say so.

    Parameters
    ----------
    frame
        Buildings, communities or grids in a metric plane.
    layer, file
        Named in the problems.
    identity
        Column whose values name the features.
    point_radius_m
        A building known only as a point becomes a disc of this radius: 4 m is the footprint of
        a small house, about 50 m². A point inside another building is a second record of it.
    least_area_m2
        Less is no building but the trace of two vertices.

    Returns
    -------
    tuple
        The repaired frame with a new index, and one problem for each kind of repair.
    """
    work = _Work(frame, layer=layer, file=file, identity=identity)
    work.drop_nowhere()
    work.flatten()
    work.take_parts(_AREAS)

    lines = work.of(*_LINES)
    closed = _closed(work.shapes[lines])
    work.replace(lines, closed, "closed", when=~shapely.is_missing(closed))
    work.drop("repair_open_line", work.of(*_LINES))

    invalid = ~shapely.is_valid(work.shapes)
    work.replace(invalid, _valid(work.shapes[invalid]), "invalid")

    points = work.of(*_POINTS)
    work.drop("repair_no_area", ~points & ~(shapely.area(work.shapes) >= least_area_m2))
    points = work.of(*_POINTS)
    tree = shapely.STRtree(work.shapes[~points])
    inside = np.zeros(len(points), dtype=bool)
    hits = tree.query(work.shapes[points], predicate="intersects")[0]
    inside[np.flatnonzero(points)[hits]] = True
    work.drop("repair_point_in_building", inside)
    points = work.of(*_POINTS)
    discs = shapely.buffer(shapely.centroid(work.shapes[points]), point_radius_m)
    work.replace(points, discs, "disc")

    work.drop("repair_duplicate", _repeats(work.shapes))
    return work.done()


def repair_lines(
    frame: gpd.GeoDataFrame, *, layer: str, file: str = "", identity: str
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Make every feature one line of some length, or drop it and say so.

    Lines of several parts become a row each; their identities get the suffixes ``.1``, ``.2``.
    Of lines drawn twice, also in the other direction, the first stays; when the rows allow
    different directions (a two-way street as two one-way rows), it becomes open to both.

    Parameters
    ----------
    frame
        Lanes in a metric plane.
    layer, file
        Named in the problems.
    identity
        Column whose values name the features.

    Returns
    -------
    tuple
        The repaired frame with a new index, and one problem for each kind of repair.
    """
    work = _Work(frame, layer=layer, file=file, identity=identity)
    work.drop_nowhere()
    work.flatten()
    work.take_parts(_LINES)
    work.drop("repair_area_in_lines", work.of(*_AREAS))
    work.drop("repair_point_in_lines", work.of(*_POINTS))
    rings = work.of(Type.LINEARRING)
    work.shapes[rings] = [shapely.LineString(ring) for ring in work.shapes[rings]]
    work.explode()
    work.drop("repair_no_length", ~(shapely.length(work.shapes) > 0))
    if f.ONEWAY in work.frame:
        work.frame[f.ONEWAY] = _joined_directions(work.shapes, work.frame[f.ONEWAY])
    work.drop("repair_duplicate", _repeats(work.shapes))
    return work.done()


def repair_points(
    frame: gpd.GeoDataFrame, *, layer: str, file: str = "", identity: str
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Make every feature one point; areas and lines are replaced by a point on them.

    Parameters
    ----------
    frame
        Stations, barriers or water in a metric plane.
    layer, file
        Named in the problems.
    identity
        Column whose values name the features.

    Returns
    -------
    tuple
        The repaired frame with a new index, and one problem for each kind of repair.
    """
    work = _Work(frame, layer=layer, file=file, identity=identity)
    work.drop_nowhere()
    work.flatten()
    others = ~work.of(Type.POINT)
    work.replace(others, shapely.point_on_surface(work.shapes[others]), "to_point")
    return work.done()


class _Work:
    """A frame under repair: its rows, their shapes, what was done to each, what to tell."""

    def __init__(self, frame: gpd.GeoDataFrame, *, layer: str, file: str, identity: str) -> None:
        self.frame = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
        self.crs = frame.crs
        self.shapes: Shapes = np.array(frame.geometry.array, dtype=object)
        self.layer, self.file, self.identity = layer, file, identity
        self.problems: list[Problem] = []
        before = frame[f.REPAIR] if f.REPAIR in frame else [""] * len(frame)
        self.frame[f.REPAIR] = pd.Series(list(before), dtype=object).fillna("")

    def of(self, *types: Type) -> Flags:
        return np.isin(shapely.get_type_id(self.shapes), [int(kind) for kind in types])

    def drop_nowhere(self) -> None:
        """Drop features that are nowhere."""
        spots, owner = shapely.get_coordinates(self.shapes, return_index=True)
        nowhere = shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes)
        nowhere[owner[~np.isfinite(spots).all(axis=1)]] = True
        self.drop("repair_empty", nowhere)

    def flatten(self) -> None:
        tall = shapely.has_z(self.shapes)
        self.replace(tall, shapely.force_2d(self.shapes[tall]), "3d")

    def take_parts(self, types: tuple[Type, ...]) -> None:
        """Keep of each collection the parts of the right kind, if it has any."""
        collections = self.of(Type.GEOMETRYCOLLECTION)
        parts = _only(self.shapes[collections], types)
        self.replace(collections, parts, "parts", when=~shapely.is_empty(parts))
        self.drop("repair_collection", self.of(Type.GEOMETRYCOLLECTION))

    def explode(self) -> None:
        """Give each part of a line its own row."""
        many = self.of(Type.MULTILINESTRING)
        self._tell("repaired", "repair_multi", many & (shapely.get_num_geometries(self.shapes) > 1))
        parts, owner = shapely.get_parts(self.shapes, return_index=True)
        split = np.bincount(owner, minlength=len(many))[owner] > 1
        place = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
        self.frame = self.frame.iloc[owner].reset_index(drop=True)
        self.shapes = parts
        if self.identity in self.frame:
            names = self.frame[self.identity].astype(object)
            suffixed = [f"{name}.{at}" for name, at in zip(names, place, strict=True)]
            self.frame[self.identity] = names.where(~split, pd.Series(suffixed, dtype=object))
        self._mark(split, "multi")

    def replace(self, mask: Flags, shapes: Shapes, code: str, *, when: Flags | None = None) -> None:
        """Put new shapes where ``mask`` is (of these only ``when``), and note the code."""
        where = np.flatnonzero(mask)
        if when is not None:
            where, shapes = where[when], shapes[when]
        changed = np.zeros(len(self.shapes), dtype=bool)
        changed[where] = True
        self.shapes[where] = shapes
        self._mark(changed, code)
        self._tell("repaired", f"repair_{code}", changed)

    def drop(self, code: str, mask: Flags) -> None:
        self._tell("warning", code, mask)
        if mask.any():
            self.frame, self.shapes = self.frame[~mask].reset_index(drop=True), self.shapes[~mask]

    def done(self) -> tuple[gpd.GeoDataFrame, list[Problem]]:
        repaired = gpd.GeoDataFrame(self.frame, geometry=self.shapes, crs=self.crs)
        return repaired, self.problems

    def _mark(self, mask: Flags, code: str) -> None:
        marks = self.frame[f.REPAIR].to_numpy(dtype=object, copy=True)
        marks[mask] = [f"{mark};{code}" if mark else code for mark in marks[mask]]
        self.frame[f.REPAIR] = marks

    def _tell(self, severity: Severity, code: str, mask: Flags) -> None:
        if not mask.any():
            return
        rows = self.frame.loc[mask, f.SOURCE_ROW] if f.SOURCE_ROW in self.frame else None
        row = int(rows.iloc[0]) if rows is not None and len(rows) == 1 else None
        if self.identity in self.frame:
            refs = self.frame.loc[mask, self.identity].tolist()
        else:
            refs = (np.flatnonzero(mask) + 1).tolist() if rows is None else rows.tolist()
        self.problems.append(named(severity, code, self.layer, refs, file=self.file, row=row))


def _valid(shapes: Shapes) -> Shapes:
    """Return what invalid areas enclose, as valid areas or empty.

    The structure method keeps the sense of shells and holes, but can itself leave a ring that
    touches another along a line; then the linework decides.
    """
    mended = _only(shapely.make_valid(shapes, method="structure", keep_collapsed=False), _AREAS)
    wrong = ~shapely.is_valid(mended)
    mended[wrong] = _only(shapely.make_valid(mended[wrong], method="linework"), _AREAS)
    return mended


def _only(shapes: Shapes, types: tuple[Type, ...]) -> Shapes:
    """Return each shape reduced to its parts of some types, which may leave it empty."""
    many = shapely.multipolygons if types == _AREAS else shapely.multilinestrings
    kept = np.empty(len(shapes), dtype=object)
    for at, shape in enumerate(shapes):
        parts = [leaf for leaf in _leaves(shape) if shapely.get_type_id(leaf) in types]
        kept[at] = many(parts) if len(parts) > 1 else parts[0] if parts else shapely.Polygon()
    return kept


def _leaves(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the single parts of a shape, however deep they lie."""
    if not isinstance(shape, BaseMultipartGeometry):
        return [shape]
    return [leaf for part in shape.geoms for leaf in _leaves(part)]


def _closed(lines: Shapes) -> Shapes:
    """Return the polygon that each line encloses or nearly encloses, or None.

    A line that ends where it began is taken as a ring even if it crosses itself; an open one
    only if closing it makes a valid polygon.
    """
    polygons = np.full(len(lines), None, dtype=object)
    for at, line in enumerate(lines):
        merged = shapely.line_merge(line)
        if merged.geom_type == "MultiLineString":
            area = shapely.build_area(shapely.union_all(merged))
            polygons[at] = None if area.is_empty else area
        elif len(np.unique(shapely.get_coordinates(merged), axis=0)) >= 3:
            polygon = shapely.Polygon(merged)
            polygons[at] = polygon if merged.is_closed or polygon.is_valid else None
    return polygons


def _repeats(shapes: Shapes) -> Flags:
    """Say which shapes are equal to an earlier one, wherever they start and turn."""
    keys = pd.Series(shapely.to_wkb(shapely.normalize(shapes)), dtype=object)
    return keys.duplicated().to_numpy()


def _joined_directions(shapes: Shapes, oneway: pd.Series[Any]) -> pd.Series[Any]:
    """Return the directions of lines, open to both where equal lines differ in theirs."""
    normal = shapely.normalize(shapes)
    keys = pd.Series(shapely.to_wkb(normal), dtype=object)
    repeated = keys.duplicated(keep=False)
    starts, normal_starts = (
        shapely.get_coordinates(shapely.get_point(s, 0)) for s in (shapes, normal)
    )
    turned = pd.Series((starts != normal_starts).any(axis=1))
    opposite = {Oneway.FORWARD: Oneway.BACKWARD, Oneway.BACKWARD: Oneway.FORWARD}
    along = oneway.where(~turned, oneway.map(lambda code: opposite.get(code, code)))
    differ = along[repeated].groupby(keys[repeated]).transform("nunique") > 1
    joined = oneway.copy()
    joined[differ[differ].index] = Oneway.BOTH.value
    return joined
