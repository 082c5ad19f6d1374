"""What may be told in public of a block: cover and where from, and nothing of few houses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.inside import area_of
from ...geo.words import fields as f
from .. import columns as c

#: Least share of houses reached in time of each band but the last.
BANDS: Final = {"most": 0.9, "many": 0.75, "half": 0.5}
FEWER: Final = "fewer"
HIDDEN: Final = "hidden"  # too few houses
UNKNOWN: Final = "unknown"


def block_areas(grids: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the blocks of a town: its grids, else its communities.

    Parameters
    ----------
    grids
        With the community of each.
    communities
        Of the same town.

    Returns
    -------
    GeoDataFrame
        `block_id`, `name`, `community_id`.
    """
    areas, identity = (grids, f.GRID_ID) if len(grids) else (communities, f.COMMUNITY_ID)
    table = {"block_id": areas[identity].astype(str), f.NAME: areas[f.NAME],
             f.COMMUNITY_ID: areas[f.COMMUNITY_ID]}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=areas.geometry.to_numpy(), crs=areas.crs)


def public_blocks(
    blocks: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, tiers: list[str], *, few: int
) -> gpd.GeoDataFrame:
    """Return the blocks with what a resident may know of each; no number of houses or people.

    Parameters
    ----------
    blocks
        From `block_areas`.
    buildings
        With the response of each tier.
    tiers
        Which are told.
    few
        Of fewer houses nothing is told.

    Returns
    -------
    GeoDataFrame
        The blocks, and by tier ``<tier>_band`` (a key of `BANDS`, ``fewer``, ``hidden``,
        ``unknown``), ``<tier>_station_id`` (first at most of the houses) and ``<tier>_minutes``
        (whole minutes within which more than half of them are reached; infinite where that is
        never, missing where the rest is).
    """
    at = area_of(buildings, blocks, "block_id")
    told = {}
    for tier in tiers:
        known = buildings[c.cover(tier)] != c.Cover.UNKNOWN
        own = pd.DataFrame(
            {
                "at": at,
                "yes": buildings[c.cover(tier)].isin((c.Cover.COVERED, c.Cover.LIKELY)),
                "station": buildings[c.station(tier)],
                "seconds": buildings[c.response_time(tier)].astype("float64").fillna(np.inf),
            }
        )[known]
        by = own.groupby("at")
        count = by.size().reindex(blocks["block_id"]).fillna(0).to_numpy()
        houses = at.value_counts().reindex(blocks["block_id"]).fillna(0).to_numpy()
        share = by["yes"].mean().reindex(blocks["block_id"]).to_numpy()
        open_ = count >= few
        told[f"{tier}_band"] = np.select(
            [houses < few, count == 0, ~open_, *(share >= least for least in BANDS.values())],
            [HIDDEN, UNKNOWN, HIDDEN, *BANDS],
            default=FEWER,
        ).astype(object)
        station = _commonest(own["station"], own["at"])
        told[c.station(tier)] = station.reindex(blocks["block_id"]).where(open_).to_numpy()
        half = by["seconds"].quantile(0.5, interpolation="higher")
        told[f"{tier}_minutes"] = np.where(
            open_, np.ceil(half.reindex(blocks["block_id"]).to_numpy() / 60), np.nan
        )
    return blocks.assign(**told)


def cover_bands(
    blocks: gpd.GeoDataFrame, moments: Mapping[str, pd.DataFrame], tier: str, *, few: int
) -> pd.DataFrame:
    """Return the band of each block at other moments, one column each.

    Parameters
    ----------
    blocks
        From `block_areas`.
    moments
        By name, buildings with the response at that moment and their geometry.
    tier
        Of which crews.
    few
        Of fewer houses nothing is told.
    """
    return pd.DataFrame(
        {
            name: public_blocks(blocks, gpd.GeoDataFrame(frame), [tier], few=few)[f"{tier}_band"]
            for name, frame in moments.items()
        },
        index=blocks.index,
    )


def _commonest(names: pd.Series, at: pd.Series) -> pd.Series:
    """Return by place the value that occurs most, of several the first by name."""
    told = names.notna() & at.notna()
    table = pd.DataFrame({"at": at[told], "name": names[told].astype(str)})
    counts = table.value_counts().rename("count").reset_index()
    first = counts.sort_values(["count", "name"], ascending=[False, True]).drop_duplicates("at")
    found: pd.Series = first.set_index("at")["name"]
    return found
