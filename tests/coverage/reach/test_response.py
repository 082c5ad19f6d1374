"""A town small enough to compute by hand: one street, houses on it, stations at its ends."""

import numpy as np
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.reach.response import cover
from weizhan.geo.rules.rule_set import load_rules

from ..streets import DAY, house, station

RULES = load_rules()


def _assess(town, **options):
    return assess(town, date=DAY.isoformat(), draws=50, **options)


def test_turnout_and_way_add_up_for_the_first_and_the_second_station(street):
    town = street(houses=[house(100)], stations=[station(0), station(700)])
    found = _assess(town).buildings.iloc[0]
    assert found[c.response_time("micro")] == pytest.approx(60 + 100 / 2.5, abs=0.01)
    assert found[c.station("micro")] == "S1"
    assert found[c.second_response_time("micro")] == pytest.approx(60 + 600 / 2.5, abs=0.01)
    assert found[c.second_station("micro")] == "S2"
    assert found[c.response_time_low("micro")] == pytest.approx(60 + 100 / 3.0, abs=0.01)
    assert found[c.response_time_high("micro")] == pytest.approx(60 + 100 / 1.56, abs=0.01)
    assert found[c.top_floor("micro")] == found[c.response_time("micro")] + 2 * 15


def test_the_walks_from_the_station_and_to_the_wall_add_up(street):
    """20 m on foot to the street, 270 m along it, 10 m to the wall: 300 m at 2.5 m/s, 180 s."""
    town = street(houses=[house(270, 10), house(275, 10)], stations=[station(0, 20)])
    found = _assess(town).buildings
    expected = [60 + metres / 2.5 for metres in (300, 305)]
    assert found[c.response_time("micro")].to_numpy() == pytest.approx(expected, abs=0.01)
    chance = found[c.arrival_probability("micro")].to_numpy()
    assert chance[0] == pytest.approx(0.5, abs=0.001) and chance[1] < 0.5
    low, high = (found[name("micro")].iloc[0] for name in (c.response_time_low,
                                                            c.response_time_high))  # fmt: skip
    assert (low, high) == (pytest.approx(60 + 100, abs=0.01), pytest.approx(60 + 300 / 1.56, 1e-4))


def test_at_the_standard_is_within_it():
    seconds = {
        "fast": np.array([180.0, 180, 180, 180.1, 180]),
        "typical": np.array([180.0, 180, 180.1, np.nan, 180]),
        "slow": np.array([180.0, 180.1, 181, np.nan, 180]),
    }
    known = np.array([True, True, True, True, False])
    assert cover(seconds, known, standard_s=180).tolist() == [
        "covered", "likely", "doubtful", "uncovered", "unknown",
    ]  # fmt: skip


def test_cover_tells_how_sure_it_is(street):
    # Within 120 s of walking: 216 m even slowly, 300 m typically, 360 m at best.
    town = street(houses=[house(x) for x in (100, 260, 330, 600)], stations=[station(0)])
    found = _assess(town)
    assert found.buildings[c.cover("micro")].tolist() == [
        "covered", "likely", "doubtful", "uncovered",
    ]  # fmt: skip
    figures = found.summary["coverage"]["micro"]
    assert (figures["covered_buildings_low"], figures["covered_buildings"]) == (1, 2)
    assert figures["covered_buildings_high"] == 3
    assert figures["share_buildings"] == 0.5


def test_an_empty_shift_sends_nobody_and_the_page_says_so(street):
    town = street(houses=[house(100)], stations=[station(0, crew_night=0)])
    night = _assess(town, scenario="night")
    assert night.buildings[c.cover("micro")].tolist() == ["uncovered"]
    assert night.buildings[c.response_time("micro")].isna().all()
    assert any("值班" in note["zh"] for note in night.summary["notes"])
    assert _assess(town, scenario="day").buildings[c.cover("micro")].tolist() == ["covered"]


def test_no_station_of_a_tier_is_unknown_and_not_zero(street):
    town = street(houses=[house(100)], stations=[station(0)])
    found = _assess(town)
    assert found.buildings[c.cover("brigade")].tolist() == ["unknown"]
    assert found.summary["coverage"]["brigade"]["share_buildings"] is None
    assert found.buildings[c.depth("brigade")].isna().all()


def test_people_count_with_their_denominator(street):
    houses = [house(100, people_day=3, people_night=10), house(900, people_night=30), house(200)]
    figures = _assess(street(houses=houses, stations=[station(0)]), scenario="night").summary[
        "coverage"
    ]["micro"]
    assert (figures["people"], figures["covered_people"]) == (40, 10)
    assert figures["share_people"] == 0.25
    assert figures["people_unknown_buildings"] == 1


def test_the_limit_that_costs_most_is_named_with_its_seconds(street):
    lanes = [
        {"geometry": shapely.LineString([(0, 0), (500, 0)]), "lane_class": "alley", "width_m": 3},
        {
            "geometry": shapely.LineString([(500, 0), (1000, 0)]),
            "lane_class": "alley",
            "width_m": 1.5,
        },
    ]
    truck = station(0, vehicle="mini_truck")
    found = _assess(street(houses=[house(300), house(800)], stations=[truck], lanes=lanes))
    near, far = found.buildings.iloc[0], found.buildings.iloc[1]
    assert near[c.main_limit("micro")] is None
    assert far[c.main_limit("micro")] == "width"
    walked = 300 / 2.5 + 10  # on foot from the narrow lane, after leaving the truck
    driven = 300 / 4.2
    assert far[c.limit_cost("micro")] == pytest.approx(walked - driven, abs=0.01)
    assert far[c.limit_cost("micro", "steps")] == 0


def test_a_gate_is_what_costs_when_it_is_locked(street):
    gate = {
        "geometry": shapely.Point(500, 0),
        "kind": "gate",
        "width_m": 4,
        "open_hours": "06:00-22:00",
    }
    town = street(houses=[house(700)], stations=[station(0)], barriers=[gate])
    day, night = (_assess(town, scenario=s).buildings.iloc[0] for s in ("day", "night"))
    assert day[c.main_limit("micro")] == night[c.main_limit("micro")] == "barrier"
    assert day[c.limit_cost("micro")] == 10
    assert night[c.limit_cost("micro")] == 120


def test_a_reported_van_stops_the_engine_and_costs_the_walk(street):
    day = DAY.isoformat()
    report = {"geometry": shapely.Point(700, 0), "state": "blocked", "observed_on": day}
    lanes = [
        {
            "geometry": shapely.LineString([(x, 0), (x + 500, 0)]),
            "lane_class": "residential",
            "width_m": 6,
        }
        for x in (0, 500)
    ]
    engine = station(0, tier="official_station", vehicle="fire_engine")
    town = street(houses=[house(800)], stations=[engine], lanes=lanes, lane_reports=[report])
    found = _assess(town)
    found_house = found.buildings.iloc[0]
    assert found_house[c.main_limit("brigade")] == "blockage"
    assert found_house[c.response_time("brigade")] == pytest.approx(
        60 + 500 / 4.3 + 10 + 300 / 2.5, abs=0.01
    )
    state = found.lanes.set_index("lane_id")[c.STATE]
    assert sorted(state) == ["blocked", "unknown"]


def test_depth_counts_the_stations_within_the_standard(street):
    stations = [station(0), station(150), station(900)]
    found = _assess(street(houses=[house(105), house(805)], stations=stations))
    assert found.buildings[c.depth("micro")].tolist() == [2, 1]


def test_probability_is_high_near_and_low_far_and_half_at_the_line(street):
    found = _assess(street(houses=[house(50), house(300), house(700)], stations=[station(0)]))
    near, line, far = found.buildings[c.arrival_probability("micro")]
    assert near > 0.99
    assert line == pytest.approx(0.5, abs=0.001)
    assert far < 0.02


def test_the_area_of_a_tier_holds_its_covered_houses_and_no_late_ones(street):
    found = _assess(street(houses=[house(x) for x in (50, 250, 500)], stations=[station(0)]))
    whole = found.areas[(found.areas["tier"] == "micro") & found.areas["station_id"].isna()]
    inside = found.buildings.geometry.intersects(whole.geometry.iloc[0])
    assert inside.tolist() == [True, True, False]
    reach = whole.geometry.iloc[0].bounds[2] - found.lanes.geometry.iloc[0].bounds[0]
    assert reach == pytest.approx(300 + RULES.service_area.reach_m.value, abs=2)


def test_key_dates_choose_the_scenario(street):
    from dataclasses import replace

    from weizhan.geo.rules.config import KeyDates

    town = street(houses=[house(100)], stations=[station(0)])
    days = KeyDates(name="国庆", first="2026-10-01", last="2026-10-07", scenario="holiday")
    town = replace(town, calendar=(days,))
    assert assess(town, date="2026-10-03", draws=1).scenario == "holiday"
    assert assess(town, date="2026-10-09", draws=1).scenario == "day"
    assert assess(town, date="2026-10-03", scenario="night", draws=1).scenario == "night"


def test_the_hose_is_laid_from_the_vehicle_as_far_as_it_reaches(street):
    lanes = [
        {"geometry": shapely.LineString([(0, 0), (500, 0)]), "lane_class": "service", "width_m": 6},
        {"geometry": shapely.LineString([(500, 0), (1000, 0)]), "lane_class": "steps"},
    ]
    engine = station(0, tier="official_station", vehicle="fire_engine")
    houses = [house(300), house(540), house(580)]
    found = _assess(street(houses=houses, stations=[engine], lanes=lanes)).buildings
    walk, hose, arrival = (
        found[name("brigade")].to_numpy(float) for name in (c.walk, c.hose, c.response_time)
    )
    assert walk[1:] == pytest.approx([40, 80], abs=0.01)
    assert hose[1] == pytest.approx(arrival[1] + 40 * RULES.response.hose_s_per_m.value, abs=0.02)
    assert np.isnan(hose[2])  # 80 m is beyond the hose
    # From the other side of the same lane it is as far.
    mirrored = [
        {"geometry": shapely.LineString([(0, 0), (500, 0)]), "lane_class": "steps"},
        {"geometry": shapely.LineString([(500, 0), (1000, 0)]), "lane_class": "service"},
    ]
    east = station(1000, tier="official_station", vehicle="fire_engine")
    back = _assess(street(houses=[house(460)], stations=[east], lanes=mirrored)).buildings
    assert back[c.walk("brigade")].tolist() == [pytest.approx(40, abs=0.01)]
    # The metres from the lane to the wall are laid too: 52 m reach, 40 + 25 m do not.
    off = [house(540, 12), house(540, 25)]
    found = _assess(street(houses=off, stations=[engine], lanes=lanes)).buildings
    assert found[c.walk("brigade")].to_numpy(float) == pytest.approx([52, 65], abs=0.01)
    laid = found[c.response_time("brigade")].iloc[0] + 52 * RULES.response.hose_s_per_m.value
    assert found[c.hose("brigade")].to_numpy(float) == pytest.approx(
        [laid, np.nan], abs=0.02, nan_ok=True
    )


def test_speeds_are_assumed_until_arrivals_were_observed(street):
    from dataclasses import replace

    import pandas as pd

    from weizhan.geo.ledgers.arrivals import no_arrivals

    truck = station(0, vehicle="mini_truck", turnout_s=60)
    town = street(houses=[house(200 + 10 * i) for i in range(60)], stations=[truck])
    found = _assess(town)
    assert found.summary["speeds"]["fitted"] is False
    assert any("假定" in note["zh"] for note in found.summary["notes"])
    # Real crews take twice as long on the way as was assumed.
    assumed = found.buildings[c.response_time("micro")] - 60
    rows = {
        "arrival_id": [str(i) for i in range(60)],
        "building_id": found.buildings["building_id"],
        "station_id": "S1",
        "seconds": 60 + 2 * assumed,
    }
    seen = pd.concat([no_arrivals().iloc[:0], pd.DataFrame(rows)], ignore_index=True)
    fitted = _assess(replace(town, arrivals=seen))
    assert fitted.summary["speeds"]["fitted"] is True
    assert (
        fitted.summary["speeds"]["held_out_mae_s"] < fitted.summary["speeds"]["assumed_mae_s"] / 5
    )
    later = fitted.buildings[c.response_time("micro")] - 60
    assert (later / assumed).to_numpy() == pytest.approx(2, abs=0.1)


def test_a_tier_whose_only_station_is_on_no_lane_is_unknown_and_not_zero(street):
    brigade = station(0, tier="official_station", vehicle="fire_engine")
    town = street(houses=[house(100)], stations=[station(50_000), brigade])
    found = _assess(town)
    assert found.buildings[c.cover("micro")].tolist() == ["unknown"]
    assert found.buildings[c.arrival_probability("micro")].isna().all()
    assert found.buildings[c.lane_probability("micro")].isna().all()
    figures = found.summary["coverage"]["micro"]
    assert (figures["stations"], figures["stations_off_lanes"], figures["stations_on_duty"]) == (
        1,
        1,
        0,
    )
    assert figures["share_buildings"] is None
    assert any("坐标可能有误" in note["zh"] for note in found.summary["notes"])
