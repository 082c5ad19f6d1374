"""Lanes as municipal drawings have them: ends that nearly meet, crossings without a vertex."""

import datetime as dt
from pathlib import Path

import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.reach import Moment, response_times
from weizhan.coverage.reach.summary import coverage_of
from weizhan.geo.founding import LayerFile, found_town, layers_of_files
from weizhan.geo.rules import read_config
from weizhan.geo.town import examine_town, load_town

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
DAY = dt.date(2026, 9, 30)


@pytest.fixture
def folder_of(tmp_path):
    """A town folder from files of a case, by layer."""

    def make(case, cross="apart", **files):
        given = {k: LayerFile(CASES / case / v, "wgs84") for k, v in files.items()}
        if not all(layer.file.exists() for layer in given.values()):
            pytest.skip("the folder ../shared/cases is not beside this checkout")
        folder = tmp_path / cross
        found_town(folder, layers_of_files(given, base={}), name="t", origin="t", cross=cross)
        return folder

    return make


def _lanes(folder_of, lanes, cross="apart"):
    files = {"buildings": "buildings.geojson", "stations": "stations.geojson"}
    return folder_of("lanes", cross, lanes=lanes, **files)


def _times(town):
    response = response_times(Moment(town, town.scenarios["day"], DAY))
    return response.set_index(town.buildings["building_id"])


def test_ends_five_centimetres_apart_are_one_street(folder_of):
    town = load_town(_lanes(folder_of, "end-gap-5cm.geojson"))
    assert len(town.network.component_length_m) == 1
    (told,) = [p for p in town.problems if p.code == "lanes_joined"]
    assert told.count == 1
    # 300 m at a run of 2.5 m/s after 60 s, up to 10 m along the wall, 10 and 2 m off the lane
    seconds = _times(town)[c.response_time("micro")]
    assert seconds["far"] == pytest.approx(60 + 300 / 2.5 + 12 / 2.5, abs=5)
    assert seconds["near"] == pytest.approx(60 + 95 / 2.5 + 7 / 2.5, abs=5)


def test_a_crossing_is_apart_by_default_with_the_doubt_in_the_range(folder_of):
    town = load_town(_lanes(folder_of, "crossing-without-node.geojson"))
    (told,) = [p for p in town.problems if p.code == "lanes_cross"]
    assert (told.count, told.value) == (1, "100.0%")
    assert told.details["where"] == "1×2 (106.45206, 29.48000)"
    times = _times(town).loc["side"]
    assert times[[c.response_time("micro"), c.response_time_high("micro")]].isna().all()
    # 190 m and 100 m at 3 m/s, 30 s of turnout, 5 and 2 m off the lane
    assert times[c.response_time_low("micro")] == pytest.approx(30 + 290 / 3 + 7 / 3, abs=5)
    assert times[c.cover("micro")] == "doubtful"


@pytest.mark.parametrize("cross", ["apart", "join"])
def test_a_place_of_crossing_says_its_lanes_and_how_it_was_counted(folder_of, cross):
    told = assess(load_town(_lanes(folder_of, "crossing-without-node.geojson", cross))).crossings
    assert told[["lanes", "connected"]].to_numpy().tolist() == [["1×2", cross == "join"]]
    (spot,) = told.geometry.to_crs(4326)
    assert (spot.x, spot.y) == pytest.approx((106.45206, 29.48), abs=1e-5)


def test_a_crossing_is_joined_on_request_and_remembered(folder_of):
    folder = _lanes(folder_of, "crossing-without-node.geojson", "join")
    assert read_config(folder).cross == "join"
    town = load_town(folder)
    assert town.joined is None
    assert [p.code for p in town.problems if "cross" in p.code] == ["lanes_crossed"]
    seconds = _times(town)[c.response_time("micro")]
    assert seconds["side"] == pytest.approx(60 + 290 / 2.5 + 7 / 2.5, abs=5)


def test_who_wants_to_be_asked_must_answer(folder_of):
    examined = examine_town(_lanes(folder_of, "crossing-without-node.geojson", "ask"))
    assert examined.town is None
    assert [p.code for p in examined.problems if p.severity == "error"] == ["lanes_cross_ask"]


def test_none_of_five_is_not_certain_where_all_five_may_be_reached(folder_of):
    files = {"buildings": "nocross_b.geojson", "lanes": "nocross_l.geojson",
             "stations": "nocross_s.csv"}  # fmt: skip
    town = load_town(folder_of("files/crossings-certain-zero", **files))
    response = response_times(Moment(town, town.scenarios["day"], DAY))
    table = town.buildings.assign(**{name: response[name] for name in response})
    table[c.PEOPLE] = float("nan")
    found = coverage_of(table, "brigade", standard_s=300)
    assert tuple(found[f"share_buildings{end}"] for end in ("", "_low", "_high")) == (0.0, 0.0, 1.0)
    # 8 m off a lane that is short and crosses another, and not over 100 m from every lane
    assert "unattached" not in {p.code for p in town.problems}
