"""Tables that several papers share; no place stands in them by its id alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import (
    SEEN,
    Record,
    arrival_said,
    keep_clear_reason,
    lane_called,
    of_known,
    reasons_said,
    records,
    state_said,
    tiers_told,
)
from .report import Block, Grid, Paragraph


def cases_grid(cases: pd.DataFrame, lang: Lang) -> Grid:
    """Return cases with place, state and due day."""
    heads = ("case", "place", "hazard", "state", "due_on", "late", "office")
    return Grid(
        [text(f"pack.{n}", lang) for n in heads],
        [
            [
                str(row["key"]),
                place_of(row, lang),
                label("hazard_code", row["code"], lang),
                label("hazard_state", row[f.STATE], lang),
                day_of(row["due_on"]),
                "" if is_missing(row.get("days_overdue")) else str(int(row["days_overdue"])),
                word_of(row["lead_dept"], "office", lang),
            ]
            for row in cases.to_dict("records")
        ],
    )


def buildings_grid(buildings: pd.DataFrame, lang: Lang) -> Grid:
    """Return buildings with their rank, reasons and minutes."""
    heads = ("building", "use", "band", "rank", "when", "reasons", "minutes_micro")
    return Grid(
        [text(f"pack.{n}", lang) for n in heads],
        [
            [
                place_of(row, lang),
                word_of(row[f.USE], "use", lang),
                word_of(row[c.RISK_BAND], "risk_band", lang),
                f"{row[c.RISK_RANK]}（{row[c.RISK_RANK_LOW]}–{row[c.RISK_RANK_HIGH]}）",
                word_of(row[c.RISK_MOMENT], "risk_moment", lang),
                reasons_said(row, lang),
                arrival_said(row, "micro", lang),
            ]
            for row in buildings.to_dict("records")
        ],
    )


def seen_blocks(
    lanes: gpd.GeoDataFrame, among: gpd.GeoDataFrame, lang: Lang, *, most: int
) -> list[Block]:
    """Return the lanes that a report says are blocked or narrowed, or that there is none.

    Parameters
    ----------
    lanes
        Of which.
    among
        All of the town, by whose names those without one are called.
    lang
        Of the words.
    most
        Rows.
    """
    seen = lanes[lanes[c.STATE].isin(SEEN)]
    if seen.empty:
        return [Paragraph(text("papers.none_seen", lang))]
    rows = [[lane_of(row, among, lang), state_said(row, lang)] for row in records(seen)[:most]]
    blocks: list[Block] = [Grid([text(f"lane.head_{n}", lang) for n in ("name", "state")], rows)]
    if len(rows) < len(seen):
        said = text("pack.lanes_shown", lang, shown=len(rows), all=len(seen))
        blocks.append(Paragraph(said, small=True))
    return blocks


def clear_grid(found: Assessment, lanes: Sequence[Record], lang: Lang) -> Grid:
    """Return lanes that must stay clear, with why."""
    tiers = tiers_told(found)  # all, as the expected loss counts them
    rows = [[lane_of(row, found.lanes, lang), keep_clear_reason(row, tiers, lang)] for row in lanes]
    return Grid([text(f"lane.head_{n}", lang) for n in ("name", "reason")], rows)


def lane_of(row: Record, lanes: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return what people call a lane, with its id."""
    identity = str(row[f.LANE_ID])
    called = lane_called(row, lanes, lang)
    if called == identity:
        return text("office.lane_nameless", lang, id=identity)
    return called if identity in called else text("office.lane", lang, name=called, id=identity)


def on_duty_said(figures: Mapping[str, Any], lang: Lang) -> str:
    """Return the stations on duty of those on lanes, and what is not known of the others.

    Parameters
    ----------
    figures
        Of a tier, from ``summary["coverage"]``.
    lang
        Of the words.
    """
    off, untold = figures["stations_off_lanes"], figures.get("stations_crew_unknown")
    said = of_known(figures["stations_on_duty"], figures["stations"] - off, lang)
    if untold:
        said = text("pack.crew_unknown", lang, said=said, count=untold)
    return text("pack.off_lanes", lang, said=said, count=off) if off else said


def place_of(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return the name or address by which a place is found; its id only with what it is."""
    for name in (f.NAME, f.ADDRESS):
        if said_of(row.get(name)):
            return said_of(row[name])
    for name, key in ((f.BUILDING_ID, "building_nameless"), (f.LANE_ID, "lane_nameless"),
                      (f.STATION_ID, "station_nameless")):  # fmt: skip
        if said_of(row.get(name)):
            return text(f"office.{key}", lang, id=said_of(row[name]))
    return text("office.nowhere", lang)


def place_whole(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return the name of a place with its address; what is not known is left out."""
    named, address = place_of(row, lang), said_of(row.get(f.ADDRESS))
    if not address or address in named:
        return named
    return text("office.place", lang, name=named, address=address)


def said_of(value: object) -> str:
    """Return a text, empty when missing."""
    return value if isinstance(value, str) else ""


def day_of(value: Any) -> str:
    """Return a day as text, empty when missing."""
    return "" if is_missing(value) else pd.Timestamp(value).date().isoformat()


def word_of(value: object, vocabulary: str, lang: Lang) -> str:
    """Return the word of a code, empty when missing."""
    return "" if is_missing(value) else label(vocabulary, value, lang)
