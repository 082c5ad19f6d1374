"""The planner's page: what if a station stood here, or a lane were closed, answered in the page."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from ...coverage.assessment import Assessment
from ...coverage.what_if import Moments
from ...geo.plan import Plan
from ...geo.town import Town
from ...geo.words import HostType, LaneClass, Lang, Tier, Vehicle, label, text
from ...geo.words import fields as f
from ..html import Pack, escape, section, shown
from ..reports import plain_page
from ..styles import style
from ..voice import scenario_name
from . import overlays
from .canvas import PackedLines, PackedPolygons
from .city import MOST_BUILDINGS
from .hills import hills
from .plan_table import plan_table
from .planner_area import area_data
from .planner_pack import LENGTH_UNITS, engine_data, whole
from .planner_prices import plan_prices
from .planner_standing import standing
from .town_page import Surroundings, bar_texts, script_content, town_page

_CLICKS = ("buildings",)
_HEADINGS = (
    "plans", "undo", "redo", "drop", "unkept",
    "export", "import", "print", "tools", "station", "moment", "results",
    "area",
    "curve", "communities", "changes", "few_note", "kept_note", "note", "standing",
)  # fmt: skip
CLOSED = style.Class("", "#b3001b", pixels=5, dash=(3, 7), casing="#ffffff")
OPENED = style.Class("", "#00734d", pixels=5, casing="#ffffff")


def planner_page(
    town: Town,
    assessment: Assessment,
    moments: Moments,
    *,
    plan: Plan | None = None,
    lang: Lang = "zh",
) -> str:
    """Return the planner's page as one HTML text.

    Parameters
    ----------
    town
        What plans change.
    assessment
        Of the town, or of the town under the plan; its scenario is shown first.
    moments
        Of the same town and day, from `weizhan.coverage.what_if.moments`.
    plan
        Shown first beside the town as it is.
    lang
        Language of the page.
    """
    pack = Pack()
    engine = engine_data(town, moments, pack, lang=lang)
    area = area_data(town, pack, lang=lang)
    texts = {name: escape(text(f"planner.{name}", lang)) for name in _HEADINGS}
    texts["crossings_note"] = (
        escape(text("planner.crossings_note", lang)) if len(town.network.crossing) else ""
    )
    texts["stands"] = standing(assessment, lang)
    title = text("planner.title", lang, town=shown(assessment.town))
    around = Surroundings(
        "planner",
        bar_texts(assessment, lang)
        | texts
        | {"town": escape(title), "panel": escape(text("page.panel", lang)),
           "close": escape(text("page.close", lang))},
        _content(assessment, lang)
        | {
            "engine": engine,
            "area": area,
            "plan": plan and json.dumps(plan.model_dump()),
            "town": whole(town.name),
            "plan_table": plan_table(),
            "hills": hills(assessment),
            "prices": plan_prices(town.rules),
            "length_units": LENGTH_UNITS,
        },
        ["committee.css", "planner.css"],
        parts=("plane.js", "engine.js", "plan_table.js", "plans.js", "kept.js", "why.js"),
        tools=("area.js", "beside.js", "hills.js"),
        blocks=pack.block("engine-pack"),
    )  # fmt: skip
    layers = (
        overlays.communities(assessment, lang=lang),
        _lanes(town, lang),
        _buildings(town, lang),
    )
    return town_page(assessment, title, layers, around, lang)


def fits_planner(town: Town, *, most: int = MOST_BUILDINGS) -> bool:
    """Return whether a browser can compute with the buildings of a town.

    Parameters
    ----------
    town
        A loaded town.
    most
        So many buildings fit.
    """
    return len(town.buildings) <= most


def planner_left_out(
    assessment: Assessment, *, most: int = MOST_BUILDINGS, lang: Lang = "zh"
) -> str:
    """Return the page in place of the planner of a town that does not fit: why, and what serves.

    Parameters
    ----------
    assessment
        Of the town.
    most
        So many buildings would fit.
    lang
        Language of the page.
    """
    many = {"count": f"{len(assessment.buildings):,}", "most": f"{most:,}"}
    why = text("planner.left_out_why", lang, **many)
    ways = [text(f"planner.left_out_{way}", lang) for way in ("part", "site", "plan")]
    said = "".join(f"<li>{escape(way)}</li>" for way in ways)
    body = section("planner.left_out", f"<p>{escape(why)}</p><ul>{said}</ul>", lang)
    title = text("planner.title", lang, town=shown(assessment.town))
    facts = text("page.facts", lang, scenario=scenario_name(assessment, lang),
                 date=shown(assessment.date), rules=shown(assessment.rules))  # fmt: skip
    return plain_page(title, facts, body, simulated=assessment.simulated, lang=lang)


def _content(assessment: Assessment, lang: Lang) -> dict[str, Any]:
    """Return what the page's scripts show beside what they compute with."""
    content = script_content(assessment, _CLICKS, lang, spoken=("planner",))
    return {
        **content,
        "scenario": assessment.scenario,
        "covers": [cover.value for cover in style.COVER_FILLS] + ["unknown"],
        "communities": [],
        "station_tiers": _labels("tier", [tier.value for tier in Tier], lang),
        "host_types": _labels("host_type", [host.value for host in HostType], lang),
        "vehicles": _labels("vehicle", [vehicle.value for vehicle in Vehicle], lang),
        "station_style": asdict(style.station_style(lang)),
        "lane_marks": [asdict(CLOSED), asdict(OPENED)],
        "change_looks": [asdict(look) for look in _change_classes()],
        "bands": list(style.BANDS),
    }


def _labels(vocabulary: str, codes: list[str], lang: Lang) -> list[dict[str, str]]:
    return [{"code": code, "label": label(vocabulary, code, lang)} for code in codes]


def _change_classes() -> tuple[style.Class, ...]:
    """Return how a change is drawn: gained, faster, same, slower, lost, unknown."""
    return (
        style.Class("", "#0b5c8c", line="#04304c"),
        style.Class("", "#9cc7de", line="#5f7f93"),
        style.Class("", "#eceae4", line="#b9b3a7"),
        style.Class("", "#f0b070", line="#8a4a12"),
        style.Class("", "#7f3508", line="#f6d9b8", pattern="cross"),
        style.Class("", style.UNKNOWN_FILL, line="#8a8a8a", pattern="hatch"),
    )


def _lanes(town: Town, lang: Lang) -> PackedLines:
    """Return the lanes as a map shows them; the page marks what a plan changes."""
    frame = town.lanes
    order = tuple(kind.value for kind in LaneClass)
    classes = style.codes_to_classes(overlays.column(frame, f.LANE_CLASS), order)
    return PackedLines(
        "lanes",
        frame,
        styles={"lanes": (style.lane_style(lang), classes)},
        numbers={f.WIDTH_M: (overlays.column(frame, f.WIDTH_M), 2)},
        texts={
            "id": overlays.column(frame, f.LANE_ID),
            "drawn": overlays.column(frame, f.DRAWN_LANE_ID),
            f.NAME: overlays.column(frame, f.NAME),
        },
        z_index=2,
    )


def _buildings(town: Town, lang: Lang) -> PackedPolygons:
    """Return the buildings; what colours them is computed in the page."""
    frame = town.buildings
    nothing = np.zeros(len(frame), np.int64)
    return PackedPolygons(
        "buildings",
        frame,
        styles={
            f"{kind}_{tier}": (made(tier, rule.standard_s.value, lang), nothing)
            for tier, rule in town.rules.tier.items()
            for kind, made in (("response", style.response_style), ("cover", style.cover_style))
        },
        texts={
            "id": overlays.column(frame, f.BUILDING_ID),
            f.NAME: overlays.column(frame, f.NAME),
            f.ADDRESS: overlays.column(frame, f.ADDRESS),
        },
        z_index=3,
    )
