"""A city has an overview without buildings, and a page for each community that leads back."""

from pathlib import Path

import pandas as pd

from weizhan.coverage.scenes import Scene
from weizhan.maps.page.city import committee_pages
from weizhan.maps.page.planner import fits_planner, planner_left_out


def test_a_town_has_one_page(assessment):
    assert [name for name, _ in committee_pages(assessment)] == ["committee.html"]


def test_a_city_has_an_overview_and_a_page_for_each_community(browser, assessment, monkeypatch):
    # Other processes find the made-up town, from wherever the tests were started.
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3]))
    columns = [n for n in assessment.buildings if n.startswith(("micro_", "brigade_"))]
    day = Scene(
        {"zh": "白天"},
        pd.DataFrame(assessment.buildings[columns]),
        pd.Series(True, index=assessment.stations.index),
        assessment.summary["coverage"],
        assessment.summary["communities"],
    )
    pages = dict(committee_pages(assessment, scenes={"day": day}, most=100))
    (browser.folder / "font.css").write_text(pages["communities/font.css"], encoding="utf-8")
    files = [f"communities/000{k}.html" for k in (1, 2, 3, 4)]
    assert list(pages) == ["committee.html", "communities/font.css", *files]
    assert pages == dict(committee_pages(assessment, scenes={"day": day}, most=100, workers=2))

    browser.open(pages["committee.html"])
    assert browser.run("return layers.buildings.features.count") == 0
    assert browser.run("return layers.communities.style") == "against_late"
    assert "明显高于全街镇" in browser.legend()
    assert "点击社区打开" in browser.run("return document.getElementById('notes').innerText")
    assert browser.run("return content.pages") == {f"C{k}": files[k - 1] for k in (1, 2, 3, 4)}
    browser.pick("scene", "day")
    assert browser.run("return layers.communities.style") == "against_late@day"

    own = assessment.buildings[assessment.buildings["community_id"] == "C3"]
    browser.open(pages[files[2]])
    assert browser.run("return layers.buildings.features.count") == len(own)
    assert browser.run("return layers.communities.features.count") == 1
    assert f"{len(own)} 栋" in browser.run("return document.getElementById('figures').innerText")
    assert "新圩村" in browser.run("return document.title")
    assert browser.run("return document.querySelector('.home').getAttribute('href')") == (
        "../committee.html"
    )
    browser.click_building(own["building_id"].iloc[0])
    assert own["building_id"].iloc[0] in browser.popup()
    figures = "return document.getElementById('figures').innerText"
    own = browser.run(figures)
    browser.pick("scene", "day")  # which is as the assessment: of the community, not of the city
    assert browser.run(figures) == own
    browser.run("openCommunity('C3')")
    assert "新圩村" in browser.run("return document.getElementById('community').innerText")


def test_a_click_on_a_community_opens_its_page(browser, assessment):
    pages = dict(committee_pages(assessment, most=100))
    (browser.folder / "communities").mkdir(exist_ok=True)
    for name, page in pages.items():
        (browser.folder / name).write_text(page, encoding="utf-8")
    browser.driver.get((browser.folder / "committee.html").as_uri())
    browser.run("document.querySelector('tr[data-id=C2] button').click()")
    browser.driver.execute_async_script("setTimeout(arguments[0], 400)")
    assert browser.driver.current_url.endswith("communities/0002.html")
    browser.run("document.querySelector('.home').click()")
    browser.driver.execute_async_script("setTimeout(arguments[0], 400)")
    assert browser.driver.current_url.endswith("committee.html")
    browser.driver.get("about:blank")
    browser.open(pages["communities/0002.html"])


def test_the_pages_of_communities_share_one_font(browser, assessment):
    pages = dict(committee_pages(assessment, most=100))
    assert "font/woff2" in pages["communities/font.css"]
    assert "font/woff2" not in pages["communities/0003.html"]
    (browser.folder / "font.css").write_text(pages["communities/font.css"], encoding="utf-8")
    browser.open(pages["communities/0003.html"])
    faces = "const out = []; document.fonts.forEach(face => out.push(face.family)); return out"
    assert "weizhan" in browser.run(faces)
    assert browser.run("return document.fonts.load('16px weizhan', '消').then(f => f.length)") == 1


def test_a_community_is_told_what_to_do_in_it_and_not_elsewhere(assessment):
    areas = assessment.communities.set_index("community_id").geometry
    spot = areas.representative_point().to_crs("EPSG:4326")["C1"]
    steps = [
        {"measures": [name], "kind": "station", "name": {"zh": name, "en": name},
         "cost_yuan": 1000, "gain": 12.0, "lon": spot.x + east, "lat": spot.y}
        for name, east in (("在远处设站", 0.1), ("在近处设站", 0.0))
    ]  # fmt: skip
    told = {"counted": "people", "years": 10, "steps": steps}
    town = assessment.replaced(summary={**assessment.summary, "next": told})
    pages = dict(committee_pages(town, scenes={}, most=100))
    assert "在远处设站" in pages["committee.html"]
    own = pages["communities/0001.html"]
    assert "在近处设站" in own
    assert "在远处设站" not in own


def test_in_place_of_a_citys_planner_stands_why_and_what_serves(browser, assessment):
    count = len(assessment.buildings)
    assert fits_planner(assessment, most=count) and not fits_planner(assessment, most=count - 1)
    browser.open(planner_left_out(assessment, most=100))
    said = browser.run("return document.body.innerText")
    assert f"全城 {count} 栋建筑，超过 100 栋" in said
    for way in ("建一个街镇", "选址", "经费安排", "方案文件"):
        assert way in said
    browser.assert_quiet()
