"""A small town, a large town and a browser that tells every request it makes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .browser import Browser
from .every_page import street, street_pages
from .town import HOSTILE, MadeUp, make_assessment, spoil


@pytest.fixture
def hostile() -> Callable[..., Any]:
    return spoil


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def payload(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture(scope="session")
def make() -> Callable[..., MadeUp]:
    return make_assessment


@pytest.fixture(scope="session")
def assessment() -> MadeUp:
    return make_assessment()


@pytest.fixture(scope="session")
def large() -> MadeUp:
    """25,281 buildings."""
    return make_assessment(159)


@pytest.fixture(scope="module")
def pages(make_shared_town) -> dict[str, str]:
    """Planner, lanes, siting and measures of a street, with a station to add."""
    return street_pages(street(make_shared_town))


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from start_browser(tmp_path_factory)


def start_browser(
    tmp_path_factory: pytest.TempPathFactory, env: dict[str, str] | None = None
) -> Iterator[Browser]:
    """Start Chromium, in another environment if one is given, and quit it at the end."""
    chromedriver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not chromedriver or not chromium:
        reason = "needs the Debian packages chromium and chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(chromedriver, env=env))
    try:
        yield Browser(session, tmp_path_factory.mktemp("pages"))
    finally:
        session.quit()


@pytest.fixture
def browser(driver: Browser) -> Iterator[Browser]:
    """The browser; whatever a test opened in it must have been quiet."""
    yield driver
    if driver.opened:
        driver.assert_quiet()
