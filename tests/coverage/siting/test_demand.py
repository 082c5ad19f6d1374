"""How much each building counts, by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.siting.demand import demand_of, usual_weight
from weizhan.geo.words.errors import InputError


@pytest.fixture
def town(make_town):
    """Homes of 1, 2 and 9 people, homes and shops of which nobody knows, one on no lane."""
    told = [("residential", 1), ("residential", 2), ("residential", 9), ("residential", None),
            ("commercial", None), ("residential", 2)]  # fmt: skip
    houses = [
        {"geometry": shapely.box(40 * i, 5, 40 * i + 10, 15), "use": use, "people_night": people,
         "people_day": 7}
        for i, (use, people) in enumerate(told)
    ]  # fmt: skip
    away = {"geometry": shapely.box(0, 9_000, 10, 9_010), "use": "residential",
            "people_night": 1000, "people_day": 7}  # fmt: skip
    street = {"geometry": shapely.LineString([(0, 0), (400, 0)]), "lane_class": "residential"}
    return make_town(buildings=[*houses, away], lanes=[street])


def test_who_nobody_counted_is_the_median_of_the_use_and_who_is_on_no_lane_is_nobody(town):
    night = demand_of(town, town.scenarios["night"], weight="people")
    # The median of the homes 1, 2, 2, 9 and 1,000 is 2; of shops nobody knows, so that of all.
    assert night.weights.tolist() == [1, 2, 9, 2, 2, 2, 0]
    assert (night.per, night.assumed, night.unattached) == (1, 2, 1)
    by_day = demand_of(town, town.scenarios["day"], weight="people")
    assert by_day.weights.tolist() == [7] * 6 + [0]
    assert by_day.assumed == 0
    assert demand_of(town, town.scenarios["day"], weight="count").weights.tolist() == [1] * 6 + [0]


def test_risk_counts_in_parts_of_a_death_a_year(town):
    harm = pd.Series([1e-9, 2.6e-9, np.nan, 0, 0, 0, 5], index=town.buildings.index)
    found = demand_of(town, town.scenarios["day"], weight="risk", risk=harm)
    assert found.weights.tolist() == [1, 3, 1, 0, 0, 0, 0]  # the median home: 1e-9 of 0, 0, …
    assert found.per == 1e9
    with pytest.raises(InputError):
        demand_of(town, town.scenarios["day"], weight="risk")
    with pytest.raises(InputError):
        demand_of(town, town.scenarios["day"], weight="risk", risk=harm * np.nan)


def test_without_a_word_buildings_count_by_risk_else_people_else_their_number(town, make_town):
    day = town.scenarios["day"]
    assert usual_weight(town, day, risk=pd.Series([np.nan, 1.0])) == "risk"
    assert usual_weight(town, day, risk=pd.Series([np.nan, np.nan])) == "people"
    house = {"geometry": shapely.box(0, 5, 10, 15)}
    street = {"geometry": shapely.LineString([(0, 0), (400, 0)])}
    bare = make_town(buildings=[house], lanes=[street])
    assert usual_weight(bare, day, risk=None) == "count"
