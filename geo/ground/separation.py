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


def neighbours(shapes: Shapes, *, within_m: float) -> Longs:
    """Return how many other buildings stand nearer than a gap, ``(n,)``.

    Parameters
    ----------
    shapes
        ``(n,)`` polygons in metres.
    within_m
        The gap, metres.
    """
    one, other = close_pairs(shapes, within_m=within_m)
    return np.bincount(np.concatenate([one, other]), minlength=len(shapes))


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
    one, other = close_pairs(shapes, within_m=within_m)
    count = len(shapes)
    if not count:
        return np.zeros(0, dtype=np.int64)
    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    _, part = connected_components(links, directed=False)
    size = np.bincount(part)
    rank = np.zeros(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(1, len(size) + 1)
    return np.where(size[part] >= least, rank[part], 0)
