"""Crews at another call: hand-computed chances, and a seeded simulation of calls."""

import heapq
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.coverage.assessment import assess
from weizhan.coverage.reach import AnswerOrder, chances_out, free_in_time
from weizhan.coverage.reach.busy import answer_order
from weizhan.coverage.review import ListSource, risk_lists
from weizhan.geo.town import load_town
from weizhan.geo.words import TownError
from weizhan.maps.voice import key_figures

from ..streets import DAY, house, lanes, station

#: Four quarters of a made-up town: who is asked first, second, third; and who is in time.
ORDER = AnswerOrder(
    np.array([[0, 1, -1], [1, 0, 2], [1, 2, -1], [2, 1, 0]]),
    np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 1, 1]], dtype=bool),
)


def simulated(order, calls_per_hour, *, hours, crews, until, seed):
    """Return in how many calls each crew was out, and no crew in time was free, by quarter."""
    rng = np.random.default_rng(seed)
    whole = calls_per_hour.sum()
    quarter = rng.choice(len(calls_per_hour), int(until * whole), p=calls_per_hour / whole)
    moment = np.cumsum(rng.exponential(1 / whole, len(quarter)))
    back, ending = np.zeros(crews, dtype=bool), []
    out, late, asked = np.zeros(crews), np.zeros(len(calls_per_hour)), np.zeros(len(calls_per_hour))
    for now, at in zip(moment.tolist(), quarter.tolist(), strict=True):
        while ending and ending[0][0] <= now:
            back[heapq.heappop(ending)[1]] = False
        out += back
        crew_row, within = order.crew[at], order.within[at]
        asked[at] += 1
        late[at] += all(back[crew] for crew in crew_row[within])
        for crew in crew_row:
            if crew >= 0 and not back[crew]:
                back[crew] = True
                heapq.heappush(ending, (now + hours, crew))
                break
    return out / len(quarter), 1 - late / asked


def test_two_crews_of_equal_areas_by_hand():
    # A tenth of an hour of calls in each area: q = v / (1 + v) with v = 0.1 (1 + q).
    order = AnswerOrder(np.array([[0, 1], [1, 0]]), np.array([[True, True], [True, False]]))
    out = chances_out(order, np.array([0.1, 0.1]), hours=1.0, crews=2)
    q = (-1 + np.sqrt(1 + 4 * 0.1 * 0.1)) / 0.2
    assert out == pytest.approx([q, q]) and q == pytest.approx(0.09902, abs=1e-5)
    assert free_in_time(order, out) == pytest.approx([1 - q * q, 1 - q])


def test_a_crew_that_only_stands_in_by_hand():
    # The first is out 0.2/1.2 of the time; the second answers what it leaves: v = 0.2 / 6.
    order = AnswerOrder(np.array([[0, 1]]), np.array([[True, True]]))
    out = chances_out(order, np.array([0.1]), hours=2.0, crews=2)
    assert out == pytest.approx([1 / 6, (0.2 / 6) / (1 + 0.2 / 6)])


@pytest.mark.parametrize(("load", "close"), [(0.02, 0.003), (0.1, 0.012)])
def test_chances_agree_with_a_simulation_of_calls(load, close):
    calls = load * np.array([0.5, 1.0, 0.5, 0.7])
    out = chances_out(ORDER, calls, hours=1.0, crews=3)
    found, free = simulated(ORDER, calls, hours=1.0, crews=3, until=60_000 / calls.sum(), seed=3)
    assert out == pytest.approx(found, abs=close)
    assert free_in_time(ORDER, out) == pytest.approx(free, abs=close)
    assert out.max() > load * 0.9  # the case is no trivial one


@given(st.lists(st.floats(0, 3), min_size=4, max_size=4), st.floats(0.1, 3))
def test_more_calls_leave_fewer_free_and_chances_are_chances(calls, hours):
    some = np.array(calls)
    out, more = (chances_out(ORDER, x, hours=hours, crews=3) for x in (some, some + 0.5))
    assert ((out >= 0) & (out < 1)).all() and (more >= out - 1e-9).all()
    free, fewer = free_in_time(ORDER, out), free_in_time(ORDER, more)
    assert ((free > 0) & (free <= 1)).all() and (fewer <= free + 1e-9).all()


@pytest.fixture
def street(make_town):
    """Ten houses; a crew on foot at each end: 2.5 m/s, 60 s to set out, so 300 m in time."""

    def make(**more):
        return make_town(
            buildings=[house(50 + 100 * k, building_id=f"B{k}", use="residential",
                             people_day=10, people_night=10) for k in range(10)],
            stations=[station(50, station_id="A", name="甲站"),
                      station(350, station_id="B", name="乙站")],
            lanes=lanes(0, 1000),
            **more,
        )  # fmt: skip

    return make


def with_fires(town, *rows):
    fires = pd.DataFrame(list(rows)).reindex(columns=town.ledgers.incidents.columns)
    return replace(town, ledgers=replace(town.ledgers, incidents=fires))


def fire(day, building=None, station=None):
    return {"started_at": pd.Timestamp(day), "building_id": building, "first_station": station}


def test_without_a_ledger_it_is_unknown_and_who_hangs_on_one_is_told_all_the_same(street):
    found = assess(street(), date=DAY.isoformat())
    micro = found.busy["micro"]
    assert np.isnan(micro.free).all() and micro.stations["chance_out"].isna().all()
    assert found.summary["busy"]["micro"]["share_free"] is None
    assert found.summary["busy"]["micro"]["calls_a_year"] is None
    told = [fig for fig in key_figures(found, "zh") if "外出" in fig.label]
    assert told[0].value == "未知" and "没有火灾台账" in told[0].note
    # A reaches houses 0-3, B those from 50 to 650 m: 0-6; so 4, 5 and 6 hang on B alone.
    assert micro.stations.set_index("station_id")["only"].to_dict() == {"A": 0, "B": 3}
    assert micro.stations["people"].fillna(0).tolist() == [0, 30]


def test_where_nobody_is_on_duty_nobody_comes_and_nobody_is_out(make_town):
    town = make_town(
        buildings=[house(50, use="residential")],
        stations=[station(50, crew_day=0)],
        lanes=lanes(0, 1000),
    )
    found = assess(with_fires(town, fire("2026-05-01")), date=DAY.isoformat())
    assert found.summary["busy"]["micro"]["busiest"] is None
    told = next(fig for fig in key_figures(found, "en") if "crews may be out" in fig.label)
    assert (told.value, told.note) == ("0%", "no station is manned at this hour")


def test_crews_stand_in_as_far_as_is_said_and_never_less_far_than_the_standard(street):
    moment = assess(street(), date=DAY.isoformat()).moment

    def asked(stand_in):
        order = answer_order(moment, "micro", stand_in=stand_in)
        return (order.crew >= 0).sum(axis=1).tolist(), order.within.sum(axis=1).tolist()

    in_time = [2, 2, 2, 2, 1, 1, 1, 0, 0, 0]
    assert asked(1.0) == asked(0.5) == (in_time, in_time)
    # In twice the time A comes 750 m far, to the eighth house, and B everywhere.
    assert asked(2.0) == ([2] * 8 + [1] * 2, in_time)


def test_calls_follow_from_the_fires_of_the_ledger_or_are_told(street):
    year = [fire("2025-11-22", "B0"), fire("2026-05-01", "B9", "A"), fire("2026-06-01", "B5")]
    found = assess(with_fires(street(), *year), date=DAY.isoformat())
    calls = found.busy["micro"].stations.set_index("station_id")["calls_a_year"]
    assert calls.sum() == pytest.approx(3 * 365.25 / 365)
    # Two of three are A's, one by its name; four more are spread over 2 and 8 houses.
    assert calls["A"] / calls.sum() == pytest.approx((2 + 4 * 0.2) / (3 + 4))
    assert found.busy["micro"].stations["only"].sum() == (found.buildings["micro_depth"] == 1).sum()
    told = found.summary["busy"]["micro"]
    assert told["calls_a_year"] == round(3 * 365.25 / 365, 2)
    assert 0 < told["share_buildings"] - told["share_free"] < 0.01
    assert told["share_free_low"] < told["share_free"] < told["share_free_high"]
    assert found.buildings["micro_free_crew"].iloc[9] == 0  # nobody is in time there
    assert found.summary["busy"]["brigade"]["share_free"] is None
    table = risk_lists(ListSource(found), start=DAY)["busy"]
    micro = table[table["station_tier"] == "micro"]
    assert micro["station_id"].tolist() == ["B", "A"] and micro["only"].tolist() == [3, 0]


def test_a_town_may_tell_its_calls_and_a_station_that_is_not_there_is_named(street, tmp_path):
    town = street()
    folder = tmp_path / "town1"
    toml = (folder / "town.toml").read_text(encoding="utf-8")
    told = '{ value = 100, source = "119", confidence = "S" }'
    (folder / "town.toml").write_text(
        f"{toml}\n[override.busy.calls_a_year]\nA = {told}\nB = {told}\n", encoding="utf-8"
    )
    town = load_town(folder)
    out = assess(town, date=DAY.isoformat()).busy["micro"].stations["chance_out"]
    asked = 100 / 8766 * town.rules.risk.time["day"].fires.value
    # An hour a call: v = asked (1 + q), as each stands in for the other.
    assert out.tolist() == pytest.approx([asked / (1 + asked)] * 2, rel=0.02)
    (folder / "town.toml").write_text(
        f"{toml}\n[override.busy.calls_a_year]\nC = {told}\nD = {told}\n", encoding="utf-8"
    )
    with pytest.raises(TownError) as refused:
        load_town(folder)
    assert [p.value for p in refused.value.problems if p.severity == "error"] == ["C", "D"]
    assert "“C”不存在" in str(refused.value)
