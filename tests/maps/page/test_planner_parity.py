"""The planner's page computes what Python computes, to the millisecond, whatever is planned."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.moment import Moment
from weizhan.coverage.reach.response import READINGS
from weizhan.coverage.reach.travel import arrive_at
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers.arrivals import no_arrivals
from weizhan.geo.plan import Plan, planned
from weizhan.geo.town import load_town
from weizhan.maps.page.planner import planner_page

DAY = dt.date(2026, 9, 30)
LOCK = """return JSON.stringify((() => {
  const [changes, scenario] = arguments;
  const { changes: read, problems } = planner.read(changes, content.town);
  if (problems) throw new Error(JSON.stringify(problems));
  const plan = planner.resolve(read), out = {};
  for (const tier in content.engine.tiers) {
    const { times, cover, all } = engine.answer(plan, scenario, tier);
    out[tier] = { cover: [...cover], all };
    for (const reading in times)
      out[tier][reading] = [[...times[reading].ms], [...times[reading].crew]
        .map((row) => row < 0 ? null : plan.stations[row].station_id)];
  }
  return out;
})())"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="town", seed=3)
    return load_town(folder)


@pytest.fixture(scope="module")
def page(town):
    found = assess(town, date=DAY.isoformat(), draws=2)
    return planner_page(town, found, moments(town, day=DAY))


def python_answer(town, plan, scenario):
    """Walls in milliseconds and who is there first, by tier and reading, under a plan."""
    changed = planned(town, plan)
    chosen = changed.scenarios[scenario]
    moment = Moment(changed, chosen, DAY)
    ids = changed.stations["station_id"].to_numpy(dtype=object)
    out = {}
    for tier in changed.rules.tier:
        out[tier] = {}
        for reading in READINGS:
            crews = moment.crews(tier, reading)
            found = arrive_at(moment.journey(tier, reading))
            ms, crew = found.ms[:, 0], found.crew[:, 0]
            walls = np.where(ms < FAR, ms + crews.access_ms, FAR)
            names = [ids[crews.rows[c]] if c >= 0 else None for c in crew]
            out[tier][reading] = [walls.tolist(), names]
    return out


def random_plan(town, seed):
    """Stations added, moved and removed, lanes closed and opened, standards changed."""
    rng = np.random.default_rng(seed)
    west, south, east, north = town.buildings.to_crs(4326).total_bounds
    ids, lanes = town.stations["station_id"].tolist(), town.lanes["lane_id"].tolist()
    drawn = town.lanes["drawn_lane_id"].tolist()
    allowed = town.buildings.geometry.representative_point().to_crs(4326)

    def place():
        point = allowed.iloc[rng.integers(len(allowed))]
        return {
            "lon": round(float(np.clip(point.x + rng.normal(0, 3e-4), west, east)), 7),
            "lat": round(float(np.clip(point.y + rng.normal(0, 3e-4), south, north)), 7),
        }

    maybe = [None, "foot", "e_bike", "mini_truck", "fire_engine"]
    tiers = ["volunteer_point", "micro_station", "town_brigade", "official_station"]
    chosen = rng.permutation(ids)
    closed = rng.choice(len(lanes), 25, replace=False)
    return {
        "format": "weizhan-plan",
        "version": 1,
        "town": town.name,
        "stations": {
            "add": [
                {
                    "station_id": f"P{k}",
                    **place(),
                    "tier": str(rng.choice(tiers)),
                    "vehicle": maybe[rng.integers(5)],
                    "crew_day": [None, 0, 3][rng.integers(3)],
                    "crew_night": [None, 0, 2][rng.integers(3)],
                    "turnout_s": [None, 0.0, 47.5, 90.0][rng.integers(4)],
                }
                for k in range(rng.integers(0, 5))
            ],
            "move": [{"station_id": i, **place()} for i in chosen[: rng.integers(0, 3)]],
            "remove": chosen[-int(rng.integers(1, 3)) :].tolist(),
            "equip": [
                {"station_id": i, "vehicle": maybe[rng.integers(5)], "crew_night": 4}
                for i in chosen[1 : rng.integers(1, 4)]
            ],
        },
        "lanes": {
            "close": sorted({lanes[i] for i in closed[:12]} | {drawn[closed[12]]}),
            "open": sorted({lanes[i] for i in closed[13:]} - {drawn[closed[12]]}),
        },
        "standard_s": {"micro": 150.0} if seed % 2 else {},
    }


def browser_answer(browser, plan, scenario):
    return json.loads(browser.run(LOCK, json.dumps(plan), scenario))


def assert_equal(town, plan, scenario, said):
    expected = python_answer(town, Plan.model_validate(plan), scenario)
    for tier, by_reading in expected.items():
        for reading, (ms, crew) in by_reading.items():
            assert said[tier][reading][0] == ms, (tier, reading)
            assert said[tier][reading][1] == crew, (tier, reading)


@pytest.mark.parametrize("seed", range(8))
def test_times_and_first_stations_are_equal_to_the_millisecond(browser, town, page, seed):
    plan = random_plan(town, seed)
    scenario = list(town.scenarios)[seed % len(town.scenarios)]
    browser.open(page)
    try:
        planned(town, Plan.model_validate(plan))
    except Exception as error:  # a lane both closed and opened by its drawn name: another seed
        pytest.fail(str(error))
    assert_equal(town, plan, scenario, browser_answer(browser, plan, scenario))


def test_what_is_equals_the_assessment_with_its_figures(browser, town, page):
    browser.open(page)
    nothing = {"format": "weizhan-plan", "version": 1}
    for scenario in town.scenarios:
        said = browser_answer(browser, nothing, scenario)
        assert_equal(town, nothing, scenario, said)
        found = assess(town, scenario=scenario, date=DAY.isoformat(), draws=2)
        for tier, figures in found.summary["coverage"].items():
            all_ = said[tier]["all"]
            assert all_["buildings"] == figures["buildings"]
            assert all_["known"] == figures["known_buildings"]
            assert all_["covered"] == figures["covered_buildings"]
            assert all_["sure"] == figures["covered_buildings_low"]
            assert all_["hopeful"] == figures["covered_buildings_high"]
            assert all_["uncounted"] == figures["people_unknown_buildings"]
            assert all_["people"] == pytest.approx(figures["people"], rel=2e-3)
            assert all_["answered"] == pytest.approx(figures["known_people"], rel=2e-3)


def test_places_fall_on_the_plane_of_python(browser, town, page):
    browser.open(page)
    to_plane = Transformer.from_crs(4326, town.lanes.crs, always_xy=True)
    lon, lat = browser.run("return [map.getCenter().lng, map.getCenter().lat]")
    for shift in (0, 0.01, -0.4, 2.5):
        place = (lon + shift, lat - shift)
        found = browser.run("return weizhan.toPlane(content.engine.plane, ...arguments)", *place)
        assert found == pytest.approx(to_plane.transform(*place), abs=2e-8)


def test_speeds_fitted_to_arrivals_hold_in_the_page_as_under_the_plan(browser, tmp_path):
    make_demo(tmp_path / "town", size="village", seed=3)
    town = load_town(tmp_path / "town")
    options = {"date": DAY.isoformat(), "draws": 2}
    assumed = assess(town, **options)
    tier = next(iter(town.rules.tier))
    taken = assumed.buildings[c.response_time(tier)]
    rows = assumed.buildings[taken.notna() & assumed.buildings[c.station(tier)].notna()]
    seen = pd.DataFrame(
        {
            "arrival_id": [f"A{k}" for k in range(len(rows))],
            "building_id": rows["building_id"].to_numpy(),
            "station_id": rows[c.station(tier)].to_numpy(),
            "seconds": 2.2 * taken[rows.index].to_numpy() - 60,
        }
    )
    town = replace(town, arrivals=pd.concat([no_arrivals(), seen], ignore_index=True))
    found = assess(town, **options)
    assert found.summary["speeds"]["fitted"] and not assumed.summary["speeds"]["fitted"]
    browser.open(planner_page(town, found, moments(town, day=DAY)))
    plan = random_plan(town, 1)
    said = browser_answer(browser, plan, found.scenario)
    assert_equal(town, plan, found.scenario, said)
    made = assess(planned(town, Plan.model_validate(plan)), **options)
    assert made.summary["speeds"] == found.summary["speeds"]  # of the town as it is
    for name, figures in made.summary["coverage"].items():
        all_ = said[name]["all"]
        assert (all_["known"], all_["covered"], all_["sure"], all_["hopeful"]) == (
            figures["known_buildings"], figures["covered_buildings"],
            figures["covered_buildings_low"], figures["covered_buildings_high"],
        )  # fmt: skip
    nothing = {"format": "weizhan-plan", "version": 1}
    before = assumed.summary["coverage"][tier]["covered_buildings"]
    now = browser_answer(browser, nothing, found.scenario)[tier]["all"]["covered"]
    assert now == found.summary["coverage"][tier]["covered_buildings"] != before
