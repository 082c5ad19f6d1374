"""Cells as several hands in an office type them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..geo.arrays import Longs, Shapes, Words
from ..geo.words import label

DATE_STYLES: Final = (
    "{0}-{1:02}-{2:02}", "{0}/{1}/{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}", "{0}.{1:02}.{2:02}",
)  # fmt: skip


def dates_before(end: dt.date, days_before: Longs) -> Words:
    """Return days so long before the end, in ISO 8601."""
    return (np.datetime64(end) - days_before.astype("timedelta64[D]")).astype(str)


def typed_dates(days: Words, rng: np.random.Generator) -> list[object]:
    """Write dates as several hands do: texts of many forms, true dates, serial numbers."""
    hand = rng.integers(0, len(DATE_STYLES) + 2, len(days))
    cells: list[object] = []
    for text, style in zip(days.tolist(), hand.tolist(), strict=True):
        if not text:
            cells.append(None)
            continue
        day = dt.date.fromisoformat(text)
        if style < len(DATE_STYLES):
            cells.append(DATE_STYLES[style].format(day.year, day.month, day.day))
        else:
            cells.append(day if style == len(DATE_STYLES) else (day - dt.date(1899, 12, 30)).days)
    return cells


def words(vocabulary: str, codes: Sequence[str] | Words) -> list[str | None]:
    """Return what users read for codes; None for an empty one."""
    known: Mapping[str, str | None] = {
        code: label(vocabulary, code) if code else None for code in dict.fromkeys(map(str, codes))
    }
    return [known[str(code)] for code in codes]


def misspelt(address: Shapes, rng: np.random.Generator, *, share: float) -> Shapes:
    """Write some addresses so that no building is surely meant."""
    told = address.copy()
    for k, at in enumerate(np.flatnonzero(rng.random(len(told)) < share)):
        told[at] = ("农贸市场旁", f"{told[at]}"[:-2] + "9999号", "老粮站后面")[k % 3]
    return told


def numbered(prefix: str, count: int) -> list[str]:
    """Return so many identities."""
    return [f"{prefix}{k:06d}" for k in range(1, count + 1)]
