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
