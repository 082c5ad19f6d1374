"""Days and periods as an office writes them: 2026年9月30日, 2026年第三季度."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from ...geo.words import Lang, Period, text

ENGLISH_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_ISO: Final = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", re.ASCII)


def day_said(day: dt.date, lang: Lang) -> str:
    """Return a day in words.

    Parameters
    ----------
    day
        Which one.
    lang
        Of the words.
    """
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"


def days_said(first: dt.date, last: dt.date, lang: Lang) -> str:
    """Return a span of days in words; the year is said once where it is one.

    Parameters
    ----------
    first, last
        Its days.
    lang
        Of the words.
    """
    if first == last:
        return day_said(first, lang)
    if lang == "zh":
        end = f"{last.month}月{last.day}日" if first.year == last.year else day_said(last, lang)
        return f"{day_said(first, lang)}至{end}"
    begin = day_said(first, lang)
    if first.year == last.year:
        begin = begin.removesuffix(f" {first.year}")
    return f"{begin} to {day_said(last, lang)}"


def period_said(period: Period, lang: Lang) -> str:
    """Return a period in words.

    Parameters
    ----------
    period
        A month, a quarter, a half-year or a year.
    lang
        Of the words.
    """
    key = {1: "month", 3: "quarter", 6: "half", 12: "year"}[period.months]
    number = str(period.number)
    if lang == "zh":
        number = ("上下" if key == "half" else "一二三四")[period.number - 1] if key in (
            "quarter", "half") else number  # fmt: skip
    elif key == "month":
        number = ENGLISH_MONTHS[period.number - 1]
    else:
        number = ("first", "second", "third", "fourth")[period.number - 1]
    return text(f"office.{key}", lang, year=period.year, number=number)


def dates_in_words(said: str, lang: Lang) -> str:
    """Return a text with the days in it written as an office writes them.

    Parameters
    ----------
    said
        With days as 2026-09-30; what is part of a longer number is left.
    lang
        Of the words.
    """
    return _ISO.sub(lambda found: _day(found, lang), said)


def _day(found: re.Match[str], lang: Lang) -> str:
    try:
        return day_said(dt.date(*map(int, found.groups())), lang)
    except ValueError:
        return found[0]
