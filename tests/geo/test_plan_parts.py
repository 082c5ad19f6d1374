"""Every part of a plan changes the figure that it is meant to change, and is refused where idle."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.assessment import assess
from weizhan.coverage.reach import Moment, water_within
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.plan import Plan, merged, planned, read_plan, write_plan
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import TownError

DAY = "2026-11-25"
FAR_M = 1005  # from the station to the corner of the easternmost house, by which it is reached
STATION = {"geometry": shapely.Point(0, 3), "station_id": "S1", "tier": "micro_station",
           "vehicle": "e_bike", "crew_day": 6, "crew_night": 3}  # fmt: skip


def _street(make_town, *, station=None, lane=None, **layers):
    """A street of 1,000 m in two lanes, W and E, houses every 200 m, a station at its west end."""
    houses = [
        {"geometry": shapely.box(x - 5, 5, x + 5, 15), "building_id": f"B{x}", "floors": 1,
         "use": "self_built", "people_night": 4, "people_day": 2}
        for x in range(0, 1001, 200)
    ]  # fmt: skip
    usual = {"lane_class": "residential", "width_m": 3}
    lanes = [
        {"geometry": shapely.LineString([(-10, 0), (500, 0)]), "lane_id": "W", **usual},
        {"geometry": shapely.LineString([(500, 0), (1010, 0)]), "lane_id": "E", **usual,
         **(lane or {})},
    ]  # fmt: skip
    stations = [{**STATION, **(station or {})}]
    return make_town(**{"buildings": houses, "lanes": lanes, "stations": stations} | layers)


def _plan(**parts):
    return Plan.model_validate(parts)


def _seconds(town, scenario="day"):
    """Typical arrival at the easternmost house, in seconds."""
    found = assess(town, scenario=scenario, date=DAY, draws=2).only().buildings
    return float(found.set_index("building_id").at["B1000", "micro_response_time_s"])


def _codes(town, **parts):
    with pytest.raises(TownError) as told:
        planned(town, _plan(**parts))
    return sorted((p.code, p.value) for p in told.value.problems)


WHOLE = {
    "stations": {"equip": [{"station_id": "S1", "crew_night": 3, "vehicle": "e_bike"}]},
    "lanes": {"clear": ["L1"], "ramp": ["L2"]},
    "gates": {"key_box": ["G1"], "open": ["G2"]},
    "hydrants": {"add": [{"water_id": "H1", "lon": 106.5, "lat": 29.5, "kind": "water_tank"}]},
    "devices": [{"building_id": "B1", "device": "rcd"}],
    "mended": [{"building_id": "B1", "code": "H2"}],
    "inspected": ["B1", "B2"],
}


def test_every_part_is_read_as_it_was_written(tmp_path):
    plan = _plan(**WHOLE)
    write_plan(plan, tmp_path / "a.plan.json")
    assert read_plan(tmp_path / "a.plan.json") == plan


def test_an_e_bike_for_walkers_and_a_crew_for_the_night(make_town):
    town = _street(make_town, station={"vehicle": "foot", "crew_night": 0})
    walked = _seconds(town)
    faster = planned(town, _plan(stations={"equip": [{"station_id": "S1", "vehicle": "e_bike"}]}))
    assert walked - _seconds(faster) == pytest.approx(FAR_M / 2.5 - FAR_M / 4.9, abs=0.01)
    assert np.isnan(_seconds(town, "night"))
    manned = planned(town, _plan(stations={"equip": [{"station_id": "S1", "crew_night": 3}]}))
    assert _seconds(manned, "night") == pytest.approx(walked, abs=0.01)


def test_where_nobody_may_park_nobody_does(make_town):
    report = {"geometry": shapely.Point(700, 0), "report_id": "R1", "state": "blocked",
              "remaining_width_m": 0.8, "observed_on": "2026-11-20"}  # fmt: skip
    town = _street(make_town, lane_reports=[report])
    after = planned(town, _plan(lanes={"clear": ["E"]}))
    # Blocked, the crew stops at 500 m (10 s) and walks 505 m; clear, it rides all the way.
    saved = 10 + 505 / 2.5 - 505 / 4.9
    assert _seconds(town) - _seconds(after) == pytest.approx(saved, abs=0.01)
    states = Moment(after, after.scenarios["day"], dt.date.fromisoformat(DAY)).states
    assert dict(zip(after.lanes["lane_id"], states["blocked_probability"], strict=True))["E"] == 0
    assert (after.lanes["width_m"] == town.lanes["width_m"]).all()


def test_steps_with_a_ramp_are_ridden_like_a_footway(make_town):
    town = _street(make_town, lane={"lane_class": "steps", "slope_pct": 30, "step_count": 90})
    after = planned(town, _plan(lanes={"ramp": ["E"]}))
    # Before: 10 s to dismount, 505 m of steps at 0.65 m/s; after: at 3.5 m/s.
    saved = 10 + 505 / 0.65 - 505 / 3.5
    assert _seconds(town) - _seconds(after) == pytest.approx(saved, abs=0.01)
    passages = Moment(after, after.scenarios["day"], dt.date.fromisoformat(DAY)).passages()
    east = after.lanes["lane_id"].tolist().index("E")
    assert [passages[v].limit[east] for v in ("foot", "e_bike", "mini_truck")] == ["", "", "access"]


def test_a_key_box_and_longer_hours_let_the_crew_through_a_locked_gate(make_town):
    gate = {"geometry": shapely.Point(500, 0), "barrier_id": "G1", "kind": "gate",
            "open_hours": "06:00-22:00"}  # fmt: skip
    town = _street(make_town, barriers=[gate])
    ridden = 60 + FAR_M / 4.9
    access = _seconds(town) - ridden - 10  # 10 s for a gate in its hours
    boxed = planned(town, _plan(gates={"key_box": ["G1"]}))
    open_ = planned(town, _plan(gates={"open": ["G1"]}))
    night = [_seconds(t, "night") - access for t in (town, boxed, open_)]
    on_foot = 60 + 500 / 4.9 + 10 + 120 + 505 / 2.5  # dismount, find the key, walk
    assert night == pytest.approx([on_foot, ridden + 10 + 20, ridden + 10], abs=0.01)
    assert _seconds(boxed) == pytest.approx(_seconds(town), abs=0.01)  # by day it is not locked


def _at(town, x, y=0):
    point = gpd.GeoSeries([shapely.Point(x, y)], crs=town.lanes.crs)
    west = shapely.get_coordinates(town.lanes.geometry.to_numpy())[:, 0].min() + 10
    south = town.lanes.geometry.iloc[0].coords[0][1]
    place = point.translate(west, south).to_crs("EPSG:4326").iloc[0]
    return {"lon": place.x, "lat": place.y}


def test_a_hydrant_brings_houses_within_reach_of_water(make_town):
    far = {"geometry": shapely.Point(5_000, 5_000), "water_id": "H0", "kind": "hydrant"}
    town = _street(make_town, water=[far])
    after = planned(town, _plan(hydrants={"add": [{"water_id": "H1", **_at(town, 1000)}]}))
    assert after.water["water_id"].tolist() == ["H0", "H1"]
    assert water_within(after).tolist() == ["beyond"] * 5 + ["working"]
    near = assess(after, date=DAY, draws=2).risk.buildings["water_m"]
    near.index = after.buildings["building_id"]
    assert near["B1000"] == pytest.approx(5, abs=0.5) and near["B800"] > 150
    harm = [assess(t, date=DAY, draws=2).risk.buildings["harm_index"] for t in (town, after)]
    assert (harm[1] < harm[0]).tolist() == [False] * 5 + [True]


@pytest.fixture
def listed(make_town, tmp_path):
    """The street with open cases, H2 at B0 and H5 at B400, and visits to B200 and B400."""
    _street(make_town)
    folder = tmp_path / "town1"
    for name, kind, rows in (
        ("隐患.csv", "hazards", {"编号": ["K1", "K2"], "建筑编号": ["B0", "B400"],
                                 "隐患类别": ["H2", "H5"], "状态": ["已发现", "已发现"],
                                 "发现日期": "2026-10-01"}),
        ("检查.csv", "inspections", {"建筑编号": ["B200", "B400"], "检查日期": "2026-10-01"}),
    ):  # fmt: skip
        pd.DataFrame(rows).to_csv(folder / name, index=False)
        import_ledger(folder, LedgerFile(folder / name, kind, as_of=dt.date(2026, 10, 1)))
    return load_town(folder)


def test_what_is_done_at_a_building_helps_it_and_is_no_sign_for_others(listed):
    def harm(town):
        return assess(town, date=DAY, draws=2).risk.buildings["harm_index"].to_numpy()

    before = harm(listed)
    for parts, helped in (
        ({"devices": [{"building_id": "B400", "device": "smoke_detector"}]}, "B400"),
        ({"devices": [{"building_id": "B400", "device": "rcd"}]}, "B400"),
        ({"mended": [{"building_id": "B0", "code": "H2"}]}, "B0"),
        ({"inspected": ["B600"]}, "B600"),  # nobody looked
        ({"inspected": ["B0"]}, "B0"),  # a known hazard is mended in part
    ):
        after = harm(planned(listed, _plan(**parts)))
        own = (listed.buildings["building_id"] == helped).to_numpy()
        assert after[own] < before[own], parts
        np.testing.assert_array_equal(after[~own], before[~own])


def test_a_mended_hazard_is_no_open_case_any_more(listed):
    after = planned(listed, _plan(mended=[{"building_id": "B0", "code": "H2"}]))
    counts = [
        assess(t, date=DAY, draws=2).cases["open_hazards"].fillna(0).tolist()
        for t in (listed, after)
    ]
    assert counts == [[1, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0]]
    assert _codes(after, mended=[{"building_id": "B0", "code": "H2"}]) == [
        ("plan_hazard_absent", "B0")
    ]


def test_measures_for_what_does_not_exist_are_refused_all_at_once(make_town):
    gates = [
        {"geometry": shapely.Point(500, 0), "barrier_id": "G1", "kind": "gate",
         "open_hours": "06:00-22:00"},
        {"geometry": shapely.Point(300, 0), "barrier_id": "G2", "kind": "gate"},
        {"geometry": shapely.Point(200, 0), "barrier_id": "G3", "kind": "bollard",
         "open_hours": "全天"},
    ]  # fmt: skip
    water = [{"geometry": shapely.Point(0, 0), "water_id": "H0", "kind": "hydrant"}]
    town = _street(make_town, barriers=gates, water=water)
    assert _codes(
        town,
        stations={
            "equip": [
                {"station_id": "S9", "crew_night": 3},
                {"station_id": "S1", "crew_night": 3},
                {"station_id": "S1", "crew_night": 4},
            ]
        },
        lanes={"close": ["W"], "clear": ["W", "X"], "ramp": ["E"]},
        gates={"key_box": ["G1", "G2", "G3", "G9"], "open": ["G1"]},
        hydrants={"add": [{"water_id": "H0", **_at(town, 0)},
                          {"water_id": "H2", **_at(town, 0, 5_000)}]},
        devices=[{"building_id": "B0", "device": "simple_sprinkler"},
                 {"building_id": "B0", "device": "lane_camera"},
                 {"building_id": "B9", "device": "rcd"},
                 {"building_id": "B200", "device": "rcd"},
                 {"building_id": "B200", "device": "rcd"}],
        mended=[{"building_id": "B0", "code": "H2"}],
        inspected=["B9", "B0", "B0"],
    ) == [
        ("plan_barrier_unknown", "G9"),
        ("plan_building_unknown", "B9"),
        ("plan_device_unknown", "消防车道监控 (lane_camera)"),
        ("plan_device_unserved", "B0"),
        ("plan_gate_both", "G1"),
        ("plan_gate_never_locks", "G2"),
        ("plan_gate_never_locks", "G3"),
        ("plan_hazard_absent", "B0"),
        ("plan_lane_closed", "W"),
        ("plan_lane_unknown", "X"),
        ("plan_no_steps", "E"),
        ("plan_station_twice", "S1"),
        ("plan_station_unknown", "S9"),
        ("plan_twice", "B0"),
        ("plan_twice", "B200 · rcd"),
        ("plan_water_known", "H0"),
        ("plan_water_off", "H2"),
    ]  # fmt: skip


def test_every_problem_of_a_plan_is_told_in_both_languages(make_town):
    town = _street(make_town)
    with pytest.raises(TownError) as told:
        planned(town, _plan(**{**WHOLE, "hydrants": {}}))
    for problem in told.value.problems:
        assert problem.message("zh") != problem.message("en")


FRAGMENTS = [
    _plan(stations={"equip": [{"station_id": "S1", "crew_night": 3}]}),
    _plan(stations={"equip": [{"station_id": "S1", "vehicle": "e_bike"}]}),
    _plan(lanes={"clear": ["E"]}),
    _plan(lanes={"clear": ["E", "W"]}),
    _plan(gates={"key_box": ["G1"]}),
    _plan(devices=[{"building_id": "B0", "device": "rcd"}]),
    _plan(inspected=["B0"]),
]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=9), st.randoms())
def test_merging_knows_no_order_and_no_twice(plans, chance):
    shuffled = list(plans)
    chance.shuffle(shuffled)
    assert merged(plans) == merged(shuffled) == merged([*plans, *plans])
    assert merged([merged(plans[:3]), merged(plans[3:])]) == merged(plans)


def test_what_several_say_of_one_station_is_put_together(make_town):
    whole = merged([replace_note(p, n) for n, p in enumerate(FRAGMENTS[:4])])
    equip = [entry.model_dump(mode="json") for entry in whole.stations.equip]
    assert equip == [{"station_id": "S1", "vehicle": "e_bike", "crew_day": None, "crew_night": 3}]
    assert (whole.note, whole.lanes.clear) == ("0", ("E", "W"))
    town = _street(make_town)
    other = _plan(stations={"equip": [{"station_id": "S1", "crew_night": 9}]})
    with pytest.raises(TownError) as told:
        planned(town, merged([*FRAGMENTS[:2], other]))
    assert [p.code for p in told.value.problems] == ["plan_station_twice"]


def replace_note(plan, number):
    return plan.model_copy(update={"note": str(number)})
