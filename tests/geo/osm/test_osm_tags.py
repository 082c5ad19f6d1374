import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.osm import tags as tag
from weizhan.geo.words import Vehicle, parse_access


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [
        ("3 m", 3),
        ("3", 3),
        ("3,5", 3.5),
        ("3.8m", 3.8),
        ("350 cm", 3.5),
        ("10'", 3.048),
        ("12'6\"", 3.81),
        ("6 ft", 1.8288),
        ("4 米", 4),
    ],
)
def test_lengths(text_given, expected):
    assert tag.metres(text_given) == pytest.approx(expected)


@pytest.mark.parametrize(
    "nonsense", ["-1", "none", "default", "", None, "3-4", "wide", "below_default", "3;4", "m"]
)
def test_lengths_that_say_nothing(nonsense):
    assert math.isnan(tag.metres(nonsense))


@given(st.text(max_size=12))
def test_no_text_breaks_the_numbers(any_text):
    for read in (tag.metres, tag.speed_kmh, tag.slope_pct, tag.number):
        assert isinstance(read(any_text), float)


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [
        ("50", 50),
        ("25 mph", 40.2336),
        ("30 km/h", 30),
        ("walk", 7),
        ("none", None),
        ("CN:urban", None),
    ],
)
def test_speeds(text_given, expected):
    got = tag.speed_kmh(text_given)
    assert math.isnan(got) if expected is None else got == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [("8%", 8), ("-5 %", -5), ("10°", 17.6327), ("up", None), ("down", None), ("8", None)],
)
def test_slopes(text_given, expected):
    got = tag.slope_pct(text_given)
    assert math.isnan(got) if expected is None else got == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "yes"}, None),
        ({"building": "apartments"}, "residential"),
        ({"building": "apartments", "shop": "bakery"}, "residential"),
        ({"building": "yes", "shop": "bakery"}, "commercial"),
        ({"building": "yes", "shop": "vacant"}, None),
        ({"building": "house", "amenity": "kindergarten"}, "childcare"),
        ({"building": "yes", "amenity": "fuel"}, None),
        ({"building": "commercial", "tourism": "hotel"}, "hotel"),
        ({"building": "yes", "social_facility": "nursing_home"}, "elder_care"),
        ({"building": "yes", "office": "company"}, "office"),
        ({"building": "garage"}, "other"),
        ({"building": "industrial"}, "factory"),
    ],
)
def test_use(tags, expected):
    assert tag.use(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "unclassified"}, "residential"),
        ({"highway": "service", "service": "alley"}, "alley"),
        ({"highway": "trunk_link"}, "trunk"),
        ({"highway": "bridleway"}, "path"),
        ({"highway": "steps"}, "steps"),
        ({"highway": "pedestrian", "area": "yes"}, None),
        *(
            ({"highway": out}, None)
            for out in ("motorway", "motorway_link", "corridor", "elevator")
        ),
        *(({"highway": out}, None) for out in ("proposed", "construction", "platform", "raceway")),
        ({"waterway": "river"}, None),
    ],
)
def test_lane_class(tags, expected):
    assert tag.lane_class(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "both"),
        ({"oneway": "yes"}, "forward"),
        ({"oneway": "-1"}, "backward"),
        ({"oneway": "reversible"}, "both"),
        ({"junction": "roundabout"}, "forward"),
        ({"junction": "roundabout", "oneway": "no"}, "both"),
        ({"highway": "footway", "oneway": "yes"}, "both"),
    ],
)
def test_oneway(tags, expected):
    assert tag.oneway({"highway": "residential", **tags}) == expected


@pytest.mark.parametrize(
    ("tags", "engine", "e_bike"),
    [
        ({}, "", ""),
        ({"access": "private"}, "", ""),
        ({"access": "private", "motor_vehicle": "yes"}, "", ""),
        ({"access": "yes", "motor_vehicle": "no"}, "no", ""),
        ({"access": "no", "emergency": "yes"}, "yes", "yes"),
        ({"motor_vehicle": "emergency"}, "yes", ""),
        ({"access": "emergency"}, "yes", "yes"),
        ({"service": "emergency_access"}, "designated", "yes"),
        ({"emergency": "no"}, "no", ""),
        ({"access": "customers"}, "", ""),
        ({"highway": "cycleway"}, "", "designated"),
        ({"highway": "cycleway", "bicycle": "no"}, "", "no"),
        ({"vehicle": "no", "bicycle": "yes"}, "no", "yes"),
    ],
)
def test_access(tags, engine, e_bike):
    found = parse_access(tag.access(tags))
    assert found.right(Vehicle.FIRE_ENGINE) == engine
    assert found.right(Vehicle.E_BIKE) == e_bike


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [("7.5", 7.5), ("3,5 t", 3.5), ("7500 kg", 7.5), ("10吨", 10), ("heavy", None), ("", None)],
)
def test_weights(text_given, expected):
    got = tag.tonnes(text_given)
    assert math.isnan(got) if expected is None else got == expected


def test_limits_that_nobody_can_read_are_named():
    tags = {
        "width": "narrow", "maxheight": "default", "maxweight": "7,5t", "access": "no",
        "motor_vehicle:conditional": "no @ (22:00-06:00); yes @ (wet)",
    }  # fmt: skip
    assert tag.unread(tags) == ["width=narrow", "motor_vehicle:conditional=yes @ (wet)"]


def test_names_and_addresses():
    assert tag.name({"name": "Tea Lane", "name:zh": "茶巷"}) == "茶巷"
    assert tag.name({}) is None
    parts = {"addr:housenumber": "5号", "addr:street": "茶巷", "addr:city": "武汉市"}
    assert tag.address(parts) == "武汉市茶巷5号"
    assert tag.address({"addr:street": "Tea Lane", "addr:housenumber": "5"}) == "Tea Lane 5"
    assert tag.address({}) is None
