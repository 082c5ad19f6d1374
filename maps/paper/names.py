"""Names on paper: beside signs, in areas, along roads; none over another, the weighty first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from ...geo.words import fields as f
from .frames import Frame
from .typeset import FONT

LONGEST: Final = 16  # letters of a name, the rest is cut
SIGN_MM: Final = 2.4  # half the size of a sign
AGAIN_MM: Final = 70.0  # a road is not named again nearer than this
STRAIGHT: Final = 0.97  # of its length: how far the ends of a named part lie apart at least
STATION, AREA, ROAD = range(3)  # in this order names get their room


@dataclass(frozen=True)
class Name:
    """A name and where it may stand, the best place first.

    Attributes
    ----------
    said
        The name.
    rank
        `STATION`, `AREA` or `ROAD`.
    places
        ``(x, y, degrees)`` of the middle, millimetres in the frame.
    """

    said: str
    rank: int
    places: tuple[tuple[float, float, float], ...]


def beside(x: float, y: float, said: str, *, sign: bool, type_mm: float) -> Name:
    """Return a name beside a sign, or in the middle of an area.

    Parameters
    ----------
    x, y
        The sign or the middle, millimetres in the frame.
    said
        The name.
    sign
        Whether a sign stands there, which the name must not cover.
    type_mm
        Size of the letters.
    """
    said = _short(said)
    side = wide(said) * type_mm / 2 + SIGN_MM + 0.6
    high = type_mm / 2 + SIGN_MM + 0.4
    steps = [
        (0.0, -high), (side, 0.0), (-side, 0.0), (0.0, high), (side, -high), (-side, -high),
        (side, high), (-side, high), (0.0, -high - type_mm), (0.0, high + type_mm),
    ]  # fmt: skip
    places = steps if sign else [(0.0, 0.0), *steps]
    return Name(said, STATION if sign else AREA, tuple((x + a, y + b, 0.0) for a, b in places))


class NamedLanes:
    """The lanes of a town that have a name, found by place."""

    def __init__(self, lanes: gpd.GeoDataFrame) -> None:
        """Take lanes; those without a name are passed over."""
        named = lanes[f.NAME].notna().to_numpy()
        self.lines = lanes.geometry.to_numpy()[named]
        self.names = [_short(str(name)) for name in lanes[f.NAME].to_numpy()[named]]
        self.tree = shapely.STRtree(self.lines)


def names_along(lanes: NamedLanes, frame: Frame, *, most: int) -> list[Name]:
    """Return the names of the longest lanes in a frame, each along a straight part of its lane.

    Parameters
    ----------
    lanes
        With names.
    frame
        The piece of the town.
    most
        How many names at the most.
    """
    inside = np.sort(lanes.tree.query(frame.box, predicate="intersects"))
    parts, of_lane = shapely.get_parts(
        shapely.intersection(lanes.lines[inside], frame.box), return_index=True
    )
    is_line = shapely.get_type_id(parts) == 1
    parts, said = parts[is_line], [lanes.names[row] for row in inside[of_lane[is_line]]]
    metres = frame.scale / 1000
    room = np.array([wide(name) * frame.type_mm + 1.5 for name in said]) * metres
    length = shapely.length(parts)
    order = [row for row in np.argsort(-length, kind="stable") if length[row] >= room[row]]
    order = order[: 3 * most]
    if not order:
        return []
    # The middle of a name lies at a half, a quarter or three quarters of its lane.
    half = room[order][:, None] / 2
    at = length[order][:, None] * np.array([0.5, 0.25, 0.75])
    fits = (at >= half) & (at <= length[order][:, None] - half)
    ends = shapely.line_interpolate_point(
        parts[order][:, None, None], np.stack([at - half, at + half], 2)
    )
    begin, end = np.moveaxis(frame.mm(shapely.get_coordinates(ends)).reshape(-1, 3, 2, 2), 2, 0)
    step = end - begin
    fits &= np.hypot(step[..., 0], step[..., 1]) >= STRAIGHT * 2 * half / metres
    angle = (np.degrees(np.arctan2(step[..., 1], step[..., 0])) + 90) % 180 - 90
    places = np.dstack([(begin + end) / 2, angle])
    found = [
        Name(said[row], ROAD, tuple(map(tuple, mine[fit].tolist())))
        for row, mine, fit in zip(order, places, fits, strict=True)
        if fit.any()
    ]
    return found[:most]


def placed(names: Sequence[Name], signs: Sequence[tuple[float, float]], frame: Frame) -> str:
    """Return names as SVG; one that finds no room is left out.

    Parameters
    ----------
    names
        What is to be named.
    signs
        Middles of signs that no name covers, millimetres.
    frame
        Of the map.
    """
    size = frame.type_mm
    return "".join(
        f'<g transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})">'
        f"{written(0, 0.36 * size, name.said, size=size, halo=True)}</g>"
        for name, (x, y, angle) in with_room(names, signs, frame)
    )


def with_room(
    names: Sequence[Name], signs: Sequence[tuple[float, float]], frame: Frame
) -> list[tuple[Name, tuple[float, float, float]]]:
    """Return which names are written, and where.

    None lies over another, over a sign, the north arrow, the scale bar or the edge.

    Parameters
    ----------
    names, signs, frame
        As for `placed`.
    """
    taken = [shapely.box(x - SIGN_MM, y - SIGN_MM, x + SIGN_MM, y + SIGN_MM) for x, y in signs]
    w, h = frame.width_mm, frame.height_mm
    bar_mm = frame.bar_m / frame.scale * 1000
    taken += [shapely.box(w - 11, 3, w - 1, 16), shapely.box(w - bar_mm - 7, h - 9, w, h)]
    paper = shapely.box(0, 0, frame.width_mm, frame.height_mm)
    roads: list[tuple[str, float, float]] = []
    found = []
    for name in sorted(names, key=lambda name: name.rank):
        for x, y, angle in name.places:
            if name.rank == ROAD and any(
                said == name.said and np.hypot(x - u, y - v) < AGAIN_MM for said, u, v in roads
            ):
                continue
            box = turned_box(x, y, angle, wide(name.said) * frame.type_mm, frame.type_mm)
            if not paper.contains(box) or any(shapely.intersects(taken, box)):
                continue
            taken.append(box)
            if name.rank == ROAD:
                roads.append((name.said, x, y))
            found.append((name, (x, y, angle)))
            break
    return found


def turned_box(x: float, y: float, angle: float, width: float, height: float) -> shapely.Polygon:
    """Return the box of a name of some size in millimetres, turned by degrees."""
    a = np.radians(angle)
    along = np.array([np.cos(a), np.sin(a)]) * (width / 2 + 0.3)
    across = np.array([-np.sin(a), np.cos(a)]) * (height / 2 + 0.2)
    corners = [along + across, along - across, -along - across, -along + across]
    return shapely.Polygon([(x + dx, y + dy) for dx, dy in corners])


def written(
    x: float, y: float, said: str, *, size: float, fill: str = "#000", halo: bool = False
) -> str:
    """Return a text in the middle of a place; the halo is a second one behind it."""
    shown = escape("".join(c for c in said if c.isprintable()))
    place = f'x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="{size:g}"'
    behind = (
        f'<text {place} text-anchor="middle" stroke="#fff" stroke-width="0.7" fill="#fff">'
        f"{shown}</text>"
        if halo
        else ""
    )
    return f'{behind}<text {place} text-anchor="middle" fill="{fill}">{shown}</text>'


def _short(said: str) -> str:
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def wide(said: str) -> float:
    """Return about how wide a text is against its size: an ideograph is as wide as it is high."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.6 for letter in said)
