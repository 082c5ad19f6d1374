"""The rows of a ledger: read from any table, typed column by column, each with its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..arrays import Longs
from ..ground import geometry_to_wgs84
from ..tables import (
    MISSING,
    NUMBERS,
    SOURCE_SHEET,
    TABLE_ENDINGS,
    WGS84,
    Cells,
    LedgerKind,
    Sheet,
    SheetDates,
    read_columns,
    read_geodata,
    read_table,
)
from ..words import Datum, InputError, Problem, normal
from ..words import fields as f
from .archive_tables import RANGES, SURE
from .identity import KEY, WORDS, place_words

AXES = ("lon", "lat")
PLOTTED = "plotted"  # whether the ledger itself gives a position
VISITED = ("inspected_on", "hazards_found", "result")  # one of them says that a visit was made
SEPARATOR = "\x1f"


def read_sheet(
    file: Path,
    *,
    what: str = "",
    sheet: str | None = None,
    header_rows: int | None = None,
    encoding: str | None = None,
) -> Sheet:
    """Read a ledger from a workbook, a text table or geodata.

    Parameters
    ----------
    file
        Read as what its ending says.
    what
        The kind of ledger, named in problems.
    sheet
        Sheet of a workbook, or layer of geodata.
    header_rows, encoding
        As in `weizhan.geo.tables.read.read_table`.

    Raises
    ------
    InputError
        When the file is not what it says.
    """
    if file.suffix.lower() in TABLE_ENDINGS:
        return read_table(file, what=what, sheet=sheet, header_rows=header_rows, encoding=encoding)
    return _of_geodata(file, what, sheet, encoding)


def typed_rows(
    raw: Sheet,
    kind: LedgerKind,
    *,
    columns: Mapping[str, str],
    datum: Datum,
    file: str,
    dates: SheetDates | None = None,
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
    dates
        What the sheet tells about its dates.

    Returns
    -------
    table
        Every stored column of the kind, ``lon`` and ``lat`` in WGS-84, `ranges`, `row_hash`,
        `source_row` and `plotted`; `key` and `source_sheet` where the ledger has them.
    problems
        Cells that cannot be what their column says.
    """
    rows = raw.table[f.SOURCE_ROW].to_numpy()
    cells, problems = read_columns(
        raw.table, kind.stored, found=columns, what=kind.name, file=file, dates=dates
    )
    nothing = np.full(len(rows), None, dtype=object)
    table = pd.DataFrame(
        {c.name: cells[c.name].values if c.name in cells else nothing for c in kind.stored},
        dtype=object,
    )
    table[RANGES] = _ranges({column.name: cells[column.name] for column in kind.stored
                             if column.name in cells and column.kind in NUMBERS})  # fmt: skip
    if SURE in raw.table:
        table[SURE] = raw.table[SURE].to_numpy(dtype=object)
    _to_wgs84(table, datum, rows, kind, file, problems)
    table[f.SOURCE_ROW] = rows
    for name in (KEY, SOURCE_SHEET):
        if name in raw.table:
            table[name] = raw.table[name].to_numpy(dtype=object)
    table[WORDS] = place_words(table)
    table["row_hash"] = _digests(table, [*(column.name for column in kind.stored), RANGES])
    return table, problems


def visits_made(
    raw: Sheet, columns: Mapping[str, str], *, file: str
) -> tuple[Sheet, list[Problem]]:
    """Leave out planned visits that nobody made: no day, nothing found and no result.

    Parameters
    ----------
    raw
        A ledger of inspections.
    columns
        ``{column: header}``.
    file
        Named in the problem, one for all of them.
    """
    told = [columns[name] for name in VISITED if name in columns]
    said = raw.table[told].map(
        lambda cell: cell is not None and normal(cell).lower() not in MISSING
    )
    made = said.any(axis=1)
    if made.all():
        return raw, []
    left = Problem("warning", "visits_blank", "inspections", file, count=int((~made).sum()))
    return replace(raw, table=raw.table[made].reset_index(drop=True)), [left]


def _ranges(cells: Mapping[str, Cells]) -> list[str | None] | None:
    """Return the numbers of each row that were told as ranges, as JSON; None where none was."""
    told: dict[int, dict[str, list[float | None]]] = {}
    for name, column in cells.items():
        for at in np.flatnonzero(column.loose).tolist():
            ends = [column.low[at], column.high[at]]
            told.setdefault(at, {})[name] = [None if end != end else float(end) for end in ends]
    count = len(next(iter(cells.values())).values) if cells else 0
    return [json.dumps(told[at]) if at in told else None for at in range(count)] or None


def _to_wgs84(
    table: pd.DataFrame,
    datum: Datum,
    rows: Longs,
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


def _of_geodata(file: Path, what: str, layer: str | None, encoding: str | None) -> Sheet:
    frame, problems = read_geodata(file, layer=layer, encoding=encoding, what=what)
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
    return Sheet(table, axes, problems=tuple(problems))
