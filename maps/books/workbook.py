"""Cells of Excel workbooks: the same look everywhere, and nothing from data that Excel runs."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ...geo.tables import KINDS
from ...geo.words import Lang, printable, text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


BASE: Final = {
    "font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "border": 1,
    "border_color": "#BFBFBF", "text_wrap": True,
}  # fmt: skip


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


def new_book(written: io.BytesIO) -> Workbook:
    """Return an empty workbook in memory; no text in it becomes a formula or a link."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(written, options)


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


def cell(sheet: Worksheet, row: int, column: int, value: Any, shape: Format) -> None:
    """Write one value as what it is; text is always text, never a formula or a link."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        sheet.write_blank(row, column, None, shape)
    elif isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(row, column, _day(value), shape)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, shape)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, shape)
    else:
        sheet.write_string(row, column, printable(str(value)), shape)


def _day(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return pd.Timestamp(value).to_pydatetime().replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day)


def header(kind: str, column: str, lang: Lang) -> str:
    """Return the header of a ledger's column: the word that offices use first, or its name."""
    entry = next((e for e in KINDS[kind].columns if e.name == column), None)
    if entry is None:
        return text(f"column.{column}", lang)
    return entry.synonyms[0] if lang == "zh" and entry.synonyms else column.replace("_", " ")
