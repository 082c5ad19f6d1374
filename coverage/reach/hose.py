"""From the last point that a vehicle reaches: metres to the wall, and when the hose is there."""

from __future__ import annotations

import numpy as np

from ...geo.arrays import Floats
from ...geo.ground import Network, Positions
from ...geo.rules import ResponseRule
from .kernels import FAR, carry
from .travel import Journey, nearest, predecessors


def walked_m(plan: Journey, network: Network, positions: Positions) -> Floats:
    """Return how far the first crew at each position has come on foot, along lanes and off them.

    Parameters
    ----------
    plan
        From `weizhan.coverage.reach.travel.journey`.
    network, positions
        The same as for the plan.

    Returns
    -------
    ndarray
        ``(positions,)`` metres from where the vehicle was left to the wall, following the
        earliest way; NaN where nobody arrives, and where the crew sets out on foot on the
        position's own lane, as no vehicle was left.
    """
    graph = plan.graph
    foot = len(graph.layers) - 1
    ms, _ = nearest(graph, plan.starts)
    pred = predecessors(graph.head, graph.tail, graph.ms, ms, plan.starts.state, plan.starts.ms)
    came = pred >= 0  # there is no arc at all where nobody passes any lane
    step = pred[came]
    walks = (graph.tail[step] // graph.nodes == foot) & (graph.lane[step] >= 0)
    gain = np.zeros(len(pred))
    gain[came] = np.where(walks, network.length_m[graph.lane[step]], 0.0)
    before = np.full(len(pred), -1, dtype=np.int32)
    before[came] = graph.tail[step]
    order = np.argsort(ms, kind="stable").astype(np.int32)
    total = carry(order[ms[order] < FAR], before, gain)

    state, extra = plan.entries.state, plan.entries.ms
    times = np.where(state >= 0, ms[state].astype(np.int64) + extra, FAR)
    way = times.argmin(axis=1)
    rows = np.arange(len(way))
    last = state[rows, way]
    lane = np.maximum(plan.entries.lane, 0)
    part = np.where(way % 2 == 0, positions.fraction, 1 - positions.fraction)
    along = np.where(way // 2 == foot, part * network.length_m[lane], 0.0)
    found = total[np.maximum(last, 0)] + along + positions.access_m
    near = plan.neighbours
    own = np.full(len(way), FAR, dtype=np.int64)
    at = np.repeat(rows, np.diff(near.first))
    np.minimum.at(own, at, near.ms)
    best = times[rows, way]
    return np.where((best < FAR) & (best <= own), found, np.nan)


def hose_s(arrival_s: Floats, walk_m: Floats, rule: ResponseRule) -> Floats:
    """Return when water is at the wall, laid from the vehicle.

    Parameters
    ----------
    arrival_s
        ``(n,)`` arrival of the crew.
    walk_m
        From `walked_m`.
    rule
        Length cap and laying speed.

    Returns
    -------
    ndarray
        ``(n,)`` seconds; NaN where the hose is too short, so that water must be relayed.
    """
    laid = arrival_s + walk_m * rule.hose_s_per_m.value
    return np.where(walk_m <= rule.hose_reach_m.value, laid, np.nan)
