"""Names of computed columns. ``<tier>`` is a tier of the rule set: ``micro``, ``brigade``."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# on buildings and stations: where on the network they sit
ATTACHED_LANE_ID: Final = "attached_lane_id"
LANE_POSITION: Final = "lane_position"  # 0 at the lane's first point, 1 at its last
ACCESS_M: Final = "access_m"  # from the lane to the wall, off the network
PEOPLE: Final = "people"  # present under the scenario; missing when unknown


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
