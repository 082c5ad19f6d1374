"""By what people know a place that has no name: the nearest named house, and its lane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ...geo.arrays import Indices, Shapes
from ...geo.town import Town
from ...geo.words import fields as f

NEAR_M = 300.0  # a house farther away tells nobody where a place is
COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@dataclass(frozen=True)
class Beside:
    """What is near a place.

    Attributes
    ----------
    house
        Name or address of the nearest building that has one; empty where none is near.
    away_m, compass
        How far from its wall, and in which direction of its middle, the place lies.
    lane
        Name of the lane at which the place is; empty where it has none.
    """

    house: str
    away_m: float
    compass: str
    lane: str


def beside(town: Town, rows: np.ndarray) -> dict[int, Beside]:
    """Return what is near some stations, by row.

    Parameters
    ----------
    town
        Whose stations.
    rows
        Of the stations.
    """
    places = town.stations.geometry.to_numpy()[rows]
    told = near_places(town, places, town.station_positions.lane[rows])
    return dict(zip(rows.tolist(), told, strict=True))


def near_places(town: Town, places: Shapes, lane: Indices) -> list[Beside]:
    """Return what is near some points.

    Parameters
    ----------
    town
        Whose houses and lanes.
    places, lane
        ``(n,)`` the points, and the row of the lane at each; negative for none.
    """
    houses = town.buildings
    called = houses[f.NAME].where(houses[f.NAME].notna(), houses[f.ADDRESS])
    known = np.flatnonzero(called.notna())
    names = called.astype(str).to_numpy(dtype=object)
    lanes = town.lanes[f.NAME].fillna("").astype(str).to_numpy(dtype=object)
    tree = shapely.STRtree(houses.geometry.to_numpy()[known])
    near: dict[int, int] = {}
    if len(known) and len(places):
        which, house = tree.query_nearest(places, max_distance=NEAR_M, all_matches=False)
        near = dict(zip(which.tolist(), known[house].tolist(), strict=True))
    found = []
    for number, place in enumerate(places):
        on = str(lanes[lane[number]]) if lane[number] >= 0 else ""
        if number not in near:
            found.append(Beside("", 0.0, "", on))
            continue
        shape = houses.geometry.iloc[near[number]]
        middle = shape.centroid
        bearing = np.degrees(np.arctan2(place.x - middle.x, place.y - middle.y)) % 360
        compass = COMPASS[round(bearing / 45) % len(COMPASS)]
        found.append(Beside(names[near[number]], shape.distance(place), compass, on))
    return found
