"""挂牌督办: one page a case, with where it is, what was done when, and room for signatures."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from ...coverage.cases import listed
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from .drawing import Drawing
from .frames import frame_round
from .grids import day_of, place_of, word_of
from .official import TEXT_MM
from .report import Block, Grid, Heading, NewPage, Paragraph, Picture, Report
from .sheet_page import finished
from .sheet_source import SheetSource
from .strokes import ground_of

AROUND_M: Final = 120.0
MAP_MM: Final = (TEXT_MM, 84.0)
FACTS: Final = ("case", "place", "hazard", "level", "status", "listed_on", "listed_due", "found_on",
                "measure", "office", "partner")  # fmt: skip


def case_sheets(source: SheetSource, events: pd.DataFrame, *, lang: Lang) -> Report | None:
    """Return one page for each case under listed supervision, those overdue first.

    Parameters
    ----------
    source
        The assessment and its cases, located.
    events
        Steps of the cases: `key`, `state`, `happened_on`, `who`.
    lang
        Of the pages.

    Returns
    -------
    Report or None
        None where no case is listed on the day.
    """
    found = source.found
    day = found.moment.day
    under = listed(source.cases, on=day, workdays=found.moment.town.workdays)
    under = under[under["status"] != "lifted"]
    if under.empty:
        return None
    blocks: list[Block] = []
    for at, row in enumerate(under.to_dict("records")):
        if at:
            blocks.append(NewPage())
        past = events[(events["key"] == row["key"]) & (events["happened_on"] <= pd.Timestamp(day))]
        blocks += _page(source, row, past, lang)
    title = text("duties.case_title", lang)
    subtitle = text("duties.case_subtitle", lang, town=found.town, day=found.date)
    measured = found.yardstick.said(lang)
    return Report(title, subtitle, found.date, found.simulated, blocks, measured)


def _page(source: SheetSource, row: dict[Any, Any], past: pd.DataFrame, lang: Lang) -> list[Block]:
    facts = {
        "case": str(row["key"]),
        "place": place_of(row, lang),
        "hazard": label("hazard_code", row["code"], lang),
        "level": word_of(row["supervision_level"], "supervision_level", lang),
        "status": label("listed_status", row["status"], lang),
        "listed_on": day_of(row["listed_on"]),
        "listed_due": day_of(row["listed_due_on"]),
        "found_on": day_of(row["found"]),
        "measure": word_of(row["measure"], "measure", lang),
        "office": word_of(row["owner"], "office", lang),
        "partner": word_of(row["partner_dept"], "partner_dept", lang),
    }
    unknown = text("popup.unknown", lang)
    said = row["description"] if isinstance(row["description"], str) else unknown
    rows = [[text(f"duties.case_{name}", lang), facts[name] or unknown] for name in FACTS]
    steps = [
        [day_of(step["happened_on"]), label("hazard_state", step["state"], lang),
         word_of(step["who"], "office", lang)]
        for step in past.to_dict("records")
    ]  # fmt: skip
    heads = [text(f"duties.case_{name}", lang) for name in ("day", "step", "who")]
    return [
        Heading(text("duties.case_heading", lang, case=facts["case"], place=facts["place"])),
        Grid([text("duties.case_fact", lang), text("duties.case_value", lang)], rows),
        Paragraph(text("duties.case_said", lang, said=said)),
        Grid(heads, steps),
        *_map(source, row, lang),
        Paragraph(text("duties.case_sign", lang)),
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
