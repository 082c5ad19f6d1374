"""The planner's task by hand: place, move, remove a station, close a lane, compare, take along."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.geo.plan import Plan, plan_problems, planned, read_plan
from weizhan.geo.plan_lanes import locks_at_all
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import TownError
from weizhan.maps.page.planner import planner_page

DAY = dt.date(2026, 9, 30)
COVERED = "return answerOf(state.shown).all.covered"
FARTHEST = """const ms = answerOf(0).times.typical.ms, f = layers.buildings;
  let worst = -1;
  for (let b = 0; b < ms.length; b++)
    if (ms[b] < weizhan.FAR && (worst < 0 || ms[b] > ms[worst])) worst = b;
  map.setView(f.bounds(worst).getCenter(), 18, {animate: false});"""

ENTER, ESCAPE = "\ue007", "\ue00c"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="town", seed=1)
    return load_town(folder)


@pytest.fixture(scope="module")
def found(town):
    return assess(town, date=DAY.isoformat(), draws=2)


@pytest.fixture(scope="module")
def passing(town):
    return moments(town, day=DAY)


@pytest.fixture(scope="module")
def page(town, found, passing):
    return planner_page(town, found, passing)


def click_map(browser, dx=0, dy=0):
    x, y = browser.run(
        "const r = map.getContainer().getBoundingClientRect();"
        "return [r.left + r.width / 2 + arguments[0], r.top + r.height / 2 + arguments[1]]",
        dx,
        dy,
    )
    click(browser, x, y)


def click(browser, x, y):
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
        )


def press(browser, selector):
    browser.run("document.querySelector(arguments[0]).click()", selector)


def panel(browser):
    return browser.run("return document.getElementById('panel').innerText")


def test_a_station_placed_raises_coverage_and_undo_takes_it_back(browser, page):
    browser.open(page)
    before = browser.run(COVERED)
    browser.run(FARTHEST)
    press(browser, "#tools button[value=add]")
    click_map(browser)
    after = browser.run(COVERED)
    assert after > before
    assert "新设 拟建站 1" in panel(browser)
    assert f"+{after - before}" in panel(browser)
    press(browser, "#undo")
    assert browser.run(COVERED) == before
    assert "还没有改动" in panel(browser)
    press(browser, "#redo")
    assert browser.run(COVERED) == after


def test_the_vehicle_and_the_duty_of_a_new_station_matter(browser, page):
    browser.open(page)
    browser.run(FARTHEST)
    press(browser, "#tools button[value=add]")
    browser.run(
        """const s = document.querySelector('#station [data-name=vehicle]');
        s.value = 'e_bike'; s.dispatchEvent(new Event('change'));
        const n = document.querySelector('#station [data-name=crew_night]');
        n.value = '0'; n.dispatchEvent(new Event('input'))"""
    )
    by_night = next(s["name"] for s in browser.run("return content.engine.scenarios")
                    if s["shift"] == "night")  # fmt: skip
    by_day = next(s["name"] for s in browser.run("return content.engine.scenarios")
                  if s["shift"] == "day")  # fmt: skip
    browser.pick("scenario", by_night)
    before = browser.run(COVERED)
    click_map(browser)
    assert browser.run("return changesNow().add[0].vehicle") == "e_bike"
    assert browser.run(COVERED) == before  # nobody is there at night
    browser.pick("scenario", by_day)
    gained = "return answerOf(1).all.covered - answerOf(0).all.covered"
    assert browser.run(gained) > 0


def test_stations_are_dragged_and_removed_by_their_popup(browser, page):
    browser.open(page)
    station = browser.run("return engine.present.find(s => s.tier === 'micro_station').station_id")
    browser.run(
        """const m = stationGroup.getLayers().find(l => l.stationId === arguments[0]);
        map.setView(m.getLatLng(), 18, {animate: false})""",
        station,
    )
    x, y = browser.run(
        """const m = stationGroup.getLayers().find(l => l.stationId === arguments[0]);
        const r = m.getElement().getBoundingClientRect();
        return [r.left + r.width / 2, r.top + r.height / 2]""",
        station,
    )
    steps = [("mousePressed", 0), ("mouseMoved", 4), ("mouseMoved", 40), ("mouseReleased", 40)]
    for kind, far in steps:
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x + far, "y": y, "button": "left", "buttons": 1, "clickCount": 1},
        )
    assert browser.run("return changesNow().move.map(m => m.station_id)") == [station]
    assert "移动 " in panel(browser)
    browser.run(
        "aboutStation(planAt(state.shown).stations.find(s => s.station_id === arguments[0]))",
        station,
    )
    browser.run(
        "[...document.querySelectorAll('.leaflet-popup-content button')]"
        ".find(b => b.textContent === '拆除此站').click()"
    )
    assert browser.run("return changesNow().remove") == [station]
    assert browser.run("return changesNow().move") == []
    press(browser, "#changes li button")
    assert browser.run("return changesNow().remove") == []


def test_the_popup_of_a_station_acts_on_the_plan_of_now_or_is_gone(browser, page):
    browser.open(page)
    one, two = browser.run("return engine.present.slice(0, 2).map(s => s.station_id)")
    tell = "aboutStation(planAt(state.shown).stations.find(s => s.station_id === arguments[0]))"
    remove = """[...document.querySelectorAll('.leaflet-popup-content button')]
        .find(b => b.textContent === '拆除此站').click()"""
    browser.run("change(planner.removed(changesNow(), arguments[0]))", one)
    browser.run(tell, two)
    press(browser, "#undo")  # what the popup was told of is no more
    assert browser.popup() == ""
    browser.run(tell, two)
    press(browser, "#more")  # another plan
    assert browser.popup() == ""
    browser.run(tell, two)
    browser.pick("scenario", browser.run("return content.engine.scenarios.slice(-1)[0].name"))
    assert browser.popup() == ""
    browser.run(tell, two)
    browser.run("state.plans[state.shown].states.push(planner.removed(changesNow(), arguments[0]));"
                "state.plans[state.shown].at++", one)  # fmt: skip
    browser.run(remove)
    assert browser.run("return changesNow().remove") == [one, two]
    assert browser.run("return state.plans[1].states[state.plans[1].at].remove") == []
    assert browser.popup() == ""


def test_the_popup_of_a_building_tells_of_the_plan_shown(browser, page):
    browser.open(page)
    browser.run("choose('buildings', 0, layers.buildings.bounds(0).getCenter())")
    assert "方案1" in browser.popup()
    press(browser, "#more")
    assert "方案2" in browser.popup() and "方案1" not in browser.popup()


def test_a_lane_is_closed_and_opened_by_a_click(browser, page):
    browser.open(page)
    lane = browser.run(
        """const at = laneKinds.findIndex((k, l) => layers.lanes.features.text('name', l) &&
          engine.data.moments);
        const b = layers.lanes.features, p = b.points[b.paths[at]];
        const mid = L.CRS.EPSG3857.pointToLatLng(L.point(
          (b.xy[2 * p] + b.xy[2 * p + 2]) * 128, (b.xy[2 * p + 1] + b.xy[2 * p + 3]) * 128), 0);
        map.setView(mid, 20, {animate: false});
        return b.text('id', at)"""
    )
    for tool, done in (("close", "封闭"), ("open", "打通")):
        press(browser, f"#tools button[value={tool}]")
        click_map(browser)
        assert browser.run(f"return changesNow().{tool}") == [lane]
        assert done in panel(browser)
    assert browser.run("return changesNow().close") == []  # opened instead
    assert "方案打通的车道" in browser.legend()
    click_map(browser)
    assert browser.run("return changesNow().open") == []


def test_what_is_stays_and_a_change_makes_a_new_plan(browser, page):
    browser.open(page)
    press(browser, "#tabs button")
    before = browser.run(COVERED)
    browser.run("document.getElementById('standard').focus()")
    browser.run(
        "const s = document.getElementById('standard');"
        "s.value = 400; s.dispatchEvent(new Event('change'))"
    )
    assert "现状”不能改动" in panel(browser)
    assert browser.run("return [state.shown, state.plans[0].states.length]") == [2, 1]
    assert browser.run(COVERED) > before
    own = "return engine.answer(planAt(0), state.scenario, state.tier).all.covered"
    assert browser.run(own) == before
    assert "标准 400 秒" in browser.legend()


def test_columns_are_measured_by_the_standard_of_the_plan_shown(browser, page):
    browser.open(page)
    before = browser.run("return answerOf(0).all.covered")
    browser.run(
        "const s = document.getElementById('standard');"
        "s.value = 400; s.dispatchEvent(new Event('change'))"
    )
    covered = browser.run("return [0, 1].map((plan) => answerOf(plan).all.covered)")
    assert covered[0] == covered[1] > before  # nothing but the standard was changed
    numbers = browser.run("return document.getElementById('numbers').innerText")
    assert "±0" in numbers and "新增覆盖 0 栋，失去 0 栋" in numbers
    assert "各列均按 400 秒计算" in numbers and "现状自己的标准是 180 秒" in numbers


def test_two_plans_side_by_side_follow_each_other(browser, page):
    browser.open(page)
    browser.run(FARTHEST)
    press(browser, "#tools button[value=add]")
    click_map(browser)
    press(browser, "#more")
    click_map(browser, 120, 60)
    browser.pick("other", "1")
    assert browser.run("return document.getElementById('captions').innerText") == "方案2\n方案1"
    heads = browser.run("return document.querySelector('#numbers thead').innerText")
    assert "现状" in heads and "方案1" in heads and "方案2" in heads
    browser.run("map.panBy([60, 20], {animate: false})")
    apart = browser.run(
        "return map.latLngToContainerPoint(second.map.getCenter()).distanceTo("
        "map.latLngToContainerPoint(map.getCenter()))"
    )
    assert apart <= 2  # pixels
    assert browser.run("return [second.stations, stationGroup].map(g => g.getLayers().length)") == [
        browser.run("return engine.present.length") + 1,
        browser.run("return engine.present.length") + 2,
    ]
    browser.pick("other", "-1")
    assert browser.run("return document.getElementById('second').hidden") is True


def test_an_exported_plan_is_read_by_python_and_imported_again(browser, page, town, tmp_path):
    browser.open(page)
    browser.run(FARTHEST)
    press(browser, "#tools button[value=add]")
    click_map(browser)
    browser.run(
        """change(planner.removed(changesNow(), engine.present[0].station_id));
        change(planner.lane(changesNow(), 'close', layers.lanes.features.text('id', 3)));
        change(planner.standard(changesNow(), 'micro', 200));
        const n = document.getElementById('note'); n.value = '第一稿 <b>';
        n.dispatchEvent(new Event('change'))"""
    )
    browser.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    press(browser, "#export")
    for _ in range(50):
        browser.driver.execute_async_script("setTimeout(arguments[0], 100)")
        if files := list(tmp_path.glob("*.plan.json")):
            break
    plan = read_plan(files[0])
    assert plan.note == "第一稿 <b>"
    assert plan.standard_s == {"micro": 200}
    changed = planned(town, plan)
    assert len(changed.stations) == len(town.stations)
    covered = browser.run(COVERED)
    browser.driver.find_element("id", "file").send_keys(str(files[0]))
    browser.driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert "已导入方案" in panel(browser)
    assert browser.run("return state.shown") == 2
    assert browser.run(COVERED) == covered
    assert browser.run("return document.querySelectorAll('#panel b').length") == 0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no json", "不是方案文件"),
        ('{"format": "weizhan-plan", "version": 2}', "不是方案文件"),
        ('{"format": "weizhan-plan", "version": 1, "stations": {"remove": ["<img>"]}}',
         "没有这个站点：<img>"),
        ('{"format": "weizhan-plan", "version": 1, "lanes": {"close": ["none"]}}',
         "没有这条车道：none"),
        ('{"format": "weizhan-plan", "version": 1, "stations": {"add": [{"station_id": "X",'
         ' "lon": 0, "lat": 0}]}}', "附近没有车道：X"),
        ('{"format": "weizhan-plan", "version": 1, "standard_s": {"moon": 3}}', "没有这一级"),
    ],
)  # fmt: skip
def test_what_is_no_plan_changes_nothing_and_is_told(browser, page, said, told):
    browser.open(page)
    browser.run("take(arguments[0], 'x.plan.json')", said)
    assert told in panel(browser)
    assert browser.run("return state.plans.length") == 2


def test_a_station_moved_and_removed_is_told_as_python_tells_it(browser, page, town):
    station = town.stations["station_id"].iloc[0]
    lon, lat = town.stations.geometry.iloc[:1].to_crs(4326).iloc[0].coords[0]
    move = [{"station_id": station, "lon": lon, "lat": lat}]
    changes = {"move": move, "remove": [station]}
    said = {"format": "weizhan-plan", "version": 1, "stations": changes}
    with pytest.raises(TownError):
        planned(town, Plan.model_validate(said))
    browser.open(page)
    browser.run("take(arguments[0], 'x.plan.json')", json.dumps(said))
    assert "站点编号重复" in panel(browser)
    assert browser.run("return state.plans.length") == 2


def keys(browser, *pressed):
    """Press keys where the focus is."""
    for code in pressed:
        browser.driver.switch_to.active_element.send_keys(code)


def test_all_is_done_by_keyboard_too(browser, page):
    browser.open(page)
    browser.run(FARTHEST)
    press(browser, "#tools button[value=add]")
    browser.run("map.getContainer().focus()")
    keys(browser, ENTER, ESCAPE)
    assert browser.run("return [changesNow().add.length, state.tool]") == [1, "look"]
    assert "新设 拟建站 1" in panel(browser)
    browser.run(
        """aboutStation(planAt(state.shown).stations.slice(-1)[0], false);
        [...document.querySelectorAll('.leaflet-popup-content button')]
          .find((button) => button.textContent === '移动此站').click();"""
    )
    assert "移动“拟建站 1”" in panel(browser)
    where = "const { lon, lat } = changesNow().add[0]; return [lon, lat]"
    before = browser.run(where)
    keys(browser, ESCAPE, ENTER)  # cancelled: Enter places nothing
    assert browser.run(where) == before
    browser.run(
        """state.moving = changesNow().add[0].station_id; useTool('move');
        map.getContainer().focus(); map.panBy([30, 10], { animate: false })"""
    )
    keys(browser, ENTER)
    after = browser.run(where)
    assert after != before and browser.run("return state.tool") == "look"
    middle = browser.run("const { lng, lat } = map.getCenter(); return [lng, lat]")
    assert after == pytest.approx(middle, abs=1e-6)
    press(browser, "#undo")
    assert browser.run(where) == before
    browser.run(
        """const { points, paths, xy } = laneFeatures, p = points[paths[0]], world = 256 * 2 ** 19;
        map.setView(map.unproject([xy[2 * p] * world, xy[2 * p + 1] * world], 19), 19,
          { animate: false })"""
    )
    press(browser, "#tools button[value=close]")
    browser.run("map.getContainer().focus()")
    keys(browser, ENTER)
    assert browser.run("return changesNow().close.length") == 1


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_stations_are_named_beside_their_markers(browser, page, size):
    browser.open(page, size=size)
    browser.run("map.setView(stationGroup.getLayers()[0].getLatLng(), 15, { animate: false })")
    placed, markers, stations = browser.run(
        """return [weizhan.names(weizhan.nameLayer.view), weizhan.nameLayer.view.markers,
          engine.present.map((station) => station.name)]"""
    )
    named = [one for one in placed if one["text"] in stations]
    assert named
    for one in named:
        own = next(mark for mark in markers if mark["name"] == one["text"])
        assert abs(one["x"] - own["x"]) + abs(one["y"] - own["y"]) < 150
    high = 7
    for one in named:  # no name over a marker or over another name
        half = 6 * len(one["text"])
        for mark in markers:
            assert abs(one["x"] - mark["x"]) > half + 10 or abs(one["y"] - mark["y"]) > high + 10
        for other in placed:
            if other is not one and not other.get("angle"):
                both = half + len(other["text"]) * other["size"] / 2
                assert (
                    abs(one["x"] - other["x"]) > both - 8 or abs(one["y"] - other["y"]) > 2 * high
                )


def test_paper_has_the_map_before_and_after(browser, page):
    browser.open(page)
    browser.run("change(planner.removed(changesNow(), engine.present[0].station_id))")
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    shown = """return [...document.querySelectorAll('.on-paper .leaflet-container')].map((one) => {
      const r = one.getBoundingClientRect(), ink = one.querySelector('.picture'), { data } =
        ink.getContext('2d').getImageData(0, 0, ink.width, ink.height); let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum = (sum + data[i] * (i % 9973)) % 1000003;
      return [r.left, r.width, r.height, sum, one.querySelectorAll('.station-mark.gone').length];
    })"""
    after, before = browser.run(shown)
    assert before[0] < after[0] and before[0] + before[1] <= after[0]
    assert before[1:3] == pytest.approx(after[1:3], abs=1) and before[1] > 300 and before[2] > 400
    assert before[3] != after[3] and (before[4], after[4]) == (0, 1)
    where = "return [map, second.map].map((one) => [one.getCenter().lat, one.getZoom()])"
    one, two = browser.run(where)
    assert one == pytest.approx(two, abs=1e-4)
    heads = "return [...document.querySelectorAll('#numbers thead th')].map((th) => th.textContent)"
    assert browser.run(heads)[1:] == ["现状", "方案1"]
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert browser.run("return [state.other, document.getElementById('second').hidden]") == [
        -1, True
    ]  # fmt: skip
    assert browser.run("return document.querySelectorAll('.picture').length") == 0


def test_a_plan_given_is_shown_first(browser, town, found, passing, tmp_path):
    file = tmp_path / "x.plan.json"
    gone = town.stations["station_id"].iloc[0]
    said = {"format": "weizhan-plan", "version": 1, "note": "撤一站",
            "stations": {"remove": [gone]}}  # fmt: skip
    file.write_text(json.dumps(said), encoding="utf-8")
    browser.open(planner_page(town, found, passing, plan=read_plan(file)))
    assert browser.run("return [state.shown, changesNow().remove]") == [1, [gone]]
    assert "撤一站" in panel(browser)


def test_parts_that_the_page_does_not_compute_are_told_and_kept(browser, page, town):
    buildings, lanes = town.buildings, town.lanes
    building = buildings.loc[buildings["use"] == "residential", "building_id"].iloc[0]
    place = buildings.geometry.representative_point().to_crs(4326).iloc[0]
    said = {
        "format": "weizhan-plan",
        "version": 1,
        "lanes": {
            "clear": lanes.loc[lanes["lane_class"] != "steps", "lane_id"].tolist()[:1],
            "ramp": lanes.loc[lanes["lane_class"] == "steps", "lane_id"].tolist()[:2],
        },
        "gates": {"key_box": town.barriers.loc[locks_at_all(town.barriers), "barrier_id"].tolist()},
        "hydrants": {"add": [{"water_id": "H-new", "lon": place.x, "lat": place.y}]},
        "devices": [{"building_id": building, "device": "smoke_detector"}],
        "inspected": [building],
    }
    assert plan_problems(town, Plan.model_validate(said)) == []
    browser.open(page)
    before = browser.run(COVERED)
    browser.run("take(arguments[0], 'x.plan.json')", json.dumps(said))
    assert "台阶加坡道 2 项：随方案保留，本页不计算" in panel(browser)
    assert "方案中有本页不计算的措施" in panel(browser)
    assert browser.run(COVERED) == before
    again = browser.run("return planner.write(changesNow(), content.town, state.scenario)")
    kept = ("lanes", "gates", "hydrants", "devices", "mended", "inspected")
    whole = Plan.model_validate(json.loads(again))
    assert {name: getattr(whole, name) for name in kept} == {
        name: getattr(Plan.model_validate(said), name) for name in kept
    }


def test_the_page_in_english_and_on_a_phone(browser, town, found, passing):
    browser.open(planner_page(town, found, passing, lang="en"), size=(390, 844))
    assert browser.run("return document.getElementById('panel').offsetWidth") == 0
    assert browser.run("return document.documentElement.scrollWidth") == 390
    press(browser, "#toggle")
    said = panel(browser)
    for part in ("As it is", "Undo", "Buildings reached in time", "Scenario"):
        assert part in said
    press(browser, "#tools button[value=add]")
    assert browser.run("return document.getElementById('panel').offsetWidth") == 0
    click_map(browser)
    assert browser.run("return changesNow().add.length") == 1


def test_small_numbers_of_people_are_only_there_as_their_mean(browser, page, town):
    browser.open(page)
    for shift in ("day", "night"):
        people = town.buildings[f"people_{shift}"].astype("float64")
        told = browser.run(f"return [...engine.people.{shift}].map(p => isNaN(p) ? -1 : p)")
        few = people < 5
        assert few.sum() >= 5
        assert {value for value, small in zip(told, few, strict=True) if small} == {
            round(people[few].mean(), 1)
        }
        known = people[~few].fillna(-1).tolist()
        assert [value for value, small in zip(told, few, strict=True) if not small] == known


def test_hostile_texts_are_only_texts(browser, town, found, passing, payload, hostile):
    names = ("name", "address")
    changed = {
        layer: getattr(town, layer).assign(
            **{n: payload for n in names if n in getattr(town, layer).columns}
        )
        for layer in ("buildings", "stations", "lanes", "communities", "grids")
    }
    lanes = changed["lanes"].assign(drawn_lane_id=payload)
    stations = changed["stations"]
    stations["station_id"] = [payload + str(k) for k in range(len(stations))]
    communities = changed["communities"].assign(community_id=payload)
    spoilt = dataclasses.replace(
        town, **{**changed, "lanes": lanes, "stations": stations, "communities": communities},
        name=payload,
    )  # fmt: skip
    told = found.replaced(town=payload, scenario_label={"zh": payload}, rules=payload,
                          communities=communities)  # fmt: skip
    page = planner_page(spoilt, told, passing, plan=Plan(note=payload))
    browser.open(page.encode("utf-8", "strict").decode())
    browser.run(
        """aboutStation(planAt(state.shown).stations[0]);
        choose('buildings', 0, layers.buildings.bounds(0).getCenter());
        change(planner.removed(changesNow(), engine.present[0].station_id));
        change(planner.lane(changesNow(), 'close', layers.lanes.features.text('id', 0)));
        newPlan(changesNow(), arguments[0]); state.other = 1; refresh(); nameArea(0);
        take(arguments[0], arguments[0])""",
        payload.encode("utf-8", "replace").decode(),
    )
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('#panel img, #panel script').length") == 0


@pytest.mark.parametrize("pairs", [0, 1])
def test_the_page_says_that_crossing_lanes_count_as_apart(town, found, passing, pairs):
    crossing = np.array([[0, 1]], dtype=np.int32)[:pairs]
    crossed = dataclasses.replace(
        town, network=dataclasses.replace(town.network, crossing=crossing)
    )
    page = planner_page(crossed, found, passing)
    said = page.split('id="numbers"')[1].split("</section>")[0]
    assert ("本页一律按不相通计算" in said) == bool(pairs)
