"""Compiled loops of siting: greedy starts, swaps and multipliers over sparse covers.

A ``cover`` comes twice: by demand row (``row_ptr``, ``row_site``) and by site (``site_ptr``,
``site_row``), int32 CSR arrays with sorted indices. ``limits`` are how many sites, the budget,
and the price of a unit of budget, -1 where it is not given. Everything else is float64, in which
sums of whole numbers stay exact.
"""

from __future__ import annotations

import numpy as np

from ..compiled import njit

_COVER = "UniTuple(i4[::1], 4)"
_LIMITS = "Tuple((i8, f8, f8))"


@njit("b1(u8[:, ::1], i8, i8)", cache=True, inline="always")
def _within(bits, inner, outer):  # type: ignore[no-untyped-def]
    """Return whether one bit set lies within another."""
    for word in range(bits.shape[1]):  # noqa: SIM110  (compiled: a generator is no loop)
        if bits[inner, word] & ~bits[outer, word]:
            return False
    return True


@njit(f"i4[::1]({_COVER}, f8[::1])", cache=True)
def dominators(cover, cost):  # type: ignore[no-untyped-def]
    """Return for each site one that covers all it covers at no higher cost, or -1.

    A dominator is never dominated itself. Of equal sites the first stays.
    """
    row_ptr, row_site, site_ptr, site_row = cover
    sites = len(site_ptr) - 1
    rows = len(row_ptr) - 1
    size = site_ptr[1:] - site_ptr[:-1]
    by = np.full(sites, -1, dtype=np.int32)
    mark = np.zeros(rows, dtype=np.bool_)
    for j in np.argsort(size, kind="mergesort"):
        first, last = site_ptr[j], site_ptr[j + 1]
        if first == last:
            continue
        rarest = site_row[first]
        for at in range(first, last):
            i = site_row[at]
            mark[i] = True
            if row_ptr[i + 1] - row_ptr[i] < row_ptr[rarest + 1] - row_ptr[rarest]:
                rarest = i
        for at in range(row_ptr[rarest], row_ptr[rarest + 1]):
            k = row_site[at]
            if k == j or by[k] >= 0 or cost[k] > cost[j] or size[k] < size[j]:
                continue
            if size[k] == size[j] and cost[k] == cost[j] and k > j:
                continue
            shared, left = 0, size[k]
            for other in range(site_ptr[k], site_ptr[k + 1]):
                shared += mark[site_row[other]]
                left -= 1
                if shared + left < size[j]:
                    break
            if shared == size[j]:
                by[j] = k
                break
        for at in range(first, last):
            mark[site_row[at]] = False
    for j in range(sites):
        while by[j] >= 0 and by[by[j]] >= 0:
            by[j] = by[by[j]]
    return by


@njit(f"b1[::1]({_COVER})", cache=True)
def implied(cover):  # type: ignore[no-untyped-def]
    """Return which rows are covered whenever some other row is: its sites are among theirs."""
    row_ptr, row_site, site_ptr, site_row = cover
    rows = len(row_ptr) - 1
    bits = np.zeros((rows, (len(site_ptr) + 63) // 64), dtype=np.uint64)
    for i in range(rows):
        for at in range(row_ptr[i], row_ptr[i + 1]):
            j = row_site[at]
            bits[i, j // 64] |= np.uint64(1) << np.uint64(j % 64)
    size = row_ptr[1:] - row_ptr[:-1]
    out = np.zeros(rows, dtype=np.bool_)
    for i in np.argsort(size, kind="mergesort"):
        if out[i] or size[i] == 0:
            continue
        rarest = row_site[row_ptr[i]]
        for at in range(row_ptr[i], row_ptr[i + 1]):
            j = row_site[at]
            if site_ptr[j + 1] - site_ptr[j] < site_ptr[rarest + 1] - site_ptr[rarest]:
                rarest = j
        for at in range(site_ptr[rarest], site_ptr[rarest + 1]):
            k = site_row[at]
            if k != i and not out[k] and size[k] >= size[i] and _within(bits, i, k):
                out[k] = size[k] > size[i] or k > i
    return out


@njit(f"void({_COVER}, f8[::1], f8[::1], {_LIMITS}, b1, b1[::1])", cache=True)
def greedy(cover, weight, cost, limits, by_ratio, chosen):  # type: ignore[no-untyped-def]
    """Add the site of the greatest new cover (for its cost) while one fits, in place."""
    row_ptr, row_site, site_ptr, site_row = cover
    p, budget, _ = limits
    sites = len(site_ptr) - 1
    covered = np.zeros(len(row_ptr) - 1, dtype=np.bool_)
    gain = np.zeros(sites)
    for j in range(sites):
        for at in range(site_ptr[j], site_ptr[j + 1]):
            gain[j] += weight[site_row[at]]
    count, spent = 0, 0.0
    waiting = chosen.copy()  # sites chosen beforehand go in first
    while True:
        best, score = -1, 0.0
        for j in range(sites):
            if waiting[j]:
                best = j
                break
            if chosen[j] or gain[j] <= 0 or count >= p or spent + cost[j] > budget:
                continue
            value = gain[j] / max(cost[j], 1e-12) if by_ratio else gain[j]
            if value > score:
                best, score = j, value
        if best < 0:
            return
        chosen[best], waiting[best] = True, False
        count += 1
        spent += cost[best]
        for at in range(site_ptr[best], site_ptr[best + 1]):
            i = site_row[at]
            if not covered[i]:
                covered[i] = True
                for other in range(row_ptr[i], row_ptr[i + 1]):
                    gain[row_site[other]] -= weight[i]


@njit(f"f8({_COVER}, f8[::1], f8[::1], {_LIMITS}, b1[::1], i4[::1], i8)", cache=True)
def swap(cover, weight, cost, limits, chosen, order, rounds):  # type: ignore[no-untyped-def]
    """Exchange, add while one fits, until nothing gains; return the weight covered.

    Every site is weighed once a round against the best site to take out for it, from the weight
    that only that site covers (Resende and Werneck 2007 for medians). In place.
    """
    _, _, site_ptr, site_row = cover
    p, budget, _ = limits
    sites = len(site_ptr) - 1
    count = np.zeros(len(weight), dtype=np.int32)
    owner = np.zeros(len(weight), dtype=np.int64)  # sum of the sites: the site, when only one
    total, spent, size = 0.0, 0.0, 0
    for j in range(sites):
        if chosen[j]:
            size += 1
            spent += cost[j]
            for at in range(site_ptr[j], site_ptr[j + 1]):
                i = site_row[at]
                count[i] += 1
                owner[i] += j
    loss = np.zeros(sites)
    for i in range(len(weight)):
        if count[i] > 0:
            total += weight[i]
        if count[i] == 1:
            loss[owner[i]] += weight[i]
    plan = np.flatnonzero(chosen)
    kept = np.zeros(sites)
    for _ in range(rounds):
        moved = False
        for j in order:
            if chosen[j]:
                continue
            gain = 0.0
            for at in range(site_ptr[j], site_ptr[j + 1]):
                i = site_row[at]
                if count[i] == 0:
                    gain += weight[i]
                elif count[i] == 1:
                    kept[owner[i]] += weight[i]
            out, best = -1, 1e-9
            adds = size < p and spent + cost[j] <= budget
            if adds:
                best = max(best, gain)
            else:
                for k in plan:
                    if spent + cost[j] - cost[k] <= budget:
                        delta = gain + kept[k] - loss[k]
                        if delta > best:
                            out, best = int(k), delta
            for at in range(site_ptr[j], site_ptr[j + 1]):
                i = site_row[at]
                if count[i] == 1:
                    kept[owner[i]] = 0.0
            if (out < 0 and not adds) or best <= 1e-9:
                continue
            moved = True
            total += best
            if out >= 0:
                for at in range(site_ptr[out], site_ptr[out + 1]):
                    i = site_row[at]
                    count[i] -= 1
                    owner[i] -= out
                    if count[i] == 0:
                        loss[out] -= weight[i]
                    elif count[i] == 1:
                        loss[owner[i]] += weight[i]
                chosen[out] = False
                spent -= cost[out]
                size -= 1
            for at in range(site_ptr[j], site_ptr[j + 1]):
                i = site_row[at]
                if count[i] == 0:
                    loss[j] += weight[i]
                elif count[i] == 1:
                    loss[owner[i]] -= weight[i]
                count[i] += 1
                owner[i] += j
            chosen[j] = True
            spent += cost[j]
            size += 1
            plan = np.flatnonzero(chosen)
        if not moved:
            break
    total = 0.0
    for i in range(len(weight)):
        if count[i] > 0:
            total += weight[i]
    return total


@njit(f"Tuple((f8, f8))(f8[::1], f8[::1], {_LIMITS}, b1[::1])", cache=True)
def prices(worth, cost, limits, chosen):  # type: ignore[no-untyped-def]
    """Return the price of a site and of a unit of budget that make the bound least.

    The bound is ``p * site + budget * price + sum(max(worth - site - price * cost, 0))``. With
    ``budget_price`` >= 0 that price is given. The sites that the prices choose go to ``chosen``.
    """
    p, budget, budget_price = limits
    sites = len(worth)
    low, high = 0.0, 0.0
    if budget_price >= 0:
        low = high = budget_price
    elif budget < np.inf:
        for j in range(sites):
            if cost[j] > 0:
                high = max(high, worth[j] / cost[j])
    site_price = 0.0
    price = 0.0 if budget_price < 0 else budget_price
    first = True
    for _ in range(60):
        net = worth - price * cost
        site_price = 0.0
        if p < sites:
            site_price = (
                max(0.0, np.partition(net, sites - p)[sites - p]) if p > 0 else max(0.0, net.max())
            )
        left, spent = p, 0.0
        for j in range(sites):
            chosen[j] = net[j] > site_price
            if chosen[j]:
                left -= 1
                spent += cost[j]
        for j in range(sites):
            if left > 0 and net[j] == site_price and net[j] > 0:
                chosen[j] = True
                left -= 1
                spent += cost[j]
        if low == high or (first and spent <= budget):
            break  # the price is given, or the budget does not bind
        first = False
        if spent > budget:
            low = price
        else:
            high = price
            if high - low <= 1e-9 * high:
                break
        price = (low + high) / 2
    return site_price, price


@njit(
    f"void({_COVER}, f8[::1], f8[::1], {_LIMITS}, f8, i8, f8[::1], UniTuple(f8[::1], 4))",
    cache=True,
)
def ascend(cover, weight, cost, limits, target, steps, state, walk):  # type: ignore[no-untyped-def]
    """Lower the Lagrangian bound of a covering by steps of the volume algorithm, in place.

    Each step goes from the best multipliers along an average of past subgradients, as far as
    Polyak's rule towards ``target`` says (Barahona and Anbil 2000). Lengths are measured in the
    norm of the weights, so that a merged row moves as the rows it stands for would.

    Parameters
    ----------
    cover, weight, cost, limits
        As in the module.
    target
        What is known to be reached.
    steps
        How many.
    state
        Bound, factor of the step length, weight of the newest subgradient, steps without
        improvement, good steps in a row; goes on from call to call. Infinite bound: a start.
    walk
        Multipliers to try next, the best so far, the averaged subgradient, and the average of
        the sites chosen: near the optimum of the linear relaxation.
    """
    row_ptr, row_site, site_ptr, site_row = cover
    p, budget, _ = limits
    multiplier, best, direction, usage = walk
    rows, sites = len(weight), len(cost)
    worth = np.empty(sites)
    chosen = np.zeros(sites, dtype=np.bool_)
    count = np.empty(rows, dtype=np.int32)
    for _ in range(steps):
        worth[:] = 0.0
        bound = 0.0
        for i in range(rows):
            share = multiplier[i]
            bound += weight[i] - share
            if share > 0:
                for at in range(row_ptr[i], row_ptr[i + 1]):
                    worth[row_site[at]] += share
        site_price, price = prices(worth, cost, limits, chosen)
        if p < sites:
            bound += p * site_price
        if budget < np.inf:
            bound += budget * price
        count[:] = 0
        fresh = 1.0 if state[0] == np.inf else state[2]
        for j in range(sites):
            bound += max(0.0, worth[j] - site_price - price * cost[j])
            usage[j] += fresh * (chosen[j] - usage[j])
            if chosen[j]:
                for at in range(site_ptr[j], site_ptr[j + 1]):
                    count[site_row[at]] += 1
        along = 0.0
        for i in range(rows):
            covered = 1.0 if multiplier[i] < weight[i] else min(1.0, count[i])
            slope = covered - count[i]
            along += weight[i] * slope * direction[i]
            direction[i] += fresh * (slope - direction[i])
        if bound < state[0]:
            if bound < state[0] - 1e-5 * (state[0] - target):
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
            if (direction[i] > 0 and best[i] < weight[i]) or (direction[i] < 0 and best[i] > 0):
                norm += weight[i] * direction[i] ** 2
        if norm == 0 or state[0] <= target:
            break
        length = state[1] * (state[0] - target) / norm
        for i in range(rows):
            moved = best[i] + length * weight[i] * direction[i]
            multiplier[i] = min(max(moved, 0.0), weight[i])
