"""Some lanes of a network as a network of their own: the same nodes, lengths and order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import Indices, Ints
from .network import Network, arcs_of


def part_of_network(network: Network, lanes: Indices) -> Network:
    """Return the network of some lanes.

    Parameters
    ----------
    network
        Of all lanes.
    lanes
        ``(kept,)`` ascending rows of those that stay; row *i* of the answer is ``lanes[i]``.

    Returns
    -------
    Network
        Nodes keep their order and the label of their connected part, so that what is larger in
        the whole is larger here. A barrier whose node is gone has node -1.
    """
    ends = np.concatenate([network.lane_from[lanes], network.lane_to[lanes]])
    kept, which = np.unique(ends, return_inverse=True)
    node: Ints = which.astype(np.int32)
    lane_from, lane_to = node[: len(lanes)], node[len(lanes) :]
    indptr, head, arc_lane, arc_forward = arcs_of(lane_from, lane_to, len(kept))
    crossing = _rows_of(network.crossing, lanes, network.lanes)
    barrier_node = _rows_of(network.barrier_node, kept, network.nodes)
    return replace(
        network,
        node_xy=network.node_xy[kept],
        lane_from=lane_from,
        lane_to=lane_to,
        length_m=network.length_m[lanes],
        indptr=indptr,
        head=head,
        arc_lane=arc_lane,
        arc_forward=arc_forward,
        component=network.component[kept],
        barrier_node=barrier_node,
        crossing=crossing[(crossing >= 0).all(axis=1)],
    )


def _rows_of(old: Ints, kept: Indices, count: int) -> Ints:
    """Return where rows are among those that are kept, -1 where they are not."""
    place = np.full(count + 1, -1, dtype=np.int32)  # the last is for what was nowhere before
    place[kept] = np.arange(len(kept), dtype=np.int32)
    found: Ints = place[old]
    return found
