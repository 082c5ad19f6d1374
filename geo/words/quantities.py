"""Numbers as people write them: 3.5米, 约4m, 四米, 1.2万, 1,200, with the unit of the column."""

from __future__ import annotations

import re
from math import isfinite
from typing import Final

from .spelling import normal

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
# By the unit of a column: what may follow a number, and times what.
_UNITS: Final[dict[str, dict[str, float]]] = {
    "m": {"": 1, "米": 1, "公尺": 1, "m": 1, "厘米": 0.01, "cm": 0.01, "毫米": 0.001, "mm": 0.001,
          "公里": 1000, "千米": 1000, "km": 1000},
    "m2": {"": 1, "㎡": 1, "平方米": 1, "平米": 1, "平方": 1, "平": 1, "m2": 1, "m²": 1},
    "s": {"": 1, "秒": 1, "秒钟": 1, "s": 1,
          "分": 60, "分钟": 60, "min": 60, "小时": 3600, "h": 3600},
    "pct": {"": 1, "%": 1},
    "yuan": {"": 1, "元": 1, "万元": 10_000},
    "": {"": 1, "人": 1, "户": 1, "层": 1, "间": 1, "处": 1, "个": 1, "台": 1, "具": 1, "栋": 1,
         "幢": 1, "名": 1, "位": 1, "床": 1, "张": 1, "米": 1, "元": 1, "次": 1, "起": 1, "套": 1},
}  # fmt: skip
_SAID = re.compile(
    r"(?:约|大约|大概|近|共|合计|≈|~)?"
    r"(?P<number>[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+|[零〇一二三四五六七八九十百千两]+)"
    r"(?P<many>[万千百]?)(?P<unit>[a-z%㎡²\u4e00-\u9fff]*\d?)(?:左右|上下)?"
)


def unit_of(column: str) -> str:
    """Return the unit that the name of a column carries: ``width_m`` is in ``m``."""
    tail = column.rsplit("_", 1)[-1]
    return tail if tail in _UNITS else ""


def read_number(cell: object, *, unit: str = "") -> float | None:
    """Read one cell as a number in the unit of its column.

    Parameters
    ----------
    cell
        A number, or a text such as ``3.5米``, ``约4m``, ``３．５``, ``四米``, ``1.2万``.
    unit
        ``m``, ``m2``, ``s``, ``pct``, ``yuan``, or empty for a count of things.

    Returns
    -------
    float
        None when the cell is no number in that unit. A range (3-4), a bound (>3) and an address
        (12号之一) are none: what they mean is not for the reader to choose.

    Examples
    --------
    >>> read_number("约350厘米", unit="m"), read_number("１２层"), read_number("3-4", unit="m")
    (3.5, 12.0, None)
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = normal(cell).replace(" ", "").lower()
    try:
        plain = float(text.replace(",", ""))
        return plain if isfinite(plain) else None
    except ValueError:
        pass
    said = _SAID.fullmatch(text)
    if said is None:
        return None
    factor = _UNITS[unit].get(said["unit"].removesuffix("左右").removesuffix("上下"))
    if factor is None:
        return None
    number = said["number"].replace(",", "")
    if not re.fullmatch(r"[-+]?[\d.]+", number):
        counted = _chinese(number)
        if counted is None:
            return None
        return counted * {"": 1, "万": 10_000, "千": 1000, "百": 100}[said["many"]] * factor
    many = {"": 1, "万": 10_000, "千": 1000, "百": 100}[said["many"]]
    return round(float(number) * many * factor, 9)


def _chinese(said: str) -> float | None:
    """Return a number in Chinese numerals up to 9999: 十二, 一百零三, 二〇."""
    if not set(said) & set(_TENS):
        return float("".join(str(_DIGITS[c]) for c in said))
    total, digit = 0, None
    for c in said:
        if c in _TENS:
            total += (1 if digit is None or digit == 0 else digit) * _TENS[c]
            digit = None
        elif digit not in (None, 0):
            return None  # 二三百 is a range
        else:
            digit = _DIGITS[c]
    return float(total + (digit or 0))
