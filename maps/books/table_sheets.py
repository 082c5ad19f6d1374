"""A table of a study as a sheet of a workbook; no cell is a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...geo.words import Lang
from ..voice import Kind, Table
from .workbook import BASE, Look, cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

FORMATS: dict[Kind, str] = {
    "text": "@",
    "count": "0",
    "share": "0.0%",
    "yuan": "#,##0",
    "degrees": "0.000000",
    "index": "0.####",
    "minutes": "0.0",
}


def table_formats(book: Workbook) -> dict[Kind, Format]:
    """Add a format for each kind of cell to a workbook."""
    return {kind: book.add_format({**BASE, "num_format": FORMATS[kind]}) for kind in FORMATS}


def table_sheet(
    book: Workbook, title: str, table: Table, style: Look, formats: dict[Kind, Format], lang: Lang
) -> None:
    """Add a table as a sheet."""
    page = book.add_worksheet(title[:31])
    for at, (head, (_, kind)) in enumerate(zip(table.heads(lang), table.columns, strict=True)):
        cell(page, 0, at, head, style.head)
        values = [row[at] for row in table.rows]
        for number, value in enumerate(values, start=1):
            cell(page, number, at, value, formats[kind])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
