"""The best plan of measures against all subsets of twelve, with options and locals."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from weizhan.coverage.measures.problem import BudgetProblem, Local
from weizhan.coverage.measures.solve import best_measures, cheapest_measures


def _problem(rng, *, measures=12, rows=25, worst_first=False, budget=None):
    options = [[m] for m in range(3)]
    options += [sorted(rng.choice(8, 2, replace=False)) for _ in range(8)]
    options += [sorted(rng.choice(8, 3, replace=False)) for _ in range(2)]
    needs = np.zeros((len(options), measures), dtype=np.int32)
    for at, own in enumerate(options):
        needs[at, own] = 1
    cover = (rng.random((rows, len(options))) < 0.12).astype(np.int32)
    building = np.sort(rng.integers(0, 8, rows))
    locals_ = []
    for at, own in ((0, [8, 9]), (3, [10]), (11, [11])):  # building 11 has no rows
        parts = rng.random(len(own)) * 0.6
        every = list(product([0, 1], repeat=len(own)))
        left = np.array([np.prod([(1 - p) for p, b in zip(parts, bits[::-1], strict=True) if b])
                         for bits in every])  # fmt: skip
        gain = 6 * (1 - left)
        locals_.append(Local(at, at % 3, np.array(own), gain, left))
    weights = rng.integers(1, 9, rows).astype(float)
    group = building % 3
    base = np.append(rng.integers(0, 5, 3), 0).astype(float)
    total = base + np.append(np.bincount(group, weights, 3), 0)
    for local in locals_:
        total[local.group] += local.gain[-1]
    return BudgetProblem(
        rng.integers(1, 10, measures).astype(float), sparse.csr_array(needs),
        sparse.csr_array(cover), weights, building, group, tuple(locals_), base, total,
        budget=budget if budget is not None else float(rng.integers(5, 35)),
        cliques=(np.array([1, 2]),), worst_first=worst_first,
    )  # fmt: skip


def _every(problem):
    for code in range(1 << problem.measures):
        chosen = (code >> np.arange(problem.measures)) & 1 == 1
        if problem.keeps(chosen):
            yield chosen


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("worst_first", [False, True])
def test_no_subset_of_twelve_measures_is_better(seed, worst_first):
    problem = _problem(np.random.default_rng(seed), worst_first=worst_first)
    best = max(problem.score(chosen) for chosen in _every(problem))
    found = best_measures(problem, certify=True)
    assert found.proven
    assert problem.keeps(found.chosen)
    assert problem.score(found.chosen) == pytest.approx(best, rel=1e-6)
    assert found.proof is not None
    assert found.proof.bound >= found.worth - 1e-6


@pytest.mark.parametrize("seed", range(2))
def test_no_subset_reaches_the_goal_for_less(seed):
    problem = _problem(np.random.default_rng(seed), budget=1e9)
    most = max(problem.worth(chosen) for chosen in _every(problem))
    goal = problem.worth(problem.flags([])) + 0.6 * (most - problem.worth(problem.flags([])))
    least = min(problem.spent(x) for x in _every(problem) if problem.worth(x) >= goal)
    answer, bound = cheapest_measures(problem, goal)
    assert problem.worth(answer.chosen) >= goal - 1e-6
    assert (problem.spent(answer.chosen), bound) == (least, least)


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_more_money_never_buys_less_and_nothing_idle_is_bought(seed):
    rng = np.random.default_rng(seed)
    problem = _problem(rng)
    before = -np.inf
    for budget in (0.0, 8.0, 16.0, 32.0):
        now = replace(problem, budget=budget)
        found = best_measures(now)
        assert found.worth >= before - 1e-9
        before = found.worth
        assert not (found.chosen & ~problem.useful).any()
        for measure in np.flatnonzero(found.chosen):
            less = found.chosen.copy()
            less[measure] = False
            assert problem.worth(less) < found.worth
