"""A town is made by a job: watched, cancelled, done again; two of one name are two towns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from weizhan.desk import jobs
from weizhan.desk.jobs import jobs_of
from weizhan.geo.rules import read_config

from ..geo.raw_files import raw_town
from .test_jobs import until


@pytest.fixture
def files(tmp_path):
    raw = raw_town(tmp_path / "raw")
    return [("files", p.name, p.read_bytes()) for p in sorted(raw.iterdir())]


def uploads(desk):
    folder = desk.home / ".weizhan" / "files"
    return list(folder.iterdir()) if folder.exists() else []


def test_files_become_a_town_by_a_job_that_leads_on_to_it(desk, files):
    job = desk.post("/new", {"name": "甲 镇"}, files).headers["location"]
    page = desk.get(job).text
    assert "新建街镇" in page and "名册.csv" in page and "甲 镇" in page
    assert desk.get(f"{job}/state").json()["command"] == "new"
    (told,) = jobs_of(desk.home)
    until(lambda: not told.active)
    assert told.state == "done", told.log()
    assert [step.key for step in told.steps] == ["step.compile", "step.copy", "step.sort"]
    assert desk.get(job).headers["location"] == "/town/%E7%94%B2%20%E9%95%87/data"
    config = read_config(desk.home / "甲 镇")
    assert config.name == "甲 镇" and set(config.layers) == {"buildings", "lanes", "stations"}
    assert uploads(desk) == []
    assert "正在建立的街镇" not in desk.get("/").text


def test_a_cancelled_one_leaves_nothing_half_and_is_done_again(desk, files, monkeypatch):
    monkeypatch.setattr(jobs, "POLITE_S", 0.5)
    job = desk.post("/new", {"name": "甲镇"}, files).headers["location"]
    assert desk.post(f"{job}/cancel").headers["location"] == job
    (told,) = jobs_of(desk.home)
    assert told.state == "cancelled"
    assert [p.name for p in desk.home.iterdir()] == [".weizhan"]
    page = desk.get(job).text
    assert "已取消" in page and 'href="/"' in page
    assert f'href="{job}"' in desk.get("/").text and len(uploads(desk)) == 1
    again = desk.post(f"{job}/again").headers["location"]
    assert again != job and again.startswith("/founding/")
    desk.post(f"{again}/cancel")
    assert desk.post(f"{job}/remove").headers["location"] == "/"
    assert len(uploads(desk)) == 1  # the other may still be done again
    desk.post(f"{again}/remove")
    assert uploads(desk) == [] and jobs_of(desk.home) == []
    assert desk.get(job).status == 404


def test_towns_of_one_name_founded_at_one_instant_are_two(desk, files, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda folder: time.sleep(0.05))
    ready = threading.Barrier(6)

    def found(number):
        ready.wait()
        return desk.post("/new", {"name": "甲镇"}, files).status

    with ThreadPoolExecutor(6) as at_once:
        assert set(at_once.map(found, range(6))) == {303}
    names = {job.out.name for job in jobs_of(desk.home)}
    assert names == {"甲镇", *(f"甲镇 {n}" for n in range(2, 7))}
    assert len({job.arguments for job in jobs_of(desk.home)}) == 6  # none got another's files


@pytest.mark.parametrize("name", ["..", "%2e%2e", "claim-1", "none"])
def test_only_jobs_that_are_there_are_reached(desk, name):
    assert desk.get(f"/founding/{name}").status == 404
    assert desk.post(f"/founding/{name}/remove").status == 404
