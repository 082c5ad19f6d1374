"""The closed loop: where every case stands on a day, what is overdue, what is to be looked at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from ...geo.ledgers import EVENT_COLUMNS, Step, check_next, read_events, writing
from ...geo.words import HazardState, InputError, Workdays
from .deadlines import due_days

OPEN: Final = tuple(state for state in HazardState if state is not HazardState.CLOSED)
CHECKS: Final = ("self_check", "territorial_check", "office_check")


def case_table(records: pd.DataFrame, events: pd.DataFrame, *, on: dt.date) -> pd.DataFrame:
    """Return every case as it stood on a day.

    Parameters
    ----------
    records
        Hazards, from `weizhan.geo.ledgers.archive.read_records`.
    events
        Their steps, from `weizhan.geo.ledgers.archive.read_events`.
    on
        The day; cases found later are not there yet.

    Returns
    -------
    DataFrame
        The records with `state` and `since` from the history (not from the ledger), `found`,
        `age_days` of those not closed, `closed` (the last closing) and `times_reopened`.
    """
    day = pd.Timestamp(on)
    past = events[events["happened_on"] <= day]
    by_case = past.groupby("key", sort=False)
    last = by_case.tail(1).set_index("key")
    closings = past[past["state"] == HazardState.CLOSED]
    reopenings = past[past["state"] == HazardState.REOPENED]
    told = records.drop(columns=["state"], errors="ignore").set_index("key", drop=False)
    cases = told[told.index.isin(last.index)].reset_index(drop=True)
    keys = cases["key"]
    cases["state"] = keys.map(last["state"])
    cases["since"] = keys.map(last["happened_on"])
    cases["found"] = keys.map(by_case["happened_on"].first())
    age = (day - pd.to_datetime(cases["found"])).dt.days
    cases["age_days"] = age.where(cases["state"] != HazardState.CLOSED).astype("float64")
    cases["closed"] = pd.to_datetime(keys.map(closings.groupby("key")["happened_on"].last()))
    cases["times_reopened"] = keys.map(reopenings.groupby("key").size()).fillna(0).astype("int64")
    return cases


def overdue(cases: pd.DataFrame, *, on: dt.date, workdays: Workdays | None = None) -> pd.DataFrame:
    """Return the cases not closed whose due day is past, the longest overdue first.

    A case is overdue from the day after its due day; `days_overdue` counts them.

    Parameters
    ----------
    cases
        From `case_table`.
    on
        The day.
    workdays
        The calendar; a due day of rest is put off to the next working day.
    """
    late = (pd.Timestamp(on) - due_days(cases["due_on"], workdays)).dt.days
    found: pd.DataFrame = cases.assign(days_overdue=late)[cases["state"].isin(OPEN) & (late > 0)]
    return found.sort_values(["days_overdue", "key"], ascending=[False, True], ignore_index=True)


def undated(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases not closed of which nobody told a due day: they may be overdue.

    Parameters
    ----------
    cases
        From `case_table`.
    """
    return cases[cases["state"].isin(OPEN) & cases["due_on"].isna()]


def known_overdue(count: pd.Series, without_day: pd.Series) -> pd.Series:
    """Return counts of cases overdue, missing where none is known and some tell no due day.

    Parameters
    ----------
    count, without_day
        Of `overdue` and `undated` cases, by place; missing is unknown.

    Examples
    --------
    >>> known_overdue(pd.Series([0, 0, 2]), pd.Series([0, 1, 1])).tolist()
    [0.0, nan, 2.0]
    """
    return count.where(~((count == 0) & (without_day > 0)))


def listed(cases: pd.DataFrame, *, on: dt.date, workdays: Workdays | None = None) -> pd.DataFrame:
    """Return the cases under listed supervision (挂牌督办): those overdue first.

    `status` is ``lifted``, ``overdue`` (past the due day of the listing) or ``open``;
    `days_overdue` are those since that day, missing for all others.

    Parameters
    ----------
    cases
        From `case_table`.
    on
        The day.
    workdays
        The calendar; a due day of rest is put off to the next working day.
    """
    day = pd.Timestamp(on)
    listed_on = pd.to_datetime(cases["listed_on"])
    under = cases[cases["supervision_level"].notna() & ~(listed_on > day)]
    lifted_on = pd.to_datetime(under["lifted_on"])
    lifted = (lifted_on <= day) & ~(lifted_on < pd.to_datetime(under["listed_on"]))  # listed again
    past = (day - due_days(under["listed_due_on"], workdays)).dt.days
    late = past > 0
    status = np.where(lifted, "lifted", np.where(late, "overdue", "open"))
    rank = pd.Series(status, index=under.index).map({"overdue": 0, "open": 1, "lifted": 2})
    days = past.where(status == "overdue").astype("float64")
    ordered = under.assign(status=status, days_overdue=days, _rank=rank).sort_values(
        ["_rank", "listed_due_on", "key"], ignore_index=True
    )
    return ordered.drop(columns="_rank")


def look_back_due(
    cases: pd.DataFrame,
    *,
    on: dt.date,
    after_days: float,
    workdays: Workdays | None = None,
) -> pd.DataFrame:
    """Return the closed cases to be looked at again (回头看), the longest due first.

    Parameters
    ----------
    cases
        From `case_table`.
    on
        The day.
    after_days
        Days after closing; ``rules.supervision.look_back_days``.
    workdays
        A look-back that falls on a day of rest by it is due on the next working day.

    Returns
    -------
    DataFrame
        Cases closed at least so many days ago and not looked at since, with `look_back_on`.
    """
    due = due_days(cases["closed"] + pd.Timedelta(days=after_days), workdays)
    looked = pd.to_datetime(cases["looked_back_on"])
    done = (looked >= cases["closed"]) & (looked <= pd.Timestamp(on))
    waiting = (cases["state"] == HazardState.CLOSED) & (due <= pd.Timestamp(on)) & ~done
    found = cases.assign(look_back_on=due)[waiting]
    return found.sort_values(["look_back_on", "key"], ignore_index=True)


def check_mismatches(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases on which the three checks (企业自查、属地排查、科室核查) disagree.

    A check that was not made disagrees with nothing.
    """
    told = cases[list(CHECKS)].astype("float64")
    return cases[told.min(axis=1) < told.max(axis=1)].reset_index(drop=True)


def move(
    folder: Path,
    case: str,
    *,
    to: HazardState,
    on: dt.date,
    by: str,
    evidence: str = "",
    note: str = "",
    at: dt.datetime | None = None,
) -> None:
    """Move a case one step along the loop; the step is appended to its history.

    Parameters
    ----------
    folder
        Of the town.
    case
        Key of the hazard.
    to
        The state it reaches.
    on
        The day on which it did.
    by
        The office or role that moved it.
    evidence
        Reference of a photo or paper.
    note
        Anything else.
    at
        When this is recorded; now if not given.

    Raises
    ------
    InputError
        When there is no such case, nobody is named, or the step may not follow; names the case,
        its state and the states allowed.
    """
    if not by.strip():
        raise InputError("error.step_nobody", case=case, to=to)
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with writing(folder, at=at) as connection:
        events = read_events(folder, only={case})  # nobody else writes now
        if events.empty:
            raise InputError("error.case_unknown", case=case)
        story = [
            Step(HazardState(state), day.date(), bool(stated))
            for state, day, stated in zip(
                events["state"], events["happened_on"], events["stated"], strict=True
            )
        ]
        check_next(case, story, Step(HazardState(to), on))
        stamp = at.isoformat(timespec="seconds")
        row = (case, str(to), on.isoformat(), 1, by, evidence or None, note or None, None, stamp)
        connection.append("hazard_events", EVENT_COLUMNS, [row])
