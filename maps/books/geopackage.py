"""GeoPackages for other systems: layers with values that the format can hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pandas.api.types import infer_dtype

from ...geo.tables import is_missing, write_layers
from ...geo.words import fields as f
from ..styles import style
from .shared import shared_columns


def storable(frame: gpd.GeoDataFrame, *, personal: bool = False) -> gpd.GeoDataFrame:
    """Return a frame in EPSG:4326 with plain strings where it held codes, without file rows.

    Parameters
    ----------
    frame
        A layer in the CRS of the town.
    personal
        Whether counts of vulnerable people at an address are left in.
    """
    frame = frame if personal else shared_columns(frame)
    stored = frame.drop(columns=f.SOURCE_ROW, errors="ignore")
    stored.set_geometry(frame.geometry.to_crs("EPSG:4326"), inplace=True)  # copies no other column
    for name in stored.columns.drop(f.GEOMETRY):
        if stored[name].dtype == object:
            stored[name] = _plainly(stored[name])
    return stored


def write_geopackage(
    file: Path, layers: Mapping[str, gpd.GeoDataFrame], *, date: str, personal: bool = False
) -> None:
    """Write layers in EPSG:4326; equal input gives equal bytes.

    Parameters
    ----------
    file
        To write.
    layers
        By name, in the CRS of the town.
    date
        Of the assessment, ISO 8601; the GeoPackage carries it instead of the time of writing.
    personal
        As for `storable`.
    """
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{date}T00:00:00.000Z"})
    write_layers(file, {name: storable(frame, personal=personal) for name, frame in layers.items()})


def _plainly(column: pd.Series) -> pd.Series:
    """Return a column with plain strings where it held codes."""
    if infer_dtype(column, skipna=True) != "string":
        return column.map(_plain, na_action="ignore")
    return style.by_value(column, str)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return str(value)
    return None if is_missing(value) else value
