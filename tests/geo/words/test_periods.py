"""Quarters, half-years and years, their days and what came before them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.errors import InputError
from weizhan.geo.words.periods import read_period


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("2026Q3", dt.date(2026, 7, 1), dt.date(2026, 9, 30), "2026Q2"),
        ("2024q1", dt.date(2024, 1, 1), dt.date(2024, 3, 31), "2023Q4"),
        ("2026H1", dt.date(2026, 1, 1), dt.date(2026, 6, 30), "2025H2"),
        ("2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "2025"),
        ("2026-07", dt.date(2026, 7, 1), dt.date(2026, 7, 31), "2026-06"),
        ("2026年1月", dt.date(2026, 1, 1), dt.date(2026, 1, 31), "2025-12"),
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "2024-01"),
        ("2026年Q4", dt.date(2026, 10, 1), dt.date(2026, 12, 31), "2026Q3"),
    ],
)
def test_periods_begin_and_end(name, first, last, before):
    period = read_period(name)
    assert (period.first, period.last, period.before.name) == (first, last, before)


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("2026Q3", ["2026q3", "2026 Q3", "2026-Q3", "2026_q3", "2026年Q3", "2026年第三季度",
                    "2026年第3季度", "2026年三季度", "2026 年 3 季度", "2026第三季度", "2026年3季",
                    "\uff12\uff10\uff12\uff16\uff31\uff13", "二〇二六年第三季度", " 2026Q3\n",
                    "2026年度第三季度", "2026/Q3"]),
        ("2026H1", ["2026h1", "2026年上半年", "2026上半年", "2026 上半年", "2026年H1"]),
        ("2025H2", ["2025年下半年", "2025 h2"]),
        ("2026-07", ["2026-7", "202607", "2026/07", "2026.7", "2026年7月", "2026年七月",
                     "2026 年 07 月", "2026年7月份"]),
        ("2026-10", ["2026年十月", "2026年10月"]),
        ("2026-12", ["2026年十二月", "202612"]),
        ("2026", ["2026年", "2026年度", "2026全年", "2026年全年", "二〇二六年"]),
    ],
)  # fmt: skip
def test_one_period_has_one_name_however_it_is_written(name, ways):
    assert {read_period(way).name for way in [name, *ways]} == {name}


@pytest.mark.parametrize(
    "name",
    ["2026Q5", "2026H3", "26Q1", "1066", "Q3", "", "2026-13", "2026-00", "202607x",
     "2026年第五季度", "2026年第季度", "2026年半年", "2026年十三月", "2026年上季度", "第三季度",
     "2026Q3Q4", "2026--Q3", "../2026Q3"],
)  # fmt: skip
def test_other_words_are_no_periods(name):
    with pytest.raises(InputError, match="2026Q3"):
        read_period(name)


@given(st.integers(1960, 2090), st.sampled_from(["Q1", "Q2", "Q3", "Q4", "H1", "H2", ""]))
def test_the_period_before_ends_the_day_before(year, part):
    period = read_period(f"{year}{part}")
    assert period.before.last + dt.timedelta(days=1) == period.first
    assert read_period(period.name) == period
    assert period.year_before.first.month == period.first.month
