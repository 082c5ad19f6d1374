"""The committee's page in a browser: every click, hostile data, a large town, no request."""

import dataclasses
import time

import geopandas as gpd
import pytest

from weizhan.maps.page.committee import committee_page


def test_the_page_opens_with_everything_in_place(browser, assessment):
    page = committee_page(assessment)
    assert len(page) < 1_000_000
    browser.open(page)
    text = browser.run("return document.body.innerText")
    for said in (
        "河口镇",
        "模拟数据",
        "工作日夜间",
        "2025-06-01",
        "默认规则（2025-01-01）",
        "144 栋",
    ):
        assert said in text
    assert browser.run("return document.title").startswith("[模拟数据]")
    assert "120–180 秒" in browser.legend()
    assert "标准 180 秒" in browser.legend()
    assert "50 m" in text or "30 m" in text or "100 m" in text
    names = browser.run("return weizhan.names(weizhan.nameLayer.view).map(n => n.text)")
    assert {"河口社区", "老街社区", "新圩村"} <= set(names)


def test_a_real_town_has_no_badge(browser, assessment):
    browser.open(committee_page(dataclasses.replace(assessment, simulated=False)))
    assert "模拟" not in browser.run("return document.title + document.body.innerText")


def test_clicking_a_building_tells_time_and_reason(browser, assessment):
    row = assessment.buildings.set_index("building_id").loc["B000040"]
    browser.open(committee_page(assessment))
    browser.click_building("B000040")
    said = browser.popup()
    seconds = -int(-row["micro_response_time_s"] // 1)
    assert "B000040" in said
    assert row["name"] in said
    assert f"{seconds} 秒" in said
    assert "3 分钟内到达：" in said
    assert "5 分钟内到达：" in said
    assert "老街社区微型消防站" in said
    assert browser.run("return chosen === layers.buildings && chosen.selected") == 40


def test_verdicts_name_their_reason(browser, assessment):
    browser.open(committee_page(assessment))
    covers = assessment.buildings["micro_cover"]
    wanted = {
        "covered": "能（按典型速度",
        "likely": "可能（按典型速度",
        "doubtful": "难说（按典型速度",
        "unknown": "未知（建筑没有连到任何道路）",
    }
    for code, said in wanted.items():
        browser.click_building(assessment.buildings["building_id"][covers == code].iloc[0])
        assert f"3 分钟内到达：{said}" in browser.popup()
    never = (covers == "uncovered") & assessment.buildings["micro_response_time_s"].isna()
    browser.click_building(assessment.buildings["building_id"][never].iloc[0])
    assert "3 分钟内到达：不能（没有可通行的路线）" in browser.popup()


def test_small_numbers_of_people_never_reach_the_page(browser, make):
    town = make()
    town.buildings["people"] = 3
    town.buildings.loc[41, "people"] = None
    browser.open(committee_page(town))
    browser.click_building("B000040")
    assert "<5 人" in browser.popup()
    browser.click_building("B000041")
    assert "人数\n未知" in browser.popup()
    values = browser.run(
        "const f = layers.buildings.features;"
        "return [...new Set(Array.from({length: f.count}, (_, i) => f.number('people', i)))]"
    )
    assert values == [0, None]


def test_choices_change_map_and_legend(browser, assessment):
    browser.open(committee_page(assessment))
    assert (116, 172, 207) in browser.colours("buildings")
    for kind, tier, said in (
        ("response", "brigade", "标准 300 秒"),
        ("cover", "micro", "可能（典型速度能）"),
        ("cover", "brigade", "消防队 5 分钟内到达"),
        ("arrival", "brigade", "消防队 5 分钟内到达的概率"),
        ("lanes", "micro", "各车道按各自的堵塞概率随机堵塞"),
        ("depth", "micro", "3 个及以上"),
        ("use", None, "生产、储存、燃气"),
    ):
        browser.pick("kind", kind)
        if tier:
            browser.pick("tier", tier)
        assert said in browser.legend()
    assert browser.run("return document.getElementById('tier').disabled") is True
    assert (116, 172, 207) not in browser.colours("buildings")
    assert (231, 196, 106) in browser.colours("buildings")
    for value, said in (("water", "消火栓"), ("barriers", "挡车桩"), ("uncovered", "突出显示")):
        browser.run("document.querySelector(`input[value=${arguments[0]}]`).click()", value)
        assert said in browser.legend()
    browser.run("document.querySelector('input[value=stations]').click()")
    assert "消防站点" not in browser.legend()
    browser.run("document.querySelector('input[value=lanes]').click()")
    browser.pick("lane-paint", "limit_fire_engine")
    assert "消防车通行" in browser.legend()
    assert browser.run("return map.hasLayer(layers.lanes)") is True
    offered = browser.run("return [...document.querySelectorAll('#lane-paint option')].length")
    assert offered == 8  # nothing, state, rank, two losses; foot, e-bike, engine, no mini truck
    for value, said, colour in (
        ("state", "没有报告不等于畅通", (92, 26, 4)),
        ("loss_micro", "该段堵塞时 3 分钟内到不了的建筑", (222, 154, 85)),
        ("rank", "前 10 位", (92, 26, 4)),
    ):
        browser.pick("lane-paint", value)
        assert said in browser.legend()
        assert colour in browser.colours("lanes")
    browser.pick("lane-paint", "lanes")
    assert "保畅次序" not in browser.legend()


def test_lanes_stations_water_and_barriers_tell_about_themselves(browser, assessment):
    browser.open(committee_page(assessment))
    tell = """const l = layers[arguments[0]], f = l.features.find('id', arguments[1]);
        choose(arguments[0], f, l.bounds(f).getCenter())"""
    for layer, identity, parts in (
        ("lanes", "L3", ("横3巷", "净宽\n未知", "可能不能通行：宽度不足（宽度或高度未知）")),
        ("lanes", "L4", ("限高\n2.5 米", "坡度\n3%", "台阶\n12 级", "不能通行：台阶")),
        ("stations", "S-micro-1", ("微型消防站", "白班 4 人，夜班 2 人", "60 秒", "有人值守")),
        ("stations", "S-brigade-2", ("夜班 未知 人", "无人值守")),
        ("water", "W0", ("消火栓", "10 升/秒")),
        ("barriers", "Z0", ("挡车桩", "1.4 米", "06:00-22:00")),
        ("communities", "C1", ("河口社区", "3,650 人", "3 分钟内到达", "栋")),
    ):
        browser.run(tell, layer, identity)
        for part in parts:
            assert part in browser.popup(), (layer, identity, part)


def test_a_row_of_the_table_goes_to_its_community(browser, assessment):
    browser.open(committee_page(assessment))
    table = browser.run("return document.querySelector('#communities table').innerText")
    assert "<5 人" in table
    assert "未知" in table
    before = browser.run("return weizhan.map.getZoom()")
    browser.run("document.querySelector('tr[data-id=C2] button').click()")
    assert browser.run("return weizhan.map.getZoom()") > before
    told = browser.run("return document.getElementById('community').innerText")
    for part in ("老街社区", "至", "最需要关注的十栋"):
        assert part in told


def test_the_panel_opens_and_closes_by_keyboard(browser, assessment):
    browser.open(committee_page(assessment))
    shown = (
        "return [document.getElementById('panel').offsetWidth > 0,"
        "document.getElementById('toggle').getAttribute('aria-expanded')]"
    )
    assert browser.run(shown) == [True, "true"]
    browser.run("document.getElementById('toggle').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": "Enter", "code": "Enter", "text": "\r",
             "windowsVirtualKeyCode": 13},
        )  # fmt: skip
    assert browser.run(shown) == [False, "false"]
    assert browser.run("return weizhan.map.getSize().x") == 1366 - 236  # the legend stays


def test_the_page_in_english(browser, assessment):
    browser.open(committee_page(assessment, lang="en"))
    text = browser.run("return document.body.innerText")
    for said in ("SIMULATED DATA", "Key figures", "Late people", "Scenario"):
        assert said in text
    assert "Standard 180 s" in browser.legend()
    browser.click_building("B000040")
    assert "There within 3 min: " in browser.popup()
    assert browser.run("return document.documentElement.lang") == "en"


def test_a_phone_shows_the_map_first(browser, assessment):
    browser.open(committee_page(assessment), size=(375, 667))
    assert browser.run("return document.getElementById('panel').offsetWidth") == 0
    assert browser.run("return weizhan.map.getSize().x") == 375
    assert browser.run("return document.documentElement.scrollWidth") == 375
    badge = browser.run("return document.querySelector('.badge').getBoundingClientRect().right")
    assert badge <= 375
    browser.click_building("B000040")
    assert "B000040" in browser.popup()


def test_a_tier_without_stations_is_unknown_and_never_zero(browser, make):
    town = make()
    summary = dict(town.summary)
    nothing = {
        **dict.fromkeys(summary["coverage"]["brigade"]),
        "standard_s": 300.0,
        "buildings": 144,
        "known_buildings": 0,
        "stations": 0,
    }
    summary["coverage"] = {**summary["coverage"], "brigade": nothing}
    summary["communities"] = [
        {**row, "coverage": {**row["coverage"], "brigade": nothing}}
        for row in summary["communities"]
    ]
    town.buildings["brigade_cover"] = "unknown"
    town.buildings["brigade_response_time_s"] = None
    browser.open(committee_page(dataclasses.replace(town, summary=summary)))
    text = browser.run("return document.getElementById('panel').innerText")
    assert "没有该级别的站点资料" in text
    cells = browser.run(
        "return content.communities.map(row => row.shares[''].brigade)"
        ".map(share => share.value + share.detail)"
    )
    assert len(cells) == 4
    assert all(cell.startswith("未知") and "没有该级别的站点资料" in cell for cell in cells)
    browser.click_building("B000040")
    assert "5 分钟内到达：未知（没有该级别的站点资料）" in browser.popup()


@pytest.mark.parametrize("typed", [True, False])
def test_a_town_with_buildings_and_lanes_only(browser, make, typed):
    town = make()
    empty = {
        name: getattr(town, name).iloc[:0][["geometry"]] if typed else gpd.GeoDataFrame()
        for name in ("stations", "communities", "barriers", "water")
    }
    keep = ["building_id", "geometry"]
    bare = dataclasses.replace(
        town,
        **empty,
        buildings=town.buildings[keep],
        lanes=town.lanes[["lane_id", "geometry"]],
        areas=town.areas.iloc[:0] if typed else gpd.GeoDataFrame(),
        summary={},
    )
    browser.open(committee_page(bare))
    assert "没有社区（村）边界资料" in browser.run("return document.body.innerText")
    browser.click_building("B000040")
    assert "3 分钟内到达：未知" in browser.popup()


def test_hostile_texts_are_only_texts(browser, make, hostile, payload):
    town = make()
    spoilt = dataclasses.replace(
        town,
        town=payload,
        scenario=payload,
        scenario_label={"zh": payload, "en": payload},
        rules=payload,
        buildings=hostile(town.buildings, payload, keep=("building_id",)),
        lanes=hostile(town.lanes, payload),
        stations=hostile(town.stations, payload),
        communities=hostile(town.communities, payload),
        barriers=hostile(town.barriers, payload),
        water=hostile(town.water, payload),
        areas=hostile(town.areas, payload),
        summary={
            **town.summary,
            "communities": [
                {**row, "name": payload, "community_id": payload}
                for row in town.summary["communities"]
            ],
            "notes": [{"zh": payload, "en": payload}],
            "unknown": {payload: 3},
        },
    )
    browser.open(committee_page(spoilt).encode("utf-8", "strict").decode())
    browser.run(
        """for (const name in layers) if (name in describe && layers[name].features.count) {
          if (!map.hasLayer(layers[name])) map.addLayer(layers[name]);
          choose(name, 0, layers[name].bounds(0).getCenter()); }
        document.querySelector('#communities tbody tr').click()"""
    )
    browser.click_building("B000040")
    assert "B000040" in browser.popup()
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('#page img, img').length") == 0
    assert browser.run("return document.body.innerText.includes('\u202e')") is False
    assert max(browser.run(
        "return [...document.querySelectorAll('dd, h1, h3, li')].map(e => e.textContent.length)"
    )) < 1000  # fmt: skip


def test_the_same_assessment_gives_the_same_page(assessment):
    assert committee_page(assessment) == committee_page(assessment)


def test_a_large_town_opens_at_once(browser, large):
    assert len(large.buildings) == 25_281
    page = committee_page(large)
    started = time.perf_counter()
    browser.open(page)
    assert browser.run("return weizhan.ready") is True
    assert time.perf_counter() - started < 10  # on a slow machine
    assert len(browser.colours("buildings")) > 5
    browser.click_building("B020000")
    assert "B020000" in browser.popup()


def test_ten_thousand_buildings_stay_below_three_megabytes(make):
    town = make(100)
    assert len(town.buildings) == 10_000
    assert len(committee_page(town).encode()) < 3_000_000
