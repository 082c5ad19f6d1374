"""What stands in one block of the demo town: lanes, barriers and houses between four roads.

A block is drawn in fractions of itself, ``s`` from west to east and ``t`` from south to north. A
lane that begins at exactly 0 or 1 begins on the road of that side; the road is split there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from ..geo.arrays import Floats, Longs, Words
from ..geo.words import BarrierKind, LaneClass, Use

Side = Literal["south", "east", "north", "west"]
Zone = Literal["estate", "old", "village", "industry", "civic", "green", "rural", "market", "river"]
Mix = tuple[tuple[Use, float, tuple[int, int]], ...]  # use, how often, floors from and to

SLOTS: Final = 16  # places along a side where lanes may begin; a power of two divides exactly


@dataclass(frozen=True, slots=True)
class Block:
    """The ground between four corners of the plan.

    Parameters
    ----------
    corners
        ``corners[a, b]``: west or east, then south or north; metres on the plan.
    sides
        The sides that have a road.
    """

    corners: Floats
    sides: tuple[Side, ...]

    @property
    def width_m(self) -> float:
        """Mean extent from west to east."""
        return float(np.hypot(*(self.corners[1] - self.corners[0]).mean(axis=0)))

    @property
    def height_m(self) -> float:
        """Mean extent from south to north."""
        return float(np.hypot(*(self.corners[:, 1] - self.corners[:, 0]).mean(axis=0)))

    def at(self, st: Floats) -> Floats:
        """Return points of the plan; on a side, exactly those that its neighbour returns."""
        s, t = st[..., :1], st[..., 1:]
        west = self.corners[0, 0] * (1 - t) + self.corners[0, 1] * t
        east = self.corners[1, 0] * (1 - t) + self.corners[1, 1] * t
        return np.asarray(west * (1 - s) + east * s)


@dataclass(frozen=True, slots=True)
class Frontage:
    """How the houses of a row stand: how deep, how long from and to, how far apart from and to."""

    depth_m: float
    length_m: tuple[float, float]
    gap_m: tuple[float, float]


@dataclass(slots=True)
class Sketch:
    """Lanes and houses of one block, in fractions of it; filled bit by bit."""

    lanes: list[Floats] = field(default_factory=list)  # (n, 2, 2) from, to
    lane_kinds: list[str] = field(default_factory=list)
    lane_barriers: list[str] = field(default_factory=list)  # at the middle, "" for none
    lane_oneways: list[bool] = field(default_factory=list)
    quads: list[Floats] = field(default_factory=list)  # (n, 4, 2)
    uses: list[Words] = field(default_factory=list)
    floors: list[Longs] = field(default_factory=list)

    def path(
        self,
        points: Floats,
        kind: LaneClass,
        *,
        barrier: BarrierKind | None = None,
        oneway: bool = False,
    ) -> None:
        """Add one lane between each two points that follow one another."""
        self.segments(np.stack([points[:-1], points[1:]], axis=1), kind, oneway=oneway)
        if barrier is not None:
            self.lane_barriers[-1] = barrier.value

    def segments(self, ends: Floats, kind: LaneClass, *, oneway: bool = False) -> None:
        """Add lanes given by their two ends."""
        self.lanes.append(ends)
        self.lane_kinds += [kind.value] * len(ends)
        self.lane_barriers += [""] * len(ends)
        self.lane_oneways += [oneway] * len(ends)

    def houses(self, rng: np.random.Generator, quads: Floats, mix: Mix) -> None:
        """Add houses, each with a use and floors drawn from the mix."""
        weights = np.array([weight for _, weight, _ in mix])
        drawn = rng.choice(len(mix), size=len(quads), p=weights / weights.sum())
        low, high = np.array([floors for _, _, floors in mix]).T
        self.quads.append(quads)
        self.uses.append(np.array([use.value for use, _, _ in mix])[drawn])
        self.floors.append(rng.integers(low[drawn], high[drawn] + 1))

    def row(
        self,
        block: Block,
        rng: np.random.Generator,
        mix: Mix,
        frontage: Frontage,
        *,
        span_m: tuple[float, float],
        centre_m: float,
        upright: bool = False,
    ) -> None:
        """Add a row of houses from west to east, or from south to north when ``upright``."""
        length_m, gap_m = frontage.length_m, frontage.gap_m
        most = int((span_m[1] - span_m[0]) / (length_m[0] + gap_m[0])) + 1
        if most < 1:
            return
        length = rng.uniform(*length_m, most)
        end = span_m[0] + np.cumsum(length + rng.uniform(*gap_m, most)) - gap_m[0] / 2
        fits = end <= span_m[1]
        end, length = end[fits], length[fits]
        depth = frontage.depth_m * rng.uniform(0.85, 1.0, len(end))
        low, high = np.full(len(end), centre_m) - depth / 2, np.full(len(end), centre_m) + depth / 2
        along, across = (end - length, end), (low, high)
        (u0, u1), (v0, v1) = (across, along) if upright else (along, across)
        scale = np.array([block.width_m, block.height_m])
        self.houses(rng, rectangles(u0, v0, u1, v1) / scale, mix)


def rectangles(u0: Floats, v0: Floats, u1: Floats, v1: Floats) -> Floats:
    """Return the four corners of upright rectangles, anticlockwise."""
    u = np.stack([u0, u1, u1, u0], axis=-1)
    v = np.stack([v0, v0, v1, v1], axis=-1)
    return np.stack([u, v], axis=-1)


def port(side: Side, slot: int) -> Floats:
    """Return where on a side a lane may begin."""
    along = slot / SLOTS
    return np.array(
        {"south": (along, 0.0), "north": (along, 1.0), "west": (0.0, along), "east": (1.0, along)}[
            side
        ]
    )
