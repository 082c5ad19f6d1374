"""Read a layer from any file that GDAL or a spreadsheet reads; write GeoPackages whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyogrio
from pandas.api.types import infer_dtype
from pyogrio.errors import DataLayerError, DataSourceError

from ..ground import geometry_to_wgs84, is_swapped
from ..postgis import LAYERS_FILE, layer_of_server, server_of
from ..rules import LayerSource
from ..words import Datum, InputError, OutputError, Problem, take_place, writing
from .corrections import Correction, corrected
from .geodata import numbered, read_geodata
from .headers import columns_found, match_headers
from .mend import mend_rows
from .points import points_of
from .read import Sheet, read_table
from .schemas import Schema
from .sheets import TABLE_ENDINGS

WGS84 = "EPSG:4326"


def read_layer(
    file: Path,
    source: LayerSource,
    *,
    schema: Schema,
    name: str = "",
    corrections: Sequence[Correction] = (),
) -> Sheet:
    """Read one layer as it is in the file, in EPSG:4326.

    Parameters
    ----------
    file
        Geodata, or a table with coordinates in two columns or in one.
    source
        Layer, sheet, encoding and coordinate columns, where the file needs them, and what the
        coordinates refer to (WGS-84 if nothing is said). A projected system that the file
        declares is honoured first; the shift of the datum remains.
    schema
        What the layer holds.
    name
        What problems call the file, if not by its own name.
    corrections
        Of the town; they are put in before coordinates are read.

    Returns
    -------
    Sheet
        Its table has the file's own columns, `geometry`, and `source_row`: the row as a
        spreadsheet shows it, or the number of the feature, from 1. Cells that are no coordinates
        are among its problems; their rows have no geometry.

    Raises
    ------
    InputError
        When the file is missing, empty, not what its name says, holds no such layer, no rows, or
        coordinates that are of no system we know.
    """
    what, name = schema.layer, name or file.name
    if file.suffix.lower() in TABLE_ENDINGS:
        sheet = read_table(
            file,
            what=what,
            sheet=source.sheet,
            header_rows=source.header_rows,
            encoding=source.encoding,
        )
        matches = match_headers(sheet.headers, schema.columns, stated=source.columns)
        sheet = mend_rows(sheet, schema.columns, found=columns_found(matches), what=what, file=name)
        sheet = corrected(sheet, corrections, source, schema=schema)
        frame, placed, epsg, told = points_of(
            sheet.table, file, x=source.x, y=source.y, what=what, name=name
        )
        plane = source.plane or epsg
        sheet = replace(sheet, placed=placed, problems=(*sheet.problems, *told))
    else:
        address = server_of(file.parent) if file.name == LAYERS_FILE else None
        if address is None:
            frame, told = read_geodata(file, layer=source.layer, encoding=source.encoding,
                                       what=what)  # fmt: skip
        else:
            frame, told = layer_of_server(address, source.layer or what), []
            frame = numbered(frame)
        if not isinstance(frame, gpd.GeoDataFrame):
            raise InputError("error.no_geometry", file=file, layer=source.layer or "")
        sheet = corrected(Sheet(frame, problems=tuple(told)), corrections, source, schema=schema)
        frame, plane = sheet.table, source.plane
    if frame.crs is not None and not frame.crs.equals(WGS84):
        frame = frame.to_crs(WGS84)
        plane = None
    if is_swapped(frame.geometry):
        first = frame.geometry.dropna().representative_point().iloc[0]
        turned = Problem("repaired", "axes_swapped", what, name, count=len(frame),
                       value=f"{first.x:g}, {first.y:g}")  # fmt: skip
        sheet = replace(sheet, problems=(*sheet.problems, turned))
    datum = source.datum or (Datum.CGCS2000 if plane else Datum.WGS84)
    return replace(sheet, table=geometry_to_wgs84(frame, datum=datum, plane=plane))


def write_layers(file: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write layers to one GeoPackage, whole or not at all.

    Parameters
    ----------
    file
        Replaced when all is written.
    layers
        By name; the order of the file.

    Raises
    ------
    OutputError
        When the place cannot be written to.
    """
    with writing(file):
        handle, name = tempfile.mkstemp(prefix=".", suffix=".gpkg", dir=file.parent)
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
                use_arrow=_plain(frame),
            )
        with writing(file):
            take_place(unfinished, file)
    except OutputError:
        raise
    except (OSError, DataSourceError, DataLayerError) as error:
        raise OutputError("error.cannot_write", file=file, why=error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _plain(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether columns hold texts and numbers alone; then Arrow hands GDAL the same, faster."""
    return all(infer_dtype(column, skipna=True) in {"string", "empty"}
               for _, column in frame.items() if column.dtype == object)  # fmt: skip
