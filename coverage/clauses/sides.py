"""The four sides of buildings, and how far lanes run along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ...geo.arrays import Floats, Shapes


@dataclass(frozen=True)
class Sides:
    """Sides of the smallest rectangle round each footprint, sides 0 and 2 being the long ones.

    Attributes
    ----------
    begin, end
        ``(buildings, 4, 2)`` corners; NaN for a footprint without an area.
    outward
        ``(buildings, 4, 2)`` unit vectors away from the building.
    """

    begin: Floats
    end: Floats
    outward: Floats

    @property
    def length_m(self) -> Floats:
        """``(buildings, 4)`` length of each side."""
        return np.asarray(np.hypot(*np.moveaxis(self.end - self.begin, -1, 0)))


def sides_of(footprints: Shapes) -> Sides:
    """Return the sides of footprints.

    The smallest rectangle stands for the building: exact for plain blocks, a proxy for bent and
    branched ones.
    """
    box = shapely.oriented_envelope(footprints)
    solid = shapely.get_type_id(box) == shapely.GeometryType.POLYGON
    corners = np.full((len(footprints), 4, 2), np.nan)
    if solid.any():
        rings = shapely.get_coordinates(shapely.get_exterior_ring(box[solid]))
        corners[solid] = rings.reshape(-1, 5, 2)[:, :4]
    step = np.roll(corners, -1, axis=1) - corners
    length = np.hypot(step[..., 0], step[..., 1])
    turn = length[:, 0] < length[:, 1]
    corners[turn] = np.roll(corners[turn], -1, axis=1)
    end = np.roll(corners, -1, axis=1)
    step = end - corners
    normal = np.stack([step[..., 1], -step[..., 0]], axis=-1)
    normal /= np.hypot(step[..., 0], step[..., 1])[..., None]
    middle = corners.mean(axis=1, keepdims=True)
    inward = ((corners + end) / 2 - middle) * normal
    return Sides(corners, end, np.where(inward.sum(-1, keepdims=True) < 0, -normal, normal))


def alongside_m(sides: Sides, lines: Shapes, *, near_m: float, far_m: float) -> Floats:
    """Return how many metres of each side have a line before them, ``(buildings, 4)``.

    A line counts where it lies between ``near_m`` and ``far_m`` straight out from the side; its
    length is measured along the side, so that a lane which only crosses the strip counts little.
    What stands between wall and line is not looked at.

    Parameters
    ----------
    sides
        Of buildings.
    lines
        Middle lines of lanes, in the same CRS.
    near_m, far_m
        Bounds of the distance from the wall, metres.
    """
    found = np.zeros(sides.begin.shape[:2])
    solid = np.flatnonzero(np.isfinite(sides.begin).all(axis=(1, 2)))
    if not len(solid) or not len(lines):
        return found
    begin, end, out = sides.begin[solid], sides.end[solid], sides.outward[solid]
    ring = [begin + near_m * out, end + near_m * out, end + far_m * out, begin + far_m * out]
    strips = shapely.polygons(np.stack(ring, axis=2).reshape(-1, 4, 2))
    strip, line = shapely.STRtree(lines).query(strips, predicate="intersects")
    parts, of_pair = shapely.get_parts(
        shapely.intersection(lines[line], strips[strip]), return_index=True
    )
    xy, of_part = shapely.get_coordinates(parts, return_index=True)
    along = ((end - begin) / sides.length_m[solid][..., None]).reshape(-1, 2)
    owner = strip[of_pair[of_part]]
    run = np.abs((np.diff(xy, axis=0) * along[owner[1:]]).sum(axis=1))
    run = np.where(of_part[1:] == of_part[:-1], run, 0.0)
    total = np.bincount(owner[1:], weights=run, minlength=len(strips))
    found[solid] = np.minimum(total.reshape(-1, 4), sides.length_m[solid])
    return found
