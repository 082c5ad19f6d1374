"""Geodata in: any file that GDAL reads, with the layer, the encoding and the quirks of programs."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from ..words import InputError, Problem
from ..words import fields as f
from .sheets import readable

DBF_HEAD: Final = 32  # bytes before the fields of a .dbf
#: Columns that programs add, by the ending of the file: no attribute of what is drawn.
OWN_COLUMNS: Final = {
    ".dxf": ("Layer", "PaperSpace", "SubClasses", "Linetype", "EntityHandle"),
    ".kml": ("description", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude",
             "visibility", "drawOrder", "icon", "snippet"),
}  # fmt: skip
OWN_COLUMNS[".kmz"] = OWN_COLUMNS[".kml"]


def read_geodata(
    file: Path, *, layer: str | None = None, encoding: str | None = None, what: str = ""
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one layer of a file as it is, with `source_row`: the number of the feature, from 1.

    Parameters
    ----------
    file
        Read as what its ending says.
    layer
        Of a file with several; asked for by name where there is more than one.
    encoding
        Of the texts. A shapefile that does not tell its own is read as UTF-8 or GB18030,
        whichever leaves fewer letters unreadable, and that is told.
    what
        The layer, named in problems.

    Returns
    -------
    frame
        A GeoDataFrame; a DataFrame where the layer has no geometry.
    problems
        What was chosen for the user.

    Raises
    ------
    InputError
        When the file is missing, empty, no geodata, or has no such layer.
    """
    readable(file)
    try:
        names = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    except (DataSourceError, ValueError) as error:
        raise InputError("error.not_geodata", file=file) from error
    folders = file.suffix.lower() in (".kml", ".kmz")  # their layers are folders of one drawing
    if layer is None and len(names) != 1 and not (folders and names):
        raise InputError("error.file_layer_asked", file=file, allowed=", ".join(names))
    if layer is not None and layer not in names:
        raise InputError(
            "error.file_layer_unknown", file=file, layer=layer, allowed=", ".join(names)
        )
    problems: list[Problem] = []
    if encoding is None and (taken := _encoding(file)):
        encoding = taken
        problems.append(Problem("repaired", "encoding_taken", what, file.name, value=taken))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values are checked by us, and told with their rows
            frames = [
                pyogrio.read_dataframe(file, layer=name, encoding=encoding, **_options(file))
                for name in (names if layer is None else [layer])
            ]
        frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise InputError("error.not_geodata", file=file) from error
    frame = frame.drop(columns=[c for c in OWN_COLUMNS.get(file.suffix.lower(), ()) if c in frame])
    if isinstance(frame, gpd.GeoDataFrame):
        if frame.geometry.name != f.GEOMETRY:
            frame = frame.rename_geometry(f.GEOMETRY)
        frame[f.GEOMETRY] = gpd.GeoSeries(
            shapely.force_2d(frame.geometry.to_numpy()), index=frame.index, crs=frame.crs
        )
    return numbered(frame), problems


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a layer without its empty columns, and with the number of each row, from 1."""
    frame = frame.dropna(axis="columns", how="all") if len(frame) else frame
    frame = frame.rename(columns={f.SOURCE_ROW: f"{f.SOURCE_ROW}#"})  # the user's own
    # What `weizhan new` copied keeps the rows of the user's own file.
    rows = frame.pop(f.ORIGIN_ROW) if f.ORIGIN_ROW in frame else np.arange(1, len(frame) + 1)
    return frame.assign(**{f.SOURCE_ROW: np.asarray(rows, dtype=np.int64)})


def _options(file: Path) -> dict[str, str]:
    """Return what GDAL is to be told about a kind of file."""
    is_json = file.suffix.lower() in (".json", ".geojson")
    return {"ARRAY_AS_STRING": "YES"} if is_json else {}  # lists of unequal length otherwise fail


def _encoding(file: Path) -> str:
    """Return the encoding of a shapefile that does not tell it; empty where all is plain."""
    if file.suffix.lower() != ".shp" or any(
        file.with_suffix(ending).exists() for ending in (".cpg", ".CPG", ".cst")
    ):
        return ""
    table = next((t for e in (".dbf", ".DBF") if (t := file.with_suffix(e)).exists()), None)
    if table is None:
        return ""
    raw = table.read_bytes()[DBF_HEAD:]
    if raw.isascii():
        return ""
    lost = Counter(
        {name: raw.decode(name, "replace").count("\ufffd") for name in ("utf-8", "gb18030")}
    )
    return min(lost, key=lambda name: lost[name])
