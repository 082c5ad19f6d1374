"""Which area a feature lies in: communities, grids, estates."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .words import fields as f


def area_of(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, identity: str) -> pd.Series:
    """Return the area in which a point of each feature lies: the first of several, None outside.

    Parameters
    ----------
    frame
        Features of any shape.
    areas
        Polygons in the same CRS.
    identity
        Column that names an area.
    """
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    which, area = shapely.STRtree(areas.geometry.to_numpy()).query(inside, "intersects")
    order = np.lexsort((area, which))
    which, first = np.unique(which[order], return_index=True)
    found = pd.Series(None, index=frame.index, dtype=object)
    found.iloc[which] = areas[identity].to_numpy()[area[order][first]]
    return found


def in_communities(frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add `community_id`: the community in which a point of the feature lies, None outside."""
    return frame.assign(**{f.COMMUNITY_ID: area_of(frame, communities, f.COMMUNITY_ID)})
