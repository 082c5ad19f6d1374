"""Jobs are processes of their own: watched from outside, ended whole, told when they are lost."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from weizhan.desk import jobs
from weizhan.desk.jobs import AlreadyRunningError, jobs_of, left_s, read_job
from weizhan.desk.results import RESULTS
from weizhan.geo.words import InputError

from ..cli.small_town import small_town

PATIENCE_S = 240


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("towns") / "幸福 镇")


@pytest.fixture
def town(street, tmp_path):
    return shutil.copytree(street, tmp_path / "幸福 镇")


def started(town, command="assess", *arguments, title="评估"):
    out = None if title is None else town / RESULTS / title
    told = [str(town), *arguments, *(["--out", "{out}"] if title else [])]
    return jobs.start(town, command, told, values={}, out=out, lang="zh")


def until(happens):
    end = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.1)


def ended(job):
    until(lambda: not job.active)
    return job


def process_of(job):
    until(lambda: (job.folder / "process.json").exists())
    return psutil.Process(json.loads((job.folder / "process.json").read_text())["pid"])


def left_in(folder):
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def test_a_job_ends_with_its_results_its_steps_and_its_log(town):
    job = started(town, "compare", "2026Q1", "2026Q2", title="比较")
    assert job.active and read_job(job.folder) == job and jobs_of(town) == [job]
    ended(job)
    assert job.state == "failed" and "2026Q1" in job.ended["zh"] and "2026Q1" in job.ended["en"]
    assert job.ended["zh"] in job.log()
    assert [step.key for step in job.steps] == ["step.compare"]
    assert left_in(town / RESULTS) == []

    done = ended(started(town, "check", "--doctor", "{out}", title=None))
    assert done.state == "done" and done.took_s > 0
    assert "step.repair" in [step.key for step in done.steps]


def test_the_same_is_not_started_twice_and_another_is(town):
    job = started(town, "assess", "--date=2026-09-30")
    with pytest.raises(AlreadyRunningError) as twice:
        started(town, "assess", "--date=2026-09-30")
    assert twice.value.job.id == job.id
    other = started(town, "assess", "--date=2026-09-29")
    assert other.out.name == "评估 2" and job.out.name == "评估"
    with pytest.raises(InputError):
        jobs.remove(job)
    for one in (job, other):
        jobs.cancel(one)
    again = started(town, "assess", "--date=2026-09-30")  # what has ended is no hindrance
    jobs.cancel(again)
    assert again.state == "cancelled"


def test_starts_in_one_second_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda folder: None)
    with ThreadPoolExecutor(8) as at_once:  # the lock is a file's: other programs wait as well
        began = list(at_once.map(lambda n: started(tmp_path, "assess", f"--seed={n}"), range(8)))
    assert {job.out.name for job in began} == {"评估", *(f"评估 {n}" for n in range(2, 9))}
    assert len({job.id for job in began}) == 8


def test_cancelling_ends_the_process_and_leaves_nothing_half(town):
    job = started(town)
    process = process_of(job)
    until(lambda: any(name.startswith(".评估-") for name in left_in(town / RESULTS)))
    jobs.cancel(job)
    assert job.state == "cancelled" and not process.is_running()
    assert left_in(town / RESULTS) == []
    jobs.cancel(job)  # once more changes nothing
    assert job.state == "cancelled"
    jobs.remove(job)
    assert jobs_of(town) == []


def test_a_job_that_does_not_listen_is_ended_all_the_same(town, monkeypatch):
    monkeypatch.setattr(jobs, "POLITE_S", 0.5)
    job = started(town)
    process = process_of(job)
    process.suspend()
    jobs.cancel(job)
    assert job.state == "cancelled" and not process.is_running()
    assert left_in(town / RESULTS) == []


def test_a_killed_job_is_told_as_lost_and_can_be_done_again(town):
    job = started(town, "check", "--doctor", "{out}", title=None)
    process_of(job).kill()
    until(lambda: job.state == "lost")
    again = ended(jobs.again(job))
    assert again.state == "done" and again.id != job.id
    jobs.remove(job)
    assert [one.id for one in jobs_of(town)] == [again.id]


def test_a_result_that_a_kill_left_half_is_swept_away(town):
    job = started(town)
    until(lambda: any(name.startswith(".评估-") for name in left_in(town / RESULTS)))
    process_of(job).kill()
    until(lambda: job.state == "lost")
    jobs.sweep(job)
    assert left_in(town / RESULTS) == []


def job_by_hand(town, name, *, state=None, steps=(), took_s=None, pid=None):
    folder = town / ".weizhan" / "jobs" / name
    folder.mkdir(parents=True)
    told = {"command": "assess", "arguments": [str(town)], "values": {}, "out": None,
            "asked_at": "2026-09-30T08:00:00", "lang": "zh"}  # fmt: skip
    (folder / "request.json").write_text(json.dumps(told))
    lines = [json.dumps({"step": key, "at": at}) for key, at in steps]
    (folder / "progress.jsonl").write_text("\n".join(lines))
    if pid is not None:
        (folder / "process.json").write_text(json.dumps({"pid": pid}))
    if state is not None:
        (folder / "ended.json").write_text(json.dumps({"state": state, "took_s": took_s}))
    return read_job(folder)


def test_a_number_that_another_program_has_by_now_is_no_job(tmp_path):
    assert job_by_hand(tmp_path, "1", pid=os.getpid()).state == "lost"


def test_a_process_that_has_only_just_begun_is_not_lost(tmp_path):
    """For an instant the system lists it without the words by which it was called."""
    seen = set()
    for number in range(60):
        job = job_by_hand(tmp_path, str(number))
        called = [sys.executable, "-S", "-c", "input()", str(job.folder)]
        with subprocess.Popen(called, stdin=subprocess.PIPE) as process:
            (job.folder / "process.json").write_text(json.dumps({"pid": process.pid}))
            seen.add(job.state)
            process.communicate(b"\n")
    assert seen == {"running"}


def test_a_folder_that_was_left_half_made_is_passed_over(tmp_path):
    job = job_by_hand(tmp_path, "1", state="done", took_s=1)
    (tmp_path / ".weizhan" / "jobs" / "2").mkdir()
    (tmp_path / ".weizhan" / "jobs" / "3").mkdir()
    (tmp_path / ".weizhan" / "jobs" / "3" / "request.json").write_text('{"command": "as')
    (job.folder / "progress.jsonl").write_text('{"step": "a.b", "at": 1}\n{"step": "c')
    assert jobs_of(tmp_path) == [job] and len(job.steps) == 1


def test_files_that_no_job_names_go_when_a_window_opens(tmp_path):
    town = tmp_path / "甲镇"
    job = job_by_hand(town, "1", state="lost")
    (town / "town.toml").write_text('name = "甲镇"', encoding="utf-8")
    kept = town / ".weizhan" / "files"
    for name in ("aa11", "bb22", "cc33"):
        (kept / name).mkdir(parents=True)
        (kept / name / "微站.csv").write_text("半")
    arriving = tmp_path / ".weizhan" / "files" / "dd44"
    arriving.mkdir(parents=True)
    request = json.loads((job.folder / "request.json").read_text())
    request["arguments"].append(f"--candidates={kept / 'aa11' / '微站.csv'}")
    (job.folder / "request.json").write_text(json.dumps(request))
    for folder in (kept / "aa11", kept / "bb22"):
        os.utime(folder, (0, 0))
    jobs.sweep_files(tmp_path)
    assert sorted(left_in(kept)) == ["aa11", "cc33"] and arriving.is_dir()  # one is arriving
    for folder in (kept / "cc33", arriving):
        os.utime(folder, (0, 0))
    jobs.sweep_files(tmp_path)
    assert left_in(kept) == ["aa11"] and not arriving.exists()
    jobs.remove(job)
    jobs.sweep_files(town)
    assert left_in(kept) == []


def test_time_left_is_told_by_earlier_runs_and_else_is_unknown(tmp_path, monkeypatch):
    steps = [("step.a", 0.0), ("step.b", 10.0), ("step.c", 40.0)]
    now = job_by_hand(tmp_path, "9", steps=steps[:2])
    monkeypatch.setattr(jobs.Job, "age_s", property(lambda job: 15.0))
    assert left_s(now, [now]) is None
    failed = job_by_hand(tmp_path, "1", state="failed", took_s=3.0, steps=steps)
    assert left_s(now, [now, failed]) is None
    done = job_by_hand(tmp_path, "2", state="done", took_s=60.0, steps=steps)
    # 5 s of the 30 s of step b are over, and 20 s come after it
    assert left_s(now, [now, done, failed]) == pytest.approx(45.0)
    monkeypatch.setattr(jobs.Job, "age_s", property(lambda job: 400.0))
    assert left_s(now, [now, done]) == pytest.approx(20.0)  # never less than what comes after
