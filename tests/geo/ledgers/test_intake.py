"""Ledgers come in as offices write them; importing twice is importing once."""

import datetime as dt
import shutil
import sqlite3
from itertools import permutations

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.ground.datum import from_wgs84
from weizhan.geo.ledgers import archive
from weizhan.geo.ledgers import intake as intake_module
from weizhan.geo.ledgers.archive import (
    conflicts,
    read_imports,
    read_records,
    read_same,
    read_versions,
)
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.ledgers.open_rows import open_problems
from weizhan.geo.ledgers.stores import ARCHIVE_FILE
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import InputError, OutputError

DAY = dt.date(2026, 6, 1)
AT = dt.datetime(2026, 6, 1, 12)
LON, LAT = 106.5, 29.5
STEP = 0.0003  # about 30 m


@pytest.fixture(scope="module")
def _town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "t"
    corners = [(LON + k * STEP, LAT) for k in range(4)]
    buildings = gpd.GeoDataFrame(
        {
            "building_id": ["B1", "B2", "B3", "B4"],
            "name": ["红星厂", "悦云苑2栋", None, None],
            "address": ["云岭路1号", "云岭路2号", "青山街3号", "青山街3号"],
        },
        geometry=[shapely.box(x, y, x + STEP / 2, y + STEP / 2) for x, y in corners],
        crs=4326,
    )
    lanes = gpd.GeoDataFrame(
        {"lane_id": ["L1", "L2"], "name": ["云岭路", "后巷"]},
        geometry=[
            shapely.LineString([(LON, LAT - STEP / 4), (LON + 5 * STEP, LAT - STEP / 4)]),
            shapely.LineString([(LON, LAT - STEP / 4), (LON, LAT - 3 * STEP)]),
        ],
        crs=4326,
    )
    communities = gpd.GeoDataFrame(
        {"community_id": ["C1", "C2"], "name": ["东社区", "西社区"]},
        geometry=[
            shapely.box(LON - 1e-3, LAT - 1e-3, LON + 2.9 * STEP, LAT + 1e-3),
            shapely.box(LON + 2.9 * STEP, LAT - 1e-3, LON + 1e-2, LAT + 1e-3),
        ],
        crs=4326,
    )
    layers = {"buildings": buildings, "lanes": lanes, "communities": communities}
    found_town(folder, Founding(layers), name="重庆市小镇", origin="test")
    return folder


@pytest.fixture
def town(_town, tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    for file in _town.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def book(tmp_path):
    def write(name, rows, merged=()):
        workbook = openpyxl.Workbook()
        page = workbook.active
        for row in rows:
            page.append(row)
        for area in merged:
            page.merge_cells(area)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


def take(folder, file, kind="hazards", **options):
    at = options.pop("at", AT)
    ledger = LedgerFile(file, kind, **{"as_of": DAY, **options})
    return import_ledger(folder, ledger, at=at)


def contents(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


HEADERS = ["隐患编号", "详细地址", "隐患类别", "发现日期", "整改期限", "整改状态"]


def test_a_ledger_as_offices_write_it(town, book):
    file = book(
        "隐患.xlsx",
        [
            ["二季度火灾隐患台账", None, None, None, None, None, None],
            ["基本情况", None, None, "整改", None, None, None],
            ["联系人", "整改状态", "发现日期", "整改期限", "隐患编号", "详细地址", "隐患类别"],
            ["甲", "整改中", "2026年3月5日", 46120, "YH1", "云岭路1号", "违规住人"],
            [None, None, None, None, None, None, None],
            ["乙", "待交办", 20260306, "2026/4/6", "YH2", "重庆市云岭路２号", "w8"],
            ["丙", None, dt.date(2026, 3, 7), "3月5日", "YH3", "不知何处", "宇宙"],
        ],
        merged=["A1:G1", "A2:C2", "D2:G2"],
    )
    taken = take(town, file)
    assert (taken.account.rows, taken.added, taken.matched) == (
        3,
        3,
        {"address": 2, "unmatched": 1},
    )
    records = read_records(town, "hazards").set_index("key")
    assert records["building_id"].tolist() == ["B1", "B2", None]
    assert records["code"].tolist() == ["W6", "W8", None]
    assert records["found_on"].dt.day.tolist() == [5, 6, 7]
    assert records.loc["YH1", "due_on"] == pd.Timestamp("2026-04-08")
    assert [
        (p.code, p.row, p.column, p.details["header"])
        for p in taken.problems
        if p.severity == "error"
    ] == [
        ("not_in_vocabulary", 7, "code", "隐患类别"),
    ]
    assert records.loc["YH3", "due_on"] == pd.Timestamp(DAY.year, 3, 5)  # the year of the import
    (dated,) = [p for p in taken.problems if p.code == "read_as_date"]
    assert dated.value == f"7: 3月5日 → {DAY.year}-03-05"
    assert taken.unmatched[["source_row", "address"]].to_numpy().tolist() == [[7, "不知何处"]]
    events = read_events(town)
    assert events.groupby("key")["state"].last().to_dict() == {
        "YH1": "assigned", "YH2": "found", "YH3": "found",
    }  # fmt: skip


def test_importing_twice_changes_no_byte(town, book):
    file = book("a.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", None, "整改中"]])
    take(town, file)
    before = contents(town)
    again = take(town, file, as_of=dt.date(2026, 9, 1), at=dt.datetime(2026, 9, 1))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    assert contents(town) == before


def test_a_later_ledger_of_the_same_source_carries_the_case_on(town, book):
    row = ["YH1", "云岭路1号", "W6", "2026-03-05", "2026-05-01"]
    take(town, book("a.xlsx", [HEADERS, [*row, "整改中"]]))
    later = take(town, book("a.xlsx", [HEADERS, [*row, "已销案"]]), as_of=dt.date(2026, 7, 1))
    assert (later.added, later.changed) == (0, 1)
    assert later.conflicts.empty
    assert {p.code for p in later.problems} == {"recheck_skipped"}
    assert len(read_versions(town, "hazards")) == 2
    events = read_events(town)
    assert events["state"].tolist() == ["found", "assigned", "fixed", "rechecked", "closed"]
    assert events["stated"].tolist() == [1, 0, 0, 0, 0]
    back = take(town, book("a.xlsx", [HEADERS, [*row, "整改中"]]), as_of=dt.date(2026, 8, 1))
    (differs,) = [p for p in back.problems if p.code == "case_state_differs"]
    assert "YH1" in differs.message() and "反弹日期" in differs.message()
    assert len(read_events(town)) == 5


def test_a_case_booked_late_closes_with_its_days(town, book):
    head = ["隐患编号", "详细地址", "隐患类别", "发现日期", "整改状态", "整改日期", "销案日期"]
    row = ["YH1", "云岭路1号", "W6", "2026-09-01"]
    sept, october = dt.date(2026, 9, 30), dt.date(2026, 10, 31)
    take(town, book("九月.xlsx", [head, [*row, "整改中", None, None]]), as_of=sept)
    later = [head, [*row, None, "2026-09-20", "2026-09-28"]]
    taken = take(town, book("十月.xlsx", later), as_of=october)
    assert [p for p in taken.problems if p.severity == "error"] == []
    events = read_events(town)
    told = zip(events["state"], events["happened_on"].dt.strftime("%m-%d"), events["stated"],
               strict=True)  # fmt: skip
    assert list(told) == [
        ("found", "09-01", 1), ("assigned", "09-20", 0), ("fixed", "09-20", 1),
        ("rechecked", "09-28", 0), ("closed", "09-28", 1),
    ]  # fmt: skip
    recorded = events.loc[events["state"] == "fixed", "recorded_at"].item()
    assert recorded.startswith(AT.date().isoformat())  # when it was booked, not when it happened


def test_the_order_in_which_ledgers_are_booked_changes_no_story(_town, tmp_path, book):
    head = ["隐患编号", "详细地址", "隐患类别", "发现日期", "整改状态", "整改日期", "销案日期"]
    row = ["YH1", "云岭路1号", "W6", "2026-09-01"]
    ledgers = [
        (book("九月.xlsx", [head, [*row, "整改中", None, None]]), dt.date(2026, 9, 30)),
        (book("十月.xlsx", [head, [*row, None, "2026-09-20", None]]), dt.date(2026, 10, 31)),
        (book("冬.xlsx", [head, [*row, None, None, "2026-09-28"]]), dt.date(2026, 11, 30)),
    ]
    stories = []
    for number, order in enumerate(permutations(ledgers)):
        folder = tmp_path / f"town{number}"
        shutil.copytree(_town, folder)
        for file, as_of in order:
            take(folder, file, as_of=as_of, at=dt.datetime(2026, 12, 1))
        events = read_events(folder)
        stories.append(events[["state", "happened_on", "stated"]].to_numpy().tolist())
    assert stories[0][-1][0] == "closed" and all(story == stories[0] for story in stories)


def test_sources_that_differ_are_listed_with_source_and_date(town, book):
    take(town, book("社区.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", "2026-05-01"]]))
    taken = take(
        town,
        book("应急办.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", "2026-06-01"]]),
        as_of=dt.date(2026, 7, 1),
    )
    assert taken.conflicts.to_numpy().tolist() == [
        ["YH1", "due_on", pd.Timestamp("2026-05-01"), "社区.xlsx", "2026-06-01", 2, False],
        ["YH1", "due_on", pd.Timestamp("2026-06-01"), "应急办.xlsx", "2026-07-01", 2, True],
    ]
    (holds,) = read_records(town, "hazards")["due_on"]
    assert holds == pd.Timestamp("2026-06-01")
    assert len(read_events(town)) == 1
    assert conflicts(town, "devices").empty


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_offices(town, tmp_path, encoding):
    file = tmp_path / "设施.csv"
    text = "设备类型,地址,安装数量,应装数量\n烟感,云岭路1号,2,3\n漏保,云岭路2号,1,\n"
    file.write_bytes(text.encode(encoding))
    take(town, file, "devices")
    records = read_records(town, "devices")
    assert records["device"].tolist() == ["smoke_detector", "rcd"]
    assert records["building_id"].tolist() == ["B1", "B2"]


def test_rows_are_located_by_id_point_address_name_and_community(town, tmp_path):
    lon, lat = from_wgs84([LON + STEP * 1.25], [LAT + STEP / 4], "gcj02")
    file = tmp_path / "检查.csv"
    rows = [
        "检查日期,房屋编号,单位名称,地址,所属社区,经度,纬度",
        "2026-05-01,B4,,,,,",
        f"2026-05-02,,,,,{lon[0]},{lat[0]}",
        "2026-05-03,,,云岭路2号,,,",
        "2026-05-04,,红星厂,,,,",
        "2026-05-05,,,青山街3号,,,",
        "2026-05-06,,,青山街3号,西社区,,",
        "2026-05-07,B99,,云岭路1号,,,",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    taken = take(town, file, "inspections", datum="gcj02")
    records = read_records(town, "inspections").sort_values("inspected_on")
    assert list(zip(records["building_id"], records["match_how"], strict=True)) == [
        ("B4", "id"), ("B2", "point"), ("B2", "address"), ("B1", "name"), (None, "unmatched"),
        ("B4", "address"), ("B1", "address"),
    ]  # fmt: skip
    assert records["guesses"].iloc[4] == "B3、B4"
    assert records["told_building_id"].iloc[6] == "B99"
    assert [p.code for p in taken.problems] == ["id_unknown", "row_unmatched"]


def test_geodata_brings_its_own_positions(town, tmp_path):
    frame = gpd.GeoDataFrame(
        {"巡查时间": ["2026-05-01 08:00", "2026-05-02"], "通行状态": ["堵塞", "变窄"],
         "车道编号": ["L1", None], "剩余宽度": [None, 1.5]},
        geometry=[shapely.Point(LON, LAT), shapely.Point(LON, LAT - STEP)], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "巡查.gpkg", layer="a")
    take(town, tmp_path / "巡查.gpkg", "lane-reports")
    records = read_records(town, "lane-reports")
    assert records["lane_id"].tolist() == ["L1", None]
    assert records["match_how"].tolist() == ["id", "point"]
    assert records["lat"].tolist() == pytest.approx([LAT, LAT - STEP])


def test_a_row_that_repeats_counts_once_and_rows_that_disagree_are_not_merged(town, book):
    rows = [
        HEADERS,
        ["YH1", "云岭路1号", "W6", "2026-03-05", None, None],
        ["YH1", "云岭路1号", "W6", "2026-03-05", None, None],
        ["YH1", "云岭路2号", "W6", "2026-03-05", None, None],
    ]
    taken = take(town, book("a.xlsx", rows))
    records = read_records(town, "hazards")
    assert records[["key", "building_id"]].to_numpy().tolist() == [["YH1", "B1"], ["YH1#2", "B2"]]
    again, apart = taken.problems
    assert (again.code, again.row) == ("row_again", 3)
    assert (apart.severity, apart.code, apart.row) == ("error", "id_disagrees", 4)
    assert "a.xlsx 2 行" in apart.message("zh") and "云岭路1号" in apart.message("en")
    assert take(town, book("a.xlsx", rows)).unchanged == 2


def test_communities_that_both_count_from_one_lose_nothing(town, book):
    headers = ["所属社区", *HEADERS]
    codes = ["W6", "W5", "W8"]
    both = [
        [name, k + 1, address, code, "2026-03-05", None, "整改中"]
        for name, address in (("东社区", "云岭路1号"), ("西社区", "青山街3号"))
        for k, code in enumerate(codes)
    ]
    taken = take(town, book("两社区.xlsx", [headers, *both]))
    assert taken.added == 6
    assert [p for p in taken.problems if p.severity == "error"] == []
    keys = read_records(town, "hazards")["key"]
    assert sorted(keys) == ["1@东社区", "1@西社区", "2@东社区", "2@西社区", "3@东社区", "3@西社区"]
    assert take(town, book("两社区.xlsx", [headers, *both])).unchanged == 6
    closed = [[*row[:6], "已销案"] for row in both[:1]]
    take(town, book("两社区.xlsx", [headers, *closed]), as_of=dt.date(2026, 7, 1))
    events = read_events(town)
    assert events.loc[events["state"] == "closed", "key"].tolist() == ["1@东社区"]


def test_two_files_that_both_count_from_one_lose_nothing(town, book):
    for name, address in (("东社区.xlsx", "云岭路1号"), ("西社区.xlsx", "云岭路2号")):
        rows = [[k, address, "W6", f"2026-03-0{k}", None, None] for k in (1, 2, 3)]
        taken = take(town, book(name, [HEADERS, *rows]))
        assert taken.added == 3
    (told,) = [p for p in taken.problems if p.code == "id_elsewhere"]
    assert told.count == 3 and "1@西社区.xlsx" in told.message()
    keys = read_records(town, "hazards")["key"].tolist()
    assert keys == ["1", "2", "3", "1@西社区.xlsx", "2@西社区.xlsx", "3@西社区.xlsx"]


def test_one_sheet_a_community_names_the_community(town, tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "东社区"
    for page, address in (
        (workbook.active, "云岭路1号"),
        (workbook.create_sheet("西社区"), "青山街3号"),
    ):
        page.append(HEADERS)
        for k in (1, 2):
            page.append([k, address, "W6", f"2026-03-0{k}", None, None])
    workbook.save(tmp_path / "全部.xlsx")
    assert take(town, tmp_path / "全部.xlsx").added == 4
    records = read_records(town, "hazards").set_index("key")
    assert records["building_id"].to_dict() == {
        "1@东社区": "B1", "2@东社区": "B1", "1@西社区": "B4", "2@西社区": "B4",
    }  # fmt: skip


BARE_HEADERS = ["详细地址", "隐患类别", "发现日期", "隐患描述", "整改状态", "销案日期"]


def test_without_ids_a_later_row_closes_the_case_and_not_another(town, book):
    first = ["云岭路1号", "W6", "2026-03-05", "楼梯间堆物", "整改中", None]
    closing = ["云岭路1号", "W6", "2026-03-05", "楼梯间堆物，已清", "已销案", "2026-05-01"]
    take(town, book("a.xlsx", [BARE_HEADERS, first]))
    taken = take(town, book("b.xlsx", [BARE_HEADERS, closing]), as_of=dt.date(2026, 7, 1))
    (key,) = read_records(town, "hazards")["key"]
    events = read_events(town)
    assert (set(events["key"]), events["state"].iloc[-1]) == ({key}, "closed")
    assert not [p for p in taken.problems if p.code in ("row_double", "maybe_same")]


def test_without_ids_two_rows_of_one_file_are_one_case_whatever_their_order(town, _town, book,
                                                                             tmp_path):  # fmt: skip
    first = ["云岭路1号", "W6", "2026-03-05", "楼梯间堆物", "整改中", None]
    closing = ["重庆市云岭路1号", "W6", "2026-03-05", None, "已销案", "2026-05-01"]
    other = tmp_path / "other"
    shutil.copytree(_town, other)
    told = []
    for folder, rows in ((town, [first, closing]), (other, [closing, first])):
        taken = take(folder, book("a.xlsx", [BARE_HEADERS, *rows]))
        assert [p.code for p in taken.problems if p.code == "row_same"] == ["row_same"]
        (record,) = read_records(folder, "hazards").to_dict("records")
        events = read_events(folder)
        told.append((record["key"], record["description"], record["closed_on"],
                     events["state"].tolist()))  # fmt: skip
        again = take(folder, book("a.xlsx", [BARE_HEADERS, *rows]))
        assert (again.added, again.changed) == (0, 0)
    assert told[0] == told[1]
    assert told[0][1:] == ("楼梯间堆物", pd.Timestamp("2026-05-01"),
                           ["found", "assigned", "fixed", "rechecked", "closed"])  # fmt: skip


def test_a_corrected_day_or_address_is_asked_and_kept_apart(town, book):
    rows = [
        ["云岭路1号", "W6", "2026-03-05", None, None, None],
        ["云岭路2号", "W5", "2026-03-06", None, None, None],
        ["云岭路1号", "W8", "2026-03-07", None, None, None],
    ]
    take(town, book("a.xlsx", [BARE_HEADERS, *rows]))
    better = [
        ["云岭路1号", "W6", "2026-03-08", None, None, None],  # the day corrected
        ["云岭路1号", "W5", "2026-03-06", None, None, None],  # the address corrected
        rows[2],  # stays
        ["云岭路1号", "W8", "2026-03-17", None, None, None],  # another beside the one that stays
    ]
    taken = take(town, book("a.xlsx", [BARE_HEADERS, *better]))
    asked = [(p.row, p.details["why"]) for p in taken.problems if p.code == "maybe_same"]
    assert asked == [(2, "date"), (3, "place")]
    assert len(read_records(town, "hazards")) == 6
    assert len(read_same(town, "hazards")) == 2


def test_rows_without_identity_keep_theirs_however_often_they_come(town, book):
    headers = ["地址", "设备类型", "安装数量"]
    rows = [headers, ["云岭路1号", "烟感", 1], ["云岭路2号", "烟感", 2]]
    take(town, book("d.xlsx", rows), "devices")
    assert take(town, book("d.xlsx", rows), "devices").unchanged == 2
    more = take(town, book("d.xlsx", [*rows, ["云岭路1号", "漏保", 1]]), "devices")
    assert (more.added, more.changed, more.unchanged) == (1, 0, 2)


def test_merged_cells_hold_for_every_row_they_cover(town, book):
    rows = [
        HEADERS,
        ["YH1", "云岭路1号", "W6", "2026-03-05", None, None],
        ["YH2", None, "W5", "2026-03-05", None, None],
    ]
    take(town, book("a.xlsx", rows, merged=["B2:B3"]))
    assert read_records(town, "hazards")["building_id"].tolist() == ["B1", "B1"]


def test_formulas_without_results_are_told_and_texts_like_formulas_stay_texts(town, book, tmp_path):
    file = book("f.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", "=D2+30", None]])
    taken = take(town, file)
    assert [(p.code, p.row, p.value) for p in taken.problems] == [("formula_hollow", 2, "E2")]
    csv = tmp_path / "g.csv"
    csv.write_text(
        "隐患编号,地址,隐患类别,发现日期,隐患描述\n"
        "YH9,云岭路1号,W6,2026-03-05,=cmd|' /C calc'!A0\n",
        encoding="utf-8",
    )
    take(town, csv)
    assert read_records(town, "hazards")["description"].tolist()[-1] == "=cmd|' /C calc'!A0"


def test_names_that_look_like_sql_are_only_names(town, book):
    evil = "YH1'); DROP TABLE hazards; --"
    rows = [
        [*HEADERS, "隐患描述"],
        [evil, "云岭路1号", "W6", "2026-03-05", None, None, '"; DELETE'],
    ]
    file = book("a.xlsx", rows)
    take(town, file, source="x' OR '1'='1")
    records = read_records(town, "hazards")
    assert records[["key", "description"]].to_numpy().tolist() == [[evil, '"; DELETE']]
    assert take(town, file, source="x' OR '1'='1").unchanged == 1


def test_history_cannot_be_changed_and_opens_as_a_geopackage(town, book):
    take(town, book("a.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", None, None]]))
    file = town / ARCHIVE_FILE
    with sqlite3.connect(file) as connection:
        for table in ("hazards", "imports", "ledger_columns"):
            for change in (f"UPDATE {table} SET fid = fid + 100", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
                    connection.execute(change)
    connection.close()
    told = pyogrio.read_dataframe(file, layer="hazard_told")
    assert told[["key", "state", "stated"]].to_numpy().tolist() == [["YH1", "found", 1]]


def test_what_names_a_person_is_marked_and_left_out(town, book):
    rows = [[*HEADERS, "联系人", "联系电话"],
            ["YH1", "云岭路1号", "W6", "2026-03-05", None, None, "甲", "023"]]  # fmt: skip
    take(town, book("a.xlsx", rows))
    assert not {"person", "phone"} & set(read_records(town, "hazards").columns)
    assert read_records(town, "hazards", personal=True)["person"].tolist() == ["甲"]
    columns = pyogrio.read_dataframe(town / ARCHIVE_FILE, layer="ledger_columns")
    assert set(columns[columns["personal"].astype(bool)]["name"]) == {
        "person",
        "phone",
        "inspector",
    }


def test_vulnerable_people_are_counts_and_their_names_are_never_stored(town, book):
    with pytest.raises(InputError, match="空巢老人"):
        take(town, book("v.xlsx", [["姓名", "地址"], ["甲某某", "云岭路1号"]]), "vulnerable")
    assert not (town / ARCHIVE_FILE).exists()
    rows = [["姓名", "地址", "空巢老人"], ["甲某某", "云岭路1号", 2]]
    take(town, book("v.xlsx", rows), "vulnerable")
    assert read_records(town, "vulnerable", personal=True)["empty_nest_elders"].tolist() == [2]
    assert "甲某某".encode() not in (town / ARCHIVE_FILE).read_bytes()


def test_an_import_that_fails_leaves_nothing(town, book, monkeypatch):
    first = book("a.xlsx", [HEADERS, ["YH1", "云岭路1号", "W6", "2026-03-05", None, None]])
    before = contents(town)

    def fail(*_):
        raise OutputError("error.cannot_write", file="town.toml", why="full")

    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "save_mapping", fail)
        with pytest.raises(OutputError):
            take(town, first)
        assert contents(town) == before
    take(town, first)
    before = contents(town)
    second = book("b.xlsx", [HEADERS, ["YH2", "云岭路2号", "W6", "2026-03-05", None, None]])
    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "save_mapping", fail)
        with pytest.raises(OutputError):
            take(town, second)
        assert read_imports(town)["source"].tolist() == ["a.xlsx"]
    assert {name: b for name, b in contents(town).items() if name != ARCHIVE_FILE} == {
        name: b for name, b in before.items() if name != ARCHIVE_FILE
    }


def test_the_mapping_is_written_beside_what_the_user_wrote(town, book):
    file = town / "town.toml"
    said = file.read_text(encoding="utf-8") + "\n# 我的注释\n[override.ledgers]\n"
    file.write_text(said, encoding="utf-8")
    rows = [["类别一", *HEADERS[:2], HEADERS[3]], ["W6", "YH1", "云岭路1号", "2026-03-05"]]
    with pytest.raises(InputError, match="隐患类别"):
        take(town, book("a.xlsx", rows))
    assert file.read_text(encoding="utf-8") == said
    file.write_text(
        said + '\n[imports.hazards.columns]\ncode = "类别一" # 手写\n', encoding="utf-8"
    )
    take(town, book("a.xlsx", rows))
    now = file.read_text(encoding="utf-8")
    assert now.startswith(said)
    assert 'code = "类别一" # 手写' in now
    assert 'address = "详细地址"' in now
    load_town(town)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["编号", "备注"], ["1", "x"]], "found_on"),
        ([["隐患类别", "发现日期"], ["W6", "2026-03-05"]], "位置列"),
    ],
)
def test_what_is_no_such_ledger_is_refused_with_its_headers(town, book, rows, said):
    with pytest.raises(InputError, match=said) as told:
        take(town, book("n.xlsx", rows))
    assert rows[0][0] in told.value.message("en")
    assert not (town / ARCHIVE_FILE).exists()


def test_a_broken_archive_is_told(town, book):
    (town / ARCHIVE_FILE).write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="archive"):
        read_records(town, "hazards")


def test_points_that_fall_nowhere_put_the_datum_in_doubt(town, tmp_path):
    file = tmp_path / "p.csv"
    lines = [f"2026-05-0{k},{LON + 0.005 + k * 1e-4},{LAT}" for k in range(1, 5)]
    file.write_text("\n".join(["检查日期,经度,纬度", *lines, "2026-05-09,999,1"]), encoding="utf-8")
    taken = take(town, file, "inspections")
    codes = [p.code for p in taken.problems]
    assert codes.count("points_off") == 1
    assert codes.count("not_a_position") == 1
    assert taken.matched == {"unmatched": 5}


def test_two_first_imports_at_once_do_not_replace_each_other(town, book):
    row = ["YH1", "云岭路1号", "W6", "2026-03-05", None, None]
    file = book("a.xlsx", [HEADERS, row])
    with pytest.raises(OutputError), archive.writing(town, at=AT):
        take(town, file)
    assert read_records(town, "hazards")["key"].tolist() == ["YH1"]


def test_sums_remarks_and_headings_that_stand_again_are_no_records(town, book):
    file = book(
        "隐患.xlsx",
        [
            HEADERS,
            ["YH1", "云岭路1号", "违规住人", "2026-03-05", None, "整改中"],
            ["小计", "1 处", None, None, None, None],
            HEADERS,
            ["YH2", "云岭路2号", "违规住人", "2026-03-06", None, "整改中"],
            ["合 计", None, None, "2", None, None],
            ["注：本表由网格员填报", None, None, None, None, None],
            ["合计村3组", "云岭路1号", "违规住人", "2026-03-07", None, "整改中"],
        ],
    )
    taken = take(town, file)
    assert (taken.account.rows, taken.added) == (3, 3)
    passed = [(p.row, p.value) for p in taken.problems if p.code == "row_passed"]
    assert [row for row, _ in passed] == [3, 4, 6, 7]
    assert passed[-1][1] == "注:本表由网格员填报"
    records = read_records(town, "hazards")
    assert sorted(records["hazard_id"]) == ["YH1", "YH2", "合计村3组"]


def test_a_day_that_had_not_come_is_taken_in_when_it_has(town, book):
    headers = [*HEADERS[:4], "整改日期", "整改状态"]
    file = book(
        "隐患.xlsx", [headers, ["YH1", "云岭路1号", "违规住人", "2026-03-05", "2026-07-01", None]]
    )
    early = take(town, file)
    assert [p.code for p in early.problems if p.severity == "error"] == ["date_future"]
    assert read_records(town, "hazards")["fixed_on"].isna().all()
    assert take(town, file).unchanged == 1
    late = take(town, file, as_of=dt.date(2026, 8, 1), at=dt.datetime(2026, 8, 1))
    assert (late.changed, late.unchanged) == (1, 0)
    assert read_records(town, "hazards")["fixed_on"].tolist() == [pd.Timestamp("2026-07-01")]


def test_numbers_told_as_ranges_stay_ranges_until_somebody_tells_the_number(town, book):
    rows = [["建筑编号", "夜间人数", "层数"], ["B1", "3-4", "3"], ["B2", "约200人", ">2"]]
    taken = take(town, book("自建房.xlsx", rows), kind="self-built")
    told = {p.column: p for p in taken.problems if p.code == "read_as_range"}
    assert told["people_night"].value == "2: 3-4 → 4 (3–4)；3: 约200人 → 200 (180–220)"
    assert told["floors"].value == "3: >2 → 2 (2–?)"
    buildings = load_town(town).buildings.set_index("building_id")
    ends = ["people_night", "people_night_low", "people_night_high"]
    assert buildings.loc["B1", ends].tolist() == [4, 3, 4]
    assert buildings.loc["B2", ends].tolist() == [200, 180, 220]
    assert buildings.loc["B2", ["floors", "floors_low"]].tolist() == [2, 2]
    assert "floors_high" not in buildings  # open, and nobody else told one
    later = book("自建房.xlsx", [rows[0], ["B1", 3, "3"], ["B2", "约200人", ">2"]])
    take(town, later, kind="self-built", as_of=DAY + dt.timedelta(1))
    buildings = load_town(town).buildings.set_index("building_id")
    assert buildings.loc["B1", "people_night"] == 3
    assert np.isnan(buildings.loc["B1", "people_night_low"])
    assert buildings.loc["B2", "people_night_low"] == 180


def test_a_blank_category_is_proposed_from_the_words_and_how_sure_is_kept(town, book):
    file = book(
        "隐患.xlsx",
        [
            [*HEADERS, "隐患描述"],
            ["YH1", "云岭路1号", "W6", "2026-03-05", None, "整改中", "门口堆物"],
            ["YH2", "云岭路2号", None, "2026-03-05", None, "整改中", "占用消防车道"],
            ["YH3", "云岭路2号", "—", "2026-03-05", None, "整改中", "情况复杂"],
        ],
    )
    taken = take(town, file)
    assert [p for p in taken.problems if p.severity == "error"] == []
    kept = read_records(town, "hazards").set_index("hazard_id")
    assert kept["code"].tolist() == ["W6", "W8", "unclassified"]
    assert kept["code_sure"].tolist() == [None, "certain", "unsure"]


def test_what_is_wrong_is_told_with_the_id_and_the_header_that_were_given(town, book):
    rows = [["通报编号", "建筑编号", "方式", "抄告日期"],
            ["N1", "无此楼", "约谈", "2025-09-01"],
            ["N2", "无此楼", "约谈", "2026-09-01"],
            ["N3", "无此楼", None, "2025-09-01"]]  # fmt: skip
    taken = take(town, book("通报.xlsx", rows), "notices")
    lost = [p for p in taken.problems if p.code.startswith("row_unmatched")]
    assert [p.value for p in lost] == ["无此楼"] * 3
    (ahead,) = [p for p in taken.problems if p.code == "date_future"]
    assert "抄告日期 (issued_on)" in ahead.message("zh")
    still = open_problems(town)
    assert [p.value for p in still if p.code.startswith("row_unmatched")] == ["无此楼"] * 3
    empties = [p for p in still if p.code == "cell_open_empty"]
    assert [(p.feature, p.column, p.value) for p in empties] == [("N3", "notice", "")]
    (empty,) = empties
    assert "必填而当时为空" in empty.message("zh")
    assert "“”" not in empty.message("zh") + empty.message("en")
