import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from weizhan.coverage.reach.probability import arrival_probability


def _p(travel, fixed=0.0, turnout=(60.0, 60.0, 60.0), standard=180.0, cv=0.3):
    bounds = tuple(np.array([bound]) for bound in turnout)
    found = arrival_probability(
        np.array([travel]), np.array([fixed]), bounds, standard_s=standard, cv=cv
    )
    return float(found[0])


def test_with_a_fixed_turnout_it_is_the_log_normal_distribution():
    sigma = np.sqrt(np.log(1 + 0.3**2))
    assert _p(120) == pytest.approx(0.5)  # the typical time is the median
    assert _p(90) == pytest.approx(ndtr(np.log(120 / 90) / sigma))
    assert _p(90, fixed=20) == pytest.approx(ndtr(np.log(100 / 90) / sigma))


def test_nobody_arrives_has_no_chance_and_the_door_next_to_the_station_has_every():
    assert _p(float("nan")) == 0
    assert _p(0) == 1
    assert _p(0, fixed=130) == 0


def test_it_equals_a_simulation():
    rng = np.random.default_rng(1)
    sigma = np.sqrt(np.log(1 + 0.3**2))
    turnout = rng.triangular(30, 60, 90, 400_000)
    travel = np.exp(np.log(100) + sigma * rng.standard_normal(400_000))
    simulated = (turnout + travel + 10 <= 180).mean()
    assert _p(100, fixed=10, turnout=(30, 60, 90)) == pytest.approx(simulated, abs=0.004)


@given(
    travel=st.floats(0, 600),
    more=st.floats(0, 60),
    low=st.floats(0, 60),
    rise=st.floats(0, 60),
    fall=st.floats(0, 60),
)
def test_longer_ways_and_later_starts_never_raise_it(travel, more, low, rise, fall):
    turnout = (low, low + rise, low + rise + fall)
    p = _p(travel, turnout=turnout)
    assert 0 <= p <= 1
    assert _p(travel + more, turnout=turnout) <= p + 1e-9
    assert _p(travel, fixed=more, turnout=turnout) <= p + 1e-9
    assert _p(travel, turnout=turnout, standard=180 + more) >= p - 1e-9
