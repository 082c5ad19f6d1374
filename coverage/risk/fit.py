"""Rates from past fires: shrunk by class and community, or a ridge Poisson regression of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ...geo.arrays import Floats, Longs
from ...geo.rules import FittedRate
from .communities import shrink

STEPS = 50  # Newton steps; a handful suffices
PENALTIES = (0.5, 1.0, 2.0, 4.0, 16.0, 64.0)  # fires that a coefficient's prior is worth


@dataclass(frozen=True)
class Counts:
    """Buildings with what they burn by, and how often they burnt.

    Attributes
    ----------
    kind, place
        ``(n,)`` rows of class and community; place -1 is outside all.
    exposure
        ``(n,)`` 1,000 residents or 1,000 m² of floor x years.
    prior
        ``(classes,)`` rate of each class in the rules.
    fires
        ``(n,)`` past fires.
    """

    kind: Longs
    place: Longs
    exposure: Floats
    prior: Floats
    fires: Floats

    @property
    def expected(self) -> Floats:
        """Fires that the rules let expect, ``(n,)``."""
        return self.exposure * self.prior[self.kind]

    def with_fires(self, fires: Floats, share: float = 1.0) -> Counts:
        """Return the same buildings with the fires of a part of the time."""
        return Counts(self.kind, self.place, self.exposure * share, self.prior, fires)


@dataclass(frozen=True)
class Fit:
    """Fitted rates of classes, and factors of communities; None where nothing was there to fit."""

    classes: list[FittedRate | None]
    places: list[FittedRate]

    def expected(self, counts: Counts) -> Floats:
        """Return the fires that the fit lets expect of each building."""
        rate = np.array(
            [f.rate if f else r for f, r in zip(self.classes, counts.prior, strict=True)]
        )
        factor = np.array([*(f.rate for f in self.places), 1.0])
        return np.asarray(counts.exposure * rate[counts.kind] * factor[counts.place])


def unfitted(counts: Counts, places: int) -> Fit:
    """Return the rules' own rates as a fit: the base rate by use."""
    one = FittedRate(rate=1.0, low=1.0, high=1.0, log_sd=0.0, fires=0, prior=1.0)
    return Fit([None] * len(counts.prior), [one] * places)


def shrunk(counts: Counts, places: int, *, interval: float) -> Fit:
    """Return Gamma-Poisson rates: classes against the rules, then communities against classes."""
    classes = len(counts.prior)
    observed = _sums(counts.kind, counts.fires, classes)
    expected = _sums(counts.kind, counts.expected, classes)
    scale = observed.sum() / expected.sum()
    there = expected > 0
    found = shrink(observed[there], expected[there], interval=interval)
    fits: list[FittedRate | None] = [None] * classes
    for at, row in enumerate(np.flatnonzero(there)):
        rate = counts.prior[row] * scale
        fits[row] = _fitted(rate * np.array([found.ratio[at], found.low[at], found.high[at]]),
                            observed[row], counts.prior[row], interval)  # fmt: skip
    rates = np.array([f.rate if f else r for f, r in zip(fits, counts.prior, strict=True)])
    mean = counts.exposure * rates[counts.kind]
    inside = counts.place >= 0
    burnt = _sums(counts.place[inside], counts.fires[inside], places)
    hoped = _sums(counts.place[inside], mean[inside], places)
    one = FittedRate(rate=1.0, low=1.0, high=1.0, log_sd=0.0, fires=0, prior=1.0)
    factors = [one] * places
    some = hoped > 0
    if burnt[some].sum() > 0:
        told = shrink(burnt[some], hoped[some], interval=interval)
        for at, row in enumerate(np.flatnonzero(some)):
            ends = np.array([told.ratio[at], told.low[at], told.high[at]])
            factors[row] = _fitted(ends, burnt[row], 1.0, interval)
    return Fit(fits, factors)


def regressed(counts: Counts, places: int, *, interval: float, events: float) -> Fit:
    """Return a ridge Poisson regression of classes and communities at once.

    Log rates are the rules' own plus an intercept, one coefficient a class and one a community
    with at least so many fires; others have none. The penalty is the one of `PENALTIES` with the
    best Laplace evidence; intervals are of the Laplace approximation.

    Parameters
    ----------
    counts
        What burnt.
    places
        Number of communities.
    interval
        Probability between low and high.
    events
        Fires that a coefficient needs.
    """
    classes = len(counts.prior)
    by_class = _sums(counts.kind, counts.fires, classes)
    inside = counts.place >= 0
    by_place = _sums(counts.place[inside], counts.fires[inside], places)
    kinds, spots = np.flatnonzero(by_class >= events), np.flatnonzero(by_place >= events)
    # Buildings of one class in one community are one cell: the likelihood is the same.
    cell = counts.kind * (places + 1) + counts.place + 1
    used, back = np.unique(cell, return_inverse=True)
    fires = _sums(back, counts.fires, len(used))
    offset = np.log(_sums(back, counts.expected, len(used)))
    kind, place = used // (places + 1), used % (places + 1) - 1
    design = np.column_stack(
        [np.ones(len(used)), *(kind == k for k in kinds), *(place == p for p in spots)]
    ).astype(float)
    found = [(*_newton(design, offset, fires, penalty), penalty) for penalty in PENALTIES]
    beta, covariance, _, penalty = max(found, key=lambda fit: fit[2])
    width = norm.ppf((1 + interval) / 2)

    def told(columns: list[int], prior: float, burnt: float, unseen: float = 0) -> FittedRate:
        pick = np.zeros(design.shape[1])
        pick[columns] = 1
        mean, sd = float(pick @ beta), float(np.sqrt(pick @ covariance @ pick + unseen))
        ends = prior * np.exp(mean + np.array([0, -width, width]) * sd)
        return _fitted(ends, burnt, prior, interval)

    fits: list[FittedRate | None] = []
    for row in range(classes):
        fitted = bool(row in kinds)  # else it may differ as much as classes do
        own = [0] + [1 + int(np.searchsorted(kinds, row))] * fitted
        prior = float(counts.prior[row])
        there = bool((counts.kind == row).any())
        fits.append(
            told(own, prior, by_class[row], 0.0 if fitted else 1 / penalty) if there else None
        )
    one = FittedRate(rate=1.0, low=1.0, high=1.0, log_sd=0.0, fires=0, prior=1.0)
    factors = [
        told([1 + len(kinds) + int(np.searchsorted(spots, row))], 1.0, by_place[row])
        if row in spots else one
        for row in range(places)
    ]  # fmt: skip
    return Fit(fits, factors)


def _newton(
    design: Floats, offset: Floats, fires: Floats, penalty: float
) -> tuple[Floats, Floats, float]:
    """Return coefficients, their covariance and the Laplace evidence; the intercept is free."""
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-6
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(max(fires.sum(), 0.5)) - np.log(np.exp(offset).sum())
    for _ in range(STEPS):
        mean = np.exp(offset + design @ beta)
        slope = design.T @ (fires - mean) - ridge * beta
        hessian = design.T @ (mean[:, None] * design) + np.diag(ridge)
        move = np.linalg.solve(hessian, slope)
        beta = beta + move / max(1.0, np.abs(move).max())
        if np.abs(move).max() < 1e-9:
            break
    eta = offset + design @ beta
    likely = float((fires * eta - np.exp(eta)).sum() - 0.5 * (ridge[1:] * beta[1:] ** 2).sum())
    _, log_det = np.linalg.slogdet(hessian)
    evidence = likely + 0.5 * (np.log(ridge[1:]).sum() - log_det)
    return np.asarray(beta), np.asarray(np.linalg.inv(hessian), dtype=np.float64), float(evidence)


def _sums(rows: Longs, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(rows, values, minlength=count), dtype=np.float64)


def _fitted(ends: Floats, fires: float, prior: float, interval: float) -> FittedRate:
    rate, low, high = (float(end) for end in ends)
    log_sd = float(np.log(high / max(low, 1e-12)) / (2 * norm.ppf((1 + interval) / 2)))
    return FittedRate(
        rate=rate, low=low, high=high, log_sd=log_sd, fires=int(fires), prior=float(prior)
    )
