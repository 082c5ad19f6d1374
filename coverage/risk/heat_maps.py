"""Heat of past fires: kernel density in metres over built land, and the ratio per building.

Density alone redraws where people live; the ratio sets it against the buildings there. Both are
smoothed by the same kernel on the same cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from ...geo.arrays import Floats
from ...geo.rules import HeatRule
from ...geo.words import fields as f

if TYPE_CHECKING:
    from rasterio.transform import Affine

TRIED_M = np.geomspace(50, 1600, 36)  # bandwidths among which the likeliest is taken
REACH = 4.0  # bandwidths beyond which the kernel is nil
CLASSES = (0.1, 0.3, 0.55, 0.8)  # of the highest value: where contours run


@dataclass(frozen=True)
class Heat:
    """Density and ratio on one grid, row 0 the northernmost.

    Attributes
    ----------
    density
        ``(rows, columns)`` fires a square kilometre; NaN off built land.
    ratio
        Fires a building; NaN off built land.
    west, north, cell_m
        Corner and cells in the CRS of the town.
    bandwidth_m, how
        Of the Gaussian kernel, and whence: ``fitted``, ``default`` or ``nearest``.
    fires
        How many were smoothed.
    """

    density: Floats
    ratio: Floats
    west: float
    north: float
    cell_m: float
    bandwidth_m: float
    how: str
    fires: int

    @property
    def transform(self) -> Affine:
        """From column and row to the CRS of the town."""
        from rasterio.transform import Affine

        return Affine(self.cell_m, 0, self.west, 0, -self.cell_m, self.north)


def bandwidth(points: Floats, *, rules: HeatRule) -> tuple[float, str]:
    """Return the bandwidth in metres, and how it was found.

    With enough fires it is the one under which each fire is likeliest, given all others
    (leave-one-out likelihood). Few and scattered fires, as in villages, get the median way to
    the k-th nearest when that is wider than the default.

    Parameters
    ----------
    points
        ``(fires, 2)`` metres.
    rules
        Default bandwidth, and from how many fires it is fitted.
    """
    count = len(points)
    if count >= rules.fitted_from.value:
        return _likeliest(points), "fitted"
    k = int(rules.nearest.value)
    if count > k:
        away, _ = cKDTree(points).query(points, k + 1)
        middle = float(np.median(away[:, k]))
        if middle > rules.bandwidth_m.value:
            return middle, "nearest"
    return rules.bandwidth_m.value, "default"


def _likeliest(points: Floats) -> float:
    tree = cKDTree(points)
    pairs = tree.query_pairs(TRIED_M[-1] * REACH, output_type="ndarray")
    square = ((points[pairs[:, 0]] - points[pairs[:, 1]]) ** 2).sum(axis=1)
    best = (-math.inf, float(TRIED_M[0]))
    for width in TRIED_M:
        kernel = np.exp(-square / (2 * width**2)) / (2 * math.pi * width**2)
        density = np.bincount(pairs[:, 0], kernel, len(points))
        density += np.bincount(pairs[:, 1], kernel, len(points))
        # A fire far from all others is as likely under any bandwidth, not impossible.
        told = float(np.log(density / (len(points) - 1) + 1e-12).sum())
        best = max(best, (told, float(width)))
    return best[1]


def heat(points: Floats, buildings: gpd.GeoDataFrame, *, rules: HeatRule) -> Heat:
    """Return the heat of past fires over built land.

    Parameters
    ----------
    points
        ``(fires, 2)`` in the CRS of the buildings, metres.
    buildings
        What is built; cells farther than a bandwidth from every building are left out.
    rules
        Bandwidth and cells; cells grow where the town would need too many.
    """
    from scipy.ndimage import gaussian_filter  # here and below: most commands draw no heat

    width, how = bandwidth(points, rules=rules)
    at = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
    low, high = at.min(axis=0) - width, at.max(axis=0) + width
    cell = max(rules.cell_m.value, math.sqrt(float(np.prod(high - low)) / rules.cells_most.value))
    columns, rows = (int(n) for n in np.ceil((high - low) / cell))
    west, north = float(low[0]), float(low[1] + rows * cell)

    def smoothed(xy: Floats) -> Floats:
        count, _, _ = np.histogram2d(
            (north - xy[:, 1]) / cell, (xy[:, 0] - west) / cell,
            bins=(rows, columns), range=((0, rows), (0, columns)),
        )  # fmt: skip
        return np.asarray(
            gaussian_filter(count, width / cell, mode="constant", truncate=REACH), dtype=np.float64
        )

    fires, built = smoothed(points.reshape(-1, 2)), smoothed(at)
    middle_y = north - (np.arange(rows) + 0.5) * cell
    middle_x = west + (np.arange(columns) + 0.5) * cell
    cells = np.stack(np.meshgrid(middle_x, middle_y), axis=-1).reshape(-1, 2)
    away, _ = cKDTree(at).query(cells)
    off = away.reshape(rows, columns) > width
    density = np.where(off, np.nan, fires / cell**2 * 1e6)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(off, np.nan, fires / built)
    return Heat(density, ratio, west, north, cell, width, how, len(points))


def fire_points(incidents: pd.DataFrame, buildings: gpd.GeoDataFrame) -> Floats:
    """Return where past fires were, in the CRS of the buildings: their building, or themselves.

    Parameters
    ----------
    incidents
        With `building_id`, `lon` and `lat` in degrees.
    buildings
        With `building_id` and polygons.

    Returns
    -------
    array
        ``(fires, 2)`` metres, without those of unknown place.
    """
    inside = shapely.point_on_surface(buildings.geometry.to_numpy())
    where = dict(zip(buildings[f.BUILDING_ID].astype(str), inside, strict=True))
    own = gpd.GeoSeries(
        gpd.points_from_xy(incidents["lon"].astype(float), incidents["lat"].astype(float)),
        crs="EPSG:4326",
    ).to_crs(buildings.crs)
    placed = incidents[["lon", "lat"]].notna().all(axis=1).to_numpy()
    points = [
        where.get(str(building), point if there else None)
        for building, point, there in zip(incidents[f.BUILDING_ID], own, placed, strict=True)
    ]
    found = [point for point in points if point is not None]
    return np.asarray(shapely.get_coordinates(found), dtype=np.float64)


def contours(values: Floats, found: Heat, crs: Any) -> gpd.GeoDataFrame:
    """Return the areas between contours: `low`, `high` (missing for the highest), polygons.

    Parameters
    ----------
    values
        Of the cells, `Heat.density` or `Heat.ratio`.
    found
        Whose cells.
    crs
        Of the cells.
    """
    from rasterio.features import shapes as traced

    top = np.nanmax(values) if np.isfinite(values).any() else 0.0
    columns: dict[str, list[Any]] = {"low": [], "high": [], "geometry": []}
    if top > 0:
        edges = [float(f"{share * top:.2g}") for share in CLASSES]
        level = np.searchsorted(edges, np.nan_to_num(values), side="right").astype(np.int16)
        for shape, value in traced(level, mask=level > 0, transform=found.transform):
            at = int(value) - 1
            columns["low"].append(edges[at])
            columns["high"].append(edges[at + 1] if at + 1 < len(edges) else np.nan)
            columns["geometry"].append(shapely.geometry.shape(shape))
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=crs)


def heat_by_community(
    points: Floats, buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, few: float
) -> pd.DataFrame:
    """Return fires a square kilometre and a thousand buildings, by community.

    Parameters
    ----------
    points
        From `fire_points`.
    buildings
        With `community_id`.
    communities
        With `community_id`, `name` and polygons in the CRS of the points.
    few
        Fewer fires than this are not told.

    Returns
    -------
    DataFrame
        `community`, `buildings`, `area_km2`, `fires`, `fires_per_km2`,
        `fires_per_1000_buildings`; fires below ``few`` are not told.
    """
    where = shapely.points(points.reshape(-1, 2))
    inside, area = shapely.STRtree(communities.geometry.to_numpy()).query(where, "intersects")
    _, first = np.unique(inside, return_index=True)
    fires = np.bincount(area[first], minlength=len(communities)).astype(float)
    built = buildings[f.COMMUNITY_ID].value_counts()
    count = communities[f.COMMUNITY_ID].map(built).fillna(0).to_numpy(dtype=float)
    area_km2 = communities.geometry.area.to_numpy() / 1e6
    fires = np.where(fires >= few, fires, np.nan)
    names = communities[f.NAME].where(communities[f.NAME].notna(), communities[f.COMMUNITY_ID])
    return pd.DataFrame(
        {
            "community": names.to_numpy(),
            "buildings": count.astype("int64"),
            "area_km2": area_km2,
            "fires": fires,
            "fires_per_km2": fires / area_km2,
            "fires_per_1000_buildings": np.where(count > 0, fires / np.maximum(count, 1) * 1000,
                                                 np.nan),
        }
    )  # fmt: skip
