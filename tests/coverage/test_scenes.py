"""Other moments of a town equal its assessments there; an earlier one comes back whole."""

import datetime as dt
import json

import pandas as pd
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.scenes import earlier_scene, other_scenes
from weizhan.data.demo import make_demo
from weizhan.geo.plan import Plan, planned
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import InputError
from weizhan.geo.yardstick import IncomparableError, Yardstick
from weizhan.maps.results.assessment_results import write_results

DAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=2)
    return load_town(folder)


def test_another_scenario_equals_its_own_assessment(town):
    names = list(town.scenarios)
    scenes = other_scenes(town, besides=names[0], day=DAY)
    assert list(scenes) == names[1:]
    for name, scene in scenes.items():
        whole = assess(town, scenario=name, date=DAY.isoformat(), draws=2)
        columns = [n for n in scene.buildings if n in whole.buildings]
        assert {"micro_cover", "micro_response_time_s", "people"} <= set(columns)
        pd.testing.assert_frame_equal(
            pd.DataFrame(scene.buildings[columns]), pd.DataFrame(whole.buildings[columns])
        )
        assert scene.on_duty.tolist() == whole.stations["on_duty"].tolist()
        for told, expected in zip(scene.communities, whole.summary["communities"], strict=True):
            assert told["coverage"] == expected["coverage"]


def test_an_earlier_assessment_comes_back_by_building(town, tmp_path):
    found = assess(town, date="2026-06-30", draws=2)
    write_results(found, tmp_path, lang="zh", timings={})
    ids = pd.Series(["new", *found.buildings["building_id"].iloc[[5, 2]]])
    scene = earlier_scene(tmp_path, ids, now=found.yardstick)
    assert "2026-06-30" in scene.label["zh"]
    assert scene.buildings["micro_cover"].isna().tolist() == [True, False, False]
    assert scene.buildings["micro_response_time_s"].iloc[1:].tolist() == pytest.approx(
        found.buildings["micro_response_time_s"].iloc[[5, 2]].tolist(), nan_ok=True
    )


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(InputError, match=r"summary\.json"):
        earlier_scene(tmp_path, pd.Series(["a"]), now=Yardstick())
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"summary\.json"):
        earlier_scene(tmp_path, pd.Series(["a"]), now=Yardstick())


@pytest.fixture(scope="module")
def earlier(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("earlier")
    write_results(assess(town, date="2026-06-30", draws=2), folder, lang="zh", timings={})
    return folder


@pytest.fixture(scope="module")
def ids(town):
    return town.buildings["building_id"]


def test_a_result_by_another_standard_is_withheld_and_the_rest_compared(town, earlier, ids):
    strict = planned(town, Plan(standard_s={"micro": 240}))
    now = assess(strict, date=DAY.isoformat(), draws=2)
    scene = earlier_scene(earlier, ids, now=now.yardstick)
    assert [d.part for d in scene.differences] == ["standard", "plan_after"]
    assert "180 秒" in scene.coverage["micro"]["withheld"]["zh"]
    assert set(scene.buildings["micro_cover"]) == {"unknown"}
    assert scene.buildings["micro_response_time_s"].isna().all()
    assert scene.coverage["brigade"]["share_buildings"] is not None
    assert scene.buildings["brigade_response_time_s"].notna().any()
    assert all("withheld" in one["coverage"]["micro"] for one in scene.communities)
    assert scene.label["zh"].startswith("现状")


def test_plans_other_moments_and_other_towns_are_no_past(town, earlier, ids, tmp_path):
    now = assess(town, date=DAY.isoformat(), draws=2)
    night = now.yardstick.model_copy(update={"scenario": "night", "moment": "We 02:00"})
    elsewhere = now.yardstick.model_copy(update={"town": "别的镇"})
    for measured in (night, elsewhere):
        with pytest.raises(IncomparableError):
            earlier_scene(earlier, ids, now=measured)
    plan = Plan(stations={"remove": town.stations["station_id"].tolist()[:1]})
    found = assess(planned(town, plan), date="2026-06-30", draws=2)
    write_results(found, tmp_path, lang="zh", timings={})
    with pytest.raises(IncomparableError, match="方案不是上期"):
        earlier_scene(tmp_path, ids, now=now.yardstick)


def test_an_older_result_without_a_yardstick_is_compared_and_what_it_lacks_is_said(
    town, earlier, ids, tmp_path
):
    for file in earlier.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    del summary["yardstick"]
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    now = assess(town, date=DAY.isoformat(), draws=2)
    scene = earlier_scene(tmp_path, ids, now=now.yardstick)
    (unknown,) = scene.differences
    assert "是否方案" in unknown.said("zh") and "不能当作相同" in unknown.said("zh")
    summary["yardstick"] = {"standards_s": "很快"}
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    with pytest.raises(InputError, match=r"summary\.json"):
        earlier_scene(tmp_path, ids, now=now.yardstick)
