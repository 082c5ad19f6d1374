import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from weizhan.geo.tables.doctor import FILLS, doctor
from weizhan.geo.words.errors import OutputError, Problem


@pytest.fixture
def ledger(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    page.append(["基本情况", None, "整改"])
    page.append(["隐患编号", "地址", "整改期限"])
    page.append(["YH1", "云岭路1号", "3月5日"])
    page.append(["YH2", "=1+1", "2026-03-05"])
    page.merge_cells("A1:B1")
    page["A3"].font = Font(bold=True)
    page["A4"].comment = Comment("我的批注", "我")
    page.column_dimensions["B"].width = 33
    book.save(tmp_path / "隐患.xlsx")
    return tmp_path / "隐患.xlsx"


def _problem(row, column="", severity="error", **details):
    return Problem(severity, "not_a_full_date", "hazards", "隐患.xlsx", row, column=column,
                   value="3月5日", allowed="2026-03-05", details=details)  # fmt: skip


def test_bad_cells_are_filled_and_commented_in_chinese(ledger, tmp_path):
    before = ledger.read_bytes()
    problems = [
        _problem(3, "整改期限", header="整改期限"),
        _problem(3, "due_on"),  # found by its synonyms
        _problem(4, "不在此表", "warning"),
        _problem(4, "", "warning", cell="B4"),
        Problem("error", "value_missing", "hazards", "别的.xlsx", 3),
        _problem(None),
    ]
    copy = doctor(ledger, problems, tmp_path / "out")
    assert copy == tmp_path / "out" / "隐患.xlsx"
    assert ledger.read_bytes() == before
    book = openpyxl.load_workbook(copy)
    page = book["台账"]
    assert page["C3"].fill.start_color.rgb.endswith(FILLS["error"])
    assert page["C3"].comment.text.count("“3月5日”不是完整的日期（可用：2026-03-05）") == 2
    assert page["B4"].fill.start_color.rgb.endswith(FILLS["warning"])
    assert page["B4"].value == "=1+1"
    assert page["A4"].comment.text.startswith("我的批注\n")
    assert page["A3"].font.bold
    assert page.column_dimensions["B"].width == 33
    assert [str(area) for area in page.merged_cells.ranges] == ["A1:B1"]
    listed = [row[1] for row in book["问题清单"].iter_rows(min_row=2, values_only=True)]
    assert listed == ["C3", "C3", "A4", "B4", None]


def test_a_text_table_becomes_a_workbook_in_which_formulas_stay_texts(tmp_path):
    file = tmp_path / "设施.csv"
    file.write_text("地址,数量\n=1+1,x\n", encoding="utf-8")
    problem = Problem("error", "not_a_count", "devices", "设施.csv", 2, column="数量", value="x")
    page = openpyxl.load_workbook(doctor(file, [problem], tmp_path / "out")).worksheets[0]
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert "整数" in page["B2"].comment.text


def test_nothing_of_the_users_is_ever_written_over(ledger, tmp_path):
    with pytest.raises(OutputError, match="original"):
        doctor(ledger, [], tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "隐患.xlsx").write_text("mine")
    with pytest.raises(OutputError, match="already exists"):
        doctor(ledger, [], tmp_path / "out")
    assert (tmp_path / "out" / "隐患.xlsx").read_text() == "mine"
