"""A cell corrected by hand counts while the value that it replaces still stands in the file."""

import datetime as dt

import pytest

from weizhan.geo.handed_over import found_from_files
from weizhan.geo.rules import read_config
from weizhan.geo.tables import (
    SCHEMAS,
    NewValue,
    correct_cells,
    read_corrections,
    read_layer,
    undo_correction,
)
from weizhan.geo.town import examine_town
from weizhan.geo.words import InputError

from ..raw_files import raw_town

AT = dt.datetime(2026, 11, 30, 9)


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "甲镇"
    found_from_files(folder, raw_town(tmp_path / "in", tier="大站"), name="甲镇")
    return folder


def correct(town, layer, row, column, old, new):
    source = read_config(town).layers[layer]
    schema = SCHEMAS[layer]
    sheet = read_layer(town / source.file, source, schema=schema)
    value = NewValue(source, sheet, schema, row, "", column, old, new)
    (made,) = correct_cells(town, [value], by="李干事", at=AT)
    return made


def codes(town):
    return {p.code: p for p in examine_town(town).problems}


def test_wrong_cells_are_corrected_and_the_file_stays(town):
    before = {p: p.read_bytes() for p in (town / "数据").iterdir()}
    assert {"not_a_number", "not_in_vocabulary"} <= set(codes(town))
    correct(town, "buildings", 2, "floors", "六层半多", "6")
    correct(town, "stations", 2, "tier", "大站", "微型消防站")
    examined = examine_town(town)
    assert examined.town.buildings.set_index("building_id").at["B2", "floors"] == 6
    assert set(examined.town.stations["tier"]) == {"micro_station"}
    told = [p.message() for p in examined.problems if p.code == "corrected"]
    assert len(told) == 2 and "李干事（2026-11-30）" in told[0] and "六层半多" in told[0]
    assert {p: p.read_bytes() for p in before} == before


def test_undone_it_is_as_it_was(town):
    made = correct(town, "buildings", 2, "floors", "六层半多", "6")
    undo_correction(town, made.number, at=AT)
    assert "not_a_number" in codes(town) and "corrected" not in codes(town)
    assert [one.undone for one in read_corrections(town)] == ["2026-11-30T09:00:00"]


def test_a_row_that_moved_is_found_by_its_identity(town):
    correct(town, "stations", 2, "tier", "大站", "微型消防站")
    file = town / "数据" / "名册.csv"
    head, first, second = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([head, second, first]) + "\n", encoding="utf-8")
    told = codes(town)
    assert "corrected" in told and "not_in_vocabulary" not in told


def test_once_the_file_says_something_else_it_counts_and_that_is_told(town):
    correct(town, "stations", 2, "tier", "大站", "微型消防站")
    file = town / "数据" / "名册.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("大站", "消防站"), encoding="utf-8")
    told = codes(town)
    assert "corrected" not in told
    assert (
        "消防站" in told["correction_stale"].message()
        and "大站" in told["correction_stale"].message()
    )
    file.write_text(text.replace("S1", "S9"), encoding="utf-8")
    assert "correction_lost" in codes(town)


def test_what_another_window_changed_meanwhile_is_not_changed_again(town):
    correct(town, "buildings", 2, "floors", "六层半多", "6")
    with pytest.raises(InputError, match="现在是“6”"):
        correct(town, "buildings", 2, "floors", "六层半多", "7")
    correct(town, "buildings", 2, "floors", "6", "7")
    assert examine_town(town).town is None  # the other file is still wrong
    assert [one.new for one in read_corrections(town) if not one.undone] == ["7"]


@pytest.mark.parametrize(("row", "column"), [(99, "floors"), (2, "elders"), (2, "nothing")])
def test_a_cell_that_is_not_there_is_refused(town, row, column):
    with pytest.raises(InputError):
        correct(town, "buildings", row, column, "", "6")
    assert read_corrections(town) == []


def test_a_heading_can_be_left_to_nobody(town):
    settings = town / "town.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace(
        'file = "数据/建筑.geojson"', 'file = "数据/建筑.geojson"\ncolumns = {floors = ""}'
    )
    settings.write_text(text, encoding="utf-8")
    (account,) = (a for a in examine_town(town).accounts if a.what == "buildings")
    assert {m.header: m.how for m in account.headers}["层数"] == "unmatched"
    assert "not_a_number" not in codes(town)


def test_coordinates_are_corrected_before_places_are_made_of_them(town):
    file = town / "数据" / "名册.csv"
    text = file.read_text(encoding="utf-8").replace("大站", "消防站").replace("三层", "3")
    right = text.splitlines()[1].split(",")[3]
    file.write_text(text.replace(right, "10648.O5", 1), encoding="utf-8")
    wrong = codes(town)["not_a_coordinate"]
    assert (wrong.row, wrong.column, wrong.value) == (2, "经度", "10648.O5")
    made = correct(town, "stations", 2, wrong.column, wrong.value, right)
    correct(town, "buildings", 2, "floors", "六层半多", "6")
    examined = examine_town(town)
    first = examined.town.stations.to_crs(4326).geometry.iloc[0]
    assert first.x == pytest.approx(float(right), abs=1e-9)
    assert made.key == "S1" and "10648.O5" in file.read_text(encoding="utf-8")
    again = correct(town, "stations", 2, wrong.column, right, "")  # not known is an answer
    assert again.old == "10648.O5"
    assert len(examine_town(town).town.stations) == 1
