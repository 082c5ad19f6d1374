"""What mending takes away: harm a year of each building without each hazard that stands there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from ...geo.arrays import Floats
from ...geo.rules import RuleSet, Scenario
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from .assess_risk import BLOCK, moment
from .draws import Moment, logs_of
from .inputs import CODES, RiskInputs, risk_inputs
from .missing import donors, take
from .numbers import RiskNumbers, typical_numbers


def mending_gains(
    town: Town, buildings: pd.DataFrame, scenario: Scenario, name: str, *, day: dt.date
) -> pd.DataFrame:
    """Return the harm a year that goes when all hazards of a kind at a building are mended.

    Parameters
    ----------
    town
        Its rules, layers and ledgers.
    buildings
        The table of an assessment with risk.
    scenario, name, day
        Under which it was assessed.

    Returns
    -------
    DataFrame
        Deaths a year, ``(buildings, kinds of hazard)`` by building id and code: the building's
        harm times the share by which the typical harm falls; 0 where no such hazard stands.
        Harm that several hazards cause together goes with either, so that gains of one building
        do not add up.
    """
    now = moment(town, scenario, name, day)
    inputs = risk_inputs(town, buildings, is_day=now.is_day, day=day)
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    typical = typical_numbers(town.rules.risk, places=places, calibration=town.calibration)
    share = mended_shares(inputs, typical, town.rules, now)
    gains = share * buildings[c.HARM_PER_YEAR].to_numpy()[:, None]
    ids = pd.Index(buildings[f.BUILDING_ID].astype(str), name=f.BUILDING_ID)
    return pd.DataFrame(gains, index=ids, columns=[str(code) for code in CODES])


def mended_shares(inputs: RiskInputs, typical: RiskNumbers, rules: RuleSet, now: Moment) -> Floats:
    """Return the share of typical harm that goes with each hazard, ``(buildings, codes)``."""
    donated = donors(inputs, rules.risk, is_day=now.is_day)

    def harm(told: RiskInputs) -> Floats:
        parts = [
            logs_of(take(told, slice(at, at + BLOCK)), donated, typical, rules, now, None)
            for at in range(0, len(told), BLOCK)
        ]
        return np.concatenate([np.exp(part.fires + part.harm)[:, 0] for part in parts])

    whole = harm(inputs)
    shares = np.zeros((len(inputs), len(CODES)))
    for at in range(len(CODES)):
        there = inputs.hazards[:, at] == 1
        if there.any():
            hazards = inputs.hazards.copy()
            hazards[there, at] = 0.0
            shares[:, at] = np.where(there, 1 - harm(replace(inputs, hazards=hazards)) / whole, 0.0)
    return shares
