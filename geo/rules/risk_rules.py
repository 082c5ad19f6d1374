"""The numbers of the risk method: rates, multipliers, mitigations, and how sure they are."""

from __future__ import annotations

from typing import Literal

from ..words import DangerClass, DeviceKind, HazardCode, RiskBand, Use
from .values import Frozen, Value

Growth = Literal["slow", "medium", "fast", "ultra"]
Unit = Literal["household", "room", "premises"]


class RiskClass(Frozen):
    """Uses that burn alike.

    ``fires`` counts fires a year per 1,000 residents, or per 1,000 m² of floor. ``people_day``
    and ``people_night`` are people on 100 m² of floor where nobody counted them, ``elders`` and
    ``children`` the shares of them; ``share`` is how many of the buildings of unknown use belong
    here before the town itself says more. ``dependent`` is the share of the old and the young who
    must be led or carried out; ``unit`` what has devices of its own.
    """

    uses: tuple[Use, ...]
    unit: Unit
    per: Literal["people", "floor"]
    fires: Value
    growth: Growth
    at_night: Literal["asleep", "awake"]
    people_day: Value
    people_night: Value
    floors: Value
    elders: Value
    children: Value
    dependent: Value
    share: Value


class HazardEffect(Frozen):
    """What one kind of hazard does; what is not given it does not touch.

    ``likelihood`` and ``escape`` multiply, ``spread`` multiplies, ``growth`` is the least growth
    class, ``stops_systems`` is 1 when the building's own systems no longer count.
    """

    likelihood: Value | None = None
    escape: Value | None = None
    spread: Value | None = None
    growth: Growth | None = None
    stops_systems: Value | None = None


class LikelihoodRule(Frozen):
    """How hazards multiply, and up to where.

    ``inspection`` is the share of what hazards multiply, as logarithms, that one more inspection
    takes away: of those it finds, the ones that are mended.
    """

    hazard_cap: Value
    three_in_one: Value
    sublet_tenants: Value
    sublet: Value
    let_exponent: Value
    let_rooms: Value
    leased: Value
    gas_bottled: Value
    gas_pipe: Value
    gas_none: Value
    electrical_share: Value
    rcd: Value
    electrical_monitoring: Value
    inspection: Value


class ConsequenceRule(Frozen):
    """What a fire does to people."""

    deaths_per_fire: Value
    people_reference: Value
    people_exponent: Value
    people_least: Value
    awake: Value
    vulnerable_reference: Value
    elder: Value
    child: Value
    special: Value
    dependent: Value
    helper: Value
    bed_taken: Value
    room_beds: Value
    gas_bottled: Value
    growth: dict[Growth, Value]
    danger_decides: tuple[str, ...]
    danger_growth: dict[DangerClass, Growth]
    single_stair: Value
    single_stair_floors: Value
    single_stair_share: Value
    escape_cap: Value
    high_rise: Value
    height_from_m: Value
    height_scale_m: Value
    night_height_power: Value
    separation_m: Value
    neighbour: Value
    spread_cap: Value


class MitigationRule(Frozen):
    """What holds a fire down: shares of harm taken away when it is there and works."""

    cap: Value
    detector: Value
    detector_works: Value
    detector_share: Value
    sprinkler: Value
    sprinkler_share: Value
    systems: Value
    systems_share: Value
    remote: Value
    remote_share: Value
    crew: Value
    crew_unknown: Value
    water: Value
    water_m: Value
    water_flow_l_s: Value
    water_detour: Value
    water_unknown: Value


class DeviceRule(Frozen):
    """Which classes of use a device serves, and how its pieces are counted.

    ``lacks`` is what may be without it; ``per_piece`` is pieces of each of these, or m² of floor
    of each piece; buildings with more floor than ``area_most_m2`` it does not serve.
    """

    classes: tuple[str, ...]
    lacks: Literal["unit", "building"]
    pieces: Literal["each", "floor"]
    per_piece: Value
    area_most_m2: Value | None = None


class RiskTime(Frozen):
    """How a time of day changes fires, and harm where people sleep."""

    fires: Value
    harm_asleep: Value


class DrawRule(Frozen):
    """How the joint draws are made, and what is told of them."""

    draws: Value
    interval: Value
    weight_concentration: Value
    travel_sd: Value
    blur_log_sd: Value
    donors: Value
    sure_band: Value


class CalibrationRule(Frozen):
    """The ladder by number of fires, and how it is checked."""

    shrink_from: Value
    regress_from: Value
    events_per_coefficient: Value
    prior_shape: Value
    interval: Value
    held_out_share: Value
    top_share: Value
    bootstrap: Value
    few: Value


class HeatRule(Frozen):
    """How densities are drawn."""

    bandwidth_m: Value
    cell_m: Value
    fitted_from: Value
    nearest: Value
    cells_most: Value


class FindingRule(Frozen):
    """What the lists look for: sheds, clusters, areas of many hazards."""

    shed_classes: tuple[str, ...]
    shed_m: Value
    cluster_least: Value
    area_m: Value
    area_least: Value
    looked_days: Value
    household_people: Value
    area_most_m: Value


class RiskRule(Frozen):
    """The whole risk method."""

    classes: dict[str, RiskClass]
    hazard: dict[HazardCode, HazardEffect]
    likelihood: LikelihoodRule
    consequence: ConsequenceRule
    mitigation: MitigationRule
    device: dict[DeviceKind, DeviceRule]
    time: dict[str, RiskTime]
    holiday: Value
    season: dict[Literal["spring", "summer", "autumn", "winter"], Value]
    band_share: dict[RiskBand, Value]
    draw: DrawRule
    calibration: CalibrationRule
    stand_off_m: dict[Use, Value]
    heat: HeatRule
    finding: FindingRule
