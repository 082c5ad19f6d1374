"""The generated demo town: complete, the same each time, and as untidy as real deliveries."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
import shapely

from weizhan.data import demo_names
from weizhan.data.demo import make_demo
from weizhan.data.demo_plan import PLANS, Size
from weizhan.geo.ground.datum import to_wgs84
from weizhan.geo.measure_list import read_measures
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.town import load_town
from weizhan.geo.words.catalogue import catalogue
from weizhan.geo.words.errors import InputError, OutputError
from weizhan.geo.words.vocabulary import codes

MAP = "地图.gpkg"
METRIC = "EPSG:32648"
BUILDINGS = {"village": (600, 1_100), "town": (2_800, 5_000), "district": (85_000, 125_000)}
SIZES = tuple(size for size in get_args(Size) if size != "city")  # a million takes minutes


def test_names_of_a_city_are_all_different() -> None:
    for names in (demo_names.places, demo_names.estates):
        few, many = (names(np.random.default_rng(3), count) for count in (300, 16_758))
        assert len(set(many)) == 16_758 and len(set(few)) == 300


def test_no_two_buildings_of_a_district_have_one_address(towns: dict[str, Path]) -> None:
    assert not layer(towns["district"], "buildings")["地址"].duplicated().any()


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("demo")
    for size in SIZES:
        make_demo(root / size, size=size)
    return {size: root / size for size in SIZES}


@pytest.fixture(scope="module")
def town(towns: dict[str, Path]) -> Path:
    return towns["town"]


def layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / MAP, layer=name)


def stations(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "微型消防站.csv", encoding="gb18030")


def ledger(folder: Path) -> pd.DataFrame:
    read = pd.read_excel(folder / "自建房台账.xlsx", header=[0, 1], dtype=object)
    read.columns = read.columns.get_level_values(1)
    return read.dropna(how="all")


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_same_seed_same_bytes(town: Path, tmp_path: Path) -> None:
    make_demo(tmp_path / "again")
    first, again = contents(town), contents(tmp_path / "again")
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_bytes_bear_no_date_of_today(town: Path) -> None:
    book = openpyxl.load_workbook(town / "自建房台账.xlsx")
    assert book.properties.modified.year == book.properties.created.year == 2026
    assert book.properties.modified.month == book.properties.modified.day == 1
    dbf = (town / "水源.dbf").read_bytes()
    assert tuple(dbf[1:4]) == (126, 1, 1)


def test_other_seed_other_town(town: Path, tmp_path: Path) -> None:
    make_demo(tmp_path / "other", seed=2)
    first, other = contents(town), contents(tmp_path / "other")
    same = [name for name in first if first[name] == other[name]]
    made_up = {"检查指引-养老机构.csv", "水源.prj"}
    assert made_up <= set(same) <= made_up | {"town.toml"}  # whose fair may be at the same place


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_every_seed_gives_a_town(tmp_path: Path, seed: int) -> None:
    make_demo(tmp_path / "t", seed=seed)
    low, high = BUILDINGS["town"]
    assert low <= len(layer(tmp_path / "t", "buildings")) <= high
    assert nx.is_connected(network(layer(tmp_path / "t", "lanes")))


@pytest.mark.parametrize("size", SIZES)
def test_counts(towns: dict[str, Path], size: Size) -> None:
    folder, plan = towns[size], PLANS[size]
    low, high = BUILDINGS[size]
    assert low <= len(layer(folder, "buildings")) <= high
    assert len(layer(folder, "communities")) == plan.communities
    tiers = stations(folder)["级别"].value_counts()
    assert tiers["微型消防站"] == plan.micro_stations
    assert tiers["志愿消防点"] == plan.volunteer_points


@pytest.mark.parametrize("size", SIZES)
def test_network_is_one_piece_by_exact_vertices(towns: dict[str, Path], size: Size) -> None:
    lanes = layer(towns[size], "lanes")
    assert nx.is_connected(network(lanes))
    assert lanes.geometry.is_valid.all()


def network(lanes: gpd.GeoDataFrame) -> nx.Graph:
    graph = nx.Graph()
    graph.add_edges_from((line.coords[0], line.coords[-1]) for line in lanes.geometry)
    return graph


@pytest.mark.parametrize("size", SIZES)
def test_identities_are_unique(towns: dict[str, Path], size: Size) -> None:
    folder = towns[size]
    for name, column in {
        "communities": "社区编号",
        "grids": "网格编号",
        "buildings": "建筑编号",
        "lanes": "道路编号",
        "barriers": "障碍编号",
    }.items():
        assert layer(folder, name)[column].is_unique
    assert stations(folder)["站点编号"].is_unique


@pytest.mark.parametrize("size", SIZES)
def test_ledger_adds_to_the_map(towns: dict[str, Path], size: Size) -> None:
    houses, rows = layer(towns[size], "buildings").set_index("建筑编号"), ledger(towns[size])
    assert rows["房屋编号"].is_unique
    assert set(rows["房屋编号"]) <= set(houses.index)
    listed = houses.loc[rows["房屋编号"]]
    assert listed[["用途", "白天人数", "夜间人数", "老人数", "儿童数"]].isna().all(axis=None)
    assert rows["使用性质"].notna().all()
    typed = rows["层数"].dropna().map(type)
    assert set(typed) == {str, int}


def test_ledger_has_a_merged_header_and_blank_rows(town: Path) -> None:
    sheet = openpyxl.load_workbook(town / "自建房台账.xlsx")["自建房"]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:C1", "D1:E1", "F1:I1"}
    header = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
    assert [word for word in header[0] if word] == ["基本信息", "建筑情况", "人员情况", "检查"]
    assert header[1][:4] == ["房屋编号", "户主", "地址", "使用性质"]
    blank = [row for row in sheet.iter_rows(min_row=3, values_only=True) if not any(row)]
    assert blank


@pytest.mark.parametrize("size", SIZES)
def test_stations_are_plotted_in_gcj02_beside_lanes(towns: dict[str, Path], size: Size) -> None:
    table = stations(towns[size])
    shown = table["经度"].to_numpy(), table["纬度"].to_numpy()
    true = to_wgs84(*shown, "gcj02")
    plotted, real = (
        gpd.GeoSeries(gpd.points_from_xy(*pair), crs=4326).to_crs(METRIC) for pair in (shown, true)
    )
    assert plotted.distance(real).between(100, 700).all()
    lanes = shapely.STRtree(layer(towns[size], "lanes").to_crs(METRIC).geometry.to_numpy())
    _, away = lanes.query_nearest(real.to_numpy(), all_matches=False, return_distance=True)
    assert away.max() < 60


def test_one_micro_station_is_empty_at_night(town: Path) -> None:
    table = stations(town)
    micro = table[table["级别"] == "微型消防站"]
    assert (micro["夜班人数"] == 0).sum() == 1
    assert set(micro["建站主体"]) == set(catalogue_words("host_type"))
    assert len(set(micro["车辆"])) == 3


def catalogue_words(section: str) -> list[str]:
    return [text["zh"] for key, text in catalogue().items() if key.startswith(f"{section}.")]


def test_water_table_is_gbk_and_does_not_say_so(town: Path) -> None:
    assert not (town / "水源.cpg").exists()
    table = (town / "水源.dbf").read_bytes()
    assert table[29] == 0
    assert "消火栓" in table.decode("gbk", errors="ignore")
    water = gpd.read_file(town / "水源.shp", encoding="gbk")
    assert {"水源编号", "类型", "流量", "状态"} <= set(water.columns)
    assert {"完好", "故障"} <= set(water["状态"].dropna()) and water["状态"].isna().any()
    assert {"消火栓", "消防水池", "天然水源"} == set(water["类型"])


@pytest.mark.parametrize("size", SIZES)
def test_terrain_covers_the_town_and_explains_the_slopes(
    towns: dict[str, Path], size: Size
) -> None:
    lanes = layer(towns[size], "lanes")
    with rasterio.open(towns[size] / "地形.tif") as raster:
        assert raster.nodata is not None
        west, south, east, north = lanes.total_bounds
        bounds = raster.bounds
        assert bounds.left < west and bounds.right > east
        assert bounds.bottom < south and bounds.top > north
        ends = shapely.get_coordinates(
            [shapely.get_point(lanes.geometry.to_numpy(), place) for place in (0, -1)]
        ).reshape(2, -1, 2)
        start, end = (np.array([cell[0] for cell in raster.sample(points)]) for points in ends)
    metres = lanes.to_crs(METRIC).length.to_numpy()
    long_enough = (metres > 60) & lanes["坡度"].notna().to_numpy()
    measured = 100 * (end - start)[long_enough] / metres[long_enough]
    stated = lanes["坡度"].to_numpy()[long_enough]
    assert np.abs(stated).max() > 4
    assert np.median(np.abs(measured - stated)) < 1.5
    assert lanes["坡度"].notna().mean() > 0.95


def test_buildings_stand_free_and_near_lanes(town: Path) -> None:
    houses = layer(town, "buildings").to_crs(METRIC).geometry.to_numpy()
    lanes = layer(town, "lanes").to_crs(METRIC).geometry.to_numpy()
    tree = shapely.STRtree(lanes)
    assert len(tree.query(houses, predicate="intersects")[0]) == 0
    _, away = tree.query_nearest(houses, all_matches=False, return_distance=True)
    assert away.max() < 40
    first, second = shapely.STRtree(houses).query(houses, predicate="overlaps")
    assert len(first) == len(second) == 0


def test_barriers_are_vertices_of_lanes(town: Path) -> None:
    vertices = set(map(tuple, shapely.get_coordinates(layer(town, "lanes").geometry)))
    barriers = layer(town, "barriers")
    assert {point.coords[0] for point in barriers.geometry} <= vertices
    assert {"道闸", "大门", "挡车桩"} == set(barriers["类型"])


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [("层数", 0.06, 0.14), ("夜间人数", 0.1, 0.2), ("用途", 0.02, 0.08)],
)
def test_as_much_is_missing_as_in_real_maps(
    town: Path, column: str, low: float, high: float
) -> None:
    houses = layer(town, "buildings").set_index("建筑编号")
    rows = ledger(town)
    if column == "层数":
        missing = houses[column].isna().mean()
    else:  # self-built houses are known from the ledger only
        words = {"夜间人数": rows["夜间人数"].isna().mean()}
        missing = words.get(column)
        if missing is None:
            known = houses[column].notna().sum() + len(rows)
            missing = 1 - known / len(houses)
    assert low < missing < high


def test_widths_are_known_for_some_lanes(town: Path) -> None:
    lanes = layer(town, "lanes")
    assert 0.3 < lanes["宽度"].notna().mean() < 0.5
    steps = lanes[lanes["道路等级"] == "梯道"]
    assert len(steps) > 20 and steps["台阶数"].notna().mean() > 0.7
    assert len(layer(town, "lanes")[lanes["道路等级"] == "巷道"]) > 200


@pytest.mark.parametrize("size", SIZES)
def test_headers_and_words_are_those_of_the_schemas(towns: dict[str, Path], size: Size) -> None:
    for name in ("communities", "grids", "buildings", "lanes", "barriers"):
        table = layer(towns[size], name)
        schema = SCHEMAS[name]
        for header in table.columns.drop("geometry"):
            column = next((c for c in schema.columns if header in c.synonyms), None)
            assert column is not None, f"{name}: {header}"
            if column.kind == "choice":
                assert set(table[header].dropna()) <= set(codes(column.vocabulary))


def test_town_file_names_every_file(town: Path) -> None:
    described = tomllib.loads((town / "town.toml").read_text(encoding="utf-8"))
    assert described["simulated"] is True
    named = {described["terrain"], *(layer["file"] for layer in described["layers"].values())}
    named |= {entry["file"] for entry in described["layers"]["buildings"]["ledgers"]}
    assert all((town / file).is_file() for file in named)
    assert described["layers"]["stations"]["datum"] == "gcj02"


@pytest.mark.parametrize("size", ["village", "town"])
def test_the_own_list_of_measures_is_read_without_a_problem(
    towns: dict[str, Path], size: Size
) -> None:
    own = read_measures(towns[size] / "措施清单.csv", load_town(towns[size]))
    kinds = [str(one.kind) for one in own]
    assert {"ramp", "key_box", "night_crew"} <= set(kinds)
    assert [one.measure_id for one in own if one.must] == [own[kinds.index("key_box")].measure_id]
    assert {one.source for one in own} == {"own list"}


def test_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        make_demo(tmp_path, size="village")
    assert caught.value.key == "error.demo_folder_not_empty"
    assert str(tmp_path) in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_empty_folder_is_filled_and_progress_told(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "mine").mkdir()
    make_demo(tmp_path / "mine", size="village", progress=told.append)
    assert (tmp_path / "mine" / "town.toml").is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    assert all(key in catalogue() for key in told) and len(told) == 5


def test_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("weizhan.data.demo.write_files", fail)
    with pytest.raises(OutputError) as caught:
        make_demo(tmp_path / "t", size="village")
    assert caught.value.key == "error.demo_not_writable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"size": "planet"}, {"seed": -1}])
def test_wrong_options_are_named(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        make_demo(tmp_path / "t", **wrong)  # type: ignore[arg-type]
    assert str(next(iter(wrong.values()))) in caught.value.message("en")
