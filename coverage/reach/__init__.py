"""Who arrives when: compiled searches, states of crews, response, hose, service areas.

Times are whole milliseconds inside and seconds outside.
"""

from .areas import service_areas
from .busy import NOBODY as NOBODY_ASKED
from .busy import AnswerOrder, answer_order, chances_out, free_in_time
from .kernels import FAR, pile_width, search, searchable, sort_out, twice
from .lane_states import left_m, lived_at, time_band_name
from .moment import Moment, built_passages
from .probability import arrival_probability
from .response import (
    READINGS,
    Passages,
    TierCrews,
    arrival_chances,
    covering_times,
    in_reach,
    is_known,
    on_duty,
    present,
    response_times,
    station_vehicles,
    tier_journey,
    turnout_s,
)
from .speed_calibration import SpeedFit
from .states import part_ms
from .summary import (
    community_coverage,
    coverage_by_use,
    coverage_of,
    lane_state_counts,
    late_against,
)
from .travel import (
    NOBODY,
    Crews,
    Journey,
    arrivals,
    arrive_at,
    first_at,
    grouped,
    journey,
    nearest,
    predecessors,
    reach_matrix,
)
from .validation import Validation, validate
from .water import WaterWithin, hose_straight_m, water_figures, water_states, water_within

__all__ = [
    "FAR",
    "NOBODY",
    "NOBODY_ASKED",
    "READINGS",
    "AnswerOrder",
    "Crews",
    "Journey",
    "Moment",
    "Passages",
    "SpeedFit",
    "TierCrews",
    "Validation",
    "WaterWithin",
    "answer_order",
    "arrival_chances",
    "arrival_probability",
    "arrivals",
    "arrive_at",
    "built_passages",
    "chances_out",
    "community_coverage",
    "coverage_by_use",
    "coverage_of",
    "covering_times",
    "first_at",
    "free_in_time",
    "grouped",
    "hose_straight_m",
    "in_reach",
    "is_known",
    "journey",
    "lane_state_counts",
    "late_against",
    "left_m",
    "lived_at",
    "nearest",
    "on_duty",
    "part_ms",
    "pile_width",
    "predecessors",
    "present",
    "reach_matrix",
    "response_times",
    "search",
    "searchable",
    "service_areas",
    "sort_out",
    "station_vehicles",
    "tier_journey",
    "time_band_name",
    "turnout_s",
    "twice",
    "validate",
    "water_figures",
    "water_states",
    "water_within",
]
