"""A window that is killed in the middle of a job: the job goes on, the next window shows it."""

import json
import re
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

from weizhan.desk import jobs
from weizhan.desk.jobs import jobs_of

from ..cli.small_town import small_town
from .test_jobs import process_of


def opened(home):
    """Open a window as a double-click does; return its process, port and token."""
    called = [sys.executable, "-m", "weizhan.cli", "open", str(home), "--no-browser"]
    process = subprocess.Popen(called, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    for line in process.stdout:
        if found := re.search(r"127\.0\.0\.1:(\d+)/\?token=(\S+)", line):
            return process, int(found[1]), found[2]
    raise AssertionError("no address was told")


def ask(port, token, method, path, form=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": f"weizhan-{port}={token}", "Origin": f"http://127.0.0.1:{port}",
               "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
    connection.request(method, path, body=urlencode(form or {}), headers=headers)
    answer = connection.getresponse()
    told = answer.status, answer.getheader("location", ""), answer.read().decode()
    connection.close()
    return told


def test_a_job_outlives_its_window(tmp_path):
    town = small_town(tmp_path / "家" / "幸福镇")
    work = f"/town/{quote('幸福镇')}/work"
    window, port, token = opened(town.parent)
    try:
        asked = {"date": "2026-09-30", "draws": "500000"}  # for longer than a window takes to start
        status, address, _ = ask(port, token, "POST", f"{work}/lanes", asked)
        assert status == 303
        (job,) = jobs_of(town)
        process = process_of(job)
    finally:
        window.kill()
        window.communicate()
    assert process.is_running() and job.active

    window, port, token = opened(town.parent)  # the folder still names the window that was killed
    try:
        status, _, told = ask(port, token, "GET", f"{address}/state")
        assert status == 200 and json.loads(told)["active"]
        assert address in ask(port, token, "GET", work)[2]
        assert ask(port, token, "POST", f"{address}/cancel")[0] == 303
        assert json.loads(ask(port, token, "GET", f"{address}/state")[2])["state"] == "cancelled"
        assert not process.is_running()
        _, again, _ = ask(port, token, "POST", f"{address}/again")
        assert again != address
        assert ask(port, token, "POST", f"{again}/cancel")[0] == 303
        assert ask(port, token, "POST", f"{again}/remove")[0] == 303
        assert [one.id for one in jobs_of(town)] == [job.id]
    finally:
        for one in jobs_of(town):
            jobs.cancel(one)
        window.kill()
        window.communicate()
