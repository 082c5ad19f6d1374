"""What all sheets of a town are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...coverage.assessment import Assessment
from ...coverage.rounds import Landmarks, Way, way_line
from ...geo.words import HazardState
from ...geo.words import fields as f


@dataclass(frozen=True)
class SheetSource:
    """What all sheets of a town are drawn from.

    Attributes
    ----------
    found
        The assessment.
    cases
        Hazards as they stand; only those not closed are drawn.
    landmarks
        Named houses.
    """

    found: Assessment
    cases: pd.DataFrame
    landmarks: Landmarks

    @cached_property
    def open_cases(self) -> pd.DataFrame:
        """The cases not closed, by key."""
        still = self.cases[self.cases[f.STATE] != HazardState.CLOSED]
        return still.set_index("key", drop=False)

    @cached_property
    def hazard_xy(self) -> np.ndarray:
        """Where buildings with open hazards stand, ``(buildings, 2)`` metres."""
        buildings = self.found.buildings
        there = buildings[f.BUILDING_ID].isin(self.open_cases[f.BUILDING_ID].dropna())
        middle = shapely.centroid(buildings.geometry[there].to_numpy())
        return np.asarray(shapely.get_coordinates(middle))

    @cached_property
    def _lines(self) -> dict[Way, shapely.LineString | None]:
        return {}

    def line(self, way: Way) -> shapely.LineString | None:
        """Return the line of a way; each is put together once, for maps and figures alike."""
        if way not in self._lines:
            self._lines[way] = way_line(way, self.found.lanes)
        return self._lines[way]

    @cached_property
    def communities(self) -> dict[str, str]:
        """Name of each community by id; those without a name are left out."""
        named = self.found.communities.dropna(subset=[f.NAME])
        return dict(zip(named[f.COMMUNITY_ID].astype(str), named[f.NAME].astype(str), strict=True))

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {str(key): row for row, key in enumerate(self.found.buildings[f.BUILDING_ID])}

    def houses(self, ids: Sequence[str]) -> np.ndarray:
        """Return the shapes of some buildings, ``(buildings,)`` geometries in metres."""
        rows = sorted({self._row_of[key] for key in ids})
        shapes: np.ndarray = self.found.buildings.geometry.to_numpy()[rows]
        return shapes

    def drawn(self, lanes: Sequence[int]) -> list[str]:
        """Return the ids under which some rows of lanes were drawn, each once, in order."""
        ids = self.found.lanes[f.DRAWN_LANE_ID].astype(str).iloc[list(lanes)]
        return list(dict.fromkeys(ids))

    @cached_property
    def places(self) -> gpd.GeoSeries:
        """Middle of each building by id, in degrees, for the codes on paper."""
        buildings = self.found.buildings
        middle = gpd.GeoSeries(shapely.centroid(buildings.geometry.to_numpy()),
                               index=buildings[f.BUILDING_ID], crs=buildings.crs)  # fmt: skip
        return middle.to_crs("EPSG:4326")
