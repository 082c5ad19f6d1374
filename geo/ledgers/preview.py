"""What an import would change, tried on a copy of the ledgers; nothing of the town is written."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import tomlkit

from ..postgis import server_of
from ..tables import CORRECTIONS_FILE, KINDS, Sheet, ledger_kind, read_corrections
from ..words import TOWN_FILE, InputError, Problem
from ..words import fields as f
from .archive import read_imports, read_records
from .completion import import_completion, is_completion_book
from .identity import KEY
from .intake import Intake, LedgerFile, import_ledger
from .ledger_return import import_ledger_book, is_ledger_book
from .open_rows import open_cells, unplaced_rows
from .round_return import import_round, is_round_book
from .stores import ARCHIVE_FILE

CHANGE_COLUMNS: Final = ["kind", "key", "column", "was", "now"]
PLACED_BY_HAND: Final = "地图点选"  # begins the source of rows that somebody placed
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """What a file brought, of whatever sort it was.

    Attributes
    ----------
    intakes
        One a kind of ledger.
    answered
        Pairs that were answered.
    problems
        All that is wrong or doubtful in it.
    """

    intakes: tuple[Intake, ...]
    answered: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Preview:
    """What an import would change.

    Attributes
    ----------
    taken
        As the import itself would return it.
    fresh
        By kind, the records that would be new.
    gone
        By kind, the keys that would hold no more.
    changes
        `kind`, `key`, `column`, `was`, `now`: the cells of records that would say something else.
    unplaced
        By kind, how many more rows would stand nowhere.
    incomplete
        By kind, how many more cells would wait to be completed.
    """

    taken: Taken
    fresh: dict[str, pd.DataFrame]
    gone: dict[str, tuple[str, ...]]
    changes: pd.DataFrame
    unplaced: dict[str, int]
    incomplete: dict[str, int]


def is_returned(file: Path) -> bool:
    """Return whether a file is one that weizhan wrote and somebody filled in."""
    return is_round_book(file) or is_completion_book(file) or is_ledger_book(file)


def take_file(
    folder: Path,
    ledger: LedgerFile,
    *,
    at: dt.datetime | None = None,
    progress: Progress = lambda step: None,
) -> Taken:
    """Import a file of whatever sort: a ledger, or one of ours that came back filled in.

    Parameters
    ----------
    folder
        Of the town.
    ledger
        The file; its kind counts only where the file does not say itself what it is.
    at
        When this is imported; now if not given.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When the file cannot be read, or is no such ledger.
    OutputError
        When the town's folder cannot be written to.
    """
    file, as_of = ledger.file, ledger.as_of
    answered = 0
    told: Sequence[Problem]
    if is_round_book(file):
        intakes, told = import_round(folder, file, as_of=as_of, at=at, progress=progress)
    elif is_completion_book(file):
        intakes, answered, told = import_completion(
            folder, file, as_of=as_of, at=at, progress=progress
        )
    elif is_ledger_book(file):
        intakes, told = import_ledger_book(folder, file, as_of=as_of, at=at, progress=progress)
    else:
        intakes, told = [import_ledger(folder, ledger, at=at, progress=progress)], []
    problems = (*told, *(problem for one in intakes for problem in one.problems))
    return Taken(tuple(intakes), answered, problems)


def preview_file(
    folder: Path,
    ledger: LedgerFile,
    *,
    at: dt.datetime | None = None,
    progress: Progress = lambda step: None,
) -> Preview:
    """Say what an import would change.

    Parameters
    ----------
    folder, ledger, at, progress
        As for `take_file`, which does it.

    Raises
    ------
    InputError
        As `take_file`, or when the ledgers stand on a server, where nothing can be tried.
    """
    with _trial(folder) as tried:
        taken = take_file(tried, ledger, at=at, progress=progress)
        kinds = list(dict.fromkeys(one.kind for one in taken.intakes))
        fresh, gone, changes = {}, {}, []
        unplaced, incomplete = {}, {}
        for kind in kinds:
            before, after = read_records(folder, kind), read_records(tried, kind)
            old, new = set(before["key"]), set(after["key"])
            fresh[kind] = after[~after["key"].isin(old)].reset_index(drop=True)
            gone[kind] = tuple(sorted(old - new))
            changes += _changes(kind, before, after)
            unplaced[kind] = len(unplaced_rows(tried, kind)) - len(unplaced_rows(folder, kind))
            incomplete[kind] = len(open_cells(tried, kind)) - len(open_cells(folder, kind))
        frame = pd.DataFrame(changes, columns=CHANGE_COLUMNS)
        return Preview(taken, fresh, gone, frame, unplaced, incomplete)


def place_row(
    folder: Path, kind: str, key: str, building: str, *, at: dt.datetime | None = None
) -> Intake:
    """Say at which building a row stands that no address led to; undone like any import.

    Parameters
    ----------
    folder
        Of the town.
    kind, key
        Of the row.
    building
        Its id.
    at
        When this is recorded; now if not given.

    Raises
    ------
    InputError
        When no such row is without a place (any more), or the town has no such building.
    """
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    chosen = ledger_kind(kind)
    lost = unplaced_rows(folder, chosen.name)
    if key not in set(lost["key"]) or chosen.place != "building":
        raise InputError("error.place_row", key=key)
    table = pd.DataFrame({KEY: [key], f.SOURCE_ROW: [1], f.BUILDING_ID: [building]}, dtype=object)
    table[f.SOURCE_ROW] = table[f.SOURCE_ROW].astype("int64")
    source = f"{PLACED_BY_HAND} {at:%Y-%m-%d %H:%M:%S.%f}"
    with tempfile.TemporaryDirectory() as kept, _trial(folder) as tried:
        file = Path(kept) / f"{PLACED_BY_HAND}.csv"
        file.write_text(f"{KEY},{f.BUILDING_ID}\n{key},{building}\n", encoding="utf-8")
        ledger = LedgerFile(file, chosen.name, source=source, as_of=at.date())
        if import_ledger(tried, ledger, at=at, raw=Sheet(table)).matched.get("unmatched"):
            raise InputError("error.place_building", building=building)
        return import_ledger(folder, ledger, at=at, raw=Sheet(table))


def imports_of(folder: Path) -> pd.DataFrame:
    """Return the imports that hold, the latest first, as `read_imports`; empty without any."""
    imports = read_imports(folder)
    return imports[imports["kind"].isin(KINDS)].iloc[::-1].reset_index(drop=True)


@contextmanager
def _trial(folder: Path) -> Iterator[Path]:
    """Give a folder that is the town with a copy of its ledgers, on which anything can be tried."""
    if server_of(folder) is not None:
        raise InputError("error.preview_shared", folder=folder)
    folder = folder.resolve()
    document: Any = tomlkit.parse((folder / TOWN_FILE).read_text(encoding="utf-8-sig"))
    for source in document.get("layers", {}).values():
        for table in (source, *source.get("ledgers", [])):
            if "file" in table:
                table["file"] = (folder / str(table["file"])).as_posix()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        tried = Path(name)
        (tried / TOWN_FILE).write_text(tomlkit.dumps(document), encoding="utf-8")
        held = [
            {n: getattr(one, n) for n in one.__slots__}
            | {"file": (folder / one.file).as_posix()}
            for one in read_corrections(folder)
        ]  # fmt: skip
        (tried / CORRECTIONS_FILE).write_text(json.dumps(held), encoding="utf-8")
        archive = folder / ARCHIVE_FILE
        if archive.exists():  # copied by SQLite, which waits for whoever writes
            with (
                closing(sqlite3.connect(f"{archive.as_uri()}?mode=ro", uri=True)) as held_there,
                closing(sqlite3.connect(tried / ARCHIVE_FILE)) as copy,
            ):
                held_there.backup(copy)
        yield tried


def _changes(kind: str, before: pd.DataFrame, after: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the cells of a kind that say something else after than before."""
    names = [
        column.name
        for column in ledger_kind(kind).stored
        if not column.personal and column.name in after and column.name in before
    ]
    if before.empty:
        return []
    old = before.drop_duplicates("key").set_index("key")
    new = after.drop_duplicates("key").set_index("key")
    both = old.index.intersection(new.index)
    rows = []
    for name in names:
        was, now = old.loc[both, name], new.loc[both, name]
        same = (was == now) | (was.isna() & now.isna())
        for key in both[~same.to_numpy(dtype=bool, na_value=False)]:
            rows.append((kind, key, name, _said(was[key]), _said(now[key])))
    return rows


def _said(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return f"{value:.15g}" if isinstance(value, float) else str(value)
