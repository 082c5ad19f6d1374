"""A town under one scenario on one day: what holds on its lanes, how all pass, who sets out.

Everything that moves asks a `Moment`, so that nobody puts states, speeds, conditions, passages
and crews together by hand, and each is computed once, when it is first asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from ...geo.ground import Conditions, Limit
from ...geo.rules import Reading, Scenario
from ...geo.town import Town
from .lane_states import conditions, lane_states
from .observed import observed_speeds
from .response import Passages, TierCrews, passages, tier_crews, tier_journey
from .speed_calibration import SpeedFit
from .travel import Journey


@dataclass(frozen=True, eq=False)
class Moment:
    """A town under one scenario on one day.

    Attributes
    ----------
    town, scenario
        Whose stations and lanes, and when in the week.
    day
        To which reports about lanes have aged.
    seed
        Of the bounds of fitted speeds.
    fitted
        Speeds given by others; those of the town as it was loaded if None.
    drawn
        What holds on the lanes under every reading, if that is not to follow from the reports.
    horizon_s
        Seconds after which a crew counts as not coming; None for never.
    """

    town: Town
    scenario: Scenario
    day: dt.date
    seed: int = 1
    fitted: SpeedFit | None = None
    drawn: Conditions | None = None
    horizon_s: float | None = None
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def under(self, scenario: Scenario) -> Moment:
        """Return the same town and day under another scenario; speeds are not fitted again."""
        return replace(self, scenario=scenario, fitted=self.speeds)

    def holding(self, drawn: Conditions) -> Moment:
        """Return the same moment with what holds on the lanes given."""
        return replace(self, fitted=self.speeds, drawn=drawn)

    @cached_property
    def joined(self) -> Moment | None:
        """The same moment with lanes connected where they cross; None where that is nowhere."""
        if self.drawn is not None or self.town.joined is None:
            return None
        return replace(self, town=self.town.joined, fitted=self.speeds)

    @cached_property
    def states(self) -> pd.DataFrame:
        """What is known of each lane; see `lane_states`."""
        return lane_states(self.town, self.scenario, day=self.day)

    @cached_property
    def speeds(self) -> SpeedFit:
        """Factors on travel time by class of lane; see `observed_speeds`.

        Arrivals were recorded in the town as it is, so a plan changes no speeds.
        """
        return self.fitted or observed_speeds(self.town.present or self.town, seed=self.seed)

    def conditions(self, reading: Reading = "typical") -> Conditions:
        """Return what holds on the lanes under a reading."""
        if self.drawn is not None:
            return self.drawn
        key = "conditions", reading
        if key not in self._kept:
            self._kept[key] = conditions(
                self.town, self.scenario, self.states, reading, day=self.day, speeds=self.speeds
            )
        held: Conditions = self._kept[key]
        return held

    def passages(
        self, reading: Reading = "typical", *, without: Collection[Limit] = ()
    ) -> Passages:
        """Return how every vehicle passes the lanes, with some limits taken away if wished.

        What passes with limits taken away is large and asked for once, so it is not kept.
        """
        if without:
            held, usual = self.conditions(reading), self.passages(reading)
            return passages(self.town, reading, held, without=without, usual=usual)
        key = "passages", reading
        if key not in self._kept:
            self._kept[key] = passages(self.town, reading, self.conditions(reading))
        roads: Passages = self._kept[key]
        return roads

    def crews(self, tier: str, reading: Reading = "typical") -> TierCrews:
        """Return the crews of a tier that are on duty, and what they need off the lanes."""
        key = "crews", tier, reading
        if key not in self._kept:
            rule = self.town.rules.tier[tier]
            self._kept[key] = tier_crews(self.town, rule, self.scenario, reading)
        crews: TierCrews = self._kept[key]
        return crews

    def journey(self, tier: str, reading: Reading = "typical") -> Journey:
        """Return the prepared search of a tier's crews to all buildings."""
        key = "journey", tier, reading
        if key not in self._kept:
            crews = self.crews(tier, reading)
            self._kept[key] = tier_journey(self.town, crews, self.passages(reading))
        plan: Journey = self._kept[key]
        return plan


def built_passages(town: Town) -> Passages:
    """Return how every vehicle passes what is built, whatever holds on the lanes, typically."""
    return passages(town, "typical")
