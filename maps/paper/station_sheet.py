"""The sheet of a station: whom it serves, its kit, its water, its lanes that must stay clear."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ...coverage import columns as c
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import KIT, Record, count, keep_clear_reason, people, ranked, tiers_told
from .grids import lane_of
from .pre_plan import water_table
from .route_sheet import signs_of
from .sheet_page import Page, Table, bounds_of, finished, ground_map, paper_of, title_of
from .sheet_source import SheetSource

LANES_SHOWN: Final = 8
WATER_SHOWN: Final = 8


def station_sheets(ground: SheetSource, *, lang: Lang) -> bytes:
    """Return one page a station.

    Parameters
    ----------
    ground
        The assessment and what maps are drawn from.
    lang
        Of the sheets.
    """
    pages = [_page(row, ground, lang) for _, row in ground.found.stations.iterrows()]
    return paper_of(pages, ground.found, foot=text("papers.stations", lang), lang=lang)


def _page(station: pd.Series, ground: SheetSource, lang: Lang) -> Page:
    found = ground.found
    key = station[f.STATION_ID]
    tiers = [tier for tier in found.tiers if (found.buildings[c.station(tier)] == key).any()]
    tier = next((t for t in tiers if t != "own"), tiers[0] if tiers else "")
    mine = (
        found.buildings[c.station(tier)] == key
        if tier
        else pd.Series(False, index=found.buildings.index)
    )
    served = found.buildings[mine]
    areas = found.areas[(found.areas[f.STATION_ID] == key) & (found.areas[f.TIER] == tier)]
    shapes = [station.geometry, *areas.geometry, *served.geometry]
    drawing, frame = ground_map(found, bounds_of(shapes))
    if len(areas):
        drawing.area(areas.geometry.to_numpy())
    on = set(served[c.ATTACHED_LANE_ID].dropna())
    lanes = [lane for lane in ranked(found, c.KEEP_CLEAR_RANK) if lane[f.LANE_ID] in on]
    clear = found.lanes[f.LANE_ID].isin([lane[f.LANE_ID] for lane in lanes[:LANES_SHOWN]])
    drawing.emphasised(found.lanes.geometry[clear].to_numpy())
    signs_of(drawing, found, ground.hazard_xy)
    return Page(
        title=_name(station),
        facts=_facts(station, served, tier, ground, lang),
        drawing=finished(drawing, lang),
        scale=frame.scale,
        tables=[
            _lanes(lanes, ground, lang),
            water_table(station.geometry, ground, most=WATER_SHOWN, lang=lang),
        ],
        ticks_title=text("papers.kit", lang),
        ticks=[text(f"kit.{item}", lang) for item in KIT],
        notes=[text("papers.area_note", lang)],
    )


def _name(station: pd.Series) -> str:
    return station[f.NAME] if isinstance(station[f.NAME], str) else str(station[f.STATION_ID])


def _facts(
    station: pd.Series, served: pd.DataFrame, tier: str, ground: SheetSource, lang: Lang
) -> list[tuple[str, str]]:
    unknown = text("popup.unknown", lang)

    def told(value: object) -> str:
        return unknown if is_missing(value) else count(value, lang)

    in_time = (c.Cover.COVERED, c.Cover.LIKELY)
    on_time = int(served[c.cover(tier)].isin(in_time).sum()) if tier else 0
    facts = [
        ("", str(station[f.STATION_ID])),
        (text("papers.tier", lang), label("tier", station[f.TIER], lang)),
        (
            text("papers.host", lang),
            unknown
            if is_missing(station[f.HOST_TYPE])
            else label("host_type", station[f.HOST_TYPE], lang),
        ),
        (
            text("papers.vehicle", lang),
            unknown
            if is_missing(station[f.VEHICLE])
            else label("vehicle", station[f.VEHICLE], lang),
        ),
        (
            text("papers.crew", lang),
            f"{told(station[f.CREW_DAY])} / {told(station[f.CREW_NIGHT])}",
        ),
    ]
    if is_missing(station[c.ATTACHED_LANE_ID]):
        off = text("papers.off_lanes", lang)
        return [*facts, (text("papers.first_at", lang), off)]
    return [
        *facts,
        (text("papers.first_at", lang), text("papers.houses", lang, count=len(served))),
        (text("papers.on_time", lang), text("papers.houses", lang, count=on_time)),
        (text("papers.people", lang), _people(served, lang)),
    ]


def _people(served: pd.DataFrame, lang: Lang) -> str:
    """Return the people of the buildings that tell them, and how many do not."""
    told, unknown = served[c.PEOPLE], int(served[c.PEOPLE].isna().sum())
    if unknown and unknown == len(served):
        return text("popup.unknown", lang)
    known = people(told.sum(), lang, unit=True)
    return text("papers.people_known", lang, count=known, unknown=unknown) if unknown else known


def _lanes(lanes: list[Record], ground: SheetSource, lang: Lang) -> Table:
    tiers = tiers_told(ground.found)  # all, as the expected loss counts them
    return Table(
        title=title_of("papers.clear", LANES_SHOWN, len(lanes), lang),
        head=[text(f"lane.head_{name}", lang) for name in ("rank", "name", "reason")],
        widths=(0, 1, 2),
        rows=[
            [
                count(lane[c.KEEP_CLEAR_RANK], lang),
                lane_of(lane, ground.found.lanes, lang),
                keep_clear_reason(lane, tiers, lang),
            ]
            for lane in lanes[:LANES_SHOWN]
        ],
        empty=text("papers.no_lanes", lang),
    )
