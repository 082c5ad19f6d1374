"""Look-backs, listings and liftings of single cases, appended to what ledgers say."""

import datetime as dt
import sqlite3

import pandas as pd
import pytest

from weizhan.coverage.cases.hazards import case_table, listed, look_back_due, move
from weizhan.coverage.cases.supervision import Lifting, Listing, LookBack, supervise
from weizhan.data.demo import make_demo
from weizhan.geo.ledgers.archive import conflicts, read_records
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import HazardState as S
from weizhan.geo.words.vocabulary import SupervisionLevel

ON = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "village"
    make_demo(folder, size="village")
    return folder


@pytest.fixture
def town(village, tmp_path):
    """Return a town with two cases: YH1 open, YH2 closed."""
    file = village / "ledgers.gpkg"
    file.unlink(missing_ok=True)
    rows = pd.DataFrame(
        {
            "隐患编号": ["YH1", "YH2"],
            "地址": ["某路1号", "某路2号"],
            "隐患类别": ["H1", "H2"],
            "发现日期": ["2026-01-01", "2026-01-01"],
            "整改完成日期": [None, "2026-01-10"],
            "复查日期": [None, "2026-01-12"],
            "销案日期": [None, "2026-01-15"],
            "隐患描述": ["甲", "乙"],
        }
    )
    ledger = tmp_path / "台账.csv"
    rows.to_csv(ledger, index=False)
    import_ledger(village, LedgerFile(ledger, "hazards", as_of=dt.date(2026, 2, 1)))
    return village


def cases(town, on=ON):
    return case_table(read_records(town, "hazards"), read_events(town), on=on)


def status(town, on=ON):
    return listed(cases(town, on), on=on).set_index("key")["status"].to_dict()


def test_a_case_is_listed_overdue_lifted_and_listed_again(town):
    day = dt.date(2026, 3, 1)
    done = supervise(town, "YH1", Listing(SupervisionLevel.TOWN, dt.date(2026, 4, 1)),
                     on=day, by="应急办")  # fmt: skip
    assert done == "listed"
    assert status(town, dt.date(2026, 3, 31)) == {"YH1": "open"}
    assert status(town) == {"YH1": "overdue"}
    with pytest.raises(InputError, match="2026-03-01"):
        supervise(town, "YH1", Listing(SupervisionLevel.CITY), on=ON, by="应急办")
    supervise(town, "YH1", Lifting(), on=dt.date(2026, 5, 1), by="应急办")
    assert status(town) == {"YH1": "lifted"}
    with pytest.raises(InputError, match="摘牌"):
        supervise(town, "YH1", Lifting(), on=ON, by="应急办")
    supervise(town, "YH1", Listing(SupervisionLevel.CITY), on=dt.date(2026, 6, 1), by="应急办")
    assert status(town) == {"YH1": "open"}
    assert cases(town).set_index("key").loc["YH1", "description"] == "甲"


def test_a_look_back_takes_a_case_off_the_list_and_only_closed_ones_are_looked_at(town):
    due = look_back_due(cases(town), on=ON, after_days=30)
    assert due["key"].tolist() == ["YH2"]
    supervise(town, "YH2", LookBack("未反弹"), on=dt.date(2026, 2, 20), by="消防")
    assert look_back_due(cases(town), on=ON, after_days=30).empty
    assert (
        read_records(town, "hazards").set_index("key").loc["YH2", "look_back_outcome"] == "未反弹"
    )
    with pytest.raises(InputError, match="尚未销案"):
        supervise(town, "YH1", LookBack("x"), on=ON, by="消防")
    with pytest.raises(InputError, match="2026-01-15"):
        supervise(town, "YH2", LookBack("x"), on=dt.date(2026, 1, 14), by="消防")


def test_steps_of_one_source_add_up_and_contradict_nobody(town):
    supervise(town, "YH1", Listing(SupervisionLevel.TOWN), on=dt.date(2026, 3, 1), by="应急办")
    supervise(town, "YH1", Lifting(), on=dt.date(2026, 3, 2), by="应急办", evidence="文书7")
    row = read_records(town, "hazards").set_index("key").loc["YH1"]
    assert f"{row['listed_on']:%F}" == "2026-03-01" and f"{row['lifted_on']:%F}" == "2026-03-02"
    assert row["evidence"] == "文书7"
    assert conflicts(town, "hazards").empty
    move(town, "YH1", to=S.ASSIGNED, on=dt.date(2026, 3, 3), by="应急办")
    assert cases(town).set_index("key").loc["YH1", "state"] == "assigned"


def test_nothing_is_ever_changed_and_strangers_are_refused(town):
    with sqlite3.connect(town / "ledgers.gpkg") as opened:
        before = opened.execute("SELECT * FROM hazards ORDER BY fid").fetchall()
    supervise(town, "YH1", Listing(SupervisionLevel.TOWN), on=dt.date(2026, 3, 1), by="应急办")
    with sqlite3.connect(town / "ledgers.gpkg") as opened:
        after = opened.execute("SELECT * FROM hazards ORDER BY fid").fetchall()
    assert after[: len(before)] == before and len(after) == len(before) + 1
    with pytest.raises(InputError, match="NO"):
        supervise(town, "NO", Lifting(), on=ON, by="应急办")
    with pytest.raises(InputError, match="由谁"):
        supervise(town, "YH1", Lifting(), on=ON, by=" ")
