"""The public page tells blocks and stations, and nothing of a building, a household or a few."""

import dataclasses
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from weizhan.coverage.places import public_blocks
from weizhan.coverage.scenes import Scene
from weizhan.maps.reports.public_page import hours_said, public_page

from ..town import CRS, X0, Y0, make_assessment, no_places

HOSTILE = "<script>alert(1)</script>`${x}"


def _with_grids(side=12):
    """Four grids over a town of 12 x 12 houses, the last one round three of them only."""
    found = make_assessment(side)
    pitch = 22.0
    shapes = [box(X0, Y0, X0 + 6 * pitch, Y0 + 12 * pitch),
              box(X0 + 6 * pitch, Y0, X0 + 12 * pitch, Y0 + 11 * pitch),
              box(X0 + 6 * pitch, Y0 + 11 * pitch, X0 + 9 * pitch, Y0 + 12 * pitch)]  # fmt: skip
    grids = gpd.GeoDataFrame(
        {"grid_id": ["W1", "W2", "W3"], "name": ["一网格", HOSTILE, "小网格"],
         "community_id": ["C1", "C2", "C4"]},
        geometry=shapes, crs=CRS,
    )  # fmt: skip
    return found.replaced(places=dataclasses.replace(no_places(), grids=grids))


@pytest.fixture(scope="module")
def page():
    found = _with_grids()
    night = Scene({"zh": "夜里", "en": "At night"}, found.buildings.drop(columns="geometry"), None,
                  {}, [])  # fmt: skip
    return found.replaced(report_to="值班电话 000-0000"), {"night": night}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_building_is_named_and_nothing_of_a_few_is_told(page, lang):
    found, scenes = page
    made = public_page(found, scenes=scenes, lang=lang)
    body = made[made.index("<main>") :]
    for column in ("building_id", "name", "address"):
        for told in found.buildings[column].dropna():
            assert str(told) not in body
    small = body[body.index("小网格</span>") :].split("</tr>")[0]
    assert ("不足 5 栋" if lang == "zh" else "fewer than 5") in small
    assert "119" in body and "96119" in body and "000-0000" in body
    assert "<script" not in body and "&lt;script&gt;" in body
    assert ("夜里" if lang == "zh" else "At night") in body


def test_the_blocks_are_those_of_the_map_and_the_rows_are_reached_from_it(page):
    made = public_page(page[0], scenes={}, lang="zh")
    asked = re.findall(r'<a href="#(b-\d+)">', made)
    assert sorted(asked) == sorted(re.findall(r'id="(b-\d+)"', made)) == ["b-0", "b-1", "b-2"]


def test_without_grids_communities_are_the_blocks():
    made = public_page(make_assessment(), scenes={}, lang="zh")
    assert len(re.findall(r'<a href="#b-', made)) == 4


@pytest.mark.parametrize(
    ("day", "night", "said"),
    [
        (6, 3, "昼夜有人"),
        (6, 0, "白天（8–20 时）有人，夜间无人"),
        (6, None, "白天（8–20 时）有人，夜间不详"),
        (None, None, "值守时间不详"),
        (0, 0, "目前无人值守"),
    ],
)
def test_hours_are_those_of_the_crews_and_the_unknown_is_said(day, night, said):
    assert hours_said(pd.Series({"crew_day": day, "crew_night": night}, dtype=float), "zh") == said


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["covered", "likely", "doubtful", "uncovered", "unknown"]),
             max_size=14)
)  # fmt: skip
def test_a_block_is_told_only_from_five_houses_with_an_answer_on(covers):
    block = gpd.GeoDataFrame({"block_id": ["A"], "name": ["A"], "community_id": ["C"]},
                             geometry=[box(0, 0, 1000, 10)], crs=CRS)  # fmt: skip
    n = len(covers)
    houses = gpd.GeoDataFrame(
        {
            "micro_cover": np.array(covers, dtype=object),
            "micro_station_id": np.array(["S1"] * n, dtype=object),
            "micro_response_time_s": np.full(n, 100.0),
        },
        geometry=[box(10 * k, 0, 10 * k + 5, 5) for k in range(n)],
        crs=CRS,
    )
    (told,) = public_blocks(block, houses, ["micro"], few=5).to_dict("records")
    known = [cover for cover in covers if cover != "unknown"]
    if n < 5 or 0 < len(known) < 5:
        assert told["micro_band"] == "hidden"
    elif not known:
        assert told["micro_band"] == "unknown"
    else:
        share = sum(cover in ("covered", "likely") for cover in known) / len(known)
        least = {"most": 0.9, "many": 0.75, "half": 0.5, "fewer": 0.0}[told["micro_band"]]
        assert share >= least
        assert (told["micro_station_id"], told["micro_minutes"]) == ("S1", 2)
        return
    assert pd.isna(told["micro_station_id"]) and np.isnan(told["micro_minutes"])


def test_a_block_names_the_station_of_most_houses_and_of_several_the_first_by_name():
    blocks = gpd.GeoDataFrame(
        {"block_id": ["west", "east"], "name": ["西", "东"], "community_id": ["C", "C"]},
        geometry=[box(0, 0, 100, 10), box(100, 0, 200, 10)],
        crs=CRS,
    )
    houses = gpd.GeoDataFrame(
        {
            "micro_cover": ["covered"] * 5 + ["uncovered"],
            "micro_station_id": ["S9", "S2", "S9", "S2", "S1", None],
            "micro_response_time_s": [60.0, 61.0, 62.0, 63.0, 64.0, np.nan],
        },
        geometry=[box(x, 0, x + 5, 5) for x in (10, 20, 30, 40, 50, 150)],
        crs=CRS,
    )
    west, east = public_blocks(blocks, houses, ["micro"], few=1).to_dict("records")
    assert (west["micro_station_id"], west["micro_minutes"]) == ("S2", 2)
    assert pd.isna(east["micro_station_id"]) and east["micro_minutes"] == np.inf
