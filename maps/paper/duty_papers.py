"""任务清单、责任清单 by office and community; and what a meeting sees of duties and campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from ...coverage.review import Review
from ...geo.rules import SHARES
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import list_cells, list_head, period_said
from .meeting import report_of
from .report import Block, Grid, Heading, Paragraph, Report

Lists = Mapping[str, pd.DataFrame]

ROWS: Final = 20
TASK_COLUMNS: Final = ("task", "task_key", f.NAME, f.ADDRESS, "due_on", "days_overdue")
#: What a meeting sees of each list.
SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "duties": ("duty", f.NAME, "community", "owner", "duty_state", "due_on", "days_overdue"),
    "campaigns": ("campaign", "first", "last", "cases", "closed", "overdue_cases", "share_closed",
                  "target", "target_met", "days_left"),
    "goals": ("goal", "figure", "value", "at_least", "at_most", "by", "goal_state", "source"),
    "notices": ("issued_on", "notice", f.NAME, f.ADDRESS, "hazard_key", "reason", "issued_by"),
    "investigations": ("incident_id", "started_at", "grade", f.USE, "fire_cause", "deaths",
                       "arrival_min", "fire_state", "measures_due_on"),
}  # fmt: skip


def task_report(told: Review, lists: Lists, *, lang: Lang) -> Report:
    """Return the tasks of every office by community with their days, and what it answers for.

    Parameters
    ----------
    told
        The period; its last day is the day of the tasks.
    lists
        With ``tasks`` and ``offices``.
    lang
        Of the report.
    """
    tasks, offices = lists["tasks"], lists["offices"]
    blocks: list[Block] = [Paragraph(text("duties.tasks_note", lang), small=True)]
    blocks.append(Heading(text("duties.responsible", lang)))
    blocks.append(list_grid(offices, tuple(offices.columns), lang))
    for owner in sorted(tasks["owner"].dropna().unique()):
        own = tasks[tasks["owner"] == owner]
        blocks.append(Heading(label("office", owner, lang)))
        for community, part in own.groupby(own["community"].fillna(""), sort=True):
            said = str(community) or text("table.no_community", lang)
            blocks.append(Heading(f"{said}（{len(part)}）", 2))
            visits = part["task"].isin(("inspect", "first_inspect"))  # they stand by risk
            others = part[~visits].sort_values(["due_on", "task"], kind="stable")
            ordered = pd.concat([others, part[visits]])
            blocks.append(list_grid(ordered, TASK_COLUMNS, lang))
    title = text("duties.tasks_title", lang, period=period_said(told.period, lang))
    return report_of(told, title, blocks, lang)


def duty_blocks(lists: Lists, *, unknown: Mapping[str, str], lang: Lang) -> list[Block]:
    """Return what a meeting sees of duties, campaigns, goals, notices and investigations.

    Parameters
    ----------
    lists
        From `weizhan.coverage.review.duty_lists`.
    unknown
        Lists that rest on a ledger which nobody imported, with that ledger.
    lang
        Of the report.
    """
    blocks: list[Block] = [Heading(text("duties.title", lang))]
    for name, columns in SHOWN.items():
        table = lists[name]
        blocks.append(Heading(label("list_title", name, lang), 2))
        if table.empty:
            ledger = label("ledger_name", unknown[name], lang) if name in unknown else ""
            said = "duties.no_ledger" if ledger else f"duties.none_{name}"
            blocks.append(Paragraph(text(said, lang, ledger=ledger)))
            continue
        if name == "duties":
            blocks.append(Paragraph(_duties_said(table, lang)))
        blocks.append(list_grid(table.head(ROWS), columns, lang))
        if len(table) > ROWS:
            more = text("duties.more", lang, shown=ROWS, all=len(table))
            blocks.append(Paragraph(more, small=True))
    return blocks


def list_grid(table: pd.DataFrame, columns: Sequence[str], lang: Lang) -> Grid:
    """Return a list, or some of its columns, as a grid; what is not known is said so."""
    unknown = text("popup.unknown", lang)
    cells = [_cells(name, table, lang) for name in columns]
    rows = [[_said(cell) for cell in row] for row in zip(*cells, strict=True)]
    counts = [at for at, name in enumerate(columns) if name in KNOWN]
    for row in rows:
        for at in counts:
            row[at] = row[at] or unknown
    return Grid([list_head(name, lang) for name in columns], rows)


def _cells(name: str, table: pd.DataFrame, lang: Lang) -> list[object]:
    """Return the cells of a column, shares as percentages; of a goal its figure decides."""
    shares = [name in SHARE_COLUMNS] * len(table)
    if name in GOAL_NUMBERS and "figure" in table:
        shares = [str(figure).startswith(SHARES) for figure in table["figure"]]
    return [
        f"{cell:.1%}" if share and isinstance(cell, int | float) else cell
        for cell, share in zip(list_cells(name, table, lang), shares, strict=True)
    ]


def _said(cell: object) -> str:
    return "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)


#: Columns that hold shares, and those that do where the figure of the goal is one.
SHARE_COLUMNS: Final = frozenset({"share_closed", "target"})
GOAL_NUMBERS: Final = frozenset({"value", "at_least", "at_most"})
#: Columns of which an empty cell means that nobody knows; elsewhere it means that there is none.
KNOWN: Final = frozenset({"units", "open_cases", "overdue_cases", "inspections_due",
                          "duties_late", "cases", "closed", "value", "share_closed",
                          "target_met", "first", "last", "days_left", "arrival_min", f.USE,
                          "grade", "deaths"})  # fmt: skip


def _duties_said(table: pd.DataFrame, lang: Lang) -> str:
    counts = table["duty_state"].value_counts()
    return text("duties.said", lang,
                **{name: int(counts.get(name, 0)) for name in ("overdue", "missing", "unknown",
                                                                "soon")})  # fmt: skip
