"""All named places of an assessment, as pages, sheets and exports show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.inside import area_of
from ...geo.town import Town
from ...geo.words import fields as f
from ..cases import case_table
from .area_hazards import hazard_areas
from .community_numbers import community_work
from .estates import estate_table
from .grids import grid_table
from .monitoring import device_points
from .offices import office_table


@dataclass(frozen=True)
class Places:
    """Named places in the CRS of the town.

    Attributes
    ----------
    estates, offices, grids, devices, hazard_areas
        From `estate_table`, `office_table`, `grid_table`, `device_points` and `hazard_areas`.
    work
        From `community_work`, by community.
    estate_of
        ``(buildings,)`` the estate in which each building stands, None outside.
    """

    estates: gpd.GeoDataFrame
    offices: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    devices: gpd.GeoDataFrame
    hazard_areas: gpd.GeoDataFrame
    work: pd.DataFrame
    estate_of: pd.Series

    def near(self, area: shapely.Geometry) -> Places:
        """Return the places that meet an area."""
        cut = {}
        for part in fields(self):
            frame = getattr(self, part.name)
            if isinstance(frame, gpd.GeoDataFrame):
                met = np.sort(frame.sindex.query(area, predicate="intersects"))
                frame = frame.iloc[met].reset_index(drop=True)
            cut[part.name] = frame
        return Places(**cut)


def town_places(
    town: Town, buildings: gpd.GeoDataFrame, lanes: gpd.GeoDataFrame, *, day: dt.date
) -> Places:
    """Return the named places of a town.

    Parameters
    ----------
    town
        As loaded.
    buildings, lanes
        Of an assessment with risk and cases.
    day
        Of the assessment.
    """
    cases = case_table(town.ledgers.hazards, town.ledgers.events, on=day)
    estates, offices = estate_table(town, buildings, lanes), office_table(town)
    return Places(
        estates=estates,
        offices=offices,
        grids=grid_table(town, buildings),
        devices=device_points(town),
        hazard_areas=hazard_areas(town, cases, buildings),
        work=community_work(town, estates, offices, day=day),
        estate_of=area_of(buildings, town.estates, f.ESTATE_ID),
    )
