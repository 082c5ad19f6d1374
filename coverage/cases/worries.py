"""不放心区域、场所、高风险对象, each with why; and the tasks with place, owner and due day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.words import RiskBand, Workdays
from ...geo.words import fields as f
from .. import columns as c
from .deadlines import due_days
from .hazards import listed, look_back_due, overdue

WORRY = ("worry", f.BUILDING_ID, f.NAME, f.ADDRESS, "community", "shows_why")
TASK = ("task", "task_key", f.BUILDING_ID, f.NAME, f.ADDRESS, "community", "owner", "owner_from",
        "due_on", "days_overdue", c.RISK_BAND)  # fmt: skip


def worry_table(
    buildings: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    clusters: gpd.GeoDataFrame,
    declared: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return what a holiday patrol looks at, each row with why.

    ``worry`` is ``area`` (open hazards crowd, or a fire would spread to a red building),
    ``place`` (a hazard is listed, major or overdue) or ``object`` (the red band). ``shows_why``
    holds codes of the catalogue's section ``worry``, with counts after a colon, joined by ``;``.
    Areas have the number of the list they come from, after ``A`` (crowded hazards) or ``C``
    (clusters).

    Parameters
    ----------
    buildings
        With counts of cases, risk band and rank.
    areas
        From `weizhan.coverage.cases.area_candidates`.
    clusters
        Of buildings too near each other, with `buildings` and `red_buildings`.
    declared
        Hazards that somebody called area-wide, from `weizhan.coverage.cases.declared_areas`.
    """
    rows: list[dict[str, Any]] = []
    for row in [] if declared is None else declared.to_dict("records"):
        rows.append({"worry": "area", f.NAME: row["area_id"] or row["key"],
                     "community": row["community"], "shows_why": "declared"})  # fmt: skip
    for row in areas.to_dict("records"):
        rows.append({"worry": "area", f.NAME: f"A{row['area']}", "shows_why":
                     f"many_hazards:{row['open_hazards']}"})  # fmt: skip
    for row in clusters[clusters["red_buildings"] > 0].to_dict("records"):
        rows.append({"worry": "area", f.NAME: f"C{row[c.SPREAD_CLUSTER]}",
                     "community": row["community"],
                     "shows_why": f"spread:{row['buildings']}:{row['red_buildings']}"})  # fmt: skip
    flags = {"listed": buildings[c.LISTED_HAZARDS] > 0, "major": buildings[c.MAJOR_HAZARDS] > 0,
             "overdue": buildings[c.OVERDUE_HAZARDS] > 0,
             "red": buildings[c.RISK_BAND] == RiskBand.RED}  # fmt: skip
    told = pd.DataFrame(flags)
    ordered = buildings[told.any(axis=1)].sort_values(c.RISK_RANK)
    for at, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
        why = [name for name in flags if told.at[at, name]]
        kind = "object" if why == ["red"] else "place"
        rows.append({"worry": kind, "shows_why": ";".join(why),
                     **{name: row[name] for name in WORRY if name in row}})  # fmt: skip
    return pd.DataFrame(rows, columns=list(WORRY))


def task_table(
    cases: pd.DataFrame,
    due: pd.DataFrame,
    *,
    on: dt.date,
    look_back_days: float,
    workdays: Workdays | None = None,
    duties: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what is to be done by whom and when: mend, lift, look back, inspect, urge a unit.

    Parameters
    ----------
    cases
        With the name, address, community and office (`owner`, `owner_from`) of each.
    due
        From `inspections_due`, with the same, in the order in which they are to be visited.
        Buildings that nobody ever inspected are tasks too; for how long is not known.
    on
        The day; only what is past due on it.
    look_back_days
        After closing.
    workdays
        The calendar by which due days are put off.
    duties
        Duties of units (单位主体责任); those overdue are tasks of the office that sees to the unit.
    """
    late = overdue(cases, on=on, workdays=workdays).assign(task="mend")
    under = listed(cases, on=on, workdays=workdays)
    under = under[under["status"] == "overdue"].assign(task="lift")
    under["due_on"] = under["listed_due_on"]
    back = look_back_due(cases, on=on, after_days=look_back_days, workdays=workdays)
    back = back.assign(task="look_back")
    back["due_on"] = back["look_back_on"]
    never = due["inspected_on"].isna()
    seen = due[never | (due["days_overdue"] > 0)].assign(key=None)
    seen["task"] = np.where(never[seen.index], "first_inspect", "inspect")
    seen = seen.rename(columns={"band": c.RISK_BAND})
    urged = None if duties is None else duties[duties["duty_state"] == "overdue"]
    urged = None if urged is None else urged.assign(task=urged["duty"], key=urged["unit_id"])
    parts = [part for part in (under, late, back, seen, urged) if part is not None and len(part)]
    if not parts:
        return pd.DataFrame(columns=list(TASK))
    whole = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    whole["due_on"] = pd.to_datetime(whole["due_on"])
    late_by = pd.Timestamp(on) - due_days(whole["due_on"], workdays)
    whole["days_overdue"] = late_by.dt.days.where(whole["task"] != "first_inspect")
    return whole.rename(columns={"key": "task_key"}).reindex(columns=list(TASK))
