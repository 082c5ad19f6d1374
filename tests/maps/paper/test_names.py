"""Names on paper: none over another, over a sign or over the edge; the weighty first."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.maps.paper.frames import TYPE_MM, Frame, frame_round
from weizhan.maps.paper.names import (
    AGAIN_MM,
    SIGN_MM,
    NamedLanes,
    beside,
    names_along,
    turned_box,
    wide,
    with_room,
)
from weizhan.maps.paper.strokes import Strokes

FRAME = Frame(0, 100, 1000, 180, 100)  # 1 mm on paper is 1 m
PLACE = st.tuples(st.floats(-5, 185), st.floats(-5, 105))
SAID = st.sampled_from(["平街", "锦屏社区微型消防站", "A1 Road", "兰榭社区", "云"])


def _lanes(*lines, names=None):
    named = names or ["平街"] * len(lines)
    return NamedLanes(gpd.GeoDataFrame({"name": named}, geometry=list(lines), crs="EPSG:32648"))


def _boxes(found):
    return [turned_box(*place, wide(name.said) * TYPE_MM, TYPE_MM) for name, place in found]


@given(st.lists(st.tuples(PLACE, SAID, st.booleans()), max_size=25), st.lists(PLACE, max_size=8))
def test_no_name_lies_over_another_a_sign_or_the_edge(wanted, signs):
    names = [beside(x, y, said, sign=sign, type_mm=TYPE_MM) for (x, y), said, sign in wanted]
    boxes = _boxes(with_room(names, signs, FRAME))
    paper = shapely.box(0, 0, FRAME.width_mm, FRAME.height_mm)
    arrow = shapely.Point(FRAME.width_mm - 6, 9).buffer(4)
    for at, box in enumerate(boxes):
        assert paper.contains(box)
        assert not box.intersects(arrow)
        assert all(box.intersection(other).area == 0 for other in boxes[:at])
        for x, y in signs:
            assert box.intersection(shapely.Point(x, y).buffer(SIGN_MM)).area == 0


def test_a_station_gets_its_room_before_an_area_and_a_road():
    station = beside(90, 50, "微型消防站", sign=True, type_mm=TYPE_MM)
    above = station.places[0]
    area = beside(above[0], above[1], "兰榭社区", sign=False, type_mm=TYPE_MM)
    found = with_room([area, station], [(90, 50)], FRAME)
    assert [name.said for name, _ in found] == ["微型消防站", "兰榭社区"]
    assert found[0][1] == above
    assert found[1][1] != area.places[0]


@pytest.mark.parametrize("angle", [0, 30, 90, 150])
def test_a_road_is_named_along_its_line(angle):
    a = np.radians(angle)
    step = np.array([np.cos(a), np.sin(a)]) * 40
    line = shapely.LineString([np.array([90, 50]) - step, np.array([90, 50]) + step])
    (name,) = names_along(_lanes(line), FRAME, most=5)
    x, y, turned = name.places[0]
    assert (x, y) == (pytest.approx(90), pytest.approx(50))
    # Degrees on paper run downwards; no name stands on its head.
    assert turned % 180 == pytest.approx(-angle % 180)
    assert -90 <= turned <= 90


def test_a_road_that_is_too_short_or_winds_has_no_name_there():
    short = shapely.LineString([(10, 50), (14, 50)])
    winding = shapely.LineString([(20 + k, 50 + (k % 2) * 4) for k in range(40)])
    assert names_along(_lanes(short, winding), FRAME, most=5) == []


def test_a_road_is_not_named_again_near_by():
    near = [shapely.LineString([(10, y), (50, y)]) for y in (30, 60)]
    far = shapely.LineString([(10 + AGAIN_MM + 40, 45), (60 + AGAIN_MM + 40, 45)])
    found = with_room(names_along(_lanes(*near, far), FRAME, most=5), [], FRAME)
    assert len(found) == 2


def test_a_path_is_the_same_shape_wherever_the_frame_lies():
    """A square of 10 m at 1:1000 is 10 mm: 1,000 hundredths, from its own corner."""
    strokes = Strokes(np.array([shapely.box(20, 60, 30, 70)], dtype=object))
    drawn = strokes.drawn(FRAME, "#000", "none", 0.1)
    assert "translate(0 10000)" in drawn
    assert 'd="M3000 -6000l0 -1000 -1000 0 0 1000z"' in drawn
    moved = strokes.drawn(Frame(10, 100, 1000, 180, 100), "#000", "none", 0.1)
    assert "translate(-1000 10000)" in moved
    assert 'd="M3000 -6000l0 -1000 -1000 0 0 1000z"' in moved
    assert strokes.drawn(Frame(500, 100, 1000, 180, 100), "#000", "none", 0.1) == ""


@given(st.integers(500, 20_000), st.integers(100, 3000))
def test_a_frame_holds_what_it_is_made_for(across, down):
    frame = frame_round((0, 0, across, down), width_mm=186, height_mm=106)
    assert frame.box.buffer(1e-6).contains(shapely.box(0, 0, across, down))
