"""What a town offers to choose from in the forms: scenarios, communities, periods, results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..geo.layer_loading import layer_of
from ..geo.ledgers import read_events, read_records
from ..geo.plan import PLAN_ENDING
from ..geo.rules import Scenario, TownConfig, read_config
from ..geo.snapshots import frozen_periods
from ..geo.words import Lang, Period, WeizhanError, label, text
from ..geo.words import fields as f
from .results import results_of
from .works import Choices, Offered

QUARTERS: Final = 6  # told back from today
MONTHS: Final = 6
YEARS: Final = 2


def offered(town: Path, *, lang: Lang, today: dt.date | None = None) -> Offered:
    """Return what a town offers to choose from.

    Parameters
    ----------
    town
        Its folder.
    lang
        Of the words.
    today
        By which periods are told.
    """
    config = read_config(town)
    results = results_of(town)
    assessed = [r for r in results if r.job is not None and r.job.command == "assess"]
    rounds = [r for r in results if r.job is not None and r.job.command == "rounds"]
    lists: dict[str, Choices] = {
        "scenarios": [
            (name, scenario_words(name, s, lang)) for name, s in config.scenarios.items()
        ],
        "communities": _named(town, config, "communities", f.COMMUNITY_ID),
        "grids": _named(town, config, "grids", f.GRID_ID),
        "frozen": [(name, period_words(name, lang)) for name in reversed(_frozen(town))],
        "periods": [
            (period.name, period_words(period.name, lang))
            for period in periods_told(today or dt.date.today())
        ],
        "results": [(str(r.folder), r.name) for r in assessed],
        "plans": [
            (str(file), f"{r.name} / {file.name}")
            for r in results
            for file in sorted(r.folder.glob(f"*{PLAN_ENDING}"))
        ],
        "promises": [
            (str(r.folder / "rounds.json"), r.name)
            for r in rounds
            if (r.folder / "rounds.json").is_file()
        ],
        "cases": _cases(town, lang),
        "fires": _fires(town),
    }
    return Offered(lists, lang)


def scenario_words(name: str, scenario: Scenario, lang: Lang) -> str:
    """Return what people call a scenario, with its day and time."""
    day = text(f"desk_form.day_{scenario.day.lower()}", lang)
    return f"{scenario.label.get(lang, name)} · {day} {scenario.time:%H:%M}"


def period_words(name: str, lang: Lang) -> str:
    """Return a period as people say it."""
    year, kind, number = name[:4], name[4:5], name[5:]
    keys = {"Q": "period_quarter", "H": "period_half", "-": "period_month", "": "period_year"}
    said = number.lstrip("0") if kind == "-" else number
    if kind == "H" and lang == "zh":
        said = "上" if number == "1" else "下"
    return text(f"desk_form.{keys[kind]}", lang, year=year, number=said)


def periods_told(today: dt.date) -> Iterator[Period]:
    """Yield the periods that offices report on, those that go on now first."""
    for months, count in ((3, QUARTERS), (6, YEARS), (12, YEARS), (1, MONTHS)):
        period = Period(today.year, months, (today.month - 1) // months + 1)
        for _ in range(count):
            yield period
            period = period.before


def _frozen(town: Path) -> list[str]:
    try:
        return list(frozen_periods(town))
    except WeizhanError:
        return []


def _named(town: Path, config: TownConfig, layer: str, identity: str) -> Choices:
    """Return the features of a layer by id; none where it is not there or cannot be read."""
    if layer not in config.layers:
        return []
    try:
        frame = layer_of(town, config, layer)
    except WeizhanError:
        return []
    names = frame[f.NAME].fillna(frame[identity]).astype(str)
    return list(zip(frame[identity].astype(str), names, strict=True))


def _cases(town: Path, lang: Lang) -> Choices:
    """Return the hazards by key, those that stand open first."""
    from ..coverage.cases import OPEN, case_table

    try:
        records = read_records(town, "hazards")
        cases = case_table(records, read_events(town), on=dt.date.max.replace(year=2200))
    except WeizhanError:
        return []
    cases = cases.assign(_shut=~cases["state"].isin(OPEN)).sort_values(["_shut", "key"])
    return [(str(row["key"]), case_words(row, lang)) for row in cases.to_dict("records")]


def case_words(case: Any, lang: Lang) -> str:
    """Return a hazard in words: its number, kind, place and state."""
    place = next(
        (str(case[c]) for c in (f.NAME, f.ADDRESS, f.BUILDING_ID) if _there(case.get(c))), ""
    )
    kind = label("hazard_code", case["code"], lang) if _there(case.get("code")) else ""
    state = label("hazard_state", case["state"], lang) if _there(case.get("state")) else ""
    return " · ".join(part for part in (str(case["key"]), kind, place, state) if part)


def _fires(town: Path) -> Choices:
    try:
        fires = read_records(town, "incidents")
    except WeizhanError:
        return []
    found = []
    for fire in fires.sort_values("started_at", ascending=False).to_dict("records"):
        place = next((str(fire[c]) for c in (f.NAME, f.ADDRESS) if _there(fire.get(c))), "")
        when = f"{fire['started_at']:%Y-%m-%d}" if _there(fire["started_at"]) else ""
        found.append(
            (str(fire["key"]), " · ".join(p for p in (when, place, str(fire["key"])) if p))
        )
    return found


def _there(value: object) -> bool:
    return (
        value is not None
        and not (isinstance(value, float) and pd.isna(value))
        and value is not pd.NaT
    )
