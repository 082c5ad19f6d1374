"""A street of which everything is known, and the same street with one thing unknown."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely
from shapely.geometry import LineString, Point, box

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.ledgers import LedgerFile, import_ledger
from weizhan.geo.words import fields as f

PLANE: Final = "EPSG:4543"  # CGCS2000, 3-degree plane of 102° E
ORIGIN: Final = (500_000.0, 3_200_000.0)
DAY: Final = "2026-09-30"

#: What may be unknown: columns by layer, or a whole layer or ledger.
COLUMNS: Final = {
    "people": ("buildings", (f.PEOPLE_DAY, f.PEOPLE_NIGHT)),
    "vulnerable": ("buildings", (f.ELDERS, f.CHILDREN)),
    "floors": ("buildings", (f.FLOORS, f.HEIGHT_M)),
    "use": ("buildings", (f.USE,)),
    "width": ("lanes", (f.WIDTH_M,)),
    "crew": ("stations", (f.CREW_DAY, f.CREW_NIGHT)),
    "flow": ("water", (f.FLOW_L_S,)),
    "residents": ("communities", (f.PEOPLE,)),
    "remaining": ("lane_reports", (f.REMAINING_WIDTH_M,)),
}
LEDGER_COLUMNS: Final = {
    "victims": ("死亡人数", "受伤人数"),
    "deadlines": ("整改期限",),
    "counted": ("发现隐患数",),
}
TIERS: Final = {"micro": "micro_station", "brigade": "official_station"}


def _rows() -> dict[str, list[dict[str, Any]]]:
    buildings = []
    for k in range(12):
        x, side = 100 + 150 * k, 1 if k % 2 else -1
        buildings.append(
            {
                f.BUILDING_ID: f"B{k + 1:02d}",
                f.NAME: f"幸福楼{k + 1}号" if k % 3 else None,
                f.ADDRESS: f"幸福路{k + 1}号",
                f.USE: ("self_built", "factory", "elder_care", "residential")[k % 4],
                f.FLOORS: 3 + k % 4,
                f.HEIGHT_M: 9 + 3 * (k % 4),
                f.PEOPLE_DAY: 20 + k,
                f.PEOPLE_NIGHT: 30 + k,
                f.ELDERS: 6 + k % 3,
                f.CHILDREN: 5,
                f.GEOMETRY: box(x, 8 * side - 5, x + 20, 8 * side + 5),
            }
        )
    lanes = [
        {f.LANE_ID: f"L{x}", f.NAME: "幸福路", f.LANE_CLASS: "residential", f.WIDTH_M: 6.0,
         f.GEOMETRY: LineString([(x, 0), (x + 330, 0)])}
        for x in range(0, 1980, 330)
    ]  # fmt: skip
    lanes.append({f.LANE_ID: "L9", f.NAME: "窄巷", f.LANE_CLASS: "footway", f.WIDTH_M: 1.6,
                  f.GEOMETRY: LineString([(990, 0), (990, 160)])})  # fmt: skip
    return {
        "buildings": buildings,
        "lanes": lanes,
        "stations": [
            {f.STATION_ID: "S1", f.NAME: "幸福微站", f.TIER: "micro_station",
             f.HOST_TYPE: "residential_estate", f.VEHICLE: "foot", f.CREW_DAY: 6,
             f.CREW_NIGHT: 6, f.GEOMETRY: Point(20, 2)},
            {f.STATION_ID: "S2", f.NAME: "城区消防队", f.TIER: "official_station",
             f.VEHICLE: "fire_engine", f.CREW_DAY: 12, f.CREW_NIGHT: 12,
             f.GEOMETRY: Point(1940, 2)},
        ],
        "communities": [
            {f.COMMUNITY_ID: "C1", f.NAME: "东社区", f.PEOPLE: 400,
             f.GEOMETRY: box(0, -90, 1030, 90)},
            {f.COMMUNITY_ID: "C2", f.NAME: "西社区", f.PEOPLE: 420,
             f.GEOMETRY: box(1030, -90, 2000, 90)},
        ],
        "water": [{f.WATER_ID: "W1", f.KIND: "hydrant", f.FLOW_L_S: 15,
                   f.GEOMETRY: Point(300, 3)}],
        "lane_reports": [
            {f.REPORT_ID: "R1", f.STATE: "narrowed", f.REMAINING_WIDTH_M: 2.0,
             f.OBSERVED_ON: "2026-09-28", f.GEOMETRY: Point(150, 0)},
        ],
    }  # fmt: skip


def small_town(folder: Path, without: str = "") -> Path:
    """Make the folder of the street.

    Parameters
    ----------
    folder
        To make.
    without
        What is unknown, joined by ``+``: a key of `COLUMNS`, a layer, ``micro`` or ``brigade`` (no
        such station is known), ``off_lanes`` (the brigade stands far from any lane), ``ledgers``,
        or a key of `LEDGER_COLUMNS`.
    """
    lacking = without.split("+")
    hidden = {(layer, name) for key in lacking for layer, names in (COLUMNS.get(key, ("", ())),)
              for name in names}  # fmt: skip
    layers = {}
    for layer, rows in _rows().items():
        if layer in lacking:
            continue
        if layer == "stations":
            gone = {TIERS[key] for key in lacking if key in TIERS}
            rows = [row for row in rows if row[f.TIER] not in gone]
        if layer == "stations" and "off_lanes" in lacking:
            rows = [rows[0], {**rows[1], f.GEOMETRY: Point(1940, 400)}]
        moved = [
            {**row, f.GEOMETRY: shapely.transform(row[f.GEOMETRY], lambda xy: xy + ORIGIN)}
            for row in rows
        ]
        moved = [{k: v for k, v in row.items() if (layer, k) not in hidden} for row in moved]
        layers[layer] = gpd.GeoDataFrame(moved, geometry=f.GEOMETRY, crs=PLANE).to_crs("EPSG:4326")
    found_town(folder, Founding(layers), name="幸福镇", origin="test")
    config = folder / "town.toml"
    written, mark, _ = config.read_text(encoding="utf-8").partition("[scenarios")
    assert mark, "one scenario is enough here, and so it is written alone"
    night = '[scenarios.night]\nlabel = { zh = "夜间", en = "Night" }\ntime = "02:00"\n'
    config.write_text(written + night, encoding="utf-8")
    if "ledgers" not in lacking:
        _ledgers(folder, {name for key in lacking for name in LEDGER_COLUMNS.get(key, ())})
    return folder


def _ledgers(folder: Path, hidden: set[str]) -> None:
    tables = {
        "hazards": [
            ("隐患编号", "建筑编号", "隐患类型", "发现日期", "整改期限", "状态"),
            ("Y1", "B01", "H2", "2026-08-01", "2026-08-20", "整改中"),
            ("Y2", "B02", "W1", "2026-09-01", "2026-10-20", "整改中"),
        ],
        "inspections": [("建筑编号", "检查日期", "发现隐患数"), ("B01", "2026-08-01", 1),
                        ("B08", "2026-07-05", 0)],
        "incidents": [("火灾编号", "起火时间", "建筑编号", "死亡人数", "受伤人数"),
                      ("F1", "2026-07-03 10:20", "B02", 1, 2)],
    }  # fmt: skip
    for kind, rows in tables.items():
        file = folder / f"{kind}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            shown = [at for at, name in enumerate(rows[0]) if name not in hidden]
            csv.writer(out).writerows([row[at] for at in shown] for row in rows)
        import_ledger(folder, LedgerFile(file, kind))
