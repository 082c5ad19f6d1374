"""Charging sheds of the demo town: at some estates, hardly any among self-built houses."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from ..geo.words import Use, label

EVERY = {Use.RESIDENTIAL: 8, Use.HIGH_RISE: 3, Use.SELF_BUILT: 120}  # one shed for so many houses
ASIDE_DEGREES = 0.00008  # a few metres from the house


def place_sheds(buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sheds as their list has them, beside every so many houses of a kind.

    Parameters
    ----------
    buildings
        As delivered, with Chinese headers.
    """
    middles = shapely.get_coordinates(shapely.centroid(buildings.to_crs("EPSG:4326").geometry))
    rows = []
    for use, every in EVERY.items():
        own = (buildings["用途"] == label("use", use)).to_numpy().nonzero()[0]
        rows += [(int(at), 10 + 2 * (int(at) % 9)) for at in own[::every]]
    rows.sort()
    return pd.DataFrame(
        {
            "充电棚编号": [f"P{k:04d}" for k in range(1, len(rows) + 1)],
            "充电位": [sockets for _, sockets in rows],
            "经度": [f"{middles[at, 0] + ASIDE_DEGREES:.6f}" for at, _ in rows],
            "纬度": [f"{middles[at, 1] - ASIDE_DEGREES:.6f}" for at, _ in rows],
        }
    )
