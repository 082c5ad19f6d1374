"""Covering, median and centre problems on bare matrices, with a proof or a gap.

Demand is merged, dominated sites drop, bounds decide, HiGHS settles the rest.
"""

from .bounds import Certificate
from .highs import Answer, Clock, Model, priced_bound, row_prices, solve
from .models import Siting, max_cover
from .reduction import Flags, Floats, Indices, grain, same_rows
from .search import CLOSE, Cut, Stop
from .sure_sites import Standing, reduced_costs, standing

__all__ = [
    "CLOSE",
    "Answer",
    "Certificate",
    "Clock",
    "Cut",
    "Flags",
    "Floats",
    "Indices",
    "Model",
    "Siting",
    "Standing",
    "Stop",
    "grain",
    "max_cover",
    "priced_bound",
    "reduced_costs",
    "row_prices",
    "same_rows",
    "solve",
    "standing",
]
