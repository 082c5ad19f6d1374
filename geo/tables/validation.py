"""Rows of a table read column by column; every cell that cannot be is told with its row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ..words import Problem, normal, parse_hours
from ..words import fields as f
from .cells import Cells, SheetDates, read_cells
from .column import DATES, NUMBERS, Column, allowed_words, complaint
from .read import SOURCE_SHEET
from .schemas import Schema

HOURS_SHOWN: Final = 8  # readings of hours in one message
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
SHOWN: Final = 5  # cells of a column that were read loosely, in one message


def read_columns(
    table: pd.DataFrame,
    columns: Sequence[Column],
    *,
    found: Mapping[str, str],
    what: str,
    file: str,
    dates: SheetDates | None = None,
    features: Sequence[str] = (),
) -> tuple[dict[str, Cells], list[Problem]]:
    """Read the columns of a table that were found.

    Parameters
    ----------
    table
        As it is in the file, with `source_row`, and `source_sheet` where there are several.
    columns
        What is looked for.
    found
        ``{our name: header}``.
    what, file
        The layer or kind of ledger and its file, named in problems.
    dates
        What the sheet tells about its dates; see `SheetDates`.
    features
        Identities of the rows, named in problems.

    Returns
    -------
    cells
        By our name, for the columns that were found.
    problems
        One for every cell that cannot be what its column says and every required cell that is
        missing, one for every column with cells that were read as more exact than they are.
    """
    rows = table[f.SOURCE_ROW].to_numpy()
    sheets = table[SOURCE_SHEET].tolist() if SOURCE_SHEET in table else [""] * len(table)
    names = list(features) or [""] * len(table)
    read: dict[str, Cells] = {}
    problems: list[Problem] = []
    for column in columns:
        header = found.get(column.name)
        if header is None:
            continue
        raw = table[header]
        cells = read[column.name] = read_cells(raw, column, dates=dates)
        blank = np.array([value is None for value in cells.values], dtype=bool)
        for at in np.flatnonzero(cells.wrong | (blank & column.required)).tolist():
            wrong = bool(cells.wrong[at])
            doubt = column.kind == "hours" and wrong  # kept: open or not is unknown
            problems.append(
                Problem(
                    "warning" if doubt else "error",
                    complaint(column) if wrong else "value_missing",
                    what,
                    file,
                    int(rows[at]),
                    names[at],
                    column.name,
                    "" if column.personal or not wrong else str(raw.iloc[at]),
                    allowed_words(column),
                    details={"header": header},
                    sheet=sheets[at],
                )
            )
        if cells.loose.any():
            problems.append(_loose(column, header, raw, cells, rows, what=what, file=file))
    return read, problems


def validate(
    frame: pd.DataFrame,
    schema: Schema,
    *,
    columns: Mapping[str, str],
    file: str,
    dates: SheetDates | None = None,
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Read a layer's columns as what they are.

    Parameters
    ----------
    frame
        The layer as it is in the file, with `source_row`; without a geometry it gets none.
    schema
        What the layer holds.
    columns
        ``{our name: header}``, from `match_headers`.
    file
        Named in messages.
    dates
        What the sheet tells about its dates.

    Returns
    -------
    frame
        All columns of the schema, then `source_row`, then `geometry`: text and codes as
        strings, numbers as float64, None or NaN where missing. A number that some cell gives as
        a range has two more columns, ``<name>_low`` and ``<name>_high``. Other columns are left
        out.
    problems
        Those of `read_columns`, every double identity, and every required column that is
        missing.
    """
    problems: list[Problem] = []
    identity = _identities(frame, schema, columns, file, problems)
    others = [column for column in schema.columns if column.name != schema.identity]
    cells, told = read_columns(
        frame, others, found=columns, what=schema.layer, file=file, dates=dates,
        features=identity.tolist(),
    )  # fmt: skip
    problems += told
    known: dict[str, Any] = {schema.identity: identity}
    bounds: dict[str, Any] = {}
    for column in others:
        read = cells.get(column.name)
        if read is None:
            known[column.name] = _nothing(column, frame.index)
            if column.required:
                problems.append(
                    Problem("error", "column_missing", schema.layer, file, column=column.name,
                            allowed=", ".join(column.words))
                )  # fmt: skip
        elif column.kind in NUMBERS:
            known[column.name] = pd.Series(read.numbers(), index=frame.index)
            if read.loose.any():
                bounds |= {f"{column.name}_low": read.low, f"{column.name}_high": read.high}
        else:
            known[column.name] = pd.Series(read.values, index=frame.index, dtype=object)
            if column.kind == "hours":
                problems += _told_hours(known[column.name], column, schema, file)
    known[f.SOURCE_ROW] = frame[f.SOURCE_ROW]
    names = (*schema.names, f.SOURCE_ROW)
    table = pd.DataFrame({name: known[name] for name in names}).assign(**bounds)
    if isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs), problems
    nowhere = gpd.GeoSeries([None] * len(table), index=table.index)
    return gpd.GeoDataFrame(table, geometry=nowhere), problems


def _told_hours(texts: pd.Series[Any], column: Column, schema: Schema, file: str) -> list[Problem]:
    """Say how hours written in Chinese were read, one line a column."""
    chinese = texts[texts.map(lambda text: isinstance(text, str) and bool(_CHINESE.search(text)))]
    readings = {text: parse_hours(text).reads_as for text in chinese.unique()}
    shown = [f"{text} → {told}" for text, told in readings.items() if told is not None]
    if not shown:
        return []
    more = "…" if len(shown) > HOURS_SHOWN else ""
    return [
        Problem(
            "repaired", "hours_read_as", schema.layer, file, column=column.name,
            count=int(chinese.map(readings).notna().sum()),
            details={"readings": "；".join(shown[:HOURS_SHOWN]) + more},
        )
    ]  # fmt: skip


def _loose(
    column: Column,
    header: str,
    raw: pd.Series[Any],
    cells: Cells,
    rows: np.ndarray,
    *,
    what: str,
    file: str,
) -> Problem:
    """Tell the cells of a column that were read as more exact than they are."""
    at = np.flatnonzero(cells.loose).tolist()
    told = []
    for i in at[:SHOWN]:
        low, high = cells.low[i], cells.high[i]
        ends = "" if np.isnan(low) and np.isnan(high) else f" ({_end(low)}–{_end(high)})"
        value = cells.values[i]
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        told.append(f"{int(rows[i])}: {normal(raw.iloc[i])} → {shown}{ends}")
    code = "read_as_date" if column.kind in DATES else "read_as_range"
    if column.kind == "text":
        code = "digits_lost"
    return Problem(
        "warning" if code == "digits_lost" else "repaired",
        code,
        what,
        file,
        int(rows[at[0]]),
        column=column.name,
        value="" if column.personal else "；".join(told) + ("…" if len(at) > SHOWN else ""),
        count=len(at),
        details={"header": header},
    )


def _end(number: float) -> str:
    return "?" if np.isnan(number) else f"{number:g}"


def _identities(
    frame: pd.DataFrame,
    schema: Schema,
    columns: Mapping[str, str],
    file: str,
    problems: list[Problem],
) -> pd.Series[Any]:
    rows = frame[f.SOURCE_ROW]
    header = columns.get(schema.identity)
    if header is None:
        problems.append(
            Problem("warning", "identity_made", schema.layer, file, column=schema.identity)
        )
        made: pd.Series[Any] = rows.astype(str)
        return made
    cells = read_cells(frame[header], schema.column(schema.identity))
    found = pd.Series(cells.values, index=frame.index, dtype=object)
    where = found.isna()
    identity: pd.Series[Any] = found.where(~where, "#" + rows.astype(str))
    double = identity.duplicated(keep=False)
    for at in np.flatnonzero(where | double):
        problems.append(
            Problem(
                "error",
                "value_missing" if where.iloc[at] else "identity_double",
                schema.layer,
                file,
                int(rows.iloc[at]),
                str(identity.iloc[at]),
                schema.identity,
                "" if where.iloc[at] else str(identity.iloc[at]),
                details={"header": header},
            )
        )
    if cells.loose.any():
        problems.append(
            _loose(schema.column(schema.identity), header, frame[header], cells, rows.to_numpy(),
                   what=schema.layer, file=file)
        )  # fmt: skip
    return identity


def _nothing(column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    if column.kind in NUMBERS:
        return pd.Series(np.nan, index=index, dtype="float64")
    return pd.Series(None, index=index, dtype=object)
