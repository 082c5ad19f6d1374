"""较大或有影响火灾: what was looked into, and whether its measures were looked at again."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from ...geo.words import FireGrade, Workdays
from ...geo.words import fields as f
from ..cases import due_days

FIRE_COLUMNS: Final = (
    "incident_id", "started_at", "grade", f.NAME, f.ADDRESS, "community", f.USE, "fire_cause",
    "deaths", "injured", "arrival_min", "extended_on", "accountability", "measures",
    "measures_checked_on", "measures_due_on", "fire_state",
)  # fmt: skip


def investigation_table(
    fires: pd.DataFrame,
    *,
    look_back_days: float,
    on: dt.date,
    workdays: Workdays | None = None,
) -> pd.DataFrame:
    """Return the fires that are larger, fatal or of note, and how their investigation stands.

    Parameters
    ----------
    fires
        Up to the day, with use and community of their building.
    look_back_days
        After the fire, within which its measures are looked at again.
    on
        The day.
    workdays
        The calendar.

    Returns
    -------
    DataFrame
        `arrival_min` is what the ledger says, missing where it says nothing. `fire_state` is
        ``untold`` (neither grade nor deaths nor note, so that nobody knows whether it belongs
        here), ``not_extended`` (no extended investigation told), ``no_measures`` (none told),
        ``look_back_overdue``, ``look_back_open``, or ``done``. The latest fire first, those
        untold last.
    """
    grade = fires["grade"].notna() & (fires["grade"] != FireGrade.GENERAL)
    untold = fires[["grade", "deaths", "notable"]].isna().all(axis=1)
    own = fires[untold | grade | (fires["deaths"] > 0) | (fires["notable"] == 1)].copy()
    day = pd.Timestamp(on)
    began = pd.to_datetime(own["started_at"])
    arrived = pd.to_datetime(own["arrived_at"])
    own["arrival_min"] = ((arrived - began).dt.total_seconds() / 60).where(arrived >= began)
    due = due_days(began.dt.normalize() + pd.Timedelta(days=look_back_days), workdays)
    own["measures_due_on"] = due
    checked = pd.to_datetime(own["measures_checked_on"]) <= day
    state = pd.Series("look_back_open", index=own.index, dtype=object)
    state = state.mask(due < day, "look_back_overdue").mask(checked, "done")
    state = state.mask(own["measures"].isna() & ~checked, "no_measures")
    state = state.mask(~(pd.to_datetime(own["extended_on"]) <= day), "not_extended")
    own["fire_state"] = state.mask(untold[own.index], "untold")
    own["incident_id"] = own["key"]
    named = own.rename(columns={"cause": "fire_cause"}).assign(_untold=untold)
    order = ["_untold", "started_at", "incident_id"]
    ordered = named.sort_values(order, ascending=[True, False, True])
    return ordered[list(FIRE_COLUMNS)].reset_index(drop=True)
