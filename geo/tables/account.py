"""What became of a table: each of its headers and each of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np

from ..words import Problem
from ..words import fields as f
from .cells import SheetDates, read_cells
from .column import NUMBERS
from .headers import HeaderMatch, check_stated, columns_found, match_headers, unread_headers
from .mend import mend_rows
from .read import Sheet
from .schemas import Schema
from .validation import validate

PASSED: Final = frozenset({"row_passed", "row_hidden"})
REFUSED: Final = frozenset({"row_surplus", "row_short"})


@dataclass(frozen=True)
class Account:
    """What became of one file: no header and no row is dropped without being here.

    Attributes
    ----------
    what, file
        The layer or kind of ledger, and the user's file.
    headers
        What each header was taken for.
    rows
        How many rows with records, right or wrong, the file has.
    mended
        Rows that a comma had shifted and that were put together again.
    refused
        Rows that were left out, because their cells do not fit the headings.
    passed
        Sums, remarks, headings that stand again and hidden rows: no records.
    """

    what: str
    file: str
    headers: tuple[HeaderMatch, ...]
    rows: int
    mended: int = 0
    refused: int = 0
    passed: int = 0

    @property
    def loaded(self) -> int:
        """How many rows were taken in."""
        return self.rows - self.refused


def account_of(
    sheet: Sheet,
    matches: Sequence[HeaderMatch],
    problems: Sequence[Problem],
    *,
    what: str,
    file: str,
) -> Account:
    """Return what became of a table.

    Parameters
    ----------
    sheet
        As it was in the file, after `mend_rows`.
    matches
        What its headers were taken for.
    problems
        What was found in it.
    what, file
        The layer or kind of ledger, and the user's file.
    """
    codes = [problem.code for problem in problems]
    refused = sum(code in REFUSED for code in codes)
    return Account(
        what,
        file,
        tuple(matches),
        rows=len(sheet.table) + refused,
        mended=codes.count("row_mended"),
        refused=refused,
        passed=sum(code in PASSED for code in codes),
    )


def load_sheet(
    sheet: Sheet,
    schema: Schema,
    *,
    stated: Mapping[str, str],
    file: str,
    dates: SheetDates | None = None,
) -> tuple[gpd.GeoDataFrame, Account, list[Problem]]:
    """Take a table for a layer: match its headers, put its rows together, read its cells.

    Parameters
    ----------
    sheet
        As it is in the file.
    schema
        What the layer holds.
    stated
        ``{our name: header}`` from ``town.toml``.
    file
        Named in problems.
    dates
        What the sheet tells about its dates; by default what stands in it.

    Returns
    -------
    frame
        As `validate` returns it.
    account
        What became of every header and row.
    problems
        Of the sheet, its headers, rows and cells.

    Raises
    ------
    InputError
        When a stated column or header does not exist.
    """
    headers = sheet.headers
    check_stated(headers, schema.columns, stated=stated, what=schema.layer, file=file)
    matches = [
        HeaderMatch(match.header, f.GEOMETRY, 100.0, "synonym")
        if match.how == "unmatched" and match.header in sheet.placed
        else match
        for match in match_headers(headers, schema.columns, stated=stated)
    ]
    matches = [_foreign(match, sheet, schema) for match in matches]
    found = columns_found(matches)
    dates = dates or SheetDates(year=sheet.year, epoch=sheet.facts.epoch)
    sheet = mend_rows(sheet, schema.columns, found=found, what=schema.layer, file=file, dates=dates)
    frame, problems = validate(sheet.table, schema, columns=found, file=file, dates=dates)
    unread = unread_headers(matches, schema.columns, what=schema.layer, file=file)
    problems = [*sheet.problems, *unread, *problems]
    return frame, account_of(sheet, matches, problems, what=schema.layer, file=file), problems


def _foreign(match: HeaderMatch, sheet: Sheet, schema: Schema) -> HeaderMatch:
    """Return a header of a program as unmatched where none of its cells is what we would read.

    ``layer`` is a level in OpenStreetMap, the name of a drawing in QGIS and CAD.
    """
    if match.how != "synonym" or match.column not in schema.names or not match.header.isascii():
        return match
    column = schema.column(match.column)
    if column.kind not in NUMBERS or match.header == column.name:
        return match
    cells = read_cells(sheet.table[match.header], column)
    said = cells.wrong | np.array([value is not None for value in cells.values], dtype=bool)
    if said.any() and cells.wrong[said].all():
        return HeaderMatch(match.header, "", 0.0, "unmatched")
    return match
