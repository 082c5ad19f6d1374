"""Heat in metres: what goes in comes out, over built land only, in its units."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.risk.heat_maps import (
    bandwidth,
    contours,
    fire_points,
    heat,
    heat_by_community,
)
from weizhan.geo.rules.rule_set import load_rules

RULES = load_rules().risk.heat
CRS = "EPSG:32648"


def houses(side=20, pitch=50.0):
    at = [(x * pitch, y * pitch) for x in range(side) for y in range(side)]
    return gpd.GeoDataFrame(
        {"building_id": [f"B{k}" for k in range(len(at))], "community_id": "1"},
        geometry=[shapely.box(x, y, x + 10, y + 10) for x, y in at],
        crs=CRS,
    )


def test_the_integral_of_the_density_is_the_number_of_fires():
    points = np.array([[500.0, 500], [510, 480], [450, 520]])
    found = heat(points, houses(), rules=RULES)
    assert found.how == "default" and found.bandwidth_m == 200 and found.cell_m == 50
    whole = np.nansum(found.density) * (found.cell_m / 1000) ** 2
    assert whole == pytest.approx(3, rel=0.03)
    row, column = np.unravel_index(np.nanargmax(found.density), found.density.shape)
    x, y = found.west + (column + 0.5) * 50, found.north - (row + 0.5) * 50
    assert math.hypot(x - 487, y - 500) < 60
    peak = 3 / (2 * math.pi * 0.2**2)  # all three within a tenth of the bandwidth
    assert np.nanmax(found.density) == pytest.approx(peak, rel=0.05)


def test_the_ratio_does_not_redraw_where_houses_are():
    """One fire a hundred houses everywhere: density follows the houses, the ratio is flat."""
    dense, sparse = houses(20, 25.0), houses(10, 100.0)
    sparse.geometry = sparse.geometry.translate(2000, 0)
    town = pd.concat([dense, sparse], ignore_index=True)
    middles = shapely.get_coordinates(town.geometry.centroid)
    found = heat(middles, town, rules=RULES.model_copy(
        update={"fitted_from": RULES.fitted_from.model_copy(update={"value": 1e9})}))  # fmt: skip
    assert found.ratio[~np.isnan(found.ratio)] == pytest.approx(1)
    assert np.nanmax(found.density) > 5 * np.nanmedian(found.density)


def test_land_without_houses_stays_empty():
    far = houses(3)
    far.geometry = far.geometry.translate(3000, 0)
    found = heat(np.array([[50.0, 50]]), pd.concat([houses(3), far]), rules=RULES)
    column = int((1500 - found.west) / found.cell_m)
    assert np.isnan(found.density[:, column]).all()


def test_the_bandwidth_is_fitted_to_many_fires_and_reaches_far_for_few():
    rng = np.random.default_rng(1)
    clumps = rng.uniform(0, 5000, (12, 2))[rng.integers(0, 12, 200)] + rng.normal(0, 100, (200, 2))
    width, how = bandwidth(clumps, rules=RULES)
    assert how == "fitted" and 60 < width < 140
    loose = rng.uniform(0, 10_000, (20, 2))
    width, how = bandwidth(loose, rules=RULES)
    assert how == "nearest" and width > 1000
    assert bandwidth(loose[:3], rules=RULES) == (200, "default")


def test_contours_hold_what_is_above_them():
    found = heat(np.array([[500.0, 500]] * 4), houses(), rules=RULES)
    areas = contours(found.density, found, CRS)
    assert areas["low"].is_monotonic_increasing or len(areas) > 1
    hottest = areas[areas["high"].isna()].union_all()
    assert hottest.contains(shapely.Point(500, 500))
    assert areas[areas["low"] == areas["low"].min()].union_all().distance(hottest) >= 0
    assert contours(np.full((3, 3), np.nan), found, CRS).empty


def test_fires_of_a_community_are_told_from_five_on():
    squares = gpd.GeoDataFrame({"community_id": ["1", "2"], "name": ["东", None]},
                               geometry=[shapely.box(0, 0, 1000, 1000),
                                         shapely.box(1000, 0, 2000, 1000)], crs=CRS)  # fmt: skip
    points = np.array([[100.0, 100]] * 6 + [[1500, 100]] * 4)
    told = heat_by_community(points, houses(), squares, few=5)
    assert told["community"].tolist() == ["东", "2"]
    assert told["fires_per_km2"].tolist()[0] == pytest.approx(6)
    assert told["fires_per_1000_buildings"].tolist()[0] == pytest.approx(15)
    assert told["fires"].isna().tolist() == [False, True]


def test_a_fire_stands_at_its_building_or_where_it_says():
    town = houses(2)
    lon_lat = gpd.GeoSeries([shapely.Point(500_000, 3_000_000)], crs=CRS).to_crs(4326)[0]
    fires = pd.DataFrame({"building_id": ["B0", None, "B1"], "lon": [np.nan, lon_lat.x, np.nan],
                          "lat": [np.nan, lon_lat.y, np.nan]})  # fmt: skip
    points = fire_points(fires, town)
    assert len(points) == 3
    assert points[1] == pytest.approx([500_000, 3_000_000], abs=0.01)
    assert fire_points(fires.iloc[:0], town).shape == (0, 2)
