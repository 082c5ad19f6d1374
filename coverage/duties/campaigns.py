"""三年行动、专项整治、清零: how far a campaign is; 规划目标: how far a goal is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from ...geo.rules import Campaign, Goal
from ...geo.words import HazardState
from ..cases import OPEN, overdue, undated

CAMPAIGN_COLUMNS: Final = ("campaign", "first", "last", "cases", "closed", "open_cases",
                           "overdue_cases", "share_closed", "target", "target_met",
                           "days_left")  # fmt: skip
GOAL_COLUMNS: Final = ("goal", "figure", "value", "at_least", "at_most", "by", "goal_state",
                       "source")  # fmt: skip

COUNTS_OF_YEAR: Final = frozenset({"fires_of_year", "deaths_of_year"})  # these only grow


def campaign_table(
    cases: pd.DataFrame, campaigns: Sequence[Campaign], *, on: dt.date
) -> pd.DataFrame:
    """Return the progress of every campaign, in the order of ``town.toml``.

    Parameters
    ----------
    cases
        From `weizhan.coverage.cases.case_table`; `campaign` names the campaign as the ledger does.
    campaigns
        With a beginning, an end and a target.
    on
        The day.

    Returns
    -------
    DataFrame
        Cases that carry the campaign's name, found from its first day on. `share_closed` is
        missing where there is no case; `target_met` is told only where there is a target and a
        case. A name that cases carry and ``town.toml`` does not know has a row without days.
    """
    known = {campaign.name: campaign for campaign in campaigns}
    carried = cases["campaign"].dropna().unique()
    names = [*known, *sorted(str(name) for name in carried if name not in known)]
    rows = []
    for name in names:
        campaign = known.get(name)
        own = cases[cases["campaign"] == name]
        if campaign is not None:
            own = own[pd.to_datetime(own["found"]) >= pd.Timestamp(campaign.first)]
        closed = int((own["state"] == HazardState.CLOSED).sum())
        share = closed / len(own) if len(own) else None
        target = None if campaign is None else campaign.target
        rows.append(
            {
                "campaign": name,
                "first": None if campaign is None else campaign.first,
                "last": None if campaign is None else campaign.last,
                "cases": len(own),
                "closed": closed,
                "open_cases": int(own["state"].isin(OPEN).sum()),
                "overdue_cases": late
                if (late := len(overdue(own, on=on))) or undated(own).empty
                else None,
                "share_closed": share,
                "target": target,
                "target_met": None if share is None or target is None else share >= target,
                "days_left": None if campaign is None else (campaign.last - on).days,
            }
        )
    table = pd.DataFrame(rows, columns=list(CAMPAIGN_COLUMNS), dtype=object)
    return table.assign(first=pd.to_datetime(table["first"]), last=pd.to_datetime(table["last"]))


def goal_table(
    figures: Mapping[str, float | None], goals: Sequence[Goal], *, on: dt.date
) -> pd.DataFrame:
    """Return every goal beside the figure of today.

    Parameters
    ----------
    figures
        Value of each figure that a goal may name; None where it is not known.
    goals
        Of the town.
    on
        The day.

    Returns
    -------
    DataFrame
        `goal_state` is ``met``, ``open``, ``missed`` or ``unknown``. What must stay below a number
        is met only when its day is past; a count of the year that exceeds it is missed at once.
    """
    rows = []
    for goal in goals:
        value = figures.get(goal.figure)
        rows.append(
            {
                "goal": goal.name, "figure": goal.figure, "value": value,
                "at_least": goal.at_least, "at_most": goal.at_most, "by": pd.Timestamp(goal.by),
                "goal_state": "unknown" if value is None else _state(goal, value, on),
                "source": goal.source,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(GOAL_COLUMNS))


def _state(goal: Goal, value: float, on: dt.date) -> str:
    enough = goal.at_least is None or value >= goal.at_least
    within = goal.at_most is None or value <= goal.at_most
    if on > goal.by:
        return "met" if enough and within else "missed"
    if not within and goal.figure in COUNTS_OF_YEAR:
        return "missed"
    return "met" if enough and within and goal.at_most is None else "open"
