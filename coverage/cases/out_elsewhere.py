"""How often each station's crew is called, by the ledger of fires or by the town's own number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ...geo.arrays import Floats, Indices, Longs
from ...geo.rules import Value
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from ..reach import (
    NOBODY_ASKED,
    AnswerOrder,
    Moment,
    answer_order,
    chances_out,
    free_in_time,
    is_known,
    time_band_name,
)
from .past_fires import happened_by

YEAR_D: Final = 365.25
YEAR_H: Final = YEAR_D * 24
_TOLD: Final = ("calls_a_year", "chance_out", "only")
ENDS: Final = ("", "_low", "_high")


@dataclass(frozen=True, eq=False)
class Busy:
    """What it matters that the crews of a tier may be out at another call.

    Attributes
    ----------
    stations
        One row a station on duty: `station_id`, `name`, `calls_a_year`, `chance_out` under the
        scenario and ``chance_out_…`` in each band of the day, each with ``_low`` and ``_high``
        where it is that of the scenario; `first_of` the buildings it is first at in time,
        `only` those that only it reaches in time, `people` in these. Missing calls are unknown,
        and so is who is out.
    free
        ``(buildings,)`` chance that some crew within the standard is free, 0 where none is
        within; NaN where nothing is known of calls or of the tier. `free_low` and `free_high`
        with crews out longest and shortest.
    """

    stations: pd.DataFrame
    free: Floats
    free_low: Floats
    free_high: Floats


def busy_crews(moment: Moment, tier: str, people: pd.Series[float]) -> Busy:
    """Return what it matters that the crews of a tier may be out at another call.

    Parameters
    ----------
    moment
        Who is on duty, with the ledger of fires up to its day.
    tier
        Name of the tier.
    people
        In each building; may be missing.
    """
    town, rule = moment.town, moment.town.rules.busy
    order = answer_order(moment, tier, stand_in=rule.stand_in.value)
    rows = moment.crews(tier).rows
    table = pd.DataFrame(
        {
            f.STATION_ID: town.stations[f.STATION_ID].to_numpy(dtype=object)[rows],
            f.NAME: town.stations[f.NAME].to_numpy(dtype=object)[rows],
        }
    )
    first = order.crew[:, 0] if order.crew.shape[1] else np.full(len(order.crew), NOBODY_ASKED)
    calls = calls_a_year(town, tier, rows, first, day=moment.day)
    reached = is_known(town, town.rules.tier[tier])
    known = bool(calls.notna().all(axis=None)) and reached
    table = table.join(calls)
    now = time_band_name(town.rules, moment.scenario)
    free = {end: np.full(len(first), np.nan) for end in ENDS}
    for end in ENDS:
        out = _out(order, table, end, now, town) if known else np.full(len(rows), np.nan)
        table[f"chance_out{end}"] = out
        if known:
            free[end] = free_in_time(order, out)
    for band in town.rules.risk.time:
        table[f"chance_out_{band}"] = _out(order, table, "", band, town) if known else np.nan
    depth = order.within.sum(axis=1)
    only = np.where(depth == 1, first, NOBODY_ASKED)
    in_time = np.where(depth > 0, first, NOBODY_ASKED)
    told = people.groupby(only).sum(min_count=1) if len(people) else pd.Series(dtype=float)
    table["first_of"] = _count(in_time, len(rows))
    table["only"] = _count(only, len(rows))
    table["people"] = told.reindex(range(len(rows))).to_numpy(dtype=float)
    if not reached:  # no station of the tier stands on a lane: whom it reaches is not known
        told_of = ["first_of", "only", "people", *calls.columns]
        table[told_of] = np.nan
    # Crews out longest leave least cover.
    return Busy(table, free[""], free["_high"], free["_low"])


def calls_a_year(
    town: Town, tier: str, rows: Indices, first: Longs, *, day: dt.date
) -> pd.DataFrame:
    """Return the calls a year from the area in which each crew is first.

    Parameters
    ----------
    town
        With the ledger of fires, and ``[busy]`` of its rules: a number of the town's own stands
        before what follows from fires.
    tier
        Of the crews.
    rows
        ``(crews,)`` rows of their stations.
    first
        ``(buildings,)`` the crew that is first at each building, negative for none.
    day
        Fires after it do not count; the record lasts from its first fire to this day.

    Returns
    -------
    DataFrame
        ``(crews,)`` `calls_a_year` with ``_low`` and ``_high``; NaN where neither fires nor the
        rules tell.
    """
    rule, ids = town.rules.busy, town.stations[f.STATION_ID].astype(str).to_numpy()[rows]
    fires = _fires(town, rows, first, day)
    per_fire = rule.calls_per_fire.get(tier)
    own = [rule.calls_a_year.get(station) for station in ids]
    found: dict[str, Any] = {}
    for end in ENDS:
        derived = np.full(len(rows), np.nan)
        if fires is not None and per_fire is not None:
            derived = fires * _end(per_fire, end)
        told = [np.nan if value is None else _end(value, end) for value in own]
        found[f"calls_a_year{end}"] = np.where(np.isnan(told), derived, told)
    return pd.DataFrame(found, dtype=float)


def _fires(town: Town, rows: Indices, first: Longs, day: dt.date) -> Floats | None:
    """Return the fires a year of each crew's area; None where the ledger tells nothing of them.

    A few fires more are spread over the buildings: a station without a fire so far is not one
    that is never called.
    """
    past = town.ledgers.incidents
    past = past[happened_by(past["started_at"], day)]
    begun = pd.to_datetime(past["started_at"]).min()
    building = pd.Index(town.buildings[f.BUILDING_ID]).get_indexer(past[f.BUILDING_ID])
    named = _named(town, past["first_station"], rows)
    placed = (building >= 0) | (named >= 0)
    if pd.isna(begun) or not placed.any():
        return None
    years = max(((pd.Timestamp(day) - begun.normalize()).days + 1) / YEAR_D, 1 / YEAR_D)
    at = np.where(building >= 0, first[building], NOBODY_ASKED) if len(first) else named
    counted = _count(np.where(named >= 0, named, at)[placed], len(rows))
    area = _count(first, len(rows))
    prior = town.rules.risk.calibration.prior_shape.value
    whole = counted.sum() * len(past) / placed.sum() / years
    weight = counted + prior * area / max(len(first), 1)
    return np.asarray(whole * weight / weight.sum()) if weight.sum() else np.zeros(len(rows))


def _named(town: Town, told: pd.Series, rows: Indices) -> Longs:
    """Return the crew whose station a fire names by id or by a name of its own, else negative."""
    stations = town.stations.iloc[rows]
    names = stations[f.NAME].where(~stations[f.NAME].duplicated(keep=False))
    by_id = pd.Index(stations[f.STATION_ID]).get_indexer(told)
    by_name = told.map({n: k for k, n in enumerate(names) if pd.notna(n)}).fillna(NOBODY_ASKED)
    return np.where(by_id >= 0, by_id, by_name.to_numpy(dtype=np.int64))


def _out(order: AnswerOrder, table: pd.DataFrame, end: str, band: str, town: Town) -> Floats:
    """Return the chance that each crew is out in a band of the day, at an end of the range."""
    rule, times = town.rules.busy, town.rules.risk.time
    factor = times.get(band, times["day"]).fires.value
    calls = table[f"calls_a_year{end}"].to_numpy(dtype=float) * factor / YEAR_H
    first = order.crew[:, 0] if order.crew.shape[1] else np.zeros(0, dtype=np.int64)
    area = _count(first, len(table))
    at = np.zeros(len(order.crew))
    there = np.flatnonzero(first != NOBODY_ASKED)
    at[there] = (calls / np.maximum(area, 1))[first[there]]
    return chances_out(order, at, hours=_end(rule.minutes_a_call, end) / 60, crews=len(table))


def _count(crew: Longs, crews: int) -> Longs:
    return np.bincount(crew[crew >= 0], minlength=crews)


def _end(value: Value, end: str) -> float:
    return {"": value.value, "_low": value.at_least, "_high": value.at_most}[end]


def busy_figures(
    busy: Busy, buildings: pd.DataFrame, tier: str, *, minutes: Value
) -> dict[str, Any]:
    """Return how much of a town is covered while crews may be out.

    Parameters
    ----------
    busy
        From `busy_crews`.
    buildings
        With the columns of response.
    tier
        Name of the tier.
    minutes
        For which a call keeps a crew.

    Returns
    -------
    dict
        ``known_buildings``; ``minutes`` with its range; ``calls_a_year`` of all stations;
        ``share_free`` of the buildings whose cover is known, with ``_low`` and ``_high``, beside
        ``share_buildings`` at typical values; ``only`` the buildings that hang on one crew;
        ``busiest`` the station most often out with its ``chance_out``; ``stations`` by id with
        ``calls_a_year``, ``chance_out`` and ``only``. None where it is not known.
    """
    cover = buildings[c.cover(tier)]
    answered = (cover != c.Cover.UNKNOWN).to_numpy()
    covered = cover.isin((c.Cover.COVERED, c.Cover.LIKELY)).to_numpy()
    told = bool(answered.any()) and not bool(np.isnan(busy.free).any())
    stations, some = busy.stations, bool(answered.any())

    def share(free: Floats) -> float | None:
        return round(float(np.where(covered, free, 0.0)[answered].mean()), 6) if told else None

    rows = stations.to_dict("records")
    most = max(rows, key=lambda row: row["chance_out"]) if told and rows else None
    calls = stations["calls_a_year"].sum(skipna=False) if len(stations) else np.nan
    return {
        "known_buildings": int(answered.sum()),
        "minutes": minutes.value,
        "minutes_low": minutes.at_least,
        "minutes_high": minutes.at_most,
        "calls_a_year": None if np.isnan(calls) or not told else round(float(calls), 2),
        "share_buildings": round(float(covered[answered].mean()), 6) if some else None,
        "share_free": share(busy.free),
        "share_free_low": share(busy.free_low),
        "share_free_high": share(busy.free_high),
        "only": int(stations["only"].sum()) if some else None,
        "stations": {
            str(row[f.STATION_ID]): {
                name: None if pd.isna(row[name]) else round(float(row[name]), 6) for name in _TOLD
            }
            for row in rows
        },
        "busiest": None if most is None else _called(most),
        "chance_out": None if most is None else round(float(most["chance_out"]), 6),
    }


def _called(station: Mapping[Any, Any]) -> str:
    return str(station[f.NAME] if pd.notna(station[f.NAME]) else station[f.STATION_ID])
