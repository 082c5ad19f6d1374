"""A piece of the town on a piece of paper, at a scale that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

SCALES = (
    500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 12_000, 15_000, 18_000,
    20_000, 25_000, 30_000, 40_000, 50_000, 100_000, 200_000,
)  # fmt: skip
BARS_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)
TYPE_MM = 2.65  # 7.5 pt, the smallest type that a map carries
LARGE_MM = 3.7  # 10.5 pt, on walls and for those who read in the rain
GRID = 6  # columns and rows by which places on a map are told


@dataclass(frozen=True)
class Frame:
    """A piece of the town on a piece of paper.

    Attributes
    ----------
    west, north
        The corner, in metres of the town's CRS.
    scale
        1 : scale.
    width_mm, height_mm
        On paper.
    type_mm
        Size of what is written on it.
    """

    west: float
    north: float
    scale: int
    width_mm: float
    height_mm: float
    type_mm: float = TYPE_MM

    @property
    def box(self) -> shapely.Polygon:
        """What it shows, in metres."""
        metres = self.scale / 1000
        return shapely.box(
            self.west,
            self.north - self.height_mm * metres,
            self.west + self.width_mm * metres,
            self.north,
        )

    def mm(self, xy: np.ndarray) -> np.ndarray:
        """Return places in millimetres from the frame's upper left corner."""
        metres = self.scale / 1000
        return (np.asarray(xy, dtype=float) - [self.west, self.north]) * [1 / metres, -1 / metres]

    def grid(self, x: float, y: float) -> str:
        """Return the field of a place: letter of its column, number of its row."""
        across, down = self.mm(np.array([[x, y]]))[0]
        column = int(np.clip(across / self.width_mm * GRID, 0, GRID - 1))
        row = int(np.clip(down / self.height_mm * GRID, 0, GRID - 1))
        return f"{chr(65 + column)}{row + 1}"

    @property
    def bar_m(self) -> int:
        """Length of the scale bar: the longest of `BARS_M` within a third of the width."""
        third = self.width_mm / 3 * self.scale / 1000
        return max((bar for bar in BARS_M if bar <= third), default=BARS_M[0])


def frame_round(
    bounds: Sequence[float],
    *,
    width_mm: float,
    height_mm: float,
    margin_mm: float = 8,
    smallest: int = 1,
    type_mm: float = TYPE_MM,
    scales: Sequence[int] = SCALES,
) -> Frame:
    """Return the frame of the largest scale, 1 : ``smallest`` at most, that holds bounds."""
    west, south, east, north = bounds
    need = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm)
    )
    scale = next((s for s in scales if s / 1000 >= need and s >= smallest), scales[-1])
    metres = scale / 1000
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Frame(
        middle_x - width_mm * metres / 2,
        middle_y + height_mm * metres / 2,
        scale,
        width_mm,
        height_mm,
        type_mm,
    )
