"""What a province writes: tables and a page for each district, and the overview of all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from ...coverage.assessment import Assessment
from ...coverage.parts import Part
from ...geo.candidate_list import CANDIDATE_ID
from ...geo.words import Lang, OutputError, RiskBand, text, whole_file, whole_folder
from ...geo.words import fields as f
from ..books import storable
from ..html import FONT_SHEET, font_face, paragraph, section, table, town_letters
from ..reports import DistrictRow, province_page

MOST_BUILDINGS = 150_000  # on one page
SITES_FILE = "sites.json"
PER = 1000.0  # parts of the index of harm in which a siting counts
TABLES = ("buildings", "lanes", "stations", "communities", "areas")


def page_of(name: str) -> str:
    """Return the file of a district's page beside those of the others.

    Parameters
    ----------
    name
        Of the district.
    """
    return f"pages/{name.replace('/', '·')}.html"


def write_part(
    assessment: Assessment, part: Part, folder: Path, *, page: Path, home: str, lang: Lang
) -> dict[str, Any]:
    """Write the tables of a district as GeoParquet, its figures, and its page.

    Parameters
    ----------
    assessment
        Of the district as it is shown.
    part
        Which of its lanes are its own.
    folder
        Of its tables; replaced whole.
    page
        Of its page; in one folder with those of the others and the font that they share.
    home
        Address of the overview from the page.
    lang
        Of the page.

    Returns
    -------
    dict
        `figures` for the overview, and the `letters` that the page shows.
    """
    from ..page import committee_page, committee_pages

    names = {*(f"{name}.parquet" for name in TABLES), "summary.json", "manifest.json"}
    summary = {k: v for k, v in assessment.summary.items() if k != "timings_s"}
    with whole_folder(folder, may_hold=names) as unfinished:
        frames = {name: getattr(assessment, name) for name in TABLES}
        frames["lanes"] = part.own_lanes(frames["lanes"])
        for name, frame in frames.items():
            _stored(frame).to_parquet(unfinished / f"{name}.parquet")
        said = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
        (unfinished / "summary.json").write_text(said + "\n", encoding="utf-8")
    page.parent.mkdir(parents=True, exist_ok=True)
    if len(assessment.buildings) <= MOST_BUILDINGS:
        link = f'<link rel="stylesheet" href="{FONT_SHEET}">'
        whole_file(page, committee_page(assessment, home=home, font=link, lang=lang))
    else:  # too many for one page: a folder with an overview and a page for each community
        with whole_folder(page.with_suffix("")) as unfinished:
            for name, made in committee_pages(assessment, lang=lang):
                (unfinished / name).parent.mkdir(exist_ok=True)
                (unfinished / name).write_text(made, encoding="utf-8")
        whole_file(page, _forward(page.with_suffix("").name + "/committee.html"))
    return {"figures": figures_of(summary), "letters": town_letters(assessment)}


def figures_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the overview tells of a district.

    Parameters
    ----------
    summary
        Of its assessment.
    """
    shares = ("share_buildings", "share_buildings_low", "share_buildings_high",
              "covered_buildings", "known_buildings")  # fmt: skip
    coverage = summary["coverage"]
    return {
        "buildings": summary["counts"]["buildings"],
        "people": next((tier["people"] for tier in coverage.values()), None),
        "share": {tier: {name: told[name] for name in shares} for tier, told in coverage.items()},
        "red": summary["risk"]["bands"][str(RiskBand.RED)],
    }


def write_overview(
    out: Path,
    title: str,
    rows: Sequence[DistrictRow],
    facts: Mapping[str, Any],
    letters: Sequence[str],
    *,
    further: str = "",
    lang: Lang = "zh",
) -> None:
    """Write ``index.html``, and the font that the pages of the districts share.

    Parameters
    ----------
    out
        The folder of the province.
    title, rows, facts, further, lang
        As for `weizhan.maps.reports.province_page`.
    letters
        Wide characters that the pages show.
    """
    told = [title, further, *(row.title + row.name for row in rows)]
    told += [said for row in rows for said in (row.why or {}).values()]
    face = font_face([*letters, *told])
    (out / "pages").mkdir(parents=True, exist_ok=True)
    whole_file(out / "pages" / FONT_SHEET, face)
    page = province_page(title, rows, facts, font=face, further=further, lang=lang)
    whole_file(out / "index.html", page)


def write_sites(file: Path, sited: Any, titles: Mapping[str, str], *, lang: Lang) -> str:
    """Write where new stations go, with the proof, and return the section of the overview.

    Parameters
    ----------
    file
        ``sites.json``.
    sited
        `found`, `sites`, `district`, `names`, `total`, `covered` and `stations` of a siting over
        districts.
    titles
        What districts are called, by name.
    lang
        Of the section.

    Returns
    -------
    str
        HTML.
    """
    found, sites = sited.found, sited.sites
    shared, per = found.allocation, PER
    districts = [
        {
            "district": name,
            "stations": int(shared.count[at]),
            "surplus": float(shared.surplus[at]) / per,
            "worth": (sited.curves[at].worth / per).tolist(),
            "bound": (sited.curves[at].bound / per).tolist(),
        }
        for at, name in enumerate(sited.names)
    ]
    places = [
        {
            "candidate_id": str(sites[CANDIDATE_ID].iloc[at]),
            "name": _said(sites[f.NAME].iloc[at]),
            "district": sited.names[int(sited.district[at])],
            "lon": float(sites["lon"].iloc[at]),
            "lat": float(sites["lat"].iloc[at]),
        }
        for at in found.sites.tolist()
    ]
    told = {
        "stations": sited.stations,
        "objective": found.objective / per,
        "bound": shared.bound / per,
        "gap": found.gap,
        "price": shared.price / per,
        "harm_index": sited.total / per,
        "covered_before": sited.covered / per,
        "districts": districts,
        "sites": places,
    }
    said = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
    whole_file(file, said + "\n")
    share = (sited.covered + np.array([0.0, found.objective, shared.bound])) / max(sited.total, 1)
    sentence = text(
        "province.sited", lang, stations=len(places), before=f"{share[0]:.1%}",
        after=f"{share[1]:.1%}", most=f"{min(share[2], 1):.1%}", gap=f"{found.gap:.1%}",
    )  # fmt: skip
    proof = text("province.proof", lang, price=f"{shared.price / per:,.3f}")
    heads = [text(f"province.{name}", lang) for name in ("district", "place", "id")]
    rows = [
        [titles.get(one["district"], one["district"]), one["name"] or "", one["candidate_id"]]
        for one in places
    ]
    inside = paragraph(sentence) + table(heads, rows) + paragraph(proof, "note")
    return section("province.sites", inside, lang)


def _said(value: Any) -> str | None:
    return None if value is None or value != value else str(value)


def drop_part(folder: Path, page: Path) -> None:
    """Take away what an earlier run wrote of a district that is gone or could not be done.

    Parameters
    ----------
    folder, page
        As for `write_part`.

    Raises
    ------
    OutputError
        When it cannot be taken away.
    """
    try:
        if folder.exists():
            shutil.rmtree(folder)
        page.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("error.cannot_write", file=folder, why=error.strerror) from error


def _stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table that Parquet can hold: texts where a column mixes kinds of values."""
    table = storable(frame)
    for name in table.columns.drop(f.GEOMETRY):
        kinds = {type(value) for value in table[name].dropna().unique()}
        if table[name].dtype == object and len(kinds) > 1:
            table[name] = table[name].map(str, na_action="ignore")
    return table


def _forward(to: str) -> str:
    from html import escape

    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0;url={escape(to)}"></head>'
        f'<body><a href="{escape(to)}">{escape(to)}</a></body></html>\n'
    )
