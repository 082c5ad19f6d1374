"""What burnt on the days of a key date in past years."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ...geo.rules import KeyDates
from ...geo.town import Town
from ...geo.words import fields as f

FIRE_COLUMNS = ("started_at", f.USE, "cause", "deaths", "injured", f.COMMUNITY_ID)


@dataclass(frozen=True)
class PastFires:
    """Fires on the days of a key date: `rows` as the ledger tells them, the latest first.

    `years` are those that the ledger reaches back before this one, with fires or without.
    """

    rows: pd.DataFrame
    years: tuple[int, ...]


def past_days(town: Town, key: KeyDates, years: range) -> dict[int, tuple[dt.date, dt.date]]:
    """Return the days of a key date in past years, by year.

    A public holiday is that of its name, for some move with the moon; where none of the name was
    announced, and for a town's own key dates, they are the same days of the calendar.

    Parameters
    ----------
    town
        With its calendar.
    key
        The key date.
    years
        Which ones.
    """
    public = [name["zh"] for name, *_ in town.workdays.holidays(key.first, key.last)]
    found = {}
    for year in years:
        there = town.workdays.holidays(dt.date(year, 1, 1), dt.date(year, 12, 31))
        same = [(first, last) for name, first, last in there if name["zh"] in public]
        back = key.first.year - year
        found[year] = same[0] if same else (_back(key.first, back), _back(key.last, back))
    return found


def fires_on(town: Town, key: KeyDates) -> PastFires | None:
    """Return the fires on the days of a key date in past years, the latest first.

    Parameters
    ----------
    town
        With its ledger of fires.
    key
        The key date.

    Returns
    -------
    PastFires or None
        None where there is no ledger, or none that tells days.
    """
    fires = town.ledgers.incidents
    started = pd.to_datetime(fires["started_at"])
    if started.notna().sum() == 0:
        return None
    years = range(int(started.dt.year.min()), key.first.year)
    of_building = town.buildings.set_index(f.BUILDING_ID)
    use = fires[f.USE].where(fires[f.USE].notna(), fires[f.BUILDING_ID].map(of_building[f.USE]))
    told = fires.assign(
        **{f.USE: use, f.COMMUNITY_ID: fires[f.BUILDING_ID].map(of_building[f.COMMUNITY_ID])},
        started_at=started,
    )
    within = pd.Series(False, index=fires.index)
    for first, last in past_days(town, key, years).values():
        within |= started.dt.normalize().between(pd.Timestamp(first), pd.Timestamp(last))
    rows = told.loc[within, list(FIRE_COLUMNS)]
    ordered = rows.sort_values("started_at", ascending=False, kind="stable", ignore_index=True)
    return PastFires(ordered, tuple(years))


def _back(day: dt.date, years: int) -> dt.date:
    last = day.month == 2 and day.day == 29
    return day.replace(year=day.year - years, day=28 if last else day.day)
