"""Risk of every building: how often, how bad, and together, with reasons and how sure it is.

Fires a year times deaths a fire, the mean of seeded joint draws of all numbers of the method and
of everything that nobody told of the building. Fires a year are those of a year that would be
like the scenario throughout.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats, Longs, Shapes, Singles
from ...geo.ground import clusters
from ...geo.rules import RuleSet, Scenario
from ...geo.town import Town
from ...geo.words import RiskBand
from ...geo.words import fields as f
from .. import columns as c
from ..reach import lived_at, time_band_name
from .bands import BANDS, band_codes, band_ends, rank_intervals, ranks, spread
from .devices import device_gaps
from .draws import Moment, logs_of
from .inputs import RiskInputs, known_shares, risk_inputs
from .missing import Donors, donors, take
from .numbers import RiskNumbers, drawn_numbers, typical_numbers
from .reasons import risk_reasons
from .sheds import shed_distance, shed_gap

BLOCK = 1024  # buildings drawn at once: about 4 MB an array at 500 draws
SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring",
           6: "summer", 7: "summer", 8: "summer"}  # fmt: skip


@dataclass(frozen=True)
class Risk:
    """The risk of a town.

    Attributes
    ----------
    buildings
        Columns of `weizhan.coverage.columns`, one row a building.
    communities
        Sums by community with their interval: the columns of fires and harm a year.
    summary
        Counts by band, whether calibrated, draws and seed.
    inputs
        What it was computed from.
    """

    buildings: pd.DataFrame
    communities: pd.DataFrame
    summary: dict[str, Any]
    inputs: RiskInputs


def moment(town: Town, scenario: Scenario, name: str, day: dt.date) -> Moment:
    """Return what a scenario on a day does: its time of day, its season, a holiday."""
    rules = town.rules.risk
    band = time_band_name(town.rules, scenario, lived_at(town, scenario, day))
    time = rules.time.get(band) or rules.time["day"]
    fires = time.fires.value * rules.season[SEASONS.get(day.month, "autumn")].value  # type: ignore[index]
    festive = any(key.first <= day <= key.last for key in town.calendar) or name == "holiday"
    if festive:
        fires *= rules.holiday.value
    return Moment(fires, time.harm_asleep.value, scenario.is_day)


def risk(
    town: Town,
    buildings: pd.DataFrame,
    scenario: Scenario,
    name: str,
    *,
    day: dt.date,
    draws: int | None = None,
    seed: int = 1,
) -> Risk:
    """Return the risk of every building of a town.

    Parameters
    ----------
    town
        Its rules, layers and ledgers.
    buildings
        The table of the assessment with its columns of response.
    scenario, name
        Time of day and day of the week; a scenario named ``holiday`` is one.
    day
        Hazards open on it, visits before it, its season and key dates count.
    draws
        Joint draws; those of the rules if not given.
    seed
        Of the draws; the same town, day and seed give the same risk.
    """
    rules = town.rules
    draws = draws or int(rules.risk.draw.draws.value)
    now = moment(town, scenario, name, day)
    told_inputs = risk_inputs(town, buildings, is_day=now.is_day, day=day)
    # By id, so that the order of the rows decides no tie and no rounding.
    order = np.argsort(buildings[f.BUILDING_ID].astype(str).to_numpy(dtype=str), kind="stable")
    inputs, shapes = take(told_inputs, order), buildings[f.GEOMETRY].to_numpy()[order]
    donated = donors(inputs, rules.risk, is_day=now.is_day)
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    told = {"places": places, "calibration": town.calibration}
    numbers = drawn_numbers(rules.risk, draws=draws, seed=seed, **told)  # type: ignore[arg-type]
    table, yearly, sums = _draw(inputs, donated, numbers, rules, now, seed, len(places))
    typical = typical_numbers(rules.risk, **told)  # type: ignore[arg-type]
    table |= risk_reasons(inputs, donated, typical, rules, now, logs_of)
    table |= _ranked(table, yearly, rules)
    harm = table[c.HARM_PER_YEAR]
    table |= device_gaps(inputs, donated, typical, rules, now, logs_of, harm)
    table |= _sheds(town, shapes, inputs)
    known = known_shares(inputs)
    table[c.RISK_COMPLETENESS] = np.mean(list(known.values()), axis=0)
    table[c.NEIGHBOURS] = inputs.near
    table[c.WATER_M] = inputs.water_m
    table[c.SPREAD_CLUSTER] = clusters(
        shapes,
        within_m=rules.risk.consequence.separation_m.value,
        least=int(rules.risk.finding.cluster_least.value),
    )
    frame = pd.DataFrame(table, index=buildings.index[order])
    summary = _summary(frame, known, town, draws=draws, seed=seed)
    back = np.argsort(order, kind="stable")
    return Risk(frame.iloc[back], _places(sums, places, rules), summary, told_inputs)


def _sheds(town: Town, shapes: Shapes, inputs: RiskInputs) -> dict[str, Any]:
    """Return households, and those beyond reach of a charging shed, where people live."""
    finding = town.rules.risk.finding
    lived_in = np.array([k in finding.shed_classes for k in town.rules.risk.classes] + [True])
    homes = lived_in[inputs.kind] & (inputs.residents > 0)
    people = np.where(homes, inputs.residents, np.nan)
    households = np.ceil(people / finding.household_people.value)
    away = shed_distance(shapes, town.sheds.geometry.to_numpy())
    return {
        c.HOUSEHOLDS: households,
        c.SHED_M: away,
        c.SHED_GAP: shed_gap(away, households, within_m=finding.shed_m.value),
    }


def _draw(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    seed: int,
    places: int,
) -> tuple[dict[str, Any], Singles, dict[str, Floats]]:
    """Return means and intervals, harm a year in every draw, and its sums by community.

    Memory: 4 bytes a building and draw, and a few blocks.
    """
    n, interval = len(inputs), rules.risk.draw.interval.value
    names = (c.FIRES_PER_YEAR, c.HARM_PER_FIRE, c.HARM_PER_YEAR)
    table = {end(name): np.empty(n) for name in names for end in (str, c.low, c.high)}
    yearly = np.empty((n, numbers.draws), dtype=np.float32)
    sums = {name: np.zeros((places + 1, numbers.draws)) for name in (names[0], names[2])}
    for begin in range(0, n, BLOCK):
        rows = slice(begin, begin + BLOCK)
        block = take(inputs, rows)
        logs = logs_of(block, donated, numbers, rules, now, seed)
        fires, harm = np.exp(logs.fires), np.exp(logs.harm)
        for name, values in zip(names, (fires, harm, fires * harm), strict=True):
            table[name][rows] = values.mean(axis=1)
            table[c.low(name)][rows], table[c.high(name)][rows] = spread(values, interval=interval)
            if name in sums:
                _add(sums[name], block.place, values)
        yearly[rows] = logs.fires + logs.harm
    return table, yearly, sums


def _add(sums: Floats, place: Longs, values: Floats) -> None:
    for at in np.unique(place):
        sums[at] += values[place == at].sum(axis=0)


def _ranked(table: Mapping[str, Any], yearly: Singles, rules: RuleSet) -> dict[str, Any]:
    ends = band_ends(rules.risk, len(yearly))
    rank = ranks(table[c.HARM_PER_YEAR])
    low, high, share = rank_intervals(yearly, ends, rank, interval=rules.risk.draw.interval.value)
    return {
        c.FREQUENT_BAND: band_codes(ranks(table[c.FIRES_PER_YEAR]), ends),
        c.SEVERE_BAND: band_codes(ranks(table[c.HARM_PER_FIRE]), ends),
        c.RISK_BAND: band_codes(rank, ends),
        c.RISK_BAND_SHARE: share,
        c.RISK_RANK: rank,
        c.RISK_RANK_LOW: low,
        c.RISK_RANK_HIGH: high,
    }


def _places(sums: Mapping[str, Floats], places: tuple[str, ...], rules: RuleSet) -> pd.DataFrame:
    interval = rules.risk.draw.interval.value
    table: dict[str, Any] = {}
    for name, draws in sums.items():
        table[name] = draws[:-1].mean(axis=1)
        table[c.low(name)], table[c.high(name)] = spread(draws[:-1], interval=interval)
    return pd.DataFrame(table, index=pd.Index(places, name=f.COMMUNITY_ID))


def _summary(
    frame: pd.DataFrame,
    known: Mapping[str, Flags],
    town: Town,
    *,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    counts = frame[c.RISK_BAND].value_counts()
    sure = frame[c.RISK_BAND_SHARE] >= town.rules.risk.draw.sure_band.value
    return {
        "bands": {str(band): int(counts.get(str(band), 0)) for band in RiskBand},
        "bands_sure": {
            str(band): int((sure & (frame[c.RISK_BAND] == str(band))).sum()) for band in BANDS
        },
        "calibrated": town.calibration is not None,
        "calibration_step": town.calibration.step if town.calibration else None,
        "calibration_fires": town.calibration.fires if town.calibration else None,
        "draws": draws,
        "seed": seed,
        "sure_band": town.rules.risk.draw.sure_band.value,
        "interval": town.rules.risk.draw.interval.value,
        "fires_per_year": round(float(frame[c.FIRES_PER_YEAR].sum()), 4),
        "harm_per_year": round(float(frame[c.HARM_PER_YEAR].sum()), 6),
        "known": {name: int(there.sum()) for name, there in known.items()},
        "completeness": round(float(frame[c.RISK_COMPLETENESS].mean()), 4),
    }
