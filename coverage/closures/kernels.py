"""Compiled loops of closures: what hangs on a closed lane, mended and timed again.

Arrays and words are those of `weizhan.coverage.reach.kernels`.
"""

from __future__ import annotations

import numpy as np

from ..compiled import njit
from ..reach import FAR, pile_width, sort_out, twice


@njit("UniTuple(i4[::1], 2)(i4[::1], i4[::1])", cache=True)
def preorder(first, child):  # type: ignore[no-untyped-def]
    """Return each state's place in a preorder of a forest, and by place its subtree's size.

    States outside the forest come last, with a size of 0.

    Parameters
    ----------
    first, child
        CSR of children: those of state *s* are ``child[first[s]:first[s + 1]]``; the roots are
        those of one more state than there are, the last.
    """
    states = len(first) - 2
    place = np.full(states, -1, dtype=np.int32)
    size = np.zeros(states, dtype=np.int32)
    above = np.full(states, -1, dtype=np.int32)  # by place: the place of the parent
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
        place[s] = met
        above[met] = place[parent[s]] if parent[s] >= 0 else -1
        met += 1
        for k in range(first[s], first[s + 1]):
            parent[child[k]] = s
            stack[top] = child[k]
            top += 1
    for k in range(met - 1, -1, -1):
        size[k] += 1
        if above[k] >= 0:
            size[above[k]] += size[k]
    for s in range(states):
        if place[s] < 0:
            place[s] = met
            met += 1
    return place, size


@njit("i8(i4, i8, i4[::1], i4[::1], i4[::1], i8)", cache=True)
def _cut_off(root, event, size, loose, cut, few):  # type: ignore[no-untyped-def]
    """Mark the subtree of a root as cut off by an event; return how many states are."""
    for s in range(root, root + size[root]):
        if loose[s] != event:
            loose[s] = event
            cut[few] = s
            few += 1
    return few


@njit(
    "Tuple((i8[::1], i4[::1], i4[::1], f8[:, ::1], f8[::1], i4[::1]))("
    "Tuple((UniTuple(i4[::1], 4), UniTuple(i4[::1], 4), UniTuple(i4[::1], 2))),"
    "UniTuple(i4[::1], 3),"
    "Tuple((Tuple((i4[::1], i4[::1], i4[::1], b1[::1])), UniTuple(i4[::1], 2))),"
    "Tuple((Tuple((i4[:, ::1], i4[:, ::1], b1[:, ::1], i4[::1])), UniTuple(i4[::1], 2),"
    "UniTuple(i4[::1], 2), Tuple((i4[::1], i4[::1], b1[::1])))),"
    "UniTuple(i4[::1], 2), UniTuple(i4[::1], 2), f8[:, ::1], b1)",
    cache=True,
    nogil=True,
)
def closures(  # type: ignore[no-untyped-def]
    graph, forest, starts, positions, events, times, weights, keep
):
    """Return what each closure of some lanes costs, by mending only what hung on them.

    For every event the subtrees of the shortest-path forest that hang on an arc of a closed lane
    are cut off, seeded again from their border and settled; nothing else can change. Then the
    positions that use a state which changed, or that lie on a closed lane, are timed again.

    Parameters
    ----------
    graph
        ``(indptr, head, ms, lane)`` of the arcs, lane -1 for arcs that no closure touches;
        ``(first, tail, ms, lane)``, the arcs that end in each state; ``(first, arc)``, the arcs
        of each lane that a closure touches.
    forest
        ``ms, pred, size`` of the states without any closure; states are numbered in preorder,
        ``pred`` is an arc, or -2 - *i* for start *i*, ``size`` that of the subtree.
    starts
        ``(first, start, ms, lane_open)``: starts by state, and per start whether it survives the
        closure of its own lane; ``(first, start)``, the starts whose way lies on each lane.
    positions
        ``(state, ms, lane_open, lane)``: ways to each position, and whether they survive the
        closure of its lane; ``(first, position)``, positions that can be entered from each state;
        ``(first, position)``, positions on each lane; ``(first, ms, lane_open)``, sources on the
        position's own lane.
    events
        ``first, lane``: the lanes closed together.
    times
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
    arcs, into, of_lane = graph
    by_state, starts_of_lane = starts
    entries, uses, on_lane, near = positions
    base_ms, limit_ms = times
    indptr, head, cost, arc_lane = arcs
    into_first, into_tail, into_ms, into_lane = into
    lane_first, lane_arc = of_lane
    ms, pred, size = forest
    start_first, start_at, start_ms, start_open = by_state
    own_first, own_start = starts_of_lane
    entry_state, entry_ms, entry_open, entry_lane = entries
    use_first, use_position = uses
    on_first, on_position = on_lane
    near_first, near_ms, near_open = near
    event_first, event_lane = events
    states, places, lanes = len(ms), len(base_ms), len(lane_first) - 1
    count = len(event_first) - 1
    start_state = np.empty(len(start_at), dtype=np.int32)
    start_lane = np.full(len(start_at), -1, dtype=np.int32)
    for s in range(states):
        for k in range(start_first[s], start_first[s + 1]):
            start_state[start_at[k]] = s
    for lane in range(lanes):
        for k in range(own_first[lane], own_first[lane + 1]):
            start_lane[own_start[k]] = lane

    closed = np.full(lanes, -1, dtype=np.int32)  # the event that closes a lane
    loose = np.full(states, -1, dtype=np.int32)  # the event that cuts a state off
    timed = np.full(places, -1, dtype=np.int32)
    new_ms = np.empty(states, dtype=np.int32)
    cut = np.empty(states, dtype=np.int32)
    touched = np.empty(places, dtype=np.int32)
    ring = np.empty(states + 1, dtype=np.int32)
    later = np.empty(states, dtype=np.int32)
    waits = np.zeros(states, dtype=np.bool_)
    width = pile_width(cost)
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
                    few = _cut_off(root, event, size, loose, cut, few)
            for j in range(own_first[lane], own_first[lane + 1]):
                start = own_start[j]
                root = start_state[start]
                if pred[root] == -2 - start and not start_open[start] and loose[root] != event:
                    few = _cut_off(root, event, size, loose, cut, few)
        many = 0
        for k in range(few):
            s = cut[k]
            best = np.int32(FAR)
            for j in range(into_first[s], into_first[s + 1]):
                t = into_tail[j]
                if loose[t] != event and (into_lane[j] < 0 or closed[into_lane[j]] != event):
                    best = min(best, ms[t] + into_ms[j])
            for j in range(start_first[s], start_first[s + 1]):
                start = start_at[j]
                lane = start_lane[start]
                if start_open[start] or lane < 0 or closed[lane] != event:
                    best = min(best, start_ms[start])
            new_ms[s] = best
            if best < FAR:
                waits[s] = True
                later[many] = s
                many += 1
        while many > 0:
            threshold, many, last = sort_out(new_ms, later, many, ring, width)
            begin = 0
            while begin != last:
                s = ring[begin]
                begin = begin + 1 if begin < states else 0
                waits[s] = False
                for arc in range(indptr[s], indptr[s + 1]):
                    v = head[arc]
                    t = new_ms[s] + cost[arc]
                    if loose[v] != event or t >= new_ms[v]:
                        continue
                    if arc_lane[arc] >= 0 and closed[arc_lane[arc]] == event:
                        continue
                    new_ms[v] = t
                    if waits[v]:
                        continue
                    waits[v] = True
                    if t < threshold:
                        ring[last] = v
                        last = last + 1 if last < states else 0
                    else:
                        later[many] = v
                        many += 1

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
                    changed_position = twice(changed_position)
                    changed_ms = twice(changed_ms)
                changed_position[kept], changed_ms[kept] = i, best
                kept += 1
        changed_first[event + 1] = kept
    return changed_first, changed_position[:kept], changed_ms[:kept], lost, added_s, unreached
