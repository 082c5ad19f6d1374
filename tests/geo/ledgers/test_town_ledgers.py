"""Values of ledgers reach the town: gaps filled, contradictions told, every source kept."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.risk.inputs import CODES, hazard_matrix
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.town import load_town


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledgers") / "village"
    make_demo(folder, size="village")
    return folder


@pytest.fixture(scope="module")
def told(folder):
    """Return the town before and after ledgers, and which buildings they speak of."""
    before = load_town(folder)
    table = before.buildings
    gap = table[table["people_night"].isna()]["building_id"].iloc[0]
    known = table[table["people_night"] > 3]["building_id"].iloc[0]
    other = table[~table["building_id"].isin([gap, known])]["building_id"].iloc[0]

    def take(name, kind, rows, on):
        file = folder / name
        pd.DataFrame(rows).to_csv(file, index=False)
        import_ledger(folder, LedgerFile(file, kind, as_of=dt.date.fromisoformat(on)))

    take("a.csv", "self-built", {"建筑编号": [gap, known], "夜间人数": [7, 1000],
                                 "楼梯数": [1, 2], "电动自行车入室停放充电": ["是", "否"],
                                 "检查日期": "2026-06-01"}, "2026-06-01")  # fmt: skip
    take(
        "b.csv", "self-built", {"建筑编号": [gap], "夜间人数": [9], "楼梯数": [None]}, "2026-08-01"
    )
    take("d.csv", "warehouses", {"单位编号": ["U1", "U2"], "建筑编号": [other, other],
                                 "单位名称": ["甲", "乙"], "承租单位数": [2, 3],
                                 "火灾危险性": ["丁类", "乙类"], "简易喷淋": ["有", "无"],
                                 "锁闭安全出口": ["×", "√"]}, "2026-08-01")  # fmt: skip
    return before, load_town(folder), (gap, known, other)


def test_the_latest_ledger_fills_a_gap_and_the_layer_is_never_overruled(told):
    before, after, (gap, known, _) = told
    people = after.buildings.set_index("building_id")["people_night"]
    assert people[gap] == 9
    assert people[known] == before.buildings.set_index("building_id")["people_night"][known]
    assert any(p.code == "ledgers_differ" and p.column == "people_night" for p in after.problems)


def test_every_value_keeps_its_source_and_date(told):
    _, after, (gap, known, _) = told
    kept = after.ledgers.provenance
    kept = kept[kept["column"] == "people_night"].astype({"value": float})
    own = kept[kept["building_id"] == gap].sort_values("as_of")
    assert own[["value", "source", "as_of", "holds"]].to_numpy().tolist() == [
        [7, "a.csv", "2026-06-01", False], [9, "b.csv", "2026-08-01", True],
    ]  # fmt: skip
    both = kept[kept["building_id"] == known]
    assert set(both["source"]) == {"a.csv", "layers.buildings"}
    assert both[both["holds"]]["source"].tolist() == ["layers.buildings"]


def test_units_of_one_building_are_one_the_worst_counts(told):
    _, after, (gap, _, other) = told
    at = after.buildings.index[after.buildings["building_id"] == other][0]
    premises = after.ledgers.premises
    assert premises.at[at, "tenants"] == 5
    assert premises.at[at, "danger_class"] == "b"
    assert premises.at[at, "has_w9"] == 1
    assert premises.at[at, "simple_sprinkler"] == 0
    one = after.buildings.index[after.buildings["building_id"] == gap][0]
    assert premises.at[one, "stairs"] == 1 and np.isnan(premises.at[one, "tenants"])


def test_a_checklist_says_what_is_there_what_is_not_and_grows_old(told):
    _, after, (gap, known, _) = told
    rows = [after.buildings.index[after.buildings["building_id"] == b][0] for b in (gap, known)]
    rules = after.rules.risk
    code = [str(c) for c in CODES].index("H2")
    fresh = hazard_matrix(after, after.buildings, rules, day=dt.date(2026, 9, 30))
    assert fresh[rows, code].tolist() == [1, 0]
    early = hazard_matrix(after, after.buildings, rules, day=dt.date(2026, 5, 1))
    assert np.isnan(early[rows, code]).all()
    stale = hazard_matrix(after, after.buildings, rules, day=dt.date(2029, 9, 30))
    assert np.isnan(stale[rows[1], code])


def test_reading_the_same_ledger_again_changes_nothing(told, folder):
    _, after, _ = told
    import_ledger(folder, LedgerFile(folder / "a.csv", "self-built", as_of=dt.date(2026, 6, 1)))
    again = load_town(folder)
    pd.testing.assert_frame_equal(after.ledgers.premises, again.ledgers.premises)
    pd.testing.assert_frame_equal(after.ledgers.provenance, again.ledgers.provenance)
