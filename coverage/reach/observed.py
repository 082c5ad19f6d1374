"""Speeds from observed arrivals: what a town's own records say about its lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, vstack

from ...geo.arrays import Flags, Floats
from ...geo.ground import Conditions
from ...geo.ledgers import SECONDS
from ...geo.rules import Reading
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from .arrival_records import BAND, NO_BAND, STATION, ArrivalRecords, arrival_records
from .lane_states import slowdown
from .path_seconds import CLASSES, class_seconds
from .response import Passages, access_s, passages, station_vehicles, turnout_s
from .speed_calibration import TRAVEL_S, SpeedFit, fit_speeds
from .travel import Crews, Journey, arrive_at, journey, reach_matrix

#: Who is first at a fire of which the ledger names no station: fire records are the brigade's.
FIRST_TIER: Final = "brigade"

_FITS: WeakKeyDictionary[Town, dict[int, SpeedFit]] = WeakKeyDictionary()


@dataclass(frozen=True)
class SpeedEvidence:
    """What recorded arrivals say about lanes.

    Attributes
    ----------
    record
        ``(rows,)`` rows of the records that say something.
    observations
        One row each, with `travel_s`.
    seconds
        ``(rows, classes)`` sparse assumed seconds on each class of lane.
    """

    record: npt.NDArray[np.intp]
    observations: pd.DataFrame
    seconds: csr_array

    def fit(self, rows: Flags, town: Town, *, seed: int) -> SpeedFit:
        """Fit speeds to the evidence of some records, ``(records,)`` bool."""
        kept = rows[self.record]
        rule = town.rules.speed_calibration
        seconds = csr_array(self.seconds[kept])
        return fit_speeds(self.observations[kept], seconds, rule=rule, seed=seed)


def observed_speeds(town: Town, *, seed: int = 1) -> SpeedFit:
    """Fit factors on the assumed travel times of vehicles to a town's recorded arrivals.

    Of each record the turnout of its station, what was done on foot and the delays of gates on
    the shortest path are taken off; what is left was spent driving, at the speeds of its hour.
    Records without a place, and those of crews that were mostly on foot, tell nothing about
    vehicles. One that names no station is taken to be of the crew of the brigade that comes
    first. A town is fitted once a seed: all its moments move at the same speeds.

    Parameters
    ----------
    town
        With `arrivals` and the fires of its ledger; without any every speed stays assumed.
    seed
        Of the bounds and the held-out parts.
    """
    fits = _FITS.setdefault(town, {})
    if seed not in fits:
        records = arrival_records(town)
        every = np.ones(len(records.table), dtype=bool)
        fits[seed] = speed_evidence(town, records).fit(every, town, seed=seed)
    return fits[seed]


def speed_evidence(town: Town, records: ArrivalRecords) -> SpeedEvidence:
    """Take recorded arrivals apart into what was spent on each class of lane.

    Parameters
    ----------
    town
        Whose stations and lanes.
    records
        From `arrival_records`.
    """
    hours = _roads(town, records)
    station = _station_of(town, records, hours)
    vehicle = _vehicles(town, records, station)
    place, at = records.place, town.station_positions
    turnout = station_turnout_s(town)
    rule = town.rules.speed_calibration
    dismount_s = town.rules.network.dismount_s.value
    seconds = records.table[SECONDS].to_numpy(dtype=float)
    rows_told: list[npt.NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
    told: list[Floats] = [np.empty(0)]
    paths: list[csr_array] = [csr_array((0, len(CLASSES)))]
    for band, roads in hours.items():
        in_band = (records.table[BAND] == band).to_numpy() & (station >= 0)
        for name in sorted(set(vehicle[in_band]) - {str(Vehicle.FOOT)}):
            rows = np.flatnonzero(in_band & (vehicle == name))
            start, end = at.take(station[rows]), place.take(rows)
            path = class_seconds(
                town.network, roads[Vehicle(name)], start, end, town.lanes,
                walk=(roads[Vehicle.FOOT], dismount_s),
            )  # fmt: skip
            walk_s = sum(access_s(town.rules, p.access_m, "typical") for p in (start, end))
            travel = seconds[rows] - turnout[station[rows]] - walk_s - path.delay_s
            driven = path.by_class.sum(axis=1) / np.where(path.reached, path.total_s, 1.0)
            keep = path.reached & (travel > 0) & (driven >= rule.driven_share.value)
            rows_told.append(rows[keep])
            told.append(travel[keep])
            paths.append(csr_array(path.by_class[keep]))
    return SpeedEvidence(
        np.concatenate(rows_told),
        pd.DataFrame({TRAVEL_S: np.concatenate(told)}),
        csr_array(vstack(paths)),
    )


def crew_seconds(
    town: Town,
    records: ArrivalRecords,
    *,
    reading: Reading = "typical",
    speeds: SpeedFit | None = None,
) -> Floats:
    """Return when the crew of every station would be where each record ended.

    At the hour of the record, by the vehicle that it names or else by the station's own, with
    nothing in the way that only a report tells of.

    Parameters
    ----------
    town
        Whose stations and lanes.
    records
        From `arrival_records`.
    reading
        Of all that is uncertain.
    speeds
        Fitted to observed arrivals; none if None.

    Returns
    -------
    ndarray
        ``(stations, records)`` seconds after the alarm, NaN where no crew gets there within the
        longest time that a record is believed.
    """
    found = np.full((len(town.stations), len(records.table)), np.nan)
    every = np.arange(len(town.stations))
    hours = _roads(town, records, reading=reading, speeds=speeds)
    for rows, plan in _journeys(town, records, hours, every, reading):
        times = reach_matrix(plan, crews=len(every), limit_ms=_longest_ms(town)).tocoo()
        walk_s = access_s(town.rules, records.place.take(rows).access_m, reading)
        found[times.row, rows[times.col]] = times.data / 1000 + walk_s[times.col]
    return found


def _longest_ms(town: Town) -> int:
    return round(town.rules.speed_calibration.longest_s.value * 1000)


def _journeys(
    town: Town,
    records: ArrivalRecords,
    hours: Mapping[str, Passages],
    sent: npt.NDArray[np.intp],
    reading: Reading,
) -> Iterator[tuple[npt.NDArray[np.intp], Journey]]:
    """Yield rows of records of one hour and vehicle, and the way of some stations' crews there."""
    rules, at = town.rules, town.station_positions.take(sent)
    start_s = station_turnout_s(town, reading=reading)[sent]
    start_s = start_s + np.nan_to_num(access_s(rules, at.access_m, reading))
    dismount_ms = round(rules.network.dismount_s.read(reading, more_is="slower") * 1000)
    own = station_vehicles(town)[sent]
    stated = records.table[f.VEHICLE].fillna("").to_numpy(dtype=str)
    for band, roads in hours.items():
        in_band = (records.table[BAND] == band).to_numpy()
        for name in sorted(set(stated[in_band])):
            rows = np.flatnonzero(in_band & (stated == name))
            ride = np.full(len(own), name) if name else own
            crews = Crews(at.lane, at.fraction, ride, np.rint(start_s * 1000).astype(np.int32))
            end = records.place.take(rows)
            yield rows, journey(town.network, roads, crews, end, dismount_ms=dismount_ms)


def _station_of(
    town: Town, records: ArrivalRecords, hours: Mapping[str, Passages]
) -> npt.NDArray[np.intp]:
    """Return the row of the station of each record, as `first_station` does of all their times.

    One search from all stations at once tells who is first: their times one by one would cost a
    search of the town each.
    """
    told: npt.NDArray[np.intp] = records.table[STATION].to_numpy(dtype=np.intp, copy=True)
    unnamed, able = np.flatnonzero(told < 0), np.flatnonzero(_first_tier(town))
    if not len(unnamed) or not len(able):
        return told
    for rows, plan in _journeys(town, records.some(told < 0), hours, able, "typical"):
        found = arrive_at(plan)
        ms, crew = found.ms[:, 0], found.crew[:, 0]
        told[unnamed[rows]] = np.where(ms <= _longest_ms(town), able[crew], -1)
    return told


def first_station(town: Town, records: ArrivalRecords, seconds: Floats) -> npt.NDArray[np.intp]:
    """Return the row of the station of each record, -1 where nobody gets there.

    Parameters
    ----------
    town
        Whose stations.
    records
        Of which some name no station.
    seconds
        From `crew_seconds`, by which the first crew of the brigade is found for those.
    """
    told = records.table[STATION].to_numpy()
    able = _first_tier(town)
    times = np.where(able[:, None] & np.isfinite(seconds), seconds, np.inf)
    if not len(times):
        return np.full(len(told), -1, dtype=np.intp)
    first = np.where(np.isfinite(times.min(axis=0)), times.argmin(axis=0), -1)
    return np.where(told >= 0, told, first).astype(np.intp)


def _first_tier(town: Town) -> Flags:
    """Tell which stations may be those of records that name none."""
    rule = town.rules.tier.get(FIRST_TIER)
    if rule is None:
        return np.ones(len(town.stations), dtype=bool)
    return np.asarray(town.stations[f.TIER].isin(rule.station_tiers))


def station_turnout_s(town: Town, *, reading: Reading = "typical") -> Floats:
    """Return the turnout of each station: stated, else that of its farthest tier in the rules.

    Parameters
    ----------
    town
        With its stations.
    reading
        Which end of what is uncertain.
    """
    usual = {
        tier: rule.turnout_s.read(reading, more_is="slower")
        for rule in town.rules.tier.values()
        for tier in rule.station_tiers
    }
    assumed = town.stations[f.TIER].map(usual).to_numpy(dtype=float)
    every = np.arange(len(assumed))
    stated = turnout_s(town, every, np.nan, reading=reading)
    return np.asarray(np.where(np.isnan(stated), assumed, stated))


def _vehicles(
    town: Town, records: ArrivalRecords, station: npt.NDArray[np.intp]
) -> npt.NDArray[np.str_]:
    own = np.array([*station_vehicles(town).tolist(), ""], dtype=str)
    stated = records.table[f.VEHICLE].fillna("").to_numpy(dtype=str)
    return np.where(stated != "", stated, own[station])


def _roads(
    town: Town,
    records: ArrivalRecords,
    *,
    reading: Reading = "typical",
    speeds: SpeedFit | None = None,
) -> dict[str, Passages]:
    """Return how vehicles pass the lanes at each hour at which there are records."""
    return {
        str(band): passages(town, reading, _at_hour(town, str(band), reading, speeds))
        for band in sorted(set(records.table[BAND]))
    }


def _at_hour(town: Town, band: str, reading: Reading, speeds: SpeedFit | None) -> Conditions:
    lanes = len(town.lanes)
    held = town.rules.time_band[band] if band != NO_BAND else None
    return Conditions(
        left_m=np.full(lanes, np.nan),
        shut=np.zeros(lanes, dtype=bool),
        slowdown=slowdown(town, held, reading, speeds),
        locked=np.zeros(len(town.barriers), dtype=bool),
    )
