"""Checks of lanes: width, height, slope, dead ends."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Shapes
from ...geo.ground import IMPASSABLE, UNCERTAINTY_PCT, Network, Passage
from ...geo.rules import RuleSet, Value
from ...geo.words import Vehicle
from ...geo.words import fields as f
from .dead_ends import dead_ends
from .findings import Check, Result, assumed_width, grade, lane_classes, result
from .sides import sides_of

RIM_RATIO = 0.3  # of the edges of a triangulation kept in its outline; 1 is the convex hull


def lane_checks(
    lanes: gpd.GeoDataFrame, rules: RuleSet, slopes: pd.DataFrame | None
) -> list[Result]:
    """Hold width, height and slope of each lane against the fire engine's limits.

    Only lanes of the rule set's ``lane_classes`` are judged. Slopes are the surveyed ones, else
    those of the ground, which are likely too steep when they exceed the limit by more than one
    standard deviation. An unknown height counts in tunnels and passages (`level` below 0) only.
    """
    engine = rules.vehicle[Vehicle.FIRE_ENGINE]
    ids = lanes[f.LANE_ID].to_numpy(dtype=object)
    lane_class = lane_classes(lanes)
    judged = np.isin(lane_class, rules.compliance.lane_classes)
    never = np.zeros(len(lanes), dtype=bool)

    width = lanes[f.WIDTH_M].to_numpy(float)
    low, typical, _ = assumed_width(lane_class, rules)
    open_width, need = np.isnan(width), engine.width_m.value
    narrow = grade(
        judged & (width < need),
        judged & open_width & (typical < need),
        judged & open_width & (low < need),
    )
    height = lanes[f.HEIGHT_LIMIT_M].to_numpy(float)
    below = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan)) < 0
    tight = grade(
        judged & (height < engine.height_m.value), never, judged & below & np.isnan(height)
    )

    surveyed = lanes[f.SLOPE_PCT].to_numpy(float)
    ground, noise = np.full((2, len(lanes)), np.nan)
    if slopes is not None:
        ground = slopes[f.SLOPE_PCT].to_numpy(float)
        noise = slopes[UNCERTAINTY_PCT].to_numpy(float)
    steep = np.abs(np.where(np.isnan(surveyed), ground, surveyed))
    known = ~np.isnan(surveyed)

    def slope_check(check: Check, limit: Value, among: Flags) -> Result:
        over = among & (steep > limit.value)
        codes = grade(over & known, over & ~known & (steep - noise > limit.value), over)
        return result(check, "lane", ids, steep, limit, codes, judged, judged & np.isnan(steep))

    allowed = engine.slope_max_pct
    advised = rules.compliance.slope_advised_pct
    gentle = judged & ~(steep > allowed.value)
    return [
        result(Check.WIDTH, "lane", ids, width, engine.width_m, narrow, judged, never),
        result(Check.HEIGHT, "lane", ids, height, engine.height_m, tight, judged, never),
        slope_check(Check.SLOPE, allowed, judged),
        slope_check(Check.SLOPE_ADVISED, advised, gentle),
    ]


def dead_end_check(
    network: Network,
    lanes: gpd.GeoDataFrame,
    passage: Passage,
    rules: RuleSet,
    turning_places: gpd.GeoDataFrame | None,
) -> Result:
    """Find dead ends longer than allowed without a turning place.

    A turning place counts when it lies within the allowed length, as the crow flies, of the end;
    a polygon must be as wide as a turning place. Near the rim of the network the lane may go on
    beyond the data, so nothing is found there and the end counts as not judged. A bridge or a
    tunnel goes on wherever it is drawn to end.
    """
    rule = rules.compliance
    passes = (passage.forward_ms < IMPASSABLE) | (passage.backward_ms < IMPASSABLE)
    found = dead_ends(network, passes=passes, stopped=passage.leave_ms >= IMPASSABLE)
    ids = lanes[f.LANE_ID].to_numpy(dtype=object)[found.lane]
    ends = shapely.points(network.node_xy[found.node])
    level = np.nan_to_num(lanes[f.LEVEL].to_numpy(float, na_value=np.nan))
    long = (found.length_m > rule.dead_end_m.value) & (level[found.lane] == 0)
    inside = shapely.distance(ends, _rim(lanes, rule.map_edge_m.value)) > rule.map_edge_m.value
    turns = np.zeros(len(ends), dtype=bool)
    sure = np.zeros(len(ends), dtype=bool)
    if turning_places is not None:
        places = _wide_enough(turning_places.geometry.to_numpy(), rule.turning_side_m.value)
        near, _ = shapely.STRtree(places).query(ends, "dwithin", distance=rule.dead_end_m.value)
        turns[near] = True
        # Sure when every lane of the chain was measured, and so was what stops the engine there.
        doubt = ~passage.certain
        unsure = np.bincount(found.lane_chain[passes], weights=doubt[passes]) > 0
        at_node = np.zeros(network.nodes, dtype=bool)
        at_node[network.lane_from[doubt]] = at_node[network.lane_to[doubt]] = True
        sure = ~unsure[found.chain] & ~at_node[found.node] if len(ends) else sure
    bad = long & ~turns
    asked = turning_places is not None
    codes = grade(bad & inside & sure, bad & inside & asked, bad & inside)
    return result(
        Check.DEAD_END,
        "lane",
        ids,
        found.length_m,
        rule.dead_end_m,
        codes,
        np.ones(len(ends), dtype=bool),
        bad & ~inside,
    )


def _rim(lanes: gpd.GeoDataFrame, spacing_m: float) -> shapely.Geometry:
    """Return where the data ends: the outline of the lanes, bays of the extract followed."""
    marks = shapely.get_coordinates(shapely.segmentize(lanes.geometry.to_numpy(), spacing_m))
    return shapely.boundary(shapely.concave_hull(shapely.multipoints(marks), ratio=RIM_RATIO))


def _wide_enough(places: Shapes, side_m: float) -> Shapes:
    """Return points, and polygons whose smallest rectangle is at least ``side_m`` wide."""
    flat = shapely.get_dimensions(places) < 2
    narrow = sides_of(places).length_m[:, 1]
    return np.asarray(places[flat | (narrow >= side_m)], dtype=object)
