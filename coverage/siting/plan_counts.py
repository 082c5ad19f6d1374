"""What a plan does for people, buildings and risk alike, whichever of them it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats
from ...geo.wishes import Weight
from ...geo.words import InputError
from .. import columns as c
from .demand import demand_of
from .demand_rows import Rows
from .instance import SitingInstance
from .reach import Reach

WEIGHTS: tuple[Weight, ...] = ("people", "count", "risk")


@dataclass(frozen=True, eq=False)
class PlanCount:
    """Cover counted in one way; over bands and tiers the mean by their weights.

    Attributes
    ----------
    weight
        What counts.
    rows
        The same rows as those of the study, weighted by it; a second crew is not counted.
    unit
        By what sums of rows are divided, so that they read as people, buildings or harm.
    assumed
        Buildings of which it is not known; the median of their use stands in.
    """

    weight: Weight
    rows: Rows
    unit: float
    assumed: int = 0

    @property
    def total(self) -> float:
        """All people, buildings or harm."""
        return self.rows.total / self.unit

    def amount(self, chosen: Flags) -> float:
        """Return how much a choice of sites covers."""
        return self.rows.worth(chosen) / self.unit

    def share(self, chosen: Flags) -> float:
        """Return the share that a choice of sites covers."""
        return self.rows.worth(chosen) / self.rows.total if self.rows.total else float("nan")

    def late(self, chosen: Flags, groups: int) -> Floats:
        """Return how much of each group a choice of sites does not cover."""
        inside = self.rows.group >= 0
        left = self.rows.weights - self.rows.objectives(chosen)
        return np.bincount(self.rows.group[inside], left[inside], groups) / self.unit


def plan_counts(
    instance: SitingInstance,
    reaches: Mapping[tuple[str, str], Reach],
    risk: Mapping[str, pd.DataFrame] | None,
) -> tuple[PlanCount, ...]:
    """Return people, buildings and risk, as far as anything is known of them.

    Parameters
    ----------
    instance
        Of the study.
    reaches
        Who reaches whom as the lanes are known to be.
    risk
        By scenario the buildings with their harm a year.
    """
    found = []
    for weight in WEIGHTS:
        try:
            bands = tuple(
                replace(
                    band,
                    demand=demand_of(
                        instance.town,
                        band.moment.scenario,
                        weight=weight,
                        risk=None if risk is None else risk[band.name][c.HARM_INDEX],
                    ),
                )
                for band in instance.bands
            )
        except InputError:  # nothing is known of it
            continue
        there = replace(instance, bands=bands)
        rows = there.rows(reaches)
        told = rows.once() if instance.doubled.any() else rows
        found.append(PlanCount(weight, told, there.unit, bands[0].demand.assumed))
    return tuple(found)
