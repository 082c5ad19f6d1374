"""From arrivals with options to rows: each step by which options make a building better off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ...geo.arrays import Floats, Indices


@dataclass(frozen=True, eq=False)
class LevelRows:
    """Rows of a problem, and what is there without any measure.

    Attributes
    ----------
    row, option
        ``(cells,)`` which options cover which rows.
    weights, building
        ``(rows,)``
    base
        ``(buildings,)`` worth without any measure.
    """

    row: Indices
    option: Indices
    weights: Floats
    building: Indices
    base: Floats


def level_rows(building: Indices, level: Indices, option: Indices, weights: Floats) -> LevelRows:
    """Return one row for each step by which options lift a building above what it has.

    Parameters
    ----------
    building, level, option
        ``(pairs,)`` an option, -1 for none needed, brings a building to a level, from 0 on.
    weights
        ``(buildings,)`` what one level is worth.

    Examples
    --------
    >>> rows = level_rows(np.array([0, 0, 0]), np.array([1, 4, 2]), np.array([-1, 5, 6]),
    ...                   np.array([10.0]))
    >>> rows.weights.tolist(), list(zip(rows.row.tolist(), rows.option.tolist())), rows.base[0]
    ([10.0, 20.0], [(0, 5), (0, 6), (1, 5)], np.float64(10.0))
    """
    have = np.zeros(len(weights), dtype=np.intp)
    free = option < 0
    np.maximum.at(have, building[free], level[free])
    above = ~free & (level > have[building]) & (weights[building] > 0)
    building, level, option = building[above], level[above], option[above]
    steps, own = np.unique(np.stack([building, level], axis=1), axis=0, return_inverse=True)
    own = own.ravel()
    where = steps[:, 0].astype(np.intp)
    begins = np.append(True, where[1:] != where[:-1])[: len(where)]
    before = np.where(begins, have[where], np.append(0, steps[:-1, 1])[: len(where)])
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1] if len(where) else where
    # An option of some level covers all steps of its building up to that one.
    count = own - first[own] + 1
    pair = np.repeat(np.arange(len(own)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    cells = np.unique(np.stack([first[own][pair] + inside, option[pair]], axis=1), axis=0)
    return LevelRows(
        cells[:, 0].astype(np.intp),
        cells[:, 1].astype(np.intp),
        weights[where] * (steps[:, 1] - before),
        where,
        weights * have,
    )


def options_of(sets: Indices, measures: int) -> tuple[Indices, sparse.csr_array]:
    """Return which option each set of measures is, -1 for the empty one, and what options need.

    Parameters
    ----------
    sets
        ``(n, k)`` measures, -1 for none, repeated ones once.
    measures
        How many there are.
    """
    ordered = np.sort(sets, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = -1
    ordered = np.sort(ordered, axis=1)
    every, which = np.unique(ordered, axis=0, return_inverse=True)
    empty = (every < 0).all(axis=1)
    number = np.where(empty, -1, np.cumsum(~empty) - 1)
    named = every[~empty]
    row, column = np.nonzero(named >= 0)
    ones = np.ones(len(row), dtype=np.int32)
    needs = sparse.csr_array((ones, (row, named[row, column])), shape=(len(named), measures))
    return number[which.ravel()], needs
