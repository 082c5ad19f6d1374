"""The lane network: lanes cut where they meet, as CSR arrays with nodes in Hilbert order.

Lanes meet where they share a vertex, where one ends within ``join_m`` of another on the same
level, and at barriers, which become nodes of their own so that what a gate costs is paid by those
who pass it and by nobody else. All vertices lie on whole millimetres, so that a page can carry the
lanes exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..arrays import Flags, Floats, Ints, Longs, Shapes
from ..words import Problem, named
from ..words import fields as f

MILLIMETRE = 3  # decimals of coordinates in metres


@dataclass(frozen=True)
class Network:
    """Nodes and lanes of a town; row *i* of the town's ``lanes`` is edge *i* here.

    Attributes
    ----------
    node_xy
        ``(nodes, 2)`` float64, metres, Hilbert order.
    lane_from, lane_to
        ``(lanes,)`` int32, the nodes at the first and last point of each lane.
    length_m
        ``(lanes,)`` float64.
    indptr, head, arc_lane, arc_forward
        CSR over arcs, two a lane: those that leave node *n* are ``indptr[n]:indptr[n + 1]``;
        ``head`` is where an arc ends, ``arc_lane`` its lane, ``arc_forward`` whether it runs
        along the geometry.
    component
        ``(nodes,)`` int32, the connected part of each node, largest total length first.
    barrier_node
        ``(barriers,)`` int32, the node of each barrier, -1 where it lies on no lane.
    """

    node_xy: Floats
    lane_from: Ints
    lane_to: Ints
    length_m: Floats
    indptr: Ints
    head: Ints
    arc_lane: Ints
    arc_forward: Flags
    component: Ints
    barrier_node: Ints

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return len(self.lane_from)

    @property
    def component_length_m(self) -> Floats:
        """Total length of the lanes in each connected part."""
        return np.asarray(
            np.bincount(self.component[self.lane_from], weights=self.length_m), dtype=np.float64
        )


def build_network(
    lanes: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    join_m: float,
    barrier_m: float,
    file: str = "",
) -> tuple[Network, gpd.GeoDataFrame, list[Problem]]:
    """Cut lanes where they meet and number nodes and lanes.

    Parameters
    ----------
    lanes
        Line strings in a metric CRS, one row a lane as drawn, with `lane_id` and `level`.
    barriers
        Points in the same CRS.
    join_m
        A lane end closer than this to another lane of the same level is joined to it.
    barrier_m
        A barrier farther than this from every lane stands on none.
    file
        Named in messages.

    Returns
    -------
    network
        The arrays.
    lanes
        One row a lane of the network, in its order; `lane_id` is the drawn id, with ``.1``,
        ``.2``, … where it was cut; `drawn_lane_id`, `length_m` and `component` are added.
    problems
        Joined ends, lanes that cross without meeting, separate parts, barriers on no lane.
    """
    problems: list[Problem] = []
    level = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan))
    lines, joined = _join_ends(_on_millimetres(lanes.geometry.to_numpy()), level, join_m)
    if joined:
        problems.append(Problem("repaired", "lanes_joined", "lanes", file, count=joined))
    lines, barrier_xy, off = _meet_barriers(lines, barriers.geometry.to_numpy(), barrier_m)
    lines, barrier_xy = _on_millimetres(lines), np.round(barrier_xy, MILLIMETRE)
    if off.any():
        ids = barriers[f.BARRIER_ID][off].tolist()
        problems.append(named("warning", "barrier_off_lane", "barriers", ids))
    crossing = _crossings(lines, level)
    if crossing:
        problems.append(Problem("warning", "lanes_cross", "lanes", file, count=crossing))
    cut, source = _cut(lines, barrier_xy[~off])

    start = shapely.get_coordinates(shapely.get_point(cut, 0))
    end = shapely.get_coordinates(shapely.get_point(cut, -1))
    node_xy, which = np.unique(np.concatenate([start, end]), axis=0, return_inverse=True)
    hilbert = gpd.GeoSeries(shapely.points(node_xy)).hilbert_distance().to_numpy()
    order = np.argsort(hilbert, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ends: Ints = rank[which.ravel()]
    lane_from, lane_to = ends[: len(cut)], ends[len(cut) :]
    by_node = np.lexsort((source, np.minimum(lane_from, lane_to)))
    lane_from, lane_to = lane_from[by_node], lane_to[by_node]

    frame = _lane_frame(lanes, cut, source).iloc[by_node].reset_index(drop=True)
    length_m = shapely.length(frame.geometry.to_numpy())
    node_xy = node_xy[order]
    indptr, head, arc_lane, arc_forward = _csr(lane_from, lane_to, len(node_xy))
    component = _components(lane_from, lane_to, length_m, len(node_xy))
    barrier_node = np.full(len(barriers), -1, dtype=np.int32)
    if (~off).any():
        barrier_node[~off] = _nodes_at(node_xy, barrier_xy[~off])
    network = Network(
        node_xy,
        lane_from,
        lane_to,
        length_m,
        indptr,
        head,
        arc_lane,
        arc_forward,
        component,
        barrier_node,
    )
    frame[f.LENGTH_M] = length_m
    frame[f.COMPONENT] = component[lane_from]
    parts = len(network.component_length_m)
    if parts > 1:
        problems.append(Problem("warning", "lanes_parts", "lanes", file, count=parts))
    return network, frame, problems


def to_networkx(network: Network, lanes: gpd.GeoDataFrame) -> nx.MultiDiGraph[int]:
    """Return the network as a graph such as osmnx makes: ``x``, ``y`` on nodes, lanes as edges.

    Every lane gives an edge in each direction in which vehicles may pass it, keyed by its row;
    edges carry `lane_id`, `lane_class`, ``length`` in metres and the geometry.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=lanes.crs)
    for node, (x, y) in enumerate(network.node_xy.tolist()):
        graph.add_node(node, x=x, y=y)
    columns = [f.LANE_ID, f.NAME, f.LANE_CLASS, f.WIDTH_M, f.ONEWAY]
    rows = lanes[[*columns, f.GEOMETRY]].to_dict("records")
    for lane, row in enumerate(rows):
        u, v = int(network.lane_from[lane]), int(network.lane_to[lane])
        shared = {k: row[k] for k in columns if pd.notna(row[k])}
        shared["length"] = float(network.length_m[lane])
        if row[f.ONEWAY] != "backward":
            graph.add_edge(u, v, key=lane, geometry=row[f.GEOMETRY], **shared)
        if row[f.ONEWAY] != "forward":
            graph.add_edge(v, u, key=lane, geometry=row[f.GEOMETRY].reverse(), **shared)
    return graph


def from_networkx(graph: nx.MultiDiGraph[Any]) -> gpd.GeoDataFrame:
    """Return the lanes of a graph such as osmnx makes, ready for `build_network`.

    Edges without a geometry become straight lines between their nodes. An edge and its reverse
    (same geometry backwards) become one lane passable both ways.

    Returns
    -------
    GeoDataFrame
        Columns of the ``lanes`` schema, in the CRS of ``graph.graph["crs"]``.
    """
    rows: dict[tuple[int, int, bytes], dict[str, Any]] = {}
    for u, v, data in graph.edges(data=True):
        ends = [(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)]
        line = data.get("geometry") or shapely.LineString(ends)
        twin = (v, u, shapely.to_wkb(line.reverse()))
        if twin in rows:
            rows[twin][f.ONEWAY] = "both"
            continue
        rows[(u, v, shapely.to_wkb(line))] = {
            f.LANE_ID: str(data.get(f.LANE_ID, data.get("osmid", len(rows)))),
            f.NAME: data.get(f.NAME),
            f.LANE_CLASS: data.get(f.LANE_CLASS, data.get("highway")),
            f.WIDTH_M: data.get(f.WIDTH_M, data.get("width")),
            f.ONEWAY: "forward",
            f.LEVEL: data.get(f.LEVEL),
            f.GEOMETRY: line,
        }
    frame = gpd.GeoDataFrame(list(rows.values()), geometry=f.GEOMETRY, crs=graph.graph["crs"])
    same = frame.groupby(f.LANE_ID).cumcount()
    frame.loc[same > 0, f.LANE_ID] += "_" + same[same > 0].astype(str)
    return frame


def _on_millimetres(lines: Shapes) -> Shapes:
    return np.asarray(shapely.transform(lines, lambda xy: np.round(xy, MILLIMETRE)))


def _join_ends(lines: Shapes, level: Floats, join_m: float) -> tuple[Shapes, int]:
    """Join lane ends that touch no other lane to a lane of the same level within ``join_m``."""
    lines = lines.copy()
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    point, near = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=join_m)
    others = (near != owner[point]) & (level[near] == level[owner[point]])
    point, near = point[others], near[others]
    # An end that already is a vertex of some other lane has met it.
    vertices = np.unique(shapely.get_coordinates(lines), axis=0, return_counts=True)
    shared = {tuple(xy) for xy in vertices[0][vertices[1] > 1].tolist()}
    inserted: dict[int, list[tuple[float, float]]] = {}
    moved: dict[tuple[int, bool], tuple[float, float]] = {}
    for end in np.unique(point):
        xy = (ends[end].x, ends[end].y)
        if xy in shared:
            continue
        lane = int(owner[end])
        choices = near[point == end]
        target = int(choices[np.argmin(shapely.distance(lines[choices], ends[end]))])
        corners = shapely.get_coordinates(lines[target])
        gaps = np.hypot(*(corners - xy).T)
        if gaps.min() <= join_m:
            moved[(lane, bool(end >= len(lines)))] = tuple(corners[gaps.argmin()].tolist())
        else:
            inserted.setdefault(target, []).append(xy)
    for lane, points in inserted.items():
        lines[lane] = _with_vertices(lines[lane], points)
    for (lane, last), xy in moved.items():
        corners = shapely.get_coordinates(lines[lane])
        corners[-1 if last else 0] = xy
        if shapely.length(shapely.LineString(corners)) > 0:
            lines[lane] = shapely.LineString(corners)
    return lines, len(moved) + sum(len(points) for points in inserted.values())


def _meet_barriers(
    lines: Shapes, barriers: Shapes, barrier_m: float
) -> tuple[Shapes, Floats, Flags]:
    """Give every barrier a vertex on its nearest lane; return where, and which lie on none."""
    xy = np.full((len(barriers), 2), np.nan)
    off = np.ones(len(barriers), dtype=bool)
    lines = lines.copy()
    if not len(barriers):
        return lines, xy, off
    (which, lane), distance = shapely.STRtree(lines).query_nearest(
        barriers, max_distance=barrier_m, return_distance=True
    )
    which, first = np.unique(which, return_index=True)
    lane, distance = lane[first], distance[first]
    off[which] = False
    xy[which] = shapely.get_coordinates(barriers[which])
    for barrier, target in zip(which.tolist(), lane.tolist(), strict=True):
        corners = shapely.get_coordinates(lines[target])
        gaps = np.hypot(*(corners - xy[barrier]).T)
        foot = lines[target].interpolate(lines[target].project(barriers[barrier]))
        if gaps.min() <= max(foot.distance(barriers[barrier]), 1e-6):
            xy[barrier] = corners[gaps.argmin()]
        else:
            xy[barrier] = (foot.x, foot.y)
            lines[target] = _with_vertices(lines[target], [(foot.x, foot.y)])
    return lines, xy, off


def _with_vertices(
    line: shapely.LineString, points: list[tuple[float, float]]
) -> shapely.LineString:
    """Insert points into a line, each into the segment nearest to it."""
    for xy in points:
        corners = shapely.get_coordinates(line)
        segments = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
        after = int(np.argmin(shapely.distance(segments, shapely.Point(xy)))) + 1
        line = shapely.LineString(np.insert(corners, after, xy, axis=0))
    return line


def _crossings(lines: Shapes, level: Floats) -> int:
    """Count pairs of lanes of one level that cross where they share no vertex."""
    one, two = shapely.STRtree(lines).query(lines, predicate="crosses")
    pairs = (one < two) & (level[one] == level[two])
    one, two = one[pairs], two[pairs]
    where = shapely.intersection(lines[one], lines[two])
    met = shapely.multipoints  # vertices of a line as points, compared exactly
    own = np.array(
        [met(shapely.get_coordinates(line)) for line in lines[one]], dtype=object
    ).reshape(-1)
    return int(np.count_nonzero(shapely.distance(where, own) > 1e-6)) if len(one) else 0


def _cut(lines: Shapes, barrier_xy: Floats) -> tuple[Shapes, Longs]:
    """Cut lines at vertices that occur more than once, and at barriers."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    _, which, counts = np.unique(
        np.concatenate([xy, barrier_xy]), axis=0, return_inverse=True, return_counts=True
    )
    which = which.ravel()[: len(xy)]
    edge_of_line = np.flatnonzero(np.diff(line, prepend=-1, append=line[-1] + 1))
    first, last = edge_of_line[:-1], edge_of_line[1:] - 1
    is_end = np.zeros(len(xy), dtype=bool)
    is_end[first] = is_end[last] = True
    node = np.flatnonzero(is_end | (counts[which] > 1))
    begin, stop = node[:-1], node[1:]
    within = line[begin] == line[stop]
    begin, stop = begin[within], stop[within]
    size = stop - begin + 1
    flat = np.repeat(begin - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    flat = flat + np.arange(size.sum())
    pieces = shapely.linestrings(xy[flat], indices=np.repeat(np.arange(len(begin)), size))
    keep = shapely.length(pieces) > 0
    return pieces[keep], line[begin][keep]


def _lane_frame(lanes: gpd.GeoDataFrame, cut: Shapes, source: Longs) -> gpd.GeoDataFrame:
    frame = lanes.iloc[source].reset_index(drop=True).set_geometry(list(cut), crs=lanes.crs)
    drawn = frame[f.LANE_ID].astype(str)
    position = pd.Series(source).groupby(source).cumcount() + 1
    pieces = pd.Series(source).groupby(source).transform("size")
    frame[f.DRAWN_LANE_ID] = drawn
    frame[f.LANE_ID] = drawn.where(pieces == 1, drawn + "." + position.astype(str))
    # How many of a flight's steps lie in each piece is not known.
    frame[f.STEP_COUNT] = frame[f.STEP_COUNT].where((pieces == 1).to_numpy())
    return frame


def _csr(lane_from: Ints, lane_to: Ints, nodes: int) -> tuple[Ints, Ints, Ints, Flags]:
    tail = np.concatenate([lane_from, lane_to])
    head = np.concatenate([lane_to, lane_from])
    order = np.lexsort((head, tail))
    indptr = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail, minlength=nodes), out=indptr[1:])
    lane = np.tile(np.arange(len(lane_from), dtype=np.int32), 2)[order]
    return indptr, head[order], lane, order < len(lane_from)


def _components(lane_from: Ints, lane_to: Ints, length_m: Floats, nodes: int) -> Ints:
    """Label connected parts, the longest first."""
    ones = np.ones(len(lane_from), dtype=np.int8)
    graph = coo_array((ones, (lane_from, lane_to)), shape=(nodes, nodes)).tocsr()
    parts, label = connected_components(graph, directed=False)
    total = np.bincount(label[lane_from], weights=length_m, minlength=parts)
    rank = np.empty(parts, dtype=np.int32)
    rank[np.argsort(-total, kind="stable")] = np.arange(parts, dtype=np.int32)
    component: Ints = rank[label]
    return component


def _nodes_at(node_xy: Floats, xy: Floats) -> Ints:
    tree = shapely.STRtree(shapely.points(node_xy))
    nearest: Ints = tree.nearest(shapely.points(xy)).astype(np.int32)
    return nearest
