"""Small tables that went wrong once, and what must come of them."""

from pathlib import Path

import openpyxl
import pytest

from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.tables.headers import match_headers
from weizhan.geo.tables.ledger_kinds import ledger_kind
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.tables.sheets import read_ledger
from weizhan.geo.tables.validation import match_columns, unread_columns
from weizhan.geo.words.errors import InputError

STATIONS, LANES = SCHEMAS["stations"], SCHEMAS["lanes"]


def _matched(header, schema=STATIONS):
    return match_columns([header], schema, stated={}, file="f").get(header)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("白天人数", "crew_day"), ("夜间人数", "crew_night"), ("值班人数（白天）", "crew_day"),
        ("值班人数(夜间)", "crew_night"), ("值班人数\n（夜间）", "crew_night"),
        ("夜班人数（人）", "crew_night"), (" 夜班 人数 ", "crew_night"), ("类型", "tier"),
        ("站点类型", "tier"),
    ],
)  # fmt: skip
def test_headers_of_stations(header, column):
    assert _matched(header) == column


@pytest.mark.parametrize(
    "header", ["宽度(米)", "宽度（m）", "宽度/米", "宽度【单位：米】", "宽 度"]
)
def test_units_in_headers_are_passed_over(header):
    assert _matched(header, LANES) == _matched("宽度", LANES) == "width_m"


def test_headers_that_differ_only_in_brackets_stay_apart():
    headers = ["值班人数（白天）", "值班人数（夜间）"]
    found = match_columns(headers, STATIONS, stated={}, file="f")
    assert found == {headers[0]: "crew_day", headers[1]: "crew_night"}


def test_what_is_not_understood_is_named_with_the_nearest_guess():
    headers = ["名称", "夜值班人数", "备用钥匙", "lon"]
    columns = match_columns(headers, STATIONS, stated={}, file="微站.csv")
    (told,) = unread_columns(headers, STATIONS, columns=columns, file="微站.csv")
    assert told.count == 2
    assert "夜值班人数" in told.value and "crew_night" in told.value
    assert "备用钥匙" in told.value
    assert "lon" not in told.value


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("整改日期", "fixed_on"), ("整改完成日期", "fixed_on"), ("拟整改日期", None),
        ("计划整改日期", None), ("应整改日期", None), ("未整改日期", None), ("整改期限", "due_on"),
        ("责任部门", "lead_dept"),
    ],
)  # fmt: skip
def test_likeness_never_decides_between_opposites(header, column):
    rules = load_rules().ledgers
    (match,) = match_headers([header], ledger_kind("hazards"), stated={}, rules=rules)
    assert (match.column if match.how != "unmatched" else None) == column
    if column is None:
        assert match.column != "fixed_on"  # not even named as the nearest


def _csv(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "表.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_a_row_with_more_cells_than_headings_is_refused_with_its_number(tmp_path):
    file = _csv(tmp_path, "编号,地址,隐患描述\nN1,霞榭1号,门口,堆物\nN2,霞榭2号,x\n")
    with pytest.raises(InputError) as caught:
        read_ledger(file)
    said = caught.value.message("zh")
    assert "2: N1, 霞榭1号, 门口, 堆物" in said
    assert "N2" not in said


def test_a_quoted_comma_is_a_comma(tmp_path):
    table = read_ledger(_csv(tmp_path, '编号,地址,隐患描述\nN1,霞榭1号,"门口,堆物"\n'))
    assert table["隐患描述"].tolist() == ["门口,堆物"]


def test_commas_of_texts_are_no_separators(tmp_path):
    words = "堵塞，上锁，损坏，住人，飞线，缺失"
    table = read_ledger(_csv(tmp_path, f"编号,描述\nN1,{words}\nN2,{words}\n"))
    assert table["描述"].tolist() == [words, words]


def test_utf_16_is_read(tmp_path):
    table = read_ledger(_csv(tmp_path, "编号\t地址\nN1\t霞榭1号\n", "utf-16"))
    assert table[["编号", "地址"]].to_numpy().tolist() == [["N1", "霞榭1号"]]


@pytest.fixture
def book(tmp_path):
    def write(*rows, merged=(), hidden=()):
        workbook = openpyxl.Workbook()
        page = workbook.active
        for row in rows:
            page.append(row)
        for area in merged:
            page.merge_cells(area)
        for at, title in enumerate(hidden):
            other = workbook.create_sheet(title, at)
            other.append(["编号", "旧"])
            other.append(["OLD", "x"])
            other.sheet_state = "hidden"
        workbook.save(tmp_path / "b.xlsx")
        return tmp_path / "b.xlsx"

    return write


def test_a_number_merged_over_rows_counts_once_and_a_text_for_all(book):
    file = book(
        ["社区", "地址", "户数"], ["甲社区", "1号", 30], [None, "2号", None], [None, "3号", None],
        merged=["A2:A4", "C2:C4"],
    )  # fmt: skip
    table = read_ledger(file)
    assert table["社区"].tolist() == ["甲社区"] * 3
    assert table["户数"].tolist()[0] == 30
    assert not any(table["户数"].tolist()[1:])


def test_a_hidden_sheet_is_not_the_first(book):
    table = read_ledger(book(["编号", "新"], ["N1", "y"], hidden=["旧数据"]))
    assert table["编号"].tolist() == ["N1"]


def test_a_header_far_down_is_found(book):
    file = book(
        ["青禾镇消防隐患台账"], ["填报单位：应急办", None, None, "填报日期：2026年9月30日"],
        ["说明：", "本表一式两份"], [None, None, None, "单位：处"], ["（一）建筑类"],
        ["隐患编号", "地址", "隐患类别", "发现日期", "整改状态"],
        ["N1", "霞榭1号", "占用消防车道", "2026-03-21", "整改中"],
    )  # fmt: skip
    table = read_ledger(file)
    assert table["隐患编号"].tolist() == ["N1"]
    assert table["source_row"].tolist() == [7]


@pytest.mark.parametrize(
    "name", ["tables/stations-nobody-at-night.csv", "tables/stations-night-other-header.csv"]
)
def test_nobody_at_night_is_read(name):
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases"
    if not folder.exists():
        pytest.skip("no cases: the folder ../shared/cases is not beside this checkout")
    table = read_ledger(folder / name)
    headers = [str(c) for c in table.columns]
    columns = {v: k for k, v in match_columns(headers, STATIONS, stated={}, file=name).items()}
    assert float(table[columns["crew_night"]].iloc[0]) == 0
