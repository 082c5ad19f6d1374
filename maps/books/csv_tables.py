"""Tables as CSV that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from ...geo.words import printable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> object:
    """Return a cell that no spreadsheet and no terminal runs.

    Control characters go; text like a formula is led by an apostrophe.
    """
    if not isinstance(cell, str):
        return cell
    writable = printable(cell)
    return "'" + writable if writable.startswith(FORMULA_STARTS) else writable


def sheet(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV; whole numbers have no decimal point, missing cells are empty.

    Parameters
    ----------
    heads
        Of the columns.
    rows
        Cells; texts from data are made `harmless` here.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([harmless(_whole(cell)) for cell in row])
    return written.getvalue()


def _whole(cell: object) -> object:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
