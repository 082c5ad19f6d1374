"""A preview says what the import then does, and writes nothing."""

import datetime as dt
import hashlib
import shutil

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from weizhan.geo.handed_over import found_from_files
from weizhan.geo.ledgers import (
    LedgerFile,
    imports_of,
    name_columns,
    place_row,
    preview_file,
    read_records,
    take_file,
    unplaced_rows,
    withdraw,
)
from weizhan.geo.words import InputError

from ..raw_files import raw_town

AT = dt.datetime(2026, 6, 1, 12)
HEAD = "编号,建筑编号,隐患类别,隐患描述,发现日期,整改期限,状态"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "甲镇"
    found_from_files(folder, raw_town(folder.parent / "in"), name="甲镇")
    return folder


@pytest.fixture
def town(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "甲镇")


def digest(folder):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def ledger(folder, rows, *, full=False, day="2026-06-01", name="台账.csv"):
    file = folder / name
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return LedgerFile(file, "hazards", as_of=dt.date.fromisoformat(day), full=full)


ROW = st.tuples(
    st.integers(1, 4),
    st.sampled_from(["B1", "B2", "B3", "X9"]),
    st.sampled_from(["H1", "H2", "乱写"]),
    st.sampled_from(["堆物", "线路老化"]),
    st.sampled_from(["2026-05-01", "2026-05-02", "近期"]),
)


def written(rows):
    return [f"Y{n},{b},{code},{what},{day},," for n, b, code, what, day in rows]


@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(ROW, max_size=4, unique_by=lambda r: r[0]),
    second=st.lists(ROW, min_size=1, max_size=4, unique_by=lambda r: r[0]),
    full=st.booleans(),
)
def test_a_preview_is_what_the_import_does(whole, tmp_path_factory, first, second, full):
    base = tmp_path_factory.mktemp("t")
    town = shutil.copytree(whole, base / "甲镇")
    if first:
        take_file(town, ledger(base, written(first), day="2026-05-20"), at=AT)
    asked = ledger(base, written(second), full=full)
    later = AT + dt.timedelta(days=1)
    before, records = digest(town), read_records(town, "hazards")
    seen = preview_file(town, asked, at=later)
    assert digest(town) == before
    done = take_file(town, asked, at=later)
    (one,), (two,) = seen.taken.intakes, done.intakes
    assert (one.added, one.changed, one.unchanged, one.matched, one.ended) == (
        two.added, two.changed, two.unchanged, two.matched, two.ended
    )  # fmt: skip
    assert [p.message() for p in seen.taken.problems] == [p.message() for p in done.problems]
    after = read_records(town, "hazards")
    old, new = set(records["key"]), set(after["key"])
    assert set(seen.fresh["hazards"]["key"]) == new - old
    assert set(seen.gone["hazards"]) == old - new
    told = after.set_index("key")
    was = records.set_index("key")
    for row in seen.changes.to_dict("records"):
        now = told.at[row["key"], row["column"]]
        said = f"{now:.15g}" if isinstance(now, float) else str(now)
        day = f"{now:%Y-%m-%d}" if hasattr(now, "year") and not pd.isna(now) else said
        assert row["now"] == ("" if pd.isna(now) else day)
        assert row["was"] != row["now"]
        assert str(was.at[row["key"], row["column"]]) != str(now)


def test_what_is_new_changed_and_closed_is_told_by_name(town, tmp_path):
    take_file(town, ledger(tmp_path, ["Y1,B1,H1,堆物,2026-05-01,,", "Y2,B2,H2,线,2026-05-01,,"],
                           day="2026-05-20"), at=AT)  # fmt: skip
    seen = preview_file(
        town,
        ledger(tmp_path, ["Y1,B1,H1,堆物多,2026-05-01,,", "Y3,X9,H1,堆物,2026-05-03,,"], full=True),
        at=AT + dt.timedelta(days=1),
    )
    assert seen.fresh["hazards"]["key"].tolist() == ["Y3"]
    assert seen.changes[["key", "column", "was", "now"]].values.tolist() == [
        ["Y1", "description", "堆物", "堆物多"]
    ]
    assert seen.taken.intakes[0].ended == ("Y2",)
    assert seen.unplaced == {"hazards": 1}


def test_a_row_is_placed_by_hand_and_that_is_undone_like_any_import(town, tmp_path):
    take_file(town, ledger(tmp_path, ["Y1,X9,H1,堆物,2026-05-01,,"]), at=AT)
    assert unplaced_rows(town, "hazards")["key"].tolist() == ["Y1"]
    with pytest.raises(InputError, match="B99"):
        place_row(town, "hazards", "Y1", "B99", at=AT + dt.timedelta(hours=1))
    place_row(town, "hazards", "Y1", "B2", at=AT + dt.timedelta(hours=1))
    record = read_records(town, "hazards").iloc[0]
    assert (record["building_id"], record["description"]) == ("B2", "堆物")
    assert unplaced_rows(town, "hazards").empty
    with pytest.raises(InputError, match="已经有位置"):
        place_row(town, "hazards", "Y1", "B3", at=AT + dt.timedelta(hours=2))
    last = imports_of(town).iloc[0]
    assert last["source"].startswith("地图点选")
    withdraw(town, name=str(last["fid"]))
    assert unplaced_rows(town, "hazards")["key"].tolist() == ["Y1"]


def test_a_heading_of_a_ledger_is_taken_for_what_somebody_chose(town, tmp_path):
    asked = ledger(tmp_path, ["Y1,B1,H1,堆物,2026-05-01,2026-07-01,"])
    name_columns(town, "hazards", {"due_on": "", "fixed_on": "整改期限"})
    seen = preview_file(town, asked, at=AT)
    found = {m.header: m.column for m in seen.taken.intakes[0].account.headers}
    assert found["整改期限"] == "fixed_on"
