"""Fire stations of all tiers and water sources of the demo town."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geo.arrays import Floats, Longs
from ..geo.words import HostType, LaneClass, SystemState, Tier, Use, Vehicle, WaterKind
from .demo_buildings import Buildings
from .demo_plan import Plan
from .demo_streets import Streets

HOST_USES: dict[HostType, tuple[Use, ...]] = {
    HostType.RESIDENTS_COMMITTEE: (Use.COMMUNITY_SERVICE,),
    HostType.RESIDENTIAL_ESTATE: (Use.RESIDENTIAL, Use.HIGH_RISE),
    HostType.KEY_UNIT: (Use.MEDICAL, Use.COMMERCIAL_COMPLEX, Use.FACTORY, Use.SCHOOL, Use.HOTEL),
}
BRIGADE_USES = (Use.OFFICE, Use.SMALL_PREMISES, Use.COMMERCIAL, Use.WAREHOUSE)
REACH_M = 230.0  # within which a station already serves, for choosing hosts apart
VILLAGE_PULL = 0.6  # stations seldom stand where the self-built houses are
HOSTS_TRIED = 150  # a new station takes the best of so many random hosts: no town plans better

HYDRANT_SPACING_M = {
    LaneClass.PRIMARY: 115.0,
    LaneClass.SECONDARY: 120.0,
    LaneClass.TERTIARY: 190.0,
}
HYDRANTS_STANDING = 0.9
HYDRANT_ASIDE_DEGREES = 0.00003  # beside the middle of the road, about 3 m
ALLEY_HYDRANTS = 0.004  # a share of alleys
FAILING, LOOKED_AT = 0.06, 0.8  # shares of sources found at fault, and of those anybody looked at


@dataclass(frozen=True, slots=True)
class Stations:
    """Fire stations; points on the ground in metres from the origin."""

    xy: Floats
    building: Longs
    tier: list[Tier]
    host: list[HostType | None]
    vehicle: list[Vehicle]
    crew_day: list[int]
    crew_night: list[int | None]
    turnout_s: list[int | None]


@dataclass(frozen=True, slots=True)
class Water:
    """Water sources; points in degrees."""

    degrees: Floats
    kind: list[WaterKind]
    flow_l_s: Floats
    state: list[SystemState | None]


def place_stations(
    plan: Plan, buildings: Buildings, streets: Streets, rng: np.random.Generator
) -> Stations:
    """Choose hosts one after the other, each where many houses are still far from a station."""
    centre = shapely.get_coordinates(shapely.centroid(buildings.geometry))
    blocks = int(buildings.block.max()) + 1
    weight = np.where(buildings.in_ledger & ~np.array(plan.rural), VILLAGE_PULL, 1.0)
    pull = np.bincount(buildings.block, weight, minlength=blocks)
    middle = np.stack(
        [np.bincount(buildings.block, centre[:, k], minlength=blocks) for k in range(2)], axis=1
    ) / np.maximum(np.bincount(buildings.block, minlength=blocks), 1)[:, None]  # fmt: skip

    hosts = list(HostType)
    wanted: list[tuple[Tier, HostType | None]] = [
        *((Tier.OFFICIAL_STATION, None) for _ in range(plan.official_stations)),
        *((Tier.TOWN_BRIGADE, None) for _ in range(plan.brigades)),
        *((Tier.MICRO_STATION, hosts[k % len(hosts)]) for k in range(plan.micro_stations)),
        *((Tier.VOLUNTEER_POINT, None) for _ in range(plan.volunteer_points)),
    ]
    by_road = ~np.isin(streets.kind[buildings.lane], (LaneClass.STEPS, LaneClass.ALLEY))
    fitting = {
        host: np.flatnonzero(np.isin(buildings.use, uses) & by_road)
        for host, uses in [*HOST_USES.items(), (None, BRIGADE_USES)]
    }
    taken: list[int] = []
    remaining = pull.copy()
    for tier, host in wanted:
        if tier is Tier.MICRO_STATION and len(taken) == plan.official_stations + plan.brigades:
            remaining = pull.copy()  # brigades and micro stations do not stand in for each other
        fit = fitting[host]
        fit = fit[rng.permutation(len(fit))[:HOSTS_TRIED]]
        if not len(fit):  # a small town need not have every kind of host
            fit = rng.permutation(len(buildings.use))[:HOSTS_TRIED]
        near = np.linalg.norm(centre[fit][:, None] - middle[None], axis=2) < REACH_M
        best = int(np.argmax(near @ remaining))
        taken.append(int(fit[best]))
        remaining[near[best]] *= 0.15
    building = np.array(taken)
    door = shapely.shortest_line(
        buildings.geometry[building], streets.geometry[buildings.lane[building]]
    )
    return _equip(wanted, shapely.get_coordinates(door)[::2], building, rng)


def _equip(
    wanted: list[tuple[Tier, HostType | None]],
    xy: Floats,
    building: Longs,
    rng: np.random.Generator,
) -> Stations:
    """Give crews and vehicles; the second micro station has nobody at night."""
    usual = (Vehicle.E_BIKE, Vehicle.MINI_TRUCK, Vehicle.E_BIKE, Vehicle.E_BIKE, Vehicle.FOOT)
    vehicles: list[Vehicle] = []
    day: list[int] = []
    night: list[int | None] = []
    turnout: list[int | None] = []
    micro = 0
    for tier, _ in wanted:
        if tier is Tier.MICRO_STATION:
            vehicles.append(usual[micro % len(usual)])
            day.append(int(rng.integers(3, 7)))
            night.append(0 if micro % 6 == 1 else int(rng.integers(2, 4)))
            turnout.append(int(rng.choice([30, 30, 45, 45, 60])) if micro % 4 != 3 else None)
            micro += 1
        elif tier is Tier.VOLUNTEER_POINT:
            vehicles.append(Vehicle.FOOT)
            day.append(int(rng.integers(4, 10)))
            night.append(None)
            turnout.append(120)
        else:
            vehicles.append(Vehicle.FIRE_ENGINE)
            day.append(int(rng.integers(8, 13)))
            night.append(int(rng.integers(7, 11)))
            turnout.append(60)
    tiers = [tier for tier, _ in wanted]
    hosts = [host for _, host in wanted]
    return Stations(xy, building, tiers, hosts, vehicles, day, night, turnout)


def place_water(streets: Streets, rng: np.random.Generator, *, rural: bool) -> Water:
    """Set hydrants along the main roads, hardly any among the alleys; a tank and ponds."""
    points: list[Floats] = []
    for kind, spacing in HYDRANT_SPACING_M.items():
        for road in np.unique(streets.road[streets.kind == kind]).tolist():
            lanes = streets.degrees[(streets.road == road) & (streets.kind == kind)]
            metres = shapely.length(
                streets.geometry[(streets.road == road) & (streets.kind == kind)]
            )
            reach = np.concatenate([[0.0], np.cumsum(metres)])
            at = np.arange(rng.uniform(0, spacing), reach[-1], spacing * (3 if rural else 1))
            lane = np.searchsorted(reach, at, side="right") - 1
            on_lane = shapely.line_interpolate_point(
                lanes[lane], (at - reach[lane]) / metres[lane], normalized=True
            )
            points.append(shapely.get_coordinates(on_lane))
    alleys = streets.degrees[streets.kind == LaneClass.ALLEY]
    alleys = alleys[rng.random(len(alleys)) < ALLEY_HYDRANTS]
    points.append(
        shapely.get_coordinates(shapely.line_interpolate_point(alleys, 0.5, normalized=True))
    )
    hydrants = np.concatenate(points)
    hydrants = hydrants[rng.random(len(hydrants)) < HYDRANTS_STANDING]
    hydrants = hydrants + HYDRANT_ASIDE_DEGREES * rng.choice([-1, 1], hydrants.shape)

    kinds = [WaterKind.WATER_TANK, *[WaterKind.POND] * (6 if rural else 1)]
    inner = np.flatnonzero((streets.road < 0) & (streets.kind != LaneClass.STEPS))
    beside = streets.degrees[rng.choice(inner, len(kinds), replace=False)]
    open_water = shapely.get_coordinates(shapely.get_point(beside, 1)) + 2 * HYDRANT_ASIDE_DEGREES
    flow = np.round(rng.uniform(8, 25, len(hydrants)), 1)
    flow[rng.random(len(hydrants)) < 0.3] = np.nan
    looked = rng.spawn(1)[0].random(len(hydrants) + len(kinds))  # a stream of its own
    states = [SystemState.FAULT if x < FAILING else SystemState.GOOD if x < LOOKED_AT else None
              for x in looked]  # fmt: skip
    return Water(
        degrees=np.round(np.concatenate([hydrants, open_water]), 7),
        kind=[*[WaterKind.HYDRANT] * len(hydrants), *kinds],
        flow_l_s=np.concatenate([flow, np.full(len(kinds), np.nan)]),
        state=states,
    )
