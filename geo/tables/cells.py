"""Cells of a ledger read as what their column says; each distinct cell is read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..words import DATES_ALLOWED, VOCABULARIES, label, normal, read_date
from .ledger_kinds import Entry
from .schemas import Column
from .sheets import MISSING
from .validation import allowed, read_column

YES = frozenset({"是", "有", "y", "yes", "true", "1", "√", "✓", "✔", "存在", "发现", "已", "对"})
NO = frozenset(
    {"否", "无", "没有", "n", "no", "false", "0", "×", "x", "✗", "不存在", "未发现", "未"}
)
NUMBERS = frozenset({"number", "count"})


def read_cells(raw: pd.Series, entry: Entry) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Read raw cells as what the column says.

    Parameters
    ----------
    raw
        Cells as the file holds them.
    entry
        The column.

    Returns
    -------
    values
        ``(rows,)`` objects: text and codes, ``float`` or ``int``, dates in ISO 8601, 1 and 0;
        None where a cell is blank or wrong.
    wrong
        ``(rows,)`` cells that say something which the column cannot hold.
    """
    cells = raw.to_numpy(dtype=object, copy=True)
    for kind in (bool, np.bool_):
        cells = _replaced(cells, kind)
    which, distinct = pd.factorize(cells, use_na_sentinel=True)
    values, wrong = _read(pd.Series(distinct, dtype=object), entry)
    values = np.append(values, np.array([None], dtype=object))  # code -1: blank
    return values[which], np.append(wrong, False)[which]


def allowed_words(entry: Entry) -> str:
    """Return in words what a column may hold, as users write it."""
    if entry.vocabulary:
        return "、".join(label(entry.vocabulary, code) for code in VOCABULARIES[entry.vocabulary])
    if entry.kind in ("date", "moment"):
        return DATES_ALLOWED
    if entry.kind == "flag":
        return "是、否"
    return allowed(_column(entry))


def complaint(entry: Entry) -> str:
    """Return the problem code of a cell that its column cannot hold."""
    if entry.vocabulary:
        return "not_in_vocabulary"
    kinds = {"number": "not_a_number", "count": "not_a_count", "flag": "not_a_flag"}
    return kinds.get(entry.kind, "not_a_full_date")


def _replaced(cells: NDArray[np.object_], kind: type) -> NDArray[np.object_]:
    """Write truth values as text, lest True and 1 count as the same cell."""
    at = [i for i, cell in enumerate(cells) if type(cell) is kind]
    for i in at:
        cells[i] = str(cells[i]).lower()
    return cells


def _read(cells: pd.Series, entry: Entry) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    if entry.kind in ("date", "moment"):
        return _each(cells, _moment if entry.kind == "moment" else _day)
    if entry.kind == "flag":
        return _each(cells, _flag)
    if entry.kind == "text":
        values = np.array([_text(cell) for cell in cells], dtype=object)
        return values, np.zeros(len(values), dtype=bool)
    series, wrong = read_column(cells, _column(entry))
    values = series.astype(object).where(series.notna(), None).to_numpy(dtype=object)
    if entry.kind == "count":
        values = np.array([None if v is None else int(v) for v in values], dtype=object)
    return values, np.asarray(wrong, dtype=bool)


def _each(
    cells: pd.Series, read: Callable[[object], object]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    values = np.empty(len(cells), dtype=object)
    wrong = np.zeros(len(cells), dtype=bool)
    for i, cell in enumerate(cells):
        text = normal(cell).lower()
        if text in MISSING and not (text == "无" and read is _flag):
            continue
        values[i] = read(cell)
        wrong[i] = values[i] is None
    return values, wrong


def _text(cell: object) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # as spreadsheets deliver whole numbers
    text = normal(cell)
    return None if text.lower() in MISSING else text


def _day(cell: object) -> str | None:
    found = read_date(cell)
    return None if found is None else found.date().isoformat()


def _moment(cell: object) -> str | None:
    found = read_date(cell)
    if found is None:
        return None
    whole = found.time() == dt.time(0) and not isinstance(cell, dt.datetime)
    return found.date().isoformat() if whole else found.isoformat(timespec="seconds")


def _flag(cell: object) -> int | None:
    text = normal(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    if text in YES:
        return 1
    return 0 if text in NO else None


def _column(entry: Entry) -> Column:
    kind = "choice" if entry.kind == "choice" else entry.kind if entry.kind in NUMBERS else "text"
    return Column(
        entry.name,
        kind,  # type: ignore[arg-type]
        vocabulary=entry.vocabulary,
        minimum=entry.minimum,
        maximum=entry.maximum,
    )
