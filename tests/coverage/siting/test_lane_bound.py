"""No place on lanes covers more than its piece, and no plan with such places beats the bound."""

import datetime as dt

import numpy as np
import pytest
import shapely

from weizhan.coverage.covering import Clock
from weizhan.coverage.siting.candidates import host_candidates, lane_candidates
from weizhan.coverage.siting.fewer import why_fewer
from weizhan.coverage.siting.instance import make_instance
from weizhan.coverage.siting.landmarks import beside
from weizhan.coverage.siting.lane_bound import cut_lanes, lane_bound, piece_reach
from weizhan.coverage.siting.request import Request, make_problem
from weizhan.coverage.siting.solve import best_plan
from weizhan.coverage.siting.study import study_sites
from weizhan.geo.wishes import Wishes

DAY = dt.date(2026, 11, 25)


def _web(make_town, seed):
    """Return a town of random lanes between the crossings of a grid, some one-way, some slow."""
    random = np.random.default_rng(seed)
    crossings = [(x * 260.0, y * 260.0) for x in range(4) for y in range(4)]
    lanes = [
        {
            "geometry": shapely.LineString([a, b]),
            "lane_class": str(random.choice(["residential", "path", "service"])),
            "width_m": 4,
            "oneway": str(random.choice(["both", "both", "forward", "backward"])),
        }
        for a in crossings
        for b in crossings
        if a < b and np.hypot(a[0] - b[0], a[1] - b[1]) < 300 and random.random() < 0.85
    ]
    houses = []
    for number in range(60):
        lane = lanes[random.integers(len(lanes))]["geometry"]
        at = lane.interpolate(random.uniform(0, lane.length))
        x, y = at.x + random.uniform(8, 25), at.y + random.uniform(8, 25)
        houses.append(
            {
                "geometry": shapely.box(x - 4, y - 4, x + 4, y + 4),
                "building_id": f"B{number}",
                "use": "community_service" if number < 3 else "residential",
                "people_day": int(random.integers(1, 40)),
                "people_night": 10,
            }
        )
    station = {"geometry": shapely.Point(2, 3), "station_id": "S1", "tier": "micro_station"}
    area = {"geometry": shapely.box(-99, -99, 999, 999), "community_id": "C", "name": "村"}
    return make_town(buildings=houses, lanes=lanes, stations=[station], communities=[area])


def _instance(town, found, **wishes):
    wished = Wishes.model_validate({"weight": "people", **wishes})
    return make_instance(town, found, wished, scenario="day", day=DAY)


@pytest.mark.parametrize("seed", range(3))
def test_what_a_place_on_a_lane_covers_its_piece_covers(make_town, seed):
    town = _web(make_town, seed)
    places = lane_candidates(town, spacing_m=35)
    made = _instance(town, places)
    moment = made.bands[0].moment
    vehicle = moment.town.stations["vehicle"].iloc[-1]
    pieces = cut_lanes(town, vehicle, piece_m=40)
    lengths = town.lanes.length.to_numpy()[pieces.lane] * (pieces.high - pieces.low)
    assert lengths.max() == pytest.approx(pieces.longest_m, abs=1e-3) and pieces.longest_m <= 40
    of_piece = piece_reach(moment, "micro", pieces).cover().toarray() > 0
    of_place = made.reaches()["day", "micro"].cover().toarray() > 0
    at = moment.town.station_positions
    seen = 0
    for site in np.flatnonzero(~made.existing):
        on = (pieces.lane == at.lane[site]) & (pieces.low <= at.fraction[site])
        on &= at.fraction[site] <= pieces.high
        assert on.any()
        for piece in np.flatnonzero(on):
            assert (of_place[:, site] <= of_piece[:, piece]).all()
        seen += int(of_place[:, site].sum())
    assert seen > 100


@pytest.mark.parametrize(
    "wishes", [{}, {"double_uses": ["residential"]}, {"aim": "absence"}, {"aim": "arrival"}]
)
def test_no_plan_of_places_on_lanes_beats_the_bound(make_town, wishes):
    town = _web(make_town, 7)
    hosts, grid = host_candidates(town), lane_candidates(town, spacing_m=60)
    made = _instance(town, hosts, **wishes)
    dense = _instance(town, grid, **wishes)
    for count in (1, 2):
        found = lane_bound(made, made.reaches(), stations=count, clock=Clock(20))
        problem, _ = make_problem(dense, dense.reaches(), Request(stations=count))
        best = best_plan(problem, time_limit_s=20).answer
        rows = problem.rows.once() if dense.doubled.any() else problem.rows
        share = rows.worth(best.chosen) / rows.total
        assert best.proven and share <= found.share + 1e-9
        assert found.stations == count and 0 < found.share <= 1
    assert lane_bound(made, made.reaches(), stations=0, clock=Clock(1)) is None


def test_the_bound_is_close_where_one_street_is_all_there_is(make_town):
    """Two stations reach all 30 houses of a street of 1,450 m, one about 1,160 m of it."""
    houses = [
        {"geometry": shapely.box(x - 5, 5, x + 5, 15), "building_id": f"B{x}", "people_day": 1,
         "use": "community_service" if x == 0 else "residential"}
        for x in range(0, 1500, 50)
    ]  # fmt: skip
    street = {
        "geometry": shapely.LineString([(-20, 0), (1470, 0)]),
        "lane_class": "residential",
        "width_m": 6,
    }
    town = make_town(buildings=houses, lanes=[street])
    made = _instance(town, host_candidates(town), weight="count")
    one, two = (lane_bound(made, made.reaches(), stations=n, clock=Clock(5)).share for n in (1, 2))
    assert two == 1.0
    dense = _instance(town, lane_candidates(town, spacing_m=10), weight="count")
    problem, _ = make_problem(dense, dense.reaches(), Request(stations=1))
    best = best_plan(problem, time_limit_s=20).answer
    assert best.objective <= round(one * 30) <= best.objective + 2


def test_a_plan_with_fewer_stations_says_why(make_town):
    town = _web(make_town, 3)
    made = _instance(town, host_candidates(town))
    problem, _ = make_problem(made, made.reaches(), Request(stations=3))
    every = np.ones(len(made.existing), dtype=bool)
    assert why_fewer(problem, every) is None
    gains = problem.rows.gains(made.existing)
    told = why_fewer(problem, made.existing.copy())
    assert (told.asked, told.new) == (3, 0)
    assert told.reason == ("time" if (gains > 0).any() else "nothing")
    wished = _instance(town, host_candidates(town), quota={"residents_committee": {"most": 0}})
    barred, _ = make_problem(wished, wished.reaches(), Request(stations=3))
    assert why_fewer(barred, wished.existing.copy()).reason == "wishes"


def test_a_place_without_a_name_is_known_by_the_house_and_lane_near_it(make_town):
    houses = [
        {"geometry": shapely.box(0, 5, 20, 25), "building_id": "A", "name": "青禾小学"},
        {"geometry": shapely.box(400, 5, 420, 25), "building_id": "B", "address": "杏桥路 8 号"},
    ]
    street = {"geometry": shapely.LineString([(-50, 0), (900, 0)]), "name": "杏桥路"}
    stations = [
        {"geometry": shapely.Point(x, 2), "station_id": f"S{x}", "tier": "micro_station"}
        for x in (70, 410, 890)
    ]
    town = make_town(buildings=houses, lanes=[street], stations=stations)
    found = beside(town, np.arange(3))
    assert (found[0].house, found[0].compass, found[0].lane) == ("青禾小学", "e", "杏桥路")
    assert found[0].away_m == pytest.approx(50.1, abs=0.1)
    assert (found[1].house, found[1].compass) == ("杏桥路 8 号", "s")
    assert (found[2].house, found[2].lane) == ("", "杏桥路")  # 470 m are too far to be near


def test_people_buildings_and_risk_are_told_beside_each_other(make_town):
    town = _web(make_town, 5)
    found = study_sites(town, host_candidates(town), Request(stations=1, draws=0),
                        wishes=Wishes(weight="count"), scenario="day", day=DAY)  # fmt: skip
    by = {one.weight: one for one in found.counts}
    chosen = found.solution.answer.chosen
    people = town.buildings["people_day"].to_numpy()
    attached = town.building_positions.attached
    assert by["people"].total == people[attached].sum()
    assert (
        by["people"].amount(chosen)
        == found.assessed[1].summary["coverage"]["micro"]["covered_people"]
    )
    assert by["count"].amount(chosen) == found.amount(found.problem.rows.worth(chosen))
    assert by["people"].late(chosen, 1)[0] == by["people"].total - by["people"].amount(chosen)
    assert "risk" in by
