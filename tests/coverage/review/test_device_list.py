"""The roll-out list: what serves the use, by pieces, and the buildings that the plans name."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.review.lists import device_table, device_targets
from weizhan.coverage.risk import DEVICES
from weizhan.geo.rules.rule_set import load_rules

RULES = load_rules()
USES = ("residential", "residential", "commercial_complex", "super_tall", "office", "office")


def buildings():
    count = len(USES)
    table = {
        "building_id": [f"B{at}" for at in range(count)], "use": USES,
        "floors": [9.0, 12, 5, 40, 8, 9], "height_m": np.nan, "name": None, "address": None,
        "community": None, c.RISK_BAND: "red", c.HARM_INDEX: 1.0, c.DEVICE_UNIT: "household",
    }  # fmt: skip
    for kind in DEVICES:
        table |= {c.device_gain(kind): 0.0, c.device_lacking(kind): 0.0, c.device_pieces(kind): 0.0}
    frame = gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 9, 9)] * count, crs="EPSG:32648")

    def lacks(row, kind, units, pieces, gain):
        frame.loc[row, [c.device_lacking(kind), c.device_pieces(kind)]] = units, pieces
        frame.loc[row, c.device_gain(kind)] = gain

    lacks(0, "smoke_detector", 4, 4, 0.2)
    lacks(1, "smoke_detector", 40, 40, 0.4)
    lacks(1, "simple_sprinkler", 40, 90, 0.9)
    lacks(2, "remote_monitoring", 1, 1, 0.9)
    lacks(3, "electrical_monitoring", 1, 24, 0.48)
    return frame


def test_each_device_where_a_piece_takes_away_most_first():
    told = device_table(buildings(), RULES)
    assert told[["device", "building_id", "lacking", "unit", "pieces"]].to_numpy().tolist() == [
        ["smoke_detector", "B0", 4, "household", 4],
        ["smoke_detector", "B1", 40, "household", 40],
        ["simple_sprinkler", "B1", 40, "household", 90],
        ["electrical_monitoring", "B3", 1, "building", 24],
        ["remote_monitoring", "B2", 1, "building", 1],
    ]
    assert told["gain_per_piece"].tolist() == pytest.approx([0.05, 0.01, 0.01, 0.02, 0.9])
    assert told["share"].tolist() == [0.2, 0.4, 0.9, 0.48, 0.9]
    assert told["device_target"].tolist() == [None, "high_rise", "high_rise", "super_tall",
                                              "commercial_complex"]  # fmt: skip


def test_the_plans_name_complexes_and_what_is_high_for_its_use():
    """27 m of nine floors are no high-rise for homes, but for offices."""
    named = device_targets(buildings(), RULES)
    assert named.tolist() == [None, "high_rise", "commercial_complex", "super_tall", None,
                              "high_rise"]  # fmt: skip
