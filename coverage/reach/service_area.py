"""Service areas: the parts of lanes reached in time, cut at the second, and the area round them.

Reach is not convex and has holes: a lane may be reached from both ends and not in its middle, and
the inside of a block may be too far from every lane. Both are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from ...geo.arrays import Floats, Ints, Shapes
from ...geo.ground import (
    IMPASSABLE,
    Network,
    Passage,
)

CORNERS_A_QUARTER = 4  # of a round end; the circle is drawn round the true one, not in it


@dataclass(frozen=True)
class Spread:
    """How far crews of one way of moving have come.

    Attributes
    ----------
    passage
        How they pass every lane.
    node_ms
        ``(k,)`` int32 first arrival at nodes.
    start_lane, start_fraction, start_ms
        Where and when crews set out on lanes, for what they reach on that same lane.
    node
        ``(k,)`` at which nodes; at all of them, in order, if not given.
    """

    passage: Passage
    node_ms: Ints
    start_lane: Ints
    start_fraction: Floats
    start_ms: Ints
    node: Ints | None = None


@dataclass(frozen=True)
class Pieces:
    """Parts of lanes, apart from each other, in order of lane and fraction.

    Attributes
    ----------
    lane
        ``(pieces,)`` row of the lane; a lane may have several pieces.
    begin, end
        ``(pieces,)`` fractions of the lane's length; equal where a single point is reached.
    """

    lane: Ints
    begin: Floats
    end: Floats

    def length_m(self, network: Network) -> float:
        """Return the metres of lane in all pieces together."""
        return float(((self.end - self.begin) * network.length_m[self.lane]).sum())


def reached(network: Network, spreads: Iterable[Spread], *, limit_ms: int) -> Pieces:
    """Return the parts of lanes that some crew reaches within a limit of time.

    Parameters
    ----------
    network
        The lanes.
    spreads
        One for each way of moving: a vehicle, or on foot. For the area of one station, those of
        its crew alone; for a tier, those of the first arrivals.
    limit_ms
        The limit in milliseconds after the alarm; a point that is reached at the limit counts.

    Returns
    -------
    Pieces
        Cut at the exact fraction of the lane where the time runs out.
    """
    lane: list[Ints] = []
    begin: list[Floats] = []
    end: list[Floats] = []

    def add(rows: Ints, low: Floats, high: Floats) -> None:
        lane.append(rows)
        begin.append(np.maximum(low, 0.0))
        end.append(np.minimum(high, 1.0))

    for spread in spreads:
        ahead, back = spread.passage.forward_ms, spread.passage.backward_ms
        node = np.arange(network.nodes) if spread.node is None else spread.node
        left = limit_ms - np.minimum(
            spread.node_ms.astype(np.int64) + spread.passage.leave_ms[node], IMPASSABLE
        )
        node, left = node[left >= 0], left[left >= 0]
        count = np.diff(network.indptr)[node]
        arc = np.repeat(network.indptr[node] - np.cumsum(count) + count, count)
        arc += np.arange(len(arc), dtype=arc.dtype)
        left = np.repeat(left, count)
        for from_end, along in ((False, ahead), (True, back)):
            rows = network.arc_lane[arc]
            passes = (network.arc_forward[arc] != from_end) & (along[rows] < IMPASSABLE)
            rows = rows[passes]
            share = left[passes] / along[rows]
            if from_end:
                add(rows, 1 - share, np.ones(len(rows)))
            else:
                add(rows, np.zeros(len(rows)), share)
        left = limit_ms - spread.start_ms.astype(np.int64)
        starts = np.flatnonzero((left >= 0) & (spread.start_lane >= 0))
        rows, at, left = spread.start_lane[starts], spread.start_fraction[starts], left[starts]
        gone = [np.where(a[rows] < IMPASSABLE, left / a[rows], 0.0) for a in (back, ahead)]
        add(rows, at - gone[0], at + gone[1])
    if not lane:
        return Pieces(np.empty(0, np.int32), np.empty(0), np.empty(0))
    return _joined(np.concatenate(lane), np.concatenate(begin), np.concatenate(end))


def piece_lines(pieces: Pieces, lines: Shapes) -> Shapes:
    """Return each piece as a line string that runs along the lane's own corners.

    Parameters
    ----------
    pieces
        Parts of lanes.
    lines
        ``(lanes,)`` geometries of the lanes.

    Returns
    -------
    ndarray
        ``(pieces,)``; a single point is a line with two equal ends.
    """
    whole = (pieces.begin == 0) & (pieces.end == 1)
    found = lines[pieces.lane]
    part = np.flatnonzero(~whole)
    if not len(part):
        return found
    own = lines[pieces.lane[part]]
    xy, which = shapely.get_coordinates(own, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[np.flatnonzero(np.diff(which, prepend=-1))] = 0
    walked = np.cumsum(step)
    first = np.searchsorted(which, np.arange(len(part)))
    walked -= walked[first][which]
    length = shapely.length(own)
    low, high = pieces.begin[part] * length, pieces.end[part] * length
    inner = (walked > low[which]) & (walked < high[which])
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(own, m)) for m in (low, high)]
    points = np.concatenate([ends[0], xy[inner], ends[1]])
    owner = np.concatenate([np.arange(len(part)), which[inner], np.arange(len(part))])
    order = np.argsort(owner, kind="stable")
    found[part] = shapely.linestrings(points[order], indices=owner[order])
    return found


def service_polygon(lines: Shapes, *, reach_m: float, simplify_m: float) -> shapely.MultiPolygon:
    """Return the area within a distance of pieces of lanes, holes kept.

    Every point within ``reach_m`` of a piece lies in the area, and no point of the area is
    farther from one than ``reach_m`` and 2 % of it and twice ``simplify_m``: round ends are
    polygons about the circle, and the drawn boundary leaves the computed one by less than
    ``simplify_m``. Pieces are widened one by one and then united, which is many times faster
    than uniting them first.

    Parameters
    ----------
    lines
        From `piece_lines`.
    reach_m
        The distance off the network that is still afforded, metres; positive.
    simplify_m
        How far the boundary may be moved to spare corners, metres; 0 leaves it as it is.
    """
    if not len(lines):
        return shapely.MultiPolygon()
    drawn_m = (reach_m + simplify_m) / np.cos(np.pi / (4 * CORNERS_A_QUARTER))
    area = shapely.union_all(shapely.buffer(lines, drawn_m, quad_segs=CORNERS_A_QUARTER))
    if simplify_m > 0:
        area = shapely.simplify(area, simplify_m, preserve_topology=True)
    return shapely.MultiPolygon(shapely.get_parts(area).tolist())


def _joined(lane: Ints, begin: Floats, end: Floats) -> Pieces:
    """Unite pieces of the same lane that touch."""
    order = np.lexsort((begin, lane))
    lane, begin, end = lane[order], begin[order], end[order]
    far = np.maximum.accumulate(2.0 * lane + end)  # two apart, so lanes never touch
    fresh = np.ones(len(lane), dtype=bool)
    fresh[1:] = 2.0 * lane[1:] + begin[1:] > far[:-1]
    first = np.flatnonzero(fresh)
    if not len(first):
        return Pieces(lane, begin, end)
    return Pieces(lane[first], begin[first], np.maximum.reduceat(end, first))
