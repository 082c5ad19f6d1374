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
    (where, step), own = _distinct(building, level)
    begins = np.append(True, where[1:] != where[:-1])[: len(where)]
    before = np.where(begins, have[where], np.append(0, step[:-1])[: len(where)])
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1] if len(where) else where
    # An option of some level covers all steps of its building up to that one.
    count = own - first[own] + 1
    pair = np.repeat(np.arange(len(own)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    (cell_row, cell_option), _ = _distinct(first[own][pair] + inside, option[pair])
    return LevelRows(
        cell_row,
        cell_option,
        weights[where] * (step - before),
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
    every, which = _distinct(*(ordered + 1).T)
    named = np.column_stack(every) - 1
    empty = (named < 0).all(axis=1)
    number = np.where(empty, -1, np.cumsum(~empty) - 1)
    named = named[~empty]
    row, column = np.nonzero(named >= 0)
    ones = np.ones(len(row), dtype=np.int32)
    needs = sparse.csr_array((ones, (row, named[row, column])), shape=(len(named), measures))
    return number[which], needs


def _distinct(*columns: Indices) -> tuple[tuple[Indices, ...], Indices]:
    """Return the distinct rows of numbers from 0 on, in their order, and which each row is.

    As one number each: rows of several take several times as long to sort.
    """
    shape = [int(column.max(initial=0)) + 1 for column in columns]
    every, which = np.unique(np.ravel_multi_index(columns, shape), return_inverse=True)
    return np.unravel_index(every, shape), which
