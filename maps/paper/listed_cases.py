"""Cases under listed supervision in a period, and a row of a case as papers tell it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...coverage import columns as c
from ...coverage.review import Review
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import ledger_known
from .grids import day_of, place_of, said_of, word_of
from .report import Block, Grid, Paragraph

LISTED = ("case", "place", "hazard", "level", "listed_on", "listed_due", "status", "late", "office")


def listed_blocks(told: Review, lang: Lang) -> list[Block]:
    """Return what came under listed supervision in a period, what left it and what is under it."""
    if not ledger_known(told.found.buildings, c.OPEN_HAZARDS):
        return [Paragraph(text("pack.no_hazard_ledger", lang))]
    first, last = pd.Timestamp(told.period.first), pd.Timestamp(told.found.moment.day)
    listed_on, lifted_on = (pd.to_datetime(told.listed[n]) for n in ("listed_on", "lifted_on"))
    lifted = told.listed["status"] == "lifted"
    said = text(
        "pack.listed_said", lang, new=int(listed_on.between(first, last).sum()),
        lifted=int((lifted & lifted_on.between(first, last)).sum()), now=int((~lifted).sum()),
        overdue=int((told.listed["status"] == "overdue").sum()),
    )  # fmt: skip
    shown = told.listed[~lifted | lifted_on.between(first, last)]
    if shown.empty:
        return [Paragraph(said)]
    rows = [case_row(row, LISTED, lang) for row in shown.to_dict("records")]
    return [Paragraph(said), Grid([text(f"pack.{n}", lang) for n in LISTED], rows)]


def case_row(row: dict[Any, Any], names: tuple[str, ...], lang: Lang) -> list[str]:
    """Return what papers tell of a case, by the names of their columns."""
    said = {
        "case": str(row["key"]),
        "place": place_of(row, lang),
        "hazard": label("hazard_code", row["code"], lang),
        "major_on": day_of(row["major_on"]),
        "major_by": said_of(row["major_by"]),
        "major_rule": said_of(row["major_rule"]),
        "state": label("hazard_state", row[f.STATE], lang),
        "due_on": day_of(row["due_on"]),
        "late": _late(row, lang),
        "level": word_of(row["supervision_level"], "supervision_level", lang),
        "listed_on": day_of(row["listed_on"]),
        "listed_due": day_of(row["listed_due_on"]),
        "status": label("listed_status", row["status"], lang) if "status" in row else "",
        "office": word_of(row["lead_dept"], "office", lang),
    }
    return [said[name] for name in names]


def _late(row: dict[Any, Any], lang: Lang) -> str:
    """Return the days overdue: 0 before the day, unknown without one, none once it is over."""
    if not is_missing(row["days_overdue"]):
        return str(int(row["days_overdue"]))
    if row.get("status") == "lifted":
        return ""
    due = row["listed_due_on"] if "status" in row else row["due_on"]
    return text("popup.unknown", lang) if is_missing(due) else "0"
