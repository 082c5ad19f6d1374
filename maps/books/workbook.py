"""Cells of Excel workbooks: the same look everywhere, and nothing from data that Excel runs."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ...geo.tables import KINDS
from ...geo.words import Lang, printable, text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from .printed import PrintedBook, PrintedSheet


BASE: Final = {
    "font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "border": 1,
    "border_color": "#BFBFBF", "text_wrap": True,
}  # fmt: skip


#: Units of the columns of ledgers that measure; in English the name of the column tells it.
UNITS: Final = {"remaining_width_m": "metres", "turnout_s": "seconds", "area_m2": "square_metres",
                "cost_est": "yuan", "loss_yuan": "yuan", "lon": "degrees", "lat": "degrees",
                "tenants": "tenants", "smoke_detectors_needed": "pieces"}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Formats of one workbook."""

    head: Format
    title: Format
    wrapped: Format
    plain: Mapping[tuple[bool, bool], Format]

    def of(self, *, date: bool = False, locked: bool = False) -> Format:
        """Return the format of a cell."""
        return self.plain[date, locked]


def new_book(written: io.BytesIO, *, lang: Lang) -> PrintedBook:
    """Return an empty workbook in memory; no text in it becomes a formula or a link.

    Parameters
    ----------
    written
        Where its bytes go.
    lang
        Of its guide.
    """
    from .printed import PrintedBook

    return PrintedBook(written, lang=lang)


def look(book: Workbook) -> Look:
    """Add the formats of our workbooks to one."""
    plain = {}
    for date in (False, True):
        for locked in (False, True):
            made = {**BASE, "locked": locked}
            if date:
                made["num_format"] = "yyyy-mm-dd"
            if locked:
                made |= {"bg_color": "#F2F2F2", "font_color": "#404040"}
            plain[date, locked] = book.add_format(made)
    return Look(
        head=book.add_format({**BASE, "bold": True, "bg_color": "#D9E2EC", "locked": True}),
        title=book.add_format({"font_name": "Microsoft YaHei", "font_size": 14, "bold": True}),
        wrapped=book.add_format(
            {"font_name": "Microsoft YaHei", "font_size": 10, "text_wrap": True, "valign": "top"}
        ),
        plain=plain,
    )


def cell(sheet: PrintedSheet, row: int, column: int, value: Any, shape: Format) -> None:
    """Write one value as what it is; text is always text, never a formula or a link.

    What is known not to be is 否, and no empty cell.
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        sheet.write_blank(row, column, None, shape)
    elif isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(row, column, _day(value), shape)
    elif isinstance(value, bool | np.bool_):
        sheet.write_string(
            row, column, text(f"yes_no.{'yes' if value else 'no'}", sheet.lang), shape
        )
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, shape)
    else:
        sheet.write_string(row, column, printable(str(value)), shape)


def _day(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return pd.Timestamp(value).to_pydatetime().replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day)


def header(kind: str, column: str, lang: Lang) -> str:
    """Return the header of a ledger's column: the word that offices use first, or its name.

    What is measured carries its unit.
    """
    entry = next((e for e in KINDS[kind].columns if e.name == column), None)
    if entry is None:
        return text(f"column.{column}", lang)
    unit = UNITS.get(column)
    if lang == "en" or not entry.synonyms:
        return column.replace("_", " ")
    said = entry.synonyms[0]
    return (
        text("guide_sheet.head_unit", lang, head=said, unit=text(f"unit_of.{unit}", lang))
        if unit
        else said
    )
