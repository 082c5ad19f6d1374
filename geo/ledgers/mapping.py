"""How ledgers were read, written back into ``town.toml`` without disturbing the rest of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tomlkit

from ..tables import HeaderMatch
from ..words import OutputError


def save_mapping(file: Path, kind: str, matches: Sequence[HeaderMatch]) -> bool:
    """Write which header holds which column under ``[imports.<kind>.columns]``.

    Comments, order and spelling of all else stay as they are. What an earlier file of the kind
    taught stays too, unless this one says otherwise.

    Parameters
    ----------
    file
        ``town.toml``.
    kind
        Of the ledger.
    matches
        Of its headers; those left unmatched are not written.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    before = file.read_bytes()
    marked = before.startswith(b"\xef\xbb\xbf")
    document = tomlkit.parse(before.decode("utf-8-sig"))
    columns = document
    for name in ("imports", kind, "columns"):
        if name not in columns:
            columns[name] = tomlkit.table(is_super_table=name != "columns")
        columns = columns[name]
    for match in matches:
        if match.how != "unmatched" and columns.get(match.column) != match.header:
            columns[match.column] = match.header
    after = tomlkit.dumps(document).encode()
    after = b"\xef\xbb\xbf" + after if marked else after
    if after == before:
        return False
    _replace(file, after)
    return True


def _replace(file: Path, content: bytes) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=file.suffix, dir=file.parent)
        with os.fdopen(handle, "wb") as unfinished:
            unfinished.write(content)
        Path(name).chmod(file.stat().st_mode)
        Path(name).replace(file)
    except OSError as error:
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error
