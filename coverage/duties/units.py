"""单位主体责任: what each unit owes (自知、自查、自改), what is overdue, what nobody told."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from ...geo.rules import DutiesRule, KeyUnitRule, UnitDutyRule
from ...geo.words import Duty, Use, Workdays
from ...geo.words import fields as f
from ..cases import due_days
from .offices import OFFICE, OFFICE_FROM, office_of

#: Of each duty the column that dates it, and the one that says yes or no.
DATED: Final = {
    Duty.ASSESSMENT: "assessment_date",
    Duty.INSURANCE: "insured_until",
    Duty.SELF_CHECK: "self_check_date",
    Duty.PLEDGE: "pledge_date",
    Duty.DRILL: "drill_date",
}
SAID: Final = {Duty.ENGINEER: "registered_engineer", Duty.PLEDGE: "pledge"}
UNIT: Final = "unit_id"
PLACE: Final = (UNIT, f.NAME, f.BUILDING_ID, f.ADDRESS, "community", f.USE)
UNIT_COLUMNS: Final = (
    *PLACE, OFFICE, OFFICE_FROM, "owner_type", "key_unit", "key_unit_by_rule", "key_unit_why",
    "assembly", "high_risk_unit", "registered_engineer", "self_check_date", "pledge",
    "assessment_date", "insured_until", "drill_date", "duties_late", "duties_unknown",
)  # fmt: skip
DUTY_COLUMNS: Final = (
    *PLACE, OFFICE, OFFICE_FROM, "duty", "duty_state", "done_on", "due_on",
    "days_overdue", "advised", "clause",
)  # fmt: skip
_ORDER: Final = {"overdue": 0, "missing": 1, "unknown": 2, "soon": 3, "done": 4}


def duty_table(
    units: pd.DataFrame, *, rules: DutiesRule, on: dt.date, workdays: Workdays | None = None
) -> pd.DataFrame:
    """Return every duty that a unit owes, the longest overdue first.

    Parameters
    ----------
    units
        Rows of the ledger of units with `use` and `community` of their building.
    rules
        Who owes what, how often, and to which office it belongs.
    on
        The day.
    workdays
        The calendar; what falls due on a day of rest by it is due on the next working day.

    Returns
    -------
    DataFrame
        One row a unit and duty. `duty_state` is ``overdue`` (its day is past), ``missing`` (said
        not to be done), ``soon`` (due within the rules' days), ``done``, or ``unknown``
        (nobody told). A unit of which nobody told whether it is of the kind that owes a
        duty has no row for it; `unit_table` shows that.
    """
    parts = [
        _of_duty(units, Duty(duty), rule, rules, on=on, workdays=workdays)
        for duty, rule in rules.unit.items()
    ]
    whole = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    whole["_order"] = whole["duty_state"].map(_ORDER)
    whole["_late"] = -whole["days_overdue"].fillna(0)
    ordered = whole.sort_values(["_order", "_late", UNIT, "duty"], kind="stable")
    return ordered[list(DUTY_COLUMNS)].reset_index(drop=True)


def unit_table(units: pd.DataFrame, duties: pd.DataFrame, *, rules: DutiesRule) -> pd.DataFrame:
    """Return every unit with what it is, what it has, and how many of its duties are late.

    Parameters
    ----------
    units
        As for `duty_table`.
    duties
        Its result.
    rules
        From what size on premises are a key unit.

    Returns
    -------
    DataFrame
        `key_unit` is what the ledger says, `key_unit_by_rule` what sizes say: 1, 0, or missing
        where a size that would decide is not known; `key_unit_why` names the size that decided,
        else those that are not known. `assembly` is 1 for places of assembly (人员密集场所).
    """
    table = _placed(units, rules)
    by_rule, why = key_unit_by_rule(units, rules.key_unit)
    table["key_unit_by_rule"], table["key_unit_why"] = by_rule, why
    crowded = {str(use) for use in rules.assembly_uses}
    table["assembly"] = units[f.USE].isin(crowded).astype(float).where(units[f.USE].notna())
    late = duties[duties["duty_state"].isin(("overdue", "missing"))].groupby(UNIT).size()
    unknown = duties[duties["duty_state"] == "unknown"].groupby(UNIT).size()
    table["duties_late"] = table[UNIT].map(late).fillna(0).astype("int64")
    table["duties_unknown"] = table[UNIT].map(unknown).fillna(0).astype("int64")
    ordered = table.sort_values(["duties_late", UNIT], ascending=[False, True], kind="stable")
    return ordered[list(UNIT_COLUMNS)].reset_index(drop=True)


def key_unit_by_rule(
    units: pd.DataFrame, rules: dict[Use, KeyUnitRule]
) -> tuple[pd.Series, pd.Series]:
    """Return whether sizes make a unit a key unit, and which size says so or is not known.

    Parameters
    ----------
    units
        With `use`, `area_m2`, `rooms`, `beds`, `people_day`.
    rules
        Sizes by use; any one that is reached is enough.

    Returns
    -------
    by_rule
        1, 0, or missing; missing too for a use of which the rules name no size.
    why
        Names of columns joined by ``;``.
    """
    answer = np.full(len(units), np.nan)
    why = np.full(len(units), None, dtype=object)
    for at, row in enumerate(units.to_dict("records")):
        rule = rules.get(row[f.USE]) if isinstance(row[f.USE], str) else None
        least = {name: v.value for name, v in (rule or ()) if v is not None}
        reached = [name for name, value in least.items() if row[name] >= value]
        unknown = [name for name in least if pd.isna(row[name])]
        if reached:
            answer[at], why[at] = 1.0, ";".join(reached)
        elif unknown:
            why[at] = ";".join(unknown)
        elif least:
            answer[at] = 0.0
    return pd.Series(answer, index=units.index), pd.Series(why, index=units.index, dtype=object)


def _of_duty(
    units: pd.DataFrame,
    duty: Duty,
    rule: UnitDutyRule,
    rules: DutiesRule,
    *,
    on: dt.date,
    workdays: Workdays | None,
) -> pd.DataFrame:
    owing = units[_owes(units, rule)]
    day = pd.Timestamp(on)
    table = _placed(owing, rules)
    nothing = pd.Series(pd.NaT, index=owing.index)
    dated = pd.to_datetime(owing[DATED[duty]]) if duty in DATED else nothing
    said = owing[SAID[duty]].astype(float) if duty in SAID else pd.Series(np.nan, owing.index)
    if duty is Duty.INSURANCE:  # the last day on which it holds, whatever day of the week
        due, done = dated, nothing
    elif rule.within_days is not None:
        due = due_days(dated + pd.Timedelta(days=rule.within_days.value), workdays)
        done = dated
    else:
        due, done = nothing, dated
    late = (day - due).dt.days
    soon = (late <= 0) & (late >= -rules.soon_days.value)
    there = (said == 1) | (done.notna() & due.isna()) | (late <= 0)
    table["duty_state"] = np.select(
        [late > 0, said == 0, soon, there], ["overdue", "missing", "soon", "done"], "unknown"
    )
    table["duty"], table["clause"] = str(duty), rule.clause
    table["advised"] = rule.force == "advised"
    table["done_on"], table["due_on"], table["days_overdue"] = done, due, late.where(late > 0)
    return table


def _owes(units: pd.DataFrame, rule: UnitDutyRule) -> pd.Series:
    if rule.owed_by == "every":
        return pd.Series(data=True, index=units.index)
    owes = units[f.USE].isin([str(use) for use in rule.uses])
    return owes | (units[rule.owed_by] == 1) if rule.owed_by else owes


def _placed(units: pd.DataFrame, rules: DutiesRule) -> pd.DataFrame:
    """Return the units' own columns with their office."""
    nobody = pd.Series(None, index=units.index, dtype=object)
    table = units.assign(**{UNIT: units["key"]})
    columns = dict.fromkeys(name for name in (*PLACE, *UNIT_COLUMNS) if name in table.columns)
    return table[list(columns)].join(office_of(nobody, units[f.USE], rules.offices))
