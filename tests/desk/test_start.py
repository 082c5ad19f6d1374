"""The start page: towns of a folder with a Chinese name, the demo in one click, two languages."""

import re

import pytest

from weizhan.desk.jobs import jobs_of
from weizhan.desk.pages import HERE
from weizhan.geo.words import catalogue
from weizhan.geo.words.catalogue import LANGS

from ..maps.page.test_access import violations
from .test_jobs import until


def test_every_text_that_a_page_asks_for_is_there():
    for template in (HERE / "templates").glob("*.html"):
        for key in re.findall(r"\bt\('([a-z_.]+)'", template.read_text(encoding="utf-8")):
            assert key in catalogue() or key.endswith(("_", ".")), f"{template.name}: {key}"


def test_the_demo_town_is_one_click_away(desk):
    assert "这里还没有街镇" in desk.get("/").text
    made = desk.post("/demo")
    assert made.status == 303
    job = made.headers["location"]
    twice = desk.post("/demo").headers["location"]  # a second click shows the one that runs
    assert twice == f"{job}?twice=1" and "没有再开一件" in desk.get(twice).text
    assert f'href="{job}"' in desk.get("/").text
    (told,) = jobs_of(desk.home)
    until(lambda: not told.active)
    assert told.state == "done", told.log()
    town = desk.get(job).headers["location"]
    page = desk.get(town)
    assert page.status == 200 and "示范" in page.text and "隐患" in page.text
    assert (desk.home / "示范街镇" / "ledgers.gpkg").exists()
    assert f'href="{town}"' in desk.get("/").text and job not in desk.get("/").text


def test_only_towns_of_the_folder_are_reached(desk):
    outside = desk.home.parent / "x"
    for folder in (outside, desk.home / "内", desk.home / ".weizhan"):
        folder.mkdir()
        (folder / "town.toml").write_text('name = "甲<b>乙"', encoding="utf-8")
    assert desk.get("/town/%E5%86%85/").status == 200
    for name in ("..", "%2e%2e%2fx", "..%2Fx", ".weizhan", "none", "%5c", ".", "%00"):
        answer = desk.get(f"/town/{name}/")
        assert answer.status == 404, name
    assert "甲&lt;b&gt;乙" in desk.get("/").text


def test_a_town_that_cannot_be_read_is_listed_by_its_folder(desk):
    (desk.home / "坏").mkdir()
    (desk.home / "坏" / "town.toml").write_bytes(b"\xff\xfe name =")
    assert "坏" in desk.get("/").text


def test_a_window_on_one_town_shows_it_alone(open_desk, tmp_path):
    (tmp_path / "town.toml").write_text('name = "甲镇"', encoding="utf-8")
    desk = open_desk(tmp_path)
    page = desk.get("/").text
    assert "甲镇" in page and 'action="/demo"' not in page
    assert desk.post("/demo").status == 400


def test_the_language_is_kept(desk):
    answer = desk.post("/lang", {"lang": "en", "back": "/"})
    name, value = answer.headers["set-cookie"].split(";")[0].split("=")
    desk.cookies[name] = value
    assert "There is no town here yet" in desk.get("/").text


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_accessible_and_quiet_in_a_browser(open_desk, tmp_path, driver, lang):
    desk = open_desk(tmp_path, lang=lang)
    driver.driver.get(desk.address)
    driver.driver.get_log("browser")
    assert driver.driver.current_url == f"{desk.origin}/"
    assert violations(driver) == []
    assert driver.driver.get_log("browser") == []
