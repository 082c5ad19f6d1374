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
from weizhan.coverage.risk.inputs import CODES, GASES, HELP
from weizhan.coverage.risk.level import ordinary_home, town_level
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import drawn_numbers, typical_numbers
from weizhan.coverage.risk.year import YearInputs, crew_chances, year_of
from weizhan.coverage.risk.year_draws import year_draws, year_method, year_shares
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
    method = year_method(whole, numbers, RULES, 3)
    found = year_draws(whole, method)
    fires, harm, parts = 0.0, 0.0, []
    for at, part in enumerate(year):
        logs = logs_of(whole.at(at), given_[part.now.is_day], numbers, RULES, part.now, 3)
        fires = fires + np.exp(logs.fires)
        parts.append(np.exp(logs.fires + logs.harm))
        harm = harm + parts[-1]
    assert found.fires == pytest.approx(fires, rel=1e-12)
    assert found.fires * found.deaths == pytest.approx(harm, rel=1e-12)
    assert found.log_harm == pytest.approx(np.log(harm), rel=1e-6)
    assert year_shares(whole, typical_numbers(RULES.risk), RULES).sum(axis=1) == pytest.approx(1)
    alone = year_draws(whole.take(np.array([1, 4])), method)
    assert alone.fires.tolist() == found.fires[[1, 4]].tolist()


@pytest.mark.parametrize("seed", range(12))
def test_a_year_of_any_houses_is_the_sum_of_its_stretches(street, seed):
    """Houses high and low, what is known, told as a range, and not known, in any mixture."""
    rng, n = np.random.default_rng(seed), 12
    year, numbers = year_of(street), drawn_numbers(RULES.risk, draws=9, seed=seed % 99)

    def some(high, part=0.3):
        return np.where(rng.random(n) < part, np.nan, rng.integers(0, high, n).astype(float))

    def ranges(**known):
        found = {}
        for name, values in known.items():
            ends = rng.random((2, n)) < 0.3
            found[name] = values
            found[f"{name}_low"] = np.where(ends[0], values * 0.7, np.nan)
            found[f"{name}_high"] = np.where(ends[1], values * 1.4, np.nan)
        return found

    hazards = (rng.random((n, len(CODES))) < 0.1).astype(float)
    hazards[rng.random(n) < 0.5, 3:] = np.nan
    told = inputs(
        n, kind=rng.integers(-1, len(RULES.risk.classes), n), elders=some(8), children=some(5),
        special=some(4), helped=some(2), sleepers=some(9, 0.8), stayers=some(9, 0.8),
        hazards=hazards, danger=rng.integers(-1, 4, n), stairs=some(3), tenants=some(40),
        rooms=some(30), leased=some(2), gas=rng.integers(-1, len(GASES), n),
        detector=some(2), sprinkler=some(2), systems=some(2), remote=some(2), rcd=some(2),
        monitor=some(2), near=rng.integers(0, 9, n), inspected=rng.random(n) < 0.3,
        three_in_one=rng.random(n) < 0.3, area_m2=some(900),
        **ranges(present=some(30), residents=some(30), height_m=some(90), floors=some(9) + 1,
                 water=some(2)),
    )  # fmt: skip
    now = ranges(present=some(3))
    shifts = {False: told, True: dataclasses.replace(told, **now)}
    given_ = {is_day: donors(t, RULES.risk, is_day=is_day) for is_day, t in shifts.items()}
    crew = rng.random((n, len(year)))
    crew[rng.random(n) < 0.2] = np.nan
    shifts = {
        is_day: dataclasses.replace(t, crew=crew.mean(axis=1)) for is_day, t in shifts.items()
    }
    whole = YearInputs(year, shifts, given_, crew)
    found = year_draws(whole, year_method(whole, numbers, RULES, 5))
    fires, harm, lived = np.zeros((n, 9)), np.zeros((n, 9)), 0
    for at, part in enumerate(year):
        logs = logs_of(whole.at(at), given_[part.now.is_day], numbers, RULES, part.now, 5)
        fires, harm = fires + np.exp(logs.fires), harm + np.exp(logs.fires + logs.harm)
        lived = logs.filled.residents if part.now.is_day == year[0].now.is_day else lived
    np.testing.assert_allclose(found.fires, fires, rtol=1e-12)
    np.testing.assert_allclose(found.fires * found.deaths, harm, rtol=1e-12)
    np.testing.assert_allclose(found.log_harm, np.log(harm), rtol=1e-6)
    assert found.places.tolist() == [-1]
    for sums, values in zip(found.sums[:, 0], (fires, harm, np.broadcast_to(lived, harm.shape)),
                            strict=True):  # fmt: skip
        np.testing.assert_allclose(sums, values.sum(axis=0), rtol=1e-12)


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
