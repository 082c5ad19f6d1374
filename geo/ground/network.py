"""The lane network: lanes cut where they meet, as CSR arrays with nodes in Hilbert order.

Lanes meet where they share a vertex, where one ends within ``join_m`` of another on the same
level, and at barriers, which become nodes of their own so that what a gate costs is paid by those
who pass it and by nobody else. All vertices lie on whole millimetres, so that a page can carry the
lanes exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..arrays import Flags, Floats, Ints, Longs, Shapes
from ..words import Problem, Severity, named
from ..words import fields as f

if TYPE_CHECKING:
    import networkx as nx

MILLIMETRE = 3  # decimals of coordinates in metres
MET_M = 0.002  # a crossing nearer than this to a vertex of both lanes is a junction
SHOWN_CROSSINGS = 5

Cross = Literal["apart", "join", "ask"]


def _no_pairs() -> Ints:
    return np.empty((0, 2), dtype=np.int32)


def _no_places() -> Floats:
    return np.empty((0, 2))


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
    crossing
        ``(pairs, 2)`` int32, lanes that cross on one level and count as not connected; they may
        be.
    crossed_xy
        ``(places, 2)`` metres, where drawn lanes of one level cross without a common vertex,
        whether they count as connected or not.
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
    crossing: Ints = field(default_factory=_no_pairs)
    crossed_xy: Floats = field(default_factory=_no_places)

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
    cross: Cross = "apart",
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
    cross
        Whether lanes that cross on one level without a common vertex are connected there. With
        ``ask`` they are not, and the problem must be mended by saying so.
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
    lines, barrier_xy, off = _meet_barriers(lines, barriers.geometry.to_numpy(), barrier_m)
    lines, barrier_xy = _on_millimetres(lines), np.round(barrier_xy, MILLIMETRE)
    if off.any():
        ids = barriers[f.BARRIER_ID][off].tolist()
        problems.append(named("warning", "barrier_off_lane", "barriers", ids))
    crossings = _crossings(lines, level)
    if len(crossings.one):
        problems.append(_told_crossings(lanes, crossings, cross, file))
    if cross == "join":
        lines = _joined_crossings(lines, crossings)
    cut, source = _cut(lines, barrier_xy[~off])

    start = shapely.get_coordinates(shapely.get_point(cut, 0))
    end = shapely.get_coordinates(shapely.get_point(cut, -1))
    node_xy, which, _ = _different(np.concatenate([start, end]))
    hilbert = gpd.GeoSeries(shapely.points(node_xy)).hilbert_distance().to_numpy()
    order = np.argsort(hilbert, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ends: Ints = rank[which]
    lane_from, lane_to = ends[: len(cut)], ends[len(cut) :]
    by_node = np.lexsort((source, np.minimum(lane_from, lane_to)))
    lane_from, lane_to = lane_from[by_node], lane_to[by_node]
    problems += _told_joins(lines, joined, cut, source, lanes, file)

    frame = _lane_frame(lanes, cut, source).iloc[by_node].reset_index(drop=True)
    length_m = shapely.length(frame.geometry.to_numpy())
    node_xy = node_xy[order]
    indptr, head, arc_lane, arc_forward = arcs_of(lane_from, lane_to, len(node_xy))
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
        _no_pairs()
        if cross == "join"
        else _crossing_lanes(crossings, frame.geometry, by_node, source),
        crossings.xy,
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
    import networkx as nx  # 0.1 s at every start, for nobody else here

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


def _different(xy: Floats) -> tuple[Floats, Longs, Longs]:
    """Return the different points, which of them each one is, and how often it stands there.

    As one number a point; `numpy.unique` over rows takes four times as long.
    """
    points = np.ascontiguousarray(xy).view(complex).ravel()
    found, which, counts = np.unique(points, return_inverse=True, return_counts=True)
    return found.view(float).reshape(-1, 2), which, counts


def _on_millimetres(lines: Shapes) -> Shapes:
    return np.asarray(shapely.transform(lines, lambda xy: np.round(xy, MILLIMETRE)))


_End: TypeAlias = tuple[int, bool]  # of a lane: its row, and whether the last point is meant


def _followed(end: _End, follows: dict[_End, _End]) -> _End:
    """Return the end that stays where it is, or goes to a vertex of its own, after all."""
    while end in follows:
        end = follows[end]
    return end


@dataclass(frozen=True)
class _Join:
    """A lane end that was joined to another lane."""

    lane: int
    last: bool
    target: int


def _join_ends(lines: Shapes, level: Floats, join_m: float) -> tuple[Shapes, list[_Join]]:
    """Join lane ends that touch no other lane to a lane of the same level within ``join_m``.

    From west to east, so that the order of the lanes does not matter. An end that is joined to
    another end goes where that one goes, and two ends do not change places.
    """
    lines = lines.copy()
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    point, near = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=join_m)
    others = (near != owner[point]) & (level[near] == level[owner[point]])
    point, near = point[others], near[others]
    # An end that already is a vertex of some other lane has met it.
    vertices, lane = shapely.get_coordinates(lines, return_index=True)
    _, which, counts = _different(vertices)
    begins = np.searchsorted(lane, np.arange(len(lines)))
    stops = np.searchsorted(lane, np.arange(len(lines)), side="right") - 1
    met = counts[which[np.concatenate([begins, stops])]] > 1
    first = np.searchsorted(point, np.arange(len(ends) + 1))  # of the choices of each end
    inserted: dict[int, list[tuple[float, float]]] = {}
    moved: dict[_End, tuple[float, float]] = {}
    follows: dict[_End, _End] = {}
    joins: list[_Join] = []
    loose = np.unique(point)
    loose = loose[~met[loose]]
    for end in loose[np.lexsort(shapely.get_coordinates(ends[loose]).T[::-1])].tolist():
        xy = (ends[end].x, ends[end].y)
        own: _End = (int(owner[end]), end >= len(lines))
        choices = near[first[end] : first[end + 1]]
        target = int(choices[np.argmin(shapely.distance(lines[choices], ends[end]))])
        corners = shapely.get_coordinates(lines[target])
        gaps = np.hypot(*(corners - xy).T)
        nearest = int(gaps.argmin())
        if gaps[nearest] > join_m:
            inserted.setdefault(target, []).append(xy)
        else:
            moved[own] = tuple(corners[nearest].tolist())
            if nearest in (0, len(corners) - 1):
                other = (target, nearest > 0)
                if _followed(other, follows) == own:
                    del moved[own]
                    continue  # that end comes here
                follows[own] = other
        joins.append(_Join(*own, target))
    for lane, points in inserted.items():
        lines[lane] = _with_vertices(lines[lane], points)
    for own in moved:
        (lane, last), led = own, _followed(own, follows)
        xy = moved[led] if led in moved else lines[led[0]].coords[-1 if led[1] else 0]
        corners = shapely.get_coordinates(lines[lane])
        corners[-1 if last else 0] = xy
        if shapely.length(shapely.LineString(corners)) > 0:
            lines[lane] = shapely.LineString(corners)
    return lines, joins


def _told_joins(
    lines: Shapes,
    joins: list[_Join],
    cut: Shapes,
    source: Longs,
    lanes: gpd.GeoDataFrame,
    file: str,
) -> list[Problem]:
    """Say how many ends were joined, and which were not: those whose lanes share no node."""
    if not joins:
        return []
    begins = np.searchsorted(source, np.arange(len(lines) + 1)) * 2  # of the ends of each lane
    nodes = shapely.get_coordinates(
        np.stack([shapely.get_point(cut, 0), shapely.get_point(cut, -1)], axis=1).ravel()
    )
    failed = []
    for join in joins:
        end = shapely.get_coordinates(shapely.get_point(lines[join.lane], -1 if join.last else 0))
        of_target = slice(begins[join.target], begins[join.target + 1])
        if not (nodes[of_target] == end).all(axis=1).any():
            failed.append(lanes[f.LANE_ID].iloc[join.lane])
    told = []
    if len(failed) < len(joins):
        count = len(joins) - len(failed)
        told.append(Problem("repaired", "lanes_joined", "lanes", file, count=count))
    if failed:
        told.append(named("warning", "lanes_not_joined", "lanes", failed, file=file))
    return told


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


@dataclass(frozen=True)
class _Crossings:
    """Where lanes of one level cross and share no vertex, one row a place.

    Attributes
    ----------
    one, two
        ``(places,)`` rows of the drawn lanes.
    xy
        ``(places, 2)`` metres.
    """

    one: Longs
    two: Longs
    xy: Floats

    @property
    def pairs(self) -> Longs:
        """``(pairs, 2)`` lanes, each pair once."""
        return np.unique(np.stack([self.one, self.two], axis=1), axis=0)


def _crossings(lines: Shapes, level: Floats) -> _Crossings:
    """Find where lanes of one level cross and share no vertex."""
    one, two = shapely.STRtree(lines).query(lines, predicate="crosses")
    pairs = (one < two) & (level[one] == level[two])
    one, two = one[pairs], two[pairs]
    where, pair = shapely.get_parts(shapely.intersection(lines[one], lines[two]), return_index=True)
    point = shapely.get_type_id(where) == shapely.GeometryType.POINT
    where, one, two = where[point], one[pair[point]], two[pair[point]]
    apart = np.zeros(len(where), dtype=bool)
    for side in (one, two):
        drawn, which = np.unique(side, return_inverse=True)
        corners = [shapely.multipoints(shapely.get_coordinates(line)) for line in lines[drawn]]
        own = np.array(corners, dtype=object).reshape(-1)[which.ravel()]
        apart |= shapely.distance(where, own) > MET_M
    xy = shapely.get_coordinates(where[apart])
    return _Crossings(one[apart], two[apart], np.round(xy, MILLIMETRE))


def _joined_crossings(lines: Shapes, crossings: _Crossings) -> Shapes:
    """Give both lanes a vertex where they cross."""
    lines = lines.copy()
    for side in (crossings.one, crossings.two):
        order = np.argsort(side, kind="stable")
        met, first = np.unique(side[order], return_index=True)
        for lane, rows in zip(met, np.split(order, first[1:]), strict=True):
            points = [tuple(xy) for xy in crossings.xy[rows].tolist()]
            lines[lane] = _with_vertices(lines[lane], points)
    return lines


def _crossing_lanes(
    crossings: _Crossings,
    pieces: gpd.GeoSeries,
    by_node: Longs,
    source: Longs,
) -> Ints:
    """Return the pairs of lanes after cutting that cross."""
    of_drawn = source[by_node]
    by_drawn = np.argsort(of_drawn, kind="stable")
    of_drawn = of_drawn[by_drawn]
    spots = shapely.points(crossings.xy)
    found = []
    for side in (crossings.one, crossings.two):
        begins = np.searchsorted(of_drawn, side).tolist()
        stops = np.searchsorted(of_drawn, side, side="right").tolist()
        rows = []
        for begin, stop, spot in zip(begins, stops, spots, strict=True):
            own = by_drawn[begin:stop]
            rows.append(own[shapely.distance(pieces.to_numpy()[own], spot).argmin()])
        found.append(rows)
    return np.array(found, dtype=np.int32).reshape(2, -1).T


def _told_crossings(
    lanes: gpd.GeoDataFrame, crossings: _Crossings, cross: Cross, file: str
) -> Problem:
    """Say how many pairs of lanes cross, how many lanes that concerns, and where."""
    pairs = crossings.pairs
    ids = lanes[f.LANE_ID].astype(str).to_numpy()
    shown = gpd.GeoSeries(shapely.points(crossings.xy[:SHOWN_CROSSINGS]), crs=lanes.crs)
    if lanes.crs is not None:
        shown = shown.to_crs(4326)
    where = [
        f"{ids[one]}×{ids[two]} ({spot.x:.5f}, {spot.y:.5f})"
        for one, two, spot in zip(crossings.one, crossings.two, shown, strict=False)
    ]
    told: dict[Cross, tuple[Severity, str]] = {
        "join": ("repaired", "lanes_crossed"),
        "apart": ("warning", "lanes_cross"),
        "ask": ("error", "lanes_cross_ask"),
    }
    severity, code = told[cross]
    more = "…" if len(crossings.one) > len(where) else ""
    return Problem(
        severity,
        code,
        "lanes",
        file,
        count=len(pairs),
        value=f"{len(np.unique(pairs)) / len(lanes):.1%}",
        details={"where": "; ".join(where) + more},
    )


def _cut(lines: Shapes, barrier_xy: Floats) -> tuple[Shapes, Longs]:
    """Cut lines at vertices that occur more than once, and at barriers."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    _, which, counts = _different(np.concatenate([xy, barrier_xy]))
    which = which[: len(xy)]
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


def arcs_of(lane_from: Ints, lane_to: Ints, nodes: int) -> tuple[Ints, Ints, Ints, Flags]:
    """Return the arcs of lanes as CSR: ``indptr``, ``head``, ``arc_lane``, ``arc_forward``."""
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
