"""Recorded arrivals as evidence, and predictions held against them, on a street done by hand."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.reach.arrival_records import arrival_records
from weizhan.coverage.reach.observed import (
    _roads,
    _station_of,
    crew_seconds,
    first_station,
    observed_speeds,
    speed_evidence,
)
from weizhan.coverage.reach.path_seconds import CLASSES
from weizhan.coverage.reach.validation import score, validate
from weizhan.geo.ledgers.arrivals import no_arrivals
from weizhan.maps.reports.validation_page import validation_page, validation_verdict

from ..streets import house, lanes, station

NOON = pd.Timestamp("2026-09-09 12:00")  # a Wednesday, at no rush hour
RUSH = pd.Timestamp("2026-09-09 08:00")
FIRE = {"incident_id": None, "started_at": NOON, "arrived_at": None, "called_at": None,
        "first_station": None, "building_id": None}  # fmt: skip


def engine(x=0, **more):
    return station(x, tier="official_station", vehicle="fire_engine", turnout_s=60, **more)


def with_fires(town, *fires):
    """Lay fires into the ledger: what a fire does not tell is missing."""
    rows = [{**FIRE, "key": f"F{k}", **fire} for k, fire in enumerate(fires)]
    table = {name: None for name in town.ledgers.incidents.columns}
    frame = pd.DataFrame([{**table, **row} for row in rows])
    for name in ("started_at", "arrived_at", "called_at"):
        frame[name] = pd.to_datetime(frame[name])
    return dataclasses.replace(town, ledgers=dataclasses.replace(town.ledgers, incidents=frame))


def ids(town):
    order = town.buildings.geometry.centroid.x.argsort()
    return town.buildings["building_id"].iloc[order].tolist()


def after(seconds, since=NOON):
    return since + pd.Timedelta(seconds=float(seconds))


def test_each_record_counts_once_or_is_left_out_with_its_reason(street):
    town = street(houses=[house(300)], stations=[engine(name="北站")])
    (home,) = ids(town)
    midnight = NOON.normalize()
    fires = [
        {"building_id": home, "arrived_at": after(200)},
        {"building_id": home, "arrived_at": after(200), "first_station": "北站"},
        {"building_id": home, "arrived_at": after(200), "first_station": "S1"},
        {"building_id": home, "arrived_at": after(290), "called_at": after(90)},
        {"building_id": home, "arrived_at": midnight},
        {"building_id": home, "started_at": midnight, "arrived_at": after(200)},
        {"building_id": home, "arrived_at": after(-30)},
        {"building_id": home, "arrived_at": after(3601)},
        {"building_id": home, "arrived_at": after(200), "first_station": "没有的站"},
        {"building_id": "nowhere", "arrived_at": after(200)},
        {"building_id": home},
    ]
    records = arrival_records(with_fires(town, *fires))
    assert records.table["arrival_id"].tolist() == ["F0", "F1", "F2", "F3"]
    assert records.table["seconds"].tolist() == [200, 200, 200, 200]
    assert records.table["station"].tolist() == [-1, 0, 0, 0 - 1]
    assert records.left_out == {"no_clock": 2, "not_after": 1, "too_long": 1,
                                "unknown_station": 1, "no_place": 1}  # fmt: skip


def test_a_fire_that_is_in_the_file_of_arrivals_too_counts_once(street):
    town = street(houses=[house(300), house(600)], stations=[engine()])
    near, far = ids(town)
    seen = pd.DataFrame({"arrival_id": ["A1", "F2"], "building_id": [near, far],
                         "seconds": [150.0, 180.0], "time": [after(150), pd.NaT]})  # fmt: skip
    town = dataclasses.replace(town, arrivals=pd.concat([no_arrivals(), seen], ignore_index=True))
    fires = [
        {"building_id": near, "arrived_at": after(150)},  # within half an hour of A1
        {"building_id": near, "started_at": RUSH, "arrived_at": after(150, RUSH)},
        {"building_id": far, "arrived_at": after(180)},  # F2 by its id
    ]
    records = arrival_records(with_fires(town, *fires))
    assert records.table["arrival_id"].tolist() == ["A1", "F2", "F1"]
    assert records.left_out == {"twice": 2}
    assert records.table["band"].tolist() == ["day", "", "peak"]


def test_the_first_engine_is_meant_where_no_station_is_named_and_micro_stations_are_not(street):
    on = lanes(0, 1000, lane_class="secondary")
    stations = [station(300), engine(0), engine(1000)]
    town = street(houses=[house(300), house(900)], stations=stations, lanes=on)
    near, far = ids(town)
    town = with_fires(town, *({"building_id": b, "arrived_at": after(120)} for b in (near, far)))
    records = arrival_records(town)
    seconds = crew_seconds(town, records)
    found = dict(zip(town.stations.geometry.x.round(-1).rank(), seconds, strict=True))
    assert found[2.0] == pytest.approx([60, 60 + 600 / 2.5], abs=0.02)
    assert found[1.0] == pytest.approx([60 + 300 / 6.1, 60 + 900 / 6.1], abs=0.02)
    assert found[3.0] == pytest.approx([60 + 700 / 6.1, 60 + 100 / 6.1], abs=0.02)
    evidence = speed_evidence(town, records)
    column = evidence.seconds[:, [CLASSES.index("secondary")]].toarray().ravel()
    assert column == pytest.approx([300 / 6.1, 100 / 6.1], abs=0.02)
    assert evidence.observations["travel_s"].tolist() == [60, 60]


@pytest.mark.parametrize("seed", range(3))
def test_who_is_first_is_found_without_the_times_of_all(street, seed):
    """One search from all stations tells the same as their times set side by side."""
    rng = np.random.default_rng(seed)
    stations = [{**engine(x), "turnout_s": t} for x, t in rng.integers(0, 200, (5, 2)) * [10, 1]]
    town = street(
        houses=[house(int(x)) for x in rng.integers(1, 200, 12) * 10],
        stations=[*stations, station(1000)],
        lanes=lanes(0, 2000, lane_class="secondary"),
    )
    fires = [{"building_id": b, "arrived_at": after(300, (NOON, RUSH)[k % 2]),
              "first_station": "S2" if k % 4 == 0 else None}
             for k, b in enumerate(ids(town))]  # fmt: skip
    records = arrival_records(with_fires(town, *fires))
    seconds = crew_seconds(town, records)
    expected = first_station(town, records, seconds)
    assert (expected >= 0).all()
    rows = np.arange(len(expected))
    hours = _roads(town, records)
    found = _station_of(town, records, hours)
    assert seconds[found, rows].tolist() == seconds[expected, rows].tolist()
    assert found.tolist() == expected.tolist()


def test_what_is_walked_after_the_engine_is_left_is_no_evidence_of_speed(street):
    on = [
        {"geometry": shapely.LineString([(0, 0), (600, 0)]), "lane_class": "secondary",
         "width_m": 6},
        {"geometry": shapely.LineString([(600, 0), (1000, 0)]), "lane_class": "alley",
         "width_m": 2},
    ]  # fmt: skip
    town = street(houses=[house(650), house(990)], stations=[engine()], lanes=on)
    near, far = ids(town)
    town = with_fires(town, *({"building_id": b, "arrived_at": after(400)} for b in (near, far)))
    evidence = speed_evidence(town, arrival_records(town))
    # 98 s driven, 10 s to leave the engine, 50 m on foot; the far house is mostly walked to.
    assert evidence.record.tolist() == [0]
    assert evidence.observations["travel_s"].tolist() == [
        pytest.approx(400 - 60 - 10 - 20, abs=0.02)
    ]
    assert evidence.seconds.sum() == pytest.approx(600 / 6.1, abs=0.02)


def test_a_record_of_the_rush_hour_is_no_sign_of_slow_lanes(street):
    """What is slow by the hour is not slow once more by the fit."""
    on = lanes(0, 1000, lane_class="secondary")
    places = [house(200 + 20 * k) for k in range(30)]
    town = street(houses=places, stations=[engine()], lanes=on)
    slower = town.rules.time_band["peak"].slowdown["secondary"].value
    metres = [200 + 20 * k for k in range(30)]
    fires = [
        {"building_id": b, "started_at": RUSH, "arrived_at": after(60 + slower * m / 6.1, RUSH)}
        for b, m in zip(ids(town), metres, strict=True)
    ]
    fit = observed_speeds(with_fires(town, *fires)).table.loc["secondary"]
    assert fit["fitted"]
    assert fit["factor"] == pytest.approx(1, abs=0.01)


def _quarter(street, houses=60):
    """A street of two communities whose brigade is known."""
    on = lanes(0, 1000, lane_class="secondary")
    halves = [
        {"geometry": shapely.box(500 * k - 50, -50, 550 * k + 450, 50), "name": f"社区{k}",
         "community_id": f"C{k}"}
        for k in range(2)
    ]  # fmt: skip
    metres = [100 + 900 * k / houses for k in range(houses)]
    town = street(houses=[house(m) for m in metres], stations=[engine()], lanes=on,
                  communities=halves)  # fmt: skip
    return town, metres


def _told(town, metres, factor, days=None):
    """Fires of which the engine comes `factor` times later than assumed, one a day."""
    fires = []
    for k, (home, m) in enumerate(zip(ids(town), metres, strict=True)):
        since = NOON - dt.timedelta(days=7 * int(k if days is None else days[k]))
        took = 60 + factor[k] * m / 6.1
        fires.append({"building_id": home, "started_at": since, "arrived_at": after(took, since)})
    return with_fires(town, *fires)


def test_a_town_like_its_prediction_is_told_to_be(street):
    town, metres = _quarter(street)
    found = validate(_told(town, metres, np.full(len(metres), 1.5)))
    assert (found.found, found.predicted) == (60, 60)
    both = found.scores.set_index("split")
    assert both["n"].to_dict() == {"later": 18, "elsewhere": 60}
    assert both["median_error"].abs().max() < 0.03  # the fit found that all take longer
    assert both["inside"].tolist() == [1, 1]
    said = "".join(validation_verdict(found, town))
    assert "只有 18 条，少于 20 条" in said
    assert "包住了 100% 的实测到场" in said
    assert "总体相符" in said


def test_what_changed_later_is_seen_by_the_later_records_only(street):
    town, metres = _quarter(street, houses=100)
    days = np.arange(100)[::-1]  # the fire at the first house is the oldest
    rng = np.random.default_rng(1)
    mixed = rng.permutation(100)
    factor = np.where(mixed < 70, 1.0, 4.0)  # the last 30 weeks crews need four times as long
    found = validate(_told(town, metres, factor, days=days[mixed]))
    later = found.scores.set_index("split").loc["later"]
    assert later["n"] == 30
    assert later["median_error"] < -0.4
    assert later["inside"] < 0.2
    said = validation_verdict(found, town)[1]
    assert "预测偏快" in said
    assert "范围偏窄" in said
    assert "后期记录" in said


@pytest.mark.parametrize(("which", "shift"), [(0, -40), (11, 600), (23, 1500)])
def test_no_record_is_predicted_from_itself(street, which, shift):
    """Another time at one fire changes no prediction of that fire."""
    town, metres = _quarter(street, houses=24)
    base = _told(town, metres, np.ones(len(metres)))
    fires = base.ledgers.incidents.copy()
    fires.loc[which, "arrived_at"] += pd.Timedelta(seconds=shift)
    changed = dataclasses.replace(base, ledgers=dataclasses.replace(base.ledgers, incidents=fires))
    one, two = (
        v.records[v.records["arrival_id"] == f"F{which}"].reset_index(drop=True)
        for v in (validate(base), validate(changed))
    )
    names = ["split", "predicted_s", "low_s", "high_s", "in_time_probability"]
    pd.testing.assert_frame_equal(one[names], two[names])


def test_scores_by_hand():
    table = pd.DataFrame({
        "predicted_s": [100.0, 200, 300, 400], "low_s": [80.0, 150, 200, 300],
        "high_s": [120.0, 250, np.nan, 390], "standard_s": 240.0,
        "in_time_probability": [1.0, 0.8, 0.2, 0.0],
    })  # fmt: skip
    told = score(np.array([110.0, 260, 900, 395]), table)
    assert told["n"] == 4
    assert told["observed_median_s"] == 327.5
    assert told["predicted_median_s"] == 250
    assert told["median_error"] == pytest.approx(250 / 327.5 - 1)
    assert told["mae_s"] == pytest.approx((10 + 60 + 600 + 5) / 4)
    assert told["inside"] == 0.5  # no way in the slow reading: any later time is inside
    assert (told["in_time_observed"], told["in_time_predicted"]) == (0.25, 0.5)
    assert told["inside_low"] == pytest.approx(0.1231, abs=1e-3)


def test_without_records_the_page_says_so_and_draws_nothing(street):
    town = street(houses=[house(300)], stations=[engine()])
    found = validate(town)
    assert (found.found, found.predicted, len(found.records)) == (0, 0, 0)
    page = validation_page(found, town)
    assert "没有可检验的到场记录" in page
    assert "<svg" not in page
    assert "no recorded arrivals" in validation_page(found, town, lang="en")


def test_the_page_shows_the_figures_and_no_address(street):
    town, metres = _quarter(street)
    found = validate(_told(town, metres, np.full(len(metres), 1.5)))
    page = validation_page(found, town)
    assert page.count("<circle") == 18
    assert page.count("<rect") == 60
    assert not any(str(name) in page for name in town.buildings["building_id"])
