"""What measures do in a town: crews that there could be, openings on their way, who counts.

Every measure is a fragment of a plan file, and the engine of the assessment says what it does, so
that the numbers of a plan of measures are those of `weizhan assess --plan`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats, Indices, Ints
from ...geo.ground import Positions
from ...geo.measure import Measure
from ...geo.plan import NewStation, Plan, StationChanges, merged, planned
from ...geo.rules import Scenario
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from ..reach import Moment
from .openings import OptionalReach, Ways, opened_ways, optional_reach

Yardstick = Literal["late", "minutes", "harm"]
Equity = Literal["equal", "worst", "need"]


@dataclass(frozen=True, eq=False)
class Band:
    """One scenario that counts.

    Attributes
    ----------
    name
        Of the scenario.
    moment
        Of the town with every crew that there could be.
    share
        Whole-number weight.
    weights
        ``(buildings,)`` people, or buildings, or harm.
    """

    name: str
    moment: Moment
    share: int
    weights: Floats


@dataclass(frozen=True, eq=False)
class Arrival:
    """Who could be where when, and what it takes.

    Attributes
    ----------
    building, station
        ``(pairs,)`` rows of buildings, and of the stations of the town with every crew; the first
        of its source where crews are taken together.
    ms
        ``(pairs,)`` from the alarm to the wall.
    start_ms, access_ms
        ``(pairs,)`` of these, until the crew moves on lanes, and from the lane to the wall.
    needs
        ``(pairs, 3)`` measures, -1 for none: of the crew, and two openings on its way.
    more
        ``(pairs,)`` True where further openings are needed, which are not named.
    """

    building: Indices
    station: Indices
    ms: Ints
    start_ms: Ints
    access_ms: Ints
    needs: Indices
    more: Flags


@dataclass(frozen=True, eq=False)
class MeasuresInstance:
    """Measures in a town.

    Attributes
    ----------
    town
        As it is.
    measures
        What could be done.
    whole
        The town with every crew that there could be.
    crew_measure
        ``(stations of whole,)`` the measure that brings each crew, -1 for those that stand.
    opening
        Measures that open lanes or gates.
    apart
        Pairs of measures, the lower first, that are never done together.
    bands
        Scenarios that count.
    tiers
        Tiers with their whole-number weights.
    alarm_minutes
        ``(buildings,)`` what alarms in all units would buy, where waiting counts.
    """

    town: Town
    measures: tuple[Measure, ...]
    whole: Town
    crew_measure: Indices
    opening: Indices
    apart: frozenset[tuple[int, int]]
    bands: tuple[Band, ...]
    tiers: Mapping[str, int]
    alarm_minutes: Floats = field(default_factory=lambda: np.empty(0))
    _kept: dict[str, dict[Vehicle, Ways]] = field(default_factory=dict, init=False, repr=False)

    @property
    def group(self) -> Indices:
        """``(buildings,)`` community of each building, -1 outside."""
        index = pd.Index(self.town.communities[f.COMMUNITY_ID].astype(str))
        found = index.get_indexer(self.town.buildings[f.COMMUNITY_ID].astype(str))
        return np.asarray(found, dtype=np.intp)

    def ways(self, band: Band) -> dict[Vehicle, Ways]:
        """Return how vehicles pass in a band, with and without openings."""
        if band.name not in self._kept:
            parts = [self.measures[at].plan for at in self.opening]
            place = {int(at): k for k, at in enumerate(self.opening)}
            apart = {(place[a], place[b]) for a, b in self.apart if a in place and b in place}
            self._kept[band.name] = opened_ways(band.moment, parts, apart=apart)
        return self._kept[band.name]

    def arrivals(
        self, band: Band, tier: str, *, limit_s: float, by_station: bool = False
    ) -> Arrival:
        """Return who could be at which building by when.

        Parameters
        ----------
        band, tier
            When, and whose crews.
        limit_s
            Seconds after the alarm beyond which an arrival does not matter.
        by_station
            Whether it matters which crew comes, or only what brings it.
        """
        crews = band.moment.crews(tier)
        brings = self.crew_measure[crews.rows]
        key = np.arange(len(brings)) if by_station else brings
        _, first, source = np.unique(key, return_index=True, return_inverse=True)
        found: OptionalReach = optional_reach(
            band.moment,
            crews,
            source.ravel(),
            self.ways(band),
            limit_ms=(round(limit_s * 1000) - crews.access_ms).astype(np.int32),
        )
        sets = np.where(found.sets >= 0, self.opening[found.sets], -1) if len(
            self.opening) else found.sets  # fmt: skip
        crew = first[found.source]
        station, access_ms = crews.rows[crew], crews.access_ms[found.position]
        return Arrival(
            found.position.astype(np.intp),
            station,
            (found.ms + access_ms).astype(np.int32),
            crews.crews.start_ms[crew],
            access_ms,
            np.column_stack([self.crew_measure[station], sets]).astype(np.intp),
            found.more,
        )


def make_instance(
    town: Town,
    measures: Sequence[Measure],
    *,
    bands: Mapping[str, int],
    scenarios: Mapping[str, Scenario],
    weights: Mapping[str, Floats],
    tiers: Mapping[str, int],
    day: dt.date,
    seed: int = 1,
) -> MeasuresInstance:
    """Put measures on their ground.

    Parameters
    ----------
    town
        As it is.
    measures
        What could be done.
    bands
        Scenarios that count, with whole-number weights.
    scenarios
        What their names mean.
    weights
        By scenario ``(buildings,)`` what each building counts.
    tiers
        Tiers that count, with whole-number weights.
    day
        By which reports about lanes age.
    seed
        Of the fit of speeds.

    Raises
    ------
    TownError
        When a measure names what the town does not have.
    """
    whole, brings = _with_crews(town, measures)
    now = Moment(town, scenarios[next(iter(bands))], day, seed=seed)
    nothing = Plan()
    opening = [
        number
        for number, measure in enumerate(measures)
        if measure.plan.lanes != nothing.lanes or measure.plan.gates != nothing.gates
    ]
    return MeasuresInstance(
        town,
        tuple(measures),
        whole,
        brings,
        np.array(opening, dtype=np.intp),
        _apart(measures),
        tuple(
            Band(
                name,
                Moment(whole, scenarios[name], day, seed=seed, fitted=now.speeds),
                share,
                weights[name],
            )
            for name, share in bands.items()
        ),
        tiers,
    )


def chosen_plan(town: Town, measures: Sequence[Measure], chosen: Flags) -> Plan:
    """Return the chosen measures as one plan of the town."""
    parts = [measures[at].plan for at in np.flatnonzero(chosen).tolist()]
    return merged([Plan(town=town.name), *parts])


def _apart(measures: Sequence[Measure]) -> frozenset[tuple[int, int]]:
    """Return pairs that exclude each other: as told, one gate in two ways, one station twice."""
    known = {measure.measure_id: at for at, measure in enumerate(measures)}
    pairs = {
        (at, known[other])
        for at, measure in enumerate(measures)
        for other in measure.excludes
        if other in known
    }
    boxed, opened, equipped = (defaultdict[str, set[int]](set) for _ in range(3))
    for at, measure in enumerate(measures):
        for gate in measure.plan.gates.key_box:
            boxed[gate].add(at)
        for gate in measure.plan.gates.open:
            opened[gate].add(at)
        for change in measure.plan.stations.equip:
            equipped[change.station_id].add(at)
    pairs |= {(a, b) for gate, own in boxed.items() for a in own for b in opened[gate]}
    pairs |= {pair for own in equipped.values() for pair in combinations(sorted(own), 2)}
    return frozenset((min(pair), max(pair)) for pair in pairs if pair[0] != pair[1])


def _with_crews(town: Town, measures: Sequence[Measure]) -> tuple[Town, Indices]:
    """Return the town with every crew that there could be, and the measure that brings each."""
    added: list[NewStation] = []
    brings = [-1] * len(town.stations)
    for number, measure in enumerate(measures):
        added += measure.plan.stations.add
        brings += [number] * len(measure.plan.stations.add)
    whole = planned(town, Plan(stations=StationChanges(add=tuple(added)))) if added else town
    # A station that is equipped otherwise stands there twice, and its measure brings the second.
    rounds: list[dict[str, int]] = []
    for number, measure in enumerate(measures):
        for station in dict.fromkeys(s.station_id for s in measure.plan.stations.equip):
            free = [own for own in rounds if station not in own]
            if not free:
                rounds.append({})
                free = rounds[-1:]
            free[0][station] = number
    ids = pd.Index(town.stations[f.STATION_ID].astype(str))
    frames, places = [whole.stations], [whole.station_positions]
    for own in rounds:
        equip = [
            change
            for station, number in own.items()
            for change in measures[number].plan.stations.equip
            if change.station_id == station
        ]
        then = planned(town, Plan(stations=StationChanges(equip=tuple(equip))))
        rows = ids.get_indexer(pd.Index(list(own)))
        frame = then.stations.iloc[rows].copy()
        frame[f.STATION_ID] = [f"{s}+{measures[n].measure_id}" for s, n in own.items()]
        frames.append(frame)
        places.append(then.station_positions.take(rows))
        brings += list(own.values())
    if len(frames) > 1:
        stations = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=town.stations.crs)
        parts = [np.concatenate(column) for column in
                 zip(*((p.lane, p.fraction, p.access_m) for p in places), strict=True)]  # fmt: skip
        whole = replace(whole, stations=stations, station_positions=Positions(*parts))
    return whole, np.array(brings, dtype=np.intp)
