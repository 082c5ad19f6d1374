"""Rates fitted to fires, against closed forms and an independent optimiser."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import nbinom, norm

from weizhan.coverage.risk.calibration import (
    _choose,
    _fit,
    _rungs,
    _span,
    _usual_product,
)
from weizhan.coverage.risk.check import Check
from weizhan.coverage.risk.fit import (
    Counts,
    _fitted,
    _newton,
    regressed,
    shrunk,
    unfitted,
)

from ..risk_towns import RULES

RULE = RULES.risk.calibration
WIDE = norm.ppf(0.975)


def counts(kind, place, exposure, fires, prior=(0.2, 0.01)):
    return Counts(np.array(kind), np.array(place), np.array(exposure, float), np.array(prior),
                  np.array(fires, float))  # fmt: skip


def test_what_the_rules_expect_and_a_part_of_the_time():
    told = counts([0, 1, 1], [0, 0, -1], [10, 100, 50], [3, 1, 0])
    assert told.expected.tolist() == [2.0, 1.0, 0.5]
    part = told.with_fires(np.array([1.0, 0, 0]), 0.5)
    assert part.expected.tolist() == [1.0, 0.5, 0.25]
    assert part.fires.tolist() == [1, 0, 0]
    assert told.fires.tolist() == [3, 1, 0]


def test_an_unfitted_rate_is_that_of_the_rules_in_every_community():
    told = counts([0, 1], [0, 1], [10, 100], [3, 1])
    fit = unfitted(told, 2)
    assert fit.classes == [None, None] and [p.rate for p in fit.places] == [1, 1]
    assert fit.expected(told).tolist() == [2.0, 1.0]


def test_a_fitted_rate_keeps_its_interval_as_a_spread_of_logs():
    fit = _fitted(np.array([2.0, 1.0, 4.0]), 7.0, 1.5, 0.95)
    assert (fit.rate, fit.low, fit.high, fit.fires, fit.prior) == (2, 1, 4, 7, 1.5)
    assert fit.log_sd == pytest.approx(np.log(4) / (2 * WIDE))


def test_a_community_outside_all_has_no_factor_of_its_own():
    told = counts([0, 0, 0], [0, 1, -1], [100, 100, 100], [60, 10, 20])
    fit = shrunk(told, 2, interval=0.95)
    rate = fit.classes[0].rate
    assert fit.classes[1] is None  # nothing stands there
    first, second = (p.rate for p in fit.places)
    assert first > 1 > second
    assert fit.expected(told) == pytest.approx(
        [100 * rate * first, 100 * rate * second, 100 * rate]
    )
    assert fit.places[0].fires == 60 and fit.classes[0].fires == 90
    assert fit.classes[0].prior == 0.2


def test_one_class_with_many_fires_is_near_its_own_rate():
    told = counts([0] * 8, range(8), [250] * 8, [125, 118, 131, 125] * 2)
    fit = shrunk(told, 8, interval=0.95)
    assert fit.classes[0].rate == pytest.approx(0.5, rel=0.02)
    assert fit.classes[0].low < 0.5 < fit.classes[0].high


def test_a_regression_of_few_fires_is_an_intercept_alone():
    """8 fires where 4 were expected, none of them enough for a coefficient of its own."""
    told = counts([0, 1], [0, -1], [10, 200], [4, 4])
    fit = regressed(told, 1, interval=0.95, events=10)
    for found, prior in zip(fit.classes, (0.2, 0.01), strict=True):
        assert found.rate == pytest.approx(prior * 2, rel=1e-5)
        # the class may differ as much as classes do: at least sd 1/8 with every penalty
        assert found.low < prior * 2 * np.exp(-WIDE * np.sqrt(1 / 8 + 1 / 64))
        assert found.low * found.high == pytest.approx((prior * 2) ** 2, rel=1e-4)
        assert found.fires == 4
    assert [p.rate for p in fit.places] == [1.0]


def test_a_class_that_is_not_there_is_not_fitted_and_one_with_its_own_fires_is():
    told = counts([0] * 3, [0, 0, 1], [100, 50, 50], [20, 10, 12], prior=(0.2, 0.01))
    fit = regressed(told, 2, interval=0.95, events=10)
    assert fit.classes[1] is None
    assert fit.classes[0].rate == pytest.approx(0.2, rel=0.25)
    assert fit.classes[0].fires == 42
    assert [p.fires for p in fit.places] == [30, 12]


@pytest.mark.parametrize(("penalty", "scatter"), [(0.5, 1e-6), (4.0, 0.3), (64.0, 2.0)])
def test_coefficients_are_those_of_an_independent_optimiser(penalty, scatter):
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(6), [1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 1, 0]]).astype(float)
    offset = np.log(rng.uniform(2, 9, 6))
    fires = rng.poisson(np.exp(offset + design @ [0.4, 0.5, -0.6])).astype(float)
    beta, covariance, evidence = _newton(design, offset, fires, penalty, scatter)

    def cost(b):
        mean = np.exp(offset + design @ b)
        counted = nbinom(1 / scatter, 1 / (1 + scatter * mean)).logpmf(fires)
        told = counted + gammaln(fires + 1)
        return -told.sum() + 0.5 * penalty * (b[1:] ** 2).sum()

    best = minimize(cost, np.zeros(3), method="BFGS", options={"gtol": 1e-9})
    assert beta == pytest.approx(best.x, abs=1e-4)
    mean = np.exp(offset + design @ beta)
    hessian = design.T @ np.diag(mean / (1 + scatter * mean)) @ design + np.diag(
        [1e-6, penalty, penalty]
    )
    assert covariance == pytest.approx(np.linalg.inv(hessian), rel=1e-6)
    told = -cost(beta) + 0.5 * (2 * np.log(penalty) - np.linalg.slogdet(hessian)[1])
    assert evidence == pytest.approx(told, abs=1e-4)


def test_the_rungs_begin_where_the_rules_say():
    assert [_rungs(n, RULE) for n in (29, 30, 99, 100)] == [
        ("priors",), ("priors", "shrinkage"), ("priors", "shrinkage"),
        ("priors", "shrinkage", "regression"),
    ]  # fmt: skip


def judged(auc, log_score=None):
    return Check(top=0.3, auc=auc, auc_low=0.5, auc_high=0.9, slope=1.0, log_score=log_score,
                 fires=40)  # fmt: skip


def test_the_simplest_rung_that_beats_the_density_is_chosen():
    rungs = ("priors", "shrinkage", "regression")
    checks = {"priors": judged(0.9), "shrinkage": judged(0.7, 1), "regression": judged(0.8, 1.1)}
    assert _choose(rungs, checks | {"density": judged(0.6)}) == "shrinkage"
    assert _choose(rungs, checks | {"density": judged(0.7)}) == "regression"
    assert _choose(rungs, checks | {"density": judged(0.8)}) == "priors"
    assert _choose(rungs, checks) == "shrinkage"  # nothing to beat
    assert _choose(("priors",), {}) == "priors"


def test_a_regression_that_tells_later_fires_worse_than_shrinkage_is_not_chosen():
    rungs = ("priors", "shrinkage", "regression")
    checks = {"shrinkage": judged(0.7, 1.0), "density": judged(0.75)}
    assert _choose(rungs, checks | {"regression": judged(0.8, 0.9)}) == "priors"
    assert _choose(rungs, checks | {"regression": judged(0.8, 1.0)}) == "priors"


def test_without_fires_every_rung_is_that_of_the_rules():
    told = counts([0], [0], [10], [0])
    assert _fit("shrinkage", told, 1, RULE).classes == [None, None]
    assert _fit("priors", counts([0], [0], [10], [5]), 1, RULE).classes == [None, None]
    fit = _fit("regression", counts([0], [0], [100], [40]), 1, RULE)
    assert fit.classes[0].rate == pytest.approx(0.4, rel=0.05)


def test_the_days_of_observation_begin_with_the_first_fire():
    day = dt.date(2026, 9, 30)
    when = pd.DataFrame({"day": pd.to_datetime(["2024-02-03", "2025-01-01"])})
    assert _span(when, day) == (dt.date(2024, 2, 3), day)
    assert _span(when.iloc[:0], day) == (day, day)


def test_what_hazards_multiply_on_average_where_somebody_looked():
    """Class 0: 2 and 4 looked at; class 1 never looked at: the mean of all, 3."""
    product, kind = np.array([2.0, 4.0, 9.0, 9.0]), np.array([0, 0, 0, 1])
    looked = np.array([True, True, False, False])
    assert _usual_product(product, kind, looked, 2).tolist() == [3, 3, 3, 3]
    looked = np.array([True, False, False, True])
    assert _usual_product(product, kind, looked, 2).tolist() == [2, 2, 2, 9]
    assert _usual_product(product, kind, np.zeros(4, bool), 2).tolist() == [1, 1, 1, 1]
