"""By what people know a place that has no name: the nearest named house, and its lane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

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
    houses = town.buildings
    called = houses[f.NAME].where(houses[f.NAME].notna(), houses[f.ADDRESS])
    known = np.flatnonzero(called.notna())
    names = called.astype(str).to_numpy(dtype=object)
    lanes = town.lanes[f.NAME].fillna("").astype(str).to_numpy(dtype=object)
    at = town.station_positions.lane[rows]
    places = town.stations.geometry.to_numpy()[rows]
    tree = shapely.STRtree(houses.geometry.to_numpy()[known])
    near: dict[int, int] = {}
    if len(known) and len(rows):
        which, house = tree.query_nearest(places, max_distance=NEAR_M, all_matches=False)
        near = dict(zip(which.tolist(), known[house].tolist(), strict=True))
    found = {}
    for number, row in enumerate(rows.tolist()):
        lane = str(lanes[at[number]]) if at[number] >= 0 else ""
        if number not in near:
            found[row] = Beside("", 0.0, "", lane)
            continue
        shape = houses.geometry.iloc[near[number]]
        middle, place = shape.centroid, places[number]
        bearing = np.degrees(np.arctan2(place.x - middle.x, place.y - middle.y)) % 360
        compass = COMPASS[round(bearing / 45) % len(COMPASS)]
        found[row] = Beside(names[near[number]], shape.distance(place), compass, lane)
    return found
