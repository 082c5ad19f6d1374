"""Speeds fitted to observed arrivals: one factor on travel time for each class of lane.

An observed time is taken as log-normal about the sum of assumed seconds by class, each times its
factor. The factors are the most probable ones when each is log-normal about 1 beforehand, with
the spread of the rule set: ridge regression on logarithms, solved by Gauss-Newton steps. With few
records they stay near 1, with many they follow the records. Low and high come from refits to the
observed times moved by each record's residual, divided by 1 less its leverage and multiplied by a
standard normal number (the wild bootstrap of Wu 1986, with HC3 residuals), and with what was
believed before drawn anew each time, so that few records leave much uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from ...geo.arrays import Flags, Floats
from ...geo.rules import SpeedCalibrationRule
from ...geo.words import InputError, Lang, label, text
from .path_seconds import CLASSES

TRAVEL_S = "travel_s"
STEPS = 30
SETTLED = 1e-9  # largest change of a log factor after which the steps stop
LONGEST_STEP = 1.0  # of a log factor


@dataclass(frozen=True)
class SpeedFit:
    """Factors on assumed travel times, and how well they hold.

    Attributes
    ----------
    table
        Indexed by lane class: `factor` on travel time (2 is half the speed), `low`, `high`,
        `records` that tell about the class, `fitted`. Classes that are not fitted keep the
        assumed speed: factor 1, bounds missing.
    n
        Records used.
    log_sd
        Spread of observed about fitted times, logarithms; missing without records.
    held_out_mae_s, baseline_mae_s
        Mean absolute error in seconds on records that were held out of the fit, with fitted and
        with assumed speeds; missing with fewer than two records.
    r2
        Share of the variance of held-out times that the fit explains; may be negative.
    """

    table: pd.DataFrame
    n: int
    log_sd: float
    held_out_mae_s: float
    baseline_mae_s: float
    r2: float

    @property
    def fitted(self) -> bool:
        """Whether any class was fitted; otherwise all speeds are assumed."""
        return bool(self.table["fitted"].any())

    def summary(self, lang: Lang = "zh") -> str:
        """Return in words whether speeds are fitted or assumed, for which classes, how well."""
        if not self.fitted:
            return text("calibration.assumed", lang, n=self.n)
        joint = "、" if lang == "zh" else ", "
        assumed = self.table.index[~self.table["fitted"]]
        return text(
            "calibration.fitted",
            lang,
            n=self.n,
            factors=joint.join(
                f"{label('lane_class', code, lang)} ×{row['factor']:.2f}"
                f" ({row['low']:.2f}–{row['high']:.2f})"
                for code, row in self.table[self.table["fitted"]].iterrows()
            ),
            assumed=joint.join(label("lane_class", code, lang) for code in assumed) or "—",
            error=f"{self.held_out_mae_s:.0f}",
            before=f"{self.baseline_mae_s:.0f}",
        )


def fit_speeds(
    observations: pd.DataFrame, seconds: csr_array, *, rule: SpeedCalibrationRule, seed: int
) -> SpeedFit:
    """Fit a factor on travel time for each class of lane.

    Parameters
    ----------
    observations
        One row an arrival, with `travel_s`, seconds from leaving the station to the arrival
        without delays at gates. Rows whose time is missing, or whose path is empty, are left out.
    seconds
        ``(observations, classes)`` assumed seconds on each class of lane, columns as in
        `weizhan.coverage.reach.path_seconds.CLASSES`; from `class_seconds`.
    rule
        What is believed beforehand, and which classes have enough records.
    seed
        Of the draws behind the bounds and of the parts held out.

    Raises
    ------
    InputError
        When a time is not positive, or the rows do not match.
    """
    if len(observations) != seconds.shape[0] or seconds.shape[1] != len(CLASSES):
        raise InputError("error.calibration_rows", rows=len(observations), paths=str(seconds.shape))
    observed = observations[TRAVEL_S].to_numpy(dtype=float)
    if (wrong := np.flatnonzero(observed <= 0)).size:
        raise InputError("error.calibration_time", row=int(wrong[0]), value=observed[wrong[0]])
    assumed = np.asarray(seconds.todense(), dtype=float)
    used = np.isfinite(observed) & (assumed.sum(axis=1) > 0)
    observed, assumed = observed[used], assumed[used]
    total = assumed.sum(axis=1)
    records = (assumed >= rule.min_share.value * total[:, None]).sum(axis=0)
    records = np.where(assumed.any(axis=0), records, 0)
    fitted = records >= rule.min_records.value

    table = pd.DataFrame(
        {"factor": 1.0, "low": np.nan, "high": np.nan, "records": records, "fitted": fitted},
        index=pd.Index(CLASSES, name="lane_class"),
    )
    n = len(observed)
    if not fitted.any():
        return SpeedFit(table, n, np.nan, np.nan, np.nan, np.nan)
    rng = np.random.default_rng(seed)
    prior_sd = rule.prior_log_sd.value
    theta, log_sd = _fit(observed, assumed, fitted, prior_sd)
    draws = _draws(observed, assumed, fitted, theta, log_sd, prior_sd, int(rule.draws.value), rng)
    tail = (1 - rule.interval.value) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    table.loc[fitted, "factor"] = np.exp(theta)
    table.loc[fitted, "low"] = np.exp(np.minimum(low, theta))
    table.loc[fitted, "high"] = np.exp(np.maximum(high, theta))
    predicted = _held_out(observed, assumed, fitted, prior_sd, int(rule.folds.value), rng)
    miss, spread = observed - predicted, observed - observed.mean()
    return SpeedFit(
        table,
        n,
        log_sd,
        float(np.abs(miss).mean()),
        float(np.abs(observed - total).mean()),
        float(1 - (miss**2).sum() / (spread**2).sum()) if spread.any() else np.nan,
    )


def _fit(observed: Floats, assumed: Floats, fitted: Flags, prior_sd: float) -> tuple[Floats, float]:
    """Return log factors of the fitted classes, and the spread of the records about them.

    How strongly 1 pulls depends on the spread, and the spread on the fit: one after the other,
    twice, from a pull that hardly holds.
    """
    classes = int(fitted.sum())
    theta, log_sd = np.zeros(classes), prior_sd / 10
    for _ in range(3):
        theta = _solve(
            observed,
            assumed,
            fitted,
            centre=np.zeros(classes),
            ridge=(log_sd / prior_sd) ** 2,
            start=theta,
        )
        residual = np.log(observed) - np.log(_predict(assumed, fitted, theta))
        free = max(len(observed) - classes, 1)
        log_sd = float(np.sqrt((residual**2).sum() / free))
    return theta, log_sd


def _solve(
    observed: Floats,
    assumed: Floats,
    fitted: Flags,
    *,
    centre: Floats,
    ridge: float,
    start: Floats,
) -> Floats:
    """Minimise squared log residuals plus ``ridge`` times squared log factors."""
    theta = start.copy()
    log_observed = np.log(observed)
    for _ in range(STEPS):
        total = _predict(assumed, fitted, theta)
        slope = assumed[:, fitted] * np.exp(theta) / total[:, None]
        residual = log_observed - np.log(total)
        left = slope.T @ slope + (ridge + 1e-12) * np.eye(len(theta))
        right = slope.T @ residual + ridge * (centre - theta)
        step = np.clip(np.linalg.solve(left, right), -LONGEST_STEP, LONGEST_STEP)
        theta = theta + step
        if np.abs(step).max() < SETTLED:
            break
    return theta


def _draws(
    observed: Floats,
    assumed: Floats,
    fitted: Flags,
    theta: Floats,
    log_sd: float,
    prior_sd: float,
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Return log factors of refits, ``(count, fitted classes)``."""
    predicted = _predict(assumed, fitted, theta)
    ridge = (log_sd / prior_sd) ** 2
    slope = assumed[:, fitted] * np.exp(theta) / predicted[:, None]
    spread = np.linalg.inv(slope.T @ slope + (ridge + 1e-12) * np.eye(len(theta)))
    leverage = np.einsum("ij,jk,ik->i", slope, spread, slope)
    residual = (np.log(observed) - np.log(predicted)) / np.maximum(1 - leverage, 0.05)
    return np.stack(
        [
            _solve(
                observed * np.exp(residual * rng.normal(size=len(residual))),
                assumed,
                fitted,
                centre=rng.normal(0, prior_sd, len(theta)),
                ridge=ridge,
                start=theta,
            )
            for _ in range(count)
        ]
    )


def _predict(assumed: Floats, fitted: Flags, theta: Floats) -> Floats:
    factor = np.ones(assumed.shape[1])
    factor[fitted] = np.exp(theta)
    return assumed @ factor


def _held_out(
    observed: Floats,
    assumed: Floats,
    fitted: Flags,
    prior_sd: float,
    folds: int,
    rng: np.random.Generator,
) -> Floats:
    """Return for each record the time that a fit without its part of the records predicts."""
    n = len(observed)
    part = rng.permutation(n) % min(folds, n)
    predicted = np.full(n, np.nan)
    for held in range(part.max() + 1):
        kept = part != held
        theta, _ = _fit(observed[kept], assumed[kept], fitted, prior_sd)
        predicted[~kept] = _predict(assumed[~kept], fitted, theta)
    return predicted
