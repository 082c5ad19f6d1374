"""Draws hang on the building's id: who else is in the table, and where, changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.keyed import keys_of, normals, shares, uniforms
from weizhan.coverage.risk.draws import logs_of
from weizhan.coverage.risk.missing import donors, fill, take
from weizhan.coverage.risk.numbers import drawn_numbers

from ..risk_towns import ALL_YEAR, CLASSES, RULES, inputs

NUMBERS = drawn_numbers(RULES.risk, draws=40, seed=3)
OWN = [end(name) for name in (c.FIRES_INDEX, c.SEVERITY_INDEX, c.HARM_INDEX)
       for end in (str, c.low, c.high)]  # fmt: skip
NAN = np.nan


def test_numbers_are_even_independent_and_by_name():
    many = uniforms(keys_of(range(400)), "floors", seed=1, draws=500)
    assert ((many > 0) & (many < 1)).all()
    assert stats.kstest(many.ravel(), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(many[:, 0], many[:, 1])[0, 1]) < 0.15
    assert abs(np.corrcoef(many[0], many[1])[0, 1]) < 0.15
    assert stats.kstest(normals(keys_of(range(400)), "x", seed=1, draws=50).ravel(),
                        "norm").pvalue > 0.01  # fmt: skip
    other = uniforms(keys_of([7, 3]), "floors", seed=1, draws=500)
    assert np.array_equal(other, many[[7, 3]])
    assert np.array_equal(many[:, :20], uniforms(keys_of(range(400)), "floors", seed=1, draws=20))
    for field, seed in (("people", 1), ("floors", 2)):
        apart = uniforms(keys_of(range(400)), field, seed=seed, draws=1)[:, 0]
        assert abs(np.corrcoef(apart, many[:, 0])[0, 1]) < 0.15


def test_shares_have_their_means_and_move_little_when_a_weight_does():
    weight = np.array([30.0, 10, 5])
    before = shares(weight, "abc", "use", seed=1, draws=4000)
    assert before.sum(axis=1) == pytest.approx(1)
    assert before.mean(axis=0) == pytest.approx(weight / 45, abs=0.01)
    after = shares(np.array([30.0, 11, 5]), "abc", "use", seed=1, draws=4000)
    assert np.abs(after - before).max() < 0.05


def mixed(count):
    """Buildings of every class, some of whom nothing is known, at a distance from each other."""
    rng = np.random.default_rng(count)
    some = lambda value: np.where(rng.random(count) < 0.5, value, NAN)  # noqa: E731
    hazards = np.where(rng.random((count, 1)) < 0.5, inputs(count).hazards, NAN)
    return inputs(
        count,
        key=keys_of(f"B{at}" for at in range(count)),
        kind=rng.integers(-1, len(CLASSES), count),
        floors=some(rng.integers(1, 9, count)),
        residents=some(rng.integers(1, 90, count)),
        present=some(rng.integers(1, 90, count)),
        detector=some(1.0),
        hazards=hazards,
    )


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(30)), kept=st.integers(1, 30))
def test_shuffled_or_removed_rows_leave_all_others_to_the_bit(order, kept):
    """With the same donors; what donors change is bounded below."""
    whole = mixed(30)
    given_ = donors(whole, RULES.risk, is_day=False)
    logs = logs_of(whole, given_, NUMBERS, RULES, ALL_YEAR, 1)
    rows = np.array(order[:kept])
    some = logs_of(take(whole, rows), given_, NUMBERS, RULES, ALL_YEAR, 1)
    assert np.array_equal(some.fires, logs.fires[rows])
    assert np.array_equal(some.harm, logs.harm[rows])


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(30)))
def test_donors_do_not_hang_on_the_order_of_rows(order):
    whole = mixed(30)
    first, second = (donors(told, RULES.risk, is_day=False)
                     for told in (whole, take(whole, np.array(order))))  # fmt: skip
    for name in set(vars(first)) - {"least"}:  # of the rules alone
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


@settings(max_examples=60, deadline=None)
@given(
    known=st.integers(0, 12),
    odd=st.floats(0.01, 1e5),
    before=st.integers(-1, len(CLASSES) - 1),
    after=st.integers(-1, len(CLASSES) - 1),
    kind=st.integers(0, len(CLASSES) - 1),
)
def test_one_building_moves_no_other_by_half(known, odd, before, after, kind):
    """Whatever it is used for, however odd it is, and however few others are known."""
    said = {"residents": np.full(known + 2, 3.0), "present": np.full(known + 2, 3.0)}
    for people in said.values():
        people[0], people[1] = NAN, odd
    kinds = np.full(known + 2, kind)
    means = []
    for use in (before, after):
        kinds[1] = use
        told = inputs(known + 2, kind=kinds.copy(), **said)
        given_ = donors(told, RULES.risk, is_day=False)
        logs = logs_of(take(told, slice(0, 1)), given_, NUMBERS, RULES, ALL_YEAR, 1)
        means.append(np.exp(logs.fires + logs.harm).mean())
    assert max(means) / min(means) < 1.5


def test_a_class_of_which_little_is_known_stays_near_its_defaults():
    def middle(count):
        told = inputs(count, residents=np.full(count, 30.0))
        return donors(told, RULES.risk, is_day=False).residents[CLASSES.index("home")][32]

    assert 2.2 < middle(1) < 3 < middle(40) and middle(2000) == pytest.approx(30, rel=0.01)


def test_hazards_of_a_class_come_from_its_own_and_from_all_that_were_looked_at():
    """Eight of eight shops have G3, of forty homes none: 8 + 16 x 8 / 48 of 24, so 44 %."""
    hazards = np.zeros((48, inputs().hazards.shape[1]))
    hazards[40:, -1] = 1
    kind = np.repeat([CLASSES.index("home"), CLASSES.index("shop")], [40, 8])
    given_ = donors(inputs(48, kind=kind, hazards=hazards), RULES.risk, is_day=False)

    def share(name):
        return given_.pattern[given_.drawn[CLASSES.index(name)], -1].mean()

    assert share("shop") == pytest.approx((8 + 16 * 8 / 48) / 24, abs=0.01)
    assert share("home") == pytest.approx((16 * 8 / 48) / 56, abs=0.01)
    assert share("factory") == pytest.approx(8 / 48, abs=0.01)


@pytest.fixture
def street(make_town):
    def make(ids, **told):
        rows = [{"building_id": f"B{at}", "geometry": shapely.box(60 * at, 5, 60 * at + 10, 15),
                 **{name: values.get(at) for name, values in told.items()}}
                for at in ids]  # fmt: skip
        lane = {"geometry": shapely.LineString([(0, 0), (900, 0)])}
        return make_town(buildings=rows, lanes=[lane])

    return make


TOLD = {"use": {0: "residential", 3: "elder_care", 5: "commercial"}, "floors": {0: 3, 4: 5},
        "people_night": {2: 9, 3: 40}}  # fmt: skip


@settings(max_examples=6, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(order=st.permutations(range(8)))
def test_a_town_whose_rows_are_shuffled_has_the_same_risk_to_the_bit(street, order):
    first, second = (
        assess(street(ids, **TOLD), date="2026-09-30", draws=30).buildings.set_index("building_id")
        for ids in (range(8), order)
    )
    names = [*OWN, c.RISK_RANK, c.RISK_BAND, c.RISK_RANK_LOW, c.RISK_RANK_HIGH, c.RISK_BAND_SHARE,
             c.DEVICE_GAIN, c.SPREAD_CLUSTER]  # fmt: skip
    assert first[names].equals(second.loc[first.index, names])


def test_a_building_of_which_nothing_is_known_comes_and_goes_without_a_trace(street):
    whole = assess(street(range(8), **TOLD), date="2026-09-30", draws=30)
    less = assess(street([0, 2, 3, 4, 5, 6, 7], **TOLD), date="2026-09-30", draws=30)
    before, after = (found.buildings.set_index("building_id") for found in (whole, less))
    assert after[OWN].equals(before.loc[after.index, OWN])


def test_a_community_that_is_added_changes_no_other_calibrated_rate():
    from weizhan.geo.rules import Calibration, FittedRate

    rate = FittedRate(rate=2.0, low=1.0, high=4.0, log_sd=0.35, fires=30, prior=1.0)
    two = Calibration(
        step="shrinkage",
        fires=60,
        first="2023-01-01",
        last="2026-01-01",
        rules="r",
        classes={"home": rate},
        communities={"a": rate, "b": rate},
    )
    three = two.model_copy(update={"communities": {"x": rate, **two.communities}})
    few = drawn_numbers(RULES.risk, draws=50, seed=1, places=("a", "b"), calibration=two)
    more = drawn_numbers(RULES.risk, draws=50, seed=1, places=("x", "a", "b"), calibration=three)
    assert np.array_equal(few.log_place[:2], more.log_place[1:3])
    assert np.array_equal(few.log_rate, more.log_rate)
    assert np.std(few.log_place[0]) == pytest.approx(0.35, rel=0.3)


def test_what_is_known_is_not_drawn_and_what_becomes_known_changes_nothing_else():
    told = mixed(12)
    given_ = donors(told, RULES.risk, is_day=False)
    before = fill(told, given_, NUMBERS, RULES.risk, 1, floor_m=3.0)
    after = fill(replace(told, floors=np.where(np.isnan(told.floors), 2.0, told.floors)), given_,
                 NUMBERS, RULES.risk, 1, floor_m=3.0)  # fmt: skip
    assert np.array_equal(before.likelihood, after.likelihood)
    assert np.array_equal(before.detector, after.detector)
