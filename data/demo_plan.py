"""The plan of the demo town: how large, which roads, what stands in which block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from ..geo.arrays import Flags, Floats, Longs, Words
from ..geo.words import LaneClass
from .demo_blocks import Block, Side, Zone
from .demo_terrain import Relief

Size = Literal["village", "town", "district", "city"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between a village, a town, a district and a city.

    Parameters
    ----------
    name
        Name of the town, marked as simulated.
    columns, rows
        Number of blocks from west to east and from south to north.
    block_m
        Mean width and height of a block, metres.
    communities, micro_stations, volunteer_points, brigades, official_stations
        How many of each.
    rural
        A township of villages, its communities being 村.
    cell_m
        Size of a terrain cell, metres.
    """

    name: str
    columns: int
    rows: int
    block_m: tuple[float, float]
    communities: int
    micro_stations: int
    volunteer_points: int
    brigades: int
    official_stations: int
    rural: bool
    cell_m: float


PLANS: Final[dict[Size, Plan]] = {
    "village": Plan("青禾镇（模拟）", 6, 7, (520, 480), 7, 2, 1, 1, 0, True, 15.0),
    "town": Plan("云岭街道（模拟）", 8, 8, (203, 196), 9, 6, 1, 0, 1, False, 12.0),
    "district": Plan("云岭区（模拟）", 42, 40, (203, 196), 200, 80, 12, 2, 5, False, 25.0),
    "city": Plan("云岭市（模拟）", 133, 126, (203, 196), 2000, 800, 120, 20, 50, False, 90.0),
}

RIVER_ROW_M = 85.0
MARKET_ROW_M = 170.0
STRETCH = 0.16  # blocks are this much wider or narrower than the mean
CORNER_JITTER = 0.13  # of a block, by which road corners leave their lines
RAGGED = 2.0  # times that at the outer edge of the town
STEEP_PCT = 12.0  # main roads are not built steeper unless nothing else joins the town
DROPPED, DROPPED_OUTER = 0.06, 0.45  # shares of tertiary roads that were never built
NEVER, RATHER_NOT = 1_000.0, 100.0  # weights above any slope

#: How much of the town each zone takes: the steepest ground first, then the steep, and so on.
SHARES: Final[tuple[tuple[Zone, float], ...]] = (
    ("green", 0.11),
    ("village", 0.15),
    ("civic", 0.06),
    ("industry", 0.09),
    ("estate", 0.27),
)  # the rest is old streets


@dataclass(frozen=True, slots=True)
class Frame:
    """The main roads and the blocks between them.

    Parameters
    ----------
    corners
        ``corners[i, j]``: crossing of column line ``i`` and row line ``j`` on the plan.
    across, along
        Which road pieces exist: ``across[i, j]`` east of a corner, ``along[i, j]`` north of it.
    column_classes, row_classes
        Class of the roads on each line.
    river_row
        Row of blocks that is a river, or -1.
    zones
        What each block is.
    """

    corners: Floats
    across: Flags
    along: Flags
    column_classes: tuple[LaneClass, ...]
    row_classes: tuple[LaneClass, ...]
    river_row: int
    zones: Words

    def block(self, i: int, j: int) -> Block:
        """Return the block in column ``i`` and row ``j``."""
        built: dict[Side, bool] = {
            "south": bool(self.across[i, j]),
            "east": bool(self.along[i + 1, j]),
            "north": bool(self.across[i, j + 1]),
            "west": bool(self.along[i, j]),
        }
        corners = self.corners[i : i + 2, j : j + 2]
        return Block(corners, tuple(side for side, road in built.items() if road))


def river_row(plan: Plan) -> int:
    """Return the row of blocks through which the river runs; villages have ponds instead."""
    return -1 if plan.rural else plan.rows // 3


def lines(plan: Plan, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return where the road lines lie on the plan, metres east and north of its middle."""
    widths = plan.block_m[0] * rng.uniform(1 - STRETCH, 1 + STRETCH, plan.columns)
    heights = plan.block_m[1] * rng.uniform(1 - STRETCH, 1 + STRETCH, plan.rows)
    if plan.rural:
        heights[plan.rows // 2] = MARKET_ROW_M
    else:
        heights[river_row(plan)] = RIVER_ROW_M
    east, north = (np.concatenate([[0.0], np.cumsum(sizes)]) for sizes in (widths, heights))
    return east - east[-1] / 2, north - north[-1] / 2


def frame(
    plan: Plan, relief: Relief, east: Floats, north: Floats, rng: np.random.Generator
) -> Frame:
    """Lay the main roads over the hills and decide what stands between them."""
    corners = np.stack(np.meshgrid(east, north, indexing="ij"), axis=-1)
    river = river_row(plan)
    jitter = rng.uniform(-CORNER_JITTER, CORNER_JITTER, corners.shape) * np.array(plan.block_m)
    for edge in (jitter[0], jitter[-1], jitter[:, 0], jitter[:, -1]):
        edge *= RAGGED  # no town ends along a straight line
    if river >= 0:
        jitter[:, river : river + 2] *= 0.3  # banks keep their distance
    corners = corners + jitter
    columns, rows = _classes(plan, len(east)), _classes(plan, len(north))
    across, along = _roads(corners, relief, columns, rows, river, rng)
    reached = across[:, :-1] | across[:, 1:] | along[:-1] | along[1:]
    zones = _zones(plan, corners, relief, river, reached, rng)
    return Frame(corners, across, along, columns, rows, river, zones)


def _classes(plan: Plan, count: int) -> tuple[LaneClass, ...]:
    """Return the class of each line: few primary, some secondary, the rest tertiary."""
    if plan.rural:
        middle = count // 2
        return tuple(
            LaneClass.SECONDARY if k == middle
            else LaneClass.TERTIARY if k % 2 == middle % 2 else LaneClass.TRACK
            for k in range(count)
        )  # fmt: skip
    return tuple(
        LaneClass.PRIMARY if k % 8 == 4
        else LaneClass.SECONDARY if k % 4 == 2 else LaneClass.TERTIARY
        for k in range(count)
    )  # fmt: skip


def _roads(
    corners: Floats,
    relief: Relief,
    columns: tuple[LaneClass, ...],
    rows: tuple[LaneClass, ...],
    river: int,
    rng: np.random.Generator,
) -> tuple[Flags, Flags]:
    """Choose the road pieces: not too steep, few bridges, yet all joined."""
    slope_across = _steepest(relief, corners[:-1], corners[1:])
    slope_along = _steepest(relief, corners[:, :-1], corners[:, 1:])
    minor = (LaneClass.TERTIARY, LaneClass.TRACK)
    for weight, classes, is_row in ((slope_across, rows, True), (slope_along, columns, False)):
        share = np.full(weight.shape, DROPPED)
        outer = share if not is_row else share.T
        outer[[0, -1]] = DROPPED_OUTER
        minor_line = np.array([kind in minor for kind in classes])
        dropped = rng.random(weight.shape) < share
        weight[dropped & (minor_line[None, :] if is_row else minor_line[:, None])] += RATHER_NOT
    if river >= 0:
        bridged = np.array([kind != LaneClass.TERTIARY for kind in columns])
        slope_along[:, river] = np.where(bridged, 0.0, NEVER)

    node = np.arange(corners.shape[0] * corners.shape[1]).reshape(corners.shape[:2])
    start = np.concatenate([node[:-1].ravel(), node[:, :-1].ravel()])
    end = np.concatenate([node[1:].ravel(), node[:, 1:].ravel()])
    weight = np.concatenate([slope_across.ravel(), slope_along.ravel()])
    joined = joining(start, end, weight)
    built = (weight <= STEEP_PCT) | joined
    while True:  # a steep road that leads nowhere was not built either
        degree = np.bincount(np.concatenate([start[built], end[built]]), minlength=node.size)
        useless = built & (weight > STEEP_PCT) & ((degree[start] == 1) | (degree[end] == 1))
        if not useless.any():
            break
        built &= ~useless
    split = slope_across.size
    return built[:split].reshape(slope_across.shape), built[split:].reshape(slope_along.shape)


def joining(start: Longs, end: Longs, weight: Floats) -> Flags:
    """Tell which edges the lightest tree through all nodes is made of."""
    count = int(max(start.max(), end.max())) + 1
    order = np.argsort(weight, kind="stable")
    rank = np.empty(len(weight))
    rank[order] = np.arange(1, len(weight) + 1)  # never zero, which would mean no edge
    edges = rank, (start.astype(np.int32), end.astype(np.int32))  # what older scipy takes
    tree = minimum_spanning_tree(coo_array(edges, shape=(count, count)).tocsr())
    joined = np.zeros(len(weight), dtype=bool)
    joined[order[tree.data.astype(np.int64) - 1]] = True
    return joined


def _steepest(relief: Relief, start: Floats, end: Floats) -> Floats:
    """Return the steepest slope along straight roads, per cent."""
    parts = np.linspace(0, 1, 5)
    points = np.stack([start * (1 - p) + end * p for p in parts])
    rise = np.abs(np.diff(relief.height(points), axis=0))
    run = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    return np.asarray((100 * rise / run).max(axis=0))


def _zones(
    plan: Plan,
    corners: Floats,
    relief: Relief,
    river: int,
    reached: Flags,
    rng: np.random.Generator,
) -> Words:
    """Decide what each block is, by how steep it is and how far from the middle."""
    zones = np.full((plan.columns, plan.rows), "rural" if plan.rural else "old", dtype="<U8")
    if plan.rural:
        middle = plan.columns // 2
        zones[middle - 1 : middle + 1, plan.rows // 2] = "market"
        return zones
    middle_points = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    steep = _steepest(relief, corners[:-1, :-1], corners[1:, 1:])
    steep += _steepest(relief, corners[1:, :-1], corners[:-1, 1:])
    # A district has a centre every few blocks, as the towns it is made of have.
    period = np.array([8, 8]) * np.array(plan.block_m)
    away = np.abs((middle_points + period / 2) % period - period / 2)
    ranks: dict[Zone, Floats] = {
        "green": steep,
        "village": steep + 4 * rng.random(steep.shape),
        "civic": -np.hypot(away[..., 0], away[..., 1]),
        "industry": -steep / 30 + away[..., 0] / period[0],
        "estate": rng.random(steep.shape),
    }
    free = np.ones(zones.shape, dtype=bool)
    if river >= 0:
        zones[:, river] = "river"
        free[:, river] = False
    # No road leads there, so that nobody lives there: part of the share of green.
    wild = free & ~reached
    zones[wild] = "green"
    total = int(free.sum())
    free &= reached
    for zone, share in SHARES:
        rank = np.where(free, ranks[zone], -np.inf)
        count = round(share * total) - (int(wild.sum()) if zone == "green" else 0)
        chosen = np.argsort(rank, axis=None, kind="stable")[::-1][: max(count, 0)]
        zones.ravel()[chosen] = zone
        free.ravel()[chosen] = False
    return zones
