"""The closed loop: where every case stands on a day, what is due and what is overdue.

Hazards, stock and flow, inspections, supervision, worrying places.
"""

from .area_hazards import area_candidates, declared_areas, place_cases
from .at_buildings import building_cases
from .deadlines import due_days
from .hazards import (
    OPEN,
    case_table,
    check_mismatches,
    known_overdue,
    listed,
    look_back_due,
    move,
    overdue,
    undated,
)
from .inspections import hazard_rates, inspections_due, poisson_interval
from .out_elsewhere import Busy, busy_crews, busy_figures
from .past_fires import happened_by
from .stock import Flow, stock_and_flow, stock_by_group
from .supervision import Lifting, Listing, LookBack, supervise
from .worries import task_table, worry_table

__all__ = [
    "OPEN",
    "Busy",
    "Flow",
    "Lifting",
    "Listing",
    "LookBack",
    "area_candidates",
    "building_cases",
    "busy_crews",
    "busy_figures",
    "case_table",
    "check_mismatches",
    "declared_areas",
    "due_days",
    "happened_by",
    "hazard_rates",
    "inspections_due",
    "known_overdue",
    "listed",
    "look_back_due",
    "move",
    "overdue",
    "place_cases",
    "poisson_interval",
    "stock_and_flow",
    "stock_by_group",
    "supervise",
    "task_table",
    "undated",
    "worry_table",
]
