"""Compiled search for crews that may use measures on their way: labels carry which ones."""

from __future__ import annotations

import numpy as np

from ..compiled import njit
from ..reach import twice

NONE = -1


@njit("UniTuple(i4, 3)(i4, i4, i4, i4, i4, i4)", cache=True)
def _joined(a, b, more, c, d, also):  # type: ignore[no-untyped-def]
    """Return the union of two sets of at most two measures, ascending; a third is only noted."""
    if also:
        more = also
    for m in (c, d):
        if m == NONE or m == a or m == b:  # noqa: SIM109 -- numba has no such tuples
            continue
        if a == NONE:
            a = m
        elif b == NONE:
            if m < a:
                a, b = m, a
            else:
                b = m
        else:
            more = np.int32(1)
    return a, b, more


@njit("b1(i4, i4, i4, i4)", cache=True)
def _inside(a, b, c, d):  # type: ignore[no-untyped-def]
    """Tell whether all measures of the first set are in the second."""
    return (a == NONE or a == c or a == d) and (b == NONE or b == c or b == d)  # noqa: SIM109


@njit("b1(i4, i4, i4, i4, i4[::1], i4[::1], i4[:, ::1])", cache=True)
def _beaten(first, label, ms, more, following, at_ms, sets):  # type: ignore[no-untyped-def]
    """Tell whether a label of the list is as early with no measure that this one lacks."""
    k = first
    while k != NONE:
        if (
            k != label
            and at_ms[k] <= ms
            and sets[k, 2] <= more
            and _inside(sets[k, 0], sets[k, 1], sets[label, 0], sets[label, 1])
            and not (
                at_ms[k] == ms
                and k > label
                and sets[k, 2] == more
                and _inside(sets[label, 0], sets[label, 1], sets[k, 0], sets[k, 1])
            )
        ):
            return True
        k = following[k]
    return False


@njit("void(i8[::1], i8, i8)", cache=True)
def _push(heap, many, key):  # type: ignore[no-untyped-def]
    k = many
    while k > 0:
        parent = (k - 1) >> 1
        if heap[parent] <= key:
            break
        heap[k] = heap[parent]
        k = parent
    heap[k] = key


@njit("i8(i8[::1], i8)", cache=True)
def _pop(heap, many):  # type: ignore[no-untyped-def]
    """Return the least key; the heap then has one less."""
    least = heap[0]
    key = heap[many - 1]
    k = 0
    while True:
        child = 2 * k + 1
        if child >= many - 1:
            break
        if child + 1 < many - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[k] = heap[child]
        k = child
    heap[k] = key
    return least


@njit("i4[:, ::1](i4[:, ::1])", cache=True)
def _twice_rows(full):  # type: ignore[no-untyped-def]
    larger = np.empty((2 * len(full), full.shape[1]), dtype=np.int32)
    for k in range(len(full)):
        for column in range(full.shape[1]):
            larger[k, column] = full[k, column]
    return larger


@njit("i8[::1](i8[::1])", cache=True)
def _twice_keys(full):  # type: ignore[no-untyped-def]
    larger = np.empty(2 * len(full), dtype=np.int64)
    for k in range(len(full)):
        larger[k] = full[k]
    return larger


@njit(
    "Tuple((i4[::1], i4[::1], i4[::1], i4[:, ::1]))("
    "Tuple((i4[::1], i4[::1], i4[::1], i4[:, ::1])),"
    "Tuple((i4[::1], i4[::1], i4[::1], i4[:, ::1])),"
    "Tuple((i4[::1], i4[::1], i4[::1], i4[:, ::1])),"
    "Tuple((i4[::1], i4[::1], i4[::1], i4[:, ::1])),"
    "i4[::1])",
    cache=True,
    nogil=True,
)
def reach_with(arcs, uses, starts, near, limit_ms):  # type: ignore[no-untyped-def]
    """Return when each source reaches each position with which measures on the way.

    Labels of a state are the times of arrival that no other label of it matches with fewer
    measures (Martins 1984, with sets in place of costs). A label that would need a third measure
    takes it, and all further ones, without naming it, and is marked: nothing that truly needs
    three or more is better than some marked label.

    Parameters
    ----------
    arcs
        ``first, head, ms, sets``: CSR by state; ``sets`` ``(n, 3)`` the measures that the arc
        needs (`NONE` for none), and whether it needs more than two.
    uses
        ``first, position, ms, sets``: positions entered from each state.
    starts
        ``first, state, ms, sets``: where and when each source enters the states.
    near
        ``first, position, ms, sets``: positions that a source reaches along its own lane.
    limit_ms
        ``(positions,)`` later arrivals are left out.

    Returns
    -------
    source, position, ms, sets
        One entry a label that counts.
    """
    arc_first, arc_head, arc_ms, arc_sets = arcs
    use_first, use_position, use_ms, use_sets = uses
    start_first, start_state, start_ms, start_sets = starts
    near_first, near_position, near_ms, near_sets = near
    states, positions = len(arc_first) - 1, len(limit_ms)
    latest = np.int32(0)
    for p in range(positions):
        latest = max(latest, limit_ms[p])
    # Labels of states come first in number of use, those of positions beside them.
    stamp = np.full(states + positions, -1, dtype=np.int32)
    listed = np.empty(states + positions, dtype=np.int32)
    place = np.empty(4096, dtype=np.int32)
    at_ms = np.empty(4096, dtype=np.int32)
    following = np.empty(4096, dtype=np.int32)
    sets = np.empty((4096, 3), dtype=np.int32)
    heap = np.empty(4096, dtype=np.int64)
    out_source = np.empty(1024, dtype=np.int32)
    out_position = np.empty(1024, dtype=np.int32)
    out_ms = np.empty(1024, dtype=np.int32)
    out_sets = np.empty((1024, 3), dtype=np.int32)
    kept = 0
    for source in range(len(start_first) - 1):
        labels = waiting = 0
        begin, end = start_first[source], start_first[source + 1]
        beside, last = near_first[source], near_first[source + 1]
        # What is to be labelled next: starts, then own lane, then what a popped label reaches.
        now = np.int32(NONE)
        stage = 0
        lo, hi = begin, end
        while True:
            for k in range(lo, hi):
                if stage == 0:
                    v, t = start_state[k], start_ms[k]
                    a, b, more = start_sets[k, 0], start_sets[k, 1], start_sets[k, 2]
                elif stage == 1:
                    v, t = states + near_position[k], near_ms[k]
                    a, b, more = near_sets[k, 0], near_sets[k, 1], near_sets[k, 2]
                elif stage == 2:
                    v, t = states + use_position[k], at_ms[now] + use_ms[k]
                    a, b, more = _joined(
                        sets[now, 0], sets[now, 1], sets[now, 2],
                        use_sets[k, 0], use_sets[k, 1], use_sets[k, 2],
                    )  # fmt: skip
                else:
                    v, t = arc_head[k], at_ms[now] + arc_ms[k]
                    a, b, more = _joined(
                        sets[now, 0], sets[now, 1], sets[now, 2],
                        arc_sets[k, 0], arc_sets[k, 1], arc_sets[k, 2],
                    )  # fmt: skip
                most = latest if v < states else limit_ms[v - states]
                if t > most:
                    continue
                if labels == len(place):
                    place, at_ms, following = twice(place), twice(at_ms), twice(following)
                    sets = _twice_rows(sets)
                place[labels], at_ms[labels] = v, t
                sets[labels, 0], sets[labels, 1], sets[labels, 2] = a, b, more
                if stamp[v] != source:
                    stamp[v], listed[v] = source, NONE
                label = np.int32(labels)
                if _beaten(listed[v], label, np.int32(t), more, following, at_ms, sets):
                    continue
                following[labels], listed[v] = listed[v], labels
                labels += 1
                if v < states:
                    if waiting == len(heap):
                        heap = _twice_keys(heap)
                    _push(heap, waiting, (np.int64(t) << 32) + label)
                    waiting += 1
            if stage == 0:
                stage, lo, hi = 1, beside, last
                continue
            if stage == 2:
                stage, lo, hi = 3, arc_first[place[now]], arc_first[place[now] + 1]
                continue
            now = np.int32(NONE)
            while waiting > 0:
                key = _pop(heap, waiting)
                waiting -= 1
                label = np.int32(key & 0xFFFFFFFF)
                if not _beaten(
                    listed[place[label]], label, at_ms[label], sets[label, 2],
                    following, at_ms, sets,
                ):  # fmt: skip
                    now = label
                    break
            if now == NONE:
                break
            stage, lo, hi = 2, use_first[place[now]], use_first[place[now] + 1]
        for k in range(labels):
            if place[k] < states or _beaten(
                listed[place[k]], np.int32(k), at_ms[k], sets[k, 2], following, at_ms, sets
            ):
                continue
            if kept == len(out_source):
                out_source, out_position = twice(out_source), twice(out_position)
                out_ms, out_sets = twice(out_ms), _twice_rows(out_sets)
            out_source[kept], out_position[kept] = source, place[k] - states
            out_ms[kept] = at_ms[k]
            for column in range(3):
                out_sets[kept, column] = sets[k, column]
            kept += 1
    return (
        out_source[:kept].copy(),
        out_position[:kept].copy(),
        out_ms[:kept].copy(),
        out_sets[:kept].copy(),
    )
