"""Cells corrected by hand: kept beside the town with who and when; the user's file stays.

A correction holds as long as the value that it replaces still stands in the file. Once the file
says something else it is told, and the file counts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..postgis import server_of
from ..rules import LedgerSource
from ..words import InputError, Problem, normal, whole_file
from ..words import fields as f
from .cells import MISSING
from .headers import columns_found, match_headers
from .read import SOURCE_SHEET, Sheet
from .schemas import Schema

CORRECTIONS_FILE: Final = "corrections.json"  # beside town.toml


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell corrected by hand.

    Attributes
    ----------
    number
        By which it is undone; the first is 1.
    at, by
        When, and who.
    layer, file, sheet, row
        Where it stands: ``file`` as ``town.toml`` names it, ``row`` as a spreadsheet shows it.
    key
        Identity of the row, by which it is found again when rows move; empty without one.
    header, column
        What the file and what we call the column.
    old, new
        What stood there, and what counts instead.
    undone
        When it was taken back, empty while it holds.
    """

    number: int
    at: str
    by: str
    layer: str
    file: str
    sheet: str
    row: int
    key: str
    header: str
    column: str
    old: str
    new: str
    undone: str = ""


def read_corrections(folder: Path) -> list[Correction]:
    """Return all corrections of a town, also those that were undone, in their order.

    Raises
    ------
    InputError
        When the file was changed by hand into something else.
    """
    file = folder / CORRECTIONS_FILE
    try:
        return [Correction(**one) for one in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise InputError("error.file_unreadable", file=file, why=error) from error


@dataclass(frozen=True, slots=True)
class NewValue:
    """What is to count instead of a cell.

    Attributes
    ----------
    source
        The file, as ``town.toml`` says it.
    sheet
        The table as it is in the file, as `read_layer` or `read_table` gives it.
    schema
        What the layer holds.
    row, page
        Where the cell stands; the sheet of the workbook where several were read.
    column
        Ours.
    old
        What whoever corrects saw.
    new
        What is to count.
    """

    source: LedgerSource
    sheet: Sheet
    schema: Schema
    row: int
    page: str
    column: str
    old: str
    new: str


def correct_cells(
    folder: Path, values: Sequence[NewValue], *, by: str, at: dt.datetime
) -> list[Correction]:
    """Keep what counts instead of some cells: all of them, or none where one cannot be.

    Parameters
    ----------
    folder
        Of the town.
    values
        One a cell.
    by, at
        Who, and when.

    Returns
    -------
    list
        The corrections as they were kept.

    Raises
    ------
    InputError
        When a row or column is not there, or holds something else by now.
    OutputError
        When the folder cannot be written to.
    """
    if server_of(folder) is not None:
        raise InputError("error.correct_shared", folder=folder)
    kept = read_corrections(folder)
    stamp = at.isoformat(timespec="seconds")
    made = []
    for value in values:
        one, standing = _correction(value, kept, by=by.strip(), stamp=stamp)
        kept = [replace(old, undone=stamp) if old in standing else old for old in kept] + [one]
        made.append(one)
    _write(folder, kept)
    return made


def _correction(
    value: NewValue, earlier: Sequence[Correction], *, by: str, stamp: str
) -> tuple[Correction, list[Correction]]:
    """Return the correction of a cell, and those of the same cell that held until now."""
    table, schema = value.sheet.table, value.schema
    stated = value.source.columns
    found = columns_found(match_headers(value.sheet.headers, schema.columns, stated=stated))
    # Coordinates have no column of ours; a problem names them as the file does.
    placed = value.column if value.column in value.sheet.placed else None
    header = found.get(value.column, placed)
    rows = _rows(table, value.row, value.page)
    if header is None or len(rows) != 1:
        raise InputError("error.correct_nowhere", row=value.row, column=value.column)
    held = _said(table.at[rows[0], header])
    standing = [
        one for one in earlier
        if not one.undone and (one.layer, one.file, one.sheet, one.row, one.header)
        == (schema.layer, value.source.file, value.page, value.row, header)
    ]  # fmt: skip
    counts = standing[-1].new if standing else held
    if counts != normal(value.old):
        raise InputError("error.correct_moved", row=value.row, column=header, value=counts)
    identity = found.get(schema.identity)
    key = "" if identity in (None, header) else _said(table.at[rows[0], identity])
    number = max((one.number for one in earlier), default=0) + 1
    made = Correction(number, stamp, by, schema.layer, value.source.file, value.page, value.row,
                      key, header, value.column, held, normal(value.new))  # fmt: skip
    return made, standing


def undo_correction(folder: Path, number: int, *, at: dt.datetime) -> None:
    """Let a cell count again as it is in the file.

    Parameters
    ----------
    folder
        Of the town.
    number
        Of the correction; one that does not hold any more stays as it is.
    at
        When this is done.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    stamp = at.isoformat(timespec="seconds")
    kept = [
        replace(one, undone=stamp) if one.number == number and not one.undone else one
        for one in read_corrections(folder)
    ]
    _write(folder, kept)


def corrected(
    sheet: Sheet, corrections: Sequence[Correction], source: LedgerSource, *, schema: Schema
) -> Sheet:
    """Return a table with its corrections put in.

    Parameters
    ----------
    sheet
        As it is in the file.
    corrections
        Of the town.
    source
        As ``town.toml`` says it.
    schema
        What the layer holds.

    Returns
    -------
    Sheet
        With the values that count, and one more problem a correction: put in, or why not.
    """
    own = [
        one for one in corrections
        if not one.undone and one.layer == schema.layer and one.file == source.file
    ]  # fmt: skip
    if not own:
        return sheet
    found = columns_found(match_headers(sheet.headers, schema.columns, stated=source.columns))
    identity = found.get(schema.identity)
    table = sheet.table.copy()
    problems = []
    for one in own:
        rows = _rows(table, one.row, one.sheet)
        if one.key and identity is not None:
            same = table.index[table[identity].map(_said) == one.key]
            rows = list(same.intersection(rows)) or (list(same) if len(same) == 1 else [])
        if len(rows) != 1 or one.header not in table:
            problems.append(_told(one, "warning", "correction_lost", source))
        elif (standing := _said(table.at[rows[0], one.header])) != one.old:
            problems.append(_told(one, "warning", "correction_stale", source, standing))
        else:
            if table[one.header].dtype != object:
                table[one.header] = table[one.header].astype(object)
            table.at[rows[0], one.header] = one.new or None
            problems.append(_told(one, "repaired", "corrected", source))
    return replace(sheet, table=table, problems=(*sheet.problems, *problems))


def _rows(table: pd.DataFrame, row: int, page: str) -> list[Any]:
    there = table[f.SOURCE_ROW] == row
    if page and SOURCE_SHEET in table:
        there &= table[SOURCE_SHEET] == page
    return list(table.index[there])


def _said(cell: object) -> str:
    """Return what a cell says, empty where it says nothing."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    said = normal(cell)
    return "" if said.lower() in MISSING else said


def _told(
    one: Correction, severity: Any, code: str, source: LedgerSource, standing: str = ""
) -> Problem:
    name = getattr(source, "origin", "") or source.file
    return Problem(
        severity, code, one.layer, name, one.row, one.key, one.column, one.old,
        details={"header": one.header, "new": one.new, "by": one.by, "at": one.at[:10],
                 "standing": standing},
        sheet=one.sheet,
    )  # fmt: skip


def _write(folder: Path, corrections: Sequence[Correction]) -> None:
    records = [asdict(one) for one in corrections]
    text = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    whole_file(folder / CORRECTIONS_FILE, text)
