"""What of the ledgers waits for somebody: cells nobody could read, rows that stand nowhere, pairs.

All of it is counted meanwhile, as unknown; it is listed as long as it is so.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..tables import KINDS, ledger_kind
from ..words import Problem
from ..words import fields as f
from .archive import (
    latest_versions,
    read_imports,
    read_records,
    read_same,
    read_unread,
)
from .building_match import GUESSES, HOW, UNMATCHED, told_place
from .stores import store_of


def open_cells(folder: Path, kind: str) -> pd.DataFrame:
    """Return the cells of a kind of ledger that could not be read and that nobody completed.

    A cell is open until its row is completed, or its source sends the row again.

    Parameters
    ----------
    folder
        Of the town.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.

    Returns
    -------
    DataFrame
        `key`, `name` (of the column), `header` and `said` (what the file calls it and says),
        `why` (code of the problem), `source`, `source_sheet`, `source_row`. Rows of a text table
        that could not be taken in at all have no key.
    """
    cells = read_unread(folder, kind)
    if cells.empty:
        return cells
    live = latest_versions(folder, kind)
    held = set(zip(live["key"], live["import_id"], strict=True))
    records = read_records(folder, kind).set_index("key")
    missing = {(key, name) for name in records for key in records.index[records[name].isna()]}
    imports = read_imports(folder)
    last = imports[imports["kind"] == kind].groupby("source")["fid"].max()

    def is_open(key: object, name: str, number: int, source: str) -> bool:
        if key is None:
            return bool(number == last[source])
        return (key, number) in held and (key, name) in missing

    told = zip(cells["key"], cells["name"], cells["import_id"], cells["source"], strict=True)
    return cells[[is_open(*one) for one in told]].reset_index(drop=True)


def unplaced_rows(folder: Path, kind: str) -> pd.DataFrame:
    """Return what holds of a kind and stands at no building or lane, as `read_records`.

    Stations stand on the map by themselves, and none of them is unplaced.

    Parameters
    ----------
    folder
        Of the town.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    """
    records = read_records(folder, kind)
    lost = (records[HOW] == UNMATCHED) & (ledger_kind(kind).place != "station")
    return records[lost].reset_index(drop=True)


def open_pairs(folder: Path, kind: str) -> pd.DataFrame:
    """Return the pairs of a kind that may be one thing and that nobody answered yet.

    Parameters
    ----------
    folder
        Of the town.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    """
    pairs = read_same(folder, kind)
    return pairs[pairs["same"].isna()].reset_index(drop=True)


def _cell_code(said: object) -> str:
    return "cell_open" if said else "cell_open_empty"


def open_problems(folder: Path) -> list[Problem]:
    """Return all that waits for somebody as problems, one a cell, a row or a pair.

    Parameters
    ----------
    folder
        Of the town.
    """
    if not store_of(folder).exists():
        return []
    problems = []
    for kind in KINDS:
        for cell in open_cells(folder, kind).to_dict("records"):
            whole = cell["key"] is None
            problems.append(
                Problem("warning", "row_refused_open" if whole else _cell_code(cell["said"]), kind,
                        str(cell["source"]), int(cell["source_row"]), str(cell["key"] or ""),
                        str(cell["name"]), str(cell["said"] or ""),
                        details={} if whole else {"header": str(cell["header"] or cell["name"])},
                        sheet=str(cell["source_sheet"] or ""))
            )  # fmt: skip
        for row in unplaced_rows(folder, kind).to_dict("records"):
            code = "row_unmatched" if row[GUESSES] else "row_unmatched_bare"
            problems.append(
                Problem("warning", code, kind, str(row["from_source"]), int(row[f.SOURCE_ROW]),
                        str(row["key"]), value=told_place(row), allowed=str(row[GUESSES] or ""))
            )  # fmt: skip
        problems += [
            Problem("warning", "pair_open", kind, feature=str(pair["key"]),
                    value=str(pair["key"]), allowed=str(pair["other"]))
            for pair in open_pairs(folder, kind).to_dict("records")
        ]  # fmt: skip
    return problems


def things(folder: Path, kind: str, keys: list[str]) -> dict[str, str]:
    """Return in words what each key of a kind is: place, kind and day, no person.

    Parameters
    ----------
    folder
        Of the town.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    keys
        Of which it is asked.
    """
    chosen = ledger_kind(kind)
    records = read_records(folder, kind).drop_duplicates("key").set_index("key")
    names = [n for n in ("community", f.ADDRESS, f.NAME, *chosen.agree, "found_on", "started_at",
                         "description") if n in records]  # fmt: skip
    told = {str(row["key"]): row for row in records[names].reset_index().to_dict("records")}
    return {
        key: " ".join(_plain(told[key][n]) for n in names if not pd.isna(told[key][n]))
        for key in keys
        if key in told
    }


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
