"""The folder of ``weizhan measures``: page, workbook, sheet, layers, the plan and its proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from ...coverage import columns as c
from ...coverage.measures import TownMeasures, measure_places
from ...geo.plan import write_plan
from ...geo.words import LANGS, Lang
from ...geo.words import fields as f
from ..books import measures_book, write_geopackage
from ..styles import CHANGES, changes
from ..voice import (
    beyond_said,
    gained,
    measure_names,
    measures_cautions,
    measures_headline,
    measures_notes,
    measures_proof,
    measures_tables,
    recounted,
)
from .siting_results import prices_record, table_records

MEASURES_NAMES = (
    "measures.html",
    "measures.json",
    "measures.xlsx",
    "measures.pdf",
    "results.gpkg",
    "measures.plan.json",
    "certificate.json",
)


def write_measures(
    found: TownMeasures,
    folder: Path,
    *,
    lang: Lang,
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Write everything about a study of measures into a folder that exists.

    Parameters
    ----------
    found
        What to write.
    folder
        Empty; see `weizhan.geo.words.folders.whole_folder`.
    lang
        Of the page, the workbook and the sheet.
    progress
        Called with the catalogue key of each step as it begins.
    """
    from ..page import measures_page  # brings folium, which papers and tables do without
    from ..paper import measures_sheet

    progress("step.pages")
    page = measures_page(found, lang=lang)
    progress("step.write")
    (folder / "measures.html").write_text(page, encoding="utf-8")
    _json(folder / "measures.json", measures_record(found))
    _json(folder / "certificate.json", measures_certificate(found), indent=None)
    (folder / "measures.xlsx").write_bytes(measures_book(found, lang=lang))
    (folder / "measures.pdf").write_bytes(measures_sheet(found, lang=lang))
    write_plan(found.study.plan, folder / "measures.plan.json")
    write_geopackage(folder / "results.gpkg", _layers(found), date=found.assessed[0].date)


def measures_record(found: TownMeasures) -> dict[str, Any]:
    """Return the study as plain values, what ``measures.json`` holds."""
    study, answer = found.study, found.study.answer
    request, now = study.request, found.assessed[0]
    return {
        "format": "weizhan-measures",
        "version": 1,
        "town": now.town,
        "simulated": now.simulated,
        "date": now.date,
        "rules": now.rules,
        "yardstick": now.yardstick.as_record(),
        "ask": {
            "budget_yuan": request.budget,
            "target": request.target,
            "yardstick": request.yardstick,
            "equity": request.equity,
            "must": list(request.must),
            "forbidden": list(request.forbidden),
            "draws": request.draws,
            "seed": request.seed,
        },
        "weight": found.measured.weight,
        "bands": {band.name: band.share for band in study.instance.bands},
        "tiers": dict(study.instance.tiers),
        "headline": {lang: measures_headline(found, lang) for lang in LANGS},
        "cautions": {lang: measures_cautions(found, lang) for lang in LANGS},
        "beyond": {lang: beyond_said(found, lang) for lang in LANGS},
        "measures_offered": len(study.measures),
        "spent_yuan": study.problem.spent(answer.chosen),
        "least_yuan": study.least_yuan,
        "gain": study.amount(gained(found)),
        "gain_by_engine": study.amount(recounted(found, study.counted[1])),
        "total": study.total,
        "last_10000_yuan": _finite(study.amount(study.last_slice)),
        "next_10000_yuan": _finite(study.amount(study.next_slice)),
        "proof": {
            "proven": answer.proven,
            "stopped": answer.stopped,
            "worth": study.amount(answer.worth),
            "bound": study.amount(answer.bound),
            "gap": answer.gap,
            "certified_bound": None if answer.proof is None else study.amount(answer.proof.bound),
            "said": {lang: measures_proof(found, lang) for lang in LANGS},
        },
        **{table.name: table_records(table) for table in measures_tables(found, "zh")},
        "unfinished": list(study.unfinished),
        "notes": {lang: measures_notes(found, lang) for lang in LANGS},
    }


def measures_certificate(found: TownMeasures) -> dict[str, Any]:
    """Return what proves a bound by adding up, in the units of the search."""
    study, proof = found.study, found.study.answer.proof
    told: dict[str, Any] = {
        "unit": study.unit,
        "measures": [measure.measure_id for measure in study.measures],
        "chosen": np.flatnonzero(study.answer.chosen).tolist(),
        "costs_yuan": study.problem.costs.tolist(),
        "budget_yuan": study.budget,
        "worth": study.answer.worth,
    }
    if proof is None:
        return told
    record: Mapping[str, Any] = prices_record(proof.model, proof.prices)
    return {**told, "zero": proof.zero, "bound": proof.bound, **record}


def _layers(found: TownMeasures) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of ``results.gpkg``."""
    study, names = found.study, measure_names(found, "zh")
    places = measure_places(found)
    rank = {step.measure: number for number, step in enumerate(study.steps, start=1)}
    measures = gpd.GeoDataFrame(
        {
            "measure_id": [m.measure_id for m in study.measures],
            f.NAME: names,
            "kind": [str(m.kind) for m in study.measures],
            "cost_yuan": [m.cost_yuan for m in study.measures],
            "upkeep_yuan": [m.upkeep_yuan for m in study.measures],
            "whole_yuan": study.problem.costs,
            "chosen": study.answer.chosen,
            "step": [rank.get(number) for number in range(len(study.measures))],
        },
        geometry=places.array,
        crs=places.crs,
    )
    tier = next(iter(study.instance.tiers))
    before, after = (one.buildings for one in found.assessed)
    columns = [f.BUILDING_ID, f.NAME, f.COMMUNITY_ID, f.GEOMETRY]
    buildings = after[columns].assign(
        change=[CHANGES[code] for code in changes(before, after, tier)],
        before_s=before[c.response_time(tier)],
        after_s=after[c.response_time(tier)],
        station_id=after[c.station(tier)],
    )
    return {
        "plan": measures[study.answer.chosen],
        "measures": measures,
        "buildings": buildings,
        "stations": found.assessed[1].stations,
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _json(file: Path, record: dict[str, Any], *, indent: int | None = 1) -> None:
    said = json.dumps(record, ensure_ascii=False, indent=indent, allow_nan=False)
    file.write_text(said + "\n", encoding="utf-8")
