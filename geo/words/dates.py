"""Dates as offices write them: 2026年3月5日, 2026/3/5, 3月底, a serial number of a sheet."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from .spelling import normal

FIRST_YEAR: Final = 1950  # earlier dates are slips of the keyboard
LAST_YEAR: Final = 2099
DATES_ALLOWED: Final = "2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305"

Epoch = Literal[1900, 1904]

_EPOCHS: Final = {1900: dt.datetime(1899, 12, 30), 1904: dt.datetime(1904, 1, 1)}
_SERIAL_DAYS: Final = (18_264, 73_050)  # 1950-01-01 … 2099-12-31, counted from 1900
_CLOCK: Final = ZoneInfo("Asia/Shanghai")
_DIGITS: Final = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0"}
_HALF: Final = r"(?P<half>上午|早上|凌晨|中午|下午|晚上|傍晚|am|pm)?"
_LATER: Final = ("下午", "晚上", "傍晚", "pm")
_TIME: Final = (
    r"(?:[ t]*(?:(?:星期|周)[一二三四五六日天] *)?" + _HALF + r" *(?P<hour>\d{1,2})[:时点]"
    r"(?:(?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?)? *"
    r"(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY: Final = r"(?: *\(?(?:星期|周)[一二三四五六日天]\)?)?"
_DAY: Final = (
    re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})" + _WEEKDAY + _TIME),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?" + _WEEKDAY + _TIME),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _TIME),
)
_YEARLESS: Final = re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?" + _WEEKDAY + _TIME)
_MONTH: Final = re.compile(
    r"(?:(?P<y>\d{4})[年./-])?(?P<m>\d{1,2})(?P<moon>月份?)?(?P<part>初|上旬|中旬|中|下旬|底|末)?"
)
# First and last day of a part of a month, and which of them is typical; None is the last day.
_PARTS: Final[dict[str, tuple[int, int | None, int | None]]] = {
    "初": (1, 10, 1), "上旬": (1, 10, 5), "中旬": (11, 20, 15), "中": (11, 20, 15),
    "下旬": (21, None, 25), "底": (21, None, None), "末": (21, None, None), "": (1, None, 15),
}  # fmt: skip
_RELATIVE: Final = {"今天": 0, "今日": 0, "当天": 0, "昨天": -1, "昨日": -1, "前天": -2,
                    "明天": 1, "后天": 2}  # fmt: skip


@dataclass(frozen=True)
class DateSaid:
    """What a cell says of a date.

    Attributes
    ----------
    first, last
        Between which days it lies; the same for a full date.
    typical
        The moment to work with: the date with its time, or the day a phrase means most likely.
    year_given
        Whether the cell itself tells the year; otherwise it is the one the caller gave.
    """

    first: dt.date
    typical: dt.datetime
    last: dt.date
    year_given: bool = True


def read_date_said(
    cell: object,
    *,
    year: int | None = None,
    today: dt.date | None = None,
    epoch: Epoch = 1900,
    latest: dt.date | None = None,
) -> DateSaid | None:
    """Read one cell as a date, as exactly as it tells one.

    Parameters
    ----------
    cell
        A date, a text or a number, as in `read_date`. Texts may also name a part of a month
        (2026年3月底: 21 to 31 March, typically the 31st; 上旬 typically the 5th, 中旬 the 15th,
        下旬 the 25th) or a month (typically the 15th).
    year
        Of dates without one, such as 3月5日, as the sheet or the day of the import tells it.
    today
        What 今天 and 昨天 are counted from; without it they are no dates.
    epoch
        From when the workbook counts its days. 1904 holds for some made on a Mac.
    latest
        Later dates are none, where only what has happened is asked for.

    Returns
    -------
    DateSaid
        None when the cell is no date between 1950 and 2099. Times with a zone are told in
        Beijing time.
    """
    if isinstance(cell, bool) or cell is None:
        return None
    found: DateSaid | None
    if isinstance(cell, dt.datetime):
        found = _full(_here(cell))
    elif isinstance(cell, dt.date):
        found = _full(dt.datetime(cell.year, cell.month, cell.day))
    elif isinstance(cell, int | float):
        found = _of_number(cell, epoch)
    else:
        found = _of_text(normal(cell).lower(), year, today, epoch)
    if found is None or not FIRST_YEAR <= found.typical.year <= LAST_YEAR:
        return None
    if latest is not None and found.first > latest:
        return None
    return found


def read_date(cell: object, *, epoch: Epoch = 1900) -> dt.datetime | None:
    """Read one cell as a date, with its time if it tells one.

    Parameters
    ----------
    cell
        A date, a text or a number. Texts need a year of four digits. A number of eight digits is
        a date written without separators, one of five digits a spreadsheet's serial number.
    epoch
        From when the workbook counts its days.

    Returns
    -------
    datetime
        None when the cell is no date between 1950 and 2099. 2026年3月底 is the last day of March.
        Nothing is guessed: 3月5日, 26/3/5, 2026年3月 and 2026年3月上旬 are no dates.
    """
    said = read_date_said(cell, epoch=epoch)
    if said is None:
        return None
    is_end = isinstance(cell, str) and said.typical.date() == said.last
    return said.typical if said.first == said.last or is_end else None


def _full(moment: dt.datetime, *, year_given: bool = True) -> DateSaid:
    return DateSaid(moment.date(), moment, moment.date(), year_given)


def _here(moment: dt.datetime) -> dt.datetime:
    """Return the local time of a moment; without a zone it is local already."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(_CLOCK).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def _of_number(number: float, epoch: Epoch) -> DateSaid | None:
    shift = (_EPOCHS[1904] - _EPOCHS[1900]).days if epoch == 1904 else 0
    if _SERIAL_DAYS[0] - shift <= number <= _SERIAL_DAYS[1] - shift:
        return _full(_EPOCHS[epoch] + dt.timedelta(seconds=round(number * 86_400)))
    if not 1e7 <= number < 1e8 or number != int(number):
        return None
    return _of_text(str(int(number)), None, None, epoch)


def _of_text(text: str, year: int | None, today: dt.date | None, epoch: Epoch) -> DateSaid | None:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _of_number(float(text), epoch)
    text = re.sub(r"(?<=\d)[—–‐―](?=\d)", "-", text)
    text = re.sub(r"(?<=[日号\d])(?:上午|早上|凌晨|中午|下午|晚上|傍晚)$", "", text)
    if text in _RELATIVE and today is not None:
        day = today + dt.timedelta(days=_RELATIVE[text])
        return _full(dt.datetime(day.year, day.month, day.day))
    text = re.sub(r"[零〇一二三四五六七八九]{4}(?=年)", _in_digits, text)
    text = re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日号])", _counted, text)
    for pattern in _DAY:
        if found := pattern.fullmatch(text):
            return _on_day(found, int(found["y"]), year_given=True)
    if found := _YEARLESS.fullmatch(text):
        return None if year is None else _on_day(found, year, year_given=False)
    if found := _MONTH.fullmatch(text):
        if not (found["moon"] or (found["y"] and found["part"])):
            return None  # 2026-03 may be a number of a file
        given = int(found["y"]) if found["y"] else year
        return None if given is None else _in_month(given, found)
    return None


def _on_day(found: re.Match[str], year: int, *, year_given: bool) -> DateSaid | None:
    hour = int(found["hour"] or 0)
    if (found["half"] in ("下午", "晚上", "傍晚", "pm") and hour < 12) or (
        found["half"] == "中午" and hour < 4
    ):
        hour += 12
    elif found["half"] == "am" and hour == 12:
        hour = 0
    try:
        moment = dt.datetime(
            year, int(found["m"]), int(found["d"]), hour,
            int(found["minute"] or 0), int(found["second"] or 0),
        )  # fmt: skip
    except ValueError:
        return None
    if zone := found["zone"]:
        plain = "+00:00" if zone == "z" else zone
        try:
            moment = _here(dt.datetime.fromisoformat(f"{moment.isoformat()}{plain}"))
        except ValueError:
            return None
    return _full(moment, year_given=year_given)


def _in_month(year: int, found: re.Match[str]) -> DateSaid | None:
    month = int(found["m"])
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
        return None
    end = calendar.monthrange(year, month)[1]
    first, last, typical = _PARTS[found["part"] or ""]
    return DateSaid(
        dt.date(year, month, first),
        dt.datetime(year, month, typical or end),
        dt.date(year, month, last or end),
        year_given=found["y"] is not None,
    )


def _in_digits(found: re.Match[str]) -> str:
    return "".join(_DIGITS[c] for c in found[0])


def _counted(found: re.Match[str]) -> str:
    """Return a day or a month in Chinese numerals in digits; what is none stays."""
    tens, ten, ones = found[0].rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return found[0]
    return str((10 * int(_DIGITS.get(tens, "1")) if ten else 0) + int(_DIGITS.get(ones, "0")))
