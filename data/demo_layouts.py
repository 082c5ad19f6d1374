"""How each kind of block is laid out: estate, old streets, urban village, works, civic, hill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..geo.arrays import Floats
from ..geo.words import BarrierKind, LaneClass, Use
from .demo_blocks import SLOTS, Block, Frontage, Mix, Side, Sketch, Zone, port
from .demo_plan import joining

TOWERS: Mix = ((Use.HIGH_RISE, 1, (18, 33)),)
SLABS: Mix = ((Use.RESIDENTIAL, 1, (6, 8)),)
STREET_FRONT: Mix = (
    (Use.SMALL_PREMISES, 0.7, (1, 3)),
    (Use.COMMERCIAL, 0.22, (2, 4)),
    (Use.CHILDCARE, 0.02, (2, 3)),
    (Use.LIVE_STREAMING, 0.02, (2, 4)),
    (Use.HOTEL, 0.04, (3, 8)),
)
OLD_HOUSES: Mix = (
    (Use.RESIDENTIAL, 0.83, (4, 9)),
    (Use.GROUP_RENTAL, 0.06, (5, 8)),
    (Use.OFFICE, 0.04, (3, 8)),
    (Use.HOTEL, 0.03, (4, 9)),
    (Use.SMALL_PREMISES, 0.04, (1, 3)),
)
VILLAGE_HOUSES: Mix = (
    (Use.SELF_BUILT, 0.72, (2, 5)),
    (Use.SELF_BUILT_BUSINESS, 0.2, (2, 6)),
    (Use.GROUP_RENTAL, 0.07, (4, 7)),
    (Use.THREE_IN_ONE, 0.004, (2, 4)),
)
WORKS: Mix = (
    (Use.FACTORY, 0.45, (1, 4)),
    (Use.WAREHOUSE, 0.3, (1, 2)),
    (Use.LOGISTICS, 0.15, (1, 2)),
    (Use.RECYCLING, 0.08, (1, 1)),
    (Use.ENERGY_STORAGE, 0.02, (1, 1)),
)
WORKS_FRONT: Mix = (
    (Use.THREE_IN_ONE, 0.3, (2, 4)),
    (Use.SMALL_PREMISES, 0.4, (1, 3)),
    (Use.OFFICE, 0.3, (2, 5)),
)
CIVIC: tuple[Mix, ...] = (
    (
        (Use.COMMERCIAL_COMPLEX, 0.35, (4, 7)),
        (Use.HOTEL, 0.2, (8, 22)),
        (Use.OFFICE, 0.35, (8, 28)),
        (Use.ASSEMBLY, 0.1, (2, 4)),
    ),
    ((Use.MEDICAL, 0.7, (4, 12)), (Use.OFFICE, 0.2, (4, 8)), (Use.ELDER_CARE, 0.1, (3, 6))),
    ((Use.SCHOOL, 0.85, (3, 6)), (Use.CHILDCARE, 0.15, (2, 3))),
    ((Use.ELDER_CARE, 0.3, (3, 6)), (Use.SCHOOL, 0.4, (3, 6)), (Use.OFFICE, 0.3, (3, 10))),
)
HILL_HOUSES: Mix = ((Use.SELF_BUILT, 1, (1, 3)),)
FARM_HOUSES: Mix = ((Use.RURAL_SELF_BUILT, 0.94, (1, 4)), (Use.SELF_BUILT_BUSINESS, 0.06, (2, 4)))
MARKET_HOUSES: Mix = (
    (Use.SELF_BUILT_BUSINESS, 0.45, (2, 5)),
    (Use.RURAL_SELF_BUILT, 0.2, (2, 4)),
    (Use.SMALL_PREMISES, 0.25, (1, 3)),
    (Use.RESIDENTIAL, 0.1, (3, 6)),
)
MARKET_CIVIC: Mix = (
    (Use.SCHOOL, 0.35, (3, 5)),
    (Use.MEDICAL, 0.15, (3, 4)),
    (Use.ELDER_CARE, 0.15, (2, 4)),
    (Use.OFFICE, 0.2, (3, 5)),
    (Use.WAREHOUSE, 0.15, (1, 2)),
)

RURAL_BARRIERS = (BarrierKind.CHAIN, BarrierKind.BLOCK, BarrierKind.GATE)

RING_M = 40.0  # from the roads to the ring lane of an estate
ROAD_EDGE_M = 15.0  # from the middle of a main road to the first walls
ALLEY_CELL_M = 27.0  # between alleys of the urban village
ALLEY_JITTER_M = 4.5
ALLEY_HALF_M = 1.5  # from the middle of an alley to the walls
ALLEYS_KEPT = 0.66  # of a full lattice, and those without which it would fall apart
HOUSE_M = 9.5  # frontage of a self-built house


def draw_estate(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw a gated estate: a ring lane with cross lanes, rows of slabs or towers, shops outside."""
    sketch = Sketch()
    w, h = block.width_m, block.height_m
    ds, dt = RING_M / w, RING_M / h
    cross = max(1, round((h - 2 * RING_M) / 85))
    # Rounded, so that a cross lane in the very middle meets a gate lane at the same node.
    levels = np.round(dt + (1 - 2 * dt) * np.arange(1, cross + 1) / (cross + 1), 9)
    gates = _choose(rng, block.sides, int(rng.integers(1, 3)))
    slots = {side: int(rng.integers(6, 11)) / SLOTS for side in gates}

    ring: dict[Side, Floats] = {
        "south": _nodes("s", ds, 1 - ds, [slots.get("south")], dt),
        "east": _nodes("t", dt, 1 - dt, [*levels, slots.get("east")], 1 - ds),
        "north": _nodes("s", ds, 1 - ds, [slots.get("north")], 1 - dt)[::-1],
        "west": _nodes("t", dt, 1 - dt, [*levels, slots.get("west")], ds)[::-1],
    }
    oneway = bool(rng.random() < 0.3)
    for points in ring.values():
        sketch.path(points, LaneClass.SERVICE, oneway=oneway)
    for level in levels:
        sketch.path(np.array([[ds, level], [1 - ds, level]]), LaneClass.SERVICE)
    for side, slot in slots.items():
        outside = port(side, round(slot * SLOTS))
        inside = np.clip(outside, [ds, dt], [1 - ds, 1 - dt])
        barrier = BarrierKind.LIFT_GATE if rng.random() < 0.7 else BarrierKind.GATE
        sketch.path(np.stack([outside, inside]), LaneClass.SERVICE, barrier=barrier)

    high = rng.random() < 0.5
    mix, frontage = (
        (TOWERS, Frontage(19.0, (24.0, 30.0), (17.0, 24.0)))
        if high
        else (SLABS, Frontage(13.0, (36.0, 52.0), (8.0, 13.0)))
    )
    half = frontage.depth_m / 2
    bounds = np.concatenate([[dt], levels, [1 - dt]]) * h
    for low, top in pairwise(bounds.tolist()):
        for centre in (low + 7 + half, top - 7 - half):
            sketch.row(
                block, rng, mix, frontage, span_m=(RING_M + 6, w - RING_M - 6), centre_m=centre
            )  # fmt: skip
    for centre in (26.0, h - 26.0):
        sketch.row(
            block, rng, STREET_FRONT, Frontage(15, (9, 19), (0.6, 5)),
            span_m=(16, w - 16), centre_m=centre,
        )  # fmt: skip
    for centre in (26.0, w - 26.0):
        mix = SLABS if rng.random() < 0.6 else STREET_FRONT
        sketch.row(
            block, rng, mix, Frontage(13, (28, 44), (5, 12)),
            span_m=(40, h - 40), centre_m=centre, upright=True,
        )  # fmt: skip
    return sketch


def draw_old(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw old streets: open to all sides, four to nine floors, shops along the roads."""
    return _draw_strips(
        block, rng, OLD_HOUSES, Frontage(12, (11, 24), (1.2, 5)), front=STREET_FRONT, pitch_m=54,
        lane=LaneClass.RESIDENTIAL,
    )  # fmt: skip


def draw_works(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw factories and warehouses behind a gate."""
    return _draw_strips(
        block, rng, WORKS, Frontage(30, (34, 70), (7, 16)), front=WORKS_FRONT, pitch_m=100,
        lane=LaneClass.SERVICE, barrier=BarrierKind.GATE,
    )  # fmt: skip


def draw_civic(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw a hospital, schools, a commercial complex: few and large houses."""
    theme = CIVIC[int(rng.integers(len(CIVIC)))]
    return _draw_strips(
        block, rng, theme, Frontage(36, (40, 84), (12, 26)), front=theme, pitch_m=110,
        lane=LaneClass.SERVICE, barrier=BarrierKind.LIFT_GATE,
    )  # fmt: skip


def draw_village(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw an urban village: crooked alleys on a hillside, houses packed between them."""
    sketch = Sketch()
    scale = np.array([block.width_m, block.height_m])
    inset = ROAD_EDGE_M / scale
    columns, rows = np.maximum(((scale - 2 * ROAD_EDGE_M) / ALLEY_CELL_M).astype(int), 2)
    grid = np.stack(
        np.meshgrid(
            np.linspace(inset[0], 1 - inset[0], columns + 1),
            np.linspace(inset[1], 1 - inset[1], rows + 1),
            indexing="ij",
        ),
        axis=-1,
    )
    grid += rng.uniform(-ALLEY_JITTER_M, ALLEY_JITTER_M, grid.shape) / scale

    node = np.arange(grid.shape[0] * grid.shape[1]).reshape(grid.shape[:2])
    edges = np.concatenate(
        [
            np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1),
            np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1),
        ]
    )
    chance = rng.random(len(edges))
    kept = edges[(chance < ALLEYS_KEPT) | joining(edges[:, 0], edges[:, 1], chance)]
    sketch.segments(grid.reshape(-1, 2)[kept], LaneClass.ALLEY)
    _open_alleys(sketch, grid, block, rng)

    # Houses: every cell between four alley corners, cut into plots, some left as yards.
    corners = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=2)
    cells = corners.reshape(-1, 4, 2)
    for across in (2, 3):
        chosen = cells[(np.arange(len(cells)) % 2 == 0) == (across == 2)]
        plots = _plots(chosen, across, round(ALLEY_CELL_M / HOUSE_M), scale)
        plots = plots[rng.random(len(plots)) > 0.13]
        sketch.houses(rng, plots, VILLAGE_HOUSES)
    return sketch


def draw_green(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw a wooded hill: one path up, a few houses along it."""
    sketch = Sketch()
    side = block.sides[int(rng.integers(len(block.sides)))]
    start = port(side, int(rng.integers(5, 12)))
    end = 1 - start
    along = np.linspace(0, 0.8, 6)[:, None]
    way = start * (1 - along) + end * along
    way[1:] += rng.uniform(-0.07, 0.07, way[1:].shape)
    sketch.path(way, LaneClass.FOOTWAY)
    _scatter(sketch, block, rng, way[1:], HILL_HOUSES, each=6)
    return sketch


def draw_rural(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw countryside: tracks from the roads to a crossing, houses scattered along them."""
    sketch = Sketch()
    hub = rng.uniform(0.4, 0.6, 2)
    for side in _choose(rng, block.sides, int(rng.integers(1, 4))):
        start = port(side, int(rng.integers(6, 11)))
        along = np.linspace(0, 1, 6)[:, None]
        way = start * (1 - along) + hub * along
        way[1:-1] += rng.uniform(-0.025, 0.025, way[1:-1].shape)
        kind = LaneClass.TRACK if rng.random() < 0.8 else LaneClass.PATH
        barrier = RURAL_BARRIERS[int(rng.integers(len(RURAL_BARRIERS)))]
        sketch.path(way, kind, barrier=barrier if rng.random() < 0.2 else None)
        _scatter(sketch, block, rng, way, FARM_HOUSES, each=2)
    return sketch


def draw_market(block: Block, rng: np.random.Generator) -> Sketch:
    """Draw the market street of a rural town: shops below, homes above, wall to wall."""
    return _draw_strips(
        block, rng, MARKET_HOUSES, Frontage(13, (7, 15), (0.3, 3)), front=MARKET_CIVIC, pitch_m=90,
        lane=LaneClass.LIVING_STREET,
    )  # fmt: skip


DRAW: dict[Zone, Callable[[Block, np.random.Generator], Sketch]] = {
    "estate": draw_estate,
    "old": draw_old,
    "village": draw_village,
    "industry": draw_works,
    "civic": draw_civic,
    "green": draw_green,
    "rural": draw_rural,
    "market": draw_market,
}


def _draw_strips(
    block: Block,
    rng: np.random.Generator,
    mix: Mix,
    frontage: Frontage,
    *,
    front: Mix,
    pitch_m: float,
    lane: LaneClass,
    barrier: BarrierKind | None = None,
) -> Sketch:
    """Draw parallel lanes on one spine, a row of houses on both sides of each."""
    sketch = Sketch()
    w, h = block.width_m, block.height_m
    count = max(1, round(h / pitch_m) - 1)
    # Lanes begin at slots, so that those of a neighbour meet them on the road between.
    levels = np.round(np.arange(1, count + 1) / (count + 1) * SLOTS) / SLOTS
    gated = barrier is not None
    open_sides = set(_choose(rng, block.sides, 1)) if gated else set(block.sides)
    spine = [0.0] if "south" in open_sides else []
    spine += [*levels, *([1.0] if "north" in open_sides else [])]
    _spine_path(sketch, np.array([[0.5, t] for t in spine]), lane, barrier, open_sides)
    for k, level in enumerate(levels):
        first = k == 0
        west = 0.0 if "west" in open_sides and (first or not gated) else 18 / w
        east = 1.0 if "east" in open_sides and (first or not gated) else 1 - 18 / w
        for s, is_open in ((west, west == 0.0), (east, east == 1.0)):
            way = np.array([[s, level], [0.5, level]])
            sketch.path(way, lane, barrier=barrier if is_open else None)
    setback, depth_m = 4.5, frontage.depth_m
    bounds = np.concatenate([[0.0], levels * h, [h]])
    for k, (low, top) in enumerate(pairwise(bounds.tolist())):
        south_road, north_road = k == 0, k == count
        low += ROAD_EDGE_M if south_road else setback
        top -= ROAD_EDGE_M if north_road else setback
        rows = [low + depth_m / 2, top - depth_m / 2] if top - low > 2 * depth_m + 2 else [
            (low + top) / 2
        ]  # fmt: skip
        for i, centre in enumerate(rows):
            at_road = (south_road and i == 0) or (north_road and i == len(rows) - 1)
            sketch.row(
                block, rng, front if at_road else mix,
                replace(frontage, depth_m=min(depth_m, top - low)),
                span_m=(17, w - 17), centre_m=centre,
            )  # fmt: skip
    return sketch


def _spine_path(
    sketch: Sketch,
    points: Floats,
    lane: LaneClass,
    barrier: BarrierKind | None,
    open_sides: set[Side],
) -> None:
    """Add the spine lane by lane, with a barrier on those that meet a road."""
    for start, end in pairwise(points):
        meets = (start[1] == 0.0 and "south" in open_sides) or (
            end[1] == 1.0 and "north" in open_sides
        )
        sketch.path(np.stack([start, end]), lane, barrier=barrier if meets else None)


def _open_alleys(sketch: Sketch, grid: Floats, block: Block, rng: np.random.Generator) -> None:
    """Lead some alleys of an urban village out to the roads, some behind bollards."""
    edges: dict[Side, Floats] = {
        "south": grid[1:-1, 0], "north": grid[1:-1, -1], "west": grid[0, 1:-1],
        "east": grid[-1, 1:-1],
    }  # fmt: skip
    for side in block.sides:
        inner = edges[side]
        axis = 0 if side in ("south", "north") else 1
        for k in range(len(inner)):
            # The first must open, or a village with luck against it would have no way out.
            if k and rng.random() > 0.38:
                continue
            outside = port(side, int(np.clip(round(inner[k, axis] * SLOTS), 1, SLOTS - 1)))
            barrier = BarrierKind.BOLLARD if rng.random() < 0.35 else None
            sketch.path(np.stack([outside, inner[k]]), LaneClass.ALLEY, barrier=barrier)


def _plots(cells: Floats, across: int, deep: int, scale: Floats) -> Floats:
    """Cut four-cornered cells into plots with walls a little apart, clear of the alleys."""
    centre = cells.mean(axis=1, keepdims=True)
    away = (cells - centre) * scale
    clear = 1 - ALLEY_HALF_M * np.sqrt(2) / np.hypot(away[..., :1], away[..., 1:])
    cells = centre + (cells - centre) * clear
    wall = 0.035
    i, j = np.meshgrid(np.arange(across), np.arange(deep), indexing="ij")
    s0, s1 = (i.ravel() + wall) / across, (i.ravel() + 1 - wall) / across
    t0, t1 = (j.ravel() + wall) / deep, (j.ravel() + 1 - wall) / deep
    s, t = np.stack([s0, s1, s1, s0], axis=1), np.stack([t0, t0, t1, t1], axis=1)
    a, b, c, d = (cells[:, None, None, k] for k in range(4))
    s, t = s[None, ..., None], t[None, ..., None]
    quads = a * (1 - s) * (1 - t) + b * s * (1 - t) + c * s * t + d * (1 - s) * t
    return np.asarray(quads.reshape(-1, 4, 2))


def _scatter(
    sketch: Sketch,
    block: Block,
    rng: np.random.Generator,
    way: Floats,
    mix: Mix,
    *,
    each: int,
) -> None:
    """Set houses beside a winding way, squared to it."""
    scale = np.array([block.width_m, block.height_m])
    points = way * scale
    step = np.repeat(np.diff(points, axis=0), each, axis=0)
    along = rng.random(len(step))[:, None]
    ahead = step / np.maximum(np.hypot(step[:, :1], step[:, 1:]), 1.0)
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * rng.choice([-1, 1], len(step))[:, None]
    centre = np.repeat(points[:-1], each, axis=0) + step * along
    centre = centre + aside * rng.uniform(9, 24, len(step))[:, None]
    half = np.stack([rng.uniform(5, 8, len(step)), rng.uniform(4, 6, len(step))], axis=1)
    u, v = ahead * half[:, :1], aside * half[:, 1:]
    quads = np.stack([centre - u - v, centre + u - v, centre + u + v, centre - u + v], axis=1)
    sketch.houses(rng, quads / scale, mix)


def _choose(rng: np.random.Generator, sides: tuple[Side, ...], count: int) -> list[Side]:
    return [sides[i] for i in rng.permutation(len(sides))[:count]]


def _nodes(
    axis: str, start: float, end: float, between: list[float | None], other: float
) -> Floats:
    """Return the nodes of one side of a ring, in rising order, each once."""
    inner = {float(value) for value in between if value is not None}
    along = np.array(sorted({start, end} | inner))
    fixed = np.full(len(along), other)
    return np.stack([along, fixed] if axis == "s" else [fixed, along], axis=1)
