"""The folder of a siting study: read back, checked by hand, and safe to open."""

import datetime as dt
import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.maps.printed_books import check_printed
from weizhan.coverage.siting.candidates import host_candidates
from weizhan.coverage.siting.request import Request
from weizhan.coverage.siting.study import study_sites
from weizhan.geo.plan import read_plan
from weizhan.geo.wishes import Wishes
from weizhan.geo.yardstick import yardstick_in
from weizhan.maps.html import escape
from weizhan.maps.results.siting_results import SITING_NAMES, write_siting
from weizhan.maps.voice import cautions, communities, headline, sites

DAY = dt.date(2026, 11, 25)
EVIL = '=HYPERLINK("http://x","y")<img src=x onerror=alert(1)>'


def _found(make_town, ask, stations=(), **wishes):
    houses = [
        {
            "geometry": shapely.box(x - 10, 5, x + 10, 25),
            "building_id": f"B{x}",
            "use": "residential",
            "people_day": 10 + x // 100,
            "people_night": 0,  # no estate: the three hosts are all candidates
        }
        for x in range(0, 2001, 100)
    ]
    hosts = [
        {
            "geometry": shapely.box(x - 10, -25, x + 10, -5),
            "building_id": f"H{x}",
            "use": "community_service",
            "name": EVIL,
        }
        for x in (200, 1000, 1700)
    ]
    street = {
        "geometry": shapely.LineString([(-20, 0), (2020, 0)]),
        "lane_class": "residential",
        "width_m": 6,
    }
    area = {"geometry": shapely.box(-50, -99, 2050, 99), "community_id": "C1", "name": EVIL}
    town = make_town(
        buildings=houses + hosts, lanes=[street], communities=[area], stations=list(stations)
    )
    wished = Wishes.model_validate({"weight": "people", **wishes})
    return study_sites(town, host_candidates(town), ask, wishes=wished, scenario="day", day=DAY)


@pytest.fixture
def written(make_town, tmp_path):
    def write(ask, *, lang="zh", **wishes):
        found = _found(make_town, ask, **wishes)
        folder = tmp_path / "out"
        folder.mkdir()
        write_siting(found, folder, lang=lang)
        return found, folder

    return write


def test_everything_is_written_and_says_the_same(written):
    found, folder = written(Request(stations=1, draws=2))
    assert sorted(p.name for p in folder.iterdir()) == sorted(SITING_NAMES)
    told = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert told["proof"]["proven"] and told["proof"]["bound"] == told["proof"]["objective"]
    assert yardstick_in(told) == found.assessed[0].yardstick
    assert [s["id"] for s in told["sites"]] == found.names(found.new)
    page = (folder / "siting.html").read_text(encoding="utf-8")
    assert escape(told["sites"][0]["said"]) in page  # whole, not cut short
    assert told["share_after"] == pytest.approx(found.share(found.solution.answer.objective))
    assert read_plan(folder / "best.plan.json") == found.plan
    built = gpd.read_file(folder / "results.gpkg", layer="sites")
    assert built["candidate_id"].tolist() == found.names(found.new)
    assert built["build_order"].tolist() == [1]
    buildings = gpd.read_file(folder / "results.gpkg", layer="buildings")
    assert (buildings["change"] == "new").sum() == told["assessed"]["after"]
    assert told["assessed"]["before"] is None and told["share_before"] is None
    assert "现状覆盖未知" in told["headline"]["zh"]  # the town has no station yet: not 0 %


def _bound(proof):
    """Add a certificate of stations or a budget up, from the file alone."""
    sites = len(proof["sites"])
    worth, rest = np.zeros(sites), 0.0
    for weight, multiplier, covering in proof["rows"]:
        assert multiplier >= 0
        worth[covering] += multiplier
        rest += max(weight - multiplier, 0.0)
    costs, fixed = np.array(proof["costs"]), proof["fixed"]
    free = np.ones(sites, dtype=bool)
    free[[*fixed, *proof["forbidden"]]] = False
    free &= np.array(proof["dominated_by"]) < 0
    if proof["budget"] is None:
        best = np.sort(worth[free])[::-1][: proof["stations"]]
        return rest + worth[fixed].sum() + best.sum()
    price = proof["budget_price"]
    left = np.maximum(worth[free] - price * costs[free], 0.0).sum()
    return rest + worth[fixed].sum() + price * proof["budget"] + left


def test_the_certificate_proves_its_bound_without_a_solver(written):
    found, folder = written(Request(stations=2, draws=0))
    proof = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    assert proof["kind"] == "max_cover"
    assert _bound(proof) == pytest.approx(proof["bound"])
    assert _bound(proof) / proof["unit"] >= found.amount(found.solution.answer.objective) - 1e-9


def test_prices_prove_their_bound_without_a_solver(written):
    found, folder = written(Request(budget=100_000, draws=0), spacing_m=100, worst_off=0.1)
    proof = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    assert proof["kind"] == "prices"
    left = np.array(proof["costs"])
    total = 0.0
    for row, price in enumerate(proof["prices"]):
        low, high = proof["low"][row], proof["high"][row]
        side = low if price > 0 else high
        if side is None or price == 0:
            continue
        total += price * side
        for at in range(proof["indptr"][row], proof["indptr"][row + 1]):
            left[proof["indices"][at]] -= price * proof["values"][at]
    bound = proof["zero"] - (total + np.minimum(left, 0).sum())
    assert bound == pytest.approx(proof["bound"])
    assert bound >= found.solution.answer.objective - 1e-6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_from_data_are_text_everywhere(written, lang):
    _, folder = written(Request(stations=2, draws=2), lang=lang)
    page = (folder / "siting.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    book = check_printed(folder / "siting.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == EVIL for cell in cells)
    assert len(book.sheetnames) >= 6
    assert "http://" not in page.replace("http://x", "").replace("http://www.w3.org", "")


def test_where_enough_are_reached_already_no_station_is_said_to_be_needed(make_town):
    station = {"geometry": shapely.Point(1000, 2), "station_id": "S", "tier": "micro_station",
               "vehicle": "e_bike", "crew_day": 4, "crew_night": 4}  # fmt: skip
    found = _found(make_town, Request(target=0.2, draws=0), [station])
    assert len(found.new) == 0 and 0.2 <= found.before < 1
    assert headline(found, "zh").startswith(
        f"现状3 分钟内覆盖的人口已达 {found.before:.1%}，不低于所要的 20.0%：不必新建站点。"
    )
    assert "no new station is needed" in headline(found, "en")
    more = _found(make_town, Request(target=found.before + 0.05, draws=0), [station])
    assert len(more.new) > 0 and headline(more, "zh").startswith("新增 ")


def test_missing_parts_are_said_and_not_made_up(written):
    found, folder = written(Request(stations=1, draws=0, time_limit_s=0.0))
    told = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert told["stability"] is None
    assert told["proof"]["stopped"] in ("time", "proven")
    assert found.problem.rows.worth(found.solution.answer.chosen) > 0


def test_the_answer_tells_candidates_bound_and_who_stays_late(written):
    """One of three hosts is built; 21 houses and 3 hosts count, one community."""
    _, folder = written(Request(stations=1, draws=0))
    told = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    said = told["headline"]
    assert "候选点 3 个，都可用。" in said["zh"] and "Candidates: 3, all usable." in said["en"]
    bound = told["lane_bound"]
    assert bound["stations"] == 1 and told["share_after"] - 1e-9 <= bound["share"] <= 1
    assert f"{bound['share']:.1%}" in said["zh"] and f"{bound['share']:.1%}" in said["en"]
    people = sum(10 + x // 100 for x in range(0, 2001, 100)) + 3 * 20  # hosts: the median
    assert any("3 栋建筑没有这项数据" in line for line in told["notes"]["zh"])
    reached = people * told["measures"]["people"]["share_after"]
    assert told["measures"]["people"]["total"] == people
    # The town has no station yet: who else comes in time is unknown, and nobody is told late.
    assert f"覆盖 {reached:.0f} 人" in told["cautions"]["zh"][-1]
    assert told["communities"][0]["people_late"] is None
    page = (folder / "siting.html").read_text(encoding="utf-8")
    book = check_printed(folder / "siting.xlsx")
    cells = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    for line in (said["zh"], *told["cautions"]["zh"]):
        assert escape(line) in page and line in cells


def test_fewer_stations_than_asked_for_have_a_reason(make_town):
    """Of hosts at 200, 1,000 and 1,700 m only the first and the last are 900 m apart."""
    found = _found(make_town, Request(stations=3, draws=0), spacing_m=900)
    assert found.names(found.new) == ["N-H200", "N-H1700"]
    assert "被间距、各类单位数量或排除名单挡住" in cautions(found, "zh")[0]
    assert cautions(found, "zh")[0].startswith("要求 3 个新站，方案只有 2 个")
    assert cautions(found, "en")[0].startswith("3 new stations were asked for and the plan has 2")


def test_a_floor_and_buildings_that_cannot_be_covered_say_why_and_what_is_possible(make_town):
    ask = Request(stations=1, must=("B0", "B2000"), draws=0)
    found = _found(make_town, ask, community_floor=1.0)
    lost = found.must[~found.must["met"].astype(bool)]
    assert lost["building_id"].tolist() in (["B0"], ["B2000"])
    assert lost["why"].tolist() == ["size"]
    must, floor = cautions(found, "zh")[:2]
    assert "2 栋建筑中有 1 栋未覆盖" in must and "其他要求容不下" in must
    assert "100.0% 达不到" in floor and found.floor.proven
    shares = [found.problem.rows.shares(found.problem.flags([site]), 1)[0] for site in range(3)]
    assert found.floor.possible == pytest.approx(max(shares))
    assert f"{max(shares):.1%}（已证明）" in floor
    none = _found(make_town, Request(stations=1, draws=0), must_uses=["hotel"])
    assert "没有已知是这类用途的建筑" in cautions(none, "zh")[0]


def test_candidates_that_fell_out_are_counted_by_reason(make_town):
    found = _found(make_town, Request(stations=1, draws=0), forbidden=["N-H200"])
    assert "按要求排除 1 个" in headline(found, "zh")
    gone = found.instance.candidates.sites.assign(reason="space", detail=9.0)
    candidates = replace(found.instance.candidates, dropped=gone.head(2))
    less = replace(found, instance=replace(found.instance, candidates=candidates))
    assert "候选点 5 个，可用 3 个、淘汰 2 个（面积不足（平方米） 2）" in headline(less, "zh")
    assert "2 fell out (too little space (square metres): 2)" in headline(less, "en")


def test_a_site_that_is_certain_but_seldom_drawn_explains_itself(make_town):
    found = _found(make_town, Request(stations=2, draws=2))
    site = int(found.order.sites[0])
    rare = replace(
        found,
        stability=replace(found.stability, chosen=np.full(len(found.stability.chosen), 0.085)),
        certainty=replace(found.certainty, always=np.array([site])),
    )
    said = sites(rare, "zh").rows[0][-1]
    assert "只有 8.5% 的最优方案还选它" in said and "宜现场复核" in said
    assert "still do" in sites(rare, "en").rows[0][-1]


def test_communities_come_by_who_stays_late_not_by_roofs(make_town):
    """Thirty empty sheds stay late in the west and one block of 500 people in the east."""
    sheds = [
        {"geometry": shapely.box(x, 5, x + 5, 10), "building_id": f"S{x}", "people_day": 0}
        for x in range(0, 300, 10)
    ]
    block = {"geometry": shapely.box(5000, 5, 5030, 30), "building_id": "楼", "people_day": 500}
    host = {"geometry": shapely.box(2500, 5, 2520, 25), "building_id": "居", "people_day": 9}
    host["use"] = "community_service"
    street = {"geometry": shapely.LineString([(-20, 0), (5100, 0)]), "width_m": 6}
    areas = [
        {"geometry": shapely.box(x, -99, x + 2600, 99), "community_id": name, "name": name}
        for x, name in ((-50, "西村"), (2550, "东村"))
    ]
    station = {"geometry": shapely.Point(2400, 3), "station_id": "S1", "tier": "micro_station"}
    town = make_town(buildings=[*sheds, block, host], lanes=[street], stations=[station],
                     communities=areas)  # fmt: skip
    found = study_sites(town, host_candidates(town), Request(stations=1, draws=0),
                        wishes=Wishes(weight="count"), scenario="day", day=DAY)  # fmt: skip
    late = cautions(found, "zh")[-1]
    assert late.endswith("最多的社区：东村（覆盖 0.0%，晚到 500 人）。")
    table = communities(found)
    keys = [key for key, _ in table.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    assert [row["community"] for row in rows] == ["东村", "西村"]
    assert [(row["people_late"], row["count_late"]) for row in rows] == [(500, 1), (0, 30)]


def test_a_row_of_the_page_shows_the_site_on_the_map(browser, written):
    _, folder = written(Request(stations=1, draws=0))
    browser.open((folder / "siting.html").read_text(encoding="utf-8"))
    browser.run("document.querySelector('#sites tr[data-layer]').click()")
    assert "选定的新站" in browser.popup()
    assert "新覆盖" in browser.legend()
