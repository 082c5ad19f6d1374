"""A standard of then that is not that of now: said at the head, not comparable, nothing gained."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.scenes import BEFORE, Scene
from weizhan.geo.yardstick import Difference
from weizhan.maps.page.committee import committee_page

STANDARD = Difference("standard", "240", "180", "micro")
PLAN = Difference("plan_after", "", "ab12")


@pytest.fixture(scope="module")
def past(assessment):
    columns = [n for n in assessment.buildings if n.startswith(("micro_", "brigade_"))]
    frame = pd.DataFrame(assessment.buildings[columns]).assign(
        micro_cover="unknown", micro_response_time_s=np.nan
    )
    withheld = {"micro": {"withheld": {lang: STANDARD.said(lang) for lang in ("zh", "en")}}}
    communities = [
        {**one, "coverage": {**one["coverage"], **withheld}}
        for one in assessment.summary["communities"]
    ]
    coverage = {**assessment.summary["coverage"], **withheld}
    label = {"zh": "上期 2025-01-01", "en": "Before"}
    return Scene(label, frame, None, coverage, communities, (STANDARD,))


def test_another_standard_is_told_and_its_tier_is_not_compared(browser, assessment, past):
    browser.open(committee_page(assessment, scenes={BEFORE: past}))
    head = browser.run("return document.getElementById('differences').innerText")
    assert "口径不同，请先读" in head and "此前 240 秒，此后 180 秒" in head
    assert browser.run(
        "return document.getElementById('differences').compareDocumentPosition("
        "document.getElementById('figures')) & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    styles = browser.run("return Object.keys(layers.buildings.styles)")
    assert "change_micro" not in styles and "change_brigade" in styles
    browser.pick("kind", "change")
    assert browser.run("return [state.tier, layers.buildings.style]") == [
        "brigade", "change_brigade"
    ]  # fmt: skip
    browser.pick("kind", "cover")
    browser.pick("scene", "before")
    figures = browser.run("return document.getElementById('figures').innerText")
    assert figures.count("不可比") == 2  # buildings and people
    table = browser.run("return document.querySelector('#communities table').innerText")
    assert "不可比" in table
    browser.run("openCommunity(content.communities[0].id)")
    card = browser.run("return document.getElementById('community').innerText")
    assert "不可比" in card


def test_a_plan_stands_beside_the_present_and_not_beside_a_period(browser, assessment, past):
    scene = dataclasses.replace(past, differences=(PLAN,))
    browser.open(committee_page(assessment, scenes={BEFORE: scene}))
    head = browser.run("return document.getElementById('differences').innerText")
    assert "不是已经发生的变化" in head
    browser.pick("kind", "change")
    assert "方案与现状相比" in browser.legend() and "上期" not in browser.legend()
    tree = browser.run("return document.getElementById('tree').innerText")
    assert "与现状相比" in tree and "与上期相比" not in tree


def test_results_that_were_measured_alike_say_nothing_of_it(browser, assessment, past):
    browser.open(
        committee_page(assessment, scenes={BEFORE: dataclasses.replace(past, differences=())})
    )
    assert browser.run("return document.getElementById('differences')") is None
