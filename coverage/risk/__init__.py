"""Risk of every building: how often, how bad, together, with reasons and intervals.

Also heat of past fires, device gaps, and calibration to a town's own fires.
"""

from . import communities
from .asked_harm import AskedHarm, asked_harm_of
from .assess_risk import (
    Among,
    DrawnRisk,
    Risk,
    community_sums,
    drawn_risk,
    ranked_risk,
    risk,
    risk_among,
)
from .bands import band_codes, band_ends, intervals_of_ranks, ranks
from .calibration import calibrate
from .communities import add_community_risk, community_fires
from .devices import BUILDING, DEVICES
from .heat_maps import contours, fire_points, heat, heat_by_community
from .inputs import CODES, RiskInputs, hazard_matrix, risk_inputs
from .level import town_level
from .mending import mending_gains
from .missing import Donors, donors, take
from .year import Stretch, crew_chances, year_of

__all__ = [
    "BUILDING",
    "CODES",
    "DEVICES",
    "Among",
    "AskedHarm",
    "Donors",
    "DrawnRisk",
    "Risk",
    "RiskInputs",
    "Stretch",
    "add_community_risk",
    "asked_harm_of",
    "band_codes",
    "band_ends",
    "calibrate",
    "communities",
    "community_fires",
    "community_sums",
    "contours",
    "crew_chances",
    "donors",
    "drawn_risk",
    "fire_points",
    "hazard_matrix",
    "heat",
    "heat_by_community",
    "intervals_of_ranks",
    "mending_gains",
    "ranked_risk",
    "ranks",
    "risk",
    "risk_among",
    "risk_inputs",
    "take",
    "town_level",
    "year_of",
]
