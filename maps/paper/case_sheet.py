"""One page a case: what was found, its history, where it is, and room for signatures.

Cases under listed supervision (挂牌督办), and open ones that somebody judged to be a major hazard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from ...coverage.cases import OPEN, listed
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from .drawing import Drawing
from .frames import frame_round
from .grids import day_of, place_whole, said_of, word_of
from .listed_cases import case_row
from .official import TEXT_MM
from .report import Block, Grid, Heading, NewPage, Paragraph, Picture, Report
from .sheet_page import finished
from .sheet_source import SheetSource
from .strokes import ground_of

AROUND_M: Final = 120.0
MAP_MM: Final = (TEXT_MM, 68.0)
STEPS: Final = 8  # the last ones; all stand in the ledger
SAID: Final = 120  # letters of a description
ROOM: Final = "　" * 9  # to sign in
FACTS: Final = (
    ("case", "place"), ("hazard", "level"), ("status", "late"), ("listed_on", "listed_due"),
    ("found_on", "due_on"), ("major_on", "major_by"), ("measure", "office"), ("partner", "rule"),
)  # fmt: skip


def case_sheets(
    source: SheetSource, events: pd.DataFrame, notices: pd.DataFrame, *, lang: Lang
) -> Report | None:
    """Return one page for each case under listed supervision, those overdue first, then major ones.

    Parameters
    ----------
    source
        The assessment and its cases, located.
    events
        Steps of the cases: `key`, `state`, `happened_on`, `who`.
    notices
        The ledger of talks and circulars; those that name a case are of its history.
    lang
        Of the pages.

    Returns
    -------
    Report or None
        None where there is no such case on the day.
    """
    found = source.found
    day, workdays = found.moment.day, found.moment.town.workdays
    under = listed(source.cases, on=day, workdays=workdays)
    under = under[under["status"] != "lifted"]
    judged = source.cases[(source.cases["major"] == 1) & source.cases[f.STATE].isin(OPEN)]
    major = judged[~judged["key"].isin(under["key"])].sort_values("key")
    if under.empty and major.empty:
        return None
    pages = [(row, "duties.case_title") for row in under.to_dict("records")]
    pages += [(row, "duties.case_major_title") for row in major.to_dict("records")]
    blocks: list[Block] = []
    for row, title in pages:
        if blocks:
            blocks += [NewPage(), Heading(text(title, lang), 0)]
        steps = sorted(_steps(row, events, notices, lang), key=lambda step: step[0])
        past = [step for step in steps if step[0] <= found.date]
        blocks += _page(source, row, past[-STEPS:], lang)
    subtitle = text("duties.case_subtitle", lang, town=found.town, day=found.date)
    measured = found.yardstick.said(lang)
    first = text(pages[0][1], lang)
    return Report(first, subtitle, found.date, found.simulated, blocks, measured)


def _steps(
    row: dict[Any, Any], events: pd.DataFrame, notices: pd.DataFrame, lang: Lang
) -> Iterator[tuple[str, str, str]]:
    """Yield the day, what was done and by whom: steps, listing, judgement, look-back, talks."""
    for step in events[events["key"] == row["key"]].to_dict("records"):
        yield (day_of(step["happened_on"]), label("hazard_state", step["state"], lang),
               word_of(step["who"], "office", lang))  # fmt: skip
    for day, what, who in (
        ("major_on", "judged", said_of(row["major_by"])),
        ("listed_on", "listed", word_of(row["supervision_level"], "supervision_level", lang)),
        ("lifted_on", "lifted", ""),
        ("looked_back_on", "looked_back", said_of(row["look_back_outcome"])),
    ):
        if not is_missing(row[day]):
            yield day_of(row[day]), text(f"duties.case_{what}", lang), who
    for told in notices[notices["hazard_key"] == row["key"]].to_dict("records"):
        yield (day_of(told["issued_on"]), word_of(told["notice"], "notice_kind", lang),
               said_of(told["issued_by"]))  # fmt: skip


def _page(
    source: SheetSource, row: dict[Any, Any], steps: list[tuple[str, str, str]], lang: Lang
) -> list[Block]:
    unknown = text("popup.unknown", lang)
    names = ("case", "place", "hazard", "level", "late", "listed_on", "listed_due", "due_on",
             "major_on", "major_by")  # fmt: skip
    facts = dict(zip(names, case_row({"days_overdue": None, **row}, names, lang), strict=True))
    facts |= {
        "place": place_whole(row, lang),
        "status": label("listed_status", row["status"], lang) if "status" in row
        else label("hazard_state", row[f.STATE], lang),
        "found_on": day_of(row["found"]),
        "measure": word_of(row["measure"], "measure", lang),
        "office": word_of(row["owner"], "office", lang),
        "partner": word_of(row["partner_dept"], "partner_dept", lang),
        "rule": said_of(row["major_rule"]),
    }  # fmt: skip
    rows = [
        [cell for name in pair for cell in (text(f"duties.case_{name}", lang), facts[name] or "—")]
        for pair in FACTS
    ]
    said = said_of(row["description"]) or unknown
    said = said if len(said) <= SAID else said[:SAID] + "…"
    heads = [text(f"duties.case_{name}", lang) for name in ("day", "step", "who")]
    signed = [
        [text("duties.case_sign_unit", lang), ROOM, text("duties.case_sign_office", lang), ROOM],
        [text("duties.case_recheck", lang), ROOM, text("duties.case_outcome", lang), ROOM],
    ]
    return [
        Grid([], rows),
        Paragraph(text("duties.case_said", lang, said=said), small=True),
        Grid(heads, [list(step) for step in steps]),
        *_map(source, row, lang),
        Grid([], signed),
    ]


def _map(source: SheetSource, row: dict[Any, Any], lang: Lang) -> list[Block]:
    found = source.found
    there = found.buildings[found.buildings[f.BUILDING_ID] == row[f.BUILDING_ID]]
    if there.empty:
        return [Paragraph(text("duties.case_nowhere", lang), small=True)]
    west, south, east, north = there.total_bounds
    bounds = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
    frame = frame_round(bounds, width_mm=MAP_MM[0], height_mm=MAP_MM[1])
    drawing = Drawing(frame)
    drawing.ground(ground_of(found))
    drawing.houses(there.geometry.to_numpy(), fill="#222")
    drawing.lane_names(ground_of(found).named, most=12)
    return [
        Picture(finished(drawing, lang), *MAP_MM, text("duties.case_map", lang, scale=frame.scale))
    ]
