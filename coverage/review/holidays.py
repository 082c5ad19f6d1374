"""The key dates that come next, and the town as it is on the first of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ...geo.ledgers import read_events, read_records
from ...geo.rules import KeyDates
from ...geo.town import Town
from ...geo.words import Lang
from ..assessment import assess
from ..cases import case_table, overdue
from .period_review import NOW, Review

AHEAD_DAYS: Final = 400  # how far one looks for public holidays


@dataclass(frozen=True)
class Holiday:
    """A key date as those see it who stand before it.

    Attributes
    ----------
    key
        Its name, days and scenario.
    review
        The period's review, with the assessment and the overdue cases of the first day of the
        key date, under its scenario; of the day itself while it lasts.
    following
        The key dates after it.
    """

    key: KeyDates
    review: Review
    following: tuple[KeyDates, ...]


def coming_dates(town: Town, *, day: dt.date, lang: Lang) -> tuple[KeyDates, ...]:
    """Return the key dates that are not over, the first first.

    Parameters
    ----------
    town
        Its own key dates go before the public holidays that are announced; one that meets none
        of them is lived under the first scenario that is meant for holidays, else the first.
    day
        The day from which one looks.
    lang
        In which public holidays are named; the town's own are as it names them.
    """
    own = [key for key in town.calendar if key.last >= day]
    meant = [name for name, scenario in town.scenarios.items() if scenario.day == "PH"]
    scenario = next(iter([*meant, *town.scenarios]))
    public = [
        KeyDates(name=name[lang], first=first, last=last, scenario=scenario)
        for name, first, last in town.workdays.holidays(day, day + dt.timedelta(days=AHEAD_DAYS))
    ]
    further = [
        key for key in public if not any(o.first <= key.last and key.first <= o.last for o in own)
    ]
    return tuple(sorted([*own, *further], key=lambda key: (key.first, key.name)))


def next_holiday(folder: Path, town: Town, told: Review, *, lang: Lang) -> Holiday | None:
    """Return the key date that comes next after the last day of a review; None where none does.

    Parameters
    ----------
    folder
        Of the town, for its ledgers.
    town
        Loaded from it.
    told
        The review, whose last day is the day one stands on.
    lang
        Of the names of public holidays.
    """
    day = dt.date.fromisoformat(told.found.date)
    coming = coming_dates(town, day=day, lang=lang)
    if not coming:
        return None
    key, on = coming[0], max(coming[0].first, day)
    found = assess(town, scenario=key.scenario, date=on.isoformat()).only(*NOW)
    cases = case_table(read_records(folder, "hazards"), read_events(folder), on=on)
    late = overdue(cases, on=on, workdays=town.workdays)
    return Holiday(key, replace(told, found=found, overdue=late), coming[1:])
