"""The folder of an assessment: pages, ``summary.json``, ``results.gpkg``, ``communities.csv``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyogrio

from ...coverage.assessment import Assessment
from ...coverage.risk import communities as community_risk
from ...coverage.scenes import BEFORE, Scene
from ...geo.plan import Plan
from ...geo.words import LANGS, Lang, label, text
from ...geo.words import fields as f
from ..books import VULNERABLE, sheet, write_geopackage
from ..reports import COMMUNITY_PAGES, index_page, public_page

RISK_FIGURES = (*community_risk.FIGURES, *community_risk.COUNTS)
#: Figures that only a town with enough fires of its own has.
ABSOLUTE = community_risk.ABSOLUTE
RESULT_NAMES = (
    "index.html",
    "committee.html",
    "planner.html",
    "public.html",
    COMMUNITY_PAGES,
    "summary.json",
    "results.gpkg",
    "communities.csv",
)
FIGURES = (
    "standard_s",
    "buildings",
    "known_buildings",
    "covered_buildings",
    "covered_buildings_low",
    "covered_buildings_high",
    "share_buildings",
    "share_buildings_low",
    "share_buildings_high",
    "people",
    "covered_people",
    "share_people",
    "people_unknown_buildings",
)

#: Of ``entry["water"]``.
WATER_FIGURES = ("working", "untold", "beyond", "hydrant_gain")


def write_results(
    assessment: Assessment,
    folder: Path,
    *,
    lang: Lang,
    timings: Mapping[str, float],
    scenes: Mapping[str, Scene] = MappingProxyType({}),
    plan: Plan | None = None,
    others: Mapping[str, str] = MappingProxyType({}),
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Write everything that an assessment shows into a folder that exists.

    Parameters
    ----------
    assessment
        What to show.
    folder
        Empty; see `weizhan.geo.words.folders.whole_folder`.
    lang
        Of the pages and the table of communities.
    timings
        Seconds of the stages before the assessment, for ``summary.json``.
    scenes
        Other moments that the committee's page may switch to.
    plan
        The plan under which the town was assessed, if any.
    others
        Pages and papers of other commands that ``index.html`` links, from `pages_beside`.
    progress
        Called with the catalogue key of each step as it begins.
    """
    from ..page import committee_pages  # brings folium, which papers and tables do without

    progress("step.pages")
    against = scenes[BEFORE].differences if BEFORE in scenes else ()
    door = index_page(assessment, against=against, others=others, lang=lang)
    (folder / "index.html").write_text(door, encoding="utf-8")
    for name, page in committee_pages(
        assessment, scenes=scenes, plan=plan, lang=lang, workers=os.cpu_count() or 1
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(page, encoding="utf-8")
    progress("step.public")
    page = public_page(assessment, scenes=scenes, lang=lang)
    (folder / "public.html").write_text(page, encoding="utf-8")
    progress("step.write")
    rounded = {stage: round(seconds, 3) for stage, seconds in timings.items()}
    summary = dict(assessment.summary)
    if against:  # how the earlier assessment beside this one was measured otherwise
        summary["differences"] = [{g: one.said(g) for g in LANGS} for one in against]
    summary["timings_s"] = {**rounded, **assessment.summary["timings_s"]}
    said = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "summary.json").write_text(said + "\n", encoding="utf-8")
    table = communities_csv(assessment.summary["communities"], tuple(assessment.tiers), lang=lang)
    (folder / "communities.csv").write_text(table, encoding="utf-8-sig", newline="")
    write_geopackage(
        folder / "results.gpkg",
        {
            "buildings": assessment.buildings,
            "lanes": assessment.lanes,
            "stations": assessment.stations,
            "communities": assessment.communities,
            "areas": assessment.areas,
        },
        date=assessment.date,
    )
    if not assessment.provenance.empty:
        told = assessment.provenance.astype({"value": str, "as_of": str})
        told = told[~told["column"].isin(VULNERABLE)]
        pyogrio.write_dataframe(told, folder / "results.gpkg", layer="provenance", append=True)
    if not assessment.station_provenance.empty:
        told = assessment.station_provenance.astype({"value": str, "as_of": str})
        pyogrio.write_dataframe(
            told, folder / "results.gpkg", layer="station_provenance", append=True
        )


def _told(communities: list[dict[str, Any]], figure: str) -> bool:
    return any(entry.get("risk", {}).get(figure) is not None for entry in communities)


def communities_csv(
    communities: list[dict[str, Any]], tiers: tuple[str, ...], *, lang: Lang
) -> str:
    """Return the table of communities, one row each, as CSV that a spreadsheet opens safely.

    Text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    figures = [text(f"table.{figure}", lang) for figure in FIGURES]
    of_risk = [n for n in RISK_FIGURES if n not in ABSOLUTE or _told(communities, n)]
    heads = [
        text("table.community_id", lang),
        text("table.community", lang),
        *(f"{label('map_tier', tier, lang)} {figure}" for tier in tiers for figure in figures),
        *(text(f"table.{figure}", lang) for figure in of_risk),
        *(text(f"table.water_{figure}", lang) for figure in WATER_FIGURES),
    ]
    rows = []
    for entry in communities:
        name = entry[f.NAME] if entry[f.COMMUNITY_ID] else text("table.no_community", lang)
        cells = [entry[f.COMMUNITY_ID], name]
        cells += [entry["coverage"][tier][figure] for tier in tiers for figure in FIGURES]
        cells += [entry.get("risk", {}).get(figure) for figure in of_risk]
        cells += [entry.get("water", {}).get(figure) for figure in WATER_FIGURES]
        rows.append(cells)
    return sheet(heads, rows)
