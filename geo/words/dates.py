"""Dates as offices write them: 2026年3月5日, 2026/3/5, 20260305, or a spreadsheet's number."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final

from .spelling import normal

FIRST_YEAR: Final = 1950  # earlier dates are slips of the keyboard
LAST_YEAR: Final = 2099
DATES_ALLOWED: Final = "2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305"

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_SERIALS = (18_264, 73_050)  # 1950-01-01 … 2099-12-31
_TIME = r"(?:[ T]*(\d{1,2})[:时点](?:(\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?)?"
_MONTHS_END = re.compile(r"(\d{4})[年./-](\d{1,2})月?[底末]")
_PATTERNS = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?" + _TIME),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)


def read_date(cell: object) -> dt.datetime | None:
    """Read one cell as a date, with its time if it tells one.

    Parameters
    ----------
    cell
        A date, a text or a number. Texts need a year of four digits. A number of eight digits is
        a date written without separators, one of five digits a spreadsheet's serial number.

    Returns
    -------
    datetime
        None when the cell is no date between 1950 and 2099. 2026年3月底 is the last day of March.
        Nothing is guessed: 3月5日 and 26/3/5 are no dates.
    """
    if isinstance(cell, dt.datetime):
        return _within(cell.replace(tzinfo=None))
    if isinstance(cell, dt.date):
        return _within(dt.datetime(cell.year, cell.month, cell.day))
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        if _SERIALS[0] <= cell <= _SERIALS[1]:
            return _within(_EXCEL_EPOCH + dt.timedelta(seconds=round(cell * 86_400)))
        if cell != int(cell):
            return None
        cell = int(cell)
    text = normal(cell)
    if text.isdigit() and len(text) == 5 and _SERIALS[0] <= int(text) <= _SERIALS[1]:
        return _within(_EXCEL_EPOCH + dt.timedelta(days=int(text)))
    end = _MONTHS_END.fullmatch(text)
    if end and 1 <= int(end[2]) <= 12 and int(end[1]) >= FIRST_YEAR:
        year, month = int(end[1]), int(end[2])
        return _within(dt.datetime(year, month, calendar.monthrange(year, month)[1]))
    for pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            try:
                year, month, day, *time = (int(part) for part in found.groups() if part)
                hour, minute, second = [*time, 0, 0, 0][:3]
                return _within(dt.datetime(year, month, day, hour, minute, second))
            except ValueError:
                return None
    return None


def _within(moment: dt.datetime) -> dt.datetime | None:
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None
