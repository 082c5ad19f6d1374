"""Compiled loops of medians: the nearest sites, exchanges and multipliers.

``pairs`` of demand and site come by row (``row_ptr``, ``row_site``, ``value``), the sites of a row
by rising value, and for exchanges by site as well.
"""

from __future__ import annotations

import numpy as np

from ..compiled import njit

_PAIRS = "Tuple((i4[::1], i4[::1], f8[::1]))"


@njit(f"void({_PAIRS}, b1[::1], f8, f8[:, ::1], i4[:, ::1])", cache=True)
def nearest_two(pairs, chosen, far, best, best_site):  # type: ignore[no-untyped-def]
    """Find the two cheapest chosen sites of each row, whose sites come by rising value."""
    row_ptr, row_site, value = pairs
    for i in range(len(row_ptr) - 1):
        found = 0
        best[i, 0] = best[i, 1] = far
        best_site[i, 0] = best_site[i, 1] = -1
        for at in range(row_ptr[i], row_ptr[i + 1]):
            if chosen[row_site[at]]:
                best[i, found], best_site[i, found] = value[at], row_site[at]
                found += 1
                if found == 2:
                    break


@njit(f"f8({_PAIRS}, {_PAIRS}, f8, b1[::1], b1[::1], i4[::1], i8)", cache=True)
def median_swap(pairs, by_site, far, locked, chosen, order, rounds):  # type: ignore[no-untyped-def]
    """Exchange sites until nothing gains; return the sum of the cheapest values.

    The fast interchange of Whitaker (1983), each site against the best one to take out for it.
    A row without a chosen site costs ``far``; locked sites stay. In place.
    """
    site_ptr, site_row, site_value = by_site
    rows = len(pairs[0]) - 1
    best = np.empty((rows, 2))
    best_site = np.empty((rows, 2), dtype=np.int32)
    nearest_two(pairs, chosen, far, best, best_site)
    loss = np.zeros(len(chosen))
    kept = np.zeros(len(chosen))
    fresh = True
    for _ in range(rounds):
        moved = False
        for j in order:
            if chosen[j]:
                continue
            if fresh:
                loss[:] = 0.0
                for i in range(rows):
                    if best_site[i, 0] >= 0:
                        loss[best_site[i, 0]] += best[i, 1] - best[i, 0]
                fresh = False
            gain = 0.0
            for at in range(site_ptr[j], site_ptr[j + 1]):
                i, there = site_row[at], site_value[at]
                first = best_site[i, 0]
                if there < best[i, 0]:
                    gain += best[i, 0] - there
                    if first >= 0:
                        kept[first] += best[i, 1] - best[i, 0]
                elif there < best[i, 1]:
                    kept[first] += best[i, 1] - there
            out, most = -1, 1e-9
            for k in range(len(chosen)):
                if chosen[k] and not locked[k]:
                    delta = gain + kept[k] - loss[k]
                    if delta > most:
                        out, most = k, delta
                kept[k] = 0.0
            if out >= 0:
                chosen[out], chosen[j] = False, True
                nearest_two(pairs, chosen, far, best, best_site)
                moved = fresh = True
        if not moved:
            break
    return best[:, 0].sum()


@njit(f"void({_PAIRS}, f8[::1], i8, b1[::1], f8, i8, f8[::1], UniTuple(f8[::1], 4))", cache=True)
def median_ascend(pairs, weight, p, taken, target, steps, state, walk):  # type: ignore[no-untyped-def]
    """Raise the Lagrangian bound of a median by steps of the volume algorithm, in place.

    As `ascend`; the multipliers pay for each row being served once. ``taken`` sites are open
    besides the p to choose.
    """
    row_ptr, row_site, value = pairs
    multiplier, best, direction, usage = walk
    rows, sites = len(row_ptr) - 1, len(taken)
    saved = np.empty(sites)
    chosen = np.empty(sites, dtype=np.bool_)
    for _ in range(steps):
        saved[:] = 0.0
        bound = 0.0
        for i in range(rows):
            bound += multiplier[i]
            for at in range(row_ptr[i], row_ptr[i + 1]):
                if value[at] >= multiplier[i]:
                    break
                saved[row_site[at]] += multiplier[i] - value[at]
        left = p
        for j in range(sites):
            chosen[j] = taken[j]
            if taken[j]:
                bound -= saved[j]
        for j in np.argsort(-saved, kind="mergesort"):
            if left > 0 and not taken[j]:
                chosen[j] = True
                left -= 1
                bound -= saved[j]
        fresh = 1.0 if state[0] == -np.inf else state[2]
        for j in range(sites):
            usage[j] += fresh * (chosen[j] - usage[j])
        along = 0.0
        for i in range(rows):
            slope = 1.0
            for at in range(row_ptr[i], row_ptr[i + 1]):
                if value[at] >= multiplier[i]:
                    break
                slope -= chosen[row_site[at]]
            along += weight[i] * slope * direction[i]
            direction[i] += fresh * (slope - direction[i])
        if bound > state[0]:
            if bound > state[0] + 1e-5 * (target - state[0]):
                state[3] = 0
                if along > 0:
                    state[4] += 1
                    if state[4] >= 2:
                        state[1], state[4] = min(2.0, 1.1 * state[1]), 0
            state[0] = bound
            for i in range(rows):
                best[i] = multiplier[i]
        else:
            state[3] += 1
            if state[3] >= 10:
                state[1] *= 0.66
                state[2] = max(0.01, 0.8 * state[2])
                state[3] = 0
        norm = 0.0
        for i in range(rows):
            norm += weight[i] * direction[i] ** 2
        if norm == 0 or state[0] >= target:
            break
        length = state[1] * (target - state[0]) / norm
        for i in range(rows):
            multiplier[i] = max(0.0, best[i] + length * weight[i] * direction[i])
