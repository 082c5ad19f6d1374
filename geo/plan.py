"""Plan files: stations added, moved and removed, lanes closed and opened, standards changed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .ground import attachable, snap
from .inside import in_communities
from .rules import RuleSet, Value
from .tables import SCHEMAS, WGS84
from .town import Town, empty_layer
from .words import (
    LANGS,
    HostType,
    InputError,
    OutputError,
    Problem,
    Tier,
    TownError,
    Vehicle,
    text,
    told_values,
)
from .words import fields as f
from .yardstick import digest_of

FORMAT: Final = "weizhan-plan"
VERSION: Final = 1
PLAN_ENDING = ".plan.json"
ALWAYS = "24/7"

Identity = Annotated[str, Field(min_length=1, max_length=200)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-80, le=84)]
Crew = Annotated[int, Field(ge=0, le=500)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NewStation(_Frozen):
    """A station to be built; coordinates are WGS-84."""

    station_id: Identity
    name: str | None = None
    lon: Longitude
    lat: Latitude
    tier: Tier = Tier.MICRO_STATION
    host_type: HostType | None = None
    vehicle: Vehicle | None = None
    crew_day: Crew | None = None
    crew_night: Crew | None = None
    turnout_s: Annotated[float, Field(ge=0, le=3600)] | None = None


class MovedStation(_Frozen):
    """A station of the town that goes elsewhere; coordinates are WGS-84."""

    station_id: Identity
    lon: Longitude
    lat: Latitude


class StationChanges(_Frozen):
    """What happens to stations."""

    add: tuple[NewStation, ...] = ()
    move: tuple[MovedStation, ...] = ()
    remove: tuple[Identity, ...] = ()


class LaneChanges(_Frozen):
    """What happens to lanes, named as drawn or after cutting.

    A closed lane keeps vehicles out at all hours, people pass. An opened lane is cleared and wide
    enough for every vehicle.
    """

    close: tuple[Identity, ...] = ()
    open: tuple[Identity, ...] = ()


class Plan(_Frozen):
    """What somebody would change in a town; every part may be empty."""

    format: Literal["weizhan-plan"] = FORMAT
    version: Literal[1] = VERSION
    town: str = ""
    scenario: str | None = None
    note: str = ""
    stations: StationChanges = StationChanges()
    lanes: LaneChanges = LaneChanges()
    standard_s: dict[str, Annotated[float, Field(gt=0, le=36_000)]] = {}


def read_plan(file: Path) -> Plan:
    """Read a plan file.

    Raises
    ------
    InputError
        When there is no such file, or it is no plan.
    TownError
        When values are not allowed; carries every problem.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError("error.file_missing", file=file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("error.file_unreadable", file=file, why=error) from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError("error.plan_not_json", file=file, why=error) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise InputError("error.plan_format", file=file, format=FORMAT)
    if said.get("version") != VERSION:
        raise InputError(
            "error.plan_version", file=file, version=said.get("version"), allowed=VERSION
        )
    try:
        return Plan.model_validate(said)
    except ValidationError as error:
        raise TownError(told_values(error, "plan", file.name)) from error


def write_plan(plan: Plan, file: Path) -> None:
    """Write a plan file, whole or not at all.

    Raises
    ------
    OutputError
        When the place cannot be written to.
    """
    said = json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, indent=1)
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=PLAN_ENDING, dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as unfinished:
            unfinished.write(said + "\n")
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error


def planned(town: Town, plan: Plan) -> Town:
    """Return the town as it would be under a plan.

    Parameters
    ----------
    town
        As it is.
    plan
        What changes. Stations are attached to lanes as on loading.

    Returns
    -------
    Town
        The same layers but for the stations, the lanes closed or opened and reports about these;
        standards of the plan have the source ``plan``. A plan made for another town is a warning
        among its problems.

    Raises
    ------
    TownError
        When the plan names stations, lanes or tiers that the town does not have, adds a station
        that it has, changes one twice, or puts one near no lane; carries every problem.
    """
    problems = _strangers(town, plan)
    stations = _stations(town, plan)
    limits = town.rules.network
    allowed = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    within_m = limits.attach_m.value
    at = snap(stations.geometry.to_numpy(), town.lanes, allowed=allowed, within_m=within_m)
    touched = [s.station_id for s in plan.stations.add]
    touched += [s.station_id for s in plan.stations.move]
    loose = stations[f.STATION_ID].isin(touched) & ~at.attached
    problems += [
        _wrong("plan_off_lanes", station, allowed=f"{within_m:,.0f}")
        for station in stations.loc[loose, f.STATION_ID]
    ]
    if problems:
        raise TownError(problems)
    lanes, told = _lanes(town, plan)
    other = []
    if plan.town and plan.town != town.name:
        other.append(Problem("warning", "plan_other_town", "plan", value=plan.town))
    return replace(
        town,
        plan=_digest(plan),
        rules=_rules(town.rules, plan),
        had_stations=town.had_stations.union(
            town.stations.loc[town.station_positions.attached, f.TIER]
        ),
        stations=in_communities(stations, town.communities),
        station_positions=at,
        lanes=lanes,
        lane_reports=town.lane_reports[told].reset_index(drop=True),
        report_positions=town.report_positions.take(told),
        problems=(*(p for p in town.problems if p.code != "no_station" or stations.empty), *other),
    )


def plan_note(plan: Plan, *, name: str) -> dict[str, str]:
    """Return what a page must say that shows a plan and not the present, by language."""
    told = {
        "plan": plan.note or name,
        "added": len(plan.stations.add),
        "moved": len(plan.stations.move),
        "removed": len(plan.stations.remove),
        "closed": len(plan.lanes.close),
        "opened": len(plan.lanes.open),
    }
    return {lang: text("note.plan", lang, **told) for lang in LANGS}


def new_stations(stations: Iterable[NewStation], crs: Any) -> gpd.GeoDataFrame:
    """Return stations to be built as rows of the layer ``stations``, in a CRS."""
    rows = [station.model_dump(mode="json") for station in stations]
    places = gpd.points_from_xy([r.pop("lon") for r in rows], [r.pop("lat") for r in rows])
    blank = empty_layer(SCHEMAS["stations"])
    table = pd.DataFrame(rows, columns=blank.columns.drop(f.GEOMETRY))
    table[f.SOURCE_ROW] = -1
    frame = gpd.GeoDataFrame(table, geometry=places, crs=WGS84)
    return frame.astype({name: blank[name].dtype for name in table.columns}).to_crs(crs)


def _strangers(town: Town, plan: Plan) -> list[Problem]:
    """Return what a plan names that cannot be meant."""
    known = set(town.stations[f.STATION_ID])
    removed, moved = set(plan.stations.remove), {s.station_id for s in plan.stations.move}
    problems = [_wrong("plan_station_unknown", s) for s in sorted((removed | moved) - known)]
    problems += [_wrong("plan_station_twice", s) for s in sorted(removed & moved)]
    added = [s.station_id for s in plan.stations.add]
    left = known - removed
    problems += [
        _wrong("plan_station_known", s)
        for s in sorted({s for s in added if s in left or added.count(s) > 1})
    ]
    moves = [s.station_id for s in plan.stations.move]
    problems += [
        _wrong("plan_station_twice", s) for s in sorted({s for s in moves if moves.count(s) > 1})
    ]
    lanes = {*town.lanes[f.LANE_ID].astype(str), *town.lanes[f.DRAWN_LANE_ID].astype(str)}
    named = {*plan.lanes.close, *plan.lanes.open}
    problems += [_wrong("plan_lane_unknown", lane) for lane in sorted(named - lanes)]
    both = {*plan.lanes.close} & {*plan.lanes.open}
    problems += [_wrong("plan_lane_both", lane) for lane in sorted(both)]
    tiers = ", ".join(town.rules.tier)
    strange = sorted(set(plan.standard_s) - set(town.rules.tier))
    problems += [_wrong("plan_tier_unknown", tier, allowed=tiers) for tier in strange]
    return problems


def _wrong(code: str, value: str, *, allowed: str = "") -> Problem:
    return Problem("error", code, "plan", value=value, allowed=allowed)


def _stations(town: Town, plan: Plan) -> gpd.GeoDataFrame:
    frame = town.stations[~town.stations[f.STATION_ID].isin(plan.stations.remove)].copy()
    if plan.stations.move:
        moves = {s.station_id: (s.lon, s.lat) for s in plan.stations.move}
        places = gpd.GeoSeries(
            gpd.points_from_xy(*zip(*moves.values(), strict=True)), index=moves, crs=WGS84
        ).to_crs(frame.crs)
        frame.geometry = [
            places.get(station, place)
            for station, place in zip(frame[f.STATION_ID], frame.geometry, strict=True)
        ]
    if not plan.stations.add:
        return frame.reset_index(drop=True)
    added = new_stations(plan.stations.add, frame.crs)
    if frame.empty:
        return added.reindex(columns=frame.columns)
    return pd.concat([frame, added], ignore_index=True)[frame.columns]


def _lanes(town: Town, plan: Plan) -> tuple[gpd.GeoDataFrame, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the lanes under a plan, and which reports still hold."""
    lanes = town.lanes
    names = lanes[f.LANE_ID].astype(str), lanes[f.DRAWN_LANE_ID].astype(str)
    closed, opened = (
        (names[0].isin(which) | names[1].isin(which)).to_numpy()
        for which in (plan.lanes.close, plan.lanes.open)
    )
    widest = max(profile.width_m.value for profile in town.rules.vehicle.values())
    hours = lanes[f.CLOSED_HOURS].astype(object).mask(opened, None).mask(closed, ALWAYS)
    width = lanes[f.WIDTH_M].astype(float)
    width = width.where(~opened, np.fmax(width, widest))
    lane = town.report_positions.lane
    stale = (lane >= 0) & opened[np.maximum(lane, 0)]
    return lanes.assign(**{f.CLOSED_HOURS: hours, f.WIDTH_M: width}), ~stale


def _digest(plan: Plan) -> str:
    """Return a short digest of what a plan changes, whatever it is called."""
    changes = plan.model_dump(mode="json", include={"stations", "lanes", "standard_s"})
    return digest_of(changes)


def _rules(rules: RuleSet, plan: Plan) -> RuleSet:
    if not plan.standard_s:
        return rules
    tiers = dict(rules.tier)
    for tier, seconds in plan.standard_s.items():
        standard = Value(value=seconds, unit="s", source="plan", confidence="judgement")
        tiers[tier] = tiers[tier].model_copy(update={"standard_s": standard})
    changed = tuple(f"tier.{tier}.standard_s" for tier in plan.standard_s)
    return rules.model_copy(update={"tier": tiers, "overridden": (*rules.overridden, *changed)})
