"""What measures cost over years, by hand, and what the rules say of each kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.measure import Measure, price, whole_cost
from weizhan.geo.plan import Plan
from weizhan.geo.rules import load_rules
from weizhan.geo.words import LANGS, MeasureKind, text

RULES = load_rules().measures


def _measure(cost, upkeep, years):
    return Measure("m", MeasureKind.E_BIKE, "", "", cost, upkeep, years, "town", "", Plan())


@pytest.mark.parametrize(
    ("cost", "upkeep", "years", "horizon", "rate", "whole"),
    [
        (1000, 0, 10, 10, 0.08, 1000),  # bought once, lasts
        (1000, 0, 20, 10, 0.08, 1000),  # what still stands at the end is given no value
        (1000, 100, 10, 10, 0, 2000),
        (0, 100, 10, 2, 0.08, 100 / 1.08 + 100 / 1.08**2),
        (1000, 0, 5, 10, 0.08, 1000 + 1000 / 1.08**5),  # again in year 5, not in year 10
        (1000, 0, 4, 10, 0.08, 1000 + 1000 / 1.08**4 + 1000 / 1.08**8),
        (1000, 100, 1, 3, 0.1, 1000 * (1 + 1 / 1.1 + 1 / 1.21) + 100 * 2.4868519910),
        (0, 100, 10, 2.5, 0, 250),  # half of a last year's upkeep
    ],
)
def test_whole_cost_by_hand(cost, upkeep, years, horizon, rate, whole):
    found = whole_cost(_measure(cost, upkeep, years), horizon_years=horizon, rate=rate)
    assert found == pytest.approx(whole, abs=1e-6)


@given(
    st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0.5, 50), st.integers(1, 40),
    st.floats(0, 0.2),
)  # fmt: skip
def test_whole_cost_lies_between_the_first_payment_and_all_of_them(
    cost, upkeep, years, horizon, rate
):
    one = _measure(cost, upkeep, years)
    whole = whole_cost(one, horizon_years=horizon, rate=rate)
    assert cost * (1 - 1e-9) <= whole <= whole_cost(one, horizon_years=horizon, rate=0) + 1e-6
    assert whole <= whole_cost(one, horizon_years=horizon + 1, rate=rate) + 1e-6


@pytest.mark.parametrize(("years", "horizon", "rate"), [(0, 10, 0), (5, 0, 0), (5, 10, -1)])
def test_no_cost_of_no_years(years, horizon, rate):
    with pytest.raises(ValueError, match="horizon"):
        whole_cost(_measure(1, 1, years), horizon_years=horizon, rate=rate)


@pytest.mark.parametrize("kind", MeasureKind)
def test_every_kind_has_a_price_somebody_who_decides_and_a_source(kind):
    usual = price(RULES, kind, pieces=2)
    assert usual.cost_yuan + usual.upkeep_yuan > 0
    assert usual.years > 0
    assert "judgement" in usual.source
    for lang in LANGS:
        assert text(f"decider.{usual.decided_by}", lang)


def test_pieces_are_paid_each():
    assert [price(RULES, MeasureKind.RAMP, pieces=n).cost_yuan for n in (0, 10)] == [15000, 40000]
