"""Who may pass, by vehicle and by the hour."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words import Access, Right, Vehicle, When, Workdays, access_text, parse_access

TRUCK, BIKE, FOOT = Vehicle.MINI_TRUCK, Vehicle.E_BIKE, Vehicle.FOOT


def _at(moment):
    return When(dt.datetime.fromisoformat(moment), Workdays(), (29.5, 106.5))


@pytest.mark.parametrize(
    ("text", "moment", "right"),
    [
        ("motor_vehicle:conditional=no @ (22:00-06:00)", "2026-09-30T23:00", "no"),
        ("motor_vehicle:conditional=no @ (22:00-06:00)", "2026-09-30T07:00", ""),
        ("motor_vehicle:conditional=no @ 22:00-06:00", "2026-09-30T05:59", "no"),
        ("motor_vehicle=no | motor_vehicle:conditional=yes @ (Sa)", "2026-10-17T05:00", "yes"),
        ("access=no | access:conditional=yes @ (Mo-Fr 08:00-18:00; PH off)",
         "2026-10-01T10:00", "no"),
        ("access=no | access:conditional=yes @ (Mo-Fr 08:00-18:00; PH off)",
         "2026-09-30T10:00", ""),
        # of several clauses that hold the last one counts
        ("access:conditional=no @ (06:00-22:00); yes @ (10:00-12:00)", "2026-09-30T11:00", ""),
        ("access:conditional=no @ (06:00-22:00); yes @ (10:00-12:00)", "2026-09-30T13:00", "no"),
        ("access:conditional=no @ (22:00-06:00 AND weight>2)", "2026-09-30T23:00", "no"),
        ("access:conditional=no @ (22:00-06:00 AND weight>3.5)", "2026-09-30T23:00", ""),
        ("access:conditional=no @ (weight>2000 kg)", "2026-09-30T23:00", "no"),
        ("access:conditional=no @ (wet)", "2026-09-30T23:00", "unknown"),
        ("access=no | access:conditional=no @ (wet)", "2026-09-30T23:00", "no"),
        ("access:conditional=no", "2026-09-30T23:00", "unknown"),
        ("opening_hours=sunrise-sunset", "2026-09-30T23:00", "no"),
        ("opening_hours=sunrise-sunset", "2026-09-30T12:00", ""),
        ("opening_hours=看情况", "2026-09-30T12:00", "unknown"),
        ("emergency:conditional=yes @ (08:00-09:00) | access=no", "2026-09-30T08:30", "yes"),
        ("emergency:conditional=yes @ (08:00-09:00) | access=no", "2026-09-30T09:30", "no"),
    ],
)  # fmt: skip
def test_what_holds_for_a_truck_at_a_moment(text, moment, right):
    assert parse_access(text).right(TRUCK, _at(moment), mass_t=2.5) == right


def test_without_a_moment_conditions_are_left_out():
    text = "access=no | foot=yes | access:conditional=yes @ (10:00-12:00)"
    assert parse_access(text).right(TRUCK) == Right.NO
    assert parse_access(text).right(FOOT) == Right.YES


def test_a_bare_word_speaks_of_everybody():
    assert parse_access("no").right(BIKE) == Right.NO
    assert parse_access("emergency").right(Vehicle.FIRE_ENGINE) == Right.YES
    assert parse_access(None).right(BIKE) == parse_access("private").right(BIKE) == Right.NONE


def test_one_way_leaves_out_whom_it_names():
    assert parse_access("oneway:emergency=no").both_ways(Vehicle.FIRE_ENGINE)
    assert not parse_access("oneway:emergency=yes").both_ways(Vehicle.FIRE_ENGINE)


@given(st.text(max_size=60))
def test_no_text_raises(text):
    found = parse_access(text)
    assert found.right(TRUCK, _at("2026-09-30T23:00")) in list(Right)
    assert isinstance(found.unread, tuple)


VALUES = st.text("abcxyz01:;@() -", max_size=20).map(str.strip)


@given(st.dictionaries(st.sampled_from(["access", "foot", "access:conditional"]), VALUES))
def test_what_is_written_is_read_again(told):
    assert parse_access(access_text(told)) == Access(told)
