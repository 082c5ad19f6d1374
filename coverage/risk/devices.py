"""Device gaps: which device takes away most harm where, among those that serve the use.

What a device would take away is the harm a year of the building less that with the device in
every unit (household, let room, premises) of it, at the typical numbers. Where nobody knows
whether it is there, the share of the class stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ...geo.arrays import Flags, Floats, Longs
from ...geo.rules import DeviceRule, RuleSet
from ...geo.words import DeviceKind
from .. import columns as c
from .draws import Logs, Moment
from .inputs import UNKNOWN, RiskInputs
from .missing import Donors, take
from .numbers import RiskNumbers

#: In the order of the list; of equal gains the first.
DEVICES: Final = (
    DeviceKind.SMOKE_DETECTOR, DeviceKind.SIMPLE_SPRINKLER, DeviceKind.RCD,
    DeviceKind.ELECTRICAL_MONITORING, DeviceKind.REMOTE_MONITORING,
)  # fmt: skip
#: What holds a fire down, and what prevents one, by the name of the factor.
HOLDS: Final = {
    DeviceKind.SMOKE_DETECTOR: "detector",
    DeviceKind.SIMPLE_SPRINKLER: "sprinkler",
    DeviceKind.REMOTE_MONITORING: "remote",
}
PREVENTS: Final = {
    DeviceKind.RCD: "rcd", DeviceKind.ELECTRICAL_MONITORING: "electrical_monitoring",
}  # fmt: skip
BUILDING: Final = "building"
BLOCK: Final = 16384


def device_gaps(
    inputs: RiskInputs,
    donated: Donors,
    typical: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    logs_of: Callable[..., Logs],
    harm: Floats,
) -> dict[str, Any]:
    """Return what each device would take away of each building's harm.

    Parameters
    ----------
    inputs, donated, typical, rules, now, logs_of
        As `weizhan.coverage.risk.assess_risk` computes with.
    harm
        ``(buildings,)`` as it is told, in any unit.

    Returns
    -------
    dict
        For each device `gain_<device>` (in the unit of harm), `lacking_<device>` (units without
        it) and `pieces_<device>`, all 0 where it does not serve the use and missing where the use
        is not known; `device_unit`, what the units are; `device_gap`, the device with the
        greatest gain,
        None where none gains; `device_gain` and `device_households`, the units, of it.
    """
    parts = []
    for begin in range(0, max(len(inputs), 1), BLOCK):
        block = take(inputs, slice(begin, begin + BLOCK))
        logs = logs_of(block, donated, typical, rules, now, None)
        parts.append(_block(block, logs, typical, rules, harm[begin : begin + BLOCK]))
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return table | greatest(table)


def _block(
    inputs: RiskInputs, logs: Logs, typical: RiskNumbers, rules: RuleSet, harm: Floats
) -> dict[str, Any]:
    filled, shape = logs.filled, (len(inputs), 1)
    floor_m2 = np.broadcast_to(filled.floor_m2, shape)[:, 0]
    kind, works = filled.kind[:, 0], 1 - filled.stopped[:, 0]
    units = _units(inputs, logs, rules)
    there = {
        DeviceKind.SMOKE_DETECTOR: np.broadcast_to(filled.detector, shape)[:, 0],
        DeviceKind.SIMPLE_SPRINKLER: np.broadcast_to(filled.sprinkler, shape)[:, 0],
        DeviceKind.REMOTE_MONITORING: np.broadcast_to(filled.remote, shape)[:, 0],
        DeviceKind.RCD: np.nan_to_num(inputs.rcd),
        DeviceKind.ELECTRICAL_MONITORING: np.nan_to_num(inputs.monitor),
    }
    names = np.array([k.unit for k in rules.risk.classes.values()], dtype=object)
    table: dict[str, Any] = {c.DEVICE_UNIT: names[kind]}
    for device in DEVICES:
        rule = rules.risk.device[device]
        serves = _serves(rule, list(rules.risk.classes), kind=kind, floor_m2=floor_m2)
        count = np.ones(len(inputs)) if rule.lacks == BUILDING else units
        without = np.round(count * (1 - there[device]))
        if device in HOLDS:
            part = _held(HOLDS[device], logs, typical, works)
        else:
            part = _prevented(device, there, typical)
        useful = serves & (without > 0)
        gain = np.where(useful, harm * part, 0.0)
        table[c.device_gain(device)] = gain
        table[c.device_lacking(device)] = np.where(serves, without, 0.0)
        pieces = _pieces(rule, without, floor_m2 * (1 - there[device]))
        table[c.device_pieces(device)] = np.where(serves, pieces, 0.0)
    unknown = inputs.kind == UNKNOWN
    return {name: np.where(unknown, _nothing(told), told) for name, told in table.items()}


def _nothing(told: Any) -> Any:
    """Return what stands for a building of unknown use, of which nobody can tell what serves it."""
    return None if told.dtype == object else np.nan


def _units(inputs: RiskInputs, logs: Logs, rules: RuleSet) -> Floats:
    """Return the households, let rooms or premises of each building, at least one."""
    people = np.broadcast_to(logs.filled.residents, (len(inputs), 1))[:, 0]
    sleepers = np.fmax(people, np.nan_to_num(inputs.sleepers))
    by_beds = np.ceil(sleepers / rules.risk.consequence.room_beds.value)
    many = {
        "household": np.round(people / rules.risk.finding.household_people.value),
        "room": np.where(np.isnan(inputs.rooms), by_beds, inputs.rooms),
        "premises": np.nan_to_num(inputs.tenants),
    }
    unit = np.array([k.unit for k in rules.risk.classes.values()])[logs.filled.kind[:, 0]]
    counts = np.select([unit == name for name in many], list(many.values()))
    return np.asarray(np.maximum(counts, 1.0))


def _serves(rule: DeviceRule, classes: list[str], *, kind: Longs, floor_m2: Floats) -> Flags:
    served = np.array([name in rule.classes for name in classes])[kind]
    most = np.inf if rule.area_most_m2 is None else rule.area_most_m2.value
    return np.asarray(served & (floor_m2 <= most))


def _pieces(rule: DeviceRule, without: Floats, floor_m2: Floats) -> Floats:
    if rule.pieces == "floor":
        return np.ceil(floor_m2 / rule.per_piece.value)
    return without * rule.per_piece.value


def _held(name: str, logs: Logs, typical: RiskNumbers, works: Floats) -> Floats:
    """Return the share of harm that a device that holds fires down would still take away."""
    one, shape = typical.one, (len(works), 1)
    held = {part: np.broadcast_to(m, shape)[:, 0] for part, m in logs.means.items()}
    cap = 1 - one["mitigation.cap"][0]
    best = one[f"mitigation.{name}"][0]
    best = best * one["mitigation.detector_works"][0] if name == "detector" else best
    left = np.maximum(np.prod([1 - m for m in held.values()], axis=0), cap)
    rest = np.prod([1 - m for other, m in held.items() if other != name], axis=0)
    return np.asarray(np.maximum(1 - np.maximum(rest * (1 - works * best), cap) / left, 0))


def _prevented(device: DeviceKind, there: dict[DeviceKind, Floats], typical: RiskNumbers) -> Floats:
    """Return the share of fires that a device on the wiring would still prevent."""
    one = typical.one
    electrical = one["likelihood.electrical_share"][0]
    left = {kind: 1 - there[kind] * one[f"likelihood.{name}"][0] for kind, name in PREVENTS.items()}
    before = 1 - electrical * (1 - np.prod(list(left.values()), axis=0))
    left[device] = 1 - one[f"likelihood.{PREVENTS[device]}"][0]
    after = 1 - electrical * (1 - left[DeviceKind.RCD] * left[DeviceKind.ELECTRICAL_MONITORING])
    return np.asarray(1 - after / before)


def greatest(table: dict[str, Any]) -> dict[str, Any]:
    """Return the device that takes away most at each building, from the gains of all."""
    gain = np.column_stack([table[c.device_gain(kind)] for kind in DEVICES])
    lacking = np.column_stack([table[c.device_lacking(kind)] for kind in DEVICES])
    most, row = np.nan_to_num(gain).argmax(axis=1), np.arange(len(gain))
    codes = np.array([str(kind) for kind in DEVICES], dtype=object)[most]
    none = ~(gain[row, most] > 0)
    codes[none] = None
    return {
        c.DEVICE_GAP: codes,
        c.DEVICE_GAIN: gain[row, most],
        c.DEVICE_HOUSEHOLDS: np.where(gain[row, most] <= 0, 0.0, lacking[row, most]),
    }
