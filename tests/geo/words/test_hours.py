"""Opening hours: what is written by hand, and that nothing else is ever guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.hours import UNKNOWN, Hours, parse_hours, understood

MO, TU, WE, TH, FR, SA, SU = range(7)


def _open(text: str, weekday: int, clock: str) -> bool | None:
    return parse_hours(text).open_at(weekday, dt.time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("text", "weekday", "clock", "expected"),
    [
        ("24/7", SU, "03:00", True),
        ("全天", MO, "23:59", True),
        ("24小时", MO, "00:00", True),
        ("off", MO, "12:00", False),
        ("closed", MO, "12:00", False),
        ("关闭", SA, "12:00", False),
        ("06:00-22:00", SU, "06:00", True),
        ("06:00-22:00", SU, "22:00", False),
        ("06:00-22:00", SU, "05:59", False),
        ("00:00-24:00", SU, "23:59", True),
        ("Mo-Fr 06:00-22:00; Sa,Su 08:00-12:00", FR, "21:59", True),
        ("Mo-Fr 06:00-22:00; Sa,Su 08:00-12:00", SA, "07:00", False),
        ("Mo-Fr 06:00-22:00; Sa,Su 08:00-12:00", SU, "11:00", True),
        ("Mo-Fr 06:00-22:00", SA, "12:00", False),
        ("Mo-Fr 06:00-12:00,14:00-18:00", MO, "13:00", False),
        ("Mo-Fr 06:00-12:00,14:00-18:00", MO, "15:00", True),
        ("Mo-Su 08:00-18:00; We off", WE, "12:00", False),
        ("Fr-Mo 08:00-18:00", SU, "12:00", True),
        ("Fr-Mo 08:00-18:00", TU, "12:00", False),
        ("22:00-06:00", MO, "23:00", True),
        ("22:00-06:00", MO, "05:59", True),
        ("22:00-06:00", MO, "06:00", False),
        ("Fr 22:00-06:00", SA, "03:00", True),
        ("Fr 22:00-06:00", FR, "03:00", False),
        ("Fr 22:00-26:00", SA, "01:59", True),
        ("周一至周五 6:00-22:00", FR, "06:00", True),
        ("周一至周五 6:00-22:00", SA, "06:00", False),
        ("星期六、星期日：８：００－１２：００", SU, "09:00", True),
        ("工作日 7:00—19:00；周末 9点~12点半", SA, "12:29", True),
        ("工作日 7:00—19:00；周末 9点~12点半", SA, "12:30", False),
        ("每天 22:00至次日6:00", TU, "05:00", True),
        ("周末全天", SA, "04:00", True),
        ("Mo-Fr 06:00-22:00; PH off", TU, "12:00", True),
        ("Mo-Fr,PH 06:00-22:00", TU, "12:00", True),
        ("Mo-Fr 06:00-22:00; PH off", SU, "12:00", False),
        ("周一至五 8:30-17:30", MO, "10:00", True),
        ("周一至五 8:30-17:30", SA, "10:00", False),
        ("周六、日 9:00-12:00", SA, "10:00", True),
        ("周六、日 9:00-12:00", SU, "10:00", True),
        ("周六、日 9:00-12:00", MO, "10:00", False),
        ("周六日 9:00-12:00", SU, "10:00", True),
        ("周六日 9:00-12:00", FR, "10:00", False),
        ("上午8:00-下午5:00", MO, "16:30", True),
        ("上午8:00-下午5:00", MO, "17:30", False),
        ("8:30-12:00 14:00-17:30", MO, "15:00", True),
        ("8:30-12:00 14:00-17:30", MO, "13:00", False),
        ("8:30-12:00、14:00-17:30", MO, "09:00", True),
        ("8:30-12:00、14:00-17:30", MO, "13:00", False),
        ("早6点到晚10点", MO, "21:30", True),
        ("早6点到晚10点", MO, "22:30", False),
        ("早上6点半到晚上9点", MO, "20:59", True),
        ("全天（24小时）", MO, "03:00", True),
        ("06:00-22:00（节假日除外）", MO, "10:00", True),
        ("06:00-22:00（节假日除外）", MO, "22:10", False),
        ("Mo-Fr 08:00-12:00, Sa 10:00-12:00", SA, "11:00", True),
        ("Mo-Fr 08:00-12:00, Sa 10:00-12:00", SA, "09:00", False),
        ("Mo-Fr 08:00-12:00, Sa 10:00-12:00", FR, "09:00", True),
        ("Mo-Sa 10:00-20:00; PH off", MO, "11:00", True),
        ("22:00-次日6:00", MO, "23:30", True),
        ("22:00-次日6:00", MO, "12:00", False),
    ],
)
def test_hours_are_read(text, weekday, clock, expected):
    assert understood(text)
    assert _open(text, weekday, clock) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "无",
        "看情况",
        "sunrise-sunset",
        "Mo-Fr 06:00-22:00; Sa sunrise-sunset",
        "06:00",
        "6:00-25:61",
        "49:00-50:00",
        ":",
        ",",
        "30:00-32:00",
        "Mo-周末 08:00-09:00",
        "Mo-Fr 06:00-22:00 except market days",
        "2026",
        "Jan-Mar 08:00-18:00",
    ],
)
def test_what_is_not_understood_is_unknown_and_neither_open_nor_closed(text):
    assert parse_hours(text) == UNKNOWN
    assert parse_hours(text).open_at(MO, dt.time(12)) is None
    assert not understood(text)


@pytest.mark.parametrize("text", ["PH off", "PH 08:00-12:00", "节假日关闭"])
def test_hours_only_of_holidays_are_understood_but_tell_nothing_of_weekdays(text):
    assert understood(text)
    assert parse_hours(text).open_at(MO, dt.time(12)) is None


_WORDS = ["Mo", "Tu", "Su", "PH", "周一", "周日", "工作日", "全天", "off", ";", "；", ",", "、"]
_WORDS += ["-", "至", ":", "06:00", "22:00", "6点", "半", "24/7", " "]
_LIKE = st.lists(st.sampled_from(_WORDS)).map("".join)


@given(st.text() | _LIKE, st.integers(0, 6), st.times())
def test_any_text_is_read_or_unknown_and_never_raises(text, weekday, time):
    hours = parse_hours(text)
    assert isinstance(hours, Hours)
    assert hours.open_at(weekday, time) in {True, False, None}
    if hours.week is not None:
        assert understood(text)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 6), st.integers(0, 1439))
def test_a_span_over_midnight_is_the_complement_of_the_other(start, end, weekday, minute):
    def clock(m):
        return f"{m // 60:02d}:{m % 60:02d}"

    if start == end:
        assert _open(f"{clock(start)}-{clock(end)}", weekday, clock(minute)) is True
        return
    one = _open(f"{clock(start)}-{clock(end)}", weekday, clock(minute))
    other = _open(f"{clock(end)}-{clock(start)}", weekday, clock(minute))
    assert one is not other
