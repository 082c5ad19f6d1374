"""Single steps beside the states: a look-back, a listing (挂牌督办), its lifting; all appended."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from ...geo.ledgers import (
    GUESSES,
    HOW,
    SCORE,
    TOLD_ID,
    append_import,
    read_events,
    read_records,
    read_versions,
    stored_columns,
    writing,
)
from ...geo.tables import is_missing, ledger_kind
from ...geo.words import HazardState, InputError, SupervisionLevel
from ...geo.words import fields as f

Done = Literal["look_back", "listed", "lifted"]
KIND = "hazards"


@dataclass(frozen=True)
class LookBack:
    """A closed case looked at again (回头看), and what came out."""

    outcome: str


@dataclass(frozen=True)
class Listing:
    """A case put under listed supervision (挂牌督办): by which level, and until when to mend it."""

    level: SupervisionLevel
    due: dt.date | None = None


@dataclass(frozen=True)
class Lifting:
    """The end of a listing (摘牌)."""


def supervise(
    folder: Path,
    case: str,
    act: LookBack | Listing | Lifting,
    *,
    on: dt.date,
    by: str,
    evidence: str = "",
    note: str = "",
    at: dt.datetime | None = None,
) -> Done:
    """Record a look-back, a listing or its lifting as a new version of a case's row.

    The row is kept under the name of who says so, beside what the ledgers say; nothing is
    changed.

    Parameters
    ----------
    folder
        Of the town.
    case
        Key of the hazard.
    act
        What was done.
    on
        The day on which it was done.
    by
        The office or role that did it.
    evidence, note
        Reference of a photo or paper; anything else.
    at
        When this is recorded; now if not given.

    Raises
    ------
    InputError
        When there is no such case, nobody is named, or it may not be: only closed cases are
        looked back at, only listed ones are lifted, only others listed, no day before the last.
    """
    if not by.strip():
        raise InputError("error.step_nobody", case=case, to=_DONE[type(act)])
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with writing(folder, at=at) as connection:
        records = read_records(folder, KIND, personal=True)  # to be written again as it was
        own = records[records["key"] == case] if len(records) else records
        if own.empty:
            raise InputError("error.case_unknown", case=case)
        row, day = own.iloc[0], pd.Timestamp(on)
        told: dict[str, Any]
        if isinstance(act, LookBack):
            _check_closed(folder, case, day)
            told = {"looked_back_on": on.isoformat(), "look_back_outcome": act.outcome}
        elif isinstance(act, Listing):
            if _listed(row, day):
                raise InputError("error.already_listed", case=case, since=_day(row["listed_on"]))
            if act.due is not None and act.due < on:
                raise InputError("error.period_reversed", start=on, end=act.due)
            told = {"supervision_level": str(act.level), "listed_on": on.isoformat(),
                    "listed_due_on": None if act.due is None else act.due.isoformat()}  # fmt: skip
        else:
            if not _listed(row, day):
                raise InputError("error.not_listed", case=case)
            told = {"lifted_on": on.isoformat()}
        if evidence:
            told["evidence"] = evidence
        if note:
            told["description"] = row["description"] if _there(row["description"]) else note
        _append(connection, folder, case, row, told, by=by.strip(), on=on, at=at)
    return _DONE[type(act)]


_DONE: Final[Mapping[type, Done]] = {
    LookBack: "look_back",
    Listing: "listed",
    Lifting: "lifted",
}


def _check_closed(folder: Path, case: str, day: pd.Timestamp) -> None:
    events = read_events(folder)
    history = events[events["key"] == case]
    last = None if history.empty else history.iloc[-1]
    if last is None or last["state"] != HazardState.CLOSED:
        raise InputError("error.look_back_open", case=case)
    if day < last["happened_on"]:
        raise InputError("error.look_back_early", case=case, closed=_day(last["happened_on"]))


def _listed(row: pd.Series, day: pd.Timestamp) -> bool:
    """Tell whether a case is under listed supervision on a day."""
    listed, lifted = pd.Timestamp(row["listed_on"]), pd.Timestamp(row["lifted_on"])
    if not _there(row["supervision_level"]) or listed > day:
        return False
    return not (lifted <= day and not lifted < listed)


def _there(value: object) -> bool:
    return value is not None and value == value


def _day(moment: pd.Timestamp) -> str:
    return "—" if pd.isna(moment) else f"{moment:%Y-%m-%d}"


def _append(
    connection: Any,
    folder: Path,
    case: str,
    row: pd.Series,
    told: dict[str, Any],
    *,
    by: str,
    on: dt.date,
    at: dt.datetime,
) -> None:
    """Append a version of the row that says all that this source has said, and the new."""
    kind = ledger_kind(KIND)
    versions = read_versions(folder, KIND, personal=True)
    mine = versions[(versions["key"] == case) & (versions["from_source"] == by)]
    said = {} if mine.empty else _stored(mine.iloc[-1], kind.names)
    said |= told
    said["code"] = row["code"]
    words = repr(sorted((name, str(value)) for name, value in said.items()))
    digest = hashlib.sha256(words.encode()).hexdigest()
    stamp = at.isoformat(timespec="seconds")
    told_of = (KIND, by, on.isoformat(), stamp, digest, 1, 1, None)
    number = append_import(connection, told_of)
    kept = {
        **said, "key": case, "row_hash": digest[:20], "import_id": number, "source_row": 0,
        **{name: row[name] if _there(row[name]) else None
           for name in (f.BUILDING_ID, "lon", "lat", HOW, SCORE, GUESSES, TOLD_ID)},
    }  # fmt: skip
    columns = [name for name in stored_columns(kind) if name in kept]
    connection.append(kind.table, columns, [[kept[name] for name in columns]])


def _stored(row: pd.Series, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a version says, as it is stored."""
    said: dict[str, Any] = {}
    for name in names:
        value = row.get(name)
        if is_missing(value):
            continue
        said[name] = value.date().isoformat() if isinstance(value, pd.Timestamp) else value
    return said
