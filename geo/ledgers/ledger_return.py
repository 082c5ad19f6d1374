"""``ledgers.xlsx`` comes back: what differs from what was handed out is taken, all else stays.

The workbook carries what it said when it was written on hidden sheets. A cell that still says so is
no news, whatever has happened since and whatever was hidden or left out when it went out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..tables import KINDS, Cell, Sheet, raw_sheets
from ..words import HIDDEN, InputError, Problem, normal
from ..words import fields as f
from .intake import Intake, LedgerFile, import_ledger

BOOK_SHEET: Final = "weizhan"  # hidden; says that a workbook is one of ours
BOOK_MARK: Final = "weizhan-ledgers"
KEY: Final = "key"


def copy_of(kind: str) -> str:
    """Return the name of the hidden sheet that holds what a ledger said when it was written."""
    return f"_{kind}"


def is_ledger_book(file: Path) -> bool:
    """Return whether a file is a workbook of ledgers that this program wrote."""
    return bool(_marked(file))


def import_ledger_book(
    folder: Path,
    file: Path,
    *,
    kind: str | None = None,
    as_of: dt.date | None = None,
    at: dt.datetime | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[list[Intake], list[Problem]]:
    """Take what was changed in a workbook of ledgers.

    Parameters
    ----------
    folder
        Of the town.
    file
        As `weizhan.maps.books.ledger_book` wrote it, and somebody changed it.
    kind
        Only this ledger; all of the workbook if not given.
    as_of, at, progress
        As in `weizhan.geo.ledgers.intake.import_ledger`.

    Returns
    -------
    taken
        One intake a ledger in which anything was changed; none where nothing was.
    problems
        Cells that were emptied and keys that stand twice: neither is taken.

    Raises
    ------
    InputError
        When the workbook does not hold the ledger.
    """
    marked = _marked(file)
    if kind is not None and kind not in marked:
        raise InputError("error.round_sheets", file=file, sheets=kind)
    shown = {page.name: page.rows for page in raw_sheets(file)[0]}
    taken: list[Intake] = []
    problems: list[Problem] = []
    for name in [kind] if kind else marked:
        title, columns = marked[name]
        if title not in shown:
            raise InputError("error.round_sheets", file=file, sheets=title)
        before = raw_sheets(file, sheet=copy_of(name))[0][0].rows
        news, told = _changed(shown[title], before, columns, kind=name, file=file.name)
        problems += told
        if not news.empty:
            ledger = LedgerFile(file, name, as_of=as_of)
            taken.append(import_ledger(folder, ledger, at=at, raw=Sheet(news), progress=progress))
    return taken, problems


def _marked(file: Path) -> dict[str, tuple[str, list[str]]]:
    """Return title and columns of each ledger of a workbook of ours; nothing for another file."""
    if file.suffix.lower() != ".xlsx" or not file.is_file():
        return {}
    try:
        rows = raw_sheets(file, sheet=BOOK_SHEET)[0][0].rows
    except InputError:
        return {}
    if not rows or rows[0][0] != BOOK_MARK:
        return {}
    return {str(row[1]): (str(row[0]), [str(cell) for cell in row[2:] if cell]) for row in rows[1:]}


def _changed(
    shown: Sequence[Sequence[Cell]],
    before: Sequence[Sequence[Cell]],
    columns: Sequence[str],
    *,
    kind: str,
    file: str,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows of a sheet that say anything else than they did, under our own names."""
    heads = [_said(cell) for cell in before[0]]
    named = dict(zip(heads, columns, strict=False))
    where = {named[head]: at for at, cell in enumerate(shown[0]) if (head := _said(cell)) in named}
    old = {_said(row[0]): dict(zip(columns, row, strict=False)) for row in before[1:]}
    times = Counter(_said(row[where[KEY]]) for row in shown[1:] if KEY in where)
    news: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(shown[1:], start=2):
        cells = {name: row[at] for name, at in where.items() if at < len(row)}
        key = _said(cells.pop(KEY, None))
        if not key and not any(_said(cell) for cell in cells.values()):
            continue
        if key and times[key] > 1:
            problems.append(Problem("error", "book_key_twice", kind, file, number, key, value=key))
            continue
        known = old.get(key, {})
        if all(_said(cell) == _said(known.get(name)) for name, cell in cells.items()):
            continue
        for name, cell in cells.items():
            if not _said(cell) and _said(known.get(name)):
                problems.append(
                    Problem("warning", "book_emptied", kind, file, number, key, name,
                            _said(known[name]))
                )  # fmt: skip
        told = {name: None if HIDDEN in _said(cell) else cell for name, cell in
                cells.items() if not isinstance(cell, str) or cell.strip()}  # fmt: skip
        told |= {KEY: key or None, KINDS[kind].identity: key or None, f.SOURCE_ROW: number}
        news.append(told)
    table = pd.DataFrame(news, dtype=object)
    table = table.where(table.notna(), None)
    if not table.empty:
        table[f.SOURCE_ROW] = table[f.SOURCE_ROW].astype("int64")
    return table, problems


def _said(cell: object) -> str:
    """Return a cell as it compares; a whole number has no point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normal(cell)
