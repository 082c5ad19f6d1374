"""What a town keeps beside its layers and ledgers: ``town.toml``, terrain, checklists, tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ..words import TOWN_FILE, InputError, OutputError, whole_file
from .address import ServerAddress, server_of
from .sessions import lock, session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TABLE: Final = """
CREATE TABLE town_files (
  name TEXT PRIMARY KEY, content BYTEA, sha256 TEXT NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL DEFAULT now(), changed_by TEXT NOT NULL DEFAULT current_user)
"""


def make_files(connection: Connection, files: Mapping[str, bytes]) -> None:
    """Make the table of files in a new town and fill it.

    Parameters
    ----------
    connection
        An open transaction.
    files
        By name.
    """
    connection.exec_driver_sql(_TABLE)
    for name, content in files.items():
        keep_file(connection, name, content)


def keep_file(connection: Connection, name: str, content: bytes | None) -> None:
    """Keep a file in place of the one that had its name.

    Parameters
    ----------
    connection
        An open transaction.
    name
        Of the file, as in the town's folder.
    content
        None takes the file away.
    """
    connection.exec_driver_sql(
        "INSERT INTO town_files (name, content, sha256) VALUES (%s, %s, %s) "
        "ON CONFLICT (name) DO UPDATE SET content = EXCLUDED.content, sha256 = EXCLUDED.sha256, "
        "changed_at = now(), changed_by = current_user",
        (name, content, _digest(content)),
    )


def file_on_server(connection: Connection, name: str) -> bytes | None:
    """Return a file, None where there is none.

    Parameters
    ----------
    connection
        An open transaction.
    name
        Of the file.
    """
    sql = "SELECT content FROM town_files WHERE name = %s"
    row = connection.exec_driver_sql(sql, (name,)).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def files_on_server(connection: Connection) -> dict[str, bytes]:
    """Return all files by name."""
    rows = connection.exec_driver_sql(
        "SELECT name, content FROM town_files WHERE content IS NOT NULL ORDER BY name"
    )
    return {str(name): bytes(content) for name, content in rows}


def fetch_files(folder: Path, address: ServerAddress) -> str:
    """Bring the files of a shared town into its folder, where they differ.

    Parameters
    ----------
    folder
        With the ``town.toml`` that names the server; that one stays as it is.
    address
        Of the town.

    Returns
    -------
    str
        The ``town.toml`` of the server.

    Raises
    ------
    InputError
        When there is no town, or a file would come to lie outside the folder.
    OutputError
        When the server, or the folder, does not allow it.
    """
    with session(address, reads=True) as connection:
        settings = file_on_server(connection, TOWN_FILE)
        if settings is None:
            raise InputError("error.database_no_town", address=address)
        listed = connection.exec_driver_sql("SELECT name, sha256 FROM town_files").fetchall()
        for name, digest in sorted(listed):
            if name == TOWN_FILE:
                continue
            file = folder / inside(name)
            if _digest(file.read_bytes() if file.exists() else None) != digest:
                _put(file, file_on_server(connection, name))
    return settings.decode("utf-8-sig")


def inside(name: str) -> Path:
    """Return the path of a file in a town folder.

    Raises
    ------
    InputError
        When it leads out of the folder, or hides in it.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    bad = path.is_absolute() or not path.parts or ":" in name or "\0" in name
    if bad or any(part.startswith(".") for part in path.parts):
        raise InputError("error.file_outside", value=name)
    return Path(*path.parts)


def change_file(
    folder: Path, name: str, change: Callable[[bytes | None], bytes | None]
) -> bytes | None:
    """Change a file of a town where the town stands; on a server nobody else does meanwhile.

    Parameters
    ----------
    folder
        Of the town.
    name
        Of the file.
    change
        Gets its content and returns the new one; None means that there is no such file.

    Returns
    -------
    bytes
        What it was changed to.
    """
    address = server_of(folder)
    file = folder / inside(name)
    if address is None:
        before = file.read_bytes() if file.exists() else None
        after = change(before)
    else:
        with session(address) as connection:
            lock(connection, "town_files")
            before = file_on_server(connection, name)
            after = change(before)
            if after != before:
                keep_file(connection, name, after)
    if after != before and (address is None or name != TOWN_FILE):
        _put(file, after)
    return after


def send_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Keep new files of a town on its server, too, if it has one.

    Parameters
    ----------
    folder
        Of the town.
    files
        By name.

    Raises
    ------
    OutputError
        When somebody else has just sent one of that name, or the server does not allow it.
    """
    address = server_of(folder)
    if address is None:
        return
    with session(address) as connection:
        lock(connection, "town_files")
        for name, content in files.items():
            if file_on_server(connection, name) is not None:
                raise OutputError("error.database_changed", address=address)
            keep_file(connection, name, content)


def _put(file: Path, content: bytes | None) -> None:
    try:
        if content is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error
    whole_file(file, content)


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()
