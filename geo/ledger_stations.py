"""The stations that ledgers name, as a layer, for towns whose map has none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from .ledgers import read_records
from .tables import SCHEMAS, WGS84
from .words import fields as f


def stations_of_ledgers(folder: Path) -> gpd.GeoDataFrame:
    """Return the stations of a town's ledgers that stand somewhere.

    Parameters
    ----------
    folder
        Of the town; without ledgers the layer is empty.

    Returns
    -------
    GeoDataFrame
        The columns of the schema of stations and `source_row`, in EPSG:4326; a station told
        without a position stands at its building. Stations told without an id go by their key.
    """
    records = read_records(folder, "stations")
    placed = records[records["lon"].notna() & records["lat"].notna()].reset_index(drop=True)
    table = pd.DataFrame({name: placed[name] for name in SCHEMAS["stations"].names})
    table[f.STATION_ID] = table[f.STATION_ID].fillna(placed["key"])
    table[f.SOURCE_ROW] = placed["source_row"].astype("int64")
    points = gpd.points_from_xy(placed["lon"].astype(float), placed["lat"].astype(float))
    return gpd.GeoDataFrame(table, geometry=points, crs=WGS84)
