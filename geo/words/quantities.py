"""Numbers as people write them, with the unit of the column: 3.5米, 约4m, 四米, 1.2万, 3-4, >3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, nan
from typing import Final, Literal

from .spelling import normal

Told = Literal["exact", "about", "range", "at_least", "at_most"]

ABOUT: Final = 0.1  # share by which 约 and 左右 may be off: a judgement, for want of a source
LONGEST_DIGITS: Final = 15  # longer ones are identities, and a float would round them

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_MANY: Final = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# By the unit of a column: what may follow a number, and times what.
_UNITS: Final[dict[str, dict[str, float]]] = {
    "m": {"": 1, "米": 1, "公尺": 1, "m": 1, "厘米": 0.01, "公分": 0.01, "cm": 0.01, "分米": 0.1,
          "毫米": 0.001, "mm": 0.001, "公里": 1000, "千米": 1000, "km": 1000},
    "m2": {"": 1, "㎡": 1, "平方米": 1, "平米": 1, "平方": 1, "平": 1, "m2": 1, "m²": 1,
           "亩": 2000 / 3, "公顷": 10_000, "平方公里": 1_000_000, "km2": 1_000_000},
    "s": {"": 1, "秒": 1, "秒钟": 1, "s": 1, "sec": 1,
          "分": 60, "分钟": 60, "min": 60, "小时": 3600, "h": 3600},
    "pct": {"": 1, "%": 1},
    "kmh": {"": 1, "km/h": 1, "公里/小时": 1, "千米/小时": 1, "公里每小时": 1, "公里": 1, "km": 1},
    "yuan": {"": 1, "元": 1, "万元": 10_000},
    "": {"": 1, "人": 1, "户": 1, "层": 1, "楼": 1, "间": 1, "处": 1, "个": 1, "台": 1, "具": 1,
         "栋": 1, "幢": 1, "名": 1, "位": 1, "床": 1, "张": 1, "米": 1, "元": 1, "次": 1, "起": 1,
         "套": 1, "辆": 1, "级": 1, "步": 1, "只": 1, "支": 1},
}  # fmt: skip
_NAMED: Final = re.compile(r"^(?:净|路|限|总|层)?(?:宽|高|长)度?(?:为|是|:|=)?(?=[^-])")
_ABOUT: Final = re.compile(r"^(?:大约|大概|约|近|将近|≈|~)|(?:左右|上下|许)$")
_AT_LEAST: Final = re.compile(
    r"^(?:>=|≥|>|不低于|不小于|不少于|至少|最少|大于等于|大于|超过|高于|多于)|(?:及以上|以上|起|\+)$"
)
_AT_MOST: Final = re.compile(
    r"^(?:<=|≤|<|不高于|不大于|不超过|不多于|至多|最多|小于等于|小于|低于|少于|不足|不到|未满)"
    r"|(?:及以下|以下|以内|之内)$"
)
_NUMBER: Final = re.compile(
    r"(?P<number>[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+|[零〇一二三四五六七八九十百千两]+)"
    r"(?P<many>[万千百亿]?)(?P<more>[多余来]?)"
    r"(?P<unit>[a-z%㎡²/\u4e00-\u9fff]*?\d?)(?P<after>多?)"
)
_STOREYS: Final = re.compile(r"(\d{1,3})\+(\d)(?:层|楼)?")
_BELOW: Final = re.compile(r"(?:地下|负|-)(\d{1,2}|[一二三四五六七八九])(?:层|楼)")
_GROUPED: Final = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_EITHER: Final = re.compile(r"([一二三四五六七八九])([二三四五六七八九])([十百千]?)")
_TEN_ODD: Final = re.compile(r"([二三四五六七八九]?)十几")


@dataclass(frozen=True)
class Quantity:
    """What a text says of a number, in the unit of its column.

    Attributes
    ----------
    low, high
        Between which it lies; NaN at an end that is open (3米以上 has no high, 不足3 no low).
    typical
        The number to work with: as told, the middle of a range, or the one bound that is told.
    told
        How it was said.
    """

    low: float
    typical: float
    high: float
    told: Told = "exact"


def unit_of(column: str) -> str:
    """Return the unit that the name of a column carries: ``width_m`` is in ``m``."""
    tail = column.rsplit("_", 1)[-1]
    return tail if tail in _UNITS else ""


def read_quantity(cell: object, *, unit: str = "") -> Quantity | None:
    """Read one cell as a number or a range in the unit of its column.

    Parameters
    ----------
    cell
        A number, or a text such as ``3.5米``, ``约4m``, ``3～4米``, ``>3``, ``不足3``, ``1.2万``.
    unit
        ``m``, ``m2``, ``s``, ``pct``, ``kmh``, ``yuan``, or empty for a count of things.

    Returns
    -------
    Quantity
        None when the cell is no number in that unit, as an address is none (12号之一, 附3号-2),
        and when it has so many digits that it is an identity. ``5+1`` storeys are five full ones
        and an attic or a shop's loft: 5 to 6, typically 5. ``地下1层`` is -1.

    Examples
    --------
    >>> read_quantity("3～4米", unit="m")
    Quantity(low=3.0, typical=3.5, high=4.0, told='range')
    >>> read_quantity("约200人")
    Quantity(low=180.0, typical=200.0, high=220.0, told='about')
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return _exact(float(cell)) if isfinite(cell) else None
    return _read(normal(cell), unit)


def read_number(cell: object, *, unit: str = "") -> float | None:
    """Read one cell as a single number in the unit of its column.

    Parameters
    ----------
    cell, unit
        As in `read_quantity`.

    Returns
    -------
    float
        None too where a range (3-4) or a bound (>3) is told: which number to take is not for the
        reader to choose.

    Examples
    --------
    >>> read_number("约350厘米", unit="m"), read_number("１２层"), read_number("3-4", unit="m")
    (3.5, 12.0, None)
    """
    found = read_quantity(cell, unit=unit)
    return found.typical if found is not None and found.told in ("exact", "about") else None


@lru_cache(maxsize=65_536)
def _read(said: str, unit: str) -> Quantity | None:
    text = said.replace(" ", "").lower()
    if re.search(rf"\d{{{LONGEST_DIGITS + 1},}}", text):
        return None
    if unit == "":
        if found := _STOREYS.fullmatch(text):
            full, more = int(found[1]), int(found[2])
            return Quantity(full, full, full + more, "range")
        if found := _BELOW.fullmatch(text):
            return _exact(-float(_DIGITS.get(found[1], found[1])))
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?e[-+]?\d{1,2}", text):  # as spreadsheets write to CSV
        value = float(text)
        return _exact(value) if abs(value) < 10.0**LONGEST_DIGITS else None
    if unit == "m":
        text = _NAMED.sub("", text)
    if (one := _one(text, unit)) is not None:
        return one
    for pattern, told in ((_AT_LEAST, "at_least"), (_AT_MOST, "at_most"), (_ABOUT, "about")):
        rest = pattern.sub("", text, count=1)
        if rest == text:
            continue
        bound = _range(rest, unit) or _one(rest, unit)
        if bound is None:
            continue
        if told == "at_least":
            return Quantity(bound.low, bound.low, nan, "at_least")
        if told == "at_most":
            return Quantity(nan, bound.high, bound.high, "at_most")
        if bound.told == "range":
            return bound
        ends = sorted((round(bound.low * (1 - ABOUT), 9), round(bound.high * (1 + ABOUT), 9)))
        return Quantity(ends[0], bound.typical, ends[1], "about")
    return _range(text, unit)


def _exact(value: float) -> Quantity:
    return Quantity(value, value, value)


def _range(text: str, unit: str) -> Quantity | None:
    """Return what lies between two numbers; the unit of the second serves both."""
    ends = re.split(r"(?<=[^-~～至到])[-~～—–至到]+(?=[^-~～至到])", text)
    if len(ends) != 2:
        return None
    high = _one(ends[1], unit)
    tail = re.sub(r"^[-+\d.,零〇一二三四五六七八九十百千两]+", "", ends[1])
    bare = re.fullmatch(r"[-+\d.,零〇一二三四五六七八九十两]+", ends[0])
    low = _one(ends[0] + tail if bare else ends[0], unit)
    if low is None or high is None or "exact" not in (low.told, high.told) or low.low >= high.high:
        return None
    return Quantity(low.low, round((low.low + high.high) / 2, 9), high.high, "range")


def _one(text: str, unit: str) -> Quantity | None:
    """Return one number with its unit; 20多 and 三四百 are ranges."""
    if found := _TEN_ODD.match(text):
        tens = 10 * _DIGITS.get(found[1], 1)
        factor = _UNITS[unit].get(text[found.end() :])
        return None if factor is None else _between((tens + 1) * factor, (tens + 9) * factor)
    found = _EITHER.match(text)
    if found and _DIGITS[found[2]] == _DIGITS[found[1]] + 1:
        tail = re.fullmatch(r"([万千百]?)(.*)", text[found.end() :])
        factor = _UNITS[unit].get(tail[2]) if tail else None
        if tail is not None and factor is not None:
            times = _TENS.get(found[3], 1) * _MANY[tail[1]] * factor
            return _between(_DIGITS[found[1]] * times, _DIGITS[found[2]] * times)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    factor = _UNITS[unit].get(found["unit"])
    value = _value(found["number"])
    if factor is None or value is None:
        return None
    times = _MANY[found["many"]] * factor
    if found["more"] or found["after"]:
        step = 1.0
        while found["more"] and value and value % (step * 10) == 0:
            step *= 10
        return _between(value * times, (value + step) * times)
    return _exact(round(value * times, 9))


def _between(low: float, high: float) -> Quantity:
    low, high = round(low, 9), round(high, 9)
    return Quantity(low, round((low + high) / 2, 9), high, "range")


def _value(said: str) -> float | None:
    if not re.search(r"\d", said):
        return _chinese(said)
    if "," in said and not _GROUPED.fullmatch(said):
        return None  # 3,5 may be a decimal comma or two numbers
    return float(said.replace(",", ""))


def _chinese(said: str) -> float | None:
    """Return a number in Chinese numerals up to 9999: 十二, 一百零三, 二〇."""
    if not set(said) & set(_TENS):
        return float("".join(str(_DIGITS[c]) for c in said))
    total, digit, least = 0, None, 10_000
    for c in said:
        if c in _TENS:
            if _TENS[c] >= least:
                return None  # 十百 is no number
            least = _TENS[c]
            total += (1 if digit is None or digit == 0 else digit) * least
            digit = None
        elif digit not in (None, 0):
            return None  # 二三百 is a range
        else:
            digit = _DIGITS[c]
    if digit and least > 10 and "零" not in said and "〇" not in said:
        digit *= least // 10  # 三百二 is 320
    return float(total + (digit or 0))
