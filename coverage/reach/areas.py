"""Service areas of tiers and stations as polygons, from the states that are reached in time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import shapely

from ...geo.arrays import Ints
from ...geo.words import Vehicle
from ...geo.words import fields as f
from .moment import Moment
from .response import Passages, TierCrews
from .service_area import Spread, piece_lines, reached, service_polygon
from .travel import Journey, nearest, reach_states

TIER = "tier"


def service_areas(moment: Moment, *, workers: int = 1) -> gpd.GeoDataFrame:
    """Return what each tier, and each of its stations alone, reaches within the standard.

    Each station is searched as far as the standard goes, so the work grows with what is reached.

    Parameters
    ----------
    moment
        Whose crews, and what holds on the lanes; typical reading.
    workers
        Threads; the answer does not depend on them.

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

    def area(task: tuple[str, str | None, int, list[Spread]]) -> shapely.MultiPolygon:
        _, _, limit_ms, spreads = task
        pieces = reached(town.network, spreads, limit_ms=limit_ms)
        return service_polygon(
            piece_lines(pieces, lines), reach_m=rule.reach_m.value, simplify_m=rule.simplify_m.value
        )

    tasks = []
    for tier, standard in town.rules.tier.items():
        crews, limit_ms = moment.crews(tier), round(standard.standard_s.value * 1000)
        if len(crews.rows):
            found = _reached_states(moment.journey(tier), len(crews.rows), limit_ms)
            for crew, (state, ms) in found:
                spreads = _spreads(moment.journey(tier), crews, roads, crew, state, ms)
                station = None if crew is None else ids[crews.rows[crew]]
                tasks.append((tier, station, limit_ms, spreads))
    with ThreadPoolExecutor(workers) as pool:
        shapes = np.array([*pool.map(area, tasks), None], dtype=object)[:-1]
    table = gpd.GeoDataFrame(
        {TIER: [task[0] for task in tasks], f.STATION_ID: [task[1] for task in tasks]},
        geometry=list(shapes),
        crs=town.lanes.crs,
    )
    return table[~table.geometry.is_empty].reset_index(drop=True)


def _reached_states(
    plan: Journey, crews: int, limit_ms: int
) -> Iterator[tuple[int | None, tuple[Ints, Ints]]]:
    """Yield the states that all crews together (None), then each alone, reach, and when."""
    ms, _ = nearest(plan.graph, plan.starts, until_ms=limit_ms)
    state = np.flatnonzero(ms <= limit_ms).astype(np.int32)
    yield None, (state, ms[state])
    first, state, ms = reach_states(plan, crews=crews, limit_ms=limit_ms)
    for crew in range(crews):
        own = slice(first[crew], first[crew + 1])
        yield crew, (state[own], ms[own])


def _spreads(
    plan: Journey, tier: TierCrews, roads: Passages, crew: int | None, state: Ints, ms: Ints
) -> list[Spread]:
    """Return how far the crews, or one of them, have come in each layer of states."""
    graph, crews = plan.graph, tier.crews
    chosen = crews.lane >= 0
    if crew is not None:
        chosen &= np.arange(len(chosen)) == crew
    spreads = []
    for layer, vehicle in enumerate(graph.layers):
        own = crews.vehicle == vehicle
        # On foot all set out, those with a vehicle after leaving it.
        these = np.flatnonzero(chosen if vehicle == Vehicle.FOOT else chosen & own)
        wait = np.where(own[these], 0, tier.dismount_ms)
        inside = state // graph.nodes == layer
        spreads.append(
            Spread(
                roads[vehicle],
                ms[inside],
                crews.lane[these],
                crews.fraction[these],
                (crews.start_ms[these] + wait).astype(np.int32),
                state[inside] % graph.nodes,
            )
        )
    return spreads
