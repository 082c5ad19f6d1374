"""消存量、控增量、防反弹: how many cases were open, came, went and came back in a period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ...geo.words import HazardState, InputError


@dataclass(frozen=True, slots=True)
class Flow:
    """Stock and flow of cases in a period.

    Opening + new - closed + reopened = closing, always.

    Attributes
    ----------
    opening, closing
        存量: cases not closed when the period begins and ends.
    new
        增量: cases found.
    closed
        Closings; a case closed twice counts twice.
    reopened
        反弹: cases that came back after closing.
    failed_rechecks
        Cases reopened at their re-check; they were never closed and change no stock.
    """

    opening: int
    new: int
    closed: int
    reopened: int
    closing: int
    failed_rechecks: int


def stock_and_flow(events: pd.DataFrame, *, start: dt.date, end: dt.date) -> Flow:
    """Return the stock and flow of a period, both days included.

    Parameters
    ----------
    events
        Steps of the cases, from `weizhan.geo.ledgers.archive.read_events`.
    start, end
        First and last day.

    Raises
    ------
    InputError
        When the period ends before it begins.
    """
    if start > end:
        raise InputError("error.period_reversed", start=start, end=end)
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    before = events.groupby("key", sort=False)["state"].shift()
    within = events["happened_on"].between(first, last)
    came_back = events["state"] == HazardState.REOPENED
    from_closed = before == HazardState.CLOSED
    return Flow(
        opening=_open(events[events["happened_on"] < first]),
        new=int((within & (events["state"] == HazardState.FOUND)).sum()),
        closed=int((within & (events["state"] == HazardState.CLOSED)).sum()),
        reopened=int((within & came_back & from_closed).sum()),
        closing=_open(events[events["happened_on"] <= last]),
        failed_rechecks=int((within & came_back & ~from_closed).sum()),
    )


def stock_by_group(
    events: pd.DataFrame, groups: pd.Series, *, start: dt.date, end: dt.date
) -> pd.DataFrame:
    """Return the stock and flow of each group of cases.

    Parameters
    ----------
    events
        Steps of the cases.
    groups
        Group by key of the case: community, office, hazard code. Cases without one form a group
        of their own, named None, so that the groups sum to the whole.
    start, end
        First and last day.

    Returns
    -------
    DataFrame
        One row a group, columns as in `Flow`.
    """
    group = events["key"].map(groups)
    names = sorted(group.dropna().unique())
    rows = {name: stock_and_flow(events[group == name], start=start, end=end) for name in names}
    if group.isna().any():
        rows[None] = stock_and_flow(events[group.isna()], start=start, end=end)
    fields = list(Flow.__dataclass_fields__)
    return pd.DataFrame(
        [[getattr(flow, name) for name in fields] for flow in rows.values()],
        columns=fields,
        index=pd.Index(list(rows), dtype=object, name="group"),
    )


def _open(events: pd.DataFrame) -> int:
    """Return how many cases are not closed after these steps."""
    states = events.groupby("key", sort=False)["state"].last()
    return int((states != HazardState.CLOSED).sum())
