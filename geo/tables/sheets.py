"""Rows of workbooks and text tables as they are: any encoding, any separator, merged cells."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetVisibleEnum,
)

from ..words import InputError
from .workbook_facts import WorkbookFacts, workbook_facts

EXCEL_ENDINGS: Final = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et"})
TABLE_ENDINGS: Final = EXCEL_ENDINGS | {".csv", ".tsv", ".txt"}
ENCODINGS: Final = ("utf-8-sig", "gb18030")  # tried in this order where none is stated
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")  # marks at the beginning of a file
ENCRYPTED: Final = b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e"
SEPARATORS: Final = ",;\t，|"
HEAD_LINES: Final = 12  # of a text table, in which its separator shows

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None
Area = tuple[tuple[int, int], tuple[int, int]]  # first and last row and column, from 0


@dataclass(frozen=True)
class RawSheet:
    """One sheet as it is in its file.

    Attributes
    ----------
    name
        Of the sheet; empty for a text table.
    rows
        All rows, also blank ones, of equal length.
    lengths
        How many cells each row of a text table has; empty for a workbook, whose rows have as
        many as they show.
    merged
        Areas of merged cells.
    separator
        Of a text table.
    facts
        What else stands in the XML of the sheet.
    """

    name: str
    rows: list[list[Cell]]
    lengths: tuple[int, ...] = ()
    merged: tuple[Area, ...] = ()
    separator: str = ""
    facts: WorkbookFacts = field(default_factory=WorkbookFacts)


def raw_sheets(
    file: Path, *, sheet: str | None = None, encoding: str | None = None
) -> tuple[list[RawSheet], list[str]]:
    """Read the sheets of a workbook, or a text table.

    Parameters
    ----------
    file
        Read as what its ending says.
    sheet
        Name of one sheet; all that are not hidden if not given.
    encoding
        Of a text table; if not given UTF-8, then GB18030.

    Returns
    -------
    sheets
        In the order of the workbook.
    hidden
        Names of the sheets that were passed by.

    Raises
    ------
    InputError
        When the file is missing, empty, encrypted, unreadable or not what its name says, or the
        sheet does not exist.
    """
    readable(file)
    if file.suffix.lower() in EXCEL_ENDINGS:
        return _workbook(file, sheet)
    return [_text_table(file, encoding)], []


def read_rows(
    file: Path, *, sheet: str | None = None, encoding: str | None = None
) -> list[list[Cell]]:
    """Return all rows of the first sheet, or the one named, headers and blank rows too.

    Parameters and errors are those of `raw_sheets`.
    """
    return raw_sheets(file, sheet=sheet, encoding=encoding)[0][0].rows


def filled(cell: Cell) -> bool:
    """Return whether a cell says anything."""
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _workbook(file: Path, sheet: str | None) -> tuple[list[RawSheet], list[str]]:
    try:
        if file.suffix.lower() == ".et":  # as WPS calls what is an .xls inside
            book = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
        else:
            book = CalamineWorkbook.from_path(file)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(
                "error.sheet_unknown", file=file, sheet=sheet, allowed=", ".join(names)
            )
        shown = [
            one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible
        ]
        wanted = [sheet] if sheet is not None else shown or names[:1]
        read = [_sheet(book, name, file) for name in wanted]
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        if ENCRYPTED in file.read_bytes():
            raise InputError("error.file_encrypted", file=file) from error
        raise InputError("error.not_excel", file=file) from error
    return read, [name for name in names if sheet is None and name not in wanted]


def _sheet(book: CalamineWorkbook, name: str, file: Path) -> RawSheet:
    facts = workbook_facts(file, sheet=name)
    if facts.far:  # before it is opened: the reader would abort the whole process
        raise InputError("error.sheet_far_cell", file=file, sheet=name, cell=facts.far)
    page: CalamineSheet = book.get_sheet_by_name(name)
    rows: list[list[Cell]] = [list(row) for row in page.to_python(skip_empty_area=False)]
    return RawSheet(name, rows, merged=tuple(page.merged_cell_ranges or ()), facts=facts)


def _text_table(file: Path, encoding: str | None) -> RawSheet:
    raw = file.read_bytes()
    if raw[:2] in UTF_16:
        encoding = encoding or "utf-16"
    elif b"\0" in raw[:4096] and not (encoding or "").lower().startswith("utf-16"):
        raise InputError("error.not_csv", file=file)
    for choice in (encoding,) if encoding else ENCODINGS:
        try:
            content = raw.decode(choice)
            break
        except (UnicodeError, LookupError):
            continue
    else:
        tried = encoding or ", ".join(ENCODINGS)
        raise InputError("error.csv_encoding", file=file, tried=tried)
    separator = _separator(content.splitlines()[:HEAD_LINES])
    try:
        lines = [*csv.reader(io.StringIO(content, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise InputError("error.csv_quotes", file=file) from error
    width = max(map(len, lines), default=0)
    rows: list[list[Cell]] = [[*line, *[None] * (width - len(line))] for line in lines]
    return RawSheet("", rows, lengths=tuple(map(len, lines)), separator=separator)


def _separator(head: list[str]) -> str:
    """Return what divides the cells of the first lines: what most of them have equally often.

    A title above the headings, and descriptions, may hold any number of commas; the Chinese one
    divides only where nothing else does.
    """

    def regular(mark: str) -> int:
        times = Counter(count for line in head if (count := line.count(mark)))
        return max((count * lines for count, lines in times.items()), default=0)

    several = [m for m in SEPARATORS if m != "，" and sum(m in line for line in head) > 1]
    return max(several or SEPARATORS, key=regular)


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
