"""What the risk of each building is computed from, as arrays; what is not known is NaN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Floats, Indices, Longs, Shapes
from ...geo.care import PlannedCare
from ...geo.ground import neighbours
from ...geo.ledgers import has
from ...geo.rules import RiskRule
from ...geo.town import Town
from ...geo.words import DeviceKind, GasType, HazardCode, HazardState, SystemState, Use, codes
from ...geo.words import fields as f
from .. import columns as c
from ..cases import case_table
from ..keyed import Keys, keys_of
from ..reach import water_states

UNKNOWN: Final = -1
CODES: Final = tuple(
    code for code in HazardCode if code not in (HazardCode.OTHER, HazardCode.UNCLASSIFIED)
)
GASES: Final = tuple(GasType)
GROWTHS: Final = ("slow", "medium", "fast", "ultra")
RANGE: Final = ("", "_low", "_high")  # a number, and the ends where it is told as a range
#: Tiers whose crews count as first help.
HELP: Final = ("micro", "brigade")
#: A device of a plan, and which of the inputs is 1 where every unit has it.
GIVEN: Final = {
    DeviceKind.SMOKE_DETECTOR: "detector",
    DeviceKind.SIMPLE_SPRINKLER: "sprinkler",
    DeviceKind.RCD: "rcd",
    DeviceKind.REMOTE_MONITORING: "remote",
    DeviceKind.ELECTRICAL_MONITORING: "monitor",
}
#: Square metres of floor of the smallest building: a point in the data is a house all the same.
LEAST_FLOOR_M2: Final = 10.0


@dataclass(frozen=True)
class RiskInputs:
    """One entry a building; NaN is not known.

    Attributes
    ----------
    key
        Of the building's id, for its draws.
    kind
        Row of the risk class in the rules, `UNKNOWN` where the use is.
    place
        Row of the community, -1 outside all.
    three_in_one
        Whether the use says 三合一.
    footprint_m2, floors, height_m, area_m2
        As drawn and told; ``_low`` and ``_high`` are the ends of what is told as a range.
    residents, present
        People who sleep there, and who are there under the scenario; ``_low`` and ``_high`` are
        the ends where that is told as a range, NaN where it is exact or the end is open.
    heads, elders, children, special
        People of the building, and how many of them are old, young, or alone, ill or disabled.
    helped
        Share of their households that a helper is assigned to.
    sleepers, stayers
        Beds, and as many of them as have people by the hour of the scenario.
    hazards
        ``(buildings, codes)`` 1 open, 0 looked at and not found, NaN nobody looked.
    danger
        Row in `GROWTHS` that the fire-danger class demands, `UNKNOWN` where nobody told.
    stairs, tenants, rooms, leased
        As told.
    gas
        Row in `GASES`, `UNKNOWN` where nobody told.
    detector, sprinkler, systems, remote, rcd, monitor
        Shares or flags of what is there and works.
    crew, water
        Probability of a crew in time; share of a hydrant's flow that is within reach.
    near
        Buildings nearer than the gap of separation.
    water_m
        Straight to the nearest water.
    inspected
        Whether a plan has them inspected once more.
    """

    key: Keys
    kind: Longs
    place: Longs
    three_in_one: Flags
    footprint_m2: Floats
    floors: Floats
    floors_low: Floats
    floors_high: Floats
    height_m: Floats
    height_m_low: Floats
    height_m_high: Floats
    area_m2: Floats
    residents: Floats
    residents_low: Floats
    residents_high: Floats
    present: Floats
    present_low: Floats
    present_high: Floats
    heads: Floats
    elders: Floats
    children: Floats
    special: Floats
    helped: Floats
    sleepers: Floats
    stayers: Floats
    hazards: Floats
    danger: Longs
    stairs: Floats
    tenants: Floats
    rooms: Floats
    leased: Floats
    gas: Longs
    detector: Floats
    sprinkler: Floats
    systems: Floats
    remote: Floats
    rcd: Floats
    monitor: Floats
    crew: Floats
    water: Floats
    water_low: Floats
    water_high: Floats
    near: Longs
    water_m: Floats
    inspected: Flags

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.kind)

    @property
    def looked(self) -> Flags:
        """Whether somebody looked at a building for all kinds of hazards."""
        return np.asarray(~np.isnan(self.hazards).any(axis=1))


def risk_inputs(town: Town, buildings: pd.DataFrame, *, is_day: bool, day: dt.date) -> RiskInputs:
    """Return what the risk of a town's buildings is computed from, before what a plan does there.

    So what a plan mends or installs is no sign of what others have; see `with_care`.

    Parameters
    ----------
    town
        Its layers and ledgers.
    buildings
        With the columns of response, from the assessment.
    is_day
        Whether people are where they are by day.
    day
        Hazards open on it count; visits before it.
    """
    rules, premises = town.rules.risk, town.ledgers.premises
    use = buildings[f.USE].astype(object)
    kind = class_rows(use, rules)
    now = f.PEOPLE_DAY if is_day else f.PEOPLE_NIGHT
    residents = _column(buildings, f.PEOPLE_NIGHT)
    heads = np.fmax(residents, _column(buildings, f.PEOPLE_DAY))
    beds = _column(premises, "beds")
    shapes = buildings.geometry.to_numpy()
    floors = {end: _column(buildings, f"{f.FLOORS}{end}") for end in RANGE}
    height = {end: _column(buildings, f"{f.HEIGHT_M}{end}") for end in RANGE}
    flow = {end: _water(town, shapes, rules, end) for end in RANGE}
    return RiskInputs(
        key=keys_of(buildings[f.BUILDING_ID]),
        kind=kind,
        place=place_rows(town, buildings),
        three_in_one=(use == Use.THREE_IN_ONE).to_numpy(dtype=bool),
        footprint_m2=np.maximum(shapely.area(shapes), LEAST_FLOOR_M2),
        floors=np.where(floors[""] > 0, floors[""], np.nan),
        floors_low=np.maximum(floors["_low"], 1),
        floors_high=floors["_high"],
        height_m=height[""],
        height_m_low=height["_low"],
        height_m_high=height["_high"],
        area_m2=_column(premises, "area_m2"),
        residents=residents,
        residents_low=_column(buildings, f"{f.PEOPLE_NIGHT}_low"),
        residents_high=_column(buildings, f"{f.PEOPLE_NIGHT}_high"),
        present=_column(buildings, now),
        present_low=_column(buildings, f"{now}_low"),
        present_high=_column(buildings, f"{now}_high"),
        heads=heads,
        elders=_column(buildings, f.ELDERS),
        children=_column(buildings, f.CHILDREN),
        special=_special(premises),
        helped=_share(_column(premises, "helper_assigned"), _column(premises, "households")),
        sleepers=beds,
        stayers=beds * (_stay(kind, rules) if is_day else 1.0),
        hazards=_put(hazard_matrix(town, buildings, rules, day=day), town.care, buildings, 1.0),
        danger=_danger(premises["danger_class"], rules),
        stairs=_column(premises, "stairs"),
        tenants=_column(premises, "tenants"),
        rooms=_column(premises, "rooms"),
        leased=_column(premises, "leased"),
        gas=_gas(premises["gas_type"]),
        detector=_detectors(premises, residents / rules.finding.household_people.value),
        sprinkler=_column(premises, "simple_sprinkler"),
        systems=_systems(premises["systems_state"]),
        remote=_column(premises, "remote_monitored"),
        rcd=_column(premises, "rcd"),
        monitor=_column(premises, "electrical_monitored"),
        crew=crew_in_time(buildings),
        water=flow[""],
        water_low=flow["_low"],
        water_high=flow["_high"],
        near=neighbours(
            shapes,
            within_m=rules.consequence.separation_m.value,
            beside=None if town.beside is None else town.beside.geometry.to_numpy(),
        ),
        water_m=_water_m(town, shapes),
        inspected=np.zeros(len(buildings), dtype=bool),
    )


def at_hour(inputs: RiskInputs, town: Town, rows: Indices, *, is_day: bool) -> RiskInputs:
    """Return the inputs with who is there at another hour; nothing else hangs on it, or is copied.

    Parameters
    ----------
    inputs
        From `risk_inputs`, of some buildings of the town.
    town
        Its layers and ledgers.
    rows
        Which buildings those are.
    is_day
        Whether people are where they are by day.
    """
    buildings, now = town.buildings, f.PEOPLE_DAY if is_day else f.PEOPLE_NIGHT
    stay = _stay(inputs.kind, town.rules.risk) if is_day else 1.0
    return replace(
        inputs,
        present=_column(buildings, now)[rows],
        present_low=_column(buildings, f"{now}_low")[rows],
        present_high=_column(buildings, f"{now}_high")[rows],
        stayers=inputs.sleepers * stay,
    )


def with_care(inputs: RiskInputs, town: Town) -> RiskInputs:
    """Return the inputs with what a plan does at buildings: devices, hazards, inspections.

    Parameters
    ----------
    inputs
        One entry a building of the town, in the order of its layer.
    town
        Under the plan.
    """
    care, ids = town.care, pd.Index(town.buildings[f.BUILDING_ID].astype(str))
    given = {}
    for kind, name in GIVEN.items():
        own = ids.isin([building for building, device in care.devices if device == kind])
        given[name] = np.where(own, 1.0, getattr(inputs, name))
    return replace(
        inputs,
        hazards=_put(inputs.hazards, care, town.buildings, 0.0),
        inspected=ids.isin(care.inspected),
        **given,
    )


def _put(hazards: Floats, care: PlannedCare, buildings: pd.DataFrame, value: float) -> Floats:
    """Return the hazards with those that a plan mends put to a value."""
    if not care.mended:
        return hazards
    row = pd.Index(buildings[f.BUILDING_ID].astype(str)).get_indexer(
        pd.Index([building for building, _ in care.mended])
    )
    column = pd.Index([str(code) for code in CODES]).get_indexer(
        pd.Index([code for _, code in care.mended])
    )
    known = (row >= 0) & (column >= 0)
    put = hazards.copy()
    put[row[known], column[known]] = value
    return put


def class_rows(use: pd.Series, rules: RiskRule) -> Longs:
    """Return the row of the risk class of each use, `UNKNOWN` where there is none."""
    row = {str(u): at for at, k in enumerate(rules.classes.values()) for u in k.uses}
    return np.asarray(use.map(row).fillna(UNKNOWN), dtype=np.int64)


def place_rows(town: Town, buildings: pd.DataFrame) -> Longs:
    """Return the row of the community of each building, -1 outside all of them."""
    order = pd.Index(town.communities[f.COMMUNITY_ID].astype(str))
    places = pd.Index(buildings[f.COMMUNITY_ID].astype(str))
    return np.asarray(order.get_indexer(places), dtype=np.int64)


def hazard_matrix(town: Town, buildings: pd.DataFrame, rules: RiskRule, *, day: dt.date) -> Floats:
    """Return which hazards stand at which building on a day, ``(buildings, codes)``.

    1 where a case is open, or a checklist says so and no case of that kind was closed since;
    0 where somebody looked within the days of the rules and did not tell of one, or a plan mends
    it; else NaN.

    Parameters
    ----------
    town
        With its ledgers.
    buildings
        With `building_id`; the order of the rows.
    rules
        Days after which a visit no longer tells.
    day
        What came later does not count.
    """
    ids = pd.Index(buildings[f.BUILDING_ID].astype(str))
    now = pd.Timestamp(day)
    since = now - pd.Timedelta(days=rules.finding.looked_days.value)
    premises, ledgers = town.ledgers.premises, town.ledgers
    checked = pd.to_datetime(premises["checked_on"], errors="coerce")
    listed = np.column_stack([_column(premises, has(code)) for code in CODES])
    listed[(checked > now).to_numpy()] = np.nan
    fresh = (checked.isna() | (checked >= since)).to_numpy()
    matrix = np.full(listed.shape, np.nan)
    matrix[listed == 1] = 1.0
    visits = ledgers.inspections
    when = pd.to_datetime(visits["inspected_on"])
    recent = visits.loc[(when <= now) & (when >= since), f.BUILDING_ID].dropna()
    seen = ids.isin(recent) | (fresh & (listed == listed).any(axis=1))
    cases = case_table(ledgers.hazards, ledgers.events, on=day)
    cases = cases[cases[f.BUILDING_ID].isin(ids) & cases["code"].isin(CODES)]
    row = ids.get_indexer(pd.Index(cases[f.BUILDING_ID].astype(str)))
    column = pd.Index([str(code) for code in CODES]).get_indexer(
        pd.Index(cases["code"].astype(str))
    )
    shut = (cases["state"] == HazardState.CLOSED).to_numpy()
    later = pd.to_datetime(cases["closed"]).to_numpy() >= checked.to_numpy()[row]
    gone = shut & (later | checked.isna().to_numpy()[row])
    matrix[row[gone], column[gone]] = np.nan
    matrix[row[~shut], column[~shut]] = 1.0
    matrix = np.where(np.isnan(matrix) & seen[:, None], 0.0, matrix)
    return _put(matrix, town.care, buildings, 0.0)


def _column(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, np.clip(part / whole, 0, 1), np.nan)


def _special(premises: pd.DataFrame) -> Floats:
    alone = ["empty_nest_elders", "left_behind_children", "old_weak_ill_disabled"]
    return premises[alone].astype(float).sum(axis=1, min_count=1).to_numpy()


def _stay(kind: Longs, rules: RiskRule) -> Floats:
    """Return how much of those who sleep in a building are in it by day, by its class."""
    share = [min(k.people_day.value / k.people_night.value, 1.0) for k in rules.classes.values()]
    return np.array([*share, share[0]])[kind]


def _gas(told: pd.Series) -> Longs:
    words = {word: GASES.index(GasType(code)) for word, code in codes("gas_type").items()}
    return np.asarray(told.map(words).fillna(UNKNOWN), dtype=np.int64)


def _detectors(premises: pd.DataFrame, households: Floats) -> Floats:
    """Return the share of detectors that a building needs and has.

    What has some and says no need needs those; where only households in need were asked, all
    others are taken to have none.
    """
    there, needed = (
        _column(premises, name) for name in ("smoke_detectors", "smoke_detectors_needed")
    )
    needed = np.where(np.isnan(needed), np.fmax(there, 1), needed)
    asked = _column(premises, "household_detectors")
    all_of_them = np.fmax(_column(premises, "households"), np.ceil(households))
    return np.where(np.isnan(there), _share(asked, all_of_them), _share(there, needed))


def _systems(states: pd.Series) -> Floats:
    working = {str(s): float(s is SystemState.GOOD) for s in SystemState}
    return np.asarray(states.map(working), dtype=np.float64)


def _danger(classes: pd.Series, rules: RiskRule) -> Longs:
    least = {str(k): GROWTHS.index(g) for k, g in rules.consequence.danger_growth.items()}
    return np.asarray(classes.map(least).fillna(UNKNOWN), dtype=np.int64)


def crew_in_time(buildings: pd.DataFrame) -> Floats:
    """Return the chance that some crew arrives in time and finds the lanes open.

    Parameters
    ----------
    buildings
        With response times and probabilities of the tiers in `HELP`; missing ones are not known.
    """
    chances = []
    for tier in HELP:
        arrival = _column(buildings, c.arrival_probability(tier))
        lanes = _column(buildings, c.lane_probability(tier))
        cover = _column(buildings, c.response_time(tier))
        # The lanes' share counts states in which typical times hold; where they never do, the
        # chance of the arrival alone is told.
        share = np.where(np.isnan(lanes) | np.isnan(cover) | (lanes == 0), 1.0, lanes)
        chances.append(arrival * share)
    return np.fmax(*chances) if len(chances) == 2 else chances[0]


def _water_m(town: Town, shapes: Shapes) -> Floats:
    points, _ = _points(town)
    found = np.full(len(shapes), np.nan)
    if len(points):
        (at, _), away = shapely.STRtree(points).query_nearest(
            shapes, all_matches=False, return_distance=True
        )
        found[at] = away
    return found


def _water(town: Town, shapes: Shapes, rules: RiskRule, end: str) -> Floats:
    """Return the share of a hydrant's flow that the best water within reach gives.

    Missing where no water is mapped, and of an end where the water there tells no range. Water
    of unknown flow gives all of it, and what is told not to work gives none.
    """
    points, there = _points(town)
    if not len(points):
        return np.full(len(shapes), np.nan)
    told = [_column(town.water, f"{f.FLOW_L_S}{name}")[there] for name in RANGE]
    if end and np.isnan(told[RANGE.index(end)]).all():
        return np.full(len(shapes), np.nan)
    flow = told[RANGE.index(end)]
    flow = np.where(np.isnan(flow), told[0], flow)
    give = np.clip(np.nan_to_num(flow / rules.mitigation.water_flow_l_s.value, nan=1.0), 0, 1)
    give[water_states(town.water)[1][there]] = 0.0
    within = rules.mitigation.water_m.value / rules.mitigation.water_detour.value
    at, of = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=within)
    best = np.zeros(len(shapes))
    np.maximum.at(best, at, give[of])
    return best


def _points(town: Town) -> tuple[Shapes, Flags]:
    points = town.water.geometry.to_numpy()
    there = np.asarray(~(shapely.is_missing(points) | shapely.is_empty(points)))
    return points[there], there


def known_shares(inputs: RiskInputs) -> Mapping[str, Flags]:
    """Return which of the things that the method asks for is known of each building."""
    return {
        "use": inputs.kind >= 0,
        "floors": ~np.isnan(inputs.floors) | ~np.isnan(inputs.height_m),
        "people": ~np.isnan(inputs.present),
        "vulnerable": ~np.isnan(inputs.elders) | ~np.isnan(inputs.special),
        "hazards": inputs.looked,
        "devices": ~np.isnan(inputs.detector) | ~np.isnan(inputs.sprinkler),
        "crew": ~np.isnan(inputs.crew),
        "water": ~np.isnan(inputs.water),
    }
