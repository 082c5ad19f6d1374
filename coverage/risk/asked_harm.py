"""Harm of a year of each building, asked again and again with what a plan does there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...geo.arrays import Floats, Indices
from ...geo.care import PlannedCare
from ...geo.town import Town
from ...geo.words import fields as f
from .inputs import risk_inputs, with_care
from .numbers import RiskNumbers, drawn_numbers
from .year import Stretch, YearInputs, year_inputs
from .year_draws import year_draws, year_method

BLOCK = 1024
#: Shares that measures take away differ less from draw to draw than harm itself.
DRAWS = 64
WATER = ("water", "water_low", "water_high", "water_m")


@dataclass(frozen=True, eq=False)
class AskedHarm:
    """What answers for the harm of a town, scaled so that as it is it has the index it is told.

    Attributes
    ----------
    town
        As it is.
    told
        What its risk is computed from, in the order of its buildings.
    numbers
        Of the method, drawn.
    scale
        ``(buildings,)`` what the draws are multiplied by.
    day, seed
        Of the assessment.
    """

    town: Town
    told: YearInputs
    numbers: RiskNumbers
    scale: Floats
    day: dt.date
    seed: int

    def of(
        self,
        care: PlannedCare | None = None,
        *,
        crew: Floats | None = None,
        rows: Indices | None = None,
    ) -> Floats:
        """Return the index of harm of buildings, ``(rows,)``.

        Parameters
        ----------
        care
            What is done at buildings; nothing if not given.
        crew
            ``(buildings, stretches)`` chance of a crew in time, if not that of the town.
        rows
            Of which buildings; all if not given.
        """
        told = self.told
        if care is not None:
            there = replace(self.town, care=care)
            cared = {is_day: with_care(own, there) for is_day, own in told.shifts.items()}
            told = replace(told, shifts=cared)
        if crew is not None:
            told = replace(told, crew=crew)
        return self._harm(told, rows)

    def with_water(self, town: Town) -> tuple[Indices, Floats]:
        """Return the buildings whose water is another in a town, and their index of harm there."""
        changed = np.zeros(len(self.told), dtype=bool)
        shifts = {}
        for is_day, own in self.told.shifts.items():
            there = risk_inputs(town, town.buildings, is_day=is_day, day=self.day)
            new: dict[str, Any] = {name: getattr(there, name) for name in WATER}
            for name, values in new.items():
                changed |= ~np.isclose(values, getattr(own, name), equal_nan=True)
            shifts[is_day] = replace(own, **new)
        rows = np.flatnonzero(changed)
        return rows, self._harm(replace(self.told, shifts=shifts), rows)

    def _harm(self, told: YearInputs, rows: Indices | None) -> Floats:
        rows = np.arange(len(told)) if rows is None else rows
        method = year_method(told, self.numbers, self.town.rules, self.seed)
        parts = [np.empty(0)]
        for begin in range(0, len(rows), BLOCK):
            block = told.take(rows[begin : begin + BLOCK])
            drawn = year_draws(block, method)
            parts.append((drawn.fires * drawn.deaths).mean(axis=1))
        return np.concatenate(parts) * self.scale[rows]


def asked_harm_of(
    town: Town,
    year: tuple[Stretch, ...],
    crew: Floats,
    *,
    index: Floats,
    day: dt.date,
    seed: int,
) -> AskedHarm:
    """Return what answers for the harm of a town.

    Parameters
    ----------
    town
        As it is.
    year, crew
        From `weizhan.coverage.risk.year_of` and `crew_chances`.
    index
        ``(buildings,)`` index of harm of the assessment.
    day, seed
        Of it.
    """
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    numbers = drawn_numbers(
        town.rules.risk, draws=DRAWS, seed=seed, places=places, calibration=town.calibration
    )
    told = year_inputs(town, year, crew, day=day, rows=np.arange(len(town.buildings)))
    asked = AskedHarm(town, told, numbers, np.ones(len(index)), day, seed)
    base = asked.of()
    scale = np.divide(index, base, out=np.zeros(len(index)), where=base > 0)
    return replace(asked, scale=scale)
