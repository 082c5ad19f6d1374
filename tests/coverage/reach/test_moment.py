"""A moment computes each thing once, and speeds once for all scenarios of a town."""

import csv
import dataclasses
import datetime as dt
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.coverage.reach import moment as moment_module
from weizhan.coverage.reach.moment import Moment
from weizhan.coverage.reach.response import READINGS, passages
from weizhan.coverage.what_if import OPENING
from weizhan.geo.ground.passability import Limit
from weizhan.geo.rules.config import WEEKDAYS, Scenario
from weizhan.geo.town import uses_on
from weizhan.geo.words import Workdays

from .test_lanes import _town

DAY = dt.date(2026, 9, 30)
TABLE = Path(__file__).resolve().parents[4] / "shared" / "cases" / "tables" / "hours.csv"
HOURS = (
    list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
    if TABLE.exists()
    else [pytest.param({}, marks=pytest.mark.skip(reason="../shared/cases is not beside this"))]
)
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


LANE = {"lane_class": "residential", "width_m": 6.0}
LIMITED = (  # lanes that one limit stops, or two
    {}, {"width_m": 2.2}, {"height_limit_m": 2.0}, {"weight_limit_t": 1.0}, {"slope_pct": 40.0},
    {"lane_class": "steps"}, {"access": "motor_vehicle=no"}, {"width_m": None},
    {"width_m": 2.2, "height_limit_m": 2.0}, {"weight_limit_t": 1.0, "slope_pct": 40.0},
)  # fmt: skip


def test_limits_are_taken_away_as_if_nothing_else_were_known(make_town):
    streets = [
        {**LANE, **limited, "geometry": shapely.LineString([(100 * k, 0), (100 * k + 100, 0)])}
        for k, limited in enumerate(LIMITED)
    ]
    gate = {"geometry": shapely.Point(50, 0), "kind": "gate", "width_m": 2.5}
    house = {"geometry": shapely.box(20, 5, 30, 15)}
    station = {"geometry": shapely.Point(0, 1), "tier": "official_station"}
    town = make_town(lanes=streets, barriers=[gate], buildings=[house], stations=[station])
    moment = Moment(town, NOON, DAY)
    spared = 0
    for reading, without in product(READINGS, [*([one] for one in Limit), OPENING, [*Limit]]):
        short = moment.passages(reading, without=without)
        whole = passages(town, reading, moment.conditions(reading), without=without)
        for vehicle, passage in whole.items():
            spared += short[vehicle] is moment.passages(reading)[vehicle]
            for name in ("forward_ms", "backward_ms", "leave_ms", "limit", "certain"):
                assert np.array_equal(getattr(short[vehicle], name), getattr(passage, name)), name
    assert spared > 0


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


GATE = [{"geometry": shapely.Point(150, 0), "kind": "gate", "width_m": 5.0}]


def _locked(make_town, hours, day, scenario=NOON, **options):
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[{"geometry": shapely.LineString([(0, 0), (300, 0)])}],
        barriers=[{**GATE[0], "open_hours": hours}],
    )
    town = dataclasses.replace(town, workdays=Workdays(**options))
    return bool(Moment(town, scenario, dt.date.fromisoformat(day)).conditions().locked[0])


@pytest.mark.parametrize(
    ("hours", "day", "locked"),
    [
        ("工作日 8:00-18:00", "2026-09-30", False),  # a Wednesday
        ("工作日 8:00-18:00", "2026-10-01", True),  # a holiday is lived as such
        ("工作日 8:00-18:00", "2026-10-10", False),  # a Saturday that is worked
        ("工作日 8:00-18:00", "2026-10-17", False),  # an ordinary Saturday: the next Wednesday
        ("06:00-22:00（节假日除外）", "2026-09-30", False),
        ("06:00-22:00（节假日除外）", "2026-10-02", True),
        ("Mo-Sa 10:00-20:00; PH off", "2026-10-02", True),
        ("Apr-Sep 06:00-22:00", "2026-09-30", False),  # by season, not by an ordinary week
        ("Apr-Sep 06:00-22:00", "2026-12-02", True),
    ],
)
def test_a_gate_is_judged_by_the_day_of_the_moment(make_town, hours, day, locked):
    assert _locked(make_town, hours, day) is locked


def test_a_town_may_have_its_own_days_of_rest(make_town):
    wednesday = dt.date(2026, 9, 30)
    assert not _locked(make_town, "工作日 8:00-18:00", "2026-09-30")
    assert _locked(make_town, "工作日 8:00-18:00", "2026-09-30", rest=frozenset({wednesday}))


@pytest.mark.parametrize(
    ("day", "lived_on"),
    [
        ("2026-09-30", "2026-10-04"),  # the next Sunday of a holiday
        ("2026-10-02", "2026-10-02"),  # a holiday itself
        ("2026-03-04", "2026-04-05"),  # 清明
    ],
)
def test_a_holiday_scenario_is_lived_on_a_holiday(make_town, day, lived_on):
    holiday = Scenario(time=dt.time(10), day="PH")
    found = holiday.lived_on(dt.date.fromisoformat(day), workdays=Workdays())
    assert found == dt.date.fromisoformat(lived_on)
    assert _locked(make_town, "06:00-22:00（节假日除外）", day, holiday)
    assert _locked(make_town, "Mo-Fr 06:00-22:00", "2026-09-30", holiday)  # like a Sunday


@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 1)), st.sampled_from(WEEKDAYS))
def test_a_scenario_is_lived_on_its_weekday_unless_the_day_is_out_of_the_ordinary(day, weekday):
    calendar = Workdays()
    lived = Scenario(time=dt.time(10), day=weekday).lived_on(day, workdays=calendar)
    ordinary = calendar.is_workday(day) == (day.weekday() < 5) and not calendar.is_holiday(day)
    assert lived >= day
    if not ordinary:
        assert lived == day
    else:
        assert lived.weekday() == WEEKDAYS.index(weekday)
        assert calendar.is_workday(lived) == (lived.weekday() < 5)


@pytest.mark.parametrize("row", HOURS, ids=lambda row: row.get("text", ""))
def test_hours_as_people_write_them_hold_at_a_gate(make_town, row):
    names = {**dict(zip(WEEKDAYS, range(21, 28), strict=True)), "PH": 2}
    for column, locked in (("open_at", False), ("closed_at", True)):
        if not row.get(column):
            continue
        day, _, time = row[column].partition(" ")
        month = 10 if day == "PH" else 9
        date = dt.date(2026, month, names[day])
        if day == "Fr":
            date = dt.date(2026, 9, 18)  # the 25th is a holiday
        if day in ("Sa", "Su"):
            date = dt.date(2026, 9, {"Sa": 12, "Su": 13}[day])
        scenario = Scenario(time=dt.time.fromisoformat(time), day=day)
        assert _locked(make_town, row["text"], date.isoformat(), scenario) is locked


def test_every_moment_of_a_loaded_town_moves_at_the_same_speeds(town):
    ended = town.buildings.assign(use_until=pd.Timestamp(DAY) - pd.Timedelta(days=1))
    loaded = dataclasses.replace(town, buildings=ended)
    speeds = Moment(loaded, NOON, DAY).speeds
    assert Moment(loaded, NIGHT, DAY).speeds is speeds
    assert Moment(uses_on(loaded, DAY), NIGHT, DAY).speeds is speeds
    assert Moment(loaded, NOON, DAY, seed=2).speeds is not speeds
    others = dataclasses.replace(loaded, arrivals=loaded.arrivals.iloc[:0])
    assert Moment(others, NOON, DAY).speeds is not speeds
