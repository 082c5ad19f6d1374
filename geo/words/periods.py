"""Periods by which offices report: 2026Q3, 2026H1, 2026-07, 2026."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from .errors import InputError

_NAME = re.compile(
    r"(?P<year>\d{4})年?(?:[-_]?(?P<kind>[QqHh])(?P<number>[1-4])|[-_]?(?P<month>\d{1,2})月?)?"
)


@dataclass(frozen=True)
class Period:
    """A month, a quarter, a half-year or a year.

    Attributes
    ----------
    year
        Of its days.
    months
        1, 3, 6 or 12.
    number
        Which one of its year, from 1.
    """

    year: int
    months: int
    number: int

    @property
    def name(self) -> str:
        """As it is typed: ``2026Q3``, ``2026H1``, ``2026-07``, ``2026``."""
        if self.months == 1:
            return f"{self.year}-{self.number:02d}"
        kind = {3: "Q", 6: "H", 12: ""}[self.months]
        return f"{self.year}{kind}{self.number if kind else ''}"

    @property
    def first(self) -> dt.date:
        """First day."""
        return dt.date(self.year, (self.number - 1) * self.months + 1, 1)

    @property
    def last(self) -> dt.date:
        """Last day."""
        month = self.number * self.months
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def before(self) -> Period:
        """The period before it."""
        if self.number > 1:
            return Period(self.year, self.months, self.number - 1)
        return Period(self.year - 1, self.months, 12 // self.months)

    @property
    def year_before(self) -> Period:
        """The same period of the year before."""
        return Period(self.year - 1, self.months, self.number)


def read_period(text: str) -> Period:
    """Read a period by its name.

    Raises
    ------
    InputError
        When it is none; says how periods are written.
    """
    found = _NAME.fullmatch(text.strip())
    if found:
        year = int(found["year"])
        kind = (found["kind"] or "").upper()
        number = int(found["number"] or found["month"] or 1)
        months = 1 if found["month"] else {"Q": 3, "H": 6, "": 12}[kind]
        if 1950 <= year <= 2099 and number >= 1 and number * months <= 12:
            return Period(year, months, number)
    raise InputError("error.period", value=text, allowed="2026Q3, 2026H1, 2026-07, 2026")
