"""Water within hose reach, and where one more hydrant helps, on a street computed by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weizhan.coverage.assessment import assess
from weizhan.coverage.places import best_hydrants, hydrant_places, hydrant_sites
from weizhan.coverage.reach import hose_straight_m, water_figures, water_within
from weizhan.coverage.review import ListSource, lists_without_layer, risk_lists
from weizhan.coverage.risk.inputs import risk_inputs
from weizhan.maps.voice import key_figures, list_cells, water_said

from ..streets import DAY, house, lanes, station

WEST, EAST = shapely.box(-50, -60, 500, 60), shapely.box(500, -60, 1050, 60)


def hydrant(x, **more):
    return {"geometry": shapely.Point(x, 0), "kind": "hydrant", **more}


SOURCES = [hydrant(0, state="good"), hydrant(500), hydrant(900, state="fault"),
           hydrant(300, state="good", flow_l_s=0)]  # fmt: skip


@pytest.fixture
def street(make_town):
    """Houses every 100 m from 50 on; the lane is too narrow for engines from 800 m on.

    A hose of 60 m lies 46.2 m straight; a wall is 45.3 m from what stands 50 m beside its house.
    """

    def make(water=SOURCES, count=10, **more):
        return make_town(
            buildings=[
                house(50 + 100 * k, use="residential", people_night=10 * (k + 1),
                      people_day=10 * (k + 1), building_id=f"B{k}", name=f"{k}号楼")
                for k in range(count)
            ],
            stations=[station(50)],
            lanes=[*lanes(0, 800, name="长街"), *lanes(800, 1000, width_m=1.5)],
            communities=[
                {"geometry": WEST, "community_id": "W", "name": "西社区"},
                {"geometry": EAST, "community_id": "E", "name": "东社区"},
            ],
            water=water,
            **more,
        )  # fmt: skip

    return make


def test_a_hose_reaches_working_water_unknown_water_or_none(street):
    town = street()
    assert hose_straight_m(town.rules) == pytest.approx(60 / 1.3)
    within = water_within(town)
    words = ["working", "beyond", "beyond", "beyond", "untold", "untold", *["beyond"] * 4]
    assert within.tolist() == words  # one that gives nothing, or is at fault, is no water
    assert water_figures(within) == {
        "buildings": 10, "working": 1, "untold": 2, "beyond": 7,
        "share_low": 0.1, "share_high": 0.3,
    }  # fmt: skip


def test_the_best_place_is_between_two_houses_and_the_next_adds_to_it(street):
    town = street()
    within, people = water_within(town), town.buildings["people_day"]
    sites = hydrant_sites(town, within)
    found = hydrant_places(town, sites, within, people)
    # Pairs of houses without water on the passable part: 1-2, 2-3, 6-7 and, from 800 m, 7-8.
    assert found["water_gain"].tolist() == [2, 2, 1, 1]
    assert found["people"].tolist() == [170, 70, 70, 20]  # 7 and 8, 2 and 3, 6, 1
    x = found.geometry.x - town.lanes.geometry.iloc[0].coords[0][0]
    assert x.round().tolist()[:2] == [800, 300]
    assert found["water_alone"].tolist()[:2] == [2, 2]
    assert found["community_id"].tolist() == ["E", "W", "E", "W"]
    assert best_hydrants(town, sites, within)["gain"].to_dict() == {"W": 2, "E": 2}


def test_where_no_water_is_mapped_nothing_is_said_of_it(street):
    town = street(water=[])
    found = assess(town, date=DAY.isoformat())
    assert found.water_told.within.isna().all()
    assert found.summary["water"]["working"] is None
    assert found.water_told.places.empty and "hydrants" in lists_without_layer(town)
    told = next(figure for figure in key_figures(found, "zh") if "水源" in figure.label)
    assert (told.value, told.note) == ("未知", "没有水源资料")
    assert water_said(found.summary["communities"][0]["water"], found.lanes, "zh") == [
        ("可用水源", "不详")
    ]


def test_a_community_is_told_its_share_and_its_best_hydrant_and_the_list_its_places(street):
    found = assess(street(), date=DAY.isoformat())
    west, east = (entry["water"] for entry in found.summary["communities"])
    assert (west["working"], west["untold"], east["working"], east["untold"]) == (1, 1, 0, 1)
    assert water_said(west, found.lanes, "zh") == [
        ("可用水源", "20% 至 40%（1/5 栋水带可达），另 1 栋只有状态不详的水源"),
        ("再设一个消火栓", "最多使 2 栋水带可达水源（长街）"),
    ]
    nameless = {**west, "hydrant_lane": None}
    key = west["hydrant_lane_id"]
    others = pd.concat([found.lanes, found.lanes.assign(lane_id="X")])
    others["name"] = others["name"].mask(others["lane_id"] == key, None)
    assert water_said(nameless, others, "zh")[1][1].endswith(f"（长街附近的无名巷（{key}））")
    assert (
        water_said(west, found.lanes, "en")[1][1] == "at most 2 buildings more within reach (长街)"
    )
    told = next(figure for figure in key_figures(found, "zh") if "水源" in figure.label)
    assert told.value == "10% 至 30%" and told.note.startswith("1 栋可达可用水源；2 栋只有状态不详")
    table = risk_lists(ListSource(found), start=DAY)["hydrants"]
    assert table["lane"].tolist() == ["长街"] * 4
    assert table["near_house"].tolist()[0] in ("7号楼", "8号楼")
    assert table["away_m"].tolist()[0] == 45
    lon = list_cells("lon", table, "zh")
    assert lon == table["lon"].round(6).tolist() and lon[0] != lon[1]


def test_water_that_does_not_work_takes_away_no_harm(street):
    def share(state):
        town = street(water=[hydrant(0, state=state)], count=1)
        buildings = assess(town, date=DAY.isoformat()).buildings
        return risk_inputs(town, buildings, is_day=True, day=DAY).water[0]

    assert [share(state) for state in ("good", None, "fault", "off")] == [1, 1, 0, 0]


@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.sampled_from(["working", "untold", "beyond"]), min_size=10, max_size=10))
def test_the_first_place_is_the_best_of_all_and_gains_add_up(hydrant_street, words):
    town = hydrant_street
    within = pd.Series(words, index=town.buildings.index, dtype=object)
    people = pd.Series(1.0, index=within.index)
    sites = hydrant_sites(town, within)
    found = hydrant_places(town, sites, within, people)
    none = (within == "beyond").to_numpy()
    x0, y0 = town.lanes.geometry.iloc[0].coords[0]
    tried = shapely.points(x0 + np.arange(0, 801, 10.0), y0)
    near = shapely.distance(tried[:, None], town.buildings.geometry.to_numpy()[None, :])
    gains = ((near <= hose_straight_m(town.rules)) & none).sum(axis=1)
    assert (found["water_gain"].iloc[0] if len(found) else 0) == gains.max()
    # All that some place could reach is reached in the end, each building once.
    reached = ((near <= hose_straight_m(town.rules)) & none).any(axis=0).sum()
    assert found["water_gain"].sum() == reached
    assert (found["water_gain"].diff().dropna() <= 0).all()


@pytest.fixture
def hydrant_street(street):
    return street()
