"""A town goes to a server and comes back the same to the value, whole or not at all."""

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import fields as parts_of

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.handed_over import found_from_files
from weizhan.geo.ledgers.archive import writing
from weizhan.geo.ledgers.archive_tables import append_import, archive_tables
from weizhan.geo.moving import pull_town, push_town
from weizhan.geo.postgis import (
    make_files,
    make_layers,
    make_schema,
    read_address,
    read_stored_layer,
    session,
    write_stored_layer,
)
from weizhan.geo.rules import read_config
from weizhan.geo.tables import NewValue, correct_cells, read_layer
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.town import examine_town
from weizhan.geo.words.errors import InputError, OutputError

from ..raw_files import raw_town

NASTY = [
    'x"; DROP TABLE town_files; --', "it's", "%s", "%(c0)s", "100 %", "?", ":name", "a.b", "\\",
    "fid", "c0", "shape", "select", "column_1", "Größe", "人" * 21, "人" * 22, "人" * 22 + "甲",
    "name", "Name", "NAME ", "a\nb", "{x}", "`", "stored", "layer", "$1",
]  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=1)
    import_demo_ledgers(folder)
    return folder


def _ledgers(folder):
    """Return every row of every table of an archive."""
    with closing(sqlite3.connect(folder / "ledgers.gpkg")) as opened:
        return {
            table: opened.execute(f"SELECT * FROM {table} ORDER BY fid").fetchall()
            for table in archive_tables()
        }


def _layers(folder):
    file = folder / "layers.gpkg"
    names = pyogrio.list_layers(file)[:, 0]
    return {str(name): pyogrio.read_dataframe(file, layer=name) for name in names}


def _same_town(one, other):
    for layer in SCHEMAS:
        frame = getattr(one, layer)
        assert frame.crs == getattr(other, layer).crs
        assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(getattr(other, layer)))
    for part in parts_of(one.ledgers):
        told = getattr(one.ledgers, part.name)
        if isinstance(told, pd.DataFrame):
            assert_frame_equal(told, getattr(other.ledgers, part.name), check_exact=True)
    assert one.rules == other.rules and one.scenarios == other.scenarios
    assert [c.items for c in one.checklists] == [c.items for c in other.checklists]


def test_a_town_of_many_files_comes_back_the_same(demo, place, tmp_path):
    address = read_address(place("青禾 镇"))
    moved = push_town(demo, address)
    assert pull_town(address, tmp_path / "back") == moved
    pull_town(address, tmp_path / "shared", shared=True)
    asked = examine_town(demo)
    assert moved["buildings"] == len(asked.town.buildings) and moved["ledgers"] > 1000
    got = examine_town(tmp_path / "back")
    _same_town(asked.town, got.town)
    assert sorted(map(str, asked.problems)) == sorted(map(str, got.problems))
    with session(address, reads=True) as connection:  # as who shares it reads it
        for name, frame in _layers(tmp_path / "back").items():
            stored = read_stored_layer(connection, address.schema, name)
            assert_frame_equal(pd.DataFrame(stored), pd.DataFrame(frame), check_exact=True)
    assert _ledgers(demo) == _ledgers(tmp_path / "back")
    assert (tmp_path / "back" / "地形.tif").read_bytes() == (demo / "地形.tif").read_bytes()
    assert [p.name for p in (tmp_path / "shared").glob("*.gpkg")] == []

    # Once its layers are in one file, nothing of it changes any more: not a byte of its settings.
    again = read_address(place("again"))
    push_town(tmp_path / "back", again)
    pull_town(again, tmp_path / "twice")
    first, second = _layers(tmp_path / "back"), _layers(tmp_path / "twice")
    assert list(first) == list(second)
    for name, frame in first.items():
        assert frame.crs == second[name].crs == "EPSG:4326"
        assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(second[name]), check_exact=True)
    assert _ledgers(demo) == _ledgers(tmp_path / "twice")
    for file in (tmp_path / "back").iterdir():
        if file.suffix != ".gpkg":
            assert file.read_bytes() == (tmp_path / "twice" / file.name).read_bytes()
    assert read_config(tmp_path / "back") == read_config(tmp_path / "twice")


def test_a_layer_keeps_names_kinds_order_and_what_is_missing(place):
    address = read_address(place('a "b" %s; --'))
    values = [*NASTY, None, ""]
    kinds = {
        "whole": np.arange(len(values), dtype="int32"),
        "flag": np.arange(len(values)) % 2 == 0,
        "share": np.array([0.1 + 0.2, np.nan, -0.0, np.inf, 1e-320, *[1.5] * (len(values) - 5)]),
        "small": np.full(len(values), 0.1, dtype="float32"),
        "on": pd.Series(
            ["2026-02-28T23:59:59.123", None] + ["2026-01-01"] * (len(values) - 2)
        ).astype("datetime64[ms]"),
        "at": pd.Series(["2026-02-28T23:59:59Z"] * len(values)).astype("datetime64[us, UTC]"),
    }
    shapes = [shapely.Point(102.123456789012345, 30), None, shapely.Polygon()]
    shapes += [shapely.LineString([(0, 0), (1, 2)])] * (len(values) - 3)
    frame = gpd.GeoDataFrame(
        {**{name: values for name in NASTY}, **kinds}, geometry=shapes, crs="EPSG:4490"
    )
    with session(address) as connection:
        make_schema(connection, address)
        make_files(connection, {})
        make_layers(connection)
        write_stored_layer(connection, address.schema, "buildings", frame)
    with session(address, reads=True) as connection:
        back = read_stored_layer(connection, address.schema, "buildings")
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM town_files").scalar() == 0
    assert list(back.columns) == list(frame.columns)
    assert back.crs == "EPSG:4490"
    assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(back), check_exact=True)
    assert list(shapely.to_wkb(back.geometry)) == list(shapely.to_wkb(frame.geometry))


def test_what_was_drawn_on_the_server_is_read(folder, place, tmp_path):
    address = read_address(place("drawn"))
    push_town(folder, address)
    pull_town(address, tmp_path / "shared", shared=True)
    with session(address) as connection:
        connection.exec_driver_sql(
            "INSERT INTO layer_buildings (building_id, geometry) "
            "SELECT '新楼', ST_Translate(geometry, 0.001, 0) FROM layer_buildings LIMIT 1"
        )
        connection.exec_driver_sql("ALTER TABLE layer_buildings ADD COLUMN 备注 text DEFAULT '夜'")
    buildings = examine_town(tmp_path / "shared").town.buildings
    assert list(buildings["building_id"]) == [*(f"B{k}" for k in range(1, 31)), "新楼"]
    assert list(buildings["source_row"]) == list(range(1, 32))
    with session(address, reads=True) as connection:
        assert list(read_stored_layer(connection, "drawn", "buildings")["备注"]) == ["夜"] * 31


def test_no_layer_takes_the_name_of_another(folder, place, tmp_path):
    whole = pyogrio.read_dataframe(folder / "layers.gpkg", layer="buildings")
    pyogrio.write_dataframe(whole.iloc[:7], folder / "layers.gpkg", layer="water", append=False)
    settings = folder / "town.toml"
    told = settings.read_text(encoding="utf-8").replace('layer = "buildings"', 'layer = "water"')
    ponds = gpd.GeoDataFrame(
        {"water_id": ["W1"], "kind": ["hydrant"]},
        geometry=[shapely.centroid(whole.geometry.iloc[0])],
    )
    ponds.set_crs(4326).to_file(folder / "ponds.gpkg", layer="water")
    told += '\n[layers.water]\nfile = "ponds.gpkg"\nlayer = "water"\n'
    settings.write_text(told, encoding="utf-8")
    address = read_address(place("names"))
    moved = push_town(folder, address)
    assert (moved["water"], moved["water_2"], moved["lanes"]) == (7, 1, 1)
    pull_town(address, tmp_path / "back")
    back = examine_town(tmp_path / "back").town
    assert len(back.buildings) == 7 and list(back.water["water_id"]) == ["W1"]


def test_a_town_is_never_written_over_and_never_half_there(folder, place, tmp_path):
    address = read_address(place("once"))
    settings = folder / "town.toml"
    config = settings.read_text(encoding="utf-8")
    settings.write_text('arrivals = "../secret"\n' + config, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        push_town(folder, address)
    assert caught.value.key == "error.file_outside"
    settings.write_text(config, encoding="utf-8")
    with writing(folder, at=dt.datetime(2026, 9, 1)) as records:
        said = ("hazards", "nul\0l", "2026-01-01", "then", "sha", 0, 0, None)
        append_import(records, said)
    with pytest.raises(OutputError):  # the layers are written by then
        push_town(folder, address)
    (folder / "ledgers.gpkg").unlink()
    push_town(folder, address)
    with pytest.raises(InputError) as caught:
        push_town(folder, address)
    assert caught.value.key == "error.push_there"
    with pytest.raises(InputError) as caught:
        pull_town(read_address(place("nobody")), tmp_path / "none")
    assert caught.value.key == "error.database_no_town"
    assert not (tmp_path / "none").exists() and not list(tmp_path.glob(".*"))


def test_what_was_corrected_by_hand_travels_as_the_value_that_counts(place, tmp_path):
    folder = tmp_path / "甲镇"
    found_from_files(folder, raw_town(tmp_path / "in", tier="大站"), name="甲镇")
    cells = (("buildings", "floors", "六层半多", "6"), ("stations", "tier", "大站", "微型消防站"))
    for layer, column, old, new in cells:
        source, schema = read_config(folder).layers[layer], SCHEMAS[layer]
        sheet = read_layer(folder / source.file, source, schema=schema)
        cell = NewValue(source, sheet, schema, 2, "", column, old, new)
        correct_cells(folder, [cell], by="李干事", at=dt.datetime(2026, 11, 30))
    address = read_address(place("corrected"))
    push_town(folder, address)
    pull_town(address, tmp_path / "back")
    town = examine_town(tmp_path / "back").town
    assert town.buildings.set_index("building_id").at["B2", "floors"] == 6
    assert set(town.stations["tier"]) == {"micro_station"}
