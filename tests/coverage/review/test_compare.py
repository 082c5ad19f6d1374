"""Two periods of one tiny town: every change is found, named, and not made more of."""

import numpy as np
import pandas as pd

from weizhan.coverage import columns as c
from weizhan.coverage.review.comparison import WHOLE, compare
from weizhan.geo.snapshots import Snapshot
from weizhan.geo.words.periods import read_period
from weizhan.maps.reports.compare_page import compare_page


def period(name, *, stations=("S1",), lanes=None, hazards=(), bands="bb", rules=1.0,
           times=(100, 400), crew=3, people=(3.0, 5.0), fires=(0, 0)):  # fmt: skip
    lanes = lanes or {"L1": ("unknown", ""), "L2": ("unknown", "width")}
    buildings = pd.DataFrame(
        {
            "building_id": ["A", "B"], "name": None, "address": ["一号", "二号"],
            "community_id": ["1", "2"], "use": "residential", "floors": 3.0, "people": people,
            "people_day": people, "elders": np.nan,
            c.RISK_BAND: [{"b": "blue", "r": "red"}[x] for x in bands],
            c.HARM_INDEX: [{"b": 0.1, "r": 0.9}[x] for x in bands], c.FIRES_INDEX: 0.1,
            c.RISK_COMPLETENESS: 0.5, "fires_in_period": fires,
            "micro_cover": ["covered" if t <= 180 else "uncovered" for t in times],
            "micro_response_time_s": [float(t) for t in times],
        }
    )  # fmt: skip
    at = [k for k, *_ in hazards]
    table = pd.DataFrame(
        {"key": at, "state": [s for _, s, _ in hazards], "code": "H1",
         "building_id": [b for *_, b in hazards], "community": "东"}
    )  # fmt: skip
    ids = list(stations)
    station = pd.DataFrame(
        {"station_id": ids, "name": [f"{s}站" for s in ids], "community_id": "1",
         "tier": "micro_station", "crew_day": crew, "crew_night": 2, "vehicle": "e_bike",
         "turnout_s": np.nan}
    )  # fmt: skip
    lane = pd.DataFrame(
        {"lane_id": list(lanes), "name": None, c.STATE: [s for s, _ in lanes.values()],
         "fire_engine_limit": [limit for _, limit in lanes.values()]}
    )  # fmt: skip
    places = pd.DataFrame({"community_id": ["1", "2"], "name": ["东", "西"]})
    summary = {"town": "镇<b>", "simulated": True, "risk": {"calibrated": False}, "coverage": {}}
    return Snapshot(
        name, read_period(name).last, summary, {"tier": {"micro": {"value": rules, "source": "x"}}},
        {"buildings": buildings, "hazards": table, "stations": station, "lanes": lane,
         "communities": places},
    )  # fmt: skip


def causes(one, other):
    found = compare(one, other, tiers=("micro",))
    return found, [tuple(row) for row in found.causes[["cause", "subject"]].to_numpy()]


def test_nothing_changed_is_told_as_nothing():
    found, told = causes(period("2026Q2"), period("2026Q3"))
    assert told == [] and found.buildings.empty and found.same_rules
    assert not found.communities[["open_hazards_small", "fires_small"]].to_numpy().any()


def test_stations_lanes_hazards_and_rules_are_each_named():
    before = period("2026Q2", hazards=[("K1", "found", "A"), ("K2", "closed", "B")],
                    lanes={"L1": ("blocked", "blockage"), "L2": ("unknown", "width"),
                           "L3": ("blocked", "blockage")})  # fmt: skip
    after = period(
        "2026Q3", stations=("S1", "S2"), crew=4, rules=2.0,
        hazards=[("K1", "closed", "A"), ("K2", "reopened", "B"), ("K3", "assigned", "B")],
        lanes={"L1": ("clear", ""), "L2": ("unknown", ""), "L3": ("unknown", "")},
    )  # fmt: skip
    found, told = causes(before, after)
    assert told == [
        ("station_new", "S2"), ("station_crew_day", "S1"), ("lane_cleared", "L1"),
        ("lane_opened", "L2"), ("lane_lapsed", "L3"), ("hazard_reopened", "K2"),
        ("hazard_new", "K3"), ("hazard_closed", "K1"), ("rule", "tier.micro.value"),
    ]  # fmt: skip
    assert not found.same_rules
    page = compare_page(before, after, found, tiers=("micro",))
    assert "S2站" in page and "反弹的隐患" in page and "镇&lt;b&gt;" in page
    assert "两期的规则不同" in page and "未校准" in page


def test_a_building_that_changed_is_told_with_its_cause():
    before = period("2026Q2", bands="bb", times=(100, 400))
    hazard = period("2026Q3", bands="rb", hazards=[("K1", "found", "A")])
    faster = period("2026Q3", bands="bb", times=(100, 150))
    people = period("2026Q3", bands="br", people=(3.0, 50.0))
    rules = period("2026Q3", bands="br", rules=3.0)
    for after, building, why in ((hazard, "A", "hazards"), (faster, "B", "response"),
                                 (people, "B", "data"), (rules, "B", "rules")):  # fmt: skip
        found, _ = causes(before, after)
        assert found.buildings[["building_id", "why"]].to_numpy().tolist() == [[building, why]]


def test_communities_carry_both_figures_and_warn_of_small_numbers():
    few = [(f"K{k}", "found", "A") for k in range(3)]
    many = [(f"M{k}", "found", "A") for k in range(60)]
    found, _ = causes(period("2026Q2", fires=(1, 0)), period("2026Q3", hazards=few, fires=(3, 0)))
    table = found.communities.set_index("community")
    assert table.index.tolist() == ["东", "西", None]
    assert table.loc["东", ["open_hazards_before", "open_hazards_after"]].tolist() == [0, 3]
    assert table.loc["东", "open_hazards_small"] and table.loc["东", "fires_small"]
    assert not table.loc["西", "fires_small"]
    found, _ = causes(period("2026Q2"), period("2026Q3", hazards=many))
    assert not found.communities.set_index("community").loc["东", "open_hazards_small"]
    assert found.communities.set_index("community_id").loc[WHOLE, "micro_late_buildings_after"] == 1
