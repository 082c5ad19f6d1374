import math
from pathlib import Path

import numpy as np
import pytest

from weizhan.geo.osm.files import read_osm
from weizhan.geo.words.errors import InputError


def write(folder, *elements, name="town.osm"):
    file = folder / name
    file.write_text(f'<osm version="0.6">{"".join(elements)}</osm>', encoding="utf-8")
    return file


def tags_xml(tags):
    return "".join(f'<tag k="{k}" v="{v}"/>'.replace("'", "&apos;") for k, v in tags.items())


def node(ref, lon, lat, **tags):
    return f'<node id="{ref}" version="1" lon="{lon}" lat="{lat}">{tags_xml(tags)}</node>'


def way(ref, nodes, **tags):
    inside = "".join(f'<nd ref="{n}"/>' for n in nodes)
    return f'<way id="{ref}" version="1">{inside}{tags_xml(tags)}</way>'


def relation(ref, members, **tags):
    inside = "".join(f'<member type="way" ref="{r}" role="{role}"/>' for role, r in members)
    return f'<relation id="{ref}" version="1">{inside}{tags_xml(tags)}</relation>'


# a block of 4 x 4 hundredths of a degree with a courtyard, around (114, 30)
OUTER = [node(1, 114, 30), node(2, 114.04, 30), node(3, 114.04, 30.04), node(4, 114, 30.04)]
INNER = [node(5, 114.01, 30.01), node(6, 114.03, 30.01), node(7, 114.03, 30.03)]
INNER += [node(8, 114.01, 30.03)]
BLOCK = [*OUTER, *INNER]
RING, HOLE = [1, 2, 3, 4, 1], [5, 6, 7, 8, 5]


def layer(folder, name, *elements):
    return read_osm(write(folder, *elements)).layers[name]


def test_building_columns(tmp_path):
    told = {"building": "yes", "building:levels": "6", "height": "40'", "name": "楼"}
    row = layer(tmp_path, "buildings", *BLOCK, way(1, RING, **told)).iloc[0]
    assert (row["building_id"], row["floors"], row["name"], row["use"]) == ("w1", 6, "楼", None)
    assert row["height_m"] == pytest.approx(12.192)
    assert math.isnan(row["people_day"])


def test_absurd_values_are_missing(tmp_path):
    told = {"building": "yes", "building:levels": "999", "height": "5000"}
    row = layer(tmp_path, "buildings", *BLOCK, way(1, RING, **told)).iloc[0]
    assert math.isnan(row["floors"])
    assert math.isnan(row["height_m"])


def test_courtyard_and_its_outer_way_are_one_building(tmp_path):
    members = [("outer", 1), ("inner", 2)]
    ways = [way(1, RING, building="yes"), way(2, HOLE)]
    new = relation(9, members, type="multipolygon", building="apartments")
    found = layer(tmp_path, "buildings", *BLOCK, *ways, new)
    assert list(found["building_id"]) == ["r9"]
    assert found.geometry.iloc[0].area == pytest.approx(0.0012)
    old = relation(9, members, type="multipolygon")
    found = layer(tmp_path, "buildings", *BLOCK, *ways, old)
    assert list(found["building_id"]) == ["r9"]
    assert found.geometry.iloc[0].area == pytest.approx(0.0012)


def test_station_of_the_old_style_is_one_station(tmp_path):
    ways = [way(1, RING, building="yes", amenity="fire_station"), way(2, HOLE)]
    old = relation(9, [("outer", 1), ("inner", 2)], type="multipolygon")
    extract = read_osm(write(tmp_path, *BLOCK, *ways, old))
    assert list(extract.layers["stations"]["station_id"]) == ["r9"]


def test_house_in_a_courtyard_stays(tmp_path):
    ways = [way(1, RING), way(2, HOLE, building="yes")]
    both = relation(9, [("outer", 1), ("inner", 2)], type="multipolygon", building="yes")
    found = layer(tmp_path, "buildings", *BLOCK, *ways, both)
    assert sorted(found["building_id"]) == ["r9", "w2"]


def test_broken_relation_keeps_the_building_ways_and_is_told(tmp_path):
    ways = [way(1, RING, building="yes"), way(2, [5, 6, 7])]
    broken = relation(9, [("outer", 1), ("inner", 2)], type="multipolygon", building="yes")
    extract = read_osm(write(tmp_path, *BLOCK, *ways, broken))
    assert list(extract.layers["buildings"]["building_id"]) == ["w1"]
    assert [(p.code, p.feature) for p in extract.problems] == [("osm_broken_area", "r9")]


def test_unclosed_buildings_and_points_are_left_to_repair(tmp_path):
    found = layer(
        tmp_path,
        "buildings",
        *BLOCK,
        way(1, [1, 2, 3], building="yes"),
        node(20, 1, 1, building="yes"),
    )
    assert list(found["building_id"]) == ["n20", "w1"]
    assert list(found.geom_type) == ["Point", "LineString"]


def test_lane_columns(tmp_path):
    tags = {
        "highway": "service",
        "width": "3 m",
        "maxheight": "3.8",
        "maxspeed": "25 mph",
        "incline": "8%",
        "layer": "-1",
        "tunnel": "building_passage",
        "surface": "asphalt",
        "oneway": "-1",
    }
    row = layer(tmp_path, "lanes", *BLOCK, way(1, [1, 2], **tags)).iloc[0]
    assert (row["width_m"], row["height_limit_m"], row["slope_pct"]) == (3, 3.8, 8)
    assert (row["level"], row["oneway"], row["surface"], row["access"]) == (
        -1,
        "backward",
        "asphalt",
        "",
    )


def test_steps_keep_their_count(tmp_path):
    row = layer(tmp_path, "lanes", *BLOCK, way(1, [1, 2], highway="steps", step_count="24")).iloc[0]
    assert (row["lane_class"], row["step_count"], row["level"]) == ("steps", 24, 0)


def test_lanes_share_exact_coordinates_and_stay_whole(tmp_path):
    odd = [node(1, 114.1234567, 30.7654321), node(2, 114.2, 30.1), node(3, 114.3, 30.2)]
    ways = [way(1, [1, 2, 3], highway="path"), way(2, [2, 1], highway="path")]
    found = layer(tmp_path, "lanes", *odd, *ways)
    assert len(found) == 2
    assert found.geometry[0].coords[0] == (114.1234567, 30.7654321) == found.geometry[1].coords[1]


def test_ring_roads_stay_lines(tmp_path):
    found = layer(tmp_path, "lanes", *BLOCK, way(1, RING, highway="residential"))
    assert list(found.geom_type) == ["LineString"]


def test_squares_are_told(tmp_path):
    square = way(1, RING, highway="pedestrian", area="yes")
    extract = read_osm(write(tmp_path, *BLOCK, square))
    assert len(extract.layers["lanes"]) == 0
    assert [(p.code, p.feature) for p in extract.problems] == [("osm_square", "w1")]


def test_clipped_ways_keep_their_runs(tmp_path):
    ways = [
        way(1, [1, 2, 99, 3, 4], highway="path"),
        way(2, [98, 1, 2, 99], highway="path"),
        way(3, [97, 98, 1], highway="path"),
        way(4, [1, 2, 3, 99, 1], building="yes"),
    ]
    extract = read_osm(write(tmp_path, *BLOCK, *ways))
    lanes = extract.layers["lanes"]
    assert list(lanes["lane_id"]) == ["w1", "w2"]
    assert list(lanes.geom_type) == ["MultiLineString", "LineString"]
    assert list(extract.layers["buildings"].geom_type) == ["LineString"]
    told = {p.code: (p.severity, p.count, p.feature) for p in extract.problems}
    assert told == {
        "osm_clipped_way": ("repaired", 3, "w1, w2, w4"),
        "osm_lost_way": ("warning", 1, "w3"),
    }


def test_barriers_only_on_lanes(tmp_path):
    gates = [
        node(1, 114, 30, barrier="lift_gate", maxwidth="2.5", opening_hours="06:00-22:00"),
        node(2, 114.1, 30, barrier="kissing_gate"),
        node(3, 114.2, 30, barrier="bollard"),
        node(4, 114.3, 30, barrier="entrance"),
    ]
    found = layer(tmp_path, "barriers", *gates, way(1, [1, 2, 4], highway="service"))
    assert list(found["barrier_id"]) == ["n1", "n2"]
    assert list(found["kind"]) == ["lift_gate", "stile"]
    assert found["width_m"].iloc[0] == 2.5
    assert found["open_hours"].iloc[0] == "06:00-22:00"


def test_water_and_stations(tmp_path):
    things = [
        node(20, 1, 1, emergency="fire_hydrant"),
        way(1, RING, emergency="fire_water_pond"),
        way(2, HOLE, amenity="fire_station", building="yes", name="站"),
    ]
    extract = read_osm(write(tmp_path, *BLOCK, *things))
    assert list(extract.layers["water"]["kind"]) == ["hydrant", "pond"]
    station = extract.layers["stations"].iloc[0]
    assert (station["station_id"], station["tier"], station["name"]) == (
        "w2",
        "official_station",
        "站",
    )
    assert station.geometry.geom_type == "Point"
    assert list(extract.layers["buildings"]["building_id"]) == ["w2"]


def test_communities_need_more_than_one_of_a_level(tmp_path):
    border = {"type": "boundary", "boundary": "administrative"}
    ways = [way(1, RING), way(2, HOLE)]
    one = relation(8, [("outer", 1)], admin_level="10", **border)
    half = relation(7, [("outer", 1), ("outer", 99)], admin_level="10", **border)
    assert len(layer(tmp_path, "communities", *BLOCK, *ways, one, half)) == 0
    two = relation(9, [("outer", 2)], admin_level="10", population="1200", **border)
    found = layer(tmp_path, "communities", *BLOCK, *ways, one, two, half)
    assert list(found["community_id"]) == ["r8", "r9"]
    assert found["people"].iloc[1] == 1200


def test_elements_drawn_offline_have_negative_ids(tmp_path):
    drawn = [node(-1, 114, 30), node(-2, 114.1, 30), node(-3, 114.1, 30.1)]
    found = layer(tmp_path, "buildings", *drawn, way(-5, [-1, -2, -3, -1], building="yes"))
    assert list(found["building_id"]) == ["w-5"]
    assert found.geom_type.iloc[0] == "Polygon"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("none.osm", None, "error.osm_missing"),
        ("zero.osm.pbf", b"", "error.osm_empty"),
        ("text.osm", b"hello", "error.osm_format"),
        ("zip.osm.pbf", b"PK\x03\x04" * 99, "error.osm_format"),
        ("page.osm", b"<html><body>429</body></html>", "error.osm_format"),
        ("cut.osm", b'<osm version="0.6"><node id="1" ', "error.osm_format"),
        (
            "far.osm",
            b'<osm version="0.6"><node id="1" lat="991" lon="1"/></osm>',
            "error.osm_format",
        ),
        ("what.xyz", b"hello", "error.osm_format"),
    ],
)
def test_what_is_no_osm_file_is_said_clearly(tmp_path, name, content, key):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_osm(file)
    assert caught.value.key == key
    assert name in str(caught.value)


def test_no_rights(tmp_path, monkeypatch):
    file = write(tmp_path)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError) as caught:
        read_osm(file)
    assert caught.value.key == "error.osm_unreadable"


def test_missing_numbers_are_nan_not_zero(tmp_path):
    row = layer(tmp_path, "lanes", *BLOCK, way(1, [1, 2], highway="path", width="-1")).iloc[0]
    for column in ("width_m", "height_limit_m", "slope_pct", "step_count", "max_speed_kmh"):
        assert np.isnan(row[column])
