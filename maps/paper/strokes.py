"""The ground of maps as strokes: each shape is written out once a scale, however many sheets.

A path begins at its own place in a plane that is fixed to the town, in hundredths of a millimetre
of the scale; a map moves that plane under its frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.words import LaneClass, LaneState, WaterKind
from ...geo.words import fields as f
from .frames import Frame
from .names import NamedLanes

WIDE = (LaneClass.TRUNK, LaneClass.PRIMARY, LaneClass.SECONDARY, LaneClass.TERTIARY)
NARROW = (LaneClass.ALLEY, LaneClass.CYCLEWAY, LaneClass.FOOTWAY, LaneClass.PATH)


class Strokes:
    """Shapes of one kind, and their paths at the scales that were asked for."""

    def __init__(self, shapes: np.ndarray) -> None:
        """Take shapes, ``(shapes,)`` geometries in metres."""
        self._shapes = shapes
        self._paths: dict[tuple[int, bool], np.ndarray] = {}

    def drawn(
        self,
        frame: Frame,
        fill: str,
        stroke: str,
        width: float,
        *,
        dash: str = "",
        cap: str = "round",
        tint: float = 1,
    ) -> str:
        """Return the shapes in a frame as one SVG path; empty where there is none.

        Parameters
        ----------
        frame
            The piece of the town.
        fill, stroke
            Colours; lines are not filled (``none``).
        width
            Of the stroke, millimetres.
        dash, cap, tint
            As in SVG, the dash in millimetres.
        """
        seen = np.sort(self._tree.query(frame.box, predicate="intersects"))
        if not len(seen):
            return ""
        dashed = ""
        if dash:
            dashed = f' stroke-dasharray="{" ".join(f"{float(d) * 100:g}" for d in dash.split())}"'
        x, y = np.rint(np.array([frame.west, -frame.north]) * (100_000 / frame.scale)).astype(int)
        paths = self._written(seen, frame.scale, closed=fill != "none")
        return (
            f'<path transform="scale(0.01)translate({-x} {-y})" d="{"".join(paths)}" '
            f'fill="{fill}" fill-opacity="{tint:g}" fill-rule="evenodd" '
            f'stroke="{stroke}" stroke-width="{width * 100:g}" '
            f'stroke-linejoin="round" stroke-linecap="{cap}"{dashed}/>'
        )

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._shapes)

    def _written(self, rows: np.ndarray, scale: int, *, closed: bool) -> list[str]:
        key = (scale, closed)
        if key not in self._paths:
            self._paths[key] = np.full(len(self._shapes), None, dtype=object)
        paths = self._paths[key]
        lacking = rows[[path is None for path in paths[rows]]]
        if len(lacking):
            paths[lacking] = paths_of(self._shapes[lacking], scale, closed=closed)
        return list(paths[rows])


def paths_of(shapes: np.ndarray, scale: int, *, closed: bool) -> list[str]:
    """Return the path of each shape in hundredths of a millimetre, y downwards.

    Parameters
    ----------
    shapes
        ``(shapes,)`` geometries in metres.
    scale
        1 : ``scale``.
    closed
        Rings of areas; else lines as they are, and areas are left out.
    """
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    if closed:
        lines, of_line = shapely.get_rings(parts, return_index=True)
        of_line = of_part[of_line]
    else:
        is_line = np.isin(shapely.get_type_id(parts), (1, 2))
        lines, of_line = parts[is_line], of_part[is_line]
    told: list[list[str]] = [[] for _ in shapes]
    if len(lines):
        xy, which = shapely.get_coordinates(lines, return_index=True)
        at = np.rint(xy * [1, -1] * (100_000 / scale)).astype(np.int64)
        first = np.flatnonzero(np.r_[True, which[1:] != which[:-1]])
        end = "z" if closed else ""
        # Steps from point to point; a closed ring leaves out its last point, which is its first.
        step = np.diff(at, axis=0, prepend=at[:1]).tolist()
        for (x, y), begin, stop, shape in zip(
            at[first].tolist(), first, [*first[1:], len(at)], of_line[which[first]], strict=True
        ):
            inner = step[begin + 1 : stop - 1 if closed else stop]
            if inner:
                told[shape].append(f"M{x} {y}l{' '.join([f'{dx} {dy}' for dx, dy in inner])}{end}")
    return ["".join(path) for path in told]


@dataclass(frozen=True)
class Ground:
    """What orients the reader of a map, by how it is drawn; signs as ``(places, 2)`` metres."""

    houses: Strokes
    wide: Strokes
    middle: Strokes
    narrow: Strokes
    steps: Strokes
    borders: Strokes
    waters: Strokes
    named: NamedLanes
    blocked: np.ndarray
    narrowed: np.ndarray
    hydrant_xy: np.ndarray
    water_xy: np.ndarray


_GROUNDS: WeakKeyDictionary[Assessment, Ground] = WeakKeyDictionary()


def ground_of(found: Assessment) -> Ground:
    """Return the ground of an assessment; made once.

    Parameters
    ----------
    found
        The assessment.
    """
    if found not in _GROUNDS:
        kind = found.lanes[f.LANE_CLASS].fillna(LaneClass.SERVICE).astype(str).to_numpy()
        lines = found.lanes.geometry.to_numpy()
        wide, steps, narrow = np.isin(kind, WIDE), kind == LaneClass.STEPS, np.isin(kind, NARROW)
        state = found.lanes[c.STATE].to_numpy(dtype=object)
        waters = found.water.geometry.to_numpy()
        is_point = shapely.get_dimensions(waters) == 0
        hydrant = (found.water[f.KIND] == WaterKind.HYDRANT).to_numpy()
        _GROUNDS[found] = Ground(
            houses=Strokes(found.buildings.geometry.to_numpy()),
            wide=Strokes(lines[wide]),
            middle=Strokes(lines[~wide & ~steps & ~narrow]),
            narrow=Strokes(lines[narrow]),
            steps=Strokes(lines[steps]),
            borders=Strokes(shapely.boundary(found.communities.geometry.to_numpy())),
            waters=Strokes(waters[shapely.get_dimensions(waters) == 2]),
            named=NamedLanes(found.lanes),
            blocked=lines[state == LaneState.BLOCKED],
            narrowed=lines[state == LaneState.NARROWED],
            hydrant_xy=shapely.get_coordinates(waters[is_point & hydrant]),
            water_xy=shapely.get_coordinates(waters[is_point & ~hydrant]),
        )
    return _GROUNDS[found]
