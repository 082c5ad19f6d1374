"""Obstacles in clusters: how often alone, how often together, and by nothing but names."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import multivariate_normal, norm

from weizhan.coverage import columns as c
from weizhan.coverage.closures.drawn_lanes import blockage_causes, drawn_blockages
from weizhan.coverage.closures.lane_failures import LaneDraws, cluster_figures
from weizhan.geo.rules.config import LaneEvent
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.errors import InputError

DRAWS = 8_000


@pytest.fixture
def town(make_town):
    """Two communities side by side; in each two named streets of service lanes and an alley."""
    areas = [
        {"geometry": shapely.box(1000 * k, -10, 1000 * k + 990, 200), "community_id": f"C{k}",
         "name": f"社区{k}"}
        for k in range(2)
    ]  # fmt: skip
    rows = [("甲路", "service", 0, 0), ("甲路", "service", 300, 0), ("甲路", "alley", 600, 0),
            ("乙路", "service", 0, 60), ("", "service", 300, 60),
            ("甲路", "service", 1000, 0)]  # fmt: skip
    lanes = [
        {"geometry": shapely.LineString([(x, y), (x + 200, y)]), "lane_class": kind, "name": name,
         "lane_id": f"L{k}"}
        for k, (name, kind, x, y) in enumerate(rows)
    ]  # fmt: skip
    return make_town(buildings=[{"geometry": shapely.box(10, 5, 20, 15)}], lanes=lanes,
                     communities=areas)  # fmt: skip


def states(town, chance):
    chance = np.broadcast_to(np.asarray(chance, dtype=float), len(town.lanes))
    return pd.DataFrame({c.BLOCKED_PROBABILITY: chance}, index=town.lanes.index)


def drawn(town, chance, *, draws=DRAWS, seed=1, causes=None):
    """Return which lanes are blocked, one row a lane by its id, one column a draw."""
    causes = causes or blockage_causes(town)
    found = np.zeros((len(town.lanes), draws), dtype=bool)
    for draw, rows in enumerate(
        drawn_blockages(states(town, chance), causes, draws=draws, seed=seed)
    ):
        found[rows, draw] = True
    return pd.DataFrame(found, index=town.lanes["drawn_lane_id"])


@pytest.mark.parametrize("chance", [0.02, 0.1, 0.5, 0.9])
def test_every_lane_is_blocked_as_often_as_it_is_alone(town, chance):
    share = drawn(town, chance).mean(axis=1)
    assert share.to_numpy() == pytest.approx(
        chance, abs=4.5 * np.sqrt(chance * (1 - chance) / DRAWS)
    )


@pytest.mark.parametrize(
    ("one", "two", "correlation"),
    [
        ("L0", "L1", 0.65),  # one street and one quarter
        ("L0", "L2", 0.5),  # one street, another class
        ("L0", "L3", 0.15),  # one quarter, another street
        ("L0", "L4", 0.15),  # one quarter, a lane without a name is a street of its own
        ("L0", "L5", 0.0),  # a street of that name in another community
        ("L2", "L3", 0.0),  # neither street nor class
    ],
)
def test_lanes_are_blocked_together_as_often_as_they_have_in_common(town, one, two, correlation):
    chance = 0.2
    found = drawn(town, chance)
    both = (found.loc[one] & found.loc[two]).mean()
    z = norm.ppf(chance)
    expected = multivariate_normal.cdf([z, z], cov=[[1, correlation], [correlation, 1]])
    assert both == pytest.approx(expected, abs=4.5 * np.sqrt(expected / DRAWS))


def test_drawn_apart_lanes_have_nothing_in_common(town):
    found = drawn(town, 0.2, causes=blockage_causes(town).apart())
    assert (found.loc["L0"] & found.loc["L1"]).mean() == pytest.approx(0.04, abs=0.011)


def test_a_lane_that_is_moved_or_removed_changes_no_other(town):
    before = drawn(town, 0.3, draws=200)
    order = np.random.default_rng(1).permutation(len(town.lanes))
    moved = replace(town, lanes=town.lanes.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(drawn(moved, 0.3, draws=200).loc[before.index], before)
    fewer = replace(town, lanes=town.lanes.iloc[1:].reset_index(drop=True))
    after = drawn(fewer, 0.3, draws=200)
    pd.testing.assert_frame_equal(after, before.loc[after.index])


def test_a_draw_hangs_on_its_number_and_not_on_how_many_there_are(town):
    many, few = drawn(town, 0.3, draws=200), drawn(town, 0.3, draws=70)
    pd.testing.assert_frame_equal(many.loc[:, :69], few)
    assert not drawn(town, 0.3, draws=70, seed=2).equals(few)


def test_what_is_sure_is_drawn_so(town):
    found = drawn(town, [0, 1, 0, 1, 0, 1], draws=300)
    assert found.mean(axis=1).tolist() == [0, 1, 0, 1, 0, 1]


def test_an_event_closes_all_its_lanes_at_once_as_often_as_it_says(town):
    told = {"market": LaneEvent(lanes=("L0", "L3", "L5"), chance=0.1),
            "gate": LaneEvent(lanes=("L1",))}  # fmt: skip
    found = drawn(replace(town, events=told), 0.0)
    shut = found.loc[["L0", "L3", "L5"]]
    assert (shut.sum() % 3 == 0).all()
    assert shut.iloc[0].mean() == pytest.approx(0.1, abs=0.016)
    assert not found.loc[["L1", "L2", "L4"]].to_numpy().any()


def test_the_worst_of_twenty_by_hand():
    together = LaneDraws(pd.DataFrame(), {"micro": np.arange(100), "brigade": np.arange(0)})
    apart = LaneDraws(pd.DataFrame(), {"micro": np.full(100, 50), "brigade": np.arange(0)})
    assert cluster_figures(together, apart) == {
        "micro": {"usual": 50, "bad": 95, "bad_apart": 50},
        "brigade": {"usual": None, "bad": None, "bad_apart": None},
    }


@pytest.mark.parametrize(("street", "quarter"), [(0.9, 0.2), (1.0, 0.0), (-0.1, 0.2)])
def test_shares_that_leave_nothing_to_the_lane_are_refused(street, quarter):
    override = {"lane_state": {
        name: {"value": value, "source": "test", "confidence": "judgement"}
        for name, value in (("same_street", street), ("same_quarter", quarter))
    }}  # fmt: skip
    with pytest.raises(InputError, match="same_street"):
        load_rules(override=override)
