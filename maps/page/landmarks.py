"""Landmarks by which people find their way: schools, hospitals, offices and large buildings."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from ...geo.words import Use
from ...geo.words import fields as f
from ..html import shown
from .overlays import column

#: Uses that everybody knows the place of: told from afar.
KNOWN = (Use.MEDICAL, Use.SCHOOL, Use.COMMUNITY_SERVICE, Use.ASSEMBLY, Use.COMMERCIAL_COMPLEX)
#: Homes are never named on the map, whatever stands in their column.
HOMES = (Use.RESIDENTIAL, Use.HIGH_RISE, Use.SUPER_TALL, Use.SELF_BUILT, Use.SELF_BUILT_BUSINESS,
         Use.RURAL_SELF_BUILT, Use.GROUP_RENTAL, Use.THREE_IN_ONE)  # fmt: skip
LARGE_M2 = 1500.0  # footprint from which any other named building is told early
MOST = 1500


def landmarks(buildings: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return named places for the map, the weightiest first.

    Parameters
    ----------
    buildings
        With `name`, `use` and polygons in a metric CRS.

    Returns
    -------
    list
        ``name``, ``x`` and ``y`` in web Mercator with the world as 1, and ``from``, the zoom from
        which it is written.
    """
    name, use = column(buildings, f.NAME), column(buildings, f.USE)
    told = buildings[name.notna().to_numpy() & use.notna().to_numpy()]
    told = told[~told[f.USE].isin([str(one) for one in HOMES])] if len(told) else told
    if told.empty:
        return []
    rank = told[f.USE].map({str(one): at for at, one in enumerate(KNOWN)})
    area = told.geometry.area.to_numpy()
    known = rank.notna().to_numpy()
    order = np.lexsort((told[f.BUILDING_ID].astype(str), -area, rank.fillna(len(KNOWN))))[:MOST]
    points = told.geometry.representative_point().to_crs("EPSG:4326")
    x = points.x.to_numpy() / 360 + 0.5
    sine = np.sin(np.radians(points.y.to_numpy()))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    zoom = np.where(known, 15.0, np.where(area >= LARGE_M2, 16.5, 17.5))
    names = told[f.NAME].to_numpy()
    return [
        {
            "name": shown(names[at]),
            "x": round(float(x[at]), 9),
            "y": round(float(y[at]), 9),
            "from": float(zoom[at]),
        }
        for at in order
    ]
