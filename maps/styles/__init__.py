"""Classes and colours, the same on every page and sheet.

Each class has its words in both languages.
"""

from . import cover_styles, lane_styles, place_styles, risk_styles, style
from .change_styles import CHANGES, changes
from .style import Style, standard_label, tier_label

__all__ = [
    "CHANGES",
    "Style",
    "changes",
    "cover_styles",
    "lane_styles",
    "place_styles",
    "risk_styles",
    "standard_label",
    "style",
    "tier_label",
]
