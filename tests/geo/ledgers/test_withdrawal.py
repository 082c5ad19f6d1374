"""Rows leave the town, never the archive: complete ledgers end things, imports are withdrawn."""

import datetime as dt

import pytest

from weizhan.coverage.cases import OPEN, case_table
from weizhan.geo.ledgers import LedgerFile, import_ledger, read_events, read_records, withdraw
from weizhan.geo.ledgers.archive import read_imports
from weizhan.geo.words.errors import InputError

from ...cli.small_town import small_town

JUNE, SEPTEMBER = dt.date(2026, 6, 30), dt.date(2026, 9, 30)
OPEN_HEAD = "隐患编号,地址,隐患类别,发现日期,整改状态"
COUNT_HEAD = "社区,地址,户数,空巢老人,统计日期"


@pytest.fixture(scope="module")
def _street(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("street") / "town", without="ledgers")


@pytest.fixture
def street(_street, tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    for file in _street.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def take(street, tmp_path):
    clock = iter(range(1, 60))

    def call(name, kind, *lines, as_of=JUNE, **options):
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        ledger = LedgerFile(file, kind, as_of=as_of, **options)
        return import_ledger(street, ledger, at=dt.datetime(2026, 10, 1, 8, next(clock)))

    return call


def _households(folder):
    return read_records(folder, "vulnerable")["households"].sum()


def _open(folder, on):
    cases = case_table(read_records(folder, "hazards"), read_events(folder), on=on)
    return sorted(cases.loc[cases["state"].isin(OPEN), "key"])


def test_a_corrected_complete_count_replaces_the_earlier_one(street, take):
    rows = [f"东社区,幸福路{k}号,{10 * k},4,2026-06-30" for k in (1, 2, 3)]
    take("v1.csv", "vulnerable", COUNT_HEAD, *rows, source="社区")
    assert _households(street) == 60
    kept = take("v2.csv", "vulnerable", COUNT_HEAD, rows[0], source="社区")
    assert (_households(street), kept.ended) == (60, ())  # nobody said that it is complete
    full = take("v2.csv", "vulnerable", COUNT_HEAD, rows[0], source="社区", full=True)
    assert (_households(street), len(full.ended)) == (10, 2)
    again = take("v2.csv", "vulnerable", COUNT_HEAD, rows[0], source="社区", full=True)
    assert again.ended == ()
    withdraw(street)
    assert _households(street) == 60
    take("v2.csv", "vulnerable", COUNT_HEAD, rows[0], source="社区", full=True)
    take("v3.csv", "vulnerable", COUNT_HEAD, *rows[:2], source="社区")
    assert _households(street) == 30, "what comes back is there again"


def test_a_hazard_that_a_complete_ledger_does_not_hold_is_not_open_and_was(street, take):
    line = "{},幸福路{}号,占用消防车道,2026-0{}-01,整改中"
    v1, v2, v3 = line.format("V1", 1, 5), line.format("V2", 2, 5), line.format("V3", 3, 8)
    take("open_june.csv", "hazards", OPEN_HEAD, v1, v2, source="应急办")
    taken = take("open_sept.csv", "hazards", OPEN_HEAD, v2, v3, source="应急办",
                 as_of=SEPTEMBER, full=True)  # fmt: skip
    assert taken.ended == ("V1",)
    assert _open(street, SEPTEMBER) == ["V2", "V3"]
    assert _open(street, JUNE) == ["V1", "V2"], "what was open in June stays told"
    last = read_events(street).query("key == 'V1'").iloc[-1]
    assert (last["state"], last["stated"], last["note"]) == ("closed", 0, "ended")
    withdraw(street, name="open_sept.csv")
    assert _open(street, SEPTEMBER) == ["V1", "V2"]


def test_another_source_that_tells_of_a_case_later_keeps_it(street, take):
    line = "V1,幸福路1号,占用消防车道,2026-05-01,整改中"
    take("a.csv", "hazards", OPEN_HEAD, line, source="甲")
    other = "V2,幸福路2号,占用消防车道,2026-05-01,整改中"
    take("a.csv", "hazards", OPEN_HEAD, other, source="甲", as_of=SEPTEMBER, full=True)
    assert _open(street, SEPTEMBER) == ["V2"]
    take("b.csv", "hazards", OPEN_HEAD, line, source="乙", as_of=dt.date(2026, 10, 31))
    assert _open(street, SEPTEMBER) == ["V1", "V2"]


def test_a_withdrawn_import_is_as_if_it_had_never_come_and_may_come_again(street, take):
    first = "V1,幸福路1号,占用消防车道,2026-05-01,整改中"
    take("a.csv", "hazards", OPEN_HEAD, first, source="甲")
    before = (read_records(street, "hazards"), read_events(street))
    wrong = ["V1,幸福路1号,占用消防车道,2026-05-01,已销案",
             "V9,幸福路9号,占用消防车道,2026-05-02,整改中"]  # fmt: skip
    take("b.csv", "hazards", OPEN_HEAD, *wrong, source="甲", as_of=SEPTEMBER)
    assert _open(street, SEPTEMBER) == ["V9"]
    gone = withdraw(street)
    assert gone[["source", "file", "added"]].to_numpy().tolist() == [["甲", "b.csv", 2]]
    assert read_records(street, "hazards").equals(before[0])
    assert read_events(street).equals(before[1])
    assert len(read_imports(street)) == 1
    taken = take("b.csv", "hazards", OPEN_HEAD, *wrong, source="甲", as_of=SEPTEMBER)
    assert (taken.added, taken.changed) == (1, 1)
    assert _open(street, SEPTEMBER) == ["V9"]


def test_what_cannot_be_withdrawn_is_told(street, take, tmp_path):
    with pytest.raises(InputError) as told:
        withdraw(street)
    assert told.value.key == "error.nothing_imported"
    assert not (street / "ledgers.gpkg").exists()
    take("a.csv", "hazards", OPEN_HEAD, "V1,幸福路1号,占用消防车道,2026-05-01,整改中")
    with pytest.raises(InputError, match=r"a\.csv"):
        withdraw(street, name="b.csv")
    withdraw(street, name="1")
    with pytest.raises(InputError):
        withdraw(street)
