"""Response under every scenario of a town, for papers that must hold by day and by night."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..geo.town import Town
from .reach import READINGS, conditions, lane_states, observed_speeds, response_times


def response_by_band(town: Town, *, on: dt.date, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return the response of every tier at every building, by scenario.

    Parameters
    ----------
    town
        With its scenarios.
    on
        The day to which reports about lanes have aged.
    seed
        Of the interval of fitted speeds.
    """
    speeds = observed_speeds(town, seed=seed)
    found = {}
    for name, scenario in town.scenarios.items():
        states = lane_states(town, scenario, day=on)
        held = {r: conditions(town, scenario, states, r, speeds=speeds) for r in READINGS}
        found[name] = response_times(town, scenario, by_reading=held)
    return found
