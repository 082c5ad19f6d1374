"""A plan file gets one verdict, from the command line and from the planner's page."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import json
import random
from pathlib import Path

import pandas as pd
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.what_if import moments
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers import has
from weizhan.geo.plan import plan_problems, read_plan
from weizhan.geo.plan_buildings import open_hazards
from weizhan.geo.plan_lanes import locks_at_all
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import WeizhanError
from weizhan.maps.page.planner import planner_page

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "plans"
DAY = dt.date(2026, 9, 30)
VERDICTS = """return arguments[0].map((text) => {
  const { problems } = planner.read(text, content.town);
  const said = (problems || []).map(([key, values]) => tell(key, values)).join("; ");
  return said.replace(/[\\ud800-\\udfff]/g, "?");
})"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "town"
    make_demo(folder, size="village", seed=1)
    town = load_town(folder)
    ledgers = town.ledgers  # one building with a hazard on its checklist
    listed = pd.Series([1.0] + [0.0] * (len(town.buildings) - 1))
    premises = ledgers.premises.reindex(listed.index).assign(**{has("H2"): listed})
    return dataclasses.replace(town, ledgers=dataclasses.replace(ledgers, premises=premises))


@pytest.fixture(scope="module")
def page(town):
    return planner_page(town, assess(town, date=DAY.isoformat(), draws=2), moments(town, day=DAY))


def python_takes(town, text, folder):
    file = folder / "x.plan.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        plan = read_plan(file)
    except WeizhanError:
        return False
    return not plan_problems(town, plan)


def whole_plan(town):
    """A plan with every part, which the town takes."""
    place = town.buildings.geometry.representative_point().to_crs(4326).iloc[0]
    at = {"lon": round(place.x, 7), "lat": round(place.y, 7)}
    stations, lanes = town.stations["station_id"], town.lanes
    steps = lanes.loc[lanes["lane_class"] == "steps", "lane_id"].tolist()
    gates = town.barriers.loc[locks_at_all(town.barriers), "barrier_id"].tolist()
    building, code = min(open_hazards(town))
    home = town.buildings.loc[town.buildings["use"] == "residential", "building_id"].iloc[0]
    other = lanes.loc[lanes["lane_class"] != "steps", "drawn_lane_id"].drop_duplicates().tolist()
    return {
        "format": "weizhan-plan",
        "version": 1,
        "town": town.name,
        "scenario": next(iter(town.scenarios)),
        "note": "第一稿",
        "stations": {
            "add": [{"station_id": "P1", "name": None, **at, "tier": "micro_station",
                     "host_type": "key_unit", "vehicle": "e_bike", "crew_day": 3,
                     "crew_night": None, "turnout_s": 47.5}],
            "move": [{"station_id": stations.iloc[0], **at}],
            "remove": [stations.iloc[1]],
            "equip": [{"station_id": stations.iloc[0], "crew_night": 2}],
        },
        "lanes": {"close": other[:1], "open": other[2:3], "clear": other[4:5], "ramp": steps[:1]},
        "gates": {"key_box": gates[:1], "open": []},
        "hydrants": {"add": [{"water_id": "H-new", **at}]},
        "devices": [{"building_id": home, "device": "smoke_detector"}],
        "mended": [{"building_id": building, "code": code}],
        "inspected": [building],
        "standard_s": {"micro": 150},
    }  # fmt: skip


def places(said, path=()):
    """Every place in a plan: keys of objects and entries of lists, one after another."""
    entries = said.items() if isinstance(said, dict) else enumerate(said)
    for key, value in entries:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


VALUES = (
    None, True, False, 0, -1, 1, 1.5, 3.0, 84, 84.001, -80, 500, 501, 3600, 3601, 36_000, 36_001,
    1e-9, -1000, 1e12, 10**30, "", "180", "abc", " 5 ", "x" * 200, "x" * 201, "\U00020000" * 200,
    "micro_station", "constructor", "__proto__", "foot", [], [None], {}, [[]], {"a": 1}, ["P1"],
    "\ud800", "L1", "P1", "rcd", "H2",
)  # fmt: skip
NAMES = ("__proto__", "constructor", "toString", "x", "name", "station_id", "length", "micro")


def spoilt(said, seed):
    """The plan with one thing changed, taken away, added, doubled or swapped."""
    rng = random.Random(seed)
    plan = copy.deepcopy(said)
    for _ in range(rng.choice((1, 1, 2))):
        *way, key = rng.choice(list(places(plan)))
        there = plan
        for part in way:
            there = there[part]
        deed = rng.choice(("set", "set", "set", "remove", "add", "double", "other"))
        if deed == "set":
            there[key] = rng.choice(VALUES)
        elif deed == "remove":
            del there[key]
        elif deed == "add" and isinstance(there, dict):
            there[rng.choice(NAMES)] = rng.choice(VALUES)
        elif isinstance(there, list):
            there.append(copy.deepcopy(there[key]))
        else:  # the value of another place, often of the right type
            *far, last = rng.choice(list(places(plan)))
            value = plan
            for part in (*far, last):
                value = value[part]
            there[key] = copy.deepcopy(value)
    return plan


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not beside this checkout")
def test_case_files_get_the_verdict_of_python(browser, page, town, tmp_path):
    texts = {p.name: p.read_text(encoding="utf-8") for p in CASES.glob("*.json")}
    assert len(texts) > 10
    expected = {name: python_takes(town, text, tmp_path) for name, text in texts.items()}
    browser.open(page)
    said = dict(zip(texts, browser.run(VERDICTS, list(texts.values())), strict=True))
    assert {name: not why for name, why in said.items()} == expected
    assert "turnout_s 不能是 -1000" in said["neg_turnout.plan.json"]


def test_spoilt_plans_get_the_verdict_of_python(browser, page, town, tmp_path):
    whole = whole_plan(town)
    assert python_takes(town, json.dumps(whole), tmp_path)
    edges = [
        "{}", "5", "\ufeff" + json.dumps(whole), "\ufeff\ufeff" + json.dumps(whole), "[" * 5000,
        json.dumps(whole).replace("150", "NaN"), json.dumps(whole).replace("150", "1e999"),
        json.dumps(whole).replace("150", "9" * 5000),
        json.dumps(whole).replace('"version": 1', '"version": true'),
        json.dumps(whole).replace('"version": 1', '"version": 1.0'),
        json.dumps(whole).replace('"version": 1', '"version": 1, "version": 2'),
    ]  # fmt: skip
    texts = [json.dumps(whole), *edges, *(json.dumps(spoilt(whole, seed)) for seed in range(500))]
    expected = [python_takes(town, text, tmp_path) for text in texts]
    assert 30 < sum(expected) < 400  # neither all nor none
    browser.open(page)
    said = browser.run(VERDICTS, texts)
    differing = [
        (text, why) for text, why, takes in zip(texts, said, expected, strict=True)
        if takes != (not why)
    ]  # fmt: skip
    assert not differing, (len(differing), differing[:2])
