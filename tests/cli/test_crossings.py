"""Lanes that cross without a common vertex, as the user of `weizhan new` meets them."""

import geopandas as gpd
import pytest
import shapely

from weizhan.cli import setup
from weizhan.geo.rules import read_config

EAST = 106.48


@pytest.fixture
def files(tmp_path):
    """Two lanes that cross, with houses along both."""
    lanes = [
        shapely.LineString([(EAST, 29.48), (EAST + 0.004, 29.48)]),
        shapely.LineString([(EAST + 0.002, 29.478), (EAST + 0.002, 29.482)]),
    ]
    houses = [shapely.box(x, 29.4801, x + 1e-4, 29.4802)
              for x in (EAST + 1e-4 + k * 3e-4 for k in range(5))]  # fmt: skip
    named = {"lanes": lanes, "buildings": houses}
    for name, shapes in named.items():
        frame = gpd.GeoDataFrame(
            {f"{name[:-1]}_id": [f"{name[0]}{k}" for k in range(len(shapes))]},
            geometry=shapes, crs=4326,
        )  # fmt: skip
        frame.to_file(tmp_path / f"{name}.geojson")
    return [
        "--buildings", tmp_path / "buildings.geojson", "--lanes", tmp_path / "lanes.geojson",
        "--datum", "wgs84",
    ]  # fmt: skip


def test_join_is_kept_in_the_town(run, files, tmp_path):
    code, said, _ = run("new", tmp_path / "t", *files, "--cross", "join")
    assert code == 0
    assert "1 对车道（涉及 100.0% 的车道）" in said
    assert "已按 cross" in said
    assert read_config(tmp_path / "t").cross == "join"


def test_apart_is_the_default_and_says_where(run, files, tmp_path):
    code, said, _ = run("new", tmp_path / "t", *files, "--lang", "en")
    assert code == 0
    assert "1 pair of lanes (100.0% of all lanes)" in said
    assert "Where: l0×l1 (106.48200, 29.48000)" in said
    assert read_config(tmp_path / "t").cross == "apart"


def test_who_asks_to_be_asked_without_a_terminal_is_told_what_to_say(run, files, tmp_path):
    code, _, said = run("new", tmp_path / "t", *files, "--cross", "ask")
    assert code == 1
    assert "--cross" in said
    assert not (tmp_path / "t").exists()


def test_who_is_asked_answers_once(run, files, tmp_path, monkeypatch):
    monkeypatch.setattr(setup.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(setup.typer, "prompt", lambda *_, **__: "join")
    code, _, _ = run("new", tmp_path / "t", *files, "--cross", "ask")
    assert code == 0
    assert read_config(tmp_path / "t").cross == "join"
