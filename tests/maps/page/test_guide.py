"""The guide on the committee's page: what its steps say, what the map shows, what it gives back."""

import dataclasses

import pytest

from weizhan.maps.page.committee import committee_page
from weizhan.maps.voice import guide_steps

from .test_committee_opening import told

LOOK = (
    "const c = weizhan.map.getCenter();"
    "return [layers.buildings.style, layers.communities.style, visible('buildings'),"
    "Math.round(c.lng * 1e4), Math.round(c.lat * 1e4), map.getZoom(), visible('barriers'),"
    "document.getElementById('legend').open]"
)


def test_the_steps_tell_the_town_in_its_own_figures(make):
    town = told(make())
    frame = town.buildings.copy()
    frame["micro_cover"], frame["micro_main_limit"] = "covered", ""
    there = frame.index[frame["community_id"] == "C2"][:4]
    frame.loc[there, "micro_cover"] = ["uncovered", "doubtful", "uncovered", "uncovered"]
    frame.loc[there, "micro_main_limit"] = ["width", "steps", "width", ""]
    lanes = town.lanes.assign(width_m=3.0)
    lanes.loc[lanes.index[:2], "width_m"] = float("nan")
    town = dataclasses.replace(town, buildings=frame, lanes=lanes)
    steps = guide_steps(town, "zh")
    assert [step.title for step in steps] == [
        "哪里等不到", "最多的在老街社区", "为什么晚", "人均风险哪里最高", "先做什么",
        "一共多少钱，还不知道什么",
    ]  # fmt: skip
    said = [step.said for step in steps]
    assert said[0] == (
        "工作日夜间：1,000 人（500 至 2,000）在 3 分钟内等不到微型消防站，其中 90%在老街社区。"
        "另有 7 栋不知有多少人。"
    )
    assert said[1] == (
        "老街社区有 900 人（450 至 1,800）在 3 分钟内等不到微型消防站，各社区里最多。"
        "占各社区合计的 90%。"
    )
    assert said[2] == (
        "老街社区来不及的 4 栋里，最拖时间的车道限制：宽度不足 2 栋、台阶 1 栋。"
        "另 1 栋没有算出哪一种车道限制最拖时间。"
    )
    assert said[3] == (
        "河口社区最高：人均全年火灾风险是全街镇的 2 倍（九成把握 1.2–3），明显高于全街镇。"
        "1 个社区算不出。"
    )
    assert said[4].startswith("（1）新建站点：东门：10 年约 63,600 元，等不到的少 181 人。（2）")
    assert said[5] == (
        "算过费用的 1 项 10 年共约 63,600 元，合计等不到的少 181 人；用的是规则里的单价，"
        "换上本地报价再定。谁来定、谁出钱，这里没有记录。"
        f"还不知道：7 栋楼里有多少人、{len(lanes)} 段道路中 2 段的宽度。"
    )
    assert steps[1].show["community"] == "C2" and steps[4].show["lon"] == 106.5


def test_a_town_of_which_nothing_is_known_invents_nothing(make):
    town = make()
    none = {"stations": 0, "standard_s": 180.0, "share_buildings": None}
    summary = {**town.summary, "coverage": dict.fromkeys(town.summary["coverage"], none),
               "communities": [], "next": {}}  # fmt: skip
    frame = town.buildings.drop(columns=[n for n in town.buildings if n.endswith("_main_limit")])
    lanes = town.lanes.drop(columns=[n for n in town.lanes if n.endswith("_rank")])
    lanes = lanes.assign(width_m=3.0)
    bare = dataclasses.replace(town, summary=summary, buildings=frame, lanes=lanes)
    steps = guide_steps(bare, "zh")
    assert [step.title for step in steps] == ["哪里等不到"]
    assert "不知道谁在 3 分钟内等不到微型消防站" in steps[0].said
    assert guide_steps(bare, "en")[0].title == "Where help comes too late"


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_step_changes_the_map_and_escape_gives_it_back(browser, make, size):
    browser.open(committee_page(told(make())), size=size)
    browser.run("panel(false); map.setView([29.501, 106.501], 16, {animate: false})")
    before = browser.run(LOOK)
    key = (
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: '%s', bubbles: true, cancelable: true}))"
    )
    browser.run("document.getElementById('guide-open').click()")
    assert browser.run("return document.activeElement.id") == "guide-next"
    said = "return document.getElementById('guide-said').textContent"
    steps = browser.run("return content.guide.map(step => step.title)")
    assert browser.run(said).startswith(f"第 1 步，共 {len(steps)} 步哪里等不到")
    first = browser.run(LOOK)
    assert first[:3] == ["response_micro", "communities", True]
    browser.run(key % "ArrowRight")
    assert browser.run("return [guide.at, layers.communities.selected]") == [1, 1]
    zoomed = browser.run(LOOK)
    assert zoomed[0] == "cover_micro" and zoomed[3:6] != first[3:6]
    browser.run(f"guideTo({steps.index('人均风险哪里最高')})")
    assert browser.run(LOOK)[1:3] == ["against_harm", False]
    assert "明显高于全街镇" in browser.legend()
    browser.run("document.getElementById('guide-back').click(); guideTo(1)")
    assert browser.run(LOOK) == zoomed
    card = browser.run(
        "const b = document.getElementById('guide').getBoundingClientRect();"
        "return [b.left >= 0, b.right <= innerWidth, b.bottom <= innerHeight]"
    )
    assert card == [True, True, True]
    browser.run("window.print = () => {}; document.getElementById('guide-print').click()")
    pictures = "return [...document.querySelectorAll('#guide-paper figure > canvas')]"
    pictured = browser.run(pictures + ".map(one => [one.width, one.height])")
    assert pictured == [[1300, 800]] * len(steps)
    placed = "return getComputedStyle(document.querySelector('#guide-paper canvas')).position"
    assert browser.run(placed) == "static"
    assert browser.run("return document.querySelector('.folium-map').offsetWidth") != 520
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert browser.run("return document.getElementById('guide-paper')") is None
    browser.run(key % "Escape")
    assert browser.run("return document.getElementById('guide').hidden") is True
    assert browser.run(LOOK) == before
    assert browser.run("return document.activeElement.id") == "guide-open"
    browser.assert_quiet()
