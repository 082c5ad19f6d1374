"""What the ledgers count at each building: open, overdue and listed hazards, visits, past fires."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from ...geo.ledgers import TownLedgers
from ...geo.rules import RuleSet
from ...geo.words import AlertLevel, Workdays
from ...geo.words import fields as f
from .. import columns as c
from .hazards import OPEN, case_table, known_overdue, listed, overdue, undated
from .inspections import inspections_due
from .past_fires import happened_by


def building_cases(
    ledgers: TownLedgers,
    buildings: pd.DataFrame,
    *,
    rules: RuleSet,
    day: dt.date,
    alert: AlertLevel = AlertLevel.NORMAL,
    workdays: Workdays | None = None,
) -> pd.DataFrame:
    """Return counts and days by building, as the ledgers stand on a day.

    Parameters
    ----------
    ledgers
        Of the town.
    buildings
        With `building_id` and `risk_band`.
    rules
        Days between inspections.
    day
        What came later does not count.
    alert
        Fire-alert level, which shortens the days between inspections.
    workdays
        The calendar by which due days are put off.

    Returns
    -------
    DataFrame
        `open_hazards`, `overdue_hazards` (see `known_overdue`), `undated_hazards`,
        `listed_hazards`, `major_hazards` (0 where the ledger tells nothing: a count of cases, not
        of hazards; missing where the town has no ledger of hazards), `past_fires` (missing without
        a ledger of fires), `inspected_on` (missing when never), `inspection_due_on`; days as ISO
        8601.
    """
    ids = buildings[f.BUILDING_ID].astype(str)
    cases = case_table(ledgers.hazards, ledgers.events, on=day)
    under = listed(cases, on=day, workdays=workdays)
    open_cases = cases[cases["state"].isin(OPEN)]
    fires = ledgers.incidents
    past = fires[happened_by(fires["started_at"], day)]
    tables = {
        c.OPEN_HAZARDS: open_cases,
        c.OVERDUE_HAZARDS: overdue(cases, on=day, workdays=workdays),
        c.UNDATED_HAZARDS: undated(cases),
        c.LISTED_HAZARDS: under[under["status"] != "lifted"],
        c.MAJOR_HAZARDS: open_cases[open_cases["major"] == 1],
        c.PAST_FIRES: past,
    }
    found = {name: _count(table, ids) for name, table in tables.items()}
    for name in found:
        ledger = fires if name == c.PAST_FIRES else ledgers.hazards
        if ledger.empty:
            found[name] = pd.Series(np.nan, index=ids.index)
    found[c.OVERDUE_HAZARDS] = known_overdue(found[c.OVERDUE_HAZARDS], found[c.UNDATED_HAZARDS])
    bands = pd.Series(buildings[c.RISK_BAND].to_numpy(), index=ids)
    due = inspections_due(
        bands,
        ledgers.inspections,
        rules=rules.supervision,
        alert=alert,
        on=day,
        workdays=workdays,
    ).set_index(f.BUILDING_ID)
    for name, told in ((c.INSPECTED_ON, "inspected_on"), (c.INSPECTION_DUE_ON, "due_on")):
        days = pd.to_datetime(ids.map(due[told]))
        found[name] = days.dt.strftime("%Y-%m-%d").astype(object).where(days.notna(), None)
    return pd.DataFrame(found, index=buildings.index)


def _count(rows: pd.DataFrame, ids: pd.Series) -> pd.Series:
    counted = rows[f.BUILDING_ID].dropna().astype(str).value_counts()
    return ids.map(counted).fillna(0).astype("int64")
