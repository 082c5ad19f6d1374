"""The tables of a siting study as an Excel workbook; no cell is a formula."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ...coverage.siting import Study
from ...geo.words import Lang, text
from ..voice import Kind, Table, all_tables, headline, notes, proof

FORMATS: dict[Kind, str] = {
    "text": "@",
    "count": "0",
    "share": "0.0%",
    "yuan": "#,##0",
    "degrees": "0.000000",
}
TITLES = {
    "sites": "sites",
    "by_stations": "by_stations",
    "by_budget": "by_budget",
    "plans": "plans",
    "robust": "attitude",
    "communities": "communities",
    "must": "must",
    "candidates": "site_other",
    "dropped": "dropped",
}
WIDEST = 60


def write_book(study: Study, file: Path, *, lang: Lang) -> None:
    """Write the workbook: the answer first, then a sheet a table."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = text("site.notes", lang)[:31]
    said = [headline(study, lang), "", *proof(study, lang), "", *notes(study, lang)]
    for row, line in enumerate(said, start=1):
        _put(first.cell(row, 1), line, "text")
        first.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    first.column_dimensions["A"].width = 110
    for table in all_tables(study, lang):
        if table.rows:
            _sheet(book.create_sheet(_title(table.name, lang)), table, lang)
    book.active = 0
    book.save(file)


def _title(name: str, lang: Lang) -> str:
    key = "site_head.attitude" if name == "robust" else f"site.{TITLES[name]}"
    return text(key, lang)[:31]


def _sheet(page: Worksheet, table: Table, lang: Lang) -> None:
    for column, head in enumerate(table.heads(lang), start=1):
        cell = page.cell(1, column)
        _put(cell, head, "text")
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8E3D8")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(table.rows, start=2):
        for column, (value, (_, kind)) in enumerate(zip(row, table.columns, strict=True), start=1):
            _put(page.cell(number, column), value, kind)
    for column in range(1, len(table.columns) + 1):
        cells = [page.cell(row, column).value for row in range(1, min(len(table.rows), 200) + 2)]
        wide = max(_width(value) for value in cells if value is not None) + 2
        page.column_dimensions[get_column_letter(column)].width = min(wide, WIDEST)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _put(cell: Cell, value: object, kind: Kind) -> None:
    """Put a value as what it is; text stays text, whatever it begins with."""
    if value is None:
        return
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)[:32_000]
        cell.data_type = "s"
        return
    cell.value = value
    cell.number_format = FORMATS[kind]


def _width(value: object) -> float:
    if isinstance(value, str):
        return sum(2.0 if ord(letter) > 0x2E7F else 1.1 for letter in value)
    return 12.0
