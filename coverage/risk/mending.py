"""What mending takes away: harm of a year of each building without each hazard there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ...geo.arrays import Floats
from ...geo.rules import RuleSet
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from .assess_risk import BLOCK, Risk
from .draws import Moment, logs_of
from .inputs import CODES, RiskInputs
from .missing import Donors, donors, take
from .numbers import RiskNumbers, typical_numbers


def mending_gains(town: Town, found: Risk) -> pd.DataFrame:
    """Return the harm of a year that goes when all hazards of a kind at a building are mended.

    Parameters
    ----------
    town
        Its rules, layers and ledgers.
    found
        Its risk.

    Returns
    -------
    DataFrame
        Index of harm, ``(buildings, kinds of hazard)`` by building id and code: the building's
        harm times the share by which the typical harm falls; 0 where no such hazard stands.
        Harm that several hazards cause together goes with either, so that gains of one building
        do not add up.
    """
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    typical = typical_numbers(town.rules.risk, places=places, calibration=town.calibration)
    share = np.zeros((len(found.told), len(CODES)))
    for at, part in enumerate(found.told.year):
        gone = mended_shares(found.told.at(at), typical, town.rules, part.now,
                             donated=found.told.donated[part.now.is_day])  # fmt: skip
        share += found.shares[:, [at]] * gone
    ids = town.buildings[f.BUILDING_ID].astype(str).to_numpy(dtype=str)
    order = np.argsort(ids, kind="stable")
    harm = found.buildings[c.HARM_INDEX].to_numpy()[order]
    index = pd.Index(ids[order], name=f.BUILDING_ID)
    return pd.DataFrame(share * harm[:, None], index=index, columns=[str(code) for code in CODES])


def mended_shares(
    inputs: RiskInputs,
    typical: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    *,
    donated: Donors | None = None,
) -> Floats:
    """Return the share of typical harm that goes with each hazard, ``(buildings, codes)``."""
    given = donated or donors(inputs, rules.risk, is_day=now.is_day)

    def harm(told: RiskInputs) -> Floats:
        parts = [
            logs_of(take(told, slice(at, at + BLOCK)), given, typical, rules, now, None)
            for at in range(0, len(told), BLOCK)
        ]
        return np.concatenate([np.exp(part.fires + part.harm)[:, 0] for part in parts])

    whole = harm(inputs)
    shares = np.zeros((len(inputs), len(CODES)))
    for at in range(len(CODES)):
        there = np.flatnonzero(inputs.hazards[:, at] == 1)
        if len(there):
            own = take(inputs, there)
            hazards = own.hazards.copy()
            hazards[:, at] = 0.0
            shares[there, at] = 1 - harm(replace(own, hazards=hazards)) / whole[there]
    return shares
