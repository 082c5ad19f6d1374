"""The page for the committee: one file, a full-screen map with reasons in its popups."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Any

import folium
import pandas as pd
from branca.element import Element

from ..coverage.assessment import Assessment
from ..geo import fields as f
from ..geo.catalogue import Lang, catalogue, label, text
from ..geo.vocabulary import Vehicle
from . import overlays, style
from .figures import community_name, key_figures, people, scenario_name, share
from .standalone import (
    LEAFLET_CSS,
    LEAFLET_JS,
    Verbatim,
    escape,
    json_block,
    shown,
    standalone,
    template,
)

_SPOKEN = ("popup", "verdict", "legend", "overlay", "page")  # sections the scripts speak from


def committee_page(assessment: Assessment, *, lang: Lang = "zh") -> str:
    """Return the committee's page as one HTML text.

    Parameters
    ----------
    assessment
        What to show.
    lang
        Language of the page.
    """
    town = folium.Map(
        location=[0, 0],
        zoom_start=2,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
        max_zoom=21,
        zoom_snap=0.5,  # tiles of the next whole zoom, shrunk: sharp, and the town fills the page
        fade_animation=False,
    )
    town._id = "town"
    town.get_root()._id = "page"
    town.default_js, town.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    for layer in (
        overlays.communities,
        overlays.lanes,
        overlays.buildings,
        overlays.water,
        overlays.barriers,
        overlays.stations,
    ):
        town.add_child(layer(assessment, lang=lang))
    town.add_child(_Committee(assessment, lang))
    title = text("page.title", lang, town=shown(assessment.town))
    if assessment.simulated:
        title = f"[{text('page.simulated', lang)}] {title}"
    return standalone(town, title=title, lang=lang)


class _Committee(Element):
    """Everything around the map: title bar, panel, legend, popups."""

    def __init__(self, assessment: Assessment, lang: Lang) -> None:
        super().__init__()
        self._name, self._id = "committee", "page"
        facts = {
            "scenario": scenario_name(assessment, lang),
            "date": shown(assessment.date),
            "rules": shown(assessment.rules),
        }
        badge = f'<strong class="badge">{escape(text("page.simulated", lang))}</strong>'
        self.chrome = Template(template("committee.html")).substitute(
            town=escape(shown(assessment.town)),
            facts=escape(text("page.facts", lang, **facts)),
            badge=badge if assessment.simulated else "",
            **{
                name: escape(text(f"page.{name}", lang))
                for name in (
                    "panel", "close", "figures", "paint", "overlays", "communities", "notes",
                    "noscript", "communities_note",
                )
            },
            legend=escape(text("legend.title", lang)),
        )  # fmt: skip
        self.content = _content(assessment, lang)

    def render(self, **kwargs: Any) -> str:
        """Put the page's style, its elements, its data and its script."""
        figure: Any = self.get_root()
        parent: Any = self._parent
        sheet = f"<style>{template('committee.css')}</style>\n"
        figure.header.add_child(Verbatim(sheet), name="committee_css")
        figure.html.add_child(Verbatim(self.chrome), name="committee_chrome")
        figure.html.add_child(Verbatim(json_block("content", self.content)), name="content")
        start = f"weizhan.map = {parent.get_name()};\n"
        for part in ("popups.js", "committee.js"):
            figure.script.add_child(Verbatim(start + template(part)), name=part)
            start = ""
        return ""


def _content(assessment: Assessment, lang: Lang) -> dict[str, Any]:
    """Return what the page's scripts show beside the layers."""
    tiers = [
        {
            "code": tier,
            "label": style.tier_label(tier, lang),
            "standard": style.standard_label(standard_s, lang),
            "standard_s": standard_s,
            "no_station": _has_no_station(assessment, tier),
        }
        for tier, standard_s in assessment.tiers.items()
    ]
    paints = [
        *(
            {"style": f"response_{tier['code']}", "tier": tier["code"],
             "label": text("paint.response", lang, tier=tier["label"])}
            for tier in tiers
        ),
        *(
            {"style": f"cover_{tier['code']}", "tier": tier["code"],
             "label": text("paint.cover", lang, tier=tier["label"], standard=tier["standard"])}
            for tier in tiers
        ),
        {"style": "use", "tier": "", "label": text("paint.use", lang)},
    ]  # fmt: skip
    notes = [shown(note[lang]) for note in assessment.summary.get("notes", ())]
    if assessment.simulated:
        notes.insert(0, text("page.simulated_note", lang))
    return {
        "texts": {
            key: entry[lang]
            for key, entry in catalogue().items()
            if key.partition(".")[0] in _SPOKEN
        },
        "tiers": tiers,
        "paints": paints,
        "covers": [cover.value for cover in style.COVER_FILLS] + ["unknown"],
        "vehicles": [
            {"code": vehicle.value, "label": label("vehicle", vehicle.value, lang)}
            for vehicle in Vehicle
        ],
        "figures": [asdict(figure) for figure in key_figures(assessment, lang)],
        "communities": _communities(assessment, lang),
        "notes": notes,
    }


def _communities(assessment: Assessment, lang: Lang) -> list[dict[str, Any]]:
    """Return one row a community: its name, its people, and its share by tier."""
    frame = assessment.communities
    ids, heads = overlays.column(frame, f.COMMUNITY_ID), overlays.column(frame, f.PEOPLE)
    inhabitants = dict(zip(ids.astype(str), heads, strict=True))
    rows = []
    for community in assessment.summary.get("communities", ()):
        identity = str(community["community_id"])
        coverage = community.get("coverage", {})
        rows.append(
            {
                "id": shown(identity),
                "name": community_name(community, lang),
                "people": people(inhabitants.get(identity), lang, unit=True),
                "shares": {
                    tier: asdict(share(coverage.get(tier), lang)) for tier in assessment.tiers
                },
            }
        )
    return rows


def _has_no_station(assessment: Assessment, tier: str) -> bool:
    """Tell whether no station of a tier is known at all."""
    coverage = assessment.summary.get("coverage", {}).get(tier)
    if coverage is None:
        return True
    stations = coverage.get("stations")
    return not pd.isna(stations) and stations == 0
