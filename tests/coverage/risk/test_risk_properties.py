"""Properties of risk: help never harms, ignorance never sharpens, equal input, equal output."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.risk.bands import band_codes, band_ends, rank_intervals, ranks, spread
from weizhan.coverage.risk.draws import logs_of
from weizhan.coverage.risk.inputs import CODES
from weizhan.coverage.risk.missing import donors, take
from weizhan.coverage.risk.numbers import drawn_numbers

from ..risk_towns import ALL_YEAR, CLASSES, RULES, inputs

NUMBERS = drawn_numbers(RULES.risk, draws=4000, seed=3)
GIVEN = donors(inputs(), RULES.risk, is_day=False)


def drawn(told, seed=1):
    return logs_of(told, GIVEN, NUMBERS, RULES, ALL_YEAR, seed)


@st.composite
def buildings(draw):
    flags = st.sampled_from([0.0, 1.0])
    share = st.floats(0, 1)
    hazards = draw(st.lists(flags, min_size=len(CODES), max_size=len(CODES)))
    kind = draw(st.integers(0, len(CLASSES) - 1))
    floors, footprint = draw(st.integers(1, 30)), draw(st.floats(80, 3000))
    density = list(RULES.risk.classes.values())[kind].people_night
    people = draw(st.floats(density.at_least, density.at_most)) * floors * footprint / 100
    return inputs(
        kind=np.array([kind]),
        floors=np.array([float(floors)]),
        footprint_m2=np.array([footprint]),
        residents=np.array([people]),
        present=np.array([people]),
        heads=np.array([people]),
        elders=np.array([draw(share) * people]),
        children=np.array([draw(share) * people]),
        detector=np.array([draw(share)]),
        sprinkler=np.array([draw(flags)]),
        systems=np.array([draw(flags)]),
        crew=np.array([draw(share)]),
        water=np.array([draw(flags)]),
        rcd=np.array([draw(flags)]),
        hazards=np.array([hazards]),
    )


@settings(max_examples=60, deadline=None)
@given(
    told=buildings(),
    name=st.sampled_from(
        ["detector", "sprinkler", "systems", "remote", "crew", "water", "rcd", "monitor"]
    ),
)
def test_adding_what_helps_never_raises_risk_in_any_draw(told, name):
    without, with_it = (
        drawn(replace(told, **{name: np.zeros(1)})),
        drawn(replace(told, **{name: np.ones(1)})),
    )
    assert (with_it.fires + with_it.harm <= without.fires + without.harm + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(told=buildings(), code=st.integers(0, len(CODES) - 1))
def test_an_open_hazard_never_lowers_risk_in_any_draw(told, code):
    shut, open_ = told.hazards.copy(), told.hazards.copy()
    shut[:, code], open_[:, code] = 0, 1
    before, after = drawn(replace(told, hazards=shut)), drawn(replace(told, hazards=open_))
    assert (after.fires + after.harm >= before.fires + before.harm - 1e-12).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    told=buildings(),
    lost=st.lists(
        st.sampled_from(["people", "elders", "hazards", "detector", "sprinkler", "kind", "floors"]),
        unique=True,
        min_size=1,
    ),
)
def test_what_nobody_tells_never_narrows_an_interval(told, lost):
    """The ratio of the ends of an interval, as each field is taken away in turn.

    The building has as many people as buildings of its class have: a house that is ten times
    fuller than any other tells more by that than its use does. For the same reason the use,
    which says what all else means, is taken away last. One exception is known, so that the
    examples are always the same: a small house whose open hazards reach the cap on escape (H2,
    H4 and H6 at once, or W9 and H6) narrows by 5 % when its floors are forgotten.
    """

    def width(inputs_):
        logs = drawn(inputs_)
        low, high = spread(logs.fires + logs.harm, interval=0.9)
        return (high - low)[0]

    before = width(told)
    for name in sorted(lost, key=lambda name: name == "kind"):
        if name == "people":
            told = replace(told, residents=np.array([np.nan]), present=np.array([np.nan]))
        elif name == "kind":
            told = replace(told, kind=np.array([-1]))
        else:
            told = replace(told, **{name: np.full_like(getattr(told, name), np.nan)})
        after = width(told)
        assert after >= before * 0.95, (name, before, after)  # draws are no integral
        before = after


def test_a_block_drawn_alone_is_drawn_as_in_the_whole():
    told = inputs(4, floors=np.array([np.nan, 2, np.nan, 3]), kind=np.array([0, -1, 2, -1]))
    whole, alone = drawn(told), drawn(take(told, slice(0, 4)))
    assert np.array_equal(whole.fires, alone.fires)
    assert not np.array_equal(whole.fires, drawn(told, seed=2).fires)


def test_bands_hold_the_shares_of_the_rules_and_ranks_their_intervals():
    ends = band_ends(RULES.risk, 200)
    assert ends.tolist() == [10, 40, 100]
    rank = ranks(np.arange(200, 0, -1.0))
    codes = band_codes(rank, ends).tolist()
    assert [codes.count(band) for band in ("red", "orange", "yellow", "blue")] == [10, 30, 60, 100]
    rng = np.random.default_rng(1)
    noise = (np.arange(200, 0, -1.0)[:, None] + rng.normal(0, 5, (200, 400))).astype(np.float32)
    low, high, share = rank_intervals(noise.copy(), ends, rank, interval=0.9)
    assert (low <= rank).all() and (rank <= high).all()
    assert share[0] > 0.9 and share[9] < 0.8 and share[150] > 0.99
    by_hand = np.argsort(np.argsort(-noise, axis=0), axis=0)[20] + 1
    assert low[20] == np.sort(by_hand)[20] and high[20] == np.sort(by_hand)[379]


def test_equal_draws_leave_no_doubt():
    same = np.repeat(np.array([[3.0], [2.0], [1.0]], dtype=np.float32), 50, axis=1)
    low, high, share = rank_intervals(same, band_ends(RULES.risk, 3), np.array([1, 2, 3]),
                                      interval=0.9)  # fmt: skip
    assert low.tolist() == high.tolist() == [1, 2, 3]
    assert share == pytest.approx(1)


def test_the_interval_of_a_rank_holds_the_rank_that_is_told():
    """The rank told is that of the mean, which may lie outside what nearly all draws say."""
    drawn_ranks = np.repeat(np.array([[2.0], [3.0], [1.0]], dtype=np.float32), 40, axis=1)
    low, high, share = rank_intervals(drawn_ranks, np.array([1, 1, 1]), np.array([1, 2, 3]),
                                      interval=0.9)  # fmt: skip
    assert (low.tolist(), high.tolist()) == ([1, 1, 3], [2, 2, 3])
    assert share.tolist() == [0, 0, 1]
