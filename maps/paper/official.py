"""The form of what is handed up (GB/T 9704-2012): its page, its numbers of headings, its dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...geo.words import Lang

#: Millimetres: the page, the edges that the standard leaves, and what remains for text.
PAGE_MM: Final = (210.0, 297.0)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37.0, 35.0, 28.0, 26.0
TEXT_MM: Final = PAGE_MM[0] - LEFT_MM - RIGHT_MM
NUMBER_BELOW_MM: Final = 7.0  # the page's number, under the text
CHAPTER: Final = 0  # level of the title of a further sheet in one file

_DIGITS: Final = "零一二三四五六七八九"
_WHOLE: Final = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|[!-~‐-‧]+|.", re.DOTALL)


@dataclass(frozen=True)
class Sizes:
    """Points of the title, the text, tables and notes, and of a line of text."""

    title: float
    body: float
    line: float
    table: float
    dense: float  # a table of many columns or rows
    note: float


#: 二号, 三号 and 五号; 22 lines a page. English takes fewer points for the same page.
SIZES: Final[dict[Lang, Sizes]] = {
    "zh": Sizes(22, 16, 28.95, 10.5, 9, 10.5),
    "en": Sizes(20, 12, 18, 9.5, 8.5, 9.5),
}
DENSE: Final = 7  # columns: from here on a table is set smaller
LONG: Final = 16  # rows


def number(at: Sequence[int], lang: Lang) -> str:
    """Return the number of a heading: 一、 then （一） then 1.

    Parameters
    ----------
    at
        Its place among those of its level, and of each level above.
    lang
        English numbers are 1, 1.1, 1.1.1.
    """
    if lang == "en":
        return ".".join(map(str, at)) + " "
    last = at[-1]
    return (f"{chinese(last)}、", f"（{chinese(last)}）", f"{last}.")[min(len(at), 3) - 1]


def chinese(count: int) -> str:
    """Return a number below a hundred in Chinese."""
    tens, ones = divmod(count, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def column_shares(head: Sequence[str], rows: Sequence[Sequence[str]], *, ems: float) -> list[float]:
    """Return the share of the width of each column of a table, by what stands in it.

    Columns that are short keep their texts in one line; the others share what is left.

    Parameters
    ----------
    head, rows
        Texts of the table.
    ems
        How many Chinese characters a line of the whole table takes.
    """
    table = [head, *rows]
    columns = range(len(head))
    edge = 1.0  # of a cell, both sides
    ems = max(ems - edge * len(head), len(head))
    natural = [max(_ems(row[k]) for row in table) for k in columns]
    least = [max(_longest(row[k]) for row in table) for k in columns]
    if sum(natural) <= ems:
        spare = (ems - sum(natural)) / len(head)
        return [width + spare + edge for width in natural]
    even = ems / len(head)
    short = [natural[k] <= max(even * 0.7, least[k]) for k in columns]
    left = ems - sum(natural[k] for k in columns if short[k])
    mean = [(sum(_ems(row[k]) for row in table) / len(table)) ** 0.5 for k in columns]
    total = sum(mean[k] for k in columns if not short[k]) or 1.0
    shares = [
        natural[k] if short[k] else max(least[k], left * mean[k] / total) for k in columns
    ]  # fmt: skip
    return [share + edge for share in shares]


def _ems(said: str) -> float:
    return max((sum(map(_em, line)) for line in said.split("\n")), default=0.0)


def _em(letter: str) -> float:
    return 1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.6


def _longest(said: str) -> float:
    """Return the width of the longest piece that no line may break."""
    return max((_ems(piece) for piece in _WHOLE.findall(said)), default=1.0)
