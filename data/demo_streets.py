"""The lanes of the demo town, from the lines of the plan to what a survey delivers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geo.arrays import Flags, Floats, Longs, Shapes, Words
from ..geo.words import BarrierKind, LaneClass, Oneway
from .demo_blocks import Sketch
from .demo_plan import Frame
from .demo_terrain import Relief, Terrain, to_degrees

VERTEX_M = 15.0  # at least one vertex each so many metres, or bends would be corners

WIDTHS_M: dict[str, tuple[float, float]] = {
    LaneClass.PRIMARY: (20, 28),
    LaneClass.SECONDARY: (12, 18),
    LaneClass.TERTIARY: (6, 11),
    LaneClass.RESIDENTIAL: (4.5, 7),
    LaneClass.LIVING_STREET: (4, 6.5),
    LaneClass.SERVICE: (3.5, 6),
    LaneClass.TRACK: (2.5, 4.2),
    LaneClass.ALLEY: (1.2, 3),
    LaneClass.FOOTWAY: (1.5, 2.6),
    LaneClass.PATH: (0.8, 1.5),
    LaneClass.STEPS: (1.2, 3),
}
WIDTH_KNOWN = {LaneClass.PRIMARY: 0.8, LaneClass.SECONDARY: 0.7, LaneClass.TERTIARY: 0.55}
WIDTH_KNOWN_ELSEWHERE = 0.38
SLOPE_KNOWN = 0.98
SPEEDS_KMH = {LaneClass.PRIMARY: 60.0, LaneClass.SECONDARY: 50.0, LaneClass.TERTIARY: 40.0}
SURFACES = {
    LaneClass.TRACK: "水泥",
    LaneClass.ALLEY: "水泥",
    LaneClass.FOOTWAY: "石板",
    LaneClass.PATH: "土路",
    LaneClass.STEPS: "石板",
}
MAY_BE_STEPS = (LaneClass.ALLEY, LaneClass.FOOTWAY, LaneClass.RESIDENTIAL, LaneClass.PATH)
STEPS_FROM_PCT = 11.0  # steeper than this, such lanes are stairs
RISER_M = 0.155  # height of one step
ARCHED = 0.006  # share of lanes that pass under a house, a pipe or an old gate
BARRIER_WIDTHS_M = {
    BarrierKind.GATE: (3.0, 6.0),
    BarrierKind.LIFT_GATE: (2.8, 5.0),
    BarrierKind.BOLLARD: (0.9, 1.6),
    BarrierKind.CHAIN: (0.6, 1.2),
    BarrierKind.BLOCK: (0.6, 1.4),
}
OPEN_HOURS = ("00:00-24:00", "06:00-23:00", "06:30-22:30", "05:30-24:00", "")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lanes as drawn on the plan, before they are bent over the hills.

    ``road`` counts the column lines, then the row lines; -1 for lanes inside a block. ``block``
    is column times rows plus row; -1 for main roads.
    """

    ends: Floats  # (n, 2, 2)
    kind: Words
    barrier: Words
    oneway: Flags
    bridge: Flags
    road: Longs
    block: Longs


@dataclass(frozen=True, slots=True)
class Streets:
    """The lanes with everything that a survey would know, and much that it would not deliver.

    Parameters
    ----------
    geometry
        Lines on the ground, metres from the origin; lanes that meet share a vertex.
    degrees
        The same lines in degrees, as delivered.
    kind, oneway, surface
        Codes and words, one a lane.
    width_m, height_limit_m, slope_pct, step_count, max_speed_kmh
        Numbers, ``nan`` where not known.
    bridge
        Whether the lane is a bridge.
    road, block
        Where the lane belongs, as in `Lines`.
    barrier_lane, barrier_kind, barrier_point, barrier_width_m, barrier_hours
        The barriers; their points, in degrees, are vertices of their lanes.
    """

    geometry: Shapes
    degrees: Shapes
    kind: Words
    oneway: Words
    surface: Words
    width_m: Floats
    height_limit_m: Floats
    slope_pct: Floats
    step_count: Floats
    max_speed_kmh: Floats
    bridge: Flags
    road: Longs
    block: Longs
    barrier_lane: Longs
    barrier_kind: Words
    barrier_point: Shapes
    barrier_width_m: Floats
    barrier_hours: Words


def join_lines(frame: Frame, sketches: dict[tuple[int, int], Sketch]) -> Lines:
    """Put the lanes of all blocks and the main roads into one set that meets at its ends."""
    rows = frame.zones.shape[1]
    ports: dict[tuple[str, int, int], set[float]] = {}
    ends, kinds, barriers, oneways, blocks = [], [], [], [], []
    for (i, j), sketch in sketches.items():
        block = frame.block(i, j)
        drawn = np.concatenate(sketch.lanes)
        ends.append(block.at(drawn))
        kinds += sketch.lane_kinds
        barriers += sketch.lane_barriers
        oneways += sketch.lane_oneways
        blocks += [i * rows + j] * len(drawn)
        for s, t in drawn.reshape(-1, 2).tolist():
            if t in (0.0, 1.0):
                ports.setdefault(("across", i, j + int(t)), set()).add(s)
            elif s in (0.0, 1.0):
                ports.setdefault(("along", i + int(s), j), set()).add(t)
    inner = len(kinds)

    roads, bridges = [], []
    for way, built, classes in (
        ("across", frame.across, frame.row_classes),
        ("along", frame.along, frame.column_classes),
    ):
        for i, j in np.argwhere(built).tolist():
            line, step = (j, (1, 0)) if way == "across" else (i, (0, 1))
            start, end = frame.corners[i, j], frame.corners[i + step[0], j + step[1]]
            part = np.array(sorted({0.0, 1.0} | ports.get((way, i, j), set())))[:, None]
            points = start * (1 - part) + end * part
            ends.append(np.stack([points[:-1], points[1:]], axis=1))
            pieces = len(points) - 1
            kinds += [classes[line].value] * pieces
            roads += [line + (len(frame.column_classes) if way == "across" else 0)] * pieces
            bridges += [way == "along" and j == frame.river_row] * pieces
    main = len(roads)
    return Lines(
        ends=np.concatenate(ends),
        kind=np.array(kinds),
        barrier=np.array(barriers + [""] * main),
        oneway=np.array(oneways + [False] * main),
        bridge=np.array([False] * inner + bridges),
        road=np.array([-1] * inner + roads),
        block=np.array(blocks + [-1] * main),
    )


def bend(lines: Lines, relief: Relief) -> tuple[Floats, Longs]:
    """Bend lanes over the hills; return their vertices and where each lane's begin."""
    length = np.linalg.norm(lines.ends[:, 1] - lines.ends[:, 0], axis=1)
    pieces = 2 * np.ceil(length / (2 * VERTEX_M)).astype(np.int64)  # even: barriers in the middle
    lane = np.repeat(np.arange(len(pieces)), pieces + 1)
    first = np.concatenate([[0], np.cumsum(pieces + 1)])
    part = ((np.arange(len(lane)) - first[lane]) / pieces[lane])[:, None]
    xy = relief.warp(lines.ends[lane, 0] * (1 - part) + lines.ends[lane, 1] * part)
    # Each junction is bent once, so that all its lanes get exactly the same vertex.
    junctions, of_end = np.unique(lines.ends.reshape(-1, 2), axis=0, return_inverse=True)
    bent = relief.warp(junctions)[of_end.reshape(-1, 2)]
    xy[first[:-1]], xy[first[1:] - 1] = bent[:, 0], bent[:, 1]
    return xy, first


def survey_streets(
    lines: Lines,
    xy: Floats,
    first: Longs,
    terrain: Terrain,
    rng: np.random.Generator,
) -> Streets:
    """Measure the lanes as a survey would, leaving out what surveys leave out."""
    count = len(lines.kind)
    lane = np.repeat(np.arange(count), np.diff(first))
    degrees = to_degrees(xy)
    geometry = shapely.linestrings(xy, indices=lane)
    rise = terrain.sample(degrees[first[1:] - 1]) - terrain.sample(degrees[first[:-1]])
    slope = 100 * rise / shapely.length(geometry)

    kind = lines.kind.astype("<U16")
    stairs = np.isin(kind, MAY_BE_STEPS) & (np.abs(slope) > STEPS_FROM_PCT)
    stairs &= lines.barrier == ""
    kind[stairs] = LaneClass.STEPS
    steps = np.where(stairs, np.maximum(np.round(np.abs(rise) / RISER_M), 2), np.nan)
    steps[rng.random(count) < 0.12] = np.nan

    low, high = np.array([WIDTHS_M[k] for k in kind]).T
    width = np.round(low + (high - low) * rng.beta(2, 2.5, count), 1)
    known = np.array([WIDTH_KNOWN.get(LaneClass(k), WIDTH_KNOWN_ELSEWHERE) for k in kind])
    width[rng.random(count) >= known] = np.nan
    limit = np.full(count, np.nan)
    arched = (rng.random(count) < ARCHED) & ~stairs & (lines.road < 0)
    limit[arched] = np.round(rng.uniform(2.1, 4.3, int(arched.sum())), 1)
    speed = np.array([SPEEDS_KMH.get(LaneClass(k), np.nan) for k in kind])
    slope = np.where(rng.random(count) < SLOPE_KNOWN, np.round(slope, 1), np.nan)

    held = np.flatnonzero(lines.barrier != "")
    barrier_kind = lines.barrier[held]
    low, high = np.array([BARRIER_WIDTHS_M[BarrierKind(k)] for k in barrier_kind]).reshape(-1, 2).T
    barrier_width = np.round(rng.uniform(low, high), 1)
    barrier_width[rng.random(len(held)) < 0.3] = np.nan
    hours = np.array(OPEN_HOURS)[rng.integers(0, len(OPEN_HOURS), len(held))]
    hours[~np.isin(barrier_kind, (BarrierKind.GATE, BarrierKind.LIFT_GATE))] = ""
    return Streets(
        geometry=np.asarray(geometry),
        degrees=np.asarray(shapely.linestrings(degrees, indices=lane)),
        kind=kind,
        oneway=np.where(lines.oneway, Oneway.FORWARD.value, Oneway.BOTH.value),
        surface=np.array([SURFACES.get(LaneClass(k), "沥青") for k in kind]),
        width_m=width,
        height_limit_m=limit,
        slope_pct=slope,
        step_count=steps,
        max_speed_kmh=speed,
        bridge=lines.bridge,
        road=lines.road,
        block=lines.block,
        barrier_lane=held,
        barrier_kind=barrier_kind,
        barrier_point=np.asarray(shapely.points(degrees[(first[held] + first[held + 1] - 1) // 2])),
        barrier_width_m=barrier_width,
        barrier_hours=hours,
    )
