"""What the risk of each building is computed from, as arrays; what is not known is NaN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Floats, Longs, Shapes
from ...geo.ground import neighbours
from ...geo.ledgers import has
from ...geo.rules import RiskRule
from ...geo.town import Town
from ...geo.words import HazardCode, HazardState, SystemState, Use
from ...geo.words import fields as f
from .. import columns as c
from ..cases import case_table
from .keyed import Keys, keys_of

UNKNOWN: Final = -1
CODES: Final = tuple(
    code for code in HazardCode if code not in (HazardCode.OTHER, HazardCode.UNCLASSIFIED)
)
GROWTHS: Final = ("slow", "medium", "fast", "ultra")
#: Tiers whose crews count as first help.
HELP: Final = ("micro", "brigade")
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
    footprint_m2, floors, height_m
        As drawn and told.
    residents, present
        People who sleep there, and who are there under the scenario; ``_low`` and ``_high`` are
        the ends where that is told as a range, NaN where it is exact or the end is open.
    elders, children, special
        Shares of the people; ``special`` of households with people who need help.
    hazards
        ``(buildings, codes)`` 1 open, 0 looked at and not found, NaN nobody looked.
    danger
        Row in `GROWTHS` that the fire-danger class demands, 0 where none does.
    stairs, tenants
        As told.
    detector, sprinkler, systems, remote, rcd, monitor
        Shares or flags of what is there and works.
    crew, water
        Probability of a crew in time; 1 where water is within reach, 0 where not.
    near
        Buildings nearer than the gap of separation.
    water_m
        Straight to the nearest water.
    """

    key: Keys
    kind: Longs
    place: Longs
    three_in_one: Flags
    footprint_m2: Floats
    floors: Floats
    height_m: Floats
    residents: Floats
    residents_low: Floats
    residents_high: Floats
    present: Floats
    present_low: Floats
    present_high: Floats
    elders: Floats
    children: Floats
    special: Floats
    hazards: Floats
    danger: Longs
    stairs: Floats
    tenants: Floats
    detector: Floats
    sprinkler: Floats
    systems: Floats
    remote: Floats
    rcd: Floats
    monitor: Floats
    crew: Floats
    water: Floats
    near: Longs
    water_m: Floats

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.kind)

    @property
    def looked(self) -> Flags:
        """Whether somebody looked at a building for all kinds of hazards."""
        return np.asarray(~np.isnan(self.hazards).any(axis=1))


def risk_inputs(town: Town, buildings: pd.DataFrame, *, is_day: bool, day: dt.date) -> RiskInputs:
    """Return what the risk of a town's buildings is computed from.

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
    now = f.PEOPLE_DAY if is_day else f.PEOPLE_NIGHT
    people = _column(buildings, now)
    residents = _column(buildings, f.PEOPLE_NIGHT)
    heads = np.fmax(residents, _column(buildings, f.PEOPLE_DAY))
    shapes = buildings.geometry.to_numpy()
    water_m = _water_m(town, shapes)
    return RiskInputs(
        key=keys_of(buildings[f.BUILDING_ID]),
        kind=class_rows(use, rules),
        place=place_rows(town, buildings),
        three_in_one=(use == Use.THREE_IN_ONE).to_numpy(dtype=bool),
        footprint_m2=np.maximum(shapely.area(shapes), LEAST_FLOOR_M2),
        floors=np.where(_column(buildings, f.FLOORS) > 0, _column(buildings, f.FLOORS), np.nan),
        height_m=_column(buildings, f.HEIGHT_M),
        residents=residents,
        residents_low=_column(buildings, f"{f.PEOPLE_NIGHT}_low"),
        residents_high=_column(buildings, f"{f.PEOPLE_NIGHT}_high"),
        present=people,
        present_low=_column(buildings, f"{now}_low"),
        present_high=_column(buildings, f"{now}_high"),
        elders=_share(_column(buildings, f.ELDERS), heads),
        children=_share(_column(buildings, f.CHILDREN), heads),
        special=_share(_special(premises), heads),
        hazards=hazard_matrix(town, buildings, rules, day=day),
        danger=_danger(premises["danger_class"], rules),
        stairs=_column(premises, "stairs"),
        tenants=_column(premises, "tenants"),
        detector=_share(_column(premises, "smoke_detectors"), _needed(premises)),
        sprinkler=_column(premises, "simple_sprinkler"),
        systems=_systems(premises["systems_state"]),
        remote=_column(premises, "remote_monitored"),
        rcd=_column(premises, "rcd"),
        monitor=_column(premises, "electrical_monitored"),
        crew=_crew(buildings),
        water=np.where(
            np.isnan(water_m),
            np.nan,
            water_m * rules.mitigation.water_detour.value <= rules.mitigation.water_m.value,
        ),
        near=neighbours(shapes, within_m=rules.consequence.separation_m.value),
        water_m=water_m,
    )


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
    0 where somebody looked within the days of the rules and did not tell of one; else NaN.

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
    return np.where(np.isnan(matrix) & seen[:, None], 0.0, matrix)


def _column(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, np.clip(part / whole, 0, 1), np.nan)


def _special(premises: pd.DataFrame) -> Floats:
    told = premises[["empty_nest_elders", "old_weak_ill_disabled"]].astype(float)
    return told.sum(axis=1, min_count=1).to_numpy()


def _needed(premises: pd.DataFrame) -> Floats:
    """Return the detectors a building needs; what has some and says no need needs those."""
    needed = _column(premises, "smoke_detectors_needed")
    return np.where(np.isnan(needed), np.fmax(_column(premises, "smoke_detectors"), 1), needed)


def _systems(states: pd.Series) -> Floats:
    working = {str(s): float(s is SystemState.GOOD) for s in SystemState}
    return np.asarray(states.map(working), dtype=np.float64)


def _danger(classes: pd.Series, rules: RiskRule) -> Longs:
    least = {str(k): GROWTHS.index(g) for k, g in rules.consequence.danger_growth.items()}
    return np.asarray(classes.map(least).fillna(0), dtype=np.int64)


def _crew(buildings: pd.DataFrame) -> Floats:
    """Return the chance that some crew arrives in time and finds the lanes open."""
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
    points = town.water.geometry.to_numpy()
    points = points[~(shapely.is_missing(points) | shapely.is_empty(points))]
    if not len(points):
        return np.full(len(shapes), np.nan)
    found = np.full(len(shapes), np.nan)
    (at, _), away = shapely.STRtree(points).query_nearest(
        shapes, all_matches=False, return_distance=True
    )
    found[at] = away
    return found


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
