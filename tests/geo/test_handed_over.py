"""A town of the files that came: each is used where it is known, named where it is not."""

import pytest

from weizhan.geo.handed_over import found_from_files, take_files, use_file
from weizhan.geo.rules import LayerSource, read_config
from weizhan.geo.town import examine_town
from weizhan.geo.words import InputError, OutputError

from .raw_files import raw_town


def test_a_tiny_town_stands_and_the_files_lie_in_it_unchanged(tmp_path):
    given = raw_town(tmp_path / "in")
    town = tmp_path / "甲镇"
    found_from_files(town, given, name="甲镇")
    config = read_config(town)
    assert {name: source.file for name, source in config.layers.items()} == {
        "buildings": "数据/建筑.geojson",
        "lanes": "数据/路网.shp",
        "stations": "数据/名册.csv",
    }
    for file in given.iterdir():
        assert (town / "数据" / file.name).read_bytes() == file.read_bytes()
    told = {(p.code, p.row, p.column) for p in examine_town(town).problems
            if p.severity == "error"}  # fmt: skip
    assert told == {("not_a_number", 2, "floors")}


def test_an_extract_becomes_layers_and_names_its_owner(shared, tmp_path):
    given = tmp_path / "in"
    given.mkdir()
    name = "monaco-2023.osm.pbf"
    (given / name).write_bytes((shared / "osm" / name).read_bytes())
    found_from_files(tmp_path / "m", given, name="Monaco")
    config = read_config(tmp_path / "m")
    assert {"buildings", "lanes"} <= set(config.layers)
    assert config.layers["lanes"].origin == name and "OpenStreetMap" in config.attribution


def test_tables_with_tags_become_layers(shared, tmp_path):
    given = tmp_path / "in"
    given.mkdir()
    for name in ("beijing-tsinghua-buildings.geojson", "beijing-tsinghua-roads.geojson"):
        (given / name).write_bytes((shared / "osm" / name).read_bytes())
    found_from_files(tmp_path / "m", given, name="清华")
    assert examine_town(tmp_path / "m").town is not None


def test_nothing_and_a_folder_that_is_taken_are_refused(tmp_path):
    given = tmp_path / "in"
    given.mkdir()
    with pytest.raises(InputError):
        found_from_files(tmp_path / "a", given, name="a")
    raw_town(given)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("x")
    with pytest.raises(OutputError):
        found_from_files(tmp_path / "b", given, name="b")
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["mine.txt"]


def test_files_are_added_where_a_layer_is_missing_and_never_over_others(tmp_path):
    given = raw_town(tmp_path / "in")
    later = tmp_path / "later"
    later.mkdir()
    (given / "名册.csv").rename(later / "名册.csv")
    town = tmp_path / "甲镇"
    found_from_files(town, given, name="甲镇")
    assert "stations" not in read_config(town).layers
    take_files(town, later)
    assert read_config(town).layers["stations"].file == "数据/名册.csv"
    with pytest.raises(InputError, match="名册"):
        take_files(town, later)


@pytest.mark.parametrize("file", ["../in/名册.csv", "/etc/hostname", "数据/没有.csv", "数据"])
def test_a_layer_comes_from_a_file_of_the_town_only(tmp_path, file):
    town = tmp_path / "甲镇"
    found_from_files(town, raw_town(tmp_path / "in"), name="甲镇")
    before = (town / "town.toml").read_bytes()
    with pytest.raises(InputError):
        use_file(town, "stations", LayerSource(file=file))
    assert (town / "town.toml").read_bytes() == before
