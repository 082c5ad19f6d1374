"""The tables of a siting study as an Excel workbook; no cell is a formula."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

from ...coverage.siting import Study
from ...geo.words import Lang, text
from ..voice import Kind, Table, all_tables, cautions, headline, notes, proof
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
}
TITLES = {
    "sites": "sites",
    "by_stations": "by_stations",
    "by_budget": "by_budget",
    "plans": "plans",
    "robust": "attitude",
    "communities": "communities",
    "must": "must",
    "hosts": "hosts",
    "candidates": "site_other",
    "dropped": "dropped",
}
WIDEST = 60


def siting_book(study: Study, *, lang: Lang) -> bytes:
    """Return the workbook: the answer first, then a sheet a table.

    Parameters
    ----------
    study
        What to write.
    lang
        Language of headings and words.
    """
    written = io.BytesIO()
    book = new_book(written)
    day = dt.date.fromisoformat(study.assessed[0].date)
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    style = look(book)
    formats = {kind: book.add_format({**BASE, "num_format": FORMATS[kind]}) for kind in FORMATS}
    first = book.add_worksheet(text("site.notes", lang)[:31])
    first.set_column(0, 0, 110)
    said = [
        headline(study, lang),
        *cautions(study, lang),
        "",
        *proof(study, lang),
        "",
        *notes(study, lang),
    ]
    for row, line in enumerate(said):
        cell(first, row, 0, line, style.wrapped)
    for table in all_tables(study, lang):
        if table.rows:
            _sheet(book, table, style, formats, lang)
    book.close()
    return written.getvalue()


def _title(name: str, lang: Lang) -> str:
    key = "site_head.attitude" if name == "robust" else f"site.{TITLES[name]}"
    return text(key, lang)[:31]


def _sheet(
    book: Workbook, table: Table, style: Look, formats: dict[Kind, Format], lang: Lang
) -> None:
    page = book.add_worksheet(_title(table.name, lang))
    for at, (head, (_, kind)) in enumerate(zip(table.heads(lang), table.columns, strict=True)):
        cell(page, 0, at, head, style.head)
        values = [row[at] for row in table.rows]
        for number, value in enumerate(values, start=1):
            cell(page, number, at, value, formats[kind])
        widths = [_width(value) for value in (head, *values[:200]) if value is not None]
        page.set_column(at, at, min(max(widths) + 2, WIDEST))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _width(value: object) -> float:
    if isinstance(value, str):
        return sum(2.0 if ord(letter) > 0x2E7F else 1.1 for letter in value)
    return 12.0
