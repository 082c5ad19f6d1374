"""一岗双责: which office sees to which premises, and what that comes to by community."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ...geo.rules import OfficesRule
from ...geo.words import fields as f
from ..cases import OPEN, known_overdue, undated

OFFICE: Final = "owner"
OFFICE_FROM: Final = "owner_from"
OFFICE_COLUMNS: Final = (OFFICE, "community", "premises", "units", "open_cases", "overdue_cases",
                         "inspections_due", "duties_late")  # fmt: skip


def office_of(told: pd.Series, use: pd.Series, rules: OfficesRule) -> pd.DataFrame:
    """Return the office of each row, and where that is known from.

    Parameters
    ----------
    told
        What the ledger says; missing where it says nothing.
    use
        Use of the premises, missing where it is not known.
    rules
        Which office sees to which use.

    Returns
    -------
    DataFrame
        `owner`, and `owner_from`: ``told``, ``use`` (by the table of uses) or ``default``.

    Examples
    --------
    >>> from weizhan.geo.rules import load_rules
    >>> told, use = pd.Series([None, "finance", None]), pd.Series(["elder_care", None, "hotel"])
    >>> office_of(told, use, load_rules().duties.offices).to_numpy().tolist()
    [['civil_affairs', 'use'], ['finance', 'told'], ['emergency', 'default']]
    """
    by_use = {str(k): str(office) for k, office in rules.by_use.items()}
    told, of_use = told.astype(object), use.map(by_use).astype(object)
    owner = told.where(told.notna(), of_use.where(of_use.notna(), str(rules.default)))
    origin = pd.Series("default", index=told.index, dtype=object)
    origin = origin.mask(of_use.notna(), "use").mask(told.notna(), "told")
    return pd.DataFrame({OFFICE: owner, OFFICE_FROM: origin})


def office_table(
    buildings: pd.DataFrame,
    *,
    units: pd.DataFrame,
    cases: pd.DataFrame,
    tasks: pd.DataFrame,
    duties: pd.DataFrame,
    rules: OfficesRule,
) -> pd.DataFrame:
    """Return 责任清单: what each office sees to in each community.

    Parameters
    ----------
    buildings
        With `use` and `community`.
    units, duties
        From `unit_table` and `duty_table`.
    cases
        With `community` and `owner`.
    tasks
        From `weizhan.coverage.cases.task_table`.
    rules
        Which office sees to which use.

    Returns
    -------
    DataFrame
        `premises` counts buildings whose use is known and makes the office theirs, or the default
        office's; the other columns count rows of the lists. An office that has nothing in a
        community has no row there.
    """
    nothing = pd.Series(None, index=buildings.index, dtype=object)
    homes = office_of(nothing, buildings[f.USE], rules).assign(community=buildings["community"])
    parts = {
        "premises": homes,
        "units": units,
        "open_cases": cases[cases["state"].isin(OPEN)],
        "overdue_cases": tasks[tasks["task"] == "mend"],
        "undated_cases": undated(cases),
        "inspections_due": tasks[tasks["task"] == "inspect"],
        "duties_late": duties[duties["duty_state"].isin(("overdue", "missing"))],
    }
    counted = {
        name: part.assign(community=part["community"].fillna("").astype(str))
        .groupby([OFFICE, "community"])
        .size()
        for name, part in parts.items()
    }
    table = pd.DataFrame(counted).fillna(0).astype("int64")
    table["overdue_cases"] = known_overdue(table["overdue_cases"], table["undated_cases"])
    table = table.rename_axis([OFFICE, "community"]).reset_index()
    table["community"] = table["community"].replace("", None)
    return table[list(OFFICE_COLUMNS)]
