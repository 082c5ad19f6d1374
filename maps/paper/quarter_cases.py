"""Cases of a quarter: what may be exposed, what is under listed supervision, and the talks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...coverage import columns as c
from ...coverage.duties import exposure_cases
from ...coverage.review import Review
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import ledger_known, period_said
from .duty_papers import list_grid
from .listed_cases import case_row, listed_blocks
from .meeting import report_of
from .report import Block, Grid, Heading, Paragraph, Report

EXPOSED = ("case", "place", "hazard", "major_on", "major_by", "major_rule", "state", "due_on",
           "late")  # fmt: skip
NOTICES = ("issued_on", "notice", f.NAME, f.ADDRESS, "hazard_key", "reason", "issued_by", "outcome")


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
    moment = told.found.moment
    major = exposure_cases(
        told.cases, start=told.period.first, end=moment.day, workdays=moment.town.workdays
    )
    shown = major[major["exposure"] == "yes"]
    blocks: list[Block] = [Paragraph(text("pack.exposure_note", lang), small=True)]
    blocks.append(
        Grid(
            [text(f"pack.{n}", lang) for n in EXPOSED],
            [case_row(row, EXPOSED, lang) for row in shown.to_dict("records")],
        )
        if len(shown)
        else Paragraph(text("pack.none_exposed" if known else "pack.no_hazard_ledger", lang))
    )
    out = major.loc[major["exposure"] != "yes", "exposure"].value_counts()
    left = "；".join(f"{label('exposure', why, lang)} {count}" for why, count in out.items())
    if left:
        blocks.append(Paragraph(text("pack.exposure_left", lang, said=left), small=True))
    title = text("pack.exposure_title", lang, period=period_said(told.period, lang))
    return report_of(told, title, blocks, lang)


def supervision_report(
    told: Review, lists: Mapping[str, pd.DataFrame], *, unknown: Mapping[str, str], lang: Lang
) -> Report:
    """Return what is under listed supervision at the end of a period, and its talks and circulars.

    Parameters
    ----------
    told
        The period.
    lists
        With ``notices``, from `weizhan.coverage.review.duty_lists`.
    unknown
        Lists that rest on a ledger which nobody imported, with that ledger.
    lang
        Of the report.
    """
    blocks = [
        Heading(text("pack.listed", lang)),
        *listed_blocks(told, lang),
        Heading(text("pack.talks", lang)),
        *_talks(lists["notices"], unknown.get("notices", ""), lang),
    ]
    title = text("pack.supervision_title", lang, period=period_said(told.period, lang))
    return report_of(told, title, blocks, lang)


def _talks(notices: pd.DataFrame, ledger: str, lang: Lang) -> list[Block]:
    """Return the talks, circulars and exposures of a period, with how many of each."""
    if notices.empty:
        name = label("ledger_name", ledger, lang) if ledger else ""
        key = "duties.no_ledger" if ledger else "duties.none_notices"
        return [Paragraph(text(key, lang, ledger=name))]
    kinds = notices["notice"].value_counts()
    comma = "、" if lang == "zh" else ", "
    counts = comma.join(f"{label('notice_kind', kind, lang)} {n}" for kind, n in kinds.items())
    said = text("pack.talks_said", lang, count=len(notices), kinds=counts)
    return [Paragraph(said), list_grid(notices, NOTICES, lang)]
