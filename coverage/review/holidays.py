"""The key dates that come next, and the town as it is on the first of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from ...geo.ledgers import read_events, read_records
from ...geo.rules import Gathering, KeyDates, Scenario
from ...geo.town import Town
from ...geo.words import Lang, Workdays
from ..assessment import Assessment, assess
from ..cases import case_table, overdue
from ..places import in_use
from .past_days import PastFires, fires_on
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
    other
        The same day under the scenario of the other shift: the night where the key date has a
        scenario by day. None where the town has none.
    following
        The key dates after it.
    events
        Large events on its days.
    fires
        Those of the same days in past years, from `weizhan.coverage.review.past_days.fires_on`;
        None where no ledger tells.
    in_use
        ``(buildings,)`` bool: open or lived in on its days.
    """

    key: KeyDates
    review: Review
    other: Assessment | None
    following: tuple[KeyDates, ...]
    events: tuple[Gathering, ...]
    fires: PastFires | None
    in_use: pd.Series[bool]

    @property
    def shifts(self) -> tuple[Assessment, ...]:
        """The town under both scenarios, the key date's own first."""
        return (self.review.found, *([] if self.other is None else [self.other]))


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
    return dates_ahead(town.calendar, town.scenarios, town.workdays, day=day, lang=lang)


def dates_ahead(
    calendar: Sequence[KeyDates],
    scenarios: Mapping[str, Scenario],
    workdays: Workdays,
    *,
    day: dt.date,
    lang: Lang,
) -> tuple[KeyDates, ...]:
    """Return the key dates that are not over, as `coming_dates` does, without loading the town.

    Parameters
    ----------
    calendar, scenarios
        As ``town.toml`` tells them.
    workdays
        The days on which the town works.
    day
        The day from which one looks.
    lang
        In which public holidays are named.
    """
    own = [key for key in calendar if key.last >= day]
    meant = [name for name, scenario in scenarios.items() if scenario.day == "PH"]
    scenario = next(iter([*meant, *scenarios]))
    public = [
        KeyDates(name=name[lang], first=first, last=last, scenario=scenario)
        for name, first, last in workdays.holidays(day, day + dt.timedelta(days=AHEAD_DAYS))
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
    shift = _other_shift(town, key.scenario)
    other = None if shift is None else assess(town, scenario=shift, date=on.isoformat()).only()
    cases = case_table(read_records(folder, "hazards"), read_events(folder), on=on)
    late = overdue(cases, on=on, workdays=town.workdays)
    scenarios = [key.scenario, *([] if shift is None else [shift])]
    used = [in_use(town, town.scenarios[name], first=on, last=key.last) for name in scenarios]
    return Holiday(
        key=key,
        review=replace(told, found=found, overdue=late),
        other=other,
        following=coming[1:],
        events=tuple(e for e in town.gatherings if e.first <= key.last and key.first <= e.last),
        fires=fires_on(town, key),
        in_use=pd.concat(used, axis=1).any(axis=1),
    )


def _other_shift(town: Town, scenario: str) -> str | None:
    """Return the scenario of the other shift, one that is meant for holidays first."""
    is_day = town.scenarios[scenario].is_day
    others = [name for name, told in town.scenarios.items() if told.is_day != is_day]
    return min(others, key=lambda name: town.scenarios[name].day != "PH", default=None)
