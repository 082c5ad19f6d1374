"""Coordinates as people write them, against pyproj for planes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from weizhan.geo.words.coordinates import (
    MERIDIANS,
    Coordinates,
    plane_of,
    read_angle,
    read_coordinates,
    zone_of,
)

LON, LAT = 106 + 28 / 60 + 48 / 3600, 29 + 33 / 60


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("106.48", 106.48), ("106.48°", 106.48), ("106°28′48″", LON), ("106°28'48\"", LON),
        ("106度28分48秒", LON), ("１０６°２８′４８″", LON), ("E106.28.48", LON),
        ("106.28.48E", LON),
        ("东经106°28′48″", LON), ("东经:106.48", 106.48), ("106°28.8′", LON), ("29°33′N", LAT),
        ("北纬29度33分", LAT), ("29.48N", 29.48), ("N29.48", 29.48), ("29.48S", -29.48),
        ("西经 77.5", -77.5), ("-77.5", -77.5), ("106°", 106.0), (106.48, 106.48),
        ("106°28'48''", LON), ("106.28.48.0", LON),
    ],
)  # fmt: skip
def test_angles_are_read(text, degrees):
    assert read_angle(text) == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    ["", "无", "106°61′", "106°28′60″", "106.5°28′", "190.0", "95N", "N106.48E", "-29N", "12号之一",
     "3.5米", None],
)  # fmt: skip
def test_what_is_no_angle_is_none(text):
    assert read_angle(text) is None


@pytest.mark.parametrize(
    ("text", "x", "y", "swapped"),
    [
        ("106.48, 29.48", 106.48, 29.48, False),
        ("106.48，29.48", 106.48, 29.48, False),
        ("(106.48 29.48)", 106.48, 29.48, False),
        ("106.48;29.48", 106.48, 29.48, False),
        ("106.48/29.48", 106.48, 29.48, False),
        ("29.48, 106.48", 106.48, 29.48, True),
        ("29.48N 106.48E", 106.48, 29.48, True),
        ("106.48E 29.48N", 106.48, 29.48, False),
        ("29.48N106.48E", 106.48, 29.48, True),
        ("E106.48N29.48", 106.48, 29.48, False),
        ("东经106.48 北纬29.48", 106.48, 29.48, False),
        ("北纬29°33′，东经106°28′48″", LON, LAT, True),
        ("106°28′48″ 29°33′00″", LON, LAT, False),
        ("106°28′48″29°33′00″", LON, LAT, False),
        ("经度：106.48 纬度：29.48", 106.48, 29.48, False),
        ("lon=106.48,lat=29.48", 106.48, 29.48, False),
        ("X=29.48, Y=106.48", 106.48, 29.48, True),
        ("POINT(106.48 29.48)", 106.48, 29.48, False),
        ("77.03W, 38.9N", -77.03, 38.9, False),
    ],
)
def test_both_in_one_cell(text, x, y, swapped):
    found = read_coordinates(text)
    assert (found.x, found.y) == pytest.approx((x, y))
    assert (found.unit, found.epsg, found.swapped) == ("degrees", None, swapped)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("36 512345.6, 3274567.8", Coordinates(512345.6, 3274567.8, "metres", 4545)),
        ("36512345.6 3274567.8", Coordinates(512345.6, 3274567.8, "metres", 4545)),
        ("3274567.8,36512345.6", Coordinates(512345.6, 3274567.8, "metres", 4545, True)),
        ("X=3274567.8 Y=512345.6", Coordinates(512345.6, 3274567.8, "metres", None, True)),
        ("512345.6, 3274567.8", Coordinates(512345.6, 3274567.8, "metres")),
        ("18512345.6, 3274567.8", Coordinates(512345.6, 3274567.8, "metres", 4507)),
    ],
)
def test_metres_with_and_without_a_zone(text, expected):
    found = read_coordinates(text)
    assert (found.x, found.y) == pytest.approx((expected.x, expected.y), abs=1e-6)
    assert (found.unit, found.epsg, found.swapped) == (
        expected.unit, expected.epsg, expected.swapped,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "106.48", "106.48, 106.49", "29.1, 29.2", "1, 2", "29.48N 30N", "朝阳路12号之一",
     "附3号-2", "106.48,29.48,250,3", "99512345, 3274567", "512345, 99", None],
)  # fmt: skip
def test_what_is_no_place_is_none(text):
    assert read_coordinates(text) is None


@pytest.mark.parametrize(
    ("text", "epsg"),
    [("cgcs2000:117", 4548), ("CGCS2000：108", 4545), ("cgcs2000:36", 4524), ("EPSG:4547", 4547),
     ("epsg 4490", 4490), ("国家2000:114", 4547), ("cgcs2000:116", None), ("beijing54", None)],
)  # fmt: skip
def test_planes_by_name(text, epsg):
    assert plane_of(text) == epsg


@pytest.mark.parametrize("meridian", list(MERIDIANS))
def test_planes_have_the_meridian_that_is_stated(meridian):
    plane = CRS.from_epsg(plane_of(f"cgcs2000:{meridian}"))
    told = {p.name: p.value for p in plane.coordinate_operation.params}
    assert told["Longitude of natural origin"] == meridian
    assert told["False easting"] == 500_000


@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_a_zone_before_the_easting_is_the_plane_of_pyproj(zone):
    epsg, rest = zone_of(zone * 1e6 + 512345.6)
    with_zone = (4513 + zone - 25) if zone >= 25 else (4491 + zone - 13)
    here = Transformer.from_crs(with_zone, 4490, always_xy=True)
    there = Transformer.from_crs(epsg, 4490, always_xy=True)
    assert there.transform(rest, 3.2e6) == pytest.approx(
        here.transform(zone * 1e6 + 512345.6, 3.2e6), abs=1e-9
    )


@given(st.floats(73, 135), st.floats(18, 53.5), st.booleans())
def test_what_is_written_is_read(lon, lat, swap):
    first, second = (lat, lon) if swap else (lon, lat)
    found = read_coordinates(f"{first:.7f}, {second:.7f}")
    assert (found.x, found.y) == pytest.approx((lon, lat), abs=1e-7)
    assert found.swapped is swap


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_degrees_minutes_and_seconds_written_are_read(d, m, s):
    assert read_angle(f"{d}°{m}′{s}″") == pytest.approx(d + m / 60 + s / 3600)


@given(st.text())
def test_no_text_raises(text):
    read_coordinates(text)
    read_angle(text)
    plane_of(text)
