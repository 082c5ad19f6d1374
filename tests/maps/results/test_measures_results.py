"""The folder of a study of measures: read back, checked by hand, and safe to open."""

import datetime as dt
import json
import subprocess
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array

from tests.maps.printed_books import check_printed
from weizhan.coverage.assessment import assess
from weizhan.coverage.measures import MeasuresRequest, Offer, study_town_measures
from weizhan.geo.measure import Measure
from weizhan.geo.plan import (
    GateChanges,
    NewStation,
    Plan,
    StationChanges,
    planned,
    read_plan,
)
from weizhan.geo.words import InputError, MeasureKind, Vehicle
from weizhan.geo.yardstick import yardstick_in
from weizhan.maps.html import escape
from weizhan.maps.results import MEASURES_NAMES, write_measures
from weizhan.maps.voice import (
    measure_names,
    measured_communities,
    measures_cautions,
    measures_headline,
    other_plans,
    plan_steps,
)

DAY = dt.date(2026, 11, 21)
EVIL = '=HYPERLINK("http://x","y")<img src=x onerror=alert(1)>'


def _house(name, x, y, people):
    return {
        "geometry": shapely.box(x - 4, y + 3, x + 4, y + 9),
        "building_id": name,
        "use": "residential",
        "people_day": people,
        "people_night": people,
    }


@pytest.fixture(scope="module")
def town(make_shared_town):
    """A street with a station, houses far along it, and a side lane whose gate locks at night."""
    lanes = [
        {"geometry": shapely.LineString(line), "lane_class": "residential", "width_m": 6}
        for line in (
            [(0, 0), (1000, 0)],
            [(1000, 0), (2000, 0)],
            [(1000, 0), (1000, 40)],
            [(1000, 40), (1000, 120)],
        )
    ]
    houses = [
        _house("B0", 20, 0, 30),
        _house("B1", 980, 0, 7),
        _house("B2", 1020, 0, 8),
        _house("B3", 1010, 60, 12),
        _house("B4", 1980, 0, 20),
    ]
    houses[3]["geometry"] = shapely.box(1003, 55, 1010, 65)
    stations = [
        {"geometry": shapely.Point(0, 0), "station_id": "S1", "tier": "micro_station",
         "vehicle": "foot", "turnout_s": 60, "crew_day": 6, "crew_night": 3}
    ]  # fmt: skip
    gates = [{"geometry": shapely.Point(1000, 40), "barrier_id": "G1", "kind": "gate",
              "open_hours": "06:00-22:00"}]  # fmt: skip
    area = {"geometry": shapely.box(-50, -99, 1500, 199), "community_id": "C1", "name": EVIL}
    return make_shared_town(buildings=houses, lanes=lanes, stations=stations, barriers=gates,
                            communities=[area])  # fmt: skip


def _measures(town):
    to = gpd.GeoSeries(town.buildings.geometry.centroid, crs=town.buildings.crs).to_crs(4326)
    at = dict(zip(town.buildings["building_id"], to, strict=True))

    def station(key, near, cost, upkeep, name=None):
        one = NewStation(station_id=key, name=name, lon=at[near].x, lat=at[near].y,
                         vehicle=Vehicle.FOOT, crew_day=6, crew_night=3, turnout_s=60)  # fmt: skip
        plan = Plan(stations=StationChanges(add=(one,)))
        return Measure(f"station:{key}", MeasureKind.STATION, key, name or "", cost,
                       upkeep, 10.0, "town", "own list", plan)  # fmt: skip

    box = Plan(gates=GateChanges(key_box=("G1",)))
    return (
        Measure("key_box:G1", MeasureKind.KEY_BOX, "G1", "", 800.0, 0.0, 10.0, EVIL,
                "kit (judgement)", box),
        station("N1", "B2", 10_000.0, 1_000.0, name=EVIL),
        station("N2", "B4", 30_000.0, 0.0),
    )  # fmt: skip


def _study(town, **asked):
    plans = {EVIL: Plan(town=town.name, stations=_measures(town)[1].plan.stations)}
    offer = Offer(listed=_measures(town), only_listed=True, plans=plans)
    request = MeasuresRequest(**{"draws": 2, "time_limit_s": 30.0, **asked})
    return study_town_measures(town, offer, request, scenario="night", day=DAY)


@pytest.fixture(scope="module")
def found(town):
    return _study(town, budget=50_000.0)


@pytest.fixture(scope="module")
def written(found, tmp_path_factory):
    folders = {}
    for lang in ("zh", "en"):
        folders[lang] = tmp_path_factory.mktemp(lang)
        write_measures(found, folders[lang], lang=lang)
    return folders


def _record(folder):
    return json.loads((folder / "measures.json").read_text(encoding="utf-8"))


def test_the_steps_are_those_computed_by_hand(found, written):
    """Fifteen people on the street, twelve behind the gate, twenty at its far end."""
    ten_years = sum(1.08**-year for year in range(1, 11))
    assert yardstick_in(_record(written["zh"])) == found.assessed[0].yardstick
    rows = _record(written["zh"])["plan"]
    keys = ("rank", "id", "once", "yearly", "gain", "after", "alone", "without")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (1, "station:N1", 10_000, 1_000, 15, 15, 15, 27),
        (2, "key_box:G1", 800, 0, 12, 27, 0, 12),
        (3, "station:N2", 30_000, 0, 20, 47, 20, 20),
    ]
    assert rows[0]["whole"] == pytest.approx(10_000 + 1_000 * ten_years)
    assert "只在做了" in rows[1]["said"] and "单独做没有用" in rows[1]["said"]
    assert rows[1]["depends"] == measure_names(found, "zh")[1]
    assert [row["depends"] for row in (rows[0], rows[2])] == [None, None]
    assert [row["source"] for row in rows] == ["本地数据", "估计", "本地数据"]
    # 30 of 77 people have somebody there in time today.
    headline = measures_headline(found, "zh")
    assert "做 3 件事（新建站点 2、设钥匙箱 1）" in headline
    assert "由 39.0% 提高到 100.0%，多 47 人" in headline and "已证明" in headline
    assert "同一结果：47 人" in measures_cautions(found, "zh")[-1]


def test_the_frontier_has_the_best_of_each_budget(written):
    """N1 costs 16,710 over the years, the gate 800, N2 30,000."""
    gains = {row["budget"]: row["gain"] for row in _record(written["zh"])["frontier"]}
    assert gains == {
        0: 0, 12_500: 0, 25_000: 27, 37_500: 27, 50_000: 47, 62_500: 47, 75_000: 47,
        87_500: 47, 100_000: 47,
    }  # fmt: skip


def test_the_plan_file_gives_the_same_number_to_an_assessment(town, found, written):
    plan = read_plan(written["zh"] / "measures.plan.json")
    assert plan == found.study.plan
    after = assess(planned(town, plan), scenario="night", date=DAY.isoformat()).only()
    covered = after.summary["coverage"]["micro"]
    before = found.assessed[0].summary["coverage"]["micro"]
    assert (before["covered_buildings"], covered["covered_buildings"]) == (1, 5)


def test_plans_of_others_stand_beside_ours(found):
    ours, theirs = other_plans(found, "zh").rows
    assert (ours[2], ours[3]) == (47, None)
    assert theirs[0] and (theirs[2], theirs[3]) == (15, -32)
    assert theirs[1] == pytest.approx(found.study.problem.costs[1])


def test_few_people_are_not_told(town):
    few = _study(town, budget=17_000.0, draws=0)
    scaled = replace(few, study=replace(few.study, unit=few.study.unit * 4))
    assert [row[9] for row in plan_steps(scaled, "zh").rows] == ["<5"]
    community = measured_communities(scaled, "zh").rows[0]
    assert community[-1] == "<5"


def test_everything_is_written(written):
    for folder in written.values():
        assert sorted(p.name for p in folder.iterdir()) == sorted(MEASURES_NAMES)
    plan = gpd.read_file(written["zh"] / "results.gpkg", layer="plan")
    assert plan["step"].tolist() == [2, 1, 3]
    assert plan.geometry.notna().all()


def test_the_certificate_proves_its_bound_without_a_solver(found, written):
    told = json.loads((written["zh"] / "certificate.json").read_text(encoding="utf-8"))
    shape = (len(told["prices"]), len(told["costs"]))
    matrix = csr_array((told["values"], told["indices"], told["indptr"]), shape=shape)
    price, low, high = (np.array(told[n], dtype=float) for n in ("prices", "low", "high"))
    price[np.isnan(np.where(price > 0, low, high))] = 0
    left = np.array(told["costs"]) - matrix.T @ price
    least = np.minimum(left, 0)
    least[told["ones"]] = left[told["ones"]]
    side = np.nan_to_num(np.where(price > 0, low, high))
    bound = told["zero"] - (price * side).sum() - least.sum()
    assert bound == pytest.approx(told["bound"])
    assert bound >= told["worth"] - 1e-6
    assert bound / told["unit"] == pytest.approx(77)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_from_data_are_text_everywhere(written, lang):
    page = (written[lang] / "measures.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page or escape(EVIL) in page
    assert "http://" not in page.replace("http://x", "").replace("http://www.w3.org", "")
    book = check_printed(written[lang] / "measures.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert len(book.sheetnames) >= 7


def test_the_sheet_for_the_meeting_is_one_page(written):
    for folder in written.values():
        told = subprocess.run(["pdfinfo", str(folder / "measures.pdf")], capture_output=True,
                              text=True, check=True).stdout  # fmt: skip
        assert "Pages:           1\n" in told
        said = subprocess.run(["pdftotext", str(folder / "measures.pdf"), "-"],
                              capture_output=True, text=True, check=True).stdout  # fmt: skip
        assert "HYPERLINK" in said


def test_what_was_cut_short_is_told(found, town):
    short = replace(found, study=replace(found.study, unfinished=("frontier", "draws"),
                                         draws=None, frontier=()))  # fmt: skip
    assert "没有算完：预算前沿、费用随机抽取" in measures_cautions(short, "zh")[0]
    assert (
        "Not finished: the frontier of budgets, draws of costs" in measures_cautions(short, "en")[0]
    )
    from weizhan.maps.books import measures_book
    from weizhan.maps.page import measures_page

    assert "没有做费用随机抽取" in measures_page(short, lang="zh")
    assert measures_book(short, lang="zh")


def test_a_target_tells_the_least_that_it_costs(town):
    """Of 77 people 54: N2 alone gives 50, N1 with the gate 57 for 17,510 yuan."""
    told = _study(town, target=0.7, draws=0)
    assert told.study.least_yuan == pytest.approx(17_510, abs=1)
    assert "已证明：达到 70.0% 的方案没有更便宜的（17,510 元）" in measures_headline(told, "zh")


def test_strange_ids_are_all_told(town):
    with pytest.raises(InputError) as error:
        _study(town, budget=1.0, must=("nothing:1", "station:N1"), forbidden=("station:N1", "no:2"))
    said = str(error.value)
    assert all(word in said for word in ("nothing:1", "no:2", "station:N1", "key_box:G1"))


def test_a_row_of_the_page_shows_the_measure_on_the_map(browser, written):
    browser.open((written["zh"] / "measures.html").read_text(encoding="utf-8"))
    browser.run("document.querySelectorAll('#plan tr[data-layer]')[1].click()")
    assert "设钥匙箱" in browser.popup() and "800" in browser.popup()
    assert "方案中的措施" in browser.legend() and "新覆盖" in browser.legend()
    browser.pick("paint", "before")
    assert "新覆盖" not in browser.legend()
