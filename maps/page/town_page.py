"""What the pages with a map share: the empty map, what surrounds it, what the scripts say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from string import Template
from typing import Any

import folium
from branca.element import Element

from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, Vehicle, catalogue, label, text
from ..html import escape, json_block, shown, template, town_font
from ..styles import style
from ..voice import no_answer, scenario_name, tiers_told
from .landmarks import landmarks
from .standalone import LEAFLET_CSS, LEAFLET_JS, Verbatim, standalone

# Sections of the catalogue that the scripts speak from
_SPOKEN = ("popup", "verdict", "legend", "overlay", "page", "paint", "lane")


def town_page(
    assessment: Assessment,
    title: str,
    layers: Iterable[Element],
    around: Surroundings,
    lang: Lang,
    *,
    font: str = "",
) -> str:
    """Return a full-screen map and what surrounds it as one page.

    Parameters
    ----------
    assessment
        Whose page; a simulated town is named so in the title.
    title
        Of the page, plain text.
    layers
        On the map, the lowest first.
    around
        Everything but the map.
    lang
        Language of the page.
    font
        The element that brings a font which several pages share; by default the page's own.
    """
    town = folium.Map(
        location=[0, 0],
        zoom_start=21,  # where nothing is: from afar the whole town is drawn onto one spot first
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
    root: Any = town.get_root()
    root.header.add_child(Verbatim(f"<script>{template('guard.js')}</script>\n"), name="guard")
    town.default_js, town.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    for layer in layers:
        town.add_child(layer)
    town.add_child(around)
    if not font:
        said = json.dumps(around.content, ensure_ascii=False)
        font = f"<style>{town_font(assessment, title, said)}</style>"
    root.header.add_child(Verbatim(f"{font}\n"), name="font")
    if assessment.simulated:
        title = f"[{text('page.simulated', lang)}] {title}"
    return standalone(town, title=title, lang=lang)


class Surroundings(Element):
    """Everything around the map.

    Parameters
    ----------
    name
        Of the page: its template is ``<name>.html``, its last script ``<name>.js``.
    texts
        What stands in the template, as HTML.
    content
        What the scripts find as ``content``.
    sheets
        Style sheets.
    parts, tools
        Scripts before and after those of every page.
    blocks
        Further elements that hold data.
    """

    def __init__(
        self,
        name: str,
        texts: dict[str, str],
        content: dict[str, Any],
        sheets: Sequence[str],
        *,
        parts: Sequence[str] = (),
        tools: Sequence[str] = (),
        blocks: str = "",
    ) -> None:
        """Fill in the template."""
        super().__init__()
        self._name, self._id = name, "page"
        shared = ("popups.js", "frame.js", "labels.js", "paper.js", "keys.js")
        self._parts, self._blocks = (*parts, *shared, *tools), blocks
        self.chrome = Template(template(f"{name}.html")).substitute(texts)
        self.content = content
        self.sheets = "".join(
            f"<style>{template(sheet)}</style>\n" for sheet in (*sheets, "paper.css")
        )

    def render(self, **kwargs: Any) -> str:
        """Put the page's styles, its elements, its data and its scripts."""
        figure: Any = self.get_root()
        parent: Any = self._parent
        figure.header.add_child(Verbatim(self.sheets), name="sheets")
        figure.html.add_child(Verbatim(self.chrome), name="chrome")
        data = self._blocks + json_block("content", self.content)
        figure.html.add_child(Verbatim(data), name="content")
        start = f"weizhan.map = {parent.get_name()};\n"
        for part in (*self._parts, f"{self._name}.js"):
            figure.script.add_child(Verbatim(start + template(part)), name=part)
            start = ""
        return ""


def bar_texts(assessment: Assessment, lang: Lang) -> dict[str, str]:
    """Return the texts of the bar on top and of the legend, as HTML."""
    facts = {
        "scenario": scenario_name(assessment, lang),
        "date": shown(assessment.date),
        "rules": shown(assessment.rules),
    }
    badge = f'<strong class="badge">{escape(text("page.simulated", lang))}</strong>'
    return {
        "town": escape(shown(assessment.town)),
        "facts": escape(text("page.facts", lang, **facts) + _uncalibrated(assessment, lang)),
        "badge": badge if assessment.simulated else "",
        "trouble": _trouble(lang),
        "legend": escape(text("legend.title", lang)),
    }


def _trouble(lang: Lang) -> str:
    """Return what the page says without scripts, and what `guard.js` shows when they break."""
    said = {name: escape(text(f"trouble.{name}", lang)) for name in ("noscript", "old", "broken")}
    told = "".join(f'<p id="trouble-{n}" hidden>{said[n]}</p>' for n in ("old", "broken"))
    away = f'<button id="trouble-away" type="button">{escape(text("trouble.away", lang))}</button>'
    return (
        f'<noscript><p class="trouble">{said["noscript"]}</p></noscript>'
        f'<div id="trouble" class="trouble" role="alert" hidden>{told}'
        f'<p id="trouble-why"></p>{away}</div>'
    )


def _uncalibrated(assessment: Assessment, lang: Lang) -> str:
    """Return 未校准, which every page says while risk rests on no local fires."""
    return "" if assessment.calibrated else text("page.uncalibrated", lang)


def script_content(
    assessment: Assessment, clicks: Sequence[str], lang: Lang, *, spoken: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the scripts of every page need: sentences, tiers, vehicles.

    Parameters
    ----------
    assessment
        What is shown.
    clicks
        Names of the layers that answer a click, the first one first.
    lang
        Language of the page.
    spoken
        Further sections of the catalogue that the scripts speak from.
    """
    return {
        "texts": dict(_texts(frozenset({*_SPOKEN, *spoken}), lang)),
        "clicks": list(clicks),
        "landmarks": landmarks(assessment.buildings),
        "tiers": [_tier(assessment, tier, lang) for tier in tiers_told(assessment)],
        "told": [_tier(assessment, tier, lang) for tier in tiers_told(assessment, further=False)],
        "vehicles": [
            {"code": vehicle.value, "label": label("vehicle", vehicle.value, lang)}
            for vehicle in Vehicle
        ],
    }


@cache
def _texts(sections: frozenset[str], lang: Lang) -> dict[str, str]:
    """Return the texts of some sections of the catalogue: the same for every page."""
    return {
        key: entry[lang] for key, entry in catalogue().items() if key.partition(".")[0] in sections
    }


def _tier(assessment: Assessment, tier: str, lang: Lang) -> dict[str, Any]:
    standard_s = assessment.tiers[tier]
    coverage = assessment.summary.get("coverage", {}).get(tier)
    answered = coverage is not None and not is_missing(coverage.get("share_buildings"))
    return {
        "code": tier,
        "label": style.tier_label(tier, lang),
        "standard": style.standard_label(standard_s, lang),
        "standard_s": standard_s,
        "no_answer": "" if answered else no_answer(coverage, lang),
    }
