"""The clerk's morning: what is due this week, as far as the town's ledgers tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..coverage import columns as c
from ..coverage.cases import (
    OPEN,
    case_table,
    due_days,
    inspections_due,
    listed,
    look_back_due,
    undated,
)
from ..coverage.cases import overdue as overdue_cases
from ..coverage.review import dates_ahead
from ..geo.ledgers import open_problems, read_events, read_records
from ..geo.rules import TownConfig, load_rules, read_config
from ..geo.words import AlertLevel, Lang, Workdays, text
from ..geo.words import fields as f
from .choices import case_words
from .results import Result, results_of

WEEK: Final = 7  # days, today included
SHOWN: Final = 3  # of a kind, the most urgent first
LEDGERS: Final = "ledgers.gpkg"


@dataclass(frozen=True)
class Line:
    """One thing of a kind: what it is, and how urgent, in words; a link where it is dealt with."""

    said: str
    when: str
    link: str = ""


@dataclass(frozen=True)
class Item:
    """A kind of thing that is due.

    Attributes
    ----------
    name
        Of the kind; its words stand in the catalogue.
    count
        How many; None where nobody knows.
    why
        Why nobody knows, or what the count leaves out; empty where it tells all.
    urgent
        Whether something is late.
    link
        Where it is dealt with, beside the town's own address.
    lines
        The most urgent of them.
    """

    name: str
    count: int | None
    why: str = ""
    urgent: bool = False
    link: str = ""
    lines: tuple[Line, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Morning:
    """What is due: the day, its items, the next key date and how old the assessment is."""

    day: dt.date
    last: dt.date
    items: tuple[Item, ...]
    holiday: Mapping[str, Any] | None
    assessed: Result | None
    stale: bool


def morning(town: Path, *, day: dt.date, lang: Lang) -> Morning:
    """Return what is due in the week that begins on a day.

    Parameters
    ----------
    town
        Its folder. Layers are not read: what needs the risk of buildings rests on the newest
        assessment that lies among the results, and is unknown without one.
    day
        The first of the week.
    lang
        Of the words.
    """
    config = read_config(town)
    workdays = Workdays(rest=config.rest_days, work=config.work_days)
    last = day + dt.timedelta(days=WEEK - 1)
    assessed = _newest_assessment(town)
    events, hazards = read_events(town), read_records(town, "hazards")
    cases = case_table(hazards, events, on=day)
    rules = load_rules(config.rules, override=config.override).supervision
    if hazards.empty:
        unknown = text("desk_morning.no_hazards", lang)
        of_cases = tuple(
            Item(name, None, unknown, link="ledgers")
            for name in ("overdue", "due", "listed", "look_back")
        )
    else:
        of_cases = (
            _overdue(cases, day, workdays, lang),
            _due(cases, day, last, workdays, lang),
            _listed(cases, day, last, workdays, lang),
            _look_back(cases, day, last, workdays, rules.look_back_days.value, lang),
        )
    return Morning(
        day=day,
        last=last,
        items=(*of_cases, _inspections(town, assessed, rules, day, workdays, lang),
               _to_complete(town)),
        holiday=_holiday(config, workdays, day, lang),
        assessed=assessed,
        stale=assessed is not None and _changed_since(town, assessed.made_at),
    )  # fmt: skip


def _overdue(cases: pd.DataFrame, day: dt.date, workdays: Workdays, lang: Lang) -> Item:
    late = overdue_cases(cases, on=day, workdays=workdays)
    known, why = _known(len(late), cases, lang)
    return Item("overdue", known, why, urgent=bool(len(late)), link="work/step",
                lines=_lines(late, "late", late["days_overdue"], lang))  # fmt: skip


def _known(count: int, cases: pd.DataFrame, lang: Lang) -> tuple[int | None, str]:
    """Return a count of cases by their due day, and how many tell none; no count where it is 0."""
    without = len(undated(cases))
    why = text("desk_morning.no_deadline", lang, count=without) if without else ""
    return (None if without and not count else count), why


def _due(cases: pd.DataFrame, day: dt.date, last: dt.date, workdays: Workdays, lang: Lang) -> Item:
    open_ = cases[cases["state"].isin(OPEN)]
    due = due_days(open_["due_on"], workdays)
    soon = open_.assign(due=due)[due.between(pd.Timestamp(day), pd.Timestamp(last))]
    soon = soon.sort_values(["due", "key"])
    known, why = _known(len(soon), cases, lang)
    return Item("due", known, why, link="work/step",
                lines=_lines(soon, "on", soon["due"].dt.date, lang))  # fmt: skip


def _listed(
    cases: pd.DataFrame, day: dt.date, last: dt.date, workdays: Workdays, lang: Lang
) -> Item:
    under = listed(cases, on=day, workdays=workdays)
    late = under[under["status"] == "overdue"]
    going = under[under["status"] == "open"]
    due = due_days(going["listed_due_on"], workdays)
    soon = going[due <= pd.Timestamp(last)]
    lines = (*_lines(late, "late", late["days_overdue"], lang),
             *_lines(soon, "on", due[soon.index].dt.date, lang))  # fmt: skip
    return Item("listed", len(late) + len(soon), urgent=bool(len(late)),
                link="work/rounds?kind=listed", lines=lines[:SHOWN])  # fmt: skip


def _look_back(
    cases: pd.DataFrame, day: dt.date, last: dt.date, workdays: Workdays, after: float, lang: Lang
) -> Item:
    waiting = look_back_due(cases, on=last, after_days=after, workdays=workdays)
    late = waiting["look_back_on"] < pd.Timestamp(day)
    return Item("look_back", len(waiting), urgent=bool(late.any()),
                link="work/rounds?kind=look_back",
                lines=_lines(waiting, "on", waiting["look_back_on"].dt.date, lang))  # fmt: skip


def _inspections(
    town: Path, assessed: Result | None, rules: Any, day: dt.date, workdays: Workdays, lang: Lang
) -> Item:
    inspections = read_records(town, "inspections")
    if inspections.empty:
        return Item("inspections", None, text("desk_morning.no_inspections", lang), link="ledgers")
    bands = None if assessed is None else _bands(assessed)
    if bands is None:
        return Item("inspections", None, text("desk_morning.no_risk", lang), link="work/assess")
    table = inspections_due(
        bands[c.RISK_BAND],
        inspections,
        rules=rules,
        alert=AlertLevel.NORMAL,
        on=day,
        workdays=workdays,
        harm=bands[c.HARM_INDEX],
    )
    due = table[table["due"]]
    never = int(due["inspected_on"].isna().sum())
    unknown = int(bands[c.RISK_BAND].isna().sum())
    said = [text("desk_morning.never", lang, count=never)] if never else []
    said += [text("desk_morning.band_unknown", lang, count=unknown)] if unknown else []
    return Item("inspections", len(due), " ".join(said), urgent=len(due) > never,
                link="work/rounds?kind=due")  # fmt: skip


def _to_complete(town: Path) -> Item:
    try:
        state = (town / LEDGERS).stat()
    except OSError:  # none yet, or on a server
        return Item("to_complete", len(open_problems(town)), link="ledgers")
    waiting = _waiting(town, state.st_mtime_ns, state.st_size)
    return Item("to_complete", waiting, link="ledgers")


@lru_cache(maxsize=16)
def _waiting(town: Path, changed_ns: int, size: int) -> int:
    """Return how many rows wait; reading all ledgers takes as long as all the rest."""
    return len(open_problems(town))


def _lines(rows: pd.DataFrame, how: str, told: pd.Series, lang: Lang) -> tuple[Line, ...]:
    return tuple(
        Line(
            case_words(row, lang),
            text(f"desk_morning.{how}", lang, days=value) if how == "late"
            else text(f"desk_morning.{how}", lang, day=value),
            f"work/step?case={row['key']}",
        )
        for row, value in zip(rows[:SHOWN].to_dict("records"), _plain(told[:SHOWN]), strict=True)
    )  # fmt: skip


def _plain(values: pd.Series) -> list[str]:
    return [str(v) if isinstance(v, dt.date) else f"{v:g}" for v in values]


def _bands(result: Result) -> pd.DataFrame | None:
    """Return risk bands by building, as the newest assessment tells them."""
    import pyogrio

    file = result.folder / "results.gpkg"
    wanted = [f.BUILDING_ID, c.RISK_BAND, c.HARM_INDEX]
    try:
        told = pyogrio.read_dataframe(file, layer="buildings", columns=wanted, read_geometry=False)
    except (OSError, RuntimeError, ValueError):
        return None
    frame = pd.DataFrame(told)
    if not set(wanted) <= set(frame.columns) or frame[c.RISK_BAND].isna().all():
        return None
    return frame.assign(**{f.BUILDING_ID: frame[f.BUILDING_ID].astype(str)}).set_index(
        f.BUILDING_ID
    )


def _newest_assessment(town: Path) -> Result | None:
    """Return the newest assessment of the town as it is, not as a plan would make it."""
    for result in results_of(town):
        made = result.job is not None and result.job.command == "assess"
        if made and result.yardstick is not None and result.yardstick.plan == "":
            return result
    return None


def _changed_since(town: Path, when: dt.datetime) -> bool:
    newest = max((file.stat().st_mtime for file in town.iterdir() if file.is_file()), default=0.0)
    return newest > when.timestamp()


def _holiday(
    config: TownConfig, workdays: Workdays, day: dt.date, lang: Lang
) -> Mapping[str, Any] | None:
    coming = dates_ahead(config.calendar, config.scenarios, workdays, day=day, lang=lang)
    if not coming:
        return None
    key = coming[0]
    return {"name": key.name, "first": key.first, "last": key.last,
            "days": max((key.first - day).days, 0), "goes_on": key.first <= day}  # fmt: skip
