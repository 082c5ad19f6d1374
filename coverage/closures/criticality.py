"""What the closure of lanes costs: each alone, groups as one event, random states of all.

Exact, and equal to closing the lanes and computing everything again: only states that hang on a
closed lane in the shortest-path forest can change, so only those are seeded again from their
border and settled (Ramalingam and Reps 1996 repair a shortest-path forest in the same way).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...geo.arrays import Flags, Floats, Ints, Longs
from ...geo.ground import (
    Network,
    Positions,
)
from ...geo.words import Vehicle
from ..reach import FAR, Journey, arrive, grouped, nearest, predecessors
from .kernels import closures, preorder

EVENTS_A_TASK = 64  # closures computed in one go; more keep the threads less even


@dataclass(frozen=True)
class Losses:
    """What each event costs, beside the town without it.

    Attributes
    ----------
    lost
        ``(events, k)`` float64: for each kind of weight, that of the positions which are within
        the standard without the closure and not with it.
    added_s
        ``(events,)`` seconds added in all at positions that are still reached.
    unreached
        ``(events,)`` int32 positions that nobody reaches any more.
    """

    lost: Floats
    added_s: Floats
    unreached: Ints


@dataclass(frozen=True)
class Changes:
    """The positions whose time each event changes: those of event *i* are ``first[i]:first[i+1]``.

    ``ms`` is the new time, `FAR` when nobody arrives any more.
    """

    first: Longs
    position: Ints
    ms: Ints


@dataclass(frozen=True)
class Forest:
    """A prepared search without closures, from which every closure is mended.

    Attributes
    ----------
    base_ms
        ``(positions,)`` int32 first arrival without any closure.
    """

    base_ms: Ints
    _tables: tuple[Any, ...]


def prepare(
    plan: Journey,
    network: Network,
    positions: Positions,
    *,
    stopped: Mapping[Vehicle, Flags],
) -> Forest:
    """Search once and lay out what the mending needs.

    Parameters
    ----------
    plan
        From `weizhan.coverage.reach.travel.journey`.
    network, positions
        The same as for the plan.
    stopped
        ``(lanes,)`` for each vehicle, on which lanes a closure stops it; what is not named, such
        as people on foot, passes everywhere. A closed lane cannot be used at all by what is
        stopped, not even up to a house on it.
    """
    graph, starts = plan.graph, plan.starts
    nowhere = np.zeros(network.lanes, dtype=bool)
    stops = np.stack([stopped.get(vehicle, nowhere) for vehicle in graph.layers])
    start_open = ~stops[starts.state // graph.nodes, starts.lane]
    found_ms, _ = nearest(graph, starts)
    pred = predecessors(graph.head, graph.tail, graph.ms, found_ms, starts.state, starts.ms)
    parent = np.full(len(pred), graph.states, dtype=graph.tail.dtype)
    parent[pred >= 0] = graph.tail[pred[pred >= 0]]  # nobody passes anything: there is no arc
    reached = np.flatnonzero(found_ms < FAR)
    # States are numbered in preorder from here on: a subtree is then one run of neighbours.
    place, size = preorder(*grouped(parent[reached], graph.states + 1, reached))
    ms = np.empty_like(found_ms)
    ms[place] = found_ms
    arc_order = np.lexsort((graph.head, place[graph.tail]))
    tail, head = place[graph.tail[arc_order]], place[graph.head[arc_order]]
    cost, lane = graph.ms[arc_order], graph.lane[arc_order]
    touched = (lane >= 0) & stops[graph.tail[arc_order] // graph.nodes, lane]
    arc_lane = np.where(touched, lane, -1)
    arc_number = np.empty(len(arc_order), dtype=np.int32)
    arc_number[arc_order] = np.arange(len(arc_order), dtype=np.int32)
    pred[pred >= 0] = arc_number[pred[pred >= 0]]
    by_place = np.empty_like(pred)
    by_place[place] = pred
    pred = by_place

    ways = 2 * len(graph.layers)
    entry_open = np.empty((len(positions.lane), ways), dtype=bool)
    for way in range(ways):
        entry_open[:, way] = ~stops[way // 2, plan.entries.lane]
    near = plan.neighbours
    near_position = np.repeat(np.arange(len(positions.lane)), np.diff(near.first))
    near_open = ~stops[near.layer, plan.entries.lane[near_position]]
    entry_state = np.where(plan.entries.state >= 0, place[plan.entries.state], -1).astype(np.int32)
    used = entry_state.ravel()
    user = np.repeat(np.arange(len(positions.lane), dtype=np.int32), ways)
    touching = np.flatnonzero(arc_lane >= 0)
    closing = np.flatnonzero(~start_open)
    located = np.flatnonzero(plan.entries.lane >= 0)
    base = np.full((len(positions.lane), 2), FAR, dtype=np.int32)
    twice = np.stack([ms, np.full_like(ms, FAR)])
    arrive(
        (entry_state, plan.entries.ms),
        (twice, np.zeros_like(twice)),
        (near.first, np.zeros_like(near.crew), near.ms),
        (base, np.full_like(base, -1)),
    )
    base_ms = np.ascontiguousarray(base[:, 0])
    indptr, head, cost, arc_lane, tail = grouped(tail, graph.states, head, cost, arc_lane, tail)
    by_state = grouped(place[starts.state], graph.states, np.arange(len(starts.state)))
    tables = (
        (
            (indptr, head, cost, arc_lane),
            grouped(head, graph.states, tail, cost, arc_lane),
            grouped(arc_lane[touching], network.lanes, touching),
        ),
        (ms, pred, size),
        (
            (*by_state, starts.ms, start_open),
            grouped(starts.lane[closing], network.lanes, closing),
        ),
        (
            (entry_state, plan.entries.ms, entry_open, plan.entries.lane),
            grouped(used[used >= 0], graph.states, user[used >= 0]),
            grouped(plan.entries.lane[located], network.lanes, located),
            (near.first, near.ms, near_open),
        ),
    )
    return Forest(base_ms, tables)


def losses(
    forest: Forest,
    events: Sequence[Ints] | Ints,
    *,
    limit_ms: Ints,
    weights: Floats,
    workers: int = 1,
) -> Losses:
    """Return what each event costs.

    Parameters
    ----------
    forest
        From `prepare`.
    events
        The lanes closed together, one array an event; or one array of lanes, each an event of
        its own.
    limit_ms
        ``(positions,)`` time up to which a position counts as covered.
    weights
        ``(k, positions)`` what is lost with a position: itself, its people, …
    workers
        Threads; the answer does not depend on them.
    """
    parts = _run(forest, events, limit_ms=limit_ms, weights=weights, keep=False, workers=workers)
    return Losses(*(np.concatenate([part[k] for part in parts]) for k in (3, 4, 5)))


def changes(forest: Forest, events: Sequence[Ints], *, workers: int = 1) -> Changes:
    """Return every time that each event changes; parameters as for `losses`."""
    limit = np.full(len(forest.base_ms), -1, dtype=np.int32)
    weights = np.zeros((0, len(forest.base_ms)))
    parts = _run(forest, events, limit_ms=limit, weights=weights, keep=True, workers=workers)
    count = np.concatenate([np.diff(part[0]) for part in parts])
    first = np.concatenate([[0], np.cumsum(count)])
    return Changes(first, *(np.concatenate([part[k] for part in parts]) for k in (1, 2)))


def _run(
    forest: Forest,
    events: Sequence[Ints] | Ints,
    *,
    limit_ms: Ints,
    weights: Floats,
    keep: bool,
    workers: int,
) -> list[tuple[Any, ...]]:
    if isinstance(events, np.ndarray):
        first = np.arange(len(events) + 1, dtype=np.int32)
        lane = events.astype(np.int32)
    else:
        first = np.cumsum([0, *(len(event) for event in events)]).astype(np.int32)
        lane = np.concatenate([np.empty(0, dtype=np.int32), *events]).astype(np.int32)
    count = len(first) - 1
    tasks = max(1, min(workers, -(-count // EVENTS_A_TASK)))
    bounds = np.linspace(0, count, tasks + 1).astype(int)

    def task(number: int) -> tuple[Any, ...]:
        begin, end = bounds[number], bounds[number + 1]
        some = (first[begin : end + 1] - first[begin]).astype(np.int32)
        those = lane[first[begin] : first[end]]
        arguments = (
            *forest._tables,
            (some, np.ascontiguousarray(those)),
            (forest.base_ms, np.ascontiguousarray(limit_ms, dtype=np.int32)),
            np.ascontiguousarray(weights, dtype=np.float64),
            keep,
        )
        found: tuple[Any, ...] = closures(*arguments)
        return found

    if tasks == 1:
        return [task(0)]
    with ThreadPoolExecutor(tasks) as pool:
        return list(pool.map(task, range(tasks)))
