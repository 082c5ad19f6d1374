"""Device gaps: where a smoke detector, a residual-current device or a simple sprinkler helps most.

What a device would take away is the harm a year of the building less that with the device in
every household, at the typical numbers. Where nobody knows whether it is there, the share of the
class stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RuleSet
from ...geo.words import DeviceKind
from .. import columns as c
from .draws import Logs, Moment
from .inputs import RiskInputs
from .missing import Donors, take
from .numbers import RiskNumbers

DEVICES: Final = (DeviceKind.SMOKE_DETECTOR, DeviceKind.RCD, DeviceKind.SIMPLE_SPRINKLER)
BLOCK: Final = 16384


def device_gaps(
    inputs: RiskInputs,
    donated: Donors,
    typical: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    logs_of: Callable[..., Logs],
    harm_per_year: Floats,
) -> dict[str, Any]:
    """Return what each device would take away of each building's harm a year.

    Parameters
    ----------
    inputs, donated, typical, rules, now, logs_of
        As `weizhan.coverage.risk.assess_risk` computes with.
    harm_per_year
        ``(buildings,)`` as it is told.

    Returns
    -------
    dict
        For each device `gain_<device>` (deaths a year) and `lacking_<device>` (households, or
        premises, without it); `device_gap`, the device with the greatest gain, None where none
        gains; `device_gain` and `device_households` of it.
    """
    gains = {kind: np.empty(len(inputs)) for kind in DEVICES}
    lacking = {kind: np.empty(len(inputs)) for kind in DEVICES}
    size = rules.risk.finding.household_people.value
    per_people = np.array([k.per == "people" for k in rules.risk.classes.values()])
    for begin in range(0, len(inputs), BLOCK):
        rows = slice(begin, begin + BLOCK)
        block = take(inputs, rows)
        logs = logs_of(block, donated, typical, rules, now, None)
        filled, harm = logs.filled, harm_per_year[rows]
        homes = per_people[filled.kind[:, 0]]
        households = np.where(
            homes, np.maximum(np.round(np.broadcast_to(filled.residents, (len(block), 1))[:, 0]
                                       / size), 1), 1.0,
        )  # fmt: skip
        one, works = typical.one, 1 - filled.stopped[:, 0]
        share = {
            DeviceKind.SMOKE_DETECTOR: filled.detector[:, 0],
            DeviceKind.SIMPLE_SPRINKLER: filled.sprinkler[:, 0],
            DeviceKind.RCD: np.nan_to_num(block.rcd),
        }
        best = {
            "detector": one["mitigation.detector"] * one["mitigation.detector_works"],
            "sprinkler": one["mitigation.sprinkler"],
        }
        held = {name: np.broadcast_to(m, (len(block), 1))[:, 0] for name, m in logs.means.items()}
        cap = 1 - one["mitigation.cap"][0]
        left = np.maximum(np.prod([1 - m for m in held.values()], axis=0), cap)
        for kind, name in ((DEVICES[0], "detector"), (DEVICES[2], "sprinkler")):
            rest = np.prod([1 - m for other, m in held.items() if other != name], axis=0)
            after = np.maximum(rest * (1 - works * best[name][0]), cap)
            gains[kind][rows] = harm * np.maximum(1 - after / left, 0)
        gains[DeviceKind.RCD][rows] = harm * _rcd_share(block, typical)
        for kind in DEVICES:
            lacking[kind][rows] = np.round(households * (1 - share[kind]))
    return _columns(gains, lacking)


def _rcd_share(inputs: RiskInputs, typical: RiskNumbers) -> Floats:
    """Return the share of fires that a residual-current device would still prevent."""
    one = typical.one
    electrical = one["likelihood.electrical_share"][0]
    monitor = np.nan_to_num(inputs.monitor) * one["likelihood.electrical_monitoring"][0]
    there = np.nan_to_num(inputs.rcd) * one["likelihood.rcd"][0]
    before = 1 - electrical * (1 - (1 - there) * (1 - monitor))
    after = 1 - electrical * (1 - (1 - one["likelihood.rcd"][0]) * (1 - monitor))
    return np.asarray(1 - after / before)


def _columns(gains: dict[DeviceKind, Floats], lacking: dict[DeviceKind, Floats]) -> dict[str, Any]:
    gain = np.column_stack([np.where(lacking[k] > 0, gains[k], 0.0) for k in DEVICES])
    most = gain.argmax(axis=1)
    row = np.arange(len(gain))
    codes = np.array([str(kind) for kind in DEVICES], dtype=object)[most]
    codes[gain[row, most] <= 0] = None
    table: dict[str, Any] = {
        c.DEVICE_GAP: codes,
        c.DEVICE_GAIN: gain[row, most],
        c.DEVICE_HOUSEHOLDS: np.column_stack([lacking[k] for k in DEVICES])[row, most],
    }
    for at, kind in enumerate(DEVICES):
        table[c.device_gain(kind)] = gain[:, at]
        table[c.device_lacking(kind)] = lacking[kind]
    return table
