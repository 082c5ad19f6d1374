"""What a town offers: only what there is a reason for, at the prices of the rules, each a plan."""

import datetime as dt

import pandas as pd
import pytest
import shapely

from weizhan.coverage.assessment import assess
from weizhan.coverage.measures import offered_measures
from weizhan.coverage.siting.candidates import host_candidates
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.plan import merged, plan_problems
from weizhan.geo.town import load_town

DAY = dt.date(2026, 11, 25)


@pytest.fixture
def town(make_town, tmp_path):
    """A wide street (W), a narrow one (N), steps (T); a hazard at B0, water far away."""
    make_town(
        buildings=[
            {"geometry": shapely.box(x, 5, x + 10, 15), "building_id": f"B{x}", "floors": 1,
             "use": "self_built" if x else "community_service", "people_night": 5,
             "people_day": 2}
            for x in (0, 200, 400, 600)
        ],
        lanes=[
            {"geometry": shapely.LineString([(-10, 0), (250, 0)]), "lane_id": "W",
             "lane_class": "residential", "width_m": 6},
            {"geometry": shapely.LineString([(250, 0), (450, 0)]), "lane_id": "N",
             "lane_class": "alley", "width_m": 2, "name": "云源巷"},
            {"geometry": shapely.LineString([(450, 0), (650, 0)]), "lane_id": "T",
             "lane_class": "steps"},
        ],
        barriers=[
            {"geometry": shapely.Point(100, 0), "barrier_id": "G1", "kind": "gate",
             "open_hours": "06:00-22:00", "name": "东门"},
            {"geometry": shapely.Point(150, 0), "barrier_id": "G2", "kind": "gate"},
            {"geometry": shapely.Point(300, 0), "barrier_id": "G3", "kind": "lift_gate",
             "access": "motor_vehicle=no"},
        ],
        stations=[
            {"geometry": shapely.Point(0, 3), "station_id": "S1", "tier": "micro_station",
             "vehicle": "foot", "crew_night": 0, "crew_day": 6},
            {"geometry": shapely.Point(9, 3), "station_id": "S2", "tier": "town_brigade",
             "vehicle": "fire_engine"},
        ],
        lane_reports=[
            {"geometry": shapely.Point(20, 0), "report_id": "R1", "state": "blocked",
             "observed_on": "2026-11-20"},
            {"geometry": shapely.Point(300, 0), "report_id": "R2", "state": "blocked",
             "observed_on": "2026-01-20", "expires_on": "2026-02-01"},
        ],
        water=[{"geometry": shapely.Point(-9, 0), "water_id": "XH001", "kind": "hydrant",
                "state": "good"}],
    )  # fmt: skip
    folder = tmp_path / "town1"
    rows = {"编号": ["K1", "K2"], "建筑编号": ["B0", "B0"], "隐患类别": ["H2", "H2"],
            "状态": "已发现", "发现日期": "2026-10-01", "整改经费": [700, None]}  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "隐患.csv", index=False)
    import_ledger(folder, LedgerFile(folder / "隐患.csv", "hazards", as_of=DAY))
    return load_town(folder)


def test_a_town_offers_what_there_is_a_reason_for(town):
    risk = assess(town, date=DAY.isoformat(), draws=2).risk
    found = offered_measures(town, host_candidates(town), risk, DAY)
    by_id = {one.measure_id: one for one in found}
    assert list(by_id) == sorted(by_id)
    told = {i for i, one in by_id.items() if one.kind not in ("station", "hydrant")}
    homes = ("B200", "B400", "B600")  # the committee is an office, which no detector serves
    assert told == {
        "night_crew:S1", "e_bike:S1", "lane_open:N", "lane_open:W", "no_parking:W",
        "key_box:G1", "gate_hours:G1", "key_box:G3", "ramp:T", "mending:B0:H2",
        *(f"{kind}:{b}" for kind in ("smoke_detector", "rcd") for b in homes),
        *(f"inspection:{b}" for b in ("B0", *homes)),
    }  # fmt: skip
    assert by_id["key_box:G1"].excludes == ("gate_hours:G1",)
    assert by_id["gate_hours:G1"].excludes == ("key_box:G1",)
    assert by_id["key_box:G3"].excludes == ()
    assert (by_id["lane_open:N"].name, by_id["key_box:G1"].name) == ("云源巷", "东门")
    # 20,000 yuan and 1,500 for each of 200 m; a case of 700 yuan, and one that names no cost.
    assert by_id["lane_open:N"].cost_yuan == 20_000 + 200 * 1_500
    assert by_id["mending:B0:H2"].cost_yuan == 700 + 3_000
    assert by_id["smoke_detector:B200"].cost_yuan == 2 * 100  # five people are two households
    stations = [one for one in found if one.kind == "station"]
    assert stations and {one.upkeep_yuan for one in stations} <= {5_000, 10_000, 20_000, 30_000}
    hydrants = [one.target for one in found if one.kind == "hydrant"]
    assert "XH001" not in hydrants and "XH-001" in hydrants
    assert all(plan_problems(town, one.plan) == [] for one in found)
    assert plan_problems(town, merged(o.plan for o in found if o.kind != "gate_hours")) == []


def test_without_risk_or_candidates_nothing_is_offered_that_needs_them(town):
    found = offered_measures(town, None, None, DAY)
    kinds = {str(one.kind) for one in found}
    assert kinds == {"night_crew", "e_bike", "lane_open", "no_parking", "key_box", "gate_hours",
                     "ramp", "hydrant", "mending"}  # fmt: skip
    only = offered_measures(town, None, None, DAY, kinds=("ramp",), scenarios=())
    assert [one.measure_id for one in only] == ["ramp:T"]
