"""What is to be covered: buildings weighted by people, by number, or by risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...geo.arrays import Floats
from ...geo.rules import Scenario
from ...geo.town import Town
from ...geo.wishes import Weight
from ...geo.words import InputError
from ...geo.words import fields as f
from ..reach import present

RISK_PER = 1e9  # parts of a death a year in which risk is counted, so that sums are exact


@dataclass(frozen=True, eq=False)
class Demand:
    """How much each building counts under one scenario.

    Attributes
    ----------
    weights
        ``(buildings,)``, whole and not negative; 0 for those attached to no lane, which nobody
        reaches.
    per
        How many of them make one of what is counted: a person, a building, or one death a year.
    weight
        ``people`` present, ``count`` (every building 1), or ``risk`` (expected harm a year).
    assumed
        How many buildings have a number that nobody gave: the median of their use.
    unattached
        How many buildings are attached to no lane.
    """

    weights: Floats
    per: float
    weight: Weight
    assumed: int
    unattached: int


def demand_of(
    town: Town, scenario: Scenario, *, weight: Weight, risk: pd.Series[float] | None = None
) -> Demand:
    """Return how much each building counts.

    Parameters
    ----------
    town, scenario
        Where, and who is there.
    weight
        By what.
    risk
        Expected harm a year of each building, for ``risk``.

    Raises
    ------
    InputError
        When nothing is known of what is asked for: no people in any building, no risk.
    """
    attached = town.building_positions.attached
    if weight == "count":
        known: pd.Series[float] = pd.Series(1.0, index=town.buildings.index)
    elif weight == "people":
        known = present(town, scenario)
    elif risk is None:
        raise InputError("error.no_risk")
    else:
        known = risk
    if known.notna().sum() == 0:
        raise InputError("error.weight_unknown", weight=weight)
    usual = known.groupby(town.buildings[f.USE].fillna("")).transform("median")
    filled = known.fillna(usual).fillna(known.median())
    per = RISK_PER if weight == "risk" else 1.0
    weights = np.where(attached, np.rint(filled.to_numpy(dtype=float) * per), 0.0)
    assumed = int((known.isna().to_numpy() & attached).sum())
    return Demand(weights, per, weight, assumed, int((~attached).sum()))


def usual_weight(town: Town, scenario: Scenario, *, risk: pd.Series[float] | None) -> Weight:
    """Return by what buildings count when nobody says: risk, else people, else their number.

    Parameters
    ----------
    town, scenario
        Where, and who is there.
    risk
        Expected harm a year of each building, where it is known.
    """
    if risk is not None and risk.notna().any():
        return "risk"
    return "people" if present(town, scenario).notna().any() else "count"
