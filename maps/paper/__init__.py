"""Paper: route sheets, station sheets, pre-plans, wall maps, reports as PDF and Word.

The same input gives the same bytes on every machine.
"""

from .case_sheet import case_sheets
from .community_sheet import community_sheets
from .duty_papers import duty_blocks, task_report
from .gathering_sheet import Event, gathering_sheets
from .holiday_brief import holiday_brief
from .measures_sheet import measures_sheet
from .meeting import period_pack
from .passage_report import passage_report
from .pre_plan import key_buildings, pre_plans
from .quarter_cases import exposure_list, supervision_report
from .report import report_pdf
from .route_sheet import SIZES, Paper, clock, route_sheet, stop_name
from .sheet_source import SheetSource
from .station_sheet import station_sheets
from .wall_map import wall_maps
from .word import report_word

__all__ = [
    "SIZES",
    "Event",
    "Paper",
    "SheetSource",
    "case_sheets",
    "clock",
    "community_sheets",
    "duty_blocks",
    "exposure_list",
    "gathering_sheets",
    "holiday_brief",
    "key_buildings",
    "measures_sheet",
    "passage_report",
    "period_pack",
    "pre_plans",
    "report_pdf",
    "report_word",
    "route_sheet",
    "station_sheets",
    "stop_name",
    "supervision_report",
    "task_report",
    "wall_maps",
]
