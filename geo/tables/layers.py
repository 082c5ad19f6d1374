"""Read a layer from any file that GDAL or a spreadsheet reads; write GeoPackages whole."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from ..ground import geometry_to_wgs84
from ..rules import LayerSource
from ..words import Datum, InputError, OutputError, normal, read_angle
from ..words import fields as f
from .sheets import EXCEL_ENDINGS, read_ledger, readable

TABLE_ENDINGS = EXCEL_ENDINGS | {".csv", ".tsv", ".txt"}
X_NAMES = ("经度", "lon", "lng", "longitude", "x", "x坐标", "东坐标")
Y_NAMES = ("纬度", "lat", "latitude", "y", "y坐标", "北坐标")
WGS84 = "EPSG:4326"


def read_layer(file: Path, source: LayerSource, *, datum: Datum) -> gpd.GeoDataFrame:
    """Read one layer as it is in the file, in EPSG:4326.

    Parameters
    ----------
    file
        Geodata, or a table with coordinates in two columns.
    source
        Layer, sheet, encoding and coordinate columns, where the file needs them.
    datum
        What the coordinates refer to. A projected system that the file declares is honoured
        first; the shift of the datum remains.

    Returns
    -------
    GeoDataFrame
        The file's own columns, `geometry`, and `source_row`: the row as a spreadsheet shows it,
        or the number of the feature, from 1.

    Raises
    ------
    InputError
        When the file is missing, empty, not what its name says, holds no such layer, no rows, or
        coordinates that are no numbers.
    """
    readable(file)
    if file.suffix.lower() in TABLE_ENDINGS:
        frame = _read_points(file, source)
    else:
        frame = _read_geodata(file, source)
    if frame.crs is not None and not frame.crs.equals(WGS84):
        frame = frame.to_crs(WGS84)
    return geometry_to_wgs84(frame, datum=datum, central_meridian=source.central_meridian)


def write_layers(file: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write layers to one GeoPackage, whole or not at all.

    Raises
    ------
    OutputError
        When the place cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".gpkg", dir=file.parent)
    except OSError as error:
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error
    os.close(handle)
    unfinished = Path(name)
    unfinished.unlink()
    try:
        for layer, frame in layers.items():
            pyogrio.write_dataframe(
                frame,
                unfinished,
                layer=layer,
                driver="GPKG",
                append=unfinished.exists(),
                dataset_metadata=None,
            )
        unfinished.replace(file)
    except (OSError, DataSourceError, DataLayerError) as error:
        raise OutputError("error.cannot_write", file=file, why=error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _read_geodata(file: Path, source: LayerSource) -> gpd.GeoDataFrame:
    try:
        names = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    except (DataSourceError, ValueError) as error:
        raise InputError("error.not_geodata", file=file) from error
    layer = source.layer
    if layer is None and len(names) == 1:
        layer = names[0]
    if layer not in names:
        raise InputError(
            "error.file_layer_unknown", file=file, layer=layer or "-", allowed=", ".join(names)
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values are checked by us, and told with their rows
            frame = pyogrio.read_dataframe(
                file, layer=layer, encoding=source.encoding, fid_as_index=False
            )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise InputError("error.not_geodata", file=file) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("error.no_geometry", file=file, layer=layer)
    if frame.geometry.name != f.GEOMETRY:
        frame = frame.rename_geometry(f.GEOMETRY)
    frame[f.SOURCE_ROW] = np.arange(1, len(frame) + 1)
    return frame


def _read_points(file: Path, source: LayerSource) -> gpd.GeoDataFrame:
    table = read_ledger(
        file, sheet=source.sheet, header_rows=source.header_rows, encoding=source.encoding
    )
    axes = []
    wrong = []
    for stated, names in ((source.x, X_NAMES), (source.y, Y_NAMES)):
        found = [
            c for c in table.columns if (c == stated if stated else normal(c).lower() in names)
        ]
        if not found:
            raise InputError(
                "error.no_coordinates",
                file=file,
                allowed=stated or ", ".join(names),
                columns=", ".join(map(str, table.columns)),
            )
        numbers = pd.to_numeric(table[found[0]].map(_blank), errors="coerce")
        angles = table.loc[numbers.isna(), found[0]].map(read_angle).astype("float64")
        numbers = numbers.fillna(angles)
        bad = numbers.isna() & table[found[0]].map(_blank).notna()
        wrong += [
            f"{row}: {value!r}"
            for row, value in zip(
                table.loc[bad, f.SOURCE_ROW], table.loc[bad, found[0]], strict=True
            )
        ]
        axes.append(numbers)
    if wrong:
        raise InputError("error.coordinates_not_numbers", file=file, rows="; ".join(wrong))
    there = axes[0].notna() & axes[1].notna()
    geometry = gpd.points_from_xy(axes[0], axes[1])
    geometry[~there.to_numpy()] = None
    return gpd.GeoDataFrame(table, geometry=geometry)


def _blank(cell: object) -> object:
    return None if cell is None or normal(cell) == "" else cell
