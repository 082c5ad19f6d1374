"""Snapshots: frozen, hashed, refused once changed."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from weizhan.geo.snapshots import read_snapshot, write_snapshot
from weizhan.geo.words.errors import InputError, OutputError

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
