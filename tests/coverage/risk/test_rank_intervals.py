"""Ranks draw by draw, and how far they lie, against their definition."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from weizhan.coverage.risk.bands import rank_intervals, ranks, single_ranks

#: Few values, so that many are equal; all floats but NaN beside them.
SINGLES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf]),
    st.floats(width=32, allow_nan=False),
).map(np.float32)


@settings(max_examples=200, deadline=None)
@given(values=arrays(np.float32, st.integers(0, 40), elements=SINGLES))
def test_one_sort_of_integers_ranks_like_a_stable_sort_of_floats(values):
    assert single_ranks(values).tolist() == ranks(values.astype(float)).tolist()


@settings(max_examples=60, deadline=None)
@given(
    values=arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(1, 20)), elements=SINGLES),
    ends=st.lists(st.integers(0, 30), min_size=3, max_size=3),
)
def test_intervals_and_shares_are_those_of_the_ranks_of_all_draws(values, ends):
    ends = np.sort(np.array(ends))
    every = np.stack([ranks(values[:, k].astype(float)) for k in range(values.shape[1])], axis=1)
    own = every[:, 0]
    low, high, share = rank_intervals(values.copy(), ends, own, interval=0.5)
    for row, (told, drawn) in enumerate(zip(own, np.sort(every, axis=1), strict=True)):
        last = len(drawn) - 1
        assert low[row] == min(drawn[round(0.25 * last)], told)
        assert high[row] == max(drawn[round(0.75 * last)], told)
        band = np.searchsorted(ends, told, side="left")
        assert share[row] == np.mean([np.searchsorted(ends, r, side="left") == band for r in drawn])
