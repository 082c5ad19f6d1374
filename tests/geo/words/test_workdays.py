"""Working days with the holidays and exchanged days that the State Council announced."""

import datetime as dt

import pytest

from weizhan.geo.words.workdays import Workdays, is_announced, passed_over


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-10-01", False), ("2025-10-02", False), ("2025-10-08", False), ("2025-10-09", True),
        ("2025-09-28", True),  # a Sunday worked in exchange
        ("2025-10-11", True),  # a Saturday worked in exchange
        ("2025-10-12", False), ("2025-05-01", False), ("2025-04-27", True), ("2024-02-18", True),
        ("2024-02-12", False), ("2026-10-01", False), ("2026-10-02", False),
    ],
)  # fmt: skip
def test_holidays_and_exchanged_days(day, works):
    assert Workdays().is_workday(dt.date.fromisoformat(day)) is works


def test_a_town_may_say_otherwise():
    day, sunday = dt.date(2025, 10, 9), dt.date(2025, 10, 12)
    own = Workdays(rest=frozenset({day}), work=frozenset({sunday}))
    assert not own.is_workday(day)
    assert own.is_workday(sunday)


def test_a_year_that_is_not_announced_has_weekends_and_fixed_holidays():
    assert not Workdays().is_workday(dt.date(2090, 10, 2))  # but for what the law fixes
    friday = dt.date(2090, 10, 6)
    assert not is_announced(friday)
    assert is_announced(dt.date(2025, 1, 1))
    assert Workdays().is_workday(friday)
    assert not Workdays().is_workday(friday + dt.timedelta(days=1))


def test_days_passed_over_are_told():
    start = dt.date(2025, 9, 30)
    days = Workdays().first(2, start=start)
    assert days == [start, dt.date(2025, 10, 9)]
    assert passed_over(days, start=start) == [dt.date(2025, 10, d) for d in range(1, 9)]


@pytest.mark.parametrize(
    ("day", "holiday"),
    [("2026-10-02", True), ("2026-10-04", True), ("2026-10-10", False), ("2026-10-11", False),
     ("2026-04-06", True), ("2090-10-02", True), ("2090-10-06", None)],
)  # fmt: skip
def test_whether_a_day_belongs_to_a_public_holiday(day, holiday):
    assert Workdays().is_holiday(dt.date.fromisoformat(day)) is holiday
