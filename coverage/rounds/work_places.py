"""Where teams start, end and have lunch: what they said, or the town's default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ...geo.ground import Positions, attachable, snap
from ...geo.teams import Team
from ...geo.town import Town
from ...geo.words import HostType, Problem, TownError, Use
from ...geo.words import fields as f


@dataclass(frozen=True)
class Place:
    """Where a team starts, ends or has lunch."""

    place_id: str
    name: str
    x: float
    y: float


def places_of(town: Town, teams: Sequence[Team]) -> dict[str, tuple[Place, Positions]]:
    """Return where teams start, end and eat, by what was said; for nothing the default.

    Raises
    ------
    TownError
        When a place is not found or stands on no lane; names each.
    """
    found: dict[str, tuple[Place, Positions]] = {}
    problems = []
    allowed = attachable(town.network, town.lanes, fragment_m=town.rules.network.fragment_m.value)
    for team in teams:
        for told in (team.start, team.end, team.lunch):
            key = told or ""
            if key in found:
                continue
            place = _place(town, key)
            if place is None:
                problems.append(
                    Problem("error", "team_place", "teams", feature=team.name, value=key)
                )
                continue
            at = snap(
                np.array([shapely.Point(place.x, place.y)], dtype=object),
                town.lanes,
                allowed=allowed,
                within_m=town.rules.network.attach_m.value,
            )
            if not at.attached.all():
                problems.append(
                    Problem("error", "team_place", "teams", feature=team.name, value=key)
                )
                continue
            found[key] = (place, at)
    if problems:
        raise TownError(problems)
    return found


def _place(town: Town, told: str) -> Place | None:
    """Return a station or building by id, name or address, or a point by its degrees.

    A name or address that more than one of a layer carry is none; nothing is the default.

    The default is the house of the residents' services, else the first station of a residents'
    committee, else the first station, else the middle of the lanes.
    """
    stations, buildings = town.stations, town.buildings
    if told:
        for frame, identity in ((stations, f.STATION_ID), (buildings, f.BUILDING_ID)):
            same = frame[frame[identity].astype(str) == told]
            if len(same):
                return _at(same.iloc[0], identity)
        for frame, identity in ((stations, f.STATION_ID), (buildings, f.BUILDING_ID)):
            for column in (f.NAME, f.ADDRESS):
                same = frame[frame[column] == told] if column in frame else frame[:0]
                if len(same) == 1:
                    return _at(same.iloc[0], identity)
        parts = told.replace("，", ",").split(",")
        try:
            lon, lat = (float(part) for part in parts)
        except ValueError:
            return None
        point = shapely.Point(lon, lat)
        moved = town.lanes.geometry.iloc[:0].to_crs("EPSG:4326")
        spot = type(moved)([point], crs="EPSG:4326").to_crs(town.lanes.crs).iloc[0]
        return Place(told, told, spot.x, spot.y)
    for frame, identity, chosen in (
        (buildings, f.BUILDING_ID, buildings[f.USE] == Use.COMMUNITY_SERVICE),
        (stations, f.STATION_ID, stations[f.HOST_TYPE] == HostType.RESIDENTS_COMMITTEE),
        (stations, f.STATION_ID, stations[f.STATION_ID].notna()),
    ):
        if chosen.any():
            return _at(frame[chosen].iloc[0], identity)
    middle = town.lanes.geometry.iloc[len(town.lanes) // 2].interpolate(0.5, normalized=True)
    return Place("", "", middle.x, middle.y)


def _at(row: object, identity: str) -> Place:
    middle = shapely.centroid(row.geometry)  # type: ignore[attr-defined]
    name = row[f.NAME] if isinstance(row[f.NAME], str) else ""  # type: ignore[index]
    address = row[f.ADDRESS] if isinstance(row[f.ADDRESS], str) else ""  # type: ignore[index]
    return Place(str(row[identity]), name or address, middle.x, middle.y)  # type: ignore[index]


def joined(ends: list[Positions], visits: Positions) -> Positions:
    """Return positions of ends and visits as one."""
    parts = [*ends, visits]
    return Positions(
        np.concatenate([p.lane for p in parts]).astype(np.int32),
        np.concatenate([p.fraction for p in parts]),
        np.concatenate([p.access_m for p in parts]),
    )
