"""WCAG 2.2 AA by axe-core, pinch zoom, and stations by keyboard."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import distribution
from pathlib import Path

import pytest

from weizhan.coverage.reach.validation import validate
from weizhan.coverage.review.comparison import compare
from weizhan.coverage.risk.calibration import calibrate
from weizhan.data.demo import make_demo
from weizhan.geo.town import load_town
from weizhan.maps.page.committee import committee_page
from weizhan.maps.reports import index_page, public_page
from weizhan.maps.reports.calibration_page import calibration_page
from weizhan.maps.reports.compare_page import compare_page
from weizhan.maps.reports.validation_page import validation_page

from ...coverage.review.test_compare_by_hand import frozen

DAY = dt.date(2026, 11, 25)

AXE = distribution("axe-playwright-python").locate_file("axe_playwright_python/axe.min.js")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def violations(browser):
    """What axe finds in the page as it stands: rule, how often, one place."""
    browser.run(Path(str(AXE)).read_text(encoding="utf-8") + "\nwindow.axe = axe;")
    return browser.driver.execute_async_script(
        """const [tags, done] = arguments;
        axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found => done(
          found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160),
            v.nodes[0].failureSummary.slice(0, 200)])), error => done(String(error)))""",
        list(RULES),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_the_committees_page(browser, assessment, lang, size):
    browser.open(committee_page(assessment, lang=lang), size=size)
    assert violations(browser) == []
    browser.run("choose('buildings', 0, layers.buildings.bounds(0).getCenter())")
    assert violations(browser) == []
    browser.run(
        """panel(true); document.getElementById('to-find').click();
        document.getElementById('to-layers').click();
        document.querySelectorAll('#tree details').forEach(d => { d.open = true; });
        document.getElementById('legend').open = true"""
    )
    assert violations(browser) == []
    browser.run("openCommunity(content.communities[0].id)")
    assert violations(browser) == []


@pytest.mark.parametrize("name", ["planner", "siting", "measures", "lanes"])
def test_pages_with_a_map(browser, pages, name):
    browser.open(pages[name])
    assert violations(browser) == []


def test_pages_without_a_script(browser, assessment):
    for page in (index_page(assessment), public_page(assessment, scenes={})):
        browser.open(page)
        assert violations(browser) == []


def test_reports_of_compare_calibration_and_validation(browser, tmp_path):
    make_demo(tmp_path / "town", size="village", seed=1)
    town = load_town(tmp_path / "town")
    before, after = frozen(), frozen("2026Q3")
    compared = compare(before, after, tiers=("micro",))
    checked, fitted = validate(town), calibrate(town, day=DAY).told
    for page in (
        compare_page(before, after, compared, tiers=("micro",)),
        calibration_page(fitted),
        validation_page(checked, town),
    ):
        browser.open(page)
        assert violations(browser) == []


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_the_card_of_the_guide_and_the_shared_picture(browser, assessment, size):
    browser.open(committee_page(assessment), size=size)
    browser.run("document.getElementById('guide-open').click()")
    assert browser.run("return document.getElementById('guide').offsetHeight") > 50
    assert violations(browser) == []
    browser.run("guiding(false)")
    browser.driver.execute_async_script(
        """const done = arguments[0], look = setInterval(() => {
          if (!document.querySelector('.shared img')) return;
          clearInterval(look); done();
        }, 50);
        document.getElementById('share').click()"""
    )
    assert violations(browser) == []
    key(browser, "Escape", 27)
    assert browser.run("return document.querySelector('.shared')") is None


def test_a_station_opens_by_enter_and_its_popup_closes_by_escape(browser, assessment):
    browser.open(committee_page(assessment))
    name = browser.run(
        "const mark = document.querySelector('.key-mark'); mark.focus();"
        "return mark.getAttribute('aria-label')"
    )
    key(browser, "Enter", 13)
    assert name.split(" ", 1)[1] in browser.popup()
    key(browser, "Escape", 27)
    assert browser.popup() == ""
    assert browser.run("return document.activeElement.className.includes('key-mark')")


def test_pages_may_be_pinched_larger(browser, assessment):
    browser.open(committee_page(assessment))
    said = browser.run("return document.querySelector('meta[name=viewport]').content")
    assert "user-scalable" not in said and "maximum-scale" not in said


def key(browser, name, code):
    for kind in ("keyDown", "keyUp"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code},
        )
