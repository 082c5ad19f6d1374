"""The workbook of a study: the answer first, then a sheet a table; no cell is a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...geo.words import Lang
from ..voice import Kind, Table
from .workbook import BASE, Look, cell, look, new_book

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


def study_book(
    guide: str, said: Sequence[str], tables: Sequence[tuple[str, Table]], *, date: str, lang: Lang
) -> bytes:
    """Return a workbook made on a day: lines under a title, then each table that has rows."""
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    made = dt.datetime.combine(dt.date.fromisoformat(date), dt.time())
    book.set_properties({"created": made})
    style = look(book)
    formats = {kind: book.add_format({**BASE, "num_format": FORMATS[kind]}) for kind in FORMATS}
    book.add_guide(guide, list(said))
    for title, table in tables:
        if table.rows:
            _sheet(book, title, table, style, formats, lang)
    book.close()
    return written.getvalue()


def _sheet(
    book: Workbook, title: str, table: Table, style: Look, formats: dict[Kind, Format], lang: Lang
) -> None:
    page = book.add_worksheet(title[:31])
    for at, (head, (_, kind)) in enumerate(zip(table.heads(lang), table.columns, strict=True)):
        cell(page, 0, at, head, style.head)
        values = [row[at] for row in table.rows]
        for number, value in enumerate(values, start=1):
            cell(page, number, at, value, formats[kind])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
