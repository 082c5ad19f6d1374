"""A check goes on beside the pages: nobody waits for it, and nothing is lost by a reload."""

import threading
import time

import pytest

from weizhan.desk import checking
from weizhan.desk.checked import check_town
from weizhan.geo.handed_over import found_from_files

from ..geo.raw_files import raw_town

DATA = "/town/%E7%94%B2%E9%95%87/data"


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "我的 街镇" / "甲镇"
    folder.parent.mkdir()
    found_from_files(folder, raw_town(tmp_path / "raw", tier="大站"), name="甲镇")
    return folder


@pytest.fixture
def slow(monkeypatch):
    """Checks that wait at their first step until they are let go."""
    let_go = threading.Event()

    def waiting(folder, *, progress):
        def step(key):
            let_go.wait(30)
            progress(key)

        return check_town(folder, progress=step)

    monkeypatch.setattr(checking, "check_town", waiting)
    return let_go


def ended(desk):
    for _ in range(600):
        told = desk.get(f"{DATA}/state").json()
        if not told["active"]:
            return told
        time.sleep(0.05)
    raise AssertionError("it goes on and on")


def test_the_page_is_there_at_once_and_shows_what_the_check_found_when_it_has_ended(
    open_desk, town, slow
):
    desk = open_desk(town.parent, patience_s=0)
    for _ in range(2):  # a reload starts no second one
        page = desk.get(DATA).text
        assert "正在检查这个街镇的数据" in page and "还没有检查过" in page
        assert "名册.csv" in page and "六层半多" not in page
    told = desk.get(f"{DATA}/state").json()
    assert (
        told["active"] and told["step"] == "读取文件" and told["left"] == "第一次检查，要多久不知道"
    )
    slow.set()
    ended(desk)
    page = desk.get(DATA).text
    assert "还不能评估：2 处必须改正" in page and "正在检查" not in page
    assert "还不能评估：2 处必须改正" in open_desk(town.parent, patience_s=0).get(DATA).text


def test_what_stood_before_is_greyed_until_the_new_check_has_ended(open_desk, town, slow):
    desk = open_desk(town.parent, patience_s=0)
    slow.set()
    desk.get(DATA)
    ended(desk)
    slow.clear()
    form = {"file-0": "数据/名册.csv", "use-0": "layer:stations", "datum-0": "gcj02"}
    assert desk.post(f"{DATA}/use", form).status == 303
    page = desk.get(DATA).text
    assert (
        "上次检查时" in page and "六层半多" in page and '<fieldset class="plain" disabled>' in page
    )
    assert "上次检查用了" in page
    slow.set()
    ended(desk)
    assert '<fieldset class="plain">' in desk.get(DATA).text


def test_files_that_change_in_the_middle_are_checked_anew(town, slow):
    _, first = checking.looked_at(town, patience_s=0)
    changed = town / "changed.toml"
    changed.write_text((town / "town.toml").read_text("utf-8") + "\n", "utf-8")
    changed.replace(town / "town.toml")  # at once: the first check may be reading it
    _, second = checking.looked_at(town, patience_s=0)
    assert first.dropped and second is not first
    slow.set()
    found, going = checking.looked_at(town, patience_s=30)
    assert going is None and found.stamp == second.stamp and found.errors == 2
    assert first.ended.wait(30) and first.found is None


def test_an_error_that_nobody_foresaw_is_shown_and_the_next_look_tries_again(town, monkeypatch):
    def broken(folder, *, progress):
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "check_town", broken)
    with pytest.raises(ZeroDivisionError):
        checking.looked_at(town, patience_s=30)
    monkeypatch.setattr(checking, "check_town", check_town)
    found, _ = checking.looked_at(town, patience_s=30)
    assert found.errors == 2


def test_settings_that_cannot_be_read_are_told(open_desk, town):
    (town / "town.toml").write_text("name = ", "utf-8")
    page = open_desk(town.parent).get(DATA)
    assert page.status == 200 and "town.toml" in page.text
