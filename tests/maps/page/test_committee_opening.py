"""What the committee's page says first: the sentence, the communities, what to do next."""

import dataclasses
import re

import pytest

from weizhan.coverage.scenes import BEFORE, Scene
from weizhan.maps.page.committee import committee_page
from weizhan.maps.voice import next_steps, opening_said

LATE = {"C1": 40, "C2": 900, "C3": 0, "C4": 60}
RISK = {"C1": (2.0, 1.2, 3.0), "C2": (0.5, 0.3, 1.5), "C3": (1.1, 1.05, 1.2), "C4": None}


def told(town):
    """A town of four communities of a thousand people whose late people and risk are known."""

    def coverage(late, people):
        return {
            "standard_s": 180.0, "buildings": 36, "known_buildings": 36, "stations": 1,
            "covered_buildings": 30, "covered_buildings_low": 20, "covered_buildings_high": 36,
            "share_buildings": 30 / 36, "share_buildings_low": 0.5, "share_buildings_high": 1.0,
            "people": people, "known_people": people, "covered_people": people - late,
            "share_people": 1 - late / people, "people_unknown_buildings": 7,
            "late_people": late, "late_people_low": late // 2, "late_people_high": late * 2,
        }  # fmt: skip

    def risk(one):
        names = ("harm_per_head", "harm_per_head_low", "harm_per_head_high")
        return dict(zip(names, one or (None,) * 3, strict=True)) | {
            "overdue_hazards": 3, "open_hazards": 4,
        }  # fmt: skip

    communities = [
        {
            **row,
            "coverage": {**row["coverage"], "micro": coverage(LATE[row["community_id"]], 1000)},
            "risk": risk(RISK[row["community_id"]]),
        }
        for row in town.summary["communities"]
    ]
    step = {"name": {"zh": "新建站点：东门", "en": "New station: 东门"}, "cost_yuan": 63550,
            "gain": 181.0, "lon": 106.5, "lat": 29.5}  # fmt: skip
    more = {
        "coverage": {**town.summary["coverage"], "micro": coverage(1000, 4000)},
        "communities": communities,
        "next": {"counted": "people", "years": 10, "steps": [step]},
    }
    return dataclasses.replace(town, summary={**town.summary, **more})


def test_the_sentence_says_who_where_and_what_to_do(make):
    town = told(make())
    assert opening_said(town, "zh") == (
        "工作日夜间：1,000 人（500 至 2,000）在 3 分钟内等不到微型消防站，其中 90%在老街社区。"
        "另有 7 栋不知有多少人。先做“新建站点：东门”：10 年约 63,600 元，等不到的少 181 人。"
    )
    steps = next_steps(town, "zh")
    assert steps[0].what == "新建站点：东门"
    assert steps[-1].what == "整改逾期隐患 12 处，河口社区最多（3 处）"
    assert 2 <= len(steps) <= 5


def test_without_people_it_counts_buildings_and_without_stations_it_says_why(make):
    town = make()
    coverage = {**told(town).summary["coverage"]["micro"]}
    for name in [name for name in coverage if "people" in name]:
        coverage[name] = None
    nobody = dataclasses.replace(
        town, summary={**town.summary, "coverage": {**town.summary["coverage"], "micro": coverage}}
    )
    assert "6 栋建筑（0 至 16）在 3 分钟内等不到微型消防站" in opening_said(nobody, "zh")
    none = {**dict.fromkeys(coverage), "stations": 0, "standard_s": 180.0}
    without = dataclasses.replace(
        town, summary={**town.summary, "coverage": {**town.summary["coverage"], "micro": none}}
    )
    said = opening_said(without, "zh")
    assert "不知道谁在 3 分钟内等不到微型消防站：没有该级别的站点资料" in said
    assert "5 分钟内等不到消防队" in said


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_the_table_is_whole_sorts_and_leads_to_the_map(browser, make, size):
    browser.open(committee_page(told(make())), size=size)
    if size[0] < 700:
        browser.run("panel(true)")
    box = browser.run(
        "const b = document.querySelector('#communities table').getBoundingClientRect(),"
        "p = document.getElementById('panel'); return [b.right <= p.getBoundingClientRect().right,"
        "b.bottom <= innerHeight, p.scrollWidth <= p.clientWidth]"
    )
    assert box == [True, True, True]
    order = "return [...document.querySelectorAll('#communities tbody tr')].map(r => r.dataset.id)"
    assert browser.run(order) == ["C2", "C4", "C1", "C3"]  # most late people first
    browser.run("document.querySelector('th[data-by=risk] button').click()")
    assert browser.run(order) == ["C1", "C3", "C2", "C4"]  # the unknown last
    browser.run("document.querySelector('th[data-by=risk] button').click()")
    assert browser.run(order)[0] == "C4"
    sorted_by = "return document.querySelector('th[data-by=risk]').getAttribute('aria-sort')"
    assert browser.run(sorted_by) == "ascending"
    row = browser.run("return document.querySelector('tr[data-id=C2]').innerText")
    assert "900" in row and "450–1,800" in row and "偏低" in row and "0.5 倍（0.3–1.5）" in row
    browser.run("document.querySelector('tr[data-id=C2] button').click()")
    assert browser.run("return document.getElementById('community').hidden") is False


def test_communities_are_coloured_by_five_steps_against_the_town(browser, make):
    browser.open(committee_page(told(make())))
    pressed = "return document.querySelector('#views [aria-pressed=true]').textContent"
    assert browser.run(pressed) == "到达时间"
    browser.run("document.querySelector('#views [data-style=against_harm]').click()")
    assert browser.run(pressed) == "人均风险"
    assert browser.run("return [...layers.communities.features.classes('against_harm')]") == [
        0, 3, 2, 5,
    ]  # fmt: skip
    assert "明显高于全街镇" in browser.legend() and "九成把握" in browser.legend()
    # 40, 900, 0 and 60 late of a thousand each against 250
    late = browser.run("return [...layers.communities.features.classes('against_late')]")
    assert late == [4, 0, 4, 4]


def test_what_to_do_next_leads_to_its_place(browser, make):
    town = told(make())
    browser.open(committee_page(town))
    browser.run("document.querySelector('#next li button').click()")
    centre = browser.run("const c = weizhan.map.getCenter(); return [c.lng, c.lat]")
    assert centre == pytest.approx([106.5, 29.5], abs=1e-3)
    browser.run("document.querySelector('#next li:last-child button').click()")
    assert browser.run("return document.getElementById('community').dataset.id") == "C1"


def test_another_moment_has_its_own_sentence_and_the_period_before_its_trend(browser, make):
    town = told(make())
    columns = [n for n in town.buildings if n.startswith(("micro_", "brigade_"))]
    summary = town.summary
    was = [
        {**row, "coverage": {**row["coverage"],
                             "micro": {**row["coverage"]["micro"], "late_people": 1234}}}
        for row in summary["communities"]
    ]  # fmt: skip
    past = Scene({"zh": "上期", "en": "Before"}, town.buildings[columns], None,
                 {**summary["coverage"],
                  "micro": {**summary["coverage"]["micro"], "late_people": 3333}}, was)  # fmt: skip
    browser.open(committee_page(town, scenes={BEFORE: past}))
    row = "return document.querySelector('tr[data-id=C2]').innerText"
    assert "上期 1,234" in browser.run(row)
    browser.pick("scene", "before")
    said = browser.run("return document.getElementById('message').textContent")
    assert said.startswith("上期：3,333 人") and "先做" not in said
    assert "1,234" in browser.run(row)


def test_without_a_script_the_sentence_and_the_table_stand(make):
    page = committee_page(told(make()))
    static = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "其中 90%在老街社区" in static and 'data-id="C2"' in static
    assert "新建站点：东门" in static
