"""Harm of a year at typical numbers, asked again and again with what a plan does at buildings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from ...geo.arrays import Floats
from ...geo.care import PlannedCare
from ...geo.town import Town
from ...geo.words import fields as f
from .inputs import risk_inputs, with_care
from .numbers import RiskNumbers, typical_numbers
from .year import Stretch, YearInputs, year_inputs
from .year_draws import year_logs


@dataclass(frozen=True, eq=False)
class TypicalHarm:
    """Harm of a year of each building at typical numbers, in any unit.

    Attributes
    ----------
    town
        As it is.
    told
        What its risk is computed from.
    typical
        Numbers of the method.
    day
        Of the assessment.
    """

    town: Town
    told: YearInputs
    typical: RiskNumbers
    day: dt.date

    def of(self, care: PlannedCare | None = None, *, crew: Floats | None = None) -> Floats:
        """Return the harm of each building, ``(buildings,)``.

        Parameters
        ----------
        care
            What is done at buildings; nothing if not given.
        crew
            ``(buildings, stretches)`` chance of a crew in time, if not that of the town.
        """
        told = self.told
        if care is not None:
            there = replace(self.town, care=care)
            told = replace(
                told, shifts={day: with_care(own, there) for day, own in told.shifts.items()}
            )
        if crew is not None:
            told = replace(told, crew=crew)
        return self._harm(told)

    def with_water(self, town: Town) -> Floats:
        """Return the harm of each building where only the water of another town differs."""
        shifts = {
            is_day: replace(
                own,
                **{
                    name: getattr(risk_inputs(town, town.buildings, is_day=is_day, day=self.day),
                                  name)
                    for name in ("water", "water_low", "water_high", "water_m")
                },
            )
            for is_day, own in self.told.shifts.items()
        }  # fmt: skip
        return self._harm(replace(self.told, shifts=shifts))

    def _harm(self, told: YearInputs) -> Floats:
        logs = year_logs(told, self.typical, self.town.rules, None)
        return np.asarray(np.exp(logs.fires + logs.harm)[:, 0])


def typical_harm(
    town: Town, year: tuple[Stretch, ...], crew: Floats, *, day: dt.date
) -> TypicalHarm:
    """Return what answers for the typical harm of a town.

    Parameters
    ----------
    town
        As it is.
    year, crew
        From `weizhan.coverage.risk.year_of` and `crew_chances`.
    day
        Hazards open on it count.
    """
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    typical = typical_numbers(town.rules.risk, places=places, calibration=town.calibration)
    told = year_inputs(town, year, crew, day=day, rows=np.arange(len(town.buildings)))
    return TypicalHarm(town, told, typical, day)
