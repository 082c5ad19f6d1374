"""Periods by which offices report: 2026Q3, 2026H1, 2026-07, 2026, in whatever way they are written.

``2026q3``, ``2026 Q3``, ``2026年第三季度`` and ``2026年3季度`` are one period and have one name.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from .errors import InputError
from .spelling import normal

ALLOWED: Final = "2026Q3, 2026年第三季度, 2026H1, 2026年上半年, 2026-07, 2026"
_DIGITS: Final = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_HALVES: Final = {"上": "1", "下": "2"}
_BETWEEN: Final = r"[-_/.]?"
_NAME: Final = re.compile(
    r"(?P<year>\d{4})年?度?(?:"
    rf"{_BETWEEN}(?P<kind>[qh])(?P<number>[1-4])"
    rf"|{_BETWEEN}第?(?P<quarter>[1-4])(?:季度?|q)"
    r"|(?P<half>[上下])半年度?"
    rf"|{_BETWEEN}(?P<month>\d{{1,2}})月?份?"
    r"|全年)?"
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
        """The one name of it: ``2026Q3``, ``2026H1``, ``2026-07``, ``2026``."""
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
    found = _NAME.fullmatch(_in_digits(re.sub(r"\s", "", normal(text)).lower()))
    if found:
        year = int(found["year"])
        number, months = _part(found)
        if 1950 <= year <= 2099 and number >= 1 and number * months <= 12:
            return Period(year, months, number)
    raise InputError("error.period", value=text, allowed=ALLOWED)


def _part(found: re.Match[str]) -> tuple[int, int]:
    """Return which part of its year a period is, and how many months such a part has."""
    if found["kind"]:
        return int(found["number"]), {"q": 3, "h": 6}[found["kind"]]
    if found["quarter"]:
        return int(found["quarter"]), 3
    if found["half"]:
        return int(_HALVES[found["half"]]), 6
    return (int(found["month"]), 1) if found["month"] else (1, 12)


def _in_digits(said: str) -> str:
    """Return a text with the Chinese numerals of years, quarters and months as digits."""
    said = re.sub(r"(?<![零〇○一二三四五六七八九])十([一二])", r"1\1", said)
    said = said.replace("十月", "10月")
    return "".join(_DIGITS.get(letter, letter) for letter in said)
