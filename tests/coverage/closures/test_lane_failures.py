"""What closed lanes cost, whom an open one serves, and chances over random lanes, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.closures.drawn_lanes import blockage_causes, drawn_blockages
from weizhan.coverage.closures.lane_failures import (
    event_losses,
    keep_clear,
    lane_draws,
    lane_losses,
)
from weizhan.coverage.closures.openings import opening_gains
from weizhan.coverage.reach.moment import Moment
from weizhan.coverage.reach.response import response_times
from weizhan.geo.rules.config import LaneEvent
from weizhan.geo.rules.rule_set import load_rules

from ..streets import DAY, house, lanes, station

RULES = load_rules()


def _assess(town, **options):
    return assess(town, date=DAY.isoformat(), draws=50, **options)


def _moment(town, scenario="day"):
    return Moment(town, town.scenarios[scenario], DAY)


def test_lane_probability_counts_the_draws_in_which_a_van_is_in_the_way(street):
    lanes = [
        {
            "geometry": shapely.LineString([(x, 0), (x + 500, 0)]),
            "lane_class": "service",
            "width_m": 6,
        }
        for x in (0, 500)
    ]
    engine = station(0, tier="official_station", vehicle="fire_engine", turnout_s=60)
    town = street(houses=[house(300), house(700)], stations=[engine], lanes=lanes)
    found = assess(town, date=DAY.isoformat(), draws=2000, seed=4)
    near, far = found.buildings[c.lane_probability("brigade")]
    free = 1 - RULES.time_band["day"].blocked["service"].value
    assert near == 1  # even all the way on foot
    assert far == pytest.approx(free, abs=0.02)  # walking from 500 m is in time, from 0 m is not
    again = assess(town, date=DAY.isoformat(), draws=2000, seed=4, workers=3)
    assert np.array_equal(again.buildings[c.lane_probability("brigade")], [near, far])


def test_the_keep_clear_list_ranks_by_loss_times_chance(street):
    lanes = [
        {"geometry": shapely.LineString([(0, 0), (500, 0)]), "lane_class": "service", "width_m": 6},
        {
            "geometry": shapely.LineString([(500, 0), (1000, 0)]),
            "lane_class": "service",
            "width_m": 6,
        },
    ]
    engine = station(0, tier="official_station", vehicle="fire_engine", turnout_s=60)
    houses = [house(700, people_day=4, elders=2), house(690, people_day=6)]
    found = _assess(street(houses=houses, stations=[engine], lanes=lanes))
    ranked = found.lanes.set_index(found.lanes.geometry.centroid.x.rank())
    first = ranked.loc[1.0]
    assert first[c.lost("brigade", "buildings")] == 2
    assert first[c.lost("brigade", "people")] == 10
    assert first[c.lost("brigade", "vulnerable")] == 2
    assert first[c.KEEP_CLEAR_RANK] == 1
    assert first[c.KEEP_CLEAR_SCORE] == pytest.approx(2 * 0.05)
    assert np.isnan(ranked.loc[2.0][c.KEEP_CLEAR_RANK])


def test_opening_a_narrow_lane_gains_what_it_gains(street):
    lanes = [
        {"geometry": shapely.LineString([(0, 0), (500, 0)]), "lane_class": "alley", "width_m": 3},
        {
            "geometry": shapely.LineString([(500, 0), (800, 0)]),
            "lane_class": "alley",
            "width_m": 1.5,
        },
        {
            "geometry": shapely.LineString([(800, 0), (1000, 0)]),
            "lane_class": "alley",
            "width_m": 1.5,
        },
    ]
    truck = station(400, vehicle="mini_truck", turnout_s=30)
    town = street(houses=[house(800), house(900)], stations=[truck], lanes=lanes)
    scenario = town.scenarios["day"]
    gains = opening_gains(Moment(town, scenario, DAY))["opening_gain_buildings"]
    where = town.lanes.geometry.centroid.x.rank()
    # By truck to 500 m, then on foot: 184 s and 224 s; with the second lane open 125 s and 175 s.
    assert dict(zip(where, gains, strict=True)) == {1.0: 0, 2.0: 2, 3.0: 0}


def test_opening_the_lane_on_which_the_crew_and_the_houses_are_gains_the_ride(street):
    """On foot after 10 s 160 s, 200 s and 240 s of 180 s; by truck at 4.2 m/s 101, 125 and 149 s.

    The last house lies beyond the lane, 100 m on foot from its end: 159 + 10 s by truck so far.
    """
    on = lanes(0, 500, lane_class="alley", width_m=1.5) + lanes(500, 1000, lane_class="steps")
    truck = station(0, vehicle="mini_truck", turnout_s=30)
    town = street(houses=[house(x) for x in (300, 400, 500, 700)], stations=[truck], lanes=on)
    assert town.lanes.geometry.centroid.x.argmin() == 0  # the first row is the one to be opened
    told = opening_gains(_moment(town))
    assert told[c.OPENING_GAIN].tolist() == [2, 0]
    assert told[c.OPENING_RANK].tolist() == [1, pytest.approx(np.nan, nan_ok=True)]


def test_a_van_that_goes_away_opens_its_lane_and_lanes_alone_in_a_row_of_two_gain_nothing(street):
    van = {"state": "blocked", "observed_on": DAY.isoformat()}
    engine = station(0, tier="official_station", vehicle="fire_engine", turnout_s=170)
    on = lanes(0, 300, 600, 1000)
    town = street(houses=[house(550)], stations=[engine], lanes=on,
                  lane_reports=[{"geometry": shapely.Point(450, 0), **van}])  # fmt: skip
    where = town.lanes.geometry.centroid.x.rank()
    gains = opening_gains(_moment(town))[c.OPENING_GAIN]
    # 240 s by engine to 300 m, 100 s on foot; without the van 298 s of 300 s.
    assert dict(zip(where, gains, strict=True)) == {1.0: 0, 2.0: 1, 3.0: 0}
    two = [{"geometry": shapely.Point(x, 0), **van} for x in (150, 450)]
    town = street(houses=[house(550)], stations=[engine], lanes=on, lane_reports=two)
    assert opening_gains(_moment(town))[c.OPENING_GAIN].tolist() == [0, 0, 0]


def test_an_event_closes_its_lanes_together(street):
    town = street(houses=[house(100), house(900)], stations=[station(0)])
    lane = town.lanes["lane_id"].iloc[0]
    town = replace(town, events={"集市": LaneEvent(lanes=[lane], stops_people=True)})
    cost = _assess(town).summary["events"]["集市"]["micro"]
    assert (cost["buildings"], cost["unreached"], cost["lanes"]) == (1, 2, 1)


def _walk_s(street, x):
    """Seconds on foot from 0 to a house at x, to the millisecond of the engine."""
    town = street(houses=[house(x)], stations=[station(0, turnout_s=60)])
    return response_times(_moment(town))[c.response_time("micro")].iloc[0] - 60


def test_a_house_reached_just_at_the_standard_is_covered_and_a_millisecond_later_not(street):
    walk_s = _walk_s(street, 300)
    for late_s, covered in ((0, 1.0), (0.001, 0.0)):
        on_foot = station(0, turnout_s=180 - walk_s + late_s)
        moment = _moment(street(houses=[house(300)], stations=[on_foot]))
        chance = lane_draws(moment, draws=20, seed=1).chances[c.lane_probability("micro")]
        assert chance.tolist() == [covered]  # people pass every obstacle
        assert response_times(moment)[c.depth("micro")].tolist() == [covered]


def test_a_crew_that_walks_on_from_an_obstacle_and_is_just_in_time_loses_nothing(street):
    """10 s to leave the engine, then on foot: 300 s of 300 s; one millisecond more is too late."""
    walk_s = _walk_s(street, 300)
    draws = 200
    for late_s in (0, 0.001):
        engine = station(0, tier="official_station", vehicle="fire_engine",
                         turnout_s=300 - 10 - walk_s + late_s)  # fmt: skip
        moment = _moment(street(houses=[house(300)], stations=[engine]))
        blocked = sum(
            map(
                len,
                drawn_blockages(moment.states, blockage_causes(moment.town), draws=draws, seed=1),
            )
        )
        assert 0 < blocked < draws
        lost = late_s > 0
        chance = lane_draws(moment, draws=draws, seed=1).chances[c.lane_probability("brigade")]
        assert chance.tolist() == [pytest.approx(1 - lost * blocked / draws)]
        losses = lane_losses(moment)
        assert losses[c.lost("brigade", "buildings")].tolist() == [float(lost)]
        assert losses[c.added("brigade")].tolist() == [
            pytest.approx(10 + walk_s - 300 / 4.3, abs=0.01)
        ]


def test_the_walk_to_the_wall_is_part_of_the_standard_in_what_lanes_cost(street):
    """40 m on foot to the wall are 16 s: by engine both are in time, after 300 m on foot one."""
    engine = station(0, tier="official_station", vehicle="fire_engine", turnout_s=165)
    town = street(houses=[house(300), house(300, -50)], stations=[engine])
    assert town.building_positions.access_m == pytest.approx([0, 40], abs=0.01)
    losses = lane_losses(_moment(town))
    assert losses[c.lost("brigade", "buildings")].tolist() == [1]


def test_where_no_station_is_on_a_lane_or_a_house_on_none_no_chance_is_told(street):
    town = street(houses=[house(100), house(100, 9_000)], stations=[station(0)])
    found = lane_draws(_moment(town), draws=2, seed=1).chances
    assert found[c.lane_probability("micro")].tolist() == [1.0, pytest.approx(np.nan, nan_ok=True)]
    assert found[c.lane_probability("brigade")].isna().all()


def test_an_event_that_lets_people_pass_costs_what_walking_costs(street):
    engine = station(0, tier="official_station", vehicle="fire_engine", turnout_s=60)
    houses = [house(300, people_day=4, elders=1), house(900, people_day=6, children=2)]
    town = street(houses=houses, stations=[engine])
    lane = town.lanes["lane_id"].iloc[0]
    events = {name: LaneEvent(lanes=[lane], stops_people=stops)
              for name, stops in (("集市", False), ("封闭", True))}  # fmt: skip
    cost = event_losses(_moment(replace(town, events=events)))
    # By engine 130 s and 269 s; on foot 190 s and 430 s of 300 s.
    market, shut = cost["集市"]["brigade"], cost["封闭"]["brigade"]
    assert (market["buildings"], market["people"], market["vulnerable"]) == (1, 6, 2)
    assert (market["unreached"], market["lanes"]) == (0, 1)
    assert market["added_s"] == pytest.approx(2 * 10 + 1200 / 2.5 - 1200 / 4.3, abs=0.05)
    assert (shut["buildings"], shut["people"], shut["vulnerable"]) == (2, 10, 3)
    assert (shut["unreached"], shut["added_s"]) == (2, 0)


def test_lanes_are_kept_clear_by_buildings_then_people_then_in_their_order():
    costs = pd.DataFrame({c.lost("micro", "buildings"): [2.0, 4, 2, 0, 2],
                          c.lost("brigade", "buildings"): [1.0, 0, 1, 0, 1],
                          c.lost("micro", "people"): [3.0, 9, 5, 70, 3],
                          c.lost("brigade", "people"): 0.0})  # fmt: skip
    states = pd.DataFrame({c.BLOCKED_PROBABILITY: [0.2, 0.1, 0.2, 0.5, 0.2]})
    found = keep_clear(costs, states, ["micro", "brigade"])
    assert found[c.KEEP_CLEAR_SCORE].to_numpy() == pytest.approx([0.6, 0.4, 0.6, 0, 0.6])
    assert found[c.KEEP_CLEAR_RANK].tolist()[:3] == [2, 4, 1]
    assert np.isnan(found[c.KEEP_CLEAR_RANK][3]) and found[c.KEEP_CLEAR_RANK][4] == 3
