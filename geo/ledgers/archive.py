"""``ledgers.gpkg`` of a town: every row of every ledger, history only ever appended.

A GeoPackage of attribute tables, which QGIS opens: one table a kind of ledger with every version
of every row, ``imports`` (which file, speaking for which day), ``hazard_events`` (the steps of
every case) and ``ledger_columns`` (what the columns are, and which are personal). Rows are never
changed or removed: triggers refuse it. What holds today is derived.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pandas as pd

from ..tables import KINDS, Entry, LedgerKind, ledger_kind
from ..words import InputError, OutputError
from .places import GUESSES, HOW, SCORE, TOLD_ID, UNMATCHED

ARCHIVE_FILE: Final = "ledgers.gpkg"
STAMP: Final = "%Y-%m-%dT%H:%M:%S.000Z"
MATCH_COLUMNS: Final = {TOLD_ID: "TEXT", HOW: "TEXT", SCORE: "REAL", GUESSES: "TEXT"}
ORIGIN_COLUMNS: Final = ("key", "row_hash", "import_id", "source_row")
EVENT_COLUMNS: Final = (
    "key", "state", "happened_on", "stated", "who", "evidence", "note", "import_id", "recorded_at",
)  # fmt: skip
IMPORT_COLUMNS: Final = ("kind", "source", "as_of", "imported_at", "sha256", "rows", "added")

_TYPES = {
    "text": "TEXT", "choice": "TEXT", "moment": "TEXT", "number": "REAL", "count": "INTEGER",
    "date": "DATE", "flag": "BOOLEAN",
}  # fmt: skip
_GPKG = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
   || 'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', NULL);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE,
  max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
"""


@contextmanager
def writing(folder: Path, *, at: dt.datetime) -> Iterator[sqlite3.Connection]:
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
    file = folder / ARCHIVE_FILE
    fresh = not file.exists()
    target = file
    try:
        if fresh:
            target = _unfinished(file)
        with closing(sqlite3.connect(target, isolation_level=None, timeout=10)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                if fresh:
                    _create(connection, at)
                before = connection.total_changes
                yield connection
                if connection.total_changes > before:
                    stamp = (at.strftime(STAMP),)
                    connection.execute("UPDATE gpkg_contents SET last_change = ?", stamp)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        if fresh and file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
        if fresh:
            target.replace(file)
    except (sqlite3.OperationalError, OSError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=file, why=error) from error
    except sqlite3.DatabaseError as error:
        raise InputError("error.archive_broken", file=file, why=error) from error
    finally:
        if target != file:
            target.unlink(missing_ok=True)


def append(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Append rows to one of the archive's tables."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def stored_columns(kind: LedgerKind) -> dict[str, str]:
    """Return the columns of a kind's table with their types, fid left out."""
    columns = dict.fromkeys(("key", "row_hash"), "TEXT NOT NULL")
    columns |= {"import_id": "INTEGER NOT NULL", "source_row": "INTEGER NOT NULL"}
    columns |= {entry.name: _TYPES[entry.kind] for entry in kind.stored}
    return columns | {"building_id": "TEXT", "lon": "REAL", "lat": "REAL"} | MATCH_COLUMNS


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
        Whether to read columns that name or reach persons, too. Never for what is shared.
    disputed
        Only the keys of which some column was ever said differently.

    Returns
    -------
    DataFrame
        Columns of the kind, how each row was matched, and of its import `source`, `as_of`.
    """
    chosen = ledger_kind(kind)
    hidden = () if personal else tuple(e.name for e in chosen.stored if e.personal)
    columns = [name for name in stored_columns(chosen) if name not in hidden]
    selected = ", ".join(f"r.{name}" for name in columns)
    only = ""
    if disputed:
        differs = " OR ".join(f"MIN({e.name}) <> MAX({e.name})" for e in chosen.stored)
        only = f"WHERE r.key IN (SELECT key FROM {chosen.table} GROUP BY key HAVING {differs}) "
    frame = _query(
        folder,
        f"SELECT r.fid, {selected}, i.source AS from_source, i.as_of FROM {chosen.table} AS r "
        f"JOIN imports AS i ON i.fid = r.import_id {only}ORDER BY r.fid",
        ["fid", *columns, "from_source", "as_of"],
    )
    return _typed(frame, chosen.stored)


def read_said(folder: Path, kind: str, source: str) -> pd.DataFrame:
    """Return what one source has said of a kind: `key`, `row_hash` and where the row stands."""
    columns = ["key", "row_hash", "building_id", HOW]
    selected = ", ".join(f"r.{name}" for name in columns)
    return _query(
        folder,
        f"SELECT {selected} FROM {ledger_kind(kind).table} AS r "
        "JOIN imports AS i ON i.fid = r.import_id WHERE i.source = ? ORDER BY r.fid",
        columns,
        source,
    )


def read_records(folder: Path, kind: str, *, personal: bool = False) -> pd.DataFrame:
    """Return what holds today of a kind: one row a key.

    A later version from the same source replaces an earlier one. Of several sources each value
    is the latest that says anything; `conflicts` lists where they differ.
    """
    live = _live(read_versions(folder, kind, personal=personal))
    if live.empty:
        return live
    match = [HOW, SCORE, GUESSES, "building_id", TOLD_ID]
    sure = live.assign(_sure=live[HOW] != UNMATCHED).sort_values("_sure", kind="stable")
    values = live.drop(columns=match).groupby("key", sort=False).last()
    found = sure.groupby("key", sort=False)[match].tail(1)
    found.index = pd.Index(sure.loc[found.index, "key"])
    joined = values.join(found).reset_index()
    return joined[[name for name in live.columns if name in joined.columns]]


def latest_versions(folder: Path, kind: str) -> pd.DataFrame:
    """Return the latest version of each row of a kind from each source, the latest last."""
    return _live(read_versions(folder, kind))


def read_events(folder: Path) -> pd.DataFrame:
    """Return the steps of all cases in the order in which they were recorded."""
    frame = _query(
        folder,
        f"SELECT fid, {', '.join(EVENT_COLUMNS)} FROM hazard_events ORDER BY fid",
        ["fid", *EVENT_COLUMNS],
    )
    frame["happened_on"] = pd.to_datetime(frame["happened_on"], format="ISO8601")
    return frame


def read_imports(folder: Path) -> pd.DataFrame:
    """Return which files were imported, and which day they speak for."""
    columns = ", ".join(IMPORT_COLUMNS)
    return _query(
        folder, f"SELECT fid, {columns} FROM imports ORDER BY fid", ["fid", *IMPORT_COLUMNS]
    )


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
    live = _live(read_versions(folder, kind, disputed=True))
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


def _live(versions: pd.DataFrame) -> pd.DataFrame:
    """Return the latest version of each key from each source, the latest last."""
    latest = versions.drop_duplicates(["key", "from_source"], keep="last")
    return latest.sort_values(["as_of", "fid"], kind="stable")


def _typed(frame: pd.DataFrame, entries: Sequence[Entry]) -> pd.DataFrame:
    for entry in entries:
        if entry.name not in frame:
            continue
        if entry.kind in ("date", "moment"):
            frame[entry.name] = pd.to_datetime(frame[entry.name], format="ISO8601")
        elif entry.kind in ("number", "count", "flag"):
            frame[entry.name] = frame[entry.name].astype("float64")
        else:
            frame[entry.name] = frame[entry.name].astype(object)
    return frame


def _query(folder: Path, sql: str, columns: Sequence[str], *values: str) -> pd.DataFrame:
    file = folder / ARCHIVE_FILE
    if not file.exists():
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            rows = opened.execute(sql, values).fetchall()
    except sqlite3.DatabaseError as error:
        raise InputError("error.archive_broken", file=file, why=error) from error
    return pd.DataFrame.from_records(rows, columns=list(columns))


def _unfinished(file: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=".gpkg", dir=file.parent)
    os.close(handle)
    Path(name).chmod(0o644)  # colleagues on a shared drive read it too
    return Path(name)


def _create(connection: sqlite3.Connection, at: dt.datetime) -> None:
    connection.execute("PRAGMA application_id = 1196444487")  # "GPKG"
    connection.execute("PRAGMA user_version = 10300")
    tables = {kind.table: stored_columns(kind) for kind in KINDS.values()}
    tables["imports"] = {
        "kind": "TEXT NOT NULL", "source": "TEXT NOT NULL", "as_of": "DATE NOT NULL",
        "imported_at": "TEXT NOT NULL", "sha256": "TEXT NOT NULL", "rows": "INTEGER NOT NULL",
        "added": "INTEGER NOT NULL",
    }  # fmt: skip
    tables["hazard_events"] = {
        "key": "TEXT NOT NULL", "state": "TEXT NOT NULL", "happened_on": "DATE NOT NULL",
        "stated": "BOOLEAN NOT NULL", "who": "TEXT", "evidence": "TEXT", "note": "TEXT",
        "import_id": "INTEGER", "recorded_at": "TEXT NOT NULL",
    }  # fmt: skip
    tables["ledger_columns"] = {
        "ledger": "TEXT NOT NULL", "name": "TEXT NOT NULL", "kind": "TEXT NOT NULL",
        "headers": "TEXT NOT NULL", "personal": "BOOLEAN NOT NULL",
    }  # fmt: skip
    for statement in filter(str.strip, _GPKG.split(";\n")):
        connection.execute(statement)
    for table, columns in tables.items():
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {described})"
        )
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'history is only ever appended'); END"
            )
    connection.execute(
        "CREATE VIEW hazard_states AS SELECT e.fid, e.key, e.state, e.happened_on AS since, e.who, "
        "e.evidence FROM hazard_events AS e JOIN "
        "(SELECT MAX(fid) AS fid FROM hazard_events GROUP BY key) AS last ON last.fid = e.fid"
    )
    stamp = at.strftime(STAMP)
    connection.executemany(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
        "VALUES (?, 'attributes', ?, ?)",
        [(table, table, stamp) for table in (*tables, "hazard_states")],
    )
    append(
        connection,
        "ledger_columns",
        ("ledger", "name", "kind", "headers", "personal"),
        [
            (kind.name, e.name, e.kind, "、".join(e.synonyms), int(e.personal))
            for kind in KINDS.values()
            for e in kind.stored
        ],
    )
