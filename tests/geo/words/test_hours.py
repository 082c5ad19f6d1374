"""Opening hours: what is written by hand, and that nothing else is ever guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.hours import UNKNOWN, Hours, parse_hours, understood
from weizhan.geo.words.workdays import Workdays

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
        "06:00",
        "6:00-25:61",
        "49:00-50:00",
        ":",
        ",",
        "30:00-32:00",
        "Mo-周末 08:00-09:00",
        "Mo-Fr 06:00-22:00 except market days",
        "2026",
        "上午9点到5点",
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


PLACE = (29.5, 106.5)  # Chongqing: the sun rises about 7:46 on 20 December


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("06:00-22:00（节假日除外）", "2026-10-01 10:00", False),
        ("06:00-22:00（节假日除外）", "2026-10-02 10:00", False),  # all of the golden week
        ("06:00-22:00（节假日除外）", "2026-10-08 10:00", True),
        ("Mo-Sa 10:00-20:00; PH off", "2026-04-06 11:00", False),  # tomb-sweeping
        ("Mo-Fr 08:00-18:00,PH 09:00-12:00", "2026-10-03 10:00", True),
        ("Mo-Fr 08:00-18:00; PH 09:00-12:00", "2026-10-02 13:00", False),
        ("PH off", "2026-10-01 10:00", False),
        ("PH off", "2026-10-09 10:00", None),
        ("工作日 9:00-17:00", "2026-10-09 10:00", True),
        ("工作日 9:00-17:00", "2026-10-10 10:00", True),  # a Saturday worked in exchange
        ("工作日 9:00-17:00", "2026-10-17 10:00", False),
        ("工作日 9:00-17:00", "2026-10-02 10:00", False),
        ("周一至周五 9:00-17:00", "2026-10-10 10:00", False),
        ("Mo-Sa 10:00-20:00; PH off", "2045-10-02 11:00", False),  # fixed by law
        ("Mo-Sa 10:00-20:00; PH off", "2045-02-17 11:00", None),  # not announced
        ("Fr 22:00-06:00", "2026-11-07 03:00", True),
        ("Fr 22:00-06:00", "2026-11-06 03:00", False),
        ("sunrise-sunset", "2026-12-20 07:30", False),
        ("sunrise-sunset", "2026-12-20 08:00", True),
        ("夜间关闭", "2026-12-20 23:00", False),
        ("Jan-Mar 08:00-18:00", "2026-02-02 10:00", True),
        ("Jan-Mar 08:00-18:00", "2026-04-02 10:00", False),
        ("5月1日至10月31日 6:00-22:00", "2026-10-31 10:00", True),
        ("5月1日至10月31日 6:00-22:00", "2026-11-01 10:00", False),
        ("8:00-18:00，寒暑假关闭", "2026-11-04 10:00", True),
        ("8:00-18:00，寒暑假关闭", "2026-07-20 10:00", None),  # it depends on the province
        ("8:00-18:00，寒暑假关闭", "2026-07-20 19:00", False),
    ],
)
def test_holidays_seasons_and_the_sun_count_on_a_day(text, moment, expected):
    at = dt.datetime.fromisoformat(moment)
    assert parse_hours(text).open_on(at, place=PLACE) is expected


@pytest.mark.parametrize(
    ("text", "clock", "expected"),
    [("sunrise-sunset", "12:00", True), ("sunrise-sunset", "06:00", None),
     ("sunrise-sunset", "23:59", False), ("Jan-Mar 08:00-18:00", "10:00", None),
     ("Jan-Mar 08:00-18:00", "19:00", False)],
)  # fmt: skip
def test_what_depends_on_the_season_or_the_place_is_unknown_where_it_does(text, clock, expected):
    assert parse_hours(text).open_at(MO, dt.time.fromisoformat(clock)) is expected


def test_a_town_decides_which_days_are_worked():
    own = Workdays(rest=frozenset({dt.date(2026, 10, 9)}), work=frozenset({dt.date(2026, 10, 2)}))
    hours = parse_hours("工作日 9:00-17:00")
    assert hours.open_on(dt.datetime(2026, 10, 9, 10), workdays=own) is False
    assert hours.open_on(dt.datetime(2026, 10, 2, 10), workdays=own) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周一至五 8:30-17:30", "Mo-Fr 08:30-17:30"),
        ("工作日 9:00-17:00", "Mo-Fr 09:00-17:00; PH off"),
        ("周六日 9:00-12:00", "Sa,Su 09:00-12:00"),
        ("周一三五 9:00-11:00", "Mo,We,Fr 09:00-11:00"),
        ("周末及节假日 9:00-17:00", "Sa,Su,PH 09:00-17:00"),
        ("周一至周五 8:00-18:00 周六 9:00-12:00", "Mo-Fr 08:00-18:00; Sa 09:00-12:00"),
        ("下午2点到5点", "14:00-17:00"),
        ("下午2-5点", "14:00-17:00"),
        ("晚上10点到6点", "22:00-06:00"),
        ("晚上12点到早上6点", "00:00-06:00"),
        ("八点半到十二点", "08:30-12:00"),
        ("白天", "sunrise-sunset"),
        ("白天8:00-18:00", "08:00-18:00"),
        ("22:00-6:00关闭", "24/7; 22:00-06:00 off"),
        ("周日休息", "24/7 unknown; Su off"),
        ("6-10月 6:00-20:00", "Jun-Oct 06:00-20:00"),
        ("看情况", None),
    ],
)
def test_what_a_text_reads_as_can_be_shown(text, expected):
    assert parse_hours(text).reads_as == expected


@pytest.mark.parametrize(
    ("text", "day", "spans"),
    [
        ("22:00-06:00", "2026-11-03", ((1320, 1800),)),
        ("24/7", "2026-11-03", ((0, 1440),)),
        ("Fr 22:00-26:00", "2026-11-06", ((1320, 1560),)),
        ("Fr 22:00-26:00", "2026-11-07", ()),
        ("8:30-12:00 14:00-17:30", "2026-11-06", ((510, 720), (840, 1050))),
        ("Mo-Su 08:00-18:00; PH off", "2026-10-02", ()),
        ("PH off", "2026-11-06", None),
        ("看情况", "2026-11-06", None),
    ],
)
def test_spans_belong_to_the_day_on_which_they_begin(text, day, spans):
    assert parse_hours(text).spans(dt.date.fromisoformat(day)) == spans


_WORDS = ["Mo", "Tu", "Su", "PH", "周一", "周日", "工作日", "全天", "off", ";", "；", ",", "、"]
_WORDS += ["-", "至", ":", "06:00", "22:00", "6点", "半", "24/7", " "]
_LIKE = st.lists(st.sampled_from(_WORDS)).map("".join)


@given(st.text() | _LIKE, st.integers(0, 6), st.times())
def test_any_text_is_read_or_unknown_and_never_raises(text, weekday, time):
    hours = parse_hours(text)
    assert isinstance(hours, Hours)
    assert hours.open_at(weekday, time) in {True, False, None}
    assert understood(text) is (hours.expression is not None)
    assert hours.spans(dt.date(2026, 11, 2)) is None or understood(text)


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
