"""The files of a tiny town as an office hands them over: two layers, a table of stations."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

LON, LAT = 106.48, 29.48
STEP = 0.0002  # degrees, about 20 m


def house(column: int, row: int) -> shapely.Polygon:
    west, south = LON + column * STEP, LAT + row * STEP
    return shapely.box(west, south, west + STEP / 2, south + STEP / 2)


def raw_town(folder: Path, *, use: str = "居住", tier: str = "微型消防站") -> Path:
    """Write 建筑.geojson (12 houses along a road), 路网.shp and 名册.csv (two stations)."""
    folder.mkdir(parents=True, exist_ok=True)
    houses = [house(column, row) for column in range(6) for row in (0, 1)]
    gpd.GeoDataFrame(
        {
            "建筑编号": [f"B{n}" for n in range(1, 13)],
            "用途": [use, *["居住"] * 11],
            "层数": ["3", "六层半多", *["2"] * 10],
            "备忘": ["x"] * 12,
        },
        geometry=houses,
        crs=4326,
    ).to_file(folder / "建筑.geojson", driver="GeoJSON")
    y = LAT + 0.75 * STEP
    road = shapely.LineString([(LON - STEP, y), (LON + 7 * STEP, y)])
    gpd.GeoDataFrame({"路名": ["一路"]}, geometry=[road], crs=4326).to_file(
        folder / "路网.shp", encoding="utf-8"
    )
    stations = [f"S1,甲站,{tier},{LON + STEP / 4},{LAT + STEP / 4},4"]
    stations.append(f"S2,乙站,微型消防站,{LON + STEP * 3.2},{LAT + STEP / 4},4")
    text = "站点编号,名称,级别,经度,纬度,白天人数\n" + "\n".join(stations) + "\n"
    (folder / "名册.csv").write_text(text, encoding="utf-8")
    return folder
