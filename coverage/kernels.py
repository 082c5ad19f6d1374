"""Every compiled loop, and nothing else.

All times are int32 milliseconds. A network comes as CSR arrays (`weizhan.geo.network.Network`)
with one cost an arc; `FAR` is the cost of an arc that cannot be passed and the time of a node
that cannot be reached. Labels are canonical: of two sources equally near the one with the lower
number wins, so answers do not depend on the order of the work.
"""

from __future__ import annotations

import sys

import numpy as np

from ..geo.passability import IMPASSABLE

_hide = sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]
from numba import njit  # noqa: E402  (numba looks for coverage.py and would find our folder)

if _hide:
    del sys.modules["coverage"]

FAR = IMPASSABLE

_SEARCH = (
    "Tuple((i4[::1], i4[::1]))"
    "(i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1])"
)


@njit("i8(i4, i4[::1], i4[::1], i4[::1], i4[::1], i8)", cache=True, inline="always")
def _take(v, bucket, ahead, behind, place, waiting):  # type: ignore[no-untyped-def]
    """Take a node out of the bucket in which it waits."""
    if behind[v] >= 0:
        ahead[behind[v]] = ahead[v]
    else:
        bucket[place[v]] = ahead[v]
    if ahead[v] >= 0:
        behind[ahead[v]] = behind[v]
    place[v] = -1
    return waiting - 1


@njit("i8(i4, i4, i4[::1], i4[::1], i4[::1], i4[::1], i8)", cache=True, inline="always")
def _move(v, to, bucket, ahead, behind, place, waiting):  # type: ignore[no-untyped-def]
    """Put a node into a bucket, out of the one in which it waits."""
    if place[v] == to:
        return waiting
    if place[v] >= 0:
        waiting = _take(v, bucket, ahead, behind, place, waiting)
    old = bucket[to]
    ahead[v], behind[v], place[v] = old, -1, to
    if old >= 0:
        behind[old] = v
    bucket[to] = v
    return waiting + 1


@njit("void(i8, i4, i4, i4[:, ::1], i4[:, ::1])", cache=True, inline="always")
def _keep_two(i, t, s, best_ms, best_source):  # type: ignore[no-untyped-def]
    """Keep the two earliest arrivals of different sources."""
    if t < best_ms[i, 0] or (t == best_ms[i, 0] and s < best_source[i, 0]):
        if s != best_source[i, 0]:
            best_ms[i, 1], best_source[i, 1] = best_ms[i, 0], best_source[i, 0]
        best_ms[i, 0], best_source[i, 0] = t, s
    elif s != best_source[i, 0] and (
        t < best_ms[i, 1] or (t == best_ms[i, 1] and s < best_source[i, 1])
    ):
        best_ms[i, 1], best_source[i, 1] = t, s


@njit(_SEARCH, cache=True)
def search(indptr, head, cost, seed_node, seed_ms, seed_source, first_ms, first_source):  # type: ignore[no-untyped-def]
    """Return time and source of the nearest seed for every node.

    A bucket queue: nodes wait in doubly linked lists by time, in a ring of buckets, and are
    relaxed again when their label improves, so the width of a bucket only matters for speed.

    With ``first_source`` (of one node or more) the search finds the second source instead: a
    label may not come from the source that is first at the node already. Along an arc between
    nodes with the same first source the second label travels on; along any other the first
    label of its tail is the candidate. That is enough: where the first sources differ, the first
    label of the tail is never worse than its second.

    Parameters
    ----------
    indptr, head, cost
        CSR arcs and their costs.
    seed_node, seed_ms, seed_source
        Where sources enter the network, in ascending order of time.
    first_ms, first_source
        Labels of a first search, or arrays of length 0.
    """
    nodes = len(indptr) - 1
    second = len(first_source) > 0
    ms = np.full(nodes, FAR, dtype=np.int32)
    source = np.full(nodes, -1, dtype=np.int32)
    # Arcs of a bucket's width or less are relaxed within it: about half the mean cost is best.
    total, passable, longest = 0.0, 1, np.int32(1)
    for arc in range(len(cost)):
        if cost[arc] < FAR:
            total += cost[arc]
            passable += 1
            longest = max(longest, cost[arc])
    width = np.int32(max(1.0, total / passable / 2, longest / 60_000.0))
    ring = np.int32(longest // width + 2)
    bucket = np.full(ring, -1, dtype=np.int32)
    ahead = np.full(nodes, -1, dtype=np.int32)
    behind = np.full(nodes, -1, dtype=np.int32)
    place = np.full(nodes, -1, dtype=np.int32)  # bucket in which a node waits
    waiting = 0
    seeds = len(seed_node)
    seed = 0
    step = np.int64(0)
    while waiting > 0 or seed < seeds:
        if waiting == 0:
            step = max(step, np.int64(seed_ms[seed]) // width)
        # Seeds enter when their bucket comes up, so the ring need not span them.
        while seed < seeds and np.int64(seed_ms[seed]) // width <= step:
            v, t, s = seed_node[seed], seed_ms[seed], seed_source[seed]
            seed += 1
            if t >= FAR or (second and s == first_source[v]):
                continue
            if t < ms[v] or (t == ms[v] and s < source[v]):
                ms[v], source[v] = t, s
                waiting = _move(v, np.int32(step % ring), bucket, ahead, behind, place, waiting)
        slot = np.int32(step % ring)
        while bucket[slot] >= 0:
            u = bucket[slot]
            waiting = _take(u, bucket, ahead, behind, place, waiting)
            for arc in range(indptr[u], indptr[u + 1]):
                v = head[arc]
                if second and first_source[u] != first_source[v]:
                    continue  # its candidate is the first label of u, which is a seed
                t = ms[u] + cost[arc]
                s = source[u]
                if t < ms[v] or (t == ms[v] and s < source[v]):
                    ms[v], source[v] = t, s
                    to = np.int32((np.int64(t) // width) % ring)
                    waiting = _move(v, to, bucket, ahead, behind, place, waiting)
        step += 1
    return ms, source


@njit(
    "void(i4[::1], f8[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i4[:, ::1], i4[:, ::1],"
    " i4[::1], i4[::1], f8[::1], i4[::1], i4[:, ::1], i4[:, ::1])",
    cache=True,
)
def arrive(  # type: ignore[no-untyped-def]
    lane,
    fraction,
    lane_from,
    lane_to,
    forward_ms,
    backward_ms,
    leave_ms,
    node_ms,
    node_source,
    start_first,
    start_source,
    start_fraction,
    start_ms,
    best_ms,
    best_source,
):
    """Lay the arrivals of one way of moving over the best two of each position, in place.

    A position is reached from either end of its lane, or along the lane from a source on it.

    Parameters
    ----------
    lane, fraction
        Positions; lane -1 is never reached.
    node_ms, node_source
        ``(2, nodes)`` first and second labels of `search`.
    start_first, start_source, start_fraction, start_ms
        Sources on lanes, grouped by lane: those of lane *l* are
        ``start_first[l]:start_first[l + 1]``.
    best_ms, best_source
        ``(positions, 2)`` best two so far, of different sources; updated.
    """
    for i in range(len(lane)):
        on = lane[i]
        if on < 0:
            continue
        ahead, back = forward_ms[on], backward_ms[on]
        u, v = lane_from[on], lane_to[on]
        for rank in range(2):
            if ahead < FAR and leave_ms[u] < FAR and node_ms[rank, u] < FAR:
                t = node_ms[rank, u] + leave_ms[u] + np.int32(fraction[i] * ahead + 0.5)
                _keep_two(i, t, node_source[rank, u], best_ms, best_source)
            if back < FAR and leave_ms[v] < FAR and node_ms[rank, v] < FAR:
                t = node_ms[rank, v] + leave_ms[v] + np.int32((1.0 - fraction[i]) * back + 0.5)
                _keep_two(i, t, node_source[rank, v], best_ms, best_source)
        for start in range(start_first[on], start_first[on + 1]):
            gap = fraction[i] - start_fraction[start]
            along = ahead if gap >= 0 else back
            if along < FAR:
                t = start_ms[start] + np.int32(abs(gap) * along + 0.5)
                _keep_two(i, t, start_source[start], best_ms, best_source)
