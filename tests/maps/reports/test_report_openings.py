"""Reports open with a sentence and end with what to do; labels are words, never column names."""

import dataclasses
from types import SimpleNamespace

import pandas as pd

from weizhan.coverage.review import OUTSIDE, WHOLE
from weizhan.geo.tables import SCHEMAS
from weizhan.geo.words import LANGS, catalogue
from weizhan.maps.page.lanes_page import lanes_page
from weizhan.maps.voice import (
    calibration_next,
    compare_next,
    compare_opening,
    lane_called,
    lanes_next,
    lanes_opening,
)


def compared(**changes):
    table = pd.DataFrame({
        "community_id": ["A", "B", OUTSIDE, WHOLE],
        "community": ["桐岭社区", "岚屏社区", "", ""],
        "micro_late_buildings_before": [10.0, 20.0, 0.0, 30.0],
        "micro_late_buildings_after": [4.0, 22.0, 0.0, 26.0],
        "micro_late_buildings_small": [False, True, False, False],
        "harm_index_before": [1.0, 1.0, 0.0, 2000.0],
        "harm_index_after": [1.0, 1.0, 0.0, 2004.0],
        "harm_index_small": [True] * 4,
        "open_hazards_before": [5.0, 6.0, None, 11.0],
        "open_hazards_after": [9.0, 6.0, None, 15.0],
        "open_hazards_small": [False] * 4,
    })  # fmt: skip
    made = SimpleNamespace(communities=table, withheld={}, differences=())
    return SimpleNamespace(**{**vars(made), **changes})


def test_two_periods_open_with_what_became_better_and_worse_and_where():
    said = compare_opening(compared(), "2026Q2", "2026Q3", ("micro",), "zh")
    assert said == (
        "2026Q2 到 2026Q3：微型消防站来不及的建筑由 30 减到 26（桐岭社区变得最多），"
        "全年风险指数由 2,000 到 2,004，变化小到可能只是偶然，"
        "未销案隐患由 11 增到 15（桐岭社区变得最多）。"
    )
    late, hazards = compare_next(compared(), ("micro",), "zh")
    assert "岚屏社区" in late and "桐岭社区" in hazards
    held = compared(withheld={"micro_late_buildings": "standard"})
    assert "微型消防站来不及的建筑两期不可比" in compare_opening(held, "a", "b", ("micro",), "zh")
    assert "同一规则" in compare_next(held, ("micro",), "zh")[-1]


def test_lanes_open_with_which_to_keep_clear_and_end_with_steps(assessment):
    said = lanes_opening(assessment, "zh")
    assert said.startswith("先保") and "对照消防车道规定有" in said
    page = lanes_page(assessment)
    assert said.split("。")[0] in page
    for step in lanes_next(assessment, "zh"):
        assert step in page
    bare = dataclasses.replace(assessment, lanes=assessment.lanes[["lane_id", "geometry"]])
    nothing = lanes_opening(bare, "zh")
    assert "先保" not in nothing


def test_a_lane_without_a_name_is_called_by_the_nearest_that_has_one(assessment):
    lanes = assessment.lanes.copy()
    lanes["name"] = None
    lanes.loc[lanes.index[1], "name"] = "碧桥路"
    row = lanes.iloc[0]
    assert lane_called(row, lanes, "zh") == f"碧桥路附近的无名巷（{row['lane_id']}）"
    assert lane_called(lanes.iloc[1], lanes, "zh") == "碧桥路"
    lanes["name"] = None
    assert lane_called(row, lanes, "zh") == row["lane_id"]


def test_a_calibration_ends_with_what_to_complete():
    told = {"fires_without_building": 3, "fires_without_day": 0, "chosen": "priors"}
    said = calibration_next(told, "zh")
    assert said[0].startswith("3 起火灾对不上建筑") and "继续登记火灾" in said[1]
    assert "重新评估" in calibration_next({**told, "chosen": "shrinkage"}, "zh")[-1]


def test_every_column_that_may_be_missing_has_a_name_in_words():
    known = catalogue()
    for layer, schema in SCHEMAS.items():
        assert f"layer_name.{layer}" in known
        for column in schema.columns:
            if not column.extra and column.name != schema.identity:
                assert f"column_name.{column.name}" in known, (layer, column.name)


def test_pages_do_not_speak_of_commands_or_of_statistics_without_a_sentence():
    """What the terminal, the ledgers' guide and folders say may name commands; pages do not."""
    spoken = ("popup", "tree", "legend", "opening", "page", "figure", "verdict", "lane", "door",
              "index", "planner", "site", "lanes_page", "scene", "compare")  # fmt: skip
    for key, entry in catalogue().items():
        if key.partition(".")[0] in spoken:
            for lang in LANGS:
                said = str(entry[lang])
                for word in ("weizhan ", " --", "死亡当量", "closed_hours"):
                    assert word not in said, (key, said)
