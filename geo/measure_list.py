"""The town's own list of measures, with its own prices: a table of what could be done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from pydantic import ValidationError

from .datum_check import check_datum
from .measure import Measure, price, riders
from .plan import Plan, merged, plan_problems
from .tables import (
    WGS84,
    Column,
    Schema,
    columns_found,
    is_missing,
    load_sheet,
    match_headers,
    read_table,
)
from .town import Town
from .words import (
    HostType,
    InputError,
    MeasureKind,
    Problem,
    TownError,
    Vehicle,
    told_values,
)
from .words import fields as f

LAYER: Final = "measures"
OWN: Final = "own list"
MEASURE_ID, KIND, TARGET = "measure_id", "measure_kind", "target"
COST, UPKEEP, YEARS = "cost_yuan", "upkeep_yuan", "years"
DECIDED_BY, MUST, EXCLUDES = "decided_by", "must", "excludes"
LON, LAT, CODE = "lon", "lat", "hazard_code"
_BETWEEN: Final = re.compile(r"[,，、;；\s]+")
_YUAN_MOST: Final = 1e9

MEASURES: Final = Schema(
    LAYER,
    MEASURE_ID,
    "point",
    (
        Column(MEASURE_ID, "text", ("措施编号", "编号", "序号", "代码", "id")),
        Column(
            KIND,
            "choice",
            ("措施类型", "措施类别", "措施种类", "措施", "类型", "类别", "kind"),
            required=True,
            vocabulary="measure_kind",
        ),
        Column(
            TARGET,
            "text",
            ("对象编号", "对象", "车道编号", "门编号", "障碍编号", "站点编号", "建筑编号",
             "实施对象"),
        ),
        Column(f.NAME, "text", ("措施名称", "名称", "地点", "位置")),
        Column(
            COST,
            "number",
            ("一次性费用", "建设费用", "实施费用", "费用", "造价", "投资", "费用(元)", "费用（元）",
             "cost"),
            minimum=0,
            maximum=_YUAN_MOST,
        ),
        Column(
            UPKEEP,
            "number",
            ("每年费用", "年费用", "年运行费用", "运行费用", "维护费用", "年维护费用", "upkeep"),
            minimum=0,
            maximum=_YUAN_MOST,
        ),
        Column(YEARS, "number", ("使用年限", "年限", "寿命", "有效年限"), minimum=0.1, maximum=200),
        Column(DECIDED_BY, "text", ("决策单位", "谁来定", "决定单位", "责任单位", "审批单位")),
        Column(MUST, "choice", ("必做", "必选", "是否必做"), vocabulary="yes_no"),
        Column(EXCLUDES, "text", ("互斥措施", "互斥", "不同时实施", "排斥")),
        Column(LON, "number", ("经度", "longitude", "lng", "x"), minimum=-180, maximum=180),
        Column(LAT, "number", ("纬度", "latitude", "y"), minimum=-80, maximum=84),
        Column(CODE, "choice", ("隐患类别", "隐患类型", "隐患"), vocabulary="hazard_code"),
        Column(f.CREW_NIGHT, "count", ("夜间人数", "夜间值守人数"), minimum=0, maximum=500),
        Column(f.VEHICLE, "choice", ("车辆", "交通工具"), vocabulary="vehicle"),
        Column(f.HOST_TYPE, "choice", ("依托类型", "依托单位类型"), vocabulary="host_type"),
    ),
)  # fmt: skip
#: In which column what is wrong with the plan of a row stands, by the problem's code.
_AT: Final = {
    "plan_water_known": MEASURE_ID,
    "plan_station_known": MEASURE_ID,
    "plan_off_lanes": LON,
    "plan_water_off": LON,
    "plan_hazard_absent": CODE,
    "plan_device_unserved": KIND,
    "plan_device_large": KIND,
    "plan_gate_never_locks": KIND,
    "plan_no_steps": KIND,
}
_PLACED: Final = (MeasureKind.STATION, MeasureKind.HYDRANT)
#: Priced by piece, where only a survey knows how many: the list must say what they cost.
_COUNTED: Final = (MeasureKind.SMOKE_DETECTOR, MeasureKind.RCD, MeasureKind.SIMPLE_SPRINKLER)
_LANES: Final = (MeasureKind.LANE_OPEN, MeasureKind.NO_PARKING, MeasureKind.RAMP)


def read_measures(file: Path, town: Town) -> tuple[Measure, ...]:
    """Read the town's own list of measures.

    Parameters
    ----------
    file
        Excel or CSV, one row a measure: its kind, and what it is done to (an id of the town) or
        where (longitude and latitude, WGS-84). What it leaves open of costs and years is that of
        the rules.
    town
        Whose lanes, gates, stations and buildings it names.

    Returns
    -------
    tuple
        In the order of ids; what excludes another is excluded by it.

    Raises
    ------
    InputError
        When the file cannot be read, is empty, or its coordinates fit another datum.
    TownError
        When values are wrong, something named is not there, a measure is for what does not exist,
        or two that exclude each other must both be done; carries every problem with its row.
    """
    sheet = read_table(file, what=LAYER)
    headers = columns_found(match_headers(sheet.headers, MEASURES.columns, stated={}))
    if KIND not in headers:
        raise InputError("error.measures_columns", file=file, columns=", ".join(sheet.headers))
    frame, _, problems = load_sheet(sheet, MEASURES, stated={}, file=file.name)
    rows = frame.to_dict("records")
    if not rows:
        raise InputError("error.measures_empty", file=file)
    _check_places(file, frame, town)
    told = _Told(file.name, headers, problems)
    found = [one for row in rows if (one := _measure(town, row, headers, told)) is not None]
    whole = _both_ways(found)
    _exclusions(whole, rows, told)
    if not any(problem.severity == "error" for problem in told.problems):
        musts = plan_problems(town, merged(one.plan for one in whole if one.must))
        told.problems += [replace(p, layer=LAYER, file=file.name, column=MUST) for p in musts]
    if any(problem.severity == "error" for problem in told.problems):
        raise TownError(told.problems)
    return tuple(sorted(whole, key=lambda one: one.measure_id))


def own_first(own: Sequence[Measure], offered: Sequence[Measure]) -> tuple[Measure, ...]:
    """Return both lists as one, in the order of ids: what the town's own list has goes first.

    Parameters
    ----------
    own
        From `read_measures`.
    offered
        Of the town itself. What does the same to the same as one of its own, at whatever price,
        is left out, and so is what has the id of one or builds what one builds. A gate that gets
        a key box by one list and longer hours by the other gets one of them.
    """
    ids = {one.measure_id for one in own}
    built = {name for one in own for name in _built(one)}
    done = {(one.kind, *_of(one)) for one in own if one.target}
    left = [
        one
        for one in offered
        if one.measure_id not in ids
        and not built.intersection(_built(one))
        and (one.kind, *_of(one)) not in done
    ]
    whole = [*own, *left]
    known = {one.measure_id for one in whole}
    there = [replace(o, excludes=tuple(i for i in o.excludes if i in known)) for o in whole]
    return tuple(sorted(_both_ways(there), key=lambda one: one.measure_id))


def _of(one: Measure) -> tuple[str, ...]:
    """Return what a measure is done to: its target, and of hazards which kind is mended."""
    return (one.target, *sorted(str(entry.code) for entry in one.plan.mended))


def _built(one: Measure) -> set[str]:
    plan = one.plan
    return {s.station_id for s in plan.stations.add} | {w.water_id for w in plan.hydrants.add}


class _Told:
    """Problems of a file, each with what its header is called there."""

    def __init__(self, file: str, headers: Mapping[str, str], problems: list[Problem]) -> None:
        self.file, self.headers, self.problems = file, headers, problems

    def wrong(self, code: str, row: Mapping[str, Any], column: str, **more: str) -> None:
        header = self.headers.get(column, column)
        self.problems.append(
            Problem("error", code, LAYER, self.file, int(row[f.SOURCE_ROW]), _id(row, self.headers),
                    column, details={"header": header}, **more)  # type: ignore[arg-type]
        )  # fmt: skip

    def of_plan(self, problem: Problem, row: Mapping[str, Any], column: str) -> None:
        header = self.headers.get(column, column)
        self.problems.append(
            replace(problem, layer=LAYER, file=self.file, row=int(row[f.SOURCE_ROW]),
                    feature=_id(row, self.headers), column=column,
                    details={**problem.details, "header": header})
        )  # fmt: skip


def _id(row: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the id of a measure: its own, else kind and target, as of those that are offered."""
    if MEASURE_ID in headers:
        return str(row[MEASURE_ID])
    parts = [_text(row[name]) for name in (KIND, TARGET, CODE)]
    named = [part for part in parts if part]
    return ":".join(named if len(named) > 1 else [*named, str(row[MEASURE_ID])])


def _measure(
    town: Town, row: Mapping[str, Any], headers: Mapping[str, str], told: _Told
) -> Measure | None:
    """Return the measure of a row; None where it says too little, which is told."""
    if not _text(row[KIND]):
        return None  # told already
    kind, target = MeasureKind(row[KIND]), _text(row[TARGET])
    missing = [LON, LAT] if kind in _PLACED else [TARGET]
    if kind == MeasureKind.MENDING:
        missing.append(CODE)
    if kind in _COUNTED:
        missing.append(COST)
    lacks = [name for name in missing if not _text(row[name])]
    for name in lacks:
        code = "measure_no_cost" if name == COST else "measure_needs"
        told.wrong(code, row, name, value=str(kind))
    if set(lacks) - {COST}:
        return None
    try:
        plan = _plan(town, kind, target, row, _id(row, headers))
    except ValidationError as error:
        for problem in told_values(error, LAYER, told.file):
            told.of_plan(problem, row, TARGET)
        return None
    for problem in plan_problems(town, plan):
        told.of_plan(problem, row, _AT.get(problem.code, TARGET))
    return _with_price(town, kind, target, row, plan, _id(row, headers))


def _with_price(
    town: Town, kind: MeasureKind, target: str, row: Mapping[str, Any], plan: Plan, identity: str
) -> Measure:
    metres = 0.0
    if kind in _LANES:
        lanes = town.lanes
        own = (lanes[f.DRAWN_LANE_ID].astype(str) == target) | (lanes[f.LANE_ID] == target)
        metres = float(lanes.loc[own, f.LENGTH_M].sum())
    usual = price(town.rules.measures, kind, pieces=metres)
    own_cost = bool(_text(row[COST]))
    return Measure(
        measure_id=identity,
        kind=kind,
        target=target,
        name=_text(row[f.NAME]),
        cost_yuan=float(row[COST]) if own_cost else usual.cost_yuan,
        upkeep_yuan=float(row[UPKEEP]) if _text(row[UPKEEP]) else usual.upkeep_yuan,
        years=float(row[YEARS]) if _text(row[YEARS]) else usual.years,
        decided_by=_text(row[DECIDED_BY]) or usual.decided_by,
        source=OWN if own_cost else usual.source,
        plan=plan,
        excludes=_excluded(row),
        must=_text(row[MUST]) == "yes",
    )


def _plan(
    town: Town, kind: MeasureKind, target: str, row: Mapping[str, Any], identity: str
) -> Plan:
    known = set(town.stations[f.STATION_ID].astype(str))
    if kind == MeasureKind.E_BIKE and target in known:
        return riders(town, target, Vehicle(_text(row[f.VEHICLE]) or Vehicle.E_BIKE))
    return Plan.model_validate(_parts(town, kind, target, row, identity))


def _parts(
    town: Town, kind: MeasureKind, target: str, row: Mapping[str, Any], identity: str
) -> dict[str, Any]:
    """Return the parts of the plan of one measure."""
    place = {"lon": row[LON], "lat": row[LAT]}
    crew, vehicle, name = row[f.CREW_NIGHT], _text(row[f.VEHICLE]), _text(row[f.NAME]) or None
    night = int(town.rules.measures.night_crew.value if pd.isna(crew) else crew)
    match kind:
        case MeasureKind.STATION:
            host = _text(row[f.HOST_TYPE])
            rule = town.rules.siting.host_rule(host or None)
            station = {
                "station_id": target or identity, "name": name, **place,
                "host_type": HostType(host) if host else None,
                "vehicle": vehicle or rule.vehicle,
                "crew_day": int(rule.crew_day.value),
                "crew_night": int(rule.crew_night.value if pd.isna(crew) else crew),
            }  # fmt: skip
            return {"stations": {"add": [station]}}
        case MeasureKind.NIGHT_CREW:
            return {"stations": {"equip": [{"station_id": target, "crew_night": night}]}}
        case MeasureKind.E_BIKE:
            equip = {"station_id": target, "vehicle": "e_bike"}  # of none that is there: told
            return {"stations": {"equip": [equip]}}
        case MeasureKind.HYDRANT:
            water = {"water_id": target or identity, "name": name, **place}
            return {"hydrants": {"add": [water]}}
        case MeasureKind.MENDING:
            return {"mended": [{"building_id": target, "code": row[CODE]}]}
        case MeasureKind.INSPECTION:
            return {"inspected": [target]}
        case MeasureKind.LANE_OPEN:
            return {"lanes": {"open": [target]}}
        case MeasureKind.NO_PARKING:
            return {"lanes": {"clear": [target]}}
        case MeasureKind.RAMP:
            return {"lanes": {"ramp": [target]}}
        case MeasureKind.KEY_BOX:
            return {"gates": {"key_box": [target]}}
        case MeasureKind.GATE_HOURS:
            return {"gates": {"open": [target]}}
    return {"devices": [{"building_id": target, "device": str(kind)}]}


def _both_ways(found: Sequence[Measure]) -> list[Measure]:
    """Return the measures with exclusions both ways; of two that do the same to the same, one.

    A key box and longer hours are the same to a gate.
    """
    known = {one.measure_id for one in found}
    pairs = {(one.measure_id, other) for one in found for other in one.excludes}
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        if one.target:
            gate = one.kind in (MeasureKind.KEY_BOX, MeasureKind.GATE_HOURS)
            done = ("gate" if gate else str(one.kind), *_of(one))
            alike.setdefault(done, []).append(one.measure_id)
    pairs |= {(a, b) for ids in alike.values() for a in ids for b in ids if a != b}
    pairs |= {(other, one) for one, other in pairs if other in known}
    by_id: dict[str, list[str]] = {}
    for one_id, other in sorted(pairs):
        by_id.setdefault(one_id, []).append(other)
    return [replace(one, excludes=tuple(by_id.get(one.measure_id, ()))) for one in found]


def _exclusions(found: Sequence[Measure], rows: Sequence[Mapping[str, Any]], told: _Told) -> None:
    """Tell exclusions of what is not in the list, and of two that must both be done."""
    by_id = {one.measure_id: one for one in found}
    of_row: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        of_row.setdefault(_id(row, told.headers), row)
    for row in rows:  # of what is wrong otherwise, too
        for other in _excluded(row):
            if other not in of_row or other == _id(row, told.headers):
                told.wrong("measure_excludes_unknown", row, EXCLUDES, value=other)
    for one in found:
        for other in one.excludes:
            if other in by_id and one.must and by_id[other].must and one.measure_id < other:
                told.wrong("measure_must_both", of_row[one.measure_id], MUST, value=other)


def _excluded(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids that a row says it excludes."""
    return tuple(word for word in _BETWEEN.split(_text(row[EXCLUDES])) if word)


def _check_places(file: Path, frame: gpd.GeoDataFrame, town: Town) -> None:
    """Refuse coordinates that fit another datum than WGS-84 better."""
    placed = frame[frame[LON].notna() & frame[LAT].notna()]
    if placed.empty:
        return
    points = gpd.points_from_xy(placed[LON], placed[LAT], crs=WGS84)
    layers = {"buildings": town.buildings, "lanes": town.lanes}
    plain = {name: layer.to_crs(WGS84) for name, layer in layers.items()}
    try:
        check_datum(file, gpd.GeoDataFrame(geometry=points), plain)
    except InputError as error:
        if error.key == "error.datum_other":  # too few points to tell are checked one by one
            raise


def _text(value: object) -> str:
    return "" if is_missing(value) else str(value).strip()
