"""Where open hazards crowd, by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from weizhan.coverage.cases.area_hazards import area_candidates, declared_areas, place_cases
from weizhan.geo.rules.rule_set import load_rules

RULES = load_rules().risk.finding
CRS = "EPSG:32648"
SQUARES = [shapely.box(x, 0, x + 10, 10) for x in (0, 40, 80, 120, 160, 1000)]


def test_open_hazards_near_to_each_other_are_a_candidate():
    buildings = gpd.GeoDataFrame({"building_id": list("ABCDEF")}, geometry=SQUARES,
                                 crs=CRS)  # fmt: skip
    cases = pd.DataFrame(
        {
            "key": [f"K{k}" for k in range(8)],
            "building_id": ["A", "A", "B", "C", "D", "E", "F", None],
            "state": ["found", "fixed", "assigned", "reopened", "found", "closed", "found",
                      "found"],
            "code": ["H1", "H2", "H2", "H2", "H1", "H2", "H1", "H1"],
            "major": [1, np.nan, 0, 0, 0, 1, 0, 0],
            "lon": np.nan, "lat": np.nan,
        }
    )  # fmt: skip
    placed = place_cases(cases, buildings)
    assert placed["key"].tolist() == [f"K{k}" for k in range(7)]  # one has no place
    areas = area_candidates(placed, rules=RULES)
    told = areas[["open_hazards", "premises", "major_hazards", "main_code"]]
    assert told.to_numpy().tolist() == [[5, 4, 1, "H2"]]
    assert areas.geometry[0].contains(buildings.geometry[1].centroid)
    assert not areas["long"][0]
    assert area_candidates(placed.iloc[:3], rules=RULES).empty


def test_a_chain_of_hazards_longer_than_an_area_is_told_to_be_long():
    """Hazards every 50 m along 400 m, and along 450 m, of 400 m allowed."""
    places = {"A": range(0, 401, 50), "B": range(5000, 5451, 50)}
    points = [shapely.Point(x, 0) for xs in places.values() for x in xs]
    cases = gpd.GeoDataFrame({"building_id": None, "state": "found", "code": "H1", "major": 0},
                             index=range(len(points)), geometry=points, crs=CRS)  # fmt: skip
    areas = area_candidates(cases, rules=RULES)
    told = dict(zip(areas["open_hazards"], zip(areas["length_m"], areas["long"], strict=True),
                    strict=True))  # fmt: skip
    assert told == {9: (400, False), 10: (450, True)}
    assert areas.geometry.area.min() > 400 * RULES.area_m.value / 2


def test_an_area_is_as_long_as_its_longer_side():
    points = [shapely.Point(x, y) for x in (0, 50, 100) for y in (0, 40)]
    cases = gpd.GeoDataFrame({"building_id": None, "state": "found", "code": "H1", "major": 0},
                             index=range(len(points)), geometry=points, crs=CRS)  # fmt: skip
    areas = area_candidates(cases, rules=RULES)
    assert areas["length_m"].tolist() == [100]


def test_a_case_stands_at_its_building_else_at_its_own_place():
    buildings = gpd.GeoDataFrame({"building_id": ["A"]}, geometry=SQUARES[:1], crs=CRS)
    own = gpd.GeoSeries([shapely.Point(500_000, 3_000_000)], crs=CRS).to_crs("EPSG:4326")[0]
    cases = pd.DataFrame({"key": list("123456"), "building_id": ["A", "A", None, "Z", None, "Z"],
                          "lon": [np.nan, own.x, own.x, own.x, own.x, np.nan],
                          "lat": [np.nan, own.y, own.y, own.y, np.nan, np.nan]})  # fmt: skip
    placed = place_cases(cases, buildings)
    assert placed["key"].tolist() == ["1", "2", "3", "4"]
    assert placed.geometry.distance(SQUARES[0]).iloc[:2].tolist() == [0, 0]
    away = placed.geometry.distance(shapely.Point(500_000, 3_000_000))
    assert away.iloc[2:].max() < 0.01


def test_a_hazard_called_area_wide_is_its_estate_else_its_grid_else_its_community():
    point = shapely.Point
    cases = gpd.GeoDataFrame(
        {
            "key": list("abcdefg"), "code": "H1", "major": 0,
            "state": ["found", "found", "found", "found", "closed", "found", "reopened"],
            "area_wide": [1, 1, 1, 1, 1, 0, 1],
            "community": ["东", "东", "东", None, "东", "东", "无"],
        },
        geometry=[point(5, 5), point(45, 5), None, None, point(5, 5), point(5, 5), point(999, 0)],
        crs=CRS,
    )  # fmt: skip
    estates = gpd.GeoDataFrame(geometry=[SQUARES[0]], index=["E1"], crs=CRS)
    grids = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 60, 60)], index=["G1"], crs=CRS)
    community = gpd.GeoDataFrame({"name": ["东"]}, geometry=[shapely.box(0, 0, 90, 90)], crs=CRS)
    table = declared_areas(cases, {"estate": estates, "grid": grids}, community=community)
    told = table[["key", "area_kind", "area_id"]].astype(object).to_numpy().tolist()
    assert told == [
        ["a", "estate", "E1"], ["b", "grid", "G1"], ["c", "community", "东"],
        ["d", "unknown", None], ["g", "unknown", None],
    ]  # fmt: skip  # e is closed, f is not area-wide
    assert table.geometry.area.tolist() == [100, 3600, 8100, 0, 0]
