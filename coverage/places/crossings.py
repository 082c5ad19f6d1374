"""Places where lanes cross without a common vertex."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from ...geo.town import Town
from ...geo.words import fields as f

CROSSED_M: Final = 0.01  # lanes nearer than this to a place where lanes cross are those


def crossed_places(town: Town) -> gpd.GeoDataFrame:
    """Return one row a place where lanes cross without a common vertex.

    `lanes` are the ids of those that cross there, `connected` says how they were counted.
    """
    spots = gpd.GeoSeries(gpd.points_from_xy(*town.network.crossed_xy.T), crs=town.lanes.crs)
    ids = town.lanes[f.DRAWN_LANE_ID].astype(str).to_numpy()
    at, lane = shapely.STRtree(town.lanes.geometry.to_numpy()).query(
        spots.to_numpy(), predicate="dwithin", distance=CROSSED_M
    )
    said = ["×".join(np.unique(ids[lane[at == spot]])) for spot in range(len(spots))]
    connected = len(town.network.crossing) == 0
    return gpd.GeoDataFrame({"lanes": said, "connected": connected}, geometry=spots)
