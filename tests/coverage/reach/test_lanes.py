"""The state of lanes from dated reports, and what holds at a moment; a town to compute by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.reach.lane_states import conditions, lane_states, time_band
from weizhan.coverage.reach.speed_calibration import SpeedFit
from weizhan.geo.rules.config import Scenario
from weizhan.geo.rules.rule_set import load_rules

DAY = dt.date(2026, 11, 21)
NOON = Scenario(time=dt.time(12))
NIGHT = Scenario(time=dt.time(23))
PEAK = Scenario(time=dt.time(8))
RULES = load_rules()


def _town(make_town, *reports, **lane):
    line = shapely.LineString([(0, 0), (300, 0)])
    return make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[{"geometry": line, "lane_class": "service", **lane}],
        lane_reports=[{"geometry": shapely.Point(150, 1), **report} for report in reports],
    )


def _report(state, days_ago, **more):
    day = DAY - dt.timedelta(days=days_ago)
    return {"state": state, "observed_on": day.isoformat(), **more}


def _state(make_town, *reports, scenario=NOON):
    return lane_states(_town(make_town, *reports), scenario, day=DAY).iloc[0]


def test_no_report_is_unknown_and_not_clear(make_town):
    found = _state(make_town)
    assert found[c.STATE] == "unknown"
    assert found[c.BLOCKED_PROBABILITY] == RULES.time_band["day"].blocked["service"].value
    assert found[[c.STATE_OBSERVED_ON, c.REMAINING_WIDTH_M]].isna().all()


def test_a_fresh_report_is_believed_as_far_as_it_is_trusted(make_town):
    found = _state(make_town, _report("blocked", 0, remaining_width_m=1.2))
    assert found[c.STATE] == "blocked"
    assert found[c.REMAINING_WIDTH_M] == 1.2
    assert found[c.BLOCKED_PROBABILITY] == pytest.approx(0.9 + 0.1 * 0.05)
    assert _state(make_town, _report("clear", 0))[c.BLOCKED_PROBABILITY] == pytest.approx(
        0.1 * 0.05
    )


def test_a_report_drifts_back_to_what_is_usual(make_town):
    after = [_state(make_town, _report("blocked", days)) for days in (0, 30, 60, 3650)]
    chances = [found[c.BLOCKED_PROBABILITY] for found in after]
    assert chances[1] == pytest.approx(0.45 + 0.55 * 0.05)
    assert chances == sorted(chances, reverse=True)
    assert chances[3] == pytest.approx(0.05)
    assert [found[c.STATE] for found in after] == ["blocked", "unknown", "unknown", "unknown"]


def test_the_latest_report_counts_unless_expired_or_of_the_future(make_town):
    blocked = _report("blocked", 3)
    assert _state(make_town, blocked, _report("clear", 1))[c.STATE] == "clear"
    assert _state(make_town, blocked, _report("clear", -1))[c.STATE] == "blocked"
    gone = _report("blocked", 3, expires_on=(DAY - dt.timedelta(days=1)).isoformat())
    assert _state(make_town, gone)[c.STATE] == "unknown"
    still = _report("blocked", 0, expires_on=DAY.isoformat())  # holds on its last day
    assert _state(make_town, still)[c.STATE] == "blocked"


def test_a_report_far_from_every_lane_is_about_none(make_town):
    street = {"geometry": shapely.LineString([(0, 0), (300, 0)]), "lane_class": "service"}
    report = {"geometry": shapely.Point(150, 5_000), **_report("blocked", 0)}
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}], lanes=[street], lane_reports=[report]
    )
    assert lane_states(town, NOON, day=DAY)[c.STATE].tolist() == ["unknown"]


def test_the_time_of_day_says_how_often_lanes_are_occupied():
    for scenario, band in ((NOON, "day"), (NIGHT, "night"), (PEAK, "peak")):
        assert time_band(RULES, scenario) is RULES.time_band[band]
    sunday = Scenario(time=dt.time(8), day="Su")
    assert time_band(RULES, sunday) is RULES.time_band["day"]


def test_a_blocked_lane_stops_what_is_wider_than_what_is_left(make_town):
    town = _town(make_town, _report("narrowed", 0, remaining_width_m=2.2), width_m=5.0)
    states = lane_states(town, NOON, day=DAY)
    assert conditions(town, NOON, states, day=DAY).left_m.tolist() == [2.2]
    assert np.isnan(conditions(town, NOON, states, "fast", day=DAY).left_m).all()
    unmeasured = _town(make_town, _report("blocked", 0))
    states = lane_states(unmeasured, NOON, day=DAY)
    assert conditions(unmeasured, NOON, states, day=DAY).left_m.tolist() == [0.8]
    assert conditions(unmeasured, NOON, states, "slow", day=DAY).left_m.tolist() == [0.6]


def test_a_market_keeps_vehicles_out_while_it_lasts(make_town):
    town = _town(make_town, closed_hours="Sa,Su 06:00-13:00")
    states = lane_states(town, NOON, day=DAY)
    assert not conditions(town, NOON, states, day=DAY).shut.any()
    assert conditions(town, Scenario(time=dt.time(12), day="Sa"), states, day=DAY).shut.all()


def test_gates_are_locked_outside_their_hours_and_unknown_hours_widen_the_answer(make_town):
    line = shapely.LineString([(0, 0), (100, 0), (200, 0), (300, 0)])
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[{"geometry": line}],
        barriers=[
            {"geometry": shapely.Point(50, 0), "kind": "gate", "open_hours": "06:00-22:00"},
            {"geometry": shapely.Point(150, 0), "kind": "gate"},
            {"geometry": shapely.Point(250, 0), "kind": "gate", "open_hours": "Mo 06:00-07:00"},
        ],
    )
    states = lane_states(town, NIGHT, day=DAY)
    assert conditions(town, NIGHT, states, day=DAY).locked.tolist() == [True, False, True]
    assert conditions(town, NOON, states, day=DAY).locked.tolist() == [False, False, True]


def test_vehicles_are_slower_at_the_peak_and_slowest_in_the_slow_reading(make_town):
    line = shapely.LineString([(0, 0), (300, 0)])
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[{"geometry": line, "lane_class": "primary"}],
    )
    states = lane_states(town, PEAK, day=DAY)
    by_reading = [
        conditions(town, PEAK, states, r, day=DAY).slowdown[0] for r in ("fast", "typical", "slow")
    ]
    assert by_reading == [1.0, 1.3, 1.8]
    assert conditions(town, NOON, states, day=DAY).slowdown.tolist() == [1.0]


def test_fitted_speeds_slow_the_slow_reading_most_and_other_classes_not(make_town):
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[
            {"geometry": shapely.LineString([(0, y), (300, y)]), "lane_class": lane_class}
            for y, lane_class in ((0, "primary"), (50, "alley"), (90, "service"))
        ],
    )
    table = pd.DataFrame(
        {
            "factor": [2.0, 1.0],
            "low": [1.5, np.nan],
            "high": [3.0, np.nan],
            "records": [40, 0],
            "fitted": [True, False],
        },
        index=["primary", "alley"],
    )
    fit = SpeedFit(table, n=40, log_sd=0.1, held_out_mae_s=1.0, baseline_mae_s=2.0, r2=0.5)
    states = lane_states(town, PEAK, day=DAY)
    order = town.lanes.geometry.centroid.y.argsort()
    for reading, at_peak, factor in (("fast", 1.0, 1.5), ("typical", 1.3, 2.0), ("slow", 1.8, 3.0)):
        plain = conditions(town, PEAK, states, reading, day=DAY).slowdown[order]
        slower = conditions(town, PEAK, states, reading, day=DAY, speeds=fit).slowdown[order]
        assert plain[0] == at_peak
        assert (slower / plain).tolist() == [factor, 1.0, 1.0]
