"""A province district by district: one graph's answer, kept, resumed, and named where it failed."""

import json
import os
import signal
import threading
import time

import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.parts import Asked, assessed
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.runs.engines import Cluster, Processes
from weizhan.runs.province import run_province

ASKED = Asked(None, "2026-11-21", draws=30, seed=2, horizon_s=320.0, risk_draws=60)


def _run(folder, out, engine=None, **more):
    return run_province(folder, out, ASKED, engine or Processes(1), most=90, lang="en", **more)


@pytest.fixture(scope="module")
def province(make_province):
    return make_province()


@pytest.fixture(scope="module")
def result(province, tmp_path_factory):
    """Both districts, after a third one could not be read."""
    folder, _ = province
    out = tmp_path_factory.mktemp("out") / "省"
    broken = folder / "中"
    broken.mkdir()
    (broken / "town.toml").write_bytes((folder / "东" / "town.toml").read_bytes())
    (broken / "layers.gpkg").write_text("no geodata")
    first = _run(folder, out)
    page = (out / "index.html").read_text(encoding="utf-8")
    for file in broken.iterdir():
        file.unlink()
    broken.rmdir()
    return out, first, page


def test_a_file_that_cannot_be_read_fails_one_district_and_is_named(result):
    out, first, page = result
    assert set(first.done) == {"东", "西"}
    assert list(first.failed) == ["中"]
    assert "layers.gpkg" in first.failed["中"]["en"]
    assert "中" in page and "layers.gpkg" in page
    assert str(out.parent.parent) not in page  # others have the folder elsewhere
    assert not (out / "districts" / "中").exists()


def test_districts_written_one_by_one_hold_the_answer_of_one_graph(province, result, read):
    one = assessed(load_town(province[1]), ASKED)
    told = pd.DataFrame(one.buildings.drop(columns="geometry")).set_index(f.BUILDING_ID)
    found = read(result[0], "buildings", f.BUILDING_ID)
    for tier in ("micro", "brigade"):
        for name in (c.response_time(tier), c.station(tier), c.cover(tier), c.depth(tier),
                     c.lane_probability(tier)):  # fmt: skip
            pd.testing.assert_series_equal(
                found[name], told.sort_index()[name], check_dtype=False, check_names=False
            )
    lost = pd.DataFrame(one.lanes.drop(columns="geometry")).set_index(f.LANE_ID).sort_index()
    lanes = read(result[0], "lanes", f.LANE_ID)
    name = c.lost("micro", "buildings")
    pd.testing.assert_series_equal(lanes[name], lost[name])
    assert lanes[name].sum() > 0
    assert sorted(found[c.RISK_RANK]) == list(range(1, len(told) + 1))


def test_a_second_run_does_only_what_changed(province, result):
    out = result[0]
    assert _run(province[0], out).done == ()
    (out / "districts" / "东" / "lanes.parquet").unlink()
    again = _run(province[0], out)
    assert again.done == ("东",) and again.kept == ("西",)
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert set(told["districts"]) == {"东", "西"} and told["failed"] == {}
    assert not [p for p in out.rglob(".*")]


def test_pages_lead_from_the_province_to_a_district_and_back(result):
    out = result[0]
    overview = (out / "index.html").read_text(encoding="utf-8")
    assert overview.count('href="pages/%E4%B8%9C.html"') == 2  # on the map and in the table
    page = (out / "pages" / "东.html").read_text(encoding="utf-8")
    assert '"home":"../index.html"' in page
    assert 'href="font.css"' in page and "font/woff2" not in page
    assert "font/woff2" in (out / "pages" / "font.css").read_text(encoding="utf-8")


def _outputs(out):
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["districts"]
    return {name: district["outputs"] for name, district in told.items()}


def test_a_cluster_of_two_processes_of_which_one_is_killed_writes_the_same_bytes(
    province, result, tmp_path
):
    engine = Cluster("local", workers=2)
    killed = []

    def kill():
        while not killed:
            busy = [w for w, tasks in engine.client.processing().items() if tasks]
            if busy:
                pids = engine.client.run(os.getpid, workers=busy[:1])
                os.kill(pids[busy[0]], signal.SIGKILL)
                killed.append(busy[0])
            time.sleep(0.05)

    def progress(step):
        if step == "step.province_see":
            threading.Thread(target=kill, daemon=True).start()

    try:
        outcome = _run(province[0], tmp_path / "省", engine, progress=progress)
    finally:
        engine.close()
    assert killed and not outcome.failed
    assert _outputs(tmp_path / "省") == _outputs(result[0])


def test_stations_over_districts_come_with_a_proof_that_adds_up(province, result):
    out = result[0]
    _run(province[0], out, stations=3)
    told = json.loads((out / "sites.json").read_text(encoding="utf-8"))
    assert 0 < len(told["sites"]) <= 3
    assert sum(one["stations"] for one in told["districts"]) == len(told["sites"])
    bound = told["price"] * 3 + sum(one["surplus"] for one in told["districts"])
    assert told["bound"] == pytest.approx(bound)
    for one in told["districts"]:
        most = max(b - told["price"] * k for k, b in enumerate(one["bound"]))
        assert one["surplus"] == pytest.approx(most)
    assert 0 < told["objective"] <= told["bound"]
    assert told["objective"] + told["covered_before"] <= told["harm_index"]
    assert told["sites"][0]["candidate_id"] in (out / "index.html").read_text(encoding="utf-8")
