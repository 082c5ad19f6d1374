"""The hills of the demo town, and how its streets bend with them.

Everything is first laid out on a flat plan, ``u`` metres east and ``v`` metres north of the
middle of the town. `Relief.warp` then bends the plan over the hills: points move along the
gradient of the land, so that streets curve round a hill as they do in a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from ..geo.arrays import Floats, Singles

ORIGIN_LON, ORIGIN_LAT = 106.48, 29.48  # degrees WGS-84, middle of the town
M_PER_DEGREE_LON, M_PER_DEGREE_LAT = 96_985.0, 110_844.0  # at that latitude
DECIMALS_DEGREE = 7  # about a centimetre

WAVES = 16
SHORTEST_WAVE_M, LONGEST_WAVE_M = 900.0, 2_600.0
WARP_M2 = 13_000.0  # metres of shift per unit of slope of the waves; keeps the plan unfolded
UNWARP_STEPS = 30  # the shift changes by less than half its argument, so this is exact to mm

VALLEY_M = 215.0  # height above the sea where the waves are zero
ROLLING_M = 9.0  # height of the gentle land everywhere
HILL_M = 18.0  # height that hills add where the waves are high
HILL_FOOT = 0.1  # where on the waves a hill begins
RIVER_DEPTH_M, RIVER_REACH_M = 10.0, 85.0

MARGIN_M = 200.0  # of terrain around the town
NODATA = -9999.0


@dataclass(frozen=True, slots=True)
class Relief:
    """Smooth hills, as a sum of plane waves.

    Parameters
    ----------
    waves
        Wave numbers east and north in radians a metre, phase, amplitude; one row a wave.
    river_v
        Where on the plan the river runs, metres north; ``nan`` without one.
    """

    waves: Floats
    river_v: float

    @classmethod
    def draw(cls, rng: np.random.Generator, *, river_v: float = float("nan")) -> Relief:
        """Draw hills from a random generator."""
        length = np.geomspace(SHORTEST_WAVE_M, LONGEST_WAVE_M, WAVES)
        # Directions half a golden turn apart never line up, whatever the seed.
        turn = np.pi * (np.arange(WAVES) * 0.618 + rng.random())
        k = 2 * np.pi / length
        amplitude = length / np.sqrt((length**2).sum() / 2)
        phase = rng.uniform(0, 2 * np.pi, WAVES)
        waves = np.column_stack([k * np.cos(turn), k * np.sin(turn), phase, amplitude])
        return cls(waves, river_v)

    def height(self, uv: Floats) -> Floats:
        """Return metres above the sea at points of the plan."""
        n = np.zeros(uv.shape[:-1])
        for ku, kv, phase, amplitude in self.waves:
            n += amplitude * np.cos(ku * uv[..., 0] + kv * uv[..., 1] + phase)
        z = VALLEY_M + ROLLING_M * n + HILL_M * np.maximum(n - HILL_FOOT, 0) ** 1.5
        if not np.isnan(self.river_v):
            z -= RIVER_DEPTH_M * np.exp(-(((uv[..., 1] - self.river_v) / RIVER_REACH_M) ** 2))
        return np.asarray(z)

    def _shift(self, uv: Floats) -> Floats:
        """Return how far the hills push points of the plan, metres east and north."""
        shift = np.zeros(uv.shape)
        for ku, kv, phase, amplitude in self.waves:
            push = -WARP_M2 * amplitude * np.sin(ku * uv[..., 0] + kv * uv[..., 1] + phase)
            shift[..., 0] += push * ku
            shift[..., 1] += push * kv
        return shift

    def warp(self, uv: Floats) -> Floats:
        """Return where points of the plan lie on the ground, metres from the origin."""
        return uv + self._shift(uv)

    def unwarp(self, xy: Floats) -> Floats:
        """Return which points of the plan lie at these points of the ground."""
        uv = xy.copy()
        for _ in range(UNWARP_STEPS):
            uv = xy - self._shift(uv)
        return uv


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights on a grid of degrees, north row first, as they are delivered.

    Parameters
    ----------
    heights
        Metres above the sea, rounded to centimetres.
    west, north
        Outer corner of the first cell, degrees.
    cell_lon, cell_lat
        Size of a cell, degrees.
    """

    heights: Singles
    west: float
    north: float
    cell_lon: float
    cell_lat: float

    @classmethod
    def survey(cls, relief: Relief, ground: Floats, *, cell_m: float) -> Terrain:
        """Measure the hills on a grid round all given points of the ground."""
        low = ground.min(axis=0) - MARGIN_M
        high = ground.max(axis=0) + MARGIN_M
        columns, rows = np.ceil((high - low) / cell_m).astype(int)
        x = low[0] + (np.arange(columns) + 0.5) * cell_m
        y = high[1] - (np.arange(rows) + 0.5) * cell_m
        xy = np.stack(np.meshgrid(x, y), axis=-1)
        heights = np.round(relief.height(relief.unwarp(xy)), 2).astype(np.float32)
        return cls(
            heights,
            west=ORIGIN_LON + low[0] / M_PER_DEGREE_LON,
            north=ORIGIN_LAT + high[1] / M_PER_DEGREE_LAT,
            cell_lon=cell_m / M_PER_DEGREE_LON,
            cell_lat=cell_m / M_PER_DEGREE_LAT,
        )

    def sample(self, lonlat: Floats) -> Floats:
        """Return heights at points in degrees, between the cells as a straight slope."""
        column = (lonlat[:, 0] - self.west) / self.cell_lon - 0.5
        row = (self.north - lonlat[:, 1]) / self.cell_lat - 0.5
        found = map_coordinates(
            self.heights.astype(np.float64), [row, column], order=1, mode="nearest"
        )
        return np.asarray(found, dtype=np.float64)


def to_degrees(xy: Floats) -> Floats:
    """Return longitude and latitude of points on the ground, rounded as they are delivered."""
    scale = np.array([M_PER_DEGREE_LON, M_PER_DEGREE_LAT])
    return np.asarray(np.round(np.array([ORIGIN_LON, ORIGIN_LAT]) + xy / scale, DECIMALS_DEGREE))
