"""Closed vocabularies, in the exact words of the work plans.

Codes are English and stored in layers; what users read and may write is Chinese, from the
catalogue section of the same name (``use``, ``tier``, ``host_type``, …).
"""

from __future__ import annotations

from enum import StrEnum

from .catalogue import catalogue


class Use(StrEnum):
    """What a building is used for (work plans, objects 18-47)."""

    RESIDENTIAL = "residential"
    HIGH_RISE = "high_rise"
    SUPER_TALL = "super_tall"
    SELF_BUILT = "self_built"
    SELF_BUILT_BUSINESS = "self_built_business"
    RURAL_SELF_BUILT = "rural_self_built"
    GROUP_RENTAL = "group_rental"
    THREE_IN_ONE = "three_in_one"
    FACTORY = "factory"
    WAREHOUSE = "warehouse"
    LOGISTICS = "logistics"
    RECYCLING = "recycling"
    ENERGY_STORAGE = "energy_storage"
    COMMERCIAL_COMPLEX = "commercial_complex"
    COMMERCIAL = "commercial"
    SMALL_PREMISES = "small_premises"
    ESCAPE_ROOM = "escape_room"
    ESPORTS_HOTEL = "esports_hotel"
    HOTEL = "hotel"
    LIVE_STREAMING = "live_streaming"
    GAS = "gas"
    MEDICAL = "medical"
    ELDER_CARE = "elder_care"
    SCHOOL = "school"
    CHILDCARE = "childcare"
    ASSEMBLY = "assembly"
    OFFICE = "office"
    COMMUNITY_SERVICE = "community_service"
    EPIDEMIC_CONTROL = "epidemic_control"
    UNDERGROUND = "underground"
    OTHER = "other"


class Tier(StrEnum):
    """Fire forces of many kinds (多种形式消防队伍)."""

    VOLUNTEER_POINT = "volunteer_point"
    MICRO_STATION = "micro_station"
    TOWN_BRIGADE = "town_brigade"
    OFFICIAL_STATION = "official_station"


class HostType(StrEnum):
    """The three hosts of a micro station that the plans name."""

    RESIDENTS_COMMITTEE = "residents_committee"
    KEY_UNIT = "key_unit"
    RESIDENTIAL_ESTATE = "residential_estate"


class Vehicle(StrEnum):
    """How a crew moves; each has a profile in the rule set."""

    FOOT = "foot"
    E_BIKE = "e_bike"
    MINI_TRUCK = "mini_truck"
    FIRE_ENGINE = "fire_engine"


class LaneClass(StrEnum):
    """Kinds of lane (车道/巷道), from wide to narrow."""

    TRUNK = "trunk"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    RESIDENTIAL = "residential"
    LIVING_STREET = "living_street"
    SERVICE = "service"
    TRACK = "track"
    ALLEY = "alley"
    PEDESTRIAN = "pedestrian"
    FOOTWAY = "footway"
    PATH = "path"
    STEPS = "steps"


class Oneway(StrEnum):
    """Directions in which vehicles may pass a lane, seen along its geometry."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"


class BarrierKind(StrEnum):
    """Point obstacles on a lane."""

    GATE = "gate"
    LIFT_GATE = "lift_gate"
    BOLLARD = "bollard"
    CHAIN = "chain"
    BLOCK = "block"
    STILE = "stile"
    OTHER = "other"


class WaterKind(StrEnum):
    """Where water can be taken."""

    HYDRANT = "hydrant"
    WATER_TANK = "water_tank"
    POND = "pond"
    SUCTION_POINT = "suction_point"


VOCABULARIES: dict[str, type[StrEnum]] = {
    "use": Use,
    "tier": Tier,
    "host_type": HostType,
    "vehicle": Vehicle,
    "lane_class": LaneClass,
    "oneway": Oneway,
    "barrier_kind": BarrierKind,
    "water_kind": WaterKind,
}


def codes(vocabulary: str) -> dict[str, str]:
    """Return every accepted spelling of a vocabulary with its code.

    Parameters
    ----------
    vocabulary
        A key of `VOCABULARIES`.

    Returns
    -------
    dict
        The code itself, its Chinese and its English label, each pointing to the code.
    """
    accepted: dict[str, str] = {}
    for member in VOCABULARIES[vocabulary]:
        entry = catalogue()[f"{vocabulary}.{member.value}"]
        accepted |= {member.value: member.value, entry["zh"]: member.value}
        accepted[entry["en"].lower()] = member.value
        for alias in entry.get("also", ()):
            accepted[alias] = member.value
    return accepted
