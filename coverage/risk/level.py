"""How often a town burns in all, by its own ledger; and what an ordinary home does by the rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ...geo.rules import CalibrationRule, RiskRule
from ..cases import happened_by, poisson_interval

YEAR_D: Final = 365.25
ORDINARY: Final = "home"


@dataclass(frozen=True)
class Level:
    """Fires a year of a town with the 95 % interval of their number, and what they rest on."""

    fires: float
    low: float
    high: float
    counted: int
    years: float


def town_level(incidents: pd.DataFrame, *, day: dt.date, rules: CalibrationRule) -> Level | None:
    """Return how often a town burns; None where its ledger has too few fires to tell.

    Parameters
    ----------
    incidents
        All fires of the ledger, at a known building or not; those of an unknown day count, too.
    day
        Fires after it do not count; the record lasts from its first fire to this day.
    rules
        How many fires are enough.
    """
    past = incidents[happened_by(incidents["started_at"], day)]
    first = pd.to_datetime(past["started_at"]).min()
    if len(past) < rules.shrink_from.value or pd.isna(first):
        return None
    years = max(((pd.Timestamp(day) - first.normalize()).days + 1) / YEAR_D, 1 / YEAR_D)
    low, high = (float(end[0]) / years for end in poisson_interval(np.array([float(len(past))])))
    return Level(len(past) / years, low, high, len(past), years)


def ordinary_home(rules: RiskRule) -> float:
    """Return the fires a year of a home with as many people as the rules call ordinary."""
    people = rules.consequence.people_reference.value / 1000
    return rules.classes[ORDINARY].fires.value * people
