"""Nobody is named on a page that is shared, and no small number of people can be read from it."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.scenes import other_scenes
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.data.demo_names import GIVEN_FIRST, GIVEN_SECOND, SURNAMES
from weizhan.geo.town import load_town
from weizhan.maps.page.committee import committee_page
from weizhan.maps.page.lanes_page import lanes_page
from weizhan.maps.page.planner import planner_page
from weizhan.maps.reports.index import index_page

DAY = dt.date(2026, 9, 30)
PERSON = re.compile(f"[{SURNAMES}][{GIVEN_FIRST}][{GIVEN_SECOND}]")
PHONE = re.compile(r"(?<!\d)0\d{10}(?!\d)")
ALL_TEXTS = """const said = [document.documentElement.outerHTML];
    for (const name in (window.weizhan || {}).layers || {}) {
      const { features } = weizhan.layers[name];
      for (const column in features.data.texts)
        said.push(...features.pack.table(features.data.texts[column].table));
    }
    if (typeof engine !== 'undefined')
      for (const column of ['lane_id', 'drawn'])
        said.push(...engine.pack.table(content.engine[column].table));
    return said.join('\\n')"""
PEOPLE = """const { features } = layers.buildings, found = {};
    for (const column of Object.keys(features.data.numbers).filter(n => n.startsWith('people')))
      found[column] = [...new Set(Array.from({length: features.count},
        (_, f) => features.number(column, f)).filter(v => v > 0 && v < 5))];
    return JSON.stringify(found)"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=5)
    import_demo_ledgers(folder)
    ledgers = [path for path in folder.rglob("*") if path.suffix in {".csv", ".xlsx", ".gpkg"}]
    assert any(PERSON.search(path.read_bytes().decode("utf-8", "ignore")) for path in ledgers)
    town = load_town(folder)
    found = assess(town, date=DAY.isoformat(), draws=2)
    scenes = other_scenes(town, besides=found.scenario, day=DAY)
    return {
        "committee": committee_page(found, scenes=scenes),
        "planner": planner_page(town, found, moments(town, day=DAY)),
        "lanes": lanes_page(found),
        "index": index_page(found),
    }


@pytest.mark.parametrize("name", ["committee", "planner", "lanes", "index"])
def test_no_page_names_a_person_or_a_telephone(browser, pages, name):
    browser.open(pages[name])
    said = browser.run(ALL_TEXTS)
    assert len(said) > 10_000
    assert PERSON.findall(said) == []
    assert PHONE.findall(said) == []


def test_no_small_number_of_people_is_in_the_committees_page(browser, pages):
    browser.open(pages["committee"])
    found = json.loads(browser.run(PEOPLE))
    assert len(found) >= 2  # at the assessed moment and at others
    assert all(values == [] for values in found.values())
