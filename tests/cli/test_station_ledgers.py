"""Ledgers of stations reach the town: gaps filled, differences and strangers told."""

import datetime as dt
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from weizhan.data.demo import make_demo
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.ledgers.station_ledgers import DOUBTFUL, UNKNOWN, same_stations
from weizhan.geo.town import load_town


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stations") / "village"
    make_demo(folder, size="village")
    return folder


@pytest.fixture(scope="module")
def told(folder):
    """Return the town before and after two ledgers; X004's night is open in the layer."""
    before = load_town(folder)

    def take(name, text, on):
        (folder / name).write_text(text, encoding="utf-8")
        ledger = LedgerFile(folder / name, "stations", as_of=dt.date.fromisoformat(on))
        return import_ledger(folder, ledger)

    rows = "微站编号,值班人数（夜间）\nX004,2\n"
    first = take("早.csv", rows, "2026-06-01")
    rows = "微站编号,名称,夜间人数\nX004,,0\nX003,,5\nX099,新站,2\nX002,翠屏微型消防站,7\n"
    take("晚.csv", rows, "2026-08-01")
    return before, load_town(folder), first


def test_the_latest_ledger_fills_a_gap_and_the_layer_holds(told):
    before, after, _ = told
    nights = [town.stations.set_index("station_id")["crew_night"] for town in (before, after)]
    assert nights[0].fillna(-1).tolist() == [9, 3, 0, -1]
    assert nights[1].tolist() == [9, 3, 0, 0]
    assert nights[1].dtype == nights[0].dtype


def test_an_id_alone_is_a_place_and_no_building_is_missed(told):
    assert [p.code for p in told[2].problems] == []


def test_every_value_keeps_its_source(told):
    kept = told[1].ledgers.station_provenance
    kept = kept[kept["column"] == "crew_night"]
    rows = kept[["station_id", "value", "source", "holds"]].to_numpy().tolist()
    assert sorted(rows) == [
        ["X003", 0.0, "layers.stations", True],
        ["X003", 5, "晚.csv", False],
        ["X004", 0, "晚.csv", True],
        ["X004", 2, "早.csv", False],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "feature", "value"),
    [
        ("station_differs", "", "X003"),
        ("station_unknown", "X099", ""),
        ("station_doubtful", "X002", ""),
    ],
)
def test_strangers_doubts_and_differences_are_told(told, folder, code, feature, value):
    (problem,) = [p for p in told[1].problems if p.code == code]
    assert (problem.feature, problem.value, problem.count) == (feature, value, 1)
    said = problem.message()
    assert code != "station_unknown" or f"weizhan add {folder} --stations" in said


def test_at_night_the_brigade_without_anybody_is_not_on_duty(folder, tmp_path, run):
    town, file, out = tmp_path / "town", tmp_path / "值班.csv", tmp_path / "out"
    shutil.copytree(folder, town)
    layer = town / "微型消防站.csv"
    table = pd.read_csv(layer, encoding="gb18030").drop(columns="夜班人数")
    table.to_csv(layer, index=False, encoding="gb18030")
    file.write_text("微站编号,夜间人数\nX001,0\n", encoding="utf-8")
    code, said, _ = run("import", town, file, "--kind", "stations", "--date", "2026-09-01")
    assert code == 0 and "未匹配" not in said.splitlines()[2]
    code, said, _ = run("assess", town, "--scenario", "night", "--date", "2026-09-30", "--out", out)
    assert code == 0
    duty = {line.split("：")[0]: line.split("在岗站点 ")[1] for line in said.splitlines()[:3]}
    assert duty["消防队"] == "0/1。"
    assert duty["微型消防站"] == "2/2。"  # of X003 nothing is known at night, then it counts
    kept = gpd.read_file(out / "results.gpkg", layer="station_provenance")
    own = kept[kept["source"] == "值班.csv"]
    assert own[["station_id", "column", "value", "holds"]].to_numpy().tolist() == [
        ["X001", "crew_night", "0.0", True]
    ]


@pytest.mark.parametrize(
    ("row", "means"),
    [
        (("A", None, None), 0),
        (("A", "甲站", None), 0),
        (("A", "乙站", None), DOUBTFUL),  # the id of one, the name of another
        (("A", "别名", None), 0),
        (("9", "乙站", None), 1),  # numbered otherwise by another office
        ((None, "丁站", None), UNKNOWN),
        ((None, "双名", None), UNKNOWN),  # two bear it
        ((None, None, (120.0, 30.0)), 0),
        ((None, "丁站", (120.0, 30.0)), UNKNOWN),  # another station next door
        ((None, "丁站", (120.02, 30.0)), 4),  # that one has no name on the map
        ((None, None, (120.001, 30.0)), UNKNOWN),  # 96 m away
        ((None, None, None), UNKNOWN),
    ],
)
def test_which_station_a_row_means(row, means):
    layer = gpd.GeoDataFrame(
        {
            "station_id": ["A", "B", "C", "D", "E"],
            "name": ["甲站", "乙站", "双名", "双名", None],
        },
        geometry=gpd.points_from_xy([120.0, 120.01, 120.03, 120.04, 120.02], [30.0] * 5),
        crs=4326,
    ).to_crs(32651)
    identity, name, spot = row
    lon, lat = spot or (np.nan, np.nan)
    rows = pd.DataFrame({"station_id": [identity], "name": [name], "lon": [lon], "lat": [lat]})
    assert same_stations(rows, layer).tolist() == [means]
