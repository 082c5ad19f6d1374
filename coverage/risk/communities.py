"""Past fires of each community against what its buildings let expect, shrunk to the town's mean."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from ...geo.rules import RiskRule
from ...geo.words import RiskBand
from ...geo.words import fields as f
from .. import columns as c
from ..cases import happened_by, known_overdue
from .inputs import class_rows
from .shrinkage import shrink

#: Figures of a community that only a town with enough fires of its own has.
ABSOLUTE: Final = tuple(
    end(name) for name in (c.FIRES_PER_YEAR, c.HARM_PER_YEAR) for end in (str, c.low, c.high)
)
#: Figures of a community, in ``summary.json`` and ``communities.csv``.
FIGURES: Final = (
    *(end(name) for name in (c.FIRES_INDEX, c.HARM_INDEX) for end in (str, c.low, c.high)),
    *ABSOLUTE,
    "inhabitants",
    *(end(c.HARM_PER_HEAD) for end in (str, c.low, c.high)),
    c.PAST_FIRES,
    "fire_ratio",
    "fire_ratio_low",
    "fire_ratio_high",
)
COUNTS: Final = (
    *(f"{band}_buildings" for band in RiskBand),
    c.OPEN_HAZARDS,
    c.OVERDUE_HAZARDS,
    c.UNDATED_HAZARDS,
    *(end(c.HAZARDS_PER_HEAD) for end in (str, c.low, c.high)),
)


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
        With `community_id`, `use` and `fires_index`.
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
    past = incidents[happened_by(incidents["started_at"], day)]
    burnt = past[f.BUILDING_ID].dropna().astype(str).value_counts()
    cells = [
        pd.Series(values, index=buildings.index)
        .groupby([buildings[f.COMMUNITY_ID].astype(str), class_rows(buildings[f.USE], rules)])
        .sum()
        .unstack()
        .reindex(order)
        .fillna(0.0)
        .to_numpy(dtype=float)
        for values in (
            buildings[f.BUILDING_ID].astype(str).map(burnt).fillna(0.0),
            buildings[c.FIRES_INDEX],
        )
    ]
    count, mean = (cell.sum(axis=1) for cell in cells)
    table = {c.PAST_FIRES: np.where(count >= few, count, np.nan)}
    nothing = np.full(len(order), np.nan)
    enough = count.sum() >= few and (mean > 0).any()
    found = None
    if enough:
        some = mean > 0
        told = shrink(
            cells[0][some], cells[1][some] * (count.sum() / mean.sum()), interval=interval
        )
        found = told.at(some)
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
        With `community_id`, `risk_band` and counts of open, overdue and undated hazards.
    """
    figures = communities.set_index(communities[f.COMMUNITY_ID].astype(str))
    place = buildings[f.COMMUNITY_ID].fillna("").astype(str)
    bands = pd.crosstab(place, buildings[c.RISK_BAND])
    counts = [c.OPEN_HAZARDS, c.OVERDUE_HAZARDS, c.UNDATED_HAZARDS]
    hazards = buildings.groupby(place)[counts].sum(min_count=1)
    hazards[c.OVERDUE_HAZARDS] = known_overdue(
        hazards[c.OVERDUE_HAZARDS], hazards[c.UNDATED_HAZARDS]
    )
    for entry in entries:
        name = str(entry["community_id"] or "")
        told: dict[str, Any] = {figure: None for figure in FIGURES}
        if name in figures.index:
            told |= {n: _plain(figures.at[name, n]) for n in FIGURES if n in figures}
        for band in RiskBand:
            known = name in bands.index and str(band) in bands.columns
            told[f"{band}_buildings"] = int(bands[str(band)][name]) if known else 0
        for column in hazards.columns:
            count = hazards[column].get(name, 0)
            told[str(column)] = None if pd.isna(count) else int(count)
        entry["risk"] = told
    _add_hazards_per_head([entry["risk"] for entry in entries])


def _add_hazards_per_head(told: list[dict[str, Any]]) -> None:
    """Add open hazards a head against those of all communities that know of any.

    The interval is that of a Poisson count, exact (Garwood 1936), in 90 of 100 cases.
    """
    known = [one for one in told if one[c.OPEN_HAZARDS] is not None and one["inhabitants"]]
    heads = sum(one["inhabitants"] for one in known)
    hazards = sum(one[c.OPEN_HAZARDS] for one in known)
    for one in told:
        count, name = one[c.OPEN_HAZARDS], c.HAZARDS_PER_HEAD
        values: tuple[float | None, ...] = (None, None, None)
        if hazards and any(one is other for other in known):
            per = hazards / heads * one["inhabitants"]
            low = gammaincinv(count, 0.05) if count else 0.0
            values = (count / per, low / per, gammaincinv(count + 1, 0.95) / per)
        for key, value in zip((name, c.low(name), c.high(name)), values, strict=True):
            one[key] = None if value is None else _plain(value)


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(f"{float(value):.6g}")
