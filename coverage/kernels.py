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
    "void(i4[:, ::1], i4[:, ::1], i4[:, ::1], i4[:, ::1], i4[::1], i4[::1], i4[::1],"
    " i4[:, ::1], i4[:, ::1])",
    cache=True,
)
def arrive(  # type: ignore[no-untyped-def]
    entry_state, entry_ms, ms, source, near_first, near_source, near_ms, best_ms, best_source
):
    """Keep the two earliest arrivals of different sources at each position, in place.

    Parameters
    ----------
    entry_state, entry_ms
        ``(positions, ways)``; a way of state -1 is closed.
    ms, source
        ``(2, states)`` first and second labels of `search`.
    near_first, near_source, near_ms
        Sources on the position's own lane: those of position *i* are
        ``near_first[i]:near_first[i + 1]``.
    best_ms, best_source
        ``(positions, 2)``; updated.
    """
    for i in range(len(entry_state)):
        for way in range(entry_state.shape[1]):
            state = entry_state[i, way]
            if state < 0:
                continue
            for rank in range(2):
                if ms[rank, state] < FAR:
                    t = ms[rank, state] + entry_ms[i, way]
                    _keep_two(i, t, source[rank, state], best_ms, best_source)
        for near in range(near_first[i], near_first[i + 1]):
            _keep_two(i, near_ms[near], near_source[near], best_ms, best_source)


@njit("Tuple((i4[::1], i4[::1], i4[::1]))(i4[::1], i4[::1])", cache=True)
def preorder(first, child):  # type: ignore[no-untyped-def]
    """Return a forest in preorder: the order, each state's place in it, each subtree's size.

    Parameters
    ----------
    first, child
        CSR of children: those of state *s* are ``child[first[s]:first[s + 1]]``; the roots are
        those of one more state than there are, the last.
    """
    states = len(first) - 2
    order = np.empty(states, dtype=np.int32)
    place = np.full(states, -1, dtype=np.int32)
    size = np.zeros(states, dtype=np.int32)
    stack = np.empty(states + 1, dtype=np.int32)
    parent = np.full(states, -1, dtype=np.int32)
    top = 0
    for k in range(first[states], first[states + 1]):
        stack[top] = child[k]
        top += 1
    met = 0
    while top > 0:
        top -= 1
        s = stack[top]
        order[met], place[s] = s, met
        met += 1
        for k in range(first[s], first[s + 1]):
            parent[child[k]] = s
            stack[top] = child[k]
            top += 1
    for k in range(met - 1, -1, -1):
        s = order[k]
        size[s] += 1
        if parent[s] >= 0:
            size[parent[s]] += size[s]
    return order[:met].copy(), place, size


@njit("void(i4[::1], i4[::1], i8, i4, i4)", cache=True, inline="always")
def _push(heap_ms, heap_state, waiting, t, s):  # type: ignore[no-untyped-def]
    """Put a state into a binary heap of ``waiting`` states."""
    k = waiting
    while k > 0:
        up = (k - 1) >> 1
        if heap_ms[up] <= t:
            break
        heap_ms[k], heap_state[k] = heap_ms[up], heap_state[up]
        k = up
    heap_ms[k], heap_state[k] = t, s


@njit("void(i4[::1], i4[::1], i8)", cache=True, inline="always")
def _drop(heap_ms, heap_state, waiting):  # type: ignore[no-untyped-def]
    """Take the first state off a binary heap of ``waiting`` states."""
    last = waiting - 1
    t, s = heap_ms[last], heap_state[last]
    k = 0
    while True:
        down = 2 * k + 1
        if down >= last:
            break
        if down + 1 < last and heap_ms[down + 1] < heap_ms[down]:
            down += 1
        if heap_ms[down] >= t:
            break
        heap_ms[k], heap_state[k] = heap_ms[down], heap_state[down]
        k = down
    heap_ms[k], heap_state[k] = t, s


@njit("Tuple((i4[::1], i4[::1]))(i4[::1], i8)", cache=True)
def _by_key(key, keys):  # type: ignore[no-untyped-def]
    """Return the numbers of the items of each key as CSR, in their order."""
    first = np.zeros(keys + 1, dtype=np.int32)
    for i in range(len(key)):
        first[key[i] + 1] += 1
    for k in range(keys):
        first[k + 1] += first[k]
    item = np.empty(len(key), dtype=np.int32)
    at = first[:-1].copy()
    for i in range(len(key)):
        item[at[key[i]]] = i
        at[key[i]] += 1
    return first, item


@njit("i8(i4, i8, i4[::1], i4[::1], i4[::1], i4[::1], i4[::1], i8)", cache=True)
def _cut_off(root, event, order, place, size, loose, cut, few):  # type: ignore[no-untyped-def]
    """Mark the subtree of a root as cut off by an event; return how many states are."""
    for k in range(place[root], place[root] + size[root]):
        s = order[k]
        if loose[s] != event:
            loose[s] = event
            cut[few] = s
            few += 1
    return few


@njit("i4[::1](i4[::1])", cache=True)
def _twice(full):  # type: ignore[no-untyped-def]
    """Return an array of twice the length that begins with the given one."""
    larger = np.empty(2 * len(full), dtype=np.int32)
    larger[: len(full)] = full
    return larger


@njit(
    "Tuple((i8[::1], i4[::1], i4[::1], f8[:, ::1], f8[::1], i4[::1]))("
    "UniTuple(i4[::1], 4), UniTuple(i4[::1], 2), UniTuple(i4[::1], 2), UniTuple(i4[::1], 5),"
    "Tuple((i4[::1], i4[::1], i4[::1], b1[::1])), UniTuple(i4[::1], 2),"
    "Tuple((i4[:, ::1], i4[:, ::1], b1[:, ::1], i4[::1])), UniTuple(i4[::1], 2),"
    "UniTuple(i4[::1], 2), Tuple((i4[::1], i4[::1], b1[::1])),"
    "UniTuple(i4[::1], 2), i4[::1], i4[::1], f8[:, ::1], b1)",
    cache=True,
    nogil=True,
)
def closures(  # type: ignore[no-untyped-def]
    arcs, into, of_lane, forest, starts, starts_of_lane,
    entries, uses, on_lane, near, events, base_ms, limit_ms, weights, keep,
):  # fmt: skip
    """Return what each closure of some lanes costs, by mending only what hung on them.

    For every event the subtrees of the shortest-path forest that hang on an arc of a closed lane
    are cut off, seeded again from their border and settled; nothing else can change. Then the
    positions that use a state which changed, or that lie on a closed lane, are timed again.

    Parameters
    ----------
    arcs
        ``head, ms, lane, tail`` of the arcs; lane -1 for arcs that no closure touches.
    into
        ``first, arc``: the arcs that end in each state.
    of_lane
        ``first, arc``: the arcs of each lane that a closure touches.
    forest
        ``ms, pred, order, place, size`` of the states without any closure; ``pred`` is an arc,
        or -2 - *i* for start *i*.
    starts
        ``first, start, ms, lane_open``: starts by state, and per start whether it survives the
        closure of its own lane.
    starts_of_lane
        ``first, start``: the starts whose way lies on each lane.
    entries
        ``state, ms, lane_open, lane``: ways to each position, and whether they survive the
        closure of its lane.
    uses
        ``first, position``: positions that can be entered from each state.
    on_lane
        ``first, position``: positions on each lane.
    near
        ``first, ms, lane_open``: sources on the position's own lane.
    events
        ``first, lane``: the lanes closed together.
    base_ms, limit_ms
        ``(positions,)`` time without a closure, and the time up to which a position is covered.
    weights
        ``(k, positions)`` what is lost with a position that is covered no more.
    keep
        Whether to return every changed time.

    Returns
    -------
    changed_first, changed_position, changed_ms
        Per event the positions whose time changed, and the new times; empty without ``keep``.
    lost
        ``(events, k)`` weight of the positions that are covered without and not with the closure.
    added_s
        ``(events,)`` seconds added at positions that are still reached.
    unreached
        ``(events,)`` positions that nobody reaches any more.
    """
    head, cost, arc_lane, tail = arcs
    into_first, into_arc = into
    lane_first, lane_arc = of_lane
    ms, pred, order, place, size = forest
    start_first, start_at, start_ms, start_open = starts
    own_first, own_start = starts_of_lane
    entry_state, entry_ms, entry_open, entry_lane = entries
    use_first, use_position = uses
    on_first, on_position = on_lane
    near_first, near_ms, near_open = near
    event_first, event_lane = events
    states, positions, lanes = len(ms), len(base_ms), len(lane_first) - 1
    count = len(event_first) - 1
    start_state = np.empty(len(start_at), dtype=np.int32)
    start_lane = np.full(len(start_at), -1, dtype=np.int32)
    for s in range(states):
        for k in range(start_first[s], start_first[s + 1]):
            start_state[start_at[k]] = s
    for lane in range(lanes):
        for k in range(own_first[lane], own_first[lane + 1]):
            start_lane[own_start[k]] = lane
    out_first, out_arc = _by_key(tail, states)

    closed = np.full(lanes, -1, dtype=np.int32)  # the event that closes a lane
    loose = np.full(states, -1, dtype=np.int32)  # the event that cuts a state off
    timed = np.full(positions, -1, dtype=np.int32)
    new_ms = np.empty(states, dtype=np.int32)
    cut = np.empty(states, dtype=np.int32)
    touched = np.empty(positions, dtype=np.int32)
    heap_ms = np.empty(len(head) + states + 1, dtype=np.int32)
    heap_state = np.empty(len(head) + states + 1, dtype=np.int32)
    lost = np.zeros((count, len(weights)))
    added_s = np.zeros(count)
    unreached = np.zeros(count, dtype=np.int32)
    changed_first = np.zeros(count + 1, dtype=np.int64)
    changed_position = np.empty(1024 if keep else 0, dtype=np.int32)
    changed_ms = np.empty(1024 if keep else 0, dtype=np.int32)
    kept = 0

    for event in range(count):
        few = 0
        for k in range(event_first[event], event_first[event + 1]):
            closed[event_lane[k]] = event
        for k in range(event_first[event], event_first[event + 1]):
            lane = event_lane[k]
            for j in range(lane_first[lane], lane_first[lane + 1]):
                root = head[lane_arc[j]]
                if pred[root] == lane_arc[j] and loose[root] != event:
                    few = _cut_off(root, event, order, place, size, loose, cut, few)
            for j in range(own_first[lane], own_first[lane + 1]):
                start = own_start[j]
                root = start_state[start]
                if pred[root] == -2 - start and not start_open[start] and loose[root] != event:
                    few = _cut_off(root, event, order, place, size, loose, cut, few)
        waiting = 0
        for k in range(few):
            s = cut[k]
            best = np.int32(FAR)
            for j in range(into_first[s], into_first[s + 1]):
                arc = into_arc[j]
                t = tail[arc]
                if loose[t] != event and (arc_lane[arc] < 0 or closed[arc_lane[arc]] != event):
                    best = min(best, ms[t] + cost[arc])
            for j in range(start_first[s], start_first[s + 1]):
                start = start_at[j]
                lane = start_lane[start]
                if start_open[start] or lane < 0 or closed[lane] != event:
                    best = min(best, start_ms[start])
            new_ms[s] = best
            if best < FAR:
                _push(heap_ms, heap_state, waiting, best, s)
                waiting += 1
        while waiting > 0:
            t, s = heap_ms[0], heap_state[0]
            _drop(heap_ms, heap_state, waiting)
            waiting -= 1
            if t > new_ms[s]:
                continue
            for j in range(out_first[s], out_first[s + 1]):
                arc = out_arc[j]
                v = head[arc]
                if loose[v] != event or (arc_lane[arc] >= 0 and closed[arc_lane[arc]] == event):
                    continue
                if t + cost[arc] < new_ms[v]:
                    new_ms[v] = t + cost[arc]
                    _push(heap_ms, heap_state, waiting, new_ms[v], v)
                    waiting += 1

        met = 0
        for k in range(few):
            s = cut[k]
            if new_ms[s] == ms[s]:
                continue
            for j in range(use_first[s], use_first[s + 1]):
                i = use_position[j]
                if timed[i] != event:
                    timed[i] = event
                    touched[met] = i
                    met += 1
        for k in range(event_first[event], event_first[event + 1]):
            lane = event_lane[k]
            for j in range(on_first[lane], on_first[lane + 1]):
                i = on_position[j]
                if timed[i] != event:
                    timed[i] = event
                    touched[met] = i
                    met += 1
        for k in range(met):
            i = touched[k]
            shut = closed[entry_lane[i]] == event
            best = np.int32(FAR)
            for way in range(entry_state.shape[1]):
                s = entry_state[i, way]
                if s < 0 or (shut and not entry_open[i, way]):
                    continue
                t = new_ms[s] if loose[s] == event else ms[s]
                if t < FAR:
                    best = min(best, t + entry_ms[i, way])
            for j in range(near_first[i], near_first[i + 1]):
                if near_open[j] or not shut:
                    best = min(best, near_ms[j])
            if best == base_ms[i]:
                continue
            if base_ms[i] <= limit_ms[i] < best:
                for w in range(len(weights)):
                    lost[event, w] += weights[w, i]
            if best < FAR:
                added_s[event] += (best - base_ms[i]) / 1000.0
            else:
                unreached[event] += 1
            if keep:
                if kept == len(changed_position):
                    changed_position = _twice(changed_position)
                    changed_ms = _twice(changed_ms)
                changed_position[kept], changed_ms[kept] = i, best
                kept += 1
        changed_first[event + 1] = kept
    return changed_first, changed_position[:kept], changed_ms[:kept], lost, added_s, unreached


@njit("i8(i4, i4, i8, i4, i4[::1], i4[::1], i4[::1], i8)", cache=True, inline="always")
def _meet(i, t, crew, limit_ms, timed, best, found, count):  # type: ignore[no-untyped-def]
    """Note that a crew reaches a position; return how many it has reached."""
    if t <= limit_ms:
        if timed[i] != crew:
            timed[i] = crew
            best[i] = t
            found[count] = i
            count += 1
        elif t < best[i]:
            best[i] = t
    return count


@njit(
    "Tuple((i8[::1], i4[::1], i4[::1]))("
    "UniTuple(i4[::1], 3), UniTuple(i4[::1], 3), UniTuple(i4[::1], 3), UniTuple(i4[::1], 3),"
    "i8, i4)",
    cache=True,
    nogil=True,
)
def reach(arcs, uses, starts, near, positions, limit_ms):  # type: ignore[no-untyped-def]
    """Return for every crew the positions that it reaches in time, and when.

    Parameters
    ----------
    arcs
        ``indptr, head, ms``.
    uses
        ``first, position, ms``: the positions entered from each state, and after how long.
    starts
        ``first, state, ms``: where and when each crew enters the states.
    near
        ``first, position, ms``: the positions that each crew reaches along its own lane.
    positions
        How many there are.
    limit_ms
        Later arrivals are left out.

    Returns
    -------
    first, position, ms
        CSR by crew; the positions of a crew in the order in which it met them.
    """
    indptr, head, cost = arcs
    use_first, use_position, use_ms = uses
    start_first, start_state, start_ms = starts
    near_first, near_position, near_ms = near
    states = len(indptr) - 1
    crews = len(start_first) - 1
    met = np.full(states, -1, dtype=np.int32)
    ms = np.empty(states, dtype=np.int32)
    timed = np.full(positions, -1, dtype=np.int32)
    best = np.empty(positions, dtype=np.int32)
    found = np.empty(positions, dtype=np.int32)
    heap_ms = np.empty(len(head) + len(start_state) + 1, dtype=np.int32)
    heap_state = np.empty(len(head) + len(start_state) + 1, dtype=np.int32)
    first = np.zeros(crews + 1, dtype=np.int64)
    out_position = np.empty(1024, dtype=np.int32)
    out_ms = np.empty(1024, dtype=np.int32)
    kept = 0
    for crew in range(crews):
        waiting = 0
        count = 0
        for k in range(start_first[crew], start_first[crew + 1]):
            s, t = start_state[k], start_ms[k]
            if t <= limit_ms and (met[s] != crew or t < ms[s]):
                met[s], ms[s] = crew, t
                _push(heap_ms, heap_state, waiting, t, s)
                waiting += 1
        for k in range(near_first[crew], near_first[crew + 1]):
            count = _meet(near_position[k], near_ms[k], crew, limit_ms, timed, best, found, count)
        while waiting > 0:
            t, s = heap_ms[0], heap_state[0]
            _drop(heap_ms, heap_state, waiting)
            waiting -= 1
            if t > ms[s]:
                continue
            for k in range(use_first[s], use_first[s + 1]):
                count = _meet(
                    use_position[k], t + use_ms[k], crew, limit_ms, timed, best, found, count
                )
            for arc in range(indptr[s], indptr[s + 1]):
                v = head[arc]
                later = t + cost[arc]
                if later <= limit_ms and (met[v] != crew or later < ms[v]):
                    met[v], ms[v] = crew, later
                    _push(heap_ms, heap_state, waiting, later, v)
                    waiting += 1
        while kept + count > len(out_position):
            out_position, out_ms = _twice(out_position), _twice(out_ms)
        for k in range(count):
            out_position[kept], out_ms[kept] = found[k], best[found[k]]
            kept += 1
        first[crew + 1] = kept
    return first, out_position[:kept].copy(), out_ms[:kept].copy()
