"""Bands of risk, and how sure they are: by rank within the town, draw by draw."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import numpy as np

from ...geo.arrays import Floats, Ints, Longs, Shapes, Singles
from ...geo.rules import RiskRule
from ...geo.words import RiskBand

BANDS: tuple[RiskBand, ...] = tuple(RiskBand)
BLOCK = 2048  # buildings whose draws are sorted at once
COLUMNS = 8  # draws that are ranked at once: they lie far apart in memory


def band_ends(rules: RiskRule, count: int) -> Longs:
    """Return the last rank of each band but the lowest, for a town of so many buildings.

    Parameters
    ----------
    rules
        Shares of the bands.
    count
        Buildings.
    """
    shares = list(accumulate(rules.band_share[band].value for band in BANDS[:-1]))
    return np.ceil(np.array(shares) * count - 1e-9).astype(np.int64)


def ranks(values: Floats) -> Longs:
    """Return the rank of each value, 1 the largest; equal ones in their order.

    Parameters
    ----------
    values
        ``(n,)``.
    """
    order = np.argsort(-values, kind="stable")
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(1, len(values) + 1)
    return rank


def single_ranks(values: Singles) -> Longs:
    """Return the same as `ranks` for float32, from one sort of integers; no NaN.

    The bits of a float32, turned where it is negative, are an integer in the same order; with the
    row below them no two are equal, and the sorted integers end in the order of the rows.

    Parameters
    ----------
    values
        ``(n,)``.

    Examples
    --------
    >>> single_ranks(np.array([2.0, -1.0, 3.0, 2.0], dtype=np.float32)).tolist()
    [2, 4, 1, 3]
    """
    bits = (values + np.float32(0)).view(np.uint32)  # there is one zero, not two
    up = np.where(bits >> np.uint32(31), bits, ~(bits | np.uint32(0x80000000)))
    key = up.astype(np.uint64) << np.uint64(32)
    key |= np.arange(len(values), dtype=np.uint64)
    key.sort()
    rank = np.empty(len(values), dtype=np.int64)
    rank[key.astype(np.uint32)] = np.arange(1, len(values) + 1)
    return rank


def band_codes(rank: Longs, ends: Longs) -> Shapes:
    """Return the code of the band of each rank.

    Parameters
    ----------
    rank
        ``(n,)`` from 1.
    ends
        From `band_ends`.
    """
    codes = np.array([str(band) for band in BANDS], dtype=object)
    found: Shapes = codes[np.searchsorted(ends, rank, side="left")]
    return found


def rank_intervals(
    values: Singles, ends: Longs, own: Longs, *, interval: float, workers: int = 1
) -> tuple[Longs, Longs, Floats]:
    """Return how far the rank of each building may lie, and how sure its band is.

    Parameters
    ----------
    values
        ``(buildings, draws)``; written over with the ranks, to hold no second copy.
    ends
        Last ranks of the bands, from `band_ends`.
    own
        ``(buildings,)`` the rank that is told.
    interval
        Share of the draws between low and high.
    workers
        Threads; the answer does not depend on them.

    Returns
    -------
    low, high
        Ranks; ``low`` is the smaller number, so the higher risk.
    share
        Of the draws in which a building is in the band that is told.
    """

    def rank(begin: int) -> None:
        some = np.ascontiguousarray(values[:, begin : begin + COLUMNS].T)
        for draw in some:
            draw[:] = single_ranks(draw)
        values[:, begin : begin + COLUMNS] = some.T

    with ThreadPoolExecutor(workers) as pool:
        deque(pool.map(rank, range(0, values.shape[1], COLUMNS)), maxlen=0)
    return intervals_of_ranks(values, ends, own, interval=interval)


def intervals_of_ranks(
    drawn: Singles | Ints, ends: Longs, own: Longs, *, interval: float
) -> tuple[Longs, Longs, Floats]:
    """Return the same as `rank_intervals` from the ranks of every draw.

    Parameters
    ----------
    drawn
        ``(buildings, draws)`` ranks among all, of which these buildings may be a part.
    ends, own, interval
        As for `rank_intervals`.
    """
    low, high = np.empty(len(own), np.int64), np.empty(len(own), np.int64)
    share = np.empty(len(own))
    band = np.searchsorted(ends, own, side="left")
    first = np.concatenate([[0], ends]).astype(drawn.dtype)[band, None]
    last = np.concatenate([ends, [np.iinfo(np.int32).max]]).astype(drawn.dtype)[band, None]
    for begin in range(0, len(own), BLOCK):
        rows = slice(begin, begin + BLOCK)
        block = np.sort(drawn[rows], axis=1)
        at = _ends(block.shape[1], interval)
        low[rows], high[rows] = block[:, at[0]], block[:, at[1]]
        share[rows] = ((block > first[rows]) & (block <= last[rows])).mean(axis=1)
    return np.minimum(low, own), np.maximum(high, own), share


def spread(block: Floats, *, interval: float) -> tuple[Floats, Floats]:
    """Return the ends of the interval of each row of draws."""
    at = _ends(block.shape[1], interval)
    ordered = np.sort(block, axis=1)
    return ordered[:, at[0]], ordered[:, at[1]]


def _ends(draws: int, interval: float) -> tuple[int, int]:
    outside = (1 - interval) / 2
    return round(outside * (draws - 1)), round((1 - outside) * (draws - 1))
