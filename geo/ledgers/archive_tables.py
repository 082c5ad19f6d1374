"""The tables of ``ledgers.gpkg``: their version, and how older files become like new ones.

An archive says its version in ``archive_versions``, one row for each step it took; a file without
that table is of version 1. Columns and tables are only ever added, so a file of any older version
can be read as it stands: what it lacks is missing. It is brought up to date when it is next
written to.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..tables import KINDS, STEP_COLUMNS, LedgerKind
from ..words import InputError
from .building_match import GUESSES, HOW, SCORE, TOLD_ID

VERSION: Final = 3
STAMP: Final = "%Y-%m-%dT%H:%M:%S.000Z"
RANGES: Final = "ranges"  # numbers that a row tells as ranges: {"people_night": [3, 4]} as JSON
SURE: Final = "code_sure"  # how sure a category is that was proposed from words
MATCH_COLUMNS: Final = {TOLD_ID: "TEXT", HOW: "TEXT", SCORE: "REAL", GUESSES: "TEXT"}

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


def stored_columns(kind: LedgerKind) -> dict[str, str]:
    """Return the columns of a kind's table with their types, fid left out."""
    columns = dict.fromkeys(("key", "row_hash"), "TEXT NOT NULL")
    columns |= {"import_id": "INTEGER NOT NULL", "source_row": "INTEGER NOT NULL"}
    columns |= {column.name: _TYPES[column.kind] for column in kind.stored}
    columns |= {"building_id": "TEXT", "lon": "REAL", "lat": "REAL"} | MATCH_COLUMNS
    columns[RANGES] = "TEXT"
    return columns | ({SURE: "TEXT"} if kind.name == "hazards" else {})


def append(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Append rows to one of the archive's tables.

    Parameters
    ----------
    connection
        An archive opened to write.
    table
        One of its tables.
    columns
        Which of its columns the rows hold.
    rows
        One sequence of cells a row.
    """
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns that a table of an open archive has; none where it has no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def check_version(connection: sqlite3.Connection, file: Path) -> int:
    """Return the version of an open archive.

    Raises
    ------
    InputError
        When the file is newer than this program, or is no archive.
    """
    if not columns_of(connection, "imports"):
        raise InputError("error.archive_broken", file=file, why="imports")
    version = 1
    if columns_of(connection, "archive_versions"):
        version = connection.execute("SELECT MAX(version) FROM archive_versions").fetchone()[0]
    if version > VERSION:
        raise InputError("error.archive_newer", file=file, version=version, known=VERSION)
    return int(version)


def create(connection: sqlite3.Connection, at: dt.datetime) -> None:
    """Make all tables in an empty file."""
    connection.execute("PRAGMA application_id = 1196444487")  # "GPKG"
    connection.execute("PRAGMA user_version = 10300")
    for statement in filter(str.strip, _GPKG.split(";\n")):
        connection.execute(statement)
    _complete(connection, at)


def migrate(connection: sqlite3.Connection, at: dt.datetime, file: Path) -> None:
    """Bring an open archive up to this version; nothing that it holds is changed."""
    if check_version(connection, file) < VERSION or _lacking(connection):
        _complete(connection, at)


def _tables() -> dict[str, dict[str, str]]:
    """Return all tables with the types of their columns, fid left out."""
    tables = {kind.table: stored_columns(kind) for kind in KINDS.values()}
    tables["imports"] = {
        "kind": "TEXT NOT NULL", "source": "TEXT NOT NULL", "as_of": "DATE NOT NULL",
        "imported_at": "TEXT NOT NULL", "sha256": "TEXT NOT NULL", "rows": "INTEGER NOT NULL",
        "added": "INTEGER NOT NULL", "file": "TEXT",
    }  # fmt: skip
    # A withdrawn import is passed by when the archive is read; it stays where it is.
    tables["withdrawals"] = {"import_id": "INTEGER NOT NULL", "withdrawn_at": "TEXT NOT NULL"}
    # What a complete ledger of a source does not hold any more.
    tables["endings"] = {
        "kind": "TEXT NOT NULL", "key": "TEXT NOT NULL", "source": "TEXT NOT NULL",
        "import_id": "INTEGER NOT NULL",
    }  # fmt: skip
    # Two keys that may be one thing: asked (same is NULL), then answered yes or no.
    tables["same_things"] = {
        "kind": "TEXT NOT NULL", "key": "TEXT NOT NULL", "other": "TEXT NOT NULL",
        "same": "BOOLEAN", "why": "TEXT NOT NULL", "import_id": "INTEGER NOT NULL",
    }  # fmt: skip
    # Cells that could not be read: what they said, so that somebody can complete the row.
    tables["unread_cells"] = {
        "kind": "TEXT NOT NULL", "key": "TEXT", "name": "TEXT NOT NULL", "header": "TEXT",
        "said": "TEXT", "why": "TEXT NOT NULL", "source_row": "INTEGER NOT NULL",
        "source_sheet": "TEXT", "import_id": "INTEGER NOT NULL",
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
    tables["archive_versions"] = {"version": "INTEGER NOT NULL", "since": "TEXT NOT NULL"}
    return tables


def _lacking(connection: sqlite3.Connection) -> bool:
    return any(
        set(columns) - set(columns_of(connection, table)) for table, columns in _tables().items()
    )


def _complete(connection: sqlite3.Connection, at: dt.datetime) -> None:
    """Add every table and column that is not there, then say the version."""
    for table, columns in _tables().items():
        there = columns_of(connection, table)
        if not there:
            _make_table(connection, table, columns, at)
        for name in columns if there else ():
            if name not in there:  # a column that comes later has no value in older rows
                kind = columns[name].removesuffix(" NOT NULL")
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    _make_view(connection, at)
    told = set(connection.execute("SELECT ledger, name FROM ledger_columns").fetchall())
    append(
        connection,
        "ledger_columns",
        ("ledger", "name", "kind", "headers", "personal"),
        [
            (kind.name, e.name, e.kind, "、".join(e.synonyms), int(e.personal))
            for kind in KINDS.values()
            for e in kind.stored
            if (kind.name, e.name) not in told
        ],
    )
    append(connection, "archive_versions", ("version", "since"), [(VERSION, at.strftime(STAMP))])


def _make_view(connection: sqlite3.Connection, at: dt.datetime) -> None:
    """List what was ever told of a case, with the day on which it was recorded.

    Where a case stands follows only from all of this together: what was seen without a day
    (stated = 0) gives way to what somebody dated. So the view of states of version 2 is gone.
    """
    connection.execute("DROP VIEW IF EXISTS hazard_states")
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = 'hazard_states'")
    if columns_of(connection, "hazard_told"):
        return
    row = "FROM hazards AS h JOIN imports AS i ON i.fid = h.import_id"
    held = "i.fid NOT IN (SELECT import_id FROM withdrawals)"
    parts = [
        f"SELECT h.key, '{state}' AS state, h.{day} AS happened_on, 1 AS stated, "
        f"i.source AS who, i.imported_at AS recorded_at {row} WHERE h.{day} IS NOT NULL AND {held}"
        for state, day in STEP_COLUMNS.items()
    ]
    parts.append(
        f"SELECT h.key, h.state, i.as_of, 0, i.source, i.imported_at {row} "
        f"WHERE h.state IS NOT NULL AND {held}"
    )
    parts.append(
        "SELECT key, state, happened_on, stated, who, recorded_at FROM hazard_events "
        "WHERE import_id IS NULL"
    )
    connection.execute(
        "CREATE VIEW hazard_told AS SELECT row_number() OVER (ORDER BY key, happened_on) AS fid, "
        f"* FROM ({' UNION ALL '.join(parts)})"
    )
    _list_table(connection, "hazard_told", at)


def _make_table(
    connection: sqlite3.Connection, table: str, columns: dict[str, str], at: dt.datetime
) -> None:
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(
        f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {described})"
    )
    for change in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'history is only ever appended'); END"
        )
    _list_table(connection, table, at)


def _list_table(connection: sqlite3.Connection, table: str, at: dt.datetime) -> None:
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
        "VALUES (?, 'attributes', ?, ?)",
        (table, table, at.strftime(STAMP)),
    )
