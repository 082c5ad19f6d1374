"""The year as stretches of hours that are alike, with the share of its fires in each.

A day is cut by the time bands of the rules and by the shift (who is there, which crews); the hours
of a whole calendar year are counted, each by its season, by holidays and by its band. So what is
told of a year hangs on no scenario and on no day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...geo.arrays import Floats, Indices, Longs
from ...geo.rules import RiskTime, RuleSet, Scenario
from ...geo.town import Town
from ...geo.words import last_announced_year
from ..closures import lane_draws
from ..reach import Moment as Reached
from ..reach import arrival_chances, time_band_name
from .draws import Moment
from .inputs import HELP, RiskInputs, at_hour, crew_in_time, risk_inputs, with_care
from .missing import Donors, donors, take

SEASONS: Final = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring",
           6: "summer", 7: "summer", 8: "summer"}  # fmt: skip
KINDS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
#: Least draws of lane states in a stretch, however short it is.
DRAWS_LEAST: Final = 30

Cell = tuple[str, bool]  # a time band, by day or by night


@dataclass(frozen=True)
class Stretch:
    """Hours of the year that are alike.

    Attributes
    ----------
    name
        ``night``, ``peak``, ``day``, or ``evening``: early and late, out of the day shift.
    scenario
        An hour in the middle of them, for crews and lanes.
    hours
        Share of the hours of the year.
    now
        What they do to risk; ``now.fires`` is their share of the year's fires.
    """

    name: str
    scenario: Scenario
    hours: float
    now: Moment


@dataclass(frozen=True)
class YearInputs:
    """What the risk of a year is computed from.

    Attributes
    ----------
    year
        Its stretches.
    shifts
        Inputs by ``is_day``: they differ in who is there; their crew is that of the year.
    donated
        By ``is_day``.
    crew
        ``(buildings, stretches)`` chance of a crew in time.
    """

    year: tuple[Stretch, ...]
    shifts: dict[bool, RiskInputs]
    donated: dict[bool, Donors]
    crew: Floats

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.crew)

    def at(self, stretch: int) -> RiskInputs:
        """Return the inputs of a stretch."""
        return replace(self.shifts[self.year[stretch].now.is_day], crew=self.crew[:, stretch])

    def take(self, rows: slice | Longs) -> YearInputs:
        """Return some of the buildings."""
        shifts = {is_day: take(told, rows) for is_day, told in self.shifts.items()}
        return replace(self, shifts=shifts, crew=self.crew[rows])


def year_of(town: Town) -> tuple[Stretch, ...]:
    """Return the stretches of a year of a town, those with most fires first.

    The year is the last one whose holidays are announced, so that it does not hang on the day on
    which it is asked for; shares of fires sum to 1, since rates of the rules are of a year.
    """
    rules, day = town.rules, dt.date(last_announced_year(), 1, 1)
    cells = {(kind, hour): _cell(rules, kind, hour) for kind in KINDS for hour in range(24)}
    hours: dict[Cell, dict[tuple[str, int], float]] = defaultdict(lambda: defaultdict(float))
    fires: dict[Cell, float] = defaultdict(float)
    year = day.year
    while day.year == year:
        kind = _kind(town, day)
        heat = rules.risk.season[SEASONS.get(day.month, "autumn")].value  # type: ignore[index]
        if kind == "PH" or any(key.first <= day <= key.last for key in town.calendar):
            heat *= rules.risk.holiday.value
        for hour in range(24):
            cell = cells[kind, hour]
            hours[cell][kind, hour] += 1
            fires[cell] += heat * _time(rules, cell[0]).fires.value
        day += dt.timedelta(days=1)
    whole, burnt = sum(sum(own.values()) for own in hours.values()), sum(fires.values())
    stretches = [
        Stretch(
            _name(*cell),
            _middle(own),
            sum(own.values()) / whole,
            Moment(fires[cell] / burnt, _time(rules, cell[0]).harm_asleep.value, cell[1]),
        )
        for cell, own in hours.items()
    ]
    return tuple(sorted(stretches, key=lambda part: (-part.now.fires, part.name)))


def _cell(rules: RuleSet, kind: str, hour: int) -> Cell:
    """Return the time band of an hour on a kind of day, and whether the day shift is on duty."""
    scenario = Scenario(time=dt.time(hour), day=kind)  # type: ignore[arg-type]
    return time_band_name(rules, scenario), scenario.is_day


def _kind(town: Town, day: dt.date) -> str:
    """Return the kind of a day: ``PH``, else a day of the week, as it is worked."""
    if town.workdays.is_holiday(day):
        return "PH"
    if town.workdays.is_workday(day) != (day.weekday() < 5):
        return "We" if day.weekday() >= 5 else "Su"
    return KINDS[day.weekday()]


def _time(rules: RuleSet, band: str) -> RiskTime:
    return rules.risk.time.get(band, rules.risk.time["day"])


def _name(band: str, is_day: bool) -> str:
    if band == "night" or not is_day:
        return "night" if band == "night" else "evening"
    return "peak" if band == "peak" else "day"


def _middle(hours: dict[tuple[str, int], float]) -> Scenario:
    """Return the middle hour of some, on the kind of day that has most of them, Wednesday first."""
    by_day: dict[str, float] = defaultdict(float)
    for (kind, _), count in hours.items():
        by_day[kind] += count
    day = max(by_day, key=lambda kind: (by_day[kind] > 0.9 * max(by_day.values()), kind == "We"))
    own = sorted((hour for kind, hour in hours if kind == day), key=lambda hour: (hour - 12) % 24)
    return Scenario(time=dt.time(own[len(own) // 2]), day=day)  # type: ignore[arg-type]


def crew_chances(
    moment: Reached, year: Sequence[Stretch], *, draws: int, workers: int = 1
) -> Floats:
    """Return the chance of a crew in time in each stretch, ``(buildings, stretches)``.

    Parameters
    ----------
    moment
        A town on a day; its scenario does not count, its day does: reports about lanes age.
    year
        From `year_of`.
    draws
        Random lane states of the whole year, shared out by fires.
    workers
        Threads.
    """
    columns = []
    for part in year:
        then = moment.under(part.scenario)
        many = max(round(draws * part.now.fires), DRAWS_LEAST)
        lanes = lane_draws(then, draws=many, seed=moment.seed, workers=workers).chances
        columns.append(crew_in_time(arrival_chances(then, HELP).join(lanes)))
    return np.column_stack(columns)


def year_inputs(
    town: Town, year: tuple[Stretch, ...], crew: Floats, *, day: dt.date, rows: Indices
) -> YearInputs:
    """Return what the risk of a town's buildings in a year is computed from.

    Parameters
    ----------
    town
        Its rules, layers and ledgers.
    year, crew
        From `year_of` and `crew_chances`.
    day
        Hazards open on it count; visits before it.
    rows
        Order of the buildings in the answer.
    """
    donated, shifts = {}, {}
    by_night, crew = risk_inputs(town, town.buildings, is_day=False, day=day), crew[rows]
    cared, own = take(with_care(by_night, town), rows), take(by_night, rows)
    cared = replace(cared, crew=crew @ np.array([part.now.fires for part in year]))
    for is_day in sorted({part.now.is_day for part in year}):
        told = at_hour(own, town, rows, is_day=is_day)
        donated[is_day] = donors(told, town.rules.risk, is_day=is_day)
        shifts[is_day] = at_hour(cared, town, rows, is_day=is_day)
    return YearInputs(year, shifts, donated, crew)
