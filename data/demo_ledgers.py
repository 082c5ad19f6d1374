"""Three years of fires, hazards, inspections, devices and patrols of the demo town, as ledgers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import shapely

from ..geo.arrays import Floats, Longs, Shapes, Words
from ..geo.ledgers import Intake, LedgerFile, import_ledger, read_places
from ..geo.rules import read_config
from ..geo.words import (
    DeviceKind,
    FireCause,
    FireGrade,
    HazardCode,
    HazardSource,
    LaneState,
    Measure,
    Office,
    PartnerDept,
    SystemState,
    Tier,
    Use,
    label,
)
from . import demo_names
from .demo_buildings import Buildings
from .demo_cases import Cases, draw_cases
from .demo_cells import dates_before, misspelt, numbered, typed_dates, words
from .demo_duties import campaign_columns, notice_rows, unit_rows
from .demo_stations import Stations
from .demo_tables import Delivery

AS_OF: Final = dt.date(2026, 9, 30)
DAYS: Final = 3 * 365  # before that day
FIRES_PER_1000: Final = 0.74  # a year; risk-model.md
#: How engines truly come, on the straight line made longer: slower than the rule set assumes.
TURNOUT_S: Final = 79
DETOUR: Final = 1.4
ENGINE_M_S: Final = 4.5
MOST: Final = 9_000  # inspections in the ledger of a large town

#: File of each kind, in the order of their import.
LEDGERS: Final = {
    "warehouses": "厂房库房台账.xlsx",
    "units": "单位台账.xlsx",
    "hazards": "隐患台账.xlsx",
    "inspections": "检查记录.csv",
    "incidents": "火灾记录.xlsx",
    "devices": "技防设施.csv",
    "vulnerable": "特殊群体统计.xlsx",
    "lane-reports": "车道巡查.csv",
    "notices": "约谈通报.xlsx",
}
INDUSTRY: Final = (Use.FACTORY, Use.WAREHOUSE, Use.LOGISTICS)
SELF_BUILT: Final = (
    Use.SELF_BUILT, Use.SELF_BUILT_BUSINESS, Use.RURAL_SELF_BUILT, Use.GROUP_RENTAL,
    Use.THREE_IN_ONE,
)  # fmt: skip
#: Fires by a head, and visits in three years, against an ordinary home.
FIRE_WEIGHT: Final = {Use.THREE_IN_ONE: 4.0, Use.GROUP_RENTAL: 2.5, Use.SELF_BUILT_BUSINESS: 2.2,
                      Use.WAREHOUSE: 3.0, Use.FACTORY: 2.0, Use.SELF_BUILT: 1.6,
                      Use.RURAL_SELF_BUILT: 1.5, Use.SCHOOL: 0.2, Use.OFFICE: 0.4}  # fmt: skip
VISITS: Final = {**dict.fromkeys(INDUSTRY, 5.0), Use.THREE_IN_ONE: 4.0, Use.GROUP_RENTAL: 2.5,
                 Use.SELF_BUILT_BUSINESS: 2.0, Use.ELDER_CARE: 8.0, Use.SCHOOL: 6.0,
                 Use.MEDICAL: 6.0, Use.HOTEL: 5.0, Use.COMMERCIAL_COMPLEX: 8.0,
                 Use.RESIDENTIAL: 0.2, Use.RURAL_SELF_BUILT: 0.25}  # fmt: skip
OTHER_VISITS: Final = 0.6
SLIPS: Final = ("3月5日", "近期", "26/3/5")  # no dates, to be found by the ledger doctor
#: How fires spread over the hours of a day.
HOURS: Final = np.array([3, 3, 2, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 5, 5, 5, 5, 6, 7, 7, 6, 5, 4, 3.0])


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    """One ledger as an office keeps it: a title or groups of headings above its headers."""

    rows: pd.DataFrame
    groups: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The address of every building, and the name of its community."""

    address: Shapes
    community: Shapes


def keep_ledgers(
    delivery: Delivery, buildings: Buildings, stations: Stations, rng: np.random.Generator
) -> dict[str, LedgerSheet]:
    """Draw what happened in three years, and write it down as untidily as offices do.

    Parameters
    ----------
    delivery
        The town as delivered; ledgers name its addresses.
    buildings
        The town as it truly is; fires and hazards follow from that.
    stations
        Whose engines come to the fires.
    rng
        Source of chance.

    Returns
    -------
    dict
        By kind of ledger.
    """
    where = Where(delivery.buildings["地址"].to_numpy(dtype=object), _communities(delivery))
    names = delivery.buildings["建筑名称"].to_numpy(dtype=object)
    visited, day = _visits(buildings, rng)
    cases = draw_cases(buildings.use, visited, day, as_of=(AS_OF, DAYS), rng=rng)
    return {
        "warehouses": _warehouses(delivery, buildings, rng),
        "hazards": _hazards(cases, where, rng),
        "inspections": _inspections(visited, day, cases, delivery, where, rng),
        "incidents": _incidents(buildings, stations, where, rng),
        "devices": _devices(buildings, where, rng),
        "vulnerable": _vulnerable(buildings, where, rng),
        "lane-reports": _lane_reports(delivery, rng),
        "units": LedgerSheet(unit_rows(buildings, names, where.address, AS_OF)),
        "notices": LedgerSheet(notice_rows(cases, where.address, where.community)),
    }


def import_demo_ledgers(folder: Path) -> list[Intake]:
    """Import every ledger of a demo town; the same bytes for the same town.

    Parameters
    ----------
    folder
        Made by `weizhan.data.demo.make_demo`.

    Returns
    -------
    list
        What each import found and did.
    """
    at = dt.datetime.combine(AS_OF, dt.time(12))
    places = read_places(folder, read_config(folder))
    return [
        import_ledger(folder, LedgerFile(folder / file, kind, as_of=AS_OF), at=at, places=places)
        for kind, file in LEDGERS.items()
    ]


def _communities(delivery: Delivery) -> Shapes:
    """Return the name of the community in which each building stands."""
    middle = shapely.point_on_surface(delivery.buildings.geometry.to_numpy())
    areas = delivery.communities
    which, area = shapely.STRtree(areas.geometry.to_numpy()).query(middle, "intersects")
    names = np.full(len(middle), None, dtype=object)
    names[which] = areas["社区名称"].to_numpy(dtype=object)[area]
    return names


def _visits(buildings: Buildings, rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Return which building was inspected, how many days before the end, the earliest first."""
    expected = np.array([VISITS.get(Use(use), OTHER_VISITS) for use in buildings.use])
    expected *= min(1.0, MOST / expected.sum())
    visited = np.repeat(np.arange(len(expected)), rng.poisson(expected))
    day = rng.integers(0, DAYS, len(visited))
    order = np.argsort(-day, kind="stable")
    return visited[order], day[order]


def _partners(cases: Cases) -> Words:
    """Return the department that helps, for one case in twelve."""
    own = np.random.default_rng(len(cases.code))
    chosen = own.choice([str(d) for d in PartnerDept], len(cases.code))
    return np.where(own.random(len(chosen)) < 1 / 12, chosen, "")


def _hazards(cases: Cases, where: Where, rng: np.random.Generator) -> LedgerSheet:
    count = len(cases.building)
    major = cases.level != ""
    rows = pd.DataFrame(
        {
            "隐患编号": numbered("YH", count),
            "地址": misspelt(where.address[cases.building], rng, share=0.02),
            "所属社区": where.community[cases.building],
            "隐患类别": words("hazard_code", cases.code),
            "隐患来源": words("hazard_source", cases.source),
            "发现日期": typed_dates(cases.found, rng),
            "牵头科室": words("office", rng.choice([str(o) for o in Office], count)),
            "交办日期": typed_dates(cases.assigned, rng),
            "整改期限": typed_dates(cases.due, rng),
            "整改完成日期": typed_dates(cases.fixed, rng),
            "复查日期": typed_dates(cases.rechecked, rng),
            "销案日期": typed_dates(cases.closed, rng),
            "反弹日期": typed_dates(cases.reopened, rng),
            "整改状态": words("hazard_state", cases.state),
            "整改措施": words(
                "measure",
                np.where(np.char.startswith(cases.code, "W"),
                         rng.choice([str(m) for m in Measure], count), ""),
            ),
            "剩余宽度(米)": [
                f"{w:.1f}" if c in (HazardCode.W8, HazardCode.G2) and w > 0.8 else None
                for w, c in zip(rng.uniform(0, 3.2, count), cases.code, strict=True)
            ],
            "挂牌督办级别": words("supervision_level", cases.level),
            "挂牌日期": typed_dates(np.where(major, cases.assigned, ""), rng),
            "督办期限": typed_dates(np.where(major, cases.due, ""), rng),
            "摘牌日期": typed_dates(np.where(major, cases.closed, ""), rng),
            "回头看日期": typed_dates(cases.looked_back, rng),
            "协同部门": words("partner_dept", _partners(cases)),
            "企业自查": np.where(rng.random(count) < 0.3, "未发现", "发现"),
            "属地排查": "发现",
            "佐证材料": [f"照片{k:05d}" if there else None for k, there in
                     enumerate(rng.random(count) < 0.6, start=1)],
            "联系人": demo_names.people(rng, count),
            **campaign_columns(cases),
        }
    )  # fmt: skip
    for at, slip in enumerate(SLIPS[:count]):
        rows.loc[at * (count // len(SLIPS)), "整改期限"] = slip
    return LedgerSheet(
        rows,
        (
            ("基本情况", 3),
            ("隐患情况", 3),
            ("整改情况", 10),
            ("挂牌督办", 4),
            ("核查", 5),
            ("专项与判定", 6),
        ),
    )


def _inspections(
    visited: Longs,
    day: Longs,
    cases: Cases,
    delivery: Delivery,
    where: Where,
    rng: np.random.Generator,
) -> LedgerSheet:
    count = len(visited)
    sources = [HazardSource.TERRITORIAL_CHECK, HazardSource.GRID, HazardSource.OPEN_SECRET_CHECK,
               HazardSource.JOINT_CHECK, HazardSource.POLICE, HazardSource.LOOK_BACK]  # fmt: skip
    chosen = rng.choice([str(s) for s in sources], count, p=[0.45, 0.3, 0.08, 0.07, 0.06, 0.04])
    ids = delivery.buildings["建筑编号"].to_numpy(dtype=object)[visited]
    found = np.bincount(cases.visit[cases.visit >= 0], minlength=count)
    rows = pd.DataFrame(
        {
            "检查日期": typed_dates(dates_before(AS_OF, day), rng),
            "房屋编号": np.where(rng.random(count) < 0.5, ids, None),
            "地址": misspelt(where.address[visited], rng, share=0.01),
            "所属社区": where.community[visited],
            "检查方式": words("hazard_source", chosen),
            "检查单位": words("office", rng.choice([str(o) for o in Office], count)),
            "发现隐患数": found,
            "检查人": demo_names.people(rng, count),
        }
    )
    return LedgerSheet(rows)


def _usual_arrival_s(buildings: Buildings, stations: Stations) -> Floats:
    """Return when the nearest engine arrives in an ordinary hour."""
    engines = np.isin(stations.tier, [Tier.TOWN_BRIGADE, Tier.OFFICIAL_STATION])
    middle = shapely.get_coordinates(shapely.centroid(buildings.geometry))
    away_m = np.linalg.norm(middle[:, None] - stations.xy[engines], axis=2).min(axis=1)
    return np.asarray(TURNOUT_S + DETOUR * away_m / ENGINE_M_S)


def _incidents(
    buildings: Buildings, stations: Stations, where: Where, rng: np.random.Generator
) -> LedgerSheet:
    people = np.maximum(buildings.people_day, buildings.people_night).astype(float)
    weight = people * np.array([FIRE_WEIGHT.get(Use(use), 1.0) for use in buildings.use])
    total = FIRES_PER_1000 / 1000 * people.sum() * DAYS / 365
    burnt = np.repeat(np.arange(len(weight)), rng.poisson(total * weight / weight.sum()))
    day = np.sort(rng.integers(0, DAYS, len(burnt)))[::-1]
    burnt = rng.permutation(burnt)
    count = len(burnt)
    hour = rng.choice(24, count, p=HOURS / HOURS.sum())
    began = [
        dt.datetime.combine(AS_OF, dt.time()) - dt.timedelta(days=int(d))
        + dt.timedelta(hours=int(h), minutes=int(m))
        for d, h, m in zip(day, hour, rng.integers(0, 60, count), strict=True)
    ]  # fmt: skip
    took = _usual_arrival_s(buildings, stations)[burnt] * rng.lognormal(0, 0.3, count)
    arrived = [t + dt.timedelta(seconds=round(s)) for t, s in zip(began, took, strict=True)]
    causes = [str(c) for c in FireCause]
    share = np.array([0.31, 0.08, 0.14, 0.09, 0.12, 0.03, 0.03, 0.04, 0.03, 0.01, 0.05, 0.07])
    deaths = (rng.random(count) < 0.006).astype(int)
    rows = pd.DataFrame(
        {
            "火灾编号": numbered("HZ", count),
            "起火时间": [
                t if k % 3 else f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分"
                for k, t in enumerate(began)
            ],
            "地址": misspelt(where.address[burnt], rng, share=0.03),
            "所在社区": where.community[burnt],
            "起火场所": [
                label("use", use) if known else None
                for use, known in zip(buildings.use[burnt], rng.random(count) < 0.8, strict=True)
            ],
            "起火原因": words("fire_cause", rng.choice(causes, count, p=share / share.sum())),
            "火灾等级": label("fire_grade", FireGrade.GENERAL),
            "死亡人数": deaths,
            "受伤人数": rng.poisson(0.03, count),
            "直接财产损失(元)": np.round(rng.lognormal(8, 1.3, count), -2).astype(int),
            "到场时间": [
                t.strftime("%Y-%m-%d %H:%M:%S") if known else None
                for t, known in zip(arrived, rng.random(count) < 0.7, strict=True)
            ],
        }
    )
    return LedgerSheet(rows, (("火灾记录（模拟数据）", len(rows.columns)),))


def _warehouses(delivery: Delivery, buildings: Buildings, rng: np.random.Generator) -> LedgerSheet:
    at = np.flatnonzero(np.isin(buildings.use, INDUSTRY))
    count = len(at)
    table = delivery.buildings.iloc[at]
    rows = pd.DataFrame(
        {
            "单位编号": numbered("CF", count),
            "单位名称": table["建筑名称"].to_numpy(dtype=object),
            "地址": table["地址"].to_numpy(dtype=object),
            "使用性质": words("use", buildings.use[at]),
            "火灾危险性": rng.choice(["丙类", "丁类", "戊类"], count, p=[0.5, 0.3, 0.2]),
            "承租单位数": rng.choice([1, 1, 2, 3, 5], count),
            "从业人数": buildings.people_day[at],
            "漏电保护装置": np.where(rng.random(count) < 0.6, "有", "无"),
            "简易喷淋": np.where(rng.random(count) < 0.3, "有", "无"),
        }
    )
    for code in (code for code in HazardCode if code.startswith("W")):
        rows[label("hazard_code", code)] = np.where(rng.random(count) < 0.08, "√", "×")
    rows["重点单位"], rows["演练日期"] = _drills(count)
    rows["负责人"] = demo_names.people(rng, count)
    rows["联系电话"] = [f"0{n:010d}" for n in rng.integers(0, 10**9, count)]
    checked = dates_before(AS_OF, rng.integers(0, 365, count))
    rows["检查日期"] = pd.Series(typed_dates(checked, rng), dtype=object)
    return LedgerSheet(rows, (("单位情况", 7), ("技防", 2), ("九类突出问题", 9), ("责任", 5)))


def _drills(count: int) -> tuple[list[str], list[str | None]]:
    """Return which units are key ones, and the day of each one's last drill where it is told."""
    own = np.random.default_rng([count, 3])
    key = np.where(own.random(count) < 0.15, "是", "否").tolist()
    ago, told = own.integers(5, 700, count), own.random(count) < 0.6
    days = [
        (AS_OF - dt.timedelta(days=int(d))).isoformat() if t else None
        for d, t in zip(ago, told, strict=True)
    ]
    return key, days


def _networked(buildings: Buildings, where: Where) -> pd.DataFrame:
    """Return sensors on line: water, gas, cameras on lanes, at houses of many people."""
    own = np.random.default_rng([len(buildings.use), 4])
    at = np.argsort(-buildings.people_day.astype(float), kind="stable")[: len(buildings.use) // 25]
    kinds = [DeviceKind.REMOTE_MONITORING, DeviceKind.WATER_LEVEL, DeviceKind.WATER_PRESSURE,
             DeviceKind.GAS_DETECTOR, DeviceKind.LANE_CAMERA]  # fmt: skip
    number = own.integers(1, 4, len(at))
    states = [SystemState.GOOD, SystemState.FAULT, SystemState.OFF]
    return pd.DataFrame(
        {
            "地址": where.address[at],
            "社区": where.community[at],
            "设备类型": words("device_kind", own.choice([str(k) for k in kinds], len(at))),
            "安装数量": number,
            "应装数量": number,
            "设备状态": words("system_state", own.choice([str(s) for s in states], len(at),
                                                     p=[0.86, 0.09, 0.05])),
        }
    )  # fmt: skip


def _devices(buildings: Buildings, where: Where, rng: np.random.Generator) -> LedgerSheet:
    at = np.flatnonzero(np.isin(buildings.use, SELF_BUILT))
    at = at[rng.random(len(at)) < 0.25]
    kinds = [DeviceKind.SMOKE_DETECTOR, DeviceKind.RCD, DeviceKind.SIMPLE_SPRINKLER]
    kind = rng.choice([str(k) for k in kinds], len(at), p=[0.7, 0.2, 0.1])
    need = np.maximum(buildings.floors[at], 1)
    states = [SystemState.GOOD, SystemState.FAULT, SystemState.OFF]
    rows = pd.DataFrame(
        {
            "地址": where.address[at],
            "社区": where.community[at],
            "设备类型": words("device_kind", kind),
            "安装数量": rng.binomial(need, 0.7),
            "应装数量": need,
            "设备状态": words("system_state", rng.choice([str(s) for s in states], len(at),
                                                     p=[0.9, 0.07, 0.03])),
            "安装日期": typed_dates(dates_before(AS_OF, rng.integers(0, DAYS, len(at))), rng),
        }
    )  # fmt: skip
    return LedgerSheet(pd.concat([rows, _networked(buildings, where)], ignore_index=True))


def _vulnerable(buildings: Buildings, where: Where, rng: np.random.Generator) -> LedgerSheet:
    at = np.flatnonzero((buildings.elders > 0) & (buildings.people_night > 0))
    at = at[rng.random(len(at)) < 0.4]
    elders = rng.binomial(buildings.elders[at], 0.3)
    rows = pd.DataFrame(
        {
            "地址": where.address[at],
            "社区": where.community[at],
            "户数": np.maximum(elders, 1),
            "空巢老人": elders,
            "留守儿童": rng.binomial(buildings.children[at], 0.1),
            "老弱病残": rng.binomial(np.maximum(elders, 1), 0.2),
            "“一对一”帮扶户数": rng.binomial(np.maximum(elders, 1), 0.5),
            "已装感烟探测器户数": rng.binomial(np.maximum(elders, 1), 0.35),
            "统计日期": "2026年6月30日",
        }
    )
    return LedgerSheet(rows, (("特殊群体统计（只记数量）", len(rows.columns)),))


def _lane_reports(delivery: Delivery, rng: np.random.Generator) -> LedgerSheet:
    lanes = delivery.lanes
    at = rng.permutation(len(lanes))[: max(len(lanes) // 12, 12)]
    day = np.sort(rng.integers(0, 120, len(at)))[::-1]
    middle = shapely.line_interpolate_point(lanes.geometry.to_numpy()[at], 0.5, normalized=True)
    known = rng.random(len(at)) < 0.6
    states = [LaneState.BLOCKED, LaneState.NARROWED, LaneState.CLEAR]
    state = rng.choice([str(s) for s in states], len(at), p=[0.3, 0.4, 0.3])
    seen = [
        dt.datetime.combine(AS_OF, dt.time(int(h))) - dt.timedelta(days=int(d))
        for d, h in zip(day, rng.integers(7, 23, len(at)), strict=True)
    ]
    rows = pd.DataFrame(
        {
            "记录编号": numbered("XC", len(at)),
            "车道编号": np.where(known, lanes["道路编号"].to_numpy(dtype=object)[at], None),
            "经度": [f"{x:.6f}" if not k else None for x, k in
                   zip(shapely.get_x(middle), known, strict=True)],
            "纬度": [f"{y:.6f}" if not k else None for y, k in
                   zip(shapely.get_y(middle), known, strict=True)],
            "通行状态": words("lane_state", state),
            "剩余宽度(米)": [
                f"{w:.1f}" if s == LaneState.NARROWED else None
                for w, s in zip(rng.uniform(1.2, 3.6, len(at)), state, strict=True)
            ],
            "巡查时间": [t.strftime("%Y-%m-%d %H:%M") for t in seen],
            "有效期至": [
                f"{t + dt.timedelta(days=14):%Y-%m-%d}" if s == LaneState.BLOCKED else None
                for t, s in zip(seen, state, strict=True)
            ],
            "来源": words("hazard_source", rng.choice(
                [str(HazardSource.GRID), str(HazardSource.WHISTLE)], len(at), p=[0.8, 0.2])),
            "巡查人": demo_names.people(rng, len(at)),
        }
    )  # fmt: skip
    return LedgerSheet(rows)
