"""Assumed seconds that shortest paths spend on each class of lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ...geo.arrays import Flags, Floats, Indices, Longs
from ...geo.ground import CLASS_WHEN_UNKNOWN, IMPASSABLE, Network, Passage, Positions
from ...geo.words import LaneClass
from ...geo.words import fields as f

CLASSES = tuple(str(code) for code in LaneClass)
LEAST_MS = 1e-6  # a sparse graph has no arcs of length 0
FIRST_LIMIT_MS = 240_000.0  # the next search looks twice as far
LIMITS = 4


@dataclass(frozen=True)
class PathSeconds:
    """Shortest paths taken apart, one row a path.

    Attributes
    ----------
    by_class
        ``(paths, classes)`` sparse seconds on lanes of each class, columns as in `CLASSES`.
    delay_s
        ``(paths,)`` seconds at gates and other barriers, and of what was done on foot.
    reached
        ``(paths,)`` False where there is no path; its row is then empty.
    """

    by_class: csr_array
    delay_s: Floats
    reached: Flags

    @property
    def total_s(self) -> Floats:
        """``(paths,)`` seconds in all, NaN where there is no path."""
        return np.where(self.reached, self.by_class.sum(axis=1) + self.delay_s, np.nan)


def class_seconds(
    network: Network,
    passage: Passage,
    from_position: Positions,
    to_position: Positions,
    lanes: gpd.GeoDataFrame,
    *,
    walk: tuple[Passage, float] | None = None,
) -> PathSeconds:
    """Return how long the shortest path of each pair takes on each class of lane.

    Parameters
    ----------
    network, lanes
        Of a town.
    passage
        Of the vehicle that drove, at the assumed speeds.
    from_position, to_position
        Where each path begins and ends; row *i* of one belongs to row *i* of the other.
    walk
        How people on foot pass, and the seconds to leave the vehicle: a crew may go on on foot
        from any node. Without it paths end where the vehicle stops.
    """
    paths = np.flatnonzero(from_position.attached & to_position.attached)
    starts = np.stack([from_position.lane[paths], from_position.fraction[paths]], axis=1)
    origins, origin = np.unique(starts, axis=0, return_inverse=True)
    origin = origin.ravel()
    arcs = _arcs(network, passage, origins, origin, to_position, paths, walk)
    size = 2 * network.nodes + len(origins) + len(paths)
    graph = csr_array((arcs.cost_ms, (arcs.tail, arcs.head)), shape=(size, size))
    key = arcs.tail * size + arcs.head

    reached = np.zeros(len(paths), dtype=bool)
    delay_ms = np.zeros(len(paths))
    path, lane, ms = [np.empty(0, np.intp)], [np.empty(0, np.intp)], [np.empty(0)]
    for number in range(len(origins)):
        start = network.nodes + number
        live = np.flatnonzero(origin == number)
        here = network.nodes + len(origins) + live
        before = _before(graph, start, here)
        found = before[here] >= 0
        live, here = live[found], here[found]
        reached[live] = True
        while len(live):
            prior = before[here].astype(np.int64)
            arc = np.searchsorted(key, prior * size + here)
            path.append(live)
            lane.append(arcs.lane[arc])
            ms.append(arcs.cost_ms[arc] - arcs.delay_ms[arc])
            delay_ms[live] += arcs.delay_ms[arc]
            goes_on = prior != start
            live, here = live[goes_on], prior[goes_on]
    of_class = lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN).to_numpy(dtype=str)
    column = np.array([CLASSES.index(code) for code in of_class], dtype=np.intp)
    rows = paths[np.concatenate(path)]
    columns = column[np.concatenate(lane)]
    count = len(from_position.lane)
    by_class = csr_array((np.concatenate(ms) / 1000, (rows, columns)), shape=(count, len(CLASSES)))
    delay_s, there = np.zeros(count), np.zeros(count, dtype=bool)
    delay_s[paths], there[paths] = delay_ms / 1000, reached
    return PathSeconds(by_class, delay_s, there)


def _before(graph: csr_array, start: int, goals: Longs) -> Longs:
    """Return the node before each node on the shortest path from one, where goals lie on it.

    Most goals are near: a search that has met them all need not go on.
    """
    for limit in (FIRST_LIMIT_MS * 2**k for k in range(LIMITS)):
        found: Longs = dijkstra(graph, indices=start, return_predecessors=True, limit=limit)[1]
        if (found[goals] >= 0).all():
            return found
    everywhere: Longs = dijkstra(graph, indices=start, return_predecessors=True)[1]
    return everywhere


@dataclass(frozen=True)
class _Arcs:
    """Arcs in order of tail and head, no two alike; parts of lanes at both ends of paths too."""

    tail: Longs
    head: Longs
    cost_ms: Floats
    delay_ms: Floats
    lane: Indices


def _arcs(
    network: Network,
    passage: Passage,
    origins: Floats,
    origin: Indices,
    goals: Positions,
    paths: Indices,
    walk: tuple[Passage, float] | None,
) -> _Arcs:
    """Return the arcs of the network, from origins to its nodes, from these to goals.

    Nodes of origins follow those of the network, nodes of goals, one a path, follow them, then
    the nodes of the network once more, as they are for people on foot.
    """
    ahead = np.where(passage.forward_ms < IMPASSABLE, passage.forward_ms, np.inf)
    back = np.where(passage.backward_ms < IMPASSABLE, passage.backward_ms, np.inf)
    leave = np.where(passage.leave_ms < IMPASSABLE, passage.leave_ms, np.inf)
    on, at = origins[:, 0].astype(np.intp), origins[:, 1]
    to, into = goals.lane[paths].astype(np.intp), goals.fraction[paths]
    out = network.nodes + np.arange(len(on))
    goal = network.nodes + len(on) + np.arange(len(to))
    tail = np.repeat(np.arange(network.nodes), np.diff(network.indptr))
    along = np.where(network.arc_forward, ahead[network.arc_lane], back[network.arc_lane])
    same = np.flatnonzero(on[origin] == to)
    gap = into[same] - at[origin[same]]
    parts = [
        (tail, network.head, along, leave[tail], network.arc_lane),
        (out, network.lane_to[on], _share(1 - at, ahead[on]), np.zeros(len(on)), on),
        (out, network.lane_from[on], _share(at, back[on]), np.zeros(len(on)), on),
        (network.lane_from[to], goal, _share(into, ahead[to]), leave[network.lane_from[to]], to),
        (network.lane_to[to], goal, _share(1 - into, back[to]), leave[network.lane_to[to]], to),
        (
            out[origin[same]],
            goal[same],
            _share(np.abs(gap), np.where(gap >= 0, ahead[to[same]], back[to[same]])),
            np.zeros(len(same)),
            to[same],
        ),
    ]
    if walk is not None:
        parts += _on_foot(network, *walk, goals, paths, goal)
    tails, heads, drive, delay, lane = (np.concatenate(part) for part in zip(*parts, strict=True))
    cost = np.maximum(drive, LEAST_MS) + delay
    order = np.lexsort((cost, heads, tails))
    order = order[np.isfinite(cost[order])]
    tails, heads = tails[order].astype(np.int64), heads[order].astype(np.int64)
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    kept = order[fresh]
    return _Arcs(tails[fresh], heads[fresh], cost[kept], delay[kept], lane[kept].astype(np.intp))


def _on_foot(
    network: Network,
    foot: Passage,
    dismount_s: float,
    goals: Positions,
    paths: Indices,
    goal: Indices,
) -> list[tuple[NDArray[Any], NDArray[Any], Floats, Floats, NDArray[Any]]]:
    """Return the arcs of people on foot; all they take is delay, none of it spent driving."""
    to, into = goals.lane[paths].astype(np.intp), goals.fraction[paths]
    on_foot = network.nodes + int(goal[0] - network.nodes) + len(goal)
    ahead = np.where(foot.forward_ms < IMPASSABLE, foot.forward_ms, np.inf)
    back = np.where(foot.backward_ms < IMPASSABLE, foot.backward_ms, np.inf)
    leave = np.where(foot.leave_ms < IMPASSABLE, foot.leave_ms, np.inf)
    tail = np.repeat(np.arange(network.nodes), np.diff(network.indptr))
    along = np.where(network.arc_forward, ahead[network.arc_lane], back[network.arc_lane])
    every = np.arange(network.nodes)
    ends = (
        (network.lane_from[to], _share(into, ahead[to])),
        (network.lane_to[to], _share(1 - into, back[to])),
    )
    walks: list[tuple[NDArray[Any], NDArray[Any], Floats, NDArray[Any]]] = [
        (tail + on_foot, network.head + on_foot, along + leave[tail], network.arc_lane),
        (every, every + on_foot, np.full(network.nodes, dismount_s * 1000), np.zeros_like(every)),
        *((node + on_foot, goal, ms + leave[node], to) for node, ms in ends),
    ]
    return [(a, b, np.zeros(len(a)), ms, lane) for a, b, ms, lane in walks]


def _share(part: Floats, ms: Floats) -> Floats:
    """Return the cost of a part of a lane, infinite where the lane is closed."""
    return np.where(np.isfinite(ms), part * np.where(np.isfinite(ms), ms, 0.0), np.inf)
