"""The page for the committee: one file, a full-screen map with reasons in its popups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.scenes import BEFORE, Scene
from ...geo.plan import Plan
from ...geo.tables import is_missing
from ...geo.words import Lang, catalogue, text
from ...geo.words import fields as f
from ..html import differences_told, escape, shown
from ..reports import communities_table, message, next_list
from ..styles import style
from ..voice import (
    FEWEST_PEOPLE,
    community_name,
    community_rows,
    count,
    guide_steps,
    key_figures,
    main_tier,
    next_steps,
    opening_said,
    people,
    share,
    tiers_told,
    water_said,
    work_said,
)
from . import lane_overlays, overlays, place_overlays, scene_overlays
from .hills import hills
from .layer_columns import Numbers, Styles
from .overlays import column
from .readings import readings, searched, use_words
from .town_page import Surroundings, bar_texts, script_content, town_page

_CLICKS = ("proposed", "stations", "offices", "devices", "barriers", "crossings", "water",
           "buildings", "lanes", "hazard_areas", "estates", "grids", "communities")  # fmt: skip
_HEADINGS = ("panel", "close", "figures", "notes", "tabs", "tab_overview", "tab_layers", "tab_find",
             "views")  # fmt: skip
_FIND = ("hint", "filters", "clear", "list", "copy")
_GUIDE = ("open", "print", "back", "next", "close")
_TREE = ("title", "full", "measure", "print", "print_title", "paper", "grey",
         "print_now", "print_back", "north", "swipe", "swipe_handle")  # fmt: skip
_TOOLS = (
    "tools.js",
    "find.js",
    "sieve.js",
    "onscreen.js",
    "hills.js",
    "heat.js",
    "swipe.js",
    "community.js",
    "print.js",
    "guide.js",
    "share.js",
)


def committee_page(
    assessment: Assessment,
    *,
    scenes: Mapping[str, Scene] = MappingProxyType({}),
    plan: Plan | None = None,
    pages: Mapping[str, str] | None = None,
    home: str = "",
    font: str = "",
    lang: Lang = "zh",
) -> str:
    """Return the committee's page as one HTML text.

    Parameters
    ----------
    assessment
        What to show.
    scenes
        Other moments that the page may switch to, by name; see `weizhan.coverage.scenes`.
    plan
        Whose added stations are marked as proposed.
    pages
        Files of the communities' own pages by identity, for an overview.
    home
        File of the overview, for the page of a community.
    font
        The element that brings a font which several pages share; by default a page has its own.
    lang
        Language of the page.
    """
    further = [partial(_heat_numbers, assessment), partial(scene_overlays.add_scenes, assessment,
                                                           scenes)]  # fmt: skip
    against = scenes[BEFORE].differences if BEFORE in scenes else ()
    duties = {name: scene.on_duty for name, scene in scenes.items() if scene.on_duty is not None}
    layers = (
        overlays.ponds(assessment, lang=lang),
        place_overlays.estates(assessment, lang=lang),
        overlays.communities(
            assessment,
            lang=lang,
            further=scene_overlays.community_styles(assessment, scenes, lang),
        ),
        lane_overlays.lanes(assessment, lang=lang),
        overlays.buildings(assessment, lang=lang, further=further),
        overlays.areas(assessment, lang=lang),
        place_overlays.hazard_areas(assessment, lang=lang),
        place_overlays.grids(assessment, lang=lang),
        place_overlays.devices(assessment, lang=lang),
        place_overlays.offices(assessment, lang=lang),
        overlays.water(assessment, lang=lang),
        overlays.barriers(assessment, lang=lang),
        *([] if assessment.crossings.empty else [overlays.crossings(assessment, lang=lang)]),
        overlays.stations(assessment, lang=lang, duties=duties),
        overlays.proposed(plan, lang=lang),
    )
    headings = {name: escape(text(f"page.{name}", lang)) for name in _HEADINGS}
    headings |= {f"tree_{name}": escape(text(f"tree.{name}", lang)) for name in _TREE}
    headings |= {f"find_{name}": escape(text(f"find.{name}", lang)) for name in _FIND}
    headings |= {f"guide_{name}": escape(text(f"guide.{name}", lang)) for name in _GUIDE}
    headings["share"] = escape(text("share.button", lang))
    headings["differences"] = differences_told(against, lang)
    past = scenes[BEFORE].communities if BEFORE in scenes else ()
    rows = community_rows(assessment, lang, before=past)
    headings |= {
        "message": message(opening_said(assessment, lang)),
        "table": communities_table(assessment, rows, lang),
        "next_title": escape(text("opening.next", lang)),
        "next": next_list(next_steps(assessment, lang), lang, leads=True),
    }
    around = Surroundings(
        "committee",
        bar_texts(assessment, lang) | headings,
        _content(assessment, scenes, lang) | {"pages": dict(pages or {}), "home": home},
        ["committee.css", "print.css", "guide.css"],
        tools=_TOOLS,
    )
    title = text("page.title", lang, town=shown(assessment.town))
    return town_page(assessment, title, layers, around, lang, font=font)


def _heat_numbers(
    assessment: Assessment,
    lang: Lang,
    styles: Styles,
    numbers: Numbers,
    texts: dict[str, pd.Series],
) -> None:
    """Add what heat is made of beyond cover and people, where the assessment has it."""
    frame = assessment.buildings
    if c.HARM_INDEX in frame.columns:
        numbers["harm"] = (frame[c.HARM_INDEX], 3)
    if c.PAST_FIRES in frame.columns:
        numbers["past_fires"] = (frame[c.PAST_FIRES], 0)


def _content(assessment: Assessment, scenes: Mapping[str, Scene], lang: Lang) -> dict[str, Any]:
    """Return what the page's scripts show beside the layers."""
    notes = [shown(note[lang]) for note in assessment.summary.get("notes", ())]
    if assessment.simulated:
        notes.insert(0, text("page.simulated_note", lang))
    own = assessment.scenario_label.get(lang, assessment.scenario)
    moments = [{"code": "", "label": shown(own)}]
    moments += [{"code": n, "label": shown(s.label.get(lang, n))} for n, s in scenes.items()]
    absent = {"crossings"} if assessment.crossings.empty else set()
    clicks = [name for name in _CLICKS if name not in absent]
    script = script_content(
        assessment, clicks, lang, spoken=("find", "guide", "opening", "scene", "share", "tree")
    )
    if BEFORE in scenes and any(d.part == "plan_after" for d in scenes[BEFORE].differences):
        for key in ("tree.kind_change", "tree.community_trend"):  # beside the present, not the past
            script["texts"][key] = catalogue()[f"{key}_plan"][lang]
    return {
        **script,
        "share_name": f"{shown(assessment.town)}-{shown(assessment.date)}",
        "covers": [cover.value for cover in style.COVER_FILLS] + ["unknown"],
        "moments": moments,
        "figures": _figures(assessment, scenes, lang),
        "openings": _openings(assessment, scenes, lang),
        "readings": readings(searched(assessment)),
        "uses": use_words(lang),
        "communities": _communities(assessment, scenes, lang),
        "notes": notes,
        "hills": hills(assessment),
        "guide": [asdict(step) for step in guide_steps(assessment, lang)],
    }


def _at_moments(assessment: Assessment, scenes: Mapping[str, Scene]) -> dict[str, Assessment]:
    """Return the assessment as it would be shown at each moment."""
    moments = {"": assessment}
    for name, scene in scenes.items():
        told = {"coverage": scene.coverage, "communities": scene.communities, "next": {}}
        moments[name] = assessment.replaced(
            summary={**assessment.summary, **told}, scenario_label=scene.label
        )
    return moments


def _figures(
    assessment: Assessment, scenes: Mapping[str, Scene], lang: Lang
) -> dict[str, list[dict[str, Any]]]:
    """Return the figures that matter most, by moment."""
    return {
        name: [asdict(figure) for figure in key_figures(then, lang)]
        for name, then in _at_moments(assessment, scenes).items()
    }


def _openings(
    assessment: Assessment, scenes: Mapping[str, Scene], lang: Lang
) -> dict[str, dict[str, Any]]:
    """Return the opening sentence and the cells of late people, by moment."""
    past = scenes[BEFORE].communities if BEFORE in scenes else ()
    tier = main_tier(assessment)
    return {
        name: {
            "said": opening_said(then, lang, tier=tier),
            "late": {
                row.identity: asdict(row.late)
                for row in community_rows(
                    then, lang, before=() if name == BEFORE else past, tier=tier
                )
            },
        }
        for name, then in _at_moments(assessment, scenes).items()
    }


def _communities(
    assessment: Assessment, scenes: Mapping[str, Scene], lang: Lang
) -> list[dict[str, Any]]:
    """Return one row a community: its name, its people, its share by moment and tier, its risk."""
    frame = assessment.communities
    ids, heads = column(frame, f.COMMUNITY_ID), column(frame, f.PEOPLE)
    inhabitants = dict(zip(ids.astype(str), heads, strict=True))
    told = tiers_told(assessment, further=False)
    entries = list(assessment.summary.get("communities", ()))
    moments = {"": _by_community(entries)}
    moments |= {name: _by_community(scene.communities) for name, scene in scenes.items()}
    ranks = {tier: scene_overlays.rank_intervals(entries, tier) for tier in told}
    rows = []
    whole = assessment.summary.get("coverage", {})
    for community in entries:
        identity = str(community[f.COMMUNITY_ID])
        shares: dict[str, dict[str, Any]] = {}
        for name, known in moments.items():
            coverage = known.get(identity, {})
            shares[name] = {
                tier: asdict(share(coverage.get(tier), lang, town=whole.get(tier))) for tier in told
            }
        for tier in told:
            rank, first, last = ranks[tier].get(identity, (0, 0, 0))
            tells = rank and (first, last) != (1, len(ranks[tier]))  # any place says nothing
            said = text("scene.rank", lang, rank=rank, low=first, high=last) if tells else ""
            shares[""][tier]["rank"] = said
        rows.append(
            {
                "id": shown(identity),
                "name": community_name(community, lang),
                "people": people(inhabitants.get(identity), lang, unit=True),
                "shares": shares,
                "risk": _risk_lines(community.get("risk"), lang),
                "work": [
                    *work_said(community.get("work"), lang),
                    *water_said(community.get("water"), assessment.lanes, lang),
                ],
            }
        )
    return rows


def _by_community(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(entry[f.COMMUNITY_ID]): entry.get("coverage", {}) for entry in entries}


def _risk_lines(risk: Mapping[str, Any] | None, lang: Lang) -> list[str]:
    """Return what is said of a community's risk, each with its numbers."""
    if not risk:
        return []
    bands = {
        b: count(risk.get(f"{b}_buildings"), lang) for b in ("red", "orange", "yellow", "blue")
    }
    lines = [
        text("tree.community_bands", lang, **bands),
        text(
            "tree.community_hazards",
            lang,
            open=count(risk.get(c.OPEN_HAZARDS), lang),
            late=count(risk.get(c.OVERDUE_HAZARDS), lang),
        ),
    ]
    if not is_missing(risk.get("fire_ratio")):
        ratio, low, high = (
            f"{float(risk['fire_ratio' + end]):.2f}" for end in ("", "_low", "_high")
        )
        fires = risk.get(c.PAST_FIRES)
        few = f"<{FEWEST_PEOPLE}" if is_missing(fires) else count(fires, lang)
        lines.append(text("tree.community_fires", lang, count=few, ratio=ratio, low=low, high=high))
    return lines
