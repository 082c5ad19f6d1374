"""Excel and CSV tables in: Chinese headers, merged cells, GB18030, row numbers kept."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetVisibleEnum,
)

from ..words import InputError, normal
from ..words import fields as f

EXCEL_ENDINGS = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # marks at the beginning of a file
ENCODINGS = ("utf-8-sig", "gb18030")  # tried in this order where none is stated
SHOWN_ROWS = 5
MOST_HEADER_ROWS = 12
A_NOTE = 2  # cells: a row above the headings with no more is a title or a remark
MISSING = frozenset({"", "-", "--", "—", "/", "无", "未知", "不详", "n/a", "na", "null", "none"})

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None


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
        Rows of headers. If not given: leading rows with cells merged across, or with at most one
        cell above a fuller row (a title), stand above the next. Of several rows the lowest that
        says something names the column; where that is not unique the upper rows are put before
        it, with a slash.
    encoding
        Of a CSV; if not given UTF-8, then GB18030.

    Returns
    -------
    DataFrame
        One row a row of the table that holds anything, as objects, and `source_row`, the row
        number as a spreadsheet shows it. Cells merged downwards hold their value in every row.

    Raises
    ------
    InputError
        When the file is missing, empty, unreadable or not what its name says, the sheet does not
        exist, or there is no header.
    """
    rows, merged = _rows(file, sheet, encoding)
    if header_rows is None:
        header_rows = _header_rows(rows, merged)
    if len(rows) < header_rows or not any(_filled(cell) for cell in rows[header_rows - 1]):
        raise InputError("error.no_header", file=file)
    for (top, left), (bottom, right) in merged:
        if top < header_rows and bottom < len(rows):
            for row in range(top, min(bottom, header_rows - 1) + 1):
                rows[row][left : right + 1] = [rows[top][left]] * (right + 1 - left)
        if isinstance(rows[top][left], int | float) and top >= header_rows:
            continue  # a number that stands for several rows counts once, in the first
        for row in range(max(top, header_rows) + 1, min(bottom + 1, len(rows))):
            rows[row][left] = rows[top][left]
    names = _headers(rows[:header_rows])
    if file.suffix.lower() not in EXCEL_ENDINGS:
        _refuse_surplus(file, rows, names, header_rows)
    body = [
        [*row, number]
        for number, row in enumerate(rows[header_rows:], start=header_rows + 1)
        if any(_filled(cell) for cell in row)
    ]
    frame = pd.DataFrame(body, columns=[*names, f.SOURCE_ROW], dtype=object)
    frame = frame.loc[:, [name for name in frame.columns if name]]
    frame[f.SOURCE_ROW] = frame[f.SOURCE_ROW].astype("int64")
    return frame


def _refuse_surplus(file: Path, rows: list[list[Cell]], names: list[str], header_rows: int) -> None:
    """Raise an `InputError` for rows with more cells than headings: a comma in a text shifts."""
    width = max((at + 1 for at, name in enumerate(names) if name), default=0)
    surplus = [
        (number, row)
        for number, row in enumerate(rows[header_rows:], start=header_rows + 1)
        if any(map(_filled, row[width:]))
    ]
    if surplus:
        told = "；".join(
            f"{number}: {', '.join(normal(cell) for cell in row if _filled(cell))}"
            for number, row in surplus[:SHOWN_ROWS]
        )
        raise InputError("error.csv_surplus", file=file, count=len(surplus), width=width, rows=told)


def read_rows(
    file: Path, *, sheet: str | None = None, encoding: str | None = None
) -> list[list[Cell]]:
    """Return all rows of a table as they are, headers and blank rows too.

    Parameters and errors are those of `read_ledger`.
    """
    return _rows(file, sheet, encoding)[0]


def _rows(
    file: Path, sheet: str | None, encoding: str | None
) -> tuple[list[list[Cell]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    if file.suffix.lower() in EXCEL_ENDINGS:
        return _excel_rows(file, sheet)
    return _csv_rows(file, encoding), []


def _header_rows(
    rows: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> int:
    """Count the leading rows that hold headings or a title, and the one that names columns."""
    wide = {start[0] for start, end in merged if end[1] > start[1]}
    filled = [sum(map(_filled, row)) for row in rows[:MOST_HEADER_ROWS]]
    count = 1
    while count < len(filled) and (
        count - 1 in wide
        or (filled[count - 1] <= 1 and filled[count] >= 3)
        or (filled[count - 1] <= A_NOTE and max(filled[count:]) >= 2 * A_NOTE)
    ):
        count += 1
    return count


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
        shown = [
            one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible
        ]
        opened: CalamineSheet = book.get_sheet_by_name(sheet or (shown or names)[0])
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
    if raw[:2] in UTF_16:
        encoding = encoding or "utf-16"
    elif b"\0" in raw[:4096] and not (encoding or "").lower().startswith("utf-16"):
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
    # By the first lines: the words below may hold any number of commas.
    head = "\n".join(content.splitlines()[:MOST_HEADER_ROWS])
    first = next((line for line in head.splitlines() if any(c in line for c in ",;\t，")), "")
    separator = max(",;\t，", key=first.count)
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
