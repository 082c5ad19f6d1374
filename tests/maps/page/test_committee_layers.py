"""Service areas, tiers, chances and lanes on the committee's page, by every click."""

import dataclasses

from weizhan.maps.page.committee import committee_page


def drawn_areas(browser):
    return browser.run(
        "const l = layers.areas; return map.hasLayer(l) ? Array.from({length: l.features.count},"
        "(_, f) => f).filter(l.filter).map(f => [l.features.text('tier', f),"
        "l.features.text('station', f)]) : []"
    )


def test_service_areas_of_a_tier_and_of_a_station(browser, assessment):
    browser.open(committee_page(assessment))
    assert drawn_areas(browser) == []
    browser.pick("areas", "brigade")
    assert drawn_areas(browser) == [["brigade", ""]]
    assert "孔洞为到不了" in browser.legend()
    inside = "const [x, y] = arguments; return layers.areas.features.contains(0, x, y)"
    hole = browser.run(
        "const a = layers.areas.features.all; return [a[0] + (a[2] - a[0]) * .5,"
        "a[3] - (a[3] - a[1]) * .5]"
    )
    assert browser.run(inside, *hole) is False
    station = browser.run(
        "const f = layers.stations.features.find('id', 'S-micro-2');"
        "choose('stations', f, layers.stations.bounds(f).getCenter()); return f"
    )
    assert station >= 0
    assert drawn_areas(browser) == [["micro", "S-micro-2"]]
    browser.run("map.closePopup()")
    assert drawn_areas(browser) == [["brigade", ""]]
    browser.pick("areas", "")
    assert drawn_areas(browser) == []
    assert "服务范围" not in browser.legend()


def test_a_third_tier_comes_last_and_is_a_choice_only(browser, make):
    town = make()
    for name in [name for name in town.buildings if name.startswith("micro_")]:
        town.buildings[name.replace("micro", "own")] = town.buildings[name]
    del town.buildings["own_depth"]
    tiers = {"own": 60.0, **town.tiers}
    browser.open(committee_page(dataclasses.replace(town, tiers=tiers)))
    heads = browser.run("return document.querySelector('#communities thead').innerText")
    assert "微型消防站" in heads
    assert "本单位" not in heads
    assert "本单位" not in browser.run("return document.getElementById('figures').innerText")
    offered = browser.run("return [...document.getElementById('tier').options].map(o => o.value)")
    assert offered == ["micro", "brigade", "own"]
    browser.pick("tier", "own")
    assert "先期力量" in browser.legend()
    browser.pick("kind", "depth")  # not known for that tier
    assert browser.run("return document.getElementById('tier').value") == "micro"
    browser.click_building("B000040")
    assert browser.popup().index("消防队") < browser.popup().index("先期力量")


def test_a_building_tells_chances_depth_and_what_hinders(browser, make):
    town = make()
    town.buildings.loc[
        40,
        ["micro_arrival_probability", "micro_lane_probability", "micro_depth",
         "micro_main_limit", "micro_limit_cost_s", "micro_top_floor_s"],
    ] = [0.777, 0.9999, 2, "width", 34.2, 201.0]  # fmt: skip
    town.buildings.loc[40, ["brigade_arrival_probability", "brigade_depth"]] = None
    browser.open(committee_page(town))
    browser.click_building("B000040")
    said = browser.popup()
    for part in (
        "按典型车道状况，3 分钟内到达的概率约 78%",
        "3 分钟内能到的情形约占 >99%",
        "按时能到\n2 个站点",
        "主要阻碍\n宽度不足，多用约 35 秒",
        "到顶层\n201 秒",
        "5 分钟内到达的概率：未知",
        "按时能到\n未知",
    ):
        assert part in said
    assert "0%" not in said


def test_a_lane_tells_its_state_and_what_its_closure_costs(browser, make):
    town = make()
    town.lanes.loc[8, ["state", "state_observed_on", "micro_lost_people"]] = [
        "blocked", "2026-03-02", 3.0,
    ]  # fmt: skip
    browser.open(committee_page(town))
    tell = """const l = layers.lanes, f = l.features.find('id', arguments[0]);
        choose('lanes', f, l.bounds(f).getCenter())"""
    for identity, parts in (
        ("L8", ("2026-03-02 报告：堵塞", "堵塞概率\n约 50%", "3 分钟内不再到得了 56 栋、<5 人",
                "2 栋完全到不了", "其余建筑共多用 2,324 秒", "保畅次序\n第 ", "预计损失 28.0 栋")),
        ("L7", ("无近期报告，状态未知",)),
        ("L6", ("堵塞概率\n未知",)),
        ("L5", ("微型消防站\n未知",)),
        ("L0", ("没有建筑因此不能按时到达",)),
        ("L1", ("剩余净宽\n1.8 米", "弱势群体 <5 人")),
    ):  # fmt: skip
        browser.run(tell, identity)
        for part in parts:
            assert part in browser.popup(), (identity, part)
