"""A street small enough to compute by hand: houses on it, stations at its ends."""

import datetime as dt
from itertools import pairwise

import shapely

DAY = dt.date(2026, 11, 21)
LENGTH = 1000


def house(x, y=0, **more):
    """A house whose corner nearest to the street is at x, and y metres from it: it touches."""
    corners = [(x, y), (x + 5, y + 5), (x, y + 10), (x - 5, y + 5)]
    return {"geometry": shapely.Polygon(corners), "floors": 3, **more}


def station(x, y=0, **more):
    return {
        "geometry": shapely.Point(x, y),
        "tier": "micro_station",
        "vehicle": "foot",
        "turnout_s": 60,
        "crew_day": 6,
        "crew_night": 3,
        **more,
    }


def lanes(*ends, **columns):
    """Lanes along the street between ends in metres, one after the other."""
    return [
        {"geometry": shapely.LineString([(a, 0), (b, 0)]), "lane_class": "residential",
         "width_m": 6, **columns}
        for a, b in pairwise(ends)
    ]  # fmt: skip
