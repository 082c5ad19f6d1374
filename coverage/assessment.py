"""What follows from a town under one scenario on one day, each part computed when it is read."""

from __future__ import annotations

import copy
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ..geo.ground import Hillshade, Positions
from ..geo.rules import choose_scenario
from ..geo.town import Town, uses_on
from ..geo.words import AlertLevel, Explorable, Vehicle
from ..geo.words import fields as f
from ..geo.yardstick import Yardstick, yardstick_of
from . import columns as c
from .cases import Busy, building_cases, busy_crews, busy_figures
from .clauses import Compliance, compliance
from .closures import (
    Closures,
    LaneDraws,
    closure_costs,
    cluster_figures,
    lane_draws,
    opening_gains,
)
from .places import (
    Places,
    WaterTold,
    add_community_work,
    crossed_places,
    town_places,
    water_told,
)
from .reach import (
    Moment,
    built_passages,
    community_coverage,
    lane_state_counts,
    on_duty,
    present,
    response_times,
    service_areas,
)
from .risk import (
    Risk,
    add_community_risk,
    community_fires,
    crew_chances,
    risk,
    year_of,
)
from .summary import (
    add_community_water,
    community_table,
    page_notes,
    speed_record,
    speeds_said,
    tier_coverage,
    town_counts,
    water_summary,
)

Progress = Callable[[str], None]

DRAWS = 200  # of random lane states; a share is then within 0.07 of the truth, 19 times in 20


class Part(StrEnum):
    """What an assessment may show beyond response and coverage.

    closures
        What the loss of each lane and each event costs, and which lanes must stay clear.
    openings
        What opening each lane brings.
    draws
        In what share of random lane states each building is covered.
    areas
        What each tier and each station reaches within the standard.
    compliance
        Fire lanes against the clauses of the rules.
    risk
        Fires and harm a year, with ranks and reasons.
    cases
        Hazards, visits and fires at each building, as the ledgers stand.
    """

    CLOSURES = "closures"
    OPENINGS = "openings"
    DRAWS = "draws"
    AREAS = "areas"
    COMPLIANCE = "compliance"
    RISK = "risk"
    CASES = "cases"


def _silent(step: str) -> None:
    """Report nothing."""


@dataclass(frozen=True, eq=False)
class Assessment(Explorable):
    """A view of a `Moment`: its parts are computed when they are read, each once.

    A command pays for what it shows: it reads single parts, or tables and a summary that hold
    some parts `only`. `weizhan.maps` shows an assessment and never computes. All frames are in
    one metric CRS and hold the town's own columns beside the computed ones (see
    `weizhan.coverage.columns`). Missing values stay missing.

    Attributes
    ----------
    moment
        The town, its scenario and the day.
    scenario
        Name of the scenario.
    draws
        Random lane states behind the probability of cover; the moment's seed is theirs too.
    alert
        Fire-alert level of the period, by which inspections are due.
    workers
        Threads for closures, draws and risk; the answer does not depend on them.
    progress
        Called with the catalogue key of each step as it begins.
    parts
        What tables and summary hold beyond response and coverage.
    timings_s
        Seconds that each step has taken, of those computed so far.
    """

    moment: Moment
    scenario: str
    draws: int = DRAWS
    alert: AlertLevel = AlertLevel.NORMAL
    workers: int = 1
    progress: Progress = _silent
    parts: frozenset[Part] = frozenset(Part) - {Part.OPENINGS}
    timings_s: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def only(self, *parts: Part) -> Assessment:
        """Return an assessment whose tables and summary hold only some parts; nothing is computed.

        Other parts may still be read by themselves.
        """
        return replace(self, parts=frozenset(parts))

    def complete(self) -> Assessment:
        """Compute now, step by step, what tables and summary hold; return the same assessment."""
        _ = self.buildings, self.lanes
        if Part.AREAS in self.parts:
            _ = self.areas
        _ = self.communities, self.summary
        return self

    def replaced(self, **attributes: Any) -> Assessment:
        """Return a copy in which some attributes are given instead of computed."""
        made = copy.copy(self)
        made.__dict__.update(attributes)
        return made

    # What is known without computing

    @cached_property
    def town(self) -> str:
        """Name of the town."""
        return self.moment.town.name

    @cached_property
    def scenario_label(self) -> Mapping[str, str]:
        """What users read for the scenario, by language; may be empty."""
        return self.moment.scenario.label

    @cached_property
    def rules(self) -> str:
        """Name of the rule set with its date."""
        return self.moment.town.rules.title

    @cached_property
    def simulated(self) -> bool:
        """Whether the town is generated; every page must then say 模拟数据."""
        return self.moment.town.simulated

    @cached_property
    def calibrated(self) -> bool:
        """Whether risk rests on fires of the town; every page must say when it does not."""
        return self.moment.town.calibration is not None

    @cached_property
    def date(self) -> str:
        """Day of the assessment, ISO 8601."""
        return self.moment.day.isoformat()

    @cached_property
    def report_to(self) -> str:
        """To whom residents report a danger, in the town's own words; may be empty."""
        return self.moment.town.report_to

    @cached_property
    def tiers(self) -> Mapping[str, float]:
        """Names of the tiers in the rule set, in order, each with its standard in seconds."""
        rules = self.moment.town.rules
        return {tier: rule.standard_s.value for tier, rule in rules.tier.items()}

    @cached_property
    def yardstick(self) -> Yardstick:
        """By what everything here is measured."""
        moment = self.moment
        return yardstick_of(
            moment.town, self.scenario, moment.scenario, day=moment.day,
            speeds=speeds_said(moment.speeds),
        )  # fmt: skip

    @cached_property
    def barriers(self) -> gpd.GeoDataFrame:
        """One row a barrier."""
        return self.moment.town.barriers

    @cached_property
    def hills(self) -> Hillshade | None:
        """The shade of the terrain, for maps; None where the town has none."""
        return self.moment.town.hills

    @cached_property
    def crossings(self) -> gpd.GeoDataFrame:
        """One row a place where lanes cross without a common vertex.

        `lanes` are the ids of those that cross there, `connected` says how they were counted.
        """
        return crossed_places(self.moment.town)

    @cached_property
    def water(self) -> gpd.GeoDataFrame:
        """One row a water source, points and polygons."""
        return self.moment.town.water

    @cached_property
    def provenance(self) -> pd.DataFrame:
        """Every value that ledgers say of a building's columns, with source and date."""
        return self.moment.town.ledgers.provenance

    @cached_property
    def station_provenance(self) -> pd.DataFrame:
        """Every value that ledgers say of a station's columns, with source and date."""
        return self.moment.town.ledgers.station_provenance

    # Parts

    @cached_property
    def lane_states(self) -> pd.DataFrame:
        """What is known of each lane, and how fast it is passed; `Moment.states`."""
        with self._step("step.lane_state"):
            _ = self.moment.speeds
            return self.moment.states

    @cached_property
    def response(self) -> pd.DataFrame:
        """Who is when at each building; see `weizhan.coverage.reach.response_times`."""
        _ = self.lane_states
        with self._step("step.response"):
            return response_times(self.moment)

    @cached_property
    def closures(self) -> Closures:
        """What the loss of each lane and each event costs, and which lanes must stay clear."""
        _ = self.lane_states
        with self._step("step.closures"):
            return closure_costs(self.moment, workers=self.workers)

    @cached_property
    def openings(self) -> pd.DataFrame:
        """What opening each lane brings; see `weizhan.coverage.closures.opening_gains`."""
        _ = self.lane_states
        with self._step("step.openings"):
            return opening_gains(self.moment)

    @cached_property
    def lane_draws(self) -> LaneDraws:
        """What random lane states do to cover; see `weizhan.coverage.closures.lane_draws`."""
        _ = self.lane_states
        with self._step("step.draws"):
            return lane_draws(
                self.moment, draws=self.draws, seed=self.moment.seed, workers=self.workers
            )

    @cached_property
    def clusters(self) -> dict[str, dict[str, int | None]]:
        """What it matters that obstacles come in clusters, by tier; see `cluster_figures`."""
        together = self.lane_draws
        with self._step("step.draws"):
            apart = lane_draws(
                self.moment, draws=self.draws, seed=self.moment.seed, apart=True,
                workers=self.workers,
            )  # fmt: skip
        return cluster_figures(together, apart)

    @property
    def chances(self) -> pd.DataFrame:
        """In what share of random lane states each building is covered, by tier."""
        return self.lane_draws.chances

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """What each tier and each station reaches within the standard.

        `tier`, `station_id` (None for the whole tier), polygons with holes.
        """
        _ = self.lane_states
        with self._step("step.areas"):
            return service_areas(self.moment, workers=self.workers)

    @cached_property
    def compliance(self) -> Compliance:
        """Fire lanes and the lanes round buildings against the clauses."""
        town = self.moment.town
        with self._step("step.compliance"):
            return compliance(
                town.network,
                town.lanes,
                town.buildings,
                town.building_positions,
                passage=built_passages(town)[Vehicle.FIRE_ENGINE],
                rules=town.rules,
            )

    @property
    def findings(self) -> pd.DataFrame:
        """What `compliance` found wrong."""
        return self.compliance.findings

    @cached_property
    def risk(self) -> Risk:
        """How often, how bad, and why in a year; see `weizhan.coverage.risk.risk`.

        How bad depends on how likely crews are late, so random lane states of all hours of a year
        are drawn for it; the scenario does not count.
        """
        moment = self.moment
        _ = moment.speeds
        with self._step("step.risk"):
            year = year_of(moment.town)
            crew = crew_chances(moment, year, draws=self.draws, workers=self.workers)
            return risk(
                moment.town, year, crew, day=moment.day, seed=moment.seed, workers=self.workers
            )

    @cached_property
    def cases(self) -> pd.DataFrame:
        """What the ledgers count at each building; see `weizhan.coverage.cases.at_buildings`."""
        moment, bands = self.moment, self.risk.buildings[c.RISK_BAND]
        return building_cases(
            moment.town.ledgers,
            moment.town.buildings.assign(**{c.RISK_BAND: bands.to_numpy()}),
            rules=moment.town.rules,
            day=moment.day,
            alert=self.alert,
            workdays=moment.town.workdays,
        )

    @cached_property
    def coverage(self) -> dict[str, dict[str, Any]]:
        """How much of the town each tier covers; see `tier_coverage`."""
        buildings = self._served
        with self._step("step.summary"):
            return tier_coverage(
                self.moment.town, buildings, self.stations, by_day=self.moment.scenario.is_day
            )

    @cached_property
    def places(self) -> Places:
        """Estates, offices, grids and devices, and what each community has of its own."""
        counted = self.risk.buildings[[c.RISK_BAND, c.HARM_INDEX]]
        told = self._served.assign(**_columns(counted), **_columns(self.cases))
        return town_places(self.moment.town, told, self.lanes, day=self.moment.day)

    @cached_property
    def water_told(self) -> WaterTold:
        """Which buildings have working water, and where more would help; see `water_told`."""
        return water_told(self.moment.town, self._served[c.PEOPLE])

    @cached_property
    def busy(self) -> dict[str, Busy]:
        """What it matters that crews may be out at another call, by tier; see `busy_crews`."""
        people = self._served[c.PEOPLE]
        return {tier: busy_crews(self.moment, tier, people) for tier in self.tiers}

    # Tables of what was asked for

    @cached_property
    def buildings(self) -> gpd.GeoDataFrame:
        """One row a building, polygons: where it stands on the lanes, response, and `parts`."""
        served = self._served
        further: dict[str, Any] = {}  # put on at once: each time would copy all there is
        if Part.DRAWS in self.parts:
            further |= _columns(self.chances)
        if Part.RISK in self.parts:
            further |= _columns(self.risk.buildings)
            further[c.WATER_WITHIN] = self.water_told.within
            further |= {c.free_crew(t): one.free for t, one in self.busy.items()}
        if Part.CASES in self.parts:
            monitored = self.moment.town.ledgers.premises[c.REMOTE_MONITORED]
            further |= _columns(self.cases) | {c.REMOTE_MONITORED: monitored.to_numpy()}
        return served.assign(**further) if further else served

    @cached_property
    def lanes(self) -> gpd.GeoDataFrame:
        """One row a lane, lines: what is known of it, what stops vehicles, and `parts`."""
        further = _columns(self.lane_states)
        if Part.CLOSURES in self.parts:
            further |= _columns(self.closures.lanes)
        for vehicle, passage in self.moment.passages().items():
            further[c.lane_limit(vehicle)] = passage.limit
            further[c.lane_limit_certain(vehicle)] = passage.certain
        if Part.OPENINGS in self.parts:
            further |= _columns(self.openings)
        return self.moment.town.lanes.assign(**further)

    @cached_property
    def stations(self) -> gpd.GeoDataFrame:
        """One row a station, points: whether on duty, and where on the lanes."""
        town = self.moment.town
        return town.stations.assign(
            on_duty=on_duty(town, self.moment.scenario),
            **_position_columns(town, town.station_positions),
        )

    @cached_property
    def communities(self) -> gpd.GeoDataFrame:
        """One row a community, polygons: its coverage, and its risk if that is in `parts`."""
        town = self.moment.town
        table = community_table(town.communities, self._by_community)
        if Part.RISK in self.parts:
            table = table.assign(
                **_columns(self.risk.communities.set_axis(table.index)), **_columns(self.burnt)
            )
        return table

    @cached_property
    def burnt(self) -> pd.DataFrame:
        """How often each community burns against what its buildings let expect."""
        town = self.moment.town
        return community_fires(
            town.ledgers.incidents,
            self._served[[f.BUILDING_ID, f.COMMUNITY_ID, f.USE]].assign(
                **_columns(self.risk.buildings[[c.FIRES_INDEX]])
            ),
            town.communities,
            day=self.moment.day,
            rules=town.rules.risk,
        )

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` holds of response, coverage and `parts`."""
        town, speeds = self.moment.town, self.moment.speeds
        entries = copy.deepcopy(self._by_community)
        if {Part.RISK, Part.CASES} <= self.parts:
            add_community_risk(entries, self.communities, self.buildings)
            add_community_work(entries, self.places.work)
            add_community_water(entries, self.buildings, self.water_told.best)
        summary: dict[str, Any] = {
            "town": self.town,
            "simulated": self.simulated,
            "scenario": self.scenario,
            "rules": self.rules,
            "date": self.date,
            "yardstick": self.yardstick.as_record(),
            "counts": town_counts(town),
            "coverage": self.coverage,
            "communities": entries,
            "unknown": town.unknown(),
            "notes": page_notes(town, self.coverage, speeds, day=self.moment.day),
            "problems": [p.as_record() for p in town.problems],
        }
        if Part.RISK in self.parts:
            summary["risk"] = {**self.risk.summary, "alert": str(self.alert)}
            summary["water"] = water_summary(town, self.buildings)
            minutes = town.rules.busy.minutes_a_call
            summary["busy"] = {
                t: busy_figures(one, self._served, t, minutes=minutes)
                for t, one in self.busy.items()
            }
        if Part.CLOSURES in self.parts:
            summary["events"] = self.closures.events
        summary["speeds"] = speed_record(speeds)
        summary["lanes"] = self._lane_figures()
        summary["timings_s"] = self.timings_s
        return summary

    def _lane_figures(self) -> dict[str, Any]:
        """Return how many lanes are in each state, and what `parts` count of them."""
        town = self.moment.town
        figures: dict[str, Any] = {
            "reports": len(town.lane_reports),
            "reports_off_lanes": int((~town.report_positions.attached).sum()),
            "states": lane_state_counts(self.lane_states),
        }
        if Part.CLOSURES in self.parts:
            ranked = self.closures.lanes
            known = bool(ranked[c.KEEP_CLEAR_SCORE].notna().any())
            figures["keep_clear"] = int(ranked[c.KEEP_CLEAR_RANK].notna().sum()) if known else None
        if Part.COMPLIANCE in self.parts:
            figures["findings"] = self.compliance.as_record()
        if Part.DRAWS in self.parts:
            figures |= {"draws": self.draws, "seed": self.moment.seed}
        if {Part.DRAWS, Part.OPENINGS} <= self.parts:
            rule = town.rules.lane_state
            figures["clusters"] = {
                "same_street": rule.same_street.value,
                "same_quarter": rule.same_quarter.value,
                "tiers": self.clusters,
            }
        return figures

    @cached_property
    def _served(self) -> gpd.GeoDataFrame:
        """Buildings with where they stand on the lanes, who is there, and the response."""
        town, response = self.moment.town, self.response
        return town.buildings.assign(
            **_position_columns(town, town.building_positions),
            **{c.PEOPLE: present(town, self.moment.scenario)},
            **_columns(response),
        )

    @cached_property
    def _by_community(self) -> list[dict[str, Any]]:
        return community_coverage(self.moment.town.communities, self._served, self.tiers)

    @contextmanager
    def _step(self, key: str) -> Iterator[None]:
        """Tell that a step begins, and take its time; what it reads is computed before."""
        self.progress(key)
        begin = time.perf_counter()
        yield
        self.timings_s[key.partition(".")[2]] = round(time.perf_counter() - begin, 4)


def assess(
    town: Town,
    *,
    scenario: str | None = None,
    date: str = "",
    draws: int = DRAWS,
    seed: int = 1,
    alert: AlertLevel = AlertLevel.NORMAL,
    workers: int | None = None,
    progress: Progress = _silent,
) -> Assessment:
    """Return what follows from a town under one scenario; nothing is computed before it is read.

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
        Random lane states behind the probability of cover, and the seed of all that is drawn.
    alert
        Fire-alert level of the period, by which inspections are due.
    workers
        Threads, by default one a core; the answer does not depend on them.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When the town has no scenario of that name.
    """
    day = dt.date.fromisoformat(date) if date else dt.date.today()
    name, chosen = choose_scenario(town.scenarios, scenario, calendar=town.calendar, date=day)
    moment = Moment(uses_on(town, day), chosen, day, seed=seed)
    return Assessment(moment, name, draws, alert, workers or os.cpu_count() or 1, progress)


def _position_columns(town: Town, positions: Positions) -> dict[str, Any]:
    lane_id = town.lanes[f.LANE_ID].to_numpy(dtype=object)
    return {
        c.ATTACHED_LANE_ID: np.where(positions.attached, lane_id[positions.lane], None),
        c.LANE_POSITION: positions.fraction,
        c.ACCESS_M: positions.access_m,
    }


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(name): frame[name] for name in frame.columns}
