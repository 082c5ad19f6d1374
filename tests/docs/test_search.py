"""Whoever opens the site by double-click finds words, Chinese ones too."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest

from ..maps.conftest import start_browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    yield from start_browser(tmp_path_factory)


def found(browser, site, asked: str) -> list[str]:
    """Return the titles that the page of search lists once it says that it is done."""
    browser.driver.get(f"{(site / 'search.html').as_uri()}?q={quote(asked)}")
    for _ in range(200):
        if browser.run("return document.querySelector('p.search-summary')?.innerText || ''"):
            break
        time.sleep(0.05)
    listed = "[...document.querySelectorAll('#search-results li a')].map(a => a.innerText)"
    return browser.run(f"return {listed}")


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("限期整改日期", "台账"),
        ("消火栓", "图层"),
        ("站", "命令"),
        ("half_life_days", "规则"),
        ("vehicle width", "Rules"),
    ],
)
def test_words_are_found(browser, site, asked, page):
    assert any(page in title for title in found(browser, site, asked))


def test_what_stands_nowhere_is_not_found(browser, site):
    assert found(browser, site, "长颈鹿") == []
