"""Visits: what is to be looked at in one stop, where it is, how long it takes, who can judge it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from ...geo.ground import Positions
from ...geo.ledgers import parse_address
from ...geo.rules import RoundsRule
from ...geo.town import Town
from ...geo.words import UNKNOWN, HazardState, Hours, parse_hours
from ...geo.words import fields as f
from .lane_stretches import stretches, walked
from .reasons_to_visit import CASE, DUE_ON, HOMES, LANE_ROW, VALUES, WEIGHT, WHY

DOOR: Final = "door"
LANE: Final = "lane"
_HOUSE: Final = re.compile(r"\d+栋$")


@dataclass(frozen=True)
class Visit:
    """One stop of a round; several houses of one yard, or pieces of one road, are one.

    Attributes
    ----------
    visit_id
        The id of its first building or lane: stable from one round to the next.
    buildings
        Ids of its buildings, none for a road.
    lanes
        Rows of the lanes that are looked at, in the order in which they are walked; none for
        premises.
    kind
        What decides its checklist and minutes: a use, ``door`` or ``lane``.
    name, address, community_id
        As the layers tell them; may be empty.
    x, y
        Metres, in the CRS of the town.
    lane, fraction, access_m
        Where it sits on the network; lane -1 where it sits on none.
    minutes, weight
        On site; and how much it matters.
    hours, hours_known
        When it can be visited, and whether anybody said so or the rule set's default holds.
    skills
        What is needed to judge it.
    reasons
        Codes with their values, the weightiest first.
    cases
        Keys of all open hazards there.
    """

    visit_id: str
    buildings: tuple[str, ...]
    lanes: tuple[int, ...]
    kind: str
    name: str
    address: str
    community_id: str
    x: float
    y: float
    lane: int
    fraction: float
    access_m: float
    minutes: float
    weight: float
    hours: Hours
    hours_known: bool
    skills: frozenset[str]
    reasons: tuple[tuple[str, dict[str, Any]], ...]
    cases: tuple[str, ...]


def visits_for(rows: pd.DataFrame, town: Town, cases: pd.DataFrame) -> tuple[Visit, ...]:
    """Return the stops that some reasons make, the weightiest first.

    Parameters
    ----------
    rows
        From `weizhan.coverage.rounds.reasons_to_visit`.
    town
        Whose buildings and lanes they name.
    cases
        From `weizhan.coverage.cases.hazards.case_table`; open ones at a stop are looked at too.
    """
    buildings = town.buildings.reset_index(drop=True)
    row_of = {str(key): at for at, key in enumerate(buildings[f.BUILDING_ID])}
    still = cases[cases["state"] != HazardState.CLOSED].dropna(subset=[f.BUILDING_ID])
    open_at: dict[str, list[tuple[str, str]]] = {}
    for building, key, code in zip(still[f.BUILDING_ID], still["key"], still["code"], strict=True):
        open_at.setdefault(str(building), []).append((str(key), str(code)))
    found = []
    there = rows[rows[f.BUILDING_ID].isin(list(row_of))]
    yards = there[f.BUILDING_ID].map(lambda key: _yard(buildings.iloc[row_of[str(key)]]))
    for _, group in there.groupby(yards, sort=False):
        found.append(_of_buildings(group, town, buildings, row_of, open_at))
    on_lanes = rows[rows[LANE_ROW].notna()]
    road = stretches(town, on_lanes[LANE_ROW].to_numpy(dtype=np.int64))
    for _, group in on_lanes.groupby(road, sort=False):
        found.append(_of_lanes(group, town))
    return tuple(sorted(found, key=lambda visit: (-visit.weight, visit.visit_id)))


def positions_of(visits: Iterable[Visit]) -> Positions:
    """Return where visits sit on the network."""
    rows = [(visit.lane, visit.fraction, visit.access_m) for visit in visits]
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return Positions(table[:, 0].astype(np.int32), table[:, 1], table[:, 2])


def _yard(building: pd.Series) -> str:
    """Return what tells the yard of a building: road and number without the house, else its id."""
    parsed = parse_address(building[f.ADDRESS]) if isinstance(building[f.ADDRESS], str) else None
    if parsed is None:
        return str(building[f.BUILDING_ID])
    return f"{building[f.COMMUNITY_ID]}|{parsed.road}|{_HOUSE.sub('', parsed.number)}"


def _of_buildings(
    group: pd.DataFrame,
    town: Town,
    buildings: pd.DataFrame,
    row_of: dict[str, int],
    open_at: dict[str, list[tuple[str, str]]],
) -> Visit:
    rules, positions = town.rules.rounds, town.building_positions
    ids = tuple(dict.fromkeys(group[f.BUILDING_ID].astype(str)))
    first = buildings.iloc[row_of[ids[0]]]
    at = row_of[ids[0]]
    cases = [case for key in ids for case in open_at.get(key, [])]
    use = _text(first[f.USE])
    at_doors = set(group[WHY]) == {DOOR}
    kind = DOOR if at_doors else use
    hours_told = [parse_hours(_text(buildings.iloc[row_of[key]][f.OPEN_HOURS])) for key in ids]
    hours = next((told for told in hours_told if told.tells_weekdays), UNKNOWN)
    known = hours != UNKNOWN
    if not known:
        hours = parse_hours("24/7" if use in HOMES else rules.premises_hours)
    middle = shapely.centroid(first.geometry)
    return Visit(
        visit_id=ids[0],
        buildings=ids,
        lanes=(),
        kind=kind,
        name=_text(first[f.NAME]),
        address=_text(first[f.ADDRESS]),
        community_id=_text(first[f.COMMUNITY_ID]),
        x=middle.x,
        y=middle.y,
        lane=int(positions.lane[at]),
        fraction=float(positions.fraction[at]),
        access_m=float(positions.access_m[at]),
        minutes=_minutes(group, kind, rules, len(cases)),
        weight=float(group[WEIGHT].sum()),
        hours=hours,
        hours_known=known,
        skills=frozenset(
            skill
            for told in (use, *(code for _, code in cases))
            for skill in rules.skills.get(told, ())
        ),
        reasons=_reasons(group),
        cases=tuple(sorted(key for key, _ in cases)),
    )


def _of_lanes(group: pd.DataFrame, town: Town) -> Visit:
    rows = walked(town, group[LANE_ROW].to_numpy(dtype=np.int64))
    lanes = town.lanes.iloc[rows]
    row = int(rows[(len(rows) - 1) // 2])
    middle = town.lanes.geometry.iloc[row].interpolate(0.5, normalized=True)
    return Visit(
        visit_id=min(lanes[f.LANE_ID].astype(str)),
        buildings=(),
        lanes=tuple(rows.tolist()),
        kind=LANE,
        name=next((name for name in map(_text, lanes[f.NAME]) if name), ""),
        address="",
        community_id=_community_at(town, middle),
        x=middle.x,
        y=middle.y,
        lane=row,
        fraction=0.5,
        access_m=0.0,
        minutes=_minutes(group, LANE, town.rules.rounds, 0) + _walk_minutes(town, rows),
        weight=float(group[WEIGHT].max()),
        hours=parse_hours("24/7"),
        hours_known=True,
        skills=frozenset(),
        reasons=_reasons(group),
        cases=(),
    )


def _walk_minutes(town: Town, rows: np.ndarray) -> float:
    """Return the minutes to walk a road from its middle to both ends and back, gaps included.

    A single piece is seen from where one stands.
    """
    if len(rows) == 1:
        return 0.0
    shapes = town.lanes.geometry.to_numpy()[rows]
    gaps = shapely.distance(shapes[:-1], shapes[1:])
    metres = float(town.network.length_m[rows].sum() + gaps.sum())
    return 2 * metres / town.rules.rounds.walk_m_s.value / 60


def _minutes(group: pd.DataFrame, kind: str, rules: RoundsRule, cases: int) -> float:
    """Return the minutes on site: a visit, a door for each household, more for each hazard."""
    base = rules.visit_min.get(kind, rules.visit_min["default"]).value
    if kind == DOOR:
        base *= sum(max(1, values.get("households", 1)) for values in group[VALUES])
    return base + cases * rules.hazard_min.value


def _reasons(group: pd.DataFrame) -> tuple[tuple[str, dict[str, Any]], ...]:
    ordered = group.sort_values(WEIGHT, ascending=False, kind="stable")
    told = []
    for why, values, due, case in zip(
        ordered[WHY], ordered[VALUES], ordered[DUE_ON], ordered[CASE], strict=True
    ):
        named = dict(values)
        if not pd.isna(due):
            named["due_on"] = pd.Timestamp(due).date().isoformat()
        if case is not None:
            named["case"] = str(case)
        if (str(why), named) not in told:
            told.append((str(why), named))
    return tuple(told)


def _community_at(town: Town, place: shapely.Point) -> str:
    inside = town.communities[town.communities.contains(place)]
    return "" if inside.empty else _text(inside[f.COMMUNITY_ID].iloc[0])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
