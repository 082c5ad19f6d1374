"""Maps as vectors for paper: legible in black and white, at a scale that is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import shapely

from ...geo.words import LaneClass
from ...geo.words import fields as f
from .typeset import FONT

WIDE = (LaneClass.TRUNK, LaneClass.PRIMARY, LaneClass.SECONDARY, LaneClass.TERTIARY)
NARROW = (LaneClass.ALLEY, LaneClass.CYCLEWAY, LaneClass.FOOTWAY, LaneClass.PATH)
SCALES = (
    500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 12_000, 15_000, 18_000,
    20_000, 25_000, 30_000, 40_000, 50_000, 100_000, 200_000,
)  # fmt: skip
BARS_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)
GRID = 6  # columns and rows by which places on a map are told
STEP = 2.2  # mm between arrows is this times the size of one


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
    """

    west: float
    north: float
    scale: int
    width_mm: float
    height_mm: float

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
) -> Frame:
    """Return the frame of the largest round scale, 1 : ``smallest`` at most, that holds bounds."""
    west, south, east, north = bounds
    need = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm)
    )
    scale = next((s for s in SCALES if s / 1000 >= need and s >= smallest), SCALES[-1])
    metres = scale / 1000
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Frame(
        middle_x - width_mm * metres / 2,
        middle_y + height_mm * metres / 2,
        scale,
        width_mm,
        height_mm,
    )


class Drawing:
    """An SVG that grows layer by layer, in millimetres."""

    def __init__(self, frame: Frame) -> None:
        """Begin an empty drawing."""
        self.frame = frame
        self._parts: list[str] = []

    def ground(
        self,
        *,
        buildings: gpd.GeoDataFrame,
        lanes: gpd.GeoDataFrame,
        water: gpd.GeoDataFrame | None = None,
        communities: gpd.GeoDataFrame | None = None,
    ) -> None:
        """Draw what orients the reader: houses, lanes, water, borders of communities."""
        if communities is not None:
            lines = shapely.boundary(communities.geometry.to_numpy())
            self._path(lines, "none", "#555", 0.35, dash="3 1 0.6 1")
        if water is not None:
            shapes = water.geometry.to_numpy()
            wide = shapes[shapely.get_dimensions(shapes) == 2]
            self._path(wide, "#e3ecf2", "#7f98a8", 0.2)
        self._path(buildings.geometry.to_numpy(), "#e4e4e4", "#9a9a9a", 0.12)
        kind = lanes[f.LANE_CLASS].fillna(LaneClass.SERVICE).astype(str).to_numpy()
        shapes = lanes.geometry.to_numpy()
        wide, steps = np.isin(kind, WIDE), kind == LaneClass.STEPS
        narrow = np.isin(kind, NARROW)
        middle = ~wide & ~steps & ~narrow
        for chosen, casing, core in ((wide, 1.5, 1.1), (middle, 1.0, 0.65)):
            self._path(shapes[chosen], "none", "#8a8a8a", casing)
            self._path(shapes[chosen], "none", "#fff", core)
        self._path(shapes[narrow], "none", "#8a8a8a", 0.35)
        self._path(shapes[steps], "none", "#444", 0.9, dash="0.25 0.45", cap="butt")

    def houses(self, shapes: np.ndarray, *, fill: str = "#5a5a5a") -> None:
        """Draw houses that matter here darker."""
        self._path(shapes, fill, "#000", 0.2)

    def area(self, shapes: np.ndarray) -> None:
        """Draw an area: a light tint, which lanes and houses show through, and its outline."""
        self._path(shapes, "#000", "#000", 0.4, tint=0.08)

    def outline(self, shapes: np.ndarray) -> None:
        """Draw the border of what a map is about, heavier than that of its neighbours."""
        self._path(shapely.boundary(shapes), "none", "#000", 0.9, dash="5 1.2 1 1.2", cap="butt")

    def closed(self, lines: np.ndarray) -> None:
        """Draw lanes that are blocked: a heavy broken line, crossed in the middle."""
        self._path(lines, "none", "#000", 0.9, dash="1.2 0.9", cap="butt")
        for line in lines:
            x, y = self.frame.mm(shapely.get_coordinates(line.interpolate(0.5, normalized=True)))[0]
            if self._inside(x, y):
                self._parts.append(
                    f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.5" fill="#fff" stroke="#000" '
                    f'stroke-width="0.3"/><path d="M{x - 1:.2f} {y - 1:.2f}l2 2m0-2l-2 2" '
                    'stroke="#000" stroke-width="0.4"/>'
                )

    def narrowed(self, lines: np.ndarray) -> None:
        """Draw lanes that are narrowed: a broken line without a cross."""
        self._path(lines, "none", "#000", 0.7, dash="1.2 0.9", cap="butt")

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
        self._parts.append(
            f'<circle cx="{across:.2f}" cy="{down:.2f}" r="2.3" stroke="#fff" stroke-width="0.4"/>'
            + _text(across, down + 0.95, number, size=2.7, fill="#fff")
        )

    def mark(self, x: float, y: float, kind: str, named: str = "") -> None:
        """Draw a sign: ``station``, ``hydrant``, ``water``, ``hazard`` or ``end``."""
        self.marks(np.array([[x, y]]), kind)
        if named:
            self.label(x, y, named, above=True)

    def marks(self, xy: np.ndarray, kind: str) -> None:
        """Draw one sign at many places, ``(places, 2)`` metres."""
        for across, down in self.frame.mm(xy).tolist():
            if self._inside(across, down):
                place = f'transform="translate({across:.2f} {down:.2f})"'
                self._parts.append(f"<g {place}>{SIGNS[kind]}</g>")

    def label(self, x: float, y: float, named: str, *, above: bool = False) -> None:
        """Write a name, haloed."""
        across, down = self.frame.mm(np.array([[x, y]]))[0]
        if self._inside(across, down):
            self._parts.append(
                _text(across, down - 2.4 if above else down, named, size=2.3, halo=True)
            )

    def lane_names(self, lanes: gpd.GeoDataFrame, *, most: int = 40) -> None:
        """Write the names of the longest lanes in view, each once, along them."""
        names = lanes[f.NAME].to_numpy(dtype=object)
        shapes = lanes.geometry.to_numpy()
        seen = np.flatnonzero(lanes[f.NAME].notna() & shapely.intersects(shapes, self.frame.box))
        clipped = shapely.intersection(shapes[seen], self.frame.box)
        length_mm = shapely.length(clipped) / self.frame.scale * 1000
        taken: list[shapely.Geometry] = []
        for at in np.argsort(-length_mm, kind="stable"):
            name, line, mm = names[seen[at]], clipped[at], length_mm[at]
            room = len(str(name)) * 2.2
            if mm < room:
                continue
            if len(taken) >= most:
                break
            parts = [p for p in shapely.get_parts(line) if p.geom_type == "LineString"]
            if not parts:
                continue
            longest = max(parts, key=lambda part: part.length)
            half = longest.length / 2
            a, b = longest.interpolate(half * 0.9), longest.interpolate(half * 1.1)
            (x, y), (u, v) = self.frame.mm(np.array([[a.x, a.y], [b.x, b.y]]))
            angle = float(np.degrees(np.arctan2(v - y, u - x)))
            angle = (angle + 90) % 180 - 90
            spot = shapely.Point((x + u) / 2, (y + v) / 2).buffer(room / 2 + 1)
            if any(spot.intersects(other) for other in taken) or not self._inside(x, y):
                continue
            taken.append(spot)
            self._parts.append(
                f'<g transform="translate({(x + u) / 2:.2f} {(y + v) / 2:.2f}) '
                f'rotate({angle:.1f})">{_text(0, 0.75, str(name), size=2.1, halo=True)}</g>'
            )

    def svg(self, *, north: str, metres: str) -> str:
        """Return the SVG with border, grid, scale bar and north arrow.

        ``north`` and ``metres`` are the words beside arrow and bar.
        """
        w, h = self.frame.width_mm, self.frame.height_mm
        cell = (w / GRID, h / GRID)
        grid = [
            f'<path d="M{k * cell[0]:.2f} 0V{h:.2f}M0 {k * cell[1]:.2f}H{w:.2f}" fill="none" '
            'stroke="#000" stroke-opacity="0.22" stroke-width="0.15" stroke-dasharray="0.6 1.2"/>'
            for k in range(1, GRID)
        ]
        for k in range(GRID):
            grid.append(_text((k + 0.5) * cell[0], 2.7, chr(65 + k), size=2.4, halo=True))
            grid.append(_text(1.8, (k + 0.5) * cell[1] + 0.9, str(k + 1), size=2.4, halo=True))
        bar = self.frame.bar_m / self.frame.scale * 1000
        x, y = w - bar - 5, h - 4.5
        furniture = (
            f'<rect x="{x - 2:.2f}" y="{y - 4.2:.2f}" width="{bar + 5:.2f}" height="7" '
            'fill="#fff" fill-opacity="0.85"/>'
            f'<path d="M{x:.2f} {y - 0.8:.2f}v0.8h{bar:.2f}v-0.8M{x + bar / 2:.2f} '
            f'{y - 0.6:.2f}v0.6" fill="none" stroke="#000" stroke-width="0.4"/>'
            + _text(x + bar / 2, y - 1.3, f"{self.frame.bar_m} {metres}", size=2.2)
            + f'<g transform="translate({w - 6:.2f} 9)"><circle r="4.2" cy="-0.6" fill="#fff" '
            'fill-opacity="0.85"/><path d="M0-3.4L1.6 2.4L0 1.2L-1.6 2.4Z"/></g>'
            + _text(w - 6, 14.6, north, size=2.4, halo=True)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}mm" height="{h:g}mm" '
            f'viewBox="0 0 {w:g} {h:g}"><clipPath id="c"><rect width="{w:g}" height="{h:g}"/>'
            f'</clipPath><rect width="{w:g}" height="{h:g}" fill="#fff"/>'
            f'<g clip-path="url(#c)">{"".join(self._parts)}{"".join(grid)}{furniture}</g>'
            f'<rect width="{w:g}" height="{h:g}" fill="none" stroke="#000" stroke-width="0.5"/>'
            "</svg>"
        )

    def _inside(self, x: float, y: float) -> bool:
        return -2 <= x <= self.frame.width_mm + 2 and -2 <= y <= self.frame.height_mm + 2

    def _path(
        self,
        shapes: np.ndarray,
        fill: str,
        stroke: str,
        width: float,
        *,
        dash: str = "",
        cap: str = "round",
        tint: float = 1,
    ) -> None:
        """Draw shapes as one path; what lies outside the frame is left out."""
        if not len(shapes):
            return
        seen = shapes[shapely.intersects(shapes, self.frame.box)]
        if not len(seen):
            return
        closed = fill != "none"
        rings = (
            shapely.get_rings(shapely.get_parts(seen))
            if closed
            else _lines(shapely.get_parts(seen))
        )
        xy, which = shapely.get_coordinates(rings, return_index=True)
        mm = np.rint(self.frame.mm(xy) * 100).astype(np.int64)
        first = np.flatnonzero(np.r_[True, which[1:] != which[:-1]])
        parts = []
        end = "z" if closed else ""
        # Steps from point to point; a closed ring leaves out its last point, which is its first.
        step = np.diff(mm, axis=0, prepend=mm[:1]).tolist()
        start = mm[first].tolist()
        for (x, y), begin, stop in zip(start, first, [*first[1:], len(mm)], strict=True):
            inner = step[begin + 1 : stop - 1 if closed else stop]
            if inner:
                parts.append(f"M{x} {y}l{' '.join([f'{dx} {dy}' for dx, dy in inner])}{end}")
        dashed = ""
        if dash:
            dashed = f' stroke-dasharray="{" ".join(f"{float(d) * 100:g}" for d in dash.split())}"'
        self._parts.append(
            f'<path transform="scale(0.01)" d="{"".join(parts)}" fill="{fill}" '
            f'fill-opacity="{tint:g}" fill-rule="evenodd" '
            f'stroke="{stroke}" stroke-width="{width * 100:g}" '
            f'stroke-linejoin="round" stroke-linecap="{cap}"{dashed}/>'
        )


def _lines(parts: np.ndarray) -> np.ndarray:
    kind = shapely.get_type_id(parts)
    lines: np.ndarray = parts[(kind == 1) | (kind == 2)]
    return lines


def _text(
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
