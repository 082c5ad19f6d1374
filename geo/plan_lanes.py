"""What a plan does to lanes and gates, and what it cannot do to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from .arrays import Flags
from .tables import is_missing
from .town import Town
from .words import (
    BarrierKind,
    LaneClass,
    Problem,
    Right,
    Vehicle,
    access_text,
    parse_access,
    parse_hours,
)
from .words import fields as f

ALWAYS: Final = "24/7"
_HOURS: Final = "opening_hours"  # the key of `weizhan.geo.words.access`
_LOCKABLE: Final = (BarrierKind.GATE, BarrierKind.LIFT_GATE)
#: Steps keep larger vehicles out after a ramp is built, whatever was said of them before.
_SMALL_ONLY: Final = ("emergency", "bicycle", "motor_vehicle")


def lanes_under(
    town: Town,
    *,
    close: Collection[str],
    open: Collection[str],
    clear: Collection[str],
    ramp: Collection[str],
) -> tuple[gpd.GeoDataFrame, Flags]:
    """Return the lanes under a plan, ``(reports,)`` True for reports that still hold.

    Parameters
    ----------
    town
        As it is.
    close, open, clear, ramp
        Ids of lanes, as drawn or after cutting.
    """
    lanes = town.lanes
    closed, opened, cleared = (_rows(lanes, which) for which in (close, open, clear))
    widest = max(profile.width_m.value for profile in town.rules.vehicle.values())
    hours = lanes[f.CLOSED_HOURS].astype(object).mask(opened, None).mask(closed, ALWAYS)
    width = lanes[f.WIDTH_M].astype(float)
    width = width.where(~opened, np.fmax(width, widest))
    changed: dict[str, Any] = {f.CLOSED_HOURS: hours, f.WIDTH_M: width}
    for end in (f"{f.WIDTH_M}_low", f"{f.WIDTH_M}_high"):
        if end in lanes:
            changed[end] = lanes[end].mask(opened)
    if clear or f.KEPT_CLEAR in lanes:
        changed[f.KEPT_CLEAR] = cleared | _flags(lanes, f.KEPT_CLEAR)
    under = lanes.assign(**changed)
    if ramp:
        steepest = town.rules.measures.ramp_slope_pct.value
        under = _ramped(under, _rows(lanes, ramp) & _steps(lanes), steepest)
    lane = town.report_positions.lane
    stale = (lane >= 0) & (opened | cleared)[np.maximum(lane, 0)]
    return under, ~stale


def lane_problems(
    lanes: gpd.GeoDataFrame,
    *,
    close: Collection[str],
    open: Collection[str],
    clear: Collection[str],
    ramp: Collection[str],
) -> list[Problem]:
    """Return which lanes of a plan are not there, both closed and not, or have no steps."""
    known = _names(lanes)
    parts = {"close": close, "open": open, "clear": clear, "ramp": ramp}
    named = {lane for part in parts.values() for lane in part}
    problems = [wrong("plan_lane_unknown", lane) for lane in sorted(named - known)]
    opened, kept, ramps = {*open}, {*clear, *ramp}, {*ramp}
    closed, steps = _names(lanes[_rows(lanes, close)]), _names(lanes[_steps(lanes)])
    for lane in sorted(named & known):
        if lane in opened and lane in closed:
            problems.append(wrong("plan_lane_both", lane))
        if lane in kept and lane in closed:
            problems.append(wrong("plan_lane_closed", lane))
        if lane in ramps and lane not in steps:
            problems.append(wrong("plan_no_steps", lane))
    return problems + [p for part in parts.values() for p in twice(part)]


def gates_under(
    barriers: gpd.GeoDataFrame,
    *,
    key_box: Collection[str],
    open: Collection[str],
) -> gpd.GeoDataFrame:
    """Return the barriers under a plan: some with a key box, some open at all hours."""
    if not key_box and not open:
        return barriers
    ids = barriers[f.BARRIER_ID].astype(str)
    opened = ids.isin(open)
    access = [
        _without(text, _HOURS) if now else text
        for text, now in zip(barriers[f.ACCESS], opened, strict=True)
    ]
    return barriers.assign(
        **{
            f.OPEN_HOURS: barriers[f.OPEN_HOURS].astype(object).mask(opened, ALWAYS),
            f.ACCESS: pd.Series(access, index=barriers.index, dtype=object),
            f.KEY_BOX: ids.isin(key_box).to_numpy() | _flags(barriers, f.KEY_BOX),
        }
    )


def gate_problems(
    barriers: gpd.GeoDataFrame,
    *,
    key_box: Collection[str],
    open: Collection[str],
) -> list[Problem]:
    """Return which gates of a plan are not there, never lock, or are changed in two ways."""
    ids = barriers[f.BARRIER_ID].astype(str)
    named = {*key_box, *open}
    problems = [wrong("plan_barrier_unknown", gate) for gate in sorted(named - set(ids))]
    problems += [wrong("plan_gate_both", gate) for gate in sorted({*key_box} & {*open})]
    for which, locks in ((key_box, locks_at_all(barriers)), (open, locks_by_hours(barriers))):
        never = set(ids[~locks]) & set(which)
        problems += [wrong("plan_gate_never_locks", gate) for gate in sorted(never)]
    return [*problems, *twice(key_box), *twice(open)]


def locks_by_hours(barriers: gpd.GeoDataFrame) -> Flags:
    """Return which barriers have hours out of which vehicles do not pass."""
    told = [
        not _always(hours) or (_HOURS in parse_access(access).told)
        for hours, access in zip(
            barriers[f.OPEN_HOURS].astype(object),
            barriers[f.ACCESS].astype(object).where(barriers[f.ACCESS].notna(), None),
            strict=True,
        )
    ]
    return np.array(told, dtype=bool)


def locks_at_all(barriers: gpd.GeoDataFrame) -> Flags:
    """Return which barriers lock by their hours, or are gates that are closed to vehicles."""
    kinds = barriers[f.KIND].isin([str(kind) for kind in _LOCKABLE]).to_numpy(dtype=bool)
    access = barriers[f.ACCESS].astype(object).where(barriers[f.ACCESS].notna(), None)
    shut = [
        any(parse_access(text).right(v) == Right.NO for v in Vehicle if v != Vehicle.FOOT)
        for text in access
    ]
    return np.asarray(locks_by_hours(barriers) | (kinds & np.array(shut, dtype=bool)))


def wrong(code: str, value: str, *, allowed: str = "", **details: str) -> Problem:
    """Return one thing that is wrong with a plan."""
    return Problem("error", code, "plan", value=value, allowed=allowed, details=details)


def twice(entries: Collection[str]) -> list[Problem]:
    """Return what one part of a plan names more than once."""
    told = Counter(entries)
    return [wrong("plan_twice", e) for e in sorted(e for e, count in told.items() if count > 1)]


def _always(hours: object) -> bool:
    """Return whether there are no hours at all, or ones that hold always."""
    if is_missing(hours):
        return True
    return parse_hours(str(hours)).expression == ALWAYS


def _rows(lanes: gpd.GeoDataFrame, which: Collection[str]) -> Flags:
    names = lanes[f.LANE_ID].astype(str), lanes[f.DRAWN_LANE_ID].astype(str)
    return np.asarray(names[0].isin(which) | names[1].isin(which), dtype=bool)


def _names(lanes: gpd.GeoDataFrame) -> set[str]:
    """Return the ids of lanes, those of the network and as drawn."""
    return {*lanes[f.LANE_ID].astype(str), *lanes[f.DRAWN_LANE_ID].astype(str)}


def _steps(lanes: gpd.GeoDataFrame) -> Flags:
    return np.asarray(lanes[f.LANE_CLASS] == LaneClass.STEPS, dtype=bool)


def _flags(frame: gpd.GeoDataFrame, column: str) -> Flags:
    if column not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(frame[column], dtype=bool)


def _ramped(lanes: gpd.GeoDataFrame, which: Flags, steepest: float) -> gpd.GeoDataFrame:
    """Return the lanes with some steps made a footway no steeper than a ramp is built."""
    slope = lanes[f.SLOPE_PCT].astype(float)
    changed: dict[str, Any] = {
        f.LANE_CLASS: lanes[f.LANE_CLASS].astype(object).mask(which, str(LaneClass.FOOTWAY)),
        f.STEP_COUNT: lanes[f.STEP_COUNT].mask(which),
        f.SLOPE_PCT: slope.where(~which, slope.clip(-steepest, steepest)),
        f.ACCESS: [
            access_text({**_told(text, _SMALL_ONLY), "motor_vehicle": "no"}) if own else text
            for text, own in zip(lanes[f.ACCESS].astype(object), which, strict=True)
        ],
    }
    if f.SLOPE_UNCERTAINTY_PCT in lanes:
        changed[f.SLOPE_UNCERTAINTY_PCT] = lanes[f.SLOPE_UNCERTAINTY_PCT].mask(which, 0.0)
    for end in (f"{f.SLOPE_PCT}_low", f"{f.SLOPE_PCT}_high"):
        if end in lanes:
            changed[end] = lanes[end].mask(which)
    return lanes.assign(**changed)


def _told(text: object, without: Collection[str]) -> dict[str, str]:
    said = None if is_missing(text) else str(text)
    told = parse_access(said).told
    return {key: value for key, value in told.items() if key.partition(":")[0] not in without}


def _without(text: object, key: str) -> str | None:
    return access_text(_told(text, (key,))) or None
