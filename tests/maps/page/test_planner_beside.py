"""Beside the share of each plan: cost, crew, the worst community, and what is not computed here."""

from __future__ import annotations

import datetime as dt

import pytest
from selenium.webdriver import ActionChains, Keys

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.geo.town import load_town
from weizhan.maps.page.planner import planner_page

DAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="village", seed=1)
    return load_town(folder)


@pytest.fixture(scope="module")
def page(town):
    return planner_page(town, assess(town, date=DAY.isoformat(), draws=2), moments(town, day=DAY))


def row(browser, head):
    return browser.run(
        "return [...document.querySelectorAll('#numbers tbody tr')]"
        ".find(r => r.cells[0].textContent === arguments[0]).innerText",
        head,
    )


def test_a_plan_costs_what_the_rules_say_and_what_has_no_price_is_told(browser, page, town):
    browser.open(page)
    assert "没有要花钱的改动" in row(browser, "花费")
    lane = town.lanes["lane_id"].iloc[0]
    browser.run(
        """change({ ...changesNow(), add: [{ ...state.station, station_id: 'P1', name: 'P1',
          lon: engine.present[0].lon, lat: engine.present[0].lat }], open: [arguments[0]] });
        change(planner.removed(changesNow(), engine.present[0].station_id))""",
        lane,
    )
    kinds = town.rules.measures.kind
    metres = town.network.length_m[0]
    opened = kinds["lane_open"]
    low, high = (
        getattr(kinds["station"].cost_yuan, end)
        + getattr(opened.cost_yuan, end)
        + metres * getattr(opened.per_piece_yuan, end)
        for end in ("low", "high")
    )
    said = row(browser, "花费")
    assert f"{low:,.0f} 至 {high:,.0f} 元" in said
    assert "另有 1 项没有单价" in said


def test_crew_and_worst_community_stand_beside_and_the_rest_is_told(browser, page, town):
    browser.open(page)
    shift = browser.run("return engine.scenario(state.scenario).shift")
    people = town.stations[f"crew_{shift}"]
    assert f"{(people > 0).sum()} 站 {people.sum():.0f} 人" in row(browser, "在岗人数")
    groups = browser.run("return answerOf(0).groups.slice(1)")
    names = browser.run("return content.engine.communities.map(c => c.name)")
    shares = {
        name: group["covered"] / group["known"]
        for name, group in zip(names, groups, strict=True)
        if group["known"]
    }
    assert min(shares, key=shares.get) in row(browser, "最差的社区")
    assert "本页不重算" in row(browser, "风险、第二支力量、按时概率、到场力量")


def test_a_station_is_placed_by_keyboard(browser, page):
    browser.open(page)
    browser.run(
        """document.querySelector('#tools button[value=add]').click();
        map.setView([engine.present[0].lat, engine.present[0].lon], 18, {animate: false});
        map.getContainer().focus()"""
    )
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    assert browser.run("return changesNow().add.length") == 1
    assert "新设 拟建站 1" in browser.run("return document.getElementById('said').textContent")
    ActionChains(browser.driver).send_keys(Keys.ESCAPE, Keys.ENTER).perform()
    assert browser.run("return [state.tool, changesNow().add.length]") == ["look", 1]
