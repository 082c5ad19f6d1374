"""Shrunk rates: by hand, and how often stated intervals hold the truth over seeded towns."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from weizhan.coverage.risk.fit import Counts, shrunk
from weizhan.coverage.risk.shrinkage import (
    CLUSTERED,
    DIFFERING,
    RATES,
    _log_likelihood,
    _prior,
    shrink,
)

REPLICATES = 100
CLASSES, PLACES, HOUSES = 6, 12, 20
RATIOS = np.array([1.4, 2.2, 1.0, 3.0, 1.2, 1.8])
#: Fires that the rules let expect of each class in a year of record; the last two are small.
EXPECTED = np.array([60.0, 25, 40, 30, 5, 2.5])


def cells(*rows):
    return np.array(rows, dtype=float)


def test_likelihoods_are_those_of_scipy():
    observed, expected = cells([0, 3], [7, 0]), cells([1, 2], [4, 0])
    told = _log_likelihood(observed, expected)
    at = np.searchsorted(RATES, 0.5)
    mean = expected[0] * np.exp(RATES[at])
    apart = np.log(6.0)  # 3! is left out
    assert told[at, 0, 0] == pytest.approx(poisson(mean).logpmf([0, 3]).sum() + apart)
    clustered = [nbinom(mean / e, 1 / (1 + e)).logpmf([0, 3]).sum() + apart for e in CLUSTERED]
    assert told[at, 0, 1 : 1 + len(CLUSTERED)] == pytest.approx(clustered)
    differing = [nbinom(1 / v, 1 / (1 + v * mean)).logpmf([0, 3]).sum() + apart for v in DIFFERING]
    assert told[at, 0, 1 + len(CLUSTERED) :] == pytest.approx(differing)
    only = poisson(4 * np.exp(RATES[at])).logpmf(7) + np.log(5040.0)
    assert told[at, 1, 0] == pytest.approx(only)  # where nothing is expected nothing is said


def test_groups_before_anything_is_counted_lie_about_the_level_with_mean_one():
    table = _prior()
    middle = len(table) // 2
    assert table.sum(axis=1)[middle] == pytest.approx(1, abs=1e-3)
    narrow = table[np.flatnonzero(table.max(axis=1) == table.max())[0]]
    assert RATES[narrow.argmax()] == pytest.approx(narrow @ RATES / narrow.sum(), abs=0.02)


def test_rates_of_few_fires_are_drawn_to_the_level():
    observed = cells([0, 0], [1, 1], [20, 20], [5, 5])
    expected = cells([0.5, 0.5], [0.5, 0.5], [12.5, 12.5], [12.5, 12.5])
    found = shrink(observed, expected, interval=0.9)
    raw = observed.sum(axis=1) / expected.sum(axis=1)
    assert (np.abs(found.ratio - 1) < np.abs(raw - 1)).all()
    assert abs(found.ratio[2] - raw[2]) < abs(found.ratio[1] - raw[1])
    assert (found.low < found.ratio).all() and (found.ratio < found.high).all()


def test_the_level_moves_all_rates_alike():
    observed, expected = cells([6, 4], [30, 20], [1, 0]), cells([2, 2], [9, 9], [0.5, 0.5])
    found, thrice = (shrink(observed, expected / k, interval=0.9) for k in (1, 3))
    for name in ("ratio", "low", "high"):
        assert getattr(thrice, name) == pytest.approx(3 * getattr(found, name))


def test_cells_that_scatter_widen_the_interval():
    expected = cells(*[[10.0] * 6] * 3)
    even = shrink(cells([9, 11, 10, 10, 9, 11], [10] * 6, [11, 9] * 3), expected, interval=0.95)
    apart = shrink(cells([1, 30, 2, 20, 5, 2], [40, 0, 3, 7, 5, 5], [20, 0] * 3), expected,
                   interval=0.95)  # fmt: skip
    assert (apart.high / apart.low > 1.5 * even.high / even.low).all()


def towns(ratios, scatter, *, seed):
    """Return a town's buildings and fires at known ratios to the rules, and those ratios."""
    rng = np.random.default_rng(seed)
    kind, place = np.divmod(np.arange(CLASSES * PLACES * HOUSES) // HOUSES, PLACES)
    size = rng.lognormal(0, 0.5, len(kind))
    size *= (EXPECTED / np.bincount(kind, size))[kind]
    mean = size * ratios[kind]
    if scatter == "clusters":  # a building of a kind burns four times as unevenly as by chance
        mean = mean * rng.gamma(0.25, 4, len(kind))
    if scatter == "communities":  # a class burns more in one community than in another
        mean = mean * rng.gamma(2.5, 0.4, (CLASSES, PLACES))[kind, place]
    return Counts(kind, place, size, np.ones(CLASSES), rng.poisson(mean).astype(float))


@pytest.mark.parametrize(
    ("ratios", "scatter", "least", "most"),
    [
        (RATIOS, "", 0.93, 0.985),
        (np.full(CLASSES, 3.0), "", 0.93, 1.0),
        (RATIOS, "clusters", 0.92, 0.985),
        (RATIOS, "communities", 0.92, 0.985),
        (np.full(CLASSES, 3.0), "clusters", 0.93, 1.0),
    ],
    ids=["differ", "thrice", "differ-clusters", "differ-scatter", "thrice-clusters"],
)
def test_intervals_of_95_percent_hold_the_truth_about_as_often(ratios, scatter, least, most):
    """Classes, the small ones among them, and communities, which all burn as their buildings do."""
    held, of_places = np.zeros((REPLICATES, CLASSES)), np.zeros((REPLICATES, PLACES))
    for seed in range(REPLICATES):
        fit = shrunk(towns(ratios, scatter, seed=seed), PLACES, interval=0.95)
        held[seed] = [k.low <= r <= k.high for k, r in zip(fit.classes, ratios, strict=True)]
        of_places[seed] = [p.low <= 1 <= p.high for p in fit.places]
    assert least <= held.mean() <= most, held.mean(axis=0)
    small = held[:, EXPECTED < 10].mean()
    assert small >= 0.92, held.mean(axis=0)
    assert of_places.mean() >= 0.93
