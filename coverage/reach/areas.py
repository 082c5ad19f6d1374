"""Service areas of tiers and stations as polygons, from the times of all states."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from ...geo.words import Vehicle
from ...geo.words import fields as f
from .moment import Moment
from .response import Passages, TierCrews
from .service_area import Spread, piece_lines, reached, service_polygon
from .travel import Journey, Starts, nearest

TIER = "tier"


def service_areas(moment: Moment) -> gpd.GeoDataFrame:
    """Return what each tier, and each of its stations alone, reaches within the standard.

    Parameters
    ----------
    moment
        Whose crews, and what holds on the lanes; typical reading.

    Returns
    -------
    GeoDataFrame
        `tier`, `station_id` (None for the whole tier) and multipolygons with their holes, in
        the CRS of the town; a station that reaches nothing has no row.
    """
    town, roads = moment.town, moment.passages()
    rule = town.rules.service_area
    lines = town.lanes.geometry.to_numpy()
    ids = town.stations[f.STATION_ID].to_numpy(dtype=object)
    rows = []
    for tier, standard in town.rules.tier.items():
        crews, plan = moment.crews(tier), moment.journey(tier)
        limit_ms = round(standard.standard_s.value * 1000)
        for crew in [None, *range(len(crews.rows))] if len(crews.rows) else []:
            spreads = _spreads(plan, crews, roads, crew)
            pieces = reached(town.network, spreads, limit_ms=limit_ms)
            area = service_polygon(
                piece_lines(pieces, lines),
                reach_m=rule.reach_m.value,
                simplify_m=rule.simplify_m.value,
            )
            if not area.is_empty:
                station = None if crew is None else ids[crews.rows[crew]]
                rows.append((tier, station, area))
    table = {TIER: [row[0] for row in rows], f.STATION_ID: [row[1] for row in rows]}
    shapes = np.array([row[2] for row in rows] or [shapely.MultiPolygon()], dtype=object)
    return gpd.GeoDataFrame(table, geometry=list(shapes[: len(rows)]), crs=town.lanes.crs)


def _spreads(plan: Journey, tier: TierCrews, roads: Passages, crew: int | None) -> list[Spread]:
    """Return how far the crews, or one of them, have come in each layer of states."""
    graph, starts = plan.graph, plan.starts
    if crew is not None:
        own = starts.crew == crew
        starts = Starts(starts.state[own], starts.ms[own], starts.crew[own], starts.lane[own])
    ms, _ = nearest(graph, starts)
    crews = tier.crews
    chosen = crews.lane >= 0
    if crew is not None:
        chosen &= np.arange(len(chosen)) == crew
    spreads = []
    for layer, vehicle in enumerate(graph.layers):
        own = crews.vehicle == vehicle
        # On foot all set out, those with a vehicle after leaving it.
        these = np.flatnonzero(chosen if vehicle == Vehicle.FOOT else chosen & own)
        wait = np.where(own[these], 0, tier.dismount_ms)
        spreads.append(
            Spread(
                roads[vehicle],
                ms[layer * graph.nodes : (layer + 1) * graph.nodes],
                crews.lane[these],
                crews.fraction[these],
                (crews.start_ms[these] + wait).astype(np.int32),
            )
        )
    return spreads
