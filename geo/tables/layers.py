"""Read a layer from any file that GDAL or a spreadsheet reads; write GeoPackages whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from ..ground import geometry_to_wgs84
from ..rules import LayerSource
from ..words import Datum, InputError, OutputError, normal, read_angle
from ..words import fields as f
from .geodata import read_geodata
from .read import Sheet, read_table
from .sheets import TABLE_ENDINGS, readable

X_NAMES = ("经度", "lon", "lng", "longitude", "x", "x坐标", "东坐标")
Y_NAMES = ("纬度", "lat", "latitude", "y", "y坐标", "北坐标")
WGS84 = "EPSG:4326"


def read_layer(file: Path, source: LayerSource, *, datum: Datum, what: str = "") -> Sheet:
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
    what
        The layer, named in problems.

    Returns
    -------
    Sheet
        Its table has the file's own columns, `geometry`, and `source_row`: the row as a
        spreadsheet shows it, or the number of the feature, from 1.

    Raises
    ------
    InputError
        When the file is missing, empty, not what its name says, holds no such layer, no rows, or
        coordinates that are no numbers.
    """
    readable(file)
    if file.suffix.lower() in TABLE_ENDINGS:
        sheet = read_table(
            file,
            what=what,
            sheet=source.sheet,
            header_rows=source.header_rows,
            encoding=source.encoding,
        )
        frame = _points(sheet.table, file, source)
    else:
        frame, told = read_geodata(file, layer=source.layer, encoding=source.encoding, what=what)
        if not isinstance(frame, gpd.GeoDataFrame):
            raise InputError("error.no_geometry", file=file, layer=source.layer or "")
        sheet = Sheet(frame, problems=tuple(told))
    if frame.crs is not None and not frame.crs.equals(WGS84):
        frame = frame.to_crs(WGS84)
    placed = geometry_to_wgs84(frame, datum=datum, central_meridian=source.central_meridian)
    return replace(sheet, table=placed)


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


def _points(table: pd.DataFrame, file: Path, source: LayerSource) -> gpd.GeoDataFrame:
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
