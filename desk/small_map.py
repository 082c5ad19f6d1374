"""Small maps drawn as SVG: a few lines and spots over lanes and buildings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup, escape

from ..geo.ground import metric_crs

WIDE: Final = 420
HIGH: Final = 280
MARGIN_M: Final = 250.0
MOST: Final = 2_500  # shapes of a layer that are drawn
SPOT: Final = 5
COLOURS: Final = {"wgs84": "#9b1c1c", "gcj02": "#14549b", "bd09": "#2f6b2f"}


def datum_map(
    base: Mapping[str, gpd.GeoDataFrame], places: Mapping[str, gpd.GeoSeries], *, said: str
) -> Markup:
    """Draw where features would lie under each datum.

    Parameters
    ----------
    base
        ``lanes`` and ``buildings`` in EPSG:4326.
    places
        Features by datum, in EPSG:4326.
    said
        What the picture shows, for who cannot see it.
    """
    every = gpd.GeoSeries([shape for series in places.values() for shape in series], crs=4326)
    if every.empty or not np.isfinite(every.total_bounds).all():
        return Markup("")
    plane = metric_crs(tuple(every.total_bounds))
    west, south, east, north = every.to_crs(plane).total_bounds
    west, south, east, north = west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M
    scale = min(WIDE / (east - west), HIGH / (north - south))

    def on_paper(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(((xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale))

    window = shapely.box(west, south, east, north)
    drawn = []
    for layer, look in (("buildings", 'fill="#cdbfa6"'), ("lanes", 'fill="none" stroke="#8a8f94"')):
        if layer not in base:
            continue
        shapes = base[layer].geometry.dropna().to_crs(plane).to_numpy()
        shapes = shapes[shapely.intersects(shapes, window)]
        step = max(1, len(shapes) // MOST)
        paths = "".join(_path(on_paper(shapely.get_coordinates(part)))
                        for shape in shapes[::step] for part in _outlines(shape))  # fmt: skip
        drawn.append(f'<path d="{paths}" {look}/>')
    for datum, series in places.items():
        spots = series.to_crs(plane).representative_point()
        xy = on_paper(np.column_stack((spots.x, spots.y)))
        colour = COLOURS.get(str(datum), "#444")
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{SPOT}" fill="{colour}" stroke="#fff"/>'
                  for x, y in xy]  # fmt: skip
    size = f'viewBox="0 0 {(east - west) * scale:.0f} {(north - south) * scale:.0f}"'
    return Markup(
        f'<svg class="map" role="img" {size} width="{WIDE}"><title>{escape(said)}</title>'
        + "".join(drawn)
        + "</svg>"
    )


def _outlines(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shape)
    return [shapely.get_exterior_ring(p) if p.geom_type == "Polygon" else p for p in parts]


def _path(xy: np.ndarray) -> str:
    if len(xy) < 2:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy)
