"""The rows of a ledger: read from any table, typed column by column, each with its key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from ..ground import geometry_to_wgs84
from ..tables import (
    TABLE_ENDINGS,
    WGS84,
    Entry,
    LedgerKind,
    allowed_words,
    complaint,
    hollow_formulas,
    read_cells,
    read_ledger,
    readable,
)
from ..words import Datum, InputError, Problem, normal
from ..words import fields as f

AXES = ("lon", "lat")
PLOTTED = "plotted"  # whether the ledger itself gives a position
SEPARATOR = "\x1f"
LEAST_HEADINGS, MOST_IN_REMARK = 3, 2  # cells
_SUM = re.compile(r"(?:合|小|总|共|累)计[:：]?[\d.,户处起人栋家元]*")
_REMARK = re.compile(r"(?:备?注|说明|填表人|填报人|制表人?|审核人?|统计人)[:：]")


@dataclass(frozen=True)
class Sheet:
    """A ledger as it is in its file.

    ``axes`` are the columns that were made from geometry; ``hollow`` the cells whose formula was
    saved without its result; ``passed`` row numbers and texts of rows that are no records: sums,
    remarks and headings that stand again.
    """

    table: pd.DataFrame
    axes: tuple[str, ...] = ()
    hollow: tuple[str, ...] = ()
    passed: tuple[tuple[int, str], ...] = ()


def read_sheet(
    file: Path,
    *,
    sheet: str | None = None,
    header_rows: int | None = None,
    encoding: str | None = None,
) -> Sheet:
    """Read a ledger from a workbook, a text table or geodata.

    Parameters
    ----------
    file
        Read as what its ending says.
    sheet
        Sheet of a workbook, or layer of geodata; the first if not given.
    header_rows, encoding
        As in `weizhan.geo.tables.sheets.read_ledger`.

    Raises
    ------
    InputError
        When the file is not what it says.
    """
    readable(file)
    if file.suffix.lower() in TABLE_ENDINGS:
        table = read_ledger(file, sheet=sheet, header_rows=header_rows, encoding=encoding)
        records, passed = _records(table)
        return Sheet(records, hollow=tuple(hollow_formulas(file, sheet=sheet)), passed=passed)
    return _read_geodata(file, sheet, encoding)


def _records(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[tuple[int, str], ...]]:
    """Return the rows that are records, and number and text of those that are not."""
    columns = [name for name in table.columns if name != f.SOURCE_ROW]
    headings = {str(name).rsplit("/", 1)[-1] for name in columns}
    passed: list[tuple[int, str]] = []
    keep = np.ones(len(table), dtype=bool)
    for at, (number, *cells) in enumerate(
        table[[f.SOURCE_ROW, *columns]].itertuples(index=False, name=None)
    ):
        said = [text for cell in cells if isinstance(cell, str) and (text := normal(cell))]
        told = sum(cell is not None and normal(cell) != "" for cell in cells)
        first = said[0].replace(" ", "") if said else ""
        again = len(said) >= LEAST_HEADINGS and all(text in headings for text in said)
        remark = told <= MOST_IN_REMARK and _REMARK.match(first) is not None
        if again or remark or (said and said[0] == _first(cells) and _SUM.fullmatch(first)):
            keep[at] = False
            passed.append((int(number), " ".join(said)))
    return table[keep].reset_index(drop=True), tuple(passed)


def _first(cells: list[object]) -> str:
    """Return the first cell that says anything."""
    return next((normal(cell) for cell in cells if cell is not None and normal(cell)), "")


def typed_rows(
    raw: Sheet, kind: LedgerKind, *, columns: Mapping[str, str], datum: Datum, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read the cells of a ledger as what their columns say.

    Parameters
    ----------
    raw
        The ledger.
    kind
        What it holds.
    columns
        ``{column: header}``.
    datum
        What its coordinates refer to.
    file
        Named in messages.

    Returns
    -------
    table
        Every stored column of the kind, ``lon`` and ``lat`` in WGS-84, `key`, `row_hash`,
        `source_row` and `plotted`. A second row of the same key gets ``#2``; a row that repeats
        the id and everything else of an earlier one is told and left out.
    problems
        Cells that cannot be what their column says, and rows that double others.
    """
    problems: list[Problem] = []
    rows = raw.table[f.SOURCE_ROW].to_numpy()
    values: dict[str, NDArray[np.object_]] = {}
    for entry in kind.stored:
        header = columns.get(entry.name)
        if header is None:
            values[entry.name] = np.full(len(rows), None, dtype=object)
            continue
        cells = raw.table[header]
        values[entry.name], wrong = read_cells(cells, entry)
        blank = np.array([v is None for v in values[entry.name]]) & entry.required
        for at in np.flatnonzero(wrong | blank):
            problems.append(_cell_problem(kind, entry, header, file, int(rows[at]),
                                          str(cells.iloc[at]) if wrong[at] else ""))  # fmt: skip
    table = pd.DataFrame(values, dtype=object)
    _to_wgs84(table, datum, rows, kind, file, problems)
    table[f.SOURCE_ROW] = rows
    return _with_keys(table, kind, file, problems), problems


def _cell_problem(
    kind: LedgerKind, entry: Entry, header: str, file: str, row: int, value: str
) -> Problem:
    return Problem(
        "error",
        complaint(entry) if value else "value_missing",
        kind.name,
        file,
        row,
        column=header,
        value="" if entry.personal else value,
        allowed=allowed_words(entry),
        details={"header": header},
    )


def _to_wgs84(
    table: pd.DataFrame,
    datum: Datum,
    rows: NDArray[np.int64],
    kind: LedgerKind,
    file: str,
    problems: list[Problem],
) -> None:
    lon, lat = (table[axis].to_numpy(dtype=float, na_value=np.nan) for axis in AXES)
    there = ~np.isnan(lon) & ~np.isnan(lat)
    points = gpd.GeoSeries(gpd.points_from_xy(lon[there], lat[there]))
    if len(points):
        try:
            moved = geometry_to_wgs84(points, datum=datum).geometry
        except InputError:
            moved = gpd.GeoSeries([_moved(point, datum) for point in points])
        shown = shapely.get_coordinates(moved.fillna(shapely.Point(np.nan, np.nan)))
        for at in np.flatnonzero(there)[np.isnan(shown[:, 0])]:
            problems.append(
                Problem("error", "not_a_position", kind.name, file, int(rows[at]), column="lon",
                        value=f"{lon[at]:g}, {lat[at]:g}", allowed=str(datum))
            )  # fmt: skip
        lon[there], lat[there] = shown.T
    lon[~there] = lat[~there] = np.nan
    table["lon"], table["lat"] = lon, lat
    table[PLOTTED] = ~np.isnan(lon)


def _moved(point: shapely.Point, datum: Datum) -> shapely.Point | None:
    try:
        return geometry_to_wgs84(gpd.GeoSeries([point]), datum=datum).geometry.iloc[0]
    except InputError:
        return None


def _with_keys(
    table: pd.DataFrame, kind: LedgerKind, file: str, problems: list[Problem]
) -> pd.DataFrame:
    stored = [entry.name for entry in kind.stored]
    table["row_hash"] = _digests(table, stored)
    identity = table[kind.identity]
    named = identity.notna()
    natural = pd.DataFrame(
        {name: _place(table) if name in ("place", "lane") else table[name] for name in kind.natural}
    )
    table["key"] = identity.where(named, "~" + _digests(natural, list(natural.columns)))
    again = table.duplicated(["key", "row_hash"]) & named
    number = table[~again].groupby("key", sort=False).cumcount().reindex(table.index, fill_value=0)
    order: list[int] = number.tolist()
    rows: list[int] = table[f.SOURCE_ROW].tolist()
    for at in np.flatnonzero(again | (number > 0)).tolist():
        key = str(table["key"].iat[at])
        problems.append(
            Problem("warning", "row_again" if again.iat[at] else "row_double", kind.name, file,
                    int(rows[at]), key, value=key,
                    allowed=f"{key}#{order[at] + 1}")
        )  # fmt: skip
    suffix = ("#" + (number + 1).astype(str)).where(number > 0, "")
    table["key"] = table["key"].astype(str) + suffix
    return table[~again].reset_index(drop=True)


def _place(table: pd.DataFrame) -> pd.Series:
    """Return the words by which a row says where it is: id, address and name, or position."""
    ids = [name for name in (f.LANE_ID, f.BUILDING_ID) if name in table]
    told = (*ids, "community", f.ADDRESS, f.NAME)
    parts = [table[name].map(normal, na_action="ignore") for name in told]
    position = table["lon"].round(6).astype(str) + "," + table["lat"].round(6).astype(str)
    words = parts[0].fillna("").astype(str)
    for part in parts[1:]:
        words = words + "|" + part.fillna("").astype(str)
    placed = table[[*ids, f.ADDRESS, f.NAME]].notna().any(axis=1)
    return words.where(placed, position)


def _digests(table: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Return a digest of what each row says; columns that say nothing do not count."""
    told = [
        [None if cell is None or cell != cell else f"{name}={cell}" for cell in table[name]]
        for name in columns
        if table[name].notna().any()
    ]
    lines = zip(*told, strict=True) if told else ((),) * len(table)
    return pd.Series(
        [
            hashlib.sha256(SEPARATOR.join(filter(None, line)).encode()).hexdigest()[:20]
            for line in lines
        ],
        index=table.index,
        dtype=object,
    )


def _read_geodata(file: Path, layer: str | None, encoding: str | None) -> Sheet:
    try:
        names = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
        if layer is not None and layer not in names:
            raise InputError(
                "error.file_layer_unknown", file=file, layer=layer, allowed=", ".join(names)
            )
        frame = pyogrio.read_dataframe(file, layer=layer or names[0], encoding=encoding)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise InputError("error.not_geodata", file=file) from error
    table = pd.DataFrame(frame.drop(columns=f.GEOMETRY, errors="ignore")).astype(object)
    table = table.where(table.notna(), None)
    axes: tuple[str, ...] = ()
    if isinstance(frame, gpd.GeoDataFrame):
        if frame.crs is not None and not frame.crs.equals(WGS84):
            frame = frame.to_crs(WGS84)
        points = shapely.point_on_surface(frame.geometry.to_numpy())
        table = table.drop(columns=[c for c in AXES if c in table])
        table["lon"], table["lat"] = shapely.get_x(points), shapely.get_y(points)
        axes = AXES
    table[f.SOURCE_ROW] = np.arange(1, len(table) + 1)
    return Sheet(table, axes)
