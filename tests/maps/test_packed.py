"""What is packed comes back: in Python for every column, in the browser for every geometry."""

import base64
from itertools import pairwise

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from weizhan.maps.packed import (
    PackedLines,
    PackedPoints,
    PackedPolygons,
    encode_integers,
    pack_geometry,
    pack_numbers,
    pack_texts,
)
from weizhan.maps.standalone import LEAFLET_CSS, LEAFLET_JS, standalone
from weizhan.maps.style import Class, Style

BIG = 2**52


def integers(text: str) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            found.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            value = shift = 0
    return found


def numbers(column: dict) -> list[float | None]:
    return [
        (value - 1 + column["base"]) / column["scale"] if value else None
        for value in integers(column["values"])
    ]


def paths(data: dict) -> list[list[list[tuple[float, float]]]]:
    """Features, each a list of paths of points."""
    grid = np.cumsum(np.array(integers(data["steps"])).reshape(-1, 2), axis=0)
    points = grid * data["grid"] + np.array(data["origin"])
    ends = np.cumsum([0, *integers(data["points"])])
    parts = [points[a:b].tolist() for a, b in pairwise(ends)]
    features = np.cumsum([0, *integers(data["paths"])])
    return [parts[a:b] for a, b in pairwise(features)]


@given(st.lists(st.integers(-BIG, BIG)))
def test_integers_round_trip(values):
    assert integers(encode_integers(np.array(values, dtype=np.int64))) == values


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.just(float("nan")),
            st.just(float("inf")),
            st.decimals(-9000, 9000, places=2).map(float),
        )
    )
)
def test_numbers_round_trip_and_missing_stays_missing(values):
    expected = [None if v is None or not np.isfinite(v) else v for v in values]
    assert numbers(pack_numbers(values, 2)) == expected


def test_numbers_of_every_pandas_kind():
    for series in (
        pd.Series([3, None], dtype="Int64"),
        pd.Series([3, None], dtype="float64"),
        pd.Series(["3", "x"], dtype=object),
        pd.Series([True, None], dtype=object) * 3,
    ):
        assert numbers(pack_numbers(series)) == [3, None]


@given(st.lists(st.one_of(st.none(), st.just(pd.NA), st.text("甲乙ab ", max_size=3))))
def test_texts_round_trip_and_blank_is_missing(values):
    column = pack_texts(values)
    found = [None if at is None else column["table"][int(at)] for at in numbers(column)]
    assert found == [None if v is None or v is pd.NA else v.strip() or None for v in values]


coordinate = st.integers(-(10**7), 10**7).map(lambda value: value / 1e7)


@given(
    st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5), max_size=6),
    st.sampled_from([(0.0, 0.0), (113.2, 23.1), (-179.0, -60.0)]),
)
def test_lines_round_trip(lines, origin):
    moved = [[(x + origin[0], y + origin[1]) for x, y in line] for line in lines]
    found = paths(pack_geometry(gpd.GeoSeries([LineString(line) for line in moved]), "line"))
    assert [len(feature) for feature in found] == [1] * len(lines)
    for feature, line in zip(found, moved, strict=True):
        np.testing.assert_allclose(feature[0], line, atol=6e-8)


def test_holes_parts_and_empty_geometry_keep_their_place():
    holed = Polygon(box(0, 0, 1, 1).exterior.coords, [box(0.2, 0.2, 0.4, 0.4).exterior.coords])
    pair = MultiPolygon([box(2, 0, 3, 1), box(4, 0, 5, 1)])
    mixed = shapely.GeometryCollection([Point(0, 0), box(0, 0, 1, 1)])
    data = pack_geometry(gpd.GeoSeries([holed, None, pair, Polygon(), mixed]), "polygon")
    found = paths(data)
    assert [len(feature) for feature in found] == [2, 0, 2, 0, 1]
    rebuilt = Polygon(found[0][0], found[0][1:])
    assert rebuilt.equals_exact(holed, 1e-6)
    assert all(len(path) == 4 for feature in found for path in feature)  # no closing point


def one_map(*layers):
    town = folium.Map([23.1, 113.2], zoom_start=16, tiles=None, attribution_control=False)
    town.default_js, town.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    for layer in layers:
        town.add_child(layer)
    return standalone(town, title="packed", lang="en")


def test_the_browser_decodes_picks_and_draws_what_was_packed(browser):
    rng = np.random.default_rng(7)
    x, y = 113.2 + np.repeat(np.arange(20), 20) * 2e-4, 23.1 + np.tile(np.arange(20), 20) * 2e-4
    width = rng.uniform(5e-5, 1.5e-4, 400)
    shapes = list(shapely.box(x, y, x + width, y + width))
    shapes[0] = Polygon(
        box(113.2, 23.1, 113.2003, 23.1003).exterior.coords,
        [box(113.2001, 23.1001, 113.2002, 23.1002).exterior.coords],
    )
    shapes[5] = None
    frame = gpd.GeoDataFrame({"v": np.arange(400) - 7.25}, geometry=shapes, crs=4326)
    line = gpd.GeoDataFrame(geometry=[LineString([(113.21, 23.1), (113.22, 23.11)])], crs=4326)
    point = gpd.GeoDataFrame(geometry=[Point(113.19, 23.1)], crs=4326)
    style = Style("s", (Class("a", "#ff0000"), Class("b", "#00ff00")))
    symbol = Style("s", (Class("a", "#ff0000", symbol="circle", pixels=9),))
    zero = np.zeros(1, dtype=np.int64)
    page = one_map(
        PackedPolygons(
            "shapes",
            frame,
            styles={"one": (style, np.arange(400) % 2), "two": (style, np.arange(400) * 0)},
            numbers={"v": (frame["v"], 2)},
        ),
        PackedLines("line", line, styles={"one": (style, zero)}),
        PackedPoints("point", point, styles={"one": (symbol, zero)}),
    )
    browser.open(page)
    box_of = browser.run(
        """const l = weizhan.layers.shapes; return Array.from({length: 400}, (_, f) => {
        const b = l.bounds(f);
        return b && [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]})"""
    )
    assert box_of[5] is None
    for f in set(range(400)) - {5}:
        np.testing.assert_allclose(box_of[f], shapes[f].bounds, atol=1e-7)
    values = browser.run(
        "const f = weizhan.layers.shapes.features;"
        "return Array.from({length: 400}, (_, i) => f.number('v', i))"
    )
    assert values == frame["v"].tolist()
    pick = "return weizhan.layers[arguments[0]].pick(L.latLng(arguments[1], arguments[2]), 17)"
    assert browser.run(pick, "shapes", 23.10005, 113.20005) == 0
    assert browser.run(pick, "shapes", 23.100175, 113.200175) == -1  # in the hole
    centre = shapes[123].centroid
    assert browser.run(pick, "shapes", centre.y, centre.x) == 123
    assert browser.run(pick, "line", 23.10501, 113.215) == 0
    assert browser.run(pick, "line", 23.1060, 113.215) == -1
    assert browser.run(pick, "point", 23.10002, 113.19) == 0
    assert {(255, 0, 0), (0, 255, 0)} <= browser.colours("shapes")
    browser.run("weizhan.layers.shapes.setStyle('two')")
    assert (255, 0, 0) in browser.colours("shapes")
    assert (0, 255, 0) not in browser.colours("shapes")
