import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import osmnx as ox
import pytest

from weizhan.geo.osm.files import read_osm
from weizhan.geo.osm.online import read_place
from weizhan.geo.words.errors import InputError, OfflineError


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


SAME_AS_FILE = """<osm version="0.6">
  <node id="1" lon="114" lat="30"/>
  <node id="2" lon="114.04" lat="30"><tag k="barrier" v="gate"/></node>
  <node id="3" lon="114.04" lat="30.04"/>
  <way id="1">
    <nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="yes"/>
  </way>
  <way id="2"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>
  <relation id="3">
    <member type="way" ref="1" role="outer"/>
    <tag k="type" v="multipolygon"/><tag k="building" v="house"/>
  </relation>
</osm>"""


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
    file = tmp_path / "town.osm"
    file.write_text(SAME_AS_FILE)
    from_file = read_osm(file)
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
