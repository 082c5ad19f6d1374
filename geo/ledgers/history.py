"""The story of every case, derived from all that ledgers and people ever said of it.

Nothing of this is stored: a day on which something happened stands in a row of a ledger, the day
on which it was recorded in its import, and what nobody stated is put in when it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from ..words import HazardState, InputError
from .archive import EVENT_COLUMNS, known_people, read_endings, read_told
from .cases import Step, Told, history, told_steps
from .unnamed import steps_without_people

ENDED: Final = "ended"  # note of a case that a complete ledger does not hold any more
_NO_TELLER: Final = (None, None, None, None, None)  # who, evidence, note, import_id, recorded_at

Refused = tuple[str, Step, InputError]


def read_events(folder: Path, *, only: Collection[str] | None = None) -> pd.DataFrame:
    """Return the steps of all cases, in the order in which they happened.

    Parameters
    ----------
    folder
        Of the town.
    only
        Keys of the cases wanted; all if not given.

    Returns
    -------
    DataFrame
        `fid` (in that order), `key`, `state`, `happened_on`, `stated` (0 where nobody dated the
        step: it had happened by then), `who`, `evidence`, `note`, `import_id`, `recorded_at`
        (who told it and when it was recorded; missing for steps that were put in). Texts name
        nobody, as in `read_records`.
    """
    events, _ = derive_events(folder, only=only)
    return events


def derive_events(
    folder: Path, *, only: Collection[str] | None = None
) -> tuple[pd.DataFrame, list[Refused]]:
    """Return the steps of cases as `read_events`, and stated steps that cannot stand."""
    told, tellers = _everything_told(folder, only)
    rows: list[tuple[object, ...]] = []
    refused: list[Refused] = []
    for key, said in told.items():
        steps, wrong = history(key, said)
        refused += [(key, step, error) for step, error in wrong]
        rows += [
            (key, str(s.state), s.on.isoformat(), int(s.stated), *tellers.get((key, s), _NO_TELLER))
            for s in steps
        ]
    rows.sort(key=lambda row: str(row[2]))  # stable: the steps of a case stay in their order
    frame = pd.DataFrame.from_records(rows, columns=list(EVENT_COLUMNS))
    frame["happened_on"] = pd.to_datetime(frame["happened_on"], format="ISO8601")
    frame.insert(0, "fid", range(1, len(frame) + 1))
    return steps_without_people(frame, known=known_people(folder)), refused


def _everything_told(
    folder: Path, only: Collection[str] | None
) -> tuple[dict[str, list[Told]], dict[tuple[str, Step], tuple[object, ...]]]:
    """Return what was told by case, and who told each step last."""
    rows, by_hand = read_told(folder)
    endings = read_endings(folder, "hazards")
    if only is not None:
        rows, by_hand, endings = (part[part["key"].isin(only)] for part in (rows, by_hand, endings))
    told: dict[str, list[Told]] = {}
    tellers: dict[tuple[str, Step], tuple[object, ...]] = {}
    last: dict[str, tuple[str, int]] = {}  # the last import that tells of a case
    for row in cast("list[dict[str, Any]]", rows.to_dict("records")):
        key, source, number = str(row["key"]), str(row["from_source"]), int(row["import_id"])
        as_of = str(row["as_of"])
        last[key] = max((as_of, number), last.get(key, ("", 0)))
        for step in told_steps(row, as_of=dt.date.fromisoformat(as_of)):
            told.setdefault(key, []).append(Told(step, source, (as_of, number)))
            tellers[key, step] = (row["lead_dept"], row["evidence"], None, number,
                                  row["imported_at"])  # fmt: skip
    for made in by_hand.to_dict("records"):
        key, recorded = str(made["key"]), str(made["recorded_at"])
        if key not in told:
            continue  # of a case that only a withdrawn import knew
        on = dt.date.fromisoformat(str(made["happened_on"])[:10])
        step = Step(HazardState(made["state"]), on, bool(made["stated"]))
        told[key].append(Told(step, "", (recorded, int(made["fid"]))))
        tellers[key, step] = (made["who"], made["evidence"], made["note"], None, recorded)
    for key, source, number, as_of in zip(
        endings["key"], endings["source"], endings["import_id"], endings["as_of"], strict=True
    ):
        # The latest word holds: whoever tells of the case later knows that it has not ended.
        if key in told and (str(as_of), int(number)) > last[key]:
            step = Step(HazardState.CLOSED, dt.date.fromisoformat(str(as_of)), stated=False)
            told[key].append(Told(step, str(source), (str(as_of), int(number))))
            tellers.setdefault((key, step), (None, None, ENDED, int(number), None))
    return told, tellers
