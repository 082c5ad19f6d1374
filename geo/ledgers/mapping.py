"""How ledgers were read, written back into ``town.toml`` without disturbing the rest of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from ..postgis import change_file
from ..tables import HeaderMatch
from ..words import TOWN_FILE


def name_columns(folder: Path, kind: str, columns: Mapping[str, str]) -> None:
    """Write how ledgers of a kind are to be read, instead of what an earlier file taught.

    Parameters
    ----------
    folder
        Of the town.
    kind
        Of the ledger.
    columns
        ``{our name: header}``; an empty header says that none holds the column.

    Raises
    ------
    OutputError
        When ``town.toml`` cannot be written.
    """

    def name(document: TOMLDocument) -> None:
        imports = document.setdefault("imports", tomlkit.table(is_super_table=True))
        imports.setdefault(kind, tomlkit.table())["columns"] = dict(columns)

    _edit(folder, name)


def save_mapping(folder: Path, kind: str, matches: Sequence[HeaderMatch]) -> None:
    """Write which header holds which column under ``[imports.<kind>.columns]``.

    Comments, order and spelling of all else stay as they are. What an earlier file of the kind
    taught stays too, unless this one says otherwise.

    Parameters
    ----------
    folder
        Of the town.
    kind
        Of the ledger.
    matches
        Of its headers; those left unmatched are not written.

    Raises
    ------
    OutputError
        When ``town.toml`` cannot be written.
    """

    def learn(document: TOMLDocument) -> None:
        columns: Any = document
        for name in ("imports", kind, "columns"):
            if name not in columns:
                columns[name] = tomlkit.table(is_super_table=name != "columns")
            columns = columns[name]
        for match in matches:
            if match.how != "unmatched" and columns.get(match.column) != match.header:
                columns[match.column] = match.header

    _edit(folder, learn)


def _edit(folder: Path, edit: Callable[[TOMLDocument], None]) -> None:
    """Change ``town.toml``; its comments and the mark that some editors begin with stay."""

    def change(before: bytes | None) -> bytes:
        before = before or b""
        document = tomlkit.parse(before.decode("utf-8-sig"))
        edit(document)
        mark = b"\xef\xbb\xbf"
        return (mark if before.startswith(mark) else b"") + tomlkit.dumps(document).encode()

    change_file(folder, TOWN_FILE, change)
