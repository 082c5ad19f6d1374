"""``weizhan import`` as its users type it."""

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from weizhan.cli.ledgers import import_ledger
from weizhan.cli.setup import check
from weizhan.data.demo import make_demo
from weizhan.geo.words.errors import InputError

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
    book = openpyxl.load_workbook(listed)
    assert [row[1].value for row in book["分类"].iter_rows(min_row=2)] == [15, 30]
    days = [row for row in book["全部"].iter_rows(min_row=2, values_only=True) if row[6] == "今天"]
    assert [row[3] for row in days] == list(range(2, 32, 2))
