"""Names of computed columns. ``<tier>`` is a tier of the rule set: ``micro``, ``brigade``."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# on buildings and stations: where on the network they sit
ATTACHED_LANE_ID: Final = "attached_lane_id"
LANE_POSITION: Final = "lane_position"  # 0 at the lane's first point, 1 at its last
ACCESS_M: Final = "access_m"  # from the lane to the wall, off the network
PEOPLE: Final = "people"  # present under the scenario; missing when unknown

# on lanes: what is known of them at the moment, and what their loss costs
STATE: Final = "state"
UNKNOWN_STATE: Final = "unknown"
STATE_OBSERVED_ON: Final = "state_observed_on"
REMAINING_WIDTH_M: Final = "remaining_width_m"
BLOCKED_PROBABILITY: Final = "blocked_probability"
KEEP_CLEAR_RANK: Final = "keep_clear_rank"
KEEP_CLEAR_SCORE: Final = "keep_clear_score"  # buildings expected to lose cover
OPENING_GAIN: Final = "opening_gain_buildings"
OPENING_RANK: Final = "opening_gain_rank"

# on buildings: risk of a year, as the mean of the joint draws with their interval; an index is
# against an ordinary home of the rules
FIRES_INDEX: Final = "fires_index"
SEVERITY_INDEX: Final = "severity_index"  # of one fire
HARM_INDEX: Final = "harm_index"  # of a year
# on communities: harm of a year for each inhabitant, against the whole town's
HARM_PER_HEAD: Final = "harm_per_head"
HAZARDS_PER_HEAD: Final = "hazards_per_head"  # open hazards likewise
# the same in figures: only there where the town's own fires say how many there are in all
FIRES_PER_YEAR: Final = "fires_per_year"
HARM_PER_FIRE: Final = "harm_per_fire"  # expected deaths of one fire
HARM_PER_YEAR: Final = "harm_per_year"  # expected deaths a year
RISK_MOMENT: Final = "risk_moment"  # when most of the harm falls: night, peak, day, evening
RISK_MOMENT_SHARE: Final = "risk_moment_share"  # of the building's harm that falls then
FREQUENT_BAND: Final = "frequent_band"  # bands are codes of `geo.words.vocabulary.RiskBand`
SEVERE_BAND: Final = "severe_band"
RISK_BAND: Final = "risk_band"
RISK_BAND_SHARE: Final = "risk_band_share"  # of the draws with that band
RISK_RANK: Final = "risk_rank"  # 1 is the highest
RISK_RANK_LOW: Final = "risk_rank_low"  # the higher end: a smaller number
RISK_RANK_HIGH: Final = "risk_rank_high"
RISK_COMPLETENESS: Final = "risk_completeness"  # share of what the method asks for that is known
REASONS: Final = 3
NEIGHBOURS: Final = "near_buildings"  # nearer than the gap of separation
SPREAD_CLUSTER: Final = "spread_cluster"  # number of a cluster of buildings too near each other
WATER_M: Final = "water_m"  # straight to the nearest water; missing where none is mapped
WATER_WITHIN: Final = "water_within"  # `coverage.reach.WaterWithin`; missing where none is mapped
OPEN_HAZARDS: Final = "open_hazards"
OVERDUE_HAZARDS: Final = "overdue_hazards"  # missing where only `UNDATED_HAZARDS` may be
UNDATED_HAZARDS: Final = "undated_hazards"  # open without a due day
LISTED_HAZARDS: Final = "listed_hazards"  # 挂牌督办, not lifted
MAJOR_HAZARDS: Final = "major_hazards"  # 重大火灾隐患, not closed
INSPECTED_ON: Final = "inspected_on"
INSPECTION_DUE_ON: Final = "inspection_due_on"
PAST_FIRES: Final = "past_fires"  # in all that the ledger holds up to the day
REMOTE_MONITORED: Final = "remote_monitored"  # 1 yes, 0 no; missing where nobody told
DEVICE_HOUSEHOLDS: Final = (
    "device_households"  # or other units without the device that takes away most
)
DEVICE_UNIT: Final = "device_unit"  # what has devices of its own: household, room, premises
DEVICE_GAP: Final = "device_gap"  # `geo.words.vocabulary.DeviceKind` that takes away most risk
DEVICE_GAIN: Final = "device_gain"  # index of harm that it takes away
HOUSEHOLDS: Final = "households"  # as residents let expect; missing where nobody lives
SHED_M: Final = "shed_m"  # straight to the nearest charging shed; missing where none is mapped
SHED_GAP: Final = "shed_gap_households"  # beyond reach of a charging shed


class Cover(StrEnum):
    """What can be said about one building and one tier.

    covered
        Within the standard even with slow crews and narrow readings of unknown lanes.
    likely
        Within the standard at typical values, not at the slow ones.
    doubtful
        Beyond the standard at typical values, within it at the fast ones.
    uncovered
        Beyond the standard even at the fast values, or no way there.
    unknown
        No station of the tier is known, or the building is attached to no lane.
    """

    COVERED = "covered"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"
    UNCOVERED = "uncovered"
    UNKNOWN = "unknown"


def response_time(tier: str) -> str:
    """Return the column of typical response times in seconds; missing where unreachable."""
    return f"{tier}_response_time_s"


def response_time_low(tier: str) -> str:
    """Return the column of response times in seconds at fast values."""
    return f"{tier}_response_time_low_s"


def response_time_high(tier: str) -> str:
    """Return the column of response times in seconds at slow values, missing if none arrives."""
    return f"{tier}_response_time_high_s"


def station(tier: str) -> str:
    """Return the column with the id of the station that arrives first."""
    return f"{tier}_station_id"


def second_response_time(tier: str) -> str:
    """Return the column of the second station's response times in seconds."""
    return f"{tier}_second_response_time_s"


def second_station(tier: str) -> str:
    """Return the column with the id of the station that arrives second."""
    return f"{tier}_second_station_id"


def cover(tier: str) -> str:
    """Return the column of `Cover` codes."""
    return f"{tier}_cover"


def lane_limit(vehicle: str) -> str:
    """Return the lane column with what stops a vehicle: a `Limit` code, empty when it passes."""
    return f"{vehicle}_limit"


def lane_limit_certain(vehicle: str) -> str:
    """Return the lane column that is False when a limit rests on an unknown width or height."""
    return f"{vehicle}_limit_certain"


def arrival_probability(tier: str) -> str:
    """Return the column of P(arrive within the standard), over speed and turnout."""
    return f"{tier}_arrival_probability"


def lane_probability(tier: str) -> str:
    """Return the column of the share of random lane states in which a building is covered."""
    return f"{tier}_lane_probability"


def depth(tier: str) -> str:
    """Return the column with the number of stations that arrive within the standard."""
    return f"{tier}_depth"


def free_crew(tier: str) -> str:
    """Return the column of the chance that some crew within the standard is not out elsewhere."""
    return f"{tier}_free_crew"


def main_limit(tier: str) -> str:
    """Return the column with the `Limit` that costs the first crew most."""
    return f"{tier}_main_limit"


def limit_cost(tier: str, limit: str = "") -> str:
    """Return the column of seconds that a limit costs; without a limit, those of the main one.

    Parameters
    ----------
    tier
        Name of the tier.
    limit
        Code of a `Limit`; the main one if empty.

    Examples
    --------
    >>> limit_cost("micro"), limit_cost("micro", "width")
    ('micro_limit_cost_s', 'micro_width_cost_s')
    """
    return f"{tier}_{limit}_cost_s" if limit else f"{tier}_limit_cost_s"


def top_floor(tier: str) -> str:
    """Return the column of seconds until the first crew is on the top floor."""
    return f"{tier}_top_floor_s"


def walk(tier: str) -> str:
    """Return the column of metres on foot from the vehicle to the wall."""
    return f"{tier}_walk_m"


def hose(tier: str) -> str:
    """Return the column of seconds until a hose from the vehicle is at the wall."""
    return f"{tier}_hose_s"


def lost(tier: str, what: str) -> str:
    """Return the lane column of what loses cover with it: buildings, people or vulnerable.

    Parameters
    ----------
    tier
        Name of the tier.
    what
        ``buildings``, ``people`` or ``vulnerable``.

    Examples
    --------
    >>> lost("micro", "people")
    'micro_lost_people'
    """
    return f"{tier}_lost_{what}"


def added(tier: str) -> str:
    """Return the lane column of seconds that its closure adds in all."""
    return f"{tier}_added_s"


def unreached(tier: str) -> str:
    """Return the lane column of buildings that nobody reaches with it closed."""
    return f"{tier}_unreached"


def low(name: str) -> str:
    """Return the column with the low end of an interval."""
    return f"{name}_low"


def high(name: str) -> str:
    """Return the column with the high end of an interval."""
    return f"{name}_high"


def device_gain(kind: str) -> str:
    """Return the column of the index of harm that a device would take away."""
    return f"gain_{kind}"


def device_lacking(kind: str) -> str:
    """Return the column of households, let rooms or premises without a device."""
    return f"lacking_{kind}"


def device_pieces(kind: str) -> str:
    """Return the column of the pieces of a device that a building lacks."""
    return f"pieces_{kind}"


def reason(number: int) -> str:
    """Return the column with the code of the n-th reason for a risk, 1 the strongest."""
    return f"risk_reason_{number}"


def reason_factor(number: int) -> str:
    """Return the column with the factor by which the n-th reason raises a risk."""
    return f"risk_reason_{number}_factor"
