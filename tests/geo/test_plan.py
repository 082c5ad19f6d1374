"""Plan files: read whole or refused with every problem, and what a town becomes under them."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.coverage.assessment import assess
from weizhan.geo.plan import Plan, planned, read_plan, write_plan
from weizhan.geo.words.errors import InputError, TownError


def _street(make_town, **more):
    """A street of 1,000 m with a house every 100 m and a station at its west end."""
    houses = [
        {"geometry": shapely.box(x - 5, 5, x + 5, 15), "building_id": f"B{x}"}
        for x in range(0, 1001, 100)
    ]
    street = {
        "geometry": shapely.LineString([(-10, 0), (500, 0), (1010, 0)]),
        "lane_id": "L1",
        "lane_class": "residential",
        **more,
    }
    station = {
        "geometry": shapely.Point(0, 3),
        "station_id": "S1",
        "tier": "micro_station",
        "vehicle": "e_bike",
    }
    return make_town(buildings=houses, lanes=[street], stations=[station])


def _place(town, x, y=3):
    """Longitude and latitude of a point by metres from the street's west end."""
    west = town.lanes.geometry.iloc[0].coords[0]
    east = town.lanes.geometry.iloc[-1].coords[-1]
    along = (np.array(east) - west) / np.hypot(*(np.array(east) - west))
    point = west + (x + 10) * along + y * np.array([-along[1], along[0]])
    place = gpd.GeoSeries([shapely.Point(point)], crs=town.lanes.crs).to_crs("EPSG:4326")[0]
    return {"lon": place.x, "lat": place.y}


def _told(tmp_path, said):
    file = tmp_path / "p.plan.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return file


def _plan(**parts):
    return Plan.model_validate({"format": "weizhan-plan", "version": 1, **parts})


def test_a_plan_is_read_as_it_was_written(tmp_path):
    plan = _plan(
        town="小镇",
        note="第三季度",
        stations={
            "add": [{"station_id": "N1", "lon": 106.5, "lat": 29.5, "host_type": "key_unit"}],
            "move": [{"station_id": "S1", "lon": 106.5, "lat": 29.6}],
            "remove": ["S2"],
        },
        lanes={"close": ["L1"], "open": ["L2"]},
        standard_s={"micro": 240},
    )
    write_plan(plan, tmp_path / "a.plan.json")
    assert read_plan(tmp_path / "a.plan.json") == plan
    assert [p.name for p in tmp_path.iterdir()] == ["a.plan.json"]


def test_every_part_of_a_plan_may_be_left_out(tmp_path):
    plan = read_plan(_told(tmp_path, {"format": "weizhan-plan", "version": 1}))
    assert plan == Plan()


def test_all_that_is_wrong_with_a_plan_is_told_at_once(tmp_path):
    station = {"station_id": "", "lon": 300, "lat": float("nan"), "vehicle": "飞机", "crew_day": -1}
    file = _told(
        tmp_path,
        {
            "format": "weizhan-plan",
            "version": 1,
            "stations": {"add": [station]},
            "standard_s": {"micro": 0},
            "strange": 1,
        },
    )
    with pytest.raises(TownError) as told:
        read_plan(file)
    assert {p.column for p in told.value.problems} == {
        *(f"stations.add[1].{n}" for n in ("station_id", "lon", "lat", "vehicle", "crew_day")),
        "standard_s.micro",
        "strange",
    }
    assert "飞机" in str(told.value) and "fire_engine" in str(told.value)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("{", "error.plan_not_json"),
        ("[1]", "error.plan_format"),
        ('{"format": "weizhan-plan", "version": 2}', "error.plan_version"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path, said, key):
    (tmp_path / "p.json").write_text(said, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_plan(tmp_path / "p.json")
    assert told.value.key == key


def test_a_plan_that_does_not_fit_the_town_is_refused_with_every_reason(make_town):
    town = _street(make_town)
    far = _place(town, 0, y=5_000)
    plan = _plan(
        stations={
            "add": [{"station_id": "S1", **_place(town, 0)}, {"station_id": "F", **far}],
            "remove": ["S9"],
        },
        lanes={"close": ["L9", "L1"], "open": ["L1"]},
        standard_s={"tanker": 60},
    )
    with pytest.raises(TownError) as told:
        planned(town, plan)
    assert sorted((p.code, p.value) for p in told.value.problems) == [
        ("plan_lane_both", "L1"),
        ("plan_lane_unknown", "L9"),
        ("plan_off_lanes", "F"),
        ("plan_station_known", "S1"),
        ("plan_station_unknown", "S9"),
        ("plan_tier_unknown", "tanker"),
    ]


def test_stations_added_moved_and_removed_change_who_arrives(make_town):
    town = _street(make_town)
    before = assess(town, date="2026-11-25", draws=2).buildings
    # 60 s turnout and a way of 588 m at 4.9 m/s end within 180 s.
    assert before["micro_cover"].isin(["covered", "likely"]).sum() == 6
    east = {"station_id": "N1", "vehicle": "e_bike", **_place(town, 1_000)}
    added = planned(town, _plan(stations={"add": [east]}))
    after = assess(added, date="2026-11-25", draws=2).buildings
    assert after["micro_cover"].isin(["covered", "likely"]).all()
    assert (
        after["micro_station_id"].tolist() == ["S1"] * 5 + ["N1"] * 6
        or after["micro_station_id"].tolist() == ["S1"] * 6 + ["N1"] * 5
    )
    moved = planned(town, _plan(stations={"move": [{"station_id": "S1", **_place(town, 500)}]}))
    assert (
        assess(moved, date="2026-11-25", draws=2)
        .buildings["micro_cover"]
        .isin(["covered", "likely"])
        .all()
    )
    none = planned(town, _plan(stations={"remove": ["S1"]}))
    gone = assess(none, date="2026-11-25", draws=2)
    assert (gone.buildings["micro_cover"] == "uncovered").all()  # known to be gone, not unknown
    assert gone.summary["coverage"]["micro"]["share_buildings"] == 0
    assert town.stations["station_id"].tolist() == ["S1"]


def test_a_closed_lane_keeps_vehicles_out_and_an_opened_one_lets_them_in(make_town):
    narrow = _street(make_town, width_m=0.7)
    usual = assess(narrow, date="2026-11-25", draws=2).buildings["micro_response_time_s"]
    opened = planned(narrow, _plan(lanes={"open": ["L1"]}))
    faster = assess(opened, date="2026-11-25", draws=2).buildings["micro_response_time_s"]
    closed = planned(opened, _plan(lanes={"close": ["L1"]}))
    again = assess(closed, date="2026-11-25", draws=2).buildings["micro_response_time_s"]
    assert (faster < usual).all()
    np.testing.assert_array_equal(again, usual)  # on foot, as when it was narrow


def test_a_standard_of_a_plan_counts_and_is_named_as_changed(make_town):
    town = planned(_street(make_town), _plan(standard_s={"micro": 300}))
    found = assess(town, date="2026-11-25", draws=2)
    assert found.tiers["micro"] == 300
    assert found.rules.endswith("+1")


def test_a_plan_made_for_another_town_is_a_warning(make_town):
    town = planned(_street(make_town), _plan(town="别处"))
    assert [p.code for p in town.problems] == ["plan_other_town"]


def test_a_town_without_stations_gets_its_first_one(make_town):
    town = _street(make_town)
    bare = planned(town, _plan(stations={"remove": ["S1"]}))
    first = planned(bare, _plan(stations={"add": [{"station_id": "N1", **_place(town, 500)}]}))
    assert first.stations["tier"].tolist() == ["micro_station"]
    assert first.station_positions.attached.all()


def test_stations_stay_where_they_are_unless_the_plan_moves_one(make_town):
    town = _street(make_town)
    opened = planned(town, _plan(lanes={"open": ["L1"]}))
    assert opened.station_positions is town.station_positions
    new = {"station_id": "S2", "tier": "micro_station", "vehicle": "e_bike", **_place(town, 700)}
    built = planned(town, _plan(stations={"add": [new]})).station_positions
    assert built.fraction.round(2).tolist() == [0.01, 0.70]
