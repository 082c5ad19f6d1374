"""The folder of a siting study: read back, checked by hand, and safe to open."""

import datetime as dt
import json

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from weizhan.coverage.siting.candidates import host_candidates
from weizhan.coverage.siting.request import Request
from weizhan.coverage.siting.study import study_sites
from weizhan.geo.plan import read_plan
from weizhan.geo.wishes import Wishes
from weizhan.maps.html import escape
from weizhan.maps.results.siting_results import SITING_NAMES, write_siting

DAY = dt.date(2026, 11, 25)
EVIL = '=HYPERLINK("http://x","y")<img src=x onerror=alert(1)>'


def _found(make_town, ask, **wishes):
    houses = [
        {
            "geometry": shapely.box(x - 10, 5, x + 10, 25),
            "building_id": f"B{x}",
            "use": "residential",
            "people_day": 10 + x // 100,
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
    town = make_town(buildings=houses + hosts, lanes=[street], communities=[area])
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
    book = openpyxl.load_workbook(folder / "siting.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == EVIL for cell in cells)
    assert len(book.sheetnames) >= 6
    assert "http://" not in page.replace("http://x", "").replace("http://www.w3.org", "")


def test_missing_parts_are_said_and_not_made_up(written):
    found, folder = written(Request(stations=1, draws=0, time_limit_s=0.0))
    told = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert told["stability"] is None
    assert told["proof"]["stopped"] in ("time", "proven")
    assert found.problem.rows.worth(found.solution.answer.chosen) > 0
