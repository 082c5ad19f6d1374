"""Every computed table of one town under one scenario."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ..geo.ground import Passage, Positions
from ..geo.rules import Scenario, choose_scenario
from ..geo.town import Town
from ..geo.words import LANGS, AlertLevel, Vehicle, label, text
from ..geo.words import fields as f
from . import columns as c
from .cases import building_cases
from .clauses import compliance
from .closures import event_losses, keep_clear, lane_losses, lane_probabilities
from .reach import (
    Moment,
    built_passages,
    community_coverage,
    coverage_by_use,
    coverage_of,
    in_reach,
    lane_summary,
    on_duty,
    present,
    response_times,
    service_areas,
)
from .risk import add_community_risk, community_fires, risk

Progress = Callable[[str], None]

DRAWS = 200  # of random lane states; a share is then within 0.07 of the truth, 19 times in 20


def _silent(step: str) -> None:
    """Report nothing."""


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[stage] = round(time.perf_counter() - begin, 4)


@dataclass(frozen=True)
class Assessment:
    """What follows from a town under one scenario; `weizhan.maps` shows it and never computes.

    All frames are in one metric CRS and hold the town's own columns beside the computed ones
    (see `weizhan.coverage.columns`). Missing values stay missing.

    Attributes
    ----------
    town, scenario, rules
        Name of the town, of the scenario and of the rule set with its date.
    scenario_label
        What users read for the scenario, by language; may be empty.
    simulated
        True when the town is generated; every page must then say 模拟数据.
    date
        Day of the assessment, ISO 8601.
    buildings, lanes, stations, communities, barriers, water
        One row a feature. ``buildings`` has polygons, ``lanes`` line strings.
    areas
        What each tier and each station reaches within the standard: `tier`, `station_id` (None
        for the whole tier), polygons with holes.
    findings
        What `weizhan.coverage.clauses.compliance` found wrong with fire lanes.
    tiers
        Names of the tiers in the rule set, in order, each with its standard in seconds.
    summary
        What ``summary.json`` holds.
    provenance
        Every value that ledgers say of a building's columns, with source and date.
    """

    town: str
    scenario: str
    scenario_label: Mapping[str, str]
    rules: str
    simulated: bool
    date: str
    buildings: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    findings: pd.DataFrame
    tiers: Mapping[str, float]
    summary: Mapping[str, Any]
    provenance: pd.DataFrame = field(default_factory=pd.DataFrame)

    def with_lanes(self, columns: pd.DataFrame) -> Assessment:
        """Return the same assessment with further columns on its lanes."""
        added = {str(name): columns[name] for name in columns.columns}
        return replace(self, lanes=self.lanes.assign(**added))


def assess(
    town: Town,
    *,
    scenario: str | None = None,
    date: str = "",
    draws: int = DRAWS,
    seed: int = 1,
    risk_draws: int | None = None,
    alert: AlertLevel = AlertLevel.NORMAL,
    workers: int = 1,
    progress: Progress = _silent,
) -> Assessment:
    """Compute everything that follows from a town under one scenario.

    Parameters
    ----------
    town
        A loaded town.
    scenario
        Name of one of the town's scenarios; its first one if not given.
    date
        Day of the assessment, ISO 8601, by which reports age and key dates hold; today when
        empty.
    draws, seed
        Random lane states behind the probability of cover, and the seed they come from.
    risk_draws
        Joint draws behind the risk; those of the rules if not given.
    alert
        Fire-alert level of the period, by which inspections are due.
    workers
        Threads for closures and draws; the answer does not depend on them.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When the town has no scenario of that name.
    """
    timings: dict[str, float] = {}
    day = dt.date.fromisoformat(date) if date else dt.date.today()
    name, chosen = choose_scenario(town.scenarios, scenario, calendar=town.calendar, date=day)
    progress("step.lane_state")
    with _timed(timings, "lane_state"):
        moment = Moment(town, chosen, day, seed=seed)
        states, speeds = moment.states, moment.speeds
    progress("step.response")
    with _timed(timings, "response"):
        response = response_times(moment)
    progress("step.closures")
    with _timed(timings, "closures"):
        costs = lane_losses(moment, workers=workers)
        events = event_losses(moment)
        ranked = keep_clear(costs, states, list(town.rules.tier))
    progress("step.draws")
    with _timed(timings, "draws"):
        chances = lane_probabilities(moment, draws=draws, seed=seed, workers=workers)
    progress("step.areas")
    with _timed(timings, "areas"):
        areas = service_areas(moment)
    progress("step.compliance")
    with _timed(timings, "compliance"):
        checked = compliance(
            town.network,
            town.lanes,
            town.buildings,
            town.building_positions,
            passage=built_passages(town)[Vehicle.FIRE_ENGINE],
            rules=town.rules,
        )
    progress("step.risk")
    with _timed(timings, "risk"):
        buildings = _building_table(town, chosen, response.join(chances))
        told = risk(town, buildings, chosen, name, day=day, draws=risk_draws, seed=seed)
        buildings = buildings.assign(**_columns(told.buildings))
        cases = building_cases(town.ledgers, buildings, rules=town.rules, day=day, alert=alert)
        buildings = buildings.assign(**_columns(cases))
        burnt = community_fires(
            town.ledgers.incidents, buildings, town.communities, day=day, rules=town.rules.risk
        )
    progress("step.summary")
    with _timed(timings, "summary"):
        lanes = _lane_table(town, moment.passages(), states.join(costs).join(ranked))
        stations = town.stations.assign(
            on_duty=on_duty(town, chosen), **_position_columns(town, town.station_positions)
        )
        tiers = {tier: rule.standard_s.value for tier, rule in town.rules.tier.items()}
        by_community = community_coverage(town.communities, buildings, tiers)
        summary = _summary(town, name, date, buildings, stations, tiers, by_community)
        communities = _community_table(town.communities, by_community)
        communities = communities.assign(**_columns(told.communities), **_columns(burnt))
        add_community_risk(summary["communities"], communities, buildings)
    summary["risk"] = {**told.summary, "alert": str(alert)}
    summary["notes"].append(_calibration_note(town))
    summary["events"] = events
    summary["speeds"] = {
        "fitted": speeds.fitted,
        "records": speeds.n,
        "held_out_mae_s": _known(speeds.held_out_mae_s),
        "assumed_mae_s": _known(speeds.baseline_mae_s),
        **{lang: speeds.summary(lang) for lang in LANGS},
    }
    for said in (speeds.summary, partial(text, "note.two_measures")):
        summary["notes"].append({lang: said(lang) for lang in LANGS})
    off = int((~town.report_positions.attached).sum())
    summary["lanes"] = {"reports": len(town.lane_reports), "reports_off_lanes": off}
    summary["lanes"] |= lane_summary(states, ranked, checked.counts, draws=draws, seed=seed)
    summary["timings_s"] = timings
    return Assessment(
        town=town.name,
        scenario=name,
        scenario_label=chosen.label,
        rules=town.rules.title,
        simulated=town.simulated,
        date=date,
        buildings=buildings,
        lanes=lanes,
        stations=stations,
        communities=communities,
        barriers=town.barriers,
        water=town.water,
        areas=areas,
        findings=checked.findings,
        tiers=tiers,
        summary=summary,
        provenance=town.ledgers.provenance,
    )


def _position_columns(town: Town, positions: Positions) -> dict[str, Any]:
    lane_id = town.lanes[f.LANE_ID].to_numpy(dtype=object)
    return {
        c.ATTACHED_LANE_ID: np.where(positions.attached, lane_id[positions.lane], None),
        c.LANE_POSITION: positions.fraction,
        c.ACCESS_M: positions.access_m,
    }


def _building_table(town: Town, scenario: Scenario, response: pd.DataFrame) -> gpd.GeoDataFrame:
    columns = {
        **_position_columns(town, town.building_positions),
        c.PEOPLE: present(town, scenario),
        **{name: response[name] for name in response.columns},
    }
    return town.buildings.assign(**columns)


def _lane_table(
    town: Town, typical: Mapping[Vehicle, Passage], states: pd.DataFrame
) -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {name: states[name] for name in states.columns}
    for vehicle, passage in typical.items():
        columns[c.lane_limit(vehicle)] = passage.limit
        columns[c.lane_limit_certain(vehicle)] = passage.certain
    return town.lanes.assign(**columns)


def _community_table(
    communities: gpd.GeoDataFrame, by_community: list[dict[str, Any]]
) -> gpd.GeoDataFrame:
    """Lay the coverage of each community beside it, one column a figure: ``micro_share_people``."""
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


def _summary(
    town: Town,
    scenario: str,
    date: str,
    buildings: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    tiers: Mapping[str, float],
    by_community: list[dict[str, Any]],
) -> dict[str, Any]:
    coverage = {}
    for tier, standard_s in tiers.items():
        serving = stations[f.TIER].isin(town.rules.tier[tier].station_tiers)
        reach = in_reach(town, town.rules.tier[tier])
        coverage[tier] = {
            **coverage_of(buildings, tier, standard_s=standard_s),
            "stations": int(serving.sum()),
            "stations_off_lanes": int((serving & ~reach).sum()),
            "stations_on_duty": int((reach & stations["on_duty"]).sum()),
            "by_use": coverage_by_use(buildings, tier, standard_s=standard_s),
        }
    return {
        "town": town.name,
        "simulated": town.simulated,
        "scenario": scenario,
        "rules": town.rules.title,
        "date": date,
        "counts": {
            "buildings": len(buildings),
            "lanes": len(town.lanes),
            "stations": len(stations),
            "communities": len(town.communities),
            "unattached_buildings": int((~town.building_positions.attached).sum()),
            "unattached_stations": int((~town.station_positions.attached).sum()),
            "repaired": sum(p.count for p in town.problems if p.severity == "repaired"),
            "network_parts": len(town.network.component_length_m),
        },
        "coverage": coverage,
        "communities": by_community,
        "unknown": town.unknown(),
        "notes": _notes(town, coverage),
        "problems": [p.as_record() for p in town.problems],
    }


def _notes(town: Town, coverage: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what every page must say: whose data it is, and why a tier covers nobody."""
    notes: list[dict[str, str]] = []
    if town.attribution:
        notes.append({lang: town.attribution for lang in LANGS})
    for tier, figures in coverage.items():
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
    return notes


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _calibration_note(town: Town) -> dict[str, str]:
    """Return the note that every page must carry: 未校准, or by which fires it was calibrated."""
    fitted = town.calibration
    if fitted is None:
        least = f"{town.rules.risk.calibration.shrink_from.value:g}"
        return {lang: text("note.uncalibrated", lang, least=least) for lang in LANGS}
    told = {"fires": fitted.fires, "first": fitted.first, "last": fitted.last}
    return {lang: text("note.calibrated", lang, **told) for lang in LANGS}


def _known(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
