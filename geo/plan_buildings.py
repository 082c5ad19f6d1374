"""What a plan does at buildings: devices, hazards mended, inspections; and what it cannot do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from .arrays import Flags, Floats
from .ledgers import TownLedgers, has
from .plan_lanes import twice, wrong
from .town import Town
from .words import DeviceKind, HazardCode, HazardState, Problem, label
from .words import fields as f

Pairs = Sequence[tuple[str, str]]


def with_mended(ledgers: TownLedgers, mended: Pairs) -> TownLedgers:
    """Return the ledgers with all open cases of some kinds at some buildings closed.

    Each is closed on the day of its last step, since a plan has no day.

    Parameters
    ----------
    ledgers
        As they are.
    mended
        Ids of buildings, and codes of hazards.
    """
    if not mended:
        return ledgers
    last = _open_steps(ledgers)
    cases = ledgers.hazards.set_index("key")
    pairs = set(mended)
    own = [
        (str(cases.at[key, f.BUILDING_ID]), str(cases.at[key, "code"])) in pairs
        for key in last["key"]
    ]
    steps = last[own].assign(state=str(HazardState.CLOSED), stated=0)
    events = pd.concat([ledgers.events, steps], ignore_index=True) if any(own) else ledgers.events
    return replace(ledgers, events=events)


def building_problems(
    town: Town,
    *,
    devices: Sequence[tuple[str, DeviceKind]],
    mended: Pairs,
    inspected: Collection[str],
) -> list[Problem]:
    """Return what is wrong with what a plan does at buildings.

    Parameters
    ----------
    town
        As it is.
    devices
        Ids of buildings, and what every unit of them gets.
    mended
        Ids of buildings, and codes of hazards.
    inspected
        Ids of buildings.
    """
    ids = pd.Index(town.buildings[f.BUILDING_ID].astype(str))
    named = {*inspected, *(b for b, _ in devices), *(b for b, _ in mended)}
    problems = [wrong("plan_building_unknown", b) for b in sorted(named - set(ids))]
    refused = {device: refused_devices(town, device) for device in {d for _, d in devices}}
    for building, device in devices:
        if building in ids:
            row = int(ids.get_loc(building))
            problems += _device_problems(town, row, building, device, refused[device])
    there = open_hazards(town) if mended else set()
    problems += [
        wrong("plan_hazard_absent", b, hazard=f"{label('hazard_code', code)} ({code})")
        for b, code in mended
        if b in ids and (b, code) not in there
    ]
    problems += twice([f"{b} · {device}" for b, device in devices])
    return [*problems, *twice([f"{b} · {code}" for b, code in mended]), *twice(inspected)]


def open_hazards(town: Town) -> set[tuple[str, str]]:
    """Return building and code of every hazard that a case or a checklist says is open."""
    ledgers = town.ledgers
    cases = ledgers.hazards[ledgers.hazards["key"].isin(_open_steps(ledgers)["key"])]
    cases = cases[cases[f.BUILDING_ID].notna()]
    found = set(zip(cases[f.BUILDING_ID].astype(str), cases["code"].astype(str), strict=True))
    ids = town.buildings[f.BUILDING_ID].astype(str).to_numpy()
    for code in HazardCode:
        if has(code) in ledgers.premises:
            listed = pd.to_numeric(ledgers.premises[has(code)], errors="coerce") == 1
            found |= {(str(b), str(code)) for b in ids[listed.to_numpy(dtype=bool)]}
    return found - set(town.care.mended)


def _open_steps(ledgers: TownLedgers) -> pd.DataFrame:
    """Return the last step of every case that is not closed."""
    last = ledgers.events.groupby("key", sort=False).tail(1)
    last = last[last["key"].isin(ledgers.hazards["key"])]
    return last[last["state"] != HazardState.CLOSED]


def refused_devices(town: Town, device: DeviceKind) -> tuple[Flags, Flags]:
    """Return at which buildings a plan cannot have a device.

    Parameters
    ----------
    town
        As it is.
    device
        With a rule or without, which is refused everywhere.

    Returns
    -------
    tuple
        ``(buildings,)`` True where it does not serve the use, and where the floors are too large.
    """
    rules, count = town.rules.risk, len(town.buildings)
    if device not in rules.device:
        return np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    rule, uses = rules.device[device], town.buildings[f.USE].astype(object)
    served = {use for name in rule.classes for use in rules.classes[name].uses}
    unserved = np.asarray(uses.notna() & ~uses.isin(served), dtype=bool)
    if rule.area_most_m2 is None:
        return unserved, np.zeros(count, dtype=bool)
    return unserved, floors_m2(town) > rule.area_most_m2.value


def floors_m2(town: Town) -> Floats:
    """Return ``(buildings,)`` the area of all floors, missing where they are not counted."""
    floors = pd.to_numeric(town.buildings[f.FLOORS], errors="coerce").to_numpy(dtype=float)
    return np.asarray(floors * shapely.area(town.buildings.geometry.to_numpy()), dtype=float)


def _device_problems(
    town: Town, row: int, building: str, device: DeviceKind, refused: tuple[Flags, Flags]
) -> list[Problem]:
    rules = town.rules.risk
    named = f"{label('device_kind', device)} ({device})"
    if device not in rules.device:
        return [wrong("plan_device_unknown", named, allowed=", ".join(rules.device))]
    unserved, large = refused
    if unserved[row]:
        use = town.buildings[f.USE].iloc[row]
        told = f"{label('use', use)} ({use})"
        return [wrong("plan_device_unserved", building, device=named, use=told)]
    most = rules.device[device].area_most_m2
    if most is None or not large[row]:
        return []
    return [wrong("plan_device_large", building, allowed=f"{most.value:,.0f}", device=named,
                  area=f"{floors_m2(town)[row]:,.0f}")]  # fmt: skip
