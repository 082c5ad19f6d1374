"""Checks of buildings: distance to the wall, ring lane, high-rise operation place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from ...geo.arrays import Flags, Floats, Indices, Shapes
from ...geo.ground import Limit, Passage, Positions, column_read
from ...geo.rules import Reading, RuleSet
from ...geo.words import Use
from ...geo.words import fields as f
from .findings import Check, Result, assumed_width, grade, lane_classes, result
from .sides import alongside_m, sides_of

HOMES = (Use.RESIDENTIAL, Use.SELF_BUILT, Use.RURAL_SELF_BUILT, Use.GROUP_RENTAL)
TALL_USES = (Use.HIGH_RISE, Use.SUPER_TALL)
STORES = (Use.WAREHOUSE, Use.LOGISTICS)
SHOPS = (Use.COMMERCIAL, Use.COMMERCIAL_COMPLEX)
LONG_SIDES = 2.0


def building_checks(
    lanes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    positions: Positions,
    passage: Passage,
    rules: RuleSet,
) -> list[Result]:
    """Hold the lanes round each building against the rule set.

    Ring lanes are asked of high-rises, large factories, warehouses and shops, and kept by lanes
    along both long sides. Lanes of which it is not known whether the engine passes leave a
    finding unknown; a finding that stands without them is likely, never certain.
    """
    rule = rules.compliance
    ids = buildings[f.BUILDING_ID].to_numpy(dtype=object)
    passes = passage.limit == Limit.NONE
    shown = passes & passage.certain
    possible = passes | ~passage.certain
    lines = lanes.geometry.to_numpy()

    tall, tall_open = high_rise(buildings, rules)
    ring, ring_open = _needs_ring(buildings, rules)
    ring |= tall
    ring_open |= tall_open & ~ring
    rows = np.flatnonzero(ring)
    sides = sides_of(buildings.geometry.to_numpy()[rows])

    def long_sides(of: Flags) -> Floats:
        along = alongside_m(sides, lines[of], near_m=0, far_m=rule.ring_near_m.value)
        enough = along >= rule.ring_share.value * sides.length_m
        return np.asarray(enough[:, ::2].sum(axis=1), dtype=float)

    counted = _spread(long_sides(shown), rows, len(buildings))
    at_most = _spread(long_sides(possible), rows, len(buildings))
    short = ring & (counted < LONG_SIDES)
    never = np.zeros(len(buildings), dtype=bool)
    ring_codes = grade(never, short & (at_most < LONG_SIDES), short)
    ring_result = Result(
        Check.RING_LANE,
        "building",
        ids,
        counted,
        np.full(len(buildings), LONG_SIDES),
        "sides",
        ring_codes,
        ring,
        ring_open,
    )
    return [
        _wall_gap(lanes, buildings, positions, passes, rules),
        ring_result,
        _operation_place(lines, buildings, tall, tall_open, shown, possible, rules),
    ]


def _spread(values: Floats, rows: Indices, count: int) -> Floats:
    spread = np.full(count, np.nan)
    spread[rows] = values
    return spread


def _wall_gap(
    lanes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    positions: Positions,
    passes: Flags,
    rules: RuleSet,
) -> Result:
    """Measure from the inner edge of the lane to which a building attaches to its wall."""
    limit = rules.compliance.wall_gap_m
    on = np.maximum(positions.lane, 0)
    concerned = positions.attached & passes[on]
    width = lanes[f.WIDTH_M].to_numpy(float)[on]
    _, typical, high = assumed_width(lane_classes(lanes), rules)
    gap = positions.access_m - width / 2
    assumed, least = (positions.access_m - w[on] / 2 for w in (typical, high))
    unmeasured = concerned & np.isnan(width)
    codes = grade(
        concerned & (gap < limit.value),
        unmeasured & (assumed < limit.value),
        unmeasured & (least < limit.value),
    )
    ids = buildings[f.BUILDING_ID].to_numpy(dtype=object)
    measured = np.maximum(gap, 0.0)
    unjudged = ~positions.attached
    return result(Check.WALL_GAP, "building", ids, measured, limit, codes, concerned, unjudged)


def _operation_place(
    lines: Shapes,
    buildings: gpd.GeoDataFrame,
    tall: Flags,
    tall_open: Flags,
    shown: Flags,
    possible: Flags,
    rules: RuleSet,
) -> Result:
    """Look for a lane that the engine passes along a long side, long and far enough from it.

    Trees, wires, podiums and the slope of the place are not known, so a building that passes has
    room for the place and no more.
    """
    rule = rules.compliance
    rows = np.flatnonzero(tall)
    sides = sides_of(buildings.geometry.to_numpy()[rows])

    def longest(of: Flags) -> Floats:
        along = alongside_m(
            sides,
            lines[of],
            near_m=rule.operation_near_m.value,
            far_m=rule.operation_far_m.value,
        )
        return _spread(np.asarray(along[:, ::2].max(axis=1)), rows, len(buildings))

    high = _height_m(buildings, rules)[0] > rule.operation_tall_m.value
    limit = np.where(high, rule.operation_tall_length_m.value, rule.operation_length_m.value)
    room, at_most = longest(shown), longest(possible)
    never = np.zeros(len(buildings), dtype=bool)
    codes = grade(never, tall & (at_most < limit), tall & (room < limit))
    return Result(
        Check.OPERATION_PLACE,
        "building",
        buildings[f.BUILDING_ID].to_numpy(dtype=object),
        room,
        limit,
        rule.operation_length_m.unit,
        codes,
        tall,
        tall_open,
    )


def _height_m(
    buildings: gpd.GeoDataFrame, rules: RuleSet, reading: Reading = "typical"
) -> tuple[Floats, Floats]:
    """Return heights, from floors where not measured, and floors; ``slow`` is the high end."""
    beyond = np.inf if reading == "slow" else 0.0
    height, floors = (
        column_read(buildings, name, reading, more_is="slower", beyond=beyond)
        for name in (f.HEIGHT_M, f.FLOORS)
    )
    return np.where(np.isnan(height), floors * rules.compliance.floor_m.value, height), floors


def high_rise(buildings: gpd.GeoDataFrame, rules: RuleSet) -> tuple[Flags, Flags]:
    """Return which buildings are high-rise, and of which it cannot be told.

    Homes above one height, others above a lower one unless of a single storey; where the use is
    not known, the height for homes decides and what lies between the two is open, as is a height
    or number of floors told as a range whose ends differ in it.

    Parameters
    ----------
    buildings
        With use, floors and height.
    rules
        The heights.
    """
    rule = rules.compliance
    use = buildings[f.USE].fillna("").to_numpy(dtype=str)
    named = np.isin(use, TALL_USES)
    home = np.isin(use, HOMES) | (use == "")
    limit = np.where(home, rule.high_rise_home_m.value, rule.high_rise_m.value)

    def above(reading: Reading, limit_m: Floats | float) -> Flags:
        height, floors = _height_m(buildings, rules, reading)
        return np.asarray((height > limit_m) & (floors != 1))

    tall = named | (above("typical", limit) & above("fast", limit))
    between = (use == "") & above("slow", rule.high_rise_m.value)
    unmeasured = np.isnan(_height_m(buildings, rules)[0])
    return tall, ~tall & (unmeasured | between | above("slow", limit))


def _needs_ring(buildings: gpd.GeoDataFrame, rules: RuleSet) -> tuple[Flags, Flags]:
    """Return which low buildings need a ring lane for their area, and of which it is open.

    The fire class of what is made or stored is not known, and is taken to be one that counts.
    """
    rule = rules.compliance
    use = buildings[f.USE].fillna("").to_numpy(dtype=str)
    area = shapely.area(buildings.geometry.to_numpy())
    need = np.zeros(len(buildings), dtype=bool)
    for uses, limit in (
        ((Use.FACTORY,), rule.ring_factory_m2),
        (STORES, rule.ring_warehouse_m2),
        (SHOPS, rule.ring_shop_m2),
    ):
        need |= np.isin(use, uses) & (area > limit.value)
    return need, (use == "") & (area > rule.ring_warehouse_m2.value)
