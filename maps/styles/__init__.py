"""Classes and colours, the same on every page and sheet.

Each class has its words in both languages.
"""

from . import cover_styles, lane_styles, place_styles, risk_styles, style
from .change_styles import CHANGES, changes
from .community_styles import STEPS, Against, against_classes, against_step, against_style
from .style import Style, standard_label, tier_label

__all__ = [
    "CHANGES",
    "STEPS",
    "Against",
    "Style",
    "against_classes",
    "against_step",
    "against_style",
    "changes",
    "cover_styles",
    "lane_styles",
    "place_styles",
    "risk_styles",
    "standard_label",
    "style",
    "tier_label",
]
