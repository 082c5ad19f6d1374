"""Where the tables of ledgers lie: ``ledgers.gpkg`` in a town's folder, or a PostgreSQL server.

Both hold the same tables, made from the same definitions (`archive_tables`) and asked in the same
sentences of SQL; only what differs between the two programs stands here.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from ..postgis import ServerAddress, check_writable, lock, quoted, server_of, session
from ..words import InputError, OutputError, take_place, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection

ARCHIVE_FILE: Final = "ledgers.gpkg"
STAMP: Final = "%Y-%m-%dT%H:%M:%S.000Z"
WAIT_S: Final = 60  # for another import into the same file

Row = tuple[Any, ...]


class Records(Protocol):
    """An open archive, in one transaction."""

    fresh: bool
    """Whether its tables are still to be made."""

    def run(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a sentence with ``?`` for each value and return its rows; days are ISO texts."""

    def append(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Append rows, one sequence of cells a row, to one of the archive's tables."""

    def columns(self, table: str) -> list[str]:
        """Return the columns that a table has; none where there is no such table."""

    def make_table(self, table: str, columns: Mapping[str, str], at: dt.datetime) -> None:
        """Make a table with a number a row, to which one can only append."""

    def add_column(self, table: str, name: str, kind: str) -> None:
        """Add a column, which older rows do not have."""

    def make_view(self, name: str, sql: str, at: dt.datetime) -> None:
        """Make a view that is listed beside the tables."""

    def drop_view(self, name: str) -> None:
        """Take a view away, if there is one."""


class Store(Protocol):
    """Where the archive of one town lies."""

    @property
    def place(self) -> str:
        """What messages call it."""

    def exists(self) -> bool:
        """Return whether anything was ever written."""

    def mark(self) -> tuple[object, ...]:
        """Return what is another after every import."""

    def reading(self) -> AbstractContextManager[Records]:
        """Open it to read, as a context that gives `Records`."""

    def writing(self, at: dt.datetime) -> AbstractContextManager[Records]:
        """Open it to append, as a context that gives `Records`; nobody else writes meanwhile."""


def store_of(folder: Path) -> Store:
    """Return where the ledgers of a town lie."""
    address = server_of(folder)
    return FileStore(folder / ARCHIVE_FILE) if address is None else ServerStore(address)


class FileRecords:
    """An open ``ledgers.gpkg``."""

    def __init__(self, connection: sqlite3.Connection, *, fresh: bool = False) -> None:
        """Take an open connection."""
        self._connection, self.fresh = connection, fresh

    def run(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a sentence and return its rows."""
        return self._connection.execute(sql, tuple(values)).fetchall()

    def append(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Append rows to a table."""
        names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def columns(self, table: str) -> list[str]:
        """Return the columns that a table has."""
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def make_table(self, table: str, columns: Mapping[str, str], at: dt.datetime) -> None:
        """Make a table, and the triggers that refuse every change."""
        if not self.columns("gpkg_contents"):
            self._make_geopackage()
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.run(
            f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {described})"
        )
        for change in ("UPDATE", "DELETE"):
            self.run(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'history is only ever appended'); END"
            )
        self._list(table, at)

    def add_column(self, table: str, name: str, kind: str) -> None:
        """Add a column."""
        self.run(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    def make_view(self, name: str, sql: str, at: dt.datetime) -> None:
        """Make a view."""
        self.run(f"CREATE VIEW {name} AS {sql}")
        self._list(name, at)

    def drop_view(self, name: str) -> None:
        """Take a view away."""
        self.run(f"DROP VIEW IF EXISTS {name}")
        self.run("DELETE FROM gpkg_contents WHERE table_name = ?", [name])

    def _make_geopackage(self) -> None:
        self.run("PRAGMA application_id = 1196444487")  # "GPKG"
        self.run("PRAGMA user_version = 10300")
        for statement in filter(str.strip, _GPKG.split(";\n")):
            self.run(statement)

    def _list(self, table: str, at: dt.datetime) -> None:
        self.run(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
            "VALUES (?, 'attributes', ?, ?)",
            (table, table, at.strftime(STAMP)),
        )


class FileStore:
    """``ledgers.gpkg`` in the folder of a town, a GeoPackage which QGIS opens."""

    def __init__(self, file: Path) -> None:
        """Name the file, which need not be there yet."""
        self._file = file

    @property
    def place(self) -> str:
        """What messages call it."""
        return str(self._file)

    def exists(self) -> bool:
        """Return whether anything was ever written."""
        return self._file.exists()

    def mark(self) -> tuple[object, ...]:
        """Return what is another after every import."""
        changed = self._file.stat()
        return (str(self._file), changed.st_mtime_ns, changed.st_size)

    @contextmanager
    def reading(self) -> Iterator[FileRecords]:
        """Open it to read."""
        try:
            with closing(
                sqlite3.connect(_read_only(self._file.absolute()), uri=True)
            ) as connection:
                yield FileRecords(connection)
        except sqlite3.DatabaseError as error:
            raise InputError("error.archive_broken", file=self.place, why=error) from error

    @contextmanager
    def writing(self, at: dt.datetime) -> Iterator[FileRecords]:
        """Open it to append; a new file takes its place when all is written."""
        file = self._file
        check_writable(file)
        fresh = not file.exists()
        target = file
        try:
            if fresh:
                target = _unfinished(file)
            with closing(sqlite3.connect(target, isolation_level=None, timeout=WAIT_S)) as opened:
                try:
                    opened.execute("BEGIN IMMEDIATE")
                    before = opened.total_changes
                    yield FileRecords(opened, fresh=fresh)
                    if opened.total_changes > before:
                        stamp = (at.strftime(STAMP),)
                        opened.execute("UPDATE gpkg_contents SET last_change = ?", stamp)
                    opened.execute("COMMIT")
                except BaseException:
                    if opened.in_transaction:
                        opened.execute("ROLLBACK")
                    raise
            if fresh and file.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
            if fresh:
                with writing(file):
                    take_place(target, file)
        except (sqlite3.OperationalError, OSError) as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError("error.cannot_write", file=file, why=error) from error
        except sqlite3.DatabaseError as error:
            raise InputError("error.archive_broken", file=file, why=error) from error
        finally:
            if target != file:
                target.unlink(missing_ok=True)


class ServerRecords:
    """The tables of ledgers in the schema of a town."""

    def __init__(self, connection: Connection, schema: str, *, fresh: bool = False) -> None:
        """Take an open transaction."""
        self._connection, self._schema, self.fresh = connection, schema, fresh
        self._told: dict[str, dict[str, str]] = {}

    def run(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a sentence and return its rows."""
        result = self._connection.exec_driver_sql(
            sql.replace("%", "%%").replace("?", "%s") if values else sql, tuple(values)
        )
        if not result.returns_rows:
            return []
        return [tuple(map(_plain, row)) for row in result]

    def append(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Append rows to a table."""
        if not rows:
            return
        kinds = self._kinds(table)
        casts = [_CASTS.get(kinds[name], lambda cell: cell) for name in columns]
        cells = [
            tuple(None if cell is None else cast(cell)
                  for cast, cell in zip(casts, row, strict=True))
            for row in rows
        ]  # fmt: skip
        names, marks = ", ".join(map(quoted, columns)), ", ".join(["%s"] * len(columns))
        self._connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", cells)

    def columns(self, table: str) -> list[str]:
        """Return the columns that a table has."""
        return list(self._kinds(table))

    def make_table(self, table: str, columns: Mapping[str, str], at: dt.datetime) -> None:
        """Make a table, and the trigger that refuses every change."""
        described = ", ".join(f"{quoted(name)} {_typed(kind)}" for name, kind in columns.items())
        self.run(
            f"CREATE TABLE {table} (fid BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "
            f"{described})"
        )
        self._told = {}
        self.run(
            "CREATE OR REPLACE FUNCTION only_appended() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'history is only ever appended'; END $$"
        )
        self.run(
            f"CREATE TRIGGER {table}_only_appended BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION only_appended()"
        )

    def add_column(self, table: str, name: str, kind: str) -> None:
        """Add a column."""
        self.run(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {_typed(kind)}")
        self._told = {}

    def make_view(self, name: str, sql: str, at: dt.datetime) -> None:
        """Make a view."""
        self.run(f"CREATE VIEW {name} AS {sql}")
        self._told = {}

    def drop_view(self, name: str) -> None:
        """Take a view away."""
        self.run(f"DROP VIEW IF EXISTS {name}")
        self._told = {}

    def count_on(self, table: str) -> None:
        """Let the next row's number follow the largest one; for rows that came with theirs."""
        self.run(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'fid'), MAX(fid)) FROM {table} "
            "HAVING MAX(fid) IS NOT NULL"
        )

    def _kinds(self, table: str) -> dict[str, str]:
        """Return the kinds of a table's columns; all tables are asked for at once."""
        if not self._told:
            rows = self.run(
                "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute AS a "
                "JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v') "
                "JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ? "
                "WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum",
                (self._schema,),
            )
            for place, name, kind in rows:
                self._told.setdefault(str(place), {})[str(name)] = str(kind)
        return self._told.get(table, {})


class ServerStore:
    """The schema of a town in a PostgreSQL database."""

    def __init__(self, address: ServerAddress) -> None:
        """Name the database and the schema."""
        self._address = address

    @property
    def place(self) -> str:
        """What messages call it."""
        return str(self._address)

    def exists(self) -> bool:
        """Return that there is one: it is made with the town."""
        return True

    def mark(self) -> tuple[object, ...]:
        """Return what is another after every import."""
        with self.reading() as records:
            last = records.run(
                "SELECT (SELECT MAX(fid) FROM imports), (SELECT COUNT(*) FROM withdrawals)"
            )
        return (self.place, *last[0])

    @contextmanager
    def reading(self) -> Iterator[ServerRecords]:
        """Open it to read."""
        with session(self._address, reads=True) as connection:
            yield ServerRecords(connection, self._address.schema)

    @contextmanager
    def writing(self, at: dt.datetime) -> Iterator[ServerRecords]:
        """Open it to append; who comes second waits until the first is done."""
        with session(self._address) as connection:
            records = ServerRecords(connection, self._address.schema)
            allowed = records.run("SELECT has_table_privilege('imports', 'INSERT'), current_user")
            if not allowed[0][0]:
                raise OutputError("error.database_reader", address=self.place, user=allowed[0][1])
            lock(connection, "imports")
            yield records


_KINDS: Final = {"REAL": "DOUBLE PRECISION", "INTEGER": "BIGINT"}
_CASTS: Final[Mapping[str, Any]] = {
    "boolean": lambda cell: bool(int(cell)),
    "double precision": float,
    "bigint": int,
    "text": str,
    "date": str,
}


def _typed(kind: str) -> str:
    """Return a kind of column as PostgreSQL calls it."""
    first, _, rest = kind.partition(" ")
    return f"{_KINDS.get(first, first)} {rest}".rstrip()


def _plain(cell: object) -> object:
    """Return a cell as SQLite gives it."""
    if isinstance(cell, bool):
        return int(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _read_only(file: PurePath) -> str:
    """Return the address under which SQLite reads a file, also one on a server's share."""
    path = quote(file.as_posix(), safe=":/")  # for SQLite a server is part of the path, no host
    return f"file://{'' if path.startswith('/') else '/'}{path}?mode=ro"


def _unfinished(file: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=".gpkg", dir=file.parent)
    os.close(handle)
    Path(name).chmod(0o644)  # colleagues on a shared drive read it too
    return Path(name)


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
