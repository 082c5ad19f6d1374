"""The sheet of a large event: what and who lies round it, who comes when, what must stay clear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.places import Surrounding
from ...geo.tables import is_missing
from ...geo.words import HazardState, Lang, RiskBand, Use, label, text
from ...geo.words import fields as f
from ..voice import (
    Record,
    arrival_said,
    count,
    days_said,
    ledger_known,
    minutes_said,
    people,
    ranked,
    scenario_name,
)
from .drawing import Drawing
from .frames import frame_round
from .grids import cases_grid, clear_grid, place_of, said_of, seen_blocks, word_of
from .meeting import signed_by
from .names import NamedLanes
from .official import TEXT_MM
from .report import Block, Grid, Heading, NewPage, Paragraph, Picture, Report
from .sheet_page import finished
from .strokes import ground_of

MAP_MM: Final = (TEXT_MM, 100.0)
ROWS: Final = 15
#: Where many people are, or people who need help.
WATCHED: Final = (
    Use.ELDER_CARE, Use.MEDICAL, Use.SCHOOL, Use.CHILDCARE, Use.COMMERCIAL_COMPLEX, Use.HOTEL,
    Use.ESPORTS_HOTEL, Use.ASSEMBLY, Use.GAS, Use.ENERGY_STORAGE, Use.SUPER_TALL,
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """An event with the assessment of its first day.

    ``cases`` are hazards as they stand then, with `days_overdue` where they are.
    """

    near: Surrounding
    found: Assessment
    cases: pd.DataFrame


def gathering_sheets(events: Sequence[Event], *, on: dt.date, lang: Lang) -> Report:
    """Return the sheets of events, each on pages of its own.

    Parameters
    ----------
    events
        At least one, in order.
    on
        The day of the sheet.
    lang
        Of the report.
    """
    blocks: list[Block] = []
    for at, event in enumerate(events):
        blocks += [NewPage()] if at else []
        blocks += _event(event, lang)
    found = events[0].found
    title = text("gathering.title", lang)
    report = signed_by(found, title, found.town, blocks, lang)
    return replace(report, date=on.isoformat())


def _event(event: Event, lang: Lang) -> list[Block]:
    near, found = event.near, event.found
    told = near.gathering
    notes = [str(note[lang]) for note in found.summary["notes"]]
    return [
        Heading(told.name),
        Paragraph(
            text("gathering.facts", lang, days=days_said(told.first, told.last, lang),
                 venue=_venue(near, lang), metres=f"{near.buffer_m:g}",
                 scenario=scenario_name(found, lang), day=found.date)
        ),
        Paragraph(_inside(near, lang)),
        _map(event, lang),
        Heading(text("gathering.arrivals", lang), 2),
        *_arrivals(near, found, lang),
        Heading(text("gathering.watched", lang), 2),
        *_watched(near, lang),
        Heading(text("gathering.clear", lang), 2),
        *_clear(near, found, lang),
        Heading(text("gathering.seen", lang), 2),
        *seen_blocks(near.lanes, found.lanes, lang, most=ROWS),
        Heading(text("gathering.hazards", lang), 2),
        *_hazards(event, lang),
        Paragraph("　".join([text("gathering.note", lang), *notes]), small=True),
    ]  # fmt: skip


def _venue(near: Surrounding, lang: Lang) -> str:
    row = near.stands
    named = place_of(row.to_dict(), lang)
    if near.off_m:
        return text("gathering.beside", lang, metres=f"{near.off_m:.0f}", name=named)
    return named


def _inside(near: Surrounding, lang: Lang) -> str:
    told = pd.to_numeric(near.buildings[c.PEOPLE], errors="coerce")
    total = told.sum() if told.notna().any() else None
    uses = near.buildings[f.USE].map(
        lambda use: label("use", use, lang), na_action="ignore"
    ).value_counts()  # fmt: skip
    joined = "、".join(f"{use} {number}" for use, number in uses.items())
    bands = near.buildings[c.RISK_BAND]
    return text(
        "gathering.inside", lang, buildings=len(near.buildings),
        people=people(total, lang, unit=True), untold=int(told.isna().sum()),
        red=int((bands == RiskBand.RED).sum()), orange=int((bands == RiskBand.ORANGE).sum()),
        uses=joined or text("popup.unknown", lang), unused=int(near.buildings[f.USE].isna().sum()),
    )  # fmt: skip


def _map(event: Event, lang: Lang) -> Picture:
    near, found = event.near, event.found
    frame = frame_round(near.area.bounds, width_mm=MAP_MM[0], height_mm=MAP_MM[1], margin_mm=6,
                        smallest=1000)  # fmt: skip
    drawing = Drawing(frame)
    drawing.ground(ground_of(found))
    drawing.area(np.array([near.area], dtype=object))
    red = near.buildings[near.buildings[c.RISK_BAND] == RiskBand.RED]
    drawing.houses(red.geometry.to_numpy(), fill="#1a1a1a")
    clear = {row[f.LANE_ID] for row in _to_clear(near, found)[:ROWS]}
    marked = found.lanes[f.LANE_ID].isin(clear)
    drawing.emphasised(found.lanes.geometry[marked].to_numpy())
    drawing.lane_names(NamedLanes(near.lanes), most=15)
    for shape, name in zip(found.stations.geometry, found.stations[f.NAME], strict=True):
        drawing.mark(shape.x, shape.y, "station", said_of(name))
    return Picture(finished(drawing, lang), *MAP_MM,
                   text("gathering.map_said", lang, scale=frame.scale))  # fmt: skip


def _to_clear(near: Surrounding, found: Assessment) -> list[Record]:
    """Return the lanes of the keep-clear list that lie in the area or serve its buildings."""
    wanted = {*near.buildings[c.ATTACHED_LANE_ID].dropna(), *near.lanes[f.LANE_ID]}
    return [row for row in ranked(found, c.KEEP_CLEAR_RANK) if row[f.LANE_ID] in wanted]


def _arrivals(near: Surrounding, found: Assessment, lang: Lang) -> list[Block]:
    table = near.arrivals([tier for tier in found.tiers if tier != "own"])
    names = found.stations.set_index(f.STATION_ID)[f.NAME]
    rows = []
    for tier in (tier for tier in found.tiers if tier != "own"):
        told = table[table["tier"] == tier]
        if told.empty:
            rows.append([label("map_tier", tier, lang), "", "",
                         arrival_said(near.stands, tier, lang)])  # fmt: skip
        for row in told.to_dict("records"):
            name = names.get(row[f.STATION_ID])
            time = minutes_said(row["seconds"])
            if not is_missing(row["low"]):
                slow = (
                    minutes_said(row["high"])
                    if np.isfinite(row["high"])
                    else text("papers.not_reached", lang)
                )
                time = f"{time}（{minutes_said(row['low'])}–{slow}）"
            order = text("papers.first" if row["order"] == 1 else "papers.second", lang)
            rows.append([label("map_tier", tier, lang), order,
                         said_of(name) or str(row[f.STATION_ID]), time])  # fmt: skip
    inside = found.stations[found.stations.geometry.intersects(near.area)]
    there = "、".join(said_of(name) or str(key) for name, key in
                     zip(inside[f.NAME], inside[f.STATION_ID], strict=True))  # fmt: skip
    heads = [text(f"papers.head_{n}", lang) for n in ("tier", "which", "station", "minutes")]
    return [
        Grid(heads, rows),
        Paragraph(
            text("gathering.stations_inside", lang, names=there)
            if there
            else text("gathering.no_station_inside", lang)
        ),
    ]


def _watched(near: Surrounding, lang: Lang) -> list[Block]:
    watched = near.buildings[f.USE].isin(WATCHED)
    red = near.buildings[c.RISK_BAND] == RiskBand.RED
    chosen = near.buildings[watched | red].sort_values(c.RISK_RANK)
    if chosen.empty:
        return [Paragraph(text("gathering.none_watched", lang))]
    heads = [text(f"pack.{n}", lang) for n in ("building", "use", "band", "people_there",
                                              "minutes_micro")]  # fmt: skip
    rows = [
        [
            place_of(row, lang),
            word_of(row[f.USE], "use", lang) or text("popup.unknown", lang),
            word_of(row[c.RISK_BAND], "risk_band", lang),
            people(row[c.PEOPLE], lang),
            arrival_said(row, "micro", lang),
        ]
        for row in chosen.head(ROWS).to_dict("records")
    ]
    return [
        Grid(heads, rows),
        Paragraph(text("gathering.shown", lang, shown=len(rows), all=len(chosen)), small=True),
    ]


def _clear(near: Surrounding, found: Assessment, lang: Lang) -> list[Block]:
    lanes = _to_clear(near, found)
    if not lanes:
        return [Paragraph(text("gathering.none_clear", lang))]
    blocks: list[Block] = [clear_grid(found, lanes[:ROWS], lang)]
    if len(lanes) > ROWS:
        said = text("pack.lanes_shown", lang, shown=ROWS, all=len(lanes))
        blocks.append(Paragraph(said, small=True))
    return blocks


def _hazards(event: Event, lang: Lang) -> list[Block]:
    if not ledger_known(event.found.buildings, c.OPEN_HAZARDS):
        return [Paragraph(text("pack.no_hazard_ledger", lang))]
    inside = event.cases[f.BUILDING_ID].isin(event.near.buildings[f.BUILDING_ID])
    still = event.cases[inside & (event.cases[f.STATE] != HazardState.CLOSED)]
    if still.empty:
        return [Paragraph(text("gathering.no_hazard", lang))]
    ordered = still.sort_values(["due_on", "key"], na_position="last")
    return [
        cases_grid(ordered.head(ROWS), lang),
        Paragraph(text("gathering.shown", lang, shown=count(min(len(still), ROWS), lang),
                       all=count(len(still), lang)), small=True),
    ]  # fmt: skip
