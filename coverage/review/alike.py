"""“Same as that fire”: the buildings of a town that are like the scene of a fire elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats
from ...geo.ledgers import TownLedgers
from ...geo.words import HazardCode, InputError, Use
from ...geo.words import fields as f
from .. import columns as c
from ..risk import (
    CODES,
)

FLOORS_APART = 1  # of a fire in the town's own ledger: as many floors, one more or less


@dataclass(frozen=True)
class Case:
    """What is told of a fire; empty attributes are not asked for.

    Attributes
    ----------
    uses
        Any of them.
    hazards
        All of them.
    floors, height_m
        Least and most.
    """

    uses: tuple[Use, ...] = ()
    hazards: tuple[HazardCode, ...] = ()
    floors: tuple[float, float] | None = None
    height_m: tuple[float, float] | None = None

    @property
    def asked(self) -> int:
        """How many attributes are asked for."""
        told = (bool(self.uses), self.floors is not None, self.height_m is not None)
        return sum(told) + len(self.hazards)


def case_of_fire(ledgers: TownLedgers, buildings: pd.DataFrame, hazards: Floats, key: str) -> Case:
    """Return the case that a fire in the town's own ledger makes.

    Parameters
    ----------
    ledgers
        With incidents.
    buildings
        With `building_id`, `use` and `floors`.
    hazards
        ``(buildings, codes)`` as in `RiskInputs.hazards`.
    key
        Key or number of the fire.

    Raises
    ------
    InputError
        When there is no such fire, or nothing is known of its building.
    """
    fires = ledgers.incidents
    own = fires[(fires["key"] == key) | (fires["incident_id"] == key)]
    if own.empty:
        raise InputError("error.fire_unknown", key=key)
    fire = own.iloc[-1]
    at = np.flatnonzero(buildings[f.BUILDING_ID].astype(str) == str(fire[f.BUILDING_ID]))
    use, floors = fire[f.USE], np.nan
    there: tuple[HazardCode, ...] = ()
    if len(at):
        row = buildings.iloc[at[0]]
        use = row[f.USE] if use is None or use != use else use
        floors = row[f.FLOORS]
        there = tuple(code for k, code in enumerate(CODES) if hazards[at[0], k] == 1)
    between = None if floors != floors else (floors - FLOORS_APART, floors + FLOORS_APART)
    case = Case((Use(use),) if isinstance(use, str) else (), there, between)
    if not case.asked:
        raise InputError("error.fire_bare", key=key)
    return case


def look_alikes(
    case: Case, buildings: pd.DataFrame, lanes: pd.DataFrame, hazards: Floats, tiers: Sequence[str]
) -> pd.DataFrame:
    """Return the buildings that are like a case, or may be.

    Parameters
    ----------
    case
        What to look for.
    buildings, lanes
        Of an assessment.
    hazards
        ``(buildings, codes)`` as in `RiskInputs.hazards`.
    tiers
        Whose response times are told.

    Returns
    -------
    DataFrame
        One row a building of which nothing that is known speaks against it: `sure` (True when
        all that is asked is known and holds), `unknown` (what is not known, codes joined by
        ``;``), the response of each tier, the state and main limit of its lane, its risk. Sure
        ones first, then by risk.

    Raises
    ------
    InputError
        When the case asks for nothing.
    """
    if not case.asked:
        raise InputError("error.case_bare")
    answers: dict[str, tuple[Flags, Flags]] = {}
    if case.uses:
        use = buildings[f.USE]
        answers["use"] = use.isna().to_numpy(), use.isin([str(u) for u in case.uses]).to_numpy()
    for name, bounds in ((f.FLOORS, case.floors), (f.HEIGHT_M, case.height_m)):
        if bounds is not None:
            told = pd.to_numeric(buildings[name], errors="coerce").to_numpy(dtype=float)
            answers[name] = np.isnan(told), (told >= bounds[0]) & (told <= bounds[1])
    for code in case.hazards:
        told = hazards[:, CODES.index(code)]
        answers[str(code)] = np.isnan(told), told == 1
    may = np.all([unknown | holds for unknown, holds in answers.values()], axis=0)
    sure = np.all([holds for _, holds in answers.values()], axis=0)
    some = np.any([holds for _, holds in answers.values()], axis=0)  # not of all unknown
    open_ = [
        ";".join(name for name, (unknown, _) in answers.items() if unknown[at])
        for at in range(len(buildings))
    ]
    state = lanes.drop_duplicates(f.LANE_ID).set_index(f.LANE_ID)[c.STATE]
    columns = [f.BUILDING_ID, f.NAME, f.ADDRESS, f.COMMUNITY_ID, f.USE, f.FLOORS, c.RISK_BAND,
               c.RISK_RANK]  # fmt: skip
    for tier in tiers:
        columns += [c.response_time(tier), c.cover(tier), c.main_limit(tier)]
    table = buildings[columns].assign(
        sure=sure,
        unknown=open_,
        lane_state=buildings[c.ATTACHED_LANE_ID].map(state, na_action="ignore"),
    )
    found: pd.DataFrame = table[may & some]
    ordered: pd.DataFrame = found.sort_values(
        ["sure", c.RISK_RANK], ascending=[False, True], ignore_index=True
    )
    return ordered
