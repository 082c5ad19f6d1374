"""The committee's tools by hand: moments, swipe, heat, search, measure, communities, print."""

from __future__ import annotations

import base64
import colorsys
import dataclasses
import re

import pandas as pd
import pytest

from weizhan.coverage.scenes import BEFORE, Scene
from weizhan.geo.plan import NewStation, Plan, StationChanges
from weizhan.maps.page.committee import committee_page
from weizhan.maps.page.scene_overlays import change_classes, rank_intervals, share_classes


@pytest.fixture(scope="module")
def scenes(assessment):
    """By day everybody is a minute faster; before, the first hundred were unreached."""
    columns = [n for n in assessment.buildings if n.startswith(("micro_", "brigade_"))]
    day = pd.DataFrame(assessment.buildings[[*columns, "people"]])
    for name in day:
        if name.endswith("response_time_s"):
            day[name] = (day[name] - 60).clip(lower=1)
    day["micro_cover"] = day["micro_cover"].where(day["micro_cover"] != "doubtful", "covered")
    old = pd.DataFrame(assessment.buildings[columns])
    old.loc[:99, "micro_cover"] = "uncovered"
    old.loc[:99, "micro_response_time_s"] = None
    duty = pd.Series(True, index=assessment.stations.index)
    told = assessment.summary["coverage"], assessment.summary["communities"]
    micro = {**told[0]["micro"], "share_buildings": 0.777}
    by_day = {**told[0], "micro": micro}
    return {
        "day": Scene({"zh": "白天", "en": "By day"}, day, duty, by_day, told[1]),
        BEFORE: Scene({"zh": "上期 2025-01-01", "en": "Before"}, old, None, *told),
    }


def press(browser, selector):
    browser.run("document.querySelector(arguments[0]).click()", selector)


def text_of(browser, selector):
    return browser.run("return document.querySelector(arguments[0]).innerText", selector)


def test_another_moment_changes_map_popup_stations_and_table(browser, assessment, scenes):
    browser.open(committee_page(assessment, scenes=scenes))
    browser.click_building("B000040")
    night = browser.popup()
    drawn = "return [layers.buildings.style, layers.stations.style]"
    assert browser.run(drawn) == ["response_micro", "stations"]
    assert "78%" not in text_of(browser, "#figures")
    browser.pick("scene", "day")
    assert browser.run(drawn) == ["response_micro@day", "stations@day"]
    assert "78%" in text_of(browser, "#figures")
    assert "情景：白天" in text_of(browser, "#facts")
    browser.click_building("B000040")
    seconds = -int(-(assessment.buildings["micro_response_time_s"][40] - 60) // 1)
    assert f"{seconds} 秒" in browser.popup()
    assert browser.popup() != night
    assert "概率" not in browser.popup()  # known for the assessed moment only
    arrival = "return document.querySelector('input[name=kind][value=arrival]')"
    assert browser.run(f"{arrival}.disabled") is True
    assert "此时段没有" in browser.run(f"{arrival}.parentElement.textContent")
    browser.pick("scene", "")
    assert browser.run(drawn) == ["response_micro", "stations"]


def test_what_has_no_data_says_so(browser, assessment):
    bare = assessment.buildings.drop(
        columns=[n for n in assessment.buildings if n.endswith("_probability")]
    )
    browser.open(committee_page(dataclasses.replace(assessment, buildings=bare)))
    tree = browser.run("return document.getElementById('tree').textContent")
    assert "按时到达的概率（快慢不定）（没有数据）" in tree
    assert "综合风险（没有数据）" in tree
    assert "方案拟建站（没有资料）" in tree or "方案拟建站" in tree
    assert browser.run("return document.querySelector('input[value=proposed]').disabled")


def test_before_and_after_side_by_side(browser, assessment, scenes):
    browser.open(committee_page(assessment, scenes=scenes))
    browser.pick("kind", "change")
    assert "新增覆盖" in browser.legend()
    assert (11, 92, 140) in browser.colours("buildings")
    browser.pick("kind", "cover")
    press(browser, "#swipe")
    browser.pick("right-kind", "cover @before")
    assert "右边看" in browser.legend()
    clips = """const box = (l) => l.getContainer().style.clip.match(/-?[\\d.]+/g).map(Number);
        return [box(layers.buildings), box(right.layer)]"""
    left, right_ = browser.run(clips)
    assert left[1] == right_[3]  # one ends where the other begins
    browser.run(
        "const d = document.getElementById('divide'); d.value = 250;"
        "d.dispatchEvent(new Event('input'))"
    )
    moved = browser.run(clips)[0]
    assert moved[1] < left[1]
    press(browser, "#swipe")
    assert browser.run("return layers.buildings.getContainer().style.clip") == ""


SPREAD = "return heat.values.reduce((a, b) => a + b) * (heat.metres / 3000) ** 2"


def test_heat_has_a_unit_in_words_a_spread_and_the_right_sum(browser, assessment):
    browser.open(committee_page(assessment))
    browser.pick("heat", "late density")
    assert "每平方公里等不到的建筑（栋）" in browser.legend()
    assert "约 200 米以内最浓，到 600 米为止" in browser.legend()
    late = assessment.buildings["micro_cover"].isin(["doubtful", "uncovered"]).sum()
    assert browser.run(SPREAD) == pytest.approx(late, rel=0.02)
    browser.pick("heat-metres", "100")
    assert "约 100 米以内最浓" in browser.legend()
    assert browser.run(SPREAD) == pytest.approx(late, rel=0.02)
    browser.pick("heat", "late ratio")
    assert "等不到的建筑占多少（1 为全部）" in browser.legend()
    assert browser.run("return Math.max(...heat.values)") <= 1 + 1e-9
    browser.pick("heat", "people density")
    assert "每平方公里等不到的人" in browser.legend()
    assert not re.search("高斯|带宽", browser.legend() + text_of(browser, "#tree"))
    browser.pick("heat", "")
    assert "每平方公里" not in browser.legend()
    assert browser.run("return document.querySelectorAll('.heat').length") == 0


BUILT = """const image = heatLayer.image.getElement(), done = arguments[0];
image.decode().then(() => {
  const copy = document.createElement('canvas'), { features } = layers.buildings;
  const { x0, y0, cell, wide } = heatGrid(), counts = heatWeights();
  copy.width = image.naturalWidth; copy.height = image.naturalHeight;
  const pen = copy.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, copy.width, copy.height);
  const box = features.box, built = [];
  for (let f = 0; f < features.count; f++) {
    if (!(box[4 * f] <= box[4 * f + 2]) || Number.isNaN(counts[f])) continue;
    const x = (box[4 * f] + box[4 * f + 2]) / 2, y = (box[4 * f + 1] + box[4 * f + 3]) / 2;
    const at = Math.floor((y - y0) / cell) * wide + Math.floor((x - x0) / cell);
    built.push([...data.slice(4 * at, 4 * at + 4)]);
  }
  const classes = new Set(), clear = [0];
  for (let k = 0; k < data.length; k += 4)
    if (data[k + 3]) classes.add(data.slice(k, k + 4).join()); else clear[0]++;
  done({ built, clear: clear[0], classes: classes.size });
});"""


def test_heat_is_purple_over_all_built_land_and_its_lowest_class_is_told(browser, assessment):
    east = assessment.buildings.geometry.centroid.x
    harm = ((east - east.min()) / (east.max() - east.min())) ** 2  # from nothing to much
    frame = assessment.buildings.assign(harm_index=harm)
    browser.open(committee_page(dataclasses.replace(assessment, buildings=frame)))
    browser.pick("heat-metres", "100")
    browser.pick("heat", "harm density")
    drawn = browser.driver.execute_async_script(BUILT)
    assert len(drawn["built"]) > 100
    assert all(alpha >= 180 for *_, alpha in drawn["built"])  # nothing white over the worst
    for r, g, b, _ in drawn["built"]:
        hue = colorsys.rgb_to_hsv(r, g, b)[0] * 360
        assert 260 <= hue <= 290, (r, g, b)
    assert drawn["clear"] > 0  # land without buildings
    legend = browser.run(
        "return [...document.querySelectorAll('#legend ul')][0].innerText.trim().split('\\n')"
    )
    assert legend[0].startswith("低于 ") and legend[-1].startswith("≥ ")
    assert drawn["classes"] == len(legend) == 5
    light = browser.run("return HEAT_FILLS.map(([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b)")
    assert light == sorted(light, reverse=True)  # worse is darker


MUTED = "return getComputedStyle({}.getContainer()).filter"


def test_buildings_are_muted_under_heat_and_come_back(browser, assessment):
    browser.open(committee_page(assessment))
    assert browser.run(MUTED.format("layers.buildings")) == "none"
    browser.pick("heat", "people density")
    browser.run("document.getElementById('swipe').click()")
    for layer in ("layers.buildings", "right.layer"):
        assert "grayscale(1)" in browser.run(MUTED.format(layer))
    heat, left, right, later, stations = browser.run(
        """const image = heatLayer.image.getElement(), box = (layer) => layer.getContainer();
        const over = image.compareDocumentPosition(box(right.layer));
        return [image, box(layers.buildings), box(right.layer), over, box(layers.stations)]
          .map((one) => one.style ? Number(one.style.zIndex) : Boolean(one & 2))"""
    )
    assert heat == left == right < stations and later
    browser.pick("heat", "")
    for layer in ("layers.buildings", "right.layer"):
        assert browser.run(MUTED.format(layer)) == "none"


BLUE = """const sheet = picture(), pen = sheet.getContext('2d');
const { data } = pen.getImageData(0, 0, sheet.width, sheet.height);
let [blue, purple] = [0, 0];
for (let i = 0; i < data.length; i += 4) {
  if (data[i + 2] > data[i + 1] + 25 && data[i + 1] > data[i] + 15) blue++;
  if (data[i + 2] > data[i] + 20 && data[i] > data[i + 1] + 20) purple++;
}
sheet.remove();
return [blue, purple]"""


def test_buildings_are_muted_under_heat_on_paper_too(browser, assessment):
    browser.open(committee_page(assessment))
    before = browser.run(BLUE)  # buildings reached early; beside them some symbols are purple
    browser.pick("heat", "late density")
    browser.driver.execute_async_script("heatLayer.image.getElement().decode().then(arguments[0])")
    after = browser.run(BLUE)
    assert after[0] < before[0] / 50 and after[1] > 3 * before[1]


def test_buildings_whose_number_is_not_known_are_left_out_of_the_heat(browser, assessment):
    frame = assessment.buildings.assign(harm_index=2.0)
    frame.loc[:9, "harm_index"] = None
    browser.open(committee_page(dataclasses.replace(assessment, buildings=frame), lang="en"))
    browser.pick("heat", "harm density")
    assert browser.run(SPREAD) == pytest.approx(2 * (len(frame) - 10), rel=0.02)
    assert "left out: 10." in browser.legend()
    assert "Expected loss by fire a year, per km²" in browser.legend()
    browser.pick("heat", "harm ratio")
    assert browser.run("return Math.max(...heat.values)") == pytest.approx(2)


def type_in(browser, words):
    browser.run(
        "const s = document.getElementById('search'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input'))",
        words,
    )


def test_search_finds_ids_names_addresses_stations_lanes(browser, assessment):
    browser.open(committee_page(assessment))
    press(browser, "#to-find")
    for words, found in (
        ("b000040", "B000040"),
        ("解放路41号", "解放路41号"),
        ("老街社区微型", "老街社区微型消防站"),
        ("横3巷", "横3巷"),
        ("河口", "河口社区"),
    ):
        type_in(browser, words)
        assert found in text_of(browser, "#found"), words
    type_in(browser, "没有这个")
    assert text_of(browser, "#found-count") == "没有找到"
    type_in(browser, "号楼")
    assert text_of(browser, "#found-count").startswith("共 ")
    type_in(browser, "B000040")
    browser.run("document.querySelector('#found button').click()")
    assert "B000040" in browser.popup()
    assert browser.run("return chosen === layers.buildings && chosen.selected") == 40


def test_a_distance_is_measured_and_escape_ends_it(browser, assessment):
    browser.open(committee_page(assessment))
    press(browser, "#measure")
    far = browser.run(
        """const a = map.getCenter(), b = L.latLng(a.lat, a.lng + .001);
        map.fire('click', {latlng: a}); map.fire('click', {latlng: b});
        return Math.round(map.distance(a, b))"""
    )
    assert text_of(browser, "#measured") == f"共 {far} 米"
    assert browser.popup() == ""
    for kind in ("keyDown", "keyUp"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchKeyEvent", {"type": kind, "key": "Escape", "code": "Escape"}
        )
    assert browser.run("return document.getElementById('measured').hidden") is True


def test_a_community_has_its_own_card_map_and_ten_buildings(browser, assessment, scenes):
    browser.open(committee_page(assessment, scenes=scenes))
    press(browser, "tr[data-id=C1] button")
    card = text_of(browser, "#community")
    for part in ("河口社区", "人口：3,650 人", "微型消防站 · 3 分钟", "覆盖最差第",
                 "与上期相比", "本社区地图"):  # fmt: skip
        assert part in card
    assert browser.run("return document.querySelectorAll('#community li').length") == 10
    own = assessment.buildings[assessment.buildings["community_id"] == "C1"]
    never = own[own["micro_response_time_s"].isna() & (own["micro_cover"] != "unknown")]
    latest = own["micro_response_time_s"].nlargest(10 - len(never)).index
    expected = [*never.index, *latest]
    shown = browser.run("return worst('C1').list.map(f => layers.buildings.features.text('id', f))")
    assert shown == [f"B{i:06d}" for i in expected]
    inked = browser.run(
        """const c = document.querySelector('#community canvas'), p = c.getContext('2d');
        return p.getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)"""
    )
    assert inked
    press(browser, "#community li button")
    assert shown[0] in browser.popup()
    press(browser, "#community .back")
    assert browser.run("return document.getElementById('whole').hidden") is False


def test_communities_are_coloured_by_fixed_named_classes(browser, assessment):
    browser.open(committee_page(assessment))
    browser.pick("choropleth", "share_micro")
    for name in ("较好：90% 及以上", "一般：75% 至 90%", "较差：50% 至 75%", "很差：不到 50%"):
        assert name in browser.legend()
    classes = browser.run("return [...layers.communities.features.classes('share_micro')]")
    shares = [e["coverage"]["micro"]["share_buildings"] for e in assessment.summary["communities"]]
    assert classes == [sum(share < bound for bound in (0.9, 0.75, 0.5)) for share in shares]


def test_an_unknown_share_has_its_own_class():
    entries = [{"community_id": "A", "coverage": {"micro": {"share_buildings": None}}}]
    assert share_classes(entries, pd.Series(["A", "B"]), "micro").tolist() == [4, 4]


def test_ranks_have_the_interval_that_the_ranges_allow():
    def entry(identity, share, low, high):
        told = {"share_buildings": share, "share_buildings_low": low, "share_buildings_high": high}
        return {"community_id": identity, "coverage": {"micro": told}}

    entries = [
        entry("A", 0.2, 0.1, 0.3),
        entry("B", 0.5, 0.25, 0.8),
        entry("C", 0.7, 0.6, 0.9),
        entry("D", None, None, None),
    ]
    assert rank_intervals(entries, "micro") == {"A": (1, 1, 2), "B": (2, 1, 3), "C": (3, 2, 3)}


def test_change_is_gained_faster_same_slower_lost_or_unknown():
    now_s = pd.Series([100, 100, 100, 120, None, None, 100, None])
    now = pd.Series(["likely", "likely", "likely", "likely", "uncovered", "uncovered", "unknown",
                     "uncovered"])  # fmt: skip
    before_s = pd.Series([None, 111, 105, 100, 100, 400, 100, None])
    before = pd.Series(["uncovered", "likely", "likely", "likely", "covered", "uncovered",
                        "likely", "uncovered"])  # fmt: skip
    assert change_classes(now_s, now, before_s, before).tolist() == [0, 1, 2, 3, 4, 3, 5, 2]
    assert change_classes(now_s, now, before_s, pd.Series([None] * 8)).tolist() == [5] * 8


def test_proposed_stations_are_marked(browser, assessment):
    lon, lat = assessment.stations.geometry.iloc[:1].to_crs(4326).iloc[0].coords[0]
    added = NewStation(station_id="P1", name="拟建<b>站", lon=lon, lat=lat)
    plan = Plan(stations=StationChanges(add=(added,)))
    browser.open(committee_page(assessment, plan=plan))
    assert "方案拟建站" in browser.legend()
    browser.run("choose('proposed', 0, layers.proposed.bounds(0).getCenter())")
    assert "拟建<b>站" in browser.popup()


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_sheet_prints_on_one_page_with_all_that_a_map_needs(browser, assessment, paper):
    browser.open(committee_page(assessment))
    press(browser, "#printing")
    browser.run(
        "const p = document.getElementById('paper'); p.value = arguments[0];"
        "p.dispatchEvent(new Event('change')); document.getElementById('grey').click()",
        paper,
    )
    shown = text_of(browser, "body")
    for part in ("河口镇", "2025-06-01", "默认规则（2025-01-01）", "北", "图例", "120–180 秒"):
        assert part in shown
    wide = browser.run("return document.body.getBoundingClientRect().width / 96 * 25.4")
    assert wide == pytest.approx({"A4": 281, "A3": 404}[paper], abs=1)
    printed = browser.driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
    )
    pdf = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    press(browser, "#print-back")
    assert browser.run("return map.getSize().x") == 734


def test_a_switch_of_layers_stays_quiet_on_a_phone(browser, assessment, scenes):
    browser.open(committee_page(assessment, scenes=scenes), size=(390, 844))
    assert browser.run("return document.documentElement.scrollWidth") == 390
    press(browser, "#toggle")
    browser.pick("kind", "cover")
    browser.pick("scene", "day")
    press(browser, "#close")
    press(browser, "#swipe")
    assert browser.run("return document.documentElement.scrollWidth") == 390
