"""The tables of a study of measures as an Excel workbook; no cell is a formula."""

from __future__ import annotations

import datetime as dt
import io

from ...coverage.measures import TownMeasures
from ...geo.words import Lang, text
from ..voice import (
    draws_said,
    measures_cautions,
    measures_headline,
    measures_notes,
    measures_proof,
    measures_tables,
    slices_said,
)
from .table_sheets import table_formats, table_sheet
from .workbook import look, new_book


def measures_book(found: TownMeasures, *, lang: Lang) -> bytes:
    """Return the workbook: the answer first, then a sheet a table.

    Parameters
    ----------
    found
        What to write.
    lang
        Language of headings and words.
    """
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    day = dt.date.fromisoformat(found.assessed[0].date)
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    style, formats = look(book), table_formats(book)
    said = [
        measures_headline(found, lang),
        *measures_cautions(found, lang),
        *slices_said(found, lang),
        draws_said(found, lang),
        "",
        *measures_proof(found, lang),
        "",
        *measures_notes(found, lang),
    ]
    book.add_guide(text("measures.answer", lang), said)
    for table in measures_tables(found, lang):
        if table.rows:
            title = text(f"measures.{table.name}", lang)
            table_sheet(book, title, table, style, formats, lang)
    book.close()
    return written.getvalue()
