"""Every kind of round on the demo, against a check that shares nothing with the planning."""

import datetime as dt

import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.reach.moment import Moment
from weizhan.coverage.rounds.legs import at_work
from weizhan.coverage.rounds.planning import plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.coverage.rounds.visits import visits_for
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.ground.passability import IMPASSABLE, passage
from weizhan.geo.teams import Team
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.geo.words.hours import parse_hours
from weizhan.geo.words.vocabulary import LaneClass, Vehicle

DAY = dt.date(2026, 9, 30)
DAYS = [dt.date(2026, 10, 12), dt.date(2026, 10, 13)]
HOURS = "Mo-Fr 08:30-12:00,14:00-17:30"


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hold") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    town = load_town(folder)
    found = assess(town, date=DAY.isoformat(), draws=20)
    return town, found, read_facts(folder, found, town.rules, on=DAY)


@pytest.mark.parametrize("kind", RoundKind)
def test_rounds_can_be_walked_as_printed(village, kind):
    town, found, told = village
    community = town.communities[f.COMMUNITY_ID].iloc[0] if kind == RoundKind.COMMUNITY else None
    reasons = reasons_to_visit(kind, told, community=community, sample=15)
    visits = visits_for(reasons, town, told.cases)[:25]
    assert visits, kind
    teams = [
        Team("甲", Vehicle.E_BIKE, parse_hours(HOURS)),
        Team("乙", Vehicle.FOOT, parse_hours(HOURS)),
    ]
    scenario = town.scenarios[found.scenario]
    held = Moment(town, scenario, DAY).conditions()
    rounds = plan_rounds(town, visits, teams, DAYS, conditions=held, iterations=1_000)
    made = [stop.visit.visit_id for r in rounds.rounds for stop in r.stops]
    left = [item.visit.visit_id for item in rounds.left_out]
    assert sorted(made + left) == sorted(visit.visit_id for visit in visits)
    assert made
    for round_ in rounds.rounds:
        _holds(town, held, round_)


def _holds(town, held, round_):
    rules = at_work(town.rules)
    how = {
        vehicle: passage(town.network, town.lanes, town.barriers, rules=rules, vehicle=vehicle,
                         conditions=held)
        for vehicle in {Vehicle.FOOT, round_.team.vehicle}
    }  # fmt: skip
    spans = round_.team.hours.spans(round_.day)
    for half in round_.halves:
        now = half.leave_s
        assert any(a * 60 <= half.leave_s and half.back_s <= b * 60 for a, b in spans)
        for stop in half.stops:
            assert stop.reach_s >= now + stop.way.ms // 1000
            assert stop.begin_s >= stop.reach_s
            assert stop.leave_s == stop.begin_s + round(stop.visit.minutes * 60)
            for moment in (stop.begin_s, stop.leave_s - 1):
                clock = (dt.datetime.min + dt.timedelta(seconds=moment)).time()
                assert stop.visit.hours.open_at(round_.day.weekday(), clock) is not False
            now = stop.leave_s
            _leads(town, how, round_.team.vehicle, stop.way)
            if stop.way.pieces:
                lines, last = town.lanes.geometry.array, stop.way.pieces[-1]
                end = lines[last.lane].interpolate(last.end, normalized=True)
                door = lines[stop.visit.lane].interpolate(stop.visit.fraction, normalized=True)
                assert end.distance(door) < 0.01
        _leads(town, how, round_.team.vehicle, half.back)
        assert half.back_s >= now + half.back.ms // 1000


def _leads(town, how, vehicle, way):
    """Every piece is joined to the next, can be passed that way, and no steps are ridden."""
    lines = town.lanes.geometry.array
    spent = 0.0
    here = None
    for piece, rides in zip(way.pieces, way.rides, strict=True):
        begin = lines[piece.lane].interpolate(piece.begin, normalized=True)
        assert here is None or here.distance(begin) < 0.01
        here = lines[piece.lane].interpolate(piece.end, normalized=True)
        moved = how[vehicle if rides else Vehicle.FOOT]
        along = moved.forward_ms if piece.end > piece.begin else moved.backward_ms
        assert along[piece.lane] < IMPASSABLE
        assert not (rides and town.lanes[f.LANE_CLASS].iloc[piece.lane] == LaneClass.STEPS)
        spent += along[piece.lane] * abs(piece.end - piece.begin)
    assert spent <= way.ms + len(way.pieces) + 1
