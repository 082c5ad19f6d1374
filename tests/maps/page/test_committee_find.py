"""What people find on the committee's page: search, filters, values under the pointer, the list."""

from __future__ import annotations

import dataclasses

import pytest

from weizhan.maps.page.committee import committee_page
from weizhan.maps.page.readings import readings, use_words


def press(browser, selector):
    browser.run("document.querySelector(arguments[0]).click()", selector)


def text_of(browser, selector):
    return browser.run("return document.querySelector(arguments[0]).textContent", selector)


def found(browser, words):
    """What a search lists: the titles, and the sentence that counts them."""
    titles = browser.run(
        "const s = document.getElementById('search'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input'));"
        "return [...document.querySelectorAll('#found b')].map((b) => b.textContent)",
        words,
    )
    return titles, text_of(browser, "#found-count")


@pytest.fixture(scope="module")
def town(make):
    """One nursing home, one mixed premises, risk bands, a name and a use from outside."""
    made = make()
    buildings = made.buildings
    buildings["use"] = buildings["use"].astype(object)
    buildings.loc[5, "use"] = "elder_care"
    buildings.loc[6, "use"] = "three_in_one"
    buildings.loc[7, ["name", "address"]] = ["=1+1", "重庆路\t7号"]
    buildings.loc[8, "people"] = 3
    return made


def test_each_character_has_all_its_readings():
    told = readings(["重庆吕A1，"])
    assert set(told) == {"重", "庆", "吕"}
    assert told["重"].split()[:2] == ["zhong", "chong"]
    assert told["吕"] == "lv"
    assert "三合一" in use_words("en")["Live-work-store mixed premises"]


def test_a_community_is_found_by_characters_pinyin_and_initials_first(browser, town):
    browser.open(committee_page(town))
    for words in (
        "河口社区",
        "hekou",
        "hk",
        "hekoushequ",
        "hksq",
        "hek",
        "HKou社区",
        "河k",
        "河口 c1",
    ):
        titles, count = found(browser, words)
        assert titles[0] == "河口社区", words
        assert count.startswith("共 ")


def test_search_knows_uses_readings_and_several_words(browser, town):
    browser.open(committee_page(town))
    name = town.buildings["name"][5]
    assert found(browser, "养老") == ([name], "共 1 条")
    assert found(browser, "elder-care")[0] == [name]
    assert found(browser, "yanglao")[0] == [name]
    assert found(browser, "shy") == found(browser, "三合一")
    assert len(found(browser, "三合一")[0]) == 1
    assert found(browser, "chongqing")[0] == found(browser, "zqinglu")[0] == ["=1+1"]
    school = town.buildings["use"].eq("school") & town.buildings["community_id"].eq("C2")
    assert found(browser, "老街社区 学校")[1] == f"共 {school.sum()} 条"
    for hostile in ("<img src=x onerror=alert(1)>", "${x}", "[", "\\", "a" * 500, "“”"):
        found(browser, hostile)
    titles, count = found(browser, "号楼")
    named = town.buildings["name"].str.contains("号楼", na=False).sum()
    assert (len(titles), count) == (50, f"共 {named} 条")
    press(browser, "#found li:last-child button")
    assert len(browser.run("return [...document.querySelectorAll('#found b')]")) == min(100, named)


def test_filters_mute_the_others_say_so_and_are_cleared_by_one_button(browser, town):
    town = dataclasses.replace(town)
    browser.open(committee_page(town))
    browser.pick("sieve-use", "教育培训机构")
    school = town.buildings["use"] == "school"
    said = f"只看：用途 教育培训机构。144 栋中 {school.sum()} 栋，其余淡色。"
    for place in ("#sieved-said", "#sieve-count", "#legend .sieved"):
        assert text_of(browser, place) == said
    assert (222, 218, 207) in browser.colours("buildings")
    browser.pick("sieve-verdict", "late")
    late = school & town.buildings["micro_cover"].isin(["doubtful", "uncovered"])
    assert f"144 栋中 {late.sum()} 栋" in text_of(browser, "#sieved-said")
    passed = browser.run("return [...layers.buildings.passes]")
    assert passed == [int(x) for x in late]
    browser.pick("tier", "brigade")
    late = school & town.buildings["brigade_cover"].isin(["doubtful", "uncovered"])
    assert "消防队 5 分钟" in text_of(browser, "#sieved-said")
    assert browser.run("return [...layers.buildings.passes]") == [int(x) for x in late]
    browser.pick("sieve-community_id", "C2")
    late &= town.buildings["community_id"] == "C2"
    assert browser.run("return [...layers.buildings.passes]") == [int(x) for x in late]
    press(browser, "#printing")
    assert "只看：" in text_of(browser, "#legend")
    press(browser, "#print-back")
    press(browser, "#sieved-clear")
    assert browser.run("return layers.buildings.passes") is None
    assert browser.run("return document.getElementById('sieved').hidden") is True
    assert browser.run("return document.getElementById('sieve-use').value") == ""
    assert (222, 218, 207) not in browser.colours("buildings")


def test_the_list_holds_what_is_on_the_screen_and_copies_without_formulas(browser, town):
    browser.open(committee_page(town))
    press(browser, "#to-find")
    assert text_of(browser, "#list-count") == "共 144 栋，最晚到的在前"
    rows = "return [...document.querySelectorAll('#list tbody tr')].map((r) => r.innerText)"
    first = browser.run(rows)
    never = town.buildings["micro_response_time_s"].isna() & (
        town.buildings["micro_cover"] != "unknown"
    )
    assert all("无路可到" in row for row in first[: never.sum()])
    assert "无路可到" not in first[never.sum()]
    lines = [line.split("\t") for line in browser.run("return listText()").split("\r\n")]
    assert len(lines) == 145
    assert len({len(line) for line in lines}) == 1
    told = {line[1]: line for line in lines}
    assert told["B000007"][0] == "'=1+1"
    assert told["B000008"][-1] == "<5"
    assert told["B000003"][-1] == "未知"
    assert [browser.run("return cell(arguments[0])", s) for s in ("-2", " @a", 'a"b', "a\tb")] == [
        "'-2", "' @a", '"a""b"', "a b"]  # fmt: skip
    browser.run("window.copies = 0; document.addEventListener('copy', () => window.copies++)")
    at = browser.run(
        "const b = document.getElementById('list-copy'); b.scrollIntoView({block: 'center'});"
        "const r = b.getBoundingClientRect(); return [r.x + 9, r.y + 9]"
    )
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1},
        )
    assert browser.run("return window.copies") == 1
    assert "可粘贴到表格中" in text_of(browser, "#list-said")
    browser.run("map.fitBounds(layers.buildings.bounds(40), {animate: false, maxZoom: 21}); list()")
    near = browser.run(rows)
    assert 0 < len(near) < 144
    assert any("河口社区40号楼" in row for row in near)
    browser.run("document.querySelector('#list tbody button').click()")
    assert browser.run("return chosen === layers.buildings")
    browser.run("window.own = onScreen; onScreen = () => [...own(), ...own(), ...own()]; home()")
    many = 3 * 144
    assert browser.run("list(); return document.querySelectorAll('#list tbody tr').length") == 200
    said = f"共 {many} 栋，这里列出最晚到的 200 栋，复制则是全部"
    assert text_of(browser, "#list-count") == said
    assert len(browser.run("return listText()").split("\r\n")) == 1 + many


def test_the_value_under_the_pointer_is_told(browser, town):
    browser.open(committee_page(town))

    def over(script):
        x, y = browser.run(
            script + "const p = map.latLngToContainerPoint(at), "
            "r = map.getContainer().getBoundingClientRect(); return [p.x + r.left, p.y + r.top]"
        )
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y}
        )
        return "" if browser.run("return hover.hidden") else text_of(browser, "#hover")

    corner = """map.setView(layers.buildings.bounds(40).getCenter(), 19, {animate: false});
      const b = layers.buildings.bounds(40),
        at = L.latLng(b.getSouth() * .1 + b.getNorth() * .9,
          b.getWest() * .1 + b.getEast() * .9);"""
    seconds = -int(-town.buildings["micro_response_time_s"][40] // 1)
    assert over(corner) == f"河口社区40号楼微型消防站: {seconds} 秒"
    browser.pick("kind", "use")
    assert over(corner).startswith("河口社区40号楼建筑用途: ")
    gap = """const b = layers.buildings.bounds(40);
      const at = L.latLng(b.getNorth() + 2e-5, b.getEast() + 2e-5);"""
    assert over(gap) == "河口社区"
    browser.pick("choropleth", "share_micro")
    assert over(gap).startswith("河口社区一般：")


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_finding_fits_the_screen(browser, town, size):
    browser.open(committee_page(town, lang="en"), size=size)
    if size[0] < 700:
        press(browser, "#toggle")
    press(browser, "#to-find")
    found(browser, "jiefang")
    browser.pick("sieve-verdict", "late")
    assert browser.run("return document.documentElement.scrollWidth") == size[0]
    assert browser.run(
        "const p = document.getElementById('panel'); return p.scrollWidth <= p.clientWidth"
    )
