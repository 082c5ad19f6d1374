import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from weizhan.geo.ground.repair import repair_lines, repair_points, repair_polygons
from weizhan.geo.words.catalogue import LANGS, text

SQUARE = box(0, 0, 10, 10)
BOWTIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def frame(*shapes, **columns):
    ids = [f"b{at}" for at in range(1, len(shapes) + 1)]
    rows = list(range(2, len(shapes) + 2))
    data = {"id": ids, "source_row": rows, **columns}
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=4547)


def polygons(*shapes, **options):
    fixed, problems = repair_polygons(
        frame(*shapes), layer="buildings", file="x.gpkg", identity="id", **options
    )
    return fixed, {problem.code: problem for problem in problems}


def lines(*shapes, **columns):
    fixed, problems = repair_lines(
        frame(*shapes, **columns), layer="lanes", file="x.gpkg", identity="id"
    )
    return fixed, {problem.code: problem for problem in problems}


def test_sound_buildings_are_left_alone():
    fixed, problems = polygons(SQUARE, MultiPolygon([box(20, 0, 30, 10), box(40, 0, 50, 10)]))
    assert problems == {}
    assert list(fixed["repair"]) == ["", ""]
    assert fixed.crs.to_epsg() == 4547


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        Polygon(),
        Point(np.nan, np.nan),
        Point(np.inf, 0),
        LineString([(0, 0), (np.inf, 1), (1, 1), (0, 0)]),
    ],
)
def test_what_is_nowhere_is_dropped_and_named(nothing):
    fixed, problems = polygons(SQUARE, nothing)
    assert list(fixed["id"]) == ["b1"]
    told = problems["repair_empty"]
    assert (told.severity, told.feature, told.row, told.count) == ("warning", "b2", 3, 1)


def test_third_dimension_goes():
    fixed, problems = polygons(shapely.force_3d(SQUARE, 12))
    assert not fixed.geometry.has_z.any()
    assert fixed.geometry.iloc[0].equals(SQUARE)
    assert problems["repair_3d"].severity == "repaired"
    assert fixed["repair"].iloc[0] == "3d"


def test_bowtie_keeps_both_wings():
    fixed, problems = polygons(BOWTIE)
    assert fixed.geometry.iloc[0].is_valid
    assert fixed.area.iloc[0] == pytest.approx(50)
    assert problems["repair_invalid"].count == 1


def test_courtyard_stays_open():
    ring = Polygon(SQUARE.exterior, [box(4, 4, 6, 6).exterior])
    fixed, problems = polygons(ring)
    assert problems == {}
    assert fixed.area.iloc[0] == 96


def test_hole_outside_its_shell_is_mended():
    fixed, _ = polygons(Polygon(SQUARE.exterior, [box(20, 20, 22, 22).exterior]))
    assert fixed.geometry.is_valid.all()
    assert fixed.area.iloc[0] >= 100


@pytest.mark.parametrize(
    "line",
    [
        LineString([(0, 0), (10, 0), (10, 10), (0, 10)]),
        LineString([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]),
        LinearRing([(0, 0), (10, 0), (10, 10), (0, 10)]),
        MultiLineString([[(0, 0), (10, 0), (10, 10)], [(10, 10), (0, 10), (0, 0)]]),
        MultiLineString([[(0, 0), (10, 0), (10, 10)], [(0, 10), (10, 10)]]),
    ],
)
def test_lines_around_a_building_close(line):
    fixed, problems = polygons(line)
    assert fixed.area.iloc[0] == 100
    assert fixed["repair"].iloc[0] == "closed"
    assert list(problems) == ["repair_closed"]


@pytest.mark.parametrize(
    "line",
    [
        LineString([(0, 0), (10, 0)]),
        LineString([(0, 0), (10, 0), (0, 0)]),
        LineString([(0, 0), (10, 10), (10, 0), (0, 10)]),  # would close to a bowtie
        MultiLineString([[(0, 0), (10, 0)], [(0, 5), (10, 5)]]),
    ],
)
def test_lines_that_enclose_nothing_are_dropped(line):
    fixed, problems = polygons(line)
    assert len(fixed) == 0
    assert list(problems) == ["repair_open_line"]


def test_zero_area_is_dropped():
    fixed, problems = polygons(Polygon([(0, 0), (5, 0), (0, 0)]), Polygon([(0, 0), (5, 0), (9, 0)]))
    assert len(fixed) == 0
    assert problems["repair_no_area"].count == 2
    assert problems["repair_no_area"].feature == "b1, b2"


def test_point_in_a_building_is_its_duplicate():
    fixed, problems = polygons(Point(5, 5), SQUARE)
    assert list(fixed["id"]) == ["b2"]
    assert problems["repair_point_in_building"].feature == "b1"


def test_point_elsewhere_becomes_a_disc():
    fixed, problems = polygons(Point(50, 50), SQUARE, MultiPoint([(80, 80)]), point_radius_m=5)
    assert fixed.geom_type.eq("Polygon").all()
    assert fixed.area.iloc[0] == pytest.approx(25 * np.pi, rel=0.01)
    assert problems["repair_disc"].count == 2


def test_duplicates_are_dropped_wherever_they_start():
    again = Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    fixed, problems = polygons(SQUARE, again, box(0, 0, 10, 11))
    assert list(fixed["id"]) == ["b1", "b3"]
    assert problems["repair_duplicate"].feature == "b2"


def test_collections_keep_their_polygons():
    mixed = GeometryCollection([SQUARE, Point(3, 3), GeometryCollection([box(20, 0, 21, 1)])])
    fixed, problems = polygons(mixed, GeometryCollection([Point(0, 0)]))
    assert fixed.area.tolist() == [101]
    assert problems["repair_parts"].feature == "b1"
    assert problems["repair_collection"].feature == "b2"


def test_many_are_told_once_with_the_first_names():
    _, problems = polygons(*[None] * 9)
    told = problems["repair_empty"]
    assert (told.count, told.feature) == (9, "b1, b2, b3, b4, b5…")
    assert told.row is None


def test_empty_layers():
    for repair in (repair_polygons, repair_lines, repair_points):
        fixed, problems = repair(frame(), layer="x", identity="id")
        assert (len(fixed), problems) == (0, [])


def test_without_identity_the_rows_are_named():
    given_frame = frame(None, SQUARE).drop(columns="id")
    _, problems = repair_polygons(given_frame, layer="buildings", identity="id")
    assert problems[0].feature == "2"
    _, problems = repair_polygons(
        given_frame.drop(columns="source_row"), layer="buildings", identity="id"
    )
    assert problems[0].feature == "1"


def test_input_is_not_changed():
    start = frame(BOWTIE, None)
    repair_polygons(start, layer="buildings", identity="id")
    assert list(start.columns) == ["id", "source_row", "geometry"]
    assert start.geometry.iloc[0] == BOWTIE


COORDINATES = st.tuples(st.integers(0, 12), st.integers(0, 12))
SHAPES = st.one_of(
    st.lists(COORDINATES, min_size=3, max_size=8).map(Polygon),
    st.lists(COORDINATES, min_size=2, max_size=8).map(LineString),
    COORDINATES.map(Point),
    st.none(),
    st.lists(st.lists(COORDINATES, min_size=2, max_size=4), max_size=3).map(MultiLineString),
    st.lists(st.lists(COORDINATES, min_size=3, max_size=5).map(Polygon), max_size=3).map(
        GeometryCollection
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(SHAPES, max_size=6))
def test_polygons_come_out_sound_and_stay_so(shapes):
    start = frame(*shapes)
    fixed, problems = repair_polygons(start, layer="buildings", identity="id")
    assert fixed.geometry.is_valid.all()
    assert not fixed.geometry.is_empty.any()
    assert fixed.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    dropped = sum(problem.count for problem in problems if problem.severity == "warning")
    assert len(fixed) + dropped == len(start)
    again, nothing = repair_polygons(fixed, layer="buildings", identity="id")
    assert nothing == []
    assert again.geometry.geom_equals_exact(fixed.geometry, 0).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(SHAPES, max_size=6))
def test_lines_come_out_sound_and_stay_so(shapes):
    fixed, _ = repair_lines(frame(*shapes), layer="lanes", identity="id")
    assert (fixed.length > 0).all()
    assert fixed.geom_type.eq("LineString").all()
    again, nothing = repair_lines(fixed, layer="lanes", identity="id")
    assert nothing == []
    assert list(again["id"]) == list(fixed["id"])


def test_parts_of_a_lane_become_rows():
    two = MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]])
    one = MultiLineString([[(0, 9), (1, 9)]])
    fixed, problems = lines(two, one, LineString([(0, 3), (1, 3)]))
    assert list(fixed["id"]) == ["b1.1", "b1.2", "b2", "b3"]
    assert list(fixed["source_row"]) == [2, 2, 3, 4]
    assert list(fixed["repair"]) == ["multi", "multi", "", ""]
    assert problems["repair_multi"].count == 1


def test_no_lanes_are_dropped_and_named():
    fixed, problems = lines(
        SQUARE, Point(1, 1), LineString([(1, 1), (1, 1)]), LineString([(0, 0, 5), (1, 0, 6)])
    )
    assert list(fixed["id"]) == ["b4"]
    assert not fixed.geometry.has_z.any()
    assert problems["repair_area_in_lines"].feature == "b1"
    assert problems["repair_point_in_lines"].feature == "b2"
    assert problems["repair_no_length"].feature == "b3"
    assert problems["repair_3d"].feature == "b4"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("forward", "forward", "both"),
        ("forward", "backward", "forward"),
        ("both", "forward", "both"),
        ("both", "both", "both"),
    ],
)
def test_a_lane_drawn_back_again_is_one_lane(first, second, joined):
    there = LineString([(0, 0), (5, 1), (9, 0)])
    fixed, problems = lines(there, there.reverse(), oneway=[first, second])
    assert fixed.geometry.tolist() == [there]
    assert list(fixed["oneway"]) == [joined]
    assert problems["repair_duplicate"].feature == "b2"


def test_points_from_anything():
    fixed, problems = repair_points(
        frame(Point(1, 2, 3), SQUARE, LineString([(0, 0), (4, 0)]), None, MultiPoint([(7, 7)])),
        layer="stations",
        identity="id",
    )
    assert fixed.geom_type.eq("Point").all()
    assert not fixed.geometry.has_z.any()
    assert SQUARE.contains(fixed.geometry.iloc[1])
    found = {problem.code: problem for problem in problems}
    assert found["repair_to_point"].count == 3
    assert found["repair_empty"].feature == "b4"
    assert repair_points(fixed, layer="stations", identity="id")[1] == []


def test_every_sentence_is_told_in_both_languages():
    shapes = [None, shapely.force_3d(SQUARE), BOWTIE, Point(5, 5), Point(90, 90), SQUARE]
    shapes += [LineString([(0, 0), (1, 0)]), GeometryCollection([Point(0, 0)])]
    _, told = polygons(*shapes)
    assert len(told) >= 7
    for problem in told.values():
        said = [text(f"problem.{problem.code}", lang, count=problem.count) for lang in LANGS]
        assert said[0] != said[1]
