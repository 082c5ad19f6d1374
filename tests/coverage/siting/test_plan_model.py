"""The planner's model against brute force over all its wishes, and small cases by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from weizhan.coverage.siting.demand_rows import Rows, stacked
from weizhan.coverage.siting.mip import Formed
from weizhan.coverage.siting.objective import PlanProblem, Quota, greedy_plan, tail_mean
from weizhan.coverage.siting.solve_plan import solve_plan
from weizhan.geo.words.errors import InputError

PROFILES = ((1.0,), (1.0, 0.5), (0.7, 0.21, 0.063))


def _rows(cover, weights, *, profiles=((1.0,),), profile=None, group=None, draw=None, draws=1):
    count = len(weights)
    zero = np.zeros(count, dtype=np.intp)
    return Rows(
        sparse.csr_array(np.asarray(cover, dtype=np.int32)),
        np.asarray(weights, dtype=float),
        zero if profile is None else np.asarray(profile),
        profiles,
        zero - 1 if group is None else np.asarray(group),
        zero if draw is None else np.asarray(draw),
        draws,
    )


def _problem(rows, **wishes):
    sites = rows.cover.shape[1]
    none = np.zeros(sites, dtype=bool)
    given = {"costs": np.ones(sites), "existing": none, "movable": none, "closable": none}
    return PlanProblem(rows, **{**given, **wishes})


@st.composite
def problems(draw: st.DrawFn) -> PlanProblem:
    """Up to 20 rows and 8 sites with any mixture of wishes."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, sites = int(random.integers(3, 20)), int(random.integers(3, 9))
    draws, groups = int(random.integers(1, 4)), int(random.integers(1, 4))
    profiles = PROFILES[:1] if random.random() < 0.4 else PROFILES
    demand = _rows(
        random.random((rows, sites)) < random.uniform(0.1, 0.6),
        random.integers(0, 20, rows),
        profiles=profiles,
        profile=random.integers(0, len(profiles), rows),
        group=random.integers(-1, groups, rows),
        draw=random.integers(0, draws, rows),
        draws=draws,
    )
    existing = np.zeros(sites, dtype=bool)
    existing[: random.integers(0, 3)] = True
    new = random.permutation(np.flatnonzero(~existing))
    wishes: dict = {}
    if random.random() < 0.3:
        wishes["chosen"] = new[:1]
    if random.random() < 0.3 and len(new) > 1:
        wishes["forbidden"] = new[-1:]
    if random.random() < 0.5:
        wishes["stations"] = int(random.integers(1, 4))
    if random.random() < 0.5 or "stations" not in wishes:
        wishes["budget"] = float(random.integers(8, 20))
    if random.random() < 0.4:
        must = random.random((4, sites)) < 0.25
        wishes["must"] = sparse.csr_array(must.astype(np.int32))
    if random.random() < 0.4:
        wishes |= {"groups": groups, "floor": 0.5}
    if random.random() < 0.3:
        wishes |= {"groups": groups, "worst_off": 0.3}
    if random.random() < 0.3:
        wishes["quotas"] = (Quota(np.sort(new[::2]), int(random.random() < 0.3), 1),)
    if random.random() < 0.3:
        wishes["cliques"] = (new[:3],)
    if draws > 1:
        wishes |= {"robust": str(random.choice(["expected", "cvar", "worst"])), "tail": 0.5}
    return _problem(
        demand,
        costs=random.integers(1, 9, sites) * (~existing).astype(float),
        existing=existing,
        movable=existing & (random.random(sites) < 0.4),
        closable=existing & (random.random(sites) < 0.4),
        gives_back=2.0,
        **wishes,
    )


@settings(max_examples=80, deadline=None)
@given(problems())
def test_the_plan_is_the_best_of_all_that_keep_the_wishes(problem):
    formed = Formed(problem)
    every = [np.array(bits) for bits in product([False, True], repeat=len(problem.costs))]
    kept = [chosen for chosen in every if formed.keeps(chosen)]
    if not kept:
        with pytest.raises(InputError):
            solve_plan(problem)
        return
    fewest = min(len(problem.unmet(c)) for c in kept)
    kept = [c for c in kept if len(problem.unmet(c)) == fewest]
    short = min(float(problem.shortfall(c).sum()) for c in kept)
    kept = [c for c in kept if float(problem.shortfall(c).sum()) <= short + 1e-6]
    best = max(map(problem.score, kept))
    found = solve_plan(problem, certify=True)
    assert formed.keeps(found.chosen)
    assert len(found.unmet) == found.unmet_bound == fewest
    assert found.shortfall.sum() == pytest.approx(short, abs=1e-6)
    assert found.objective == pytest.approx(problem.score(found.chosen))
    assert found.objective == pytest.approx(best, abs=1e-5)
    assert found.proven and found.stopped == "proven"
    # The prices prove a bound for every plan, whatever elastic wishes it meets, by adding up.
    assert found.certificate.bound >= max(map(problem.score, kept)) - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems())
def test_merged_rows_are_worth_the_same(problem):
    rows, random = problem.rows, np.random.default_rng(0)
    merged = rows.merged(by_group=True, by_draw=True)
    for _ in range(5):
        chosen = random.random(len(problem.costs)) < 0.4
        assert merged.worth(chosen) == pytest.approx(rows.worth(chosen))
        np.testing.assert_allclose(merged.worth_by_draw(chosen), rows.worth_by_draw(chosen))
        np.testing.assert_allclose(merged.gains(chosen), rows.gains(chosen))
        after = chosen.copy()
        site = random.integers(len(chosen))
        after[site] = True
        if not chosen[site]:
            gain = rows.worth(after) - rows.worth(chosen)
            assert rows.gains(chosen)[site] == pytest.approx(gain)


@pytest.mark.parametrize(
    ("profiles", "draws", "step"),
    [
        (((1.0,),), 1, 2.0),
        (((1.0, 0.0),), 1, 2.0),
        (((1.0,), (1.0, 0.0)), 1, 2.0),
        (((1.0,), (1.0, 0.5)), 1, 0.0),  # plans can differ by less than a row is worth
        (((1.0, 0.5),), 1, 0.0),
        (((1.0,),), 2, 0.0),  # and by half of it, with two draws
    ],
)
def test_the_proof_steps_only_by_what_plans_can_differ_in(profiles, draws, step):
    last = len(profiles) - 1
    rows = _rows([[1, 0], [0, 1], [1, 1]], [4, 6, 8], profiles=profiles, profile=[0, last, last],
                 draw=[0, 0, draws - 1], draws=draws)  # fmt: skip
    assert Formed(_problem(rows, stations=1)).grain == step


def test_a_second_crew_counts_where_it_is_wished():
    # Site 0 covers A and B, site 1 covers A, site 2 covers C; B and C weigh 2 and 3, A 10.
    cover = [[1, 1, 0], [1, 0, 0], [0, 0, 1]]
    once = solve_plan(_problem(_rows(cover, [10, 2, 3]), stations=2))
    assert np.flatnonzero(once.chosen).tolist() == [0, 2]
    twice = _rows(cover, [10, 2, 3], profiles=PROFILES[:2], profile=[1, 0, 0])
    found = solve_plan(_problem(twice, stations=2))
    assert np.flatnonzero(found.chosen).tolist() == [0, 1]
    assert found.objective == 10 + 5 + 2


def test_what_must_be_covered_goes_first_and_what_cannot_be_is_named():
    rows = _rows([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [100, 1, 1])
    must = sparse.csr_array(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=np.int32))
    found = solve_plan(_problem(rows, stations=1, must=must))
    assert found.unmet.tolist() in ([0, 2], [1, 2])
    assert found.unmet_bound == 2
    assert solve_plan(_problem(rows, stations=2, must=must)).unmet.tolist() == [2]


def test_a_moved_station_makes_room_for_a_new_one():
    # A station that covers 1 may go; two new sites cover 5 and 4.
    rows = _rows([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 5, 4])
    existing = np.array([True, False, False])
    stays = solve_plan(_problem(rows, existing=existing, stations=1))
    assert np.flatnonzero(stays.chosen).tolist() == [0, 1]
    moves = solve_plan(_problem(rows, existing=existing, movable=existing, stations=1))
    assert np.flatnonzero(moves.chosen).tolist() == [1, 2]


def test_the_worst_state_of_the_lanes_is_what_max_min_looks_at():
    # Site 0 is best on average and worthless in the second state; site 1 is even.
    cover = [[1, 1], [0, 1]]
    rows = _rows([*cover, *cover], [10, 0, 0, 10], draw=[0, 0, 1, 1], draws=2)
    rows = Rows(
        sparse.csr_array(np.array([[1, 0], [0, 1], [0, 0], [0, 1]], dtype=np.int32)),
        np.array([10.0, 4.0, 10.0, 4.0]),
        rows.profile,
        rows.profiles,
        rows.group,
        rows.draw,
        2,
    )
    one = {"stations": 1, "tail": 0.5}
    assert solve_plan(_problem(rows, robust="expected", **one)).chosen.tolist() == [True, False]
    for robust in ("worst", "cvar"):
        found = solve_plan(_problem(rows, robust=robust, **one))
        assert found.chosen.tolist() == [False, True]


def test_a_tail_takes_part_of_the_last_value_that_it_needs():
    assert tail_mean(np.array([4.0, 1.0, 2.0, 3.0]), 0.25) == 1.0
    assert tail_mean(np.array([4.0, 1.0, 2.0, 3.0]), 0.375) == pytest.approx((1 + 0.5 * 2) / 1.5)
    assert tail_mean(np.array([4.0, 2.0]), 1.0) == 3.0


def test_wishes_that_contradict_are_an_error():
    rows = _rows([[1, 0], [0, 1]], [1, 1])
    quota = Quota(np.array([0, 1]), 2, 2)
    with pytest.raises(InputError) as told:
        solve_plan(_problem(rows, stations=1, quotas=(quota,)))
    assert told.value.key == "error.plan_contradiction"


def test_time_that_is_up_returns_the_best_found_with_its_gap():
    random = np.random.default_rng(3)
    rows = _rows(random.random((400, 60)) < 0.05, random.integers(1, 50, 400))
    problem = _problem(rows, stations=12, cliques=(np.arange(5),))
    found = solve_plan(problem, time_limit_s=0.0)
    assert found.stopped == "time" and not found.proven
    assert found.objective == pytest.approx(problem.score(greedy_plan(problem)))
    assert found.bound >= solve_plan(problem, gap=0.01).objective


def test_parts_are_stacked_with_their_profiles():
    first = _rows([[1, 0]], [3], profiles=PROFILES[:1])
    second = _rows([[1, 1]], [2], profiles=PROFILES[:2], profile=[1])
    both = stacked([first, second])
    assert both.worth(np.array([True, True])) == 3 + 3
    assert both.worth(np.array([False, True])) == 2
