"""A number that is told as a range widens what follows from it, and no more than that."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.risk.inputs import risk_inputs
from weizhan.geo.founding import Founding, found_town
from weizhan.geo.town import load_town

LON, LAT, DAY = 106.48, 29.48, "2026-11-01"


@pytest.fixture
def town(tmp_path):
    """A street with a station at its first house and a second house 300 m on."""

    def make(*, turnout="60", people=("3", "3"), reports=None, width="6", vehicle="foot"):
        corners = [(0, 0), (5e-5, 5e-5), (0, 1e-4), (-5e-5, 5e-5)]
        houses = [
            shapely.Polygon([(LON + x + dx, LAT + dy) for dx, dy in corners]) for x in (0, 3e-3)
        ]
        layers = {
            "buildings": gpd.GeoDataFrame(
                {"building_id": ["A", "B"], "use": "self_built", "people_night": list(people)},
                geometry=houses, crs=4326,
            ),
            "lanes": gpd.GeoDataFrame(
                {"lane_id": ["L"], "lane_class": ["residential"], "width_m": [width]},
                geometry=[shapely.LineString([(LON - 1e-3, LAT), (LON + 4e-3, LAT)])], crs=4326,
            ),
            "stations": gpd.GeoDataFrame(
                {"station_id": ["S"], "tier": ["micro_station"], "vehicle": [vehicle],
                 "turnout_s": [turnout], "crew_day": ["3"], "crew_night": ["3"]},
                geometry=[shapely.Point(LON, LAT)], crs=4326,
            ),
        }  # fmt: skip
        if reports:
            layers["lane_reports"] = gpd.GeoDataFrame(
                {"report_id": ["R"], "observed_on": [DAY], **{k: [v] for k, v in reports.items()}},
                geometry=[shapely.Point(LON + 1e-3, LAT)], crs=4326,
            )  # fmt: skip
        folder = tmp_path / f"t{len(list(tmp_path.iterdir()))}"
        found_town(folder, Founding(layers), name="镇", origin="test")
        return load_town(folder)

    return make


@pytest.mark.parametrize(
    ("said", "low", "typical", "high"),
    [("60", 60, 60, 60), ("30-90秒", 30, 60, 90), ("1分钟", 60, 60, 60), ("约100秒", 90, 100, 110)],
)
def test_turnout_told_as_a_range(town, said, low, typical, high):
    found = assess(town(turnout=said), date=DAY, draws=2).buildings.set_index("building_id")
    at_the_door = found.loc["A"]
    assert at_the_door[c.response_time("micro")] == pytest.approx(typical, abs=0.05)
    assert at_the_door[c.response_time_low("micro")] == pytest.approx(low, abs=0.05)
    assert at_the_door[c.response_time_high("micro")] == pytest.approx(high, abs=0.05)


def test_an_open_end_of_turnout_reaches_as_far_as_the_rules_assume(town):
    at_least = town(turnout="至少50秒")
    rule = at_least.rules.tier["micro"].turnout_s
    found = assess(at_least, date=DAY, draws=2).buildings.set_index("building_id").loc["A"]
    assert found[c.response_time_low("micro")] == pytest.approx(50, abs=0.05)
    high = max(50.0, rule.at_most)
    assert found[c.response_time_high("micro")] == pytest.approx(high, abs=0.05)


def test_the_width_that_a_van_leaves_told_as_a_range(town):
    exact, ranged = (
        assess(
            town(reports={"state": "narrowed", "remaining_width_m": said}), date=DAY, draws=2
        ).lanes.iloc[0]
        for said in ("2", "1-3米")
    )
    assert exact["remaining_width_m"] == ranged["remaining_width_m"] == 2
    assert (ranged["remaining_width_m_low"], ranged["remaining_width_m_high"]) == (1, 3)
    assert "remaining_width_m_low" not in exact.index


def test_people_told_as_a_range_widen_the_harm(town):
    exact = assess(town(people=("20", "20")), date=DAY, draws=2, scenario="night")
    ranged = assess(town(people=("2-38", "20")), date=DAY, draws=2, scenario="night")
    inputs = risk_inputs(
        town(people=("2-38", ">20")), ranged.buildings, is_day=False, day=dt.date(2026, 11, 1)
    )
    assert inputs.residents_low[0] == 2
    assert inputs.residents_high[0] == 38

    def spread(found, at):
        row = found.buildings.iloc[at]
        return np.log(row[c.high(c.SEVERITY_INDEX)] / row[c.low(c.SEVERITY_INDEX)])

    assert spread(ranged, 0) > spread(exact, 0) * 1.02
    assert spread(ranged, 1) == pytest.approx(spread(exact, 1))


@pytest.mark.parametrize(
    ("said", "sure", "rides"),
    [
        ("1.5", True, (True, True, True)),
        ("0.5-2米", False, (False, True, True)),  # an e-bike needs more than the least of it
        ("0.3-0.5米", True, (False, False, False)),
        ("约1.5米", True, (True, True, True)),
    ],
)
def test_the_width_of_a_lane_told_as_a_range(town, said, sure, rides):
    street = town(width=said, vehicle="e_bike")
    need = street.rules.vehicle["e_bike"].width_m.value
    assert 0.5 < need < 1.25
    found = assess(street, date=DAY, draws=2)
    lane = found.lanes.iloc[0]
    assert lane["width_m"] == pytest.approx({"0.5-2米": 1.25, "0.3-0.5米": 0.4}.get(said, 1.5))
    assert bool(lane[c.lane_limit_certain("e_bike")]) is sure
    times = [
        found.buildings.set_index("building_id").loc["B", name("micro")]
        for name in (c.response_time_high, c.response_time, c.response_time_low)
    ]
    foot = [60 + 290 / speed for speed in (1.8, 2.5, 3.0)]
    for seconds, on_foot, riding in zip(times, foot, rides, strict=True):
        assert (seconds < on_foot * 0.9) == riding
