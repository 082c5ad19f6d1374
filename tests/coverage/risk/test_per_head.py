"""Harm and hazards of communities for each inhabitant, against the whole town's."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.risk.assess_risk import _per_head
from weizhan.coverage.risk.communities import FIGURES, add_community_risk

from ..risk_towns import RULES


def test_harm_a_head_is_against_that_of_all_and_people_nobody_told_widen_it():
    draws = np.array([[30.0, 30.0, 30.0], [10.0, 10.0, 10.0], [99.0, 99.0, 99.0]])
    heads = np.array([[100.0, 100.0, 100.0], [50.0, 100.0, 150.0], [7.0, 7.0, 7.0]])
    told = pd.Series([300.0, np.nan])
    found = _per_head({c.HARM_INDEX: draws, "people": heads}, told, RULES)
    assert found["inhabitants"].tolist() == [300, 100]
    # 30/300 and 10/100 are both 40/400: what lies outside all communities does not count
    assert found[c.HARM_PER_HEAD] == pytest.approx([1, 1])
    assert found[c.low(c.HARM_PER_HEAD)][1] == pytest.approx(10 / 150 / (40 / 450))
    assert found[c.high(c.HARM_PER_HEAD)][1] == pytest.approx(10 / 50 / (40 / 350))
    nobody = _per_head({c.HARM_INDEX: draws, "people": heads * 0}, told * np.nan, RULES)
    assert np.isnan(nobody[c.HARM_PER_HEAD]).all()


def test_open_hazards_a_head_have_the_interval_of_a_count_and_unknown_stays_unknown():
    places = pd.DataFrame({"community_id": ["A", "B", "C"]})
    for name in FIGURES:
        places[name] = np.nan
    places["inhabitants"] = [100.0, 300.0, 100.0]
    buildings = pd.DataFrame({
        "community_id": ["A", "B", "B", "C"],
        c.RISK_BAND: ["red", "blue", "blue", "blue"],
        c.OPEN_HAZARDS: [3.0, 0.0, 1.0, np.nan],
        c.OVERDUE_HAZARDS: [0.0, 0.0, np.nan, np.nan],
        c.UNDATED_HAZARDS: [0.0, 0.0, 1.0, np.nan],
    })  # fmt: skip
    entries = [{"community_id": name} for name in "ABC"]
    add_community_risk(entries, gpd.GeoDataFrame(places), buildings)
    first, second, third = (entry["risk"] for entry in entries)
    assert first["hazards_per_head"] == pytest.approx(3)  # 3 of 100 against 4 of 400
    assert second["hazards_per_head"] == pytest.approx(1 / 3, rel=1e-5)
    # Garwood's interval of a count of 3: 0.8177 to 7.7537
    assert first["hazards_per_head_low"] == pytest.approx(0.8177, abs=1e-4)
    assert first["hazards_per_head_high"] == pytest.approx(7.7537, abs=1e-4)
    assert third["hazards_per_head"] is None
    assert [told[c.OVERDUE_HAZARDS] for told in (first, second, third)] == [0, None, None]
