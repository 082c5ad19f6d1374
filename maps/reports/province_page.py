"""The overview of a province: its districts on a small map and in a table, each with its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Template
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely

from ...geo.words import Lang, label, text
from ..html import HTML_LANG, Html, escape, paragraph, seal, section, shown, table, template
from ..styles import style
from .plain_page import badge

WIDE = 640.0  # of the map, in its own units
SHADES = tuple(style.COVER_FILLS.values())  # from much covered to little
STEPS = (0.9, 0.7, 0.5)


@dataclass(frozen=True)
class DistrictRow:
    """What the overview tells of a district.

    Attributes
    ----------
    name
        Its folder, or that of a part.
    title
        What it is called.
    page
        Address of its page; empty where there is none.
    outline
        In degrees; None where nobody could read it.
    figures
        `buildings`, `people`, ``share`` by tier, `red` buildings.
    why
        What went wrong, by language; None for a district that was done.
    """

    name: str
    title: str
    page: str = ""
    outline: shapely.Geometry | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    why: Mapping[str, str] | None = None


def province_page(
    title: str,
    rows: Sequence[DistrictRow],
    facts: Mapping[str, Any],
    *,
    font: str,
    further: str = "",
    lang: Lang = "zh",
) -> str:
    """Return the overview as one HTML text without a script.

    Parameters
    ----------
    title
        What the province is called.
    rows
        One a district, in the order of their names.
    facts
        `tiers` with their standards in seconds, `horizon_s`, `date`, `simulated`.
    font
        The element that brings the font.
    further
        Sections that follow, HTML already.
    lang
        Language of the page.
    """
    tiers: Mapping[str, float] = facts["tiers"]
    done = [row for row in rows if row.why is None]
    lost = [row for row in rows if row.why is not None]
    heads = [
        *(text(f"province.{name}", lang) for name in ("district", "buildings", "people")),
        *(text("province.share", lang, tier=label("map_tier", tier, lang), minutes=f"{s / 60:g}")
          for tier, s in tiers.items()),
        text("province.red", lang),
    ]  # fmt: skip
    body = ""
    if lost:
        told = [[row.title, (row.why or {}).get(lang, "")] for row in lost]
        names = [text("province.district", lang), text("province.why", lang)]
        body += section("province.failed", table(names, told), lang)
    groups: dict[str, list[DistrictRow]] = {}
    for row in done:
        groups.setdefault(row.name.rpartition("/")[0], []).append(row)
    body += section("province.map", _map(done, list(tiers)[-1], lang), lang)
    for city, own in groups.items():
        cells = [_cells(row, tuple(tiers), lang) for row in own]
        inside = table(heads, cells, numeric=range(1, len(heads)))
        heading = escape(shown(city)) if city else escape(text("province.districts", lang))
        body += f"<section><h2>{heading}</h2>{inside}</section>"
    note = text("province.note", lang, minutes=f"{facts['horizon_s'] / 60:g}")
    page = Template(template("report.html")).substitute(
        lang=HTML_LANG[lang],
        title=escape(shown(title)),
        style=font + template("index.css"),
        badge=badge(lang) if facts["simulated"] else "",
        facts=escape(text("province.facts", lang, date=facts["date"], count=len(done))),
        body=body + further + paragraph(note, "note"),
    )
    return seal(page)


def _cells(row: DistrictRow, tiers: Sequence[str], lang: Lang) -> list[str]:
    name = escape(shown(row.title))
    figures = row.figures
    return [
        Html(f'<a href="{escape(quote(row.page))}">{name}</a>'),
        _number(figures.get("buildings"), lang),
        _number(figures.get("people"), lang),
        *(_share(figures["share"].get(tier), lang) for tier in tiers),
        _number(figures.get("red"), lang),
    ]


def _number(value: Any, lang: Lang) -> str:
    return text("popup.unknown", lang) if value is None else f"{value:,.0f}"


def _share(told: Mapping[str, Any] | None, lang: Lang) -> str:
    if not told or told.get("share_buildings") is None:
        return text("popup.unknown", lang)
    low, high = told["share_buildings_low"], told["share_buildings_high"]
    return (
        f"{told['share_buildings']:.1%}（{low:.0%}–{high:.0%}）"
        if lang == "zh"
        else (f"{told['share_buildings']:.1%} ({low:.0%}-{high:.0%})")
    )


def _map(rows: Sequence[DistrictRow], tier: str, lang: Lang) -> str:
    """Return the outlines of the districts as a drawing, each a way to its page."""
    known = [(row, row.outline) for row in rows if row.outline is not None]
    known = [(row, outline) for row, outline in known if not outline.is_empty]
    if not known:
        return ""
    west, south, east, north = shapely.total_bounds([outline for _, outline in known])
    narrow = float(np.cos(np.radians((south + north) / 2)))  # a degree of longitude
    scale = WIDE / max((east - west) * narrow, north - south, 1e-6)
    shapes = []
    for row, outline in known:
        shape = outline if shapely.get_dimensions(outline) == 2 else outline.buffer(1e-4)
        rings = [
            " ".join(
                f"{(x - west) * narrow * scale:.1f},{(north - y) * scale:.1f}"
                for x, y in shapely.get_coordinates(shapely.get_exterior_ring(one))
            )
            for one in shapely.get_parts(shape)
        ]
        told = row.figures["share"].get(tier) or {}
        name = escape(shown(row.title))
        said = escape(_share(told, lang))
        share = told.get("share_buildings")
        fill = style.UNKNOWN_FILL if share is None else _shade(share)
        dash = ' stroke-dasharray="5 4"' if share is None else ""
        drawn = "".join(
            f'<polygon points="{ring}" fill="{fill}" stroke="#333"{dash}/>' for ring in rings
        )
        link = escape(quote(row.page))
        shapes.append(f'<a href="{link}"><g><title>{name} {said}</title>{drawn}</g></a>')
    wide, high = (east - west) * narrow * scale, (north - south) * scale
    view = f"-4 -4 {wide + 8:.0f} {high + 8:.0f}"
    label_said = escape(text("province.map", lang))
    legend = paragraph(
        text("province.legend", lang, tier=label("map_tier", tier, lang) if tier else ""), "note"
    )
    return (
        f'<svg viewBox="{view}" width="100%" role="img" aria-label="{label_said}"'
        f' style="max-height:28em">{"".join(shapes)}</svg>{legend}'
    )


def _shade(share: float) -> str:
    return SHADES[sum(share < step for step in STEPS)]
