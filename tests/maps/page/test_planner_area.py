"""Ask of an area on the planner's page: who is late there, why, what mends it; by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import shapely

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.geo.plan import LaneChanges, Plan, planned
from weizhan.geo.rules import Gathering
from weizhan.maps.page.planner import planner_page

DAY = dt.date(2026, 11, 18)  # a Wednesday: the first scenario is 10 h of a working day
LATE = {"N": "width", "G": "gate", "P": "blockage", "D": "off_duty", "F": "far"}


def lane(*ends, **columns):
    line = shapely.LineString(ends)
    return {"geometry": line, "lane_class": "residential", "width_m": 6, **columns}


def house(name, x, y, people=20, **more):
    return {"geometry": shapely.box(x - 4, y, x + 4, y + 8), "building_id": name, "name": name,
            "use": "residential", "people_day": people, "people_night": people, **more}  # fmt: skip


def station(x, name, **more):
    return {"geometry": shapely.Point(x, 0), "station_id": name, "name": name,
            "tier": "micro_station", "vehicle": "mini_truck", "turnout_s": 60, "crew_day": 6,
            "crew_night": 3, **more}  # fmt: skip


@pytest.fixture
def town(make_town):
    """A main lane with branches: narrow, behind a shut gate, blocked; a station shut by day.

    A truck drives 4.9 m/s, people go 2.5 m/s on from where it stops: each house but H is late
    for one cause alone.
    """
    town = make_town(
        buildings=[
            house("H", 200, 0), house("N", 300, 280), house("G", 400, 100), house("P", 500, 120),
            house("D", 1000, 0), house("F", 2000, 0, people=2),
            house("便民中心", 1900, 20, people=2, use="community_service", floors=3),
        ],
        stations=[station(50, "A"), station(1060, "B", crew_day=0)],
        lanes=[
            *[lane((a, 0), (b, 0), name="大街", lane_id=f"M{a}")
              for a, b in ((0, 300), (300, 400), (400, 500), (500, 2100))],
            lane((300, 0), (300, 300), width_m=1.5, name="窄巷", lane_id="NL"),
            lane((400, 0), (400, 10), lane_id="G1"), lane((400, 10), (400, 300), lane_id="G2"),
            lane((500, 0), (500, 300), name="占巷", lane_id="PL"),
        ],
        barriers=[{"geometry": shapely.Point(400, 10), "kind": "gate",
                   "open_hours": "22:00-23:00"}],
        lane_reports=[{"geometry": shapely.Point(500, 60), "state": "blocked",
                       "remaining_width_m": 0.9, "observed_on": "2026-11-18"}],
        grids=[{"geometry": shapely.box(-50, -50, 350, 320), "grid_id": "W1", "name": "西格"},
               {"geometry": shapely.box(350, -50, 2200, 320), "grid_id": "E1"}],
    )  # fmt: skip
    fair = Gathering(name="庙会", first=DAY, last=DAY, building="P", buffer_m=60)
    return dataclasses.replace(town, gatherings=(fair,))


def page_of(town, **more):
    found = assess(town, date=DAY.isoformat(), draws=2)
    return planner_page(town, found, moments(town, day=DAY), **more)


def settled(browser):
    browser.driver.set_script_timeout(20)
    browser.driver.execute_async_script(
        """const end = arguments[0], look = () => area.done ? end() : setTimeout(look, 20);
        look()"""
    )
    return browser.run("return byId('area-said').innerText")


def click(browser, lng, lat):
    """Click a corner as a hand does, given as shares of the town's box."""
    x, y = browser.run(
        """const b = layers.lanes.bounds().pad(0.3), p = map.latLngToContainerPoint(L.latLng(
          b.getSouth() + arguments[1] * (b.getNorth() - b.getSouth()),
          b.getWest() + arguments[0] * (b.getEast() - b.getWest()))),
          r = map.getContainer().getBoundingClientRect();
        return [p.x + r.left, p.y + r.top]""",
        lng,
        lat,
    )
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
        )


CAUSES = """const name = (b) => layers.buildings.features.text('id', b);
    return Object.fromEntries([...area.causes.cause].map(([b, cause]) => [name(b), cause]))"""


def test_a_drawn_area_tells_who_is_late_why_and_what_mends_it(browser, town):
    browser.open(page_of(town))
    browser.run("map.fitBounds(layers.lanes.bounds().pad(0.6), {animate: false})")
    assert "用“画区域”" in settled(browser)
    browser.run("document.getElementById('legend').open = false")
    browser.run("document.querySelector('#tools button[value=area]').click()")
    for corner in ((0, 0), (1, 0), (1, 1)):
        click(browser, *corner)
    assert "区域内建筑" in settled(browser)  # three corners are an area
    click(browser, 0, 1)
    said = settled(browser)
    assert "区域内建筑 7 栋，100 人" in said  # 5 of 20; the two of a few are hidden
    assert "微型消防站 180 秒内到不了的 6/7 栋，80 人" in said
    assert browser.run(CAUSES) == {**LATE, "便民中心": "far"}
    for line in ("车道太窄\t1 栋", "车道被占\t1 栋", "大门、路障耽搁\t1 栋",
                 "站里此时无人值守\t1 栋", "没有站点够近（或台阶、限高、坡度）\t2 栋"):  # fmt: skip
        assert line in said
    assert "打通窄巷（车道太窄，300 米）：1 栋能按时到" in said
    assert "打通占巷（车道被占，300 米）：1 栋能按时到" in said
    assert "把途中拦住车辆的 2 条车道都打通：2 栋能按时到" in said
    assert "在便民中心设微站：2 栋能按时到" in said
    assert "大门、路障都不耽搁（钥匙箱、值守）：1 栋能按时到" in said
    assert "各站此时都有人值守：1 栋能按时到" in said
    cheap = browser.run("return area.remedies.map((one) => one.yuan / one.mended)")
    assert cheap == sorted(cheap) and cheap[0] > 0


def test_what_a_remedy_mends_is_what_python_computes_and_it_can_be_tried(browser, town):
    browser.open(page_of(town))
    browser.pick("named", "0")
    said = settled(browser)
    assert "区域内建筑 2 栋" in said and browser.run(CAUSES) == {"N": "width"}
    browser.run(
        """[...document.querySelectorAll('#area-said li button')].find(
          (b) => (b.getAttribute('aria-label') || '').includes('窄巷')).click()"""
    )
    assert browser.run("return changesNow().open") == ["NL"]
    assert "180 秒内都能到" in settled(browser)
    opened = planned(town, Plan(lanes=LaneChanges(open=["NL"])))
    covers = assess(opened, date=DAY.isoformat(), draws=2).buildings.set_index("building_id")
    assert covers.loc["N", "micro_cover"] in ("covered", "likely")
    assert covers.loc["G", "micro_response_time_s"] > 180
    browser.run("document.getElementById('undo').click()")
    assert "到不了的 1/2 栋" in settled(browser)
    browser.run(
        "const s = document.getElementById('standard');"
        "s.value = 600; s.dispatchEvent(new Event('change'))"
    )
    assert "600 秒内都能到" in settled(browser)  # by the standard typed


def test_a_venue_is_chosen_by_name_and_few_people_are_not_told(browser, town):
    browser.open(page_of(town, lang="en"))
    labels = browser.run("return [...document.getElementById('named').options].map(o => o.text)")
    assert labels == ["drawn on the map", "西格", "E1", "庙会"]
    browser.pick("named", "2")
    said = settled(browser)
    assert "1 building here, 20 people" in said and browser.run(CAUSES) == {"P": "blockage"}
    assert "a lane that is blocked\t1 building" in said
    assert "Open 占巷 (a lane that is blocked, 300 m): 1 building in time" in said
    browser.run(
        """const b = layers.buildings, at = b.bounds(b.features.find('id', 'F'));
        const c = at.pad(0.5); setCorners([c.getSouthWest(), c.getSouthEast(),
          c.getNorthEast(), c.getNorthWest()])"""
    )
    assert "1 building here, <5 people" in settled(browser)


def test_an_area_is_drawn_by_keyboard_and_taken_away(browser, town):
    browser.open(page_of(town))
    browser.run("map.fitBounds(layers.lanes.bounds(), {animate: false})")
    steps = ((-400, -300), (800, 0), (0, 600), (-800, 0))
    for step in steps:
        browser.run("map.panBy(arguments[0], {animate: false})", list(step))
        browser.run("document.getElementById('corner').focus()")
        browser.driver.switch_to.active_element.send_keys("\n")
    assert "区域内建筑" in settled(browser)
    assert browser.run("return [state.tool, area.corners.length]") == ["area", 4]
    for _ in range(2):
        browser.run("document.getElementById('corner_back').click()")
    assert "至少三个点" in settled(browser)
    browser.run("document.getElementById('area_clear').click()")
    assert browser.run("return area.corners.length") == 0


def test_where_no_station_is_known_nobody_is_told_late(browser, make_town):
    bare = make_town(
        buildings=[house("H", 50, 0)],
        lanes=[lane((0, 0), (100, 0))],
        grids=[{"geometry": shapely.box(-9, -9, 99, 99), "grid_id": "W1"}],
    )
    browser.open(page_of(bare))
    browser.pick("named", "0")
    said = settled(browser)
    assert "区域内建筑 1 栋" in said and "1 栋没有结论" in said and "到不了" not in said
