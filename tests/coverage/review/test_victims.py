"""Deaths that a ledger does not tell are not none."""

import datetime as dt

import pandas as pd
import pytest
from shapely.geometry import LineString, box

from weizhan.coverage.review.lists import fire_table
from weizhan.coverage.review.victims import victims
from weizhan.maps.voice import at_least


@pytest.mark.parametrize(
    ("deaths", "told", "untold", "said"),
    [
        ([], 0, 0, "0"),
        ([0, 2], 2, 0, "2"),
        ([0, 2, None], 2, 1, "至少 2"),
        ([0, None], 0, 1, "未知"),
        ([None, None], None, 2, "未知"),
    ],
)
def test_a_sum_says_what_it_does_not_know(deaths, told, untold, said):
    counted = victims(pd.DataFrame({"deaths": deaths, "injured": deaths}, dtype=float))
    assert pd.isna(counted["deaths"]) if told is None else counted["deaths"] == told
    assert counted["injured_untold"] == untold
    shown = at_least(counted["deaths"], untold, f"{counted['deaths']:.0f}", "zh")
    assert shown == said


def test_the_list_of_fires_tells_deaths_apart_from_what_nobody_told(make_town):
    town = make_town(
        buildings=[{"geometry": box(10, 5, 20, 15), "use": "factory"}],
        lanes=[{"geometry": LineString([(0, 0), (100, 0)])}],
    )
    columns = town.ledgers.incidents.columns
    fires = pd.DataFrame(
        [
            {"started_at": "2026-08-01", "building_id": "B1", "deaths": 1.0, "injured": None},
            {"started_at": "2026-08-02", "building_id": "B1", "deaths": None, "injured": None},
            {"started_at": "2025-08-02", "building_id": "B1", "deaths": 5.0, "injured": 5.0},
        ],
        columns=columns,
    )
    object.__setattr__(town.ledgers, "incidents", fires)
    table = fire_table(town, town.buildings, start=dt.date(2026, 7, 1), end=dt.date(2026, 9, 30))
    assert table.to_dict("records") == [
        {"use": "factory", "fires": 2, "fires_year_before": 1, "deaths": 1.0, "deaths_untold": 1,
         "injured": pytest.approx(float("nan"), nan_ok=True), "injured_untold": 2,
         "fires_undated": 0}
    ]  # fmt: skip
