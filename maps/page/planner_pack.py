"""What the planner's page carries to compute by itself: lanes, passages, buildings, stations.

Times are whole milliseconds and must come back exactly, yet nearly all of them follow from the
length of the lane and its class. So a column of times is stored as differences from a guess:
another column times one factor a class of lane, rounded half up, which Python and a browser
compute alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...coverage.reach import READINGS, station_vehicles
from ...coverage.what_if import Moments
from ...geo.arrays import Floats, Longs
from ...geo.ground import CLASS_WHEN_UNKNOWN, IMPASSABLE, MILLIMETRE, PARTS, Positions, attachable
from ...geo.plan_buildings import open_hazards, refused_devices
from ...geo.plan_lanes import locks_at_all, locks_by_hours
from ...geo.rules import Value
from ...geo.town import Town
from ...geo.words import DeviceKind, HazardCode, LaneClass, Lang, Vehicle
from ...geo.words import fields as f
from ..html import Pack, Reference, shown
from ..voice import FEWEST_PEOPLE

LENGTH_UNITS = 100_000  # a metre, in the column that times are guessed from
SHIFTS = {"day": f.PEOPLE_DAY, "night": f.PEOPLE_NIGHT}

Guessed = dict[str, Any]


class Times:
    """Columns of milliseconds by lane, each stored once and as differences from another.

    Parameters
    ----------
    pack
        Where to.
    length_m
        ``(lanes,)`` what the first columns are guessed from.
    lane_class
        ``(lanes,)`` position in `LaneClass`.
    """

    def __init__(self, pack: Pack, length_m: Floats, lane_class: Longs) -> None:
        """Store the lengths."""
        self._pack, self._class = pack, lane_class
        lengths = np.rint(length_m * LENGTH_UNITS).astype(np.int64)
        self._columns: list[Longs] = [lengths]
        self._known: dict[bytes, int] = {}
        self.stored: list[Guessed] = [{"values": pack.integers(lengths)}]

    def add(self, ms: npt.ArrayLike, *, like: int = 0) -> int:
        """Store a column and return its number.

        Parameters
        ----------
        ms
            ``(lanes,)`` milliseconds, `IMPASSABLE` where nobody passes.
        like
            Number of a column that is likely to be in proportion.
        """
        column = np.asarray(ms, dtype=np.int64)
        key = column.tobytes()
        if key not in self._known:
            guesses = [self._guess(column, number) for number in sorted({0, like})]
            _, number, factors, rest = min(guesses, key=lambda guess: guess[0])
            signed = np.where(column == IMPASSABLE, 0, (rest << 1 ^ rest >> 63) + 1)
            values = self._pack.integers(signed)
            self.stored.append({"from": number, "factors": factors, "values": values})
            self._columns.append(column)
            self._known[key] = len(self._columns) - 1
        return self._known[key]

    def _guess(self, column: Longs, number: int) -> tuple[float, int, list[float], Longs]:
        """Return how far a guess from a column is off, and what is left to store."""
        other = self._columns[number]
        known = (column < IMPASSABLE) & (other < IMPASSABLE) & (other > 0)
        factors = []
        for place in range(len(LaneClass)):
            of_class = known & (self._class == place)
            ratio = np.median(column[of_class] / other[of_class]) if of_class.any() else 0.0
            factors.append(float(ratio))
        rest = column - np.floor(other * np.array(factors)[self._class] + 0.5).astype(np.int64)
        rest = np.where(column == IMPASSABLE, 0, rest)
        return float(np.log2(np.abs(rest) + 1.0).sum()), number, factors, rest


def engine_data(town: Town, moments: Moments, pack: Pack, *, lang: Lang) -> dict[str, Any]:
    """Add all that the page computes with, and return what it reads it by.

    Parameters
    ----------
    town
        A loaded town.
    moments
        From `weizhan.coverage.what_if.moments`.
    pack
        Where to.
    lang
        Language of the names of scenarios.
    """
    network, limits, rules = town.network, town.rules.network, town.rules
    classes = town.lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN)
    order = {kind.value: place for place, kind in enumerate(LaneClass)}
    lane_class = np.array([order[str(kind)] for kind in classes], dtype=np.int64)
    times = Times(pack, network.length_m, lane_class)
    allowed = attachable(network, town.lanes, fragment_m=limits.fragment_m.value)
    xy, line = shapely.get_coordinates(town.lanes.geometry.to_numpy(), return_index=True)
    marks = np.rint(xy * 10**MILLIMETRE).astype(np.int64)
    leaves: list[Reference] = []
    passes = _passages(moments, times, leaves, pack)
    codes, ids = pd.factorize(town.buildings[f.COMMUNITY_ID].astype(object))
    names = dict(zip(town.communities[f.COMMUNITY_ID], town.communities[f.NAME], strict=True))
    foot = rules.vehicle[Vehicle.FOOT].speed(LaneClass.PATH)
    return {
        "nodes": network.nodes,
        "from": pack.integers(np.diff(network.lane_from, prepend=0)),
        "to": pack.integers(network.lane_to.astype(np.int64) - network.lane_from),
        "lane_class": pack.integers(lane_class),
        "classes": len(LaneClass),
        "lane_id": pack.texts(town.lanes[f.LANE_ID]),
        "drawn": pack.texts(town.lanes[f.DRAWN_LANE_ID]),
        "allowed": pack.integers(allowed),
        "corners": pack.integers(np.bincount(line, minlength=len(town.lanes))),
        "xy": pack.integers(np.diff(marks, axis=0, prepend=np.zeros((1, 2), np.int64)).T),
        "plane": _plane(town),
        "times": times.stored,
        "leaves": leaves,
        "moments": passes,
        "vehicles": [vehicle.value for vehicle in Vehicle],
        "carried": [bool(rules.vehicle[vehicle].carried.value) for vehicle in Vehicle],
        "default_vehicle": {t.value: v.value for t, v in rules.default_vehicle.items()},
        "tiers": {
            code: {
                "station_tiers": [tier.value for tier in rule.station_tiers],
                "standard_s": rule.standard_s.value,
                "turnout_s": _slower(rule.turnout_s),
            }
            for code, rule in rules.tier.items()
        },
        "dismount_s": _slower(limits.dismount_s),
        "walk_m_s": {r: foot.read(r, more_is="faster") for r in READINGS},
        "attach_m": limits.attach_m.value,
        "scenarios": [
            {
                "name": name,
                "label": shown(scenario.label.get(lang, name)),
                "shift": "day" if scenario.is_day else "night",
            }
            for name, scenario in town.scenarios.items()
        ],
        "buildings": _positions(town.building_positions, pack)
        | {
            "community": pack.integers(codes + 1),
            "people": {shift: _people(town, column, pack) for shift, column in SHIFTS.items()},
        },
        "communities": [
            {"id": shown(identity), "name": shown(names.get(identity) or identity)}
            for identity in ids
        ],
        "stations": _stations(town, pack),
        "steps": order[LaneClass.STEPS.value],
        "named": _named(town, pack),
    }


def _named(town: Town, pack: Pack) -> dict[str, Any]:
    """Return what a plan may name beside stations and lanes: gates, water, what buildings take."""
    ids = {identity: row for row, identity in enumerate(town.buildings[f.BUILDING_ID].astype(str))}
    refused = np.zeros(len(ids), np.int64)
    for place, device in enumerate(DeviceKind):
        unserved, large = refused_devices(town, device)
        refused |= (unserved | large).astype(np.int64) << place
    hazards, codes = np.zeros(len(ids), np.int64), [str(code) for code in HazardCode]
    for building, code in open_hazards(town):
        if building in ids and code in codes:
            hazards[ids[building]] |= 1 << codes.index(code)
    return {
        "gates": [whole(gate) for gate in town.barriers[f.BARRIER_ID]],
        "lock": locks_at_all(town.barriers).tolist(),
        "lock_by_hours": locks_by_hours(town.barriers).tolist(),
        "water": [whole(water) for water in town.water[f.WATER_ID]],
        "devices": [device.value for device in DeviceKind],
        "refused": pack.integers(refused),
        "codes": codes,
        "hazards": pack.integers(hazards),
    }


def whole(text: object) -> str:
    """Return a text as it is, for a plan to name; only what no file can hold is replaced."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _passages(
    moments: Moments, times: Times, leaves: list[Reference], pack: Pack
) -> dict[str, Any]:
    """Store how vehicles pass, what is the same only once."""
    marks: dict[bytes, Reference] = {}
    gates: dict[bytes, int] = {}
    usual: dict[tuple[Vehicle, str], int] = {}
    told: dict[str, Any] = {}
    for scenario, by_reading in moments.items():
        told[scenario] = {}
        for reading, by_vehicle in by_reading.items():
            told[scenario][reading] = []
            for vehicle, passage in by_vehicle.items():
                numbers = {}
                for way, column in (("fwd", passage.forward_ms), ("bwd", passage.backward_ms)):
                    like = usual.get((vehicle, way), usual.get((vehicle, "fwd"), 0))
                    numbers[way] = times.add(column, like=like)
                    usual.setdefault((vehicle, way), numbers[way])
                stopped = passage.stopped.tobytes()
                if stopped not in marks:
                    marks[stopped] = pack.integers(passage.stopped)
                leave = passage.leave_ms.tobytes()
                if leave not in gates:
                    gates[leave] = len(gates)
                    leaves.append(pack.integers(passage.leave_ms))
                told[scenario][reading].append(
                    [numbers["fwd"], numbers["bwd"], marks[stopped], gates[leave]]
                )
    return told


def _slower(value: Value) -> dict[str, float]:
    return {reading: value.read(reading, more_is="slower") for reading in READINGS}


def _plane(town: Town) -> dict[str, float]:
    """Return the transverse Mercator projection of the town's coordinates."""
    crs = town.lanes.crs
    said = {value.name: value.value for value in crs.coordinate_operation.params}
    return {
        "lon_0": said["Longitude of natural origin"],
        "k": said["Scale factor at natural origin"],
        "x_0": said["False easting"],
        "y_0": said["False northing"],
        "a": crs.ellipsoid.semi_major_metre,
        "rf": crs.ellipsoid.inverse_flattening,
    }


def _positions(positions: Positions, pack: Pack) -> dict[str, Any]:
    """Store positions; lane 0 for none, then one more than the row of the lane."""
    there = positions.attached
    return {
        "lane": pack.integers(np.where(there, positions.lane, -1) + 1),
        "part": pack.integers(np.rint(np.where(there, positions.fraction, 0) * PARTS)),
        "access_mm": pack.integers(
            np.rint(np.where(there, positions.access_m, 0) * 10**MILLIMETRE)
        ),
    }


def _people(town: Town, column: str, pack: Pack) -> dict[str, Any]:
    """Store people by building; small numbers only as what they are on average.

    Returns
    -------
    dict
        In ``values`` 0 is unknown, 1 fewer than five, else one more than the number; ``few`` is
        the mean of the small numbers, and zero where there are not enough of them to hide in.
    """
    people = pd.to_numeric(town.buildings[column], errors="coerce").astype("float64")
    few = people[people < FEWEST_PEOPLE]
    stored = people.where(people >= FEWEST_PEOPLE, 0) + 1
    return {
        "values": pack.integers(np.nan_to_num(stored.mask(people.isna(), 0))),
        "few": round(float(few.mean()), 1) if len(few) >= FEWEST_PEOPLE else 0.0,
    }


def _stations(town: Town, pack: Pack) -> dict[str, Any]:
    frame = town.stations
    points = frame.geometry.representative_point().to_crs(4326)
    return _positions(town.station_positions, pack) | {
        "id": [whole(identity) for identity in frame[f.STATION_ID]],
        "name": [None if pd.isna(name) else shown(name) for name in frame[f.NAME]],
        "lon": [round(float(x), 7) for x in points.x],
        "lat": [round(float(y), 7) for y in points.y],
        "tier": [None if pd.isna(tier) else str(tier) for tier in frame[f.TIER]],
        "vehicle": [str(vehicle) for vehicle in station_vehicles(town)],
        "host_type": [None if pd.isna(kind) else str(kind) for kind in frame[f.HOST_TYPE]],
        **{
            name: [None if pd.isna(v) else float(v) for v in frame[name]]
            for name in (f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)
        },
    }
