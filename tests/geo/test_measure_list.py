"""The town's own list of measures: prices by hand, plans by kind, and everything wrong at once."""

import pandas as pd
import pytest
import shapely

from weizhan.geo.measure_list import own_first, read_measures
from weizhan.geo.plan import merged, plan_problems
from weizhan.geo.words import InputError, TownError


@pytest.fixture
def town(make_town):
    """Two lanes, one of them steps, a gate that locks, a station without a crew at night."""
    return make_town(
        buildings=[
            {"geometry": shapely.box(x, 5, x + 10, 15), "building_id": f"B{x}", "use": "self_built"}
            for x in (0, 200, 400)
        ],
        lanes=[
            {"geometry": shapely.LineString([(-10, 0), (250, 0)]), "lane_id": "L1",
             "lane_class": "alley"},
            {"geometry": shapely.LineString([(250, 0), (450, 0)]), "lane_id": "L2",
             "lane_class": "steps"},
        ],
        barriers=[{"geometry": shapely.Point(100, 0), "barrier_id": "G1", "kind": "gate",
                   "open_hours": "06:00-22:00"}],
        stations=[{"geometry": shapely.Point(0, 3), "station_id": "S1", "tier": "micro_station",
                   "vehicle": "foot", "crew_night": 0}],
    )  # fmt: skip


def _file(folder, rows, name="措施.csv"):
    pd.DataFrame(rows).to_csv(folder / name, index=False)
    return folder / name


def _place(town):
    point = town.buildings.geometry.to_crs("EPSG:4326").iloc[1].centroid
    return {"经度": round(point.x, 7), "纬度": round(point.y, 7)}


def test_what_the_list_says_counts_and_the_rules_fill_the_rest(town, tmp_path):
    place = _place(town)
    rows = [
        {"编号": "M1", "措施类型": "打通", "对象编号": "L1", "名称": "云源巷", "费用(元)": 12000,
         "每年费用": 100, "使用年限": 8, "决策单位": "区住建委"},
        {"编号": "M2", "措施类型": "ramp", "对象编号": "L2"},
        {"编号": "M3", "措施类型": "钥匙箱", "对象编号": "G1", "必做": "是"},
        {"编号": "M4", "措施类型": "延长开门时间", "对象编号": "G1"},
        {"编号": "M5", "措施类型": "夜间值守", "对象编号": "S1", "夜间人数": 2},
        {"编号": "M6", "措施类型": "消火栓", "名称": "北口", **place, "互斥": "M7"},
        {"编号": "M7", "措施类型": "新建站点", **place, "依托类型": "居委会", "费用(元)": "5万"},
        {"编号": "M8", "措施类型": "独立烟感", "对象编号": "B0", "费用(元)": 300},
        {"编号": "M9", "措施类型": "检查", "对象编号": "B200"},
        {"编号": "N1", "措施类型": "配电动自行车", "对象编号": "S1"},
    ]  # fmt: skip
    found = {one.measure_id: one for one in read_measures(_file(tmp_path, rows), town)}
    assert list(found) == [*(f"M{n}" for n in range(1, 10)), "N1"]
    one = found["M1"]
    assert (one.cost_yuan, one.upkeep_yuan, one.years) == (12000, 100, 8)
    assert (one.kind, one.target, one.name, one.decided_by, one.source) == (
        "lane_open", "L1", "云源巷", "区住建委", "own list"
    )  # fmt: skip
    # A ramp by the rules: 15,000 yuan and 2,500 for each of 200 m.
    assert found["M2"].cost_yuan == 15_000 + 200 * 2_500
    assert found["M2"].decided_by == "town" and "judgement" in found["M2"].source
    assert (found["M3"].excludes, found["M4"].excludes) == (("M4",), ("M3",))  # one gate
    assert (found["M6"].excludes, found["M7"].excludes) == (("M7",), ("M6",))
    assert [i for i, m in found.items() if m.must] == ["M3"]
    assert found["M5"].plan.stations.equip[0].crew_night == 2
    assert found["M7"].cost_yuan == 50_000
    station = found["M7"].plan.stations.add[0]
    assert (station.station_id, station.host_type, station.crew_night) == (
        "M7", "residents_committee", 3
    )  # fmt: skip
    riders = found["N1"].plan.stations.add[0]  # a part of the crew rides
    assert (riders.station_id, riders.vehicle, riders.crew_night) == ("S1-e_bike", "e_bike", 0)
    assert found["M6"].plan.hydrants.add[0].water_id == "M6"
    whole = merged(m.plan for i, m in found.items() if i != "M4")
    assert plan_problems(town, whole) == []


def test_a_list_without_ids_names_measures_by_kind_and_target(town, tmp_path):
    rows = [{"措施": "打通", "车道编号": "L1"}, {"措施": "检查", "车道编号": "B0"}]
    found = read_measures(_file(tmp_path, rows), town)
    assert [one.measure_id for one in found] == ["inspection:B0", "lane_open:L1"]


def test_all_that_is_wrong_is_told_at_once_with_row_header_and_value(town, tmp_path):
    rows = [
        {"编号": "M1", "措施类型": "打通", "对象编号": "L9", "互斥": "M77"},
        {"编号": "M2", "措施类型": "打通", "对象编号": "L1", "费用": -5},
        {"编号": "M3", "措施类型": "坡道", "对象编号": "L1"},
        {"编号": "M4", "措施类型": "钥匙箱", "对象编号": "G1", "必做": "是"},
        {"编号": "M5", "措施类型": "延长开放时间", "对象编号": "G1", "必做": "是"},
        {"编号": "M6", "措施类型": "检查", "对象编号": "B0", "互斥": "M0"},
        {"编号": "M6", "措施类型": "整改", "对象编号": "B0", "隐患类别": "H2"},
        {"编号": "M8", "措施类型": "飞艇", "对象编号": "B0"},
        {"编号": "M9", "措施类型": "消火栓", "经度": 106.5},
        {"编号": "M10", "措施类型": "漏保", "对象编号": "B0"},
        {"编号": "M11", "措施类型": "简易喷淋", "对象编号": "B0", "费用": 900},
        {"编号": "M12", "措施类型": "检查"},
        {"编号": "M13", "措施类型": "e_bike", "对象编号": "S9"},
    ]
    with pytest.raises(TownError) as told:
        read_measures(_file(tmp_path, rows), town)
    found = {
        (p.code, p.row, p.details.get("header"), p.value)
        for p in told.value.problems
        if p.severity == "error"
    }
    assert found == {
        ("plan_lane_unknown", 2, "对象编号", "L9"),
        ("measure_excludes_unknown", 2, "互斥", "M77"),
        ("not_a_number", 3, "费用", "-5.0"),
        ("plan_no_steps", 4, "措施类型", "L1"),
        ("measure_must_both", 5, "必做", "M5"),
        ("measure_excludes_unknown", 7, "互斥", "M0"),
        ("identity_double", 7, "编号", "M6"),
        ("identity_double", 8, "编号", "M6"),
        ("plan_hazard_absent", 8, "隐患类别", "B0"),
        ("not_in_vocabulary", 9, "措施类型", "飞艇"),
        ("measure_needs", 10, "lat", "hydrant"),
        ("measure_no_cost", 11, "费用", "rcd"),
        ("plan_device_unserved", 12, "措施类型", "B0"),
        ("measure_needs", 13, "对象编号", "inspection"),
        ("plan_station_unknown", 14, "对象编号", "S9"),
    }
    for lang in ("zh", "en"):
        assert "M5" in told.value.message(lang) and "措施.csv" in told.value.message(lang)


def test_of_two_that_do_the_same_to_the_same_one_is_done(town, tmp_path):
    rows = [
        {"措施": "夜间值守", "对象": "S1", "夜间人数": n, "编号": f"M{n}", "必做": must}
        for n, must in ((2, "否"), (3, "是"))
    ]
    found = read_measures(_file(tmp_path, rows), town)
    assert [one.excludes for one in found] == [("M3",), ("M2",)]
    with pytest.raises(TownError) as told:
        read_measures(_file(tmp_path, [{**row, "必做": "是"} for row in rows]), town)
    assert [(p.code, p.row, p.value) for p in told.value.problems] == [
        ("measure_must_both", 2, "M3")
    ]


def test_coordinates_of_another_datum_are_refused(town, tmp_path):
    far = {name: value + 0.005 for name, value in _place(town).items()}
    file = _file(tmp_path, [{"措施": "消火栓", **far}])
    with pytest.raises(InputError):
        read_measures(file, town)


@pytest.mark.parametrize(("rows", "key"), [
    ([{"甲": 1, "乙": 2}], "error.measures_columns"),
])  # fmt: skip
def test_what_is_no_list_of_measures_is_refused(town, tmp_path, rows, key):
    with pytest.raises(InputError) as told:
        read_measures(_file(tmp_path, rows), town)
    assert told.value.key == key


def test_the_own_list_goes_before_what_is_offered(town, tmp_path):
    def listed(*rows):
        return read_measures(_file(tmp_path, list(rows)), town)

    place = _place(town)
    own = listed(
        {"编号": "M1", "措施": "打通", "对象": "L1", "费用": 7_000_000},
        {"编号": "M2", "措施": "钥匙箱", "对象": "G1"},
        {"编号": "M3", "措施": "夜间值守", "对象": "S1", "夜间人数": 2},
        {"编号": "H1", "措施": "消火栓", **place},
    )
    offered = listed(
        {"编号": "lane_open:L1", "措施": "打通", "对象": "L1"},
        {"编号": "key_box:G1", "措施": "钥匙箱", "对象": "G1"},
        {"编号": "gate_hours:G1", "措施": "延长开门时间", "对象": "G1"},
        {"编号": "night_crew:S1", "措施": "夜间值守", "对象": "S1"},
        {"编号": "ramp:L2", "措施": "坡道", "对象": "L2"},
        {"编号": "hydrant:H1", "措施": "消火栓", "对象": "H1", **place},
    )
    whole = {one.measure_id: one for one in own_first(own, offered)}
    assert list(whole) == ["H1", "M1", "M2", "M3", "gate_hours:G1", "ramp:L2"]
    assert whole["M1"].cost_yuan == 7_000_000  # however much cheaper the rules are
    assert (whole["M2"].excludes, whole["gate_hours:G1"].excludes) == (
        ("gate_hours:G1",), ("M2",)
    )  # fmt: skip
