"""Gaps between buildings, and the clusters through which a fire could spread."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..arrays import Longs, Shapes


def close_pairs(shapes: Shapes, *, within_m: float) -> tuple[Longs, Longs]:
    """Return the pairs of buildings nearer to each other than a gap, each pair once.

    Parameters
    ----------
    shapes
        ``(n,)`` footprints in a metric CRS.
    within_m
        The gap; buildings that touch are near, too.

    Returns
    -------
    first, second
        Rows, the first the smaller.
    """
    one, other = shapely.STRtree(shapes).query(shapes, "dwithin", distance=within_m)
    once = one < other
    return one[once].astype(np.int64), other[once].astype(np.int64)


def neighbours(shapes: Shapes, *, within_m: float, beside: Shapes | None = None) -> Longs:
    """Return how many other buildings stand nearer than a gap, ``(n,)``.

    Parameters
    ----------
    shapes
        ``(n,)`` polygons in metres.
    within_m
        The gap, metres.
    beside
        Further buildings that are counted and not asked about.
    """
    every = shapes if beside is None else np.concatenate([shapes, beside])
    one, other = close_pairs(every, within_m=within_m)
    return np.bincount(np.concatenate([one, other]), minlength=len(every))[: len(shapes)]


def linked(shapes: Shapes, *, within_m: float) -> Longs:
    """Return a label of what is reached from each other over gaps below a distance, ``(n,)``.

    Parameters
    ----------
    shapes
        ``(n,)`` polygons in metres.
    within_m
        Gaps below it are crossed, metres.

    Returns
    -------
    ndarray
        From 0, in the order of the first shape of each.
    """
    one, other = close_pairs(shapes, within_m=within_m)
    count = len(shapes)
    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    label: Longs = connected_components(links, directed=False)[1].astype(np.int64)
    return label


def clusters(shapes: Shapes, *, within_m: float, least: int) -> Longs:
    """Return the cluster of each shape, ``(n,)``: 1 the largest, 0 none.

    A cluster holds every shape that is reached from another over gaps below a distance; of
    buildings, those from which a fire can go on to each other. Those with fewer shapes than
    ``least`` are none.

    Parameters
    ----------
    shapes
        ``(n,)`` polygons in metres.
    within_m
        Gaps below it are crossed, metres.
    least
        Shapes of the smallest cluster.
    """
    if not len(shapes):
        return np.zeros(0, dtype=np.int64)
    return largest_first(linked(shapes, within_m=within_m), least=least)


def largest_first(label: Longs, *, least: int) -> Longs:
    """Return the place of each label by how often it is there, 1 the most frequent.

    Parameters
    ----------
    label
        ``(n,)`` from 0.
    least
        Labels of fewer than that become 0.
    """
    size = np.bincount(label)
    rank = np.zeros(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(1, len(size) + 1)
    return np.where(size[label] >= least, rank[label], 0)
