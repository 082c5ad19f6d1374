"""Rule sets: numbers with a unit, a source and a confidence, read from ``data/rules/*.toml``."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import ValidationError, model_validator

from ..words import (
    TOWN_FILE,
    AlertLevel,
    BarrierKind,
    HostType,
    InputError,
    LaneClass,
    RiskBand,
    Tier,
    TownError,
    Use,
    Vehicle,
    told_values,
)
from .duty_rules import DutiesRule
from .measure_rules import MeasuresRule
from .risk_rules import RiskRule
from .values import Frozen
from .values import Reading as Reading
from .values import Value as Value

DEFAULT_RULES = "china-2026"
SIX = 6  # 六个一律


class TierRule(Frozen):
    """A response tier: which stations serve it, in which time."""

    station_tiers: tuple[Tier, ...]
    standard_s: Value
    turnout_s: Value


class VehicleProfile(Frozen):
    """What a vehicle, or a person on foot, can pass, and how fast.

    ``tobler``, ``oneway`` and ``carried`` are switches (0 or 1) with a source like any number:
    slope changes the speed; one-way lanes bind; the crew can dismount and go on on foot.
    A vehicle without ``step_speed_m_s`` cannot pass steps. ``speed_m_s`` names every other class
    of lane; ``default`` serves those that are not named.
    """

    width_m: Value
    height_m: Value
    mass_t: Value
    slope_max_pct: Value
    speed_m_s: dict[Literal["default"] | LaneClass, Value]
    step_speed_m_s: Value | None = None
    tobler: Value | None = None
    oneway: Value
    carried: Value

    @model_validator(mode="after")
    def _speeds_are_whole(self) -> VehicleProfile:
        unnamed = set(LaneClass) - {LaneClass.STEPS} - set(self.speed_m_s)
        if unnamed and "default" not in self.speed_m_s:
            msg = f"speed_m_s does not name {', '.join(sorted(unnamed))}"
            raise ValueError(msg)
        return self

    def speed(self, lane_class: LaneClass) -> Value:
        """Return the speed on a class of lane; on steps that of a path, for want of another."""
        if lane_class in self.speed_m_s:
            return self.speed_m_s[lane_class]
        return self.speed_m_s["default" if "default" in self.speed_m_s else LaneClass.PATH]


class BarrierRule(Frozen):
    """What a barrier of unknown width leaves open, and what it costs to pass.

    Of unknown height it leaves ``height_m``; any height without it.
    """

    width_m: Value
    height_m: Value | None = None
    delay_s: Value


class NetworkRule(Frozen):
    """Distances by which lanes meet and buildings attach."""

    join_m: Value
    barrier_m: Value
    attach_m: Value
    fragment_m: Value
    point_building_radius_m: Value
    dismount_s: Value


class TerrainRule(Frozen):
    """How far a terrain raster is believed."""

    void_gap_m: Value
    noise_m: Value


class ServiceAreaRule(Frozen):
    """How wide a service area lies round the lanes, and how closely it is drawn."""

    reach_m: Value
    simplify_m: Value


class ComplianceRule(Frozen):
    """What is asked of fire lanes beyond the fire engine's own limits, and where it is written.

    ``lane_classes`` are the lanes that are judged as fire lanes; ``clause`` names the clause of
    each check of `weizhan.coverage.clauses.checks`.
    """

    lane_classes: tuple[LaneClass, ...]
    clause: dict[str, str]
    slope_advised_pct: Value
    dead_end_m: Value
    turning_side_m: Value
    map_edge_m: Value
    wall_gap_m: Value
    high_rise_home_m: Value
    high_rise_m: Value
    floor_m: Value
    ring_factory_m2: Value
    ring_warehouse_m2: Value
    ring_shop_m2: Value
    ring_near_m: Value
    ring_share: Value
    operation_near_m: Value
    operation_far_m: Value
    operation_length_m: Value
    operation_tall_m: Value
    operation_tall_length_m: Value


class SpeedCalibrationRule(Frozen):
    """How speeds are fitted to observed arrivals."""

    prior_log_sd: Value
    min_records: Value
    min_share: Value
    interval: Value
    draws: Value
    folds: Value
    longest_s: Value
    driven_share: Value


class ValidationRule(Frozen):
    """How predictions are held against recorded arrivals."""

    min_records: Value
    later_share: Value
    trusted_share: Value


class ResponseRule(Frozen):
    """How sure an arrival is, and what comes after it."""

    travel_cv: Value
    floor_s: Value
    hose_reach_m: Value
    hose_s_per_m: Value


class LaneStateRule(Frozen):
    """How reports about lanes are believed and age."""

    half_life_days: Value
    trust: Value
    believed: Value
    report_m: Value
    left_m: Value
    same_street: Value
    same_quarter: Value

    @model_validator(mode="after")
    def _correlated(self) -> LaneStateRule:
        """Refuse shares of one cause that leave nothing to the lane itself."""
        both = self.same_street.value + self.same_quarter.value
        if min(self.same_street.value, self.same_quarter.value) < 0 or both >= 1:
            msg = (f"same_street + same_quarter = {both:g}：都不小于 0，合计须小于 1 "
                   "(neither below 0, together below 1)")  # fmt: skip
            raise ValueError(msg)
        return self


class LockedGateRule(Frozen):
    """What a gate outside its hours costs people on foot; vehicles do not pass it.

    With a key box beside it everybody passes after ``key_box_s``, and what the gate itself costs.
    """

    delay_s: Value
    key_box_s: Value


class TimeBand(Frozen):
    """A time of day: how much slower vehicles are, and how often lanes are occupied.

    Of several bands whose ``hours`` hold a moment, the first counts.
    """

    hours: str
    slowdown: dict[LaneClass, Value]
    blocked: dict[Literal["default"] | LaneClass, Value]

    def blocked_on(self, lane_class: LaneClass) -> Value:
        """Return the probability that a lane of a class is occupied."""
        return self.blocked.get(lane_class, self.blocked["default"])


class SixWithoutException(Frozen):
    """六个一律: named but not spelled out in the plans; a list that the user fills."""

    measures: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _six(self) -> SixWithoutException:
        if len(self.measures) not in (0, SIX) or not all(line.strip() for line in self.measures):
            msg = f"六个一律须写六项，现有 {len(self.measures)} 项 (six are needed, none empty)"
            raise ValueError(msg)
        return self


class LedgerRule(Frozen):
    """How sure a match of words or places must be before a ledger is believed to mean it."""

    header_score: Value
    header_margin: Value
    guess_score: Value
    guesses: Value
    near_m: Value
    plotted_share: Value
    same_days: Value
    same_address: Value


class SupervisionRule(Frozen):
    """分级分类: how often a building is inspected, and when a closed case is looked at again."""

    look_back_days: Value
    interval_days: dict[RiskBand, dict[AlertLevel, Value]]


class HostRule(Frozen):
    """What a station costs at one kind of host, and who is there.

    ``absent_day`` and ``absent_night`` are the probabilities that nobody can set out;
    ``leaves_premises`` is 0 for hosts whose crew may not leave their own premises.
    """

    build_yuan: Value
    yearly_yuan: Value
    crew_day: Value
    crew_night: Value
    absent_day: Value
    absent_night: Value
    leaves_premises: Value
    vehicle: Vehicle


class ExclusionRule(Frozen):
    """Buildings near which stations of some tiers must not stand."""

    uses: tuple[Use, ...]
    distance_m: Value
    tiers: tuple[Tier, ...]


class SitingRule(Frozen):
    """Where a station could go, and what it costs."""

    road_access_m: Value
    space_m2: Value
    estate_m: Value
    estate_people: Value
    give_up_yuan: Value
    second_cover: Value
    near_best: Value
    host: dict[HostType | Literal["other"], HostRule]
    key_unit_m2: dict[Use, Value]
    exclusion: dict[str, ExclusionRule]

    def host_rule(self, host_type: str | None) -> HostRule:
        """Return the rule of a host, that of ``other`` where the host is not known."""
        return self.host[HostType(host_type) if host_type else "other"]


class RoundsRule(Frozen):
    """How inspectors move and how long they stay.

    ``visit_min`` is by use, by ``door``, ``lane`` and ``station``, else ``default``; ``skills``
    by hazard code or use. ``hours``, ``holiday_hours`` and ``premises_hours`` are opening hours.
    """

    hours: str
    holiday_hours: str
    premises_hours: str
    lunch_s: Value
    walk_m_s: Value
    steps_m_s: Value
    lock_s: Value
    hazard_min: Value
    longest_leg_min: Value
    lanes_listed: Value
    road_gap_m: Value
    sample_floor: Value
    holiday_ahead_days: Value
    return_before_days: Value
    visit_min: dict[str, Value]
    skills: dict[str, tuple[str, ...]]


class PlacesRule(Frozen):
    """Estates, drills and events: what counts as old, as overdue, as near."""

    old_estate_until: Value
    drill_days: Value
    gathering_m: Value
    hydrant_step_m: Value
    hydrants_listed: Value


class BusyRule(Frozen):
    """How often crews are called, and how long they are out.

    ``calls_per_fire`` is by tier, of the fires of the ledger; ``calls_a_year`` by station, where a
    town knows better.
    """

    minutes_a_call: Value
    stand_in: Value
    calls_per_fire: dict[str, Value]
    calls_a_year: dict[str, Value]


class UseGroups(Frozen):
    """Groups of uses that the plans name; the user may change them."""

    new_business_forms: tuple[Use, ...] = ()
    shut_on_rest_days: tuple[Use, ...] = ()


class RuleSet(Frozen):
    """All numbers behind an assessment, dated."""

    name: str
    dated: dt.date
    tier: dict[str, TierRule]
    response: ResponseRule
    lane_state: LaneStateRule
    locked_gate: LockedGateRule
    time_band: dict[str, TimeBand]
    default_vehicle: dict[Tier, Vehicle]
    vehicle: dict[Vehicle, VehicleProfile]
    lane_width_m: dict[LaneClass, Value]
    barrier: dict[BarrierKind, BarrierRule]
    network: NetworkRule
    terrain: TerrainRule
    service_area: ServiceAreaRule
    compliance: ComplianceRule
    speed_calibration: SpeedCalibrationRule
    validation: ValidationRule
    six_without_exception: SixWithoutException = SixWithoutException()
    ledgers: LedgerRule
    supervision: SupervisionRule
    siting: SitingRule
    measures: MeasuresRule
    rounds: RoundsRule
    places: PlacesRule
    busy: BusyRule
    use_groups: UseGroups = UseGroups()
    duties: DutiesRule
    risk: RiskRule
    overridden: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name and date, and how many values the town has overridden."""
        changed = f" +{len(self.overridden)}" if self.overridden else ""
        return f"{self.name} ({self.dated.isoformat()}){changed}"


def load_rules(name: str = DEFAULT_RULES, *, override: Mapping[str, Any] | None = None) -> RuleSet:
    """Read a rule set and lay a town's own values over it.

    Parameters
    ----------
    name
        File name in ``data/rules/`` without its ending.
    override
        Nested tables of the same shape, as read from ``[override]`` in ``town.toml``. A leaf
        must give ``value``, ``source`` and ``confidence``.

    Raises
    ------
    InputError
        When no such rule set exists.
    TownError
        When values are unknown, unordered or without a source; all of them at once.
    """
    folder = files("weizhan.data").joinpath("rules")
    known = sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name[0] != "_")
    if name not in known:
        raise InputError("error.rules_unknown", name=name, allowed=", ".join(known))
    if not override:
        return _as_shipped(name)
    tables = copy.deepcopy(_tables(name))
    changed: list[str] = []
    _lay_over(tables, override, "", changed)
    _spread_defaults(tables, override)
    try:
        return RuleSet.model_validate({**tables, "overridden": tuple(changed)})
    except ValidationError as error:
        raise TownError(told_values(error, f"{name} [override]", TOWN_FILE)) from error


@cache
def _as_shipped(name: str) -> RuleSet:
    return RuleSet.model_validate(_tables(name))


@cache
def _tables(name: str) -> dict[str, Any]:
    file = files("weizhan.data").joinpath("rules", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _spread_defaults(tables: dict[str, Any], override: Mapping[str, Any]) -> None:
    """Let a town's own default speed stand for every class of lane that it does not name."""
    vehicles = override.get("vehicle")
    for name, own in vehicles.items() if isinstance(vehicles, Mapping) else ():
        speeds = own.get("speed_m_s") if isinstance(own, Mapping) else None
        if isinstance(speeds, Mapping) and "default" in speeds:
            tables["vehicle"][name]["speed_m_s"] = dict(speeds)


def _lay_over(
    tables: dict[str, Any], override: Mapping[str, Any], path: str, changed: list[str]
) -> None:
    for key, value in override.items():
        place = f"{path}.{key}" if path else key
        is_table = isinstance(value, Mapping) and "value" not in value
        if is_table and isinstance(tables.get(key), dict):
            _lay_over(tables[key], value, place, changed)
        else:
            tables[key] = value
            changed.append(place)
