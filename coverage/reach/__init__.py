"""Who arrives when: compiled searches, states of crews, response, hose, service areas.

Times are whole milliseconds inside and seconds outside.
"""

from .areas import service_areas
from .kernels import FAR, arrive, pile_width, search, sort_out, twice
from .lane_states import conditions, lane_states, left_m, time_band_name
from .observed import observed_speeds
from .probability import arrival_probability
from .response import (
    READINGS,
    Passages,
    TierCrews,
    in_reach,
    on_duty,
    passages,
    present,
    response_times,
    station_vehicles,
    tier_crews,
    tier_journey,
    turnout_s,
)
from .states import part_ms
from .summary import community_coverage, coverage_by_use, coverage_of, lane_summary
from .travel import (
    NOBODY,
    Crews,
    Journey,
    arrivals,
    grouped,
    journey,
    nearest,
    predecessors,
    reach_matrix,
)

__all__ = [
    "FAR",
    "NOBODY",
    "READINGS",
    "Crews",
    "Journey",
    "Passages",
    "TierCrews",
    "arrival_probability",
    "arrivals",
    "arrive",
    "community_coverage",
    "conditions",
    "coverage_by_use",
    "coverage_of",
    "grouped",
    "in_reach",
    "journey",
    "lane_states",
    "lane_summary",
    "left_m",
    "nearest",
    "observed_speeds",
    "on_duty",
    "part_ms",
    "passages",
    "pile_width",
    "predecessors",
    "present",
    "reach_matrix",
    "response_times",
    "search",
    "service_areas",
    "sort_out",
    "station_vehicles",
    "tier_crews",
    "tier_journey",
    "time_band_name",
    "turnout_s",
    "twice",
]
