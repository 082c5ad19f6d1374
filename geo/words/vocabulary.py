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
    CYCLEWAY = "cycleway"
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
    HEIGHT_RESTRICTOR = "height_restrictor"
    OTHER = "other"


class WaterKind(StrEnum):
    """Where water can be taken."""

    HYDRANT = "hydrant"
    WATER_TANK = "water_tank"
    POND = "pond"
    SUCTION_POINT = "suction_point"


class HazardCode(StrEnum):
    """The nine problems of factories and warehouses, the six of self-built houses, and others.

    W1-W9 and H1-H6 are closed lists of the plans; G1-G3 are what they name besides. The list of
    self-built houses ends in 等, so that there is `OTHER`. `UNCLASSIFIED` is a hazard that nobody
    has given a category yet.
    """

    W1 = "W1"
    W2 = "W2"
    W3 = "W3"
    W4 = "W4"
    W5 = "W5"
    W6 = "W6"
    W7 = "W7"
    W8 = "W8"
    W9 = "W9"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    H4 = "H4"
    H5 = "H5"
    H6 = "H6"
    G1 = "G1"
    G2 = "G2"
    G3 = "G3"
    OTHER = "other"
    UNCLASSIFIED = "unclassified"


class HazardState(StrEnum):
    """Where a case stands in the closed loop (闭环)."""

    FOUND = "found"
    ASSIGNED = "assigned"
    FIXED = "fixed"
    RECHECKED = "rechecked"
    CLOSED = "closed"
    REOPENED = "reopened"


class Measure(StrEnum):
    """拆、搬、改、关: what is done about a factory or warehouse."""

    DEMOLISH = "demolish"
    MOVE = "move"
    ALTER = "alter"
    CLOSE = "close"


class MeasureKind(StrEnum):
    """What a town can do about late crews and likely fires; each is a part of a plan file."""

    STATION = "station"
    NIGHT_CREW = "night_crew"
    E_BIKE = "e_bike"
    LANE_OPEN = "lane_open"
    NO_PARKING = "no_parking"
    KEY_BOX = "key_box"
    GATE_HOURS = "gate_hours"
    RAMP = "ramp"
    HYDRANT = "hydrant"
    SMOKE_DETECTOR = "smoke_detector"
    RCD = "rcd"
    SIMPLE_SPRINKLER = "simple_sprinkler"
    MENDING = "mending"
    INSPECTION = "inspection"


class SupervisionLevel(StrEnum):
    """Which government lists a case (挂牌督办)."""

    TOWN = "town"
    DISTRICT = "district"
    CITY = "city"


class HazardSource(StrEnum):
    """How a hazard was found, and what kind of visit an inspection was."""

    SELF_CHECK = "self_check"
    TERRITORIAL_CHECK = "territorial_check"
    OFFICE_CHECK = "office_check"
    OPEN_SECRET_CHECK = "open_secret_check"
    JOINT_CHECK = "joint_check"
    LOOK_BACK = "look_back"
    GRID = "grid"
    POLICE = "police"
    FIRE_AUTHORITY = "fire_authority"
    CONTRACTED = "contracted"
    DOOR_KNOCKING = "door_knocking"
    WHISTLE = "whistle"
    OTHER = "other"


class Office(StrEnum):
    """The seven offices with double duty that the plans name, and the emergency office."""

    PARTY_GOVERNMENT = "party_government"
    CULTURE_SERVICE = "culture_service"
    PLANNING_ENVIRONMENT = "planning_environment"
    CIVIL_AFFAIRS = "civil_affairs"
    COMMUNITY_SERVICE = "community_service"
    FINANCE = "finance"
    SOCIAL_SECURITY = "social_security"
    EMERGENCY = "emergency"


class PartnerDept(StrEnum):
    """Departments outside the town that join in enforcement."""

    ECONOMY = "economy"
    POLICE = "police"
    HOUSING = "housing"
    CITY_MANAGEMENT = "city_management"
    FIRE = "fire"


class DeviceKind(StrEnum):
    """Technical means (技防) that the plans roll out."""

    SMOKE_DETECTOR = "smoke_detector"
    RCD = "rcd"
    SIMPLE_SPRINKLER = "simple_sprinkler"
    REMOTE_MONITORING = "remote_monitoring"
    IOT = "iot"
    ELECTRICAL_MONITORING = "electrical_monitoring"
    WATER_LEVEL = "water_level"
    WATER_PRESSURE = "water_pressure"
    GAS_DETECTOR = "gas_detector"
    LANE_CAMERA = "lane_camera"


class SystemState(StrEnum):
    """How a fire-protection system or device stands."""

    GOOD = "good"
    FAULT = "fault"
    OFF = "off"
    NONE = "none"


class GasType(StrEnum):
    """What gas a house has; bottles burst in a fire."""

    BOTTLED = "bottled"
    PIPE = "pipe"
    NONE = "none"


class LaneState(StrEnum):
    """What somebody saw of a lane."""

    BLOCKED = "blocked"
    NARROWED = "narrowed"
    CLEAR = "clear"


class FireGrade(StrEnum):
    """Grades of a fire, by the scale of accidents."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"
    EXTREME = "extreme"


class FireCause(StrEnum):
    """What set a fire, as fire statistics name it."""

    ELECTRICAL = "electrical"
    E_BIKE = "e_bike"
    CARELESS = "careless"
    SMOKING = "smoking"
    COOKING = "cooking"
    GAS = "gas"
    HOT_WORK = "hot_work"
    PLAY = "play"
    SPONTANEOUS = "spontaneous"
    ARSON = "arson"
    UNKNOWN = "unknown"
    OTHER = "other"


class DangerClass(StrEnum):
    """Fire-danger class (火灾危险性) of what a factory or warehouse holds."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"


class RiskBand(StrEnum):
    """Bands of risk, the highest first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class AlertLevel(StrEnum):
    """Fire-alert level (火灾防范等级) of a period."""

    NORMAL = "normal"
    RAISED = "raised"
    HIGH = "high"


class OwnerType(StrEnum):
    """Who owns premises (业主)."""

    PERSON = "person"
    COLLECTIVE = "collective"
    STATE = "state"
    COMPANY = "company"
    OTHER = "other"


class NoticeKind(StrEnum):
    """What an office sends or says in public: 约谈, 通报, 抄告, 通报批评, 媒体曝光."""

    TALK = "talk"
    CIRCULAR = "circular"
    COPIED = "copied"
    CRITICISM = "criticism"
    MEDIA = "media"


class Duty(StrEnum):
    """What the plans ask of a unit itself (单位主体责任)."""

    ASSESSMENT = "assessment"
    INSURANCE = "insurance"
    ENGINEER = "engineer"
    SELF_CHECK = "self_check"
    PLEDGE = "pledge"
    DRILL = "drill"


class YesNo(StrEnum):
    """Yes or no; missing where nobody said."""

    YES = "yes"
    NO = "no"


VOCABULARIES: dict[str, type[StrEnum]] = {
    "use": Use,
    "tier": Tier,
    "host_type": HostType,
    "vehicle": Vehicle,
    "lane_class": LaneClass,
    "oneway": Oneway,
    "barrier_kind": BarrierKind,
    "water_kind": WaterKind,
    "hazard_code": HazardCode,
    "hazard_state": HazardState,
    "measure": Measure,
    "measure_kind": MeasureKind,
    "supervision_level": SupervisionLevel,
    "hazard_source": HazardSource,
    "office": Office,
    "partner_dept": PartnerDept,
    "device_kind": DeviceKind,
    "system_state": SystemState,
    "gas_type": GasType,
    "lane_state": LaneState,
    "fire_grade": FireGrade,
    "fire_cause": FireCause,
    "danger_class": DangerClass,
    "risk_band": RiskBand,
    "alert_level": AlertLevel,
    "owner_type": OwnerType,
    "notice_kind": NoticeKind,
    "duty": Duty,
    "yes_no": YesNo,
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


class Datum(StrEnum):
    """What the coordinates of a file refer to.

    CGCS2000 and WGS-84 longitudes and latitudes agree within decimetres, so that they are taken
    as equal; CGCS2000 also stands for its 3-degree Gauss-Krüger planes.
    """

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000 = "cgcs2000"
