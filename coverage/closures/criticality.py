"""What the closure of lanes costs: each alone, groups as one event, random states of all.

Exact, and equal to closing the lanes and computing everything again: only states that hang on a
closed lane in the shortest-path forest can change, so only those are seeded again from their
border and settled (Ramalingam and Reps 1996 repair a shortest-path forest in the same way).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...geo.arrays import Flags, Floats, Ints
from ...geo.ground import (
    Network,
)
from ...geo.words import Vehicle
from ..reach import FAR, Journey, first_at, grouped, nearest, predecessors
from .kernels import closures, preorder

EVENTS_A_TASK: Final = 64  # closures computed in one go; more keep the threads less even
ANY_TIME: Final = FAR - 1  # a limit: covered is whoever is reached at all


@dataclass(frozen=True)
class Losses:
    """What each event costs, beside the town without it.

    Attributes
    ----------
    lost
        ``(events, k)`` float64: for each kind of weight, that of the positions which are within
        their limits without the closure and not with it.
    added_s
        ``(events,)`` seconds added in all at positions that stay within their limits.
    often
        ``(positions,)`` int32 events that take each position out of its limit.
    """

    lost: Floats
    added_s: Floats
    often: Ints


@dataclass(frozen=True)
class Forest:
    """A prepared search without closures, from which every closure is mended.

    Attributes
    ----------
    covered
        ``(positions,)`` which are within their limits without any closure.
    """

    covered: Flags
    _order: Ints  # of the covered positions, as the tables have them
    _tables: tuple[Any, ...]
    _until_ms: int


def prepare(
    plan: Journey,
    network: Network,
    limit_ms: Ints,
    *,
    stopped: Mapping[Vehicle, Flags],
) -> Forest:
    """Search once, as far as the largest limit, and lay out what the mending needs.

    A closure makes nobody earlier, so what is not reached by then without one is not with one
    either: neither states nor positions beyond the limits are kept.

    Parameters
    ----------
    plan
        From `weizhan.coverage.reach.travel.journey`.
    network
        The same as for the plan.
    limit_ms
        ``(positions,)`` time up to which each position counts as covered; `ANY_TIME` for those
        that are when they are reached at all.
    stopped
        ``(lanes,)`` for each vehicle, on which lanes a closure stops it; what is not named, such
        as people on foot, passes everywhere. A closed lane cannot be used at all by what is
        stopped, not even up to a house on it.
    """
    graph, starts, entries, near = plan.graph, plan.starts, plan.entries, plan.neighbours
    until = int(limit_ms.max(initial=-1))
    found, _ = nearest(graph, starts, until_ms=until)
    base_ms = first_at(plan, found)
    covered = base_ms <= limit_ms
    nowhere = np.zeros(network.lanes, dtype=bool)
    stops = np.stack([stopped.get(vehicle, nowhere) for vehicle in graph.layers])

    reached = np.flatnonzero(found < FAR)
    place = np.full(graph.states, -1, dtype=np.int32)
    place[reached] = np.arange(len(reached))
    arcs = np.flatnonzero((place[graph.tail] >= 0) & (place[graph.head] >= 0))
    lane = graph.lane[arcs]
    touched = (lane >= 0) & stops[graph.tail[arcs] // graph.nodes, lane]
    arc_lane = np.where(touched, lane, -1)
    tail, head, cost = place[graph.tail[arcs]], place[graph.head[arcs]], graph.ms[arcs]
    enter = np.flatnonzero(place[starts.state] >= 0)
    start_state, start_ms = place[starts.state[enter]], starts.ms[enter]
    shut = stops[starts.state[enter] // graph.nodes, starts.lane[enter]]
    start_lane = np.where(shut, starts.lane[enter], -1)
    pred = predecessors(head, tail, cost, found[reached], start_state, start_ms)
    rides = pred >= 0
    parent = np.full(len(reached), len(reached), dtype=np.int32)
    root_lane = np.empty(len(reached), dtype=np.int32)
    parent[rides], root_lane[rides] = tail[pred[rides]], arc_lane[pred[rides]]
    root_lane[~rides] = start_lane[-2 - pred[~rides]]
    # States are numbered in preorder from here on: a subtree is then one run of neighbours.
    turn, size = preorder(*grouped(parent, len(reached) + 1, np.arange(len(reached))))
    ms = np.empty(len(reached), dtype=np.int32)
    ms[turn] = found[reached]
    place[reached] = turn
    tail, head = turn[tail], turn[head]
    cut_off = root_lane >= 0
    indptr, *of_arc = grouped(tail, len(reached), head, cost, arc_lane)

    held = np.flatnonzero(covered)
    order: Ints = held[np.argsort(entries.lane[held], kind="stable")].astype(np.int32)
    row_lane, first, row = np.unique(entries.lane[order], return_index=True, return_inverse=True)
    row_of = np.full(network.lanes, -1, dtype=np.int32)
    row_of[row_lane] = np.arange(len(row_lane))
    # All positions on a lane are entered from the same states.
    entered = entries.state[order[first]]
    row_state = np.where(entered >= 0, place[entered], -1).astype(np.int32)
    row_open = ~np.repeat(stops[:, row_lane].T, 2, axis=1)
    user = np.repeat(np.arange(len(row_lane)), row_state.shape[1])[row_state.ravel() >= 0]
    used = row_state.ravel()[row_state.ravel() >= 0]
    beside = np.diff(near.first)[order]
    near_first = np.concatenate([[0], np.cumsum(beside)]).astype(np.int32)
    at = np.repeat(near.first[order] - near_first[:-1], beside) + np.arange(near_first[-1])
    near_open = ~stops[near.layer[at], np.repeat(entries.lane[order], beside)]
    place_first = np.zeros(len(row_lane) + 1, dtype=np.int32)
    np.cumsum(np.bincount(row, minlength=len(row_lane)), out=place_first[1:])
    tables = (
        ((indptr, *of_arc), grouped(head, len(reached), tail, cost, arc_lane)),
        (ms, size, *grouped(root_lane[cut_off], network.lanes, turn[cut_off])),
        grouped(turn[start_state], len(reached), start_ms, start_lane),
        (
            (row_of, row_lane.astype(np.int32), row_state, row_open),
            grouped(used, len(reached), user),
        ),
        (
            (
                place_first,
                entries.ms[order],
                base_ms[order],
                limit_ms[order].astype(np.int32),
            ),
            (near_first, near.ms[at], near_open),
        ),
    )
    return Forest(covered, order, tables, until)


def losses(
    forest: Forest,
    events: Sequence[Ints] | Ints,
    *,
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
    weights
        ``(k, positions)`` what is lost with a position: itself, its people, …
    workers
        Threads; the answer does not depend on them.
    """
    if isinstance(events, np.ndarray):
        first = np.arange(len(events) + 1, dtype=np.int32)
        lane = events.astype(np.int32)
    else:
        first = np.cumsum([0, *(len(event) for event in events)]).astype(np.int32)
        lane = np.concatenate([np.empty(0, dtype=np.int32), *events]).astype(np.int32)
    count = len(first) - 1
    tasks = max(1, min(workers, -(-count // EVENTS_A_TASK)))
    bounds = np.linspace(0, count, tasks + 1).astype(int)
    weight = np.ascontiguousarray(weights.T[forest._order], dtype=np.float64)

    def task(number: int) -> tuple[Any, ...]:
        begin, end = bounds[number], bounds[number + 1]
        some = (first[begin : end + 1] - first[begin]).astype(np.int32)
        those = np.ascontiguousarray(lane[first[begin] : first[end]])
        arguments = (*forest._tables, (some, those), weight, forest._until_ms)
        found: tuple[Any, ...] = closures(*arguments)
        return found

    if tasks == 1:
        parts = [task(0)]
    else:
        with ThreadPoolExecutor(tasks) as pool:
            parts = list(pool.map(task, range(tasks)))
    lost, added_ms, often = zip(*parts, strict=True)
    every = np.zeros(len(forest.covered), dtype=np.int32)
    every[forest._order] = np.sum(often, axis=0)
    return Losses(np.concatenate(lost), np.concatenate(added_ms) / 1000, every)
