"""Work in the window: forms with sentences, one more station from the planner's page, no traps."""

import datetime as dt
import html
import json
import re
import shutil
import subprocess
import sys
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.desk import jobs
from weizhan.desk.jobs import jobs_of
from weizhan.geo.plan import read_plan
from weizhan.geo.town import load_town
from weizhan.maps.page import planner_page

from ..cli.small_town import small_town
from ..maps.page.test_access import violations
from .test_jobs import until

BASE = f"/town/{quote('幸福镇')}"
DAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("towns") / "幸福镇")


@pytest.fixture
def town(street, desk):
    yield shutil.copytree(street, desk.home / "幸福镇")
    for job in jobs_of(desk.home / "幸福镇"):
        jobs.cancel(job)


def test_the_start_page_waits_for_no_tables_and_no_maps():
    heavy = ("numpy", "pandas", "geopandas", "scipy", "numba", "pyogrio", "pydantic", "typer")
    script = f"import sys, weizhan.desk.app; print([n for n in {heavy} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_link_leads_somewhere(desk, town):
    links = set()
    for path in ("", "work", "results", "periods", "work/assess"):
        said = desk.get(f"{BASE}/{path}").text
        links |= {html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', said)}
    assert f"{BASE}/work/rounds" in links and f"{BASE}/work/assess" in links
    for link in links:
        assert desk.get(link.partition("#")[0]).status == 200, link


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_and_page_is_there_and_accessible(desk, town, driver, lang):
    driver.driver.get(desk.address)
    driver.driver.add_cookie({"name": "weizhan-lang", "value": lang})
    for path in ("", "work", "results", "periods", "work/assess", "work/rounds?kind=look_back",
                 "work/site", "work/measures", "work/step?case=Y1", "work/alike", "work/sheets",
                 "work/pack", "work/compare"):  # fmt: skip
        driver.driver.get(f"{desk.origin}{BASE}/{path}")
        for details in driver.driver.find_elements(By.TAG_NAME, "summary"):
            details.click()
        assert driver.driver.find_elements(By.CLASS_NAME, "error") == [], path
        assert violations(driver) == [], path
        wide = driver.run("return document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
    assert driver.run("return document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]


def test_a_link_fills_a_form_in_and_a_mistake_keeps_what_was_filled_in(desk, town):
    page = desk.get(f"{BASE}/work/step?case=Y1").text
    assert '<option value="Y1" selected>' in page
    said = desk.post(f"{BASE}/work/step", {"case": "Y1", "by": '<b>"办', "to": "fixed",
                                           "on": "昨天"})  # fmt: skip
    assert said.status == 422 and "“哪天办的”读不懂：“昨天”" in said.text
    assert "<b>" not in said.text and "&lt;b&gt;" in said.text
    assert '<option value="fixed" selected>' in said.text
    assert jobs_of(town) == []


def test_a_step_of_a_hazard_is_recorded(desk, town):
    form = {"case": "Y1", "by": "应急办", "to": "fixed", "on": "2026-09-30"}
    answer = desk.post(f"{BASE}/work/step", form)
    assert answer.status == 303
    (job,) = jobs_of(town)
    until(lambda: not job.active)
    page = desk.get(answer.headers["location"]).text
    assert job.state == "done", page
    assert "已记入街镇数据" in page and "应急办" in page
    assert "已整改" in desk.get(f"{BASE}/work/step").text.split("Y1", 1)[1][:60]


def test_an_error_of_a_command_arrives_whole(desk, town):
    answer = desk.post(f"{BASE}/work/rounds", {"kind": "listed", "first": "2026-09-30", "days": "1",
                                               "inspectors": "1", "vehicle": "foot"})  # fmt: skip
    (job,) = jobs_of(town)
    until(lambda: not job.active)
    page = desk.get(answer.headers["location"]).text
    assert job.state == "failed" and job.ended["zh"] in page.replace("&#34;", '"')
    assert job.ended["zh"] in desk.get(answer.headers["location"] + "/log").text
    assert 'data-copy="message"' in page and "再办一次" in page


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..", "claim-1", "none"])
def test_only_jobs_and_works_that_are_there_are_reached(desk, town, name):
    assert desk.get(f"{BASE}/work/job/{name}").status in (404, 405)
    assert desk.post(f"{BASE}/work/job/{name}/remove").status == 404
    assert desk.get(f"{BASE}/work/{name}").status == 404
    assert desk.post(f"{BASE}/work/{name}").status in (404, 405)
    assert desk.get(f"{BASE}/work/push").status == 404  # a command that the window does not offer


def test_a_file_that_is_no_file_is_refused(desk, town):
    files = [("teams", "../../x.csv", b"a")]
    told = desk.post(f"{BASE}/work/rounds", {"kind": "due"}, files)
    assert told.status == 400 and "名称" in told.text and jobs_of(town) == []
    told = desk.post(f"{BASE}/work/another", {"plan": "{"})
    assert told.status == 400 and jobs_of(town) == []


def test_files_of_a_form_with_a_mistake_are_not_kept(desk, town):
    files = [("teams", "人员.csv", b"a")]
    told = desk.post(f"{BASE}/work/rounds", {"kind": "due", "days": "99"}, files)
    assert told.status == 422
    desk.post(f"{BASE}/work/another", {"plan": "{"})
    assert list((town / ".weizhan" / "files").iterdir()) == []


def test_one_more_station_is_looked_for_from_the_planners_page(desk, town, driver):
    now = load_town(town)
    found = assess(now, date=DAY.isoformat(), draws=2)
    made = town / "结果" / "评估"
    made.mkdir(parents=True)
    page = planner_page(now, found, moments(now, day=DAY))
    (made / "planner.html").write_text(page, encoding="utf-8")

    driver.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.driver.get(desk.address)
    driver.driver.get(f"{desk.origin}{BASE}/results/{quote('评估')}/show/planner.html")
    driver.driver.switch_to.frame(0)
    WebDriverWait(driver.driver, 60).until(lambda page: page.execute_script("return weizhan.ready"))
    driver.run("change(planner.removed(changesNow(), 'S1'))")
    driver.driver.switch_to.default_content()
    assert violations(driver) == []
    driver.driver.find_element(By.CSS_SELECTOR, "#another button").click()
    WebDriverWait(driver.driver, 60).until(lambda page: "/work/job/" in page.current_url)
    (job,) = jobs_of(town)
    assert job.command == "site" and "--stations=1" in job.arguments
    (after,) = (a for a in job.arguments if a.startswith("--after="))
    assert read_plan(town / after.removeprefix("--after=")).stations.remove == ("S1",)
    assert tuple(
        driver.run("return [...document.querySelectorAll('dl.facts dt, dl.facts dd')]"
                   ".slice(-2).map(e => e.textContent)")
    ) == ("当作已实施的方案（在它之上再找）", "规划页里的方案")  # fmt: skip
    said = driver.driver.get_log("browser")
    assert [e for e in said if "Content Security" in e["message"]] == []
    jobs.cancel(job)

    # Without changes there is no plan to take as carried out.
    empty = {"format": "weizhan-plan", "version": 1, "town": "x", "note": "", "stations": {}}
    assert desk.post(f"{BASE}/work/another", {"plan": json.dumps(empty)}).status == 303
    assert not any(a.startswith("--after=") for a in jobs_of(town)[0].arguments)
