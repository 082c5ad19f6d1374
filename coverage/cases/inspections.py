"""分级分类: which buildings are due for inspection, and how many hazards an inspection finds."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri

from ...geo.arrays import Floats
from ...geo.rules import SupervisionRule
from ...geo.words import AlertLevel, InputError, RiskBand, Workdays
from ...geo.words import fields as f
from .deadlines import due_days

CONFIDENCE: Final = 0.95
RATE_METHOD: Final = "exact Poisson (Garwood)"
SHARE_METHOD: Final = "Wilson"
NEVER_SEEN: Final = 2.0  # urgency of a building without an inspection: as if left out once


def inspections_due(
    bands: pd.Series,
    inspections: pd.DataFrame,
    *,
    rules: SupervisionRule,
    alert: AlertLevel,
    on: dt.date,
    workdays: Workdays | None = None,
    harm: pd.Series | None = None,
) -> pd.DataFrame:
    """Return when each building is due for inspection, the riskiest of those due first.

    Parameters
    ----------
    bands
        Risk band by building id; a building without a band is left out.
    inspections
        From `weizhan.geo.ledgers.archive.read_records`.
    rules
        Days between inspections by band and alert level.
    alert
        Fire-alert level of the period.
    on
        The day.
    workdays
        What falls due on a day of rest by it is due on the next working day.
    harm
        Expected harm by building id, which orders buildings of one band.

    Returns
    -------
    DataFrame
        `building_id`, `band`, `interval_days`, `inspected_on` (missing when never), `due_on`,
        `days_overdue` (negative when not yet due; missing where nobody was ever there, as nobody
        knows since when), `due` and `urgency` (1 on the due day, one more for each interval that
        has passed since). A building never inspected is due, as urgent as one that was left out
        once. What is due comes first, by band, then by harm times urgency.
    """
    day = pd.Timestamp(on)
    known = bands.dropna()
    past = inspections[pd.to_datetime(inspections["inspected_on"]) <= day]
    last = past.dropna(subset=[f.BUILDING_ID]).groupby(f.BUILDING_ID)["inspected_on"].max()
    interval = known.map({band: rules.interval_days[band][alert].value for band in RiskBand})
    inspected = pd.to_datetime(known.index.to_series().map(last))
    due = due_days(inspected + pd.to_timedelta(interval, unit="D"), workdays)
    late = (day - due).dt.days
    urgency = (1 + late / interval).fillna(NEVER_SEEN)
    table = pd.DataFrame(
        {
            f.BUILDING_ID: known.index,
            "band": known.to_numpy(),
            "interval_days": interval.to_numpy(dtype=float),
            "inspected_on": inspected.to_numpy(),
            "due_on": due.fillna(day).to_numpy(),
            "days_overdue": late.to_numpy(),
            "due": (late.isna() | (late >= 0)).to_numpy(),
            "urgency": urgency.to_numpy(),
        }
    )
    rank = table["band"].map({band: at for at, band in enumerate(RiskBand)})
    worth = urgency if harm is None else urgency * known.index.to_series().map(harm).fillna(0)
    order = np.lexsort((table[f.BUILDING_ID].astype(str), -worth.to_numpy(), rank, ~table["due"]))
    return table.iloc[order].reset_index(drop=True)


def hazard_rates(
    inspections: pd.DataFrame,
    hazards: pd.DataFrame,
    groups: pd.Series,
    *,
    start: dt.date,
    end: dt.date,
) -> pd.DataFrame:
    """Return hazards per inspected premises, since diligent inspectors find more.

    Parameters
    ----------
    inspections, hazards
        From `weizhan.geo.ledgers.archive.read_records`.
    groups
        Group by building id: community, use. Premises without one form a group named None.
    start, end
        First and last day; inspections made and hazards found in between count.

    Returns
    -------
    DataFrame
        One row a group: `premises` inspected, `hazards` found there, `rate` per premises with
        `rate_low` and `rate_high` (exact Poisson); `premises_with_hazard`, `share`, `share_low`,
        `share_high` (Wilson), all at 95 %; `hazards_elsewhere`, on premises that nobody
        inspected in the period, which are in no rate. Rates of no premises are missing.

    Raises
    ------
    InputError
        When the period ends before it begins.
    """
    if start > end:
        raise InputError("error.period_reversed", start=start, end=end)
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    visited = inspections[pd.to_datetime(inspections["inspected_on"]).between(first, last)]
    found = hazards[pd.to_datetime(hazards["found_on"]).between(first, last)]
    premises = pd.Series(_premises(visited).unique(), dtype=object)
    at = _premises(found)
    there = at.isin(premises)
    names = sorted(groups.dropna().unique())
    group_of_premises, group_of_hazard = premises.map(groups), at.map(groups)
    rows = []
    for name in [*names, None]:
        mine = group_of_premises.isna() if name is None else group_of_premises == name
        own = group_of_hazard.isna() if name is None else group_of_hazard == name
        if name is None and not mine.any() and not own.any():
            continue
        count, with_hazard = int(mine.sum()), int(at[own & there].nunique())
        rows.append((name, count, int((own & there).sum()), with_hazard, int((own & ~there).sum())))
    table = pd.DataFrame(
        rows, columns=["group", "premises", "hazards", "premises_with_hazard", "hazards_elsewhere"]
    )
    n = table["premises"].to_numpy(dtype=float)
    n[n == 0] = np.nan
    low, high = poisson_interval(table["hazards"].to_numpy(dtype=float))
    table["rate"] = table["hazards"] / n
    table["rate_low"], table["rate_high"] = low / n, high / n
    table["share"] = table["premises_with_hazard"] / n
    table["share_low"], table["share_high"] = wilson_interval(
        table["premises_with_hazard"].to_numpy(dtype=float), n
    )
    table["group"] = table["group"].astype(object)
    return table.set_index("group")


def poisson_interval(count: Floats, *, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Return the exact (Garwood) interval of a Poisson mean of which ``count`` were seen.

    Parameters
    ----------
    count
        Events seen, not negative.
    confidence
        Probability that the interval holds the mean.

    Returns
    -------
    low, high
        Arrays like ``count``.

    Examples
    --------
    >>> low, high = poisson_interval(np.array([0.0, 5.0]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 1.623], [3.689, 11.668])
    """
    tail = (1 - confidence) / 2
    seen = np.asarray(count, dtype=float)
    low = np.where(seen > 0, gammaincinv(np.maximum(seen, 1), tail), 0.0)
    return low, np.asarray(gammaincinv(seen + 1, 1 - tail))


def wilson_interval(
    successes: Floats, trials: Floats, *, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of a share."""
    z = float(ndtri((1 + confidence) / 2))
    share = successes / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _premises(table: pd.DataFrame) -> pd.Series:
    """Return what a row stands at: its building, else its address or name as told."""
    told = table[f.ADDRESS].fillna(table[f.NAME]).fillna(table["key"])
    return table[f.BUILDING_ID].fillna("?" + told.astype(str)).astype(object)
