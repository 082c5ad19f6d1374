"""The folder of ``weizhan lanes``: the page, the lists, the layers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ...coverage.assessment import Assessment
from ...geo.words import Lang
from ..books import findings_csv, keep_clear_csv, openings_csv, write_geopackage

LANES_NAMES = (
    "lanes.html",
    "keep_clear.csv",
    "openings.csv",
    "findings.csv",
    "lanes.gpkg",
    "summary.json",
)


def write_lanes(
    assessment: Assessment,
    folder: Path,
    *,
    lang: Lang,
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Write everything about the lanes of an assessment into a folder that exists.

    Parameters
    ----------
    assessment
        With the gains of openings on its lanes.
    folder
        Empty; see `weizhan.geo.words.folders.whole_folder`.
    lang
        Of the page and the lists.
    progress
        Called with the catalogue key of each step as it begins.
    """
    from ..page import lanes_page  # brings folium, which papers and tables do without

    progress("step.pages")
    page = lanes_page(assessment, lang=lang)
    progress("step.write")
    (folder / "lanes.html").write_text(page, encoding="utf-8")
    for name, table in (
        ("keep_clear.csv", keep_clear_csv),
        ("openings.csv", openings_csv),
        ("findings.csv", findings_csv),
    ):
        text = table(assessment, lang=lang)
        (folder / name).write_text(text, encoding="utf-8-sig", newline="")
    said = json.dumps(dict(assessment.summary), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "summary.json").write_text(said + "\n", encoding="utf-8")
    layers = {"lanes": assessment.lanes, "areas": assessment.areas, "stations": assessment.stations}
    write_geopackage(folder / "lanes.gpkg", layers, date=assessment.date)
