"""Excel and CSV tables in: Chinese headers, merged cells, GB18030, row numbers kept."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from . import fields as f
from .errors import InputError

EXCEL_ENDINGS = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})
ENCODINGS = ("utf-8-sig", "gb18030")  # tried in this order where none is stated
MISSING = frozenset({"", "-", "--", "—", "/", "无", "未知", "不详", "n/a", "na", "null", "none"})

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None


def normal(value: object) -> str:
    """Return text as it compares: NFKC (full-width becomes half-width), no outer blanks."""
    return unicodedata.normalize("NFKC", str(value)).strip()


def read_ledger(
    file: Path,
    *,
    sheet: str | None = None,
    header_rows: int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read a table with its headers in the first rows.

    Parameters
    ----------
    file
        Excel workbook, or CSV.
    sheet
        Name of the sheet; the first one if not given.
    header_rows
        Rows of headers. If not given: two where the first row has merged cells, else one. Of
        several rows the lowest that says something names the column; where that is not unique
        the upper rows are put before it, with a slash.
    encoding
        Of a CSV; if not given UTF-8, then GB18030.

    Returns
    -------
    DataFrame
        One row a row of the table that holds anything, as objects, and `source_row`, the row
        number as a spreadsheet shows it.

    Raises
    ------
    InputError
        When the file is missing, empty, unreadable or not what its name says, the sheet does not
        exist, or there is no header.
    """
    if file.suffix.lower() in EXCEL_ENDINGS:
        rows, merged = _excel_rows(file, sheet)
    else:
        rows, merged = _csv_rows(file, encoding), []
    if header_rows is None:
        wide = any(start[0] == 0 and end[1] > start[1] for start, end in merged)
        header_rows = 2 if wide else 1
    if len(rows) < header_rows or not any(_filled(cell) for cell in rows[header_rows - 1]):
        raise InputError("error.no_header", file=file)
    for (top, left), (bottom, right) in merged:
        if top < header_rows and bottom < len(rows):
            for row in range(top, min(bottom, header_rows - 1) + 1):
                rows[row][left : right + 1] = [rows[top][left]] * (right + 1 - left)
    names = _headers(rows[:header_rows])
    body = [
        [*row, number]
        for number, row in enumerate(rows[header_rows:], start=header_rows + 1)
        if any(_filled(cell) for cell in row)
    ]
    frame = pd.DataFrame(body, columns=[*names, f.SOURCE_ROW], dtype=object)
    frame = frame.loc[:, [name for name in frame.columns if name]]
    frame[f.SOURCE_ROW] = frame[f.SOURCE_ROW].astype("int64")
    return frame


def _filled(cell: Cell) -> bool:
    return cell is not None and normal(cell) != ""


def _headers(rows: list[list[Cell]]) -> list[str]:
    """Name columns by the lowest header cell, by the whole path where that is not unique."""
    paths = []
    for cells in zip(*rows, strict=True):
        path: list[str] = []
        for cell in cells:
            part = normal(cell).replace("\n", "") if _filled(cell) else ""
            if part and (not path or path[-1] != part):
                path.append(part)
        paths.append(path)
    last = [path[-1] if path else "" for path in paths]
    names = [
        name if last.count(name) == 1 else "/".join(path)
        for name, path in zip(last, paths, strict=True)
    ]
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        if name:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                names[i] = f"{name}#{seen[name]}"
    return names


def _excel_rows(
    file: Path, sheet: str | None
) -> tuple[list[list[Cell]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    readable(file)
    try:
        book = CalamineWorkbook.from_path(file)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(
                "error.sheet_unknown", file=file, sheet=sheet, allowed=", ".join(names)
            )
        opened: CalamineSheet = book.get_sheet_by_name(sheet or names[0])
        rows: list[list[Cell]] = [list(r) for r in opened.to_python(skip_empty_area=False)]
        merged = opened.merged_cell_ranges or []
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("error.not_excel", file=file) from error
    return rows, merged


def _csv_rows(file: Path, encoding: str | None) -> list[list[Cell]]:
    readable(file)
    raw = file.read_bytes()
    if b"\0" in raw[:4096]:
        raise InputError("error.not_csv", file=file)
    for choice in (encoding,) if encoding else ENCODINGS:
        try:
            content = raw.decode(choice)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        tried = encoding or ", ".join(ENCODINGS)
        raise InputError("error.csv_encoding", file=file, tried=tried)
    separator = max(",;\t，", key=content[:4096].count)
    lines = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    rows: list[list[Cell]] = [list(row) for row in lines]
    width = max((len(row) for row in rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def readable(file: Path) -> None:
    """Raise an `InputError` when a file is missing, a folder, empty or may not be read."""
    try:
        if not file.exists():
            raise InputError("error.file_missing", file=file)
        if file.is_dir():
            raise InputError("error.file_is_folder", file=file)
        if file.stat().st_size == 0:
            raise InputError("error.file_empty", file=file)
        with file.open("rb"):
            pass
    except PermissionError as error:
        raise InputError("error.file_no_rights", file=file) from error
