"""Numbers as people write them, by a table of values and by writing and reading."""

from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.quantities import (
    read_number,
    read_quantity,
    unit_of,
)


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
        ("12号之一", ""), ("附3号-2", ""), ("5+1", ""), ("二三百", ""), ("", "m"),
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


@pytest.mark.parametrize(
    ("cell", "unit", "low", "typical", "high"),
    [
        ("3.5米", "m", 3.5, 3.5, 3.5), ("３．５", "m", 3.5, 3.5, 3.5), ("四米", "m", 4, 4, 4),
        ("4公尺", "m", 4, 4, 4), ("350cm", "m", 3.5, 3.5, 3.5), ("350厘米", "m", 3.5, 3.5, 3.5),
        ("350公分", "m", 3.5, 3.5, 3.5), ("35分米", "m", 3.5, 3.5, 3.5),
        ("3500mm", "m", 3.5, 3.5, 3.5), ("3500毫米", "m", 3.5, 3.5, 3.5),
        ("1.2km", "m", 1200, 1200, 1200), ("1.2公里", "m", 1200, 1200, 1200),
        ("2千米", "m", 2000, 2000, 2000), (" 3.5 M ", "m", 3.5, 3.5, 3.5),
        (".5", "m", 0.5, 0.5, 0.5), ("宽3.5米", "m", 3.5, 3.5, 3.5),
        ("路宽：3.5m", "m", 3.5, 3.5, 3.5), ("净宽约4米", "m", 3.6, 4, 4.4),
        ("限高4.5米", "m", 4.5, 4.5, 4.5), ("约4m", "m", 3.6, 4, 4.4),
        ("大约3米", "m", 2.7, 3, 3.3), ("近3米", "m", 2.7, 3, 3.3),
        ("３米左右", "m", 2.7, 3, 3.3), ("≈3", "m", 2.7, 3, 3.3), ("~3", "m", 2.7, 3, 3.3),
        ("3-4", "m", 3, 3.5, 4), ("3～4米", "m", 3, 3.5, 4), ("3~4米", "m", 3, 3.5, 4),
        ("3—4米", "m", 3, 3.5, 4), ("3至4米", "m", 3, 3.5, 4), ("3到4米", "m", 3, 3.5, 4),
        ("3米-4米", "m", 3, 3.5, 4), ("3.5-4.0m", "m", 3.5, 3.75, 4),
        ("350-400cm", "m", 3.5, 3.75, 4), ("约3-4米", "m", 3, 3.5, 4), ("三四米", "m", 3, 3.5, 4),
        ("三到四米", "m", 3, 3.5, 4), ("3米多", "m", 3, 3.5, 4), ("十几米", "m", 11, 15, 19),
        (">3", "m", 3, 3, nan), ("＞3", "m", 3, 3, nan), ("≥3.5", "m", 3.5, 3.5, nan),
        (">=3.5米", "m", 3.5, 3.5, nan), ("超过3米", "m", 3, 3, nan), ("大于3", "m", 3, 3, nan),
        ("不少于3米", "m", 3, 3, nan), ("不低于4米", "m", 4, 4, nan), ("至少3米", "m", 3, 3, nan),
        ("3米以上", "m", 3, 3, nan), ("3米及以上", "m", 3, 3, nan), ("3-4米以上", "m", 3, 3, nan),
        ("不足3", "m", nan, 3, 3), ("<3", "m", nan, 3, 3), ("≤3.5", "m", nan, 3.5, 3.5),
        ("小于3米", "m", nan, 3, 3), ("低于3米", "m", nan, 3, 3), ("不到3米", "m", nan, 3, 3),
        ("不超过4米", "m", nan, 4, 4), ("至多4米", "m", nan, 4, 4), ("3米以下", "m", nan, 3, 3),
        ("3米以内", "m", nan, 3, 3), ("未满3米", "m", nan, 3, 3), ("12", "", 12, 12, 12),
        ("十二", "", 12, 12, 12), ("二十", "", 20, 20, 20), ("二十三", "", 23, 23, 23),
        ("一百零三", "", 103, 103, 103), ("三百二", "", 320, 320, 320),
        ("三百二十", "", 320, 320, 320), ("一〇三", "", 103, 103, 103), ("两户", "", 2, 2, 2),
        ("六层", "", 6, 6, 6), ("12层", "", 12, 12, 12), ("约200人", "", 180, 200, 220),
        ("200人左右", "", 180, 200, 220), ("近百人", "", 90, 100, 110),
        ("20多人", "", 20, 25, 30), ("二十余户", "", 20, 25, 30), ("200多人", "", 200, 250, 300),
        ("三四百人", "", 300, 350, 400), ("二十几", "", 21, 25, 29), ("100+", "", 100, 100, nan),
        ("200人以上", "", 200, 200, nan), ("不足50人", "", nan, 50, 50),
        ("1.2万", "", 12000, 12000, 12000), ("1.2万人", "", 12000, 12000, 12000),
        ("3-4万", "", 30000, 35000, 40000), ("1万-2万", "", 10000, 15000, 20000),
        ("3千", "", 3000, 3000, 3000), ("1,200", "", 1200, 1200, 1200),
        ("1，200", "", 1200, 1200, 1200), ("12,345,678", "", 12345678, 12345678, 12345678),
        ("1.0E+05", "", 100000, 100000, 100000), ("5+1", "", 5, 5, 6), ("5+1层", "", 5, 5, 6),
        ("6+2", "", 6, 6, 8), ("地下1层", "", -1, -1, -1), ("地下一层", "", -1, -1, -1),
        ("负二层", "", -2, -2, -2), ("-1", "", -1, -1, -1), ("六至七层", "", 6, 6.5, 7),
        ("5层以上", "", 5, 5, nan), ("3起", "", 3, 3, 3), ("120㎡", "m2", 120, 120, 120),
        ("120平方米", "m2", 120, 120, 120), ("120平", "m2", 120, 120, 120),
        ("1.2万平方米", "m2", 12000, 12000, 12000), ("3亩", "m2", 2000, 2000, 2000),
        ("2公顷", "m2", 20000, 20000, 20000), ("80-120㎡", "m2", 80, 100, 120),
        ("3分钟", "s", 180, 180, 180), ("90秒", "s", 90, 90, 90),
        ("1.5小时", "s", 5400, 5400, 5400), ("3-5分钟", "s", 180, 240, 300),
        ("5分钟以内", "s", nan, 300, 300), ("8%", "pct", 8, 8, 8), ("5-8%", "pct", 5, 6.5, 8),
        ("30km/h", "kmh", 30, 30, 30), ("40公里/小时", "kmh", 40, 40, 40),
        ("5万元", "yuan", 50000, 50000, 50000), ("3-5万元", "yuan", 30000, 40000, 50000),
    ],
)  # fmt: skip
def test_quantities_are_read(cell, unit, low, typical, high):
    found = read_quantity(cell, unit=unit)
    ends = (found.low, found.typical, found.high)
    assert ends == pytest.approx((low, typical, high), nan_ok=True)


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("12号之一", ""), ("附3号-2", ""), ("3栋-2", ""), ("500101199001011234", ""),
        ("5.00101199001011E+17", ""), ("2023-1", ""), ("4-3", "m"), ("3-4-5", "m"),
        ("3.5m/4m", "m"), ("3,5", "m"), ("12,34", ""), ("3米", "s"), ("3秒", "m"), ("5+1", "m"),
        ("nan", ""), ("inf", ""), ("窄", "m"), ("无", ""), ("几十人", ""), ("3×4米", "m"),
        ("3.5.1", "m"), ("十百", ""), ("", "m"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_none(cell, unit):
    assert read_quantity(cell, unit=unit) is None


_UNITS = st.sampled_from([("米", "m", 1), ("cm", "m", 0.01), ("公里", "m", 1000), ("人", "", 1)])


@given(st.integers(0, 10**6), st.integers(1, 10**6), _UNITS, st.sampled_from(["-", "～", "至"]))
def test_ranges_written_are_read(low, more, told, between):
    name, unit, factor = told
    found = read_quantity(f"{low}{between}{low + more}{name}", unit=unit)
    assert (found.low, found.high) == pytest.approx((low * factor, (low + more) * factor))
    assert found.low <= found.typical <= found.high


@given(st.decimals(0, 10**6, places=2), st.sampled_from(["以上", "以下", "左右", ""]))
def test_numbers_with_words_written_are_read(number, word):
    found = read_quantity(f"{number}米{word}", unit="m")
    assert found.typical == pytest.approx(float(number))
    assert isnan(found.high) is (word == "以上")
    assert isnan(found.low) is (word == "以下")
    assert read_number(f"{number}米{word}", unit="m") == (
        pytest.approx(float(number)) if word in ("左右", "") else None
    )


@given(st.text() | st.integers() | st.floats(), st.sampled_from(["", "m", "m2", "s", "pct"]))
def test_no_cell_raises_and_ends_are_ordered(cell, unit):
    found = read_quantity(cell, unit=unit)
    if found is not None:
        assert not found.low > found.typical
        assert not found.typical > found.high
