"""Hills shaded from terrain, as a map shows them: light from the north-west."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from pyproj import CRS

from ..arrays import Floats, Singles
from .terrain import Terrain
from .transforms import between

AZIMUTH_DEG, ALTITUDE_DEG = 315.0, 45.0  # of the sun, as on printed maps
STEEPER = 3.0  # heights are drawn so many times as tall: the slopes of a town are gentle
MOST_CELLS = 400  # along the longer side
AROUND = 0.1  # of the longer side, shaded around the lanes


@dataclass(frozen=True)
class Hillshade:
    """How light the ground is on a grid in Web Mercator.

    Attributes
    ----------
    west, south, east, north
        Of the outer rim, in degrees.
    light
        ``(rows, columns)`` from the north-west corner: how much lighter (above 0) or darker (below)
        than flat ground, which is 0; NaN where no height is known.
    """

    west: float
    south: float
    east: float
    north: float
    light: Singles

    def within(self, west: float, south: float, east: float, north: float) -> Hillshade:
        """Return the cells that meet a part of the ground, one at least.

        Parameters
        ----------
        west, south, east, north
            Of the part, degrees.

        Examples
        --------
        >>> shade = Hillshade(0.0, 0.0, 4.0, 2.0, np.zeros((2, 4), np.float32))
        >>> part = shade.within(1.5, 0.2, 2.5, 0.8)
        >>> part.west, part.east, part.light.shape
        (1.0, 3.0, (1, 2))
        """
        rows, columns = self.light.shape
        x = np.linspace(self.west, self.east, columns + 1)
        up = np.linspace(_mercator(self.north), _mercator(self.south), rows + 1)
        first, last = _cells(x, west, east)
        top, low = _cells(-up, -_mercator(north), -_mercator(south))
        lat = np.degrees(np.arctan(np.sinh(up[[top, low]])))
        return Hillshade(
            west=float(x[first]),
            south=float(lat[1]),
            east=float(x[last]),
            north=float(lat[0]),
            light=self.light[top:low, first:last],
        )


def _mercator(lat: float) -> float:
    """Return how far north a latitude lies in the projection, in radii."""
    return float(np.arcsinh(np.tan(np.radians(lat))))


def _cells(edges: Floats, first: float, last: float) -> tuple[int, int]:
    """Return the edges between which a stretch lies."""
    before = int(np.clip(np.searchsorted(edges, first, side="right") - 1, 0, len(edges) - 2))
    behind = int(np.clip(np.searchsorted(edges, last), before + 1, len(edges) - 1))
    return before, behind


def shaded(height_m: Floats, *, cell_m: float, steeper: float = 1.0) -> Singles:
    """Return how much lighter than flat ground the inner cells of a grid of heights are.

    Slopes by the weighted differences over eight neighbours, light as a matt surface throws it
    back: B. K. P. Horn, "Hill shading and the reflectance map", Proceedings of the IEEE 69(1),
    1981, 14-47.

    Parameters
    ----------
    height_m
        ``(rows, columns)``, rows from the north, columns from the west.
    cell_m
        Side of a cell.
    steeper
        By what heights are multiplied.

    Returns
    -------
    array
        ``(rows - 2, columns - 2)``; NaN where a neighbour is not known.
    """
    h = np.asarray(height_m, float) * (steeper / (8 * cell_m))
    north, middle, south = h[:-2], h[1:-1], h[2:]
    rows = north + 2 * middle + south
    columns = h[:, :-2] + 2 * h[:, 1:-1] + h[:, 2:]
    to_east, to_north = rows[:, 2:] - rows[:, :-2], columns[:-2] - columns[2:]
    azimuth, altitude = np.radians(AZIMUTH_DEG), np.radians(ALTITUDE_DEG)
    sun = to_east * np.sin(azimuth) + to_north * np.cos(azimuth)
    back = np.sin(altitude) - sun * np.cos(altitude)
    lit = np.maximum(back / np.sqrt(1 + to_east**2 + to_north**2), 0)
    return np.asarray(lit - np.sin(altitude), np.float32)


def hillshade(terrain: Terrain, lanes: gpd.GeoDataFrame) -> Hillshade:
    """Return the shade of the ground around lanes.

    Parameters
    ----------
    terrain
        Heights. Cells of the shade are never finer.
    lanes
        Line strings in a metric CRS.
    """
    there = between(lanes.crs, CRS(3857))
    west, south, east, north = there.transform_bounds(*lanes.total_bounds)
    degrees = between(CRS(3857), CRS(4326))
    latitude = degrees.transform(west, (south + north) / 2)[1]
    true = float(np.cos(np.radians(latitude)))  # metres on the ground in one of the projection
    pad = AROUND * max(east - west, north - south)
    wide, high = east - west + 2 * pad, north - south + 2 * pad
    cell = max(max(wide, high) / MOST_CELLS, terrain.cell_m(lanes) / true)
    columns, rows = max(1, round(wide / cell)), max(1, round(high / cell))
    left, top = (west + east - columns * cell) / 2, (south + north + rows * cell) / 2
    x = left + (np.arange(-1, columns + 1) + 0.5) * cell
    y = top - (np.arange(-1, rows + 1) + 0.5) * cell
    back = between(CRS(3857), terrain.crs)
    height_m = terrain.sample(*back.transform(*np.meshgrid(x, y)))
    light = shaded(height_m, cell_m=cell * true, steeper=STEEPER)
    corners = degrees.transform([left, left + columns * cell], [top - rows * cell, top])
    (west, east), (south, north) = corners
    return Hillshade(west, south, east, north, light)
