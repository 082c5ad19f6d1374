"""What a plan changes for a building, as classes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from ...coverage import columns as c
from ...geo.arrays import Longs

CHANGES = ("kept", "new", "still", "lost", "unknown")


def changes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, tier: str) -> Longs:
    """Return for each building its place in `CHANGES`, at typical values.

    Parameters
    ----------
    before, after
        Buildings with the cover of the tier, the same ones in both.
    tier
        Whose cover is compared.
    """
    was, now = (
        frame[c.cover(tier)].isin([c.Cover.COVERED, c.Cover.LIKELY]) for frame in (before, after)
    )
    unknown = after[c.cover(tier)] == c.Cover.UNKNOWN
    found = np.select([unknown, was & now, now, was], [4, 0, 1, 3], default=2)
    return found.astype(np.int64)
