"""Communities and grids of the demo town, and the names of all its places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import KDTree

from ..geo.arrays import Floats, Longs, Shapes
from . import demo_names
from .demo_blocks import SLOTS
from .demo_buildings import Footprints
from .demo_plan import Frame, Plan
from .demo_terrain import Relief, to_degrees

ROUNDS = 12  # in which communities settle to shares of equal weight
GROUND_WEIGHT = 12.0  # of an empty block, in houses: communities also have land


@dataclass(frozen=True, slots=True)
class Places:
    """Communities, their grids (one a block) and names.

    ``community`` is the community of each block, by column times rows plus row.
    """

    community: Longs
    community_geometry: Shapes
    community_name: list[str]
    grid_geometry: Shapes
    grid_name: list[str]
    road_name: list[str]
    block_name: list[str]


def divide(
    plan: Plan, frame: Frame, relief: Relief, footprints: Footprints, rng: np.random.Generator
) -> Places:
    """Divide the town into communities with about as many houses each."""
    shape = frame.zones.shape
    houses = np.bincount(footprints.block, minlength=shape[0] * shape[1]).astype(float)
    centres = (frame.corners[:-1, :-1] + frame.corners[1:, 1:]).reshape(-1, 2) / 2
    community = _settle(centres, houses + GROUND_WEIGHT, plan.communities, rng)

    grids = np.asarray(shapely.polygons(to_degrees(relief.warp(_rings(frame)))))
    whole = [shapely.union_all(grids[community == k]) for k in range(plan.communities)]
    suffix = "村" if plan.rural else "社区"
    names = demo_names.places(rng, plan.communities)
    order = np.argsort(community, kind="stable")
    start = np.searchsorted(community[order], np.arange(plan.communities))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) - start[community[order]] + 1
    roads = demo_names.places(rng, sum(frame.corners.shape[:2]))
    estates = iter(demo_names.estates(rng, frame.zones.size))
    quarters = iter(demo_names.places(rng, frame.zones.size))
    return Places(
        community=community,
        community_geometry=np.array(whole, dtype=object),
        community_name=[name + suffix for name in names],
        grid_geometry=grids,
        grid_name=[f"{names[c]}{suffix}第{n}网格" for c, n in zip(community, number, strict=True)],
        road_name=[name + ("路" if k % 3 else "大道") for k, name in enumerate(roads)],
        block_name=[
            next(estates) if zone == "estate" else next(quarters)
            for zone in frame.zones.ravel().tolist()
        ],
    )


def _settle(centres: Floats, weight: Floats, count: int, rng: np.random.Generator) -> Longs:
    """Gather blocks round centres that move to the middle of their blocks (Lloyd's rounds)."""
    chosen = centres[rng.choice(len(centres), count, replace=False, p=weight / weight.sum())]
    for _ in range(ROUNDS):
        nearest = _nearest(centres, chosen)
        total = np.bincount(nearest, weight, minlength=count)
        for axis in range(2):
            moved = np.bincount(nearest, weight * centres[:, axis], minlength=count)
            np.divide(moved, total, out=chosen[:, axis], where=total > 0)
    return _nearest(centres, chosen)


def _nearest(points: Floats, chosen: Floats) -> Longs:
    return np.asarray(KDTree(chosen).query(points)[1], dtype=np.int64)


def _rings(frame: Frame) -> Floats:
    """Return the outline of every block on the plan, with a vertex at each slot."""
    part = np.arange(SLOTS) / SLOTS
    west_south, east_south = frame.corners[:-1, :-1], frame.corners[1:, :-1]
    east_north, west_north = frame.corners[1:, 1:], frame.corners[:-1, 1:]
    # Both neighbours walk a side through the same points, so that they share it exactly.
    sides = [
        _walk(west_south, east_south, part),
        _walk(east_south, east_north, part),
        _walk(west_north, east_north, np.append(part, 1.0)[:0:-1]),
        _walk(west_south, west_north, np.append(part, 1.0)[:0:-1]),
    ]
    return np.concatenate(sides, axis=2).reshape(-1, 4 * SLOTS, 2)


def _walk(start: Floats, end: Floats, part: Floats) -> Floats:
    parts = part[:, None]
    return np.asarray(start[:, :, None] * (1 - parts) + end[:, :, None] * parts)
