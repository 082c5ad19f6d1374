"""Times from stations to positions on lanes: by vehicle as far as it passes, then on foot.

The crew rides to any point that its vehicle can reach, leaves it there and goes on on foot, or
walks all the way, whichever is earliest; see `weizhan.coverage.reach.states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ...geo.arrays import Floats, Ints, Longs, Words
from ...geo.ground import (
    Network,
    Passage,
    Positions,
)
from ...geo.words import Vehicle
from .kernels import FAR, arrive, reach, search
from .states import Entries, StateGraph, entries, part_ms, state_graph

NOBODY = -1


@dataclass(frozen=True)
class Crews:
    """Crews that set out: where from, how, and after how long.

    Attributes
    ----------
    lane, fraction
        ``(crews,)`` position on the network; lane -1 for a crew on no lane, which goes nowhere.
    vehicle
        ``(crews,)`` `Vehicle` codes.
    start_ms
        ``(crews,)`` int32 milliseconds from the alarm until they move.
    """

    lane: Ints
    fraction: Floats
    vehicle: Words
    start_ms: Ints


@dataclass(frozen=True)
class Starts:
    """Where and when crews enter the states.

    Attributes
    ----------
    state, ms, crew, lane
        ``(starts,)`` int32, in ascending order of time: the state, when, who, and the lane on
        which the way there lies.
    """

    state: Ints
    ms: Ints
    crew: Ints
    lane: Ints


@dataclass(frozen=True)
class Neighbours:
    """Crews that reach a position along its own lane, without passing a node.

    Attributes
    ----------
    first
        ``(positions + 1,)`` int32: those of position *i* are ``first[i]:first[i + 1]``.
    crew, ms
        Who, and when; int32.
    layer
        In which layer of the states they move.
    """

    first: Ints
    crew: Ints
    ms: Ints
    layer: Ints


@dataclass(frozen=True)
class Arrivals:
    """First and second crew at each position.

    Attributes
    ----------
    ms
        ``(positions, 2)`` int32 milliseconds after the alarm, `FAR` when nobody arrives.
    crew
        ``(positions, 2)`` int32 rows of the crews, `NOBODY` for nobody; the two differ.
    """

    ms: Ints
    crew: Ints


@dataclass(frozen=True)
class Journey:
    """Everything a search needs: states, who enters where, and how positions are reached."""

    graph: StateGraph
    starts: Starts
    entries: Entries
    neighbours: Neighbours


def journey(
    network: Network,
    passages: Mapping[Vehicle, Passage],
    crews: Crews,
    positions: Positions,
    *,
    dismount_ms: int,
) -> Journey:
    """Prepare the search from crews to positions.

    Parameters
    ----------
    network
        The lanes.
    passages
        How each vehicle of the crews, and people on foot, pass the lanes.
    crews
        Who sets out.
    positions
        Where to; unattached positions are reached by nobody.
    dismount_ms
        From stopping a vehicle to going on on foot.
    """
    graph = state_graph(network, passages, crews.vehicle.tolist(), dismount_ms=dismount_ms)
    ways = _ways_out(graph, crews, dismount_ms=dismount_ms)
    return Journey(
        graph,
        _starts(graph, network, passages, crews, ways),
        entries(graph, network, passages, positions),
        _neighbours(graph, passages, crews, positions, ways),
    )


def arrivals(
    network: Network,
    passages: Mapping[Vehicle, Passage],
    crews: Crews,
    positions: Positions,
    *,
    dismount_ms: int,
) -> Arrivals:
    """Return the first and the second crew at every position.

    Parameters
    ----------
    network, passages, crews, positions, dismount_ms
        As for `journey`.

    Returns
    -------
    Arrivals
        Exact at positions on lanes, not only at nodes; of crews equally early, the lower row.
    """
    return arrive_at(journey(network, passages, crews, positions, dismount_ms=dismount_ms))


def arrive_at(plan: Journey) -> Arrivals:
    """Return the first and the second crew at every position of a prepared journey."""
    ms, crew = two_nearest(plan.graph, plan.starts)
    positions, near = len(plan.entries.lane), plan.neighbours
    best_ms = np.full((positions, 2), FAR, dtype=np.int32)
    best_crew = np.full((positions, 2), NOBODY, dtype=np.int32)
    entries, beside = (plan.entries.state, plan.entries.ms), (near.first, near.crew, near.ms)
    arrive(entries, (ms, crew), beside, (best_ms, best_crew))
    return Arrivals(best_ms, best_crew)


def reach_matrix(plan: Journey, *, crews: int, limit_ms: int) -> csr_array:
    """Return when each crew reaches each position in time.

    Parameters
    ----------
    plan
        From `journey`.
    crews
        How many crews there are.
    limit_ms
        Later arrivals are left out.

    Returns
    -------
    csr_array
        ``(crews, positions)`` int32 milliseconds after the alarm; what is not stored is not
        reached in time. A time of 0 is stored as 1.
    """
    graph, starts, near = plan.graph, plan.starts, plan.neighbours
    lane, positions = plan.entries.lane, len(plan.entries.lane)
    order = np.argsort(lane, kind="stable")[(lane < 0).sum() :]  # unattached ones come first
    begin = np.flatnonzero(np.diff(lane[order], prepend=-1))
    state = plan.entries.state[order[begin]]  # the same for all positions on a lane
    ways = np.flatnonzero(state.ravel() >= 0)
    place = np.full(positions, -1, dtype=np.int32)
    place[order] = np.arange(len(order))
    at = place[np.repeat(np.arange(positions), np.diff(near.first))]
    first, position, ms = reach(
        (graph.indptr, graph.head, graph.ms),
        grouped(starts.crew, crews, starts.state, starts.ms),
        (grouped(state.ravel()[ways], graph.states, ways // state.shape[1]), state),
        (np.append(begin, len(order)).astype(np.int32), plan.entries.ms[order]),
        grouped(near.crew, crews, np.searchsorted(begin, at, side="right") - 1, at, near.ms),
        limit_ms,
    )
    position = order[position].astype(np.int32)
    return csr_array((np.maximum(ms, 1), position, first), shape=(crews, positions))


def reach_states(plan: Journey, *, crews: int, limit_ms: int) -> tuple[Longs, Ints, Ints]:
    """Return the states that each crew reaches in time, and when.

    Parameters
    ----------
    plan, crews, limit_ms
        As for `reach_matrix`.

    Returns
    -------
    first, state, ms
        CSR by crew, in the order in which it met the states.
    """
    graph, starts = plan.graph, plan.starts
    itself = np.arange(graph.states + 1, dtype=np.int32)
    at_once = np.zeros((graph.states, 1), dtype=np.int32)
    nothing = np.empty(0, dtype=np.int32)
    found: tuple[Longs, Ints, Ints] = reach(
        (graph.indptr, graph.head, graph.ms),
        grouped(starts.crew, crews, starts.state, starts.ms),
        ((itself, itself[:-1]), itself[:-1, None]),
        (itself, at_once),
        (np.zeros(crews + 1, dtype=np.int32), nothing, nothing, nothing),
        limit_ms,
    )
    return found


def grouped(key: Ints, keys: int, *columns: NDArray[np.integer[Any]]) -> tuple[Ints, ...]:
    """Return columns grouped by a key: CSR pointers of the groups, then each column as int32.

    Parameters
    ----------
    key
        ``(n,)`` from 0 on.
    keys
        How many groups there are.
    *columns
        ``(n,)`` each.

    Examples
    --------
    >>> first, value = grouped(np.array([1, 0, 1], dtype=np.int32), 3, np.array([7, 8, 9]))
    >>> first.tolist(), value.tolist()
    ([0, 1, 3, 3], [8, 7, 9])
    """
    order = np.argsort(key, kind="stable")
    first = np.zeros(keys + 1, dtype=np.int32)
    np.cumsum(np.bincount(key, minlength=keys), out=first[1:])
    return (first, *(np.ascontiguousarray(column[order], dtype=np.int32) for column in columns))


def nearest(graph: StateGraph, starts: Starts, *, until_ms: int = FAR) -> tuple[Ints, Ints]:
    """Return time and crew of the first arrival in every state.

    Parameters
    ----------
    graph
        The states and their arcs.
    starts
        Where crews set out.
    until_ms
        Later arrivals are not looked for: there, as where nobody arrives, time is `FAR` and crew
        `NOBODY`.
    """
    seeds = starts.state, starts.ms, starts.crew
    first: tuple[Ints, Ints] = search(graph.arcs, seeds, np.empty(0, dtype=np.int32), until_ms)
    return first


def first_at(plan: Journey, ms: Ints) -> Ints:
    """Return the first arrival at every position, from that in every state, ``(positions,)``.

    Parameters
    ----------
    plan
        The ways from states to positions, and the crews beside them.
    ms
        ``(states,)`` as `nearest` gives it.
    """
    near = plan.neighbours
    best = np.full((len(plan.entries.lane), 2), FAR, dtype=np.int32)
    arrive(
        (plan.entries.state, plan.entries.ms),
        (ms[None], np.zeros((1, len(ms)), dtype=np.int32)),
        (near.first, np.zeros_like(near.crew), near.ms),
        (best, np.full_like(best, NOBODY)),
    )
    return best[:, 0].copy()


def two_nearest(graph: StateGraph, starts: Starts) -> tuple[Ints, Ints]:
    """Return times and crews, each ``(2, states)``: first, and second of another crew."""
    first_ms, first = nearest(graph, starts)
    tail, head = graph.tail, graph.head
    border = np.flatnonzero((first[tail] != first[head]) & (first[tail] >= 0))
    tail, head = tail[border], head[border]
    state = np.concatenate([head, starts.state])
    ms = np.concatenate([first_ms[tail] + graph.ms[border], starts.ms])
    crew = np.concatenate([first[tail], starts.crew])
    order = np.argsort(ms, kind="stable")
    second_ms, second = search(graph.arcs, (state[order], ms[order], crew[order]), first, FAR)
    return np.stack([first_ms, second_ms]), np.stack([first, second])


def _ways_out(graph: StateGraph, crews: Crews, *, dismount_ms: int) -> list[tuple[int, Ints, Ints]]:
    """Return per layer which crews can set out in it, and when: riding, or on foot at once."""
    on_lane = crews.lane >= 0
    foot = len(graph.layers) - 1
    ways = []
    for layer, vehicle in enumerate(graph.layers):
        rows = np.flatnonzero(on_lane & (crews.vehicle == vehicle)).astype(np.int32)
        ways.append((layer, rows, crews.start_ms[rows]))
    riders = np.flatnonzero(on_lane & (crews.vehicle != Vehicle.FOOT)).astype(np.int32)
    ways.append((foot, riders, (crews.start_ms[riders] + dismount_ms).astype(np.int32)))
    return ways


def _starts(
    graph: StateGraph,
    network: Network,
    passages: Mapping[Vehicle, Passage],
    crews: Crews,
    ways: list[tuple[int, Ints, Ints]],
) -> Starts:
    columns = []
    for layer, rows, start in ways:
        passage = passages[graph.layers[layer]]
        lane, fraction = crews.lane[rows], crews.fraction[rows]
        for end, along, part in (
            (network.lane_to[lane], passage.forward_ms[lane], 1 - fraction),
            (network.lane_from[lane], passage.backward_ms[lane], fraction),
        ):
            passes = along < FAR
            ms = start[passes] + part_ms(part[passes], along[passes])
            state = end[passes] + layer * graph.nodes
            columns.append((state, ms, rows[passes], lane[passes]))
    state, ms, crew, lane = (
        np.concatenate(parts).astype(np.int32) for parts in zip(*columns, strict=True)
    )
    order = np.argsort(ms, kind="stable")
    return Starts(state[order], ms[order], crew[order], lane[order])


def _neighbours(
    graph: StateGraph,
    passages: Mapping[Vehicle, Passage],
    crews: Crews,
    positions: Positions,
    ways: list[tuple[int, Ints, Ints]],
) -> Neighbours:
    by_lane = np.argsort(positions.lane, kind="stable").astype(np.int32)
    sorted_lane = positions.lane[by_lane]
    where, who, when, how = [], [], [], []
    for layer, rows, start in ways:
        passage = passages[graph.layers[layer]]
        lane = crews.lane[rows]
        low = np.searchsorted(sorted_lane, lane, side="left")
        count = np.searchsorted(sorted_lane, lane, side="right") - low
        row = np.repeat(np.arange(len(rows)), count)
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        position = by_lane[np.repeat(low, count) + inside]
        gap = positions.fraction[position] - crews.fraction[rows][row]
        along = np.where(gap >= 0, passage.forward_ms[lane[row]], passage.backward_ms[lane[row]])
        passes = along < FAR
        where.append(position[passes])
        who.append(rows[row][passes])
        when.append((start[row] + part_ms(np.abs(gap), along))[passes])
        how.append(np.full(int(passes.sum()), layer))
    position = np.concatenate(where)
    order = np.argsort(position, kind="stable")
    first = np.zeros(len(positions.lane) + 1, dtype=np.int32)
    np.cumsum(np.bincount(position, minlength=len(positions.lane)), out=first[1:])
    crew, ms, layer_ = (np.concatenate(c).astype(np.int32)[order] for c in (who, when, how))
    return Neighbours(first, crew, ms, layer_)


def predecessors(head: Ints, tail: Ints, cost: Ints, ms: Ints, state: Ints, start_ms: Ints) -> Ints:
    """Return the arc by which each state is reached first, or -2 - *i* for start *i*.

    Parameters
    ----------
    head, tail, cost
        ``(arcs,)`` states and milliseconds.
    ms
        ``(states,)`` time of the first arrival.
    state, start_ms
        ``(starts,)`` where and when crews set out.
    """
    pred = np.full(len(ms), -1, dtype=np.int32)
    tight = np.flatnonzero((ms[tail] < FAR) & (ms[tail] + cost == ms[head]))[::-1]
    pred[head[tight]] = tight
    direct = np.flatnonzero(start_ms == ms[state])[::-1]
    pred[state[direct]] = -2 - direct
    return pred
