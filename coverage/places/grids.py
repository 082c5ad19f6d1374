"""Grids (网格): one polygon layer that all lists and exports share."""

from __future__ import annotations

import geopandas as gpd

from ...geo.inside import area_of, in_communities
from ...geo.town import Town
from ...geo.words import fields as f
from .estates import counted


def grid_table(town: Town, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row a grid with what is counted over its buildings.

    Parameters
    ----------
    town
        With its grids; one that names no community is given that in which it lies.
    buildings
        Of an assessment with risk and cases.

    Returns
    -------
    GeoDataFrame
        The layer's own columns and those of `counted`.
    """
    grids = town.grids
    lies = in_communities(grids, town.communities)[f.COMMUNITY_ID]
    grids = grids.assign(**{f.COMMUNITY_ID: grids[f.COMMUNITY_ID].where(
        grids[f.COMMUNITY_ID].notna(), lies)})  # fmt: skip
    told = counted(buildings, area_of(buildings, grids, f.GRID_ID), grids[f.GRID_ID])
    return grids.assign(**{name: told[name].to_numpy() for name in told.columns})
