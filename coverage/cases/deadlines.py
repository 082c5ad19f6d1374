"""Days on which something is due: what falls on a day of rest is due on the next working day.

So the law reckons deadlines (民法典 art. 203, 行政处罚法 art. 85).
"""

from __future__ import annotations

import pandas as pd

from ...geo.words import Workdays


def due_days(days: pd.Series, workdays: Workdays | None) -> pd.Series:
    """Return each day, moved to the next working day where it is a day of rest.

    Parameters
    ----------
    days
        Days; missing ones stay missing.
    workdays
        The calendar of the town; without one every day is a working day.

    Examples
    --------
    >>> friday, holiday = pd.Timestamp("2026-09-25"), pd.Timestamp("2026-10-03")
    >>> due_days(pd.Series([friday, holiday, pd.NaT]), Workdays()).dt.day.tolist()
    [28.0, 8.0, nan]
    """
    told = pd.to_datetime(days)
    if workdays is None:
        return told
    moved = {
        day: pd.Timestamp(workdays.first(1, start=day.date())[0]) for day in told.dropna().unique()
    }
    return pd.to_datetime(told.map(moved))
