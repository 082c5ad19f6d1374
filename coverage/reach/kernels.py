"""Every compiled loop, and what it takes.

All times are int32 milliseconds. A network comes as CSR arrays (`weizhan.geo.ground.Network`)
with one cost an arc; `FAR` is the cost of an arc that cannot be passed and the time of a node
that cannot be reached. Labels are canonical: of two sources equally near the one with the lower
number wins, so answers do not depend on the order of the work.
"""

from __future__ import annotations

import numpy as np

from ...geo.arrays import Ints, Longs
from ...geo.ground import IMPASSABLE
from ..compiled import njit

FAR = IMPASSABLE
HALF = 32  # bits of a number that holds two
LOW = 2**HALF - 1


@njit("i4(i4[::1])", cache=True)
def pile_width(cost):  # type: ignore[no-untyped-def]
    """Return by how much the threshold moves: a few mean costs, which is best by trial.

    A sample of the arcs will do: the width decides how long a search takes, and nothing else.
    """
    total, count = 1.0, 1
    for arc in range(0, len(cost), max(1, len(cost) // 4096)):
        if cost[arc] < FAR:
            total += cost[arc]
            count += 1
    return np.int32(4.0 * total / count + 1)


@njit("Tuple((i8, i8, i8))(i4[::1], i4[::1], i8, i4[::1], i4)", cache=True)
def sort_out(ms, later, many, ring, width):  # type: ignore[no-untyped-def]
    """Move the threshold past the nearest of those who wait, and those before it to the ring.

    Parameters
    ----------
    ms
        ``(states,)`` labels in milliseconds.
    later, many
        The states that wait, the first so many of the array; reordered in place.
    ring
        Where those before the threshold go, from its first place on.
    width
        From `pile_width`: how far the threshold moves, in milliseconds.

    Returns
    -------
    threshold, many, last
        The new threshold, how many still wait, and how many entered the ring.
    """
    nearest = np.int64(FAR)
    for k in range(many):
        nearest = min(nearest, np.int64(ms[later[k]]))
    threshold = nearest + width
    left = 0
    last = 0
    for k in range(many):
        v = later[k]
        if ms[v] < threshold:
            ring[last] = v
            last += 1
        else:
            later[left] = v
            left += 1
    return threshold, left, last


def searchable(indptr: Ints, head: Ints, ms: Ints) -> tuple[Ints, Longs, np.int32]:
    """Return arcs as `search` takes them.

    Parameters
    ----------
    indptr, head, ms
        CSR arcs and their costs; an arc of cost `FAR` cannot be passed.

    Returns
    -------
    indptr, way, width
        ``way`` has the cost of each arc in its high half and the head in its low half, so that
        one look at memory brings both; ``width`` is from `pile_width`.
    """
    return indptr, ms.astype(np.int64) << HALF | head, np.int32(pile_width(ms))


@njit(
    "Tuple((i4[::1], i4[::1]))(Tuple((i4[::1], i8[::1], i4)), UniTuple(i4[::1], 3), i4[::1], i4)",
    cache=True,
    nogil=True,
)
def search(arcs, seeds, first_source, until_ms):  # type: ignore[no-untyped-def]
    """Return time and source of the nearest seed for every state.

    Two piles: states nearer than a threshold are relaxed, the last one that came first, again if
    their label improves; the others wait unsorted until the threshold moves past them. That does
    the work of a priority queue without keeping any order, and stays where memory is warm.

    A label is one number, the time in its high half and the source in its low half: the smaller
    one is the earlier arrival, and of two at the same time that of the lower source.

    With ``first_source`` (of one state or more) the search finds the second source instead: a
    label may not come from the source that is first at the state already. Along an arc between
    states with the same first source the second label travels on; along any other the first
    label of its tail is the candidate. That is enough: where the first sources differ, the first
    label of the tail is never worse than its second.

    Parameters
    ----------
    arcs
        From `searchable`.
    seeds
        ``state, ms, source``: where sources enter.
    first_source
        Sources of a first search, or an array of length 0.
    until_ms
        Later arrivals are not looked for, and are `FAR`.
    """
    indptr, way, width = arcs
    seed_state, seed_ms, seed_source = seeds
    states = len(indptr) - 1
    second = len(first_source) > 0
    beyond = np.int64(min(until_ms, FAR - 1) + 1) << HALF
    label = np.full(states, beyond, dtype=np.int64)
    waits = np.zeros(states, dtype=np.bool_)
    pile = np.empty(states, dtype=np.int32)
    later = np.empty(states, dtype=np.int32)
    many = 0
    for k in range(len(seed_state)):
        v = seed_state[k]
        if second and seed_source[k] == first_source[v]:
            continue
        own = np.int64(seed_ms[k]) << HALF | np.int64(seed_source[k])
        if own < label[v]:
            label[v] = own
            if not waits[v]:
                waits[v] = True
                later[many] = v
                many += 1
    while many > 0:
        threshold = label[later[0]]
        for k in range(many):
            threshold = min(threshold, label[later[k]])
        threshold += np.int64(width) << HALF
        left = 0
        last = 0
        for k in range(many):
            v = later[k]
            if label[v] < threshold:
                pile[last] = v
                last += 1
            else:
                later[left] = v
                left += 1
        many = left
        while last > 0:
            last -= 1
            u = np.uint64(pile[last])  # without a sign: it need not be asked whether to count back
            waits[u] = False
            own = label[u]
            for arc in range(indptr[u], indptr[u + np.uint64(1)]):
                along = way[np.uint64(arc)]
                head = along & LOW
                there = own + (along - head)
                v = np.uint64(head)
                if there < label[v]:
                    if second and first_source[u] != first_source[v]:
                        continue  # its candidate is the first label of u, which is a seed
                    label[v] = there
                    if waits[v]:
                        continue
                    waits[v] = True
                    if there < threshold:
                        pile[last] = head
                        last += 1
                    else:
                        later[many] = head
                        many += 1
    ms = np.empty(states, dtype=np.int32)
    source = np.empty(states, dtype=np.int32)
    for v in range(states):
        if label[v] < beyond:
            ms[v], source[v] = label[v] >> HALF, label[v] & LOW
        else:
            ms[v], source[v] = FAR, -1
    return ms, source


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


@njit(
    "void(UniTuple(i4[:, ::1], 2), UniTuple(i4[:, ::1], 2), UniTuple(i4[::1], 3),"
    " UniTuple(i4[:, ::1], 2))",
    cache=True,
)
def arrive(entries, labels, near, best):  # type: ignore[no-untyped-def]
    """Keep the two earliest arrivals of different sources at each position, in place.

    Parameters
    ----------
    entries
        State and time, ``(positions, ways)``; a way of state -1 is closed.
    labels
        Time and source, ``(k, states)``: labels of `search`, first ones, or first and second.
    near
        First, source and time of the sources on the position's own lane: those of position *i*
        are ``first[i]:first[i + 1]``.
    best
        Time and source, ``(positions, 2)``; updated.
    """
    entry_state, entry_ms = entries
    ms, source = labels
    near_first, near_source, near_ms = near
    best_ms, best_source = best
    for i in range(len(entry_state)):
        for way in range(entry_state.shape[1]):
            state = entry_state[i, way]
            if state < 0:
                continue
            for rank in range(len(ms)):
                if ms[rank, state] < FAR:
                    t = ms[rank, state] + entry_ms[i, way]
                    _keep_two(i, t, source[rank, state], best_ms, best_source)
        for at in range(near_first[i], near_first[i + 1]):
            _keep_two(i, near_ms[at], near_source[at], best_ms, best_source)


@njit("i4[::1](i4[::1])", cache=True)
def twice(full):  # type: ignore[no-untyped-def]
    """Return an array of twice the length that begins with the given one."""
    larger = np.empty(2 * len(full), dtype=np.int32)
    for k in range(len(full)):  # a slice takes ten times as long to compile, for its error message
        larger[k] = full[k]
    return larger


@njit(
    "Tuple((i8[::1], i4[::1], i4[::1]))("
    "UniTuple(i4[::1], 3), UniTuple(i4[::1], 3), Tuple((UniTuple(i4[::1], 2), i4[:, ::1])),"
    "Tuple((i4[::1], i4[:, ::1])), UniTuple(i4[::1], 4), i4)",
    cache=True,
    nogil=True,
)
def reach(arcs, starts, rows, places, near, limit_ms):  # type: ignore[no-untyped-def]
    """Return for every crew the positions that it reaches in time, and when.

    The states are settled first; then each position on a lane that is entered from one of them
    is timed once.

    Parameters
    ----------
    arcs
        ``indptr, head, ms``.
    starts
        ``first, state, ms``: where and when each crew enters the states.
    rows
        ``(first, row)``, the rows of positions entered from each state, and ``(rows, ways)`` the
        states from which each is entered, -1 for none.
    places
        ``(first, ms)``: the positions of each row, and the time from each of its states.
    near
        ``first, row, position, ms``: the positions that each crew reaches along its own lane.
    limit_ms
        Later arrivals are left out.

    Returns
    -------
    first, position, ms
        CSR by crew; the positions of a crew in the order in which it met their lanes.
    """
    indptr, head, cost = arcs
    start_first, start_state, start_ms = starts
    uses, row_state = rows
    use_first, use_row = uses
    place_first, place_ms = places
    near_first, near_row, near_position, near_ms = near
    states, ways = len(indptr) - 1, row_state.shape[1]
    crews = len(start_first) - 1
    met = np.full(states, -1, dtype=np.int32)
    ms = np.empty(states, dtype=np.int32)
    settled = np.empty(states, dtype=np.int32)
    beside = np.full(len(place_ms), -1, dtype=np.int32)
    beside_ms = np.empty(len(place_ms), dtype=np.int32)
    timed = np.full(len(row_state), -1, dtype=np.int32)
    touched = np.empty(len(row_state), dtype=np.int32)
    ring = np.empty(states + 1, dtype=np.int32)
    waits = np.zeros(states, dtype=np.bool_)
    from_ms = np.empty(ways, dtype=np.int32)
    first = np.zeros(crews + 1, dtype=np.int64)
    out_position = np.empty(1024, dtype=np.int32)
    out_ms = np.empty(1024, dtype=np.int32)
    beyond = np.int32(limit_ms + 1)
    kept = 0
    for crew in range(crews):
        begin = end = many = few = 0
        for k in range(start_first[crew], start_first[crew + 1]):
            s, t = start_state[k], start_ms[k]
            if t <= limit_ms and (met[s] != crew or t < ms[s]):
                if met[s] != crew:
                    met[s] = crew
                    settled[many] = s
                    many += 1
                ms[s] = t
                if not waits[s]:
                    waits[s] = True
                    ring[end] = s
                    end = end + 1 if end < states else 0
        while begin != end:
            s = ring[begin]
            begin = begin + 1 if begin < states else 0
            waits[s] = False
            for arc in range(indptr[s], indptr[s + 1]):
                v = head[arc]
                t = ms[s] + cost[arc]
                if t <= limit_ms and (met[v] != crew or t < ms[v]):
                    if met[v] != crew:
                        met[v] = crew
                        settled[many] = v
                        many += 1
                    ms[v] = t
                    if not waits[v]:
                        waits[v] = True
                        ring[end] = v
                        end = end + 1 if end < states else 0
        for k in range(near_first[crew], near_first[crew + 1]):
            i, row = near_position[k], near_row[k]
            if beside[i] != crew or near_ms[k] < beside_ms[i]:
                beside[i], beside_ms[i] = crew, near_ms[k]
            if timed[row] != crew:
                timed[row] = crew
                touched[few] = row
                few += 1
        for k in range(many):
            for j in range(use_first[settled[k]], use_first[settled[k] + 1]):
                row = use_row[j]
                if timed[row] != crew:
                    timed[row] = crew
                    touched[few] = row
                    few += 1
        for k in range(few):
            row = touched[k]
            for way in range(ways):
                s = row_state[row, way]
                from_ms[way] = ms[s] if s >= 0 and met[s] == crew else beyond
            while kept + place_first[row + 1] - place_first[row] > len(out_position):
                out_position, out_ms = twice(out_position), twice(out_ms)
            for i in range(place_first[row], place_first[row + 1]):
                best = beside_ms[i] if beside[i] == crew else beyond
                for way in range(ways):
                    best = min(best, np.int32(from_ms[way] + place_ms[i, way]))
                if best <= limit_ms:
                    out_position[kept], out_ms[kept] = i, best
                    kept += 1
        first[crew + 1] = kept
    return first, out_position[:kept].copy(), out_ms[:kept].copy()


@njit("f8[::1](i4[::1], i4[::1], f8[::1])", cache=True)
def carry(order, before, gain):  # type: ignore[no-untyped-def]
    """Add up gains along the ways to each state.

    Parameters
    ----------
    order
        States in an order in which each comes after the one before it on its way.
    before
        ``(states,)`` the state before, -1 at the start of a way.
    gain
        ``(states,)`` what the last step to the state adds.
    """
    total = np.zeros(len(before))
    for k in range(len(order)):
        s = order[k]
        total[s] = gain[s] + (total[before[s]] if before[s] >= 0 else 0.0)
    return total
