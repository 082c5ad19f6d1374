"""What ``summary.json`` holds of an assessment, and what every page must say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ..geo.town import Town
from ..geo.words import LANGS, is_announced, label, text
from ..geo.words import fields as f
from ..geo.yardstick import digest_of
from . import columns as c
from .reach import (
    SpeedFit,
    coverage_by_use,
    coverage_of,
    in_reach,
    water_figures,
    water_states,
)
from .risk import town_level


def tier_coverage(
    town: Town, buildings: pd.DataFrame, stations: pd.DataFrame, *, by_day: bool
) -> dict[str, dict[str, Any]]:
    """Return the coverage of a town by each tier, with its stations and by use.

    Parameters
    ----------
    town
        With its tiers.
    buildings
        With the columns of response.
    stations
        With `on_duty`.
    by_day
        Whose crews: of the day shift, else of the night.

    Returns
    -------
    dict
        By tier the figures of `weizhan.coverage.reach.coverage_of`; `stations` of the tier, those
        off the lanes, those on duty and how many of these have a crew of unknown size; `by_use`.
    """
    coverage = {}
    untold = stations["on_duty"] & stations[f.CREW_DAY if by_day else f.CREW_NIGHT].isna()
    for tier, rule in town.rules.tier.items():
        standard_s = rule.standard_s.value
        serving = stations[f.TIER].isin(rule.station_tiers)
        reach = in_reach(town, rule)
        coverage[tier] = {
            **coverage_of(buildings, tier, standard_s=standard_s),
            "stations": int(serving.sum()),
            "stations_off_lanes": int((serving & ~reach).sum()),
            "stations_on_duty": int((reach & stations["on_duty"]).sum()),
            "stations_crew_unknown": int((reach & untold).sum()),
            "by_use": coverage_by_use(buildings, tier, standard_s=standard_s),
        }
    return coverage


def town_counts(town: Town) -> dict[str, int]:
    """Return how many features a town has, and how many are off the lanes or were repaired."""
    return {
        "buildings": len(town.buildings),
        "lanes": len(town.lanes),
        "stations": len(town.stations),
        "communities": len(town.communities),
        "unattached_buildings": int((~town.building_positions.attached).sum()),
        "unattached_stations": int((~town.station_positions.attached).sum()),
        "repaired": sum(p.count for p in town.problems if p.severity == "repaired"),
        "network_parts": len(town.network.component_length_m),
    }


def page_notes(
    town: Town, coverage: Mapping[str, Mapping[str, Any]], speeds: SpeedFit, *, day: dt.date
) -> list[dict[str, str]]:
    """Return what every page must say, by language.

    Whose data it is, why a tier covers nobody, by which fires risk was calibrated, that the
    holidays of the year are not known, whether speeds are fitted, and that two measures of cover
    differ.

    Parameters
    ----------
    town
        Whose pages.
    coverage
        From `tier_coverage`.
    speeds
        Of the moment.
    day
        Of the assessment.
    """
    notes: list[dict[str, str]] = []
    if town.attribution:
        notes.append({lang: town.attribution for lang in LANGS})
    for tier, figures in coverage.items():
        if figures["known_buildings"] and not figures["stations"]:
            continue  # a plan took the last one away: nobody comes, and that is known
        if not figures["stations"]:
            key = "note.no_station"
        elif figures["stations_off_lanes"] == figures["stations"]:
            key = "note.off_lanes"
        elif not figures["stations_on_duty"]:
            key = "note.nobody_on_duty"
        else:
            continue
        named = {lang: label("map_tier", tier, lang) for lang in LANGS}
        notes.append({lang: text(key, lang, tier=named[lang]) for lang in LANGS})
    notes.append(_calibration_note(town, day))
    if not is_announced(day):
        notes.append({g: text("note.calendar_unknown", g, year=day.year) for g in LANGS})
    for said in (speeds.summary, partial(text, "note.two_measures")):
        notes.append({lang: said(lang) for lang in LANGS})
    return notes


def speed_record(speeds: SpeedFit) -> dict[str, Any]:
    """Return how speeds were fitted, as plain values and in words."""
    return {
        "fitted": speeds.fitted,
        "records": speeds.n,
        "held_out_mae_s": _known(speeds.held_out_mae_s),
        "assumed_mae_s": _known(speeds.baseline_mae_s),
        **{lang: speeds.summary(lang) for lang in LANGS},
    }


def speeds_said(speeds: SpeedFit) -> str:
    """Return to what speeds were fitted, with a digest of the factors; empty while assumed."""
    if not speeds.fitted:
        return ""
    factors = {str(code): round(float(x), 3) for code, x in speeds.table["factor"].items()}
    return f"{speeds.n} · #{digest_of(factors)}"


def community_table(
    communities: gpd.GeoDataFrame, by_community: list[dict[str, Any]]
) -> gpd.GeoDataFrame:
    """Lay the coverage of each community beside it, one column a figure: ``micro_share_people``.

    Parameters
    ----------
    communities
        Of a town.
    by_community
        From `weizhan.coverage.reach.community_coverage`.
    """
    rows = [
        {
            f"{tier}_{figure}": value
            for tier, figures in entry["coverage"].items()
            for figure, value in figures.items()
        }
        for entry in by_community[: len(communities)]
    ]
    figures = pd.DataFrame(rows, index=communities.index)
    return communities.assign(**{name: figures[name] for name in figures.columns})


def water_summary(town: Town, buildings: pd.DataFrame) -> dict[str, Any]:
    """Return how much of a town has working water within hose reach, and how that is measured.

    Parameters
    ----------
    town
        With its water and rules.
    buildings
        With `water_within`.

    Returns
    -------
    dict
        Figures of `weizhan.coverage.reach.water_figures`; ``hose_m`` and ``detour``; how many
        ``sources`` there are, of these ``sources_working`` and ``sources_untold``.
    """
    works, fails = water_states(town.water)
    return {
        **water_figures(buildings[c.WATER_WITHIN]),
        "hose_m": town.rules.response.hose_reach_m.value,
        "detour": town.rules.risk.mitigation.water_detour.value,
        "sources": len(works),
        "sources_working": int(works.sum()),
        "sources_untold": int((~works & ~fails).sum()),
    }


def add_community_water(
    entries: list[dict[str, Any]], buildings: pd.DataFrame, best: pd.DataFrame
) -> None:
    """Add ``water`` to the summary of each community.

    Parameters
    ----------
    entries
        From `weizhan.coverage.reach.community_coverage`; changed in place.
    buildings
        With `community_id` and `water_within`.
    best
        From `weizhan.coverage.places.best_hydrants`; what lies in no community has none.
    """
    groups = dict(list(buildings.groupby(buildings[f.COMMUNITY_ID].fillna("").astype(str))))
    mapped = bool(buildings[c.WATER_WITHIN].notna().any())
    for entry in entries:
        key = str(entry["community_id"] or "")
        own = groups.get(key, buildings.iloc[:0])
        entry["water"] = water_figures(own[c.WATER_WITHIN])
        if mapped and key in best.index:
            entry["water"]["hydrant_gain"] = int(best["gain"][key])
            entry["water"]["hydrant_lane"] = best[f.NAME][key]
            entry["water"]["hydrant_lane_id"] = best[f.LANE_ID][key]


def _calibration_note(town: Town, day: dt.date) -> dict[str, str]:
    """Return the note that every page must carry: 未校准, or by which fires it was calibrated."""
    fitted = town.calibration
    level = town_level(town.ledgers.incidents, day=day, rules=town.rules.risk.calibration)
    if fitted is None and level is not None:
        by_own = {"fires": level.counted, "years": f"{level.years:.1f}"}
        return {lang: text("note.scaled", lang, **by_own) for lang in LANGS}
    if fitted is None:
        least = f"{town.rules.risk.calibration.shrink_from.value:g}"
        return {lang: text("note.uncalibrated", lang, least=least) for lang in LANGS}
    by = {"fires": fitted.fires, "first": fitted.first, "last": fitted.last}
    return {lang: text("note.calibrated", lang, **by) for lang in LANGS}


def _known(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
