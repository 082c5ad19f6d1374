"""Layers from tables with coordinates in two columns."""

import pytest

from weizhan.geo.rules import LayerSource
from weizhan.geo.tables import SCHEMAS, read_layer


def test_degrees_minutes_and_seconds_are_read_as_degrees(tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text(
        "名称,经度,纬度\n甲,106°28′48″,29°33′00″\n乙,106.48,29.55\n丙,E106.28.48,29度33分\n",
        encoding="utf-8",
    )
    places = read_layer(
        file, LayerSource(file=file.name), schema=SCHEMAS["stations"]
    ).table.geometry
    assert list(places.x) == pytest.approx([106.48] * 3)
    assert list(places.y) == pytest.approx([29.55] * 3)


def stations(tmp_path, head, *rows, **source):
    file = tmp_path / "stations.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return read_layer(file, LayerSource(file=file.name, **source), schema=SCHEMAS["stations"])


def told(sheet):
    return [(p.code, p.row, p.column, p.value) for p in sheet.problems if p.severity == "error"]


def test_every_cell_that_is_no_coordinate_is_told_at_once(tmp_path):
    sheet = stations(
        tmp_path, "名称,经度,纬度",
        "甲,106.48,29.55", "乙,朝阳路12号之一,29.55", "丙,106.49,inf", "丁,,29.5", "戊,?,#REF!",
    )  # fmt: skip
    assert told(sheet) == [
        ("not_a_coordinate", 3, "经度", "朝阳路12号之一"),
        ("not_a_coordinate", 6, "经度", "?"),
        ("not_a_coordinate", 4, "纬度", "inf"),
        ("not_a_coordinate", 6, "纬度", "#REF!"),
    ]
    assert sheet.table.geometry.notna().tolist() == [True, False, False, False, False]
    said = sheet.problems[0].message()
    assert said.startswith("须改正 · stations.csv · 站点 · 第 3 行 · 列 经度")
    assert "朝阳路12号之一" in said and "106°28′52″" in said


def test_a_lost_decimal_point_and_axes_written_the_other_way_round_are_told(tmp_path):
    sheet = stations(
        tmp_path, "名称,经度,纬度",
        "甲,106.48,29.55", "乙,10648,29.55", "丙,29.55,106.48", "丁,106.5,29.6", "戊,106.5,29.5",
    )  # fmt: skip
    assert told(sheet) == [
        ("coordinate_odd", 3, "经度", "10648"),
        ("coordinate_odd", 4, "经度", "29.55"),
        ("coordinate_odd", 4, "纬度", "106.48"),
    ]
    assert sheet.problems[0].allowed == "106.5"
    assert sheet.table.geometry.notna().tolist() == [True, False, False, True, True]


def test_zones_beside_each_other_are_both_right(tmp_path):
    sheet = stations(
        tmp_path, "名称,东坐标,北坐标", "甲,35683456.1,3274567.8", "乙,36312345.6,3274600",
        "丙,35683460,327460", "丁,35683460,3274601", datum="cgcs2000",
    )  # fmt: skip
    assert told(sheet) == [("coordinate_odd", 4, "北坐标", "327460")]
    assert sheet.table.geometry.notna().tolist() == [True, True, False, True]


def test_in_one_column_another_unit_and_another_zone_are_told(tmp_path):
    sheet = stations(
        tmp_path, "名称,坐标", '甲,"106.48, 29.55"', "乙,36512345.6 3274567.8", "丙,桥头",
        '丁,"29.56N 106.49E"', '戊,"116.48, 29.55"', '己,"106.48, 29.54"',
    )  # fmt: skip
    assert told(sheet) == [
        ("not_a_coordinate", 4, "坐标", "桥头"),
        ("coordinate_odd", 3, "坐标", "36512345.6 3274567.8"),
        ("coordinate_odd", 6, "坐标", "116.48, 29.55"),
    ]
    there = sheet.table.geometry
    assert there.notna().tolist() == [True, False, False, True, False, True]
    assert there.y.iloc[3] == pytest.approx(29.56)  # turned round, and told
    assert [p.count for p in sheet.problems if p.code == "axes_swapped"] == [1]
