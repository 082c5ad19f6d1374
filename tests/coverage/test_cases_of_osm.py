"""The cases of OpenStreetMap that went wrong: who reaches what is behind a gate, and how fast."""

import datetime as dt
from pathlib import Path

import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.reach import Moment, response_times
from weizhan.geo.founding import Founding, found_town, layers_of_extract
from weizhan.geo.osm import read_osm
from weizhan.geo.rules.config import Scenario
from weizhan.geo.town import load_town

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
DAY = dt.date(2026, 9, 30)  # a Wednesday
NOON, NIGHT = Scenario(time=dt.time(10)), Scenario(time=dt.time(2))
READINGS = {"slow": c.response_time_high, "typical": c.response_time, "fast": c.response_time_low}


@pytest.fixture
def osm_town(tmp_path):
    """A town from a case of OpenStreetMap; all its stations set out by one vehicle."""

    def make(file, vehicle):
        path = CASES / file
        if not path.exists():
            pytest.skip("the folder ../shared/cases is not beside this checkout")
        extract = read_osm(path)
        folder = tmp_path / f"{path.stem}-{vehicle}"
        founding = Founding(layers_of_extract(extract), problems=tuple(extract.problems))
        found_town(folder, founding, name="t", origin="t")
        with (folder / "town.toml").open("a", encoding="utf-8") as toml:
            toml.write("\n[override.default_vehicle]\n")
            for tier in ("micro_station", "official_station"):
                toml.write(f'{tier} = "{vehicle}"\n')
        return load_town(folder)

    return make


def _behind(town, scenario=NOON, tier="brigade"):
    """Seconds to the house behind each gate more than to that on the open street, by reading.

    Its wall runs along the lane for 10 m, and either end may be the nearest: up to 4 s on foot.
    """
    times = response_times(Moment(town, scenario, DAY)).set_index(town.buildings["name"])
    found = {}
    for street in ("gate", "locked", "forbidden", "emergency", "lift", "bollard", "bollard_wide",
                   "low", "night", "cond"):  # fmt: skip
        found[street] = tuple(
            float(times.at[f"{street} behind", column(tier)])
            - float(times.at["open behind", column(tier)])
            for column in READINGS.values()
        )
    return found


def test_an_engine_passes_what_is_open_to_it_and_its_crew_walks_the_rest(osm_town):
    town = osm_town("osm/gates.osm", "fire_engine")
    found = _behind(town)
    assert found["emergency"] == near(60, 10, 0)  # the delay of a gate
    assert found["bollard_wide"] == near(0, 0, 0)
    # 165 m from the gate on foot instead of by engine, and 10 s to leave it (5 to 20).
    walked = near(20 + 165 / 1.56 - 165 / 2.5, 10 + 165 / 2.5 - 165 / 4.3, 5 + 165 / 3 - 165 / 6.9)
    assert found["bollard"] == walked
    assert found["low"] == walked
    assert found["forbidden"][1] == near(37.6 + 10)[0]
    assert found["locked"][1] == near(37.6 + 120)[0]
    # A gate of unknown width: an engine passes the widest and not the typical one.
    for street, delay in (("gate", 10), ("lift", 5), ("night", 10), ("cond", 10)):
        assert found[street][1] == near(37.6 + delay)[0]
        assert found[street][2] == near(0)[0]
    assert found["forbidden"][2] == walked[2]
    by_night = _behind(town, NIGHT)
    assert by_night["night"][1] == near(37.6 + 120)[0]
    assert by_night["night"][2] == near(36.1 + 30)[0]
    assert by_night["cond"] == near(*found["forbidden"])


def near(*seconds):
    """Within what the position along a wall of 10 m may differ, on foot at the slow reading."""
    return tuple(pytest.approx(told, abs=5.6) for told in seconds)


def test_an_e_bike_passes_posts_and_gates_that_are_open(osm_town):
    town = osm_town("osm/gates.osm", "e_bike")
    found = _behind(town)
    for street in ("bollard", "bollard_wide", "low"):
        assert found[street] == near(0, 0, 0)
    for street in ("gate", "emergency", "night", "cond"):
        assert found[street] == near(60, 10, 0)
    assert found["lift"] == near(20, 5, 0)
    # 165 m on foot instead of by e-bike, with a dismount, and the delay of the gate
    assert found["forbidden"][1] == near(10 + 10 + 165 / 2.5 - 165 / 4.9)[0]
    assert found["locked"][1] == near(120 + 10 + 165 / 2.5 - 165 / 4.9)[0]
    by_night = _behind(town, NIGHT)
    assert by_night["cond"] == near(60, 10, 0)  # no motor vehicles, and it is none
    assert by_night["night"][1] == near(120 + 10 + 165 / 2.5 - 165 / 4.9)[0]


def test_a_mini_truck_passes_below_a_bar_and_not_between_posts(osm_town):
    found = _behind(osm_town("osm/gates.osm", "mini_truck"))
    assert found["low"] == near(0, 0, 0)
    assert found["gate"] == near(60, 10, 0)
    assert found["bollard"][1] == near(10 + 165 / 2.5 - 165 / 4.9)[0]


def _only_house(town, tier):
    return response_times(Moment(town, NOON, DAY)).iloc[0], c.response_time(tier)


@pytest.mark.parametrize("vehicle", ["e_bike", "mini_truck", "fire_engine"])
def test_a_pedestrian_street_is_not_faster_than_a_residential_one(osm_town, vehicle):
    seconds = {}
    for street in ("pedestrian", "residential"):
        row, time = _only_house(osm_town(f"osm/micro-station-{street}.osm", vehicle), "micro")
        seconds[street] = row[time]
    assert seconds["pedestrian"] > seconds["residential"]


def test_an_e_bike_rides_a_designated_cycleway_that_is_closed_to_motors(osm_town):
    rows = [
        _only_house(osm_town(f"osm/micro-station-{name}.osm", "e_bike"), "micro")
        for name in ("cycleway", "cycleway-no-motor")
    ]
    (row, time), (other, _) = rows
    assert row[time] == other[time]
    # 907 m at 4.9 m/s, 60 s of turnout, 11 m at either end on foot
    assert row[time] == pytest.approx(60 + 907 / 4.9 + 20 / 2.5, abs=3)
    assert other[c.main_limit("micro")] is None


def test_a_limit_of_right_that_makes_a_crew_walk_is_named(make_town):
    town = make_town(
        buildings=[{"geometry": shapely.box(900, 5, 910, 15)}],
        lanes=[
            {"geometry": shapely.LineString([(0, 0), (1000, 0)]), "lane_class": "residential",
             "access": "bicycle=no"}
        ],
        stations=[{"geometry": shapely.Point(0, 5), "tier": "micro_station", "vehicle": "e_bike"}],
    )  # fmt: skip
    row, _ = _only_house(town, "micro")
    assert row[c.main_limit("micro")] == "access"
    walked, ridden = 10 + 905 / 2.5, 905 / 4.9
    assert row[c.limit_cost("micro", "access")] == pytest.approx(walked - ridden, abs=1)


def test_a_bridge_too_weak_for_an_engine_is_named(make_town):
    town = make_town(
        buildings=[{"geometry": shapely.box(900, 5, 910, 15)}],
        lanes=[
            {"geometry": shapely.LineString([(0, 0), (1000, 0)]), "lane_class": "residential",
             "width_m": 7.0, "weight_limit_t": 10.0}
        ],
        stations=[{"geometry": shapely.Point(0, 5), "tier": "official_station"}],
    )  # fmt: skip
    row, _ = _only_house(town, "brigade")
    assert row[c.main_limit("brigade")] == "weight"


def _all_times(town):
    response = response_times(Moment(town, NOON, DAY))
    return response[[column("brigade") for column in READINGS.values()]].round(1)


@pytest.mark.parametrize(("one", "other"), [("bollard_plain", "bollard_width"),
                                            ("way_maxwidth", "way_width")])  # fmt: skip
def test_the_same_thing_tagged_in_two_ways_is_the_same(osm_town, one, other):
    towns = [osm_town(f"files/osm-semantics/{name}.osm", "fire_engine") for name in (one, other)]
    times = [_all_times(town) for town in towns]
    assert times[0].equals(times[1])
    assert times[0].notna().all().all()  # the crew walks on


@pytest.mark.parametrize(
    "file", ["osm-semantics/semantics.osm", "one-gate-stops-the-town/gate_sunset.osm"]
)
def test_no_value_that_cannot_be_read_stops_a_town(osm_town, file):
    town = osm_town(f"files/{file}", "fire_engine")
    told = {p.code: p for p in town.problems}
    assert told["osm_unread"].feature == "w51 width=2-3"
    assert _all_times(town).iloc[:, 1].notna().sum() > 50


def test_a_gate_that_shuts_at_sunset_is_judged_by_the_sun(osm_town):
    town = osm_town("files/one-gate-stops-the-town/gate_sunset.osm", "fire_engine")
    (gate,) = (town.barriers["open_hours"] == "sunrise-sunset").to_numpy().nonzero()[0]
    for hour, locked in ((4, True), (12, False), (22, True)):
        held = Moment(town, Scenario(time=dt.time(hour)), DAY).conditions()
        assert bool(held.locked[gate]) is locked
