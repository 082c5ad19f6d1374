"""A small town and twelve measures of mixed kinds: what is planned is what the engine counts."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import shapely

from weizhan.coverage.measures.formed import form_problem, late_levels, minutes_levels
from weizhan.coverage.measures.instance import chosen_plan, make_instance
from weizhan.coverage.measures.offered import offered_measures
from weizhan.coverage.measures.recount import recount
from weizhan.coverage.measures.solve import best_measures
from weizhan.coverage.siting import candidates
from weizhan.coverage.siting.instance import make_instance as siting_instance
from weizhan.coverage.siting.request import Request, make_problem
from weizhan.coverage.siting.solve import best_plan
from weizhan.geo.measure import Measure
from weizhan.geo.plan import (
    EquippedStation,
    GateChanges,
    LaneChanges,
    NewStation,
    Plan,
    StationChanges,
    merged,
    planned,
)
from weizhan.geo.wishes import Wishes
from weizhan.geo.words import MeasureKind, Vehicle

from ..streets import DAY, house, station

SIDE, STEP = 4, 130  # nodes a side, metres between them


@pytest.fixture
def town(make_town):
    """A grid of lanes, some narrow, some stairs, one with a van, gates that lock at night."""
    rng = np.random.default_rng(5)
    ends = [
        ((x, y), (x + dx, y + dy))
        for x, y in product(range(SIDE), repeat=2)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < SIDE and y + dy < SIDE
    ]
    lanes, houses = [], []
    for number, (a, b) in enumerate(ends):
        narrow, stairs = number % 3 == 0, number % 7 == 2
        line = shapely.LineString([(a[0] * STEP, a[1] * STEP), (b[0] * STEP, b[1] * STEP)])
        lanes.append({
            "geometry": line,
            "lane_class": "steps" if stairs else "residential",
            "width_m": 0.7 if narrow else 3.0,
        })  # fmt: skip
        for part in rng.random(3):
            at = line.interpolate(part, normalized=True)
            houses.append(house(at.x, at.y, people_day=int(rng.integers(1, 9)),
                                people_night=int(rng.integers(1, 9))))  # fmt: skip
    gates = [
        {"geometry": shapely.Point(STEP, STEP * 2), "kind": "gate", "open_hours": "06:00-22:00"},
        {"geometry": shapely.Point(STEP * 2, STEP), "kind": "gate", "open_hours": "06:00-22:00"},
    ]
    stations = [
        station(0, 0, vehicle="e_bike"),
        station(STEP * 3, STEP * 3, vehicle="foot", crew_night=0),
    ]
    reports = [{"geometry": shapely.Point(STEP * 2.5, STEP * 2), "state": "blocked",
                "remaining_width_m": 0.4, "observed_on": DAY.isoformat()}]  # fmt: skip
    return make_town(lanes=lanes, buildings=houses, stations=stations, barriers=gates,
                     lane_reports=reports)  # fmt: skip


def _measures(town):
    at = town.stations.geometry.to_crs("EPSG:4326")

    def new(name, row, dx, **more):
        return NewStation(station_id=name, lon=at.iloc[row].x + dx, lat=at.iloc[row].y,
                          crew_day=6, crew_night=3, turnout_s=60, **more)  # fmt: skip

    narrow = town.lanes.loc[town.lanes["width_m"] < 1, "drawn_lane_id"].astype(str).tolist()
    stairs = town.lanes.loc[town.lanes["lane_class"] == "steps", "drawn_lane_id"].astype(str)
    parked = town.lanes["drawn_lane_id"].astype(str).iloc[town.report_positions.lane[0]]
    ids = town.stations["station_id"].astype(str).tolist()
    gates = town.barriers["barrier_id"].astype(str).tolist()
    stations = [new("N1", 0, 0.004, vehicle=Vehicle.E_BIKE), new("N2", 1, -0.003)]
    riders = new("N3", 1, 0.0, vehicle=Vehicle.E_BIKE)
    told = [
        *(("station", Plan(stations=StationChanges(add=(one,)))) for one in stations),
        ("e_bike", Plan(stations=StationChanges(add=(riders,)))),
        ("night_crew", Plan(stations=StationChanges(
            equip=(EquippedStation(station_id=ids[1], crew_night=3),)))),
        *(("lane_open", Plan(lanes=LaneChanges(open=(lane,)))) for lane in narrow[1:5]),
        ("ramp", Plan(lanes=LaneChanges(ramp=(stairs.iloc[0],)))),
        ("no_parking", Plan(lanes=LaneChanges(clear=(parked,)))),
        ("key_box", Plan(gates=GateChanges(key_box=(gates[0],)))),
        ("gate_hours", Plan(gates=GateChanges(open=(gates[1],)))),
    ]  # fmt: skip
    return [
        Measure(f"{kind}:{n}", MeasureKind(kind), "", "", 1000.0 * (n % 5 + 1), 0.0, 10.0, "", "",
                plan)
        for n, (kind, plan) in enumerate(told)
    ]  # fmt: skip


@pytest.fixture
def instance(town):
    people = {n: town.buildings[f"people_{n}"].to_numpy(dtype=float) for n in ("day", "night")}
    return make_instance(
        town, _measures(town), bands={"day": 2, "night": 1}, scenarios=town.scenarios,
        weights=people, tiers={"micro": 1}, day=DAY,
    )  # fmt: skip


def test_every_few_measures_are_worth_what_the_engine_counts(instance):
    late, waiting = (
        form_problem(instance, levels)
        for levels in (late_levels(instance), minutes_levels(instance, longest_s=600, step_s=0.001))
    )
    assert late.measures == 12
    rng = np.random.default_rng(1)
    nothing = late.flags([])
    subsets = [nothing, ~nothing, *(rng.random((30, 12)) < 0.5)]
    for chosen in subsets:
        lanes = [m for m, own in zip(instance.measures, chosen, strict=True) if own]
        openings = sum(m.plan.lanes != Plan().lanes or m.plan.gates != Plan().gates for m in lanes)
        there = planned(instance.town, chosen_plan(instance.town, instance.measures, chosen))
        counted = recount(instance, there, "late")
        assert late.worth(chosen) <= counted + 1e-9
        minutes = recount(instance, there, "minutes", longest_s=600)
        assert waiting.worth(chosen) <= minutes + 1e-6
        if openings <= 2:
            assert late.worth(chosen) == counted
            assert waiting.worth(chosen) == pytest.approx(minutes, abs=1e-6)
    assert late.worth(~nothing) > late.worth(nothing)


def test_ways_with_more_than_two_openings_are_bounded(instance):
    problem = form_problem(instance, late_levels(instance), relaxed=True)
    for chosen in np.random.default_rng(2).random((20, 12)) < 0.7:
        there = planned(instance.town, chosen_plan(instance.town, instance.measures, chosen))
        assert problem.worth(chosen) >= recount(instance, there, "late") - 1e-9


def test_the_best_of_all_subsets_is_found(instance):
    problem = form_problem(instance, late_levels(instance), budget=9000.0)
    best = max(
        problem.worth(chosen)
        for code in range(1 << 12)
        if problem.keeps(chosen := (code >> np.arange(12)) & 1 == 1)
    )
    found = best_measures(problem)
    assert found.proven
    assert found.worth == best
    assert best > problem.worth(problem.flags([]))


def test_stations_alone_are_what_siting_finds(town):
    sites = candidates.lane_candidates(town, spacing_m=90)
    offers = offered_measures(town, sites, None, DAY, kinds=[MeasureKind.STATION])
    offers = [replace(m, upkeep_yuan=0.0, years=100.0) for m in offers]
    people = {n: town.buildings[f"people_{n}"].to_numpy(dtype=float) for n in ("day", "night")}
    measures = make_instance(
        town, offers, bands={"day": 2, "night": 1}, scenarios=town.scenarios, weights=people,
        tiers={"micro": 1}, day=DAY,
    )  # fmt: skip
    wishes = Wishes(weight="people", bands={"day": 2, "night": 1})
    siting = siting_instance(town, sites, wishes, scenario=None, day=DAY)
    assert len(offers) == len(sites.sites) > 5
    for budget in (80_000.0, 170_000.0, 250_000.0):
        planned_by_site, _ = make_problem(siting, siting.reaches(), Request(budget=budget))
        best = best_plan(planned_by_site, time_limit_s=60)
        found = best_measures(form_problem(measures, late_levels(measures), budget=budget))
        assert best.answer.proven
        assert found.proven
        assert found.worth == best.answer.objective


def test_the_first_measures_bring_what_the_town_under_them_has(town):
    from weizhan.coverage.assessment import assess
    from weizhan.coverage.measures import first_measures

    now = assess(town, scenario="day", date=DAY.isoformat()).only()
    found = first_measures(now, candidates.host_candidates(town), most=4)
    assert 1 <= len(found.measures) <= 4
    assert all(cost > 0 for cost in found.costs_yuan)
    late = now.coverage["micro"]["late_people"]
    for done in range(1, len(found.measures) + 1):
        plan = merged([Plan(town=town.name), *(one.plan for one in found.measures[:done])])
        then = assess(planned(town, plan), scenario="day", date=DAY.isoformat()).only()
        assert late - then.coverage["micro"]["late_people"] == sum(found.gains[:done])
