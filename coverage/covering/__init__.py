"""Covering, median and centre problems on bare matrices, with a proof or a gap.

Demand is merged, dominated sites drop, bounds decide, HiGHS settles the rest.
"""

from .bounds import Certificate
from .highs import Answer, Clock, Model, priced_bound, row_prices, solve
from .instance import Instance, read_instance
from .models import SearchOptions, Siting, cover_most, max_cover
from .reduction import grain, same_rows
from .search import CLOSE, Cut, Stop
from .sure_sites import SiteCertainty, reduced_costs, site_certainty

__all__ = [
    "CLOSE",
    "Answer",
    "Certificate",
    "Clock",
    "Cut",
    "Instance",
    "Model",
    "SearchOptions",
    "SiteCertainty",
    "Siting",
    "Stop",
    "cover_most",
    "grain",
    "max_cover",
    "priced_bound",
    "read_instance",
    "reduced_costs",
    "row_prices",
    "same_rows",
    "site_certainty",
    "solve",
]
