"""Response under every scenario of a town, for papers that must hold by day and by night."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..geo.town import Town
from .reach import Moment, response_times


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
    first = Moment(town, next(iter(town.scenarios.values())), on, seed=seed)
    return {name: response_times(first.under(at)) for name, at in town.scenarios.items()}
