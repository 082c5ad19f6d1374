"""The folder of ``weizhan site``: the page, the workbook, the layers, the plan and its proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from ...coverage import columns as c
from ...coverage.covering import Certificate, Model
from ...coverage.siting import PriceCertificate, Study
from ...geo.arrays import Floats
from ...geo.candidate_list import CANDIDATE_ID
from ...geo.plan import write_plan
from ...geo.words import LANGS, Lang
from ...geo.words import fields as f
from ..books import siting_book, write_geopackage
from ..styles import CHANGES, changes
from ..voice import Table, all_tables, cautions, certainties, headline, known_before, notes, proof

SITING_NAMES = (
    "siting.html",
    "siting.json",
    "siting.xlsx",
    "results.gpkg",
    "best.plan.json",
    "certificate.json",
)


def write_siting(
    study: Study,
    folder: Path,
    *,
    lang: Lang,
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Write everything about a siting study into a folder that exists.

    Parameters
    ----------
    study
        What to write.
    folder
        Empty; see `weizhan.geo.words.folders.whole_folder`.
    lang
        Of the page and the workbook.
    progress
        Called with the catalogue key of each step as it begins.
    """
    from ..page import siting_page  # brings folium, which papers and tables do without

    progress("step.pages")
    page = siting_page(study, lang=lang)
    progress("step.write")
    (folder / "siting.html").write_text(page, encoding="utf-8")
    _json(folder / "siting.json", as_record(study))
    _json(folder / "certificate.json", certificate(study), indent=None)
    (folder / "siting.xlsx").write_bytes(siting_book(study, lang=lang))
    write_plan(study.plan, folder / "best.plan.json")
    write_geopackage(folder / "results.gpkg", layers(study), date=study.assessed[0].date)


def as_record(study: Study) -> dict[str, Any]:
    """Return the study as plain values, what ``siting.json`` holds."""
    answer, instance = study.solution.answer, study.instance
    tier = next(iter(instance.tiers))
    before, after = (found.coverage for found in study.assessed)
    return {
        "format": "weizhan-siting",
        "version": 1,
        "town": study.assessed[0].town,
        "simulated": study.assessed[0].simulated,
        "date": study.assessed[0].date,
        "rules": study.assessed[0].rules,
        "yardstick": study.assessed[0].yardstick.as_record(),
        "ask": {
            "stations": study.request.stations,
            "budget_yuan": study.request.budget,
            "target": study.request.target,
            "must": list(study.request.must),
            "seed": study.request.seed,
            "wishes": instance.wishes.model_dump(mode="json"),
        },
        "weight": instance.bands[0].demand.weight,
        "bands": {band.name: band.share for band in instance.bands},
        "tiers": dict(instance.tiers),
        "headline": {lang: headline(study, lang) for lang in LANGS},
        "cautions": {lang: cautions(study, lang) for lang in LANGS},
        "candidates_usable": len(instance.candidates.sites),
        "candidates_dropped": instance.candidates.dropped["reason"].value_counts().to_dict(),
        "lane_bound": None if study.lanes is None else asdict(study.lanes),
        "fewer": None if study.fewer is None else asdict(study.fewer),
        "measures": {
            one.weight: {
                "total": one.total,
                "share_before": one.share(instance.existing) if known_before(study) else None,
                "share_after": one.share(answer.chosen),
            }
            for one in study.counts
            if one.rows.total
        },
        "proof": {
            "proven": answer.proven,
            "stopped": answer.stopped,
            "objective": answer.objective / instance.unit,
            "bound": answer.bound / instance.unit,
            "gap": answer.gap,
            "certified_bound": _certified(study),
            "said": {lang: proof(study, lang) for lang in LANGS},
        },
        "total": study.total,
        "share_before": study.before if known_before(study) else None,
        "share_after": study.share(study.problem.rows.worth(answer.chosen)),
        "spent_yuan": study.problem.spent(answer.chosen),
        "given_up": study.names(instance.existing & ~answer.chosen),
        **{table.name: table_records(table) for table in all_tables(study, "zh")},
        "more": {
            name: None if value is None else study.amount(float(value))
            for name, value in study.more.items()
        },
        "stability": None
        if study.stability is None
        else {
            "draws": study.stability.draws,
            "share": np.round(study.stability.share, 6).tolist(),
            "regret": np.round(study.stability.regret, 6).tolist(),
            "risk_drawn": study.stability.risk_drawn,
        },
        "own": None
        if study.own is None
        else {
            **{k: study.own[k] for k in ("stations", "cost_yuan", "names", "best_sites")},
            **{k: study.amount(float(study.own[k])) for k in ("worth", "best", "best_bound")},
        },
        "assessed": {
            "tier": tier,
            "scenario": study.assessed[0].scenario,
            "before": before[tier]["covered_buildings"],
            "after": after[tier]["covered_buildings"],
        },
        "unfinished": list(study.unfinished),
        "notes": {lang: notes(study, lang) for lang in LANGS},
    }


def certificate(study: Study) -> dict[str, Any]:
    """Return what proves a bound by adding up, in the units of the search.

    ``unit`` of them are one of what counts.
    """
    proof_, instance = study.solution.certificate, study.instance
    told: dict[str, Any] = {
        "unit": instance.unit,
        "sites": study.names(np.arange(len(instance.existing))),
    }
    if isinstance(proof_, Certificate):
        rows = study.rows_searched
        cover = rows.cover
        used = np.flatnonzero((proof_.multipliers > 0) | (rows.weights > 0))
        told |= {
            "kind": proof_.kind,
            "stations": study.problem.stations,
            "budget": study.problem.budget,
            "costs": study.problem.costs.tolist(),
            "fixed": np.flatnonzero(study.problem.given).tolist(),
            "forbidden": study.problem.forbidden.tolist(),
            "dominated_by": proof_.dominated_by.tolist(),
            "site_price": proof_.site_price,
            "budget_price": proof_.budget_price,
            "draws": rows.draws,
            "bound": proof_.bound,
            "rows": [
                [
                    float(rows.weights[row]),
                    float(proof_.multipliers[row]),
                    cover.indices[cover.indptr[row] : cover.indptr[row + 1]].tolist(),
                ]
                for row in used
            ],
        }
    elif isinstance(proof_, PriceCertificate):
        told |= {
            "zero": proof_.zero,
            "bound": proof_.bound,
            "open_sites": study.problem.open_sites.tolist(),
            **prices_record(proof_.model, proof_.prices),
        }
    return told


def prices_record(model: Model, prices: Floats) -> dict[str, Any]:
    """Return a model and a price of each of its rows, from which a bound follows by adding up."""
    return {
        "kind": "prices",
        "costs": model.costs.tolist(),
        "ones": model.ones.tolist(),
        "low": [_finite(v) for v in model.low],
        "high": [_finite(v) for v in model.high],
        "prices": prices.tolist(),
        "indptr": model.matrix.indptr.tolist(),
        "indices": model.matrix.indices.tolist(),
        "values": model.matrix.data.tolist(),
    }


def layers(study: Study) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of ``results.gpkg``."""
    instance = study.instance
    offset = int(instance.existing.sum())
    chosen = study.solution.answer.chosen[offset:]
    sites = instance.candidates.sites.assign(
        chosen=chosen,
        certain=instance.candidates.sites[CANDIDATE_ID].astype(str).map(certainties(study)),
    )
    if study.stability is not None and study.stability.draws:
        sites = sites.assign(chosen_in_draws=study.stability.chosen[offset:])
    rank = {int(site): number + 1 for number, site in enumerate(study.order.sites)}
    built = sites[chosen].assign(
        build_order=[rank[offset + int(at)] for at in np.flatnonzero(chosen)]
    )
    tier = next(iter(instance.tiers))
    before, after = (found.buildings for found in study.assessed)
    columns = [f.BUILDING_ID, f.NAME, f.COMMUNITY_ID, f.GEOMETRY]
    buildings = after[columns].assign(
        change=[CHANGES[code] for code in changes(before, after, tier)],
        before_s=before[c.response_time(tier)],
        after_s=after[c.response_time(tier)],
        station_id=after[c.station(tier)],
    )
    shares = study.communities.set_index(f.COMMUNITY_ID)
    communities = study.assessed[1].communities
    keys = communities[f.COMMUNITY_ID].astype(str)
    communities = communities[[f.COMMUNITY_ID, f.NAME, f.GEOMETRY]].assign(
        share_before=keys.map(shares["before"]) if known_before(study) else np.nan,
        share_after=keys.map(shares["after"]),
    )
    return {
        "sites": built,
        "candidates": sites,
        "dropped": instance.candidates.dropped,
        "buildings": buildings,
        "communities": communities,
        "stations": study.assessed[1].stations,
    }


def _certified(study: Study) -> float | None:
    proof_ = study.solution.certificate
    if proof_ is None:
        return None
    draws = study.rows_searched.draws if isinstance(proof_, Certificate) else 1
    return proof_.bound / draws / study.instance.unit


def table_records(table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table by the keys of its columns."""
    return [dict(zip((k for k, _ in table.columns), row, strict=True)) for row in table.rows]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _json(file: Path, record: dict[str, Any], *, indent: int | None = 1) -> None:
    said = json.dumps(record, ensure_ascii=False, indent=indent, allow_nan=False)
    file.write_text(said + "\n", encoding="utf-8")
