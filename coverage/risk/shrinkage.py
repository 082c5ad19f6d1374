"""Rates of groups from their fires: the level of all first, then each group shrunk to it.

Counts of cells (a class in a community, say) are negative binomial. Neither the level nor how much
groups differ nor how much cells scatter is plugged in: each value of them counts by how likely it
makes the counts, so that intervals hold what is not known of all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from scipy.special import gammaln

from ...geo.arrays import Flags, Floats

#: Log of a group's rate against the raw rate of all; fine enough for some 1,000 fires of a group.
RATES: Final = np.arange(-6.0, 4.0, 0.04)
#: Log of the level against the raw rate of all, each as likely before.
LEVELS: Final = np.arange(-2.0, 2.01, 0.08)
#: How much rates of groups may vary about the level (coefficient of variation), each as likely.
SPREADS: Final = np.linspace(0.08, 1.5, 8)
#: How much more than Poisson counts may scatter: by as many times their mean (fires that come in
#: clusters), or by the square of it (cells that differ). Poisson, the one and the other are each
#: as likely before.
CLUSTERED: Final = (0.5, 2.0)
DIFFERING: Final = (0.1, 0.3, 1.0)


@dataclass(frozen=True)
class Shrunk:
    """Rate ratios by group: 1 is as expected; posterior mean and interval."""

    ratio: Floats
    low: Floats
    high: Floats

    def at(self, some: Flags) -> Shrunk:
        """Return the same among more groups, of which the others are missing."""
        ends = []
        for told in (self.ratio, self.low, self.high):
            whole = np.full(len(some), np.nan)
            whole[some] = told
            ends.append(whole)
        return Shrunk(*ends)


def shrink(observed: Floats, expected: Floats, *, interval: float) -> Shrunk:
    """Return Gamma and negative binomial rate ratios, shrunk to the level of all groups.

    Parameters
    ----------
    observed, expected
        ``(groups, cells)`` counts; cells in which nothing is expected say nothing. From one cell
        a group nobody can tell groups that differ from counts that scatter, so that half of the
        one is taken for the other. Some count must be above 0.
    interval
        Probability between low and high.
    """
    raw = observed.sum() / expected.sum()
    log_likely = _log_likelihood(observed, expected * raw)
    best = log_likely.max(axis=0)
    likely = np.exp(log_likely - best)
    prior = _prior()
    groups, kinds = best.shape
    chance = np.maximum(prior @ likely.reshape(len(RATES), -1), 1e-300)
    chance = chance.reshape(len(prior), groups, kinds)
    told = np.log(chance).sum(axis=1) + best.sum(axis=0) + np.log(_before())
    weight = np.exp(told - told.max())
    share = (weight[:, None] / weight.sum() / chance).reshape(len(prior), -1)
    found = (prior.T @ share).reshape(likely.shape) * likely
    after = found.sum(axis=2).T
    after /= after.sum(axis=1, keepdims=True)
    below = np.cumsum(after, axis=1) - after / 2
    outside = (1 - interval) / 2
    ends = [
        raw * np.exp([np.interp(share, row, RATES) for row in below])
        for share in (outside, 1 - outside)
    ]
    return Shrunk(raw * (after @ np.exp(RATES)), *ends)


def _before() -> Floats:
    """Return how likely each kind of scatter is before anything is counted."""
    kinds = [1.0], [1 / len(CLUSTERED)] * len(CLUSTERED), [1 / len(DIFFERING)] * len(DIFFERING)
    return np.concatenate(kinds) / len(kinds)


@cache
def _prior() -> Floats:
    """Return Gamma densities of log rates for every level and spread, ``(both, rates)``."""
    shape = 1 / SPREADS[None, :, None] ** 2
    away = RATES - LEVELS[:, None, None]
    density = np.exp(shape * (away - np.exp(away)) + shape * np.log(shape) - gammaln(shape))
    table: Floats = density.reshape(-1, len(RATES)) * (RATES[1] - RATES[0])
    return table


def _log_likelihood(observed: Floats, expected: Floats) -> Floats:
    """Return how likely each rate makes each group's counts, ``(rates, groups, kinds)`` logs."""
    there = expected > 0
    group, count = np.nonzero(there)[0], observed[there]
    log_mean = np.log(expected[there]) + RATES[:, None]
    mean = np.exp(log_mean)
    kinds = [count * log_mean - mean]
    some = count > 0
    for excess in CLUSTERED:
        size = mean / excess
        told = -size * np.log1p(excess)
        told[:, some] += gammaln(count[some] + size[:, some]) - gammaln(size[:, some])
        kinds.append(told + count * np.log(excess / (1 + excess)))
    for square in DIFFERING:
        size = 1 / square
        told = count * log_mean - (count + size) * np.log1p(square * mean)
        kinds.append(told + gammaln(count + size) - gammaln(size) + count * np.log(square))
    of_group = (group[:, None] == np.arange(len(observed))).astype(float)
    return np.stack([told @ of_group for told in kinds], axis=2)
