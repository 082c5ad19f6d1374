"""Past fires of each community against what its buildings let expect, shrunk to the town's mean."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import gammainc, gammaln

from ...geo.arrays import Floats
from ...geo.rules import RiskRule
from ...geo.words import RiskBand
from ...geo.words import fields as f
from .. import columns as c
from ..cases import happened_by

#: Figures of a community, in ``summary.json`` and ``communities.csv``.
FIGURES: Final = (
    *(end(name) for name in (c.FIRES_PER_YEAR, c.HARM_PER_YEAR) for end in (str, c.low, c.high)),
    c.PAST_FIRES,
    "fire_ratio",
    "fire_ratio_low",
    "fire_ratio_high",
)
COUNTS: Final = (*(f"{band}_buildings" for band in RiskBand), c.OPEN_HAZARDS, c.OVERDUE_HAZARDS)
#: How much ratios of communities may vary about 1 (standard deviation), each as likely before.
SPREADS: Final = np.linspace(0.05, 1.5, 30)


@dataclass(frozen=True)
class Shrunk:
    """Rate ratios by group: 1 is the mean of all; posterior mean and interval."""

    ratio: Floats
    low: Floats
    high: Floats


def shrink(observed: Floats, expected: Floats, *, interval: float) -> Shrunk:
    """Return Gamma-Poisson rate ratios, shrunk by how much groups seem to differ.

    Counts are Poisson about ratio x expected; ratios are Gamma with mean 1 and a spread that is
    not known: every spread in `SPREADS` counts by how likely it makes the counts.

    Parameters
    ----------
    observed, expected
        ``(groups,)`` counts; expected ones are scaled to the same sum first.
    interval
        Probability between low and high.
    """
    scale = observed.sum() / expected.sum() if expected.sum() > 0 else 1.0
    mean = expected * scale
    shape = 1 / SPREADS[:, None] ** 2
    told = gammaln(observed + shape) - gammaln(shape) + shape * np.log(shape / (shape + mean))
    told = told + observed * np.log(np.maximum(mean, 1e-300) / (shape + mean))
    likely = told.sum(axis=1)
    weight = np.exp(likely - likely.max())
    weight = (weight / weight.sum())[:, None]
    rate = mean + shape
    outside = (1 - interval) / 2

    def quantile(share: float) -> Floats:
        low, high = np.zeros(len(mean)), np.full(len(mean), 1e3)
        for _ in range(60):  # bisection: the mixture has no quantiles of its own
            middle = (low + high) / 2
            under = (weight * gammainc(observed + shape, middle * rate)).sum(axis=0) < share
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        found: Floats = (low + high) / 2
        return found

    ratio = (weight * (observed + shape) / rate).sum(axis=0)
    return Shrunk(ratio, quantile(outside), quantile(1 - outside))


def community_fires(
    incidents: pd.DataFrame,
    buildings: pd.DataFrame,
    communities: pd.DataFrame,
    *,
    day: dt.date,
    rules: RiskRule,
) -> pd.DataFrame:
    """Return how often each community burns against what its buildings let expect.

    Parameters
    ----------
    incidents
        Past fires, with `building_id` where it is known.
    buildings
        With `community_id` and `fires_per_year`.
    communities
        With `community_id`; the order of the answer.
    day
        Fires after it do not count.
    rules
        How many fires a cell needs to be told, and the interval.

    Returns
    -------
    DataFrame
        `past_fires`, missing below the least that may be told; `fire_ratio` with `_low` and
        `_high`, missing while the whole town has too few fires.
    """
    few, interval = rules.calibration.few.value, rules.calibration.interval.value
    order = communities[f.COMMUNITY_ID].astype(str)
    where = buildings.set_index(buildings[f.BUILDING_ID].astype(str))[f.COMMUNITY_ID]
    past = incidents[happened_by(incidents["started_at"], day)]
    at = past[f.BUILDING_ID].dropna().astype(str).map(where)
    count: Floats = np.asarray(at.value_counts().reindex(order).fillna(0), dtype=np.float64)
    expected = buildings.groupby(f.COMMUNITY_ID)[c.FIRES_PER_YEAR].sum()
    mean: Floats = np.asarray(expected.reindex(order).fillna(0), dtype=np.float64)
    table = {c.PAST_FIRES: np.where(count >= few, count, np.nan)}
    nothing = np.full(len(order), np.nan)
    enough = count.sum() >= few and (mean > 0).any()
    found = shrink(count, mean, interval=interval) if enough else None
    for name, values in (
        ("fire_ratio", found and found.ratio),
        ("fire_ratio_low", found and found.low),
        ("fire_ratio_high", found and found.high),
    ):
        table[name] = nothing if values is None else np.asarray(values)
    return pd.DataFrame(table, index=communities.index)


def add_community_risk(
    entries: list[dict[str, Any]], communities: pd.DataFrame, buildings: pd.DataFrame
) -> None:
    """Add ``risk`` to the summary of each community: sums, ratios, buildings by band, hazards.

    Parameters
    ----------
    entries
        From `weizhan.coverage.reach.community_coverage`; ``risk`` is added to each in place.
    communities
        With the figures of risk and fires.
    buildings
        With `community_id`, `risk_band` and counts of open and overdue hazards.
    """
    figures = communities.set_index(communities[f.COMMUNITY_ID].astype(str))
    place = buildings[f.COMMUNITY_ID].fillna("").astype(str)
    bands = pd.crosstab(place, buildings[c.RISK_BAND])
    hazards = buildings.groupby(place)[[c.OPEN_HAZARDS, c.OVERDUE_HAZARDS]].sum(min_count=1)
    for entry in entries:
        name = str(entry["community_id"] or "")
        told: dict[str, Any] = {figure: None for figure in FIGURES}
        if name in figures.index:
            told = {figure: _plain(figures.at[name, figure]) for figure in FIGURES}
        for band in RiskBand:
            known = name in bands.index and str(band) in bands.columns
            told[f"{band}_buildings"] = int(bands[str(band)][name]) if known else 0
        for column in hazards.columns:
            count = hazards[column].get(name, 0)
            told[str(column)] = None if pd.isna(count) else int(count)
        entry["risk"] = told


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(f"{float(value):.6g}")
