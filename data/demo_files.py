"""The files of the demo town: the same bytes for the same seed, on any day."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import rasterio
from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange
from rasterio import Affine

from ..geo.words import Use, label
from .demo_ledgers import LEDGERS, LedgerSheet
from .demo_measures import own_measures
from .demo_plan import Plan
from .demo_sheds import place_sheds
from .demo_tables import Delivery
from .demo_terrain import NODATA, Terrain

MAP_FILE: Final = "地图.gpkg"
LEDGER_FILE: Final = "自建房台账.xlsx"
STATIONS_FILE: Final = "微型消防站.csv"
WATER_FILE: Final = "水源.shp"
SHEDS_FILE: Final = "充电棚.csv"
OFFICES_FILE: Final = "消防工作站.csv"
MEASURES_FILE: Final = "措施清单.csv"  # named by whoever plans, not by the town
TERRAIN_FILE: Final = "地形.tif"
TOWN_FILE: Final = "town.toml"

LEDGER_SHEET: Final = "自建房"
LEDGER_GROUPS: Final = (("基本信息", 3), ("建筑情况", 2), ("人员情况", 4), ("检查", 1))

#: Uses of the venue of the fair, the likeliest first.
VENUES: Final = (Use.COMMERCIAL_COMPLEX, Use.SCHOOL, Use.COMMERCIAL, Use.COMMUNITY_SERVICE)

WRITTEN: Final = datetime(2026, 1, 1)  # the date that every file bears
DBF_LANGUAGE_BYTE: Final = 29  # says in which encoding a .dbf is; old tools leave it empty

TOWN_TOML: Final = """\
name = "{name}"
simulated = true
rules = "china-2026"
datum = "wgs84"
terrain = "地形.tif"

[layers.communities]
file = "地图.gpkg"
layer = "communities"

[layers.estates]
file = "地图.gpkg"
layer = "estates"

[layers.offices]
file = "消防工作站.csv"
x = "经度"
y = "纬度"

[layers.grids]
file = "地图.gpkg"
layer = "grids"

[layers.buildings]
file = "地图.gpkg"
layer = "buildings"

[[layers.buildings.ledgers]]
file = "自建房台账.xlsx"
sheet = "自建房"
header_rows = 2

[layers.lanes]
file = "地图.gpkg"
layer = "lanes"

[layers.barriers]
file = "地图.gpkg"
layer = "barriers"

[layers.stations]
file = "微型消防站.csv"
encoding = "gb18030"
datum = "gcj02"
x = "经度"
y = "纬度"

[layers.water]
file = "水源.shp"
encoding = "gbk"

[layers.sheds]
file = "充电棚.csv"
x = "经度"
y = "纬度"

[scenarios.weekday]
label = {{ zh = "工作日白天", en = "Weekday, daytime" }}
time = "10:00"

[scenarios.night]
label = {{ zh = "夜间", en = "Night" }}
time = "02:00"

[scenarios.holiday]
label = {{ zh = "节假日白天", en = "Holiday" }}
time = "10:00"
day = "PH"

[[calendar]]
name = "国庆"
first = 2026-10-01
last = 2026-10-07
scenario = "holiday"

[[calendar]]
name = "元旦"
first = 2027-01-01
last = 2027-01-03
scenario = "holiday"

[[gatherings]]
name = "农产品展销会"
first = 2026-10-16
last = 2026-10-18
building = "{venue}"
buffer_m = 250

[[campaigns]]
name = "厂房库房“回头看”"
first = 2026-01-01
last = 2026-12-31
target = 0.9

[[goals]]
name = "火灾起数"
figure = "fires_of_year"
at_most = 60
by = 2026-12-31
source = "街道 2026 年度目标（模拟）"

[[goals]]
name = "微型消防站覆盖"
figure = "covered_micro"
at_least = 0.8
by = 2027-12-31
source = "街道“十五五”消防规划（模拟）"

[[checklists]]
name = "火灾风险检查指引：养老机构（模拟）"
file = "检查指引-养老机构.csv"
uses = ["elder_care"]
"""

#: A checklist as a town loads it; the items are made up.
CHECKLIST_FILE: Final = "检查指引-养老机构.csv"
CHECKLIST: Final = """\
检查项目,依据
夜间值班人员在岗,模拟第1条
疏散通道与出口畅通,模拟第2条
老人房间内无明火与大功率电器,模拟第3条
"""


def write_ledgers(folder: Path, ledgers: Mapping[str, LedgerSheet]) -> None:
    """Write the ledgers of the town: workbooks, and CSV as old programs write it."""
    for kind, sheet in ledgers.items():
        file = folder / LEDGERS[kind]
        if file.suffix == ".csv":
            text = sheet.rows.to_csv(index=False, lineterminator="\r\n")
            encoding = "gb18030" if kind == "inspections" else "utf-8-sig"
            file.write_bytes(text.encode(encoding))
        else:
            cells = sheet.rows.astype(object)
            write_book(file, file.stem, sheet.groups, cells.where(cells.notna(), None))


def write_files(folder: Path, plan: Plan, delivery: Delivery, terrain: Terrain) -> None:
    """Write every file of the town into a folder that exists and is empty."""
    layers = {
        name: getattr(delivery, name)
        for name in ("communities", "estates", "grids", "buildings", "lanes", "barriers")
    }
    _write_map(folder / MAP_FILE, layers)
    write_book(folder / LEDGER_FILE, LEDGER_SHEET, LEDGER_GROUPS, delivery.ledger)
    text = delivery.stations.to_csv(index=False, lineterminator="\r\n")
    (folder / STATIONS_FILE).write_bytes(text.encode("gb18030"))
    _write_water(folder / WATER_FILE, delivery.water)
    sheds = place_sheds(delivery.buildings).to_csv(index=False, lineterminator="\r\n")
    (folder / SHEDS_FILE).write_bytes(sheds.encode("utf-8-sig"))
    _write_terrain(folder / TERRAIN_FILE, terrain)
    (folder / CHECKLIST_FILE).write_bytes(CHECKLIST.encode("utf-8-sig"))
    offices = delivery.offices.to_csv(index=False, lineterminator="\r\n")
    (folder / OFFICES_FILE).write_bytes(offices.encode("utf-8-sig"))
    measures = own_measures(delivery).to_csv(index=False, lineterminator="\r\n")
    (folder / MEASURES_FILE).write_bytes(measures.encode("utf-8-sig"))
    said = TOWN_TOML.format(name=plan.name, venue=_venue(delivery.buildings))
    (folder / TOWN_FILE).write_bytes(said.encode())


def _venue(buildings: gpd.GeoDataFrame) -> str:
    """Return the building at which the fair is held: a place for many people, the first of all."""
    named = buildings["用途"].map({label("use", use): at for at, use in enumerate(VENUES)})
    best = named.fillna(len(VENUES)).to_numpy().argmin()
    return str(buildings["建筑编号"].iloc[best])


def _write_map(file: Path, layers: dict[str, gpd.GeoDataFrame]) -> None:
    for name, frame in layers.items():
        kind = None
        if name == "communities":  # one part or several
            kind = "MultiPolygon"
        pyogrio.write_dataframe(
            frame, file, layer=name, geometry_type=kind, promote_to_multi=kind is not None
        )
    stamp = f"{WRITTEN:%Y-%m-%dT%H:%M:%S.000Z}"
    connection = sqlite3.connect(file)
    try:
        connection.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
        connection.commit()
        connection.execute("VACUUM")
    finally:
        connection.close()


def write_book(
    file: Path,
    sheet_name: str,
    groups: Sequence[tuple[str, int]],
    table: pd.DataFrame,
) -> None:
    """Write a ledger under its headers, with group headings merged over their columns.

    Parameters
    ----------
    file
        The workbook.
    sheet_name
        Of its only sheet.
    groups
        Headings above the headers, and over how many columns each; none for one row of headers.
    table
        The headers and what is below.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name)
    top: list[str | None] = []
    for heading, span in groups:
        if span > 1:
            begin = len(top) + 1
            area = CellRange(min_col=begin, max_col=begin + span - 1, min_row=1, max_row=1)
            sheet.merged_cells.add(area.coord)
        top += [heading, *[None] * (span - 1)]
    if top:
        sheet.append(top)
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append(row)
    drawn = file.with_suffix(".part")
    book.save(drawn)
    stamp = f"{WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode()
    with (
        zipfile.ZipFile(drawn) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(?<=>)\d{4}-\d\d-\d\dT[\d:]+Z(?=<)", stamp, content)
            target.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), content,
                            zipfile.ZIP_DEFLATED)  # fmt: skip
    drawn.unlink()


def _write_water(file: Path, water: gpd.GeoDataFrame) -> None:
    """Write a shapefile as old tools do: GBK inside, and nothing that says so."""
    pyogrio.write_dataframe(
        water, file, encoding="GBK", layer_options={"DBF_DATE_LAST_UPDATE": f"{WRITTEN:%Y-%m-%d}"}
    )
    file.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    table[DBF_LANGUAGE_BYTE] = 0
    file.with_suffix(".dbf").write_bytes(table)


def _write_terrain(file: Path, terrain: Terrain) -> None:
    rows, columns = terrain.heights.shape
    with rasterio.open(
        file, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs="EPSG:4326", nodata=NODATA, compress="deflate", predictor=3,
        transform=Affine(terrain.cell_lon, 0, terrain.west, 0, -terrain.cell_lat, terrain.north),
    ) as raster:  # fmt: skip
        raster.write(terrain.heights, 1)
