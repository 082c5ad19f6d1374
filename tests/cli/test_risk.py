"""Lists, look-alikes, steps, calibration and periods as their users type them."""

import csv
import json

import pytest
from typer.testing import CliRunner

from weizhan.cli.commands import app
from weizhan.cli.risk import LISTS
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.words.catalogue import text
from weizhan.geo.words.errors import InputError, OutputError

DAY = "2026-09-30"


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk") / "village"
    make_demo(folder, size="village")
    import_demo_ledgers(folder)
    return folder


def run(*words):
    found = CliRunner().invoke(app, [str(word) for word in words])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.output


def rows(file):
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def lists(village):
    out = village.parent / "lists"
    said = run("risk", village, "--out", out, "--date", DAY, "--start", "2026-01-01")
    assert "未校准" in said
    return out


def test_every_list_is_there_with_content(lists):
    for name in LISTS:
        assert (lists / f"{name}.csv").exists(), name
    for name in ("risk", "devices", "due", "overdue", "look_back", "mismatches", "stock", "rates",
                 "fires", "clusters", "sheds", "heat", "worry", "tasks", "progress"):  # fmt: skip
        assert rows(lists / f"{name}.csv"), name
    first = rows(lists / "risk.csv")[0]
    assert first["位次"] == "1" and first["风险级"] == "红" and first["原因1"]
    told = json.loads((lists / "summary.json").read_text(encoding="utf-8"))
    assert told["rows"]["risk"] == len(rows(lists / "risk.csv"))
    assert told["yardstick"]["date"] == told["date"]
    assert any("未校准" in note["zh"] for note in told["notes"])


def test_what_nobody_ever_inspected_is_due_and_a_task_among_the_others_by_risk(lists):
    due, tasks = rows(lists / "due.csv"), rows(lists / "tasks.csv")
    never = [row for row in due if row["上次检查"] == "尚无检查记录"]
    assert never and all(row["逾期天数"] == "" for row in never)
    bands = [row["风险级"] for row in due]
    assert bands == sorted(bands, key="红橙黄蓝".index)
    assert {row["上次检查"] == "尚无检查记录" for row in due[: bands.count("红")]} == {True, False}
    first = [row["建筑编号"] for row in tasks if row["任务"] == "首次检查（尚无检查记录）"]
    assert first == [row["建筑编号"] for row in never]
    inspect = [row["风险级"] for row in tasks if row["任务"].endswith(("检查", "记录）"))]
    assert inspect == sorted(inspect, key="红橙黄蓝".index)


def test_lists_name_no_person(lists):
    for name in LISTS:
        text = (lists / f"{name}.csv").read_text(encoding="utf-8-sig")
        assert not any(word in text for word in ("户主", "联系人", "电话", "检查人")), name


def test_stock_and_flow_add_up_in_the_list(lists):
    for row in rows(lists / "stock.csv"):
        opening, new, closed, reopened, closing = (
            int(row[name]) for name in ("期初存量", "新增", "销案", "反弹", "期末存量")
        )
        assert opening + new - closed + reopened == closing


def test_a_raised_alert_level_makes_more_inspections_due(village, lists, tmp_path):
    run("risk", village, "--out", tmp_path / "high", "--date", DAY, "--alert", "high")
    assert len(rows(tmp_path / "high" / "due.csv")) >= len(rows(lists / "due.csv"))


def test_look_alikes_of_a_fire_in_the_ledger_and_of_one_elsewhere(village, tmp_path):
    run("alike", village, "--out", tmp_path / "a", "--use", "农村自建房", "--floors", "2-3",
        "--date", DAY)  # fmt: skip
    said = run("alike", village, "--out", tmp_path / "c", "--hazard", "H2", "--date", DAY)
    steps = {
        name: text(f"step.{name}", "zh")
        for name in ("draws", "risk", "closures", "areas", "compliance")
    }
    assert [name for name, words in steps.items() if words in said] == ["risk"]
    found = rows(tmp_path / "a" / "alike.csv")
    assert found and {row["用途"] for row in found} <= {"农村自建房", ""}
    with pytest.raises(InputError, match="火星"):
        run("alike", village, "--out", tmp_path / "b", "--use", "火星")
    with pytest.raises(InputError, match="HZ0"):
        run("alike", village, "--out", tmp_path / "b", "--fire", "HZ0")
    assert not (tmp_path / "b").exists()


def test_two_periods_are_frozen_and_compared_and_a_step_is_told_between(village, tmp_path, lists):
    second = ("--period", "2026年第二季度", "--date", "2026-06-30")
    assert "2026Q2" in run("snapshot", village, *second)
    with pytest.raises(OutputError):
        run("snapshot", village, "--period", "2026q2", "--date", "2026-06-30")
    with pytest.raises(InputError):
        run("snapshot", village, "--period", "2026Q3", "--date", "2026-06-30")
    said = run("snapshot", village, "--period", "2026 q3", "--date", DAY)
    assert "上一次冻结的是 2026Q2" in said and "请先读" not in said
    for pair, why in ((("2026Q2", "2026年二季度"), "同一个时段"), (("2026Q3", "2026Q2"), "较早")):
        with pytest.raises(InputError, match=why):
            run("compare", village, *pair, "--out", tmp_path / "c")
    assert not (tmp_path / "c").exists()
    run("compare", village, "2026 Q2", "2026年三季度", "--out", tmp_path / "c")
    page = (tmp_path / "c" / "compare.html").read_text(encoding="utf-8")
    assert "未校准" in page and "全镇" in page and "模拟数据" in page
    told = json.loads((tmp_path / "c" / "summary.json").read_text(encoding="utf-8"))
    assert told["same_rules"] and told["differences"] == [] and "两期口径相同" in page
    assert (told["before"], told["after"]) == ("2026Q2", "2026Q3")
    *parts, whole = rows(tmp_path / "c" / "communities.csv")
    assert whole["社区"] == "全镇"
    for head in ("建筑数（此后）", "红级建筑（此前）", "火灾（此后）", "未销案隐患（此后）"):
        assert int(whole[head]) == sum(int(part[head]) for part in parts)
    assert len(rows(tmp_path / "c" / "causes.csv")) == sum(told["causes"].values())


def test_a_step_is_taken_once(village, lists):
    case = next(r["隐患编号"] for r in rows(lists / "overdue.csv") if r["状态"] == "已交办")
    said = run("step", village, case, "--to", "fixed", "--by", "应急办", "--on", DAY)
    assert "已整改" in said and "应急办" in said
    with pytest.raises(InputError, match=case):
        run("step", village, case, "--to", "fixed", "--by", "应急办", "--on", DAY)
    with pytest.raises(InputError, match="--lift"):
        run("step", village, case, "--by", "应急办")


def test_calibration_of_a_village_says_what_it_could_and_could_not(village, tmp_path):
    run("calibrate", village, "--out", tmp_path / "c", "--date", DAY)
    told = json.loads((tmp_path / "c" / "calibration.json").read_text(encoding="utf-8"))
    page = (tmp_path / "c" / "calibration.html").read_text(encoding="utf-8")
    kept = (village / "calibration.json").exists()
    assert kept == (told["chosen"] != "priors")
    assert ("未校准" in page) == (told["chosen"] == "priors")
