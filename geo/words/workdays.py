"""Days on which offices work in China: weekends, public holidays, and days worked in exchange."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType

SATURDAY = 5
# What the law fixes by date; the State Council announces the rest a year ahead.
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def _calendar() -> ModuleType:
    """Return the library with every announced day; it is read when somebody asks for one."""
    import chinese_calendar

    module: ModuleType = chinese_calendar
    return module


@dataclass(frozen=True)
class Workdays:
    """The working days of a town.

    Attributes
    ----------
    rest, work
        Days on which this town rests or works whatever the calendar says.
    """

    rest: frozenset[dt.date] = field(default_factory=frozenset)
    work: frozenset[dt.date] = field(default_factory=frozenset)

    def is_workday(self, day: dt.date) -> bool:
        """Return whether people work on a day.

        In years not announced yet, Monday to Friday but for what the law fixes by date.
        """
        if day in self.rest or day in self.work:
            return day in self.work
        worked = _worked(day)
        if worked is None:
            return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS
        return worked

    def is_holiday(self, day: dt.date) -> bool | None:
        """Return whether a day belongs to a public holiday, None where nobody has announced it.

        Weekends within a holiday belong to it; ordinary weekends are none.
        """
        if day in self.rest or day in self.work:
            return day in self.rest
        if is_announced(day):
            return day in _calendar().holidays
        return True if (day.month, day.day) in FIXED_HOLIDAYS else None

    def holidays(
        self, start: dt.date, end: dt.date
    ) -> list[tuple[dict[str, str], dt.date, dt.date]]:
        """Return the announced public holidays that meet some days: names, first and last day.

        Days on which this town rests by itself have no name and are left out.

        Parameters
        ----------
        start, end
            Days, both included.

        Examples
        --------
        >>> found = Workdays().holidays(dt.date(2025, 9, 1), dt.date(2025, 12, 1))
        >>> [(names["en"], str(first), str(last)) for names, first, last in found]
        [('National Day', '2025-10-01', '2025-10-08')]
        """
        announced = _calendar()
        days = sorted(day for day in announced.holidays if day not in self.work)
        spans: list[tuple[str, dt.date, dt.date]] = []
        for day in days:
            name = announced.holidays[day]
            if spans and day - spans[-1][2] == dt.timedelta(days=1):
                spans[-1] = (spans[-1][0], spans[-1][1], day)
            else:
                spans.append((name, day, day))
        chinese = {holiday.value: holiday.chinese for holiday in announced.Holiday}
        return [
            ({"zh": chinese[name], "en": name}, first, last)
            for name, first, last in spans
            if first <= end and last >= start
        ]

    def first(self, count: int, *, start: dt.date) -> list[dt.date]:
        """Return the first working days from a day on, that day included.

        Examples
        --------
        >>> [str(day) for day in Workdays().first(3, start=dt.date(2025, 9, 28))]
        ['2025-09-28', '2025-09-29', '2025-09-30']
        >>> [str(day) for day in Workdays().first(2, start=dt.date(2025, 10, 1))]
        ['2025-10-09', '2025-10-10']
        """
        days: list[dt.date] = []
        day = start
        while len(days) < count:
            if self.is_workday(day):
                days.append(day)
            day += dt.timedelta(days=1)
        return days


def is_announced(day: dt.date) -> bool:
    """Return whether the holidays of a day's year are known to the calendar."""
    return _worked(day) is not None


@lru_cache(maxsize=50_000)
def _worked(day: dt.date) -> bool | None:
    """Return whether people work on a day by the calendar, None where that is not announced.

    Asked of every hour of every record of years; the library takes its time each time.
    """
    try:
        return bool(_calendar().is_workday(day))
    except NotImplementedError:
        return None


def last_announced_year() -> int:
    """Return the last year whose public holidays the calendar knows."""
    return int(max(_calendar().holidays).year)


def passed_over(days: Collection[dt.date], *, start: dt.date) -> list[dt.date]:
    """Return the days between the first one asked for and the last one taken that were not.

    Parameters
    ----------
    days
        That were taken.
    start
        The first day asked for.
    """
    span = (max(days) - start).days
    every = (start + dt.timedelta(days=k) for k in range(span + 1))
    return [day for day in every if day not in days]
