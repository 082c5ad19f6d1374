"""How well a score tells where later fires are: top tenth, AUC, slope, log score."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from ...geo.arrays import Floats

TOUCH = 5.0  # bandwidths beyond which a fire is not felt


@dataclass(frozen=True)
class Check:
    """One score against later fires.

    Attributes
    ----------
    top
        Share of the fires in the tenth of buildings with the highest scores.
    auc, auc_low, auc_high
        Chance that a building that burnt scores above one that did not, with its bootstrap
        interval over fires.
    slope
        Calibration slope: 1 when twice the score means twice the fires; missing for scores that
        are no rates.
    log_score
        Mean log of the share of all fires that was expected where one was, against even shares:
        0 tells nothing, the more the better; missing for scores that are no rates.
    fires
        On which it was checked.
    """

    top: float
    auc: float
    auc_low: float
    auc_high: float
    slope: float | None
    log_score: float | None
    fires: int

    def as_record(self) -> dict[str, float | int | None]:
        """Return plain numbers."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def check(
    score: Floats,
    fires: Floats,
    *,
    top: float,
    resamples: int,
    interval: float,
    seed: int,
    is_rate: bool = False,
) -> Check:
    """Return how well a score tells where fires were.

    Parameters
    ----------
    score, fires
        ``(buildings,)``; more fires at one building count as often.
    top
        Share of buildings that is looked at.
    resamples, interval, seed
        Of the bootstrap.
    is_rate
        Whether the score is a rate, so that a slope makes sense.
    """
    ranks = pd.Series(score).rank
    place = (ranks().to_numpy() - 0.5) / len(score)  # share of buildings below, ties in the middle
    at = np.repeat(place, fires.astype(np.int64))
    highest = (ranks(method="min").to_numpy() - 1, ranks(method="max").to_numpy())
    cut = len(score) * (1 - top)
    # a tie over the cut counts in part
    inside = np.clip((highest[1] - cut) / np.maximum(highest[1] - highest[0], 1), 0, 1)
    rng = np.random.default_rng(seed)
    again = at[rng.integers(0, len(at), (resamples, len(at)))].mean(axis=1)
    outside = (1 - interval) / 2
    low, high = np.quantile(again, [outside, 1 - outside])
    return Check(
        top=float((inside * fires).sum() / fires.sum()),
        auc=float(at.mean()),
        auc_low=float(low),
        auc_high=float(high),
        slope=_slope(score, fires) if is_rate else None,
        log_score=_log_score(score, fires) if is_rate else None,
        fires=int(fires.sum()),
    )


def density_score(at: Floats, fires_at: Floats, bandwidth_m: float) -> Floats:
    """Return the kernel density of past fires at each building, fires a square metre.

    Parameters
    ----------
    at, fires_at
        ``(n, 2)`` and ``(m, 2)`` metres.
    bandwidth_m
        Of the Gaussian kernel.
    """
    density = np.zeros(len(at))
    if len(fires_at):
        tree = cKDTree(at)
        for point in fires_at:
            near = tree.query_ball_point(point, TOUCH * bandwidth_m)
            away = ((at[near] - point) ** 2).sum(axis=1)
            density[near] += np.exp(-away / (2 * bandwidth_m**2))
    return density / (2 * np.pi * bandwidth_m**2)


def _log_score(rate: Floats, fires: Floats) -> float:
    share = np.maximum(rate / rate.mean(), 1e-12)
    return float(fires @ np.log(share) / fires.sum())


def _slope(rate: Floats, fires: Floats) -> float:
    """Return the slope of a Poisson regression of fires on the log of the rate."""
    x = np.log(np.maximum(rate, 1e-12))
    x = x - np.average(x, weights=np.maximum(rate, 1e-12))
    a, b = np.log(fires.sum() / np.exp(x).sum()), 1.0
    for _ in range(50):
        mean = np.exp(a + b * x)
        slope = np.array([(fires - mean).sum(), (x * (fires - mean)).sum()])
        hessian = np.array(
            [[mean.sum(), (x * mean).sum()], [(x * mean).sum(), (x**2 * mean).sum()]]
        )
        if hessian[1, 1] * hessian[0, 0] - hessian[0, 1] ** 2 < 1e-12:
            return 1.0  # all rates alike
        move = np.clip(np.linalg.solve(hessian, slope), -2, 2)
        a, b = a + move[0], b + move[1]
        if np.abs(move).max() < 1e-9:
            break
    return float(b)
