"""Measures by harm and by waiting: what the model adds up is what the engine counts anew."""

import numpy as np
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.measures import (
    MeasuresRequest,
    check_request,
    measured,
    offered_measures,
    study_measures,
)
from weizhan.coverage.measures.formed import form_problem
from weizhan.coverage.measures.instance import chosen_plan
from weizhan.coverage.measures.recount import recount
from weizhan.geo.plan import planned
from weizhan.geo.words import InputError, MeasureKind

from ..streets import DAY, house, lanes, station

CARE = (MeasureKind.SMOKE_DETECTOR, MeasureKind.RCD, MeasureKind.SIMPLE_SPRINKLER,
        MeasureKind.INSPECTION)  # fmt: skip


@pytest.fixture
def now(street):
    uses = ("residential", "group_rental", "self_built", "residential")
    houses = [
        house(100 + 200 * k, use=use, people_day=3, people_night=6 + k, elders=k)
        for k, use in enumerate(uses)
    ]
    town = street(houses=houses, stations=[station(0)], lanes=lanes(0, 400, 1000))
    return assess(town, date=DAY.isoformat(), draws=40)


def test_care_at_buildings_takes_away_what_the_risk_engine_says(now):
    offers = offered_measures(now.moment.town, None, now.risk, DAY, kinds=CARE)
    request = MeasuresRequest(budget=1e6, yardstick="harm")
    found = measured(now, offers, request)
    problem = form_problem(found.instance, found.levels, gains=found.gains)
    nothing = problem.flags([])
    town = found.instance.town
    before = recount(found.instance, town, "harm")
    assert before == pytest.approx(found.lost)
    rng = np.random.default_rng(3)
    kept = np.isin(np.arange(len(offers)), [m for own in problem.locals for m in own.measures])
    assert kept.sum() >= 8
    for chosen in (kept, *((rng.random((4, len(offers))) < 0.4) & kept)):
        there = planned(town, chosen_plan(town, offers, chosen))
        gain = problem.worth(chosen) - problem.worth(nothing)
        assert gain == pytest.approx(before - recount(found.instance, there, "harm"), rel=0.03)
        # Of several measures at one building the next adds less.
        ones = [problem.worth(problem.flags([m])) for m in np.flatnonzero(chosen)]
        each = float(np.sum(ones)) - len(ones) * problem.worth(nothing)
        assert gain < each if chosen is kept else gain <= each + 1e-9


def test_an_alarm_buys_minutes_wherever_the_crew_is(now):
    offers = offered_measures(now.moment.town, None, now.risk, DAY, kinds=CARE)
    request = MeasuresRequest(budget=0.0, yardstick="minutes")
    found = measured(now, offers, request, scenario="night")
    problem = form_problem(found.instance, found.levels, gains=found.gains)
    head_min = now.moment.town.rules.measures.alarm_head_start_s.value / 60
    people = now.moment.town.buildings["people_night"].to_numpy()
    ids = now.moment.town.buildings["building_id"].astype(str).tolist()
    for at, measure in enumerate(offers):
        gain = problem.worth(problem.flags([at])) - problem.worth(problem.flags([]))
        expected = 0.0
        if measure.kind == MeasureKind.SMOKE_DETECTOR:
            expected = people[ids.index(measure.target)] * head_min
        assert gain == pytest.approx(expected)


def test_a_study_keeps_its_budget_and_what_cannot_help_is_never_bought(now):
    offers = offered_measures(now.moment.town, None, now.risk, DAY)
    request = MeasuresRequest(budget=3_000.0, yardstick="late", draws=2, time_limit_s=60)
    study = study_measures(measured(now, offers, request), request)
    assert study.steps == ()  # detectors bring nobody sooner
    request = MeasuresRequest(budget=3_000.0, yardstick="harm", draws=2, time_limit_s=60)
    study = study_measures(measured(now, offers, request), request)
    assert study.problem.spent(study.answer.chosen) <= 3_000
    assert study.answer.proven
    assert study.steps
    assert all(step.without > 0 for step in study.steps)
    worths = [point.answer.worth for point in study.frontier]
    assert worths == sorted(worths)
    assert sum(step.gain for step in study.steps) == pytest.approx(
        study.answer.worth - study.before
    )


def test_a_target_is_reached_for_the_least_money_or_refused_with_what_is_possible(now):
    offers = offered_measures(now.moment.town, None, now.risk, DAY, kinds=CARE)
    request = MeasuresRequest(target=0.2, yardstick="harm", draws=0, time_limit_s=60)
    asked = measured(now, offers, request)
    study = study_measures(asked, request)
    gone = study.answer.worth - study.before
    assert gone >= 0.2 * asked.lost - 1e-6
    assert study.least_yuan == study.budget
    with pytest.raises(InputError, match=r"99\.0"):
        study_measures(asked, MeasuresRequest(target=0.99, yardstick="harm", time_limit_s=30))
    for wrong in ({}, {"budget": 1.0, "target": 0.5}, {"budget": -1.0}, {"target": 1.5}):
        with pytest.raises(InputError):
            check_request(MeasuresRequest(**wrong))


def test_waiting_counted_anew_holds_the_minutes_of_alarms(now):
    offers = offered_measures(now.moment.town, None, now.risk, DAY, kinds=CARE)
    request = MeasuresRequest(budget=1e6, yardstick="minutes")
    found = measured(now, offers, request, scenario="night")
    problem = form_problem(found.instance, found.levels, gains=found.gains)
    every, nothing = ~problem.flags([]), problem.flags([])
    there = planned(found.instance.town, chosen_plan(found.instance.town, offers, every))
    gain = recount(found.instance, there, "minutes") - recount(
        found.instance, found.instance.town, "minutes"
    )
    assert gain == pytest.approx(problem.worth(every) - problem.worth(nothing))
    assert gain > 0
