"""The closed loop of a few cases, by hand."""

import datetime as dt

import pandas as pd
import pytest

from weizhan.coverage.cases.deadlines import due_days
from weizhan.coverage.cases.hazards import (
    case_table,
    check_mismatches,
    listed,
    look_back_due,
    move,
    overdue,
)
from weizhan.geo.ledgers.archive import writing
from weizhan.geo.ledgers.archive_tables import IMPORT_COLUMNS
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.words import Workdays
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import HazardState as S

NO_DAY = pd.NaT


def day(text):
    return pd.Timestamp(text) if text else NO_DAY


def events(**cases):
    """Return steps: ``YH1="found 2026-01-01, assigned 2026-01-02"``."""
    rows = []
    for key, told in cases.items():
        for step in told.split(", "):
            state, on = step.split()
            rows.append((key, state, pd.Timestamp(on)))
    frame = pd.DataFrame(rows, columns=["key", "state", "happened_on"])
    return frame.assign(fid=range(1, len(frame) + 1))


def records(**cases):
    names = ("due_on", "listed_on", "listed_due_on", "lifted_on", "looked_back_on")
    rows = []
    for key, told in cases.items():
        days = {name: day(told.get(name)) for name in names}
        checks = {n: float(told.get(n, "nan")) for n in
                  ("self_check", "territorial_check", "office_check")}  # fmt: skip
        level = told.get("supervision_level")
        rows.append({"key": key, "state": "found", "supervision_level": level, **days, **checks})
    return pd.DataFrame(rows)


EVENTS = events(
    YH1="found 2026-01-01, assigned 2026-01-03",
    YH2="found 2026-01-01, assigned 2026-01-02, fixed 2026-01-10, rechecked 2026-01-12, "
    "closed 2026-01-15",
    YH3="found 2026-01-01, assigned 2026-01-02, fixed 2026-01-10, rechecked 2026-01-12, "
    "closed 2026-01-15, reopened 2026-02-20",
    YH4="found 2026-03-01",
)


def test_a_case_stands_where_its_history_says_it_stood_on_that_day():
    told = records(YH1={}, YH2={}, YH3={}, YH4={})
    cases = case_table(told, EVENTS, on=dt.date(2026, 2, 1)).set_index("key")
    assert cases["state"].to_dict() == {"YH1": "assigned", "YH2": "closed", "YH3": "closed"}
    assert cases.loc["YH1", "age_days"] == 31
    assert pd.isna(cases.loc["YH2", "age_days"])
    assert cases.loc["YH2", "closed"] == pd.Timestamp("2026-01-15")
    later = case_table(told, EVENTS, on=dt.date(2026, 3, 1)).set_index("key")
    assert later.loc["YH3", ["state", "times_reopened"]].tolist() == ["reopened", 1]
    assert later.loc["YH4", "age_days"] == 0


def test_a_case_is_overdue_from_the_day_after_its_due_day():
    told = records(
        YH1={"due_on": "2026-01-31"},
        YH2={"due_on": "2026-01-05"},  # closed
        YH3={"due_on": "2026-01-20"},
        YH4={},
    )
    for on, late in (
        ("2026-01-31", {}),
        ("2026-02-01", {"YH1": 1}),
        ("2026-03-02", {"YH3": 41, "YH1": 30}),
    ):
        on = dt.date.fromisoformat(on)
        found = overdue(case_table(told, EVENTS, on=on), on=on)
        assert dict(zip(found["key"], found["days_overdue"], strict=True)) == late
        assert found["key"].tolist() == list(late)


def test_what_is_due_on_a_day_of_rest_is_due_on_the_next_working_day():
    told = records(YH1={"due_on": "2026-01-31"}, YH2={}, YH3={}, YH4={})  # a Saturday
    calendar = Workdays()
    for on, late in (("2026-02-01", {}), ("2026-02-02", {}), ("2026-02-03", {"YH1": 1})):
        on = dt.date.fromisoformat(on)
        found = overdue(case_table(told, EVENTS, on=on), on=on, workdays=calendar)
        assert dict(zip(found["key"], found["days_overdue"], strict=True)) == late
    works = Workdays(work=frozenset({dt.date(2026, 1, 31)}))  # as town.toml may say
    on = dt.date(2026, 2, 3)
    found = overdue(case_table(told, EVENTS, on=on), on=on, workdays=works)
    assert found["days_overdue"].tolist() == [3]


def test_a_look_back_waits_for_a_working_day():
    told = records(YH1={}, YH2={}, YH3={}, YH4={})
    # 31 days after 15 January is 15 February, the first day of the Spring Festival
    for on, due in (("2026-02-15", []), ("2026-02-23", []), ("2026-02-24", ["YH2"])):
        on = dt.date.fromisoformat(on)
        cases = case_table(told, EVENTS, on=on)
        found = look_back_due(cases, on=on, after_days=31, workdays=Workdays())
        assert found["key"].tolist() == due
    assert found["look_back_on"].tolist() == [pd.Timestamp("2026-02-24")]


def test_in_years_not_announced_yet_only_weekends_and_fixed_holidays_rest():
    days = pd.Series(pd.to_datetime(["2031-10-01", "2031-10-05", "2031-10-06", None]))
    moved = due_days(days, Workdays())
    assert moved.iloc[:3].dt.strftime("%m-%d").tolist() == ["10-06", "10-06", "10-06"]
    assert pd.isna(moved.iloc[3])
    assert due_days(days, None).equals(days)


def test_listed_supervision_is_open_overdue_or_lifted():
    told = records(
        YH1={"supervision_level": "district", "listed_on": "2026-01-05",
             "listed_due_on": "2026-01-31"},
        YH2={"supervision_level": "town", "listed_on": "2026-01-05", "lifted_on": "2026-02-01"},
        YH3={"supervision_level": "city", "listed_on": "2026-02-20"},
        YH4={},
    )  # fmt: skip
    for on, status in (
        ("2026-01-31", {"YH1": "open", "YH2": "open"}),
        ("2026-02-01", {"YH1": "overdue", "YH2": "lifted"}),
        ("2026-02-20", {"YH1": "overdue", "YH3": "open", "YH2": "lifted"}),
    ):
        on = dt.date.fromisoformat(on)
        found = listed(case_table(told, EVENTS, on=on), on=on)
        assert dict(zip(found["key"], found["status"], strict=True)) == status


def test_a_case_listed_on_nobody_knows_which_day_is_listed_and_lifted_when_told():
    told = records(
        YH1={"supervision_level": "town", "listed_due_on": "2026-01-31"},
        YH2={"supervision_level": "town", "lifted_on": "2026-01-31"},
        YH3={"supervision_level": "town", "lifted_on": "2026-01-10", "listed_on": "2026-01-11"},
        YH4={"listed_on": "2026-01-05"},  # no level: nobody listed it
    )
    on = dt.date(2026, 3, 1)
    found = listed(case_table(told, EVENTS, on=on), on=on)
    assert dict(zip(found["key"], found["status"], strict=True)) == {
        "YH1": "overdue", "YH3": "open", "YH2": "lifted",
    }  # fmt: skip
    assert found["key"].tolist() == ["YH1", "YH3", "YH2"]


def test_closed_cases_are_looked_at_again_after_so_many_days():
    told = records(YH1={}, YH2={}, YH3={}, YH4={})
    due = {}
    for on in ("2026-02-13", "2026-02-14", "2026-02-20"):
        cases = case_table(told, EVENTS, on=dt.date.fromisoformat(on))
        found = look_back_due(cases, on=dt.date.fromisoformat(on), after_days=30)
        due[on] = found["key"].tolist()
    assert due == {"2026-02-13": [], "2026-02-14": ["YH2", "YH3"], "2026-02-20": ["YH2"]}
    looked = records(YH2={"looked_back_on": "2026-02-10"}, YH3={"looked_back_on": "2026-01-14"})
    cases = case_table(looked, EVENTS, on=dt.date(2026, 2, 14))
    found = look_back_due(cases, on=dt.date(2026, 2, 14), after_days=30)
    assert found["key"].tolist() == ["YH3"]  # looked at before it was closed
    # A look on the very day of closing counts, and one on the very day that is asked for.
    looked = records(YH2={"looked_back_on": "2026-01-15"}, YH3={"looked_back_on": "2026-02-14"})
    waiting = {}
    for on in (dt.date(2026, 2, 13), dt.date(2026, 2, 14)):
        found = look_back_due(case_table(looked, EVENTS, on=on), on=on, after_days=20)
        waiting[on.day] = found["key"].tolist()
    assert waiting == {13: ["YH3"], 14: []}


def test_checks_that_disagree_are_listed():
    told = records(
        YH1={"self_check": "0", "territorial_check": "1"},
        YH2={"self_check": "1", "office_check": "1"},
        YH3={"self_check": "0"},
    )
    cases = case_table(told, EVENTS, on=dt.date(2026, 3, 1))
    assert check_mismatches(cases)["key"].tolist() == ["YH1"]


@pytest.fixture
def folder(tmp_path):
    with writing(tmp_path, at=dt.datetime(2026, 1, 1)) as connection:
        told = ("hazards", "a.xlsx", "2026-01-01", "2026-01-01T00:00:00", "", 1, 1, "a.xlsx")
        connection.append("imports", IMPORT_COLUMNS, [told])
        columns = ("key", "row_hash", "import_id", "source_row", "found_on")
        connection.append("hazards", columns, [("YH1", "", 1, 2, "2026-01-01")])
    return tmp_path


def test_a_case_moves_around_the_loop_and_who_when_and_evidence_are_kept(folder):
    steps = [S.ASSIGNED, S.FIXED, S.RECHECKED, S.CLOSED, S.REOPENED, S.FIXED, S.RECHECKED,
             S.REOPENED, S.ASSIGNED]  # fmt: skip
    for at, state in enumerate(steps, start=2):
        move(folder, "YH1", to=state, on=dt.date(2026, 1, at), by="应急办", evidence=f"照片{at}")
    told = read_events(folder)
    assert told["state"].tolist() == ["found", *steps]
    last = told.iloc[-1]
    assert (last["who"], last["evidence"]) == ("应急办", "照片10")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": S.CLOSED}, "assigned"),
        ({"on": dt.date(2025, 12, 31)}, "2025-12-31"),
        ({"case": "YH9"}, "YH9"),
        ({"by": " "}, "YH1"),
    ],
)
def test_a_step_that_may_not_be_is_refused_and_nothing_is_written(folder, change, said):
    before = (folder / "ledgers.gpkg").read_bytes()
    step = {"case": "YH1", "to": S.ASSIGNED, "on": dt.date(2026, 1, 2), "by": "应急办", **change}
    with pytest.raises(InputError, match=said):
        move(folder, step.pop("case"), **step)
    assert (folder / "ledgers.gpkg").read_bytes() == before


def test_without_ledgers_there_is_no_case(tmp_path):
    with pytest.raises(InputError):
        move(tmp_path, "YH1", to=S.ASSIGNED, on=dt.date(2026, 1, 2), by="应急办")
    assert list(tmp_path.iterdir()) == []
