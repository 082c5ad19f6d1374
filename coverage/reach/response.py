"""Response time of every building, by tier: turnout + travel + access off the network.

Three readings of everything uncertain (turnout, speeds, unknown widths, delays at gates) give a
typical time and the range in which the true one lies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats, Indices, Ints, Shapes, Words
from ...geo.ground import (
    Conditions,
    Limit,
    Passage,
    column_read,
    passage,
)
from ...geo.rules import Reading, RuleSet, Scenario, TierRule
from ...geo.town import Town
from ...geo.words import LaneClass, Vehicle
from ...geo.words import fields as f
from .. import columns as c
from .hose import hose_s, walked_m
from .kernels import FAR
from .probability import arrival_probability
from .travel import Arrivals, Crews, Journey, arrive_at, journey, reach_matrix

if TYPE_CHECKING:
    from .moment import Moment

READINGS: tuple[Reading, ...] = ("typical", "fast", "slow")
LIMITS = (
    Limit.WIDTH, Limit.HEIGHT, Limit.WEIGHT, Limit.SLOPE, Limit.STEPS, Limit.ACCESS,
    Limit.BARRIER, Limit.BLOCKAGE,
)  # fmt: skip

Passages = Mapping[Vehicle, Passage]


@dataclass(frozen=True)
class TierCrews:
    """The crews of one tier under one scenario and reading.

    Attributes
    ----------
    rows
        ``(crews,)`` rows of the stations.
    crews
        Who sets out; ``start_ms`` is turnout and the way to the lane.
    access_ms
        ``(buildings,)`` int32 from the lane to the wall.
    dismount_ms
        From stopping a vehicle to going on on foot.
    """

    rows: Indices
    crews: Crews
    access_ms: Ints
    dismount_ms: int


def on_duty(town: Town, scenario: Scenario) -> pd.Series[bool]:
    """Return which stations send a crew under a scenario, ``(stations,)`` bool.

    A shift that is known to be empty sends nobody; a crew of unknown size is taken to be there
    and stays listed as unknown.

    Parameters
    ----------
    town
        With its stations and tiers.
    scenario
        By day or by night.
    """
    crew: pd.Series[float] = town.stations[f.CREW_DAY if scenario.is_day else f.CREW_NIGHT]
    return crew.isna() | (crew > 0)


def in_reach(town: Town, rule: TierRule) -> pd.Series[bool]:
    """Return which stations of a tier stand on a lane.

    Parameters
    ----------
    town
        With its stations.
    rule
        Of the tier.
    """
    serving: pd.Series[bool] = town.stations[f.TIER].isin(rule.station_tiers)
    return serving & town.station_positions.attached


def is_known(town: Town, rule: TierRule) -> bool:
    """Tell whether anything is known of a tier: it has, or had before a plan, a station.

    Parameters
    ----------
    town
        With its stations.
    rule
        Of the tier.
    """
    had = not town.had_stations.isdisjoint(rule.station_tiers)
    return had or bool(in_reach(town, rule).any())


def present(town: Town, scenario: Scenario) -> pd.Series[float]:
    """Return the people in each building under a scenario; missing where not known.

    Parameters
    ----------
    town
        With its buildings.
    scenario
        By day or by night.
    """
    people: pd.Series[float] = town.buildings[f.PEOPLE_DAY if scenario.is_day else f.PEOPLE_NIGHT]
    return people


def passages(
    town: Town,
    reading: Reading,
    conditions: Conditions | None = None,
    *,
    without: Collection[Limit] = (),
    usual: Passages | None = None,
) -> dict[Vehicle, Passage]:
    """Return how every vehicle passes the lanes under one reading.

    With how they pass ``without`` nothing given, only vehicles are looked at that one of those
    limits stops: a lane names the first that does, so taking away another changes nothing.
    """
    return {
        vehicle: usual[vehicle]
        if usual is not None and not _stopped_by(usual[vehicle], without)
        else passage(
            town.network,
            town.lanes,
            town.barriers,
            rules=town.rules,
            vehicle=vehicle,
            reading=reading,
            conditions=conditions,
            without=without,
        )
        for vehicle in Vehicle
    }


def _stopped_by(usual: Passage, limits: Collection[Limit]) -> bool:
    """Return whether a limit stops a vehicle on some lane, or may delay it at a barrier."""
    return Limit.BARRIER in limits or any((usual.limit == limit).any() for limit in limits)


def station_vehicles(town: Town) -> Words:
    """Return how each station's crew moves: as stated, else the rule set's default."""
    default = town.stations[f.TIER].map({t: v.value for t, v in town.rules.default_vehicle.items()})
    vehicles: Words = town.stations[f.VEHICLE].fillna(default).to_numpy(dtype=str)
    return vehicles


def tier_crews(
    town: Town, rule: TierRule, scenario: Scenario, reading: Reading = "typical"
) -> TierCrews:
    """Return the crews of a tier that are on duty, and what they need off the lanes."""
    serves = town.stations[f.TIER].isin(rule.station_tiers) & on_duty(town, scenario)
    rows = np.flatnonzero(serves)
    assumed = rule.turnout_s.read(reading, more_is="slower")
    turnout = turnout_s(town, rows, assumed, reading=reading)
    walk_in_s = access_s(town.rules, town.station_positions.access_m[rows], reading)
    crews = Crews(
        town.station_positions.lane[rows],
        town.station_positions.fraction[rows],
        station_vehicles(town)[rows],
        _milliseconds(turnout + np.nan_to_num(walk_in_s)),
    )
    walk_s = access_s(town.rules, town.building_positions.access_m, reading)
    dismount_s = town.rules.network.dismount_s.read(reading, more_is="slower")
    return TierCrews(rows, crews, _milliseconds(np.nan_to_num(walk_s)), round(dismount_s * 1000))


def tier_journey(town: Town, tier: TierCrews, passages: Passages) -> Journey:
    """Return the prepared search of a tier's crews to all buildings.

    Parameters
    ----------
    town
        With its network and buildings.
    tier
        The crews, from `tier_crews`.
    passages
        How every vehicle passes the lanes.
    """
    return journey(
        town.network,
        passages,
        tier.crews,
        town.building_positions,
        dismount_ms=tier.dismount_ms,
    )


def response_times(moment: Moment) -> pd.DataFrame:
    """Return the response of every tier at every building.

    Parameters
    ----------
    moment
        Of a town with stations and buildings attached to lanes.

    Returns
    -------
    DataFrame
        One row a building; for each tier of the rule set the columns of
        `weizhan.coverage.columns`: typical, low and high response time, first and second
        station, `Cover`, probability, depth, what the limits cost, and the top floor.
    """
    town, roads = moment.town, moment.passages()
    freed = {limit: moment.passages(without=[limit]) for limit in LIMITS}
    table: dict[str, Floats | Shapes] = {}
    for tier, rule in town.rules.tier.items():
        found, known = _found(moment, tier)
        typical, crews, plan = found["typical"], moment.crews(tier), moment.journey(tier)
        table |= _times(town, tier, rule, found, crews.rows, known)
        arrival_s = table[c.response_time(tier)].astype(float)
        walk_m = walked_m(plan, town.network, town.building_positions)
        walk_m[np.isnan(arrival_s)] = np.nan
        table[c.walk(tier)] = walk_m
        table[c.hose(tier)] = hose_s(arrival_s, walk_m, town.rules.response)
        table |= _sureness(town, tier, rule, typical, crews, plan)
        times = {
            limit: _at_walls(tier_journey(town, crews, free), crews, moment.horizon_s)
            for limit, free in freed.items()
            if _matters(roads, free, crews.crews)
        }
        costs = _limit_costs(tier, typical, times)
        limits = costs.pop(c.main_limit(tier))
        table |= {name: np.where(known, cost, np.nan) for name, cost in costs.items()}
        table[c.main_limit(tier)] = limits
    frame = pd.DataFrame(table, index=town.buildings.index)
    attached = town.building_positions.attached
    for tier in town.rules.tier:
        frame.loc[~attached, [c.arrival_probability(tier), c.depth(tier)]] = np.nan
    return frame


def covering_times(moment: Moment) -> pd.DataFrame:
    """Return who is when at each building, and whether in time.

    The same as in `response_times`, and nothing beyond: no probability, depth, hose or limit.

    Parameters
    ----------
    moment
        Of a town with stations and buildings attached to lanes.
    """
    table: dict[str, Floats | Shapes] = {}
    for tier, rule in moment.town.rules.tier.items():
        found, known = _found(moment, tier)
        table |= _times(moment.town, tier, rule, found, moment.crews(tier).rows, known)
    return pd.DataFrame(table, index=moment.town.buildings.index)


def _found(moment: Moment, tier: str) -> tuple[dict[Reading, Arrivals], Flags]:
    """Return a tier's arrivals at the walls by reading, and of which buildings they are known."""
    town, rule = moment.town, moment.town.rules.tier[tier]
    found = {
        reading: _at_walls(
            moment.journey(tier, reading), moment.crews(tier, reading), moment.horizon_s
        )
        for reading in READINGS
    }
    if moment.joined is not None:
        found["fast"] = _sooner(found["fast"], moment.joined, tier)
    return found, town.building_positions.attached & is_known(town, rule)


def _sooner(found: Arrivals, joined: Moment, tier: str) -> Arrivals:
    """Return the earlier of fast arrivals and those where crossing lanes are connected."""
    plan, crews = joined.journey(tier, "fast"), joined.crews(tier, "fast")
    other = _at_walls(plan, crews, joined.horizon_s)
    sooner = other.ms[:, :1] < found.ms[:, :1]
    return Arrivals(np.where(sooner, other.ms, found.ms), np.where(sooner, other.crew, found.crew))


def arrival_chances(moment: Moment, tiers: Collection[str]) -> pd.DataFrame:
    """Return how likely the first crew of some tiers is in time, and when it typically is there.

    The same as in `response_times`, and nothing beyond.

    Parameters
    ----------
    moment
        Of a town with stations and buildings attached to lanes.
    tiers
        Those of them that the rule set knows are told.
    """
    town, attached = moment.town, moment.town.building_positions.attached
    table: dict[str, Floats] = {}
    for tier, rule in town.rules.tier.items():
        if tier in tiers:
            plan, crews = moment.journey(tier), moment.crews(tier)
            found = _at_walls(plan, crews, moment.horizon_s)
            chance = _in_time(town, rule, found, crews)
            table[c.response_time(tier)] = _seconds(found.ms[:, 0])
            table[c.arrival_probability(tier)] = np.where(attached, chance, np.nan)
    return pd.DataFrame(table, index=town.buildings.index)


def cover(seconds: Mapping[Reading, Floats], known: Flags, *, standard_s: float) -> Shapes:
    """Return `Cover` codes from response times by reading; NaN seconds never arrive."""
    within = {r: s <= standard_s for r, s in seconds.items()}
    codes = np.select(
        [~known, within["slow"], within["typical"], within["fast"]],
        [c.Cover.UNKNOWN, c.Cover.COVERED, c.Cover.LIKELY, c.Cover.DOUBTFUL],
        default=c.Cover.UNCOVERED,
    )
    return codes.astype(object)


def _at_walls(plan: Journey, tier: TierCrews, horizon_s: float | None) -> Arrivals:
    """Return arrivals at the wall of each building; who is later than the horizon never comes."""
    found = arrive_at(plan)
    ms = np.where(found.ms < FAR, found.ms + tier.access_ms[:, None], FAR)
    if horizon_s is None:
        return Arrivals(ms.astype(np.int32), found.crew)
    late = ms > horizon_s * 1000
    return Arrivals(np.where(late, FAR, ms).astype(np.int32), np.where(late, -1, found.crew))


def _times(
    town: Town,
    tier: str,
    rule: TierRule,
    found: Mapping[Reading, Arrivals],
    rows: Indices,
    known: Flags,
) -> dict[str, Floats | Shapes]:
    ids = town.stations[f.STATION_ID].to_numpy(dtype=object)
    seconds = {r: _seconds(a.ms[:, 0]) for r, a in found.items()}
    typical = found["typical"]
    floors = town.buildings[f.FLOORS].to_numpy(dtype=float)
    climb = np.maximum(floors - 1, 0) * town.rules.response.floor_s.value
    return {
        c.response_time(tier): seconds["typical"],
        c.response_time_low(tier): seconds["fast"],
        c.response_time_high(tier): seconds["slow"],
        c.station(tier): _names(ids, rows, typical.crew[:, 0]),
        c.second_response_time(tier): _seconds(typical.ms[:, 1]),
        c.second_station(tier): _names(ids, rows, typical.crew[:, 1]),
        c.cover(tier): cover(seconds, known, standard_s=rule.standard_s.value),
        c.top_floor(tier): seconds["typical"] + climb,
    }


def _sureness(
    town: Town, tier: str, rule: TierRule, found: Arrivals, crews: TierCrews, plan: Journey
) -> dict[str, Floats | Shapes]:
    """Return the probability of the first crew within the standard, and how many crews are."""
    probability = _in_time(town, rule, found, crews)
    if not is_known(town, rule):
        return {c.arrival_probability(tier): probability, c.depth(tier): probability}
    limit_ms = round(rule.standard_s.value * 1000)
    matrix = reach_matrix(plan, crews=len(crews.rows), limit_ms=limit_ms).tocoo()
    within = matrix.data + crews.access_ms[matrix.col] <= limit_ms
    depth = np.bincount(matrix.col[within], minlength=len(probability)).astype(float)
    return {c.arrival_probability(tier): probability, c.depth(tier): depth}


def _in_time(town: Town, rule: TierRule, found: Arrivals, crews: TierCrews) -> Floats:
    """Return the probability of the first crew within the standard; missing without stations."""
    if not is_known(town, rule):
        return np.full(len(town.buildings), np.nan)
    arrives = found.crew[:, 0] >= 0
    first = np.maximum(found.crew[:, 0], 0)
    if len(crews.rows):
        start_s = crews.crews.start_ms[first] / 1000
        readings: tuple[Reading, ...] = ("fast", "typical", "slow")
        low, mode, high = (
            turnout_s(
                town,
                crews.rows[first],
                rule.turnout_s.read(reading, more_is="slower"),
                reading=reading,
            )
            for reading in readings
        )
    else:
        start_s = low = mode = high = np.zeros(len(first))
    walk_s = crews.access_ms / 1000
    travel_s = np.where(arrives, _seconds(found.ms[:, 0]) - start_s - walk_s, np.nan)
    return arrival_probability(
        np.maximum(travel_s, 0),
        walk_s + (start_s - mode),
        (low, mode, high),
        standard_s=rule.standard_s.value,
        cv=town.rules.response.travel_cv.value,
    )


def _matters(usual: Passages, free: Passages, crews: Crews) -> bool:
    """Return whether what was left out changes anything for the vehicles of some crews."""
    return any(
        usual[v] is not free[v]
        and not (
            np.array_equal(usual[v].forward_ms, free[v].forward_ms)
            and np.array_equal(usual[v].backward_ms, free[v].backward_ms)
            and np.array_equal(usual[v].leave_ms, free[v].leave_ms)
        )
        for v in {*(Vehicle(name) for name in crews.vehicle.tolist()), Vehicle.FOOT}
    )


def _limit_costs(
    tier: str, found: Arrivals, without: Mapping[Limit, Arrivals]
) -> dict[str, Floats | Shapes]:
    """Return what each limit costs the first crew: the time with all limits less that without it.

    Where nobody arrives with it and somebody without, the cost is infinite: told as missing
    seconds with the limit named.
    """
    before = found.ms[:, 0].astype(float)
    cost = np.zeros((len(LIMITS), len(before)))
    for k, limit in enumerate(LIMITS):
        if limit in without:
            after = without[limit].ms[:, 0]
            cost[k] = np.where(before < FAR, before - after, np.where(after < FAR, np.inf, 0))
    worst = cost.argmax(axis=0)
    most = cost.max(axis=0)
    names: Shapes = np.array([limit.value for limit in LIMITS], dtype=object)[worst]
    names[most <= 0] = None
    table: dict[str, Floats | Shapes] = {
        c.main_limit(tier): names,
        c.limit_cost(tier): _finite(most / 1000),
    }
    for k, limit in enumerate(LIMITS):
        table[c.limit_cost(tier, limit)] = _finite(cost[k] / 1000)
    return table


def _finite(seconds: Floats) -> Floats:
    return np.where(np.isfinite(seconds), seconds, np.nan)


def turnout_s(
    town: Town, rows: Indices, otherwise: float, *, reading: Reading = "typical"
) -> Floats:
    """Return the turnout of stations: as they state it, else as given.

    Parameters
    ----------
    town
        With its stations.
    rows
        Which of them.
    otherwise
        Seconds where a station states nothing.
    reading
        Which end of a turnout that is stated as a range.
    """
    stated = column_read(town.stations, f.TURNOUT_S, reading, more_is="slower", beyond=otherwise)[
        rows
    ]
    return np.where(np.isnan(stated), otherwise, stated)


def access_s(rules: RuleSet, access_m: Floats, reading: Reading) -> Floats:
    """Return the seconds on foot between a lane and a wall."""
    foot = rules.vehicle[Vehicle.FOOT].speed(LaneClass.PATH)
    return access_m / foot.read(reading, more_is="faster")


def _milliseconds(seconds: Floats) -> Ints:
    return np.rint(seconds * 1000).astype(np.int32)


def _seconds(ms: Ints) -> Floats:
    return np.where(ms < FAR, ms / 1000, np.nan)


def _names(ids: Shapes, rows: Indices, crew: Ints) -> Shapes:
    """Return the station id of each crew, None for nobody."""
    names = np.full(len(crew), None, dtype=object)
    names[crew >= 0] = ids[rows[crew[crew >= 0]]]
    return names
