"""The list of what the ledgers lack, as a workbook to fill in and to import again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ...geo.ledgers import (
    ANSWER,
    COMPLETE_MARK,
    GUESSES,
    HEAD_ROWS,
    MARK_SHEET,
    PAIRS,
    open_cells,
    open_pairs,
    read_records,
    things,
    unplaced_rows,
)
from ...geo.tables import KINDS
from ...geo.words import VOCABULARIES, Lang, label, text
from ...geo.words import fields as f
from .workbook import Look, cell, header, look, new_book

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_LISTED: Final = 250  # characters of a drop-down that Excel takes
CONTEXT: Final = ("community", f.NAME, f.ADDRESS, f.BUILDING_ID)
WHERE: Final = ("source", "source_row", "wanted")


def completion_book(folder: Path, *, lang: Lang) -> bytes | None:
    """Return the list of a town's ledgers; nothing where nothing is lacking.

    Parameters
    ----------
    folder
        Of the town.
    lang
        Of headers and words; both languages are read back.
    """
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    style = look(book)
    wanted = book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, "border": 1,
                              "bg_color": "#FFF2CC", "locked": False})  # fmt: skip
    lines = text("to_complete.how", lang).split("\n")
    book.add_guide(text("to_complete.guide", lang), lines)
    names: dict[str, str] = {}
    for kind in KINDS:
        rows = _rows(folder, kind, lang)
        if rows:
            names[kind] = label("ledger_name", kind, lang)
            _sheet(book, names[kind], kind, rows, (style, wanted), lang)
    pairs = _pairs(folder, lang)
    if pairs:
        names[PAIRS] = text("to_complete.pairs", lang)
        _pair_sheet(book, names[PAIRS], pairs, (style, wanted), lang)
    refused = _refused(folder, lang)
    if refused:
        page = book.add_worksheet(text("to_complete.refused", lang))
        heads = ("ledger", "source", "source_row", "said")
        for at, cells in enumerate([[text(f"to_complete.{n}", lang) for n in heads], *refused]):
            for column, value in enumerate(cells):
                cell(page, at, column, value, style.of() if at else style.head)
        page.set_column(3, 3, 100)
        page.freeze_panes(1, 0)
    mark = book.add_worksheet(MARK_SHEET)
    mark.write(0, 0, COMPLETE_MARK)
    for at, (name, title) in enumerate(names.items()):
        mark.write_row(1 + at, 0, [title, name])
    mark.very_hidden()
    book.close()
    return written.getvalue() if names or refused else None


def _rows(folder: Path, kind: str, lang: Lang) -> list[dict[str, Any]]:
    """Return the rows of a kind that lack something: what they say, and what is wanted."""
    cells = open_cells(folder, kind)
    cells = cells[cells["key"].notna()] if len(cells) else cells
    lost = unplaced_rows(folder, kind)
    wanted: dict[str, dict[str, str]] = {}
    for one in cells.to_dict("records"):
        said = text("to_complete.cell", lang, header=one["header"] or one["name"],
                    said=one["said"] or "—")  # fmt: skip
        wanted.setdefault(str(one["key"]), {})[str(one["name"])] = said
    for one in lost.to_dict("records"):
        said = text("to_complete.place" if one[GUESSES] else "to_complete.place_bare", lang,
                    guesses=one[GUESSES])  # fmt: skip
        wanted.setdefault(str(one["key"]), {})[f.BUILDING_ID] = said
    if not wanted:
        return []
    records = read_records(folder, kind).drop_duplicates("key").set_index("key", drop=False)
    rows = []
    for key, told in wanted.items():
        row = dict(records.loc[key])
        wants = {*told, *((f.ADDRESS,) if f.BUILDING_ID in told else ())}
        rows.append({**row, "source": row["from_source"], "wanted": "；".join(told.values()),
                     "_open": wants})  # fmt: skip
    return rows


def _sheet(
    book: Workbook,
    title: str,
    kind: str,
    rows: list[dict[str, Any]],
    styles: tuple[Look, Any],
    lang: Lang,
) -> None:
    style, wanted = styles
    chosen = KINDS[kind]
    asked = set().union(*(row["_open"] for row in rows))
    shown = {*CONTEXT, *chosen.agree, "found_on", "started_at", *asked}
    entries = {e.name: e for e in chosen.stored if not e.personal and e.name in shown}
    columns = ["key", *WHERE, *entries]
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, columns)
    sheet.set_row(0, None, None, {"hidden": True})
    for at, name in enumerate(columns):
        said = header(kind, name, lang) if name in entries else text(f"to_complete.{name}", lang)
        sheet.write_string(1, at, said, style.head)
    for number, row in enumerate(rows, start=HEAD_ROWS):
        for at, name in enumerate(columns):
            entry = entries.get(name)
            value = row.get(name)
            if entry is not None and entry.vocabulary and isinstance(value, str):
                value = label(entry.vocabulary, value, lang)
            is_open = entry is not None and name in row["_open"]
            date = isinstance(value, pd.Timestamp)
            shape = wanted if is_open else style.of(date=date, locked=True)
            cell(sheet, number, at, value, shape)
    last = HEAD_ROWS + len(rows) - 1
    for at, name in enumerate(columns):
        entry = entries.get(name)
        if entry is not None and entry.vocabulary:
            words = [label(entry.vocabulary, code, lang) for code in VOCABULARIES[entry.vocabulary]]
            if len(",".join(words)) <= MOST_LISTED:
                sheet.data_validation(HEAD_ROWS, at, last, at,
                                      {"validate": "list", "source": words})  # fmt: skip
    sheet.freeze_panes(HEAD_ROWS, 1)


def _pairs(folder: Path, lang: Lang) -> list[list[str]]:
    rows = []
    for kind in KINDS:
        pairs = open_pairs(folder, kind)
        if pairs.empty:
            continue
        told = things(folder, kind, [*pairs["key"], *pairs["other"]])
        rows += [
            [str(key), str(other), kind, told.get(key, ""), told.get(other, ""),
             text(f"to_complete.why_{why}", lang)]
            for key, other, why in zip(pairs["key"], pairs["other"], pairs["why"], strict=True)
        ]  # fmt: skip
    return rows


def _pair_sheet(
    book: Workbook, title: str, pairs: list[list[str]], styles: tuple[Look, Any], lang: Lang
) -> None:
    style, wanted = styles
    columns = ["key", "other", "kind", "this", "that", "why", ANSWER]
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, columns)
    sheet.set_row(0, None, None, {"hidden": True})
    for at, name in enumerate(columns):
        sheet.write_string(1, at, text(f"to_complete.{name}", lang), style.head)
        sheet.set_column(at, at, 44 if name in ("this", "that") else 18)
    for number, pair in enumerate(pairs, start=HEAD_ROWS):
        for at, value in enumerate(pair):
            cell(sheet, number, at, value, style.of(locked=True))
        sheet.write_blank(number, len(pair), None, wanted)
    sheet.data_validation(HEAD_ROWS, 6, HEAD_ROWS + len(pairs) - 1, 6,
                          {"validate": "list", "source": ["是", "否"]})  # fmt: skip
    sheet.freeze_panes(HEAD_ROWS, 2)


def _refused(folder: Path, lang: Lang) -> list[list[Any]]:
    """Return the rows of text tables that could not be taken in at all."""
    rows: list[list[Any]] = []
    for kind in KINDS:
        cells = open_cells(folder, kind)
        whole = cells[cells["key"].isna()] if len(cells) else cells
        rows += [
            [label("ledger_name", kind, lang), source, int(row), said]
            for source, row, said in zip(
                whole["source"], whole["source_row"], whole["said"], strict=True
            )
        ]
    return rows
