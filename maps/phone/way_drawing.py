"""What the drawing of a round on a phone needs: whole metres round its middle, few and short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from ...coverage.rounds import Round
from ...geo.words import fields as f
from ..html import shown
from ..paper import SheetSource

HOUSES_M: Final = 60.0  # from the way; houses farther off are not drawn
LANES_M: Final = 200.0
NAMES: Final = 40  # of lanes on a drawing
NAME_APART_M: Final = 150.0  # between two writings of one name
SIMPLE_M: Final = 1.0

Parts = list[list[int]]


class WayDrawing:
    """Lines of one round in whole metres from its middle: flat numbers, steps after the first."""

    def __init__(self, round_: Round, ground: SheetSource) -> None:
        """Take in where the round goes."""
        self.ground = ground
        ways = [stop.way for stop in round_.stops] + [half.back for half in round_.halves]
        lines = [line for way in ways if (line := ground.line(way)) is not None]
        points = [shapely.Point(stop.visit.x, stop.visit.y) for stop in round_.stops]
        self._all = shapely.union_all([*lines, *points])
        west, south, east, north = self._all.bounds
        self.middle = (round((west + east) / 2), round((south + north) / 2))

    def xy(self, x: float, y: float) -> tuple[int, int]:
        """Return a place in metres of the drawing."""
        return round(x - self.middle[0]), round(y - self.middle[1])

    def parts(self, shapes: Sequence[shapely.Geometry]) -> Parts:
        """Return lines, and the outer rings of areas, as steps."""
        made: Parts = []
        if not shapes:
            return made
        for shape in shapely.get_parts(np.array(shapes, dtype=object)):
            line = shape.exterior if shape.geom_type == "Polygon" else shape
            if line.is_empty or line.geom_type not in ("LineString", "LinearRing"):
                continue
            xy = shapely.get_coordinates(shapely.simplify(line, SIMPLE_M)) - self.middle
            steps = np.diff(np.rint(xy).astype(int), axis=0, prepend=[[0, 0]])
            kept = [steps[0], *(step for step in steps[1:] if step.any())]
            if len(kept) > 1:
                made.append(np.concatenate(kept).tolist())
        return made

    def surroundings(self) -> dict[str, Any]:
        """Return lanes, houses and names of lanes near the way."""
        found = self.ground.found
        near = shapely.box(*self._all.bounds).buffer(LANES_M)
        lanes = found.lanes[found.lanes.intersects(near)]
        close = self._all.buffer(HOUSES_M)
        houses = found.buildings[found.buildings.intersects(close)]
        return {
            "lanes": self.parts(list(shapely.intersection(lanes.geometry.to_numpy(), near))),
            "houses": self.parts(list(houses.geometry)),
            "names": self._names(lanes, near),
        }

    def _names(self, lanes: gpd.GeoDataFrame, near: shapely.Geometry) -> list[list[Any]]:
        """Return name, place and turn of what names the longest lanes, none twice close by."""
        said: list[list[Any]] = []
        named = lanes[lanes[f.NAME].notna()]
        order = named.geometry.length.sort_values(ascending=False, kind="stable").index
        for at in order:
            name, line = shown(named.at[at, f.NAME]), named.geometry[at]
            place = line.interpolate(0.5, normalized=True)
            x, y = self.xy(place.x, place.y)
            twice = any(n == name and np.hypot(x - a, y - b) < NAME_APART_M for n, a, b, _ in said)
            if twice or not near.contains(place):
                continue
            ahead = line.interpolate(0.55, normalized=True)
            turn = round(-np.degrees(np.arctan2(ahead.y - place.y, ahead.x - place.x)))
            turn = (turn + 90) % 180 - 90  # never upside down
            said.append([name, x, y, int(turn)])
            if len(said) == NAMES:
                break
        return said

    def degrees(self) -> dict[str, Any]:
        """Return how degrees become metres of the drawing, for the place that a phone gives."""
        crs = self.ground.found.buildings.crs
        x, y = self.middle
        corners = gpd.GeoSeries(gpd.points_from_xy([x, x + 500, x], [y, y, y + 500]), crs=crs)
        at = shapely.get_coordinates(corners.to_crs("EPSG:4326").to_numpy())
        matrix = np.linalg.inv((at[1:] - at[0]).T / 500)
        return {
            "lon": round(float(at[0, 0]), 7),
            "lat": round(float(at[0, 1]), 7),
            "x": [round(float(value), 1) for value in matrix[0]],
            "y": [round(float(value), 1) for value in matrix[1]],
        }
