"""Whatever is handed over is told what it is, in any mix; what is broken says why."""

import shutil

import pytest

from weizhan.data.demo import make_demo
from weizhan.geo.sorting import sort_files

from .raw_files import raw_town

DEMO = {
    "充电棚.csv": {("layer", "sheds")},
    "单位台账.xlsx": {("ledger", "warehouses")},
    "厂房库房台账.xlsx": {("ledger", "warehouses")},
    "地图.gpkg": {("layer", n) for n in ("communities", "estates", "grids", "buildings", "lanes",
                                        "barriers")},
    "地形.tif": {("terrain", "")},
    "微型消防站.csv": {("layer", "stations")},
    "技防设施.csv": {("ledger", "devices")},
    "措施清单.csv": {("unknown", "")},
    "检查指引-养老机构.csv": {("unknown", "")},
    "检查记录.csv": {("ledger", "inspections")},
    "水源.shp": {("layer", "water")},
    "消防工作站.csv": {("layer", "offices")},
    "火灾记录.xlsx": {("ledger", "incidents")},
    "特殊群体统计.xlsx": {("ledger", "vulnerable")},
    "约谈通报.xlsx": {("ledger", "notices")},
    "自建房台账.xlsx": {("ledger", "self-built")},
    "车道巡查.csv": {("ledger", "lane-reports")},
    "隐患台账.xlsx": {("ledger", "hazards")},
}  # fmt: skip


def said(files):
    found = {}
    for one in sort_files(files):
        if one.sort != "part":
            found.setdefault(one.file.name, set()).add((one.sort, one.name))
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="village", seed=1)
    (folder / "town.toml").unlink()
    return folder


def test_every_file_of_the_demo_is_known(demo):
    assert said(demo.iterdir()) == DEMO


def test_headings_count_where_the_names_say_nothing(demo, tmp_path):
    """Only the geometry and the headings are left; notices and inspections stay what they are."""
    named = ["隐患台账.xlsx", "检查记录.csv", "火灾记录.xlsx", "技防设施.csv", "约谈通报.xlsx",
             "微型消防站.csv", "自建房台账.xlsx"]  # fmt: skip
    copies = [
        shutil.copy(demo / name, tmp_path / f"a{n}.{name.rsplit('.')[-1]}")
        for n, name in enumerate(named)
    ]
    found = said(tmp_path.iterdir())
    assert [found[f"a{n}.{named[n].rsplit('.')[-1]}"] for n in range(len(copies))] == [
        DEMO[name] for name in named
    ]


def test_a_tiny_town_is_told_by_shape_and_size(tmp_path):
    raw_town(tmp_path)
    assert said(tmp_path.iterdir()) == {
        "建筑.geojson": {("layer", "buildings")},
        "路网.shp": {("layer", "lanes")},
        "名册.csv": {("layer", "stations")},
    }
    (tmp_path / "建筑.geojson").rename(tmp_path / "未命名.geojson")
    assert said([tmp_path / "未命名.geojson"]) == {"未命名.geojson": {("layer", "buildings")}}


def test_what_cannot_be_read_says_why(tmp_path):
    raw_town(tmp_path)
    (tmp_path / "路网.shx").unlink()
    (tmp_path / "坏.geojson").write_text("{")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\3\4 nothing")
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "空.csv").write_text("")
    found = {one.file.name: one for one in sort_files(tmp_path.iterdir())}
    assert ".shx" in found["路网.shp"].error.message("zh")
    for name in ("坏.geojson", "坏.xlsx", "空.csv"):
        assert found[name].sort == "broken" and name in found[name].error.message("zh")
    assert found["照片.jpg"].sort == "unknown"


def test_an_extract_is_told_by_its_ending_or_its_tags(shared, tmp_path):
    osm = shared / "osm"
    found = said([osm / "monaco-2023.osm.pbf", osm / "beijing-tsinghua-buildings.geojson",
                  osm / "beijing-tsinghua-roads.geojson"])  # fmt: skip
    assert found == {
        "monaco-2023.osm.pbf": {("osm", "")},
        "beijing-tsinghua-buildings.geojson": {("layer", "buildings")},
        "beijing-tsinghua-roads.geojson": {("layer", "lanes")},
    }
