"""A round comes back: the workbook that was handed out, filled in by hand, into the ledgers.

The workbook carries our own column names in a hidden first row of each sheet, so that it is read
by them and not by likeness. Rows that nobody filled in are no news and are passed by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from ..tables import FOUND_ON, KINDS, STATE, STEP_COLUMNS, Sheet
from ..words import HIDDEN, HazardState, InputError, Problem, codes, read_date
from ..words import fields as f
from .archive import read_records
from .intake import Intake, LedgerFile, import_ledger
from .places import Places

MARK_SHEET: Final = "weizhan"  # hidden; says that a workbook is one of ours
MARK: Final = "weizhan-round"
VERSION: Final = 1
SHEETS: Final = ("inspections", "hazards", "lane-reports")
HEAD_ROWS: Final = 2  # our names, then the words
ACTED_ON: Final = "acted_on"  # the day of what the inspector says of a hazard
#: Columns of each sheet, in order.
COLUMNS: Final = {
    "inspections": (
        "inspection_id", f.BUILDING_ID, f.NAME, f.ADDRESS, "planned_on", "source",
        "inspected_on", "hazards_found", "result", "surveyed_by", "inspector",
    ),
    "hazards": (
        "hazard_id", f.BUILDING_ID, f.LANE_ID, f.ADDRESS, "code", FOUND_ON, STATE, ACTED_ON,
        "due_on", "remaining_width_m", "description", "measure", "lead_dept", "evidence",
    ),
    "lane-reports": (
        "report_id", f.LANE_ID, f.NAME, STATE, "remaining_width_m", "observed_at", "source",
        "description", "inspector",
    ),
}  # fmt: skip
#: What a row must say to be news.
FILLED: Final = {"inspections": "inspected_on", "hazards": STATE, "lane-reports": "observed_at"}
#: Results of which two returns of one visit may differ.
TOLD: Final = ("inspected_on", "hazards_found", "result")


def is_round_book(file: Path) -> bool:
    """Return whether a file is a workbook that was handed out for a round."""
    if file.suffix.lower() != ".xlsx" or not file.is_file():
        return False
    try:
        book = CalamineWorkbook.from_path(file)
        if MARK_SHEET not in book.sheet_names:
            return False
        cells = book.get_sheet_by_name(MARK_SHEET).to_python()
    except (CalamineError, OSError):
        return False
    return bool(cells) and bool(cells[0]) and cells[0][0] == MARK


def import_round(
    folder: Path,
    file: Path,
    *,
    as_of: dt.date | None = None,
    at: dt.datetime | None = None,
    places: Places | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[list[Intake], list[Problem]]:
    """Take a filled workbook into the ledgers.

    Parameters
    ----------
    folder
        Of the town.
    file
        The workbook.
    as_of, at, places, progress
        As in `weizhan.geo.ledgers.intake.import_ledger`.

    Returns
    -------
    taken
        One intake a sheet that anybody filled in; none for a blank workbook.
    problems
        Rows half filled, states that are no states, and visits of which two returns tell
        different things: both are kept in the ledger's history, the later one holds.

    Raises
    ------
    InputError
        When the workbook is of a later version, or its sheets were rebuilt.
    """
    book = CalamineWorkbook.from_path(file)
    mark = book.get_sheet_by_name(MARK_SHEET).to_python(skip_empty_area=False)
    version, round_id = mark[1][0], str(mark[2][0])
    if version != VERSION:
        raise InputError("error.round_version", file=file, version=version, known=VERSION)
    by_kind = {str(row[1]): str(row[0]) for row in mark[3:] if len(row) > 1 and row[0]}
    missing = [name for name in by_kind.values() if name not in book.sheet_names]
    if missing or set(by_kind) != set(SHEETS):
        raise InputError("error.round_sheets", file=file, sheets="、".join(missing))
    taken: list[Intake] = []
    problems: list[Problem] = []
    for kind in SHEETS:
        rows = book.get_sheet_by_name(by_kind[kind]).to_python(skip_empty_area=False)
        table = _table(rows, kind, file, by_kind[kind])
        table = _news(table, kind, file, problems)
        if kind == "hazards":
            table = _steps(table, file, problems)
        if table.empty:
            continue
        if kind == "inspections":
            problems += _differing(folder, table, file)
        taken.append(
            import_ledger(
                folder, LedgerFile(file, kind, source=round_id, as_of=as_of), at=at,
                places=places, raw=Sheet(table), progress=progress,
            )
        )  # fmt: skip
    return taken, problems


def _table(rows: Sequence[Sequence[object]], kind: str, file: Path, sheet: str) -> pd.DataFrame:
    """Return a sheet under our own names, with the number of each row."""
    names = [str(cell) for cell in rows[0]] if rows else []
    lost = [name for name in COLUMNS[kind] if name not in names]
    if lost:
        raise InputError("error.round_columns", file=file, sheet=sheet, columns=", ".join(lost))
    table = pd.DataFrame(list(rows[HEAD_ROWS:]), columns=names, dtype=object)[list(COLUMNS[kind])]
    table = table.map(
        lambda cell: (
            None if isinstance(cell, str) and (not cell.strip() or HIDDEN in cell) else cell
        )
    )  # what was hidden when it went out is no news
    table[f.SOURCE_ROW] = range(HEAD_ROWS + 1, HEAD_ROWS + 1 + len(table))
    return table


def _news(table: pd.DataFrame, kind: str, file: Path, problems: list[Problem]) -> pd.DataFrame:
    """Return the rows that say anything; a result without its day is told and left."""
    filled = table[FILLED[kind]].notna()
    if kind == "inspections":
        half = ~filled & table[["hazards_found", "result"]].notna().any(axis=1)
        undated = table[half]
        for row, key in zip(undated[f.SOURCE_ROW].tolist(), undated["inspection_id"], strict=True):
            problems.append(
                Problem("error", "round_undated", kind, file.name, row, str(key),
                        "inspected_on")
            )  # fmt: skip
    return table[filled].reset_index(drop=True)


def _steps(table: pd.DataFrame, file: Path, problems: list[Problem]) -> pd.DataFrame:
    """Date the state that an inspector gave in the column of that state."""
    words = codes("hazard_state")
    for column in STEP_COLUMNS.values():
        if column not in table:
            table[column] = None
    keep = []
    rows = table[f.SOURCE_ROW].tolist()
    for at, (said, day, found) in enumerate(
        zip(table[STATE], table[ACTED_ON], table[FOUND_ON], strict=True)
    ):
        state = words.get(str(said).strip())
        when = read_date(day)
        row = rows[at]
        wrong = (
            ("not_in_vocabulary", STATE, said, "、".join(words))
            if state is None
            else ("round_undated", ACTED_ON, day, "")
            if when is None
            else None
        )
        if wrong:
            code, column, value, may = wrong
            problems.append(
                Problem("error", code, "hazards", file.name, row, str(table["hazard_id"].iat[at]),
                        column, str(value or ""), may, details={"header": column})
            )  # fmt: skip
            continue
        if state != HazardState.FOUND:
            table.loc[at, STEP_COLUMNS[str(state)]] = when
        elif found is None:
            table.loc[at, FOUND_ON] = when
        keep.append(at)
    return table.loc[keep].drop(columns=ACTED_ON).reset_index(drop=True)


def _differing(folder: Path, table: pd.DataFrame, file: Path) -> list[Problem]:
    """Return the visits of which an earlier return told something else."""
    before = read_records(folder, "inspections", personal=True)
    before = before.drop_duplicates("inspection_id", keep="last").set_index("inspection_id")
    problems = []
    for row in table.to_dict("records"):
        key = row["inspection_id"]
        if key is None or key not in before.index:
            continue
        for column in TOLD:
            old: Any = before.at[key, column]
            new = row[column]
            if pd.isna(old) or new is None or _same(old, new, column):
                continue
            problems.append(
                Problem("warning", "round_differs", "inspections", file.name,
                        int(row[f.SOURCE_ROW]), str(key), column, str(new), str(old))
            )  # fmt: skip
    return problems


def _same(old: Any, new: object, column: str) -> bool:
    if column == "inspected_on":
        day = read_date(new)
        return day is not None and pd.Timestamp(old).date() == day.date()
    entry = next(e for e in KINDS["inspections"].columns if e.name == column)
    if entry.kind == "count":
        try:
            return float(str(old)) == float(str(new))
        except ValueError:
            return False
    return str(old).strip() == str(new).strip()
