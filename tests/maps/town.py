"""A made-up town with everything that an assessment may tell, and spoilt texts."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from weizhan.coverage.places import Places
from weizhan.geo.ground import Hillshade

CRS = "EPSG:32649"
X0, Y0 = 500_000.0, 2_550_000.0
TIERS = {"micro": 180.0, "brigade": 300.0}
NAMES = ("河口社区", "老街社区", "新圩村", "南门社区")


def frame(rows: list[dict[str, Any]], columns: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    if not rows:
        return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=CRS)
    return gpd.GeoDataFrame(rows, crs=CRS)


def certainty(buildings: gpd.GeoDataFrame, rng: np.random.Generator) -> None:
    """Add what is known beyond the times: chances, depth, main limit, top floor."""
    for tier, standard_s in TIERS.items():
        times = buildings[f"{tier}_response_time_s"]
        known = buildings[f"{tier}_cover"] != "unknown"
        chance = 1 / (1 + np.exp((times.fillna(9999) - standard_s) / standard_s * 6))
        buildings[f"{tier}_arrival_probability"] = chance.where(known)
        drop = rng.uniform(0.6, 1, len(buildings))
        buildings[f"{tier}_lane_probability"] = (chance * drop).where(known)
        buildings[f"{tier}_depth"] = np.floor(chance * 3.9).where(known).astype("Int64")
        limits = rng.choice(["", "width", "slope", "steps", "blockage"], len(buildings))
        buildings[f"{tier}_main_limit"] = limits
        cost = rng.uniform(5, 90, len(buildings))
        buildings[f"{tier}_limit_cost_s"] = np.where(limits == "", np.nan, cost)
        buildings[f"{tier}_top_floor_s"] = times + 12 * buildings["floors"]


def losses(lanes: gpd.GeoDataFrame) -> None:
    """Add the state of the lanes and what their closure costs."""
    n = len(lanes)
    at = np.arange(n)
    lanes["state"] = np.array(["blocked", "narrowed", "clear", "unknown"])[at % 4]
    dates = np.array(["2025-03-02", "2025-05-20", None], dtype=object)[at % 3]
    lanes["state_observed_on"] = np.where(lanes["state"] == "unknown", None, dates)
    lanes["remaining_width_m"] = np.where(lanes["state"] == "narrowed", 1.8, np.nan)
    lanes["blocked_probability"] = np.where(at % 7 == 6, np.nan, (at % 5 + 1) / 8)
    for tier, more in {"micro": 7, "brigade": 11}.items():
        lost = np.where(at % 6 == 5, np.nan, at * more % 70).astype(float)
        lanes[f"{tier}_lost_buildings"] = lost
        lanes[f"{tier}_lost_people"] = lost * 2.5
        lanes[f"{tier}_lost_vulnerable"] = np.where(at % 2, lost // 6, np.nan)
        lanes[f"{tier}_added_s"] = lost * 41.5
        lanes[f"{tier}_unreached"] = lost // 20
    score = lanes["micro_lost_buildings"] * lanes["blocked_probability"]
    lanes["keep_clear_score"] = score
    lanes["keep_clear_rank"] = score.rank(ascending=False, method="first")
    gain = lanes["fire_engine_limit"].isin(["width"]) * (at % 9 + 1.0)
    lanes["opening_gain_buildings"] = gain.where(gain > 0)
    lanes["opening_gain_rank"] = lanes["opening_gain_buildings"].rank(
        ascending=False, method="first"
    )


def service_areas(reach: float) -> gpd.GeoDataFrame:
    """Return areas of both tiers and of each station, with a hole in the first."""
    hole = box(X0 + reach * 0.4, Y0 + reach * 0.4, X0 + reach * 0.5, Y0 + reach * 0.5)
    rows = []
    for tier, wide in (("micro", 0.6), ("brigade", 0.9)):
        whole = box(X0, Y0, X0 + wide * reach, Y0 + wide * reach).difference(hole)
        rows.append({"tier": tier, "station_id": None, "geometry": MultiPolygon([whole])})
        for k in (1, 2):
            part = Point(X0 + reach * k / 3, Y0 + reach * k / 3).buffer(reach * wide / 3)
            rows.append(
                {"tier": tier, "station_id": f"S-{tier}-{k}", "geometry": MultiPolygon([part])}
            )
    return frame(rows)


def findings() -> pd.DataFrame:
    rows = [("lane", "L2", "width", 2.4, "certain"), ("lane", "L3", "width", np.nan, "unknown"),
            ("building", "B000040", "wall_gap", 3.2, "likely")]  # fmt: skip
    columns = ["subject", "id", "check", "measured", "certainty"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(clause="GB 50016-2014 7.1.8", limit=4.0, unit="m")


def coverage(covers: pd.Series, standard_s: float, people: pd.Series) -> dict[str, Any]:
    known = covers[covers != "unknown"]
    yes = known.isin(["covered", "likely"])
    counted = people[known.index].fillna(0).astype(float)

    def part(codes: list[str]) -> float | None:
        return float(known.isin(codes).mean()) if len(known) else None

    return {
        "standard_s": standard_s,
        "buildings": len(covers),
        "known_buildings": len(known),
        "covered_buildings": int(yes.sum()),
        "covered_buildings_low": int((known == "covered").sum()),
        "covered_buildings_high": int(known.isin(["covered", "likely", "doubtful"]).sum()),
        "share_buildings": part(["covered", "likely"]),
        "share_buildings_low": part(["covered"]),
        "share_buildings_high": part(["covered", "likely", "doubtful"]),
        "people": int(counted.sum()),
        "known_people": int(counted.sum()),
        "covered_people": int(counted[yes].sum()),
        "late_people": int(counted[~yes].sum()),
        "late_people_low": int(counted[known == "uncovered"].sum()),
        "late_people_high": int(counted[known != "covered"].sum()),
        "share_people": float(counted[yes].sum() / counted.sum()) if counted.sum() else None,
        "people_unknown_buildings": int(people.isna().sum()),
        "stations": 2,
    }


def no_places() -> Places:
    def none(*names: str) -> gpd.GeoDataFrame:
        return frame([], names)

    estates = none("estate_id", "name", "year_built", "property_manager", "three_none",
                   "old_estate", "community_id", "buildings", "red_buildings")  # fmt: skip
    offices = none("office_id", "name", "elements_missing", "elements_unknown", "community_id")
    devices = none("building_id", "device", "installed", "failing")
    areas = none("key", "code", "state", "area_id")
    return Places(estates, offices, none("grid_id", "name", "community_id"), devices, areas,
                  pd.DataFrame(), pd.Series(dtype=object))  # fmt: skip


@dataclasses.dataclass(frozen=True)
class MadeUp:
    """Tables as an `Assessment` has them, but made up: pages show what they are given."""

    town: str
    scenario: str
    scenario_label: Mapping[str, str]
    rules: str
    simulated: bool
    date: str
    buildings: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    findings: pd.DataFrame
    tiers: Mapping[str, float]
    summary: Mapping[str, Any]
    provenance: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)

    places: Places = dataclasses.field(default_factory=lambda: no_places())
    report_to: str = ""
    hills: Hillshade | None = None
    crossings: gpd.GeoDataFrame = dataclasses.field(default_factory=lambda: no_crossings())

    @property
    def calibrated(self) -> bool:
        return bool(self.summary.get("risk", {}).get("calibrated", True))

    def replaced(self, **attributes: Any) -> MadeUp:
        made = copy.copy(self)
        made.__dict__.update(attributes)
        return made


def no_crossings() -> gpd.GeoDataFrame:
    """Return what an assessment says of crossings where there are none."""
    return gpd.GeoDataFrame({"lanes": [], "connected": []}, geometry=[], crs=CRS)


def make_assessment(side: int = 12, *, seed: int = 1, **changes: Any) -> MadeUp:
    """Return a town of four communities with ``side`` × ``side`` buildings."""
    rng = np.random.default_rng(seed)
    n, pitch = side * side, 22.0
    column, row = np.arange(n) % side, np.arange(n) // side
    east, north = X0 + column * pitch + 3, Y0 + row * pitch + 3
    shapes = shapely.box(
        east, north, east + rng.uniform(9, 16, n), north + rng.uniform(9, 16, n)
    ).astype(object)
    shapes[0] = Polygon(
        box(east[0], north[0], east[0] + 16, north[0] + 16).exterior.coords,
        [box(east[0] + 5, north[0] + 5, east[0] + 11, north[0] + 11).exterior.coords],
    )
    shapes[1] = MultiPolygon(
        [
            box(east[1], north[1], east[1] + 6, north[1] + 14),
            box(east[1] + 9, north[1], east[1] + 15, north[1] + 14),
        ]
    )
    middle = side / 2
    quarter = (column >= middle).astype(int) + 2 * (row >= middle).astype(int)
    buildings = gpd.GeoDataFrame(
        {
            "building_id": [f"B{i:06d}" for i in range(n)],
            "name": pd.array(
                [f"{NAMES[q]}{i}号楼" if i % 3 else None for i, q in enumerate(quarter)],
                dtype="string",
            ),
            "address": [f"解放路{i}号" if i % 4 else None for i in range(n)],
            "use": rng.choice(
                ["residential", "self_built", "factory", "hotel", "school", "office", None], n
            ),
            "floors": np.where(rng.random(n) < 0.8, rng.integers(1, 9, n), np.nan),
            "community_id": [f"C{q + 1}" for q in quarter],
            "people": pd.array(rng.integers(0, 60, n), dtype="Int64"),
            "attached_lane_id": [f"L{r}" for r in row],
            "lane_position": rng.random(n),
            "access_m": rng.uniform(1, 25, n),
        },
        geometry=list(shapes),
        crs=CRS,
    )
    buildings.loc[3::11, "people"] = pd.NA
    loose = np.arange(n) % 37 == 36
    buildings.loc[loose, "attached_lane_id"] = None
    reach = side * pitch
    for tier, standard_s in TIERS.items():
        far = np.hypot(east - X0 - reach / 3, north - Y0 - reach / 3) / reach
        typical = 40 + far * 2.1 * standard_s
        low, high = typical * 0.75, typical * 1.5
        never = (np.arange(n) % 29 == 28) & ~loose
        cover = np.select(
            [loose, never, high <= standard_s, typical <= standard_s, low <= standard_s],
            ["unknown", "uncovered", "covered", "likely", "doubtful"],
            "uncovered",
        )
        typical[loose | never] = low[loose | never] = high[loose | never] = np.nan
        high[far > 0.9] = np.nan
        buildings[f"{tier}_response_time_s"] = typical
        buildings[f"{tier}_response_time_low_s"] = low
        buildings[f"{tier}_response_time_high_s"] = high
        buildings[f"{tier}_station_id"] = np.where(np.isnan(typical), None, f"S-{tier}-1")
        buildings[f"{tier}_second_station_id"] = np.where(np.isnan(typical), None, f"S-{tier}-2")
        buildings[f"{tier}_second_response_time_s"] = typical + 65.2
        buildings[f"{tier}_cover"] = cover
    certainty(buildings, rng)
    lanes = frame(
        [
            {
                "lane_id": f"L{r}",
                "name": None if r % 3 else f"横{r}巷",
                "lane_class": ["tertiary", "residential", "alley", "alley", "footway"][r % 5],
                "width_m": [9.0, 5.5, 2.4, np.nan, 1.2][r % 5],
                "height_limit_m": 2.5 if r == 4 else np.nan,
                "slope_pct": 3.0,
                "step_count": 12 if r % 5 == 4 else 0,
                "oneway": "both",
                "component": 0,
                "foot_limit": "",
                "foot_limit_certain": True,
                "e_bike_limit": "steps" if r % 5 == 4 else "",
                "e_bike_limit_certain": True,
                "fire_engine_limit": "width" if r % 5 in (2, 3, 4) else "",
                "fire_engine_limit_certain": r % 5 != 3,
                "geometry": LineString([(X0 - 4, Y0 + r * pitch), (X0 + reach, Y0 + r * pitch)]),
            }
            for r in range(side)
        ]
        + [
            {
                "lane_id": "main",
                "name": "解放路",
                "lane_class": "primary",
                "width_m": 18.0,
                "foot_limit": "",
                "geometry": LineString([(X0 - 4, Y0), (X0 - 4, Y0 + reach)]),
            }
        ]
    )
    losses(lanes)
    stations = frame(
        [
            {
                "station_id": f"S-{tier}-{k}",
                "name": f"{NAMES[k]}{'微型消防站' if tier == 'micro' else '专职队'}",
                "tier": "micro_station" if tier == "micro" else "town_brigade",
                "host_type": "residents_committee",
                "vehicle": "e_bike" if tier == "micro" else "fire_engine",
                "crew_day": 4,
                "crew_night": None if k == 2 else 2,
                "turnout_s": 60,
                "community_id": f"C{k}",
                "on_duty": k == 1,
                "geometry": Point(X0 + reach * k / 3.05, Y0 + reach * (k + (tier == "micro")) / 4),
            }
            for tier in TIERS
            for k in (1, 2)
        ]
    )
    half = middle * pitch
    communities = frame(
        [
            {
                "community_id": f"C{q + 1}",
                "name": NAMES[q],
                "people": [3650, 12, 3, None][q],
                "geometry": box(
                    X0 + (q % 2) * half,
                    Y0 + (q // 2) * half,
                    X0 + (q % 2 + 1) * half,
                    Y0 + (q // 2 + 1) * half,
                ),
            }
            for q in range(4)
        ]
    )
    barriers = frame(
        [
            {
                "barrier_id": f"Z{k}",
                "name": None,
                "kind": ["bollard", "lift_gate", None][k],
                "width_m": 1.4,
                "height_limit_m": np.nan,
                "open_hours": "06:00-22:00",
                "geometry": Point(X0 + k * 60 + 12, Y0 + pitch * 3),
            }
            for k in range(3)
        ]
    )
    water = frame(
        [
            {
                "water_id": f"W{k}",
                "name": f"{k}号栓",
                "kind": "hydrant",
                "flow_l_s": 10.0,
                "geometry": Point(X0 + k * 44, Y0 + pitch * (k + 1)),
            }
            for k in range(4)
        ]
        + [{"water_id": "W9", "kind": "pond", "geometry": Point(X0 + 90, Y0 + 90).buffer(15)}]
    )
    summary = {
        "town": "河口镇",
        "scenario": "工作日夜间",
        "rules": "默认规则",
        "counts": {
            "buildings": n,
            "lanes": len(lanes),
            "stations": len(stations),
            "communities": 4,
            "unattached_buildings": int(loose.sum()),
            "repaired": 0,
        },
        "coverage": {
            tier: coverage(buildings[f"{tier}_cover"], standard_s, buildings["people"])
            for tier, standard_s in TIERS.items()
        },
        "communities": [
            {
                "community_id": community,
                "name": NAMES[q],
                "coverage": {
                    tier: coverage(part[f"{tier}_cover"], standard_s, part["people"])
                    for tier, standard_s in TIERS.items()
                },
            }
            for q, (community, part) in enumerate(buildings.groupby("community_id"))
        ],
        "unknown": {"buildings.use": int(buildings["use"].isna().sum()), "lanes.width_m": 3},
        "timings_s": {},
        "notes": [{"zh": "未核实的巷道宽度按等级推定。", "en": "Widths assumed by class."}],
        "problems": [{"zh": "提醒：车道网分为两个部分", "en": "warning: two parts"}],
    }
    made = MadeUp(
        town="河口镇",
        scenario="weekday_night",
        scenario_label={"zh": "工作日夜间", "en": "Weekday night"},
        rules="默认规则（2025-01-01）",
        simulated=True,
        date="2025-06-01",
        buildings=buildings,
        lanes=lanes,
        stations=stations,
        communities=communities,
        barriers=barriers,
        water=water,
        tiers=TIERS,
        summary=summary,
        areas=service_areas(reach),
        findings=findings(),
    )
    return dataclasses.replace(made, **changes)


HOSTILE = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "`;window.pwned=1;`",
    "${window.pwned=1}",
    "</script><script>window.pwned=1</script>",
    "{{ 7*7 }}{% raw %}{# x",
    "{count}{zh}",
    "\u202egnihtemos\u2066",
    "\"'&\\\u2028\x00",
    "长" * 10_000,
    "=cmd|' /C calc'!A0",
    "\ud800",
    "__proto__",
    "javascript:window.pwned=1",
]


def spoil(frame: Any, payload: str, keep: tuple[str, ...] = ()) -> Any:
    """Every column of text holds the payload; ids stay different."""
    spoilt = frame.copy()
    for name in frame.columns.difference(["geometry", *keep]):
        if frame[name].dtype == object or str(frame[name].dtype) in {"str", "string"}:
            spoilt[name] = payload
    return spoilt
