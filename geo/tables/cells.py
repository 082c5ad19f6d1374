"""Cells read as what their column says; each distinct cell is read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ..arrays import Flags, Floats, Objects
from ..words import (
    Epoch,
    codes,
    normal,
    read_date,
    read_date_said,
    read_quantity,
    understood,
)
from .column import DATES, NUMBERS, Column

MISSING: Final = frozenset(
    {"", "-", "--", "—", "/", "无", "未知", "不详", "n/a", "na", "null", "none"}
)
YES: Final = frozenset(
    {"是", "有", "y", "yes", "true", "1", "√", "✓", "✔", "存在", "发现", "已", "对"}
)
NO: Final = frozenset(
    {"否", "无", "没有", "n", "no", "false", "0", "×", "x", "✗", "不存在", "未发现", "未"}
)
ERRORS: Final = frozenset(
    {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!"}
)
EXACT_TO: Final = 2.0**53  # beyond, a spreadsheet's number has lost digits


@dataclass(frozen=True, slots=True)
class SheetDates:
    """What a sheet tells about its own dates.

    Attributes
    ----------
    year
        Of dates without one; None where they are no dates.
    latest
        Dates without a year lie on or before this day, for columns of what has happened; None
        where they may lie ahead.
    epoch
        From when the workbook counts its days.
    """

    year: int | None = None
    latest: dt.date | None = None
    epoch: Epoch = 1900


@dataclass(frozen=True)
class Cells:
    """Cells of one column, read.

    Attributes
    ----------
    values
        ``(rows,)`` objects: text and codes, ``float`` or ``int``, dates in ISO 8601, 1 and 0;
        None where a cell is blank or wrong.
    wrong
        ``(rows,)`` cells that say something which the column cannot hold.
    low, high
        ``(rows,)`` between which a number lies where the cell tells a range or a bound, NaN
        elsewhere and at an open end.
    loose
        ``(rows,)`` cells that were read as more exact than they are: ranges, about, parts of a
        month, dates without a year, numbers that lost digits. They are told.
    """

    values: Objects
    wrong: Flags
    low: Floats
    high: Floats
    loose: Flags

    def numbers(self) -> Floats:
        """Return the values as float64, NaN where missing."""
        return np.array([np.nan if v is None else v for v in self.values], dtype=np.float64)


def read_cells(raw: pd.Series[Any], column: Column, *, dates: SheetDates | None = None) -> Cells:
    """Read raw cells as what the column says.

    Parameters
    ----------
    raw
        Cells as the file holds them.
    column
        What they may hold.
    dates
        What the sheet tells about its dates.

    Examples
    --------
    >>> import pandas as pd
    >>> width = Column("width_m", "number", minimum=0.3, maximum=100)
    >>> cells = read_cells(pd.Series(["3.5米", "3-4", "宽", None], dtype=object), width)
    >>> cells.values.tolist(), cells.wrong.tolist(), cells.high.tolist()[1]
    ([3.5, 3.5, None, None], [False, False, True, False], 4.0)
    """
    cells = raw.to_numpy(dtype=object, copy=True)
    for at in [i for i, cell in enumerate(cells) if isinstance(cell, bool | np.bool_)]:
        cells[at] = str(cells[at]).lower()  # lest True and 1 count as the same cell
    which, distinct = pd.factorize(cells, use_na_sentinel=True)
    read = _reader(column, dates or SheetDates())
    size = len(distinct) + 1  # the last one stands for blank: code -1
    values = np.full(size, None, dtype=object)
    wrong, loose = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    for at, cell in enumerate(distinct):
        text = normal(cell).lower()
        if text in ERRORS:
            wrong[at] = True
            continue
        found = read(cell, text)
        if found is None:
            wrong[at] = text not in MISSING
            if column.kind == "hours":
                values[at] = _text(cell) if wrong[at] else None
            continue
        values[at], loose[at], low[at], high[at] = found
    return Cells(values[which], wrong[which], low[which], high[which], loose[which])


Read = tuple[object, bool, float, float]  # value, loose, low, high
Reader = Callable[[object, str], Read | None]
_OPEN: Final = float("nan")


def _reader(column: Column, dates: SheetDates) -> Reader:
    """Return what reads one cell; None means that it is blank or wrong."""
    if column.vocabulary:
        words = {word.lower(): code for word, code in codes(column.vocabulary).items()}
        # First, as the word for nothing may be a code.
        return lambda cell, text: _sure(words.get(_text(cell).lower()))
    if column.kind in NUMBERS:
        return lambda cell, text: _number(cell, text, column)
    if column.kind in DATES:
        return lambda cell, text: _date(cell, text, column, dates)
    if column.kind == "flag":
        return lambda cell, text: _flag(_text(cell).lower())
    if column.kind == "hours":
        return lambda cell, text: _sure(_text(cell) if understood(_text(cell)) else None)
    return lambda cell, text: None if text in MISSING else _said(cell)


def _sure(value: object) -> Read | None:
    return None if value is None else (value, False, _OPEN, _OPEN)


def _said(cell: object) -> Read:
    """Return a text; a number so long that a spreadsheet rounded it is told."""
    lost = isinstance(cell, int | float) and abs(cell) >= EXACT_TO
    return (_text(cell), lost, _OPEN, _OPEN)


def _number(cell: object, text: str, column: Column) -> Read | None:
    """Return a number within what the column can hold; a range with its typical value."""
    if text in MISSING:
        return None
    found = read_quantity(cell, unit=column.unit)
    if found is None:
        return None
    whole = column.kind == "count"
    exact = found.told == "exact"
    if whole and exact and found.typical != np.floor(found.typical):
        return None
    value = float(np.floor(found.typical + 0.5)) if whole else found.typical
    least = -np.inf if column.minimum is None else column.minimum
    most = np.inf if column.maximum is None else column.maximum
    if not all(least <= n <= most for n in (value, found.low, found.high) if n == n):
        return None
    number = int(value) if whole else value
    return (number, False, _OPEN, _OPEN) if exact else (number, True, found.low, found.high)


def _date(cell: object, text: str, column: Column, dates: SheetDates) -> Read | None:
    """Return a day or a moment in ISO 8601."""
    found = read_date(cell, epoch=dates.epoch)
    loose = False
    if found is None:
        said = read_date_said(cell, year=dates.year, epoch=dates.epoch)
        last = None if column.ahead else dates.latest
        if said and not said.year_given and last and said.typical.date() > last:
            said = read_date_said(cell, year=said.typical.year - 1, epoch=dates.epoch)
        if said is None:
            return None
        found, loose = said.typical, True
    elif text.endswith(("底", "末")):
        loose = True
    if column.kind == "date":
        return (found.date().isoformat(), loose, _OPEN, _OPEN)
    bare = found.time() == dt.time(0) and not isinstance(cell, dt.datetime)
    stamp = found.date().isoformat() if bare else found.isoformat(timespec="seconds")
    return (stamp, loose, _OPEN, _OPEN)


def _flag(text: str) -> Read | None:
    if text in YES:
        return (1, False, _OPEN, _OPEN)
    return (0, False, _OPEN, _OPEN) if text in NO else None


def _text(cell: object) -> str:
    """Return a cell as text; spreadsheets deliver whole numbers as 12.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normal(cell)
