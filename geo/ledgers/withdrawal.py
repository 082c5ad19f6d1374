"""An import is withdrawn: what it brought is passed by, and stays in the archive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from ..words import InputError
from .archive import read_imports, writing
from .stores import store_of


def withdraw(
    folder: Path, *, name: str | None = None, at: dt.datetime | None = None
) -> pd.DataFrame:
    """Withdraw an import; the town then stands as it stood without it.

    Parameters
    ----------
    folder
        Of the town.
    name
        Source, file or number of the import, of several the last; the last of all if not given.
    at
        When this is recorded; now if not given.

    Returns
    -------
    DataFrame
        What was withdrawn, as `weizhan.geo.ledgers.archive.read_imports`: one row for each kind
        of ledger that the file brought.

    Raises
    ------
    InputError
        When there is no such import; names those there are.
    """
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if not store_of(folder).exists():
        raise InputError("error.nothing_imported", folder=folder)
    with writing(folder, at=at) as connection:
        imports = read_imports(folder)  # nobody else writes now
        if imports.empty:
            raise InputError("error.nothing_imported", folder=folder)
        named = imports["file"].notna()
        # What people recorded one by one came with no file, and is no import.
        asked = imports[named] if named.any() else imports
        if name is not None:
            names = (imports["source"], imports["file"], imports["fid"].astype(str))
            asked = imports[pd.concat([column == name for column in names], axis=1).any(axis=1)]
        if asked.empty:
            known = "、".join(dict.fromkeys(imports.loc[named, "file"].tail(20)))
            raise InputError("error.import_unknown", value=name, allowed=known)
        last = asked.iloc[-1]
        one = (imports["imported_at"] == last["imported_at"]) & (
            imports["sha256"] == last["sha256"]
        )
        gone = imports[one]
        stamp = at.isoformat(timespec="seconds")
        rows = [(int(number), stamp) for number in gone["fid"]]
        connection.append("withdrawals", ("import_id", "withdrawn_at"), rows)
    withdrawn: pd.DataFrame = gone.reset_index(drop=True)
    return withdrawn
