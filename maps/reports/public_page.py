"""The public page: what a resident may know of his block, and no building by itself.

It has no script. Blocks of few houses are not told, nor any number of houses or people.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.places import BANDS, block_areas, cover_bands, public_blocks
from ...coverage.scenes import BEFORE, Scene
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import HTML_LANG, Html, escape, seal, section, shown, table, template, town_font
from ..styles import standard_label, tier_label
from ..voice import FEWEST_PEOPLE, scenario_name, tiers_told
from .plain_page import badge

WIDE: Final = 1000  # of the drawing
FILLS: Final = {"most": "#cfe2ee", "many": "#86b8d6", "half": "#e0a05e", "fewer": "#8a3d10",
                "hidden": "#f1efe9", "unknown": "#f1efe9"}  # fmt: skip
ORDER: Final = (*BANDS, "fewer", "hidden", "unknown")


def public_page(assessment: Assessment, *, scenes: Mapping[str, Scene], lang: Lang = "zh") -> str:
    """Return ``public.html`` of a result folder.

    Parameters
    ----------
    assessment
        What to tell.
    scenes
        Other moments of the same day.
    lang
        Language of the page.
    """
    tiers = tiers_told(assessment, further=False)
    areas = block_areas(assessment.places.grids, assessment.communities)
    blocks = public_blocks(areas, assessment.buildings, list(tiers), few=FEWEST_PEOPLE)
    blocks = blocks.sort_values([f.COMMUNITY_ID, "block_id"], kind="stable", ignore_index=True)
    first = next(iter(tiers))
    title = text("public.title", lang, town=shown(assessment.town))
    body = "".join(
        [
            section("public.report", _report(assessment, lang), lang),
            section("public.map", _map(assessment, blocks, first, tiers[first], lang), lang),
            section("public.blocks", _blocks(assessment, blocks, tiers, scenes, lang), lang),
            section("public.stations", _stations(assessment, lang), lang),
            section("public.how", _how(assessment, lang), lang),
        ]
    )
    page = Template(template("report.html")).substitute(
        lang=HTML_LANG[lang],
        title=escape(title),
        style=town_font(assessment) + template("index.css") + template("public.css"),
        badge=badge(lang) if assessment.simulated else "",
        facts=escape(
            text("public.facts", lang, date=shown(assessment.date),
                 scenario=scenario_name(assessment, lang))
        ),
        body=body,
    )  # fmt: skip
    return seal(page)


def _report(assessment: Assessment, lang: Lang) -> str:
    """Return how to call and to report, in the town's own words where it has any."""
    lines = [text(f"public.report_{name}", lang) for name in ("fire", "danger", "block")]
    if assessment.report_to:
        lines.append(text("public.report_town", lang, told=shown(assessment.report_to)))
    return "<ul>" + "".join(f"<li>{escape(said)}</li>" for said in lines) + "</ul>"


def _map(
    assessment: Assessment, blocks: gpd.GeoDataFrame, tier: str, standard_s: float, lang: Lang
) -> str:
    """Return the blocks by how well they are covered, and the stations, as a drawing."""
    shapes = [*blocks.geometry, *assessment.communities.geometry]
    if not shapes:
        return f"<p>{escape(text('public.no_blocks', lang))}</p>"
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    scale = WIDE / max(east - west, 1.0)
    high = max((north - south) * scale, 1.0)

    def path(shape: shapely.Geometry) -> str:
        said = []
        for ring in shapely.get_parts(shapely.boundary(shapely.simplify(shape, 1 / scale))):
            xy = (shapely.get_coordinates(ring) - (west, north)) * (scale, -scale)
            said.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in xy) + "Z")
        return "".join(said)

    drawn = [
        f'<a href="#b-{at}"><path d="{path(shape)}" fill="{FILLS[band]}">'
        f"<title>{escape(name)}：{escape(_band(band, lang))}</title></path></a>"
        for at, (shape, band, name) in enumerate(
            zip(blocks.geometry, blocks[f"{tier}_band"], map(_name, blocks.to_dict("records")),
                strict=True)
        )
    ]  # fmt: skip
    drawn += [f'<path class="border" d="{path(g)}"/>' for g in assessment.communities.geometry]
    for _, row in assessment.communities.iterrows():
        x, y = _at(row.geometry.representative_point(), west, north, scale)
        drawn.append(f'<text x="{x}" y="{y}">{escape(_name(row))}</text>')
    for shape, kind in zip(assessment.stations.geometry, assessment.stations[f.TIER], strict=True):
        x, y = _at(shape, west, north, scale)
        mark = text(f"legend.symbol_{kind}", lang) if not is_missing(kind) else "?"
        drawn.append(f'<g class="station"><circle cx="{x}" cy="{y}" r="11"/>'
                     f'<text x="{x}" y="{y}" dy="5">{escape(mark)}</text></g>')  # fmt: skip
    drawing = (
        f'<svg viewBox="-12 -12 {WIDE + 24} {high + 24:.0f}" role="group" '
        f'aria-label="{escape(text("public.map", lang))}">{"".join(drawn)}</svg>'
    )
    used = set(blocks[f"{tier}_band"])
    legend = "".join(
        f'<li><span class="swatch {band}"></span>{escape(_band(band, lang))}</li>'
        for band in ORDER
        if band in used
    )
    head = text("public.legend", lang, tier=tier_label(tier, lang),
                standard=standard_label(standard_s, lang))  # fmt: skip
    return f'{drawing}<p class="small">{escape(head)}</p><ul class="bands">{legend}</ul>'


def _at(point: shapely.Point, west: float, north: float, scale: float) -> tuple[str, str]:
    return f"{(point.x - west) * scale:.0f}", f"{(north - point.y) * scale:.0f}"


def _blocks(
    assessment: Assessment,
    blocks: gpd.GeoDataFrame,
    tiers: Mapping[str, float],
    scenes: Mapping[str, Scene],
    lang: Lang,
) -> str:
    """Return one row a block: by tier the nearest station, its hours, minutes; other moments."""
    if blocks.empty:
        return f"<p>{escape(text('public.no_blocks', lang))}</p>"
    first = next(iter(tiers))
    others = {name: scene for name, scene in scenes.items() if name != BEFORE}
    moments = {
        name: assessment.buildings[[f.GEOMETRY]].join(scene.buildings)
        for name, scene in others.items()
        if c.cover(first) in scene.buildings.columns
    }
    at_other = cover_bands(blocks, moments, first, few=FEWEST_PEOPLE)
    stations = {str(r[f.STATION_ID]): r for r in assessment.stations.to_dict("records")}
    names = {
        str(row[f.COMMUNITY_ID]): _name(row) for row in assessment.communities.to_dict("records")
    }
    heads = [text("page.community", lang), text("public.block", lang)]
    for tier, standard_s in tiers.items():
        heads.append(f"{tier_label(tier, lang)} {standard_label(standard_s, lang)}")
    heads += [
        text("public.at_other", lang, tier=tier_label(first, lang),
             moment=shown(others[name].label.get(lang, name)))
        for name in at_other.columns
    ]  # fmt: skip
    rows = []
    for at, (index, row) in enumerate(blocks.iterrows()):
        cells = [
            names.get(str(row[f.COMMUNITY_ID]), text("page.no_community", lang)),
            Html(f'<span id="b-{at}">{escape(_name(row))}</span>'),
        ]
        cells += [Html(_reached(row, tier, stations, lang)) for tier in tiers]
        cells += [_band(str(at_other.at[index, name]), lang) for name in at_other.columns]
        rows.append(cells)
    return table(heads, rows)


def _reached(
    row: pd.Series, tier: str, stations: Mapping[str, Mapping[Any, Any]], lang: Lang
) -> str:
    """Return how much of a block a tier reaches in time, from where, when that is manned."""
    band, minutes, key = row[f"{tier}_band"], row[f"{tier}_minutes"], row[c.station(tier)]
    said = [f"<strong>{escape(_band(band, lang))}</strong>"]
    if not is_missing(minutes):
        told = "public.minutes" if np.isfinite(minutes) else "public.never"
        count = f"{minutes:.0f}" if np.isfinite(minutes) else ""
        said.append(f'<span class="small">{escape(text(told, lang, count=count))}</span>')
    if not is_missing(key) and str(key) in stations:
        station = stations[str(key)]
        near = text("public.nearest", lang, name=_name(station), hours=hours_said(station, lang))
        said.append(f'<span class="small">{escape(near)}</span>')
    return "".join(said)


def hours_said(station: Mapping[Any, Any] | pd.Series, lang: Lang) -> str:
    """Return when a station is manned, as far as it is told.

    Parameters
    ----------
    station
        With its crews by day and by night.
    lang
        Language of the text.
    """
    day, night = (
        "unknown" if is_missing(station[name]) else "yes" if float(station[name]) > 0 else "no"
        for name in (f.CREW_DAY, f.CREW_NIGHT)
    )
    return text(f"public.hours_{day}_{night}", lang)


def _stations(assessment: Assessment, lang: Lang) -> str:
    """Return the stations with their hours."""
    frame = assessment.stations
    if frame.empty:
        return f"<p>{escape(text('verdict.no_station', lang))}</p>"
    heads = [text(f"public.head_{name}", lang) for name in ("station", "tier", "hours")]
    rows = [
        [
            _name(row),
            text("work.unknown", lang) if is_missing(row[f.TIER]) else label("tier", row[f.TIER],
                                                                            lang),
            hours_said(row, lang),
        ]
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return table(heads, rows)


def _how(assessment: Assessment, lang: Lang) -> str:
    lines = [text(f"public.how_{n}", lang, few=FEWEST_PEOPLE) for n in ("estimate", "private")]
    if assessment.simulated:
        lines.insert(0, text("page.simulated_note", lang))
    return "".join(f"<p>{escape(said)}</p>" for said in lines)


def _band(band: str, lang: Lang) -> str:
    return text(f"public.band_{band}", lang, few=FEWEST_PEOPLE)


def _name(row: Mapping[Any, Any] | pd.Series) -> str:
    """Return the name of a place, else its identity."""
    if not is_missing(row[f.NAME]):
        return shown(row[f.NAME])
    keys = (f.STATION_ID, "block_id", f.COMMUNITY_ID)
    return next(shown(row[key]) for key in keys if key in row)
