"""The page about lanes: lists, rows that go there, hostile data, print, no request."""

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest

from weizhan.geo.words.catalogue import LANGS
from weizhan.maps.page.lanes_page import lanes_page


def rows(browser, section):
    return browser.run(
        "return [...document.querySelectorAll(`#${arguments[0]} tr[data-id]`)]"
        ".map(r => [...r.cells].map(c => c.innerText))",
        section,
    )


def click_row(browser, identity):
    browser.run(
        "[...document.querySelectorAll('tr[data-id]')]"
        ".find(r => r.dataset.id === arguments[0]).querySelector('button').click()",
        identity,
    )


def test_lanes_are_listed_by_rank_with_their_reason(browser, assessment):
    browser.open(lanes_page(assessment))
    lanes = assessment.lanes.dropna(subset="keep_clear_rank").sort_values("keep_clear_rank")
    listed = rows(browser, "keep-clear")
    assert [row[0] for row in listed] == [str(i + 1) for i in range(len(lanes))]
    first = dict(zip(lanes.columns, lanes.iloc[0], strict=True))
    assert first["lane_id"] in listed[0][1]
    assert f"{first['micro_lost_buildings']:.0f} 栋" in listed[0][4]
    assert f"预计损失 {first['keep_clear_score']:.1f} 栋" in listed[0][6]
    said = "\n".join(cell for row in listed for cell in row)
    for part in ("2025-03-02 报告：变窄", "无近期报告，状态未知", "弱势 未知", "弱势 <5"):
        assert part in said
    openings = rows(browser, "openings")
    assert openings[0][0] == "1"
    assert "目前消防车不能通行（宽度不足）" in openings[0][3]
    findings = browser.run("return document.getElementById('findings').textContent")
    for part in ("GB 50016-2014 7.1.8", "已实测", "无法判定", "2.4 米", "未知"):
        assert part in findings


def test_a_row_goes_to_its_lane_or_building(browser, assessment):
    browser.open(lanes_page(assessment))
    lane = assessment.lanes["lane_id"][assessment.lanes["keep_clear_rank"] == 2].iloc[0]
    click_row(browser, lane)
    assert browser.run("return chosen.features.text('id', chosen.selected)") == lane
    assert "这一段单独堵塞的代价" in browser.popup()
    click_row(browser, "B000040")
    assert "河口社区40号楼" in browser.popup()
    seen = "return map.getBounds().contains(layers.buildings.bounds(40))"
    assert browser.run(seen) is True
    assert browser.run("return map.getZoom()") == 18
    assert browser.run("return document.querySelectorAll('tr.chosen').length") == 1


def test_lanes_are_coloured_by_rank_state_or_loss(browser, assessment):
    browser.open(lanes_page(assessment))
    assert "前 10 位" in browser.legend()
    assert (92, 26, 4) in browser.colours("lanes")
    browser.pick("lane-paint", "state")
    assert "未知（无近期报告）" in browser.legend()
    browser.pick("lane-paint", "loss_brigade")
    assert "消防队" in browser.legend()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("typed", [True, False])
def test_a_town_without_the_columns_says_so(browser, assessment, lang, typed):
    empty = gpd.GeoDataFrame({"tier": [], "station_id": []}, geometry=[], crs=assessment.lanes.crs)
    bare = dataclasses.replace(
        assessment,
        lanes=assessment.lanes[["lane_id", "geometry"]],
        areas=empty if typed else gpd.GeoDataFrame(),
        findings=assessment.findings.iloc[:0] if typed else pd.DataFrame(),
        summary={},
    )
    browser.open(lanes_page(bare, lang=lang))
    said = browser.run("return document.getElementById('panel').innerText")
    assert {"zh": "本次评估没有保畅次序", "en": "ranks no lanes"}[lang] in said
    assert browser.run("return document.getElementById('colour').hidden") is True
    assert "0" not in said


def test_columns_without_a_value_are_unknown(browser, make):
    town = make()
    for name in town.lanes.columns.difference(["lane_id", "geometry", "keep_clear_rank"]):
        town.lanes[name] = None
    browser.open(lanes_page(town))
    for row in rows(browser, "keep-clear"):
        assert "净宽未知" in row[1]
        assert row[2] == "无近期报告，状态未知"
        assert row[3:6] == ["未知"] * 3
        assert row[6] == "堵塞的代价未知，堵塞概率 未知。"


def test_hostile_texts_are_only_texts(browser, make, hostile, payload):
    town = make()
    spoilt = dataclasses.replace(
        town,
        town=payload,
        rules=payload,
        scenario_label={"zh": payload, "en": payload},
        buildings=hostile(town.buildings, payload),
        lanes=hostile(town.lanes, payload),
        stations=hostile(town.stations, payload),
        communities=hostile(town.communities, payload),
        barriers=hostile(town.barriers, payload),
        areas=hostile(town.areas, payload),
        findings=hostile(town.findings, payload),
    )
    browser.open(lanes_page(spoilt).encode("utf-8", "strict").decode())
    browser.run("document.querySelectorAll('tr[data-id]').forEach(row => row.click())")
    assert browser.popup()
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('img').length") == 0
    assert browser.run("return document.body.innerText.includes('\u202e')") is False


def test_print_shows_the_map_and_all_rows(browser, assessment):
    browser.open(lanes_page(assessment))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        browser.run("window.dispatchEvent(new Event('beforeprint'))")
        height = "return document.querySelector(arguments[0]).offsetHeight"
        assert browser.run(height, ".on-paper .folium-map") > 300
        assert browser.run(height, "#panel") > 768  # all rows, not only those on the screen
        assert browser.run(height, "#findings details table") > 0
        assert browser.run("return getComputedStyle(document.querySelector('td')).color") == (
            "rgb(0, 0, 0)"
        )
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        browser.run("window.dispatchEvent(new Event('afterprint'))")


def test_a_phone_has_map_and_list(browser, assessment):
    browser.open(lanes_page(assessment), size=(375, 667))
    assert browser.run("return document.documentElement.scrollWidth") == 375
    assert browser.run("return map.getSize().x") == 375
    lane = assessment.lanes["lane_id"][assessment.lanes["keep_clear_rank"] == 1].iloc[0]
    click_row(browser, lane)
    assert browser.run("return chosen.features.text('id', chosen.selected)") == lane


def test_the_same_assessment_gives_the_same_page(assessment):
    assert lanes_page(assessment, lang="en") == lanes_page(assessment, lang="en")


def test_what_clusters_of_obstacles_matter_is_said_once_it_was_asked(assessment):
    told = {"usual": 2, "bad": 9, "bad_apart": 5}
    unknown = dict.fromkeys(told)
    lanes = {"draws": 1000, "clusters": {"same_street": 0.5, "same_quarter": 0.15,
                                         "tiers": {"micro": told, "brigade": unknown}}}  # fmt: skip
    asked = assessment.replaced(summary={**assessment.summary, "lanes": lanes})
    page = lanes_page(asked)
    assert "平常 2 栋，最差的二十分之一达 9 栋（各车道互不相干时 5 栋）" in page
    assert "随机抽取 1000 次占道" in page
    assert "同一条路的占道相关取 0.5" in page
    assert "未知 栋" not in page  # nothing is said of a tier that is not known
    assert "次占道，因占道" not in lanes_page(assessment).replace("{draws} 次占道", "")
