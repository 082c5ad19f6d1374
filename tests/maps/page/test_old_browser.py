"""Pages without what is newer than Chrome 86, without scripts, and with broken data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from weizhan.maps.page.committee import committee_page

from .test_committee_opening import told

#: Newer than Chrome 86, taken away before a page's first script.
NEWER = """
const keptHasOwn = Object.hasOwn; // the driver itself needs it once the page stands
addEventListener('load', () => {
  window.missed = typeof Object.hasOwn;
  Object.hasOwn = keptHasOwn;
});
for (const [of, names] of [
  [Object, ['hasOwn', 'groupBy']], [window, ['structuredClone', 'scheduler']],
  [CanvasRenderingContext2D.prototype, ['roundRect', 'reset', 'createConicGradient']],
  [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced',
    'with', 'group']],
  [String.prototype, ['at', 'isWellFormed', 'toWellFormed']], [Array, ['fromAsync']],
  [Promise, ['any', 'withResolvers', 'try']], [Map, ['groupBy']],
  [Set.prototype, ['union', 'intersection', 'difference', 'isSubsetOf']],
  [Element.prototype, ['checkVisibility', 'setHTML', 'getHTML']],
  [HTMLElement.prototype, ['showPopover', 'hidePopover']],
  [Uint8Array.prototype.__proto__, ['at', 'findLast', 'toSorted', 'with', 'toReversed']],
  [Crypto.prototype, ['randomUUID']], [AbortSignal, ['timeout', 'any']],
  [window, ['CompressionStream', 'navigation', 'Highlight', 'CSSLayerBlockRule', 'EyeDropper']],
  [Document.prototype, ['startViewTransition']],
]) for (const name of names) if (of) delete of[name];
"""

FIRST_HEAT = "return document.querySelectorAll('#heat option')[1].value"


@contextmanager
def old(browser) -> Iterator[None]:
    added = browser.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": NEWER}
    )
    try:
        yield
    finally:
        browser.driver.execute_cdp_cmd(
            "Page.removeScriptToEvaluateOnNewDocument", {"identifier": added["identifier"]}
        )


@pytest.mark.parametrize("name", ["committee", "planner", "siting", "measures", "lanes"])
def test_every_page_works_without_what_is_newer_than_chrome_86(browser, make, pages, name):
    page = committee_page(told(make())) if name == "committee" else pages[name]
    with old(browser):
        browser.open(page)
        assert browser.run("return [window.missed, typeof [].at]") == ["undefined"] * 2
        assert browser.run("return weizhan.ready") is True
        assert browser.run("return document.getElementById('trouble').hidden") is True
        if name == "committee":  # what is used after the page has opened
            browser.run("map.addLayer(layers.water); openCommunity('C2')")
            browser.pick("heat", browser.run(FIRST_HEAT))
            browser.run("const s = document.getElementById('search'); s.value = 'hk'; find()")


def without_scripts(browser, page, table):
    """What a page says without scripts, and how high a table of it is, as text."""
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(page)
        return browser.driver.execute_cdp_cmd(
            "Runtime.evaluate",
            {"expression": "JSON.stringify([document.body.innerText,"
             f"document.querySelector('{table}').offsetHeight])",
             "returnByValue": True},
        )["result"]["value"]  # fmt: skip
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_without_scripts_the_planner_tells_how_the_town_stands(browser, pages):
    seen = without_scripts(browser, pages["planner"], "#standing table")
    assert "地图要用 JavaScript" in seen
    assert "评估结果" in seen and "内到达的建筑" in seen
    for name in ("东街", "西街"):
        assert re.search(name + r"\\t\d+%\\t(<5|[\d,]+)", seen), name
    assert not seen.endswith(",0]")
    for hidden in ("在地图上做什么", "改动清单"):
        assert hidden not in seen
    browser.open(pages["planner"])
    assert browser.run("return document.getElementById('standing').offsetHeight") == 0


def test_without_scripts_the_sentence_and_the_table_stand(browser, make):
    seen = without_scripts(browser, committee_page(told(make())), "#communities table")
    assert "其中 90%在老街社区" in seen and "450–1,800" in seen and "新建站点：东门" in seen
    assert not seen.endswith(",0]")


def test_a_failure_is_a_sentence_in_the_page_and_the_table_stands(driver, make):
    page = committee_page(told(make()))
    block = page.index('id="packed_buildings-pack"')
    start = page.index(">", block) + 1
    broken = page[:start] + "!!!" + page[start + 400 :]
    driver.open(broken)
    driver.run("return new Promise((done) => setTimeout(done, 300))")
    seen = driver.run("return document.body.innerText")
    assert driver.run("return document.getElementById('trouble').hidden") is False
    assert "其中 90%在老街社区" in seen and "老街社区" in seen
    driver.driver.get_log("browser")
