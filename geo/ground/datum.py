"""Datums of Chinese maps: WGS-84, GCJ-02, BD-09 and CGCS2000, and the metric plane of a town."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from ..arrays import Flags, Floats
from ..words import Datum, InputError

WGS84: Final = "EPSG:4326"
FIRST_MERIDIAN: Final = 75  # 3-degree zones of China: 25 (75° E) to 45 (135° E)
LAST_MERIDIAN: Final = 135
WIDEST_TOWN_DEG: Final = 6.0  # beyond, one transverse Mercator plane is off by more than 0.1 %

# CGCS2000 planes with the zone before the easting, and the same planes without it.
WITHOUT_ZONE: Final = {4513 + at: 4534 + at for at in range(21)} | {
    4491 + at: 4502 + at for at in range(11)
}
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # rectangle in which GCJ-02 shifts
_A, _E2 = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, on which GCJ-02 is built
_BD_WAVE = np.pi * 3000 / 180
_STEPS = 30  # the shift changes by under 3 % of a step, so that ten are already enough


def from_wgs84(lon: Floats, lat: Floats, datum: Datum | str) -> tuple[Floats, Floats]:
    """Shift longitudes and latitudes from WGS-84 to another datum.

    GCJ-02 shifts only inside the published rectangle around China (72.004-137.8347° E,
    0.8293-55.8271° N); outside it is WGS-84. BD-09 adds its own shift everywhere.

    Parameters
    ----------
    lon, lat
        Degrees in WGS-84.
    datum
        Where to go.

    Returns
    -------
    tuple
        Longitudes and latitudes in ``datum``, as new arrays.
    """
    datum = _datum(datum)
    lon, lat = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if datum in (Datum.GCJ02, Datum.BD09):
        inside = _inside(lon, lat)
        shifted_lon, shifted_lat = _to_gcj(lon, lat)
        lon, lat = np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)
    if datum is Datum.BD09:
        lon, lat = _gcj_to_bd(lon, lat)
    return lon, lat


def to_wgs84(lon: Floats, lat: Floats, datum: Datum | str) -> tuple[Floats, Floats]:
    """Shift longitudes and latitudes to WGS-84, to within a millimetre of the exact inverse.

    A point belongs to the shifted side of the GCJ-02 rectangle when its WGS-84 position does.
    Within 700 m outside the rectangle a shifted and an unshifted point can coincide; such points
    are read as shifted.

    Parameters
    ----------
    lon, lat
        Degrees in ``datum``.
    datum
        Where they come from.

    Returns
    -------
    tuple
        Longitudes and latitudes in WGS-84, as new arrays.
    """
    datum = _datum(datum)
    lon, lat = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if datum is Datum.BD09:
        lon, lat = _invert(_gcj_to_bd, lon, lat)
    if datum in (Datum.GCJ02, Datum.BD09):
        true_lon, true_lat = _invert(_to_gcj, lon, lat)
        inside = _inside(true_lon, true_lat)
        lon, lat = np.where(inside, true_lon, lon), np.where(inside, true_lat, lat)
    return lon, lat


def geometry_to_wgs84(
    geometry: gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    datum: Datum | str,
    plane: int | None = None,
) -> gpd.GeoDataFrame:
    """Bring geometries of a stated datum to EPSG:4326, in two dimensions.

    A file that declares a coordinate system is reprojected to EPSG:4326 or 4490 by the caller;
    here only the datum shift remains. Numbers that can only be metres are read in the stated
    plane, otherwise as CGCS2000 3-degree Gauss-Krüger with the zone before the easting
    (36 500 123 is zone 36, 108° E). Axes that are swapped, as in surveys whose X is the
    northing, are told by their magnitude.

    Parameters
    ----------
    geometry
        Geometries of any type; a declared CRS is not looked at. Not changed.
    datum
        What the coordinates refer to.
    plane
        EPSG code of a projected system, for metres without a zone before the easting.

    Returns
    -------
    GeoDataFrame
        The rows and columns given (a series becomes the column ``geometry``) in EPSG:4326.

    Raises
    ------
    InputError
        When the numbers fit neither degrees nor a plane whose zone is known.
    """
    datum = _datum(datum)
    if isinstance(geometry, gpd.GeoDataFrame):
        frame = geometry.copy()
    else:
        frame = gpd.GeoDataFrame({"geometry": geometry.array}, index=geometry.index)
    flat = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))

    def shift(coordinates: Floats) -> Floats:
        lon, lat = _degrees(coordinates[:, 0], coordinates[:, 1], datum, plane)
        return np.column_stack(to_wgs84(lon, lat, datum))

    moved = shapely.transform(flat, shift)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=WGS84), crs=WGS84)


def is_swapped(geometry: gpd.GeoSeries) -> bool:
    """Return whether coordinates give latitude or northing first; `geometry_to_wgs84` turns them.

    Parameters
    ----------
    geometry
        As it is in the file.
    """
    west, south, east, north = (float(edge) for edge in geometry.total_bounds)
    if max(abs(west), abs(east)) <= 90 and 90 < max(abs(south), abs(north)) <= 180:
        return True
    across, up = np.array([west, east]), np.array([south, north])
    metres = max(abs(west), abs(south)) > 180
    return metres and _northing(across) and not _northing(up)


def metric_crs(bounds_wgs84: tuple[float, float, float, float]) -> CRS:
    """Return the plane in which a town is measured in metres.

    Parameters
    ----------
    bounds_wgs84
        West, south, east, north in degrees.

    Returns
    -------
    CRS
        In and around China the CGCS2000 3-degree Gauss-Krüger plane of the nearest central
        meridian (EPSG:4534-4554); elsewhere the UTM zone on WGS-84.

    Raises
    ------
    InputError
        When the bounds are no place on earth, or wider than a town can be.
    """
    west, south, east, north = (float(edge) for edge in bounds_wgs84)
    known = np.isfinite([west, south, east, north]).all()
    on_earth = -180 <= west <= east <= 180 and -80 <= south <= north <= 84
    if not known or not on_earth:
        raise InputError("error.datum_bounds", value=(west, south, east, north))
    if max(east - west, north - south) > WIDEST_TOWN_DEG:
        raise InputError(
            "error.datum_extent", value=(west, south, east, north), allowed=WIDEST_TOWN_DEG
        )
    lon, lat = (west + east) / 2, (south + north) / 2
    if FIRST_MERIDIAN - 1.5 <= lon <= LAST_MERIDIAN + 1.5 and 3 <= lat <= 54:
        return CRS.from_epsg(_epsg(_nearest_meridian(lon)))
    zone = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


HYPOTHESES = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
LEAST_POINTS, LEAST_SCORE, MARGIN = 8, 0.5, 0.2  # when a datum is clear, see `sniff_datum`


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """Which datum the given points seem to have; a proposal, never applied by itself.

    ``scores`` is the share of points that lie at buildings and near lanes under each hypothesis
    (CGCS2000 counts as WGS-84). ``best`` is None when there is no clear winner.
    """

    scores: dict[Datum, float]
    best: Datum | None
    points: int


def sniff_datum(
    points: tuple[Floats, Floats],
    *,
    buildings: gpd.GeoSeries,
    lanes: gpd.GeoSeries,
    at_building_m: float = 5.0,
    near_lane_m: float = 60.0,
    least_points: int = LEAST_POINTS,
    least_score: float = LEAST_SCORE,
    margin: float = MARGIN,
) -> DatumGuess:
    """Propose the datum of points that ought to lie in or at buildings, such as stations.

    Parameters
    ----------
    points
        Longitudes and latitudes as the file gives them.
    buildings, lanes
        What is known to be right, in EPSG:4326. An empty layer is not asked for.
    at_building_m
        A point counts when a building is so near; covers hand-placed points at the door.
    near_lane_m
        And when a lane is so near; beyond, a building could not be reached by hose either.
    least_points
        Below, chance alone can favour a wrong datum: in a dense town every third spot is a roof.
    least_score
        The winner must explain at least this share, otherwise none of them is right.
    margin
        By which the winner must lead.

    Returns
    -------
    DatumGuess
        Scores of the three datums and the best one, if it is clear.
    """
    lon, lat = (np.asarray(axis, dtype=np.float64) for axis in points)
    layers = [(buildings, at_building_m), (lanes, near_lane_m)]
    layers = [(layer, reach) for layer, reach in layers if len(layer)]
    if not len(lon) or not layers:
        return DatumGuess(dict.fromkeys(HYPOTHESES, 0.0), None, len(lon))

    bounds = np.array([layer.total_bounds for layer, _ in layers])
    plane = metric_crs((*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)))
    trees = [(shapely.STRtree(layer.to_crs(plane).array), reach) for layer, reach in layers]
    scores = {}
    for datum in HYPOTHESES:
        placed = gpd.points_from_xy(*to_wgs84(lon, lat, datum), crs=WGS84).to_crs(plane)
        hit = np.ones(len(placed), dtype=bool)
        for tree, reach in trees:
            found = tree.query(np.asarray(placed), predicate="dwithin", distance=reach)[0]
            hit &= np.isin(np.arange(len(placed)), found)
        scores[datum] = float(hit.mean())
    return judged(
        scores, len(lon), least_points=least_points, least_score=least_score, margin=margin
    )


def judged(
    scores: dict[Datum, float],
    points: int,
    *,
    least_points: int = LEAST_POINTS,
    least_score: float = LEAST_SCORE,
    margin: float = MARGIN,
) -> DatumGuess:
    """Return the guess that scores allow: the best datum if it is clear, as for `sniff_datum`.

    Parameters
    ----------
    scores
        Share of features that fit, by datum.
    points
        How many features were tried.
    least_points, least_score, margin
        When a datum is clear; see `sniff_datum`.
    """
    first, second = sorted(scores.values(), reverse=True)[:2]
    clear = points >= least_points and first >= least_score and first - second >= margin
    return DatumGuess(scores, max(scores, key=scores.__getitem__) if clear else None, points)


def _datum(value: Datum | str) -> Datum:
    try:
        return Datum(value)
    except ValueError:
        allowed = ", ".join(Datum)
        raise InputError("error.datum_unknown", value=value, allowed=allowed) from None


def _inside(lon: Floats, lat: Floats) -> Flags:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return GCJ-02 positions by the published formula, without asking for the rectangle."""
    x, y, root = lon - 105.0, lat - 35.0, np.sqrt(np.abs(lon - 105.0))
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _E2 * np.sin(phi) ** 2
    meridian = _A * (1 - _E2) / magic**1.5  # radii of curvature
    normal = _A / np.sqrt(magic)
    return lon + np.degrees(east / (normal * np.cos(phi))), lat + np.degrees(north / meridian)


def _gcj_to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_WAVE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _invert(
    forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    """Undo a small smooth shift by fixed-point steps."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_STEPS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        miss_lon, miss_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + miss_lon, guess_lat + miss_lat
        if np.nanmax(np.abs([miss_lon, miss_lat]), initial=0.0) < 1e-13:
            break
    return guess_lon, guess_lat


def _degrees(x: Floats, y: Floats, datum: Datum, plane: int | None) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of coordinates that may be degrees or metres."""
    if _within(x, 180) and _within(y, 90):
        return x, y
    if _within(x, 90) and _within(y, 180):
        return y, x
    value = f"{np.nanmin(x):.6g}…{np.nanmax(x):.6g}, {np.nanmin(y):.6g}…{np.nanmax(y):.6g}"
    if datum is not Datum.CGCS2000 and plane is None:
        raise InputError("error.datum_metres", value=value, datum=datum.value)
    if _northing(x) and not _northing(y):
        x, y = y, x
    if not _northing(y):
        raise InputError("error.datum_plane", value=value)
    zones = np.floor(x / 1e6)
    planes = np.full(len(x), np.nan)
    prefixed = (zones >= 25) & (zones <= 45)
    planes[prefixed] = 4534 + zones[prefixed] - 25
    bare = (x > 0) & (x < 1e6)
    if not (prefixed | bare | np.isnan(x)).all():
        raise InputError("error.datum_plane", value=value)
    if plane is not None:
        plane = WITHOUT_ZONE.get(plane, plane)
        if (planes[prefixed] != plane).any():
            raise InputError("error.datum_zones", value=f"EPSG:{plane}", found=value)
        planes[bare] = plane
    elif bare.any():
        raise InputError("error.datum_no_zone", value=value)
    lon, lat = np.full_like(x, np.nan), np.full_like(y, np.nan)
    eastings = np.where(prefixed, x % 1e6, x)
    for code in np.unique(planes[~np.isnan(planes)]):
        here = planes == code
        degrees = Transformer.from_crs(int(code), 4490, always_xy=True)
        lon[here], lat[here] = degrees.transform(eastings[here], y[here])
    return lon, lat


def _within(axis: Floats, limit: float) -> bool:
    return not (np.abs(axis) > limit).any()


def _northing(axis: Floats) -> bool:
    """Say whether all numbers can be metres north of the equator in China, 13-55° N."""
    return not ((axis < 1.5e6) | (axis > 6.2e6)).any()


def _nearest_meridian(lon: float) -> int:
    return min(max(3 * round(lon / 3), FIRST_MERIDIAN), LAST_MERIDIAN)


def _epsg(meridian: int) -> int:
    """Return the CGCS2000 3-degree plane without zone prefix of a central meridian."""
    return 4534 + (meridian - FIRST_MERIDIAN) // 3
