"""Numbers as people write them, by a table of values and by writing and reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.quantities import read_number, unit_of


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("3.5", "m", 3.5), ("3.5米", "m", 3.5), ("3.5 m", "m", 3.5), ("约4m", "m", 4.0),
        ("３．５", "m", 3.5), ("４米左右", "m", 4.0), ("四米", "m", 4.0), ("十二米", "m", 12.0),
        ("350厘米", "m", 3.5), ("350cm", "m", 3.5), ("1.2公里", "m", 1200.0), ("0.5km", "m", 500.0),
        ("大约3米", "m", 3.0), ("近3米", "m", 3.0), (".5", "m", 0.5), ("-1", "", -1.0),
        ("120㎡", "m2", 120.0), ("120平方米", "m2", 120.0), ("120平米", "m2", 120.0),
        ("120m2", "m2", 120.0), ("1.2万平方米", "m2", 12000.0), ("3分钟", "s", 180.0),
        ("90秒", "s", 90.0), ("2min", "s", 120.0), ("1小时", "s", 3600.0),
        ("约200人", "", 200.0), ("1,200", "", 1200.0), ("1.2万", "", 12000.0), ("3千", "", 3000.0),
        ("六层", "", 6.0), ("12层", "", 12.0), ("二十", "", 20.0), ("二十三", "", 23.0),
        ("一百零三", "", 103.0), ("三百二十", "", 320.0), ("一〇三", "", 103.0), ("两户", "", 2.0),
        ("5万元", "yuan", 50000.0), ("300元", "yuan", 300.0), ("8%", "pct", 8.0),
        (7, "m", 7.0), (2.5, "m", 2.5),
    ],
)  # fmt: skip
def test_numbers_are_read(cell, unit, value):
    assert read_number(cell, unit=unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("3-4", "m"), ("3～4米", "m"), (">3", "m"), ("不足3", "m"), ("3米以上", "m"), ("窄", "m"),
        ("12号之一", ""), ("附3号-2", ""), ("5+1", ""), ("地下1层", ""), ("二三百", ""), ("", "m"),
        ("3秒", "m"), ("3米", "s"), ("3度", "pct"), (True, "m"), (None, "m"), ("3.5.1", "m"),
    ],
)  # fmt: skip
def test_what_is_no_single_number_is_not_made_one(cell, unit):
    assert read_number(cell, unit=unit) is None


@given(st.integers(0, 10**7), st.sampled_from(["米", "m", " 米", "左右", ""]))
def test_what_is_written_is_read(metres, tail):
    assert read_number(f"{metres:,}{tail}", unit="m") == metres


@pytest.mark.parametrize(
    ("column", "unit"),
    [("width_m", "m"), ("area_m2", "m2"), ("turnout_s", "s"), ("slope_pct", "pct"), ("floors", "")],
)
def test_a_column_carries_its_unit(column, unit):
    assert unit_of(column) == unit
