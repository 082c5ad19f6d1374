import datetime as dt

import pytest

from weizhan.geo.words.dates import read_date


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
