"""P(arrive within the standard): log-normal travel, turnout within its bounds.

Travel time is log-normal about its typical value (its median) with the coefficient of variation
of the rule set; turnout is triangular between its low and high bounds, or as the station states
it. The two are independent; the probability is exact up to the quadrature over turnout.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from ...geo.arrays import Floats

NODES = 24  # of the quadrature over turnout; twice as many change nothing in the fourth decimal


def arrival_probability(
    travel_s: Floats,
    fixed_s: Floats,
    turnout_s: tuple[Floats, Floats, Floats],
    *,
    standard_s: Floats | float,
    cv: float,
) -> Floats:
    """Return the probability of arriving within the standard.

    Parameters
    ----------
    travel_s
        ``(n,)`` typical travel time; NaN where nobody arrives.
    fixed_s
        ``(n,)`` seconds that do not vary, such as the walk from the lane to the wall.
    turnout_s
        Low, typical and high turnout, each ``(n,)``.
    standard_s
        The standard, one for all or ``(n,)``.
    cv
        Coefficient of variation of travel time.

    Returns
    -------
    ndarray
        ``(n,)`` in 0..1; 0 where nobody arrives.
    """
    sigma = np.sqrt(np.log1p(cv**2))
    share, weight = np.polynomial.legendre.leggauss(NODES)
    total = np.zeros(len(travel_s))
    with np.errstate(divide="ignore", invalid="ignore"):
        for u, w in zip((share + 1) / 2, weight / 2, strict=True):
            left = standard_s - fixed_s - _triangular(u, *turnout_s)
            sure = np.where(travel_s > 0, np.log(left) - np.log(travel_s), np.inf) / sigma
            total += w * np.where(left >= 0, ndtr(np.where(left > 0, sure, -np.inf)), 0.0)
    return np.where(np.isnan(travel_s), 0.0, np.clip(total, 0, 1))


def _triangular(u: float, low: Floats, mode: Floats, high: Floats) -> Floats:
    """Return the quantile of triangular distributions; a point where low equals high."""
    width = np.maximum(high - low, 1e-12)
    rise = np.sqrt(u * width * (mode - low))
    fall = np.sqrt((1 - u) * width * (high - mode))
    return np.where(u * width < mode - low, low + rise, high - fall)
