"""Plans of a maximal covering by annealing, and two plans joined part by part.

Exchanges that always gain stop in a street grid at plans that are out of step with one another;
a walk that also accepts losses, ever smaller ones, moves whole quarters into step. What two good
plans do differently falls into parts that share no demand, and of each part the better is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ...geo.arrays import Flags
from ..compiled import njit
from .highs import Clock
from .reduction import Covering

_COVER = "UniTuple(i4[::1], 4)"
_LIMITS = "Tuple((i8, f8, f8))"
_FLAGS = "UniTuple(b1[::1], 3)"
_SCHEDULE = "Tuple((i8, f8, f8))"
PIECES = 20  # of a walk, between two looks at the clock
FAR = 0.3  # part of the exchanges that reach for open demand instead of a neighbour


@njit("f8(u8[::1])", cache=True)
def _uniform(state):  # type: ignore[no-untyped-def]
    """Return a number from 0 to below 1 (xorshift, Marsaglia 2003); the state is not 0."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return (x >> np.uint64(11)) / 9007199254740992.0


@njit(f"void({_COVER}, f8[::1], i4[::1], i8[::1], f8[:, ::1], i8, b1)", cache=True)
def _move(cover, weight, count, owner, change, j, enters):  # type: ignore[no-untyped-def]
    """Let a site enter or leave; ``change`` is what each site would gain, and would lose."""
    row_ptr, row_site, site_ptr, site_row = cover
    step = 1 if enters else -1
    for at in range(site_ptr[j], site_ptr[j + 1]):
        i = site_row[at]
        w = weight[i] * step
        before = count[i]
        if before == 1 and enters:
            change[1, owner[i]] -= w
        count[i] += step
        owner[i] += step * j
        if min(before, count[i]) == 0:
            change[1, j] += w
            for other in range(row_ptr[i], row_ptr[i + 1]):
                change[0, row_site[other]] -= w
        elif count[i] == 1:
            change[1, owner[i]] -= w


@njit(
    f"void({_COVER}, f8[::1], f8[::1], {_LIMITS}, {_FLAGS}, {_SCHEDULE}, u8[::1])",
    cache=True,
)
def anneal(cover, weight, cost, limits, flags, schedule, state):  # type: ignore[no-untyped-def]
    """Walk from a choice by random exchanges, ever less often to a worse one.

    Parameters
    ----------
    cover, weight, cost, limits
        As in `kernels`.
    flags
        Which sites may be added, where to start (in place: where the walk ends), and the best
        choice met (in place).
    schedule
        How many exchanges to try, and the loss that is accepted at first and at last with a
        probability of 1 / e.
    state
        Of the random numbers.
    """
    row_ptr, row_site, site_ptr, site_row = cover
    p, budget, _ = limits
    may_enter, inside, met = flags
    steps, hot, cold = schedule
    sites, rows = len(site_ptr) - 1, len(weight)
    count = np.zeros(rows, dtype=np.int32)
    owner = np.zeros(rows, dtype=np.int64)  # sum of the sites: the site, when only one
    change = np.zeros((2, sites))
    for j in range(sites):
        for at in range(site_ptr[j], site_ptr[j + 1]):
            change[0, j] += weight[site_row[at]]
    plan = np.full(sites, -1, dtype=np.int64)
    size, spent, total = 0, 0.0, 0.0
    for j in range(sites):
        met[j] = inside[j]
        if inside[j]:
            plan[size] = j
            size += 1
            spent += cost[j]
            total += change[0, j]
            _move(cover, weight, count, owner, change, j, True)
    best = total
    heat = hot
    cooling = (cold / hot) ** (1.0 / steps)
    for _ in range(steps):
        heat *= cooling
        if size == 0:
            break
        slot = int(_uniform(state) * size)
        k = plan[slot]
        if _uniform(state) < FAR:
            i = int(_uniform(state) * rows)
            if count[i] > 0 or row_ptr[i] == row_ptr[i + 1]:
                continue
        elif site_ptr[k] == site_ptr[k + 1]:
            continue
        else:
            i = site_row[site_ptr[k] + int(_uniform(state) * (site_ptr[k + 1] - site_ptr[k]))]
        j = row_site[row_ptr[i] + int(_uniform(state) * (row_ptr[i + 1] - row_ptr[i]))]
        if inside[j] or not may_enter[j]:
            continue
        adds = size < p and spent + cost[j] <= budget
        fits = adds or spent + cost[j] - cost[k] <= budget
        if adds:
            delta = change[0, j]
        elif fits:
            delta = change[0, j] - change[1, k]
            for at in range(site_ptr[j], site_ptr[j + 1]):
                if count[site_row[at]] == 1 and owner[site_row[at]] == k:
                    delta += weight[site_row[at]]
        else:
            delta = -change[1, k]  # makes room for a dearer site
        if delta < 0 and _uniform(state) >= np.exp(delta / heat):
            continue
        if not adds:
            _move(cover, weight, count, owner, change, k, False)
            inside[k] = False
            spent -= cost[k]
            size -= 1
            plan[slot] = plan[size]
        if fits:
            _move(cover, weight, count, owner, change, j, True)
            inside[j] = True
            spent += cost[j]
            plan[size] = j
            size += 1
        total += delta
        if total > best:
            best = total
            for j in range(sites):
                met[j] = inside[j]


def annealed(
    covering: Covering,
    chosen: Flags,
    may_enter: Flags,
    *,
    schedule: tuple[int, float, float],
    state: NDArray[np.uint64],
    clock: Clock,
) -> Flags:
    """Return the best choice met on a walk, which ends early when the time is up.

    Parameters
    ----------
    covering
        Without prices of sites.
    chosen
        Where to start.
    may_enter
        Which sites may be added.
    schedule, state
        As in `anneal`.
    clock
        When to stop.
    """
    c = covering
    steps, hot, cold = schedule
    heats = np.geomspace(hot, cold, PIECES + 1)
    best, here, met = chosen, chosen.copy(), chosen.copy()
    for piece in range(PIECES):
        if clock.over:
            break
        part = max(1, steps // PIECES), float(heats[piece]), float(heats[piece + 1])
        flags = may_enter, here, met
        anneal(c.arrays, c.weights, c.costs, c.limits, flags, part, state)
        if c.worth(met) > c.worth(best):
            best = met.copy()
    return best


def joined(covering: Covering, one: Flags, other: Flags) -> Flags:
    """Return the best choice that takes each part of the difference of two from either.

    Parts share no demand that is not covered anyway, so what they are worth adds up; how many
    sites they may have together is weighed exactly, money only in the end.
    """
    both, apart = one & other, np.flatnonzero(one ^ other)
    if len(apart) == 0:
        return one
    open_rows = np.flatnonzero(~covering.covered(both))
    cover = sparse.csr_array(covering.cover[open_rows][:, apart], dtype=np.int32)
    weights, from_one = covering.weights[open_rows], one[apart]
    parts, part = connected_components(cover.T @ cover, directed=False)
    value, size = np.zeros((2, parts)), np.zeros((2, parts), dtype=np.intp)
    for side, mine in enumerate((from_one, ~from_one)):
        size[side] = np.bincount(part[mine], minlength=parts)
        reached = np.flatnonzero(cover @ mine.astype(np.int32))
        first = cover.indices[cover.indptr[reached]]
        value[side] = np.bincount(part[first], weights[reached], minlength=parts)
    most = covering.p - int(both.sum())
    worth = np.full(most + 1, -np.inf)
    worth[0] = 0.0
    takes = np.zeros((parts, most + 1), dtype=bool)
    for at in range(parts):
        sides = np.full((2, most + 1), -np.inf)
        for side in range(2):
            n = size[side, at]
            if n <= most:
                sides[side, n:] = worth[: most + 1 - n] + value[side, at]
        takes[at] = sides[1] > sides[0]
        worth = sides.max(axis=0)
    many = int(np.argmax(worth))
    chosen = both.copy()
    for at in reversed(range(parts)):
        side = takes[at, many]
        chosen[apart[(part == at) & (from_one != side)]] = True
        many -= size[int(side), at]
    within = covering.costs[chosen].sum() <= covering.budget
    return chosen if within and covering.worth(chosen) >= covering.worth(one) else one
