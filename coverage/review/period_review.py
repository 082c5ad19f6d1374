"""What a meeting reviews of a period: stock and flow, overdue, listed, fires, inspections, risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...geo.ledgers import read_events, read_records
from ...geo.snapshots import frozen_periods, read_snapshot
from ...geo.town import Town
from ...geo.words import Period
from ...geo.words import fields as f
from ...geo.yardstick import Difference, Yardstick, differences
from ..assessment import Assessment, Part, assess
from ..cases import (
    Flow,
    case_table,
    hazard_rates,
    listed,
    look_back_due,
    overdue,
    poisson_interval,
    stock_and_flow,
    stock_by_group,
    undated,
)
from .row_places import community_of_rows, ids_by_name
from .victims import victims

NOW = (Part.CLOSURES, Part.RISK, Part.CASES)  # what a meeting sees of the last day


@dataclass(frozen=True)
class Counts:
    """What was counted in a period, by community id; empty for what lies in none.

    Attributes
    ----------
    flow
        Stock and flow of cases.
    rates
        Hazards per inspected premises.
    fires, fires_undated
        Fires, and those of any time of which nobody knows the day.
    """

    flow: pd.DataFrame
    rates: pd.DataFrame
    fires: pd.Series
    fires_undated: pd.Series

    def entries(self, communities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return rows of ``summary["communities"]``, with one for what lies in no community."""
        nowhere = any("" in told.index for told in (self.flow, self.fires, self.fires_undated))
        if not nowhere or any(not entry[f.COMMUNITY_ID] for entry in communities):
            return list(communities)
        outside: dict[str, Any] = {
            f.COMMUNITY_ID: None,
            f.NAME: None,
            "buildings": 0,
            "coverage": {},
        }
        return [*communities, outside]


@dataclass(frozen=True)
class Review:
    """A period as its meeting sees it.

    Attributes
    ----------
    period
        Which one.
    found, before
        The assessment on its last day, and on the last day of the period before: the same town
        with the ledgers and reports of that day.
    flow, flow_before, flow_year_before
        Stock and flow of the period, the one before, and the same one a year before.
    counts
        What was counted in the period, by community.
    cases
        All cases on the last day.
    overdue, undated, listed, look_back
        Cases overdue, open without a due day, under listed supervision, and due for a look-back.
    fires
        Fires of the period by use: `fires`, their `victims`, `before` (a year before), and `low`,
        `high` of the number that chance alone would give (exact Poisson, 95 %).
    fires_by_month
        ``(months,)`` fires by month, three years back.
    fires_undated
        Fires of the ledger of which nobody knows the day: they are in no month.
    inspections
        Inspections made in the period.
    published
        How the period before was measured otherwise when it was frozen; empty if it was not.
    """

    period: Period
    found: Assessment
    before: Assessment
    flow: Flow
    flow_before: Flow
    flow_year_before: Flow
    counts: Counts
    cases: pd.DataFrame
    overdue: pd.DataFrame
    undated: pd.DataFrame
    listed: pd.DataFrame
    look_back: pd.DataFrame
    fires: pd.DataFrame
    fires_by_month: pd.Series
    fires_undated: int
    inspections: int
    published: tuple[Difference, ...] = ()

    @property
    def differences(self) -> tuple[Difference, ...]:
        """How the two days that stand side by side are not measured alike."""
        return differences(self.before.yardstick, self.found.yardstick)


def review(
    folder: Path, town: Town, period: Period, *, on: dt.date, scenario: str | None = None
) -> Review:
    """Review a period.

    Parameters
    ----------
    folder
        Of the town, for its ledgers.
    town
        Loaded from it.
    period
        Which one.
    on
        Today; a period that is not over is reviewed up to this day.
    scenario
        Of both assessments.
    """
    last = min(period.last, on)
    events = read_events(folder)
    hazards, inspections = read_records(folder, "hazards"), read_records(folder, "inspections")
    cases = case_table(hazards, events, on=last)
    past = period.before
    years_before = period.year_before
    visited = pd.to_datetime(inspections["inspected_on"])
    within = visited.between(pd.Timestamp(period.first), pd.Timestamp(last))
    after = town.rules.supervision.look_back_days.value
    incidents = read_records(folder, "incidents")
    fires, monthly = _fires(incidents, town, period, last)
    found = assess(town, scenario=scenario, date=last.isoformat()).only(*NOW)
    # A key date may choose another scenario for one of the days; both are seen under one.
    before = assess(town, scenario=found.scenario, date=past.last.isoformat()).only(Part.RISK)
    return Review(
        period=period,
        found=found,
        before=before,
        flow=stock_and_flow(events, start=period.first, end=last),
        flow_before=stock_and_flow(events, start=past.first, end=past.last),
        flow_year_before=stock_and_flow(events, start=years_before.first, end=years_before.last),
        counts=community_counts(folder, town, first=period.first, last=last),
        cases=cases,
        overdue=overdue(cases, on=last, workdays=town.workdays),
        undated=undated(cases),
        listed=listed(cases, on=last, workdays=town.workdays),
        look_back=look_back_due(cases, on=last, after_days=after, workdays=town.workdays),
        fires=fires,
        fires_by_month=monthly,
        fires_undated=int(incidents["started_at"].isna().sum()),
        inspections=int(within.sum()),
        published=_published(folder, past, found.yardstick),
    )


def _published(folder: Path, past: Period, now: Yardstick) -> tuple[Difference, ...]:
    """Return how a period was measured otherwise when it was frozen; nothing if it was not."""
    if past.name not in frozen_periods(folder):
        return ()
    return differences(read_snapshot(folder, past.name).yardstick, now)


def community_counts(folder: Path, town: Town, *, first: dt.date, last: dt.date) -> Counts:
    """Count by community what the ledgers of a town tell of some days, both included.

    Parameters
    ----------
    folder
        Of the town, for its ledgers.
    town
        Loaded from it.
    first, last
        Days, both included.
    """
    community = town.buildings.set_index(f.BUILDING_ID)[f.COMMUNITY_ID]
    by_name = ids_by_name(town.communities)
    hazards = read_records(folder, "hazards")
    of_case = community_of_rows(hazards, community, by_name).set_axis(hazards["key"])
    inspections = read_records(folder, "inspections")
    incidents = read_records(folder, "incidents")
    started = pd.to_datetime(incidents["started_at"]).dt.normalize()
    burnt = started.between(pd.Timestamp(first), pd.Timestamp(last))
    of_fire = community_of_rows(incidents, community, by_name)
    rates = hazard_rates(inspections, hazards, community, start=first, end=last)
    return Counts(
        flow=stock_by_group(read_events(folder), of_case, start=first, end=last),
        rates=rates.rename(index=lambda name: "" if name is None else name),
        fires=of_fire[burnt].value_counts(),
        fires_undated=of_fire[started.isna()].value_counts(),
    )


def _fires(
    records: pd.DataFrame, town: Town, period: Period, last: dt.date
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the fires of a period by use, and those of three years by month."""
    day = pd.to_datetime(records["started_at"]).dt.normalize()
    of_building = records[f.BUILDING_ID].map(town.buildings.set_index(f.BUILDING_ID)[f.USE])
    use = records[f.USE].where(records[f.USE].notna(), of_building)
    use = use.where(use.notna(), "")
    now = day.between(pd.Timestamp(period.first), pd.Timestamp(last))
    then = day.between(
        pd.Timestamp(period.year_before.first), pd.Timestamp(period.year_before.last)
    )
    names = sorted(set(use[now | then]))
    table = pd.DataFrame(
        [
            {
                "fires": int((now & (use == name)).sum()),
                **victims(records[now & (use == name)]),
                "before": int((then & (use == name)).sum()),
            }
            for name in names
        ],
        index=pd.Index(names, name=f.USE, dtype=object),
        columns=["fires", *victims(records[:0]), "before"],
    )
    low, high = poisson_interval(table["before"].to_numpy(dtype=float))
    table["low"], table["high"] = low, high
    first = pd.Timestamp(last) - pd.DateOffset(months=35)
    months = pd.period_range(first, pd.Timestamp(last), freq="M")
    counted = day.dt.to_period("M").value_counts()
    monthly = pd.Series([int(counted.get(month, 0)) for month in months], index=months)
    ordered = table.sort_values(["fires", "before"], ascending=False, kind="stable")
    return ordered, monthly
