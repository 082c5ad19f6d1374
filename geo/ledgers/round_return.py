"""A round comes back: the workbook that was handed out or what phones sent, into the ledgers.

The workbook carries our own column names in a hidden first row of each sheet, so that it is read
by them and not by likeness, also where a sheet was copied or saved as CSV. Rows that nobody filled
in are no news and are passed by; a row that cannot be read in full is not taken, and told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..rules import load_rules, read_config
from ..tables import (
    DATES,
    FOUND_ON,
    KINDS,
    STATE,
    STEP_COLUMNS,
    TABLE_ENDINGS,
    Cell,
    Column,
    Sheet,
    SheetDates,
    raw_sheets,
    read_columns,
)
from ..words import HIDDEN, HazardState, InputError, Problem, codes, normal, read_date, read_number
from ..words import fields as f
from .archive import read_records
from .building_match import Places
from .form_return import form_records, is_form_return
from .intake import Intake, LedgerFile, import_ledger
from .phone_return import is_phone_return, phone_records, settled, waves

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
#: What tells that an inspector wrote in a row, by sheet.
TELLS: Final = {
    "inspections": ("hazards_found", "result"),
    "hazards": (ACTED_ON, "description", "measure", "remaining_width_m", "evidence"),
    "lane-reports": (STATE, "remaining_width_m", "description"),
}
#: Results of which two returns of one visit may differ.
TOLD: Final = ("inspected_on", "hazards_found", "result")


@dataclass(frozen=True)
class _Return:
    """A return as it lies there: which round, and the rows of each sheet that it holds.

    Attributes
    ----------
    round_id
        By which the round is known.
    pages
        Name of the sheet and its rows, by kind.
    marked
        Whether it is the workbook itself; else a copy of sheets, or one sheet as CSV.
    """

    round_id: str
    pages: dict[str, tuple[str, list[list[Cell]]]]
    marked: bool


def is_round_book(file: Path) -> bool:
    """Return whether a file is a workbook of a round, a copy, lines of phones, or of a form."""
    if is_phone_return(file) or is_form_return(file):
        return True
    if file.suffix.lower() not in TABLE_ENDINGS or not file.is_file():
        return False
    try:
        return bool(_mark(file)) or bool(_copied(file))
    except InputError:
        return False


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
        The workbook, a copy of its sheets, or one of them as CSV; lines from phones; or
        the table that a server of forms exported.
    as_of, at, places, progress
        As in `weizhan.geo.ledgers.intake.import_ledger`.

    Returns
    -------
    taken
        One intake a sheet that anybody filled in; none for a blank workbook.
    problems
        Rows that were not taken, each with the reason: half filled, cells that cannot be read,
        days that have not come or lie long before the round. Visits that found more hazards than
        stand in the return, and visits of which two returns tell different things, are told and
        taken.

    Raises
    ------
    InputError
        When the workbook is of a later version, or its sheets were rebuilt.
    """
    config = read_config(folder)
    rules = load_rules(config.rules, override=config.override).rounds
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    last = max(as_of or dt.date.today(), at.date())
    problems: list[Problem] = []
    returns = _returns(file, problems)
    planned = [
        day
        for _, tables in returns
        if "inspections" in tables
        for day in _days(tables["inspections"]["planned_on"])
    ]
    days = _Days(
        first=min(planned, default=last) - dt.timedelta(days=rules.return_before_days.value),
        last=last,
        year=max(planned, default=last).year,
    )
    before = read_records(folder, "inspections", personal=True)
    whole: list[dict[str, pd.DataFrame]] = []
    taken: list[Intake] = []
    for round_id, tables in returns:
        news = _all_news(tables, file, days, problems)
        whole.append(news)
        for kind, table in news.items():
            if table.empty:
                continue
            taken.append(
                import_ledger(
                    folder, LedgerFile(file, kind, source=round_id, as_of=as_of), at=at,
                    places=places, raw=Sheet(table), progress=progress,
                )
            )  # fmt: skip
    visits = _last_visits(whole)
    problems += _differing(before, visits, file)
    return taken, problems + _uncounted(visits, whole, file)


def _returns(file: Path, problems: list[Problem]) -> list[tuple[str, dict[str, pd.DataFrame]]]:
    """Return each return of a file: which round, and its rows by kind."""
    if is_phone_return(file):
        records, told = phone_records(file)
        problems += told
        return list(waves(records, COLUMNS))
    if is_form_return(file):
        records, told = form_records(file)
        kept, differing = settled(records, file)
        problems += told + differing
        return list(waves(kept, COLUMNS))
    given = _opened(file)
    tables = {kind: _table(rows, kind, file, sheet) for kind, (sheet, rows) in given.pages.items()}
    return [(given.round_id, tables)]


def _all_news(
    tables: Mapping[str, pd.DataFrame], file: Path, days: _Days, problems: list[Problem]
) -> dict[str, pd.DataFrame]:
    """Return what is news in the tables of one return, ready for the ledgers."""
    news: dict[str, pd.DataFrame] = {}
    for kind, table in tables.items():
        said = _news(table, kind, file, problems)
        if kind == "hazards":
            said = _new_findings(said, news.get("inspections"))
        said = _readable(said, kind, file, days, problems)
        news[kind] = _steps(said) if kind == "hazards" else said
    return news


def _mark(file: Path) -> list[list[Cell]]:
    """Return the rows of the hidden sheet that says that a workbook is ours; none without it."""
    if file.suffix.lower() != ".xlsx":
        return []
    try:
        cells = raw_sheets(file, sheet=MARK_SHEET)[0][0].rows
    except InputError:
        return []
    return cells if cells and cells[0] and cells[0][0] == MARK else []


def _copied(file: Path) -> dict[str, tuple[str, list[list[Cell]]]]:
    """Return the sheets of a file that begin with our own names of a round."""
    found = {}
    for page in raw_sheets(file)[0]:
        names = {str(cell) for cell in page.rows[0]} if page.rows else set()
        for kind, columns in COLUMNS.items():
            if set(columns) <= names:
                found[kind] = (page.name, page.rows)
    return {kind: found[kind] for kind in SHEETS if kind in found}


def _opened(file: Path) -> _Return:
    mark = _mark(file)
    if not mark:
        pages = _copied(file)
        return _Return(_round_of(pages) or file.name, pages, marked=False)
    version, round_id = mark[1][0], str(mark[2][0])
    if version != VERSION:
        raise InputError("error.round_version", file=file, version=version, known=VERSION)
    named = {str(row[1]): str(row[0]) for row in mark[3:] if len(row) > 1 and row[0]}
    there = {page.name: page.rows for page in raw_sheets(file)[0]}
    missing = [name for name in named.values() if name not in there]
    if missing or set(named) != set(SHEETS):
        raise InputError("error.round_sheets", file=file, sheets="、".join(missing))
    return _Return(round_id, {k: (named[k], there[named[k]]) for k in SHEETS}, marked=True)


def _round_of(pages: Mapping[str, tuple[str, list[list[Cell]]]]) -> str:
    """Return the round whose visits a copy holds: it stands before the slash of their ids."""
    _, rows = pages.get("inspections", ("", []))
    ids = [str(row[0]) for row in rows[HEAD_ROWS:] if row and row[0]]
    return ids[0].rpartition("/")[0] if ids else ""


@dataclass(frozen=True)
class _Days:
    """Between which days a return may tell of something, and the year of days without one."""

    first: dt.date
    last: dt.date
    year: int


def _table(rows: Sequence[Sequence[object]], kind: str, file: Path, sheet: str) -> pd.DataFrame:
    """Return a sheet under our own names, with the number of each row."""
    names = [str(cell) for cell in rows[0]] if rows else []
    lost = [name for name in COLUMNS[kind] if name not in names]
    if lost:
        raise InputError("error.round_columns", file=file, sheet=sheet, columns=", ".join(lost))
    table = pd.DataFrame(list(rows[HEAD_ROWS:]), columns=names, dtype=object)[list(COLUMNS[kind])]
    table = table.map(_said)
    table[f.SOURCE_ROW] = range(HEAD_ROWS + 1, HEAD_ROWS + 1 + len(table))
    return table


def _said(cell: object) -> object:
    """Return what a cell tells; what was hidden when it went out is no news."""
    silent = isinstance(cell, str) and (not cell.strip() or HIDDEN in cell)
    return None if silent else cell


def _days(column: pd.Series) -> list[dt.date]:
    return [day.date() for cell in column if (day := read_date(cell)) is not None]


def _news(table: pd.DataFrame, kind: str, file: Path, problems: list[Problem]) -> pd.DataFrame:
    """Return the rows that say anything; those that leave out what they need are told and left."""
    filled = table[FILLED[kind]].notna()
    told = table[list(TELLS[kind])].notna().any(axis=1)
    if kind == "hazards":
        new = table["hazard_id"].isna()
        filled |= new & (told | table["code"].notna())
    half = table[told & ~filled]
    identity = KINDS[kind].identity
    for row, key in zip(half[f.SOURCE_ROW].tolist(), half[identity], strict=True):
        code = "round_no_state" if kind == "hazards" else "round_undated"
        problems.append(
            Problem("error", code, kind, file.name, row, str(key or ""), FILLED[kind])
        )  # fmt: skip
    return table[filled].reset_index(drop=True)


def _new_findings(table: pd.DataFrame, visits: pd.DataFrame | None) -> pd.DataFrame:
    """Take a hazard that nobody knew and of which no state is told as found on the visit."""
    new = table["hazard_id"].isna() & table[STATE].isna()
    table.loc[new, STATE] = str(HazardState.FOUND)
    if visits is None or visits.empty:
        return table
    on = dict(zip(visits[f.BUILDING_ID], visits["inspected_on"], strict=True))
    open_day = new & table[ACTED_ON].isna()
    table.loc[open_day, ACTED_ON] = table.loc[open_day, f.BUILDING_ID].map(on)
    table[ACTED_ON] = table[ACTED_ON].astype(object).where(table[ACTED_ON].notna(), None)
    return table


def _readable(
    table: pd.DataFrame, kind: str, file: Path, days: _Days, problems: list[Problem]
) -> pd.DataFrame:
    """Return the rows of which every cell can be read, days as days; the others are told."""
    columns = [c for c in KINDS[kind].columns if c.name in COLUMNS[kind]]
    if kind == "hazards":
        columns = [replace(c, required=False) if c.name == FOUND_ON else c for c in columns]
        columns.append(Column(ACTED_ON, "date", required=True))
    keys = [str(key or "") for key in table[KINDS[kind].identity]]
    cells, told = read_columns(
        table, columns, found={c.name: c.name for c in columns}, what=kind, file=file.name,
        dates=SheetDates(year=days.year, latest=days.last), features=keys,
    )  # fmt: skip
    rows = table[f.SOURCE_ROW].tolist()
    day = ACTED_ON if kind == "hazards" else FILLED[kind]
    for row, key, said in zip(rows, keys, cells[day].values, strict=True):
        if said is not None and not days.first <= dt.date.fromisoformat(said[:10]) <= days.last:
            told.append(
                Problem("error", "round_day", kind, file.name, row, key, day, said[:10],
                        f"{days.first} … {days.last}")
            )  # fmt: skip
    named = [
        replace(p, code="round_undated") if p.code == "value_missing" and p.column == day else p
        for p in told
    ]
    problems += [p for p in named if p.severity == "error"]
    wrong = {p.row for p in named if p.severity == "error"}
    kept = table.copy()
    for column in columns:
        if column.kind in DATES:
            kept[column.name] = cells[column.name].values
    problems += [p for p in named if p.severity != "error" and p.column in kept]
    return kept[~kept[f.SOURCE_ROW].isin(wrong)].reset_index(drop=True)


def _steps(table: pd.DataFrame) -> pd.DataFrame:
    """Date the state that an inspector gave in the column of that state."""
    words = codes("hazard_state")
    for column in STEP_COLUMNS.values():
        if column not in table:
            table[column] = None
    for at, (said, day, found) in enumerate(
        zip(table[STATE], table[ACTED_ON], table[FOUND_ON], strict=True)
    ):
        state = words[normal(said)]
        if state != HazardState.FOUND:
            table.loc[at, STEP_COLUMNS[state]] = day
        if state == HazardState.FOUND or found is None:
            table.loc[at, FOUND_ON] = found or day
    return table.drop(columns=ACTED_ON)


def _last_visits(whole: Sequence[Mapping[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the visits of all returns of a file, of each what was said last."""
    visits = [news["inspections"] for news in whole if "inspections" in news]
    if not visits:
        return pd.DataFrame(columns=[*COLUMNS["inspections"], f.SOURCE_ROW])
    every = pd.concat(visits, ignore_index=True)
    return every[every["inspection_id"].isna() | ~every.duplicated("inspection_id", keep="last")]


def _uncounted(
    visits: pd.DataFrame, whole: Sequence[Mapping[str, pd.DataFrame]], file: Path
) -> list[Problem]:
    """Ask about visits that found more hazards than stand in the return."""
    listed: dict[object, set[object]] = {}
    for news in whole:
        rows = news.get("hazards", pd.DataFrame())
        for at, row in enumerate(rows.to_dict("records")):
            new = (row["code"], row[FOUND_ON], row["description"], at if len(whole) == 1 else 0)
            listed.setdefault(row[f.BUILDING_ID], set()).add(row["hazard_id"] or new)
    asked = []
    for row, key, building, found in zip(
        visits[f.SOURCE_ROW].tolist(), visits["inspection_id"], visits[f.BUILDING_ID],
        visits["hazards_found"], strict=True,
    ):  # fmt: skip
        number = None if found is None else read_number(found)
        there = len(listed.get(building, ()))
        if number is not None and number > there:
            asked.append(
                Problem("warning", "round_uncounted", "inspections", file.name, row, str(key or ""),
                        "hazards_found", f"{number:g}", str(there))
            )  # fmt: skip
    return asked


def _differing(before: pd.DataFrame, visits: pd.DataFrame, file: Path) -> list[Problem]:
    """Return the visits of which an earlier return told something else."""
    before = before.drop_duplicates("inspection_id", keep="last").set_index("inspection_id")
    problems = []
    for row in visits.to_dict("records"):
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
                        int(row[f.SOURCE_ROW]), str(key), column, str(new),
                        f"{old:g}" if isinstance(old, float) else str(old))
            )  # fmt: skip
    return problems


def _same(old: Any, new: object, column: str) -> bool:
    if column == "inspected_on":
        day = read_date(new)
        return day is not None and pd.Timestamp(old).date() == day.date()
    entry = next(e for e in KINDS["inspections"].columns if e.name == column)
    if entry.kind == "count":
        told = read_number(new)
        return told is not None and told == read_number(old)
    return normal(old) == normal(new)  # the ledger holds it in plain letters
