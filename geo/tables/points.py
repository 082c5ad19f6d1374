"""Points of a table: coordinates in two columns or in one, in degrees or metres."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ..words import (
    Coordinates,
    InputError,
    Problem,
    normal,
    plain_header,
    read_angle,
    read_coordinates,
)
from ..words import fields as f
from .shared_columns import LAT, LON

BOTH_WORDS: Final = frozenset(
    {"坐标", "经纬度", "坐标点", "位置坐标", "地理坐标", "坐标位置", "coordinates", "lonlat",
     "latlon", "latlng", "lnglat", "location", "wkt"}
)  # fmt: skip


def points_of(
    table: pd.DataFrame, file: Path, *, x: str | None = None, y: str | None = None
) -> tuple[gpd.GeoDataFrame, tuple[str, ...], int | None, list[Problem]]:
    """Return a table with points.

    Parameters
    ----------
    table
        With `source_row`.
    file
        Named in messages.
    x, y
        The columns of coordinates; the same one twice where it holds both. Found by their words
        if not given.

    Returns
    -------
    frame
        The table with points, none where a row gives no coordinates.
    placed
        The columns that hold the coordinates.
    epsg
        The plane that the coordinates themselves tell by a zone, None otherwise.
    problems
        What was turned round for the user.

    Raises
    ------
    InputError
        When there are no such columns, or cells in them are no coordinates; tells every row.
    """
    headers = [str(name) for name in table.columns if name != f.SOURCE_ROW]
    across, up = _axis(headers, x, LON.words), _axis(headers, y, LAT.words)
    if across is not None and up is not None and across != up:
        return _pairs(table, file, across, up), (across, up), None, []
    both = across if across is not None and across == up else None
    if both is None:
        both = next((h for h in headers if plain_header(h) in BOTH_WORDS), None)
    if both is None:
        raise InputError(
            "error.no_coordinates",
            file=file,
            allowed=", ".join(filter(None, (x, y))) or ", ".join((*LON.words, *LAT.words, "坐标")),
            columns=", ".join(headers),
        )
    frame, epsg, problems = _of_one(table, file, both)
    return frame, (both,), epsg, problems


def _axis(headers: list[str], stated: str | None, words: tuple[str, ...]) -> str | None:
    if stated is not None:
        return stated if stated in headers else None
    plain = {plain_header(header): header for header in reversed(headers)}
    return next((plain[w] for w in map(plain_header, words) if w in plain), None)


def _pairs(table: pd.DataFrame, file: Path, across: str, up: str) -> gpd.GeoDataFrame:
    axes = []
    wrong = []
    for header in (across, up):
        said = table[header].map(_blank)
        numbers = pd.to_numeric(said, errors="coerce")
        angles = table.loc[numbers.isna(), header].map(read_angle).astype("float64")
        numbers = numbers.fillna(angles)
        bad = numbers.isna() & said.notna()
        wrong += _told(table, bad, header)
        axes.append(numbers)
    if wrong:
        raise InputError("error.coordinates_not_numbers", file=file, rows="; ".join(wrong))
    return _placed(table, axes[0], axes[1])


def _of_one(
    table: pd.DataFrame, file: Path, header: str
) -> tuple[gpd.GeoDataFrame, int | None, list[Problem]]:
    said = table[header].map(_blank)
    found: list[Coordinates | None] = [
        None if cell is None else read_coordinates(cell) for cell in said
    ]
    read = pd.Series(found, index=table.index, dtype=object)
    there = read.dropna()
    bad = read.isna() & said.notna()
    units = {one.unit for one in there}
    planes = {one.epsg for one in there if one.unit == "metres"}
    if bad.any() or len(units) > 1 or len(planes) > 1:
        odd = bad if bad.any() else read.notna()
        rows = "; ".join(_told(table, odd, header))
        raise InputError("error.coordinates_not_numbers", file=file, rows=rows)
    problems = []
    swapped = [one for one in there if one.swapped]
    if swapped:
        problems.append(
            Problem("repaired", "axes_swapped", "", file.name, count=len(swapped),
                    value=normal(said[there.index[0]]))
        )  # fmt: skip
    across = read.map(lambda one: None if one is None else one.x).astype("float64")
    up = read.map(lambda one: None if one is None else one.y).astype("float64")
    return _placed(table, across, up), next(iter(planes), None), problems


def _placed(table: pd.DataFrame, across: pd.Series[Any], up: pd.Series[Any]) -> gpd.GeoDataFrame:
    there = across.notna() & up.notna()
    geometry = gpd.points_from_xy(across, up)
    geometry[~np.asarray(there)] = None
    return gpd.GeoDataFrame(table, geometry=geometry)


def _told(table: pd.DataFrame, rows: pd.Series[bool], header: str) -> list[str]:
    return [
        f"{row}: {value!r}"
        for row, value in zip(table.loc[rows, f.SOURCE_ROW], table.loc[rows, header], strict=True)
    ]


def _blank(cell: object) -> object:
    return None if cell is None or normal(cell) == "" else cell
