"""Large events (重大活动): what and who lies round the venue, and who comes to it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.rules import Gathering
from ...geo.town import Town
from ...geo.venues import venue
from ...geo.words import fields as f
from .. import columns as c


@dataclass(frozen=True)
class Surrounding:
    """What lies round the venue of an event.

    Attributes
    ----------
    gathering
        The event.
    buffer_m
        How far round the venue one looked.
    area
        Venue with its buffer, in the CRS of the town.
    buildings, lanes
        What meets the area.
    stands
        The building at the venue, or the one nearest to it: whose arrivals are those of the venue.
    off_m
        How far it is from the venue; 0 at a building.
    """

    gathering: Gathering
    buffer_m: float
    area: shapely.Geometry
    buildings: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    stands: pd.Series
    off_m: float

    def arrivals(self, tiers: list[str]) -> pd.DataFrame:
        """Return who is first and second at the venue, by tier.

        `tier`, `order` (1 or 2), `station_id`, `seconds` with `low` and `high` (of the first
        alone; infinite where it never comes at slow speed). A tier without a row reaches it not
        at all, or nothing is known.
        """
        rows = []
        for tier in tiers:
            first, second = self.stands[c.station(tier)], self.stands.get(c.second_station(tier))
            if not pd.isna(first):
                high = self.stands[c.response_time_high(tier)]
                rows.append((tier, 1, first, self.stands[c.response_time(tier)],
                             self.stands[c.response_time_low(tier)],
                             np.inf if pd.isna(high) else high))  # fmt: skip
            if second is not None and not pd.isna(second):
                time = self.stands[c.second_response_time(tier)]
                rows.append((tier, 2, second, time, np.nan, np.nan))
        return pd.DataFrame(rows, columns=["tier", "order", f.STATION_ID, "seconds", "low", "high"])


def surrounding(
    gathering: Gathering, town: Town, buildings: gpd.GeoDataFrame, lanes: gpd.GeoDataFrame
) -> Surrounding:
    """Return what lies round the venue of an event.

    Parameters
    ----------
    gathering
        Of the town.
    town
        Whose rules say how far one looks where the event does not.
    buildings, lanes
        Of an assessment.
    """
    place = venue(gathering, town.buildings)
    assert place is not None  # the town was not loaded otherwise
    buffer_m = gathering.buffer_m or town.rules.places.gathering_m.value
    area = shapely.buffer(place, buffer_m)
    away = shapely.distance(buildings.geometry.to_numpy(), place)
    near = int(np.argmin(away))
    return Surrounding(
        gathering,
        buffer_m,
        area,
        buildings[buildings.geometry.intersects(area)],
        lanes[lanes.geometry.intersects(area)],
        buildings.iloc[near],
        float(away[near]),
    )
