"""Turn by turn: what a person with paper needs to know on the way between two stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from shapely import STRtree

from ...geo.ground import CLASS_WHEN_UNKNOWN
from ...geo.town import Town
from ...geo.words import LaneClass
from ...geo.words import fields as f
from .legs import Piece, Way

AHEAD_DEG: Final = 35.0  # a bend of less is no turn
SLIGHT_DEG: Final = 60.0
BACK_DEG: Final = 150.0
LANDMARK_M: Final = 25.0  # a house farther from the corner is no landmark of it
TOLD: Final = (f.NAME, f.LANE_CLASS, f.SLOPE_PCT, f.STEP_COUNT)
SHORT_M: Final = 3.0  # what nobody paces out is not told
COMPASS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


class Turn(StrEnum):
    """How a stretch begins."""

    START = "start"
    AHEAD = "ahead"
    SLIGHT_LEFT = "slight_left"
    SLIGHT_RIGHT = "slight_right"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"
    MOUNT = "mount"
    DISMOUNT = "dismount"


@dataclass(frozen=True)
class Stretch:
    """Part of a way that is told in one sentence.

    Attributes
    ----------
    turn
        How it begins.
    compass
        Where it first heads: one of `COMPASS`.
    lane_name, lane_class
        What it runs along; the name may be empty.
    rides
        Whether it is ridden.
    distance_m
        Its length along the lanes.
    climb
        1 up the steps, -1 down, 0 on the flat or unknown.
    step_count
        Of its steps, 0 where not known.
    landmark
        Name of the house at the corner where it begins; may be empty.
    """

    turn: Turn
    compass: str
    lane_name: str
    lane_class: str
    rides: bool
    distance_m: float
    climb: int
    step_count: int
    landmark: str


@dataclass(frozen=True)
class Landmarks:
    """Named houses and stations, by which people know where they are."""

    names: tuple[str, ...]
    tree: STRtree

    @staticmethod
    def of(town: Town) -> Landmarks:
        """Return the named buildings and stations of a town."""
        frames = [town.buildings, town.stations]
        named = [frame[frame[f.NAME].notna()] for frame in frames]
        names = tuple(str(name) for frame in named for name in frame[f.NAME])
        shapes = np.concatenate([frame.geometry.to_numpy() for frame in named])
        return Landmarks(names, STRtree(shapes))

    def near(self, place: shapely.Point) -> str:
        """Return the nearest one's name; empty where none is near."""
        if not self.names:
            return ""
        found = self.tree.query_nearest(place, max_distance=LANDMARK_M)
        return self.names[int(found.min())] if len(found) else ""


def directions(way: Way, lanes: gpd.GeoDataFrame, landmarks: Landmarks) -> tuple[Stretch, ...]:
    """Return a way as stretches, each to be told in one sentence.

    Parameters
    ----------
    way
        From `weizhan.coverage.rounds.legs.leg_ways`.
    lanes
        Of the town.
    landmarks
        To name corners by.
    """
    told: list[Stretch] = []
    heading = np.nan
    rows = [piece.lane for piece in way.pieces]
    known = {name: lanes[name].array.take(rows) for name in TOLD}
    before_rides: bool | None = None
    for at, (piece, rides) in enumerate(zip(way.pieces, way.rides, strict=True)):
        line = piece_line(piece, lanes)
        if line.length < 1e-6:
            continue
        first, last = _bearing(line, 0), _bearing(line, -2)
        lane = {name: column[at] for name, column in known.items()}
        name = lane[f.NAME] if isinstance(lane[f.NAME], str) else ""
        kind = _class(lane)
        turn = _turn(heading, first) if told else Turn.START
        if before_rides is not None and rides != before_rides:
            turn = Turn.MOUNT if rides else Turn.DISMOUNT
        climb, steps = _climb(piece, lane, kind)
        previous = told[-1] if told else None
        if (
            previous is not None
            and turn == Turn.AHEAD
            and (previous.rides, previous.climb) == (rides, climb)
            and (previous.lane_class == LaneClass.STEPS) == (kind == LaneClass.STEPS)
            and (not name or not previous.lane_name or previous.lane_name == name)
        ):
            # What has no name goes with the lane before or after it that has one.
            told[-1] = replace(
                previous,
                lane_name=previous.lane_name or name,
                distance_m=previous.distance_m + line.length,
                step_count=previous.step_count + steps,
            )
        else:
            corner = shapely.get_point(line, 0)
            seen = landmarks.near(corner) if turn not in (Turn.START, Turn.AHEAD) else ""
            told.append(
                Stretch(turn, _compass(first), name, kind, rides, line.length, climb, steps, seen)
            )
        heading, before_rides = last, rides
    return tuple(s for s in told if s.distance_m >= SHORT_M or s.turn in (Turn.MOUNT,
                 Turn.DISMOUNT))  # fmt: skip


def way_line(way: Way, lanes: gpd.GeoDataFrame) -> shapely.LineString | None:
    """Return the line of a way; None for a way of no length.

    Parameters
    ----------
    way
        Of a leg.
    lanes
        Of the town, lines by row.
    """
    parts = [shapely.get_coordinates(piece_line(piece, lanes)) for piece in way.pieces]
    if not parts:
        return None
    xy = np.concatenate(parts)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (np.abs(np.diff(xy, axis=0)) > 1e-6).any(axis=1)
    return shapely.LineString(xy[fresh]) if fresh.sum() > 1 else None


def piece_line(piece: Piece, lanes: gpd.GeoDataFrame) -> shapely.LineString:
    """Return the line of a piece, in the direction in which it is passed.

    Parameters
    ----------
    piece
        Part of a lane in the direction in which it is passed.
    lanes
        Of the town, lines by row.
    """
    line = lanes.geometry.array[piece.lane]
    low, high = sorted((piece.begin, piece.end))
    if low > 0 or high < 1:
        line = shapely.ops.substring(line, low, high, normalized=True)
        if line.geom_type == "Point":
            return shapely.LineString([line, line])
    return line if piece.begin <= piece.end else shapely.reverse(line)


def _class(lane: Mapping[str, Any]) -> str:
    told = lane[f.LANE_CLASS]
    return told if isinstance(told, str) else str(CLASS_WHEN_UNKNOWN)


def _climb(piece: Piece, lane: Mapping[str, Any], kind: str) -> tuple[int, int]:
    """Return whether steps lead up or down, and how many there are in this piece."""
    if kind != LaneClass.STEPS:
        return 0, 0
    slope = lane[f.SLOPE_PCT]
    way = 1 if piece.end >= piece.begin else -1
    climb = 0 if slope != slope or not slope else int(np.sign(slope)) * way
    count = lane[f.STEP_COUNT]
    steps = 0 if count != count else round(float(count) * abs(piece.end - piece.begin))
    return climb, steps


def _bearing(line: shapely.LineString, at: int) -> float:
    """Return the bearing of a segment in degrees, 0 for north, 90 for east."""
    xy = shapely.get_coordinates(line)
    dx, dy = xy[1] - xy[0] if at == 0 else xy[-1] - xy[-2]
    return float(np.degrees(np.arctan2(dx, dy)) % 360)


def _turn(before: float, after: float) -> Turn:
    angle = (after - before + 180) % 360 - 180
    side = abs(angle)
    if side < AHEAD_DEG:
        return Turn.AHEAD
    if side > BACK_DEG:
        return Turn.BACK
    if side < SLIGHT_DEG:
        return Turn.SLIGHT_RIGHT if angle > 0 else Turn.SLIGHT_LEFT
    return Turn.RIGHT if angle > 0 else Turn.LEFT


def _compass(bearing: float) -> str:
    return COMPASS[round(bearing / 45) % 8]
