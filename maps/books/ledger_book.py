"""``ledgers.xlsx``: every ledger as a sheet, coloured by due date, with a data dictionary."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ...geo.ledgers import BOOK_MARK, BOOK_SHEET, copy_of
from ...geo.tables import KINDS, LedgerKind, allowed_words
from ...geo.words import VOCABULARIES, HazardState, Lang, label, text
from .workbook import Look, cell, header, look, new_book

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_LISTED: Final = 250  # characters of a drop-down that Excel takes without a list of its own


def ledger_book(
    ledgers: Mapping[str, pd.DataFrame], *, on: dt.date, personal: bool, lang: Lang
) -> bytes:
    """Return ledgers as workbook.

    Parameters
    ----------
    ledgers
        Records by kind, from `read_records`; hazards as cases with `state`.
    on
        The day by which a case is overdue.
    personal
        Whether the frames hold columns that name or reach persons; the file then says so.
    lang
        Of headers and words.
    """
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    book.set_properties({"created": dt.datetime.combine(on, dt.time())})
    style = look(book)
    note = text(f"ledgers_book.{'with' if personal else 'without'}_personal", lang)
    lines = [text("guide_sheet.ledgers", lang), note]
    lines += [text(f"guide_sheet.{name}", lang) for name in ("blank", "printing")]
    book.add_guide(text("guide_sheet.title", lang), lines)
    late = book.add_format({"bg_color": "#F4B183"})
    soon = book.add_format({"bg_color": "#FFE699"})
    columns = {
        name: _sheet(book, KINDS[name], frame, style, (late, soon), on, lang)
        for name, frame in ledgers.items()
    }
    _dictionary(book, ledgers, style, lang)
    mark = book.add_worksheet(BOOK_SHEET)
    mark.write_string(0, 0, BOOK_MARK)
    known = [name for name in columns if "key" in columns[name]]  # sums are for reading only
    for at, name in enumerate(known, start=1):
        mark.write_row(at, 0, [label("ledger_name", name, lang), name, *columns[name]])
    mark.very_hidden()
    book.close()
    return written.getvalue()


def _sheet(
    book: Workbook,
    kind: LedgerKind,
    frame: pd.DataFrame,
    style: Look,
    colours: tuple[Any, Any],
    on: dt.date,
    lang: Lang,
) -> list[str]:
    """Write a ledger, and on a hidden sheet what it said, and return its columns."""
    sheet = book.add_worksheet(label("ledger_name", kind.name, lang))
    copy = book.add_worksheet(copy_of(kind.name))
    copy.very_hidden()
    entries = [e for e in kind.stored if e.name in frame.columns and frame[e.name].notna().any()]
    columns = [e.name for e in entries if e.name != kind.identity]
    columns = ["key", *columns] if "key" in frame.columns else columns
    by_name = {e.name: e for e in entries}
    for at, column in enumerate(columns):
        said = header(kind.name, kind.identity if column == "key" else column, lang)
        sheet.write_string(0, at, said, style.head)
        copy.write_string(0, at, said)
    values = {name: frame[name].tolist() for name in columns}
    for row in range(len(frame)):
        for at, column in enumerate(columns):
            entry = by_name.get(column)
            value = values[column][row]
            if entry is not None and entry.vocabulary and isinstance(value, str):
                value = label(entry.vocabulary, value, lang)
            elif entry is not None and entry.kind == "flag" and not pd.isna(value):
                value = text(f"ledgers_book.{'yes' if value else 'no'}", lang)
            is_date = entry is not None and entry.kind in ("date", "moment")
            for page in (sheet, copy):
                cell(page, row + 1, at, value, style.of(date=is_date))
    last = len(frame)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    for at, column in enumerate(columns):
        entry = by_name.get(column)
        if entry is None or not entry.vocabulary or not last:
            continue
        words = [label(entry.vocabulary, code, lang) for code in VOCABULARIES[entry.vocabulary]]
        if len(",".join(words)) <= MOST_LISTED:
            sheet.data_validation(1, at, last, at, {"validate": "list", "source": words})
    if "due_on" in columns and last:
        _colour(sheet, columns, last, colours, on, lang)
    return columns


def _colour(
    sheet: Any, columns: list[str], last: int, colours: tuple[Any, Any], on: dt.date, lang: Lang
) -> None:
    """Colour due days: past and not closed, or within a month. The rules hold no data."""
    due = columns.index("due_on")
    closed = label("hazard_state", HazardState.CLOSED, lang)
    letter = _letter(due)
    still = f'${_letter(columns.index("state"))}2<>"{closed}"' if "state" in columns else "TRUE"
    day = f"DATE({on.year},{on.month},{on.day})"
    for colour, rule in (
        (colours[0], f"=AND(ISNUMBER(${letter}2),${letter}2<{day},{still})"),
        (colours[1], f"=AND(ISNUMBER(${letter}2),${letter}2<{day}+30,{still})"),
    ):
        sheet.conditional_format(
            1, due, last, due, {"type": "formula", "criteria": rule, "format": colour,
                                "stop_if_true": True}
        )  # fmt: skip


def _dictionary(
    book: Workbook,
    ledgers: Mapping[str, pd.DataFrame],
    style: Look,
    lang: Lang,
) -> None:
    sheet = book.add_worksheet(text("ledgers_book.dictionary", lang))
    heads = ("ledger", "column", "name", "kind", "allowed", "personal")
    for at, name in enumerate(heads):
        sheet.write_string(0, at, text(f"ledgers_book.{name}", lang), style.head)
    for row, cells in enumerate(dictionary(ledgers, lang), start=1):
        for at, value in enumerate(cells):
            cell(sheet, row, at, value, style.of())
    sheet.freeze_panes(1, 0)


def dictionary(ledgers: Mapping[str, pd.DataFrame], lang: Lang) -> list[list[str]]:
    """Return the data dictionary of some ledgers: ledger, word, name, type, allowed, personal.

    Parameters
    ----------
    ledgers
        Tables by kind; only columns that stand in them are told.
    lang
        Of ledgers, words and allowed values.
    """
    return [
        [
            label("ledger_name", name, lang),
            header(name, entry.name, lang),
            entry.name,
            entry.kind,
            allowed_words(entry),
            text(f"ledgers_book.{'yes' if entry.personal else 'no'}", lang),
        ]
        for name in ledgers
        for entry in KINDS[name].stored
        if entry.name in ledgers[name].columns
    ]


def _letter(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
