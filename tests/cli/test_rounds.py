"""Rounds, sheets, packs and exports as their users type them, and what they say when misused."""

import csv
import json

import openpyxl
import pypdf
import pytest

from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers

DAY = ("--date", "2026-09-30")


@pytest.fixture
def call(run):
    """Run a command; return its exit code, and all that it says."""

    def both(*words):
        code, out, err = run(*words)
        return code, out + err

    return both


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounds") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    return folder


def test_a_week_of_rounds_is_printed_and_kept_when_a_site_is_added(call, village, tmp_path):
    teams = tmp_path / "检查员.csv"
    teams.write_text(
        "检查员,出行方式,工作时间,技能\n张三,电动自行车,周一至周五 9:00-12:00,燃气、电气\n"
        "=李四,步行,周一至周五 9:00-12:00；,动火\n".replace("；", ""),
        encoding="utf-8",
    )
    words = ("rounds", village, "--kind", "due", *DAY, "--from", "2026-10-12", "--days", 2,
             "--teams", teams, "--seed", 4)  # fmt: skip
    out = tmp_path / "first"
    code, said = call(*words, "--sites", 14, "--xlsform", "--qfield", "--out", out)
    assert code == 0, said
    told = json.loads((out / "rounds.json").read_text("utf-8"))
    assert told["heuristic"] is True
    assert told["yardstick"]["moment"] and told["yardstick"]["standards_s"]
    assert {"round-xlsform.xlsx", "round.gpkg", "round.qgs"} <= {p.name for p in out.iterdir()}
    pages = sorted(file.stem for file in out.glob("route-*.html"))
    assert pages == sorted(file.stem for file in out.glob("route-*.pdf"))
    routes = sorted(file.name for file in out.glob("route-*.pdf"))
    assert len(routes) == len(told["rounds"]) >= 2
    assert all("=" not in name for name in routes)
    assert pypdf.PdfReader(out / routes[0]).pages
    made = {s["visit_id"]: (r["team"], r["date"]) for r in told["rounds"] for s in r["stops"]}
    with (out / "left_out.csv").open(encoding="utf-8-sig") as file:
        left = {row["编号"] for row in csv.DictReader(file)}
    assert made.keys().isdisjoint(left)
    assert len(made) + len(left) == 14
    again = tmp_path / "second"
    code, said = call(*words, "--sites", 16, "--keep", out / "rounds.json", "--out", again)
    assert code == 0, said
    told = json.loads((again / "rounds.json").read_text("utf-8"))
    after = {s["visit_id"]: (r["team"], r["date"]) for r in told["rounds"] for s in r["stops"]}
    assert {key: after[key] for key in made} == made
    code, said = call(*words, "--sites", 14, "--out", out)  # its own results it may replace
    assert code == 0, said
    assert not (out / "round.gpkg").exists()
    (out / "mine.txt").write_text("mine")
    code, said = call(*words, "--sites", 14, "--out", out)
    assert code == 1
    assert "mine.txt" in said


def test_a_draw_can_be_repeated_and_another_seed_draws_others(call, village, tmp_path):
    drawn = []
    for at, seed in enumerate((7, 7, 8)):
        out = tmp_path / str(at)
        code, said = call("rounds", village, "--kind", "open_secret", *DAY, "--from", "2026-10-12",
                         "--sites", 8, "--seed", seed, "--out", out)  # fmt: skip
        assert code == 0, said
        drawn.append((out / "sample.csv").read_text("utf-8-sig"))
    assert drawn[0] == drawn[1] != drawn[2]
    rows = list(csv.DictReader(drawn[0].splitlines()))
    assert len(rows) == 8
    assert {row["随机种子"] for row in rows} == {"7"}


def test_a_draw_without_a_number_draws_what_fits_and_the_draw_decides(call, village, tmp_path):
    words = ("rounds", village, "--kind", "open_secret", *DAY, "--from", "2026-10-12")
    code, said = call(*words, "--out", tmp_path / "fits")
    assert code == 0, said
    left = (tmp_path / "fits" / "left_out.csv").read_text("utf-8-sig")
    assert "时间不够" not in left
    fits = list(
        csv.DictReader((tmp_path / "fits" / "sample.csv").read_text("utf-8-sig").splitlines())
    )
    assert {row["抽取家数"] for row in fits} == {str(len(fits))}
    assert len(fits) < int(fits[0]["总体家数"])
    # whoever is visited is among the first of the draw, not the convenient ones of a larger one
    code, said = call(*words, "--sites", len(fits) + 5, "--out", tmp_path / "more")
    assert code == 0, said
    more = list(
        csv.DictReader((tmp_path / "more" / "sample.csv").read_text("utf-8-sig").splitlines())
    )
    first = sorted(more, key=lambda row: -float(row["抽签值 u^(1/权重)"]))[: len(fits)]
    assert {row["房屋编号"] for row in fits} == {row["房屋编号"] for row in first}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "fires"], "open_secret"),
        (["--kind", "community"], "--community"),
        (["--kind", "community", "--community", "火星"], "火星"),
        (["--kind", "due", "--grid", "W9"], "W9"),
        (["--kind", "due", "--days", "99"], "31"),
        (["--kind", "due", "--paper", "a5"], "a4"),
        (["--kind", "due", "--vehicle", "fire_engine"], "e_bike"),
        (["--kind", "due", "--alert", "red"], "raised"),
        (["--kind", "due", "--keep", "nothing.json"], "nothing.json"),
        (["--kind", "due", "--from", "10月1日"], "10月1日"),
    ],
)
def test_misuse_is_told_and_leaves_nothing(call, village, tmp_path, words, said):
    code, told = call("rounds", village, *words, "--out", tmp_path / "out")
    assert code == 1
    assert said in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_wrong_with_a_table_of_teams_is_told_at_once(call, village, tmp_path):
    teams = tmp_path / "teams.csv"
    teams.write_text(
        "检查员,出行方式,工作时间,起点,技能\n甲,消防车,早上,X999,木工\n乙,步行,9:00-12:00,X998,\n",
        encoding="utf-8",
    )
    code, said = call("rounds", village, "--kind", "due", *DAY, "--teams", teams,
                     "--out", tmp_path / "out")  # fmt: skip
    assert code == 1
    assert all(word in said for word in ("木工", "早上", "fire_engine"))
    teams.write_text("检查员,起点\n甲,X999\n乙,X998\n", encoding="utf-8")
    code, said = call("rounds", village, "--kind", "due", *DAY, "--teams", teams,
                     "--out", tmp_path / "out")  # fmt: skip
    assert code == 1
    assert "X999" in said
    assert "X998" in said
    teams.write_text("姓,名\n甲,乙\n", encoding="utf-8")
    code, said = call("rounds", village, "--kind", "due", "--teams", teams, "--out", tmp_path / "o")
    assert (code, "检查员" in said) == (1, True)


def test_sheets_packs_and_exports_are_written(call, village, tmp_path):
    out = tmp_path / "sheets"
    code, said = call("sheets", village, *DAY, "--most", 3, "--out", out)
    assert code == 0, said
    assert sorted(p.name for p in out.iterdir()) == [
        "cases.docx", "cases.pdf", "communities.pdf", "gatherings.docx", "gatherings.pdf",
        "passages.pdf", "pre-plans.pdf", "stations.pdf", "wall-maps.pdf",
    ]  # fmt: skip
    assert len(pypdf.PdfReader(out / "pre-plans.pdf").pages) == 3
    code, said = call("sheets", village, "--only", "posters", "--out", tmp_path / "x")
    assert (code, "pre_plans" in said) == (1, True)
    code, said = call("sheets", village, *DAY, "--building", "B?", "--out", tmp_path / "x")
    assert (code, "B?" in said) == (1, True)
    pack = tmp_path / "pack"
    code, said = call("pack", village, "--period", "2026Q3", *DAY, "--lang", "en", "--out", pack)
    assert code == 0, said
    assert {"pack.docx", "pack.pdf", "holiday.pdf", "exposure.docx", "ledgers.xlsx"} <= {
        p.name for p in pack.iterdir()
    }
    heads = [c.value for c in openpyxl.load_workbook(pack / "ledgers.xlsx").worksheets[1][1]]
    assert "person" not in heads
    for wrong in ("2026Q9", "2031Q1"):
        code, said = call("pack", village, "--period", wrong, *DAY, "--out", tmp_path / "x")
        assert code == 1
        assert wrong in said
    code, said = call("export", village, *DAY, "--with-personal", "--out", tmp_path / "export")
    assert code == 0, said
    assert "个人信息" in (tmp_path / "export" / "README.txt").read_text("utf-8-sig")


def test_a_holiday_round_works_the_weekend_or_says_that_nobody_does(call, village, tmp_path):
    words = ("rounds", village, "--kind", "holiday", *DAY, "--from", "2026-10-02", "--days", 3,
             "--sites", 12)  # fmt: skip
    code, said = call(*words, "--out", tmp_path / "all")
    assert code == 0, said
    assert "没有人去" not in said
    teams = tmp_path / "检查员.csv"
    teams.write_text("检查员,工作时间\n张三,周一至周五 9:00-12:00\n", encoding="utf-8")
    code, said = call(*words, "--teams", teams, "--out", tmp_path / "weekdays")
    assert code == 0, said
    assert "没有人去：2026-10-03, 2026-10-04" in said
