"""Descriptions become hazards with a category, how sure it is and why; nothing is guessed."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.ledgers.hazard_words import read_description
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.town import load_town


def _read(text, place=""):
    return [(p.code.value, p.sure) for p in read_description(text, place=place).hazards]


@pytest.mark.parametrize(
    ("text", "hazards"),
    [
        # the words of the plans are sure
        ("违规住人", [("W6", "certain")]),
        ("占用消防车道", [("W8", "certain")]),
        ("违规停用消防设施", [("W4", "certain")]),
        ("外窗设置铁栅栏广告牌", [("H6", "certain")]),
        # words of inspectors
        ("厨房燃气软管老化；二楼住人", [("H5", "likely"), ("W6", "likely")]),
        ("消防车通道停放货车；安全出口上锁", [("W8", "certain"), ("W9", "certain")]),
        ("楼道停放电瓶车并飞线充电", [("H2", "certain")]),
        ("灭火器过期", [("G1", "likely")]),
        ("无疏散指示标志", [("G1", "likely")]),
        ("配电箱线路凌乱、插座破损", [("G3", "likely")]),
        ("私拉乱接电线", [("H5", "certain")]),
        ("擅自改变使用性质，违规分租", [("W1", "certain"), ("W2", "certain")]),
        ("无证电焊", [("W5", "certain")]),
        ("疏散通道堆放杂物", [("H4", "certain")]),
        ("楼梯间堆放杂物", [("H4", "likely")]),
        ("安全出口被杂物堵塞", [("H4", "certain")]),
        ("电动车停放在消防车通道", [("W8", "certain")]),
        ("窗户加装防盗网", [("H6", "certain")]),
        ("消防喷淋系统被关闭", [("W4", "certain")]),
        ("防火门损坏", [("W7", "likely")]),
        ("消防设施未保持完好", [("G1", "likely")]),
        ("仓库违规住人并占用消防通道", [("W6", "certain"), ("W8", "likely")]),
        # split with care
        ("1、楼道堆放杂物 2、电线老化 3、无灭火器",
         [("H4", "likely"), ("G3", "likely"), ("G1", "likely")]),
        ("①违规住人②安全出口锁闭", [("W6", "certain"), ("W9", "certain")]),
        ("（1）违规住人；（2）私拉电线", [("W6", "certain"), ("H5", "certain")]),
        ("1.消防车道宽度不足，仅2.5米", [("G2", "likely")]),
        ("违规住人、私拉电线、占用消防车道",
         [("W6", "certain"), ("H5", "certain"), ("W8", "certain")]),
        ("楼道、走廊堆放杂物", [("H4", "likely")]),
        ("楼梯间堆放杂物，堵塞疏散通道", [("H4", "certain")]),
        ("占用3、4号楼消防车通道停车", [("W8", "certain")]),
        ("一楼违规住人；二楼违规住人", [("W6", "certain"), ("W6", "certain")]),
        ("存在以下隐患：1.违规住人。2.安全出口上锁。", [("W6", "certain"), ("W9", "certain")]),
        # unsure is unclassified, never guessed
        ("现场管理混乱", [("unclassified", "unsure")]),
        ("违规住人；现场管理混乱", [("W6", "certain"), ("unclassified", "unsure")]),
        ("消防通道上锁", [("unclassified", "unsure")]),
        ("有安全隐患", [("unclassified", "unsure")]),
        # nothing found, or mended
        ("无", []), ("未发现隐患", []), ("未发现违规住人、占用消防车道", []),
        ("未发现违规住人，占用消防车道等问题", []), ("无违规住人", []),
        ("消防设施完好，疏散通道畅通", []), ("安全出口未上锁", []), ("不存在私拉电线现象", []),
        ("楼道堆放杂物，已清理", []), ("违规住人；私拉电线；以上问题均已整改", []),
        ("楼道堆物已清理；电线老化未整改", [("G3", "likely")]),
        ("未发现违规住人，但安全出口上锁", [("W9", "certain")]),
        ("未发现违规住人；安全出口上锁", [("W9", "certain")]),
        ("未发现违规住人，安全出口上锁", [("W9", "likely")]),
        ("疏散通道畅通但灭火器过期", [("G1", "likely")]),
        ("电线老化、未发现违规住人", [("G3", "likely")]),
        ("一楼违规住人；二楼电线老化，已整改", [("W6", "certain")]),
        ("违规住人，要求立即整改", [("W6", "certain")]),
        ("违规住人，尚未整改", [("W6", "certain")]),
        ("", []), (None, []), (float("nan"), []),
    ],
)  # fmt: skip
def test_a_description_is_read(text, hazards):
    assert _read(text) == hazards


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("违规搭建", "某仓库", "W3"), ("楼顶违章搭建雨棚", "某出租屋", "H1"),
        ("违法建设", "红星厂", "W3"), ("违章建筑", "王家自建房", "H1"),
        ("未做防火分隔", "某厂房", "W7"), ("未做防火分隔", "某自建房", "H3"),
    ],
)  # fmt: skip
def test_the_place_decides_between_the_two_lists_of_the_plans(text, place, code):
    assert [c for c, _ in _read(text, place)] == [code]


def test_the_words_that_decided_are_told():
    first, second = read_description("厨房燃气软管老化；楼道停放电瓶车并飞线充电").hazards
    assert first.words == ("燃气软管", "老化")
    assert second.words == ("楼道", "停放", "电瓶车")
    assert (first.text, second.text) == ("厨房燃气软管老化", "楼道停放电瓶车并飞线充电")


def test_what_is_passed_is_kept():
    read = read_description("楼道堆物已清理；电线老化")
    assert read.passed == ("楼道堆物已清理",)
    assert [p.text for p in read.hazards] == ["电线老化"]


PARTS = st.sampled_from(
    [
        "违规住人",
        "安全出口上锁",
        "现场管理混乱",
        "电线老化",
        "未发现隐患",
        "已整改",
        "楼道",
        "3.5米",
        "（2）",
        "1、",
    ]
)


@given(st.lists(st.tuples(PARTS, st.sampled_from("；，、。 ")), max_size=8))
def test_no_part_of_a_text_is_lost_and_order_is_kept(parts):
    text = "".join(word + mark for word, mark in parts)
    read = read_description(text)
    told = "".join([p.text for p in read.hazards] + list(read.passed))
    for word, _ in parts:
        if word in (
            "违规住人",
            "安全出口上锁",
            "现场管理混乱",
            "电线老化",
            "未发现隐患",
            "已整改",
            "楼道",
        ):
            assert told.count(word) >= 1, text


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    for hazard in read_description(text).hazards:
        assert (hazard.code.value == "unclassified") == (hazard.sure == "unsure")


@pytest.fixture
def cases_folder():
    folder = Path(__file__).resolve().parents[4] / "shared" / "cases"
    if not folder.exists():
        pytest.skip("no cases: the folder ../shared/cases is not beside this checkout")
    return folder


@pytest.fixture
def town(tmp_path):
    at = [(106.05 + k * 0.001, 29.8) for k in range(3)]
    buildings = gpd.GeoDataFrame(
        {
            "building_id": ["B1", "B2", "B3"],
            "address": ["沐溪80号", "沐溪82号", "沐溪84号附1号"],
        },
        geometry=[shapely.box(x, y, x + 1e-4, y + 1e-4) for x, y in at],
        crs=4326,
    )
    line = shapely.LineString([(106.049, 29.7999), (106.053, 29.7999)])
    lanes = gpd.GeoDataFrame({"lane_id": ["L"]}, geometry=[line], crs=4326)
    layers = Founding({"buildings": buildings, "lanes": lanes})
    found_town(tmp_path / "town", layers, name="小镇", origin="test")
    return tmp_path / "town"


def test_a_ledger_that_only_describes_is_taken_in(town, cases_folder):
    file = cases_folder / "tables" / "hazards-only-described.csv"
    when = dt.date(2026, 4, 1)
    taken = import_ledger(town, LedgerFile(file, "hazards", as_of=when))
    kept = read_records(town, "hazards").sort_values(["source_row", "code"])
    columns = ["building_id", "code", "description", "found_on", "due_on", "state"]
    told = kept[columns].astype(object).where(kept[columns].notna(), None).values.tolist()
    assert [[str(v)[:10] if v is not None else None for v in row] for row in told] == [
        ["B1", "H5", "厨房燃气软管老化", "2026-03-05", "2026-03-20", "assigned"],
        ["B1", "W6", "二楼住人", "2026-03-05", "2026-03-20", "assigned"],
        ["B2", "W8", "消防车通道停放货车", "2026-03-06", None, "fixed"],
        ["B2", "W9", "安全出口上锁", "2026-03-06", None, "fixed"],
        ["B3", "H2", "楼道停放电瓶车并飞线充电"[:10], "2026-03-07", "2026-03-31", "assigned"],
    ]  # fmt: skip
    said = {(p.row, p.value, p.code) for p in taken.problems if p.code.startswith("hazard_")}
    assert said == {
        (2, "厨房燃气软管老化", "hazard_likely"), (2, "二楼住人", "hazard_likely"),
        (3, "消防车通道停放货车", "hazard_certain"), (3, "安全出口上锁", "hazard_certain"),
        (4, "楼道停放电瓶车并飞线充电", "hazard_certain"),
    }  # fmt: skip
    (summary,) = [p for p in taken.problems if p.code == "hazards_described"]
    assert (summary.count, summary.details) == (
        5, {"rows": "3", "certain": "3", "likely": "2", "unsure": "0"},
    )  # fmt: skip
    assert [p.row for p in taken.problems if p.code == "row_passed"] == [5]
    again = import_ledger(town, LedgerFile(file, "hazards", as_of=when))
    assert (again.account.rows, again.added, again.changed, again.unchanged) == (3, 0, 0, 5)


def test_what_is_unclassified_is_kept_and_what_is_no_hazard_is_told(town, tmp_path):
    file = tmp_path / "隐患.csv"
    file.write_text(
        "隐患编号,地址,检查日期,存在问题\n"
        "A1,沐溪80号,2026-03-05,现场管理混乱；违规住人\nA2,沐溪82号,2026-03-05,未发现隐患\n"
        "A3,沐溪82号,2026-03-05,\n",
        encoding="utf-8",
    )
    taken = import_ledger(town, LedgerFile(file, "hazards", as_of=dt.date(2026, 4, 1)))
    kept = read_records(town, "hazards")
    assert sorted(zip(kept["key"], kept["code"], strict=True)) == [
        ("A1", "unclassified"), ("A1#2", "W6"), ("A3", "unclassified"),
    ]  # fmt: skip
    told = [(p.row, p.value) for p in taken.problems if p.code == "hazard_none"]
    assert told == [(3, "未发现隐患")]
    unsure = [p.message("en") for p in taken.problems if p.code == "hazard_unsure"]
    assert len(unsure) == 2 and "W6" in unsure[0]
    assert load_town(town).ledgers.hazards["code"].tolist().count("unclassified") == 2


def test_days_that_have_not_come_are_refused_and_limits_are_not(town, tmp_path):
    file = tmp_path / "隐患.csv"
    file.write_text(
        "隐患编号,地址,隐患类别,发现日期,整改完成日期,整改期限\n"
        "F1,沐溪80号,违规住人,2062-03-21,,2026-04-30\n"
        "F2,沐溪82号,违规住人,2026-03-05,2026-12-31,2027-01-01\n"
        "F3,沐溪82号,违规住人,2026-04-01,,\n",
        encoding="utf-8",
    )
    at = dt.datetime(2026, 4, 1, 9)
    taken = import_ledger(town, LedgerFile(file, "hazards", as_of=at.date()), at=at)
    told = [(p.row, p.column, p.value) for p in taken.problems if p.code == "date_future"]
    assert told == [(2, "found_on", "2062-03-21"), (3, "fixed_on", "2026-12-31")]
    kept = read_records(town, "hazards").set_index("hazard_id")
    assert kept["found_on"].isna().tolist() == [True, False, False]
    assert kept["fixed_on"].isna().all()
    assert [str(day)[:10] for day in kept["due_on"][:2]] == ["2026-04-30", "2027-01-01"]
    assert set(read_events(town)["state"]) <= {"found"}
