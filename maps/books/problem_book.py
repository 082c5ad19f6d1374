"""The list of all that an import found wrong or doubtful, for those who mend the ledger."""

from __future__ import annotations

import io
from collections.abc import Sequence

from ...geo.words import Lang, Problem, grouped, text
from .workbook import cell, look, new_book

COLUMNS = ("severity", "file", "sheet", "row", "feature", "header", "value", "allowed", "said")


def problem_book(problems: Sequence[Problem], *, lang: Lang) -> bytes:
    """Return problems as a workbook: how many of each kind, then every one with its place.

    Parameters
    ----------
    problems
        In any order.
    lang
        Of headings and sentences.
    """
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    style = look(book)
    lines = [text(f"guide_sheet.{name}", lang) for name in ("problems", "printing")]
    book.add_guide(text("guide_sheet.title", lang), lines)
    kinds = book.add_worksheet(text("problem_book.kinds", lang))
    for at, name in enumerate(("severity", "count", "said")):
        kinds.write_string(0, at, text(f"problem_book.{name}", lang), style.head)
        if name == "said":
            kinds.set_column(at, at, 90)
    kinds.freeze_panes(1, 0)
    for number, group in enumerate(grouped(problems), start=1):
        first = group[0]
        severity = text(f"problem.severity_{first.severity}", lang)
        told = (severity, sum(p.count for p in group), first.message(lang))
        for at, value in enumerate(told):
            cell(kinds, number, at, value, style.of())
    sheet = book.add_worksheet(text("problem_book.all", lang))
    for at, name in enumerate(COLUMNS):
        sheet.write_string(0, at, text(f"problem_book.{name}", lang), style.head)
    for number, p in enumerate(problems, start=1):
        severity = text(f"problem.severity_{p.severity}", lang)
        said = (severity, p.file, p.sheet, p.row, p.feature, p.details.get("header", p.column),
                p.value, p.allowed, p.message(lang))  # fmt: skip
        for at, value in enumerate(said):
            cell(sheet, number, at, value, style.of())
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(problems), 1), len(COLUMNS) - 1)
    book.close()
    return written.getvalue()
