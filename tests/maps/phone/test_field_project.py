"""The project for QGIS: sound XML that finds its layers beside it, and stops that come back."""

import datetime as dt
import shutil
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest
import shapely

from weizhan.coverage.rounds import RoundKind
from weizhan.geo.ledgers import LedgerFile, import_ledger, read_records
from weizhan.maps.phone import write_field_project

from ...cli.small_town import DAY
from .conftest import ROUND


@pytest.fixture
def written(handed, tmp_path):
    _, rounds, ground, _ = handed
    write_field_project(
        tmp_path, rounds, ground, kind=RoundKind.DUE, round_id=ROUND, date=DAY, lang="zh"
    )
    return tmp_path


def test_the_project_finds_its_layers_beside_it(written, handed):
    _, rounds, _, _ = handed
    root = ET.fromstring((written / "round.qgs").read_text("utf-8"))
    assert root.tag == "qgis" and root.find("properties/Paths/Absolute").text == "false"
    layers = root.findall("projectlayers/maplayer")
    assert [layer.find("id").text for layer in layers] == ["weizhan_stops", "weizhan_ways"]
    assert [n.get("id") for n in root.findall("layer-tree-group/layer-tree-layer")] == [
        "weizhan_stops", "weizhan_ways",
    ]  # fmt: skip
    for layer, kind in zip(layers, ("Point", "Line"), strict=True):
        path, _, name = layer.find("datasource").text.partition("|layername=")
        assert path.startswith("./") and layer.get("geometry") == kind
        there = pyogrio.read_info(written / path, layer=name)
        fields = {field.get("name") for field in layer.findall("fieldConfiguration/field")}
        assert fields == {*there["fields"], "fid"}
        assert there["crs"] == "EPSG:4326" and there["geometry_type"] in ("Point", "LineString")
        assert all(alias.get("name") for alias in layer.findall("aliases/alias"))
    open_ = [e.get("name") for e in layers[0].findall("editable/field") if e.get("editable") == "1"]
    assert open_ == ["inspected_on", "hazards_found", "result", "inspector"]
    stops = pyogrio.read_dataframe(written / "round.gpkg", layer="stops")
    assert len(stops) == len(rounds.rounds[0].stops)
    west, south, east, north = (float(e.text) for e in root.find("mapcanvas/extent"))
    assert stops.to_crs(3857).within(shapely.box(west, south, east, north)).all()


def test_the_same_round_gives_the_same_bytes(written, handed, tmp_path_factory):
    _, rounds, ground, _ = handed
    again = tmp_path_factory.mktemp("again")
    write_field_project(
        again, rounds, ground, kind=RoundKind.DUE, round_id=ROUND, date=DAY, lang="zh"
    )
    for name in ("round.gpkg", "round.qgs"):
        assert (again / name).read_bytes() == (written / name).read_bytes()


def test_stops_that_were_filled_in_come_back_by_their_ids(written, handed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "town"
    shutil.copytree(handed[0], folder)
    stops = pyogrio.read_dataframe(written / "round.gpkg", layer="stops")
    at = stops[stops["building_id"].notna()].index[0]
    stops["inspected_on"] = stops["inspected_on"].astype(object)
    stops.loc[at, ["inspected_on", "hazards_found", "result"]] = [DAY, 0, "合格"]
    pyogrio.write_dataframe(stops, written / "round.gpkg", layer="stops", append=False)
    file = LedgerFile(written / "round.gpkg", "inspections", sheet="stops", source=ROUND)
    import_ledger(folder, file, at=dt.datetime(2026, 9, 30, 18))
    known = read_records(folder, "inspections").set_index("inspection_id")
    key = f"{ROUND}/{stops.at[at, 'stop_id']}"
    assert known.at[key, "inspected_on"] == pd.Timestamp(DAY) and known.at[key, "result"] == "合格"
    assert sum(str(name).startswith(ROUND) for name in known.index) == 1
