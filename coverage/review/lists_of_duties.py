"""The lists of duties: of units, offices, campaigns, goals, notices and fires looked into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from ...geo.words import HazardState, Tier
from ...geo.words import fields as f
from ..duties import (
    campaign_table,
    exposure_cases,
    goal_table,
    investigation_table,
    mending_table,
    notice_table,
    office_table,
    unit_table,
)
from ..risk import mending_gains
from .lists import ListSource, at_buildings, past_fires

EXPOSURE = ("exposure", "key", "code", "state", "found", "major_on", "major_by", "major_rule",
            "owner", f.NAME, f.ADDRESS, "community", "description")  # fmt: skip


def duty_lists(source: ListSource, *, start: dt.date) -> dict[str, pd.DataFrame]:
    """Return the lists of duties on the day of an assessment.

    Parameters
    ----------
    source
        The assessment and what lists are drawn from.
    start
        First day of the period of notices and exposure.

    Returns
    -------
    dict
        ``units``, ``duties``, ``offices``, ``campaigns``, ``goals``, ``notices``, ``exposure``,
        ``investigations``.
    """
    town, day, rules = source.town, source.day, source.town.rules.duties
    units, duties = source.units, source.duties
    table = unit_table(units, duties, rules=rules)
    fires = at_buildings(past_fires(town, day=day), source.buildings)
    after = rules.measures_look_back_days.value
    notices = at_buildings(town.ledgers.notices, source.buildings)
    exposed = exposure_cases(source.cases, start=start, end=day)
    return {
        "units": table,
        "duties": duties[duties["duty_state"] != "done"].reset_index(drop=True),
        "offices": office_table(source.buildings, units=table, cases=source.cases,
                                tasks=source.tasks, duties=duties, rules=rules.offices),
        "campaigns": campaign_table(source.cases, town.campaigns, on=day),
        "goals": goal_table(goal_figures(source), town.goals, on=day),
        "notices": notice_table(notices, units, start=start, end=day),
        "exposure": exposed[[name for name in EXPOSURE if name in exposed]],
        "investigations": investigation_table(fires, look_back_days=after, on=day,
                                              workdays=town.workdays),
    }  # fmt: skip


def mending_list(source: ListSource, *, funds: float | None = None) -> pd.DataFrame:
    """Return what there is to mend by harm for money; the harm is computed for this list alone.

    Parameters
    ----------
    source
        The assessment and what lists are drawn from.
    funds
        Yuan that there are for mending, if that is known.
    """
    gains = mending_gains(source.town, source.found.risk)
    return mending_table(source.cases, gains, funds=funds)


def goal_figures(source: ListSource) -> Mapping[str, float | None]:
    """Return every figure that a goal may name, as of the day; None where it is not known.

    Shares are of what is known: of cases found this year those closed, of buildings those
    inspected this year, of smoke detectors needed those that are there. Deaths are not known
    where a fire of the year does not tell them.
    """
    town, day = source.town, source.day
    january = pd.Timestamp(day.year, 1, 1)
    coverage = source.found.coverage
    cases, visits, ledger = source.cases, town.ledgers.inspections, town.ledgers.incidents
    fires = past_fires(town, day=day)
    fires = fires[pd.to_datetime(fires["started_at"]) >= january]
    mine = cases[pd.to_datetime(cases["found"]) >= january]
    seen = visits[pd.to_datetime(visits["inspected_on"]).between(january, pd.Timestamp(day))]
    detectors = town.ledgers.premises[["smoke_detectors", "smoke_detectors_needed"]].dropna()
    there, needed = detectors.sum()
    stations = town.stations
    return {
        **{f"covered_{tier}": (coverage.get(tier) or {}).get("share_buildings")
           for tier in ("micro", "brigade")},
        "share_closed": float((mine["state"] == HazardState.CLOSED).mean()) if len(mine) else None,
        "share_inspected": seen[f.BUILDING_ID].nunique() / len(source.buildings)
        if len(visits) else None,
        "share_detectors": float(there / needed) if needed > 0 else None,
        "fires_of_year": float(len(fires)) if len(ledger) else None,
        "deaths_of_year": float(fires["deaths"].sum())
        if len(ledger) and fires["deaths"].notna().all() else None,
        "micro_stations": float((stations[f.TIER] == Tier.MICRO_STATION).sum())
        if len(stations) else None,
    }  # fmt: skip
