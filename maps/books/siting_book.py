"""The tables of a siting study as an Excel workbook; no cell is a formula."""

from __future__ import annotations

import datetime as dt
import io

from ...coverage.siting import Study
from ...geo.words import Lang, text
from ..voice import all_tables, cautions, headline, notes, proof
from .table_sheets import table_formats, table_sheet
from .workbook import look, new_book

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
    book = new_book(written, lang=lang)
    day = dt.date.fromisoformat(study.assessed[0].date)
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    style, formats = look(book), table_formats(book)
    said = [
        headline(study, lang),
        *cautions(study, lang),
        "",
        *proof(study, lang),
        "",
        *notes(study, lang),
    ]
    book.add_guide(text("site.notes", lang), said)
    for table in all_tables(study, lang):
        if table.rows:
            table_sheet(book, _title(table.name, lang), table, style, formats, lang)
    book.close()
    return written.getvalue()


def _title(name: str, lang: Lang) -> str:
    key = "site_head.attitude" if name == "robust" else f"site.{TITLES[name]}"
    return text(key, lang)
