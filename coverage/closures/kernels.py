"""Compiled loops of lanes that close, or open: what hangs on them, mended and timed again.

Arrays and words are those of `weizhan.coverage.reach.kernels`.
"""

from __future__ import annotations

import numpy as np

from ..compiled import njit
from ..reach import FAR, pile_width, sort_out


@njit("UniTuple(i4[::1], 2)(i4[::1], i4[::1])", cache=True)
def preorder(first, child):  # type: ignore[no-untyped-def]
    """Return each state's place in a preorder of a forest, and by place its subtree's size.

    Parameters
    ----------
    first, child
        CSR of children: those of state *s* are ``child[first[s]:first[s + 1]]``; the roots are
        those of one more state than there are, the last.
    """
    states = len(first) - 2
    place = np.empty(states, dtype=np.int32)
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
    return place, size


@njit(
    "Tuple((f8[:, ::1], i8[::1], i4[::1]))("
    "Tuple((UniTuple(i4[::1], 4), UniTuple(i4[::1], 4))),"
    "UniTuple(i4[::1], 4),"
    "UniTuple(i4[::1], 3),"
    "Tuple((Tuple((i4[::1], i4[::1], i4[:, ::1], b1[:, ::1])), UniTuple(i4[::1], 2))),"
    "Tuple((Tuple((i4[::1], i4[:, ::1], i4[::1], i4[::1])), Tuple((i4[::1], i4[::1], b1[::1])))),"
    "UniTuple(i4[::1], 2), f8[:, ::1], i4)",
    cache=True,
    nogil=True,
)
def closures(graph, forest, starts, lanes, places, events, weights, until_ms):  # type: ignore[no-untyped-def]
    """Return what each closure of some lanes costs, by mending only what hung on them.

    For every event the subtrees of the shortest-path forest that hang on an arc of a closed lane
    are cut off, seeded again from their border and settled; nothing else can change. Then the
    positions on lanes that are entered from a state which changed, or that are closed, are timed
    again. States are those that are reached up to ``until_ms``, positions those that are covered
    without any closure: a closure makes nobody earlier, so no others matter.

    Parameters
    ----------
    graph
        ``(indptr, head, ms, lane)`` of the arcs, lane -1 for arcs that no closure touches;
        ``(first, tail, ms, lane)``, the arcs that end in each state.
    forest
        ``ms, size`` of the states without any closure, numbered in preorder, ``size`` that of the
        subtree; ``first, root``, the states that each lane cuts off when it is closed.
    starts
        ``first, ms, lane``: starts by state, lane -1 for those that survive all closures.
    lanes
        ``(row, lane, state, lane_open)``: by lane its row among those with positions, -1 for
        none; by row the lane, the states from which it is entered, -1 for none, and whether a
        crew enters in spite of the closure; ``(first, row)``, the rows entered from each state.
    places
        ``(first, ms, base_ms, limit_ms)``: the positions of each row, the time from each of its
        states, the time without a closure, and that up to which it is covered;
        ``(first, ms, lane_open)``, sources on the position's own lane.
    events
        ``first, lane``: the lanes closed together.
    weights
        ``(positions, k)`` what is lost with a position that is covered no more.
    until_ms
        The largest limit.

    Returns
    -------
    lost
        ``(events, k)`` weight of the positions that are not covered with the closure.
    added_ms
        ``(events,)`` milliseconds added at positions that are still covered.
    often
        ``(positions,)`` in how many events each position is not covered.
    """
    arcs, into = graph
    rows, uses = lanes
    own, near = places
    indptr, head, cost, arc_lane = arcs
    into_first, into_tail, into_ms, into_lane = into
    ms, size, root_first, root_at = forest
    start_first, start_ms, start_lane = starts
    row_of, row_lane, row_state, row_open = rows
    use_first, use_row = uses
    place_first, place_ms, base_ms, limit_ms = own
    near_first, near_ms, near_open = near
    event_first, event_lane = events
    states, ways, count = len(ms), row_state.shape[1], len(event_first) - 1
    beyond = np.int32(until_ms + 1)

    closed = np.full(len(row_of), -1, dtype=np.int32)  # the event that closes a lane
    loose = np.full(states, -1, dtype=np.int32)  # the event that cuts a state off
    timed = np.full(len(row_lane), -1, dtype=np.int32)
    new_ms = np.empty(states, dtype=np.int32)
    cut = np.empty(states, dtype=np.int32)
    touched = np.empty(len(row_lane), dtype=np.int32)
    ring = np.empty(states + 1, dtype=np.int32)
    later = np.empty(states, dtype=np.int32)
    waits = np.zeros(states, dtype=np.bool_)
    from_ms = np.empty(ways, dtype=np.int32)
    width = pile_width(cost)
    lost = np.zeros((count, weights.shape[1]))
    added_ms = np.zeros(count, dtype=np.int64)
    often = np.zeros(len(base_ms), dtype=np.int32)

    for event in range(count):
        few = met = many = 0
        for k in range(event_first[event], event_first[event + 1]):
            closed[event_lane[k]] = event
        for k in range(event_first[event], event_first[event + 1]):
            lane = event_lane[k]
            for j in range(root_first[lane], root_first[lane + 1]):
                root = root_at[j]
                if loose[root] != event:
                    for s in range(root, root + size[root]):
                        if loose[s] != event:
                            loose[s] = event
                            cut[few] = s
                            few += 1
            row = row_of[lane]
            if row >= 0 and timed[row] != event:
                timed[row] = event
                touched[met] = row
                met += 1
        for k in range(few):
            s = cut[k]
            best = beyond
            for j in range(into_first[s], into_first[s + 1]):
                t = into_tail[j]
                if loose[t] != event and (into_lane[j] < 0 or closed[into_lane[j]] != event):
                    best = min(best, np.int32(ms[t] + into_ms[j]))
            for j in range(start_first[s], start_first[s + 1]):
                if start_lane[j] < 0 or closed[start_lane[j]] != event:
                    best = min(best, start_ms[j])
            new_ms[s] = best
            if best < beyond:
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
        for k in range(few):
            s = cut[k]
            if new_ms[s] == ms[s]:
                continue
            for j in range(use_first[s], use_first[s + 1]):
                row = use_row[j]
                if timed[row] != event:
                    timed[row] = event
                    touched[met] = row
                    met += 1
        for k in range(met):
            row = touched[k]
            shut = closed[row_lane[row]] == event
            for way in range(ways):
                s = row_state[row, way]
                if s < 0 or (shut and not row_open[row, way]):
                    from_ms[way] = beyond
                else:
                    from_ms[way] = new_ms[s] if loose[s] == event else ms[s]
            for i in range(place_first[row], place_first[row + 1]):
                best = beyond
                for way in range(ways):
                    best = min(best, np.int32(from_ms[way] + place_ms[i, way]))
                for j in range(near_first[i], near_first[i + 1]):
                    if near_open[j] or not shut:
                        best = min(best, near_ms[j])
                if best <= limit_ms[i]:
                    added_ms[event] += best - base_ms[i]
                else:
                    often[i] += 1
                    for w in range(weights.shape[1]):
                        lost[event, w] += weights[i, w]
    return lost, added_ms, often


@njit(
    "i4[::1](UniTuple(i4[::1], 3), Tuple((UniTuple(i4[::1], 4), UniTuple(i4[::1], 3))),"
    "Tuple((Tuple((i4[::1], i4[:, ::1], i4[:, ::1])), UniTuple(i4[::1], 2))),"
    "Tuple((Tuple((i4[::1], i4[:, ::1], i4[:, ::1], i4[::1])), UniTuple(i4[::1], 2))),"
    "i4[::1], i4[::1], i4)",
    cache=True,
    nogil=True,
)
def openings(arcs, closed, lanes, places, candidates, ms, until_ms):  # type: ignore[no-untyped-def]
    """Return how many positions that are late are not when each of some lanes is opened.

    What the arcs of the lane make nearer, and what that makes nearer, is settled; then it is
    undone.

    Parameters
    ----------
    arcs
        ``indptr, head, ms`` of what can be passed already.
    closed
        By lane ``(first, tail, head, ms)`` of the arcs that opening it adds, and
        ``(first, state, ms)`` of the starts on it when it is open.
    lanes
        ``(row, state, open_state)``: by lane its row among those with late positions, -1 for
        none; by row the states from which it is entered, and from which when it is open;
        ``(first, row)``, the rows entered from each state.
    places
        ``(first, ms, open_ms, limit_ms)``: the late positions of each row, the time from each of
        its states, and the same when it is open; ``(first, ms)``, sources on the position's own
        lane when that is open.
    candidates
        Lanes to open, each alone.
    ms
        ``(states,)`` first arrival as it is, `FAR` where nobody comes in time.
    until_ms
        The largest limit.
    """
    indptr, head, cost = arcs
    added, starts = closed
    added_first, added_tail, added_head, added_ms = added
    start_first, start_state, start_ms = starts
    rows, uses = lanes
    row_of, row_state, open_state = rows
    use_first, use_row = uses
    own, near = places
    place_first, place_ms, open_ms, limit_ms = own
    near_first, near_ms = near
    states, ways = len(ms), row_state.shape[1]
    met = np.full(states, -1, dtype=np.int32)
    nearer = np.empty(states, dtype=np.int32)
    before_ms = np.empty(states, dtype=np.int32)
    new_ms = ms.copy()
    ring = np.empty(states + 1, dtype=np.int32)
    waits = np.zeros(states, dtype=np.bool_)
    timed = np.full(len(row_state), -1, dtype=np.int32)
    touched = np.empty(len(row_state), dtype=np.int32)
    gain = np.zeros(len(candidates), dtype=np.int32)
    for number in range(len(candidates)):
        lane = candidates[number]
        begin = end = many = few = 0
        own_arcs = added_first[lane + 1] - added_first[lane]
        own_starts = start_first[lane + 1] - start_first[lane]
        now = -1  # the state whose arcs are relaxed; first what is on the lane itself
        while True:
            old = 0 if now < 0 else indptr[now + 1] - indptr[now]
            seeds = own_starts if now < 0 else 0
            for k in range(old + own_arcs + seeds):
                if k < old:
                    v, t = head[indptr[now] + k], new_ms[now] + cost[indptr[now] + k]
                elif k < old + own_arcs:
                    j = added_first[lane] + k - old
                    if now >= 0 and added_tail[j] != now:
                        continue
                    v, t = added_head[j], new_ms[added_tail[j]] + added_ms[j]
                else:
                    j = start_first[lane] + k - old - own_arcs
                    v, t = start_state[j], np.int64(start_ms[j])
                if t > until_ms or t >= new_ms[v]:
                    continue
                if met[v] != number:
                    met[v] = number
                    nearer[many], before_ms[many] = v, new_ms[v]
                    many += 1
                new_ms[v] = t
                if not waits[v]:
                    waits[v] = True
                    ring[end] = v
                    end = end + 1 if end < states else 0
            if begin == end:
                break
            now = ring[begin]
            begin = begin + 1 if begin < states else 0
            waits[now] = False
        for k in range(many):
            for j in range(use_first[nearer[k]], use_first[nearer[k] + 1]):
                row = use_row[j]
                if timed[row] != number:
                    timed[row] = number
                    touched[few] = row
                    few += 1
        if row_of[lane] >= 0 and timed[row_of[lane]] != number:
            timed[row_of[lane]] = number
            touched[few] = row_of[lane]
            few += 1
        for k in range(few):
            row = touched[k]
            for i in range(place_first[row], place_first[row + 1]):
                best = np.int64(FAR)
                for way in range(ways):
                    if row_state[row, way] >= 0:
                        best = min(best, np.int64(new_ms[row_state[row, way]]) + place_ms[i, way])
                if row == row_of[lane]:
                    for way in range(ways):
                        s = open_state[row, way]
                        if s >= 0:
                            best = min(best, np.int64(new_ms[s]) + open_ms[i, way])
                    for j in range(near_first[i], near_first[i + 1]):
                        best = min(best, np.int64(near_ms[j]))
                if best <= limit_ms[i]:
                    gain[number] += 1
        for k in range(many):
            new_ms[nearer[k]] = before_ms[k]
    return gain
