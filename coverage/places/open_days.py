"""Which buildings are open or lived in on some days: nobody is sent to a place that is shut."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from ...geo.rules import Scenario
from ...geo.town import Town
from ...geo.words import fields as f
from ...geo.words import parse_hours
from ..reach import present

LONGEST_DAYS: Final = 14  # of a longer span the first days are looked at


def in_use(town: Town, scenario: Scenario, *, first: dt.date, last: dt.date) -> pd.Series[bool]:
    """Return which buildings are open or lived in on days, as far as anybody tells.

    Shut is a building whose own hours open on none of the days; or that has no hours, is of a use
    that rests when offices do, and the days are all rest days; or in which nobody is under the
    scenario. One in which people are known to sleep is lived in. What nobody tells is in use.

    Parameters
    ----------
    town
        With its calendar; `use_groups.shut_on_rest_days` of its rules names the uses.
    scenario
        By day or by night: who is there.
    first, last
        The days, both included.
    """
    buildings, workdays = town.buildings, town.workdays
    span = min((last - first).days + 1, LONGEST_DAYS)
    days = [first + dt.timedelta(days=k) for k in range(span)]
    said = buildings[f.OPEN_HOURS].astype(object)
    opens = {
        hours: _opens(hours, days, town) for hours in said.dropna().unique()
    }  # the same few hours stand at many buildings
    by_hours = np.array([opens.get(hours) for hours in said], dtype=object)
    rest = not any(workdays.is_workday(day) for day in days)
    shut = buildings[f.USE].isin(town.rules.use_groups.shut_on_rest_days) & rest
    sleeping = pd.to_numeric(buildings[f.PEOPLE_NIGHT], errors="coerce").gt(0)
    open_ = np.where(by_hours == None, ~shut, by_hours == True)  # noqa: E711, E712
    there = pd.to_numeric(present(town, scenario), errors="coerce")
    return pd.Series((open_.astype(bool) | sleeping) & ~there.eq(0), index=buildings.index)


def _opens(hours: str, days: list[dt.date], town: Town) -> bool | None:
    """Return whether hours open on some of the days; None where they do not tell."""
    told = parse_hours(hours)
    spans = [told.spans(day, workdays=town.workdays, place=town.place) for day in days]
    if any(spans):
        return True
    return None if any(span is None for span in spans) else False
