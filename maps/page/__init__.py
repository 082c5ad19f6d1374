"""The pages: committee, planner, siting, lanes, comparison, calibration, and their layers.

Drawn from an assessment; nothing is computed here.
"""

from .calibration_page import calibration_page
from .city import FOLDER, committee_pages
from .committee import NO_SCENES
from .compare_page import compare_page
from .index import index_page
from .lanes_page import lanes_page
from .planner import planner_page
from .siting_page import changes, siting_page

__all__ = [
    "FOLDER",
    "NO_SCENES",
    "calibration_page",
    "changes",
    "committee_pages",
    "compare_page",
    "index_page",
    "lanes_page",
    "planner_page",
    "siting_page",
]
