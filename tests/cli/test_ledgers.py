"""``weizhan import`` as its users type it."""

import openpyxl
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from tests.maps.printed_books import check_printed
from weizhan.cli.ledgers import import_ledger
from weizhan.cli.setup import check
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers import read_events, read_records
from weizhan.geo.words.errors import InputError, OutputError

from .small_town import small_town

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("import")(import_ledger)


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("import") / "village"
    make_demo(folder, size="village", seed=3)
    return folder


@pytest.fixture
def run(village, capfd):
    def call(*words):
        result = CliRunner().invoke(app, [str(village), *map(str, words)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, capfd.readouterr().out + result.output

    return call


def test_what_was_understood_is_shown_and_the_bad_cells_come_back_marked(run, village, tmp_path):
    file = village / "隐患台账.xlsx"
    words = (file, "--kind", "hazards", "--date", "2026年9月30日", "--doctor", tmp_path / "out")
    code, said = run(*words)
    assert code == 0
    assert "表头“整改期限” → due_on（同义词，100）" in said
    assert "3月5日 → 2026-03-05" in said
    assert "未匹配" in said
    book = openpyxl.load_workbook(tmp_path / "out" / "隐患台账.xlsx")
    notes = [c.comment.text for row in book.worksheets[0].iter_rows() for c in row if c.comment]
    assert sum("3月5日 → 2026-03-05" in note for note in notes) == 1
    code, said = run(file, "--kind", "hazards", "--lang", "en", "--date", "2026-09-30")
    assert code == 0
    assert "0 new, 0 changed" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "fires"], "lane-reports"),
        (["--kind", "hazards", "--date", "3月5日"], "3月5日"),
        (["--kind", "hazards", "--datum", "mars"], "mars"),
        (["--kind", "devices"], "设备类型"),
    ],
)
def test_wrong_use_is_told(run, village, words, said):
    with pytest.raises(InputError, match=said):
        run(village / "隐患台账.xlsx", *words)


def test_help_says_what_is_read_and_written_with_an_example():
    from weizhan.geo.words.catalogue import text

    assert "例：" in text("cli.import_ledger", "zh")
    assert "Example:" in text("cli.import_ledger", "en")


def test_check_marks_the_tables_of_the_town_in_copies(tmp_path, capsys):
    folder, out = tmp_path / "village", tmp_path / "marked"
    make_demo(folder, size="village")
    book = openpyxl.load_workbook(folder / "自建房台账.xlsx")
    book.worksheets[0]["E5"] = "很多层"
    book.save(folder / "自建房台账.xlsx")
    with pytest.raises(typer.Exit):
        check(folder, doctor_folder=out)
    assert [file.name for file in out.iterdir()] == ["自建房台账.xlsx"]
    cell = openpyxl.load_workbook(out / "自建房台账.xlsx").worksheets[0]["E5"]
    assert "很多层" in cell.comment.text and cell.fill.start_color.rgb.endswith("FFC7CE")
    assert openpyxl.load_workbook(folder / "自建房台账.xlsx").worksheets[0]["E5"].comment is None
    assert "自建房台账.xlsx" in capsys.readouterr().out


def test_problems_are_told_by_kind_with_their_number_and_all_stand_in_a_named_workbook(
    run, village, tmp_path
):
    file = tmp_path / "乱.csv"
    rows = [f"Q{n},不存在路{n}号,H2,{'今天' if n % 2 else '2026-08-01'}" for n in range(1, 31)]
    file.write_text("\n".join(["隐患编号,地址,隐患类型,发现日期", *rows]), "utf-8")
    code, said = run(file, "--kind", "hazards", "--lang", "zh")
    assert code == 0
    assert "同类 15 处" in said and "同类 30 处" in said
    assert said.count("今天") == 3 and "……另有 12 条" in said
    listed = village / "问题-乱.xlsx"
    assert str(listed) in said.replace("\n", "")
    book = check_printed(listed)
    assert [row[1].value for row in book["分类"].iter_rows(min_row=2)] == [15, 30]
    days = [row for row in book["全部"].iter_rows(min_row=2, values_only=True) if row[6] == "今天"]
    assert [row[3] for row in days] == list(range(2, 32, 2))


def _cells(file, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


@pytest.fixture
def street(tmp_path, capfd):
    folder = small_town(tmp_path / "town", without="ledgers")

    def call(*words):
        result = CliRunner().invoke(app, [str(folder), *map(str, words)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return capfd.readouterr().out + result.output

    call.folder = folder
    return call


def test_a_complete_ledger_ends_what_is_missing_and_is_withdrawn(street, tmp_path):
    head = ["社区", "地址", "户数", "空巢老人", "统计日期"]
    rows = [["东社区", f"幸福路{k}号", 10 * k, 4, "2026-06-30"] for k in (1, 2, 3)]
    words = ("--kind", "vulnerable", "--source", "社区", "--date", "2026-06-30")
    street(_cells(tmp_path / "v1.xlsx", head, *rows), *words)
    said = street(_cells(tmp_path / "v2.xlsx", head, rows[0]), *words, "--full")
    assert "以前有而这次没有的 2 条" in said
    counts = read_records(street.folder, "vulnerable")
    assert counts["households"].tolist() == [10]
    said = street("--undo", "--lang", "en")
    assert "Import 2 is withdrawn: 社区 (vulnerable" in said
    assert read_records(street.folder, "vulnerable")["households"].sum() == 60
    said = street("v1.xlsx", "--undo")
    assert "已撤回第 1 次导入" in said
    assert read_records(street.folder, "vulnerable").empty
    with pytest.raises(InputError, match="没有可撤回的"):
        street("--undo")
    with pytest.raises(InputError, match="--kind"):
        street(tmp_path / "v1.xlsx")


FIRES = ["火灾编号", "建筑编号", "起火时间", "起火原因", "死亡人数"]


def _fill(file, title, **cells):
    """Fill cells of a list that was written: ``B="2026-07-01"`` under the first row of data."""
    book = openpyxl.load_workbook(file)
    page = book[title]
    names = [cell.value for cell in page[1]]
    for name, value in cells.items():
        page.cell(3, names.index(name) + 1).value = value
    book.save(file)


def test_what_could_not_be_read_is_listed_filled_in_and_imported_again(street, tmp_path, capfd):
    rows = [
        ["F1", "B02", "2026-07-03 10:20", "电气", 0],
        ["F2", "B03", "去年夏天", "电气", "不少"],
        ["F3", None, "2026-07-05", "电气", 0],
    ]
    said = street(_cells(tmp_path / "火灾.xlsx", FIRES, *rows), "--kind", "incidents")
    assert "待补全 2 处，未匹配 1 行" in said
    fires = read_records(street.folder, "incidents").set_index("key")
    assert len(fires) == 3 and fires["started_at"].isna().sum() == 1
    check(street.folder)
    told = capfd.readouterr().out
    assert "“去年夏天”当时没有读懂，至今没有补上" in told
    assert "“不少”当时没有读懂" in told
    listed = tmp_path / "待补全.xlsx"
    check(street.folder, to_complete=listed)
    page = check_printed(listed)["火灾"]
    assert [cell.value for cell in page[1]][:4] == ["key", "source", "source_row", "wanted"]
    assert page["D3"].value == "起火时间：原写“去年夏天”；死亡人数：原写“不少”"
    with pytest.raises(OutputError):
        check(street.folder, to_complete=listed)
    assert "没有新填的内容" in street(listed)
    _fill(listed, "火灾", started_at="2026-07-04 03:00", deaths=2)
    said = street(listed)
    assert "补全 1 行" in said
    fires = read_records(street.folder, "incidents").set_index("key")
    assert fires.loc["F2", ["started_at", "deaths", "cause", "building_id"]].tolist() == [
        pd.Timestamp("2026-07-04 03:00"), 2, "electrical", "B03",
    ]  # fmt: skip
    assert len(fires) == 3
    assert "没有新填的内容" in street(listed), "filled in once is enough"
    capfd.readouterr()
    check(street.folder)
    assert "去年夏天" not in capfd.readouterr().out
    street("--undo")
    assert read_records(street.folder, "incidents")["started_at"].isna().sum() == 1


def test_what_may_be_the_same_is_answered_in_the_list(street, tmp_path):
    head = ["建筑编号", "隐患类别", "发现日期", "整改状态"]
    first = ["B01", "W6", "2026-07-01", "整改中"]
    street(_cells(tmp_path / "a.xlsx", head, first), "--kind", "hazards", "--date", "2026-07-31")
    later = ["B01", "W6", "2026-07-08", "已销案"]
    said = street(_cells(tmp_path / "b.xlsx", head, later), "--kind", "hazards",
                  "--date", "2026-08-31")  # fmt: skip
    assert "可能是同一件" in said
    assert len(read_records(street.folder, "hazards")) == 2
    listed = tmp_path / "待补全.xlsx"
    check(street.folder, to_complete=listed)
    _fill(listed, "可能是同一件", answer="也许")
    assert "“也许”既不是" in street(listed)
    _fill(listed, "可能是同一件", answer="是")
    assert "回答了 1 对" in street(listed)
    (case,) = read_records(street.folder, "hazards").to_dict("records")
    events = read_events(street.folder)
    assert set(events["key"]) == {case["key"]}
    assert (events["state"].iloc[0], events["state"].iloc[-1]) == ("found", "closed")
    again = street(tmp_path / "b.xlsx", "--kind", "hazards", "--date", "2026-08-31")
    assert "未变 1" in again
    street("--undo")
    assert len(read_records(street.folder, "hazards")) == 2


def test_a_row_that_was_not_taken_in_waits_until_its_file_is_mended(street, tmp_path, capfd):
    file = tmp_path / "隐患.csv"
    head = "隐患编号,建筑编号,隐患类别,发现日期"
    file.write_text(f"{head}\nY1,B01,W6,2026-07-01\nY2,B02,W6,多,了,2026-07-02\n", encoding="utf-8")
    words = ("--kind", "hazards", "--date", "2026-07-31")
    assert "待补全 1 处" in street(file, *words)
    assert "未变 1" in street(file, *words)
    check(street.folder)
    assert "没有补上：Y2" in capfd.readouterr().out
    file.write_text(f"{head}\nY1,B01,W6,2026-07-01\nY2,B02,W6,2026-07-02\n", encoding="utf-8")
    assert "待补全" not in street(file, *words)
