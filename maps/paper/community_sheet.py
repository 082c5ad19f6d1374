"""The sheet of a community: its work against fire, estates, offices, grids, with denominators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...geo.tables import is_missing
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..voice import (
    community_name,
    count,
    elements_said,
    engine_said,
    estate_name,
    of_known,
    people,
    water_said,
    work_said,
    yes_no,
)
from .route_sheet import signs_of
from .sheet_page import Page, Table, finished, ground_map, paper_of
from .sheet_source import SheetSource

GRIDS_SHOWN: Final = 30


def community_sheets(ground: SheetSource, *, lang: Lang) -> bytes:
    """Return one page a community.

    Parameters
    ----------
    ground
        The assessment, with risk and cases, and what maps are drawn from.
    lang
        Of the sheets.
    """
    found = ground.found
    entries = {str(entry[f.COMMUNITY_ID]): entry for entry in found.summary["communities"]}
    pages = [
        _page(entries[str(row[f.COMMUNITY_ID])], row, ground, lang)
        for _, row in found.communities.iterrows()
    ]
    return paper_of(pages, found, foot=text("papers.communities", lang), lang=lang)


def _page(entry: Mapping[str, Any], community: pd.Series, ground: SheetSource, lang: Lang) -> Page:
    found, key = ground.found, str(community[f.COMMUNITY_ID])
    drawing, frame = ground_map(found, community.geometry.bounds, names=15)
    estates, offices, grids = (
        frame_[frame_[f.COMMUNITY_ID].astype(str) == key]
        for frame_ in (found.places.estates, found.places.offices, found.places.grids)
    )
    water = water_said(entry.get("water"), found.lanes, lang)
    drawing.area(estates.geometry.to_numpy())
    drawing.outline(np.array([community.geometry], dtype=object))
    for shape, row in zip(estates.geometry, estates.to_dict("records"), strict=True):
        drawing.label(shape.centroid.x, shape.centroid.y, estate_name(row))
    signs_of(drawing, found, ground.hazard_xy)
    return Page(
        title=f"{community_name(entry, lang)}　{text('papers.communities', lang)}",
        facts=_facts(entry, lang),
        drawing=finished(drawing, lang),
        scale=frame.scale,
        tables=[
            Table(text("work.title", lang), _heads(("work_what", "work_told"), lang), (1, 3),
                  [*work_said(entry.get("work"), lang), *water], ""),
            _estates(estates, found.places.estates.empty, lang),
            _offices(offices, found.places.offices.empty, lang),
            _grids(grids, found.places.grids.empty, lang),
        ],
        notes=[text("work.note", lang)],
    )  # fmt: skip


def _facts(entry: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    risk, work = entry.get("risk") or {}, entry.get("work") or {}
    facts = [
        ("", str(entry[f.COMMUNITY_ID])),
        (text("papers.inhabitants", lang), people(work.get("people"), lang, unit=True)),
        ("", text("papers.houses", lang, count=count(entry["buildings"], lang))),
        (text("pack.red", lang), count(risk.get("red_buildings"), lang)),
        (text("work.open", lang), count(risk.get(c.OPEN_HAZARDS), lang)),
        (text("work.overdue", lang), count(risk.get(c.OVERDUE_HAZARDS), lang)),
    ]
    for tier, told in entry["coverage"].items():
        if tier != "own":
            named = text("papers.within", lang, minutes=f"{told['standard_s'] / 60:g}",
                         tier=text(f"map_tier.{tier}", lang))  # fmt: skip
            facts.append((named, of_known(told["covered_buildings"], told["known_buildings"],
                                          lang)))  # fmt: skip
    return facts


def _heads(names: tuple[str, ...], lang: Lang) -> list[str]:
    return [text(f"papers.head_{name}", lang) for name in names]


def _estates(estates: gpd.GeoDataFrame, no_layer: bool, lang: Lang) -> Table:
    ordered = estates.sort_values(c.HARM_INDEX, ascending=False, kind="stable")
    return Table(
        text("work.estates", lang),
        _heads(("estate", "year", "manager", "three_none", "houses", "engine", "red", "open"),
               lang),
        (2, 0, 0, 0, 0, 2, 0, 0),
        [
            [
                estate_name(row),
                text("work.unknown", lang) if is_missing(row[f.YEAR_BUILT])
                else _year(row, lang),
                yes_no(row[f.PROPERTY_MANAGER], lang),
                yes_no(row[f.THREE_NONE], lang),
                count(row["buildings"], lang),
                engine_said(row, lang),
                count(row["red_buildings"], lang),
                count(row[c.OPEN_HAZARDS], lang),
            ]
            for row in ordered.to_dict("records")
        ],
        text("work.no_layer" if no_layer else "work.no_estate", lang),
    )  # fmt: skip


def _year(row: Mapping[Any, Any], lang: Lang) -> str:
    said = f"{row[f.YEAR_BUILT]:.0f}"
    return text("work.year_old", lang, year=said) if row["old_estate"] == "yes" else said


def _offices(offices: gpd.GeoDataFrame, no_layer: bool, lang: Lang) -> Table:
    return Table(
        text("work.offices", lang),
        _heads(("office", "there", "missing", "untold"), lang),
        (2, 0, 2, 2),
        [
            [
                str(row[f.OFFICE_ID] if is_missing(row[f.NAME]) else row[f.NAME]),
                f"{row['elements_there']}/{len(f.OFFICE_ELEMENTS)}",
                elements_said(row["elements_missing"], lang),
                elements_said(row["elements_unknown"], lang),
            ]
            for row in offices.to_dict("records")
        ],
        text("work.no_layer" if no_layer else "work.no_office", lang),
    )


def _grids(grids: gpd.GeoDataFrame, no_layer: bool, lang: Lang) -> Table:
    ordered = grids.sort_values(c.HARM_INDEX, ascending=False, kind="stable").head(GRIDS_SHOWN)
    return Table(
        text("work.grids", lang, shown=len(ordered), all=len(grids)),
        _heads(("grid", "houses", "covered", "red", "open"), lang),
        (3, 1, 1, 1, 1),
        [
            [
                str(row[f.GRID_ID] if is_missing(row[f.NAME]) else row[f.NAME]),
                count(row["buildings"], lang),
                of_known(row["covered"], row["known"], lang),
                count(row["red_buildings"], lang),
                count(row[c.OPEN_HAZARDS], lang),
            ]
            for row in ordered.to_dict("records")
        ],
        text("work.no_layer" if no_layer else "work.no_grid", lang),
    )
