"""A moment computes each thing once, and speeds once for all scenarios of a town."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.reach import moment as moment_module
from weizhan.coverage.reach.moment import Moment
from weizhan.geo.ground.passability import Limit
from weizhan.geo.rules.config import Scenario

from .test_lanes import _town

DAY = dt.date(2026, 9, 30)
NOON, NIGHT = Scenario(time=dt.time(12)), Scenario(time=dt.time(2))


@pytest.fixture
def town(make_town):
    return _town(make_town)


def test_a_part_is_computed_once(town):
    moment = Moment(town, NOON, DAY)
    assert moment.passages() is moment.passages()
    assert moment.passages() is not moment.passages(without=[Limit.WIDTH])
    assert moment.conditions("slow") is moment.conditions("slow")
    assert moment.states is moment.states
    tier = next(iter(town.rules.tier))
    assert moment.crews(tier) is moment.crews(tier)
    assert moment.journey(tier, "fast") is moment.journey(tier, "fast")


def test_speeds_are_fitted_once_for_all_scenarios(town, monkeypatch):
    fits = []
    fit = moment_module.observed_speeds
    monkeypatch.setattr(
        moment_module, "observed_speeds", lambda *a, **k: (fits.append(1), fit(*a, **k))[1]
    )
    by_day = Moment(town, NOON, DAY)
    assert by_day.under(NIGHT).speeds is by_day.speeds
    assert by_day.under(NIGHT).scenario == NIGHT
    assert len(fits) == 1


def test_fitted_speeds_slow_what_moves(town):
    usual = Moment(town, NOON, DAY)
    classes = town.lanes["lane_class"].dropna().unique()
    table = pd.DataFrame(
        {"factor": 2.0, "low": 1.5, "high": 3.0, "fitted": True}, index=list(classes)
    )
    fitted = Moment(town, NOON, DAY, fitted=dataclasses.replace(usual.speeds, table=table))
    ratio = fitted.conditions().slowdown / usual.conditions().slowdown
    told = town.lanes["lane_class"].notna().to_numpy()
    assert np.allclose(ratio[told], 2.0)


def test_what_is_drawn_holds_under_every_reading(town):
    moment = Moment(town, NOON, DAY)
    drawn = moment.conditions("slow")
    held = moment.holding(drawn)
    assert held.conditions("fast") is drawn
    assert held.conditions("typical") is drawn
