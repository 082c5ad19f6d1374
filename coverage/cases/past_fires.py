"""Fires of the past; one whose day nobody knows has happened, too."""

from __future__ import annotations

import datetime as dt

import pandas as pd


def happened_by(started: pd.Series, day: dt.date) -> pd.Series:
    """Return which fires had happened by the end of a day.

    Parameters
    ----------
    started
        When each began; missing where nobody knows. A ledger tells of the past, so these count.
    day
        The last day.
    """
    after = pd.to_datetime(started) >= pd.Timestamp(day) + pd.Timedelta(days=1)
    return ~after
