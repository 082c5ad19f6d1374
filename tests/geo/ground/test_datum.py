import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry import LineString, Point, Polygon, box

from weizhan.geo.ground.datum import (
    from_wgs84,
    geometry_to_wgs84,
    metric_crs,
    sniff_datum,
    to_wgs84,
)
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import Datum

GEOD = Geod(ellps="WGS84")
SHIFTED = [Datum.GCJ02, Datum.BD09]


def metres(first, second):
    return np.abs(GEOD.inv(*first, *second)[2])


@pytest.mark.parametrize("datum", list(Datum))
@given(lon=st.floats(73, 136), lat=st.floats(3, 54))
def test_round_trip_is_exact_to_a_millimetre(datum, lon, lat):
    start = np.array([lon]), np.array([lat])
    assert metres(start, to_wgs84(*from_wgs84(*start, datum), datum)).max() < 1e-3
    assert metres(start, from_wgs84(*to_wgs84(*start, datum), datum)).max() < 1e-3


@pytest.mark.parametrize(("datum", "least", "most"), [("gcj02", 40, 900), ("bd09", 200, 2000)])
def test_shift_has_the_published_size(datum, least, most):
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.arange(98, 127, 1.7), np.arange(20, 47, 1.3))
    )
    moved = metres((lon, lat), from_wgs84(lon, lat, datum))
    assert least < moved.min()
    assert moved.max() < most


def test_known_points():
    # Tiananmen in WGS-84, with the figures printed by the usual reference implementations
    tiananmen = np.array([116.404]), np.array([39.915])
    gcj = from_wgs84(*tiananmen, "gcj02")
    assert gcj[0][0] == pytest.approx(116.41024449916938, abs=1e-9)
    assert gcj[1][0] == pytest.approx(39.91640428150164, abs=1e-9)
    bd = from_wgs84(*to_wgs84(*tiananmen, "gcj02"), "bd09")
    assert bd[0][0] == pytest.approx(116.41036949371029, abs=1e-8)
    assert bd[1][0] == pytest.approx(39.92133699351021, abs=1e-8)


def test_towns_shift_by_hundreds_of_metres():
    towns = np.array([116.404, 114.30, 121.47, 113.26]), np.array([39.915, 30.59, 31.23, 23.13])
    moved = metres(towns, from_wgs84(*towns, "gcj02"))
    assert ((moved > 100) & (moved < 700)).all()


def test_outside_china_gcj_is_identity():
    monaco = np.array([7.42, -0.1]), np.array([43.73, 51.5])
    for there in (from_wgs84(*monaco, "gcj02"), to_wgs84(*monaco, "gcj02")):
        np.testing.assert_array_equal(there, monaco)


def test_edge_of_the_rectangle_stays_on_its_side():
    lon, lat = np.array([72.0041, 72.0039]), np.array([40.0, 40.0])
    there = from_wgs84(lon, lat, "gcj02")
    assert metres((lon[:1], lat[:1]), (there[0][:1], there[1][:1])) > 1
    assert there[0][1] == lon[1]
    back = to_wgs84(there[0][:1], there[1][:1], "gcj02")
    assert metres((lon[:1], lat[:1]), back) < 1e-3


def test_inputs_are_not_changed():
    lon, lat = np.array([114.0]), np.array([30.0])
    to_wgs84(lon, lat, "bd09")[0][0] = 0
    to_wgs84(lon, lat, "wgs84")[0][0] = 0
    assert (lon[0], lat[0]) == (114.0, 30.0)


def test_unknown_datum_names_the_allowed():
    with pytest.raises(InputError, match="gcj02"):
        to_wgs84(np.zeros(1), np.zeros(1), "beijing54")


PLACE = Point(108.3, 30.6)


def plane(epsg):
    return gpd.GeoSeries([PLACE], crs=4490).to_crs(epsg).set_crs(None, allow_override=True)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("epsg", "bare"), [(4524, None), (4524, 4545), (4524, 4524), (4545, 4545)])
def test_three_degree_zones(epsg, bare, swapped):
    given_plane = plane(epsg)
    if swapped:
        given_plane = gpd.GeoSeries(shapely.transform(given_plane.array, lambda c: c[:, ::-1]))
    placed = geometry_to_wgs84(given_plane, datum="cgcs2000", plane=bare)
    assert placed.crs == CRS.from_epsg(4326)
    assert placed.geometry.iloc[0].distance(PLACE) < 1e-9


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_zone_agrees_with_pyproj(zone):
    lon, lat = zone * 3 + 0.7, 33.3
    there = Transformer.from_crs(4490, 4488 + zone, always_xy=True).transform(lon, lat)
    assert int(there[0] // 1e6) == zone
    placed = geometry_to_wgs84(gpd.GeoSeries([Point(there)]), datum="cgcs2000")
    assert placed.geometry.iloc[0].distance(Point(lon, lat)) < 1e-9


def test_two_zones_in_one_file():
    both = gpd.GeoSeries([plane(4524).iloc[0], plane(4525).iloc[0]])
    placed = geometry_to_wgs84(both, datum="cgcs2000")
    assert all(point.distance(PLACE) < 1e-9 for point in placed.geometry)


@pytest.mark.parametrize(
    ("epsg", "datum", "bare", "key"),
    [
        (4545, "cgcs2000", None, "error.datum_no_zone"),
        (4524, "cgcs2000", 4546, "error.datum_zones"),
        (4524, "gcj02", None, "error.datum_metres"),
        (4502, "cgcs2000", None, "error.datum_plane"),  # a 6-degree zone
        (3857, "cgcs2000", 4545, "error.datum_plane"),
    ],
)
def test_planes_that_cannot_be_known_are_refused(epsg, datum, bare, key):
    with pytest.raises(InputError) as caught:
        geometry_to_wgs84(plane(epsg), datum=datum, plane=bare)
    assert caught.value.key == key
    assert len(str(caught.value).splitlines()) == 2


def test_all_geometry_types_and_no_third_dimension():
    shapes = [
        Point(114.3, 30.5, 12),
        LineString([(114.3, 30.5, 1), (114.4, 30.5, 2)]),
        Polygon([(114.3, 30.5), (114.4, 30.5), (114.4, 30.6)]),
        shapely.MultiPoint([(114.3, 30.5)]),
        shapely.GeometryCollection([Point(114.3, 30.5)]),
        Point(),
        None,
    ]
    frame = gpd.GeoDataFrame({"name": list("abcdefg")}, geometry=shapes)
    placed = geometry_to_wgs84(frame, datum="gcj02")
    assert list(placed["name"]) == list("abcdefg")
    assert not placed.geometry.has_z.any()
    kinds = placed.geometry.geom_type
    assert list(kinds[:6]) == [shape.geom_type for shape in shapes[:6]]
    assert placed.geometry.iloc[6] is None
    expected = to_wgs84(np.array([114.3]), np.array([30.5]), "gcj02")
    assert placed.geometry.iloc[0].x == expected[0][0]
    assert frame.geometry.iloc[0].has_z


def test_swapped_degrees_are_told_by_their_size():
    placed = geometry_to_wgs84(gpd.GeoSeries([Point(30.5, 114.3)]), datum="wgs84")
    assert placed.geometry.iloc[0] == Point(114.3, 30.5)


def test_empty_layer():
    assert len(geometry_to_wgs84(gpd.GeoSeries([]), datum="bd09")) == 0


@pytest.mark.parametrize(
    ("bounds", "epsg"),
    [
        ((114.2, 30.5, 114.4, 30.7), 4547),
        ((73.6, 39.0, 73.7, 39.1), 4534),
        ((135.0, 48.0, 135.1, 48.1), 4554),
        ((7.40, 43.72, 7.44, 43.76), 32632),
        ((-58.5, -34.7, -58.3, -34.5), 32721),
        ((180, 0, 180, 0), 32660),
    ],
)
def test_metric_crs(bounds, epsg):
    assert metric_crs(bounds).to_epsg() == epsg


@pytest.mark.parametrize(
    "bounds",
    [
        (114, 30, 114, 91),
        (500000, 3e6, 500100, 3e6),
        (np.nan,) * 4,
        (115, 30, 114, 31),
        (0, 0, 114, 30),
    ],
)
def test_metric_crs_refuses(bounds):
    with pytest.raises(InputError):
        metric_crs(bounds)


@pytest.fixture(scope="module")
def town():
    """Return 400 houses of 12 m in blocks of 30 m, with a lane between each two rows."""
    houses = [box(x, y, x + 12, y + 12) for x in range(0, 600, 30) for y in range(0, 600, 30)]
    lanes = [LineString([(-10, y - 9), (620, y - 9)]) for y in range(0, 600, 30)]

    def place(shapes):
        moved = [shapely.transform(s, lambda c: c + np.array([5e5, 3384e3])) for s in shapes]
        return gpd.GeoSeries(moved, crs=4547).to_crs(4326)

    return {"buildings": place(houses), "lanes": place(lanes)}


@pytest.mark.parametrize("datum", [Datum.WGS84, *SHIFTED])
def test_sniffer_finds_the_datum(town, datum):
    inner = town["buildings"].representative_point()[::7]
    given_points = from_wgs84(inner.x.to_numpy(), inner.y.to_numpy(), datum)
    guess = sniff_datum(given_points, **town)
    assert guess.best is datum
    assert guess.scores[datum] == 1.0
    assert guess.points == len(inner)


def test_sniffer_does_not_guess_from_two_points(town):
    inner = town["buildings"].representative_point()[:2]
    guess = sniff_datum((inner.x.to_numpy(), inner.y.to_numpy()), **town)
    assert guess.best is None
    assert guess.points == 2


def test_sniffer_says_none_when_no_datum_fits(town):
    far = np.linspace(100, 101, 30), np.linspace(40, 41, 30)
    assert sniff_datum(far, **town).best is None


def test_sniffer_without_anything_to_compare():
    nothing = gpd.GeoSeries([], crs=4326)
    guess = sniff_datum((np.full(20, 114.0), np.full(20, 30.0)), buildings=nothing, lanes=nothing)
    assert guess.best is None
