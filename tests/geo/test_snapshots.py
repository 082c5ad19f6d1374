"""Snapshots: frozen, hashed, refused once changed."""

import datetime as dt
import json
import re
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from weizhan.geo.snapshots import frozen_periods, read_snapshot, write_snapshot
from weizhan.geo.words.errors import InputError, OutputError
from weizhan.geo.yardstick import Yardstick

DAY = dt.date(2026, 9, 30)


def frozen(folder, period="2026Q3"):
    layers = {
        "buildings": gpd.GeoDataFrame({"building_id": ["A"], "x": [1.5]},
                                      geometry=[shapely.box(0, 0, 1, 1)], crs=4326),
        "hazards": pd.DataFrame({"key": ["YH1"], "state": ["found"]}),
    }  # fmt: skip
    return write_snapshot(folder, period, date=DAY, summary={"town": "镇"}, rules={"a": 1},
                          layers=layers)  # fmt: skip


def test_what_is_read_is_what_was_frozen(tmp_path):
    frozen(tmp_path)
    found = read_snapshot(tmp_path, "2026Q3")
    assert found.date == DAY and found.summary == {"town": "镇"} and found.rules == {"a": 1}
    assert found.layers["buildings"].geometry[0].equals(shapely.box(0, 0, 1, 1))
    assert found.layers["hazards"]["state"].tolist() == ["found"]


def test_a_period_is_frozen_once_and_equal_input_gives_equal_hashes(tmp_path):
    one, other = frozen(tmp_path / "a"), frozen(tmp_path / "b")
    assert (one / "manifest.json").read_bytes() == (other / "manifest.json").read_bytes()
    with pytest.raises(OutputError, match="2026Q3"):
        frozen(tmp_path / "a")


@pytest.mark.parametrize("name", ["buildings.parquet", "rules.json", "hazards.parquet"])
def test_a_changed_or_missing_file_is_refused(tmp_path, name):
    place = frozen(tmp_path)
    file = place / name
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read_snapshot(tmp_path, "2026Q3")
    file.unlink()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read_snapshot(tmp_path, "2026Q3")


def test_a_period_that_is_not_there_names_those_that_are(tmp_path):
    with pytest.raises(InputError, match="—"):
        read_snapshot(tmp_path, "2026Q3")
    frozen(tmp_path)
    with pytest.raises(InputError, match="2026Q3"):
        read_snapshot(tmp_path, "2026Q4")
    with pytest.raises(InputError):
        read_snapshot(tmp_path, "../2026Q3")


@pytest.mark.parametrize("period", ["", "2026Q5", "2026-13", "26Q1", "../x", "2026Q1/.."])
def test_other_periods_are_refused(tmp_path, period):
    with pytest.raises(InputError):
        frozen(tmp_path, period)
    assert not list(tmp_path.iterdir())


SPELLINGS = [
    "2026q3",
    "2026 Q3",
    "2026年第三季度",
    "\uff12\uff10\uff12\uff16\uff31\uff13",
    "2026Q3",
]


@pytest.mark.parametrize("typed", SPELLINGS)
@pytest.mark.parametrize("stored", SPELLINGS)
def test_a_period_is_one_however_it_is_typed_or_its_folder_is_called(tmp_path, typed, stored):
    place = frozen(tmp_path, typed)
    assert place.name == "2026Q3"
    assert json.loads((place / "manifest.json").read_text())["period"] == "2026Q3"
    place.rename(place.with_name(stored))
    for again in SPELLINGS:
        assert read_snapshot(tmp_path, again).period == "2026Q3"
        with pytest.raises(OutputError, match=re.escape(stored)):
            frozen(tmp_path, again)
    assert list(frozen_periods(tmp_path)) == ["2026Q3"]


def test_the_same_period_twice_is_told_and_what_is_no_period_is_left_alone(tmp_path):
    place = frozen(tmp_path)
    shutil.copytree(place, place.with_name("备份"))
    assert read_snapshot(tmp_path, "2026Q3").date == DAY
    shutil.copytree(place, place.with_name("2026q3"))
    with pytest.raises(InputError, match="2026q3"):
        read_snapshot(tmp_path, "2026Q3")


def test_frozen_periods_come_in_their_order(tmp_path):
    for period in ("2026-10", "2026Q1", "2025Q4", "2026H1"):
        frozen(tmp_path, period)
    assert list(frozen_periods(tmp_path)) == ["2025Q4", "2026Q1", "2026H1", "2026-10"]


def test_a_snapshot_tells_by_what_it_was_measured_and_an_older_one_that_it_does_not(tmp_path):
    frozen(tmp_path)
    assert read_snapshot(tmp_path, "2026Q3").yardstick == Yardstick(town="镇")
    told = Yardstick(town="镇", date=DAY, plan="", standards_s={"micro": 180})
    write_snapshot(tmp_path, "2026Q2", date=DAY, summary={"yardstick": told.as_record()},
                   rules={}, layers={})  # fmt: skip
    assert read_snapshot(tmp_path, "2026Q2").yardstick == told
    write_snapshot(tmp_path, "2026Q1", date=DAY, summary={"yardstick": {"plan": 1}}, rules={},
                   layers={})  # fmt: skip
    with pytest.raises(InputError, match=r"summary\.json"):
        read_snapshot(tmp_path, "2026Q1")
