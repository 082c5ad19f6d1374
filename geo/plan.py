"""Plan files: what somebody would change in a town, and what the town becomes.

Stations, lanes, gates, water, devices, hazards, inspections and standards; every part may be empty,
so that a single measure is a plan and several measures merge into one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from .care import PlannedCare
from .ground import Positions, attachable, snap
from .inside import in_communities
from .layer_loading import empty_layer
from .plan_buildings import building_problems, with_mended
from .plan_lanes import gate_problems, gates_under, lane_problems, lanes_under
from .rules import RuleSet, Value
from .tables import SCHEMAS, WGS84
from .town import Town
from .words import (
    LANGS,
    DeviceKind,
    HazardCode,
    HostType,
    InputError,
    Problem,
    SystemState,
    Tier,
    TownError,
    Vehicle,
    WaterKind,
    text,
    told_values,
    whole_file,
)
from .words import fields as f
from .yardstick import digest_of

FORMAT: Final = "weizhan-plan"
VERSION: Final = 1
PLAN_ENDING = ".plan.json"
#: In the schema of an entry: the fields of which one at least is said.
SOME: Final = "some"

_Entry = TypeVar("_Entry")


def _number(value: object) -> object:
    """Refuse what only looks like a number; a page could not read it alike."""
    if isinstance(value, str | bytes | bool):
        msg = "须为数字 (a number, not a text or a yes)"
        raise ValueError(msg)
    return value


_Number = BeforeValidator(_number)
Identity = Annotated[str, Field(min_length=1, max_length=200)]
Longitude = Annotated[float, Field(ge=-180, le=180), _Number]
Latitude = Annotated[float, Field(ge=-80, le=84), _Number]
Crew = Annotated[int, Field(ge=0, le=500), _Number]


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
    turnout_s: Annotated[float, Field(ge=0, le=3600), _Number] | None = None


class MovedStation(_Frozen):
    """A station of the town that goes elsewhere; coordinates are WGS-84."""

    station_id: Identity
    lon: Longitude
    lat: Latitude


class EquippedStation(_Frozen):
    """A station of the town that gets another vehicle or crew; what is not said stays."""

    model_config = ConfigDict(json_schema_extra={SOME: ["vehicle", "crew_day", "crew_night"]})

    station_id: Identity
    vehicle: Vehicle | None = None
    crew_day: Crew | None = None
    crew_night: Crew | None = None

    @model_validator(mode="after")
    def _something(self) -> EquippedStation:
        if self.vehicle is None and self.crew_day is None and self.crew_night is None:
            msg = "须写明 vehicle、crew_day 或 crew_night (say one of them at least)"
            raise ValueError(msg)
        return self


class StationChanges(_Frozen):
    """What happens to stations."""

    add: tuple[NewStation, ...] = ()
    move: tuple[MovedStation, ...] = ()
    remove: tuple[Identity, ...] = ()
    equip: tuple[EquippedStation, ...] = ()


class LaneChanges(_Frozen):
    """What happens to lanes, named as drawn or after cutting.

    A closed lane keeps vehicles out at all hours, people pass. An opened lane is cleared and wide
    enough for every vehicle. On a cleared lane parking is forbidden and nobody parks; its width
    stays. Steps with a ramp are passed like a footway by people and e-bikes, by nothing larger.
    """

    close: tuple[Identity, ...] = ()
    open: tuple[Identity, ...] = ()
    clear: tuple[Identity, ...] = ()
    ramp: tuple[Identity, ...] = ()


class GateChanges(_Frozen):
    """What happens to gates: a key box beside a locked one, or open at all hours."""

    key_box: tuple[Identity, ...] = ()
    open: tuple[Identity, ...] = ()


class NewWater(_Frozen):
    """A hydrant or a tank to be built; coordinates are WGS-84."""

    water_id: Identity
    name: str | None = None
    lon: Longitude
    lat: Latitude
    kind: Literal[WaterKind.HYDRANT, WaterKind.WATER_TANK] = WaterKind.HYDRANT


class HydrantChanges(_Frozen):
    """What happens to water."""

    add: tuple[NewWater, ...] = ()


class BuildingDevice(_Frozen):
    """A device that every unit (household, let room, premises) of a building gets."""

    building_id: Identity
    device: DeviceKind


class MendedHazard(_Frozen):
    """All open hazards of a kind at a building, mended."""

    building_id: Identity
    code: HazardCode


class Plan(_Frozen):
    """What somebody would change in a town; every part may be empty."""

    format: Literal["weizhan-plan"] = FORMAT
    version: Annotated[Literal[1], _Number] = VERSION
    town: str = ""
    scenario: str | None = None
    note: str = ""
    stations: StationChanges = StationChanges()
    lanes: LaneChanges = LaneChanges()
    gates: GateChanges = GateChanges()
    hydrants: HydrantChanges = HydrantChanges()
    devices: tuple[BuildingDevice, ...] = ()
    mended: tuple[MendedHazard, ...] = ()
    inspected: tuple[Identity, ...] = ()
    standard_s: dict[str, Annotated[float, Field(gt=0, le=36_000), _Number]] = {}


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
    except (ValueError, RecursionError) as error:
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
    whole_file(file, said + "\n")


def merged(plans: Iterable[Plan]) -> Plan:
    """Return one plan that changes what any of some plans changes.

    Town, scenario and note are those of the first; of a tier's standard the first counts. Entries
    are in the order of their words and none stands twice, so that the same plans in any order
    change a town to the same digest. What several say of one station's equipment is put together
    unless it differs; what contradicts stays, and `planned` refuses it.

    Parameters
    ----------
    plans
        Any number; none gives an empty plan.
    """
    whole = tuple(plans)
    first = whole[0] if whole else Plan()

    def union(part: str, name: str) -> tuple[Any, ...]:
        return _sorted_once(chain(*(getattr(getattr(p, part), name) for p in whole)))

    def listed(name: str) -> tuple[Any, ...]:
        return _sorted_once(chain(*(getattr(p, name) for p in whole)))

    standards = {tier: s for p in reversed(whole) for tier, s in p.standard_s.items()}
    return Plan(
        town=first.town,
        scenario=first.scenario,
        note=first.note,
        stations=StationChanges(
            add=union("stations", "add"),
            move=union("stations", "move"),
            remove=union("stations", "remove"),
            equip=_put_together(union("stations", "equip")),
        ),
        lanes=LaneChanges(**{n: union("lanes", n) for n in LaneChanges.model_fields}),
        gates=GateChanges(**{n: union("gates", n) for n in GateChanges.model_fields}),
        hydrants=HydrantChanges(add=union("hydrants", "add")),
        devices=listed("devices"),
        mended=listed("mended"),
        inspected=listed("inspected"),
        standard_s=dict(sorted(standards.items())),
    )


def _sorted_once(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    def words(entry: object) -> str:
        return entry.model_dump_json() if isinstance(entry, BaseModel) else str(entry)

    return tuple(sorted(dict.fromkeys(entries), key=words))


def _put_together(equipped: Sequence[EquippedStation]) -> tuple[EquippedStation, ...]:
    """Return one entry a station where what is said of it agrees."""
    found: dict[str, EquippedStation] = {}
    differing = []
    for entry in equipped:
        known = found.setdefault(entry.station_id, entry)
        told, more = (e.model_dump(exclude_none=True) for e in (known, entry))
        if all(told.get(name, value) == value for name, value in more.items()):
            found[entry.station_id] = EquippedStation(**told | more)
        else:
            differing.append(entry)
    return _sorted_once([*found.values(), *differing])


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
        The same layers but for what the plan names, and reports about lanes that it opens or
        clears; ``care`` holds what it does at buildings, and cases that it mends are closed on
        the day of their last step. Standards of the plan have the source ``plan``. A plan made
        for another town is a warning among its problems.

    Raises
    ------
    TownError
        With every problem of `plan_problems`.
    """
    problems = plan_problems(town, plan)
    if problems:
        raise TownError(problems)
    stations = _stations(town, plan)
    at = town.station_positions
    if plan.stations.add or plan.stations.move or plan.stations.remove:
        at = _attached(town, stations.geometry)
    lanes, told = lanes_under(town, **plan.lanes.model_dump())
    other = []
    if plan.town and plan.town != town.name:
        other.append(Problem("warning", "plan_other_town", "plan", value=plan.town))
    mended = [(entry.building_id, str(entry.code)) for entry in plan.mended]
    return replace(
        town,
        plan=_digest(plan),
        present=town.present or town,
        rules=_rules(town.rules, plan),
        had_stations=town.had_stations.union(
            town.stations.loc[town.station_positions.attached, f.TIER]
        ),
        stations=in_communities(stations, town.communities),
        station_positions=at,
        lanes=lanes,
        barriers=gates_under(town.barriers, **plan.gates.model_dump()),
        water=_water(town, plan),
        lane_reports=town.lane_reports[told].reset_index(drop=True),
        report_positions=town.report_positions.take(told),
        problems=(*(p for p in town.problems if p.code != "no_station" or stations.empty), *other),
        ledgers=with_mended(town.ledgers, mended),
        care=PlannedCare(
            devices=(*town.care.devices, *((d.building_id, d.device) for d in plan.devices)),
            mended=(*town.care.mended, *mended),
            inspected=(*town.care.inspected, *plan.inspected),
        ),
    )


def plan_problems(town: Town, plan: Plan) -> list[Problem]:
    """Return all that keeps a plan from being carried out in a town.

    Names that the town does not have, things changed twice or in contradictory ways, places near
    no lane, and measures for what does not exist: a ramp where there are no steps, a key box at a
    gate that never locks, a device that does not serve the use, a hazard that is not there.

    Parameters
    ----------
    town
        As it is.
    plan
        What would change.
    """
    return [
        *_station_problems(town, plan),
        *lane_problems(town.lanes, **plan.lanes.model_dump()),
        *gate_problems(town.barriers, **plan.gates.model_dump()),
        *_water_problems(town, plan),
        *building_problems(
            town,
            devices=[(d.building_id, d.device) for d in plan.devices],
            mended=[(m.building_id, str(m.code)) for m in plan.mended],
            inspected=plan.inspected,
        ),
    ]


def plan_note(plan: Plan, *, name: str) -> dict[str, str]:
    """Return what a page must say that shows a plan and not the present, by language."""
    told = {
        "plan": plan.note or name,
        "added": len(plan.stations.add),
        "moved": len(plan.stations.move),
        "removed": len(plan.stations.remove),
        "closed": len(plan.lanes.close),
        "opened": len(plan.lanes.open),
        "others": _others(plan),
    }
    return {lang: text("note.plan", lang, **told) for lang in LANGS}


def _others(plan: Plan) -> int:
    """Return how many changes a plan makes beside stations built and lanes opened or closed."""
    gates, lanes = plan.gates, plan.lanes
    parts: tuple[Sequence[Any], ...] = (
        plan.stations.equip, lanes.clear, lanes.ramp, gates.key_box, gates.open,
        plan.hydrants.add, plan.devices, plan.mended, plan.inspected,
    )  # fmt: skip
    return sum(map(len, parts))


def new_stations(stations: Iterable[NewStation], crs: Any) -> gpd.GeoDataFrame:
    """Return stations to be built as rows of the layer ``stations``, in a CRS."""
    return _new_rows(stations, "stations", crs)


def _new_rows(
    entries: Iterable[NewStation] | Iterable[NewWater], layer: str, crs: Any
) -> gpd.GeoDataFrame:
    rows = [entry.model_dump(mode="json") for entry in entries]
    places = gpd.points_from_xy([r.pop("lon") for r in rows], [r.pop("lat") for r in rows])
    blank = empty_layer(SCHEMAS[layer])
    table = pd.DataFrame(rows, columns=blank.columns.drop(f.GEOMETRY))
    table[f.SOURCE_ROW] = -1
    frame = gpd.GeoDataFrame(table, geometry=places, crs=WGS84)
    return frame.astype({name: blank[name].dtype for name in table.columns}).to_crs(crs)


def _station_problems(town: Town, plan: Plan) -> list[Problem]:
    """Return what is wrong with the stations and standards of a plan."""
    known = set(town.stations[f.STATION_ID])
    removed, moved = set(plan.stations.remove), {s.station_id for s in plan.stations.move}
    equips = [s.station_id for s in plan.stations.equip]
    named = removed | moved | set(equips)
    problems = [_wrong("plan_station_unknown", s) for s in sorted(named - known)]
    added = [s.station_id for s in plan.stations.add]
    left = known - removed
    problems += [
        _wrong("plan_station_known", s)
        for s in sorted({s for s in added if s in left or added.count(s) > 1})
    ]
    moves = [s.station_id for s in plan.stations.move]
    again = (removed & (moved | set(equips))) | {s for s in moves if moves.count(s) > 1}
    again |= {s for s in equips if equips.count(s) > 1}
    problems += [_wrong("plan_station_twice", s) for s in sorted(again)]
    tiers = ", ".join(town.rules.tier)
    strange = sorted(set(plan.standard_s) - set(town.rules.tier))
    problems += [_wrong("plan_tier_unknown", tier, allowed=tiers) for tier in strange]
    places: list[NewStation | MovedStation] = [
        *plan.stations.add,
        *(s for s in plan.stations.move if s.station_id in known),
    ]
    loose = _off_lanes(town, [(s.lon, s.lat) for s in places])
    return problems + [
        _wrong("plan_off_lanes", s.station_id, allowed=_attach_m(town))
        for s, off in zip(places, loose, strict=True)
        if off
    ]


def _off_lanes(town: Town, places: Sequence[tuple[float, float]]) -> list[bool]:
    """Return which places, longitude and latitude, are near no lane that anything attaches to."""
    if not places:
        return []
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*places, strict=True)), crs=WGS84)
    at = _attached(town, points.to_crs(town.lanes.crs))
    return [not there for there in at.attached.tolist()]


def _attached(town: Town, places: gpd.GeoSeries) -> Positions:
    """Return where places are on the lanes, as on loading."""
    limits = town.rules.network
    allowed = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    return snap(places.to_numpy(), town.lanes, allowed=allowed, within_m=limits.attach_m.value)


def _attach_m(town: Town) -> str:
    return f"{town.rules.network.attach_m.value:,.0f}"


def _water_problems(town: Town, plan: Plan) -> list[Problem]:
    added = [w.water_id for w in plan.hydrants.add]
    known = set(town.water[f.WATER_ID].astype(str))
    problems = [
        _wrong("plan_water_known", w)
        for w in sorted({w for w in added if w in known or added.count(w) > 1})
    ]
    loose = _off_lanes(town, [(w.lon, w.lat) for w in plan.hydrants.add])
    return problems + [
        _wrong("plan_water_off", w, allowed=_attach_m(town))
        for w, off in zip(added, loose, strict=True)
        if off
    ]


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
    for entry in plan.stations.equip:
        own = frame[f.STATION_ID] == entry.station_id
        for name in (f.VEHICLE, f.CREW_DAY, f.CREW_NIGHT):
            value = getattr(entry, name)
            if value is not None:
                frame.loc[own, name] = value.value if isinstance(value, Vehicle) else value
                ends = [end for end in (f"{name}_low", f"{name}_high") if end in frame]
                frame.loc[own, ends] = np.nan
    if not plan.stations.add:
        return frame.reset_index(drop=True)
    return _appended(frame, new_stations(plan.stations.add, frame.crs))


def _water(town: Town, plan: Plan) -> gpd.GeoDataFrame:
    if not plan.hydrants.add:
        return town.water
    added = _new_rows(plan.hydrants.add, "water", town.water.crs)
    return _appended(town.water, added.assign(**{f.STATE: str(SystemState.GOOD)}))


def _appended(frame: gpd.GeoDataFrame, added: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.empty:
        return added.reindex(columns=frame.columns)
    return pd.concat([frame, added], ignore_index=True)[frame.columns]


def _digest(plan: Plan) -> str:
    """Return a short digest of what a plan changes, whatever it is called."""
    said = {"format", "version", "town", "scenario", "note"}
    return digest_of(plan.model_dump(mode="json", exclude=said, exclude_defaults=True))


def _rules(rules: RuleSet, plan: Plan) -> RuleSet:
    if not plan.standard_s:
        return rules
    tiers = dict(rules.tier)
    for tier, seconds in plan.standard_s.items():
        standard = Value(value=seconds, unit="s", source="plan", confidence="judgement")
        tiers[tier] = tiers[tier].model_copy(update={"standard_s": standard})
    changed = tuple(f"tier.{tier}.standard_s" for tier in plan.standard_s)
    return rules.model_copy(update={"tier": tiers, "overridden": (*rules.overridden, *changed)})
