"""Estates, offices, grids and the numbers of communities on a street computed by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.assessment import assess
from weizhan.coverage.places import device_counts, office_table, surrounding, without_office
from weizhan.coverage.review import ListSource, risk_lists
from weizhan.coverage.siting.candidates import host_candidates
from weizhan.geo.town import load_town, uses_on
from weizhan.geo.words import InputError
from weizhan.maps.voice import help_said, work_said

from ..streets import DAY, house, lanes, station

WEST, EAST = shapely.box(-50, -60, 500, 60), shapely.box(500, -60, 1050, 60)


def _street(make_town, **more):
    """Two communities, houses every 100 m; the lane is too narrow for engines from 800 m on."""
    layers = {
        "buildings": [
            house(50 + 100 * k, use="residential", people_night=50, people_day=20,
                  building_id=f"B{k}")
            for k in range(10)
        ],
        "stations": [station(50)],
        "lanes": [*lanes(0, 800), *lanes(800, 1000, width_m=1.5)],
        "communities": [
            {"geometry": WEST, "community_id": "W", "name": "西社区", "people": 1000,
             "fire_staff": 2, "volunteers": 15, "enforcement_cases": 0, "awareness_pct": 71.5},
            {"geometry": EAST, "community_id": "E", "name": "东社区", "people": 500,
             "enforcement_cases": 3},
        ],
        "estates": [
            {"geometry": shapely.box(-5, -1, 220, 20), "estate_id": "Q1", "name": "老院",
             "year_built": 2000, "property_manager": "no", "three_none": "yes"},
            {"geometry": shapely.box(600, -1, 1000, 20), "estate_id": "Q2", "name": "新院",
             "year_built": 2001, "three_none": "no"},
            {"geometry": shapely.box(400, -1, 470, 20), "estate_id": "Q3"},
        ],
        "offices": [
            {"geometry": shapely.Point(100, 30), "office_id": "G1", "has_site": "yes",
             "has_rooms": "no", "has_people": "yes", "has_funds": "no", "has_appraisal": "yes"},
        ],
        "grids": [
            {"geometry": WEST, "grid_id": "W1"},
            {"geometry": EAST, "grid_id": "E1", "community_id": "E"},
        ],
    } | more  # fmt: skip
    return make_town(**layers)


def test_an_estate_tells_its_age_its_houses_and_where_the_engine_passes(make_town):
    found = assess(_street(make_town), date=DAY.isoformat())
    told = found.places.estates.set_index("estate_id")
    assert told["old_estate"].tolist() == ["yes", "no", None]
    assert told["buildings"].tolist() == [2, 4, 1]
    assert told["community_id"].tolist() == ["W", "E", "W"]
    # Houses 6 and 7 stand before the narrow part, 8 and 9 on it.
    assert told.loc["Q2", ["engine_passes", "engine_stops", "lane_score"]].tolist() == [2, 2, 0.5]
    assert told["open_hazards"].isna().all()  # there is no ledger, so nobody knows


def test_where_no_width_is_known_no_lane_has_a_score(make_town):
    told = assess(_street(make_town, lanes=lanes(0, 1000, width_m=None)), date=DAY.isoformat())
    estates = told.places.estates
    assert estates["lane_score"].isna().all()
    assert (estates["engine_passes"] + estates["engine_stops"]).sum() == 0


def test_an_office_is_told_by_its_six_elements_and_a_community_without_one_is_named(make_town):
    town = _street(make_town)
    (office,) = office_table(town).to_dict("records")
    assert office["elements_there"] == 3
    assert office["elements_missing"] == "has_rooms;has_funds"
    assert office["elements_unknown"] == "has_guidance"
    assert without_office(town, office_table(town)) == ["E"]
    assert without_office(town, office_table(town).iloc[:0]) == []  # nobody lists offices


def test_an_office_sends_nobody(make_town):
    with_one = assess(_street(make_town), date=DAY.isoformat()).response
    without = assess(_street(make_town, offices=[]), date=DAY.isoformat()).response
    pd.testing.assert_frame_equal(with_one, without)


def test_grids_count_their_houses_and_name_their_community(make_town):
    grids = assess(_street(make_town), date=DAY.isoformat()).places.grids.set_index("grid_id")
    assert grids["buildings"].tolist() == [5, 5]
    assert grids["community_id"].tolist() == ["W", "E"]


def test_the_numbers_of_a_community_have_denominators_and_the_unknown_is_said(make_town):
    found = assess(_street(make_town), date=DAY.isoformat())
    west, east = (dict(work_said(entry["work"], "zh")) for entry in found.summary["communities"])
    assert west["专兼职消防人员"] == "2 人（每千人 2）"
    assert west["消防志愿者"] == "15 人（每千人 15）"
    assert west["委托执法案件"] == "0 件，“清零”未完成"
    assert west["消防知晓率"] == "71.5%"
    assert west["居民小区"] == "2 个：老旧 1、“三无” 1（不详：年份 1、“三无” 1）"
    assert west["消防工作站"] == "1 个，六要素齐全 0 个"
    assert east["消防志愿者"] == east["宣传“五进”"] == east["“一对一”帮扶"] == "不详"
    assert (east["委托执法案件"], east["消防工作站"]) == ("3 件", "没有")
    assert east["单位疏散演练"] == "不详"


def test_help_and_drills_follow_from_the_ledgers_by_community(make_town):
    town = _street(make_town)
    premises = town.ledgers.premises.assign(
        households=[10, 8, np.nan, 4, 6, 20, np.nan, 2, 0, 0],
        helper_assigned=[5, 4, np.nan, 0, np.nan, 19, 7, 0, 0, 0],
    )
    drills = pd.DataFrame(
        {
            "building_id": ["B0", "B1", "B2", "B6"],
            "key_unit": [1, 1, np.nan, 0],
            "drill_date": ["2026-06-01", "2026-01-01", None, "2026-01-01"],
        }
    )
    ledgers = replace(town.ledgers, premises=premises, units=drills)
    found = assess(replace(town, ledgers=ledgers), date=DAY.isoformat())
    work = found.places.work
    helps = ["help_households", "helped_households", "help_unknown"]
    assert work.loc["W", helps].tolist() == [22, 9, 6]
    assert work.loc["E", helps].tolist() == [22, 19, 0]
    names = ["drill_units", "drills_held", "drills_overdue", "drills_unknown"]
    assert work.loc["W", names].tolist() == [3, 1, 1, 1]  # a key unit has half a year
    assert work.loc["E", names].tolist() == [1, 1, 0, 0]  # another one a year
    west, east = (dict(work_said(e["work"], "zh")) for e in found.summary["communities"])
    assert west["“一对一”帮扶"] == "41%（9/22 户），另 6 户不详"
    assert east["“一对一”帮扶"] == "22 户中未帮扶的不足 5 户"
    assert west["单位疏散演练"] == "3 家：按期 1、逾期 1、不详 1"


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_no_sentence_about_help_holds_a_cell_of_a_few(households, helped, untold):
    work = {"help_households": households, "helped_households": min(helped, households),
            "help_unknown": untold}  # fmt: skip
    said = help_said(work, "en").replace("fewer than 5", "")
    cells = [int(part) for part in said.replace("%", " %").split() if part.isdigit()]
    without = households - work["helped_households"]
    assert not {1, 2, 3, 4} & set(cells) or "%" in said
    if "%" in said:
        assert not 0 < work["helped_households"] < 5
        assert not 0 < without < 5


def test_devices_are_counted_by_community_kind_and_state(make_town):
    town = _street(make_town)
    listed = pd.DataFrame(
        {
            "building_id": ["B0", "B1", "B1", "B9"],
            "device": ["lane_camera", "lane_camera", "gas_detector", "water_level"],
            "installed": [2, 3, None, 1],
            "state": ["good", "off", "good", None],
        }
    )
    town = replace(town, ledgers=replace(town.ledgers, devices=listed))
    buildings = town.buildings.assign(community=town.buildings["community_id"])
    table = device_counts(town, buildings).set_index(["community", "device"])
    assert table.loc[("W", "lane_camera")].tolist() == [2, 5, 2, 3, 0]
    assert table.loc[("W", "gas_detector")].tolist() == [1, 1, 1, 0, 0]
    assert table.loc[("E", "water_level")].tolist() == [1, 1, 0, 0, 1]


def test_the_lists_name_what_three_none_estates_and_offices_need(make_town):
    found = assess(_street(make_town), date=DAY.isoformat())
    lists = risk_lists(ListSource(found), start=DAY - dt.timedelta(days=90))
    assert lists["funding"]["estate_id"].tolist() == ["Q1", "Q3"]  # of Q3 nobody told
    offices = lists["fire_offices"]
    assert offices["elements_missing"].tolist() == ["has_rooms;has_funds", "office"]
    assert offices["community"].tolist() == ["西社区", "东社区"]
    assert set(lists["aerial"]["aerial_room"]) <= {"height_unknown"}


def test_estates_of_the_layer_are_hosts_instead_of_guesses(make_town):
    town = _street(make_town)
    every = host_candidates(town)
    hosts = pd.concat([every.sites, every.dropped]).set_index("candidate_id")
    assert hosts.index.tolist() == ["N-Q1", "N-Q3", "N-Q2"]
    assert hosts.loc["N-Q2", "name"] == "新院"
    assert hosts.loc["N-Q3", "name"] == "Q3"
    assert set(hosts["host_type"]) == {"residential_estate"}


def test_a_use_that_has_ended_is_no_longer_known(make_town):
    until = "2026-11-20"
    houses = [house(100, use="epidemic_control", use_until=until, building_id="X"),
              house(200, use="school", building_id="Y")]  # fmt: skip
    town = _street(make_town, buildings=houses)
    on = {day: uses_on(town, dt.date.fromisoformat(day)).buildings["use"].tolist()
          for day in (until, "2026-11-21")}  # fmt: skip
    assert on == {until: ["epidemic_control", "school"], "2026-11-21": [None, "school"]}
    assert assess(town, date="2026-11-21").buildings["use"].tolist() == [None, "school"]


@pytest.mark.parametrize(
    ("venue", "inside"), [("building = 'B3'", ["B2", "B3", "B4"]), ("lon = 0.0\nlat = 0.0", None)]
)
def test_what_lies_round_the_venue_of_an_event(make_town, tmp_path, venue, inside):
    _street(make_town)
    (folder,) = tmp_path.iterdir()
    with (folder / "town.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[[gatherings]]\nname = '展会'\nfirst = 2026-12-01\nlast = 2026-12-02\n"
                   f"buffer_m = 100\n{venue}\n")  # fmt: skip
    if inside is None:
        with pytest.raises(InputError) as error:
            load_town(folder)
        assert "展会" in error.value.message("zh") and "0, 0" in error.value.message("zh")
        return
    town = load_town(folder)
    found = assess(town, date=DAY.isoformat())
    near = surrounding(town.gatherings[0], town, found.buildings, found.lanes)
    assert near.buildings["building_id"].tolist() == inside
    first = near.arrivals(["micro"]).iloc[0]
    house_3 = found.buildings.set_index("building_id").loc["B3"]
    assert first["seconds"] == house_3["micro_response_time_s"]
    assert near.off_m == 0
