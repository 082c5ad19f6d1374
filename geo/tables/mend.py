"""Rows of a text table that a comma shifted: put together again where that is certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from ..words import Problem
from ..words import fields as f
from .cells import SheetDates, read_cells
from .column import Column
from .read import OddRow, Sheet

_Cells = tuple[str | None, ...]
_FREE: Final = frozenset({"text", "hours"})  # kinds that any text may be


def mend_rows(
    sheet: Sheet,
    columns: Sequence[Column],
    *,
    found: Mapping[str, str],
    what: str,
    file: str,
    dates: SheetDates | None = None,
) -> Sheet:
    """Put rows with more or fewer cells than headings together again, or tell them.

    A surplus cell is the rest of a text in which a comma stood without quotes; a missing one was
    left off. Where exactly one way of joining or leaving blank lets every number, date and word
    of a vocabulary stand under its heading, the row is mended so; otherwise it is refused.

    Parameters
    ----------
    sheet
        The table and its odd rows.
    columns
        That the table may have.
    found
        ``{our name: header}``.
    what, file
        The layer or kind of ledger and its file, named in problems.
    dates
        What the sheet tells about its dates.

    Returns
    -------
    Sheet
        With the mended rows in their place, no odd ones, and a problem for each of them.
    """
    if not sheet.odd:
        return sheet
    headers = sheet.headers
    by_header = {header: name for name, header in found.items()}
    known = {column.name: column for column in columns}
    under = [known.get(by_header.get(header, "")) for header in headers]
    problems: list[Problem] = []
    mended: list[dict[str, object]] = []
    for row in sheet.odd:
        ways = [way for way in _ways(row, under, sheet.separator) if _fits(way, under, dates)]
        shown = sheet.separator.join(row.cells)
        if len(set(ways)) == 1:
            mended.append({**dict(zip(headers, ways[0], strict=True)), f.SOURCE_ROW: row.number})
            told = "; ".join(
                f"{h}={cell}" for h, cell in zip(headers, ways[0], strict=True) if cell
            )
            problems.append(
                Problem("repaired", "row_mended", what, file, row.number, value=shown, allowed=told)
            )
        else:
            code = "row_surplus" if len(row.cells) > len(headers) else "row_short"
            details = {"cells": str(len(row.cells)), "width": str(len(headers))}
            problems.append(
                Problem("error", code, what, file, row.number, value=shown, details=details)
            )
    table = sheet.table
    if mended:
        table = pd.concat([table, pd.DataFrame(mended, dtype=object)], ignore_index=True)
        table = table.astype({f.SOURCE_ROW: "int64"}).sort_values(f.SOURCE_ROW, kind="stable")
    return replace(
        sheet,
        table=table.reset_index(drop=True),
        odd=(),
        problems=(*sheet.problems, *problems),
    )


def _ways(row: OddRow, under: Sequence[Column | None], separator: str) -> list[_Cells]:
    """Return every way to lay the cells of a row under the headings."""
    cells, surplus = row.cells, len(row.cells) - len(under)
    if surplus < 0:
        blank = (None,) * -surplus
        return [(*cells[:at], *blank, *cells[at:]) for at in range(len(cells) + 1)]
    return [
        (*cells[:at], separator.join(cells[at : at + surplus + 1]), *cells[at + surplus + 1 :])
        for at, column in enumerate(under)
        if column is None or column.kind in _FREE
    ]


def _fits(way: _Cells, under: Sequence[Column | None], dates: SheetDates | None) -> bool:
    """Return whether every cell can be what its column says, and none that is needed is blank."""
    for cell, column in zip(way, under, strict=True):
        if column is None:
            continue
        if cell is None or not cell.strip():
            if column.required:
                return False
        elif read_cells(pd.Series([cell], dtype=object), column, dates=dates).wrong[0]:
            return False
    return True
