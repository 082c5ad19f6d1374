"""Hills by hand: a cone lit from the north-west, flat land, what lies beyond the raster."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from rasterio.transform import Affine
from shapely.geometry import LineString

from weizhan.geo.ground import hillshade
from weizhan.geo.ground.hillshade import shaded
from weizhan.geo.ground.terrain import Terrain

UTM = CRS.from_epsg(32650)
X0, Y0 = 500_000.0, 2_550_000.0


def cone(side=61, *, cell_m=30.0, high_m=200.0):
    """Return a round hill in the middle of flat land, its foot at half the way to the rim."""
    at = (np.arange(side) - side // 2) * cell_m
    away = np.hypot(*np.meshgrid(at, at))
    height = np.maximum(high_m * (1 - away / (side * cell_m / 4)), 0)
    corner = Affine(cell_m, 0, X0 - side * cell_m / 2, 0, -cell_m, Y0 + side * cell_m / 2)
    return Terrain(height.astype(np.float32), corner, UTM)


def lane(half_m):
    ends = [(X0 - half_m, Y0 - half_m), (X0 + half_m, Y0 + half_m)]
    return gpd.GeoDataFrame(geometry=[LineString(ends)], crs=UTM)


def test_a_slope_is_lit_as_horn_says():
    rise = np.add.outer(np.zeros(3), [0.0, 10, 20])  # 45 degrees up to the east
    lit = shaded(rise, cell_m=10)[0, 0] + np.sin(np.pi / 4)
    assert lit == pytest.approx((np.sqrt(0.5) + 0.5) / np.sqrt(2), abs=1e-6)  # it looks west
    towards = np.add.outer([0.0, 3, 6], [0.0, 3, 6])  # falls to the north and to the west
    assert shaded(-towards, cell_m=10)[0, 0] < -0.1 < 0.1 < shaded(towards, cell_m=10)[0, 0]


def test_the_north_west_of_a_cone_is_light_and_its_south_east_dark():
    shade = hillshade(cone(), lane(700))
    rows, columns = shade.light.shape
    quarter = shade.light[: rows // 2, : columns // 2], shade.light[rows // 2 :, columns // 2 :]
    assert np.nanmean(quarter[0]) > 0.02 and np.nanmean(quarter[1]) < -0.02
    assert shade.light[0, 0] == pytest.approx(0, abs=1e-6)  # flat at its foot
    high = 2 * 700 * 1.2
    assert (shade.north - shade.south) * 110_800 == pytest.approx(high, rel=0.03)
    assert max(rows, columns) <= 400


def test_beyond_the_raster_nothing_is_known():
    shade = hillshade(cone(), lane(1500))
    assert np.isnan(shade.light[0]).all() and np.isfinite(shade.light).any()


@given(part=st.tuples(*[st.floats(0, 1)] * 4))
def test_a_part_lies_where_its_cells_lay_in_the_whole(part):
    shade = hillshade(cone(), lane(700))
    (west, east), (south, north) = sorted(part[:2]), sorted(part[2:])
    wide, high = shade.east - shade.west, shade.north - shade.south
    asked = (shade.west + wide * west, shade.south + high * south,
             shade.west + wide * east, shade.south + high * north)  # fmt: skip
    cut = shade.within(*asked)
    assert cut.west <= asked[0] + 1e-12 and cut.east >= asked[2] - 1e-12
    assert cut.south <= asked[1] + 1e-12 and cut.north >= asked[3] - 1e-12
    rows, columns = cut.light.shape
    cell = wide / shade.light.shape[1]
    assert cut.east - cut.west == pytest.approx(columns * cell)
    assert (cut.east - cut.west) - (asked[2] - asked[0]) < 2 * cell + 1e-9
    left, top = round((cut.west - shade.west) / cell), (shade.north - cut.north) / high
    first = round(top * shade.light.shape[0])
    expected = shade.light[first : first + rows, left : left + columns]
    np.testing.assert_array_equal(cut.light, expected)
