"""Canvas layers for many features: packed columns in the page, drawn tile by tile.

A layer is one JSON block. Geometry is three streams of integers: how many paths each feature
has, how many points each path has, and the differences between successive points on a grid of
`GRID` degrees. A polygon's rings are paths without their closing point, filled by the even-odd
rule. Every integer is zigzag-coded (0, -1, 1, -2 … as 0, 1, 2, 3 …), then written as seven bits
a byte, the low bits first, the eighth bit set on all bytes but the last.

A column of numbers is stored as ``value × 10^decimals − base + 1``, with 0 where missing. A
column of texts is a table of distinct texts and a column of numbers into it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from branca.element import Element

from .standalone import Verbatim, json_block, shown, template
from .style import Style

GRID = 1e-7  # degrees, about one centimetre

Shape = Literal["polygon", "line", "point"]
Integers = npt.NDArray[np.int64]

_PART_TYPES: dict[str, tuple[int, ...]] = {"polygon": (3,), "line": (1, 2), "point": (0,)}


def encode_integers(values: Integers) -> str:
    """Return integers as base64 of zigzag varints.

    Parameters
    ----------
    values
        Integers below 2^52 in size, so that a browser can hold them.
    """
    values = np.asarray(values, dtype=np.int64)
    coded = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    sizes = np.ones(len(coded), dtype=np.int64)
    for position in range(1, 10):
        sizes += coded >> np.uint64(7 * position) > 0
    starts = np.cumsum(sizes) - sizes
    data = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for position in range(int(sizes.max(initial=0))):
        here = sizes > position
        low = (coded[here] >> np.uint64(7 * position)) & np.uint64(0x7F)
        more = np.where(sizes[here] > position + 1, 0x80, 0).astype(np.uint8)
        data[starts[here] + position] = low.astype(np.uint8) | more
    return base64.b64encode(data.tobytes()).decode("ascii")


def pack_geometry(geometries: gpd.GeoSeries, shape: Shape) -> dict[str, Any]:
    """Return the geometry streams of a layer.

    Parameters
    ----------
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
    return {
        "count": len(geometries),
        "origin": [float(value) for value in origin],
        "grid": GRID,
        "paths": encode_integers(np.bincount(owners, minlength=len(geometries))),
        "points": encode_integers(np.bincount(paths, minlength=len(parts))),
        "steps": encode_integers(steps.ravel()),
    }


def pack_numbers(values: Sequence[Any] | pd.Series[Any], decimals: int = 0) -> dict[str, Any]:
    """Return a column of numbers; missing values and infinities stay missing.

    Parameters
    ----------
    values
        Numbers, or anything missing.
    decimals
        How many decimals to keep.
    """
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
    scaled = np.asarray(numbers.astype("float64")) * 10**decimals
    known = np.isfinite(scaled)
    whole = np.rint(np.where(known, scaled, 0)).astype(np.int64)
    base = int(whole[known].min()) if known.any() else 0
    return {
        "base": base,
        "scale": 10**decimals,
        "values": encode_integers(np.where(known, whole - base + 1, 0)),
    }


def pack_texts(values: Sequence[Any] | pd.Series[Any]) -> dict[str, Any]:
    """Return a column of texts as people may see them; missing and blank texts stay missing."""
    seen = [None if pd.isna(value) else shown(value) or None for value in values]
    codes, table = pd.factorize(pd.Series(seen, dtype=object))
    numbers = pack_numbers([None if code < 0 else int(code) for code in codes])
    return {**numbers, "table": [str(entry) for entry in table]}


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
        styles: Mapping[str, tuple[Style, Integers]],
        numbers: Mapping[str, tuple[Sequence[Any] | pd.Series[Any], int]] | None = None,
        texts: Mapping[str, Sequence[Any] | pd.Series[Any]] | None = None,
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
        self.data: dict[str, Any] = {
            "name": name,
            "shape": self.shape,
            "zIndex": z_index,
            **pack_geometry(geometries, self.shape),
            "styles": {key: asdict(style) for key, (style, _) in styles.items()},
            "classes": {key: pack_numbers(codes.tolist()) for key, (_, codes) in styles.items()},
            "numbers": {key: pack_numbers(*column) for key, column in (numbers or {}).items()},
            "texts": {key: pack_texts(column) for key, column in (texts or {}).items()},
        }

    def render(self, **kwargs: Any) -> str:
        """Put the drawing code once, and the layer's block and one line of script."""
        figure: Any = self.get_root()
        parent: Any = self._parent
        name = self.get_name()
        for part in ("packed.js", "canvas.js"):
            figure.header.add_child(Verbatim(f"<script>{template(part)}</script>\n"), name=part)
        figure.html.add_child(Verbatim(json_block(name, self.data)), name=name)
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
