"""Terrain rasters: heights of the ground, and the slopes of lanes laid over them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from ..arrays import Flags, Floats, Indices, Shapes, Singles
from ..rules import TerrainRule
from ..words import InputError
from ..words import fields as f
from .transforms import between

if TYPE_CHECKING:
    from rasterio.transform import Affine

Heights = Callable[[Floats], Floats]  # of points ``(points, 2)``

STEEPEST_PCT = "steepest_pct"
UNCERTAINTY_PCT = "uncertainty_pct"

EARTH_M = 6_371_000.0
SRTM_VOID = -32768
LOWEST_M, HIGHEST_M = -500.0, 9000.0  # no ground lies beyond: such heights are voids
RASTERS_IN_ZIP = (".hgt", ".tif", ".tiff")


@dataclass(frozen=True)
class Terrain:
    """Heights of the ground on a grid.

    Attributes
    ----------
    height_m
        ``(rows, columns)`` float32, NaN where not known. A height belongs to the middle of its
        cell.
    transform
        From columns and rows, counted from the outer corner, to coordinates of ``crs``.
    crs
        Of the grid.
    filled, void
        Cells whose height was interpolated over a small gap, and cells left unknown.
    file
        Named in messages.
    """

    height_m: Singles
    transform: Affine
    crs: CRS
    filled: int = 0
    void: int = 0
    file: str = ""

    def sample(self, x: Floats, y: Floats) -> Floats:
        """Return heights in metres at coordinates of the grid's own CRS.

        Bilinear between the middles of the four nearest cells; NaN where one of them is not
        known, and outside.
        """
        column, row = _apply(~self.transform, np.asarray(x, float), np.asarray(y, float))
        column, row = column - 0.5, row - 0.5
        rows, columns = self.height_m.shape
        inside = (column >= 0) & (column <= columns - 1) & (row >= 0) & (row <= rows - 1)
        i = np.clip(np.where(inside, row, 0).astype(int), 0, rows - 2)
        j = np.clip(np.where(inside, column, 0).astype(int), 0, columns - 2)
        down, right = row - i, column - j
        h = self.height_m
        upper = h[i, j] * (1 - right) + h[i, j + 1] * right
        lower = h[i + 1, j] * (1 - right) + h[i + 1, j + 1] * right
        return np.where(inside, upper * (1 - down) + lower * down, np.nan)

    def cell_m(self, lanes: gpd.GeoDataFrame) -> float:
        """Return the longer side of a cell in metres, measured at the middle of the lanes."""
        west, south, east, north = lanes.total_bounds
        there = between(lanes.crs, self.crs)
        x, y = there.transform((west + east) / 2, (south + north) / 2)
        column, row = _apply(~self.transform, x, y)
        x, y = _apply(self.transform, column + np.array([0, 1, 0]), row + np.array([0, 0, 1]))
        back = between(self.crs, lanes.crs)
        x, y = back.transform(x, y)
        return float(np.hypot(x[1:] - x[0], y[1:] - y[0]).max())


def read_terrain(file: Path, *, rule: TerrainRule) -> Terrain:
    """Read heights from a raster of one band: GeoTIFF, SRTM ``.hgt``, or either in a ``.zip``.

    Cells of the file's own no-data value, of -32768, and of heights that no ground has are
    voids. A void no longer and no wider than ``void_gap_m`` of the rule set is filled by inverse
    distance weighting from its rim (GDAL's fillnodata); a larger one stays unknown, all of it.

    Parameters
    ----------
    file
        Any raster that GDAL reads, with a CRS.
    rule
        What may be filled.

    Raises
    ------
    InputError
        When the file is missing, empty, no raster of heights, or says no CRS.
    """
    if not file.exists():
        raise InputError("error.file_missing", file=file)
    if file.is_dir():
        raise InputError("error.file_is_folder", file=file)
    if file.stat().st_size == 0:
        raise InputError("error.file_empty", file=file)
    import rasterio  # only a town with terrain needs it
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.fill import fillnodata

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(_place(file)) as raster:
                if raster.count != 1:
                    raise InputError("error.terrain_bands", file=file, bands=raster.count)
                if raster.crs is None:
                    raise InputError("error.terrain_no_crs", file=file)
                if min(raster.shape) < 2:
                    raise InputError("error.not_terrain", file=file)
                band = raster.read(1, masked=True)
                transform, crs = raster.transform, CRS.from_user_input(raster.crs.to_wkt())
    except (RasterioError, OSError, zipfile.BadZipFile) as error:
        raise InputError("error.not_terrain", file=file) from error
    height = np.asarray(band.filled(SRTM_VOID), dtype=np.float32)
    void = ~((height >= LOWEST_M) & (height <= HIGHEST_M))
    if void.all():
        raise InputError("error.terrain_void", file=file)
    row_m, column_m = _cell_sides_m(transform, crs, void.shape)
    gap_m = rule.void_gap_m.value
    small = _small_gaps(void, row_m, column_m, gap_m)
    height[void] = np.nan
    if small.any():
        reach = gap_m / min(row_m, column_m) + 1  # in cells, enough for every small gap
        known = (~void).astype(np.uint8)
        height[small] = fillnodata(np.nan_to_num(height), known, max_search_distance=reach)[small]
    return Terrain(height, transform, crs, int(small.sum()), int((void & ~small).sum()), file.name)


def lane_slopes(terrain: Terrain, lanes: gpd.GeoDataFrame, *, rule: TerrainRule) -> pd.DataFrame:
    """Return the slopes of lanes from the heights under them.

    The slope of a lane is the height at its last point less that at its first, over its length:
    the mean over the lane. A raster says nothing on a scale finer than its cells, so a lane
    shorter than a cell is given the slope between two points one cell apart, on the line through
    its ends and evenly about its middle. The uncertainty is that of two cells with independent
    random errors, sqrt(2) ``noise_m`` over the distance between them; for a 20 m lane on a 90 m
    raster that is about 3 %, more than most streets slope.

    Parameters
    ----------
    terrain
        Heights.
    lanes
        Line strings in a metric CRS, with `level`.
    rule
        The random error of a height.

    Returns
    -------
    DataFrame
        Indexed as ``lanes``: `slope_pct`, uphill along the geometry is positive; `steepest_pct`,
        the largest slope up or down over equal pieces no shorter than a cell, never negative;
        `uncertainty_pct`, at most one standard deviation of `slope_pct`. NaN outside the raster, in
        voids, and on bridges and in tunnels (`level` not 0), which the ground does not carry.

    Raises
    ------
    InputError
        When no lane touches the raster.
    """
    lines = lanes.geometry.to_numpy()
    length = shapely.length(lines)
    cell = terrain.cell_m(lanes)
    there = between(lanes.crs, terrain.crs)

    def height(xy: Floats) -> Floats:
        return terrain.sample(*there.transform(xy[:, 0], xy[:, 1]))

    _check_overlap(terrain, there, lanes)
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    chord = last - first
    across = np.hypot(*chord.T)
    # A lane that ends where it begins has no direction: its mean slope is 0 whatever the raster.
    stretch = np.where((across > 0) & (length < cell), cell / np.maximum(length, 1e-9), 1.0)
    middle, half = (first + last) / 2, chord / 2 * stretch[:, None]
    begin, end = np.where(stretch[:, None] > 1, middle - half, first), middle + half
    end = np.where(stretch[:, None] > 1, end, last)
    baseline = length * stretch
    slope = (height(end) - height(begin)) / baseline * 100

    pieces = np.maximum((length / cell).astype(int), 1)
    steepest = np.maximum(_steepest(lines, length, pieces, height), np.abs(slope))
    steepest = np.where(pieces == 1, np.abs(slope), steepest)
    carried = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan)) == 0
    known = carried & np.isfinite(slope)
    noise = np.sqrt(2) * rule.noise_m.value / np.maximum(baseline, cell) * 100
    columns = {f.SLOPE_PCT: slope, STEEPEST_PCT: steepest, UNCERTAINTY_PCT: noise}
    return pd.DataFrame(
        {name: np.where(known, values, np.nan) for name, values in columns.items()},
        index=lanes.index,
    )


def with_slopes(
    terrain: Terrain, lanes: gpd.GeoDataFrame, *, rule: TerrainRule
) -> gpd.GeoDataFrame:
    """Fill slopes that nobody measured from terrain; `slope_from_terrain` says where.

    Parameters
    ----------
    terrain, lanes, rule
        As for `lane_slopes`.

    Raises
    ------
    InputError
        When no lane touches the raster.
    """
    found = lane_slopes(terrain, lanes, rule=rule)
    measured = lanes[f.SLOPE_PCT]
    filled = measured.isna() & found[f.SLOPE_PCT].notna()
    return lanes.assign(
        **{
            f.SLOPE_PCT: measured.where(~filled, found[f.SLOPE_PCT]),
            f.SLOPE_FROM_TERRAIN: filled,
            f.SLOPE_UNCERTAINTY_PCT: found[UNCERTAINTY_PCT].where(filled, 0.0),
        }
    )


def _apply(transform: Affine, x: Any, y: Any) -> tuple[Any, Any]:
    """Return where a transform takes coordinates, numbers or arrays."""
    t = transform
    return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f


def _place(file: Path) -> str:
    """Return how GDAL names a raster, which may lie in a zip file."""
    if file.suffix.lower() != ".zip":
        return str(file)
    with zipfile.ZipFile(file) as archive:
        names = [n for n in archive.namelist() if n.lower().endswith(RASTERS_IN_ZIP)]
    if len(names) != 1:
        raise InputError("error.terrain_zip", file=file, count=len(names))
    return f"/vsizip/{file.resolve()}/{names[0]}"


def _cell_sides_m(transform: Affine, crs: CRS, shape: tuple[int, ...]) -> tuple[float, float]:
    """Return how many metres one row and one column are apart at the middle of a raster."""
    unit = crs.axis_info[0].unit_conversion_factor  # metres, or radians in a degree
    unit_x = unit_y = unit
    if crs.is_geographic:
        latitude = _apply(transform, shape[1] / 2, shape[0] / 2)[1] * unit
        unit_x, unit_y = EARTH_M * unit * np.cos(latitude), EARTH_M * unit
    row_m = np.hypot(transform.b * unit_x, transform.e * unit_y)
    column_m = np.hypot(transform.a * unit_x, transform.d * unit_y)
    return float(row_m), float(column_m)


def _small_gaps(void: Flags, row_m: float, column_m: float, gap_m: float) -> Flags:
    """Return the cells of voids no longer and no wider than ``gap_m`` and inside the raster."""
    rows, columns = void.shape
    from scipy import ndimage

    label, _ = ndimage.label(void, structure=np.ones((3, 3)))
    small = np.zeros(void.shape, dtype=bool)
    for number, (down, right) in enumerate(ndimage.find_objects(label), start=1):
        at_rim = down.start == 0 or right.start == 0 or down.stop == rows or right.stop == columns
        tall, wide = (down.stop - down.start) * row_m, (right.stop - right.start) * column_m
        if max(tall, wide) <= gap_m and not at_rim:
            small[down, right] |= label[down, right] == number
    return small


def _check_overlap(terrain: Terrain, there: Transformer, lanes: gpd.GeoDataFrame) -> None:
    rows, columns = terrain.height_m.shape
    x, y = _apply(
        terrain.transform, np.array([0, columns, 0, columns]), np.array([0, 0, rows, rows])
    )
    west, south, east, north = there.transform_bounds(*lanes.total_bounds)
    if west > x.max() or east < x.min() or south > y.max() or north < y.min():
        raise InputError("error.terrain_apart", file=terrain.file)


def _steepest(lines: Shapes, length: Floats, pieces: Indices, height: Heights) -> Floats:
    """Return the largest slope in per cent, up or down, over equal pieces of each line."""
    line = np.repeat(np.arange(len(lines)), pieces + 1)
    begin = np.concatenate([[0], np.cumsum(pieces + 1)[:-1]])
    step = np.arange(len(line)) - np.repeat(begin, pieces + 1)
    points = shapely.line_interpolate_point(lines[line], step / pieces[line], normalized=True)
    z = height(shapely.get_coordinates(points))
    within = line[1:] == line[:-1]
    grade = np.abs(np.diff(z)) / (length / pieces)[line[1:]] * 100
    return np.maximum.reduceat(np.where(within, grade, 0.0), begin)
