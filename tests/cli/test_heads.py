"""Ledgers as communities send them: titles, who fills in, rows of headings, numbers of columns."""

from __future__ import annotations

import csv

import openpyxl
import pandas as pd
import pytest

from weizhan.geo.ledgers import read_records

from .small_town import small_town

#: Kind, rows, merged cells, and the values that the first record must have.
SENT = {
    "title and who fills in": (
        "hazards",
        [["东城街道自建房消防安全隐患排查台账"],
         ["填报单位：东城街道应急办", None, None, None, None, "填报日期：2026年9月30日"],
         ["序号", "地址", "隐患类型", "发现日期", "整改期限", "整改状态"],
         [1, "幸福路1号", "H2", "8月1日", "2026-08-20", "整改中"]],
        ["A1:F1"],
        {"building_id": "B01", "code": "H2", "found_on": pd.Timestamp("2026-08-01")},
    ),
    "two rows of headings": (
        "hazards",
        [["消防安全隐患清单"],
         ["填报单位：", "东城街道", None, "填报人：", "李四", "填报日期：", "2026.9.30"],
         ["序号", "基本信息", None, "隐患情况", None, "整改情况", None],
         [None, "场所名称", "详细地址", "隐患类别", "发现时间", "整改时限", "整改状态"],
         [1, "幸福楼", "幸福路2号", "H2", "2026-08-01", "2026-08-20", "整改中"]],
        ["A1:G1", "A3:A4", "B3:C3", "D3:E3", "F3:G3"],
        {"building_id": "B02", "name": "幸福楼", "due_on": pd.Timestamp("2026-08-20")},
    ),
    "a blank first row and numbers of columns": (
        "inspections",
        [[None], ["检查记录表"],
         ["序号", "单位名称", "地址", "检查日期", "发现隐患数", "检查结果"],
         ["栏次", 1, 2, 3, 4, 5],
         [1, "幸福超市", "幸福路3号", "2026-09-01", 2, "责令整改"],
         ["合计", None, None, None, 2, None]],
        ["A2:F2"],
        {"building_id": "B03", "hazards_found": 2.0, "result": "责令整改"},
    ),
    "a text table with an annex, a title with commas and two rows of headings": (
        "stations",
        [["附件2"], ["微型消防站统计表（含社区站，单位站，小区站）"],
         ["填报单位：东城街道（盖章）", "", "", "", "填报日期：2026年9月30日", "", ""],
         ["序号", "站点", "", "", "人员配备", "", "备注"],
         ["", "站点名称", "地址", "级别", "白班人数", "夜班人数", ""],
         ["甲", "1", "2", "3", "4", "5", "6"],
         ["1", "幸福微站", "幸福路4号", "微型消防站", "6", "4", ""]],
        (),
        {"building_id": "B04", "crew_day": 6.0, "crew_night": 4.0},
    ),
    "remarks, a blank row, breaks and units in headings": (
        "warehouses",
        [["厂房、库房消防安全基本情况表"],
         ["填表说明：1.本表由各村（社区）填写；2.面积单位为平方米，人数为在岗人数。"], [None],
         ["填报单位:东城街道", None, None, "联系人：王五", None, None, "2026-09-30"],
         ["序\n号", "单位名称", "详细\n地址", "使用性质", "建筑面积\n（平方米）", 
          "从业人数\n（人）",
          "火灾危险性类别"],
         [1, "幸福纸箱厂", "幸福路6号", "厂房", "1200", "35", "丙类"]],
        ["A1:G1", "A2:G2"],
        {"building_id": "B06", "area_m2": 1200.0, "people_day": 35.0, "danger_class": "c"},
    ),
    "who fills in with words that head columns": (
        "incidents",
        [["火灾情况统计表"], ["单位名称", "东城街道", "联系人", "李四", "联系电话", "023-45678901"],
         ["火灾编号", "起火时间", "起火场所", "地址", "起火原因", "死亡人数"],
         ["F9", "2026-07-03 10:20", "厂房", "幸福路7号", "电气", 0]],
        ["A1:F1"],
        {"building_id": "B07", "key": "F9", "deaths": 0.0},
    ),
    "three rows of headings and their numbers": (
        "self-built",
        [["自建房排查表"],
         ["序号", "房屋信息", None, None, "人员情况", None, None],
         [None, "地址", "层数", "用途", "居住人数", "其中", None],
         [None, None, None, None, None, "老人数", "儿童数"],
         [1, 2, 3, 4, 5, 6, 7],
         [1, "幸福路8号", 3, "自建房", 12, 3, 2]],
        ["A1:G1", "A2:A4", "B2:D2", "E2:G2", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:G3"],
        {"building_id": "B08", "floors": 3.0, "people_night": 12.0, "children": 2.0},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("heads") / "town", "ledgers")


def _sent(folder, rows, merged):
    if not merged:
        file = folder / "上报.csv"
        with file.open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows(rows)
        return file
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(folder / "上报.xlsx")
    return folder / "上报.xlsx"


@pytest.mark.parametrize("name", SENT)
def test_a_ledger_as_it_is_sent_is_read_without_options(run, town, tmp_path, name):
    kind, rows, merged, expected = SENT[name]
    before = set(read_records(town, kind)["key"])
    code, said, errors = run("import", town, _sent(tmp_path, rows, merged), "--kind", kind,
                             "--source", name)  # fmt: skip
    assert code == 0, said + errors
    records = read_records(town, kind)
    new = records[~records["key"].isin(before)]
    assert len(new) == 1, said
    assert {column: new.iloc[0][column] for column in expected} == expected


def test_where_the_headings_are_not_found_the_option_is_named(run, town, tmp_path):
    rows = [["2026年第三季度"], ["点位", "表现", "何时"], ["幸福路1号", "堵了", "8月"]]
    file = _sent(tmp_path, rows, ["A1:C1"])
    for lang in ("zh", "en"):
        code, _, errors = run("import", town, file, "--kind", "hazards", "--lang", lang)
        assert code != 0 and "--header-rows" in errors and "3" in errors
    empty = tmp_path / "空.csv"
    empty.write_text("\n\n\n", "utf-8")
    code, _, errors = run("import", town, empty, "--kind", "hazards")
    assert code != 0 and "--header-rows" in errors


def test_a_title_with_commas_does_not_say_how_cells_are_divided(run, town, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text(
        "隐患台账（自建房，厂房，库房，出租屋，门店，农房）\n隐患编号;地址;隐患类型;发现日期;隐患描述\n"
        "C1;幸福路9号;H2;2026-08-01;楼道，门厅，走廊，电梯前室，屋面，地下室\n", "utf-8"
    )  # fmt: skip
    code, said, errors = run("import", town, file, "--kind", "hazards")
    assert code == 0, said + errors
    row = read_records(town, "hazards").set_index("key").loc["C1"]
    assert row["building_id"] == "B09" and row["description"].count(",") == 5
