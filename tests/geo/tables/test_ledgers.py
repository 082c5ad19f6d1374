from pathlib import Path

import openpyxl
import pytest

from weizhan.geo.tables.read import read_table
from weizhan.geo.words.errors import InputError


def _book(file: Path, rows, *, merged=(), sheet="台账") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for area in merged:
        page.merge_cells(area)
    book.save(file)
    return file


def test_two_header_rows_with_merged_cells_are_found_and_row_numbers_kept(tmp_path):
    file = _book(
        tmp_path / "台账.xlsx",
        [
            ["基本信息", None, "人员情况", None],
            ["房屋编号", "地址", "白天人数", "夜间人数"],
            ["B1", "云岭路1号", 3, "5"],
            [None, None, None, None],
            ["B2", None, None, 4],
        ],
        merged=["A1:B1", "C1:D1"],
    )
    table = read_table(file).table
    assert list(table.columns) == ["房屋编号", "地址", "白天人数", "夜间人数", "source_row"]
    assert table["房屋编号"].tolist() == ["B1", "B2"]
    assert table["source_row"].tolist() == [3, 5]


def test_headers_that_are_not_unique_carry_the_row_above(tmp_path):
    file = _book(
        tmp_path / "a.xlsx",
        [["白天", None, "夜间", None], ["人数", "值班", "人数", "值班"], [1, 2, 3, 4]],
        merged=["A1:B1", "C1:D1"],
    )
    assert list(read_table(file).table.columns)[:4] == [
        "白天/人数",
        "白天/值班",
        "夜间/人数",
        "夜间/值班",
    ]


def test_leading_blank_rows_and_columns_do_not_shift_the_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page["B3"], page["C3"], page["B4"], page["C4"] = "编号", "名称", "7", "甲"
    book.save(tmp_path / "b.xlsx")
    table = read_table(tmp_path / "b.xlsx", header_rows=3).table
    assert table[["编号", "名称", "source_row"]].to_numpy().tolist() == [["7", "甲", 4]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_the_encodings_and_separators_of_offices(tmp_path, encoding, separator):
    file = tmp_path / "站点.csv"
    text = '站点编号,站点名称\nS1,云岭社区微站\n\nS2,"两行\n名称"\n'.replace(",", separator)
    file.write_bytes(text.encode(encoding))
    table = read_table(file).table
    assert table["站点名称"].tolist() == ["云岭社区微站", "两行\n名称"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.xlsx", b"", "0 bytes"),
        ("假.xlsx", b"this is no workbook", "not the Excel workbook"),
        ("空.csv", b"", "0 bytes"),
        ("假.csv", b"PK\x03\x04\x00\x00binary", "not the text table"),
        ("乱.csv", b"\xff\xff\xfe\x81", "encoding"),
        ("无.csv", b"\n\n\n", "no header"),
    ],
)
def test_what_is_no_table_is_told_clearly(tmp_path, name, content, said):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=said) as told:
        read_table(file)
    assert name in told.value.message("zh")


def test_missing_files_folders_and_sheets_are_told(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_table(tmp_path / "不在.xlsx")
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path)
    file = _book(tmp_path / "c.xlsx", [["编号"], ["1"]], sheet="一月")
    with pytest.raises(InputError, match="一月"):
        read_table(file, sheet="二月")
