import datetime as dt

import pandas as pd
import pytest

from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.ledgers.observations import OBSERVATION_COLUMNS, lane_observations
from weizhan.geo.words.vocabulary import LaneState


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("observations") / "village"
    make_demo(folder, size="village", seed=3)
    return folder


def test_without_ledgers_nothing_was_seen(village):
    seen = lane_observations(village)
    assert seen.empty
    assert tuple(seen.columns) == OBSERVATION_COLUMNS


def test_an_occupied_lane_blocks_from_finding_to_closing_and_again(village, tmp_path):
    import shutil

    folder = tmp_path / "v"
    shutil.copytree(village, folder)
    import geopandas as gpd

    address = gpd.read_file(folder / "地图.gpkg", layer="buildings")["地址"][0]
    header = "隐患编号,地址,隐患类别,发现日期,整改完成日期,销案日期,反弹日期,剩余宽度\n"
    rows = [
        f"YH1,{address},占用消防车道,2026-01-01,2026-01-05,2026-01-09,2026-02-01,",
        f"YH2,{address},生命通道,2026-01-02,,,,2.5",
        f"YH3,{address},违规住人,2026-01-02,,,,",
        "YH4,不知何处,占用消防车道,2026-01-02,,,,",
    ]
    (tmp_path / "h.csv").write_text(header + "\n".join(rows), encoding="utf-8")
    import_ledger(folder, LedgerFile(tmp_path / "h.csv", "hazards", as_of=dt.date(2026, 3, 1)))
    seen = lane_observations(folder)
    assert seen[["key", "state"]].to_numpy().tolist() == [
        ["YH1", "blocked"], ["YH2", "narrowed"], ["YH1", "clear"], ["YH1", "blocked"],
    ]  # fmt: skip
    assert seen["expires_at"].tolist()[0] == pd.Timestamp("2026-01-09")
    assert seen["expires_at"].isna().tolist() == [False, True, True, True]
    assert seen["remaining_width_m"].tolist()[1] == 2.5
    assert seen["x"].between(100, 110).all()


def test_the_demo_imports_whole_and_the_same_each_time(village, tmp_path):
    import shutil

    for name in "ab":
        shutil.copytree(village, tmp_path / name)
        taken = import_demo_ledgers(tmp_path / name)
    a, b = ({f.name: f.read_bytes() for f in (tmp_path / n).iterdir()} for n in "ab")
    assert a == b
    assert [t.kind for t in taken] == [
        "warehouses", "warehouses", "hazards", "inspections", "incidents", "devices",
        "vulnerable", "lane-reports", "notices",
    ]  # fmt: skip
    assert all(t.added == t.account.rows for t in taken)
    assert {m.how for t in taken for m in t.account.headers} == {"synonym", "stated"}  # units twice
    lost = {t.kind: t.matched.get("unmatched", 0) / t.account.rows for t in taken}
    assert 0 < lost["hazards"] < 0.1
    assert {p.code for t in taken for p in t.problems if p.severity == "error"} == {
        "not_a_full_date"
    }
    seen = lane_observations(tmp_path / "a")
    assert set(seen["state"]) == set(LaneState)
    fires = read_records(tmp_path / "a", "incidents")
    assert fires["started_at"].between("2023-09-30", "2026-10-01").all()
