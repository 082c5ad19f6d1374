"""Stations over districts: never better than the bound, the best where districts are apart."""

from itertools import combinations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from weizhan.coverage.parts import (
    Asked,
    Frontier,
    allocate,
    assessed,
    community_groups,
    frontier,
    halo_m,
    part_candidates,
    parts_of_town,
    site_districts,
    site_rows,
    stacked_sites,
)
from weizhan.coverage.siting import site_reach, with_candidates
from weizhan.coverage.siting.candidates import Candidates
from weizhan.geo.words import fields as f

ASKED = Asked(None, "2026-11-21", draws=30, seed=2, horizon_s=320.0)


@st.composite
def provinces(draw):
    """Buildings and sites of two or three districts, some of which reach over borders."""
    rows, sites = draw(st.integers(2, 7)), draw(st.integers(2, 6))
    cover = draw(st.lists(st.booleans(), min_size=rows * sites, max_size=rows * sites))
    weights = draw(st.lists(st.integers(0, 9), min_size=rows, max_size=rows))
    districts = draw(st.integers(2, 3))
    where = draw(st.lists(st.integers(0, districts - 1), min_size=sites, max_size=sites))
    home = draw(st.lists(st.integers(0, districts - 1), min_size=rows, max_size=rows))
    apart = draw(st.booleans())
    matrix = np.array(cover, dtype=int).reshape(rows, sites)
    if apart:
        matrix *= np.equal.outer(home, where)
    return (
        matrix,
        np.array(weights, float),
        np.array(where),
        districts,
        apart,
        draw(st.integers(1, 4)),
    )


def _best(matrix, weights, stations):
    count = min(stations, matrix.shape[1])
    return max(
        weights[matrix[:, list(some)].any(axis=1)].sum()
        for some in combinations(range(matrix.shape[1]), count)
    )


@settings(max_examples=60)
@given(provinces())
def test_no_plan_is_better_than_the_bound_and_apart_the_best_is_found(case):
    matrix, weights, where, districts, apart, stations = case
    cover = sparse.csr_array(matrix)
    curves = [
        frontier(cover[:, np.flatnonzero(where == at)], weights, most=stations)
        for at in range(districts)
    ]
    found = site_districts(cover, weights, where, curves, stations=stations)
    best = _best(matrix, weights, stations)
    assert len(found.sites) <= stations
    assert found.objective <= best + 1e-9 <= found.allocation.bound + 2e-9
    if apart:
        assert np.isclose(found.objective, best)
    told = found.allocation
    assert np.isclose(told.bound, told.price * stations + told.surplus.sum())


def test_a_price_proves_what_three_stations_over_two_districts_cover():
    one = Frontier(
        np.array([0.0, 9, 14, 16]), np.array([0.0, 9, 14, 16]), ((), (0,), (0, 1), (0, 1, 2))
    )
    two = Frontier(np.array([0.0, 7, 8]), np.array([0.0, 7, 8]), ((), (0,), (0, 1)))
    found = allocate([one, two], 3)
    assert found.count.tolist() == [2, 1]
    assert (found.worth, found.bound) == (21.0, 21.0)
    assert 2.0 <= found.price <= 5.0


def test_rows_of_the_matrix_are_those_of_one_graph(valley):
    reach_m = halo_m(valley.rules, horizon_s=ASKED.horizon_s)
    parts = list(parts_of_town(valley, community_groups(valley, most=90), reach_m=reach_m))
    sites, part = stacked_sites([part_candidates(one) for one in parts])
    assert len(set(part)) > 1
    town = with_candidates(valley, Candidates(sites, sites.iloc[:0]))
    reach = site_reach(assessed(town, ASKED).moment, "micro")
    stand = len(valley.stations)
    whole = reach.cover().toarray()
    told = pd.DataFrame(
        np.column_stack([whole[:, :stand].max(axis=1), whole[:, stand:]]),
        index=valley.buildings[f.BUILDING_ID],
    ).sort_index()
    rows = pd.concat([
        pd.DataFrame(
            site_rows(one, ASKED, sites, tier="micro", reach_m=reach_m).toarray(),
            index=one.town.buildings[f.BUILDING_ID],
        )
        for one in parts
    ]).sort_index()  # fmt: skip
    pd.testing.assert_frame_equal(rows, told, check_dtype=False)
    assert told.iloc[:, 1:].to_numpy().sum() > len(sites)
