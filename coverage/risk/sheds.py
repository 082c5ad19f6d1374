"""E-bike charging: households farther from every shed than people will walk."""

from __future__ import annotations

import numpy as np
import shapely

from ...geo.arrays import Floats, Shapes


def shed_distance(homes: Shapes, sheds: Shapes) -> Floats:
    """Return the straight metres from each building to the nearest shed.

    Missing where no shed is mapped: a town without a layer of sheds may have some.

    Parameters
    ----------
    homes, sheds
        Geometries in one metric CRS.
    """
    known = sheds[~(shapely.is_missing(sheds) | shapely.is_empty(sheds))]
    away = np.full(len(homes), np.nan)
    if len(known) and len(homes):
        (at, _), metres = shapely.STRtree(known).query_nearest(
            homes, all_matches=False, return_distance=True
        )
        away[at] = metres
    return away


def shed_gap(away_m: Floats, households: Floats, *, within_m: float) -> Floats:
    """Return the households beyond reach of a shed; missing where no shed is mapped."""
    return np.where(np.isnan(away_m), np.nan, np.where(away_m > within_m, households, 0.0))
