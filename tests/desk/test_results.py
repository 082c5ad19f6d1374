"""Results: opened with nothing let out, packed, thrown away and taken back."""

import datetime as dt
import io
import json
import zipfile
from urllib.parse import quote

import pytest

from weizhan.desk.result_page import file_words
from weizhan.desk.results import RESULTS, results_of, take_back, throw_away, thrown

NAME = "2026-09-30 评估"
YARDSTICK = {"town": "甲镇", "date": "2026-09-30", "standards_s": {"micro": 180.0},
             "scenario": "night", "moment": "We 02:00", "speeds": "", "plan": "",
             "calibration": "", "program": "0.1.0", "rules": "china-2026",
             "rules_digest": "dc373503", "changed": {}}  # fmt: skip


@pytest.fixture
def town(desk):
    folder = desk.home / "甲镇"
    made = folder / RESULTS / NAME
    made.mkdir(parents=True)
    (folder / "town.toml").write_text('name = "甲镇"', encoding="utf-8")
    (made / "index.html").write_text("<script>1</script>页", encoding="utf-8")
    (made / "表.csv").write_text("a", encoding="utf-8")
    (made / "summary.json").write_text(json.dumps({"yardstick": YARDSTICK}), encoding="utf-8")
    (made / ".hidden").write_text("x")
    (made / "pages").mkdir()
    (made / "pages" / "b.html").write_text("b")
    (made / "way-out").symlink_to(folder / "town.toml")
    job = folder / ".weizhan" / "jobs" / "20260930-080000-assess"
    job.mkdir(parents=True)
    (job / "request.json").write_text(json.dumps({
        "command": "assess", "arguments": [], "out": f"{RESULTS}/{NAME}", "lang": "zh",
        "values": {"scenario": ["夜间"]}, "asked_at": "2026-09-30T08:00:00"}))  # fmt: skip
    (job / "ended.json").write_text('{"state": "done", "at": "2026-09-30T08:01:00"}')
    return folder


def at(path=""):
    return f"/town/{quote('甲镇')}/results{path and '/' + quote(NAME) + '/' + path}"


def test_a_result_is_listed_with_what_it_was_asked_its_day_and_its_yardstick(desk, town):
    said = desk.get(at()).text
    for part in (NAME, "2026-09-30 08:01 做成", "按 2026-09-30 的情况", "什么时段：夜间",
                 "180", "4 个文件"):  # fmt: skip
        assert part in said
    (one,) = results_of(town)
    assert one.pages == ("index.html",) and one.yardstick.scenario == "night"


@pytest.mark.parametrize("file", ["siting.json", "measures.json", "rounds.json"])
def test_plans_and_rounds_tell_their_day_and_yardstick_too(desk, town, file):
    made = town / RESULTS / NAME
    (made / "summary.json").rename(made / file)
    assert "按 2026-09-30 的情况" in desk.get(at()).text
    (one,) = results_of(town)
    assert one.yardstick.standards_s == YARDSTICK["standards_s"]


@pytest.mark.parametrize(
    ("command", "values", "day"),
    [
        ("sheets", {"date": ["2026年9月1日"]}, dt.date(2026, 9, 1)),
        ("sheets", {}, dt.date(2026, 9, 30)),  # the day on which it was asked for
        ("validate", {}, None),
    ],
)
def test_papers_are_of_the_day_that_was_asked_for(desk, town, command, values, day):
    (town / RESULTS / NAME / "summary.json").unlink()
    request = town / ".weizhan" / "jobs" / "20260930-080000-assess" / "request.json"
    told = json.loads(request.read_text(encoding="utf-8"))
    request.write_text(json.dumps(told | {"command": command, "values": values}))
    (one,) = results_of(town)
    assert one.day == day and one.yardstick is None
    assert ("的情况" in desk.get(at()).text) == (day is not None)


def test_a_page_opens_with_a_policy_that_lets_nothing_out(desk, town):
    answer = desk.get(at("files/index.html"))
    assert answer.text == "<script>1</script>页"
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'none'", "connect-src 'none'", "form-action 'none'",
                 "frame-ancestors 'self'"):  # fmt: skip
        assert part in policy
    assert "http" not in policy
    assert desk.get(at("files/pages/b.html")).text == "b"
    table = desk.get(at("files/" + quote("表.csv")))
    assert table.headers["content-disposition"].startswith("attachment")
    assert f'src="{at("files/index.html")}"' in desk.get(at("show/index.html")).text


@pytest.mark.parametrize(
    "path",
    ["../../town.toml", "..%2f..%2ftown.toml", "%2e%2e/x", "/etc/passwd", "way-out", ".hidden", "",
     "pages", "none.html"],
)  # fmt: skip
def test_nothing_but_the_files_of_a_result_is_reached(desk, town, path):
    for way in ("files", "show"):
        assert desk.get(at(f"{way}/{path}")).status == 404


@pytest.mark.parametrize("name", ["..", ".weizhan", "%2e%2e", "x"])
def test_nothing_but_results_is_thrown_away_or_packed(desk, town, name):
    base = f"/town/{quote('甲镇')}/results/{name}"
    assert desk.get(f"{base}/zip").status == 404
    assert desk.post(f"{base}/throw").status == 404
    assert desk.post(f"/town/{quote('甲镇')}/trash/{name}/destroy").status == 404
    assert (town / "town.toml").exists() and len(results_of(town)) == 1


def test_a_result_is_packed_under_its_chinese_name(desk, town):
    packed = desk.get(at("zip"))
    assert quote(NAME) in packed.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
        assert archive.testzip() is None
        names = ["index.html", "pages/b.html", "summary.json", "表.csv"]
        assert sorted(archive.namelist()) == sorted(f"{NAME}/{name}" for name in names)


def test_what_was_thrown_away_comes_back_until_it_is_destroyed(desk, town):
    gone = desk.post(at("throw"))
    page = desk.get(gone.headers["location"]).text
    assert results_of(town) == [] and "撤销" in page and NAME in page
    (one,) = thrown(town)
    desk.post(f"/town/{quote('甲镇')}/trash/{quote(one.id)}/back")
    assert [r.name for r in results_of(town)] == [NAME] and thrown(town) == []

    identity = throw_away(town, NAME)
    (town / RESULTS / NAME).mkdir()  # somebody made the same again meanwhile
    assert take_back(town, identity) == f"{NAME} 2"
    throw_away(town, f"{NAME} 2")
    (one,) = thrown(town)
    desk.post(f"/town/{quote('甲镇')}/trash/{quote(one.id)}/destroy")
    assert thrown(town) == [] and not any((town / ".weizhan" / "trash").iterdir())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("siting.xlsx", "选址结果 (Excel)"),
        ("aerial.csv", "高层登高操作场地 (CSV)"),
        ("buildings.geojson", "建筑 (GeoJSON)"),
        ("ledger-hazards.csv", "隐患 (CSV)"),
        ("route-检查员1-2026-11-30.pdf", "路线单 检查员1-2026-11-30 (PDF)"),
        ("best.plan.json", "最优方案（可在规划页导入，或按它评估）"),
        ("committee.html", "社区风险地图"),
        ("<b>.xyz", "<b>.xyz"),
    ],
)
def test_files_are_called_what_people_call_them(path, words):
    assert file_words(path, "zh", command="risk") == words
    assert file_words("offices.csv", "zh", command="export") == "消防工作站 (CSV)"
