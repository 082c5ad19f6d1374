"""Canvas layers for many features: packed columns in the page, drawn tile by tile.

A layer is one JSON block that says where in its `Pack` each column is. Geometry is three streams:
how many paths each feature has, how many points each path has, and the differences between
successive points on a grid of `GRID` degrees. A polygon's rings are paths without their closing
point, filled by the even-odd rule. Walls are mostly parallel to the wall before the last one, so
of rings with ``square`` the sum with the difference before the last is stored instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import Element

from ...geo.arrays import Longs
from ..html import Pack, floats, json_block, template
from ..styles import Style
from .standalone import Verbatim

GRID = 5e-7  # degrees, about five centimetres

Shape = Literal["polygon", "line", "point"]

_PART_TYPES: dict[str, tuple[int, ...]] = {"polygon": (3,), "line": (1, 2), "point": (0,)}


def pack_geometry(pack: Pack, geometries: gpd.GeoSeries, shape: Shape) -> dict[str, Any]:
    """Add the geometry streams of a layer and return what the page reads them by.

    Parameters
    ----------
    pack
        Where to.
    geometries
        Geometries in longitude and latitude. Missing and empty ones keep their place, parts of
        another dimension than ``shape`` are left out.
    shape
        What the features are.
    """
    parts, owners = shapely.get_parts(np.asarray(geometries.array), return_index=True)
    right = np.isin(shapely.get_type_id(parts), _PART_TYPES[shape])
    parts, owners = parts[right], owners[right]
    if shape == "polygon":
        parts, polygons = shapely.get_rings(parts, return_index=True)
        owners = owners[polygons]
    points, paths = shapely.get_coordinates(parts, return_index=True)
    if shape == "polygon":
        closing = np.append(paths[1:] != paths[:-1], True)[: len(paths)]
        points, paths = points[~closing], paths[~closing]
    origin = np.floor(points.min(axis=0)) if len(points) else np.zeros(2)
    grid = np.rint((points - origin) / GRID).astype(np.int64)
    steps = np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    corners = _corner_steps(steps, paths)
    square = shape == "polygon" and _bits(corners) < _bits(steps)
    return {
        "count": len(geometries),
        "origin": [float(value) for value in origin],
        "grid": GRID,
        "square": bool(square),
        "paths": pack.integers(np.bincount(owners, minlength=len(geometries))),
        "points": pack.integers(np.bincount(paths, minlength=len(parts))),
        # One axis after the other: each has its own habits.
        "steps": pack.integers((corners if square else steps).T),
    }


def _pack_numbers(
    pack: Pack,
    numbers: Mapping[str, tuple[Sequence[Any] | pd.Series[Any], int]],
    near: Mapping[str, str],
) -> dict[str, Any]:
    """Add columns of numbers; where the other one is missing a value stands for itself."""
    stored = {}
    for key, (column, decimals) in numbers.items():
        if key not in near:
            stored[key] = pack.numbers(column, decimals)
            continue
        own, other = (np.round(floats(c), decimals) for c in (column, numbers[near[key]][0]))
        stored[key] = pack.numbers(own - np.where(np.isnan(other), 0, other), decimals) | {
            "near": near[key]
        }
    return stored


def _corner_steps(steps: Longs, paths: Longs) -> Longs:
    """Return the steps, from the fourth point of a path plus the step before the last."""
    corners = steps.copy()
    fourth = np.zeros(len(paths), dtype=bool)
    fourth[3:] = paths[3:] == paths[:-3]
    corners[fourth] += steps[np.flatnonzero(fourth) - 2]
    return corners


def _bits(steps: Longs) -> float:
    return float(np.log2(np.abs(steps) + 1.0).sum())


class PackedLayer(Element):
    """A layer of a folium map, drawn on canvas from packed columns.

    Parameters
    ----------
    name
        Name of the layer, an identifier; the page's scripts find it as
        ``weizhan.layers[name]``.
    frame
        Features in any CRS.
    styles
        By name, a style and for each feature the index of its class. The first is shown at
        start; in the page, ``layer.setStyle(name)`` changes it without decoding again.
    numbers
        By name, a column and how many of its decimals to keep.
    texts
        By name, a column.
    near
        Columns of numbers that are close to another one with as many decimals; they take less
        room as differences from it.
    show
        Whether the layer is on the map when the page opens.
    z_index
        Layers with a higher one are drawn above.
    """

    shape: ClassVar[Shape]

    def __init__(
        self,
        name: str,
        frame: gpd.GeoDataFrame,
        *,
        styles: Mapping[str, tuple[Style, Longs]],
        numbers: Mapping[str, tuple[Sequence[Any] | pd.Series[Any], int]] | None = None,
        texts: Mapping[str, Sequence[Any] | pd.Series[Any]] | None = None,
        near: Mapping[str, str] | None = None,
        show: bool = True,
        z_index: int = 1,
    ) -> None:
        """Pack the layer."""
        super().__init__()
        self._name, self._id = "packed", name
        self.show = show
        geometries = gpd.GeoSeries([]) if frame.active_geometry_name is None else frame.geometry
        if geometries.crs is not None:
            geometries = geometries.to_crs(4326)
        self.pack = Pack()
        self.data: dict[str, Any] = {
            "name": name,
            "shape": self.shape,
            "zIndex": z_index,
            **pack_geometry(self.pack, geometries, self.shape),
            "styles": {key: asdict(style) for key, (style, _) in styles.items()},
            "classes": {key: self.pack.integers(codes) for key, (_, codes) in styles.items()},
            "numbers": _pack_numbers(self.pack, numbers or {}, near or {}),
            "texts": {key: self.pack.texts(column) for key, column in (texts or {}).items()},
        }

    def render(self, **kwargs: Any) -> str:
        """Put the drawing code once, and the layer's block and one line of script."""
        figure: Any = self.get_root()
        parent: Any = self._parent
        name = self.get_name()
        for part in ("pack.js", "packed.js", "looks.js", "canvas.js"):
            figure.header.add_child(Verbatim(f"<script>{template(part)}</script>\n"), name=part)
        block = self.pack.block(f"{name}-pack") + json_block(name, self.data)
        figure.html.add_child(Verbatim(block), name=name)
        add = f".addTo({parent.get_name()})" if self.show else ""
        figure.script.add_child(Verbatim(f'weizhan.packed("{name}"){add};\n'), name=name)
        return ""


class PackedPolygons(PackedLayer):
    """Polygons and multipolygons, with holes."""

    shape = "polygon"


class PackedLines(PackedLayer):
    """Line strings, alone or many a feature."""

    shape = "line"


class PackedPoints(PackedLayer):
    """Points, each drawn as the symbol of its class."""

    shape = "point"
