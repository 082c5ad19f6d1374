"""Plans outlive a reload, with what was undone, and nobody leaves with unsaved ones unwarned."""

from __future__ import annotations

import datetime as dt

import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.geo.town import load_town
from weizhan.maps.page.planner import planner_page

DAY = dt.date(2026, 9, 30)
REMOVE = "change(planner.removed(changesNow(), engine.present[arguments[0]].station_id))"
REMOVED = "return changesNow().remove.length"
LEAVING = """const leave = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leave); return leave.defaultPrevented"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="village", seed=1)
    town = load_town(folder)
    return planner_page(town, assess(town, date=DAY.isoformat(), draws=2), moments(town, day=DAY))


def press(browser, name):
    browser.run("document.getElementById(arguments[0]).click()", name)


def said(browser):
    return browser.run("return document.getElementById('plans').innerText")


def test_a_reload_brings_plans_back_with_what_was_undone(browser, page):
    browser.open(page)
    browser.run(REMOVE, 0)
    browser.run(REMOVE, 1)
    browser.run("newPlan(changesNow(), '第二稿 <b>'); refresh()")
    browser.run("state.shown = 1; refresh()")
    press(browser, "undo")
    browser.driver.refresh()
    assert browser.run("return state.plans.map((plan) => plan.name)")[1:] == ["方案1", "第二稿 <b>"]
    assert browser.run(REMOVED) == 1
    assert "已取回上次保存在本浏览器中的方案 2 个" in said(browser)
    press(browser, "redo")
    assert browser.run(REMOVED) == 2
    press(browser, "undo")
    press(browser, "undo")
    assert browser.run(REMOVED) == 0
    assert browser.run(LEAVING) is False  # all is kept


def test_a_plan_is_deleted_when_that_is_meant(browser, page):
    browser.open(page)
    browser.run(REMOVE, 0)
    browser.run("window.confirm = () => false; document.getElementById('drop').click()")
    assert browser.run(REMOVED) == 1
    browser.run("window.confirm = () => true; document.getElementById('drop').click()")
    assert browser.run("return [state.plans.length, changesNow().remove.length]") == [2, 0]
    browser.driver.refresh()
    assert browser.run(REMOVED) == 0
    assert "已取回" not in said(browser)


@pytest.mark.parametrize("damage", ["{", "5", '{"plans": [{"name": 1}]}', '{"plans": [{"states":'
                         ' [{"add": [{"station_id": 5}]}], "at": 0}]}'])  # fmt: skip
def test_what_is_damaged_is_left_out(browser, page, damage):
    browser.open(page)
    browser.run("localStorage.setItem(kept.key, arguments[0])", damage)
    browser.driver.refresh()
    assert browser.run("return [weizhan.ready, state.plans.length]") == [True, 2]
    assert browser.run(REMOVED) == 0


def test_leaving_is_warned_of_only_where_nothing_is_kept_or_exported(browser, page):
    refuse = "Storage.prototype.setItem = () => { throw new Error('refused') };"
    word = "return !document.getElementById('unkept').hidden"
    browser.open(page)
    assert browser.run(word) is False
    browser.run(refuse + "refresh()")
    assert browser.run(word) is True
    assert "离开之前请导出" in said(browser)
    assert browser.run(LEAVING) is False  # nothing was changed
    browser.run(REMOVE, 0)
    assert browser.run(LEAVING) is True
    browser.run("HTMLAnchorElement.prototype.click = () => {}")
    press(browser, "export")
    assert browser.run(LEAVING) is False


def test_the_tab_opened_last_keeps_the_plans_and_the_other_says_so(browser, page):
    browser.open(page)
    browser.run(REMOVE, 0)
    browser.run(  # as another tab of the same page does when it opens
        """const there = JSON.parse(localStorage.getItem(kept.key)); there.tab = 'other';
        localStorage.setItem(kept.key, JSON.stringify(there))"""
    )
    browser.run(REMOVE, 1)
    assert "在另一个标签页里打开" in said(browser)
    assert browser.run(LEAVING) is True
    kept = "return JSON.parse(localStorage.getItem(kept.key))"
    found = browser.run(kept)
    assert found["tab"] == "other" and len(found["plans"][0]["states"]) == 2
    browser.run("exported.add(JSON.stringify(changesNow()))")
    browser.driver.refresh()
    assert browser.run(REMOVED) == 1
    assert "在另一个标签页里打开" not in said(browser)
    assert browser.run(kept)["tab"] != "other"
