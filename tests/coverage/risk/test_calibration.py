"""Calibration: known rates are found again, the ladder is kept, later fires decide."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from weizhan.coverage.risk.calibration import _counts, calibrate
from weizhan.coverage.risk.check import check, density_score
from weizhan.coverage.risk.fit import Counts, regressed, shrunk, unfitted
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers import has
from weizhan.geo.rules.calibration_file import calibration_text, read_calibration
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import InputError

DAY, YEARS = dt.date(2026, 9, 30), 3
SEEDS = 100


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration") / "town"
    make_demo(folder, size="town")
    return load_town(folder)


def with_fires(town, seed, *, most=1e9, rates=None, places=None):
    """Return the town burning for three years at known rates by class and community."""
    rng = np.random.default_rng(seed)
    counts, _, usable = _counts(with_incidents(town, [], []), DAY)
    exposure = counts.exposure * 365.25 * YEARS  # one day was told without fires
    rate = counts.prior if rates is None else rates
    factor = np.ones(len(town.communities)) if places is None else places
    mean = exposure * rate[counts.kind] * np.append(factor, 1.0)[counts.place]
    burnt = np.repeat(usable, rng.poisson(mean * min(1.0, most / mean.sum())))
    burnt = rng.permutation(burnt)
    days = rng.integers(0, YEARS * 365, len(burnt))
    days[:1] = YEARS * 365  # the first day of the record
    when = [pd.Timestamp(DAY) - pd.Timedelta(days=int(d)) for d in days]
    return with_incidents(town, town.buildings["building_id"].iloc[burnt], when), counts


def with_incidents(town, buildings, when):
    table = {name: None for name in town.ledgers.incidents.columns}
    fires = pd.DataFrame(
        {**table, "building_id": pd.Series(list(buildings), dtype=object),
         "started_at": pd.to_datetime(pd.Series(list(when), dtype="datetime64[ns]"))}
    )  # fmt: skip
    return dataclasses.replace(town, ledgers=dataclasses.replace(town.ledgers, incidents=fires))


def cells(seed):
    """Return a synthetic town of 6 classes and 12 communities, its rates, and its fires."""
    rng = np.random.default_rng(seed)
    kind, place = np.divmod(np.arange(6 * 12 * 20) // 20, 12)
    prior = np.array([0.2, 0.3, 0.45, 0.01, 0.02, 0.005])
    size = np.array([0.02, 0.01, 0.01, 1.0, 0.3, 0.6])
    exposure = rng.lognormal(0, 0.5, len(kind)) * size[kind] * 30
    truth = prior * np.array([1.4, 2.2, 1.0, 3.0, 1.2, 1.8])
    fires = rng.poisson(exposure * truth[kind]).astype(float)
    return Counts(kind, place, exposure, prior, fires), truth


@pytest.mark.parametrize("fit", ["shrinkage", "regression"])
def test_known_rates_lie_within_their_stated_interval_in_nine_of_ten_seeds(fit):
    inside = np.zeros((SEEDS, 6), dtype=bool)
    for seed in range(SEEDS):
        counts, truth = cells(seed)
        if fit == "shrinkage":
            found = shrunk(counts, 12, interval=0.95).classes
        else:
            found = regressed(counts, 12, interval=0.95, events=10).classes
        inside[seed] = [k.low <= r <= k.high for k, r in zip(found, truth, strict=True)]
    assert (inside.mean(axis=0) >= 0.9).all(), inside.mean(axis=0)


def test_a_town_with_known_rates_is_calibrated_to_them(town):
    """The whole way, from a ledger of fires to the rates in calibration.json."""
    rules = town.rules.risk
    truth = np.array([k.fires.value for k in rules.classes.values()]) * 2.5
    inside = []
    for seed in range(12):
        burning, _ = with_fires(town, seed, rates=truth)
        found = calibrate(burning, day=DAY)
        assert found.chosen == "shrinkage"
        for name, rate in zip(rules.classes, truth, strict=True):
            fitted = found.calibration.classes.get(name)
            if fitted is not None:
                inside.append(fitted.low <= rate <= fitted.high)
    assert np.mean(inside) >= 0.9


def test_the_ladder_by_number_of_fires(town):
    few, _ = with_fires(town, 1, most=15)
    assert calibrate(few, day=DAY).told["rungs"] == ["priors"]
    assert calibrate(few, day=DAY).calibration is None
    some, _ = with_fires(town, 1, most=60)
    assert calibrate(some, day=DAY).told["rungs"] == ["priors", "shrinkage"]
    many, _ = with_fires(town, 1, most=180, rates=np.full(len(town.rules.risk.classes), 1.0))
    assert calibrate(many, day=DAY).told["rungs"] == ["priors", "shrinkage", "regression"]


def test_no_fires_at_all_and_fires_at_no_building_are_told(town):
    none = calibrate(with_incidents(town, [], []), day=DAY)
    assert none.chosen == "priors" and none.told["fires_fitted"] == 0
    lost = with_incidents(town, [None, "nowhere"], [DAY, DAY])
    assert calibrate(lost, day=DAY).told["fires_fitted"] == 0


def test_fires_after_the_day_do_not_count(town):
    burning, _ = with_fires(town, 1)
    early = calibrate(burning, day=DAY - dt.timedelta(days=500))
    assert early.told["fires_fitted"] < calibrate(burning, day=DAY).told["fires_fitted"]
    assert early.told["last"] == (DAY - dt.timedelta(days=500)).isoformat()


def test_fires_of_the_last_third_of_the_days_are_those_it_is_held_against(town):
    # 100 days, of which 67 are learnt from: fires on the first, the 67th, the 68th and the last.
    fires = {1: 5, 67: 10, 68: 20, 100: 40}
    first = pd.Timestamp(DAY) - pd.Timedelta(days=99)
    when = [first + pd.Timedelta(days=k - 1) for k, count in fires.items() for _ in range(count)]
    ids = town.buildings["building_id"].iloc[: len(when)]
    burning = with_incidents(town, ids, when)
    checks = calibrate(burning, day=DAY).checks
    assert checks["density"].fires == 20 + 40
    assert set(checks) == {"priors", "shrinkage", "density"}
    # What inspectors had found by then is a rival, though they found it at one building alone.
    premises = town.ledgers.premises.copy()
    premises[has("W4")] = np.where(np.arange(len(premises)) == 3, 1.0, np.nan)
    looked = dataclasses.replace(burning.ledgers, premises=premises)
    checks = calibrate(dataclasses.replace(burning, ledgers=looked), day=DAY).checks
    assert checks["inspectors"].fires == 20 + 40


def test_what_does_not_beat_the_density_is_not_shipped(town):
    """All fires at one corner, whatever the buildings are: only where they were tells."""
    middle = town.buildings.geometry.centroid
    corner = town.buildings[(middle.x < middle.x.quantile(0.12))]["building_id"].to_numpy()
    rng = np.random.default_rng(1)
    at = rng.choice(corner, 80)
    when = [pd.Timestamp(DAY) - pd.Timedelta(days=int(d)) for d in rng.integers(0, 1000, 80)]
    found = calibrate(with_incidents(town, at, when), day=DAY)
    assert found.checks["density"].auc > found.checks["shrinkage"].auc
    assert found.chosen == "priors" and found.calibration is None


def test_a_community_that_burns_more_gets_its_factor():
    counts, _ = cells(3)
    more = np.where(counts.place == 4, 3.0, 1.0)
    rng = np.random.default_rng(3)
    burnt = counts.with_fires(rng.poisson(counts.expected * 2 * more).astype(float))
    for fit in (shrunk(burnt, 12, interval=0.95),
                regressed(burnt, 12, interval=0.95, events=10)):  # fmt: skip
        factors = [place.rate for place in fit.places]
        assert np.argmax(factors) == 4
        assert factors[4] > 1.6
    assert unfitted(burnt, 12).expected(burnt) == pytest.approx(burnt.expected)


def test_scores_are_judged_as_by_hand():
    score, fires = np.arange(100.0), np.zeros(100)
    fires[95], fires[50] = 3, 1
    found = check(score, fires, top=0.1, resamples=50, interval=0.9, seed=1)
    assert found.top == 0.75
    assert found.auc == pytest.approx((3 * 0.955 + 0.505) / 4)
    flat = check(np.ones(100), fires, top=0.1, resamples=50, interval=0.9, seed=1, is_rate=True)
    assert flat.top == pytest.approx(0.1) and flat.auc == pytest.approx(0.5) and flat.slope == 1


def test_slope_and_log_score_of_two_buildings_by_hand():
    # Twice the rate and sixteen times the fires: log 16 / log 2. Shares are 2/3 and 4/3 of even.
    found = check(np.array([1.0, 2.0]), np.array([1.0, 16.0]), top=0.5, resamples=2, interval=0.9,
                  seed=1, is_rate=True)  # fmt: skip
    assert found.slope == pytest.approx(4.0, abs=1e-6)
    assert found.log_score == pytest.approx((np.log(2 / 3) + 16 * np.log(4 / 3)) / 17)
    assert found.top == pytest.approx(16 / 17) and found.fires == 17


def test_the_slope_of_true_rates_is_one_and_of_squared_ones_a_half():
    rng = np.random.default_rng(2)
    rate = rng.lognormal(-3, 1, 40_000)
    fires = rng.poisson(rate).astype(float)
    judged = [check(score, fires, top=0.1, resamples=2, interval=0.9, seed=1, is_rate=True).slope
              for score in (rate, rate**2)]  # fmt: skip
    assert judged == pytest.approx([1, 0.5], abs=0.05)


def test_the_density_of_one_fire_is_the_bell_curve():
    at = np.array([[0.0, 0], [200, 0], [5000, 0]])
    found = density_score(at, np.array([[0.0, 0]]), 200.0)
    assert found[:2] == pytest.approx([norm.pdf(0) ** 2 / 200**2,
                                       norm.pdf(0) * norm.pdf(1) / 200**2])  # fmt: skip
    assert found[2] == 0


def test_the_file_is_read_as_it_was_written_and_a_broken_one_is_told(town, tmp_path):
    burning, _ = with_fires(town, 4)
    found = calibrate(burning, day=DAY).calibration
    (tmp_path / "calibration.json").write_text(calibration_text(found), encoding="utf-8")
    assert read_calibration(tmp_path) == found
    (tmp_path / "calibration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"calibration\.json"):
        read_calibration(tmp_path)
