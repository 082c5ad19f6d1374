"""Offices of fire work (消防工作站): six elements each, and the communities that have none."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd

from ...geo.inside import in_communities
from ...geo.town import Town
from ...geo.words import YesNo
from ...geo.words import fields as f

HAS: Final = "elements_there"
MISSING: Final = "elements_missing"  # codes joined by ";"
UNKNOWN: Final = "elements_unknown"


def office_table(town: Town) -> gpd.GeoDataFrame:
    """Return one row an office: which of the six elements it has, lacks, or nobody told of.

    Offices are rooms for work, no fire stations: no response counts them.

    Parameters
    ----------
    town
        With its offices.

    Returns
    -------
    GeoDataFrame
        The layer's own columns, `community_id`, `elements_there`, `elements_missing` and
        `elements_unknown`.
    """
    offices = in_communities(town.offices, town.communities)
    elements = offices[list(f.OFFICE_ELEMENTS)]

    def named(which: pd.DataFrame) -> list[str]:
        return [
            ";".join(name for name, holds in zip(f.OFFICE_ELEMENTS, row, strict=True) if holds)
            for row in which.to_numpy()
        ]

    offices[HAS] = (elements == YesNo.YES).sum(axis=1).astype("int64")
    offices[MISSING] = named(elements == YesNo.NO)
    offices[UNKNOWN] = named(elements.isna())
    return offices


def without_office(town: Town, offices: pd.DataFrame) -> list[str]:
    """Return the communities in which no office lies; none where no office is known at all.

    Parameters
    ----------
    town
        With its communities.
    offices
        From `office_table`.
    """
    if offices.empty:
        return []
    there = set(offices[f.COMMUNITY_ID].dropna().astype(str))
    return [key for key in town.communities[f.COMMUNITY_ID].astype(str) if key not in there]
