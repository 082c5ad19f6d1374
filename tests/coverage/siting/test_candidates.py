"""Hosts found in layers, lists read with their errors, and why a candidate is dropped."""

import pytest
import shapely

from weizhan.coverage.siting.candidates import host_candidates, lane_candidates, listed_candidates
from weizhan.geo.candidate_list import read_candidates, read_identities
from weizhan.geo.words.errors import InputError, TownError
from weizhan.geo.words.vocabulary import Datum


def _house(x, y=8.0, size=20.0, **columns):
    return {"geometry": shapely.box(x, y, x + size, y + size), **columns}


def _town(make_town, houses, **lane):
    street = {
        "geometry": shapely.LineString([(-50, 0), (500, 0), (1500, 0)]),
        "lane_class": "residential",
        **lane,
    }
    station = {"geometry": shapely.Point(0, 3), "station_id": "S1", "tier": "micro_station"}
    area = {"geometry": shapely.box(-100, -500, 1600, 500), "community_id": "C1", "name": "东社区"}
    return make_town(buildings=houses, lanes=[street], stations=[station], communities=[area])


def test_the_three_hosts_of_the_plans_are_found(make_town):
    homes = [
        _house(600 + 40 * (i % 3), 8 + 30 * (i // 3), building_id=f"H{i}", use="residential",
               people_night=40)
        for i in range(6)
    ]  # fmt: skip
    town = _town(
        make_town,
        [
            _house(0, building_id="居", use="community_service", name="东社区居委会"),
            _house(100, building_id="商", use="commercial", floors=3),  # 3 x 400 m²
            _house(200, building_id="小", use="commercial", floors=2),  # 800 m²: no key unit
            _house(300, building_id="宅", use="residential", people_night=9),  # no estate
            *homes,
        ],
    )
    found = host_candidates(town)
    hosts = dict(zip(found.sites["building_id"], found.sites["host_type"], strict=True))
    assert hosts.pop("居") == "residents_committee"
    assert hosts.pop("商") == "key_unit"
    assert set(hosts.values()) == {"residential_estate"}
    assert set(hosts) <= {f"H{i}" for i in range(6)}
    rule = town.rules.siting.host["residents_committee"]
    first = found.sites.iloc[0]
    assert (first["cost_yuan"], first["crew_night"]) == (rule.build_yuan.value, 3)
    assert first["community_id"] == "C1"
    # It stands at the wall that looks to the lane, not in the middle of the house.
    assert first.geometry.y == pytest.approx(town.buildings.geometry.iloc[0].bounds[1], abs=0.2)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"y": 60.0}, "road_access"),
        ({"size": 5.0}, "space"),
    ],
)
def test_a_host_that_cannot_be_used_is_listed_with_its_reason(make_town, columns, reason):
    town = _town(make_town, [_house(0, building_id="居", use="community_service", **columns)])
    found = host_candidates(town)
    assert found.sites.empty
    assert found.dropped["reason"].tolist() == [reason]


def test_a_vehicle_that_cannot_leave_and_dangerous_goods_nearby_drop_a_host(make_town):
    house = _house(0, building_id="居", use="community_service")
    narrow = host_candidates(_town(make_town, [house], width_m=0.7))
    assert narrow.dropped[["reason", "detail"]].to_numpy().tolist() == [["vehicle", "width"]]
    gas = _house(150, building_id="气", use="gas")
    near = host_candidates(_town(make_town, [house, gas]))
    assert near.dropped[["reason", "detail"]].to_numpy().tolist() == [["exclusion", "气"]]


def _listed(tmp_path, town, lines, datum=Datum.WGS84):
    file = tmp_path / "候选.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    layers = {"buildings": town.buildings, "lanes": town.lanes}
    return listed_candidates(town, read_candidates(file, layers, datum=datum), file=file.name)


def _lonlat(town, row=0):
    place = town.stations.geometry.to_crs("EPSG:4326").iloc[row]
    return f"{place.x:.6f},{place.y:.6f}"


def test_a_list_says_what_it_knows_and_the_rules_fill_in_the_rest(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="B")])
    at = _lonlat(town)
    found = _listed(
        tmp_path,
        town,
        [
            "编号,名称,经度,纬度,依托单位类型,造价,可否出院门",
            f"K1,东门岗亭,{at},居民住宅小区,12000,",
            f"K2,厂门岗,{at},,,否",
        ],
    )
    assert found.sites["candidate_id"].tolist() == ["K1"]
    only = found.sites.iloc[0]
    assert (only["cost_yuan"], only["host_type"], only["crew_day"]) == (
        12_000,
        "residential_estate",
        6,
    )
    assert found.dropped[["candidate_id", "reason"]].to_numpy().tolist() == [["K2", "premises"]]


def test_a_host_with_nobody_by_day_and_by_night_is_dropped_and_one_shift_is_enough(
    make_town, tmp_path
):
    town = _town(make_town, [_house(0, building_id="B")])
    lon, lat = (float(x) for x in _lonlat(town).split(","))
    lines = [
        f"K{i},{lon + i * 1e-4:.6f},{lat:.6f},{crews}"
        for i, crews in enumerate(("6,0,60", "0,3,60", "0,0,60", "6,3,59"))
    ]
    found = _listed(tmp_path, town, ["编号,经度,纬度,白天人数,夜间人数,面积", *lines])
    assert found.sites["candidate_id"].tolist() == ["K0", "K1"]  # 60 m² are just enough
    assert found.dropped[["candidate_id", "reason"]].to_numpy().tolist() == [
        ["K2", "duty"], ["K3", "space"],
    ]  # fmt: skip


def test_homes_make_an_estate_from_so_many_people_on_or_when_nobody_counted(make_town):
    """150 people are needed, in homes of one square of 200 m and one community."""

    def hosts(*people):
        homes = [_house(10 + 30 * i, use="residential", people_night=n)
                 for i, n in enumerate(people)]  # fmt: skip
        found = host_candidates(_town(make_town, homes))
        return [*found.sites["host_type"], *found.dropped["host_type"]]

    assert hosts(100, 50) == ["residential_estate"]
    assert hosts(100, 49) == []
    assert hosts(20, None) == ["residential_estate"]


def test_places_outside_the_town_are_an_error_that_names_them(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="B")])
    lines = ["编号,经度,纬度", f"K1,{_lonlat(town)}", "K2,103.0,29.5", f"S1,{_lonlat(town)}"]
    with pytest.raises(TownError) as told:
        _listed(tmp_path, town, lines)
    assert [(p.code, p.row, p.feature) for p in told.value.problems] == [
        ("candidate_outside", 3, "K2"),
        ("candidate_known", 4, "S1"),
    ]


def test_a_place_at_the_other_end_of_the_country_is_told_as_a_cell(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="B")])
    lines = ["编号,经度,纬度", f"K1,{_lonlat(town)}", "K2,120.0,31.0", f"K3,{_lonlat(town)}"]
    with pytest.raises(TownError) as told:
        _listed(tmp_path, town, lines)
    (problem,) = (p for p in told.value.problems if p.code == "coordinate_odd")
    assert (problem.row, problem.column, problem.value) == (3, "经度", "120.0")


def test_wrong_values_of_a_list_are_told_with_their_rows(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="B")])
    at = _lonlat(town)
    lines = ["编号,经度,纬度,造价,车辆", f"K1,{at},-5,", f"K1,{at},便宜,飞机"]
    with pytest.raises(TownError) as told:
        _listed(tmp_path, town, lines)
    assert {(p.row, p.column) for p in told.value.problems if p.severity == "error"} == {
        (2, "cost_yuan"),
        (2, "candidate_id"),
        (3, "cost_yuan"),
        (3, "vehicle"),
        (3, "candidate_id"),
    }


def test_a_datum_that_nobody_declared_is_asked_for(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="B")])
    with pytest.raises(InputError) as told:
        _listed(tmp_path, town, ["编号,经度,纬度", f"K1,{_lonlat(town)}"], datum=None)
    assert told.value.key == "error.datum_not_declared"


def test_places_on_lanes_lie_on_lanes_about_so_far_apart(make_town):
    town = _town(make_town, [_house(0, building_id="B")])
    found = lane_candidates(town, spacing_m=100)
    assert 14 <= len(found.sites) <= 18
    street = town.lanes.union_all()
    assert found.sites.distance(street).max() < 0.05
    with pytest.raises(InputError):
        lane_candidates(town, spacing_m=0)


def test_buildings_that_must_be_covered_are_read_by_their_ids(make_town, tmp_path):
    town = _town(make_town, [_house(0, building_id="101"), _house(50, building_id="B2")])
    file = tmp_path / "必保.csv"
    file.write_text("建筑编号,备注\n101,养老院\nB2,\n101,又一次\n", encoding="gb18030")
    known = town.buildings["building_id"]
    assert read_identities(file, "buildings", known) == ["101", "B2"]
    file.write_text("建筑编号\n101\nB9\n", encoding="utf-8")
    with pytest.raises(TownError) as told:
        read_identities(file, "buildings", known)
    assert [(p.row, p.value) for p in told.value.problems] == [(3, "B9")]
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError):
        read_identities(file, "buildings", known)


def test_a_candidate_that_cannot_be_used_takes_nobodys_place(make_town, tmp_path):
    """The guards of the first may not leave their premises; the second stands at the same gate."""
    town = _town(make_town, [_house(0, building_id="B")])
    at = _lonlat(town)
    rows = [f"K1,甲小区门岗,{at},否", f"K2,乙小区门岗,{at},是", f"K3,丙小区门岗,{at},是"]
    found = _listed(tmp_path, town, ["编号,名称,经度,纬度,可否出院门", *rows])
    assert found.sites["candidate_id"].tolist() == ["K2"]
    assert dict(zip(found.dropped["candidate_id"], found.dropped["reason"], strict=True)) == {
        "K1": "premises",
        "K3": "same",
    }
