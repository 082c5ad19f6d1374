"""Other moments of a town equal its assessments there; an earlier one comes back whole."""

import datetime as dt

import pandas as pd
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.scenes import earlier_scene, other_scenes
from weizhan.data.demo import make_demo
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import InputError
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
    scene = earlier_scene(tmp_path, ids)
    assert "2026-06-30" in scene.label["zh"]
    assert scene.buildings["micro_cover"].isna().tolist() == [True, False, False]
    assert scene.buildings["micro_response_time_s"].iloc[1:].tolist() == pytest.approx(
        found.buildings["micro_response_time_s"].iloc[[5, 2]].tolist(), nan_ok=True
    )


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(InputError, match=r"summary\.json"):
        earlier_scene(tmp_path, pd.Series(["a"]))
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"summary\.json"):
        earlier_scene(tmp_path, pd.Series(["a"]))
