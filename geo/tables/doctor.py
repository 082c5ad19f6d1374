"""The ledger doctor: the user's own workbook with its bad cells marked and commented."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..rules import read_config
from ..words import Lang, OutputError, Problem, normal, take_place, text, writing
from .column import Column
from .ledger_kinds import KINDS
from .read import KNOWN_ROWS
from .schemas import SCHEMAS
from .sheets import EXCEL_ENDINGS, read_rows
from .workbook_facts import OPEN_XML

if TYPE_CHECKING:  # only a doctor loads it; every command loads this room
    import openpyxl
    from openpyxl.worksheet.worksheet import Worksheet

TABLES = EXCEL_ENDINGS | {".csv"}
FILLS = {"error": "FFC7CE", "warning": "FFEB9C", "repaired": "DDEBF7"}  # red, amber, blue
COMMENT_SIZE = (360, 120)  # pixels
LONGEST = 900  # characters of a comment


def doctor(
    file: Path,
    problems: Sequence[Problem],
    out: Path,
    *,
    sheet: str | None = None,
    lang: Lang = "zh",
) -> Path:
    """Write a copy of a workbook with its bad cells filled and commented.

    The copy keeps the user's formatting and gets one more sheet that lists the problems. A CSV
    or an old .xls becomes a plain .xlsx. The original is never written.

    Parameters
    ----------
    file
        The user's ledger.
    problems
        Those of other files are passed by; those without a row are only listed.
    out
        The copy, or a folder into which it goes under its own name; must not exist as a file.
    sheet
        Sheet that was read; the first one if not given.
    lang
        Language of the comments.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    OutputError
        When the copy would overwrite a file, or cannot be written.
    """
    own = [problem for problem in problems if Path(problem.file).name == file.name]
    ending = file.suffix if file.suffix.lower() in OPEN_XML else ".xlsx"
    target = out if out.suffix.lower() in OPEN_XML else out / (file.stem + ending)
    if target.resolve() == file.resolve():
        raise OutputError("error.doctor_same_file", file=file)
    if target.exists():
        raise OutputError("error.doctor_exists", file=target)
    book = _open(file, sheet)
    shown = [page for page in book.worksheets if page.sheet_state == "visible"]
    first = book[sheet] if sheet in book.sheetnames else (shown or book.worksheets)[0]
    pages = {name: book[name] if name in book.sheetnames else first
             for name in {problem.sheet for problem in own}}  # fmt: skip
    headers = {name: _headers(page) for name, page in pages.items()}
    places = [_place(pages[p.sheet], headers[p.sheet], p) for p in own]
    for problem, place in zip(own, places, strict=True):
        if place is not None:
            _mark(pages[problem.sheet], place, problem, lang)
    _list(book, own, places, lang)
    _save(book, target)
    return target


def doctor_tables(
    folder: Path, problems: Sequence[Problem], out: Path, *, lang: Lang = "zh"
) -> list[Path]:
    """Write a marked copy of each workbook and CSV of a town that has problems.

    Parameters
    ----------
    folder
        Of the town; its ``town.toml`` names the tables.
    problems
        From `weizhan.geo.town.examine_town`.
    out
        A folder; copies go there under their own names.
    lang
        Language of the comments.

    Returns
    -------
    list
        The copies.

    Raises
    ------
    OutputError
        When a copy would overwrite a file, or cannot be written.
    """
    config = read_config(folder)
    tables: dict[str, str | None] = {}
    for layer in config.layers.values():
        for source in (layer, *layer.ledgers):
            if Path(source.file).suffix.lower() in TABLES:
                tables.setdefault(source.file, source.sheet)
    ill = {Path(problem.file).name for problem in problems}
    return [
        doctor(folder / file, problems, out, sheet=sheet, lang=lang)
        for file, sheet in tables.items()
        if Path(file).name in ill and (folder / file).exists()
    ]


def _open(file: Path, sheet: str | None) -> openpyxl.Workbook:
    import openpyxl

    if file.suffix.lower() in OPEN_XML:
        return openpyxl.load_workbook(file, keep_vba=file.suffix.lower() == ".xlsm")
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for at, row in enumerate(read_rows(file, sheet=sheet), start=1):
        for column, value in enumerate(row, start=1):
            if value is not None and value != "":
                _write(page, at, column, value)
    return book


def _write(page: Worksheet, row: int, column: int, value: Any) -> None:
    """Write a cell; text stays text even when it begins like a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    cell = page.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"


def _headers(page: Worksheet) -> dict[str, int]:
    """Return the column of each word in the first rows; the lowest row counts."""
    found: dict[str, int] = {}
    for row in page.iter_rows(max_row=min(KNOWN_ROWS, page.max_row)):
        for cell in row:
            if cell.value is not None:
                found[normal(cell.value).replace("\n", "").lower()] = int(cell.column)
    return found


def _place(page: Worksheet, headers: dict[str, int], problem: Problem) -> tuple[int, int] | None:
    """Return row and column of the cell that a problem is about; column 1 for a whole row."""
    cell = re.fullmatch(r"([A-Z]{1,3})(\d+)", problem.details.get("cell", ""))
    if cell:
        return int(cell[2]), page[cell[0]].column
    if problem.row is None:
        return None
    words = [problem.details.get("header", ""), *_words(problem)]
    for word in filter(None, words):
        for part in (word, word.rsplit("/", 1)[-1]):
            at = headers.get(normal(part).lower())
            if at is not None:
                return problem.row, at
    return problem.row, 1


def _words(problem: Problem) -> tuple[str, ...]:
    """Return the words by which a table may call the column of a problem."""
    columns: tuple[Column, ...] = ()
    if problem.layer in SCHEMAS:
        columns += SCHEMAS[problem.layer].columns
    if problem.layer in KINDS:
        columns += KINDS[problem.layer].columns
    return next((c.words for c in columns if c.name == problem.column), (problem.column,))


def _mark(page: Worksheet, place: tuple[int, int], problem: Problem, lang: Lang) -> None:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = page.cell(*place)
    if isinstance(cell, MergedCell):
        area = next(a for a in page.merged_cells.ranges if cell.coordinate in a)
        cell = page.cell(area.min_row, area.min_col)
    said = problem.message(lang)[:LONGEST]
    if cell.comment is None or problem.severity == "error":
        colour = FILLS[problem.severity]
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
    if cell.comment is not None:
        said = f"{cell.comment.text}\n{said}"[:LONGEST]
    comment = Comment(said, text("doctor.author", lang))
    comment.width, comment.height = COMMENT_SIZE
    cell.comment = comment


def _list(
    book: openpyxl.Workbook,
    problems: Sequence[Problem],
    places: Sequence[tuple[int, int] | None],
    lang: Lang,
) -> None:
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(text("doctor.sheet", lang))
    for column, name in enumerate(("row", "cell", "what"), start=1):
        _write(page, 1, column, text(f"doctor.{name}", lang))
    for at, (problem, place) in enumerate(zip(problems, places, strict=True), start=2):
        if place is not None:
            _write(page, at, 1, place[0])
            _write(page, at, 2, f"{get_column_letter(place[1])}{place[0]}")
        _write(page, at, 3, problem.message(lang))
    page.column_dimensions["C"].width = 90


def _save(book: openpyxl.Workbook, target: Path) -> None:
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        try:
            book.save(name)
            take_place(Path(name), target)
        finally:
            Path(name).unlink(missing_ok=True)
