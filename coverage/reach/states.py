"""Where a crew can be and how it moves: one layer of nodes a vehicle, then one on foot.

A crew rides in the layer of its vehicle and may at any node step down, for good, into the layer
of people on foot. In this one graph a nearest-station search, a service area, the failure of a
lane and a random closure are all the plain thing they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...geo.arrays import Floats, Ints, Longs
from ...geo.ground import (
    IMPASSABLE,
    Network,
    Passage,
    Positions,
)
from ...geo.words import Vehicle
from .kernels import searchable

NO_LANE = -1
NOWHERE = -1


@dataclass(frozen=True)
class StateGraph:
    """Arcs between states; state = layer x nodes + node.

    Attributes
    ----------
    layers
        The vehicles, on foot last.
    nodes
        Nodes of the network, so ``layers x nodes`` states.
    indptr, head, ms
        CSR over the arcs that can be passed, int32; ``ms`` their milliseconds.
    tail, lane
        ``(arcs,)`` int32, where an arc begins, and its lane; `NO_LANE` for stepping down.
    """

    layers: tuple[Vehicle, ...]
    nodes: int
    indptr: Ints
    head: Ints
    ms: Ints
    tail: Ints
    lane: Ints

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.layers) * self.nodes

    @cached_property
    def arcs(self) -> tuple[Ints, Longs, np.int32]:
        """The arcs as `search` takes them."""
        return searchable(self.indptr, self.head, self.ms)

    def layer(self, vehicle: str) -> int:
        """Return the layer of a vehicle."""
        return self.layers.index(Vehicle(vehicle))


@dataclass(frozen=True)
class Entries:
    """The ways by which positions on lanes are reached from states.

    Attributes
    ----------
    state, ms
        ``(positions, 2 x layers)`` int32: from either end of the lane in every layer; state
        `NOWHERE` where that way is closed, ``ms`` from leaving the state to the position.
    lane
        ``(positions,)`` int32 lane of each position, `NO_LANE` when unattached.
    """

    state: Ints
    ms: Ints
    lane: Ints


def state_graph(
    network: Network,
    passages: Mapping[Vehicle, Passage],
    vehicles: Sequence[str],
    *,
    dismount_ms: int,
) -> StateGraph:
    """Lay the networks of some vehicles and of people on foot over each other.

    Parameters
    ----------
    network, passages
        The lanes, and how each vehicle passes them.
    vehicles
        Which vehicles are needed; on foot is always there.
    dismount_ms
        From stopping a vehicle to going on on foot.
    """
    layers = (*sorted({Vehicle(v) for v in vehicles} - {Vehicle.FOOT}), Vehicle.FOOT)
    nodes = network.nodes
    foot = (len(layers) - 1) * nodes
    first_tail = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(network.indptr))
    parts = []
    for layer, vehicle in enumerate(layers):
        ms = passages[vehicle].arc_ms(network)
        passable = ms < IMPASSABLE
        tail, head = first_tail[passable], network.head[passable]
        base = np.int32(layer * nodes)
        parts.append((tail + base, head + base, ms[passable], network.arc_lane[passable]))
        if vehicle != Vehicle.FOOT:
            lanes = np.minimum(passages[vehicle].forward_ms, passages[vehicle].backward_ms)
            open_ = lanes < IMPASSABLE
            at_lane = np.zeros(nodes, dtype=bool)
            at_lane[network.lane_from[open_]] = at_lane[network.lane_to[open_]] = True
            met = np.flatnonzero(at_lane).astype(np.int32)
            parts.append(
                (
                    met + base,
                    met + np.int32(foot),
                    np.full(len(met), dismount_ms, dtype=np.int32),
                    np.full(len(met), NO_LANE, dtype=np.int32),
                )
            )
    tail, head, ms, lane = (
        np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True)
    )
    order = np.argsort(tail, kind="stable")
    indptr = np.zeros(len(layers) * nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail, minlength=len(layers) * nodes), out=indptr[1:])
    return StateGraph(layers, nodes, indptr, head[order], ms[order], tail[order], lane[order])


def entries(
    graph: StateGraph,
    network: Network,
    passages: Mapping[Vehicle, Passage],
    positions: Positions,
) -> Entries:
    """Return the ways by which positions are reached from the ends of their lanes."""
    there = positions.attached
    lane = np.where(there, positions.lane, 0)
    states, times = [], []
    for layer, vehicle in enumerate(graph.layers):
        passage = passages[vehicle]
        for node, along, part in (
            (network.lane_from[lane], passage.forward_ms[lane], positions.fraction),
            (network.lane_to[lane], passage.backward_ms[lane], 1 - positions.fraction),
        ):
            leave = passage.leave_ms[node]
            open_ = there & (along < IMPASSABLE) & (leave < IMPASSABLE)
            states.append(np.where(open_, node + layer * graph.nodes, NOWHERE))
            times.append(np.where(open_, leave + part_ms(np.nan_to_num(part), along), 0))
    return Entries(
        np.stack(states, axis=1).astype(np.int32),
        np.stack(times, axis=1).astype(np.int32),
        np.where(there, positions.lane, NO_LANE).astype(np.int32),
    )


def part_ms(fraction: Floats, whole_ms: Ints) -> Longs:
    """Return the milliseconds for a part of a lane, rounded half up.

    Parameters
    ----------
    fraction
        Parts of lanes, 0 to 1, on multiples of 2^-20.
    whole_ms
        Milliseconds for the whole lanes; `FAR` stays.

    Examples
    --------
    >>> part_ms(np.array([0.25, 0.5]), np.array([10, 3], dtype=np.int32)).tolist()
    [3, 2]
    """
    return np.floor(fraction * whole_ms + 0.5).astype(np.int64)
