"""Area-wide fire hazards (区域性火灾隐患): where open hazards crowd, as candidates to be judged."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.ground import clusters
from ...geo.rules import FindingRule
from ...geo.words import fields as f
from .hazards import OPEN


def place_cases(cases: pd.DataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cases at their places: their building, else their own position, else left out.

    Parameters
    ----------
    cases
        With `building_id`, `lon` and `lat` in degrees.
    buildings
        With `building_id` and polygons in a metric CRS, which the answer has too.
    """
    inside = shapely.point_on_surface(buildings.geometry.to_numpy())
    where = dict(zip(buildings[f.BUILDING_ID].astype(str), inside, strict=True))
    own = gpd.GeoSeries(
        gpd.points_from_xy(cases["lon"].astype(float), cases["lat"].astype(float)), crs="EPSG:4326"
    ).to_crs(buildings.crs)
    known = cases[["lon", "lat"]].notna().all(axis=1).to_numpy()
    points = [
        where.get(str(building)) if building is not None and str(building) in where
        else point if there else None
        for building, point, there in zip(cases[f.BUILDING_ID], own, known, strict=True)
    ]  # fmt: skip
    placed = gpd.GeoDataFrame(cases.reset_index(drop=True), geometry=points, crs=buildings.crs)
    return placed[placed.geometry.notna()].reset_index(drop=True)


def area_candidates(cases: gpd.GeoDataFrame, *, rules: FindingRule) -> gpd.GeoDataFrame:
    """Return areas in which open hazards stand near to each other.

    Parameters
    ----------
    cases
        From `place_cases`; those that are not open are passed by.
    rules
        How near, and how many.

    Returns
    -------
    GeoDataFrame
        `area`, `open_hazards`, `premises`, `major_hazards`, `main_code` (the most common kind),
        `length_m`, `long` (True when it is rather a street of hazards), and the outline: all
        within half the distance of a hazard. The most hazards first.
    """
    there = cases[cases["state"].isin(OPEN)].reset_index(drop=True)
    points = there.geometry.to_numpy()
    number = clusters(points, within_m=rules.area_m.value, least=int(rules.area_least.value))
    rows = []
    for area in range(1, int(number.max(initial=0)) + 1):
        own = there[number == area]
        outline = shapely.buffer(shapely.union_all(points[number == area]), rules.area_m.value / 2)
        box = shapely.minimum_rotated_rectangle(shapely.union_all(points[number == area]))
        length = _longest(box)
        rows.append(
            {
                "area": area,
                "open_hazards": len(own),
                "premises": int(own[f.BUILDING_ID].nunique()),
                "major_hazards": int((own["major"] == 1).sum()),
                "main_code": own["code"].mode().iloc[0],
                "length_m": round(length),
                "long": length > rules.area_most_m.value,
                "geometry": outline,
            }
        )
    columns = ["area", "open_hazards", "premises", "major_hazards", "main_code", "length_m", "long"]
    if not rows:
        return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=cases.crs)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=cases.crs)


def _longest(box: shapely.Geometry) -> float:
    corners = shapely.get_coordinates(box)
    if len(corners) < 2:
        return 0.0
    return float(np.hypot(*(corners[1:] - corners[:-1]).T).max())


def declared_areas(
    cases: gpd.GeoDataFrame, within: Mapping[str, gpd.GeoDataFrame], *, community: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the open hazards that somebody called area-wide (区域性), each as an area.

    Parameters
    ----------
    cases
        At their places, missing where they have none; with `area_wide`, `community`, `key`,
        `code`, `state` and `major`.
    within
        Areas by kind, the smallest kind first (estates, grids), with the id as index.
    community
        Communities with `name`.

    Returns
    -------
    GeoDataFrame
        `key`, `code`, `state`, `community`, `area_kind` and `area_id` of the first kind that holds
        the place, else of the community that the case names; ``unknown`` with an empty geometry
        where neither is known. In the order of `cases`.
    """
    own = cases[(cases["area_wide"] == 1) & cases["state"].isin(OPEN)]
    names = community.drop_duplicates(f.NAME).set_index(f.NAME).geometry
    rows = []
    for row in own.to_dict("records"):
        kind, number, shape = "unknown", None, shapely.Polygon()
        if row["community"] in names.index:
            kind, number, shape = "community", row["community"], names[row["community"]]
        for name, areas in within.items() if row["geometry"] is not None else ():
            holding = areas[areas.geometry.intersects(row["geometry"])]
            if len(holding):
                kind, number, shape = name, holding.index[0], holding.geometry.iloc[0]
                break
        told = {name: row[name] for name in ("key", "code", "state", "community")}
        rows.append({**told, "area_kind": kind, "area_id": number, "geometry": shape})
    columns = ["key", "code", "state", "community", "area_kind", "area_id", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=cases.crs)
