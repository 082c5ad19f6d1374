"""Column names, once. Units are suffixes: ``_m`` metres, ``_s`` seconds, ``_pct`` per cent."""

from __future__ import annotations

from typing import Final

GEOMETRY: Final = "geometry"
NAME: Final = "name"
ADDRESS: Final = "address"
ORIGIN_ROW: Final = "origin_row"  # the same, where a town folder keeps a copy of the file
SOURCE_ROW: Final = "source_row"  # row in the user's file, for messages
REPAIR: Final = "repair"  # what was repaired in this feature, codes joined by ";"

# identities
BUILDING_ID: Final = "building_id"
STATION_ID: Final = "station_id"
LANE_ID: Final = "lane_id"
BARRIER_ID: Final = "barrier_id"
WATER_ID: Final = "water_id"
SHED_ID: Final = "shed_id"
COMMUNITY_ID: Final = "community_id"
GRID_ID: Final = "grid_id"

# buildings
USE: Final = "use"
FLOORS: Final = "floors"
HEIGHT_M: Final = "height_m"
PEOPLE_DAY: Final = "people_day"
PEOPLE_NIGHT: Final = "people_night"
ELDERS: Final = "elders"
CHILDREN: Final = "children"
USE_UNTIL: Final = "use_until"  # the last day of a use that ends, such as epidemic control

# stations
TIER: Final = "tier"
HOST_TYPE: Final = "host_type"
VEHICLE: Final = "vehicle"
CREW_DAY: Final = "crew_day"
CREW_NIGHT: Final = "crew_night"
TURNOUT_S: Final = "turnout_s"

# lanes
LANE_CLASS: Final = "lane_class"
WIDTH_M: Final = "width_m"
HEIGHT_LIMIT_M: Final = "height_limit_m"
SLOPE_PCT: Final = "slope_pct"  # signed: uphill along the geometry is positive
SLOPE_FROM_TERRAIN: Final = "slope_from_terrain"
SLOPE_UNCERTAINTY_PCT: Final = "slope_uncertainty_pct"  # of slopes read from terrain
STEP_COUNT: Final = "step_count"
ONEWAY: Final = "oneway"
SURFACE: Final = "surface"
MAX_SPEED_KMH: Final = "max_speed_kmh"
LEVEL: Final = "level"  # OSM layer: bridges and tunnels meet only their own kind
ACCESS: Final = "access"  # who may pass, in the tags of OpenStreetMap
WEIGHT_LIMIT_T: Final = "weight_limit_t"
CLOSED_HOURS: Final = "closed_hours"  # when a market or works keep vehicles out
KEPT_CLEAR: Final = "kept_clear"  # a plan forbids to park there; only in towns under a plan
LENGTH_M: Final = "length_m"
DRAWN_LANE_ID: Final = "drawn_lane_id"  # the lane as the user drew it, before it was cut
COMPONENT: Final = "component"  # connected part of the network, longest first

# barriers and water
KIND: Final = "kind"
OPEN_HOURS: Final = "open_hours"
KEY_BOX: Final = "key_box"  # a plan gives the gate one; only in towns under a plan
SOCKETS: Final = "sockets"  # of a charging shed
FLOW_L_S: Final = "flow_l_s"

# communities
PEOPLE: Final = "people"
FIRE_STAFF: Final = "fire_staff"  # full-time and part-time
VOLUNTEERS: Final = "volunteers"
ENFORCEMENT_CASES: Final = "enforcement_cases"  # delegated enforcement, this year
PUBLICITY_VISITS: Final = "publicity_visits"
AWARENESS_PCT: Final = "awareness_pct"

# estates, and offices of fire work (消防工作站), which are no stations
ESTATE_ID: Final = "estate_id"
YEAR_BUILT: Final = "year_built"
PROPERTY_MANAGER: Final = "property_manager"
THREE_NONE: Final = "three_none"
OFFICE_ID: Final = "office_id"
OFFICE_ELEMENTS: Final = (
    "has_site", "has_rooms", "has_people", "has_funds", "has_appraisal", "has_guidance",
)  # fmt: skip

# reports about lanes
REPORT_ID: Final = "report_id"
STATE: Final = "state"
REMAINING_WIDTH_M: Final = "remaining_width_m"
OBSERVED_ON: Final = "observed_on"  # ISO 8601 days
EXPIRES_ON: Final = "expires_on"
SOURCE: Final = "source"

LAYERS: Final = (
    "communities",
    "estates",
    "offices",
    "grids",
    "buildings",
    "stations",
    "lanes",
    "barriers",
    "lane_reports",
    "sheds",
    "water",
)
"""The layers that a town may have; what each holds is in the schemas."""
