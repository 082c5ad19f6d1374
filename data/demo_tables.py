"""The demo town as tables, with the headers and the gaps that real towns deliver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ..geo.arrays import Flags, Floats, Longs, Shapes, Words
from ..geo.ground import from_wgs84
from ..geo.words import BarrierKind, LaneClass, Use, label
from . import demo_names
from .demo_buildings import Buildings
from .demo_named import community_work, draw_estates, draw_offices
from .demo_places import Places
from .demo_plan import Frame
from .demo_stations import Stations, Water
from .demo_streets import Streets
from .demo_terrain import to_degrees

NAMED_BARRIERS = (BarrierKind.GATE, BarrierKind.LIFT_GATE)
MAP_CRS = "EPSG:4490"  # CGCS2000, as town maps come
GPS_CRS = "EPSG:4326"

TEXT_NUMBERS = 0.2  # share of ledger numbers that somebody typed as text
BLANK_ROWS = 0.004  # share of ledger rows after which one was left blank
ALLEY_NAMED, RESIDENTIAL_NAMED = 0.5, 0.8
FIRST_CHECK, CHECK_DAYS = "2025-01-06", 420
FIRM_ENDINGS = {
    Use.FACTORY: ("机械厂", "包装厂", "电子厂", "家具厂", "制衣厂"),
    Use.WAREHOUSE: ("仓储", "冷链库", "建材仓库"),
    Use.LOGISTICS: ("物流园", "快运分拨点"),
    Use.RECYCLING: ("废旧物资回收站",),
    Use.COMMERCIAL_COMPLEX: ("广场", "天地"),
    Use.HOTEL: ("酒店", "宾馆"),
    Use.MEDICAL: ("医院", "卫生服务中心"),
    Use.ELDER_CARE: ("养老院", "颐养中心"),
    Use.SCHOOL: ("小学", "中学", "职业学校"),
    Use.CHILDCARE: ("托育园",),
    Use.OFFICE: ("大厦", "办公楼"),
    Use.ENERGY_STORAGE: ("储能电站",),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Every table of the town, with Chinese headers; ``ledger`` and ``stations`` are plain."""

    communities: gpd.GeoDataFrame
    estates: gpd.GeoDataFrame
    offices: pd.DataFrame
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    ledger: pd.DataFrame
    stations: pd.DataFrame
    water: gpd.GeoDataFrame


def tabulate(
    frame: Frame,
    streets: Streets,
    places: Places,
    buildings: Buildings,
    stations: Stations,
    water: Water,
    rng: np.random.Generator,
) -> Delivery:
    """Write the town down as its offices would."""
    zones: list[str] = frame.zones.ravel().tolist()
    building_id = _ids("YL", len(buildings.use), 6)
    address = _addresses(streets, places, buildings)
    lane_id = _ids("L", len(streets.kind), 6)
    people = np.bincount(
        places.community[buildings.block],
        buildings.people_night,
        minlength=len(places.community_name),
    )
    community_id = np.array(_ids("C", len(places.community_name), 3))
    return Delivery(
        communities=_layer(
            {
                "社区编号": community_id,
                "社区名称": places.community_name,
                "人口": people.astype(np.int64),
                **community_work(people),
            },
            places.community_geometry,
        ),
        estates=_layer(*draw_estates(zones, places, buildings)),
        offices=draw_offices(places),
        grids=_layer(
            {
                "网格编号": _ids("W", len(places.grid_name), 4),
                "网格名称": places.grid_name,
                "社区编号": community_id[places.community],
            },
            places.grid_geometry,
        ),
        buildings=_buildings(places, buildings, zones, building_id, address, rng),
        lanes=_lanes(streets, places, lane_id, rng),
        barriers=_layer(
            {
                "障碍编号": _ids("Z", len(streets.barrier_kind), 5),
                "名称": [
                    f"{places.block_name[streets.block[lane]]}出入口"
                    if kind in NAMED_BARRIERS
                    else None
                    for lane, kind in zip(streets.barrier_lane, streets.barrier_kind, strict=True)
                ],
                "类型": _labels("barrier_kind", streets.barrier_kind),
                "净宽": streets.barrier_width_m,
                "开放时间": _or_none(streets.barrier_hours, streets.barrier_hours != ""),
            },
            streets.barrier_point,
        ),
        ledger=_ledger(buildings, building_id, address, rng),
        stations=_stations(places, buildings, stations, address),
        water=_layer(
            {
                "水源编号": _ids("S", len(water.kind), 5),
                "类型": _labels("water_kind", np.array([kind.value for kind in water.kind])),
                "流量": water.flow_l_s,
                "状态": [
                    None if s is None else label("system_state", s, "zh") for s in water.state
                ],
            },
            np.asarray(shapely.points(water.degrees)),
            crs=GPS_CRS,
        ),
    )


def _buildings(
    places: Places,
    buildings: Buildings,
    zones: list[str],
    building_id: list[str],
    address: list[str],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the map's buildings; those of the ledger have no use and no people here."""
    named = buildings.knows_use & ~buildings.in_ledger
    counted = buildings.knows_people & ~buildings.in_ledger
    ring = to_degrees(shapely.get_coordinates(buildings.geometry)).reshape(-1, 5, 2)
    return _layer(
        {
            "建筑编号": building_id,
            "建筑名称": _building_names(places, buildings, zones, rng),
            "地址": address,
            "用途": _or_none(_labels("use", buildings.use), named),
            "层数": np.where(buildings.knows_floors, buildings.floors, np.nan),
            "建筑高度": np.where(buildings.knows_height, buildings.height_m, np.nan),
            "白天人数": np.where(counted, buildings.people_day, np.nan),
            "夜间人数": np.where(counted, buildings.people_night, np.nan),
            "老人数": np.where(counted, buildings.elders, np.nan),
            "儿童数": np.where(counted, buildings.children, np.nan),
        },
        np.asarray(shapely.polygons(ring)),
    )


def _building_names(
    places: Places, buildings: Buildings, zones: list[str], rng: np.random.Generator
) -> Shapes:
    """Name estates' houses by number, firms by trade; most others have no name."""
    names = np.full(len(buildings.use), None, dtype=object)
    for use, endings in FIRM_ENDINGS.items():
        chosen = np.flatnonzero(buildings.use == use)
        place = demo_names.places(rng, min(len(chosen), 340))
        for k, index in enumerate(chosen.tolist()):
            names[index] = place[k % len(place)] + endings[int(rng.integers(len(endings)))]
    number: dict[int, int] = {}
    homes = np.isin(buildings.use, (Use.RESIDENTIAL, Use.HIGH_RISE))
    for index in np.flatnonzero(homes).tolist():
        block = int(buildings.block[index])
        if zones[block] == "estate":
            number[block] = number.get(block, 0) + 1
            names[index] = f"{places.block_name[block]}{number[block]}栋"
    for index in np.flatnonzero(buildings.use == Use.COMMUNITY_SERVICE).tolist():
        community = places.community[buildings.block[index]]
        ending = "便民服务中心" if "rural" in zones else "居民委员会"
        names[index] = places.community_name[community] + ending
    return names


def _lanes(
    streets: Streets, places: Places, lane_id: list[str], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return the lanes; main roads are named, half of the alleys too."""
    count = len(streets.kind)
    chance = rng.random(count)
    number = rng.integers(1, 40, count)
    named = (np.isin(streets.kind, (LaneClass.ALLEY, LaneClass.STEPS)) & (chance < ALLEY_NAMED)) | (
        (streets.kind == LaneClass.RESIDENTIAL) & (chance < RESIDENTIAL_NAMED)
    )
    names: list[str | None] = []
    for k in range(count):
        if streets.road[k] >= 0:
            names.append(places.road_name[streets.road[k]])
        elif named[k]:
            ending = {LaneClass.STEPS: "梯坎", LaneClass.ALLEY: "巷"}.get(
                LaneClass(streets.kind[k]), "街"
            )
            names.append(f"{places.block_name[streets.block[k]]}{number[k]}号{ending}")
        else:
            names.append(None)
    return _layer(
        {
            "道路编号": lane_id,
            "道路名称": names,
            "道路等级": _labels("lane_class", streets.kind),
            "宽度": streets.width_m,
            "限高": streets.height_limit_m,
            "坡度": streets.slope_pct,
            "台阶数": streets.step_count,
            "通行方向": _labels("oneway", streets.oneway),
            "路面": streets.surface,
            "限速": streets.max_speed_kmh,
            "层": np.where(streets.bridge, 1, 0),
        },
        streets.degrees,
    )


def _ledger(
    buildings: Buildings, building_id: list[str], address: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the ledger of self-built houses, cell by cell as somebody typed it."""
    rows = np.flatnonzero(buildings.in_ledger & buildings.knows_use)
    counted = buildings.knows_people[rows]

    def typed(values: Longs, known: Flags) -> Shapes:
        cells = values[rows].astype(object)
        as_text = rng.random(len(rows)) < TEXT_NUMBERS
        cells[as_text] = cells[as_text].astype(str)
        return _or_none(cells, known)

    first = np.datetime64(FIRST_CHECK)
    checked = first + rng.integers(0, CHECK_DAYS, len(rows)).astype("timedelta64[D]")
    ledger = pd.DataFrame(
        {
            "房屋编号": np.array(building_id, dtype=object)[rows],
            "户主": demo_names.people(rng, len(rows)),
            "地址": np.array(address, dtype=object)[rows],
            "使用性质": _labels("use", buildings.use)[rows],
            "层数": typed(buildings.floors, buildings.knows_floors[rows]),
            "白天人数": typed(buildings.people_day, counted),
            "夜间人数": typed(buildings.people_night, counted),
            "老人数": typed(buildings.elders, counted),
            "儿童数": typed(buildings.children, counted),
            "检查日期": _or_none(checked.astype(str), rng.random(len(rows)) < 0.8),
        },
        dtype=object,
    )
    blank = np.flatnonzero(rng.random(len(rows)) < BLANK_ROWS) + 0.5
    spaced = ledger.reindex(np.sort(np.concatenate([np.arange(len(rows)), blank])))
    return spaced.astype(object).where(spaced.notna(), None)


def _stations(
    places: Places, buildings: Buildings, stations: Stations, address: list[str]
) -> pd.DataFrame:
    """Return the stations as plotted on a web map, in GCJ-02."""
    degrees = to_degrees(stations.xy)
    lon, lat = from_wgs84(degrees[:, 0], degrees[:, 1], "gcj02")
    names = []
    for tier, building in zip(stations.tier, stations.building, strict=True):
        block = int(buildings.block[building])
        place = places.block_name[block]
        if buildings.use[building] == Use.COMMUNITY_SERVICE:
            place = places.community_name[places.community[block]]
        names.append(place + label("tier", tier))
    return pd.DataFrame(
        {
            "站点编号": _ids("X", len(names), 3),
            "站点名称": names,
            "级别": [label("tier", tier) for tier in stations.tier],
            "建站主体": [label("host_type", host) if host else "" for host in stations.host],
            "车辆": [label("vehicle", vehicle) for vehicle in stations.vehicle],
            "白班人数": stations.crew_day,
            "夜班人数": ["" if crew is None else crew for crew in stations.crew_night],
            "出动时间(秒)": ["" if time is None else time for time in stations.turnout_s],
            "地址": [address[building] for building in stations.building],
            "经度": [f"{value:.6f}" for value in lon],
            "纬度": [f"{value:.6f}" for value in lat],
        }
    )


def _addresses(streets: Streets, places: Places, buildings: Buildings) -> list[str]:
    """Return the address of each house, numbered along its road or in its quarter."""
    road, block = streets.road[buildings.lane], streets.block[buildings.lane]
    on_road = np.where(road >= 0, road, len(places.road_name) + block)
    order = np.argsort(on_road, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    begins = np.searchsorted(on_road[order], on_road[order])
    number[order] = np.arange(len(order)) - begins + 1
    return [
        f"{places.road_name[r] if r >= 0 else places.block_name[b]}{n}号"
        for r, b, n in zip(road, block, number, strict=True)
    ]


def _layer(
    columns: dict[str, Sequence[object] | NDArray[np.generic] | Floats],
    geometry: Shapes,
    *,
    crs: str = MAP_CRS,
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def _ids(prefix: str, count: int, digits: int) -> list[str]:
    return [f"{prefix}{k:0{digits}d}" for k in range(1, count + 1)]


def _labels(vocabulary: str, codes: Words) -> Shapes:
    words = {code: label(vocabulary, code) for code in np.unique(codes).tolist()}
    return np.array([words[code] for code in codes.tolist()], dtype=object)


def _or_none(values: NDArray[np.generic], known: Flags) -> Shapes:
    cells = values.astype(object)
    cells[~known] = None
    return cells
