"""What OpenStreetMap says of stations, barriers and widths is used as it is meant."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.geo.founding import LayerFile, layers_of_files
from weizhan.geo.osm.layers import OsmFeature, layers_from
from weizhan.geo.osm.tags import lane_numbers
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.tables.validation import validate

LANE = OsmFeature("w1", {"highway": "residential"}, shapely.LineString([(0, 0), (1, 0), (2, 0)]))


def _station(**tags):
    point = OsmFeature("n1", {"amenity": "fire_station", **tags}, shapely.Point(0.5, 0.001))
    return layers_from([LANE, point])[0]["stations"].iloc[0]


@pytest.mark.parametrize(
    ("tags", "tier"),
    [
        ({"name": "幸福社区微型消防站"}, "micro_station"),
        ({"name": "东门微站"}, "micro_station"),
        ({"name": "某村志愿消防队"}, "micro_station"),
        ({"name": "Station", "fire_station:type": "community"}, "micro_station"),
        ({"name": "人民路消防救援站"}, "official_station"),
        ({"name": "铜梁区消防救援大队"}, "official_station"),
        ({}, "official_station"),
    ],
)
def test_a_station_of_residents_is_no_brigade(tags, tier):
    assert _station(**tags)["tier"] == tier


@pytest.mark.parametrize(
    ("tags", "unclear"),
    [
        ({}, True),
        ({"name": "东街消防站"}, True),
        ({"name": "东街小型消防站"}, True),
        ({"name": "东街小型消防站", "fire_station:type": "community"}, False),
        ({"name": "东街微型消防站"}, False),
        ({"name": "东街消防救援站"}, False),
        ({"name": "某镇专职消防队"}, False),
        ({"name": "Caserne de La Condamine"}, False),
        ({"operator": "铜梁区消防救援大队"}, False),
    ],
)
def test_stations_that_could_be_either_are_listed(tags, unclear):
    point = OsmFeature("n1", {"amenity": "fire_station", **tags}, shapely.Point(0.5, 0.001))
    _, problems = layers_from([LANE, point], file="f")
    told = [p for p in problems if p.code == "osm_station_unclear"]
    assert [p.feature for p in told] == ([f"n1 {tags.get('name', '')}".strip()] if unclear else [])


def test_a_towns_own_brigade_is_told_from_the_authoritys():
    assert _station(name="某镇专职消防队")["tier"] == "town_brigade"


def _barrier(**tags):
    node = OsmFeature("n2", tags, shapely.Point(1, 0))
    return layers_from([LANE, node])[0]["barriers"].iloc[0]


def test_the_width_of_a_post_is_no_width_to_pass():
    assert np.isnan(_barrier(barrier="bollard", width="0.3")["width_m"])
    assert _barrier(barrier="bollard", maxwidth="1.5", width="0.3")["width_m"] == 1.5
    assert _barrier(barrier="gate", width="3.5")["width_m"] == 3.5


def test_a_locked_gate_is_shut_unless_it_tells_its_hours():
    assert _barrier(barrier="gate", locked="yes")["open_hours"] == "off"
    hours = _barrier(barrier="gate", locked="yes", opening_hours="06:00-22:00")["open_hours"]
    assert hours == "06:00-22:00"
    assert _barrier(barrier="gate")["open_hours"] is None


@pytest.mark.parametrize(
    ("tags", "width", "height"),
    [
        ({"width": "4", "maxwidth": "2.3"}, 2.3, np.nan),
        ({"width": "3", "maxwidth:physical": "3.5"}, 3.0, np.nan),
        ({"maxwidth": "2.5 m"}, 2.5, np.nan),
        ({"maxheight": "4.5", "maxheight:physical": "3.8"}, np.nan, 3.8),
        ({"maxheight": "none", "maxheight:physical": "3.8"}, np.nan, 3.8),
        ({}, np.nan, np.nan),
    ],
)
def test_the_least_that_is_told_holds(tags, width, height):
    found = lane_numbers(tags)
    assert found["width_m"] == pytest.approx(width, nan_ok=True)
    assert found["height_limit_m"] == pytest.approx(height, nan_ok=True)


def test_hours_that_nobody_can_read_stop_no_town():
    frame = gpd.GeoDataFrame(
        {
            "barrier_id": ["g"],
            "kind": ["gate"],
            "open_hours": ["看情况"],
            "source_row": [1],
        },
        geometry=[shapely.Point(0, 0)],
        crs=4326,
    )
    columns = {name: name for name in ("barrier_id", "kind", "open_hours")}
    read, (told,) = validate(frame, SCHEMAS["barriers"], columns=columns, file="f")
    assert (told.code, told.severity) == ("not_hours", "warning")
    assert read["open_hours"].tolist() == ["看情况"]  # the slow reading holds it shut


def test_a_users_stations_add_to_those_of_the_map(tmp_path):
    base = {
        "buildings": gpd.GeoDataFrame(
            {"building_id": [f"B{k}" for k in range(12)]},
            geometry=[
                shapely.box(106 + k / 1e3, 29, 106.0005 + k / 1e3, 29.0005) for k in range(12)
            ],
            crs=4326,
        ),
        "lanes": gpd.GeoDataFrame(
            {"lane_id": ["L"]}, geometry=[shapely.LineString([(106, 29), (106.02, 29)])], crs=4326
        ),
        "stations": gpd.GeoDataFrame(
            {
                "station_id": ["n1", "n2", "n3"],
                "name": ["大队", "东站", "微站"],
                "tier": ["official_station"] * 2 + ["micro_station"],
            },
            geometry=gpd.points_from_xy([106.002, 106.008, 106.01], [29.0001] * 3),
            crs=4326,
        ),
    }
    file = tmp_path / "站.csv"
    file.write_text(
        "编号,名称,级别,经度,纬度\nS1,东站,微型消防站,106.0004,29.0002\n"
        "S2,门岗,微型消防站,106.01001,29.0001\n",
        encoding="utf-8",
    )
    given = {"stations": LayerFile(file, "wgs84")}
    found = layers_of_files(given, base=base)
    layers, (told,) = found.layers, found.problems
    # n2 has the name of S1, n3 stands where S2 stands; the brigade stays.
    assert layers["stations"]["station_id"].tolist() == ["S1", "S2", "n1"]
    assert (told.code, told.count, told.value, told.allowed) == ("stations_joined", 2, "1", "2")
