"""OpenStreetMap tags to codes and numbers. What a tag does not clearly say stays missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final, TypeVar

from ..tables import SCHEMAS
from ..words import (
    MODES,
    BarrierKind,
    LaneClass,
    Oneway,
    Use,
    WaterKind,
    access_text,
    parse_access,
)
from ..words import fields as f

Tags = Mapping[str, str]
Code = TypeVar("Code")


def _by_word(table: Mapping[Code, str]) -> dict[str, Code]:
    return {word: code for code, words in table.items() for word in words.split()}


# Motorways are left out: no crew may count on entering or leaving one inside a town. So is what
# cannot be passed (proposed, construction) and what lies inside buildings (corridor, elevator).
# "unclassified" is in OSM the least of the through roads.
LANE_CLASSES: Final = _by_word(
    {
        LaneClass.TRUNK: "trunk trunk_link",
        LaneClass.PRIMARY: "primary primary_link",
        LaneClass.SECONDARY: "secondary secondary_link",
        LaneClass.TERTIARY: "tertiary tertiary_link",
        LaneClass.RESIDENTIAL: "residential unclassified road",
        LaneClass.LIVING_STREET: "living_street",
        LaneClass.SERVICE: "service busway",
        LaneClass.TRACK: "track",
        LaneClass.PEDESTRIAN: "pedestrian",
        LaneClass.FOOTWAY: "footway",
        LaneClass.CYCLEWAY: "cycleway",
        LaneClass.PATH: "path bridleway",
        LaneClass.STEPS: "steps",
    }
)
_ON_FOOT = {
    LaneClass.PEDESTRIAN, LaneClass.CYCLEWAY, LaneClass.FOOTWAY, LaneClass.PATH, LaneClass.STEPS,
}  # fmt: skip

BARRIER_KINDS: Final = _by_word(
    {
        BarrierKind.GATE: "gate swing_gate sliding_gate wicket_gate hampshire_gate",
        BarrierKind.LIFT_GATE: "lift_gate",
        BarrierKind.BOLLARD: "bollard",
        BarrierKind.CHAIN: "chain rope",
        BarrierKind.BLOCK: "block jersey_barrier planter stone log debris guard_rail",
        BarrierKind.STILE: "stile turnstile full-height_turnstile kissing_gate cycle_barrier "
        "motorcycle_barrier horse_stile",
        BarrierKind.HEIGHT_RESTRICTOR: "height_restrictor",
        BarrierKind.OTHER: "yes fence wall bus_trap sump_buster spikes",
    }
)

WATER_KINDS: Final = _by_word(
    {
        WaterKind.HYDRANT: "fire_hydrant",
        WaterKind.WATER_TANK: "water_tank",
        WaterKind.POND: "fire_water_pond",
        WaterKind.SUCTION_POINT: "suction_point",
    }
)

# Whoever sleeps, learns or is cared for in a building decides its use, whatever its walls are.
_OCCUPANTS = _by_word(
    {
        Use.CHILDCARE: "amenity=kindergarten amenity=childcare",
        Use.SCHOOL: "amenity=school amenity=college amenity=university amenity=training "
        "amenity=language_school",
        Use.MEDICAL: "amenity=hospital amenity=clinic amenity=doctors amenity=dentist "
        "healthcare=hospital healthcare=clinic healthcare=doctor healthcare=centre",
        Use.ELDER_CARE: "amenity=nursing_home social_facility=nursing_home "
        "social_facility=assisted_living",
        Use.HOTEL: "tourism=hotel tourism=hostel tourism=motel tourism=guest_house",
        Use.ASSEMBLY: "amenity=cinema amenity=theatre amenity=nightclub amenity=karaoke_box "
        "amenity=place_of_worship",
    }
)
_WALLS = _by_word(
    {
        Use.RESIDENTIAL: "residential apartments house detached semidetached_house terrace "
        "bungalow dormitory farm hut cabin villa",
        Use.FACTORY: "industrial manufacture factory",
        Use.WAREHOUSE: "warehouse",
        Use.COMMERCIAL: "commercial retail supermarket kiosk shop mall",
        Use.OFFICE: "office government",
        Use.HOTEL: "hotel",
        Use.MEDICAL: "hospital clinic",
        Use.SCHOOL: "school university college",
        Use.CHILDCARE: "kindergarten",
        Use.ASSEMBLY: "cathedral chapel church mosque religious shrine synagogue temple stadium "
        "grandstand sports_hall sports_centre train_station transportation theatre cinema",
        Use.OTHER: "garage garages carport parking roof shed greenhouse barn stable cowshed sty "
        "farm_auxiliary transformer_tower water_tower toilets hangar bunker fire_station "
        "gatehouse guardhouse",
    }
)
_TENANTS = _by_word(
    {
        Use.COMMUNITY_SERVICE: "amenity=community_centre",
        Use.RECYCLING: "amenity=recycling",
        Use.COMMERCIAL: "amenity=restaurant amenity=fast_food amenity=cafe amenity=bar "
        "amenity=pub amenity=food_court amenity=bank",
        Use.OFFICE: "amenity=townhall amenity=police amenity=post_office amenity=courthouse",
        Use.ASSEMBLY: "amenity=library amenity=arts_centre amenity=marketplace "
        "amenity=events_venue tourism=museum tourism=gallery leisure=sports_centre",
        Use.RESIDENTIAL: "tourism=apartment",
        Use.FACTORY: "man_made=works",
    }
)
_KEYS_OF_USE = sorted({pair.partition("=")[0] for pair in (*_OCCUPANTS, *_TENANTS)})

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_METRES = re.compile(_NUMBER + r"\s*(m|metres?|meters?|米|cm|厘米|)", re.IGNORECASE)
_FEET = re.compile(_NUMBER + r"\s*(?:'|′|ft|feet)\s*(?:" + _NUMBER + r'\s*(?:"|″|in)?)?', re.I)
_TONNES = re.compile(_NUMBER + r"\s*(t|tonnes?|吨|kg|公斤|千克|)", re.IGNORECASE)
_SPEED = re.compile(_NUMBER + r"\s*(km/h|kmh|kph|mph|)", re.IGNORECASE)
_SLOPE = re.compile(r"([+-]?)" + _NUMBER + r"\s*([%％°])")
_FOOT_M = 0.3048
_WIDTHS: Final = ("width", "maxwidth:physical", "maxwidth")
_HEIGHTS: Final = ("maxheight:physical", "maxheight")
# What stands for no limit, or for one that nobody has measured.
_NO_LIMIT: Final = frozenset({"none", "default", "no", "unsigned", "below_default", "unknown"})
_MILE_KM = 1.609344
_WALKING_KMH = 7.0  # OSM's own reading of maxspeed=walk


def name(tags: Tags) -> str | None:
    """Return the name, Chinese first."""
    return tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name")


def address(tags: Tags) -> str | None:
    """Return the address as written, or put together from its parts, large to small."""
    if full := tags.get("addr:full"):
        return full
    keys = ("city", "district", "place", "street", "housenumber", "housename", "unit")
    parts = [tags[f"addr:{key}"] for key in keys if tags.get(f"addr:{key}")]
    chinese = any("\u4e00" <= letter <= "\u9fff" for part in parts for letter in part)
    return ("" if chinese else " ").join(parts) or None


def use(tags: Tags) -> str | None:
    """Return the code of a building's use when the tags say so; ``building=yes`` does not."""
    pairs = [f"{key}={tags[key]}" for key in _KEYS_OF_USE if key in tags]
    for pair in pairs:
        if pair in _OCCUPANTS:
            return _OCCUPANTS[pair].value
    if walls := _WALLS.get(tags.get("building", "")):
        return walls.value
    for pair in pairs:
        if pair in _TENANTS:
            return _TENANTS[pair].value
    if tags.get("shop", "no") not in ("no", "vacant"):
        return Use.COMMERCIAL.value
    return Use.OFFICE.value if tags.get("office", "no") != "no" else None


def is_building(tags: Tags) -> bool:
    """Say whether the tags call the feature a building."""
    return tags.get("building", "no") not in ("no", "")


def lane_class(tags: Tags) -> str | None:
    """Return the code of the lane class, or None for what is no lane of ours."""
    if tags.get("area") == "yes":
        return None
    code = LANE_CLASSES.get(tags.get("highway", ""))
    if code is LaneClass.SERVICE and tags.get("service") == "alley":
        code = LaneClass.ALLEY
    return code.value if code else None


def oneway(tags: Tags) -> str:
    """Return the directions open to vehicles; lanes for walking are open to both.

    Reversible lanes are called open to both as well: which way they go is not in the map.
    """
    if LANE_CLASSES.get(tags.get("highway", "")) in _ON_FOOT:
        return Oneway.BOTH.value
    roundabout = tags.get("junction") in ("roundabout", "circular")
    said = tags.get("oneway", "yes" if roundabout else "no")
    if said in ("yes", "true", "1"):
        return Oneway.FORWARD.value
    return Oneway.BACKWARD.value if said in ("-1", "reverse") else Oneway.BOTH.value


def access(tags: Tags, *, hours: bool = False) -> str:
    """Return who may pass, as `weizhan.geo.words.parse_access` reads it; empty if nobody says.

    A cycleway is meant for bicycles, and ``service=emergency_access`` for engines.

    Parameters
    ----------
    tags
        Of a way or a barrier.
    hours
        Whether its opening hours are among them.
    """
    told: dict[str, str] = {}
    for mode in MODES:
        told |= {key: tags[key] for key in (mode, f"{mode}:conditional") if key in tags}
    if tags.get("highway") == "cycleway":
        told.setdefault("bicycle", "designated")
    if tags.get("service") == "emergency_access":
        told["emergency"] = "designated"
    others = ("oneway:emergency", "opening_hours") if hours else ("oneway:emergency",)
    told |= {key: tags[key] for key in others if key in tags}
    return access_text(told)


def unread(tags: Tags) -> list[str]:
    """Return the limits that are told and that nobody can read, as ``key=value``."""
    readers = {key: metres for key in (*_WIDTHS, *_HEIGHTS)} | {"maxweight": tonnes}
    wrong = [
        f"{key}={tags[key]}"
        for key, read in readers.items()
        if tags.get(key, "none") not in _NO_LIMIT and math.isnan(read(tags[key]))
    ]
    return [*wrong, *parse_access(access(tags)).unread]


def metres(text: str | None) -> float:
    """Return a length in metres: ``3 m``, ``3,5``, ``350 cm``, ``10'``, ``12'6"``; else NaN."""
    text = (text or "").strip()
    if match := _METRES.fullmatch(text):
        return _number(match[1]) / (100 if match[2].lower() in ("cm", "厘米") else 1)
    if match := _FEET.fullmatch(text):
        return (_number(match[1]) + _number(match[2] or "0") / 12) * _FOOT_M
    return math.nan


def tonnes(text: str | None) -> float:
    """Return a weight in tonnes: ``7.5``, ``3.5 t``, ``7500 kg``; else NaN."""
    match = _TONNES.fullmatch((text or "").strip())
    if not match:
        return math.nan
    return _number(match[1]) / (1000 if match[2].lower() in ("kg", "公斤", "千克") else 1)


def speed_kmh(text: str | None) -> float:
    """Return a speed limit in km/h: ``50``, ``25 mph``, ``walk``; else NaN."""
    text = (text or "").strip()
    if text == "walk":
        return _WALKING_KMH
    if match := _SPEED.fullmatch(text):
        return _number(match[1]) * (_MILE_KM if match[2].lower() == "mph" else 1)
    return math.nan


def slope_pct(text: str | None) -> float:
    """Return an incline in per cent: ``8%``, ``-5 %``, ``10°``.

    ``up`` says no size, and a bare number no unit: both are NaN.
    """
    match = _SLOPE.fullmatch((text or "").strip())
    if not match:
        return math.nan
    size = _number(match[2])
    if match[3] == "°":
        size = math.tan(math.radians(size)) * 100 if size < 90 else math.nan
    return -size if match[1] == "-" else size


def number(text: str | None) -> float:
    """Return a plain decimal number, else NaN."""
    match = re.fullmatch(r"[+-]?\d+(?:\.\d+)?", (text or "").strip())
    return float(match[0]) if match else math.nan


def level(tags: Tags) -> float:
    """Return the OSM layer; without one, bridges lie above and tunnels below the ground."""
    if "layer" not in tags:
        if tags.get("bridge", "no") != "no":
            return 1.0
        return -1.0 if tags.get("tunnel", "no") not in ("no", "building_passage") else 0.0
    return number(tags["layer"])


def believable(value: float, layer: str, column: str) -> float:
    """Return a number, or NaN when the schema calls it absurd.

    The map is not the user's own ledger, so that its slips are made missing, not refused.
    """
    bounds = SCHEMAS[layer].column(column)
    low = -math.inf if bounds.minimum is None else bounds.minimum
    high = math.inf if bounds.maximum is None else bounds.maximum
    return value if low <= value <= high else math.nan


def lane_numbers(tags: Tags) -> dict[str, float]:
    """Return all numbers of a lane."""
    found = {
        f.WIDTH_M: least(tags, *_WIDTHS),
        f.HEIGHT_LIMIT_M: least(tags, *_HEIGHTS),
        f.WEIGHT_LIMIT_T: tonnes(tags.get("maxweight")),
        f.SLOPE_PCT: slope_pct(tags.get("incline")),
        f.STEP_COUNT: number(tags.get("step_count")),
        f.MAX_SPEED_KMH: speed_kmh(tags.get("maxspeed")),
        f.LEVEL: level(tags),
    }
    return {column: believable(value, "lanes", column) for column, value in found.items()}


def least(tags: Tags, *keys: str) -> float:
    """Return the least of several lengths, NaN where none is told."""
    told = [found for key in keys if not math.isnan(found := metres(tags.get(key)))]
    return min(told, default=math.nan)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
