"""Points and footprints to positions on lanes: the lane, how far along it, how far from it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from . import fields as f
from .network import Ints, Network


@dataclass(frozen=True)
class Positions:
    """Where features sit on the network.

    Attributes
    ----------
    lane
        ``(features,)`` int32 row of the lane; -1 for a feature attached to none.
    fraction
        ``(features,)`` float64, 0 at the lane's first point and 1 at its last.
    access_m
        ``(features,)`` float64 metres from the lane to the nearest wall; NaN when unattached.
    """

    lane: Ints
    fraction: NDArray[np.float64]
    access_m: NDArray[np.float64]

    @property
    def attached(self) -> NDArray[np.bool_]:
        """Which features sit on a lane."""
        return self.lane >= 0


def attachable(
    network: Network, lanes: gpd.GeoDataFrame, *, fragment_m: float
) -> NDArray[np.bool_]:
    """Return the lanes to which features may attach, ``(lanes,)``.

    Not tunnels, whose walls are in the way, and not separate parts of the network of less than
    ``fragment_m`` metres in all, which are leftovers of drawing or clipping; the longest part
    always counts.
    """
    level = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan))
    part = network.component[network.lane_from]
    whole = (network.component_length_m >= fragment_m)[part] | (part == 0)
    return np.asarray((level >= 0) & whole)


def snap(
    features: NDArray[np.object_],
    lanes: gpd.GeoDataFrame,
    *,
    allowed: NDArray[np.bool_],
    within_m: float,
) -> Positions:
    """Attach features to the nearest allowed lane.

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
        Of several lanes equally near, the first is taken.
    """
    lane = np.full(len(features), -1, dtype=np.int32)
    fraction = np.full(len(features), np.nan)
    access_m = np.full(len(features), np.nan)
    rows = np.flatnonzero(allowed)
    if not len(rows) or not len(features):
        return Positions(lane, fraction, access_m)
    lines = lanes.geometry.to_numpy()
    (which, near), distance = shapely.STRtree(lines[rows]).query_nearest(
        features, max_distance=within_m, return_distance=True
    )
    order = np.lexsort((near, which))
    which, first = np.unique(which[order], return_index=True)
    near, distance = rows[near[order][first]], distance[order][first]
    foot = shapely.get_point(shapely.shortest_line(lines[near], features[which]), 0)
    lane[which] = near
    fraction[which] = np.clip(shapely.line_locate_point(lines[near], foot, normalized=True), 0, 1)
    access_m[which] = distance
    return Positions(lane, fraction, access_m)
