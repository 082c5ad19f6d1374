"""The tables of a siting study as an Excel workbook; no cell is a formula."""

from __future__ import annotations

from ...coverage.siting import Study
from ...geo.words import Lang, text
from ..voice import all_tables, cautions, headline, notes, proof
from .study_book import study_book

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
    said = [
        headline(study, lang),
        *cautions(study, lang),
        "",
        *proof(study, lang),
        "",
        *notes(study, lang),
    ]
    tables = [(_title(table.name, lang), table) for table in all_tables(study, lang)]
    day = study.assessed[0].date
    return study_book(text("site.notes", lang), said, tables, date=day, lang=lang)


def _title(name: str, lang: Lang) -> str:
    key = "site_head.attitude" if name == "robust" else f"site.{TITLES[name]}"
    return text(key, lang)
