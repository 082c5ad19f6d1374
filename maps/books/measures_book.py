"""The tables of a study of measures as an Excel workbook; no cell is a formula."""

from __future__ import annotations

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
from .study_book import study_book


def measures_book(found: TownMeasures, *, lang: Lang) -> bytes:
    """Return the workbook: the answer first, then a sheet a table.

    Parameters
    ----------
    found
        What to write.
    lang
        Language of headings and words.
    """
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
    tables = [(text(f"measures.{t.name}", lang), t) for t in measures_tables(found, lang)]
    day = found.assessed[0].date
    return study_book(text("measures.answer", lang), said, tables, date=day, lang=lang)
