"""Rule sets: numbers with a unit, a source and a confidence, read from ``data/rules/*.toml``."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from .errors import InputError
from .vocabulary import BarrierKind, LaneClass, Tier, Vehicle

DEFAULT_RULES = "china-2026"
Reading = Literal["typical", "slow", "fast"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Frozen):
    """One number of a rule set.

    ``low`` and ``high`` bound what the number may really be; without them it is taken as it is.
    """

    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    source: str
    confidence: Literal["S", "S2", "GK", "computed", "judgement"]

    @model_validator(mode="after")
    def _ordered(self) -> Value:
        if not self.at_least <= self.value <= self.at_most:
            msg = f"low <= value <= high does not hold: {self.low}, {self.value}, {self.high}"
            raise ValueError(msg)
        return self

    @property
    def at_least(self) -> float:
        """The low bound, or the value itself."""
        return self.value if self.low is None else self.low

    @property
    def at_most(self) -> float:
        """The high bound, or the value itself."""
        return self.value if self.high is None else self.high

    def read(self, reading: Reading, *, more_is: Literal["slower", "faster"]) -> float:
        """Return the number under one reading.

        Parameters
        ----------
        reading
            ``"typical"``, or the ``"slow"`` or ``"fast"`` end of what may be true.
        more_is
            Whether a larger number makes crews slower (a delay) or faster (a speed, a width).
        """
        if reading == "typical":
            return self.value
        return self.at_most if (reading == "slow") == (more_is == "slower") else self.at_least


class TierRule(_Frozen):
    """A response tier: which stations serve it, in which time."""

    station_tiers: tuple[Tier, ...]
    standard_s: Value
    turnout_s: Value


class VehicleProfile(_Frozen):
    """What a vehicle, or a person on foot, can pass, and how fast.

    ``tobler``, ``oneway`` and ``carried`` are switches (0 or 1) with a source like any number:
    slope changes the speed; one-way lanes bind; the crew can dismount and go on on foot.
    A vehicle without ``step_speed_m_s`` cannot pass steps.
    """

    width_m: Value
    height_m: Value
    slope_max_pct: Value
    speed_m_s: dict[Literal["default"] | LaneClass, Value]
    step_speed_m_s: Value | None = None
    tobler: Value | None = None
    oneway: Value
    carried: Value

    def speed(self, lane_class: LaneClass | None) -> Value:
        """Return the speed on a class of lane; the default where the class is not known."""
        if lane_class is None:
            return self.speed_m_s["default"]
        return self.speed_m_s.get(lane_class, self.speed_m_s["default"])


class BarrierRule(_Frozen):
    """What a barrier of unknown width leaves open, and what it costs to pass."""

    width_m: Value
    delay_s: Value


class NetworkRule(_Frozen):
    """Distances by which lanes meet and buildings attach."""

    join_m: Value
    barrier_m: Value
    attach_m: Value
    fragment_m: Value
    point_building_radius_m: Value
    dismount_s: Value


class SixWithoutException(_Frozen):
    """六个一律: named but not spelled out in the plans; a list that the user fills."""

    measures: tuple[str, ...] = ()


class RuleSet(_Frozen):
    """All numbers behind an assessment, dated."""

    name: str
    dated: dt.date
    tier: dict[str, TierRule]
    default_vehicle: dict[Tier, Vehicle]
    vehicle: dict[Vehicle, VehicleProfile]
    lane_width_m: dict[LaneClass, Value]
    barrier: dict[BarrierKind, BarrierRule]
    network: NetworkRule
    six_without_exception: SixWithoutException = SixWithoutException()
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
        When no such rule set exists, or a value is unknown, unordered or without a source.
    """
    folder = files("weizhan.data").joinpath("rules")
    file = folder.joinpath(f"{name}.toml")
    known = sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name[0] != "_")
    if name not in known:
        raise InputError("error.rules_unknown", name=name, allowed=", ".join(known))
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    changed: list[str] = []
    if override:
        tables = copy.deepcopy(tables)
        _lay_over(tables, override, "", changed)
    try:
        return RuleSet.model_validate({**tables, "overridden": tuple(changed)})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise InputError("error.rules_invalid", name=name, wrong=wrong) from error


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
