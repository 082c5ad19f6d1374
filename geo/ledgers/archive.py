"""The archive of a town: every row of every ledger, history only ever appended.

``ledgers.gpkg``, or the same tables on a server, which QGIS opens: one table a kind of ledger with
every version of every row, ``imports`` (which file, speaking for which day), ``hazard_events``
(steps of cases that were recorded by hand) and ``ledger_columns`` (what the columns are, and which
are personal).
Rows are never changed or removed: triggers refuse it. What holds today is derived, from imports
that nobody withdrew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from ..tables import KINDS, STEP_COLUMNS, Column, LedgerKind, ledger_kind
from ..words import is_name
from .archive_tables import (
    IMPORT_COLUMNS,
    RANGES,
    bring_up,
    check_version,
    stored_columns,
)
from .building_match import GUESSES, HOW, SCORE, TOLD_ID, UNMATCHED
from .stores import Records, store_of
from .unnamed import without_people

ORIGIN_COLUMNS: Final = ("key", "row_hash", "import_id", "source_row")
EVENT_COLUMNS: Final = (
    "key", "state", "happened_on", "stated", "who", "evidence", "note", "import_id", "recorded_at",
)  # fmt: skip
UNREAD_COLUMNS: Final = (
    "kind", "key", "name", "header", "said", "why", "source_row", "source_sheet", "import_id",
)  # fmt: skip
_HELD: Final = "(SELECT * FROM imports{})"
_NOT_WITHDRAWN: Final = " WHERE fid NOT IN (SELECT import_id FROM withdrawals)"


@contextmanager
def writing(folder: Path, *, at: dt.datetime) -> Iterator[Records]:
    """Open the archive to append; all is kept when the block ends without an error, else nothing.

    Parameters
    ----------
    folder
        Of the town.
    at
        When this is written.

    Raises
    ------
    OutputError
        When the archive cannot be written, or another program is writing to it.
    """
    store = store_of(folder)
    with store.writing(at) as records:
        bring_up(records, at, store.place)
        yield records


def read_versions(
    folder: Path, kind: str, *, personal: bool = False, disputed: bool = False
) -> pd.DataFrame:
    """Return every version of every row of a kind, in the order in which they came.

    Parameters
    ----------
    folder
        Of the town; without an archive the table is empty.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    personal
        Whether to read columns that name or reach persons, too, and texts as they were written.
        Never for what is shared.
    disputed
        Only the keys of which some column was ever said differently.

    Returns
    -------
    DataFrame
        Columns of the kind, how each row was matched, and of its import `source`, `as_of`.
    """
    chosen = ledger_kind(kind)
    hidden = set() if personal else _personal(chosen)
    columns = [name for name in stored_columns(chosen) if name not in hidden]
    only = ""
    if disputed:
        there = _stored_there(folder, chosen.table)
        told = [entry.name for entry in chosen.stored if entry.name in there]
        differs = " OR ".join(f'COUNT(DISTINCT "{name}") > 1' for name in told) or "0 = 1"
        only = f"WHERE r.key IN (SELECT key FROM {chosen.table} GROUP BY key HAVING {differs}) "
    frame = _query(
        folder,
        chosen.table,
        ["fid", *columns],
        joined=["i.source AS from_source", "i.as_of"],
        rest=f"JOIN {{imports}} AS i ON i.fid = r.import_id {only}ORDER BY r.fid",
    )
    if frame.empty:
        return no_versions(kind, personal=personal).copy()
    typed = _typed(one_key(folder, kind, frame), chosen.stored)
    return typed if personal else without_people(typed, chosen, known=known_people(folder))


def read_said(folder: Path, kind: str, source: str) -> pd.DataFrame:
    """Return what one source now says of a kind: `key`, `row_hash` and where the row stands."""
    frame = _query(
        folder,
        ledger_kind(kind).table,
        ["key", "row_hash", "building_id", HOW, "import_id"],
        joined=["i.source AS from_source"],
        rest="JOIN {imports} AS i ON i.fid = r.import_id WHERE i.source = ? ORDER BY r.fid",
        values=[source],
    )
    frame = _latest(one_key(folder, kind, frame))
    return frame[~_ended(frame, read_endings(folder, kind))]


def read_records(folder: Path, kind: str, *, personal: bool = False) -> pd.DataFrame:
    """Return what holds today of a kind: one row a key.

    What a later import from the same source says replaces what an earlier one said; several rows
    of one key in one import complete each other. Of several sources each value is the latest
    that says anything; `conflicts` lists where they differ. What a complete ledger ended is
    gone, except cases of hazards: their history tells that they ended.

    Parameters
    ----------
    folder
        Of the town; without an archive the table is empty.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    personal
        Whether to read columns that name or reach persons, too, and texts as they were written.
    """
    versions = read_versions(folder, kind, personal=personal)
    live = versions if versions.empty else _live(folder, kind, versions)
    if live.empty:
        return live
    match = [HOW, SCORE, GUESSES, "building_id", TOLD_ID]
    sure = live.assign(_sure=live[HOW] != UNMATCHED).sort_values("_sure", kind="stable")
    values = live.drop(columns=[*match, RANGES]).groupby("key", sort=False).last()
    found = sure.groupby("key", sort=False)[match].tail(1)
    found.index = pd.Index(sure.loc[found.index, "key"])
    values[RANGES] = pd.Series(_ranges_that_hold(live), dtype=object).reindex(values.index)
    joined = values.join(found).reset_index()
    return joined[[name for name in live.columns if name in joined.columns]]


def _ranges_that_hold(live: pd.DataFrame) -> dict[str, str]:
    """Return the ranges of each key whose values hold: a later exact number ends a range."""
    some = live[live["key"].isin(live.loc[live[RANGES].notna(), "key"])]
    held: dict[str, dict[str, object]] = {}
    for row in some.to_dict("records"):
        told = json.loads(row[RANGES]) if isinstance(row[RANGES], str) else {}
        kept = held.setdefault(str(row["key"]), {})
        for name in [name for name in kept if not pd.isna(row[name])]:
            del kept[name]
        kept |= told
    return {key: json.dumps(kept) for key, kept in held.items() if kept}


def range_ends(ranges: pd.Series, column: str) -> pd.DataFrame:
    """Return the ends of one column's ranges.

    Parameters
    ----------
    ranges
        The column `ranges` of records.
    column
        Whose ranges.

    Returns
    -------
    DataFrame
        `low` and `high` by row, NaN where the row tells no range or an end is open.
    """
    ends = np.full((len(ranges), 2), np.nan)
    for at, text in enumerate(ranges):
        if isinstance(text, str) and (told := json.loads(text).get(column)):
            ends[at] = [np.nan if end is None else end for end in told]
    return pd.DataFrame(ends, index=ranges.index, columns=["low", "high"])


def latest_versions(folder: Path, kind: str, *, personal: bool = False) -> pd.DataFrame:
    """Return the latest version of each row of a kind from each source, the latest last."""
    return _live(folder, kind, read_versions(folder, kind, personal=personal))


def known_people(folder: Path) -> frozenset[str]:
    """Return the names that stand in the columns of persons of a town's ledgers."""
    store = store_of(folder)
    return _people_in(folder, *store.mark()) if store.exists() else frozenset()


@lru_cache(maxsize=4)
def _people_in(folder: Path, *changed: object) -> frozenset[str]:
    """Return names of persons; asked for again only when the archive has changed."""
    names: set[str] = set()
    for kind in KINDS.values():
        columns = [e.name for e in kind.stored if e.personal and e.name != "phone"]
        if columns:
            told = _query(folder, kind.table, columns, rest="")
            names.update(
                name for column in columns for name in told[column].dropna().unique()
                if is_name(name)
            )  # fmt: skip
    return frozenset(names)


def read_told(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the steps of cases are made of.

    Returns
    -------
    rows
        Every version of every case: `key`, the dated steps, `state`, `lead_dept`, `evidence`,
        `import_id`, and of its import `from_source`, `as_of`, `imported_at`.
    by_hand
        The steps recorded one by one, as `EVENT_COLUMNS`.
    """
    rows = _query(
        folder,
        ledger_kind("hazards").table,
        ["key", *STEP_COLUMNS.values(), "state", "lead_dept", "evidence", "import_id"],
        joined=["i.source AS from_source", "i.as_of", "i.imported_at"],
        rest="JOIN {imports} AS i ON i.fid = r.import_id ORDER BY r.fid",
    )
    by_hand = _query(
        folder,
        "hazard_events",
        ["fid", *EVENT_COLUMNS],
        rest="WHERE r.import_id IS NULL ORDER BY r.fid",
    )
    return one_key(folder, "hazards", rows), one_key(folder, "hazards", by_hand)


def read_endings(folder: Path, kind: str) -> pd.DataFrame:
    """Return what complete ledgers of a kind ended: `key`, `source`, `import_id`, `as_of`."""
    ended = _query(
        folder,
        "endings",
        ["key", "source", "import_id"],
        joined=["i.as_of"],
        rest="JOIN {imports} AS i ON i.fid = r.import_id WHERE r.kind = ? ORDER BY r.fid",
        values=[kind],
    )
    if ended.empty:
        return ended
    return one_key(folder, kind, ended).drop_duplicates(["key", "source"], keep="last")


def read_same(folder: Path, kind: str) -> pd.DataFrame:
    """Return the pairs of keys that may be one thing, each as it was asked or answered last.

    Returns
    -------
    DataFrame
        `key`, `other`, `same` (1, 0, or missing where nobody answered yet), `why`.
    """
    pairs = _query(
        folder,
        "same_things",
        ["key", "other", "same", "why"],
        rest="JOIN {imports} AS i ON i.fid = r.import_id WHERE r.kind = ? ORDER BY r.fid",
        values=[kind],
    )
    if pairs.empty:
        return pairs
    answered = pairs.sort_values("same", na_position="first", kind="stable", key=pd.isna,
                                 ascending=False)  # fmt: skip
    return answered.drop_duplicates(["key", "other"], keep="last", ignore_index=True)


def read_unread(folder: Path, kind: str) -> pd.DataFrame:
    """Return the cells of a kind that could not be read when they came, and where they stood.

    Returns
    -------
    DataFrame
        `key` (None for a row that was not taken in), `name`, `header`, `said`, `why`,
        `source_row`, `source_sheet`, `import_id`, `source`, `as_of`.
    """
    cells = _query(
        folder,
        "unread_cells",
        ["key", "name", "header", "said", "why", "source_row", "source_sheet", "import_id"],
        joined=["i.source", "i.as_of"],
        rest="JOIN {imports} AS i ON i.fid = r.import_id WHERE r.kind = ? ORDER BY r.fid",
        values=[kind],
    )
    return one_key(folder, kind, cells)


def one_key(folder: Path, kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows under the keys of the things they are, where somebody said that two are one."""
    if frame.empty:
        return frame
    pairs = read_same(folder, kind)
    pairs = pairs[pairs["same"] == 1]
    if pairs.empty:
        return frame
    root = dict(zip(pairs["key"], pairs["other"], strict=True))

    def first(key: str) -> str:
        passed = {key}
        while (other := root.get(key)) is not None and other not in passed:
            passed.add(other)
            key = other
        return key

    return frame.assign(key=frame["key"].map(first, na_action="ignore"))


def read_imports(folder: Path) -> pd.DataFrame:
    """Return which files were imported, and which day they speak for; not those withdrawn."""
    return _query(folder, "{imports}", ["fid", *IMPORT_COLUMNS], rest="ORDER BY fid")


def conflicts(folder: Path, kind: str) -> pd.DataFrame:
    """Return where sources say different things of one key.

    Returns
    -------
    DataFrame
        `key`, `column`, `value`, `source`, `as_of`, `source_row`, `holds` (whether it is the
        value that `read_records` gives): one row a source that says anything.
    """
    chosen = ledger_kind(kind)
    names = ["key", "column", "value", "source", "as_of", "source_row", "holds"]
    imports = read_imports(folder)
    if imports.loc[imports["kind"] == chosen.name, "source"].nunique() < 2:
        return pd.DataFrame(columns=names)
    live = _live(folder, kind, read_versions(folder, kind, disputed=True))
    live = live[live["key"].duplicated(keep=False)]
    if live.empty:
        return pd.DataFrame(columns=names)
    origin = ["key", "from_source", "as_of", "source_row", "fid"]
    parts = []
    for entry in chosen.stored:
        if entry.personal:
            continue
        told = live[[*origin, entry.name]].dropna(subset=entry.name)
        distinct = told.drop_duplicates(["key", entry.name])
        several = distinct["key"][distinct["key"].duplicated()]
        differing = told[told["key"].isin(several)].rename(columns={entry.name: "value"})
        parts.append(differing.astype({"value": object}).assign(column=entry.name))
    told = pd.concat(parts).sort_values(["key", "column", "as_of", "fid"], kind="stable")
    told["holds"] = ~told.duplicated(["key", "column"], keep="last")
    return told.rename(columns={"from_source": "source"})[names].reset_index(drop=True)


def _live(folder: Path, kind: str, versions: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest import of each key from each source, the latest last."""
    latest = _latest(versions)
    if kind != "hazards":
        latest = latest[~_ended(latest, read_endings(folder, kind))]
    return latest.sort_values(["as_of", "fid"], kind="stable")


def _latest(versions: pd.DataFrame) -> pd.DataFrame:
    last = versions.groupby(["key", "from_source"], sort=False)["import_id"].transform("max")
    return versions[versions["import_id"] == last]


def _ended(versions: pd.DataFrame, endings: pd.DataFrame) -> pd.Series:
    """Return which rows a complete ledger of their source ended later."""
    if endings.empty:
        return pd.Series(False, index=versions.index)
    last = endings.set_index(["key", "source"])["import_id"]
    own = pd.MultiIndex.from_frame(versions[["key", "from_source"]])
    when = pd.Series(last.reindex(own).to_numpy(dtype=float), index=versions.index)
    return versions["import_id"].astype(float) < when


def _typed(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    for column in columns:
        if column.name not in frame:
            continue
        if column.kind in ("date", "moment"):
            frame[column.name] = pd.to_datetime(frame[column.name], format="ISO8601")
        elif column.kind in ("number", "count", "flag"):
            frame[column.name] = frame[column.name].astype("float64")
        else:
            frame[column.name] = frame[column.name].astype(object)
    return frame


@cache
def no_versions(kind: str, *, personal: bool = False) -> pd.DataFrame:
    """Return what `read_versions` does of a kind of which nothing was imported; not to be changed.

    A town has few of all the kinds there are, and giving no rows their types takes longest.
    """
    chosen = ledger_kind(kind)
    told = [n for n in stored_columns(chosen) if personal or n not in _personal(chosen)]
    return _typed(_nothing(["fid", *told, "from_source", "as_of"]), chosen.stored)


def _personal(kind: LedgerKind) -> set[str]:
    return {column.name for column in kind.stored if column.personal}


def _nothing(names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(index=range(0), columns=list(names), dtype=object)


def _query(
    folder: Path,
    table: str,
    columns: Sequence[str],
    *,
    joined: Sequence[str] = (),
    rest: str,
    values: Sequence[str] = (),
) -> pd.DataFrame:
    """Return columns of a table, called ``r``; those that an older file lacks are missing.

    ``{imports}`` stands for the imports that nobody withdrew.
    """
    store = store_of(folder)
    names = [*columns, *(said.split()[-1].removeprefix("i.") for said in joined)]
    if not store.exists():
        return _nothing(names)
    with store.reading() as records:
        check_version(records, store.place)
        there = records.columns(table.strip("{}"))
        if not there:
            return _nothing(names)
        own = [f"r.{name}" if name in there else "NULL" for name in columns]
        held = _HELD.format(_NOT_WITHDRAWN if records.columns("withdrawals") else "")
        sql = f"SELECT {', '.join([*own, *joined])} FROM {table} AS r {rest}"
        rows = records.run(sql.replace("{imports}", held), values)
    return pd.DataFrame.from_records(rows, columns=names)


def _stored_there(folder: Path, table: str) -> list[str]:
    store = store_of(folder)
    if not store.exists():
        return []
    with store.reading() as records:
        return records.columns(table)
