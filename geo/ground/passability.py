"""Vehicle profile x lane: milliseconds in each direction, or which limit stops the vehicle."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd

from ..arrays import Flags, Floats, Ints, Objects, Words
from ..rules import Reading, RuleSet, VehicleProfile
from ..words import BarrierKind, LaneClass, Right, Vehicle, When, parse_access
from ..words import fields as f
from .network import Network
from .ranges import column_read

IMPASSABLE = np.iinfo(np.int32).max // 4  # milliseconds; two of them still fit an int32
CLASS_WHEN_UNKNOWN = LaneClass.SERVICE
# Standard errors by which a slope from terrain must exceed a limit, by reading.
SLOPE_DOUBT: dict[Reading, float] = {"slow": 0.0, "typical": 1.0, "fast": 2.0}


class Limit(StrEnum):
    """What stops a vehicle on a lane; the empty string means that it passes."""

    NONE = ""
    WIDTH = "width"
    HEIGHT = "height"
    WEIGHT = "weight"
    SLOPE = "slope"
    STEPS = "steps"
    ACCESS = "access"
    BARRIER = "barrier"
    BLOCKAGE = "blockage"


@dataclass(frozen=True)
class Conditions:
    """What holds on the lanes at one moment, beside what they always are.

    Attributes
    ----------
    left_m
        ``(lanes,)`` clear width left by an obstacle, NaN where there is none.
    shut
        ``(lanes,)`` True where a market or works keep vehicles out.
    slowdown
        ``(lanes,)`` how many times longer vehicles take.
    locked
        ``(barriers,)`` True for gates outside their hours: vehicles do not pass, people do
        after a delay.
    when
        The moment, by which rights of way with conditions are judged; without it they are
        left out.
    """

    left_m: Floats
    shut: Flags
    slowdown: Floats
    locked: Flags
    when: When | None = None


@dataclass(frozen=True)
class Passage:
    """How one vehicle passes every lane under one reading of what is unknown.

    All times are int32 milliseconds; `IMPASSABLE` where the vehicle does not pass.

    Attributes
    ----------
    forward_ms, backward_ms
        ``(lanes,)`` along the lane from its first to its last point, and back.
    leave_ms
        ``(nodes,)`` what it costs to go on from a node: the delay of a gate or other barrier
        there, `IMPASSABLE` where the barrier stops the vehicle.
    limit
        ``(lanes,)`` `Limit` codes.
    certain
        ``(lanes,)`` False where the limit rests on a width that nobody measured.
    """

    forward_ms: Ints
    backward_ms: Ints
    leave_ms: Ints
    limit: Words
    certain: Flags

    def arc_ms(self, network: Network) -> Ints:
        """Return the cost of each arc, ``(arcs,)``: leave its tail, then pass its lane."""
        along = np.where(
            network.arc_forward,
            self.forward_ms[network.arc_lane],
            self.backward_ms[network.arc_lane],
        )
        tail = np.repeat(np.arange(network.nodes), np.diff(network.indptr))
        return np.minimum(along + self.leave_ms[tail], IMPASSABLE).astype(np.int32)


def passage(
    network: Network,
    lanes: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    rules: RuleSet,
    vehicle: Vehicle,
    reading: Reading = "typical",
    conditions: Conditions | None = None,
    without: Collection[Limit] = (),
) -> Passage:
    """Return how a vehicle passes every lane.

    Unknown widths are read from the class of the lane (``lane_width_m`` in the rule set) at the
    typical, narrow or wide end; an unknown height or slope does not stop a vehicle under any
    reading and stays listed as unknown. Of several limits the first in the order of `Limit` is
    named. A lane or gate meant for the vehicle by name (``emergency=designated`` for an engine)
    is wide enough for it where nobody measured; a right of way that depends on what is not known
    is none under the slow reading. Speed on slopes follows Tobler's function relative to flat
    ground where the profile asks for it, so uphill and downhill differ.

    Parameters
    ----------
    network, lanes, barriers
        As `weizhan.geo.ground.network.build_network` returns them.
    rules
        Profiles and assumed widths.
    vehicle
        Whose passage.
    reading
        Which end of every uncertain number is taken.
    conditions
        What holds at the moment; without it nothing does.
    without
        Limits left out, to learn what they cost; `Limit.BARRIER` with all delays of barriers.
    """
    profile = rules.vehicle[vehicle]
    lane_class = pd.Categorical(lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN))
    slope = _numbers(lanes, f.SLOPE_PCT)
    when = conditions.when if conditions is not None else None
    right = _rights(lanes, vehicle, when, profile)
    limit, certain = _lane_limits(
        lanes, lane_class, right, profile, rules, reading, conditions, without
    )

    speed = _per_class(lane_class, lambda c: profile.speed(c).read(reading, more_is="faster"))
    steps = np.asarray(lane_class == LaneClass.STEPS)
    uphill, downhill = speed.copy(), speed
    if profile.tobler is not None and profile.tobler.value:
        grade = np.nan_to_num(np.where(steps, 0.0, slope)) / 100
        uphill, downhill = speed * _tobler(grade), speed * _tobler(-grade)
    if conditions is not None and profile.carried.value:
        uphill, downhill = uphill / conditions.slowdown, downhill / conditions.slowdown
    if profile.step_speed_m_s is not None:
        step_speed = profile.step_speed_m_s.read(reading, more_is="faster")
        uphill, downhill = (
            np.where(steps, step_speed, uphill),
            np.where(steps, step_speed, downhill),
        )
    forward = _milliseconds(network.length_m / uphill)
    backward = _milliseconds(network.length_m / downhill)
    stopped = limit != Limit.NONE
    if profile.oneway.value:
        oneway = lanes[f.ONEWAY].fillna("both").to_numpy(dtype=str)
        oneway = np.where(_both_ways(lanes, vehicle), "both", oneway)
        backward[oneway == "forward"] = IMPASSABLE
        forward[oneway == "backward"] = IMPASSABLE
    forward[stopped] = backward[stopped] = IMPASSABLE
    let_in = _rights(barriers, vehicle, when, profile)
    leave = _leave(network, barriers, let_in, profile, rules, reading, conditions)
    if Limit.BARRIER in without:
        leave[:] = 0
    return Passage(forward, backward, leave, limit, certain)


def _lane_limits(
    lanes: gpd.GeoDataFrame,
    lane_class: pd.Categorical,
    right: Words,
    profile: VehicleProfile,
    rules: RuleSet,
    reading: Reading,
    conditions: Conditions | None,
    without: Collection[Limit],
) -> tuple[Words, Flags]:
    prior = _per_class(lane_class, lambda c: rules.lane_width_m[c].read(reading, more_is="faster"))
    need, meant = profile.width_m.value, right == Right.DESIGNATED
    prior = np.where(meant, np.maximum(prior, need), prior)
    told = column_read(lanes, f.WIDTH_M, reading, more_is="faster", beyond=prior)
    width = np.where(np.isnan(told), prior, told)
    mass_t = profile.mass_t.read(reading, more_is="slower")
    forbidden = right == Right.NO
    if reading == "slow":
        forbidden |= right == Right.UNKNOWN
    steps = np.asarray(lane_class == LaneClass.STEPS)
    limit = np.full(len(lanes), Limit.NONE, dtype="<U8")
    vehicles_only = bool(profile.carried.value)
    steepness = np.abs(column_read(lanes, f.SLOPE_PCT, reading, more_is="slower"))
    if f.SLOPE_UNCERTAINTY_PCT in lanes:
        # A slope read from a raster stops a vehicle only as far as it is sure.
        steepness = steepness - SLOPE_DOUBT[reading] * _numbers(lanes, f.SLOPE_UNCERTAINTY_PCT)
    occupied = np.zeros(len(lanes), dtype=bool)
    if conditions is not None:
        occupied = (conditions.left_m < need) | (conditions.shut & vehicles_only)
    found = (
        (Limit.WIDTH, width < need),
        (Limit.HEIGHT, _height(lanes, reading) < profile.height_m.value),
        (Limit.WEIGHT, _numbers(lanes, f.WEIGHT_LIMIT_T) < mass_t),
        (Limit.SLOPE, (steepness > profile.slope_max_pct.value) & ~steps),
        (Limit.STEPS, steps & (profile.step_speed_m_s is None)),
        (Limit.ACCESS, forbidden & vehicles_only),
        (Limit.BLOCKAGE, occupied),
    )
    for name, stops in reversed(found):
        if name not in without:
            limit[stops] = name
    low = _per_class(lane_class, lambda c: rules.lane_width_m[c].at_least)
    high = _per_class(lane_class, lambda c: rules.lane_width_m[c].at_most)
    narrow = column_read(lanes, f.WIDTH_M, "slow", more_is="faster", beyond=low)
    wide = column_read(lanes, f.WIDTH_M, "fast", more_is="faster", beyond=high)
    unmeasured = np.isnan(told) & (low < need) & (need <= high) & ~meant
    undecided = unmeasured | ((narrow < need) & (need <= wide))
    return limit, ~(undecided & ((limit == Limit.NONE) | (limit == Limit.WIDTH)))


def _leave(
    network: Network,
    barriers: gpd.GeoDataFrame,
    right: Words,
    profile: VehicleProfile,
    rules: RuleSet,
    reading: Reading,
    conditions: Conditions | None,
) -> Ints:
    """Return what each node costs to leave.

    A locked gate, and one that is closed to the vehicle, stops vehicles and delays people. Who is
    let in by name passes it: people beside it, a vehicle after somebody has unlocked it. With a
    key box everybody unlocks it.
    """
    leave = np.zeros(network.nodes, dtype=np.int32)
    width, height, delay = _barrier_numbers(barriers, rules, reading)
    let_in = (right == Right.YES) | (right == Right.DESIGNATED)
    known = _numbers(barriers, f.WIDTH_M)
    width = np.where(np.isnan(known) & let_in, np.maximum(width, profile.width_m.value), width)
    cost = _milliseconds(delay, at_least=0)
    closed = right == Right.NO
    if reading == "slow":
        closed |= right == Right.UNKNOWN
    locked = np.zeros(len(barriers), dtype=bool) if conditions is None else conditions.locked
    wait = rules.locked_gate.delay_s.read(reading, more_is="slower")
    unlocked = _milliseconds(np.array([wait]))[0]
    free = cost.copy()
    if profile.carried.value:
        cost[locked & let_in] = unlocked
        cost[(locked | closed) & ~let_in] = IMPASSABLE
    else:
        cost[(locked | closed) & ~let_in] = unlocked
    if f.KEY_BOX in barriers:
        opens = _milliseconds(
            np.array([rules.locked_gate.key_box_s.read(reading, more_is="slower")])
        )[0]
        boxed = barriers[f.KEY_BOX].to_numpy(dtype=bool) & (cost != free)
        cost[boxed] = np.minimum(cost, free + opens)[boxed]
    cost[(width < profile.width_m.value) | (height < profile.height_m.value)] = IMPASSABLE
    on_lane = network.barrier_node >= 0
    np.maximum.at(leave, network.barrier_node[on_lane], cost[on_lane])
    return leave


def _barrier_numbers(
    barriers: gpd.GeoDataFrame, rules: RuleSet, reading: Reading
) -> tuple[Floats, Floats, Floats]:
    kinds = barriers[f.KIND].fillna(BarrierKind.OTHER).to_numpy(dtype=str)
    assumed = [rules.barrier[BarrierKind(k)] for k in kinds]
    prior = np.array([rule.width_m.read(reading, more_is="faster") for rule in assumed])
    width = column_read(barriers, f.WIDTH_M, reading, more_is="faster", beyond=prior)
    height = _height(barriers, reading)
    over = np.array(
        [
            np.nan if rule.height_m is None else rule.height_m.read(reading, more_is="faster")
            for rule in assumed
        ]
    )
    delay = np.array([rule.delay_s.read(reading, more_is="slower") for rule in assumed])
    return (
        np.where(np.isnan(width), prior, width),
        np.where(np.isnan(height), over, height),
        delay,
    )


def _rights(
    frame: gpd.GeoDataFrame, vehicle: Vehicle, when: When | None, profile: VehicleProfile
) -> Words:
    """Return what is said of the vehicle on each lane or at each barrier, `Right` codes."""
    mass_t = profile.mass_t.value
    return _per_text(
        frame[f.ACCESS], lambda text: parse_access(text).right(vehicle, when, mass_t=mass_t)
    ).astype("<U10")


def _both_ways(lanes: gpd.GeoDataFrame, vehicle: Vehicle) -> Flags:
    """Return the lanes whose one-way rule leaves the vehicle out."""
    return _per_text(lanes[f.ACCESS], lambda text: parse_access(text).both_ways(vehicle)).astype(
        bool
    )


def _per_text(texts: pd.Series, value: Callable[[str | None], object]) -> Objects:
    which, distinct = pd.factorize(texts)
    values = np.array([*map(value, distinct), value(None)], dtype=object)
    return np.asarray(values[which])


def _tobler(grade: Floats) -> Floats:
    """Return walking speed relative to flat ground: exp(-3.5 |s + 0.05|), Tobler 1993."""
    return np.asarray(np.exp(-3.5 * np.abs(grade + 0.05)) / np.exp(-3.5 * 0.05))


def _milliseconds(seconds: Floats, *, at_least: int = 1) -> Ints:
    return np.clip(np.rint(seconds * 1000), at_least, IMPASSABLE).astype(np.int32)


def _height(frame: gpd.GeoDataFrame, reading: Reading) -> Floats:
    return column_read(frame, f.HEIGHT_LIMIT_M, reading, more_is="faster")


def _numbers(frame: gpd.GeoDataFrame, column: str) -> Floats:
    return np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=float)


def _per_class(lane_class: pd.Categorical, value: Callable[[LaneClass], float]) -> Floats:
    values = np.array([value(LaneClass(c)) for c in lane_class.categories], dtype=float)
    return np.asarray(values[lane_class.codes])
