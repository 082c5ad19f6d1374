"""Points of a table: coordinates in two columns or in one, in degrees or metres."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
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
from .read import SOURCE_SHEET
from .shared_columns import LAT, LON

BOTH_WORDS: Final = frozenset(
    {"坐标", "经纬度", "坐标点", "位置坐标", "地理坐标", "坐标位置", "coordinates", "lonlat",
     "latlon", "latlng", "lnglat", "location", "wkt"}
)  # fmt: skip
ACROSS_AS: Final = "106.4812、106°28′52″、36512345.6"  # how a longitude or an easting is written
UP_AS: Final = "29.5512、29°33′04″、3274567.8"
BOTH_AS: Final = "106.4812, 29.5512、106°28′52″ 29°33′04″、36512345.6 3274567.8"
MOST_DEGREES: Final = 180.0
FAR_DEG: Final = 6.0  # from the middle of a column; no town is half as wide
FAR_M: Final = 2e6  # more than from one zone to the next, whose number stands before the easting


def points_of(
    table: pd.DataFrame,
    file: Path,
    *,
    x: str | None = None,
    y: str | None = None,
    what: str = "",
    name: str = "",
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
    what, name
        The layer, and what problems call the file if not by its own name.

    Returns
    -------
    frame
        The table with points, none where a row gives no coordinates or wrong ones.
    placed
        The columns that hold the coordinates.
    epsg
        The plane that the coordinates themselves tell by a zone, None otherwise.
    problems
        Every cell that is no coordinate, or does not go with the others of its column: another
        unit, another zone, or farther off than any town is wide. Then what was turned round for
        the user.

    Raises
    ------
    InputError
        When there are no such columns.
    """
    headers = [str(one) for one in table.columns if one not in (f.SOURCE_ROW, SOURCE_SHEET)]
    across, up = _axis(headers, x, LON.words), _axis(headers, y, LAT.words)
    called = name or file.name
    if across is not None and up is not None and across != up:
        frame, problems = _pairs(table, across, up, what=what, file=called)
        return frame, (across, up), None, problems
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
    frame, epsg, problems = _of_one(table, both, what=what, file=called)
    return frame, (both,), epsg, problems


def _axis(headers: list[str], stated: str | None, words: tuple[str, ...]) -> str | None:
    if stated is not None:
        return stated if stated in headers else None
    plain = {plain_header(header): header for header in reversed(headers)}
    return next((plain[w] for w in map(plain_header, words) if w in plain), None)


def _pairs(
    table: pd.DataFrame, across: str, up: str, *, what: str, file: str
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    axes, wrong = [], []
    for header, written in ((across, ACROSS_AS), (up, UP_AS)):
        said = table[header].map(_blank)
        numbers = pd.to_numeric(said, errors="coerce")
        angles = table.loc[numbers.isna(), header].map(read_angle).astype("float64")
        numbers = numbers.fillna(angles).replace([np.inf, -np.inf], np.nan)
        bad, odd = numbers.isna() & said.notna(), _far(numbers)
        wrong += _wrong(table, bad, header, "not_a_coordinate", written)
        wrong += _wrong(table, odd, header, "coordinate_odd", _usual(said, numbers))
        axes.append(numbers.mask(odd))
    return _placed(table, axes[0], axes[1]), [replace(one, layer=what, file=file) for one in wrong]


def _of_one(
    table: pd.DataFrame, header: str, *, what: str, file: str
) -> tuple[gpd.GeoDataFrame, int | None, list[Problem]]:
    said = table[header].map(_blank)
    found: list[Coordinates | None] = [
        None if cell is None else read_coordinates(cell) for cell in said
    ]
    read = pd.Series(found, index=table.index, dtype=object)
    there = read.notna()
    wrong = _wrong(table, said.notna() & ~there, header, "not_a_coordinate", BOTH_AS)
    systems = Counter((one.unit, one.epsg) for one in read[there])
    system = systems.most_common(1)[0][0] if systems else (None, None)
    odd = pd.Series([one is not None and (one.unit, one.epsg) != system for one in read],
                    index=table.index, dtype=bool)  # fmt: skip
    across, up = (
        pd.Series([np.nan if one is None else getattr(one, axis) for one in read],
                  index=table.index, dtype="float64").mask(odd)
        for axis in ("x", "y")
    )  # fmt: skip
    odd |= _far(across) | _far(up)
    wrong += _wrong(table, odd, header, "coordinate_odd", _usual(said, across))
    turned = np.array([one is not None and one.swapped for one in read], dtype=bool)
    swapped = said[turned & ~odd.to_numpy()]
    if len(swapped):
        wrong.append(
            Problem("repaired", "axes_swapped", "", count=len(swapped),
                    value=normal(swapped.iloc[0]))
        )  # fmt: skip
    frame = _placed(table, across.mask(odd), up.mask(odd))
    return frame, system[1], [replace(one, layer=what, file=file) for one in wrong]


def _far(numbers: pd.Series[float]) -> pd.Series[bool]:
    """Return which coordinates lie farther from the middle of their column than a town is wide."""
    middle = _middle(numbers)
    return (numbers - middle).abs() > (FAR_DEG if abs(middle) <= MOST_DEGREES else FAR_M)


def _middle(numbers: pd.Series[float]) -> float:
    """Return the number in the middle; of two the lower, as a lost decimal point makes more."""
    return float(numbers.quantile(interpolation="lower"))


def _usual(said: pd.Series[Any], numbers: pd.Series[float]) -> str:
    """Return the cell in the middle of a column, as it is written."""
    far = (numbers - _middle(numbers)).abs()
    return normal(said.iloc[int(far.fillna(np.inf).argmin())]) if far.notna().any() else ""


def _placed(table: pd.DataFrame, across: pd.Series[Any], up: pd.Series[Any]) -> gpd.GeoDataFrame:
    there = across.notna() & up.notna()
    geometry = gpd.points_from_xy(across, up)
    geometry[~np.asarray(there)] = None
    return gpd.GeoDataFrame(table, geometry=geometry)


def _wrong(
    table: pd.DataFrame, rows: pd.Series[bool], header: str, code: str, allowed: str
) -> list[Problem]:
    """Return cells of a column as problems, each with its row."""
    told = table[rows]
    sheets = told[SOURCE_SHEET] if SOURCE_SHEET in told else [""] * len(told)
    return [
        Problem("error", code, "", row=int(row), column=header, value=normal(cell),
                allowed=allowed, sheet=sheet)
        for row, cell, sheet in zip(told[f.SOURCE_ROW], told[header], sheets, strict=True)
    ]  # fmt: skip


def _blank(cell: object) -> object:
    return None if cell is None or normal(cell) == "" else cell
