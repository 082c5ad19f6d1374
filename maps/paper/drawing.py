"""Maps as vectors for paper: legible in black and white, at a scale that is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from .frames import GRID, Frame
from .names import Name, NamedLanes, beside, names_along, placed, written
from .strokes import Ground, Strokes


class Drawing:
    """An SVG that grows layer by layer, in millimetres."""

    def __init__(self, frame: Frame) -> None:
        """Begin an empty drawing."""
        self.frame = frame
        self._parts: list[str] = []
        self._names: list[Name] = []
        self._signs: list[tuple[float, float]] = []  # millimetres; no name covers one

    def ground(self, ground: Ground) -> None:
        """Draw what orients the reader: houses, lanes, water, borders of communities."""
        frame, parts = self.frame, self._parts
        parts.append(ground.borders.drawn(frame, "none", "#555", 0.35, dash="3 1 0.6 1"))
        parts.append(ground.waters.drawn(frame, "#e3ecf2", "#7f98a8", 0.2))
        parts.append(ground.houses.drawn(frame, "#e4e4e4", "#9a9a9a", 0.12))
        for lanes, casing, core in ((ground.wide, 1.5, 1.1), (ground.middle, 1.0, 0.65)):
            parts.append(lanes.drawn(frame, "none", "#8a8a8a", casing))
            parts.append(lanes.drawn(frame, "none", "#fff", core))
        parts.append(ground.narrow.drawn(frame, "none", "#8a8a8a", 0.35))
        parts.append(ground.steps.drawn(frame, "none", "#444", 0.9, dash="0.25 0.45", cap="butt"))

    def houses(self, shapes: np.ndarray, *, fill: str = "#5a5a5a") -> None:
        """Draw houses that matter here darker."""
        self._path(shapes, fill, "#000", 0.2)

    def area(self, shapes: np.ndarray) -> None:
        """Draw an area: a light tint, which lanes and houses show through, and its outline."""
        self._path(shapes, "#000", "#000", 0.4, tint=0.08)

    def outline(self, shapes: np.ndarray) -> None:
        """Draw the border of what a map is about, heavier than that of its neighbours."""
        self._path(shapely.boundary(shapes), "none", "#000", 0.9, dash="5 1.2 1 1.2", cap="butt")

    def states(self, ground: Ground) -> None:
        """Draw blocked lanes as a heavy broken line with a cross, narrowed ones without it."""
        self._path(ground.blocked, "none", "#000", 0.9, dash="1.2 0.9", cap="butt")
        middles = shapely.line_interpolate_point(ground.blocked, 0.5, normalized=True)
        for x, y in self.frame.mm(shapely.get_coordinates(middles)).tolist():
            if self._inside(x, y):
                self._parts.append(
                    f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.5" fill="#fff" stroke="#000" '
                    f'stroke-width="0.3"/><path d="M{x - 1:.2f} {y - 1:.2f}l2 2m0-2l-2 2" '
                    'stroke="#000" stroke-width="0.4"/>'
                )
        self._path(ground.narrowed, "none", "#000", 0.7, dash="1.2 0.9", cap="butt")

    def emphasised(self, lines: np.ndarray) -> None:
        """Draw lanes that must stay clear: a heavy line."""
        self._path(lines, "none", "#000", 1.1)

    def route(self, lines: Iterable[shapely.LineString | None], *, dashed: bool = False) -> None:
        """Draw ways with arrows in the direction of travel."""
        shapes = [line for line in lines if line is not None]
        self._path(np.array(shapes, dtype=object), "none", "#fff", 1.8)
        self._path(np.array(shapes, dtype=object), "none", "#000", 0.8,
                   dash="1.4 0.8" if dashed else "")  # fmt: skip
        for line in shapes:
            xy = self.frame.mm(shapely.get_coordinates(line))
            length = np.hypot(*np.diff(xy, axis=0).T)
            at = np.cumsum(length)
            total = float(at[-1])
            many = max(1, int(total // 28))
            for place in (np.arange(many) + 0.5) * total / many:
                k = int(np.searchsorted(at, place))
                if length[k] < 1e-6:
                    continue
                part = 1 - (at[k] - place) / length[k]
                x, y = xy[k] + part * (xy[k + 1] - xy[k])
                angle = np.degrees(np.arctan2(*(xy[k + 1] - xy[k])[::-1]))
                if self._inside(x, y):
                    self._parts.append(
                        f'<path transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})" '
                        'd="M1.3 0L-1.1 1.05L-0.5 0L-1.1-1.05Z" stroke="#fff" '
                        'stroke-width="0.25"/>'
                    )

    def stop(self, x: float, y: float, number: str) -> None:
        """Draw a numbered stop."""
        across, down = self.frame.mm(np.array([[x, y]]))[0]
        self._signs.append((across, down))
        self._parts.append(
            f'<circle cx="{across:.2f}" cy="{down:.2f}" r="2.3" stroke="#fff" stroke-width="0.4"/>'
            + written(across, down + 0.95, number, size=2.7, fill="#fff")
        )

    def mark(self, x: float, y: float, kind: str, named: str = "") -> None:
        """Draw a sign, with its name beside it: ``station``, ``water``, ``end`` and so on."""
        self.marks(np.array([[x, y]]), kind)
        across, down = self.frame.mm(np.array([[x, y]]))[0]
        self._signs.append((across, down))
        if named and self._inside(across, down):
            self._names.append(beside(across, down, named, sign=True, type_mm=self.frame.type_mm))

    def marks(self, xy: np.ndarray, kind: str) -> None:
        """Draw one sign at many places, ``(places, 2)`` metres; names may lie over these."""
        for across, down in self.frame.mm(xy).tolist():
            if self._inside(across, down):
                place = f'transform="translate({across:.2f} {down:.2f})"'
                self._parts.append(f"<g {place}>{SIGNS[kind]}</g>")

    def label(self, x: float, y: float, named: str) -> None:
        """Write the name of an area in the middle of it, or near where there is room."""
        across, down = self.frame.mm(np.array([[x, y]]))[0]
        if named and self._inside(across, down):
            self._names.append(beside(across, down, named, sign=False, type_mm=self.frame.type_mm))

    def lane_names(self, lanes: NamedLanes, *, most: int = 40) -> None:
        """Write the names of the longest lanes in view, each once, along a straight part of them.

        A name for which there is no room is left out.
        """
        self._names += names_along(lanes, self.frame, most=most)

    def svg(self, *, north: str, metres: str) -> str:
        """Return the SVG with border, grid, scale bar and north arrow.

        ``north`` and ``metres`` are the words beside arrow and bar.
        """
        w, h = self.frame.width_mm, self.frame.height_mm
        size = self.frame.type_mm
        names = placed(self._names, self._signs, self.frame)
        cell = (w / GRID, h / GRID)
        grid = [
            f'<path d="M{k * cell[0]:.2f} 0V{h:.2f}M0 {k * cell[1]:.2f}H{w:.2f}" fill="none" '
            'stroke="#000" stroke-opacity="0.22" stroke-width="0.15" stroke-dasharray="0.6 1.2"/>'
            for k in range(1, GRID)
        ]
        for k in range(GRID):
            grid.append(written((k + 0.5) * cell[0], 2.9, chr(65 + k), size=size, halo=True))
            grid.append(written(1.8, (k + 0.5) * cell[1] + 0.9, str(k + 1), size=size, halo=True))
        bar = self.frame.bar_m / self.frame.scale * 1000
        x, y = w - bar - 5, h - 4.5
        furniture = (
            f'<rect x="{x - 2:.2f}" y="{y - 4.2:.2f}" width="{bar + 5:.2f}" height="7" '
            'fill="#fff" fill-opacity="0.85"/>'
            f'<path d="M{x:.2f} {y - 0.8:.2f}v0.8h{bar:.2f}v-0.8M{x + bar / 2:.2f} '
            f'{y - 0.6:.2f}v0.6" fill="none" stroke="#000" stroke-width="0.4"/>'
            + written(x + bar / 2, y - 1.3, f"{self.frame.bar_m} {metres}", size=size)
            + f'<g transform="translate({w - 6:.2f} 9)"><circle r="4.2" cy="-0.6" fill="#fff" '
            'fill-opacity="0.85"/><path d="M0-3.4L1.6 2.4L0 1.2L-1.6 2.4Z"/></g>'
            + written(w - 6, 14.6, north, size=size, halo=True)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}mm" height="{h:g}mm" '
            f'viewBox="0 0 {w:g} {h:g}"><clipPath id="c"><rect width="{w:g}" height="{h:g}"/>'
            f'</clipPath><rect width="{w:g}" height="{h:g}" fill="#fff"/>'
            f'<g clip-path="url(#c)">{"".join(self._parts)}{"".join(grid)}{names}{furniture}</g>'
            f'<rect width="{w:g}" height="{h:g}" fill="none" stroke="#000" stroke-width="0.5"/>'
            "</svg>"
        )

    def _inside(self, x: float, y: float) -> bool:
        return -2 <= x <= self.frame.width_mm + 2 and -2 <= y <= self.frame.height_mm + 2

    def _path(self, shapes: np.ndarray, fill: str, stroke: str, width: float, **how: Any) -> None:
        """Draw shapes as one path; what lies outside the frame is left out."""
        if len(shapes):
            self._parts.append(Strokes(shapes).drawn(self.frame, fill, stroke, width, **how))


SIGNS = {
    "station": '<path d="M0-2.4L2.3 1.7H-2.3Z" stroke="#fff" stroke-width="0.3"/>',
    "hydrant": '<circle r="1.1" fill="#fff" stroke="#000" stroke-width="0.35"/>'
    '<path d="M-1.1 0h2.2M0-1.1v2.2" stroke="#000" stroke-width="0.3"/>',
    "water": '<circle r="1.1" fill="#fff" stroke="#000" stroke-width="0.35"/>'
    '<path d="M-0.7 0.1q0.35-0.5 0.7 0t0.7 0" fill="none" stroke="#000" stroke-width="0.3"/>',
    "hazard": '<path d="M0-1.7L1.7 0L0 1.7L-1.7 0Z" fill="#fff" stroke="#000" '
    'stroke-width="0.45"/><path d="M0-0.9v1.1M0 0.6v0.3" stroke="#000" stroke-width="0.4"/>',
    "end": '<rect x="-1.9" y="-1.9" width="3.8" height="3.8" stroke="#fff" stroke-width="0.4"/>',
}
