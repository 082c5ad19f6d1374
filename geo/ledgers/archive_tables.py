"""The tables of ledgers: their version, and how older files become like new ones.

An archive, in a file or on a server, says its version in ``archive_versions``, one row for each
step it took; one without that table is of version 1. Columns and tables are only ever added, so
one of any older version can be read as it stands: what it lacks is missing. It is brought up to
date when it is next written to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from ..tables import KINDS, STEP_COLUMNS, LedgerKind
from ..words import InputError
from .building_match import GUESSES, HOW, SCORE, TOLD_ID
from .stores import STAMP, Records

VERSION: Final = 3
RANGES: Final = "ranges"  # numbers that a row tells as ranges: {"people_night": [3, 4]} as JSON
SURE: Final = "code_sure"  # how sure a category is that was proposed from words
IMPORT_COLUMNS: Final = (
    "kind", "source", "as_of", "imported_at", "sha256", "rows", "added", "file",
)  # fmt: skip
MATCH_COLUMNS: Final = {TOLD_ID: "TEXT", HOW: "TEXT", SCORE: "REAL", GUESSES: "TEXT"}

_TYPES = {
    "text": "TEXT", "choice": "TEXT", "moment": "TEXT", "number": "REAL", "count": "INTEGER",
    "date": "DATE", "flag": "BOOLEAN",
}  # fmt: skip


def stored_columns(kind: LedgerKind) -> dict[str, str]:
    """Return the columns of a kind's table with their types, fid left out."""
    columns = dict.fromkeys(("key", "row_hash"), "TEXT NOT NULL")
    columns |= {"import_id": "INTEGER NOT NULL", "source_row": "INTEGER NOT NULL"}
    columns |= {column.name: _TYPES[column.kind] for column in kind.stored}
    columns |= {"building_id": "TEXT", "lon": "REAL", "lat": "REAL"} | MATCH_COLUMNS
    columns[RANGES] = "TEXT"
    return columns | ({SURE: "TEXT"} if kind.name == "hazards" else {})


def check_version(records: Records, place: str) -> int:
    """Return the version of an open archive.

    Raises
    ------
    InputError
        When the archive is newer than this program, or is none.
    """
    if not records.columns("imports"):
        raise InputError("error.archive_broken", file=place, why="imports")
    version = 1
    if records.columns("archive_versions"):
        version = records.run("SELECT MAX(version) FROM archive_versions")[0][0] or 1
    if version > VERSION:
        raise InputError("error.archive_newer", file=place, version=version, known=VERSION)
    return int(version)


def bring_up(records: Records, at: dt.datetime, place: str) -> None:
    """Make all tables, or bring those of an older archive up to this version; no row changes."""
    if records.fresh or check_version(records, place) < VERSION or _lacking(records):
        _complete(records, at)


def append_import(records: Records, told: Sequence[object]) -> int:
    """Append an import and return its number.

    Parameters
    ----------
    records
        An archive opened to write.
    told
        Of the import, as `IMPORT_COLUMNS`.
    """
    records.append("imports", IMPORT_COLUMNS, [told])
    return int(records.run("SELECT MAX(fid) FROM imports")[0][0])


def make_tables(records: Records, at: dt.datetime) -> None:
    """Make every table and column that is not there."""
    for table, columns in archive_tables().items():
        there = records.columns(table)
        if not there:
            records.make_table(table, columns, at)
        for name in columns if there else ():
            if name not in there:  # a column that comes later has no value in older rows
                records.add_column(table, name, columns[name].removesuffix(" NOT NULL"))
    _make_view(records, at)


def archive_tables() -> dict[str, dict[str, str]]:
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


def _lacking(records: Records) -> bool:
    return any(
        set(columns) - set(records.columns(table)) for table, columns in archive_tables().items()
    )


def _complete(records: Records, at: dt.datetime) -> None:
    """Make what is not there, then say the version."""
    make_tables(records, at)
    told = set(records.run("SELECT ledger, name FROM ledger_columns"))
    records.append(
        "ledger_columns",
        ("ledger", "name", "kind", "headers", "personal"),
        [
            (kind.name, e.name, e.kind, "、".join(e.synonyms), int(e.personal))
            for kind in KINDS.values()
            for e in kind.stored
            if (kind.name, e.name) not in told
        ],
    )
    records.append("archive_versions", ("version", "since"), [(VERSION, at.strftime(STAMP))])


def _make_view(records: Records, at: dt.datetime) -> None:
    """List what was ever told of a case, with the day on which it was recorded.

    Where a case stands follows only from all of this together: what was seen without a day
    (stated = 0) gives way to what somebody dated. So the view of states of version 2 is gone.
    """
    records.drop_view("hazard_states")
    if records.columns("hazard_told"):
        return
    row = "FROM hazards AS h JOIN imports AS i ON i.fid = h.import_id"
    held = "i.fid NOT IN (SELECT import_id FROM withdrawals)"
    parts = [
        f"SELECT h.key, '{state}' AS state, h.{day} AS happened_on, 1 AS stated, "
        f"i.source AS who, i.imported_at AS recorded_at {row} WHERE h.{day} IS NOT NULL AND {held}"
        for state, day in STEP_COLUMNS.items()
    ]
    parts.append(
        f"SELECT h.key, h.state, i.as_of, 0, i.source, "
        f"i.imported_at {row} "
        f"WHERE h.state IS NOT NULL AND {held}"
    )
    parts.append(
        "SELECT key, state, happened_on, CAST(stated AS INTEGER), who, recorded_at "
        "FROM hazard_events "
        "WHERE import_id IS NULL"
    )
    records.make_view(
        "hazard_told",
        "SELECT row_number() OVER (ORDER BY key, happened_on) AS fid, "
        f"told.* FROM ({' UNION ALL '.join(parts)}) AS told",
        at,
    )
