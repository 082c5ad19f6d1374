"""An archive moves between a file and a server: every table, every row, under its own number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from .archive_tables import archive_tables, bring_up, check_version, make_tables
from .stores import ARCHIVE_FILE, STAMP, FileStore, Records, ServerRecords

if TYPE_CHECKING:
    from sqlalchemy import Connection


def push_archive(folder: Path, connection: Connection, schema: str, *, at: dt.datetime) -> int:
    """Copy the ledgers of a folder into the schema of a new town.

    Parameters
    ----------
    folder
        Of the town; without an archive the tables are made and stay empty.
    connection
        An open transaction.
    schema
        Of the town.
    at
        When this is done.

    Returns
    -------
    int
        How many rows were copied.
    """
    store = FileStore(folder / ARCHIVE_FILE)
    target = ServerRecords(connection, schema, fresh=not store.exists())
    count = 0
    if store.exists():
        with store.reading() as source:
            check_version(source, store.place)
            count = _copy(source, target, at)
        for table in archive_tables():
            target.count_on(table)
    bring_up(target, at, schema)
    return count


def pull_archive(connection: Connection, schema: str, folder: Path) -> int:
    """Copy the ledgers of a town on a server into ``ledgers.gpkg`` of a folder.

    Parameters
    ----------
    connection
        An open transaction.
    schema
        Of the town.
    folder
        Without an archive.

    Returns
    -------
    int
        How many rows were copied.
    """
    source = ServerRecords(connection, schema)
    check_version(source, schema)
    # The same rows make the same file, whenever they are copied.
    since = source.run("SELECT MAX(since) FROM archive_versions")[0][0]
    at = dt.datetime.strptime(since, STAMP)
    with FileStore(folder / ARCHIVE_FILE).writing(at) as target:
        return _copy(source, target, at)


def _copy(source: Records, target: Records, at: dt.datetime) -> int:
    make_tables(target, at)
    count = 0
    for table in archive_tables():
        columns = source.columns(table)
        if columns:
            names = ", ".join(f'"{name}"' for name in columns)
            rows = source.run(f"SELECT {names} FROM {table} ORDER BY fid")
            target.append(table, columns, rows)
            count += len(rows)
    return count
