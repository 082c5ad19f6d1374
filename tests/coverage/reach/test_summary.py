"""Shares covered, by hand: what stands above, what below, and what is left out of both."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.reach.summary import (
    community_coverage,
    coverage_by_use,
    coverage_of,
    late_against,
)


def buildings():
    codes = ["covered", "likely", "doubtful", "uncovered", "unknown"]
    return pd.DataFrame(
        {
            c.cover("micro"): codes,
            c.PEOPLE: [10.0, 20.0, 30.0, np.nan, 50.0],
            "use": ["residential", "residential", "school", None, "school"],
            "community_id": ["C1", "C1", None, "C1", "C2"],
        }
    )


def test_unknown_buildings_widen_the_share_and_are_in_no_middle():
    found = coverage_of(buildings(), "micro", standard_s=180)
    assert found == {
        "standard_s": 180,
        "buildings": 5,
        "known_buildings": 4,
        "covered_buildings": 2,
        "covered_buildings_low": 1,
        "covered_buildings_high": 4,  # three perhaps, and the one of which nobody knows
        "share_buildings": 0.5,  # 2 of 4 known
        "share_buildings_low": 0.2,  # 1 of all 5
        "share_buildings_high": 0.8,  # 4 of all 5
        "people": 110,  # of all whose people are known
        "known_people": 60,  # of them where cover is known
        "covered_people": 30,
        "share_people": 0.5,
        "late_people": 30,  # the doubtful one
        "late_people_low": 0,  # the uncovered one does not tell its people
        "late_people_high": 100,  # all but the one that is surely covered
        "people_unknown_buildings": 1,
    }


def test_where_nothing_is_known_no_share_is_told():
    found = coverage_of(buildings().iloc[4:], "micro", standard_s=180)
    shares = ("share_buildings", "share_buildings_low", "share_buildings_high", "share_people")
    assert [found[name] for name in shares] == [None] * 4
    assert (found["covered_buildings_low"], found["covered_buildings_high"]) == (None, None)


def test_uses_and_communities_hold_their_own_buildings_and_those_of_none():
    by_use = coverage_by_use(buildings(), "micro", standard_s=180)
    assert {use: told["buildings"] for use, told in by_use.items()} == {
        "residential": 2, "school": 2, "unknown": 1,
    }  # fmt: skip
    places = gpd.GeoDataFrame(
        {"community_id": ["C2", "C1", "C3"], "name": ["西", None, "空"]}, geometry=[None] * 3
    )
    found = community_coverage(places, buildings(), {"micro": 180.0})
    told = [(f["community_id"], f["name"], f["buildings"]) for f in found]
    assert told == [("C2", "西", 1), ("C1", None, 3), ("C3", "空", 0), ("", None, 1)]
    share = [f["coverage"]["micro"]["share_buildings"] for f in found]
    assert share == [None, 0.6667, None, 0.0]


def test_late_people_of_a_community_stand_against_those_of_the_town():
    town = {"late_people": 100, "late_people_low": 80, "late_people_high": 300,
            "known_people": 1000, "people": 1200}  # fmt: skip
    own = {"late_people": 30, "late_people_low": 20, "late_people_high": 60, "known_people": 100,
           "people": 120}  # fmt: skip
    # Three in ten against one in ten; at least two in ten, at most half of all there are.
    assert late_against(own, town) == pytest.approx((3.0, 2.0, 5.0))
    for unknown in ({**own, "known_people": 0}, {**own, "late_people": None}, {}):
        assert late_against(unknown, town) is None
    assert late_against(own, {**town, "late_people": 0}) is None
