"""Risk on the layer of buildings: how often, how bad, together, and what is known."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.arrays import Floats
from ...geo.words import Lang
from ..styles import place_styles, risk_styles
from .layer_columns import Numbers, Styles, labels

#: Ways to paint buildings by risk, as the page offers them.
RISK_PAINTS = ("risk", "frequent", "severe", "completeness", "device", "hazards", "monitored")


def add_risk(
    assessment: Assessment,
    lang: Lang,
    styles: Styles,
    numbers: Numbers,
    texts: dict[str, pd.Series],
) -> None:
    """Add risk to the columns of the layer of buildings, where the assessment has it."""
    frame = assessment.buildings
    if c.RISK_BAND not in frame.columns:
        return
    sure = float(assessment.summary.get("risk", {}).get("sure_band", 0.8))
    styles["risk"] = (
        risk_styles.band_style("risk", lang, hatched=True),
        risk_styles.band_classes(frame[c.RISK_BAND], frame[c.RISK_BAND_SHARE], sure=sure),
    )
    for kind, name in (("frequent", c.FREQUENT_BAND), ("severe", c.SEVERE_BAND)):
        styles[kind] = (
            risk_styles.band_style(kind, lang, hatched=False),
            risk_styles.band_classes(frame[name]),
        )
    styles["completeness"] = (
        risk_styles.complete_style(lang),
        risk_styles.complete_classes(frame[c.RISK_COMPLETENESS]),
    )
    styles["device"] = (
        risk_styles.device_style(lang),
        risk_styles.device_classes(frame[c.DEVICE_GAP], frame[c.RISK_BAND]),
    )
    styles["hazards"] = (risk_styles.hazard_style(lang), risk_styles.hazard_classes(frame))
    if c.REMOTE_MONITORED in frame.columns:
        styles["monitored"] = (
            place_styles.monitored_style(lang),
            place_styles.monitored_classes(frame[c.REMOTE_MONITORED]),
        )
    _add_popup(frame, lang, numbers, texts)


def significant(values: pd.Series, towards: Callable[[Floats], Floats]) -> pd.Series:
    """Return numbers with two digits that count, so that none reads as more exact than it is.

    Parameters
    ----------
    values
        Positive numbers.
    towards
        How to round: `numpy.floor`, `numpy.rint`, `numpy.ceil`.
    """
    numbers = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    exponent = np.floor(np.log10(np.where(numbers > 0, numbers, 1.0))) - 1
    unit = 10.0 ** np.maximum(exponent, -1)
    whole = towards(np.round(numbers / unit, 9)) * unit
    return pd.Series(np.where(numbers < 100, numbers, whole), index=values.index)


def _add_popup(
    frame: gpd.GeoDataFrame, lang: Lang, numbers: Numbers, texts: dict[str, pd.Series]
) -> None:
    """Add what the popup of a building says of its risk: numbers, codes and days, no sentences."""
    numbers[c.RISK_RANK] = frame[c.RISK_RANK], 0
    numbers[c.RISK_RANK_LOW] = significant(frame[c.RISK_RANK_LOW], np.floor), 0
    numbers[c.RISK_RANK_HIGH] = significant(frame[c.RISK_RANK_HIGH], np.ceil), 0
    for name in (c.RISK_BAND_SHARE, c.RISK_COMPLETENESS):
        numbers[name] = frame[name], 2
    for end in (str, c.low, c.high):
        if c.FIRES_PER_YEAR in frame:
            numbers[end("years")] = significant(1 / frame[end(c.FIRES_PER_YEAR)], np.rint), 1
        else:
            numbers[end("times")] = frame[end(c.FIRES_INDEX)] / frame[c.FIRES_INDEX].mean(), 2
    texts[c.RISK_MOMENT] = labels(frame[c.RISK_MOMENT], "risk_moment", lang)
    numbers[c.RISK_MOMENT_SHARE] = frame[c.RISK_MOMENT_SHARE], 2
    for name in (c.OPEN_HAZARDS, c.OVERDUE_HAZARDS, c.LISTED_HAZARDS):
        numbers[name] = frame[name], 0
    for name in (c.INSPECTED_ON, c.INSPECTION_DUE_ON):
        texts[name] = frame[name]
    for name in (c.RISK_BAND, c.SEVERE_BAND):
        texts[name] = labels(frame[name], "risk_band", lang)
    for k in range(1, c.REASONS + 1):
        texts[c.reason(k)] = labels(frame[c.reason(k)], "risk_reason", lang)
        numbers[c.reason_factor(k)] = frame[c.reason_factor(k)], 1
