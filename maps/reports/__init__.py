"""Pages without map and script: door of a folder, for residents, comparison, both checks.

Drawn from what was found; nothing is computed here.
"""

from .calibration_page import calibration_page
from .compare_page import compare_page
from .index import COMMUNITY_PAGES, index_page
from .overview import cell, communities_table, message, next_list
from .plain_page import plain_page
from .province_page import DistrictRow, province_page
from .public_page import public_page
from .validation_page import validation_page, validation_verdict

__all__ = [
    "COMMUNITY_PAGES",
    "DistrictRow",
    "calibration_page",
    "cell",
    "communities_table",
    "compare_page",
    "index_page",
    "message",
    "next_list",
    "plain_page",
    "province_page",
    "public_page",
    "validation_page",
    "validation_verdict",
]
