"""区域性火灾隐患: hazards that somebody called area-wide, each as the area that it is about."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from ...geo.town import Town
from ...geo.words import fields as f
from ..cases import declared_areas, place_cases


def hazard_areas(town: Town, cases: pd.DataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the open area-wide hazards of a town.

    Parameters
    ----------
    town
        With its estates, grids and communities.
    cases
        As they stand on a day.
    buildings
        In the CRS of the answer.

    Returns
    -------
    GeoDataFrame
        See `weizhan.coverage.cases.declared_areas`.
    """
    place = place_cases(cases, buildings).set_index("key").geometry
    points = cases["key"].map(place).astype(object)
    told = gpd.GeoDataFrame(
        cases,
        geometry=[None if pd.isna(point) else point for point in points],
        crs=buildings.crs,
    )
    within = {
        "estate": town.estates.set_index(f.ESTATE_ID),
        "grid": town.grids.set_index(f.GRID_ID),
    }
    return declared_areas(told, within, community=town.communities)
