"""Rounds by hand: a street, a flight of steps, a few premises, one or two inspectors."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.rounds.legs import leg_times, leg_ways, mover
from weizhan.coverage.rounds.planning import plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import draw
from weizhan.coverage.rounds.visits import Visit, positions_of, visits_for
from weizhan.coverage.rounds.way_directions import Landmarks, Turn, directions, way_line
from weizhan.coverage.rounds.work_places import places_of
from weizhan.geo.ground.snapping import Positions
from weizhan.geo.teams import Team
from weizhan.geo.words.errors import TownError
from weizhan.geo.words.hours import parse_hours
from weizhan.geo.words.vocabulary import Vehicle

MONDAY = dt.date(2026, 10, 12)
WALK, STEPS, RIDE, LOCK = 1.2, 0.5, 4.9, 40


def _house(x, y=0, **more):
    return {"geometry": shapely.box(x - 2, y, x + 2, y + 4), "use": "small_premises", **more}


@pytest.fixture
def hill(make_town):
    """A street of 600 m along x; at 400 m a flight of steps 50 m up to a lane of 100 m."""
    return make_town(
        lanes=[
            {"geometry": shapely.LineString([(0, 0), (400, 0)]), "lane_class": "residential",
             "name": "平街", "width_m": 6},
            {"geometry": shapely.LineString([(400, 0), (600, 0)]), "lane_class": "residential",
             "name": "平街", "width_m": 6},
            {"geometry": shapely.LineString([(400, 0), (400, 50)]), "lane_class": "steps",
             "name": "天梯", "step_count": 100, "slope_pct": 40},
            {"geometry": shapely.LineString([(400, 50), (500, 50)]), "lane_class": "alley",
             "name": "高巷", "width_m": 2},
        ],
        buildings=[
            _house(0, use="community_service", name="居委会"),
            _house(200), _house(600), _house(450, 50, name="山上厂"),
        ],
        stations=[{"geometry": shapely.Point(0, 0), "tier": "micro_station"}],
    )  # fmt: skip


def _visit(town, row, *, minutes=20.0, weight=1.0, hours="24/7", skills=()):
    at = town.building_positions
    middle = town.buildings.geometry.iloc[row].centroid
    return Visit(
        f"B{row + 1}", (f"B{row + 1}",), (), "small_premises", "", "", "", middle.x, middle.y,
        int(at.lane[row]), float(at.fraction[row]), float(at.access_m[row]), minutes, weight,
        parse_hours(hours), True, frozenset(skills), (), (),
    )  # fmt: skip


def _team(name="甲", vehicle=Vehicle.FOOT, hours="Mo-Fr 09:00-12:00,14:00-17:00", **more):
    return Team(name, vehicle, parse_hours(hours), **more)


def _places(town, rows):
    at = town.building_positions
    return Positions(at.lane[rows], at.fraction[rows], at.access_m[rows])


def test_a_walk_takes_the_street_and_the_steps_at_their_own_pace(hill):
    moves = mover(hill, _places(hill, [0, 3]), Vehicle.FOOT)
    seconds = leg_times(hill.network, moves, stop_s=LOCK, limit_s=7200).seconds
    assert seconds[0, 1] == pytest.approx(400 / WALK + 50 / STEPS + 50 / WALK, abs=2)
    assert seconds[0, 0] == 0


def test_the_bike_waits_below_the_steps_and_is_fetched_again(hill):
    moves = mover(hill, _places(hill, [0, 3, 2]), Vehicle.E_BIKE)
    seconds = leg_times(hill.network, moves, stop_s=LOCK, limit_s=7200).seconds
    up = 50 / STEPS + 50 / WALK
    assert seconds[0, 1] == pytest.approx(400 / RIDE + LOCK + up, abs=2)
    assert seconds[1, 2] == pytest.approx(up + 200 / RIDE + LOCK, abs=2)
    way = leg_ways(hill.network, moves, [(0, 1)])[0]
    told = directions(way, hill.lanes, Landmarks.of(hill))
    assert [(s.turn, s.lane_name, s.rides) for s in told] == [
        (Turn.START, "平街", True),
        (Turn.DISMOUNT, "天梯", False),
        (Turn.RIGHT, "高巷", False),
    ]
    assert (told[1].climb, told[1].step_count, round(told[1].distance_m)) == (1, 100, 50)
    assert told[0].compass == "e"
    back = directions(leg_ways(hill.network, moves, [(1, 0)])[0], hill.lanes, Landmarks.of(hill))
    assert [s.turn for s in back] == [Turn.START, Turn.LEFT, Turn.MOUNT]
    assert back[1].climb == -1


def test_every_way_is_as_long_as_the_matrix_says(hill):
    places = _places(hill, [0, 1, 2, 3])
    for vehicle in (Vehicle.FOOT, Vehicle.E_BIKE):
        moves = mover(hill, places, vehicle)
        seconds = leg_times(hill.network, moves, stop_s=LOCK, limit_s=7200).seconds
        pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
        for (a, b), way in zip(pairs, leg_ways(hill.network, moves, pairs), strict=True):
            ms = way.ms + int(moves.access_ms[a] + moves.access_ms[b])
            ms += 1000 * LOCK * any(way.rides)
            assert seconds[a, b] == int(np.ceil(ms / 1000))
            line = way_line(way, hill.lanes)
            assert line is not None
            for piece, (end, start) in zip(
                way.pieces[1:], zip(way.pieces, way.pieces[1:], strict=False), strict=True
            ):
                assert piece is start
                lanes = hill.lanes.geometry
                a_end = lanes.iloc[end.lane].interpolate(end.end, normalized=True)
                b_start = lanes.iloc[start.lane].interpolate(start.begin, normalized=True)
                assert a_end.distance(b_start) < 0.01


def test_lunch_is_at_the_office_and_times_are_kept(hill):
    visits = [_visit(hill, row, minutes=100) for row in (1, 2)]
    rounds = plan_rounds(hill, visits, [_team()], [MONDAY])
    (day,) = rounds.rounds
    assert len(day.halves) == 2
    morning, afternoon = day.halves
    assert morning.back_s <= 12 * 3600
    assert afternoon.leave_s >= 14 * 3600
    for half in day.halves:
        assert half.start.name == half.end.name == "居委会"
        (stop,) = half.stops
        assert stop.leave_s - stop.begin_s == 100 * 60
        assert stop.begin_s >= stop.reach_s


def test_what_is_left_out_says_why(hill):
    visits = [
        _visit(hill, 1, minutes=150, weight=5),
        _visit(hill, 2, minutes=150, weight=9),
        _visit(hill, 3, hours="Sa-Su 09:00-12:00"),
        _visit(hill, 0, skills=["gas"]),
    ]
    team = _team(hours="Mo 09:00-12:30", skills=frozenset({"electricity"}))
    rounds = plan_rounds(hill, visits, [team], [MONDAY])
    assert {left.visit.visit_id: left.why for left in rounds.left_out} == {
        "B2": "time",  # the weightier one is made
        "B4": "closed",
        "B1": "skill",
    }
    assert [s.visit.visit_id for s in rounds.rounds[0].stops] == ["B3"]
    long = plan_rounds(hill, [_visit(hill, 1, minutes=400)], [_team()], [MONDAY])
    assert [left.why for left in long.left_out] == ["closed"]
    sunday = plan_rounds(hill, [_visit(hill, 1)], [_team()], [dt.date(2026, 10, 11)])
    assert [left.why for left in sunday.left_out] == ["no_hours"]


def test_opening_hours_are_waited_for(hill):
    rounds = plan_rounds(hill, [_visit(hill, 1, hours="15:00-16:00")], [_team()], [MONDAY])
    (stop,) = rounds.rounds[0].stops
    assert 15 * 3600 <= stop.begin_s <= 16 * 3600 - stop.visit.minutes * 60


def test_a_new_site_does_not_reshuffle_what_was_promised(hill):
    days = [MONDAY, MONDAY + dt.timedelta(days=1)]
    visits = [_visit(hill, row, minutes=80) for row in (1, 2, 3)]
    before = _promises(plan_rounds(hill, visits, [_team()], days))
    more = [*visits, _visit(hill, 0, minutes=80, weight=50)]
    after = _promises(plan_rounds(hill, more, [_team()], days, promised=before))
    assert {key: after[key] for key in before} == before
    assert "B1" in after


def test_teams_that_start_nowhere_are_named(hill):
    teams = [_team("甲", start="B9"), _team("乙", end="300.5,2"), _team("丙", start="B1")]
    with pytest.raises(TownError) as told:
        plan_rounds(hill, [_visit(hill, 1)], teams, [MONDAY])
    assert "B9" in str(told.value)
    assert "300.5,2" in str(told.value)
    assert "B1" not in str(told.value).replace("B9", "")


def test_positions_of_visits_are_those_of_their_buildings(hill):
    visits = [_visit(hill, 1), _visit(hill, 3)]
    at = positions_of(visits)
    assert at.lane.tolist() == hill.building_positions.lane[[1, 3]].tolist()


def test_houses_of_one_yard_are_one_stop(make_town):
    """Houses 1 and 2 of number 12 share a yard; number 14 is another stop; a lane its own."""
    town = make_town(
        lanes=[{"geometry": shapely.LineString([(0, 0), (200, 0)]), "lane_class": "residential"}],
        buildings=[
            _house(20, address="云岭路12号1栋"), _house(30, address="云岭路12号2栋"),
            _house(60, address="云岭路14号"), _house(90),
        ],
        stations=[{"geometry": shapely.Point(0, 0), "tier": "micro_station"}],
    )  # fmt: skip
    rows = pd.DataFrame(
        {
            "building_id": ["B1", "B2", "B3", "B4", None],
            "lane_row": [np.nan, np.nan, np.nan, np.nan, 0.0],
            "case": [None] * 5,
            "why": ["red", "red", "turn_never", "red", "lane_listed"],
            "values": [{}, {}, {}, {}, {"rank": 1, "lane": "L1"}],
            "weight": [3.0, 2.0, 1.0, 4.0, 0.5],
            "due_on": [pd.NaT] * 5,
        }
    )
    cases = pd.DataFrame(
        {"building_id": ["B2", "B3"], "key": ["YH2", "YH3"], "code": ["H5", "W8"],
         "state": ["assigned", "closed"]}
    )  # fmt: skip
    found = {visit.visit_id: visit for visit in visits_for(rows, town, cases)}
    assert {key: visit.buildings for key, visit in found.items()} == {
        "B1": ("B1", "B2"), "B4": ("B4",), "B3": ("B3",), "L1": (),
    }  # fmt: skip
    yard, rule = found["B1"], town.rules.rounds
    assert yard.weight == 5.0
    assert yard.cases == ("YH2",)
    assert yard.skills == {"electricity", "gas"}
    base = rule.visit_min["default"].value
    assert yard.minutes == base + rule.hazard_min.value
    assert found["B3"].minutes == base
    assert found["L1"].minutes == rule.visit_min["lane"].value
    assert list(found) == ["B1", "B4", "B3", "L1"]


def test_every_premises_can_be_drawn_and_the_risky_more_often():
    rows = pd.DataFrame(
        {"building_id": [f"B{k}" for k in range(20)], "weight": [100.0] + [0.001] * 19,
         "values": [{}] * 20}
    )  # fmt: skip
    times = dict.fromkeys(rows["building_id"], 0)
    for seed in range(400):
        for key in draw(rows, size=2, seed=seed, floor=0.2)["building_id"]:
            times[key] += 1
    assert min(times.values()) > 0
    assert times["B0"] > 320
    shuffled = rows.sample(frac=1, random_state=3)
    first, second = (draw(r, size=5, seed=9, floor=0.2) for r in (rows, shuffled))
    assert first["building_id"].tolist() == second["building_id"].tolist()


def _promises(rounds):
    return {stop.visit.visit_id: (r.team.name, r.day) for r in rounds.rounds for stop in r.stops}


def test_a_team_starts_where_its_table_says_by_id_name_or_degrees(hill):
    for told in ("B4", "山上厂"):
        (place, at) = places_of(hill, [_team(start=told)])[told]
        assert place.place_id == "B4"
        assert at.attached.all()
    with pytest.raises(TownError):
        places_of(hill, [_team(start="山下厂")])
    twice = replace(hill, buildings=hill.buildings.assign(name="同名"))
    with pytest.raises(TownError):
        places_of(twice, [_team(start="同名")])
