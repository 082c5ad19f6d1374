"""Which lanes are looked at in one stop: the pieces of one road that lie near each other."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...geo.arrays import Longs
from ...geo.town import Town
from ...geo.words import fields as f


def stretches(town: Town, lanes: Longs) -> Longs:
    """Return which stretch each of some lanes belongs to.

    Pieces of one named road are one stretch where no more than ``rounds.road_gap_m`` of the rule
    set lies between them. Without a name, pieces that were drawn as one lane are one, and so are
    pieces that meet where nothing else joins: between two junctions one hand keeps a lane clear.

    Parameters
    ----------
    town
        With its lanes and network.
    lanes
        ``(lanes,)`` rows in the town's lanes.

    Returns
    -------
    ndarray
        ``(lanes,)`` number of the stretch, from 0.
    """
    shapes = town.lanes.geometry.to_numpy()[lanes]
    names = [name if isinstance(name, str) else "" for name in town.lanes[f.NAME].iloc[lanes]]
    drawn = town.lanes[f.DRAWN_LANE_ID].astype(str).to_numpy()[lanes]
    gap = town.rules.rounds.road_gap_m.value
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap)
    touching = shapely.distance(shapes[one], shapes[two]) == 0
    same = np.array(
        [
            names[a] == names[b] != ""
            or (drawn[a] == drawn[b])
            or (names[a] == names[b] and near and _meet(town, lanes[a], lanes[b]))
            for a, b, near in zip(one, two, touching, strict=True)
        ],
        dtype=bool,
    )
    joined = coo_array(
        (np.ones(same.sum()), (one[same], two[same])), shape=(len(lanes), len(lanes))
    )
    part: Longs = connected_components(joined, directed=False)[1].astype(np.int64)
    return part


def walked(town: Town, lanes: Longs) -> Longs:
    """Return lanes of one stretch in the order in which they are met from one end to the other.

    Parameters
    ----------
    town
        With its lanes.
    lanes
        ``(lanes,)`` rows in the town's lanes.
    """
    lanes = np.unique(lanes)
    middle = shapely.line_interpolate_point(
        town.lanes.geometry.to_numpy()[lanes], 0.5, normalized=True
    )
    xy = shapely.get_coordinates(middle)
    # Away from the piece that is farthest from the others' middle: one of the two ends.
    end = xy[np.argmax(np.hypot(*(xy - xy.mean(axis=0)).T))]
    return lanes[np.argsort(np.hypot(*(xy - end).T), kind="stable")]


def _meet(town: Town, one: int, two: int) -> bool:
    """Return whether two lanes share a node at which no third lane ends."""
    network = town.network
    shared = {network.lane_from[one], network.lane_to[one]} & {
        network.lane_from[two],
        network.lane_to[two],
    }
    return any(network.indptr[node + 1] - network.indptr[node] == 2 for node in shared)
