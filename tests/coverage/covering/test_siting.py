"""Plans against brute force and a peer, certificates against a few lines of sums."""

import signal
import threading
import warnings
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from weizhan.coverage.covering.annealing import annealed, joined
from weizhan.coverage.covering.bounds import Walk
from weizhan.coverage.covering.highs import Clock
from weizhan.coverage.covering.instance import read_instance
from weizhan.coverage.covering.max_cover_search import MaxCover
from weizhan.coverage.covering.median import MedianSearch
from weizhan.coverage.covering.models import (
    SearchOptions,
    Siting,
    max_cover,
    p_center,
    p_median,
    set_cover,
)
from weizhan.geo.words.errors import InputError

from .. import siting_instances as make

TINY = settings(max_examples=40, deadline=None)
ONE = 1e-6


def _reached(siting: Siting) -> np.ndarray:
    return np.diff(siting.covered_by.indptr) > 0


@TINY
@given(make.coverings(), st.data())
def test_max_cover_equals_brute_force_and_its_certificate_holds(
    given_covering: tuple[make.Array, make.Array, make.Array], data: st.DataObject
) -> None:
    cover, weights, costs = given_covering
    sites = cover.shape[1]
    p = data.draw(st.integers(1, sites))
    budget = float(costs.max() + data.draw(st.integers(0, 20)))
    plans = make.choices(sites, most=sites)

    found = max_cover(cover, weights, p=p)
    best = max(make.covered(cover, weights, s) for s in plans if len(s) <= p)
    assert found.proven
    assert found.objective == pytest.approx(best, rel=ONE)
    assert weights[_reached(found)].sum() == pytest.approx(found.objective)
    bound = make.cover_bound(cover, weights, found, p=p)
    assert bound == pytest.approx(found.certificate.bound, rel=1e-9, abs=1e-9)
    assert bound >= found.objective - ONE

    found = max_cover(cover, weights, costs=costs, budget=budget)
    best = max(make.covered(cover, weights, s) for s in plans if costs[s].sum() <= budget)
    assert found.proven
    assert costs[found.sites].sum() <= budget
    assert found.objective == pytest.approx(best, rel=ONE)
    assert make.budget_bound(cover, weights, costs, found, budget=budget) >= best - ONE

    found = max_cover(cover, weights, p=p, costs=costs, budget=budget)
    within = (s for s in plans if costs[s].sum() <= budget and len(s) <= p)
    best = max(make.covered(cover, weights, s) for s in within)
    assert found.proven
    assert found.objective == pytest.approx(best, rel=ONE)


@TINY
@given(make.coverings())
def test_set_cover_equals_brute_force_and_its_certificate_holds(
    given_covering: tuple[make.Array, make.Array, make.Array],
) -> None:
    cover, _, costs = given_covering
    cover = cover[cover.any(axis=1)]
    whole = (s for s in make.choices(len(costs), most=len(costs)) if cover[:, s].any(axis=1).all())
    found = set_cover(cover, costs=costs)
    assert found.proven
    assert _reached(found).all()
    best = min(costs[s].sum() for s in whole)
    assert found.objective == pytest.approx(best, rel=ONE)
    bound = make.set_cover_bound(cover, costs, found)
    assert bound == pytest.approx(found.certificate.bound, rel=1e-9, abs=1e-9)
    assert bound <= best + ONE


@TINY
@given(make.coverings(), st.integers(0, 2**32 - 1), st.data())
def test_median_and_centre_equal_brute_force(
    given_covering: tuple[make.Array, make.Array, make.Array], seed: int, data: st.DataObject
) -> None:
    cover, weights, _ = given_covering
    sites = cover.shape[1]
    random = np.random.default_rng(seed)
    cost = random.integers(0, 30, cover.shape).astype(float)
    cost[random.random(cover.shape) < data.draw(st.sampled_from([0.0, 0.3]))] = np.inf
    p = data.draw(st.integers(1, sites))
    nearest = [cost[:, s].min(axis=1) for s in make.choices(sites, most=p) if len(s) == p]
    nearest = [d for d in nearest if np.isfinite(d).all()]
    if not nearest:
        with pytest.raises(InputError):
            p_median(cost, weights, p)
        with pytest.raises(InputError):
            p_center(cost, p)
        return
    found = p_median(cost, weights, p)
    assert found.proven
    assert len(found.sites) == p
    assert found.objective == pytest.approx(min((weights * d).sum() for d in nearest), abs=ONE)
    bound = make.median_bound(cost, weights, found, p=p)
    assert bound == pytest.approx(found.certificate.bound, rel=1e-9, abs=1e-9)
    assert bound <= found.objective + ONE
    found = p_center(cost, p)
    assert found.proven
    assert found.objective == min(d.max() for d in nearest)
    served = found.covered_by.toarray()
    assert (served.sum(axis=1) == 1).all()
    assert cost[served].max() == found.objective


@TINY
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 4), st.booleans(), st.sampled_from([1, 1_000, 10**8])
)
def test_medians_whose_bound_leaves_much_open_equal_brute_force(
    seed: int, p: int, whole: bool, size: int
) -> None:
    # Costs that have nothing to do with one another leave the widest gaps, so parts are divided;
    # with great weights a plan may be better by a part in a thousand million only.
    random = np.random.default_rng(seed)
    cost = random.integers(1, 60, (25, 11)).astype(float)
    cost[random.random(cost.shape) < 0.2] = np.inf
    cost[:, :2] = 70.0
    weights = random.integers(1, 4, 25) * float(size) + random.integers(0, 2, 25)
    if not whole:
        weights = weights + random.random(25)
    fixed = random.permutation(np.arange(2, 11))[: random.integers(p)].tolist()
    forbidden = [int(np.setdiff1d(np.arange(2, 11), fixed)[0])]
    plans = [c for c in make.choices(11, most=p) if len(c) == p]
    plans = [c for c in plans if {*fixed} <= {*c} and not {*forbidden} & {*c}]
    best = min(float((weights * cost[:, c].min(axis=1)).sum()) for c in plans)
    found = p_median(cost, weights, p, fixed=fixed, forbidden=forbidden)
    assert found.proven
    assert found.objective == (best if whole else pytest.approx(best, rel=1e-7))
    assert found.certificate.bound <= best * (1 + 1e-12)
    start = p_median(
        cost, weights, p, fixed=fixed, forbidden=forbidden, options=SearchOptions(time_limit_s=0)
    )
    assert start.bound <= best * (1 + 1e-12) <= start.objective * (1 + 2e-12)


@pytest.mark.parametrize("seed", range(3))
def test_medians_of_few_sites_among_many_equal_brute_force(seed: int) -> None:
    distance = make.pmed_like(120, seed=seed)
    pairs = [np.minimum(distance[:, a, None], distance[:, a:]) for a in range(120)]
    best = min(
        float(np.minimum(two[:, :, None], distance[:, None]).sum(axis=0).min()) for two in pairs
    )
    found = p_median(distance, np.ones(120), 3)
    assert found.proven
    assert found.objective == best
    assert make.median_bound(distance, np.ones(120), found, p=3) <= best


def test_a_median_cut_short_while_dividing_keeps_an_honest_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cost = np.random.default_rng(0).integers(1, 1000, (100, 40)).astype(float)
    best = p_median(cost, np.ones(100), 6)
    bounded, bounds = MedianSearch._bounded, []
    calls = most = 0

    def interrupted(self: MedianSearch, *args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == most:
            raise KeyboardInterrupt
        return bounded(self, *args)

    monkeypatch.setattr(MedianSearch, "_bounded", interrupted)
    for many in (2, 20, 40):
        calls, most = 0, many
        short = p_median(cost, np.ones(100), 6)
        assert short.stopped == "interrupted"
        assert short.bound <= best.objective <= short.objective
        bounds.append(short.bound)
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[-1]


@TINY
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_walks_keep_limits_and_joining_takes_the_best_of_every_part(
    seed: int, limited: bool
) -> None:
    random = np.random.default_rng(seed)
    cover = random.random((40, 12)) < 0.12
    cover[0, 0] = True
    weights, costs = random.integers(1, 9, 40), random.integers(1, 9, 12)
    budget = float(random.integers(costs.max(), 30)) if limited else None
    left = read_instance(cover, weights, p=5, costs=costs, budget=budget).open_covering
    one, other = np.zeros(12, dtype=bool), np.zeros(12, dtype=bool)
    may_enter = np.arange(12) != 3
    ends = []
    for start in (one, other):
        random_state = random.integers(1, 2**63, 1).astype(np.uint64)
        first = np.flatnonzero(costs <= left.budget)[0]
        start[first] = True
        met = annealed(
            left, start, may_enter, schedule=(200, 5.0, 0.1), state=random_state, clock=Clock()
        )
        assert met.sum() <= 5
        assert costs[met].sum() <= left.budget
        assert not met[3] or first == 3
        assert left.worth(met) >= left.worth(start)
        ends.append(met)
    both = joined(left, *ends)
    assert both.sum() <= 5
    assert costs[both].sum() <= left.budget
    assert left.worth(both) >= left.worth(ends[0])
    if not limited:
        apart = np.flatnonzero(ends[0] ^ ends[1])
        assert left.worth(both) >= left.worth(ends[1])
        assert ((both == ends[0]) | (both == ends[1])).all()
        lone = [j for j in apart if not (cover[:, apart].sum(axis=1) * cover[:, j] > 1).any()]
        if len(lone) == len(apart):  # every part is one site: the best of each count together
            shared = ends[0] & ends[1]
            plans = [
                np.isin(np.arange(12), c) | shared for c in combinations(apart, 5 - shared.sum())
            ]
            assert left.worth(both) == max(map(left.worth, [*plans, *ends]))


def test_walks_find_better_plans_than_exchanges_and_the_same_each_time() -> None:
    # Homes on a street grid, stations at every corner: plans that are out of step with the grid.
    corner = np.stack(np.meshgrid(np.arange(22), np.arange(22)), -1).reshape(-1, 2)
    away = np.abs(corner[:, None] - corner[None]).sum(axis=2)
    weights = np.random.default_rng(0).integers(1, 100, len(corner)).astype(float)
    plans = []
    for _ in range(2):
        search = MaxCover(read_instance(away <= 2, weights, p=24).open_covering, clock=Clock())
        for chosen in search.first_plans():
            search.offer(chosen)
        swapped = search.worth
        search.polish()
        assert search.worth > 1.01 * swapped
        plans.append(search.plan)
    assert (plans[0] == plans[1]).all()


@TINY
@given(make.coverings())
def test_more_sites_more_money_and_more_candidates_never_hurt(
    given_covering: tuple[make.Array, make.Array, make.Array],
) -> None:
    cover, weights, costs = given_covering
    sites = cover.shape[1]
    by_p = [max_cover(cover, weights, p=p).objective for p in range(1, sites + 1)]
    assert all(a <= b + ONE for a, b in pairwise(by_p))
    budgets = np.linspace(costs.min(), costs.sum(), 4)
    by_budget = [max_cover(cover, weights, costs=costs, budget=b).objective for b in budgets]
    assert all(a <= b + ONE for a, b in pairwise(by_budget))
    if sites > 1 and cover[:, :-1].any():
        fewer = max_cover(cover[:, :-1], weights, p=min(2, sites - 1))
        assert fewer.objective <= max_cover(cover, weights, p=min(2, sites - 1)).objective + ONE


@TINY
@given(make.coverings(), st.data())
def test_fixing_a_chosen_site_changes_nothing(
    given_covering: tuple[make.Array, make.Array, make.Array], data: st.DataObject
) -> None:
    cover, weights, costs = given_covering
    p = data.draw(st.integers(1, cover.shape[1]))
    free = max_cover(cover, weights, p=p)
    again = max_cover(cover, weights, p=p, fixed=free.sites[:1])
    assert again.proven
    assert again.objective == pytest.approx(free.objective, rel=ONE)
    rows = cover.any(axis=1)
    cheap = set_cover(cover[rows], costs=costs)
    fixed = set_cover(cover[rows], costs=costs, fixed=cheap.sites[:1])
    assert fixed.objective == pytest.approx(cheap.objective, rel=ONE)
    out = [s for s in range(cover.shape[1]) if s not in cheap.sites]
    assert set_cover(cover[rows], costs=costs, forbidden=out).objective == pytest.approx(
        cheap.objective, rel=ONE
    )


def _disc_cover(rows: int, sites: int, reach: float, seed: int) -> tuple[make.Array, make.Array]:
    random = np.random.default_rng(seed)
    away = np.hypot(
        *(random.random((rows, 1, 2)) - random.random((1, sites, 2))).transpose(2, 0, 1)
    )
    return np.where(away <= reach, 0.0, 1.0), random.integers(1, 50, rows).astype(float)


@pytest.mark.parametrize("seed", range(3))
def test_equals_spopt_on_random_discs(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pulp = pytest.importorskip("pulp")
        locate = pytest.importorskip("spopt.locate")
        far, weights = _disc_cover(150, 30, 0.25, seed)
        theirs = locate.MCLP.from_cost_matrix(far, weights, service_radius=0.5, p_facilities=4)
        theirs = theirs.solve(pulp.PULP_CBC_CMD(msg=False))
        within = far[(far < 0.5).any(axis=1)]
        fewest = locate.LSCP.from_cost_matrix(within, service_radius=0.5)
        fewest = fewest.solve(pulp.PULP_CBC_CMD(msg=False))
    ours = max_cover(far < 0.5, weights, p=4)
    assert ours.proven
    assert ours.objective == pytest.approx(theirs.problem.objective.value())
    least = set_cover(within < 0.5)
    assert least.proven
    assert least.objective == pytest.approx(fewest.problem.objective.value())


@pytest.mark.parametrize("number", range(1, 11))
def test_published_medians_and_centres_are_proven(shared: object, number: int) -> None:
    folder = shared / "bench" / "pmed"  # type: ignore[operator]
    if not folder.is_dir():
        pytest.skip("no published instances: ../shared/data/bench/pmed is not beside this checkout")
    table = np.genfromtxt(folder / "optima.csv", delimiter=",", names=True, dtype=None)
    published = table[table["instance"] == f"pmed{number}"][0]
    distance, p = make.read_pmed(folder / f"pmed{number}.txt")
    median = p_median(distance, np.ones(len(distance)), p)
    assert median.proven
    assert median.objective == published["p_median_optimum"]
    assert make.median_bound(distance, np.ones(len(distance)), median, p=p) <= median.objective
    centre = p_center(distance, p)
    assert centre.proven
    assert centre.objective == published["p_center_optimum"]
    proof = centre.certificate
    within = (distance < proof.radius).astype(float)
    assert make.set_cover_bound(within, np.ones(len(distance)), centre) > p


@pytest.mark.parametrize("limit_s", [0.0, 0.02])
def test_no_time_still_gives_a_plan_and_an_honest_gap(limit_s: float) -> None:
    far, weights = _disc_cover(3000, 200, 0.09, 0)
    cover = far < 0.5
    best = max_cover(cover, weights, p=12)
    hurry = SearchOptions(time_limit_s=limit_s)
    hasty = max_cover(cover, weights, p=12, options=hurry)
    assert len(hasty.sites) <= 12
    assert hasty.objective <= best.objective <= hasty.bound
    assert hasty.proven == (hasty.gap == 0)
    assert hasty.proven or hasty.stopped == "time"
    reached = cover[cover.any(axis=1)]
    least, short = (
        set_cover(reached),
        set_cover(reached, options=hurry),
    )
    assert _reached(short).all()
    assert short.bound <= least.objective <= short.objective
    random = np.random.default_rng(0)
    homes, places = random.random((300, 1, 2)), random.random((1, 60, 2))
    cost = np.rint(1000 * np.hypot(*(homes - places).transpose(2, 0, 1)))
    served = p_median(cost, weights[:300], 5)
    hurried = p_median(cost, weights[:300], 5, options=hurry)
    assert served.proven
    assert hurried.bound <= served.objective <= hurried.objective
    nearest, hurried = (
        p_center(cost, 5),
        p_center(cost, 5, options=hurry),
    )
    assert nearest.proven
    assert hurried.bound <= nearest.objective <= hurried.objective


@pytest.mark.parametrize("where", ["go", "kick", "_settle"])
def test_ctrl_c_gives_the_best_so_far_and_an_honest_gap(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    random = np.random.default_rng(0)
    cover, weights = random.random((100, 30)) < 0.1, random.integers(1, 50, 100)
    best = max_cover(cover, weights, p=5)
    owner = Walk if where == "go" else MaxCover
    method = getattr(owner, where)
    calls = 0

    def interrupted(self: object, *args: object, **options: object) -> None:
        nonlocal calls
        calls += 1
        if calls == (2 if where == "go" else 1):
            raise KeyboardInterrupt
        method(self, *args, **options)

    monkeypatch.setattr(owner, where, interrupted)
    cut_short = max_cover(cover, weights, p=5)
    assert cut_short.stopped == "interrupted"
    assert not cut_short.proven
    assert cut_short.objective <= best.objective <= cut_short.bound


def test_ctrl_c_stops_the_solver_without_a_false_bound() -> None:
    # Unrelated covers leave a wide gap, so HiGHS is at work when the signal comes.
    random = np.random.default_rng(0)
    cover = random.random((400, 120)) < 0.08
    timer = threading.Timer(1.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    found = max_cover(
        cover, random.integers(1, 50, 400), p=12, options=SearchOptions(time_limit_s=30)
    )
    timer.cancel()
    assert found.stopped == "interrupted"
    assert found.bound > found.objective
    assert found.certificate.bound >= found.bound


def test_the_same_input_gives_the_same_plan() -> None:
    far, weights = _disc_cover(2000, 150, 0.09, 1)
    first, second = (
        max_cover(far < 0.5, weights, p=8, options=SearchOptions(seed=3)) for _ in range(2)
    )
    assert (first.sites == second.sites).all()
    assert (first.certificate.multipliers == second.certificate.multipliers).all()


def test_a_gap_that_is_good_enough_is_not_called_optimal() -> None:
    far, weights = _disc_cover(3000, 200, 0.09, 0)
    exact = max_cover(far < 0.5, weights, p=12)
    near = max_cover(far < 0.5, weights, p=12, options=SearchOptions(gap=0.05))
    assert near.gap <= 0.05
    assert near.objective <= exact.objective <= near.bound
    assert near.stopped == ("proven" if near.proven else "gap")


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix", "coo_array", "dense"])
def test_any_kind_of_matrix_will_do(kind: str) -> None:
    dense = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]])
    cover = dense if kind == "dense" else getattr(sparse, kind)(dense)
    assert max_cover(cover, [5, 1, 4, 3], p=2).sites.tolist() == [0, 1]
    assert set_cover(cover).sites.tolist() == [0, 1, 2]


COVER = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]])
COST = np.array([[1.0, 5.0], [2.0, 1.0]])


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: max_cover(np.zeros((3, 0)), [1, 1, 1], p=1), "siting_no_candidates"),
        (lambda: max_cover(np.zeros((0, 3)), [], p=1), "siting_no_demand"),
        (lambda: max_cover(np.zeros((3, 3)), [1, 1, 1], p=1), "siting_none_in_reach"),
        (lambda: max_cover(COVER, [1, 1, 1], p=1, forbidden=[0, 1]), "siting_none_in_reach"),
        (lambda: max_cover(COVER, [1, 1], p=1), "siting_shape"),
        (lambda: max_cover(COVER, [1, -1, 1], p=1), "siting_negative"),
        (lambda: max_cover(COVER, [1, np.nan, 1], p=1), "siting_negative"),
        (lambda: max_cover(COVER, [1, 1, 1]), "siting_no_limit"),
        (lambda: max_cover(COVER, [1, 1, 1], p=0), "siting_p"),
        (lambda: max_cover(COVER, [1, 1, 1], p=4), "siting_p_above"),
        (lambda: max_cover(COVER, [1, 1, 1], p=1, fixed=[0, 1]), "siting_p_fixed"),
        (
            lambda: max_cover(COVER, [1, 1, 1], p=1, fixed=[0], forbidden=[0]),
            "siting_contradiction",
        ),
        (lambda: max_cover(COVER, [1, 1, 1], p=1, fixed=[7]), "siting_site_unknown"),
        (lambda: max_cover(COVER, [1, 1, 1], p=1, forbidden=[0, 1, 2]), "siting_all_forbidden"),
        (lambda: max_cover(COVER, [1, 1, 1], costs=[3, 4, 5], budget=2), "siting_budget_low"),
        (lambda: max_cover(COVER, [1, 1, 1], costs=[3, 4, 5], budget=np.nan), "siting_budget"),
        (
            lambda: max_cover(COVER, [1, 1, 1], costs=[3, 4, 5], budget=4, fixed=[2]),
            "siting_budget_fixed",
        ),
        (lambda: max_cover(COVER, [1, 1, 1], p=1, options=SearchOptions(gap=1.5)), "siting_option"),
        (lambda: set_cover(COVER, costs=[1, np.nan, 1]), "siting_negative"),
        (lambda: set_cover(COVER, forbidden=[0]), "siting_unreachable"),
        (lambda: p_median([1.0, 2.0], [1], 1), "siting_not_matrix"),
        (lambda: p_median(-COST, [1, 1], 1), "siting_cost_pairs"),
        (lambda: p_median(COST * np.nan, [1, 1], 1), "siting_cost_pairs"),
        (lambda: p_center(np.where(COST > 1, np.inf, COST), 1), "siting_p_reach"),
    ],
)
def test_bad_input_is_named(call: Callable[[], Siting], key: str) -> None:
    with pytest.raises(InputError) as raised:
        call()
    assert raised.value.key == f"error.{key}"
    assert str(raised.value)


def test_infeasible_names_the_demand() -> None:
    cover = np.ones((9, 2))
    cover[[2, 5, 6]] = 0
    with pytest.raises(InputError) as raised:
        set_cover(cover)
    assert raised.value.values == {"rows": "2, 5, 6", "count": 3}
