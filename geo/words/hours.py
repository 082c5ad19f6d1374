"""Opening hours of gates and stations, as OpenStreetMap and Chinese ledgers write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

DAY_MIN = 24 * 60
LATEST_MIN = 2 * DAY_MIN  # OpenStreetMap writes 26:00 for two o'clock on the next day

Span = tuple[int, int]  # minutes after midnight, the end beyond 1440 on the next day

_ENGLISH = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAYS: dict[str, tuple[int, ...]] = {
    **{name[:letters]: (day,) for day, name in enumerate(_ENGLISH) for letters in (2, 3)},
    **{name: (day,) for day, name in enumerate(_ENGLISH)},
    **{
        week + digit: (day,)
        for day, digits in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"))
        for digit in digits
        for week in ("周", "星期", "礼拜")
    },
    **dict.fromkeys(("工作日", "平日"), tuple(range(5))),
    **dict.fromkeys(("周末", "双休日"), (5, 6)),
    **dict.fromkeys(("每天", "每日", "daily"), tuple(range(7))),
}
_ALWAYS = frozenset({"24/7", "全天", "全日", "全天候", "24小时", "全天开放", "24小时开放", "open"})
_NEVER = frozenset({"off", "closed", "关闭", "不开放", "休息"})
_HOLIDAYS = re.compile(r"(ph|sh|节假日|法定节假日|学校假期)")
_EXCEPT = re.compile(r"[(,;]?(?:法定)?节假日(?:除外|休息|不开放|不开|关闭)\)?")
_LATER = re.compile(r"(?:下午|晚上|傍晚|晚间|夜里|晚)(\d{1,2})(?=[:点时])")
_SHORT_DAYS = re.compile(
    r"(周|星期|礼拜)([一二三四五六日天](?:(?:[,-]?(?![周星礼])[一二三四五六日天])+))"
)
_DAY = "|".join(sorted(map(re.escape, _DAYS), key=len, reverse=True))
_RANGE = re.compile(rf"({_DAY})(?:-({_DAY}))?")
_CLOCK = r"(\d{1,2})(?::(\d{2})|[点时](?:(\d{1,2})分?|(半))?)"
_TIMES = re.compile(rf"{_CLOCK}-(?:次日|第二天|翌日)?{_CLOCK}")


@dataclass(frozen=True)
class Hours:
    """When something is open in an ordinary week.

    Attributes
    ----------
    week
        Seven tuples of spans, Monday first; None where the hours are not known.
    """

    week: tuple[tuple[Span, ...], ...] | None

    def open_at(self, weekday: int, time: dt.time) -> bool | None:
        """Return whether it is open, None when that is not known.

        Parameters
        ----------
        weekday
            0 for Monday to 6 for Sunday.
        time
            Local time of day. The minute of opening counts as open, that of closing as closed.
        """
        if self.week is None:
            return None
        minute = time.hour * 60 + time.minute
        today, yesterday = self.week[weekday], self.week[(weekday - 1) % 7]
        return any(a <= minute < b for a, b in today) or any(
            a <= minute + DAY_MIN < b for a, b in yesterday
        )


UNKNOWN = Hours(None)


def parse_hours(text: str | None) -> Hours:
    """Read opening hours.

    Understood are ``24/7``, ``off``, spans of hours (over midnight too), days and ranges of days,
    in the syntax of OpenStreetMap's ``opening_hours`` and in Chinese, full-width or not, parts
    divided by semicolons: ``Mo-Fr 06:00-22:00; Sa,Su 08:00-12:00``, ``周一至周五 6:00-22:00``.
    A later part replaces an earlier one on the days it names; days that no part names are
    closed. Parts about public or school holidays are left out, for weekdays do not tell them.

    Parameters
    ----------
    text
        What was written, or None.

    Returns
    -------
    Hours
        Unknown, never open or closed, when any other part is not understood. No text raises.
    """
    parts = [part for part in _plain(text or "").split(";") if part]
    week: list[tuple[Span, ...]] | None = None
    for part in parts:
        read = _part(part)
        if read is None:
            return UNKNOWN
        days, spans = read
        if days:
            week = week or [()] * 7
            for day in days:
                week[day] = spans
    return UNKNOWN if week is None else Hours(tuple(week))


def understood(text: str | None) -> bool:
    """Return whether hours can be read; a text only about holidays is understood too."""
    parts = [part for part in _plain(text or "").split(";") if part]
    return bool(parts) and all(_part(part) is not None for part in parts)


def _plain(text: str) -> str:
    """Return a text without blanks, in half-width lower case, with one sign for each meaning."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"(?<=[\d点半分])\s+(?=\d)", ",", plain)  # 8:30-12:00 14:00-17:30
    plain = re.sub(r"\s+", "", plain)
    plain = _EXCEPT.sub(";ph off", plain).replace("ph off", "phoff")
    plain = re.sub(r"(?<=.)\([^)]*\)$", "", plain)  # 全天(24小时)
    plain = _LATER.sub(_afternoon, plain)
    plain = re.sub(r"(?:上午|早上|清晨|凌晨|早)(?=\d)", "", plain)
    plain = re.sub(r"[~\u2010-\u2015\u2212\u301c至到]", "-", plain)
    plain = re.sub(r"[、和及]", ",", plain).replace("。", ";")
    plain = _SHORT_DAYS.sub(_each_day, plain)
    return re.sub(r"(?<=\d),(?=[a-z周星礼工平双每])", ";", plain)  # 08:00-12:00, Sa 10:00-12:00


def _afternoon(said: re.Match[str]) -> str:
    """Return an hour of the afternoon or evening on a clock of 24 hours."""
    hour = int(said[1])
    return str(hour + 12 if hour < 12 else hour)


def _each_day(said: re.Match[str]) -> str:
    """Write the word for week before each day: 周六,日, 周六日 and 周一-五."""
    return re.sub(r"([一二三四五六日天])", said[1] + r"\1", said[2])


def _part(part: str) -> tuple[tuple[int, ...], tuple[Span, ...]] | None:
    """Return the days of one part and their spans; None when it is not understood."""
    days, rest = _days(part)
    named = len(rest) < len(part)
    if named:
        rest = rest.removeprefix(":")
    if rest in _NEVER:
        return days, ()
    if rest in _ALWAYS or (named and not rest):
        return days, ((0, DAY_MIN),)
    spans = []
    for times in rest.split(","):
        found = _TIMES.fullmatch(times)
        span = _span(found) if found else None
        if span is None:
            return None
        spans.append(span)
    return days, tuple(spans)


def _days(part: str) -> tuple[tuple[int, ...], str]:
    """Return the weekdays that stand at the beginning of a part, and what follows them.

    Without any day all seven are meant; only holidays give none.
    """
    days: set[int] = set()
    holiday = False
    at = 0
    while True:
        if found := _HOLIDAYS.match(part, at):
            holiday = True
        elif found := _RANGE.match(part, at):
            first, last = _DAYS[found[1]], _DAYS[found[2] or found[1]]
            if found[2] and (len(first) > 1 or len(last) > 1):
                break
            span = (last[0] - first[0]) % 7 if found[2] else 0
            days.update((first[0] + step) % 7 for step in range(span + 1))
            days.update(first)
        else:
            break
        at = found.end()
        if part[at : at + 1] == ",":
            at += 1
    if not days and not holiday:
        return tuple(range(7)), part
    return tuple(sorted(days)), part[at:]


def _span(found: re.Match[str]) -> Span | None:
    """Return a span of hours in minutes; None when the clock has no such time."""
    minutes = []
    for hour, colon, spoken, half in (found.groups()[:4], found.groups()[4:]):
        minute = 30 if half else int(colon or spoken or 0)
        if minute > 59:
            return None
        minutes.append(int(hour) * 60 + minute)
    start, end = minutes
    if end <= start:
        end += DAY_MIN
    if start >= DAY_MIN or end > LATEST_MIN or end - start > DAY_MIN:
        return None
    return start, end
