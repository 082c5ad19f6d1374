"""Points and footprints to positions on lanes: the lane, how far along it, how far from it.

Positions are whole numbers of small units, so that a page can carry them and compute the same
milliseconds from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ..arrays import Flags, Floats, Indices, Ints, Longs, Shapes
from ..words import LaneClass
from ..words import fields as f
from .network import MILLIMETRE, Network

PARTS = 2**20  # of a lane, in which positions along it are told
ALIKE_M = 0.01  # lanes whose distances differ by less are equally near
MARKS_M = 10.0  # spacing of the marks on lanes by which the search is bounded; speed only


@dataclass(frozen=True)
class Positions:
    """Where features sit on the network.

    Attributes
    ----------
    lane
        ``(features,)`` int32 row of the lane; -1 for a feature attached to none.
    fraction
        ``(features,)`` float64, 0 at the lane's first point and 1 at its last; from `snap` whole
        `PARTS`.
    access_m
        ``(features,)`` float64 metres from the lane to the nearest wall; NaN when unattached;
        from `snap` whole millimetres.
    """

    lane: Ints
    fraction: Floats
    access_m: Floats

    @property
    def attached(self) -> Flags:
        """Which features sit on a lane."""
        return self.lane >= 0

    def take(self, rows: Indices | Flags) -> Positions:
        """Return the positions of some features."""
        return Positions(self.lane[rows], self.fraction[rows], self.access_m[rows])


def attachable(network: Network, lanes: gpd.GeoDataFrame, *, fragment_m: float) -> Flags:
    """Return the lanes to which features may attach, ``(lanes,)``.

    Not tunnels, whose walls are in the way, and not separate parts of the network of less than
    ``fragment_m`` metres in all, which are leftovers of drawing or clipping; the longest part
    always counts, and parts whose lanes cross are one, for they may be connected.

    Parameters
    ----------
    network
        The lanes as arrays.
    lanes
        The same as a layer, with `level`.
    fragment_m
        Length of all lanes of the smallest part that counts, metres.
    """
    level = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan))
    part = network.component[network.lane_from]
    lengths = network.component_length_m
    crossing = part[network.crossing]
    links = coo_array((np.ones(len(crossing)), crossing.T), shape=(len(lengths),) * 2)
    group = connected_components(links, directed=False)[1]
    whole = (np.bincount(group, weights=lengths)[group] >= fragment_m)[part] | (part == 0)
    return np.asarray((level >= 0) & whole)


def _preference(lanes: gpd.GeoDataFrame) -> Longs:
    """Return the rank of each lane among lanes equally near, ``(lanes,)``, the best first."""
    classes = {code.value: place for place, code in enumerate(LaneClass)}
    wide = lanes[f.LANE_CLASS].map(classes).fillna(len(classes)).to_numpy(dtype=float)
    width = -np.nan_to_num(lanes[f.WIDTH_M].to_numpy(dtype=float, na_value=np.nan))
    level = np.abs(np.nan_to_num(lanes[f.LEVEL].to_numpy(dtype=float, na_value=np.nan)))
    part = lanes[f.COMPONENT].to_numpy() if f.COMPONENT in lanes else np.zeros(len(lanes))
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(lanes.geometry.to_numpy(), 0.5, normalized=True)
    ).round(MILLIMETRE)
    rank = np.empty(len(lanes), dtype=np.int64)
    rank[np.lexsort((*middle.T, level, width, wide, part))] = np.arange(len(lanes))
    return rank


def _near(rows: Longs, lines: Shapes, features: Shapes, within_m: float) -> Longs:
    """Return those rows of lanes that some feature may be within a distance of."""
    apart = within_m + ALIKE_M + 1e-6
    boxes = shapely.bounds(features) + np.array([-apart, -apart, apart, apart])
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    found = shapely.STRtree(shapely.box(*boxes.T)).query(lines[rows])[0]
    return np.asarray(rows[np.unique(found)])


def snap(
    features: Shapes,
    lanes: gpd.GeoDataFrame,
    *,
    allowed: Flags,
    within_m: float,
) -> Positions:
    """Attach features to the nearest allowed lane.

    Lanes that are nearest within a centimetre are equally near. Of these the one counts that
    serves the feature soonest: of the largest connected part, of the widest class, of the
    greatest known width, on the ground; what is then still alike is told apart by where it lies,
    never by its place in the file.

    Parameters
    ----------
    features
        ``(features,)`` shapely geometries in the CRS of the lanes; for a polygon the distance
        counts from its wall.
    lanes
        The lanes of the network.
    allowed
        ``(lanes,)`` lanes to which features may attach.
    within_m
        Features farther away stay unattached.

    Returns
    -------
    Positions
        Unattached where no allowed lane is near enough.
    """
    lane = np.full(len(features), -1, dtype=np.int32)
    fraction = np.full(len(features), np.nan)
    access_m = np.full(len(features), np.nan)
    rows = np.flatnonzero(allowed)
    if len(features) < len(rows):  # few stations: most lanes are far from all of them
        rows = _near(rows, lanes.geometry.to_numpy(), features, within_m)
    if not len(rows) or not len(features):
        return Positions(lane, fraction, access_m)
    # A tree of segments, not of lanes: their boxes are small, and the distance is that of one.
    lines = lanes.geometry.to_numpy()[rows]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    inner = line[1:] == line[:-1]
    start, end = xy[:-1][inner], xy[1:][inner]
    owner = line[:-1][inner]
    segments = shapely.linestrings(np.stack([start, end], axis=1))
    # The distance to a lane's nearest mark bounds the search: few segments lie in so small a box.
    marks = shapely.get_coordinates(shapely.segmentize(lines, MARKS_M))
    middle = shapely.get_coordinates(shapely.centroid(features))
    mark = shapely.points(marks[cKDTree(marks).query(middle)[1]])
    reach = np.minimum(shapely.distance(features, mark), within_m)[:, None] + ALIKE_M + 1e-6
    corners = shapely.bounds(features) + np.hstack([-reach, -reach, reach, reach])
    which, near = shapely.STRtree(segments).query(shapely.box(*corners.T))
    distance = shapely.distance(features[which], segments[near])
    order = np.lexsort((near, distance, owner[near], which))
    order = order[distance[order] <= within_m]
    which, near, distance = which[order], near[order], distance[order]
    pair = np.diff(which, prepend=-1).astype(bool) | np.diff(owner[near], prepend=-1).astype(bool)
    which, near, distance = which[pair], near[pair], distance[pair]
    least = np.full(len(features), np.inf)
    np.minimum.at(least, which, distance)
    tied = distance <= least[which] + ALIKE_M
    which, near, distance = which[tied], near[tied], distance[tied]
    order = np.lexsort((_preference(lanes.iloc[rows])[owner[near]], which))
    which, first = np.unique(which[order], return_index=True)
    near, distance = near[order][first], distance[order][first]
    length = np.hypot(*(end - start).T)
    before = np.cumsum(length) - length
    whole = np.bincount(owner, weights=length)
    foot = shapely.get_coordinates(shapely.shortest_line(segments[near], features[which]))[::2]
    along = before[near] - before[np.searchsorted(owner, owner[near])]
    along = along + np.hypot(*(foot - start[near]).T)
    lane[which] = rows[owner[near]]
    fraction[which] = np.rint(np.clip(along / whole[owner[near]], 0, 1) * PARTS) / PARTS
    access_m[which] = np.round(distance, MILLIMETRE)
    return Positions(lane, fraction, access_m)
