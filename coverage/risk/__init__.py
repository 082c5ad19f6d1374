"""Risk of every building: how often, how bad, together, with reasons and intervals.

Also heat of past fires, device gaps, and calibration to a town's own fires.
"""

from . import communities
from .asked_harm import AskedHarm, asked_harm_of
from .assess_risk import Risk, risk
from .calibration import calibrate
from .communities import add_community_risk, community_fires
from .devices import BUILDING, DEVICES
from .heat_maps import contours, fire_points, heat, heat_by_community
from .inputs import CODES, hazard_matrix
from .level import town_level
from .mending import mending_gains
from .year import Stretch, crew_chances, year_of

__all__ = [
    "BUILDING",
    "CODES",
    "DEVICES",
    "AskedHarm",
    "Risk",
    "Stretch",
    "add_community_risk",
    "asked_harm_of",
    "calibrate",
    "communities",
    "community_fires",
    "contours",
    "crew_chances",
    "fire_points",
    "hazard_matrix",
    "heat",
    "heat_by_community",
    "mending_gains",
    "risk",
    "town_level",
    "year_of",
]
