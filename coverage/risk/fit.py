"""Rates from past fires: shrunk by class and community, or a ridge regression of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtri

from ...geo.arrays import Floats, Longs
from ...geo.rules import FittedRate
from .shrinkage import shrink

STEPS = 50  # Newton steps; a handful suffices
PENALTIES = (0.5, 1.0, 2.0, 4.0, 16.0, 64.0)  # fires that a coefficient's prior is worth
SCATTERS = (1e-6, 0.1, 0.25, 0.5, 1.0, 2.0)  # variance of a cell's rate about the fit, as a ratio
ONE = FittedRate(rate=1.0, low=1.0, high=1.0, log_sd=0.0, fires=0, prior=1.0)


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
    return Fit([None] * len(counts.prior), [ONE] * places)


def shrunk(counts: Counts, places: int, *, interval: float) -> Fit:
    """Return shrunk rates: classes against the rules, then communities against classes.

    How much counts scatter is told by the cells of both.
    """
    classes = len(counts.prior)
    observed = _cells(counts, counts.fires, places)
    expected = _cells(counts, counts.expected, places)
    fits: list[FittedRate | None] = [None] * classes
    for row, ends in _told(observed, expected, interval):
        prior = float(counts.prior[row])
        fits[row] = _fitted(prior * ends, observed[row].sum(), prior, interval)
    rates = np.array([f.rate if f else r for f, r in zip(fits, counts.prior, strict=True)])
    hoped = _cells(counts, counts.exposure * rates[counts.kind], places)[:, :-1].T
    burnt = observed[:, :-1].T
    factors = [ONE] * places
    if burnt.sum() > 0:
        for row, ends in _told(burnt, hoped, interval):
            factors[row] = _fitted(ends, burnt[row].sum(), 1.0, interval)
    return Fit(fits, factors)


def _cells(counts: Counts, values: Floats, places: int) -> Floats:
    """Return sums by class and community, ``(classes, places + 1)``; the last is outside all."""
    place = np.where(counts.place < 0, places, counts.place)
    cells = _sums(counts.kind * (places + 1) + place, values, len(counts.prior) * (places + 1))
    return cells.reshape(len(counts.prior), places + 1)


def _told(observed: Floats, expected: Floats, interval: float) -> list[tuple[int, Floats]]:
    """Return the row of each group that is there, and its ratio with both ends."""
    there = np.flatnonzero(expected.sum(axis=1) > 0)
    found = shrink(observed[there], expected[there], interval=interval)
    ends = np.column_stack([found.ratio, found.low, found.high])
    return list(zip(there.tolist(), ends, strict=True))


def regressed(counts: Counts, places: int, *, interval: float, events: float) -> Fit:
    """Return a ridge negative binomial regression of classes and communities at once.

    Log rates are the rules' own plus an intercept, one coefficient a class and one a community
    with at least so many fires; others have none. Every penalty of `PENALTIES` and scatter of
    `SCATTERS` counts by its Laplace evidence, so that intervals hold what is not known of both.

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
    found = [
        (*_newton(design, offset, fires, penalty, scatter), 1 / penalty)
        for penalty in PENALTIES
        for scatter in SCATTERS
    ]
    betas, covariances, evidence, apart = (np.array(part) for part in zip(*found, strict=True))
    share = np.exp(evidence - evidence.max())
    share = share / share.sum()
    width = ndtri((1 + interval) / 2)

    def told(columns: list[int], prior: float, burnt: float, *, seen: bool = True) -> FittedRate:
        pick = np.zeros(design.shape[1])
        pick[columns] = 1
        means, squares = betas @ pick, covariances @ pick @ pick + (0 if seen else apart)
        mean = share @ means
        sd = np.sqrt(share @ (squares + (means - mean) ** 2))
        ends = prior * np.exp(mean + np.array([0, -width, width]) * sd)
        return _fitted(ends, burnt, prior, interval)

    fits: list[FittedRate | None] = []
    for row in range(classes):
        fitted = bool(row in kinds)  # else it may differ as much as classes do
        own = [0] + [1 + int(np.searchsorted(kinds, row))] * fitted
        prior = float(counts.prior[row])
        there = bool((counts.kind == row).any())
        fits.append(told(own, prior, by_class[row], seen=fitted) if there else None)
    factors = [
        told([1 + len(kinds) + int(np.searchsorted(spots, row))], 1.0, by_place[row])
        if row in spots else ONE
        for row in range(places)
    ]  # fmt: skip
    return Fit(fits, factors)


def _newton(
    design: Floats, offset: Floats, fires: Floats, penalty: float, scatter: float
) -> tuple[Floats, Floats, float]:
    """Return coefficients, their covariance and the Laplace evidence; the intercept is free.

    Counts are negative binomial with variance mean + `scatter` x its square.
    """
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-6
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(max(fires.sum(), 0.5)) - np.log(np.exp(offset).sum())
    for _ in range(STEPS):
        mean = np.exp(offset + design @ beta)
        slope = design.T @ ((fires - mean) / (1 + scatter * mean)) - ridge * beta
        # As the counts would be expected, which is never negative.
        weight = mean / (1 + scatter * mean)
        hessian = design.T @ (weight[:, None] * design) + np.diag(ridge)
        move = np.linalg.solve(hessian, slope)
        beta = beta + move / max(1.0, np.abs(move).max())
        if np.abs(move).max() < 1e-9:
            break
    eta = offset + design @ beta
    size = 1 / scatter
    told = fires * eta - (fires + size) * np.log1p(scatter * np.exp(eta))
    told = told + gammaln(fires + size) - gammaln(size) + fires * np.log(scatter)
    likely = float(told.sum() - 0.5 * (ridge[1:] * beta[1:] ** 2).sum())
    _, log_det = np.linalg.slogdet(hessian)
    evidence = likely + 0.5 * (np.log(ridge[1:]).sum() - log_det)
    return np.asarray(beta), np.asarray(np.linalg.inv(hessian), dtype=np.float64), float(evidence)


def _sums(rows: Longs, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(rows, values, minlength=count), dtype=np.float64)


def _fitted(ends: Floats, fires: float, prior: float, interval: float) -> FittedRate:
    rate, low, high = (float(end) for end in ends)
    log_sd = float(np.log(high / max(low, 1e-12)) / (2 * ndtri((1 + interval) / 2)))
    return FittedRate(
        rate=rate, low=low, high=high, log_sd=log_sd, fires=int(fires), prior=float(prior)
    )
