"""Frontier, order of building, next-best plans and sites beyond doubt, against brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.covering.alternatives import next_best, site_values, standing
from weizhan.coverage.covering.frontier import build_order, frontier
from weizhan.coverage.covering.models import max_cover

from .. import siting_instances as make

TINY = settings(max_examples=20, deadline=None)


@TINY
@given(make.coverings(), st.data())
def test_sites_beyond_doubt_are_so_in_every_good_plan(
    given_covering: tuple[make.Array, make.Array, make.Array], data: st.DataObject
) -> None:
    cover, weights, _ = given_covering
    sites = cover.shape[1]
    p = data.draw(st.integers(1, sites))
    best = max_cover(cover, weights, p=p)
    least = 0.9 * best.objective
    plans = make.choices(sites, most=p)
    good = [set(s) for s in plans if make.covered(cover, weights, s) >= least - 1e-9]
    found = standing(cover, weights, best, within=0.1, p=p)
    assert found.unknown.tolist() == []
    assert found.always.tolist() == sorted(set.intersection(*good))
    assert found.never.tolist() == sorted(set(range(sites)) - set.union(*good))


@TINY
@given(make.coverings(), st.data())
def test_next_best_plans_are_the_next_best(
    given_covering: tuple[make.Array, make.Array, make.Array], data: st.DataObject
) -> None:
    cover, weights, _ = given_covering
    p = data.draw(st.integers(1, cover.shape[1]))
    best = max_cover(cover, weights, p=p)
    seen = [set(best.sites.tolist())]
    for plan in next_best(cover, weights, best, count=2, p=p):
        others = (
            s for s in make.choices(cover.shape[1], most=p) if not any(q <= {*s} for q in seen)
        )
        assert plan.proven
        assert plan.objective == pytest.approx(
            max(make.covered(cover, weights, s) for s in others), rel=1e-6
        )
        seen.append(set(plan.sites.tolist()))


def test_frontier_never_falls_and_shows_what_building_in_turn_costs() -> None:
    # Site 0 covers 6; sites 1 and 2 cover 5 each, together more than any pair with 0.
    cover = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 1]])
    weights = [3, 3, 2, 2]
    plans = frontier(cover, weights, ps=[1, 2, 3])
    assert [plan.objective for plan in plans] == [6, 10, 10]
    assert [plan.sites.tolist() for plan in plans[:2]] == [[0], [1, 2]]
    assert all(plan.proven for plan in plans)
    order = build_order(cover, weights, plans[1].sites)
    assert order.covered.tolist() == [5, 10]  # 1 less than the best single site
    by_money = frontier(cover, weights, budgets=[1.0, 2.5, 4.0], costs=[1, 2, 2])
    assert [plan.objective for plan in by_money] == [6, 6, 10]
    assert all(a.bound <= b.bound for a, b in pairwise(by_money))


def test_values_of_sites_name_the_best_replacement() -> None:
    cover = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
    weights = [4, 3, 2, 5]
    best = max_cover(cover, weights, p=2)
    assert best.sites.tolist() == [0, 2]
    values = site_values(cover, weights, best)
    assert values.alone.tolist() == [7, 7]
    assert values.replacement.tolist() == [1, 3]
    assert values.price.tolist() == [4, 2]
