"""Small tables that went wrong once, and what must come of them."""

from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.tables.headers import columns_found, match_headers, unread_headers
from weizhan.geo.tables.ledger_kinds import ledger_kind
from weizhan.geo.tables.mend import mend_rows
from weizhan.geo.tables.read import read_table
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.tables.validation import validate

STATIONS, LANES = SCHEMAS["stations"], SCHEMAS["lanes"]


def _matched(header, schema=STATIONS):
    return next(iter(columns_found(match_headers([header], schema.columns, stated={}))), None)


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
    found = columns_found(match_headers(headers, STATIONS.columns, stated={}))
    assert found == {"crew_day": headers[0], "crew_night": headers[1]}


def test_what_is_not_understood_is_named_with_the_nearest_guess():
    headers = ["名称", "夜值班人数", "备用钥匙", "lon"]
    matches = match_headers(headers, STATIONS.columns, stated={})
    (told,) = unread_headers(matches, STATIONS.columns, what="stations", file="微站.csv")
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
    (match,) = match_headers([header], ledger_kind("hazards").columns, stated={}, rules=rules)
    assert (match.column if match.how != "unmatched" else None) == column
    if column is None:
        assert match.column != "fixed_on"  # not even named as the nearest


def _csv(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "表.csv"
    file.write_bytes(text.encode(encoding))
    return file


def _mended(tmp_path, text, kind="hazards"):
    columns = ledger_kind(kind).columns
    sheet = read_table(_csv(tmp_path, text))
    found = columns_found(match_headers(sheet.headers, columns, stated={}))
    mended = mend_rows(sheet, columns, found=found, what=kind, file="表.csv")
    return mended.table.drop(columns="source_row").to_numpy().tolist(), mended.problems


def test_a_row_with_more_cells_than_headings_is_refused_with_its_number(tmp_path):
    rows, (told,) = _mended(tmp_path, "编号,地址,隐患描述\nN1,霞榭1号,门口,堆物\nN2,霞榭2号,x\n")
    assert rows == [["N2", "霞榭2号", "x"]]
    assert (told.code, told.severity, told.row) == ("row_surplus", "error", 2)
    assert "N1,霞榭1号,门口,堆物" in told.message("zh")


def test_a_row_that_fits_in_one_way_only_is_put_together_again(tmp_path):
    head = "编号,发现日期,隐患描述,隐患类别,整改期限\n"
    whole = "N2,2026-03-02,门口堆物,占用消防车道,2026-04-01"
    rows, (told,) = _mended(
        tmp_path, f"{head}N1,2026-03-01,门口,堆物,占用消防车道,2026-04-01\n{whole}\n"
    )
    assert rows[0] == ["N1", "2026-03-01", "门口,堆物", "占用消防车道", "2026-04-01"]
    assert rows[1] == whole.split(",")
    assert (told.code, told.severity, told.row) == ("row_mended", "repaired", 2)
    assert "隐患描述=门口,堆物" in told.message("zh")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("N1,2026-03-01,占用消防车道,2026-04-01", "row_mended"),  # only the text can be missing
        ("N1,2026-03-01,门口堆物,占用消防车道", "row_mended"),  # only the last can be missing
        ("N1,2026-03-01", "row_short"),  # without the category the row is of no use
    ],
)
def test_a_row_with_too_few_cells(tmp_path, row, code):
    head = "编号,发现日期,隐患描述,隐患类别,整改期限\n"
    rows, (told,) = _mended(tmp_path, f"{head}{row}\n")
    assert told.code == code
    if code == "row_mended":
        assert rows[0][3] == "占用消防车道"
        assert rows[0][1] == "2026-03-01"


def test_a_quoted_comma_is_a_comma(tmp_path):
    table = read_table(_csv(tmp_path, '编号,地址,隐患描述\nN1,霞榭1号,"门口,堆物"\n')).table
    assert table["隐患描述"].tolist() == ["门口,堆物"]


def test_commas_of_texts_are_no_separators(tmp_path):
    words = "堵塞，上锁，损坏，住人，飞线，缺失"
    table = read_table(_csv(tmp_path, f"编号,描述\nN1,{words}\nN2,{words}\n")).table
    assert table["描述"].tolist() == [words, words]


def test_utf_16_is_read(tmp_path):
    table = read_table(_csv(tmp_path, "编号\t地址\nN1\t霞榭1号\n", "utf-16")).table
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
    table = read_table(file).table
    assert table["社区"].tolist() == ["甲社区"] * 3
    assert table["户数"].tolist()[0] == 30
    assert not any(table["户数"].tolist()[1:])


def test_a_hidden_sheet_is_not_the_first(book):
    table = read_table(book(["编号", "新"], ["N1", "y"], hidden=["旧数据"])).table
    assert table["编号"].tolist() == ["N1"]


def test_a_header_far_down_is_found(book):
    file = book(
        ["青禾镇消防隐患台账"], ["填报单位：应急办", None, None, "填报日期：2026年9月30日"],
        ["说明：", "本表一式两份"], [None, None, None, "单位：处"], ["（一）建筑类"],
        ["隐患编号", "地址", "隐患类别", "发现日期", "整改状态"],
        ["N1", "霞榭1号", "占用消防车道", "2026-03-21", "整改中"],
    )  # fmt: skip
    table = read_table(file).table
    assert table["隐患编号"].tolist() == ["N1"]
    assert table["source_row"].tolist() == [7]


@pytest.mark.parametrize(
    "name", ["tables/stations-nobody-at-night.csv", "tables/stations-night-other-header.csv"]
)
def test_nobody_at_night_is_read(name):
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases"
    if not folder.exists():
        pytest.skip("no cases: the folder ../shared/cases is not beside this checkout")
    sheet = read_table(folder / name)
    table = sheet.table
    columns = columns_found(match_headers(sheet.headers, STATIONS.columns, stated={}))
    assert float(table[columns["crew_night"]].iloc[0]) == 0


def test_how_hours_in_chinese_were_read_is_said():
    frame = gpd.GeoDataFrame(
        {
            "barrier_id": ["a", "b", "c", "d", "e"],
            "open_hours": ["周一至五 8:30-17:30", "周一至五 8:30-17:30", "Mo-Fr 08:00-12:00",
                           "06:00-22:00（节假日除外）", "看情况"],
            "source_row": range(5),
        },
        geometry=gpd.points_from_xy([0] * 5, [0] * 5),
        crs=4326,
    )  # fmt: skip
    columns = {"barrier_id": "barrier_id", "open_hours": "open_hours"}
    _, problems = validate(frame, SCHEMAS["barriers"], columns=columns, file="f")
    told = {p.code: p for p in problems}
    assert set(told) == {"hours_read_as", "not_hours"}
    assert told["hours_read_as"].count == 3
    assert told["hours_read_as"].details["readings"] == (
        "周一至五 8:30-17:30 → Mo-Fr 08:30-17:30；06:00-22:00(节假日除外) → 06:00-22:00; PH off"
    )
    assert "Mo-Fr 08:30-17:30" in told["hours_read_as"].message("en")
