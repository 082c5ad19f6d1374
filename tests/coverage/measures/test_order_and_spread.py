"""The order of doing, what a measure waits for, and how costs move a plan: by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from weizhan.coverage.covering import Clock
from weizhan.coverage.measures.levels import level_rows, options_of
from weizhan.coverage.measures.order import ordered_steps
from weizhan.coverage.measures.problem import BudgetProblem
from weizhan.coverage.measures.request import MeasuresRequest
from weizhan.coverage.measures.solve import best_measures
from weizhan.coverage.measures.spread import cost_draws, kind_changes
from weizhan.coverage.measures.town_study import _named
from weizhan.geo.measure import Measure
from weizhan.geo.plan import Plan
from weizhan.geo.rules import load_rules
from weizhan.geo.words import InputError, MeasureKind

STATION, LANE, BOX = 0, 1, 2


@pytest.fixture
def problem():
    """A station that covers 10, with the lane 40 more, and a key box that covers 8 by itself."""
    needs = sparse.csr_array(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=np.int32))
    cover = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=np.int32))
    return BudgetProblem(
        np.array([50_000.0, 30_000.0, 1_000.0]), needs, cover, np.array([10.0, 40.0, 8.0]),
        np.arange(3), np.full(3, -1), (), np.array([5.0]), np.array([63.0]), budget=100_000.0,
    )  # fmt: skip


def _measures():
    kinds = (MeasureKind.STATION, MeasureKind.LANE_OPEN, MeasureKind.KEY_BOX)
    return [Measure(kind, kind, "", "", 1.0, 0.0, 10.0, "", "", Plan()) for kind in kinds]


def test_the_order_begins_with_the_most_for_the_money_and_names_what_it_waits_for(problem):
    steps = ordered_steps(problem, problem.flags([0, 1, 2]))
    assert [step.measure for step in steps] == [BOX, STATION, LANE]
    assert [step.gain for step in steps] == [8, 10, 40]
    assert [step.after for step in steps] == [13, 23, 63]
    assert [step.alone for step in steps] == [8, 10, 0]
    assert [step.without for step in steps] == [8, 50, 40]
    assert [step.depends_on for step in steps] == [(), (), (STATION,)]


def test_budgets_buy_what_fits_together(problem):
    for budget, chosen, worth in (
        (0, [], 5), (999, [], 5), (1_000, [BOX], 13), (50_000, [STATION], 15),
        (51_000, [STATION, BOX], 23), (80_000, [STATION, LANE], 55),
    ):  # fmt: skip
        found = best_measures(replace(problem, budget=float(budget)))
        assert (np.flatnonzero(found.chosen).tolist(), found.worth) == (chosen, worth)
        assert found.proven


def test_costs_half_and_double_name_what_enters_and_leaves(problem):
    asked = replace(problem, budget=51_000.0)
    found = kind_changes(asked, best_measures(asked), _measures(), clock=Clock(60), seed=1)
    told = {(change.kind, change.factor): (change.entered, change.left, change.worth)
            for change in found}  # fmt: skip
    assert told[MeasureKind.STATION, 0.5] == ((), (), 23)
    assert told[MeasureKind.STATION, 2.0] == ((), (STATION,), 13)
    assert told[MeasureKind.KEY_BOX, 2.0] == ((), (BOX,), 15)
    assert len(told) == 6


def test_draws_of_costs_are_keyed_by_name_and_lie_in_the_range(problem):
    asked = replace(problem, budget=51_000.0)
    rules, answer = load_rules(), best_measures(asked)
    drawn = cost_draws(asked, answer, rules, _measures(), draws=12, clock=Clock(60), seed=3)
    assert drawn.draws == 12
    value = rules.siting.host_rule(None).build_yuan
    low = 50_000 * value.at_least / value.value
    assert (drawn.spent >= low).all()
    assert 0 < drawn.share[STATION] < 1
    again = cost_draws(asked, answer, rules, _measures(), draws=12, clock=Clock(60), seed=3)
    assert np.array_equal(drawn.spent, again.spent)


def test_levels_are_what_is_gained_beyond_what_is_there():
    rows = level_rows(
        np.array([0, 0, 1, 1, 1]), np.array([2, 1, 1, 3, 3]), np.array([0, -1, 0, 1, -1]),
        np.array([5.0, 7.0]),
    )  # fmt: skip
    assert rows.base.tolist() == [5, 21]
    assert (rows.building.tolist(), rows.weights.tolist()) == ([0], [5])
    number, needs = options_of(np.array([[3, -1, 3], [-1, -1, -1], [1, 3, -1]]), 5)
    assert number.tolist() == [0, -1, 1]
    assert needs.toarray().tolist() == [[0, 0, 0, 1, 0], [0, 1, 0, 1, 0]]


def test_strange_names_are_told_all_at_once_with_those_near_them():
    measures = [replace(one, measure_id=f"{one.kind}:L01{n}") for n, one in enumerate(_measures())]
    request = MeasuresRequest(
        budget=1.0, must=("lane_open:L001", "key_box:L012"), forbidden=("key_box:L012", "X")
    )
    with pytest.raises(InputError) as told:
        _named(request, measures)
    for lang in ("zh", "en"):
        lines = told.value.message(lang).splitlines()
        assert len(lines) == 3
        assert "lane_open:L001" in lines[0] and "lane_open:L011" in lines[0]
        assert "X" in lines[1]
        assert "key_box:L012" in lines[2]
