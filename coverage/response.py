"""Response time of every building, by tier: turnout + travel + access off the network.

Three readings of everything uncertain (turnout, speeds, unknown widths, delays at gates) give a
typical time and the range in which the true one lies.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..geo import fields as f
from ..geo.config import Scenario
from ..geo.network import Ints
from ..geo.passability import Passage, passage
from ..geo.rules import Reading, RuleSet, TierRule
from ..geo.town import Town
from ..geo.vocabulary import LaneClass, Vehicle
from . import columns as c
from .kernels import FAR
from .travel import Arrivals, Crews, arrivals

READINGS: tuple[Reading, ...] = ("typical", "fast", "slow")


def on_duty(town: Town, scenario: Scenario) -> pd.Series[bool]:
    """Return which stations send a crew under a scenario, ``(stations,)`` bool.

    A shift that is known to be empty sends nobody; a crew of unknown size is taken to be there
    and stays listed as unknown.
    """
    crew: pd.Series[float] = town.stations[f.CREW_DAY if scenario.is_day else f.CREW_NIGHT]
    return crew.isna() | (crew > 0)


def present(town: Town, scenario: Scenario) -> pd.Series[float]:
    """Return the people in each building under a scenario; missing where not known."""
    people: pd.Series[float] = town.buildings[f.PEOPLE_DAY if scenario.is_day else f.PEOPLE_NIGHT]
    return people


def passages(town: Town, reading: Reading) -> dict[Vehicle, Passage]:
    """Return how every vehicle passes the lanes under one reading."""
    return {
        vehicle: passage(
            town.network,
            town.lanes,
            town.barriers,
            rules=town.rules,
            vehicle=vehicle,
            reading=reading,
        )
        for vehicle in Vehicle
    }


def station_vehicles(town: Town) -> NDArray[np.str_]:
    """Return how each station's crew moves: as stated, else the rule set's default."""
    default = town.stations[f.TIER].map({t: v.value for t, v in town.rules.default_vehicle.items()})
    vehicles: NDArray[np.str_] = town.stations[f.VEHICLE].fillna(default).to_numpy(dtype=str)
    return vehicles


def response_times(
    town: Town, scenario: Scenario, *, passages: dict[Reading, dict[Vehicle, Passage]]
) -> pd.DataFrame:
    """Return the response of every tier at every building.

    Parameters
    ----------
    town
        With stations and buildings attached to lanes.
    scenario
        Decides which stations have a crew.
    passages
        How vehicles pass the lanes, by reading.

    Returns
    -------
    DataFrame
        One row a building; for each tier of the rule set the columns of
        `weizhan.coverage.columns`: typical, low and high response time in seconds, the first
        and second station and the second's time, and the `Cover` code.
    """
    duty = on_duty(town, scenario).to_numpy()
    tiers = town.stations[f.TIER].to_numpy(dtype=str)
    ids = town.stations[f.STATION_ID].to_numpy(dtype=object)
    table: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {}
    for tier, rule in town.rules.tier.items():
        serves = np.isin(tiers, rule.station_tiers)
        rows = np.flatnonzero(serves & duty)
        by_reading = {r: _tier_arrivals(town, rule, rows, passages[r], r) for r in READINGS}
        typical = by_reading["typical"]
        seconds = {r: _seconds(a.ms[:, 0]) for r, a in by_reading.items()}
        table[c.response_time(tier)] = seconds["typical"]
        table[c.response_time_low(tier)] = seconds["fast"]
        table[c.response_time_high(tier)] = seconds["slow"]
        table[c.station(tier)] = _names(ids, rows, typical.crew[:, 0])
        table[c.second_response_time(tier)] = _seconds(typical.ms[:, 1])
        table[c.second_station(tier)] = _names(ids, rows, typical.crew[:, 1])
        known = town.building_positions.attached & bool(serves.any())
        table[c.cover(tier)] = cover(seconds, known, standard_s=rule.standard_s.value)
    return pd.DataFrame(table, index=town.buildings.index)


def cover(
    seconds: dict[Reading, NDArray[np.float64]],
    known: NDArray[np.bool_],
    *,
    standard_s: float,
) -> NDArray[np.object_]:
    """Return `Cover` codes from response times by reading; NaN seconds never arrive."""
    within = {r: s <= standard_s for r, s in seconds.items()}
    codes = np.select(
        [~known, within["slow"], within["typical"], within["fast"]],
        [c.Cover.UNKNOWN, c.Cover.COVERED, c.Cover.LIKELY, c.Cover.DOUBTFUL],
        default=c.Cover.UNCOVERED,
    )
    return codes.astype(object)


def _tier_arrivals(
    town: Town,
    rule: TierRule,
    rows: NDArray[np.intp],
    passages: dict[Vehicle, Passage],
    reading: Reading,
) -> Arrivals:
    """Return arrivals at the wall of each building; crews are numbered as in ``rows``."""
    turnout = rule.turnout_s.read(reading, more_is="slower")
    stated = town.stations[f.TURNOUT_S].to_numpy(float)[rows]
    access_s = _access_s(town.rules, town.station_positions.access_m[rows], reading)
    crews = Crews(
        town.station_positions.lane[rows],
        town.station_positions.fraction[rows],
        station_vehicles(town)[rows],
        _milliseconds(np.where(np.isnan(stated), turnout, stated) + np.nan_to_num(access_s)),
    )
    dismount = town.rules.network.dismount_s.read(reading, more_is="slower")
    found = arrivals(
        town.network,
        passages,
        crews,
        town.building_positions,
        dismount_ms=round(dismount * 1000),
    )
    access = _access_s(town.rules, town.building_positions.access_m, reading)
    walk = _milliseconds(np.nan_to_num(access))[:, None]
    return Arrivals(np.where(found.ms < FAR, found.ms + walk, FAR).astype(np.int32), found.crew)


def _access_s(
    rules: RuleSet, access_m: NDArray[np.float64], reading: Reading
) -> NDArray[np.float64]:
    """Return the seconds on foot between a lane and a wall."""
    foot = rules.vehicle[Vehicle.FOOT].speed(LaneClass.PATH)
    return access_m / foot.read(reading, more_is="faster")


def _milliseconds(seconds: NDArray[np.float64]) -> Ints:
    return np.rint(seconds * 1000).astype(np.int32)


def _seconds(ms: Ints) -> NDArray[np.float64]:
    return np.where(ms < FAR, ms / 1000, np.nan)


def _names(ids: NDArray[np.object_], rows: NDArray[np.intp], crew: Ints) -> NDArray[np.object_]:
    """Return the station id of each crew, None for nobody."""
    names = np.full(len(crew), None, dtype=object)
    names[crew >= 0] = ids[rows[crew[crew >= 0]]]
    return names
