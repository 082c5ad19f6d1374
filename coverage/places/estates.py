"""Estates: how old, who manages them, whether the engine drives up, what burns and what is open."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.arrays import Flags
from ...geo.inside import area_of, in_communities
from ...geo.town import Town
from ...geo.words import RiskBand, Vehicle, YesNo
from ...geo.words import fields as f
from .. import columns as c
from ..cases import known_overdue

OLD: Final = "old_estate"  # 老旧小区: yes, no, missing where the year is not known
ENGINE: Final = "engine_passes"  # buildings at whose lane the fire engine surely passes
ENGINE_STOPS: Final = "engine_stops"  # surely not
LANE_SCORE: Final = "lane_score"  # share of those known that it passes


def estate_table(
    town: Town, buildings: gpd.GeoDataFrame, lanes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return one row an estate, as the layer has them, with what its buildings let tell.

    Parameters
    ----------
    town
        With its estates.
    buildings, lanes
        Of an assessment with risk and cases.

    Returns
    -------
    GeoDataFrame
        The layer's own columns, `community_id`, `old_estate`, and over the buildings whose point
        lies in the estate: `buildings`, `people` (with `people_unknown` buildings), `covered` of
        `known` by the micro tier, `engine_passes`, `engine_stops` and `lane_score` (missing where
        it is known of no building), `red_buildings`, `open_hazards` (missing without a ledger),
        `harm_index`.
    """
    estates = in_communities(town.estates, town.communities)
    year = pd.to_numeric(estates[f.YEAR_BUILT], errors="coerce")
    until = town.rules.places.old_estate_until.value
    old = pd.Series(np.where(year <= until, YesNo.YES.value, YesNo.NO.value), estates.index)
    estates[OLD] = old.astype(object).where(year.notna(), None)
    passes, stops = engine_at(buildings, lanes)
    lies = area_of(buildings, estates, f.ESTATE_ID)
    told = counted(buildings, lies, estates[f.ESTATE_ID])
    told[ENGINE] = pd.Series(passes, buildings.index).groupby(lies).sum()
    told[ENGINE_STOPS] = pd.Series(stops, buildings.index).groupby(lies).sum()
    told[[ENGINE, ENGINE_STOPS]] = told[[ENGINE, ENGINE_STOPS]].fillna(0).astype("int64")
    known = told[ENGINE] + told[ENGINE_STOPS]
    told[LANE_SCORE] = told[ENGINE] / known.where(known > 0)
    return estates.assign(**{name: told[name].to_numpy() for name in told.columns})


def engine_at(buildings: pd.DataFrame, lanes: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return at which buildings the fire engine surely passes the lane, and at which surely not.

    Parameters
    ----------
    buildings
        With the lane to which each is attached.
    lanes
        With what stops the engine, and whether that is certain.
    """
    limit = lanes[c.lane_limit(Vehicle.FIRE_ENGINE)].fillna("").astype(str).to_numpy() != ""
    sure = lanes[c.lane_limit_certain(Vehicle.FIRE_ENGINE)].fillna(False).to_numpy(dtype=bool)
    at = pd.Index(lanes[f.LANE_ID]).get_indexer(buildings[c.ATTACHED_LANE_ID].astype(object))
    there = (at >= 0) & sure[at]
    return there & ~limit[at], there & limit[at]


def counted(buildings: pd.DataFrame, group: pd.Series, order: pd.Series) -> pd.DataFrame:
    """Return what is counted over the buildings of each group, in a given order.

    Parameters
    ----------
    buildings
        Of an assessment.
    group
        What names the group of each; missing belongs to none.
    order
        Every group; those without a building have none of anything.

    Returns
    -------
    DataFrame
        Indexed by group: `buildings`, `people`, `people_unknown`, `known`, `covered`,
        `red_buildings`, `open_hazards`, `overdue_hazards`, `harm_index`.
    """
    by = buildings.groupby(group)
    people = pd.to_numeric(buildings[c.PEOPLE], errors="coerce")
    cover = buildings.get(c.cover("micro"), pd.Series(c.Cover.UNKNOWN, buildings.index))
    flags = pd.DataFrame(
        {
            "people_unknown": people.isna(),
            "known": cover != c.Cover.UNKNOWN,
            "covered": cover.isin((c.Cover.COVERED, c.Cover.LIKELY)),
            "red_buildings": buildings[c.RISK_BAND] == RiskBand.RED,
        }
    )
    names = order.astype(str)
    told = flags.groupby(group).sum().reindex(names).fillna(0).astype("int64")
    told.insert(0, "buildings", by.size().reindex(names).fillna(0).astype("int64"))
    told.insert(1, "people", people.groupby(group).sum(min_count=1).reindex(names))
    for name in (c.OPEN_HAZARDS, c.OVERDUE_HAZARDS):
        known = buildings[name].notna().any()
        sums = by[name].sum().reindex(names)
        told[name] = sums.fillna(0) if known else np.nan
    undated = by[c.UNDATED_HAZARDS].sum().reindex(names)
    told[c.OVERDUE_HAZARDS] = known_overdue(told[c.OVERDUE_HAZARDS], undated)
    told[c.HARM_INDEX] = by[c.HARM_INDEX].sum().reindex(names).fillna(0.0)
    return told
