"""One window for a folder: the second start finds the first, and the end leaves nothing."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from weizhan.desk.server import running_window


@pytest.fixture
def started(tmp_path):
    """Start ``weizhan open`` as a program, on a folder with a Chinese name and a space."""
    home = tmp_path / "放 街镇的文件夹"
    left = home / ".weizhan" / "files" / "1f2e"  # of an upload that broke off
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    command = [sys.executable, "-m", "weizhan.cli", "open", str(home), "--no-browser"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = program.stdout.readline()
    yield home, program, said, command
    program.kill()
    program.communicate()


def test_a_second_start_finds_the_first_which_ends_by_ctrl_c(started):
    home, program, said, command = started
    address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", said)[0]
    assert running_window(home.resolve()) == address
    assert not (home / ".weizhan" / "files" / "1f2e").exists()
    second = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert second.returncode == 0 and address in second.stdout
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=60)
    assert "Traceback" not in err
    assert running_window(home) is None
    assert not (home / ".weizhan" / "window.json").exists()


def test_only_this_machine_can_connect_and_only_its_user_reads_the_token(started):
    home, program, _, _ = started
    kept = home / ".weizhan" / "window.json"
    assert kept.stat().st_mode & 0o077 == 0
    port = json.loads(kept.read_text())["port"]
    if sys.platform == "linux":
        table = Path(f"/proc/{program.pid}/net/tcp").read_text().splitlines()
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
        assert f"0100007F:{port:04X}" in listening


def test_a_file_left_by_a_power_cut_stops_nobody(tmp_path):
    (tmp_path / ".weizhan").mkdir()
    file = tmp_path / ".weizhan" / "window.json"
    for left in ('{"port": 9, "token": "a"}', "{", "[]", '{"port": "x", "token": 1}'):
        file.write_text(left)
        assert running_window(tmp_path) is None


def test_a_folder_that_is_none_and_a_port_that_is_taken_end_in_a_sentence(tmp_path, open_desk):
    desk = open_desk(tmp_path)
    for words, told in (
        ([str(tmp_path / "没有")], "没有文件夹"),
        ([str(tmp_path), "--port", str(desk.port)], "端口"),
    ):
        command = [sys.executable, "-m", "weizhan.cli", "open", *words, "--no-browser"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert run.returncode == 1 and "Traceback" not in run.stderr
        assert told in run.stderr
