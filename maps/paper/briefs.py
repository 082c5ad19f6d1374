"""Briefs on one page or one list: before a key date by community, cases for exposure."""

from __future__ import annotations

from typing import Final

from ...coverage import columns as c
from ...coverage.duties import exposure_cases
from ...coverage.review import Review
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import (
    ledger_known,
    period_said,
)
from .grids import day_of, place_of, said_of
from .meeting import report_of
from .report import Block, Grid, Paragraph, Report

TOP: Final = 10
LATER: Final = 3  # key dates after the next one


def exposure_list(told: Review, *, lang: Lang) -> Report:
    """Return the cases for the quarterly exposure, and how many major hazards are not among them.

    Only what somebody judged to be a major hazard within the period, and what is not mended: a
    listed case is not a major hazard by being listed.

    Parameters
    ----------
    told
        The period, with its cases on the last day.
    lang
        Of the report.
    """
    known = ledger_known(told.found.buildings, c.OPEN_HAZARDS)
    last = told.found.moment.day
    major = exposure_cases(told.cases, start=told.period.first, end=last)
    shown = major[major["exposure"] == "yes"]
    rows = [
        [
            str(row["key"]),
            place_of(row, lang),
            label("hazard_code", row["code"], lang),
            day_of(row["major_on"]),
            said_of(row["major_by"]),
            said_of(row["major_rule"]),
            label("hazard_state", row[f.STATE], lang),
            day_of(row["due_on"]),
        ]
        for row in shown.to_dict("records")
    ]
    heads = [text(f"pack.{n}", lang) for n in ("case", "place", "hazard", "major_on", "major_by",
                                              "major_rule", "state", "due_on")]  # fmt: skip
    blocks: list[Block] = [Paragraph(text("pack.exposure_note", lang), small=True)]
    blocks.append(
        Grid(heads, rows)
        if rows
        else Paragraph(text("pack.none_exposed" if known else "pack.no_hazard_ledger", lang))
    )
    out = major.loc[major["exposure"] != "yes", "exposure"].value_counts()
    left = "；".join(f"{label('exposure', why, lang)} {count}" for why, count in out.items())
    if left:
        blocks.append(Paragraph(text("pack.exposure_left", lang, said=left), small=True))
    title = text("pack.exposure_title", lang, period=period_said(told.period, lang))
    return report_of(told, title, blocks, lang)
