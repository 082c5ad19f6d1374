import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.dates import read_date, read_date_said


@pytest.mark.parametrize(
    "cell",
    [
        "2026年3月5日", "2026/3/5", "2026-03-05", "2026.3.5", "20260305", 20260305, 20260305.0,
        46086, 46086.0, "46086", dt.date(2026, 3, 5), dt.datetime(2026, 3, 5), "２０２６年３月５日",
        " 2026-3-5 ",
    ],
)  # fmt: skip
def test_what_offices_write_is_read(cell):
    assert read_date(cell) == dt.datetime(2026, 3, 5)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-05 14:30", dt.datetime(2026, 3, 5, 14, 30)),
        ("2026年3月5日14时30分", dt.datetime(2026, 3, 5, 14, 30)),
        ("2026-03-05T14:30:07", dt.datetime(2026, 3, 5, 14, 30, 7)),
        (46086.5, dt.datetime(2026, 3, 5, 12)),
        ("2026年3月底", dt.datetime(2026, 3, 31)),
        ("2028年2月末", dt.datetime(2028, 2, 29)),
    ],
)
def test_times_are_kept(cell, moment):
    assert read_date(cell) == moment


@pytest.mark.parametrize(
    "cell",
    ["3月5日", "26/3/5", "2026-02-30", "2026-13-01", "近期", "", None, True, 5, 1.5, "20261301",
     "1899-01-01", 99999, "2026", "2026-03",
     "2026年13月底", "3月底", "2026年3月上旬"],
)  # fmt: skip
def test_what_is_no_full_date_is_refused(cell):
    assert read_date(cell) is None


D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("cell", "first", "typical", "last"),
    [
        ("2026年3月底", "2026-03-21", "2026-03-31", "2026-03-31"),
        ("2026年2月末", "2026-02-21", "2026-02-28", "2026-02-28"),
        ("2026年3月上旬", "2026-03-01", "2026-03-05", "2026-03-10"),
        ("2026年3月初", "2026-03-01", "2026-03-01", "2026-03-10"),
        ("2026年3月中旬", "2026-03-11", "2026-03-15", "2026-03-20"),
        ("2026年3月下旬", "2026-03-21", "2026-03-25", "2026-03-31"),
        ("2026年3月", "2026-03-01", "2026-03-15", "2026-03-31"),
        ("2026年3月份", "2026-03-01", "2026-03-15", "2026-03-31"),
        ("二〇二六年三月五日", "2026-03-05", "2026-03-05", "2026-03-05"),
        ("2026年十二月二十三日", "2026-12-23", "2026-12-23", "2026-12-23"),
        ("2026年3月5日（星期四）", "2026-03-05", "2026-03-05", "2026-03-05"),
    ],
)
def test_parts_of_a_month_are_ranges(cell, first, typical, last):
    said = read_date_said(cell)
    assert (said.first, said.typical.date(), said.last) == (D(first), D(typical), D(last))
    assert said.year_given


@pytest.mark.parametrize(
    ("cell", "typical"),
    [("3月5日", "2023-03-05"), ("10月9日", "2023-10-09"), ("十月九日", "2023-10-09"),
     ("3月底", "2023-03-31"), ("３月５号", "2023-03-05")],
)  # fmt: skip
def test_a_year_that_is_not_told_is_the_callers_and_flagged(cell, typical):
    said = read_date_said(cell, year=2023)
    assert said.typical.date() == D(typical)
    assert not said.year_given
    assert read_date_said(cell) is None


def test_days_counted_from_today():
    today = D("2026-03-01")
    assert read_date_said("今天", today=today).first == today
    assert read_date_said("昨天", today=today).first == D("2026-02-28")
    assert read_date_said("今天") is None


@pytest.mark.parametrize(
    ("cell", "epoch", "moment"),
    [
        (45006, 1900, "2023-03-21"), (43544, 1904, "2023-03-21"), ("43544", 1904, "2023-03-21"),
        (43544.5, 1904, "2023-03-21T12:00"), ("45006.25", 1900, "2023-03-21T06:00"),
        (20230321, 1904, "2023-03-21"),
    ],
)  # fmt: skip
def test_serials_of_both_kinds_of_workbook(cell, epoch, moment):
    assert read_date(cell, epoch=epoch) == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2023-03-21 14:05:00", "2023-03-21T14:05"), ("2023-03-21T14:05:00Z", "2023-03-21T22:05"),
        ("2023-03-21T14:05:00+08:00", "2023-03-21T14:05"),
        ("2023-03-21T20:05:00.123Z", "2023-03-22T04:05"),
        ("2023-03-21T14:05:00+0800", "2023-03-21T14:05"),
        ("2023年3月21日下午2点5分", "2023-03-21T14:05"), ("2023.3.21 上午9:30", "2023-03-21T09:30"),
        ("2023/3/21 2:05 PM", None), ("20230321 14:05", "2023-03-21T14:05"),
        (dt.datetime(2023, 3, 21, 20, tzinfo=dt.UTC), "2023-03-22T04:00"),
        ("2023-03.21", None), ("2023-03-21T25:00", None), ("2023-02-29", None),
        ("2023-03-21T14:05:00+99:00", None),
    ],
)  # fmt: skip
def test_times_and_zones(cell, moment):
    assert read_date(cell) == (moment and dt.datetime.fromisoformat(moment))


def test_what_has_not_come_is_refused_on_request():
    latest = D("2026-03-25")
    assert read_date_said("2062-03-05") is not None
    assert read_date_said("2062-03-05", latest=latest) is None
    assert read_date_said("2026-03-25", latest=latest) is not None
    assert read_date_said("2026年3月底", latest=latest) is not None  # may have come
    assert read_date_said("2026年4月底", latest=latest) is None


_FORMS = [
    "{0:%Y-%m-%d}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}.{0.month}.{0.day}",
]


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(_FORMS))
def test_what_is_written_is_read(day, form):
    said = read_date_said(form.format(day))
    assert (said.first, said.typical.date(), said.last) == (day, day, day)


@given(
    st.text() | st.integers() | st.floats() | st.datetimes(timezones=st.timezones()) | st.dates(),
    st.sampled_from([1900, 1904]),
)
def test_no_cell_raises(cell, epoch):
    said = read_date_said(cell, year=2026, today=dt.date(2026, 1, 1), epoch=epoch)
    assert said is None or said.first <= said.typical.date() <= said.last
