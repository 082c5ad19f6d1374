"""What each of a heap of files is: a layer, a ledger, heights, an extract of OpenStreetMap.

A proposal for whoever handed them over; nothing is read by it before somebody has looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from .ledgers import is_completion_book, is_ledger_book, is_round_book
from .osm import is_osm_table
from .tables import (
    KINDS,
    SCHEMAS,
    TABLE_ENDINGS,
    Column,
    columns_found,
    match_headers,
    points_of,
    read_geodata,
    read_table,
)
from .words import InputError, WeizhanError, normal, plain_header

Sort = Literal["layer", "ledger", "returned", "osm", "terrain", "part", "unknown", "broken"]

PARTS: Final = frozenset({".dbf", ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qpj", ".qix"})
GEODATA: Final = frozenset(
    {".shp", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".gml", ".dxf", ".tab", ".mif", ".fgb"}
)
TERRAIN: Final = frozenset({".tif", ".tiff", ".hgt"})
OSM: Final = frozenset({".osm", ".pbf", ".osh"})
#: What offices and map makers call the files of a layer; the longest that fits counts.
LAYER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "buildings": ("建筑", "房屋", "楼栋", "building"),
    "lanes": ("车道", "道路", "路网", "巷道", "lane", "road"),
    "stations": ("微站", "微型消防站", "消防站", "站点", "station"),
    "communities": ("社区", "村界", "行政村", "communit"),
    "grids": ("网格", "grid"),
    "estates": ("小区", "estate"),
    "offices": ("消防工作站", "消防所", "office"),
    "water": ("水源", "消火栓", "水鹤", "hydrant", "water"),
    "barriers": ("障碍", "门禁", "石墩", "限高", "barrier"),
    "sheds": ("充电棚", "车棚", "shed"),
    "lane_reports": ("车道报告", "lane_report"),
}
LEDGER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "hazards": ("隐患",),
    "self-built": ("自建房",),
    "warehouses": ("厂房", "库房", "仓库"),
    "units": ("单位",),
    "devices": ("技防", "设施", "设备"),
    "incidents": ("火灾记录", "火警", "警情", "火灾台账"),
    "inspections": ("检查记录", "检查台账"),
    "vulnerable": ("特殊群体", "老弱", "困难群体"),
    "lane-reports": ("车道巡查", "巡查"),
    "notices": ("约谈", "通报"),
    "stations": ("站点台账", "微站名册"),
}
NAMED: Final = 1.5  # what a word in the name weighs, in headings
LEAST: Final = 1.0  # headings, before anything is proposed
CLEAR: Final = 1.0  # ahead of the second, before a proposal is called sure
ANY_SHAPE: Final = 0.5  # for an area of the size of a house, or of a village
HOUSE_M2: Final = 5_000.0
MOST_DEGREES: Final = 180.0
COORDINATES: Final = frozenset({"lon", "lat"})


@dataclass(frozen=True, slots=True)
class SortedFile:
    """What one file, or one layer of a file with several, was taken for.

    Attributes
    ----------
    file, layer
        Where it is.
    sort
        ``returned`` is a workbook that weizhan wrote and somebody filled in, ``part`` belongs to
        another file, ``broken`` could not be read.
    name
        The layer or the kind of ledger; empty for other sorts.
    sure
        Whether nothing else came near.
    rows, headers
        What is in it.
    error
        Why it could not be read.
    """

    file: Path
    layer: str | None
    sort: Sort
    name: str = ""
    sure: bool = True
    rows: int = 0
    headers: tuple[str, ...] = ()
    error: WeizhanError | None = None


def sort_files(files: Iterable[Path]) -> list[SortedFile]:
    """Say what each file is; several layers of one file count one by one.

    Parameters
    ----------
    files
        In any order and mix.
    """
    found: list[SortedFile] = []
    for file in sorted(files):
        try:
            found += _sorted(file)
        except WeizhanError as error:
            found.append(SortedFile(file, None, "broken", error=error))
    return found


def _sorted(file: Path) -> list[SortedFile]:
    ending = file.suffix.lower()
    if ending in PARTS and file.with_suffix("").name:
        drawn = any(file.with_suffix(e).exists() for e in (".shp", ".SHP"))
        return [SortedFile(file, None, "part" if drawn else "unknown")]
    if ending in OSM:
        return [SortedFile(file, None, "osm")]
    if ending in TERRAIN:
        return [SortedFile(file, None, "terrain")]
    if ending in TABLE_ENDINGS:
        return [_table(file)]
    if ending in GEODATA:
        return [_drawn(file, layer) for layer in _layers(file)]
    return [SortedFile(file, None, "unknown")]


def _layers(file: Path) -> list[str]:
    if file.suffix.lower() == ".shp" and not any(
        file.with_suffix(ending).exists() for ending in (".shx", ".SHX")
    ):
        raise InputError("error.shape_lacks", file=file.name)
    try:
        return [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    except (DataSourceError, ValueError) as error:
        raise InputError("error.not_geodata", file=file.name) from error


def _drawn(file: Path, layer: str) -> SortedFile:
    """Say what a layer of geodata is."""
    try:
        frame, _ = read_geodata(file, layer=layer)
    except WeizhanError as error:
        return SortedFile(file, layer, "broken", error=error)
    headers = tuple(str(name) for name in frame.columns if name not in ("geometry", "source_row"))
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.dropna().empty:
        return SortedFile(file, layer, "unknown", rows=len(frame), headers=headers)
    shape = _shape(frame)
    rivals: set[tuple[Sort, str]] = {
        ("layer", name) for name, s in SCHEMAS.items() if s.shape in (shape, "any")
    }
    called = f"{file.stem} {layer}"
    bonus: dict[tuple[Sort, str], float] = {}
    if shape == "polygon":
        small = _median_m2(frame) < HOUSE_M2
        bonus = {("layer", name): ANY_SHAPE for name in (("buildings",) if small else
                 ("communities", "grids"))}  # fmt: skip
    if shape == "line":
        bonus = {("layer", "lanes"): LEAST}
    osm = next((name for name in ("buildings", "lanes") if is_osm_table(frame, name)), None)
    if osm is not None and shape == SCHEMAS[osm].shape:
        bonus["layer", osm] = bonus.get(("layer", osm), 0.0) + LEAST
    sort, name, sure = _best(headers, called, rivals, bonus)
    return SortedFile(file, layer, sort, name, sure, len(frame), headers)


def _table(file: Path) -> SortedFile:
    """Say what a table is."""
    books = (is_completion_book, is_ledger_book) if file.suffix.lower() == ".xlsx" else ()
    if any(returned(file) for returned in (is_round_book, *books)):
        return SortedFile(file, None, "returned")
    sheet = read_table(file)
    headers = tuple(sheet.headers)
    rivals: set[tuple[Sort, str]] = {("ledger", name) for name in KINDS}
    if _has_points(sheet.table, file):
        rivals |= {("layer", name) for name, s in SCHEMAS.items() if s.shape in ("point", "any")}
        rivals -= {("layer", "lane_reports"), ("ledger", "stations")}
    sort, name, sure = _best(headers, file.stem, rivals, {})
    return SortedFile(file, None, sort, name, sure, len(sheet.table), headers)


def _has_points(table: pd.DataFrame, file: Path) -> bool:
    try:
        frame, _, _, wrong = points_of(table, file)
    except InputError:
        return False
    return bool(wrong) or bool(frame.geometry.notna().any())


def _best(
    headers: Sequence[str],
    called: str,
    rivals: Collection[tuple[Sort, str]],
    bonus: Mapping[tuple[Sort, str], float],
) -> tuple[Sort, str, bool]:
    """Return the sort and name that headings and the name of the file speak for most."""
    words = {rival: _named(rival, called) for rival in rivals}
    longest = max(words.values(), default=0)
    scores = {}
    for rival in rivals:
        score = _told(headers, rival) + bonus.get(rival, 0.0)
        named = longest > 0 and words[rival] == longest
        scores[rival] = score + (NAMED if named else 0.0)
    order = sorted(scores, key=lambda rival: (-scores[rival], rival[0] != "layer", rival[1]))
    if not order or scores[order[0]] < LEAST:
        return "unknown", "", True
    second = scores[order[1]] if len(order) > 1 else 0.0
    sort, name = order[0]
    return sort, name, scores[order[0]] - second >= CLEAR


def _named(rival: tuple[Sort, str], called: str) -> int:
    """Return the length of the longest word of a rival in a file's name."""
    words = LAYER_WORDS if rival[0] == "layer" else LEDGER_WORDS
    said = normal(called).lower()
    return max((len(word) for word in words.get(rival[1], ()) if word in said), default=0)


def _columns(rival: tuple[Sort, str]) -> tuple[Column, ...]:
    return SCHEMAS[rival[1]].columns if rival[0] == "layer" else KINDS[rival[1]].columns


def _told(headers: Sequence[str], rival: tuple[Sort, str]) -> float:
    """Return how many headings speak for a rival; one that speaks for many counts less."""
    columns = _columns(rival)
    found = columns_found(match_headers(headers, columns, stated={}))
    lacking = sum(
        column.required and column.name not in found and column.name not in ("code", "tier")
        for column in columns
    )
    told = [header for name, header in found.items() if name not in COORDINATES]
    shares = _shares()
    return sum(1 / shares.get(plain_header(header), 2) for header in told) - 2.0 * lacking


@cache
def _shares() -> Counter[str]:
    """Return how many layers and ledgers use a word for a column."""
    columns = [SCHEMAS[name].columns for name in SCHEMAS] + [KINDS[name].columns for name in KINDS]
    return Counter(
        word
        for those in columns
        for word in {plain_header(word) for column in those for word in column.words}
    )


def _shape(frame: gpd.GeoDataFrame) -> str:
    """Return what most features are."""
    kinds = frame.geometry.dropna().geom_type.str.removeprefix("Multi")
    most = str(kinds.mode().iat[0])
    return {"Polygon": "polygon", "LineString": "line", "Point": "point"}.get(most, "any")


def _median_m2(frame: gpd.GeoDataFrame) -> float:
    shapes = frame.geometry.dropna()
    if shapes.crs is None and np.abs(shapes.total_bounds).max() <= MOST_DEGREES:
        shapes = shapes.set_crs(4326)
    if shapes.crs is not None and shapes.crs.is_geographic:
        shapes = shapes.to_crs(shapes.estimate_utm_crs())
    return float(shapes.area.median())
