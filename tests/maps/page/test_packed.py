"""What is packed comes back: in Python for every column, in the browser for every geometry."""

import zlib
from itertools import pairwise

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from weizhan.maps.html.packed_columns import LARGEST, LETTERS, Pack, to_letters
from weizhan.maps.page.canvas import PackedLines, PackedPoints, PackedPolygons, pack_geometry
from weizhan.maps.page.standalone import LEAFLET_CSS, LEAFLET_JS, Verbatim, standalone
from weizhan.maps.styles.style import Class, Style


def from_letters(text: str) -> bytes:
    digits = [LETTERS.index(letter) for letter in text]
    words = [
        sum(digit * 85 ** (4 - k) for k, digit in enumerate(digits[at : at + 5]))
        for at in range(0, len(digits), 5)
    ]
    return b"".join(word.to_bytes(4, "big") for word in words)


def streams(pack: Pack) -> bytes:
    size, pressed, letters = pack.block("x").split(">", 1)[1].split("<")[0].split(" ")
    data = zlib.decompress(from_letters(letters)[: int(pressed)], -15)
    assert len(data) == int(size)
    return data


def integers(pack: Pack, reference: list[int]) -> list[int]:
    start, count, width, signed = reference
    planes = streams(pack)[start : start + count * width]
    found = [
        sum(planes[plane * count + k] << 8 * plane for plane in range(width)) for k in range(count)
    ]
    return [-(v + 1) // 2 if v % 2 else v // 2 for v in found] if signed else found


def numbers(pack: Pack, column: dict) -> list[float | None]:
    return [
        (value - 1 + column["base"]) / column["scale"] if value else None
        for value in integers(pack, column["values"])
    ]


def table(pack: Pack, references: list[list[int]]) -> list[str]:
    shared, (start, count, length, _) = references
    rests = streams(pack)[start : start + length].decode().split("\n") if count else []
    said, before = [], ""
    for same, rest in zip(integers(pack, shared), rests, strict=True):
        before = before[:same] + rest
        said.append(before)
    return said


def paths(pack: Pack, data: dict) -> list[list[list[tuple[float, float]]]]:
    """Features, each a list of paths of points."""
    steps = np.array(integers(pack, data["steps"])).reshape(2, -1).T
    ends = np.cumsum([0, *integers(pack, data["points"])])
    if data["square"]:
        for a, b in pairwise(ends):
            for k in range(a + 3, b):
                steps[k] -= steps[k - 2]
    points = np.cumsum(steps, axis=0) * data["grid"] + np.array(data["origin"])
    parts = [points[a:b].tolist() for a, b in pairwise(ends)]
    features = np.cumsum([0, *integers(pack, data["paths"])])
    return [parts[a:b] for a, b in pairwise(features)]


@given(st.binary(max_size=40))
def test_letters_keep_bytes_and_mean_nothing_in_html(data):
    said = to_letters(data)
    assert from_letters(said)[: len(data)] == data
    assert not set(said) & set("<>&\"'`\\{$ \n")


@given(st.lists(st.lists(st.integers(-LARGEST, LARGEST)), max_size=3))
def test_integers_round_trip(columns):
    pack = Pack()
    references = [pack.integers(values) for values in columns]
    assert [integers(pack, reference) for reference in references] == columns


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
    pack = Pack()
    assert numbers(pack, pack.numbers(values, 2)) == expected


def test_numbers_of_every_pandas_kind():
    for series in (
        pd.Series([3, None], dtype="Int64"),
        pd.Series([3, None], dtype="float64"),
        pd.Series(["3", "x"], dtype=object),
        pd.Series([True, None], dtype=object) * 3,
    ):
        pack = Pack()
        assert numbers(pack, pack.numbers(series)) == [3, None]


@given(st.lists(st.one_of(st.none(), st.just(pd.NA), st.text("甲乙ab ", max_size=3))))
def test_texts_round_trip_and_blank_is_missing(values):
    pack = Pack()
    column = pack.texts(values)
    entries = table(pack, column["table"])
    found = [entries[at - 1] if at else None for at in integers(pack, column["codes"])]
    assert found == [None if v is None or v is pd.NA else v.strip() or None for v in values]


coordinate = st.integers(-(10**7), 10**7).map(lambda value: value / 1e7)


@given(
    st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5), max_size=6),
    st.sampled_from([(0.0, 0.0), (113.2, 23.1), (-179.0, -60.0)]),
)
def test_lines_round_trip(lines, origin):
    moved = [[(x + origin[0], y + origin[1]) for x, y in line] for line in lines]
    pack = Pack()
    series = gpd.GeoSeries([LineString(line) for line in moved])
    found = paths(pack, pack_geometry(pack, series, "line"))
    assert [len(feature) for feature in found] == [1] * len(lines)
    for feature, line in zip(found, moved, strict=True):
        np.testing.assert_allclose(feature[0], line, atol=3e-7)


def test_holes_parts_and_empty_geometry_keep_their_place():
    holed = Polygon(box(0, 0, 1, 1).exterior.coords, [box(0.2, 0.2, 0.4, 0.4).exterior.coords])
    pair = MultiPolygon([box(2, 0, 3, 1), box(4, 0, 5, 1)])
    mixed = shapely.GeometryCollection([Point(0, 0), box(0, 0, 1, 1)])
    pack = Pack()
    series = gpd.GeoSeries([holed, None, pair, Polygon(), mixed])
    data = pack_geometry(pack, series, "polygon")
    assert data["square"]
    found = paths(pack, data)
    assert [len(feature) for feature in found] == [2, 0, 2, 0, 1]
    rebuilt = Polygon(found[0][0], found[0][1:])
    assert rebuilt.equals_exact(holed, 1e-6)
    assert all(len(path) == 4 for feature in found for path in feature)  # no closing point


@given(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9, unique=True))
def test_rings_of_any_shape_round_trip(corners):
    ring = Polygon(corners)
    pack = Pack()
    found = paths(pack, pack_geometry(pack, gpd.GeoSeries([ring]), "polygon"))
    np.testing.assert_allclose(found[0][0], ring.exterior.coords[:-1], atol=3e-7)


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
        np.testing.assert_allclose(box_of[f], shapes[f].bounds, atol=3e-7)
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


def test_the_browser_reads_what_was_packed_without_help(browser):
    """Every kind of block of the compression, without the browser's own decompression."""
    rng = np.random.default_rng(3)
    columns = [
        np.zeros(0, dtype=np.int64),
        np.array([-1, 0, 1, -LARGEST, LARGEST]),
        rng.integers(0, 2**40, 70_000),  # incompressible
        np.tile(np.arange(-3, 900), 300),
        np.repeat(rng.integers(0, 255, 40), 2_000),
    ]
    words = ["", "解放路1号", "解放路12号", "😀a", "😀b", "\u202eB", "B000001", "B000002"]
    pack = Pack()
    references = [pack.integers(column) for column in columns]
    texts = pack.texts(words)
    small = Pack()
    tiny = small.integers([5])
    town = folium.Map([0, 0], tiles=None, attribution_control=False)
    town.default_js, town.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    town.add_child(PackedLines("line", gpd.GeoDataFrame(geometry=[], crs=4326), styles={}))
    town.get_root().html.add_child(Verbatim(pack.block("many") + small.block("few")))
    browser.open(standalone(town, title="packed", lang="en"))
    browser.run("delete window.DecompressionStream; window.many = new weizhan.Pack('many')")
    for column, reference in zip(columns, references, strict=True):
        found = browser.run("return [...many.integers(arguments[0])].join()", reference)
        assert found == ",".join(map(str, column.tolist()))
    assert browser.run("return [...new weizhan.Pack('few').integers(arguments[0])]", tiny) == [5]
    codes = browser.run("return [...many.integers(arguments[0].codes)]", texts)
    entries = browser.run("return many.table(arguments[0].table)", texts)
    shown_words = [None, *words[1:5], "B", *words[6:]]
    assert [entries[code - 1] if code else None for code in codes] == shown_words
