"""Device gaps, sheds, clusters and shrunk rates, by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.risk.communities import community_fires
from weizhan.coverage.risk.devices import device_gaps
from weizhan.coverage.risk.draws import logs_of
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import typical_numbers
from weizhan.coverage.risk.sheds import shed_distance, shed_gap
from weizhan.geo.ground.separation import close_pairs, clusters, neighbours

from ..risk_towns import ALL_YEAR, CLASSES, RULES, inputs, with_hazards

CRS = "EPSG:32648"


def gaps(told, harm):
    typical = typical_numbers(RULES.risk)
    given = donors(told, RULES.risk, is_day=False)
    return device_gaps(told, given, typical, RULES, ALL_YEAR, logs_of, np.asarray(harm))


def at(name):
    return np.array([CLASSES.index(name)])


def test_each_device_takes_away_its_share_of_the_harm_where_it_serves():
    home = gaps(inputs(residents=np.array([26.0])), [1.0])
    assert home[c.device_gain("smoke_detector")][0] == pytest.approx(0.55 * 0.82)
    assert home[c.device_gain("rcd")][0] == pytest.approx(0.31 * 0.4)
    assert home[c.device_lacking("smoke_detector")][0] == 10  # households of 2.6
    assert home[c.device_pieces("smoke_detector")][0] == 10
    assert (home[c.DEVICE_GAP][0], home[c.DEVICE_UNIT][0]) == ("smoke_detector", "household")
    assert home[c.DEVICE_HOUSEHOLDS][0] == 10
    for kind in ("simple_sprinkler", "electrical_monitoring", "remote_monitoring"):
        assert home[c.device_gain(kind)][0] == home[c.device_pieces(kind)][0] == 0


def test_a_hospital_wants_monitoring_and_never_one_simple_sprinkler():
    ward = inputs(kind=at("medical"), footprint_m2=np.array([2000.0]), floors=np.array([6.0]))
    found = gaps(ward, [1.0])
    for kind in ("smoke_detector", "simple_sprinkler", "rcd"):
        assert found[c.device_gain(kind)][0] == found[c.device_lacking(kind)][0] == 0
    assert found[c.device_gain("electrical_monitoring")][0] == pytest.approx(0.31 * 0.3)
    assert found[c.device_pieces("electrical_monitoring")][0] == 24  # of 12,000 m2, one of 500
    assert found[c.device_gain("remote_monitoring")][0] == pytest.approx(0.1)
    assert found[c.device_pieces("remote_monitoring")][0] == 1


def test_let_rooms_are_counted_by_rooms_then_beds_then_people():
    house = {
        "kind": np.repeat(at("group_rental"), 4),
        "residents": np.full(4, 9.0),
        "footprint_m2": np.full(4, 100.0),
        "floors": np.full(4, 3.0),
    }
    found = gaps(
        inputs(
            4,
            **house,
            rooms=np.array([14.0, np.nan, np.nan, np.nan]),
            sleepers=np.array([40.0, 40, np.nan, np.nan]),
            sprinkler=np.array([0.0, 0, 0, 1]),
        ),
        np.ones(4),
    )
    assert found[c.DEVICE_UNIT].tolist() == ["room"] * 4
    assert found[c.device_lacking("smoke_detector")].tolist() == [14, 20, 5, 5]
    assert found[c.device_pieces("simple_sprinkler")].tolist() == [25, 25, 25, 0]  # 300 m2 / 12
    big = gaps(
        inputs(kind=at("group_rental"), footprint_m2=np.array([400.0]), floors=np.array([3.0])),
        [1.0],
    )
    assert big[c.device_gain("simple_sprinkler")][0] == 0  # 1,200 m2 need a system proper


def test_what_is_there_cannot_be_added_again_and_half_there_by_half():
    told = inputs(2, detector=np.array([1.0, 0.5]), rcd=np.array([1.0, 1.0]),
                  residents=np.full(2, 26.0))  # fmt: skip
    found = gaps(told, [1.0, 1.0])
    assert found[c.DEVICE_GAP].tolist() == [None, "smoke_detector"]
    m = 0.55 * 0.82
    assert found[c.DEVICE_GAIN][1] == pytest.approx(1 - (1 - m) / (1 - m / 2))
    assert found[c.DEVICE_HOUSEHOLDS].tolist() == [0, 5]


def test_no_device_takes_away_more_than_the_cap_leaves():
    """All other means together leave 0.191 of the harm, a sprinkler half of that; 0.15 stay."""
    rest = {name: np.ones(1) for name in ("detector", "systems", "remote", "crew", "water")}
    found = gaps(inputs(kind=at("small_premises"), **rest), [1.0])
    left = (1 - 0.55 * 0.82) * 0.7 * 0.9 * 0.65 * 0.85
    assert found[c.device_gain("simple_sprinkler")][0] == pytest.approx(1 - 0.15 / left, rel=1e-5)


def test_where_systems_are_switched_off_a_detector_gains_nothing():
    found = gaps(inputs(hazards=with_hazards("W4")), [1.0])
    assert found[c.device_gain("smoke_detector")][0] == 0


def test_a_device_on_wiring_that_is_monitored_prevents_what_is_left():
    found = gaps(inputs(kind=at("shop"), monitor=np.ones(1)), [1.0])
    before, after = 1 - 0.31 * 0.3, 1 - 0.31 * (1 - 0.7 * 0.6)
    assert found[c.device_gain("rcd")][0] == pytest.approx(1 - after / before)
    assert found[c.device_gain("electrical_monitoring")][0] == 0


def squares(*corners, side=10.0):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners])


def test_gaps_between_walls_make_neighbours_and_clusters():
    row = squares((0, 0), (15, 0), (31, 0), (100, 0))  # gaps of 5, 6 and 59 metres
    assert [list(pair) for pair in zip(*close_pairs(row, within_m=6), strict=True)] == [
        [0, 1], [1, 2],
    ]  # fmt: skip
    assert neighbours(row, within_m=5.5).tolist() == [1, 1, 0, 0]
    assert clusters(row, within_m=6, least=3).tolist() == [1, 1, 1, 0]
    assert clusters(row, within_m=6, least=4).tolist() == [0, 0, 0, 0]
    assert clusters(row[:0], within_m=6, least=1).tolist() == []


def test_households_beyond_a_shed_and_a_town_without_sheds():
    homes = squares((0, 0), (300, 0))
    away = shed_distance(homes, np.array([shapely.Point(60, 5), None]))
    assert away.tolist() == [50, 240]
    assert shed_gap(away, np.array([7.0, 9.0]), within_m=100).tolist() == [0, 9]
    assert shed_gap(away, np.array([7.0, 9.0]), within_m=240).tolist() == [0, 0]
    unknown = shed_distance(homes, np.array([], dtype=object))
    assert np.isnan(shed_gap(unknown, np.array([7.0, 9.0]), within_m=100)).all()


def test_few_fires_of_a_community_are_not_told_and_few_of_a_town_give_no_ratio():
    buildings = pd.DataFrame({"building_id": list("ABC"), "community_id": ["1", "1", "2"],
                              "use": ["residential", None, "factory"],
                              c.FIRES_INDEX: [0.1, 0.1, 0.2]})  # fmt: skip
    places = pd.DataFrame({"community_id": ["1", "2"]})
    day = pd.Timestamp("2026-01-01").date()

    def fires(*at):
        when = pd.to_datetime(["2025-06-01"] * len(at))
        return pd.DataFrame({"building_id": list(at), "started_at": when})

    told = community_fires(fires(*"AAABBBC"), buildings, places, day=day, rules=RULES.risk)
    assert told[c.PAST_FIRES].tolist()[0] == 6 and np.isnan(told[c.PAST_FIRES][1])
    assert told["fire_ratio"].notna().all()
    none = community_fires(fires(*"AB"), buildings, places, day=day, rules=RULES.risk)
    assert none["fire_ratio"].isna().all()
