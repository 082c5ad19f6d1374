"""Who owes what and by when: units, offices, campaigns, goals, notices, fires to be looked into.

Lists that the plans ask an office to keep; what nobody told stays unknown.
"""

from .campaigns import campaign_table, goal_table
from .fires import investigation_table
from .mending import mending_table
from .notices import exposure_cases, notice_table
from .offices import office_of, office_table
from .units import duty_table, unit_table

__all__ = [
    "campaign_table",
    "duty_table",
    "exposure_cases",
    "goal_table",
    "investigation_table",
    "mending_table",
    "notice_table",
    "office_of",
    "office_table",
    "unit_table",
]
