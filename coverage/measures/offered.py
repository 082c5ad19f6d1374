"""The measures that a town itself offers: what could be built, opened, installed or mended there.

Only what there is a reason for: a crew at night where there is none, a lane that stops somebody,
a gate that locks, units without a device. What each is worth is found by planning, not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats
from ...geo.candidate_list import COST_YUAN, YEARLY_YUAN
from ...geo.ground import Limit
from ...geo.measure import DEGREES, Measure, price, riders
from ...geo.plan import (
    BuildingDevice,
    EquippedStation,
    GateChanges,
    HydrantChanges,
    LaneChanges,
    MendedHazard,
    NewWater,
    Plan,
    StationChanges,
)
from ...geo.plan_lanes import locks_at_all, locks_by_hours
from ...geo.rules import Scenario
from ...geo.tables import WGS84, is_missing
from ...geo.town import Town
from ...geo.words import (
    DeviceKind,
    HazardCode,
    LaneClass,
    LaneState,
    MeasureKind,
    RiskBand,
    Tier,
    Vehicle,
    WaterKind,
)
from ...geo.words import fields as f
from .. import columns as c
from ..cases import OPEN, case_table
from ..places import hydrant_places, hydrant_sites
from ..reach import Moment, station_vehicles, water_within
from ..risk import CODES, Risk, hazard_matrix
from ..siting import candidates as sites

DEVICES: Final = {
    MeasureKind.SMOKE_DETECTOR: DeviceKind.SMOKE_DETECTOR,
    MeasureKind.RCD: DeviceKind.RCD,
    MeasureKind.SIMPLE_SPRINKLER: DeviceKind.SIMPLE_SPRINKLER,
}
_HIGH: Final = (RiskBand.RED, RiskBand.ORANGE)


def offered_measures(
    town: Town,
    candidates: sites.Candidates | None,
    found_risk: Risk | None,
    day: dt.date,
    *,
    scenarios: Sequence[Scenario] | None = None,
    kinds: Iterable[MeasureKind] = tuple(MeasureKind),
) -> tuple[Measure, ...]:
    """Return what could be done in a town, in the order of ids.

    Parameters
    ----------
    town
        As it is.
    candidates
        Where a station could go; without them none is offered.
    found_risk
        The risk of its buildings; without it no device and no inspection is offered.
    day
        On which hazards are open, and to which reports about lanes have aged.
    scenarios
        Times at which lanes stop vehicles; all of the town's if not given.
    kinds
        Which kinds are wished.
    """
    times = tuple(town.scenarios.values()) if scenarios is None else tuple(scenarios)
    makers: dict[MeasureKind, Iterator[Measure]] = {
        MeasureKind.STATION: _stations(town, candidates),
        MeasureKind.NIGHT_CREW: _night_crews(town),
        MeasureKind.E_BIKE: _e_bikes(town),
        MeasureKind.LANE_OPEN: _lanes_to_open(town, times, day),
        MeasureKind.NO_PARKING: _lanes_to_clear(town, day),
        MeasureKind.KEY_BOX: _gates(town, MeasureKind.KEY_BOX),
        MeasureKind.GATE_HOURS: _gates(town, MeasureKind.GATE_HOURS),
        MeasureKind.RAMP: _ramps(town),
        MeasureKind.HYDRANT: _hydrants(town),
        MeasureKind.MENDING: _mendings(town, day),
    }
    if found_risk is not None:
        makers |= {kind: _devices(town, kind, found_risk) for kind in DEVICES}
        makers[MeasureKind.INSPECTION] = _inspections(town, found_risk, day)
    wished = set(kinds)
    found = [one for kind, own in makers.items() if kind in wished for one in own]
    return tuple(sorted(found, key=lambda one: one.measure_id))


def _priced(
    town: Town,
    kind: MeasureKind,
    target: str,
    plan: Plan,
    *,
    name: str = "",
    pieces: float = 0.0,
    **changes: Any,
) -> Measure:
    """Return a measure at the price of the rules, but for what is changed."""
    usual = vars(price(town.rules.measures, kind, pieces=pieces))
    told = {"measure_id": f"{kind}:{target}", "name": name, **usual, **changes}
    return Measure(kind=kind, target=target, plan=plan, **told)


def _stations(town: Town, candidates: sites.Candidates | None) -> Iterator[Measure]:
    if candidates is None:
        return
    rows = candidates.sites.to_dict("records")
    for row, station in zip(rows, candidates.stations(), strict=True):
        own = row[sites.ORIGIN] == "list"
        host = town.rules.siting.host_rule(_said(row[f.HOST_TYPE]) or None)
        cost = host.build_yuan
        yield _priced(
            town,
            MeasureKind.STATION,
            station.station_id,
            Plan(stations=StationChanges(add=(station,))),
            name=station.name or "",
            cost_yuan=float(row[COST_YUAN]),
            upkeep_yuan=float(row[YEARLY_YUAN]),
            source="own list" if own else f"{cost.source} ({cost.confidence})",
        )


def _night_crews(town: Town) -> Iterator[Measure]:
    """Yield a night crew for every micro station that is known to have none."""
    crew = int(town.rules.measures.night_crew.value)
    told = town.stations
    none = (told[f.CREW_NIGHT] == 0) & (told[f.TIER] == Tier.MICRO_STATION)
    for row in told[none.fillna(False)].to_dict("records"):
        station = str(row[f.STATION_ID])
        equip = (EquippedStation(station_id=station, crew_night=crew),)
        plan = Plan(stations=StationChanges(equip=equip))
        yield _priced(town, MeasureKind.NIGHT_CREW, station, plan, name=_said(row[f.NAME]))


def _e_bikes(town: Town) -> Iterator[Measure]:
    """Yield an e-bike for every station whose crew walks: a part of it rides, the others walk."""
    walks = town.station_positions.attached & (station_vehicles(town) == Vehicle.FOOT)
    for row in town.stations[walks].to_dict("records"):
        station = str(row[f.STATION_ID])
        plan = riders(town, station)
        yield _priced(town, MeasureKind.E_BIKE, station, plan, name=_said(row[f.NAME]))


def _lanes_to_open(town: Town, scenarios: Sequence[Scenario], day: dt.date) -> Iterator[Measure]:
    """Yield every lane, as drawn, whose width or obstacle stops a vehicle; no steps."""
    stopped = np.zeros(len(town.lanes), dtype=bool)
    vehicles = {Vehicle(v) for v in station_vehicles(town)} - {Vehicle.FOOT}
    if not scenarios or not vehicles:
        return
    first = Moment(town, scenarios[0], day)
    for scenario in scenarios:
        passages = first.under(scenario).passages()
        for vehicle in vehicles:
            limit = passages[vehicle].limit
            stopped |= np.isin(limit, [Limit.WIDTH, Limit.BLOCKAGE])
    stopped &= (town.lanes[f.LANE_CLASS] != LaneClass.STEPS).to_numpy(dtype=bool)
    for lane, name, metres in _drawn(town, stopped):
        plan = Plan(lanes=LaneChanges(open=(lane,)))
        yield _priced(town, MeasureKind.LANE_OPEN, lane, plan, name=name, pieces=metres)


def _lanes_to_clear(town: Town, day: dt.date) -> Iterator[Measure]:
    """Yield every lane, as drawn, on which somebody reported an obstacle that may still stand."""
    reports = town.lane_reports
    seen = pd.to_datetime(reports[f.OBSERVED_ON]) <= pd.Timestamp(day)
    gone = pd.to_datetime(reports[f.EXPIRES_ON]) < pd.Timestamp(day)
    there = ((reports[f.STATE] != LaneState.CLEAR) & seen & ~gone).to_numpy(dtype=bool)
    lane = town.report_positions.lane[there]
    occupied = np.zeros(len(town.lanes), dtype=bool)
    occupied[lane[lane >= 0]] = True
    for drawn, name, metres in _drawn(town, occupied):
        plan = Plan(lanes=LaneChanges(clear=(drawn,)))
        yield _priced(town, MeasureKind.NO_PARKING, drawn, plan, name=name, pieces=metres)


def _ramps(town: Town) -> Iterator[Measure]:
    steps = (town.lanes[f.LANE_CLASS] == LaneClass.STEPS).to_numpy(dtype=bool)
    for lane, name, metres in _drawn(town, steps):
        plan = Plan(lanes=LaneChanges(ramp=(lane,)))
        yield _priced(town, MeasureKind.RAMP, lane, plan, name=name, pieces=metres)


def _drawn(town: Town, which: Flags) -> Iterator[tuple[str, str, float]]:
    """Yield id, name and metres of the lanes as drawn of which some parts are meant."""
    lanes = pd.DataFrame(town.lanes[[f.DRAWN_LANE_ID, f.NAME, f.LENGTH_M]])[which]
    drawn = lanes.groupby(lanes[f.DRAWN_LANE_ID].astype(str), sort=True)
    name, length_m = drawn[f.NAME].first(), drawn[f.LENGTH_M].sum()  # the first that is known
    for lane, said, metres in zip(name.index, name, length_m, strict=True):
        yield str(lane), "" if pd.isna(said) else str(said), float(metres)


def _gates(town: Town, kind: MeasureKind) -> Iterator[Measure]:
    """Yield every gate that locks; a key box and longer hours exclude each other."""
    barriers = town.barriers
    on_lane = town.network.barrier_node >= 0
    locked = {
        MeasureKind.KEY_BOX: locks_at_all(barriers) & on_lane,
        MeasureKind.GATE_HOURS: locks_by_hours(barriers) & on_lane,
    }
    other = next(k for k in locked if k != kind)
    for row in np.flatnonzero(locked[kind]):
        gate = str(barriers[f.BARRIER_ID].iloc[row])
        part = {"key_box": (gate,)} if kind == MeasureKind.KEY_BOX else {"open": (gate,)}
        yield _priced(
            town,
            kind,
            gate,
            Plan(gates=GateChanges(**part)),
            name=_said(barriers[f.NAME].iloc[row]),
            excludes=(f"{other}:{gate}",) if locked[other][row] else (),
        )


def _hydrants(town: Town) -> Iterator[Measure]:
    """Yield places where a hydrant brings working water to buildings that have none.

    One after the other, each where it then gains most; none where no water is mapped, since
    nobody knows then which buildings have none.
    """
    within = water_within(town)
    people = town.buildings[f.PEOPLE_NIGHT].astype(float)
    places = hydrant_places(town, hydrant_sites(town, within), within, people)
    places = places.head(int(town.rules.measures.hydrants_offered.value))
    known = set(town.water[f.WATER_ID].astype(str))
    spots = places.geometry.to_crs(WGS84)
    for number, (lane, spot) in enumerate(zip(places["lane"], spots, strict=True), 1):
        water = NewWater(
            water_id=next(w for w in _numbered("XH", number) if w not in known),
            lon=round(spot.x, DEGREES),
            lat=round(spot.y, DEGREES),
            kind=WaterKind.HYDRANT,
        )
        yield _priced(
            town,
            MeasureKind.HYDRANT,
            water.water_id,
            Plan(hydrants=HydrantChanges(add=(water,))),
            name=_said(town.lanes[f.NAME].iloc[int(lane)]),
        )


def _numbered(prefix: str, number: int) -> Iterator[str]:
    """Yield names for a number, each longer than the one before, until one is free."""
    while True:
        yield f"{prefix}{number:03d}"
        prefix += "-"


def _devices(town: Town, kind: MeasureKind, found: Risk) -> Iterator[Measure]:
    """Yield a device for every building of which some units lack it and that it would help."""
    device, table = DEVICES[kind], found.buildings
    pieces = table[c.device_pieces(device)].to_numpy(dtype=float)
    lacks = table[c.device_lacking(device)].to_numpy(dtype=float) > 0
    helps = table[c.device_gain(device)].to_numpy(dtype=float) > 0
    for row in np.flatnonzero(lacks & helps):
        building = str(town.buildings[f.BUILDING_ID].iloc[row])
        plan = Plan(devices=(BuildingDevice(building_id=building, device=device),))
        yield _priced(
            town,
            kind,
            building,
            plan,
            name=_said(town.buildings[f.NAME].iloc[row]),
            pieces=float(pieces[row]),
        )


def _mendings(town: Town, day: dt.date) -> Iterator[Measure]:
    """Yield every kind of hazard that stands open at a building, at the cost its cases name."""
    cases = case_table(town.ledgers.hazards, town.ledgers.events, on=day)
    known = pd.Index(town.buildings[f.BUILDING_ID].astype(str))
    kinds = [str(code) for code in CODES]
    cases = cases[cases["state"].isin([str(state) for state in OPEN]) & cases["code"].isin(kinds)]
    cases = cases[cases[f.BUILDING_ID].isin(known)]
    names = town.buildings.set_index(known)[f.NAME]
    for (building, code), own in cases.groupby([f.BUILDING_ID, "code"], sort=True):
        told = pd.to_numeric(own["cost_est"], errors="coerce")
        usual = price(town.rules.measures, MeasureKind.MENDING)
        known_cost = bool(told.notna().any())
        entry = MendedHazard(building_id=str(building), code=HazardCode(str(code)))
        yield _priced(
            town,
            MeasureKind.MENDING,
            str(building),
            Plan(mended=(entry,)),
            measure_id=f"{MeasureKind.MENDING}:{building}:{code}",
            name=_said(names.get(str(building))),
            cost_yuan=float(told.fillna(usual.cost_yuan).sum()),
            source="own list" if known_cost else usual.source,
        )


def _inspections(town: Town, found: Risk, day: dt.date) -> Iterator[Measure]:
    """Yield the buildings of most harm where nobody looked, or where the risk is high."""
    hazards = hazard_matrix(town, town.buildings, town.rules.risk, day=day)
    unlooked = np.isnan(hazards).any(axis=1)
    high = found.buildings[c.RISK_BAND].isin(_HIGH).to_numpy() & (hazards == 1).any(axis=1)
    harm: Floats = found.buildings[c.HARM_INDEX].to_numpy(dtype=float)
    ids = town.buildings[f.BUILDING_ID].astype(str).to_numpy()
    order = np.lexsort((ids, -np.nan_to_num(harm)))
    order = order[(unlooked | high)[order]][: int(town.rules.measures.inspections_offered.value)]
    for row in order:
        name = _said(town.buildings[f.NAME].iloc[row])
        plan = Plan(inspected=(str(ids[row]),))
        yield _priced(town, MeasureKind.INSPECTION, str(ids[row]), plan, name=name)


def _said(value: object) -> str:
    return "" if is_missing(value) else str(value)
