"""How far a part of a province must see: nobody from beyond arrives within the horizon."""

from __future__ import annotations

import numpy as np
import shapely

from ...geo.arrays import Flags, Shapes
from ...geo.rules import RuleSet
from ...geo.words import LaneClass
from ..reach import SpeedFit

CELL_M = 100.0  # buildings of one cell are looked round together
TIMES = 2.0  # the longest standard that a horizon is, if nobody says otherwise


def usual_horizon_s(rules: RuleSet) -> float:
    """Return the time after which a crew counts as not coming, unless another one is asked for.

    Parameters
    ----------
    rules
        With the standards of the tiers, in seconds.
    """
    return TIMES * max(tier.standard_s.value for tier in rules.tier.values())


def halo_m(rules: RuleSet, *, horizon_s: float, speeds: SpeedFit | None = None) -> float:
    """Return the metres round a building within which everybody is who may come in time.

    Parameters
    ----------
    rules
        With the speeds of vehicles and how times of day change them; the fastest end of each
        counts, so that no reading moves faster.
    horizon_s
        Seconds on lanes.
    speeds
        Fitted to observed arrivals, where they were.

    Returns
    -------
    float
        Top speed times horizon, and how far a building may stand from its lane.
    """
    top = max(
        vehicle.speed(kind).at_most for vehicle in rules.vehicle.values() for kind in LaneClass
    )
    sooner = [v.at_least for band in rules.time_band.values() for v in band.slowdown.values()]
    fastest = min([1.0, *sooner])
    if speeds is not None and speeds.fitted:
        fastest *= min(1.0, float(np.nanmin(speeds.table[["factor", "low"]].to_numpy(dtype=float))))
    return top / fastest * horizon_s + rules.network.attach_m.value


def within(shapes: Shapes, buildings: Shapes, *, reach_m: float) -> Flags:
    """Return which shapes may lie within a distance of some building; none that does is left out.

    Parameters
    ----------
    shapes
        ``(n,)`` of any kind, in metres.
    buildings
        Footprints in the same plane.
    reach_m
        The distance.
    """
    if not len(buildings) or not len(shapes):
        return np.zeros(len(shapes), dtype=bool)
    west, south, east, north = shapely.bounds(buildings).T
    middle = np.stack([(west + east) / 2, (south + north) / 2], axis=1)
    wide = float(np.hypot(east - west, north - south).max())
    cells = np.unique(np.floor(middle / CELL_M), axis=0) * CELL_M + CELL_M / 2
    around = shapely.STRtree(shapely.points(cells))
    far = reach_m + CELL_M + wide
    near = np.zeros(len(shapes), dtype=bool)
    found = around.query_nearest(shapes, max_distance=far, all_matches=False)  # not all in reach
    near[found[0]] = True
    return near
