"""Opening hours of gates and stations, as OpenStreetMap and Chinese ledgers write them.

Chinese is translated here to the ``opening_hours`` syntax of OpenStreetMap, which a library
evaluates. Holidays come from our own calendar: the library knows one day of each Chinese holiday.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from .hours_in_chinese import WORKDAYS, in_osm_syntax
from .workdays import Workdays

DAY_MIN: Final = 24 * 60

Span = tuple[int, int]  # minutes after midnight, the end beyond 1440 on the next day
Place = tuple[float, float]  # latitude and longitude, degrees
_Piece = tuple[int, int, bool | None]  # minutes of one day, and whether it is open

_NAMES: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_CLOCK: Final = ZoneInfo("Asia/Shanghai")  # all of China keeps it
_CORNERS: Final = ((53.0, 123.0), (47.5, 134.5), (18.5, 110.0), (39.5, 74.0))  # of China
_SUN: Final = re.compile(r"sun(rise|set)|dawn|dusk")
_PUBLIC: Final = re.compile(r"\bPH\b")
_SCHOOL: Final = re.compile(r"\bSH\b")
_TIMED: Final = re.compile(r"\d:\d|sun|dawn|dusk")
_ONLY_HOLIDAYS: Final = re.compile(r"(PH|SH)(,\s*(PH|SH))*\b(?!,)")
_ORDINARY_YEAR: Final = 2026
# Outside these days no school in China is on holiday; within, it depends on the province.
_SCHOOL_HOLIDAYS: Final = (((1, 5), (3, 5)), ((6, 25), (9, 5)))


@dataclass(frozen=True)
class Hours:
    """When something is open.

    Attributes
    ----------
    expression
        In the syntax of OpenStreetMap, with ``WD`` for days that are worked; None where the hours
        are not known.
    """

    expression: str | None

    @property
    def reads_as(self) -> str | None:
        """The expression as OpenStreetMap would have it, for messages."""
        if self.expression is None or WORKDAYS not in self.expression:
            return self.expression
        plain = self.expression.replace(WORKDAYS, "Mo-Fr")
        return plain if _PUBLIC.search(plain) else f"{plain}; PH off"

    @property
    def tells_weekdays(self) -> bool:
        """Whether ordinary days are told, and not holidays alone."""
        return self.expression is not None and not self.expression.startswith("24/7 unknown")

    def open_at(self, weekday: int, time: dt.time, *, place: Place | None = None) -> bool | None:
        """Return whether it is open in an ordinary week, None when that is not known.

        Parameters
        ----------
        weekday
            0 for Monday to 6 for Sunday; no holiday.
        time
            Local time of day. The minute of opening counts as open, that of closing as closed.
        place
            For hours by the sun; without one what holds all over China is answered.

        Returns
        -------
        bool
            None too when it depends on the time of the year.
        """
        if self.expression is None:
            return None
        minute = time.hour * 60 + time.minute
        answers = {
            _at(pieces, minute)
            for month in range(1, 13)
            for pieces in _worlds(
                self.expression, _in_month(month, weekday), None, _places(self.expression, place)
            )
        }
        return answers.pop() if len(answers) == 1 else None

    def open_on(
        self, moment: dt.datetime, *, workdays: Workdays | None = None, place: Place | None = None
    ) -> bool | None:
        """Return whether it is open at a moment, holidays and seasons heeded.

        Parameters
        ----------
        moment
            Local time.
        workdays
            The calendar of the town; without one that of China.
        place
            For hours by the sun.

        Returns
        -------
        bool
            None when it is not known: no hours, holidays not announced yet, school holidays that
            differ by province.
        """
        if self.expression is None:
            return None
        minute = moment.hour * 60 + moment.minute
        answers = {
            _at(pieces, minute)
            for pieces in _worlds(
                self.expression,
                moment.date(),
                workdays or Workdays(),
                _places(self.expression, place),
            )
        }
        return answers.pop() if len(answers) == 1 else None

    def spans(
        self, day: dt.date, *, workdays: Workdays | None = None, place: Place | None = None
    ) -> tuple[Span, ...] | None:
        """Return the spans that begin on a day; one over midnight ends beyond 1440.

        Parameters
        ----------
        day
            Its holidays and its season count.
        workdays, place
            As in `open_on`.

        Returns
        -------
        tuple
            None when any of it is not known.
        """
        around = []
        for shift in (-1, 0, 1):
            if self.expression is None:
                return None
            worlds = {
                pieces
                for pieces in _worlds(
                    self.expression,
                    day + dt.timedelta(days=shift),
                    workdays or Workdays(),
                    _places(self.expression, place),
                )
            }
            pieces = worlds.pop()
            if worlds or pieces is None or any(state is None for _, _, state in pieces):
                return None
            around.append([(a, b) for a, b, state in pieces if state])
        yesterday, today, tomorrow = around
        if today and yesterday and _runs_on(yesterday[-1], today[0]):
            today = today[1:]
        if today and tomorrow and _runs_on(today[-1], tomorrow[0]):
            today[-1] = (today[-1][0], DAY_MIN + tomorrow[0][1])
        return tuple(today)


UNKNOWN: Final = Hours(None)


@lru_cache(maxsize=4096)
def parse_hours(text: str | None) -> Hours:
    """Read opening hours in the syntax of OpenStreetMap or in Chinese, full-width or not.

    Hours that only tell when something is shut (周日休息, ``PH off``) leave the other days unknown;
    those that only tell a time of day when it is shut (22:00-6:00关闭) leave the rest open.

    Parameters
    ----------
    text
        What was written, or None.

    Returns
    -------
    Hours
        Unknown, never open or closed, when any part is not understood. No text raises.

    Examples
    --------
    >>> parse_hours("周一至五 早8点半到下午5点").expression
    'Mo-Fr 08:30-17:00'
    >>> parse_hours("工作日 9:00-17:00").reads_as
    'Mo-Fr 09:00-17:00; PH off'
    """
    plain = unicodedata.normalize("NFKC", text or "").strip()
    for said in (plain, in_osm_syntax(plain)):
        if said and (expression := _parsed(said)) is not None:
            return Hours(_completed(expression))
    return UNKNOWN


def understood(text: str | None) -> bool:
    """Return whether hours can be read; a text only about holidays is understood too."""
    return parse_hours(text) != UNKNOWN


def _parsed(said: str) -> str | None:
    """Return an expression in its usual form, None when it is none."""
    if not re.search(r"[A-Za-z]|\d:\d|24/7", said) or len(said) > 500:
        return None  # the library takes ":" for always and "2026" for that year
    if re.search(r"(?<!\d)(2[5-9]|[3-9]\d):\d\d\s*-|(?<!\d)([5-9]\d|4[89]):\d\d|:[6-9]\d", said):
        return None
    from opening_hours import OpeningHours, validate  # only where somebody writes hours

    plain = said.replace(WORKDAYS, "Mo-Fr")
    if not validate(plain):
        return None
    plain = str(OpeningHours(plain))
    return said if WORKDAYS in said else plain.replace("closed", "off")


def _completed(expression: str) -> str:
    """Say what holds at other times where only holidays, or only what is shut, are told."""
    rules = [rule.strip() for rule in expression.split(";")]
    if expression in ("off", "24/7 off"):
        return "24/7 off"
    if all(_ONLY_HOLIDAYS.match(rule) for rule in rules):
        return f"24/7 unknown; {expression}"
    if all(rule.endswith(" off") for rule in rules):
        shut_by_day = all(_TIMED.search(rule) for rule in rules)
        return f"24/7; {expression}" if shut_by_day else f"24/7 unknown; {expression}"
    return expression


def _in_month(month: int, weekday: int) -> dt.date:
    middle = dt.date(_ORDINARY_YEAR, month, 15)
    return middle + dt.timedelta(days=(weekday - middle.weekday()) % 7)


def _places(expression: str, place: Place | None) -> tuple[Place | None, ...]:
    if not _SUN.search(expression):
        return (None,)
    return _CORNERS if place is None else (place,)


def _worlds(
    expression: str, day: dt.date, workdays: Workdays | None, places: tuple[Place | None, ...]
) -> Iterator[tuple[_Piece, ...] | None]:
    """Return the day under everything that may be true of holidays and of the sun.

    Without a calendar no day is a public holiday.
    """
    days = (day - dt.timedelta(days=1), day)  # yesterday's hours may last over midnight
    public: list[tuple[bool, ...]] = [(False,), (False,)]
    if workdays is not None and (_PUBLIC.search(expression) or WORKDAYS in expression):
        told = [workdays.is_holiday(d) for d in days]
        public = [(False, True) if known is None else (known,) for known in told]
    school: tuple[bool, ...] = (False,)
    if _SCHOOL.search(expression):
        may_be = any(a <= (day.month, day.day) <= b for a, b in _SCHOOL_HOLIDAYS)
        school = (False, True) if may_be else (False,)
    for *holidays, free, place in itertools.product(*public, school, places):
        off = {d for d, is_holiday in zip(days, holidays, strict=True) if is_holiday}
        worked = {d for d in days if d not in off and _worked(d, workdays)}
        said = expression
        if WORKDAYS in said:
            names = [n for n in _NAMES[:5] if n not in {_NAMES[d.weekday()] for d in days}]
            said = said.replace(WORKDAYS, ",".join([*names, *_names(worked)]))
        if off:
            said = _PUBLIC.sub(",".join(_names(off)), said)
        if free:
            said = _SCHOOL.sub(",".join(_names(set(days))), said)
        yield _pieces(said, day, place)


def _worked(day: dt.date, workdays: Workdays | None) -> bool:
    return day.weekday() < 5 if workdays is None else workdays.is_workday(day)


def _names(days: set[dt.date]) -> list[str]:
    return [_NAMES[day.weekday()] for day in sorted(days)]


@lru_cache(maxsize=16_384)
def _pieces(expression: str, day: dt.date, place: Place | None) -> tuple[_Piece, ...] | None:
    """Return one day in pieces of one state, None when the expression cannot be evaluated.

    Without a country the library takes no day for a holiday.
    """
    from opening_hours import OpeningHours, validate

    start = dt.datetime.combine(day, dt.time())
    end = start + dt.timedelta(days=1)
    if not validate(expression):
        return None  # PH Mo-Fr cannot be written with the weekdays of holidays
    hours = (
        OpeningHours(expression)
        if place is None
        else OpeningHours(expression, timezone=_CLOCK, coords=place, auto_country=False)
    )
    found = list(hours.intervals(start, end))
    pieces: list[_Piece] = []
    for first, last, state, _ in found:
        a = max(0, _minutes(first, start))
        b = DAY_MIN if last is None else min(DAY_MIN, _minutes(last, start))
        told = {"open": True, "closed": False}.get(str(state))
        if pieces and pieces[-1][2] is told:
            pieces[-1] = (pieces[-1][0], b, told)
        elif a < b:
            pieces.append((a, b, told))
    return tuple(pieces)


def _minutes(moment: dt.datetime, start: dt.datetime) -> int:
    return round((moment.replace(tzinfo=None) - start).total_seconds() / 60)


def _at(pieces: tuple[_Piece, ...] | None, minute: int) -> bool | None:
    return next((state for a, b, state in pieces or () if a <= minute < b), None)


def _runs_on(evening: Span, morning: Span) -> bool:
    """Return whether the morning is the end of the evening before; days open throughout are not."""
    return evening[1] == DAY_MIN and evening[0] > 0 and morning[0] == 0 and morning[1] < DAY_MIN
