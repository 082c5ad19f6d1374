"""Risk of a year: the hours of its calendar, all of them in every draw, whatever is asked for."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.risk import assess_risk
from weizhan.coverage.risk.draws import logs_of
from weizhan.coverage.risk.inputs import HELP
from weizhan.coverage.risk.level import ordinary_home, town_level
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import drawn_numbers
from weizhan.coverage.risk.year import YearInputs, crew_chances, year_of
from weizhan.coverage.risk.year_draws import year_logs
from weizhan.geo.rules.config import KeyDates
from weizhan.geo.words import Workdays, last_announced_year

from ..risk_towns import RULES, inputs

DAY = dt.date(2026, 9, 30)
SEASON = {**dict.fromkeys((12, 1, 2), 1.15), **dict.fromkeys((3, 4, 5), 1.0),
          **dict.fromkeys((6, 7, 8, 9, 10, 11), 0.95)}  # fmt: skip


@pytest.fixture
def street(make_town):
    houses = [
        {"geometry": shapely.box(40 * k, 5, 40 * k + 10, 15), "use": use, "people_day": day,
         "people_night": night}
        for k, (use, day, night) in enumerate(
            [("self_built", 2, 9), ("factory", 60, 0), ("residential", None, None)]
        )
    ]  # fmt: skip
    station = {"geometry": shapely.Point(0, 0), "tier": "micro_station", "crew_day": 4,
               "crew_night": 0}  # fmt: skip
    lane = {"geometry": shapely.LineString([(0, 0), (200, 0)]), "lane_class": "residential"}
    return make_town(buildings=houses, stations=[station], lanes=[lane])


def days():
    first = dt.date(last_announced_year(), 1, 1)
    every = [first + dt.timedelta(days=k) for k in range(366)]
    return [day for day in every if day.year == first.year]


def test_hours_and_fires_of_the_year_by_hand(street):
    """Rush hours 7-9 and 17-19 of workdays, nights 22-6; the day shift from 8 to 20."""
    work, heat, busy = 0, 0.0, 0.0
    for day in days():
        factor = SEASON[day.month] * (1.2 if Workdays().is_holiday(day) else 1.0)
        heat += factor
        if Workdays().is_workday(day):
            work, busy = work + 1, busy + factor
    hours, all_days = 24 * len(days()), len(days())
    peak_on, peak_off = 3 * busy * 1.61, 1 * busy * 1.61  # 7 to 8 is before the day shift
    night = 8 * heat * 0.68
    on, off = (12 * heat - 3 * busy) * 1.23, (4 * heat - busy) * 1.23
    whole = peak_on + peak_off + night + on + off
    found = {(part.name, part.now.is_day, round(part.now.fires / part.hours, 1) > 1.3): part
             for part in year_of(street)}  # fmt: skip
    assert len(found) == 5
    for key, share, fires in (
        (("night", False, False), 8 * all_days / hours, night),
        (("peak", True, True), 3 * work / hours, peak_on),
        (("evening", False, True), work / hours, peak_off),
        (("day", True, False), (12 * all_days - 3 * work) / hours, on),
        (("evening", False, False), (4 * all_days - work) / hours, off),
    ):
        assert found[key].hours == pytest.approx(share), key
        assert found[key].now.fires == pytest.approx(fires / whole), key
    assert found["night", False, False].scenario.time == dt.time(2)
    assert all(part.scenario.day == "We" for part in found.values())


def test_key_dates_of_the_year_burn_like_holidays(street):
    year = last_announced_year()
    fair = KeyDates(name="庙会", first=f"{year}-03-02", last=f"{year}-03-02", scenario="holiday")
    more = dataclasses.replace(street, calendar=(fair,))
    assert dt.date(year, 3, 2).weekday() < 5
    before, after = ({(p.name, p.hours): p.now.fires for p in year_of(t)} for t in (street, more))
    peak = next(key for key in before if key[0] == "peak")
    assert after[peak] > before[peak]  # a workday more with the fires of a holiday
    assert sum(after.values()) == pytest.approx(1)


def test_a_year_is_the_sum_of_its_stretches_in_every_draw(street):
    """Against each stretch computed alone, with the same draws."""
    year, numbers = year_of(street), drawn_numbers(RULES.risk, draws=40, seed=3)
    rng = np.random.default_rng(1)
    told = inputs(6, present=np.array([3, 9, np.nan, 0, 40, np.nan]),
                  residents=np.array([3, 2, 5, np.nan, 0, np.nan]),
                  kind=np.array([0, 0, 2, -1, 6, 12]), elders=np.full(6, np.nan))  # fmt: skip
    by_day = dataclasses.replace(told, present=np.array([1, np.nan, 2, 8, 60, np.nan]))
    crew = rng.uniform(0, 1, (6, len(year)))
    shifts = {False: told, True: by_day}
    given_ = {is_day: donors(t, RULES.risk, is_day=is_day) for is_day, t in shifts.items()}
    whole = YearInputs(year, shifts, given_, crew)
    found = year_logs(whole, numbers, RULES, 3)
    fires, harm, parts = 0.0, 0.0, []
    for at, part in enumerate(year):
        logs = logs_of(whole.at(at), given_[part.now.is_day], numbers, RULES, part.now, 3)
        fires = fires + np.exp(logs.fires)
        parts.append(np.exp(logs.fires + logs.harm))
        harm = harm + parts[-1]
    assert np.exp(found.fires) == pytest.approx(fires)
    assert np.exp(found.fires + found.harm) == pytest.approx(harm)
    assert found.shares.sum(axis=1) == pytest.approx(1)
    alone = year_logs(whole.take(np.array([1, 4])), numbers, RULES, 3)
    assert alone.fires.tolist() == found.fires[[1, 4]].tolist()


@pytest.mark.parametrize("seed", range(12))
def test_a_year_of_any_houses_is_the_sum_of_its_stretches(street, seed):
    """People in need of every sort, high and low houses, what is known and what is not."""
    rng, n = np.random.default_rng(seed), 12
    year, numbers = year_of(street), drawn_numbers(RULES.risk, draws=9, seed=seed % 99)

    def some(high):
        return np.where(rng.random(n) < 0.3, np.nan, rng.integers(0, high, n).astype(float))

    told = inputs(n, kind=rng.integers(-1, len(RULES.risk.classes), n), present=some(30),
                  residents=some(30), elders=some(8), children=some(5), special=some(4),
                  height_m=some(90))  # fmt: skip
    shifts = {False: told, True: dataclasses.replace(told, present=some(3))}
    given_ = {is_day: donors(t, RULES.risk, is_day=is_day) for is_day, t in shifts.items()}
    crew = rng.random((n, len(year)))
    crew[rng.random(n) < 0.2] = np.nan
    shifts = {
        is_day: dataclasses.replace(t, crew=crew.mean(axis=1)) for is_day, t in shifts.items()
    }
    whole = YearInputs(year, shifts, given_, crew)
    found = year_logs(whole, numbers, RULES, 5)
    harm, shares = np.zeros((n, 9)), np.zeros(crew.shape)
    for at, part in enumerate(year):
        logs = logs_of(whole.at(at), given_[part.now.is_day], numbers, RULES, part.now, 5)
        harm = harm + np.exp(logs.fires + logs.harm)
        of_house = sum(logs.parts[name] for name in ("growth", "escape", "spread"))
        of_house = of_house + logs.filled.mitigation_blur
        shares[:, at] = part.now.fires * np.exp(logs.harm - of_house).mean(axis=1)
    np.testing.assert_allclose(np.exp(found.fires + found.harm), harm, rtol=1e-12)
    np.testing.assert_allclose(found.shares, shares / shares.sum(axis=1, keepdims=True))


def test_the_risk_does_not_depend_on_the_number_of_workers(street, monkeypatch):
    monkeypatch.setattr(assess_risk, "BLOCK", 1)
    year = year_of(street)
    crew = np.random.default_rng(2).random((len(street.buildings), len(year)))
    one, three = (
        assess_risk.risk(street, year, crew, day=DAY, draws=30, workers=n) for n in (1, 3)
    )
    pd.testing.assert_frame_equal(one.buildings, three.buildings, check_exact=True)
    pd.testing.assert_frame_equal(one.communities, three.communities, check_exact=True)


@settings(max_examples=8, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    scenario=st.sampled_from(["day", "night", "holiday"]),
    days=st.integers(0, 700),
)
def test_the_year_is_the_same_on_every_day_and_under_every_scenario(street, scenario, days):
    day = DAY + dt.timedelta(days=days)
    first = assess(street, scenario="day", date=DAY.isoformat(), draws=40).risk
    found = assess(street, scenario=scenario, date=day.isoformat(), draws=40).risk
    for name in (c.FIRES_INDEX, c.HARM_INDEX, c.RISK_MOMENT, c.RISK_RANK):
        assert found.buildings[name].tolist() == first.buildings[name].tolist(), name
    assert found.summary == first.summary


def test_the_crew_of_a_stretch_is_the_one_on_duty_then(street):
    year = year_of(street)
    moment = assess(street, date=DAY.isoformat()).moment
    crew = crew_chances(moment, year, draws=40)
    assert HELP == ("micro", "brigade")
    for at, part in enumerate(year):  # the night shift is known to be empty
        assert (crew[0, at] > 0.5) == part.now.is_day, part


def test_where_people_sleep_the_night_makes_the_risk_and_where_they_work_the_day(street):
    found = assess(street, date=DAY.isoformat(), draws=40).risk.buildings
    assert found[c.RISK_MOMENT].tolist()[:2] == ["night", "day"]
    assert found[c.RISK_MOMENT_SHARE].between(0.25, 1).all()


def with_fires(town, count, *, years=2.0):
    when = pd.Timestamp(DAY) - pd.to_timedelta(np.linspace(0, years * 365.25 - 1, count), "D")
    table = {name: None for name in town.ledgers.incidents.columns}
    fires = pd.DataFrame({**table, "building_id": pd.Series([None] * count, dtype=object),
                          "started_at": when.normalize()})  # fmt: skip
    return dataclasses.replace(town, ledgers=dataclasses.replace(town.ledgers, incidents=fires))


@pytest.mark.parametrize("count", [0, 29, 30, 90])
def test_fires_a_year_are_those_of_the_ledger_from_30_on(street, count):
    town = with_fires(street, count)
    found = assess(town, date=DAY.isoformat(), draws=40).risk
    if count < 30:
        assert c.FIRES_PER_YEAR not in found.buildings and c.HARM_PER_YEAR not in found.communities
        assert found.summary["fires_per_year"] is None and found.summary["level_fires"] is None
        return
    assert found.summary["fires_per_year"] == pytest.approx(count / 2, rel=0.01)
    assert found.buildings[c.FIRES_PER_YEAR].sum() == pytest.approx(count / 2, rel=0.01)
    assert found.summary["fires_per_year_low"] < count / 2 < found.summary["fires_per_year_high"]
    scale = found.buildings[c.FIRES_PER_YEAR] / found.buildings[c.FIRES_INDEX]
    assert scale.to_numpy() == pytest.approx(scale.iloc[0])
    deaths = found.buildings[c.HARM_PER_FIRE] / found.buildings[c.SEVERITY_INDEX]
    assert deaths.to_numpy() == pytest.approx(0.0046)
    product = found.buildings[c.HARM_PER_YEAR] / found.buildings[c.HARM_INDEX]
    assert product.to_numpy() == pytest.approx(scale.iloc[0] * 0.0046)


def test_the_level_counts_all_fires_up_to_the_day(street):
    fires = with_fires(street, 60).ledgers.incidents
    rules = RULES.risk.calibration
    found = town_level(fires, day=DAY, rules=rules)
    assert (found.counted, found.years) == (60, pytest.approx(2.0, abs=0.01))
    half = town_level(fires, day=DAY - dt.timedelta(days=365), rules=rules)
    assert half.counted == 30 and half.fires == pytest.approx(found.fires, rel=0.06)
    assert town_level(fires.iloc[:29], day=DAY, rules=rules) is None


def test_an_ordinary_home_has_an_index_of_about_one():
    """Three people and nothing known to be wrong: the rules' own rate, 0.19 a 1,000 people."""
    assert ordinary_home(RULES.risk) == pytest.approx(0.19 * 3 / 1000)
