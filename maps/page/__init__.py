"""The pages with a map: committee, planner, siting, measures, lanes, and their layers.

Drawn from an assessment; nothing is computed here.
"""

from .city import committee_pages
from .committee import committee_page
from .lanes_page import lanes_page
from .measures_page import measures_page
from .planner import fits_planner, planner_left_out, planner_page
from .siting_page import siting_page
from .standalone import LEAFLET_CSS, LEAFLET_JS, standalone

__all__ = [
    "LEAFLET_CSS",
    "LEAFLET_JS",
    "committee_page",
    "committee_pages",
    "fits_planner",
    "lanes_page",
    "measures_page",
    "planner_left_out",
    "planner_page",
    "siting_page",
    "standalone",
]
