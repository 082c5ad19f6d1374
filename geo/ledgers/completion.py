"""What was to be completed comes back: cells filled in, pairs answered."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from ..tables import KINDS, NO, YES, Sheet
from ..words import InputError, Problem, normal
from ..words import fields as f
from .archive import writing
from .archive_tables import append_import
from .identity import KEY, PAIR_COLUMNS
from .intake import Intake, LedgerFile, import_ledger
from .open_rows import open_cells, open_pairs, unplaced_rows
from .round_return import HEAD_ROWS, MARK_SHEET

COMPLETE_MARK: Final = "weizhan-complete"
PAIRS: Final = "pairs"  # the sheet of what may be the same
ANSWER: Final = "answer"
#: Columns by which a row that stands nowhere is placed.
PLACE_COLUMNS: Final = (f.BUILDING_ID, f.ADDRESS)


def is_completion_book(file: Path) -> bool:
    """Return whether a file is a list of what was to be completed."""
    if file.suffix.lower() != ".xlsx" or not file.is_file():
        return False
    try:
        book = CalamineWorkbook.from_path(file)
        if MARK_SHEET not in book.sheet_names:
            return False
        cells = book.get_sheet_by_name(MARK_SHEET).to_python()
    except (CalamineError, OSError):
        return False
    return bool(cells) and bool(cells[0]) and cells[0][0] == COMPLETE_MARK


def import_completion(
    folder: Path,
    file: Path,
    *,
    as_of: dt.date | None = None,
    at: dt.datetime | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[list[Intake], int, list[Problem]]:
    """Take a filled list of what was to be completed into the ledgers.

    Parameters
    ----------
    folder
        Of the town.
    file
        The workbook, as `weizhan check --to-complete` wrote it.
    as_of, at, progress
        As in `import_ledger`.

    Returns
    -------
    taken
        One intake a kind of which anything was filled in. What is filled in completes the row;
        what its source says later holds.
    answered
        How many pairs were answered.
    problems
        Answers that are neither yes nor no.

    Raises
    ------
    InputError
        When sheets or columns of the workbook are missing.
    """
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    book = CalamineWorkbook.from_path(file)
    mark = book.get_sheet_by_name(MARK_SHEET).to_python(skip_empty_area=False)
    sheets = {str(row[1]): str(row[0]) for row in mark[1:] if len(row) > 1 and row[0]}
    lost = [name for name in sheets.values() if name not in book.sheet_names]
    if lost:
        raise InputError("error.complete_sheets", file=file, sheets="、".join(lost))
    told = {name: _table(book, sheet, file) for name, sheet in sheets.items()}
    source = f"{file.name} {at:%Y-%m-%d %H:%M:%S}"  # what one list completes another keeps
    taken = []
    for kind in (kind for kind in KINDS if kind in told):
        table = _filled(folder, kind, told[kind])
        if not table.empty:
            ledger = LedgerFile(file, kind, source=source, as_of=as_of)
            taken.append(import_ledger(folder, ledger, at=at, raw=Sheet(table), progress=progress))
    answered = 0
    problems: list[Problem] = []
    if PAIRS in told:
        answered, problems = _answered(folder, file, told[PAIRS], source=source, as_of=as_of, at=at)
    return taken, answered, problems


def _table(book: CalamineWorkbook, sheet: str, file: Path) -> pd.DataFrame:
    """Return a sheet under our own names, with the number of each row."""
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    names = [str(cell) for cell in rows[0]] if rows else []
    if KEY not in names:
        raise InputError("error.complete_sheets", file=file, sheets=sheet)
    table = pd.DataFrame(list(rows[HEAD_ROWS:]), columns=names, dtype=object)
    table = table.map(lambda cell: None if isinstance(cell, str) and not cell.strip() else cell)
    table = table.astype(object).where(table.notna(), None)
    table[f.SOURCE_ROW] = range(HEAD_ROWS + 1, HEAD_ROWS + 1 + len(table))
    return table[table[KEY].notna()]


def _filled(folder: Path, kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return of each row its key and what was filled in where something was wanted."""
    wanted = {(str(c["key"]), str(c["name"])) for c in open_cells(folder, kind).to_dict("records")}
    for row in unplaced_rows(folder, kind).to_dict("records"):
        for name in PLACE_COLUMNS:
            wanted.add((str(row["key"]), name))
    before = {
        (str(row["key"]), f.ADDRESS): row.get(f.ADDRESS)
        for row in unplaced_rows(folder, kind).to_dict("records")
    }
    columns = [name for name in table.columns if name in KINDS[kind].names]
    kept = []
    for row in table.to_dict("records"):
        key = str(row[KEY])
        told = {
            name: row[name] for name in columns
            if (key, name) in wanted and row[name] is not None
            and normal(row[name]) != normal(before.get((key, name)) or "")
        }  # fmt: skip
        if told:
            kept.append({KEY: key, f.SOURCE_ROW: row[f.SOURCE_ROW], **told})
    frame = pd.DataFrame(kept, dtype=object)
    if kept:
        frame = frame.where(frame.notna(), None)
        frame[f.SOURCE_ROW] = frame[f.SOURCE_ROW].astype("int64")
    return frame


def _answered(
    folder: Path,
    file: Path,
    table: pd.DataFrame,
    *,
    source: str,
    as_of: dt.date | None,
    at: dt.datetime,
) -> tuple[int, list[Problem]]:
    """Keep the answers to open pairs."""
    problems: list[Problem] = []
    answers: dict[str, list[tuple[str, str, int]]] = {}
    for row in table.to_dict("records"):
        said = row[ANSWER]
        if said is None:
            continue
        word = normal(said).lower()
        if word not in YES | NO:
            problems.append(
                Problem("error", "not_a_flag", str(row["kind"]), file.name,
                        int(row[f.SOURCE_ROW]), str(row[KEY]), ANSWER, str(said), "是、否")
            )  # fmt: skip
            continue
        answers.setdefault(str(row["kind"]), []).append(
            (str(row[KEY]), str(row["other"]), int(word in YES))
        )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    day, stamp = (as_of or dt.date.today()).isoformat(), at.isoformat(timespec="seconds")
    count = 0
    with writing(folder, at=at) as connection:
        for kind, told in answers.items():
            pairs = open_pairs(folder, kind)
            asked = dict(zip(zip(pairs["key"], pairs["other"], strict=True), pairs["why"],
                             strict=True))  # fmt: skip
            told = [one for one in told if one[:2] in asked]
            if not told:
                continue
            said = (kind, source, day, stamp, digest, len(told), len(told), file.name)
            number = append_import(connection, said)
            connection.append("same_things", PAIR_COLUMNS,
                [(kind, key, other, same, asked[key, other], number) for key, other, same in told],
            )  # fmt: skip
            count += len(told)
    return count, problems
