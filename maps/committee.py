"""The page for the committee: one file, a full-screen map with reasons in its popups."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..coverage.assessment import Assessment
from ..geo import fields as f
from ..geo.catalogue import Lang, text
from . import lane_overlays, overlays, style
from .figures import community_name, key_figures, people, share, tiers_told
from .standalone import escape, shown
from .town_page import Surroundings, bar_texts, script_content, town_page

_CLICKS = ("stations", "barriers", "water", "buildings", "lanes", "communities")
_HEADINGS = (
    "panel",
    "close",
    "figures",
    "paint",
    "overlays",
    "communities",
    "notes",
    "communities_note",
)


def committee_page(assessment: Assessment, *, lang: Lang = "zh") -> str:
    """Return the committee's page as one HTML text.

    Parameters
    ----------
    assessment
        What to show.
    lang
        Language of the page.
    """
    makers = (
        overlays.communities,
        lane_overlays.lanes,
        overlays.buildings,
        overlays.areas,
        overlays.water,
        overlays.barriers,
        overlays.stations,
    )
    headings = {name: escape(text(f"page.{name}", lang)) for name in _HEADINGS}
    around = Surroundings(
        "committee",
        bar_texts(assessment, lang) | headings,
        _content(assessment, lang),
        ["committee.css"],
    )
    title = text("page.title", lang, town=shown(assessment.town))
    layers = (maker(assessment, lang=lang) for maker in makers)
    return town_page(assessment, title, layers, around, lang)


def _content(assessment: Assessment, lang: Lang) -> dict[str, Any]:
    """Return what the page's scripts show beside the layers."""
    notes = [shown(note[lang]) for note in assessment.summary.get("notes", ())]
    if assessment.simulated:
        notes.insert(0, text("page.simulated_note", lang))
    return {
        **script_content(assessment, _CLICKS, lang),
        "covers": [cover.value for cover in style.COVER_FILLS] + ["unknown"],
        "figures": [asdict(figure) for figure in key_figures(assessment, lang)],
        "communities": _communities(assessment, lang),
        "notes": notes,
    }


def _communities(assessment: Assessment, lang: Lang) -> list[dict[str, Any]]:
    """Return one row a community: its name, its people, and its share by tier."""
    frame = assessment.communities
    ids, heads = overlays.column(frame, f.COMMUNITY_ID), overlays.column(frame, f.PEOPLE)
    inhabitants = dict(zip(ids.astype(str), heads, strict=True))
    told = tiers_told(assessment, further=False)
    rows = []
    for community in assessment.summary.get("communities", ()):
        identity = str(community["community_id"])
        coverage = community.get("coverage", {})
        rows.append(
            {
                "id": shown(identity),
                "name": community_name(community, lang),
                "people": people(inhabitants.get(identity), lang, unit=True),
                "shares": {tier: asdict(share(coverage.get(tier), lang)) for tier in told},
            }
        )
    return rows
