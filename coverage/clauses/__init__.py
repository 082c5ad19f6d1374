"""Lanes and buildings against the clauses of the standards, with how certain a finding is.

Width, height, slope, dead ends, distance to the wall, ring lanes.
"""

from .building_checks import high_rise
from .checks import Compliance, compliance

__all__ = [
    "Compliance",
    "compliance",
    "high_rise",
]
