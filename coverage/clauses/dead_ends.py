"""Dead ends of the part of the network that one vehicle passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...geo.arrays import Flags, Floats, Ints
from ...geo.ground import (
    Network,
)


@dataclass(frozen=True)
class DeadEnds:
    """Where a vehicle must turn or back out, one row a dead end.

    Attributes
    ----------
    lane, node
        ``(ends,)`` the last lane, and the node at which it ends.
    length_m
        ``(ends,)`` from there back to the nearest junction with a third lane.
    chain
        ``(ends,)`` label of the lanes between the end and that junction, as in ``lane_chain``.
    lane_chain
        ``(lanes,)`` label of the chain of each lane; -1 where the vehicle does not pass.
    """

    lane: Ints
    node: Ints
    length_m: Floats
    chain: Ints
    lane_chain: Ints


def dead_ends(network: Network, *, passes: Flags, stopped: Flags) -> DeadEnds:
    """Return the dead ends of the lanes that a vehicle passes.

    A dead end is a maximal chain of lanes, one after the other through nodes at which no third
    lane meets, that ends where no other lane goes on. At a barrier that stops the vehicle every
    lane ends. A chain with two such ends is one dead end, told at its first lane.

    Parameters
    ----------
    network
        All lanes.
    passes
        ``(lanes,)`` lanes that the vehicle passes in either direction.
    stopped
        ``(nodes,)`` nodes at which a barrier stops it.
    """
    rows = np.flatnonzero(passes).astype(np.int32)
    count = len(rows)
    nodes = np.concatenate([network.lane_from[rows], network.lane_to[rows]])
    lane = np.tile(np.arange(count), 2)
    # At a barrier that stops the vehicle each lane ends at a node of its own.
    place = np.where(stopped[nodes], network.nodes + np.arange(2 * count), nodes)
    degree = np.bincount(place, minlength=1)
    through = np.flatnonzero(degree[place] == 2)
    through = through[np.argsort(place[through], kind="stable")]
    one, two = lane[through[::2]], lane[through[1::2]]
    links = coo_array((np.ones(len(one), np.int8), (one, two)), shape=(count, count))
    chain = np.empty(0, dtype=np.int32)
    if count:
        chain = connected_components(links.tocsr(), directed=False)[1].astype(np.int32)
    length_m = np.bincount(chain, weights=network.length_m[rows]).astype(np.float64)
    ends = np.flatnonzero(degree[place] == 1)
    _, first = np.unique(chain[lane[ends]], return_index=True)
    ends = ends[first]
    lane_chain = np.full(network.lanes, -1, dtype=np.int32)
    lane_chain[rows] = chain
    found = chain[lane[ends]]
    return DeadEnds(rows[lane[ends]], nodes[ends], length_m[found], found, lane_chain)
