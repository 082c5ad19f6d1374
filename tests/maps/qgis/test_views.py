"""Projects for QGIS: each feature has the class that the pages give it; layers are found beside."""

import re
import sqlite3
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import Part, assess
from weizhan.geo.town import load_town
from weizhan.geo.words import (
    BarrierKind,
    LaneClass,
    LaneState,
    RiskBand,
    Tier,
    Use,
    Vehicle,
    WaterKind,
)
from weizhan.maps.qgis import export_views
from weizhan.maps.results import write_export
from weizhan.maps.styles import lane_styles, place_styles, risk_styles, style

from ...cli.small_town import DAY, small_town

ROWS = 400


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = small_town(tmp_path_factory.mktemp("town") / "town")
    made = assess(load_town(folder), date=DAY)
    return made.only(Part.CLOSURES, Part.DRAWS, Part.RISK, Part.CASES)


@pytest.fixture(scope="module")
def views(found):
    return {view.name: view for view in export_views(found, "zh")}


def some(rng, values):
    """Return values with some missing, one that nobody knows among them."""
    pool = np.array([*map(str, values), "never heard of", None], dtype=object)
    return pool[rng.integers(len(pool), size=ROWS)]


def numbers(rng, edges):
    """Return numbers on, just beside and far from edges, some missing."""
    pool = np.array([*edges, *(e + 1e-5 for e in edges), *(e + 0.4 for e in edges), 0, 1e4, np.nan])
    return pool[rng.integers(len(pool), size=ROWS)]


def flags(rng):
    return np.array([True, False, None], dtype=object)[rng.integers(3, size=ROWS)]


def placed(view, frame):
    """Return the class of each row by the expression of the view, as SQLite computes it."""
    wanted = sorted(set(re.findall(r'"(\w+)"', view.expression)))
    base = sqlite3.connect(":memory:")
    stored = frame[wanted].astype(object)
    stored = stored.where(stored.notna(), None) if wanted else pd.DataFrame(index=frame.index)
    heads = ", ".join(f'"{name}"' for name in ["at", *wanted])
    base.execute(f"CREATE TABLE told ({heads})")
    rows = [(k, *row) for k, row in enumerate(stored.itertuples(index=False, name=None))]
    marks = ", ".join("?" * (len(wanted) + 1))
    base.executemany(f"INSERT INTO told VALUES ({marks})", rows)
    found = base.execute(f"SELECT {view.expression} FROM told ORDER BY at").fetchall()
    return [place for (place,) in found]


def test_every_view_gives_the_class_of_the_pages(found, views):
    rng = np.random.default_rng(1)
    told = {}
    for tier, standard in found.tiers.items():
        cover = some(rng, list(c.Cover))
        time_s = numbers(rng, [band * standard for band in style.BANDS])
        frame = pd.DataFrame({c.cover(tier): cover, c.response_time(tier): time_s})
        order = tuple(code.value for code in style.COVER_FILLS)
        told[c.cover(tier)] = frame, style.codes_to_classes(frame[c.cover(tier)], order)
        times = style.response_classes(frame[c.response_time(tier)], frame[c.cover(tier)], standard)
        told[c.response_time(tier)] = frame, times
        lost = pd.DataFrame({c.lost(tier, "buildings"): numbers(rng, lane_styles.LOSSES)})
        told[c.lost(tier, "buildings")] = lost, lane_styles.loss_classes(lost.iloc[:, 0])
    uses = pd.DataFrame({"use": some(rng, list(Use))})
    told["use"] = uses, style.use_classes(uses["use"])
    bands = pd.DataFrame({c.RISK_BAND: some(rng, list(RiskBand)),
                          c.RISK_BAND_SHARE: numbers(rng, [0.79, 0.8])})  # fmt: skip
    told[c.RISK_BAND] = (
        bands,
        risk_styles.band_classes(bands[c.RISK_BAND], bands[c.RISK_BAND_SHARE], sure=0.8),
    )
    stations = pd.DataFrame({"tier": some(rng, list(Tier)), "on_duty": flags(rng)})
    told["stations"] = stations, style.station_classes(stations["tier"], stations["on_duty"])
    kinds = (("water", WaterKind, "kind"), ("barriers", BarrierKind, "kind"),
             ("lanes", LaneClass, "lane_class"))  # fmt: skip
    for name, vocabulary, column in kinds:
        frame = pd.DataFrame({column: some(rng, list(vocabulary))})
        told[name] = frame, style.codes_to_classes(frame[column], tuple(map(str, vocabulary)))
    states = pd.DataFrame({c.STATE: some(rng, [*LaneState, c.UNKNOWN_STATE])})
    told[c.STATE] = states, lane_styles.state_classes(states[c.STATE])
    ranks = pd.DataFrame({c.KEEP_CLEAR_RANK: numbers(rng, lane_styles.RANKS)})
    told[c.KEEP_CLEAR_RANK] = ranks, lane_styles.rank_classes(ranks[c.KEEP_CLEAR_RANK])
    for vehicle in Vehicle:
        limit, certain = c.lane_limit(vehicle.value), c.lane_limit_certain(vehicle.value)
        frame = pd.DataFrame({limit: some(rng, ["", "width"]), certain: flags(rng)})
        told[limit] = frame, style.limit_classes(frame[limit], frame[certain])
    estates = pd.DataFrame({"three_none": some(rng, ["yes", "no"]),
                            "old_estate": some(rng, ["yes", "no"])})  # fmt: skip
    told["estates"] = estates, place_styles.estate_classes(estates)
    elements = np.array(["", "has_site"], dtype=object)
    offices = pd.DataFrame({"elements_missing": elements[rng.integers(2, size=ROWS)],
                            "elements_unknown": elements[rng.integers(2, size=ROWS)]})  # fmt: skip
    told["offices"] = offices, place_styles.office_classes(offices)
    assert set(views) - set(told) == {"communities", "grids"}
    for name, (frame, classes) in told.items():
        if name in views:
            assert placed(views[name], frame) == classes.tolist(), name
    assert {c.cover("micro"), c.RISK_BAND, c.KEEP_CLEAR_RANK, "fire_engine_limit"} <= set(views)


def test_the_project_finds_every_layer_beside_it_and_a_symbol_for_every_class(found, tmp_path):
    events = pd.DataFrame(columns=["key", "note"])
    again = tmp_path / "again"
    for folder in (tmp_path / "out", again):
        folder.mkdir()
        write_export(found, {}, events, folder, personal=False, lang="zh")
    file = tmp_path / "out" / "export.qgz"
    assert file.read_bytes() == (again / "export.qgz").read_bytes()
    with zipfile.ZipFile(file) as book:
        assert book.namelist() == ["export.qgs"]
        root = ET.fromstring(book.read("export.qgs"))
    tree = [node.get("id") for node in root.findall(".//layer-tree-layer")]
    layers = {layer.find("id").text: layer for layer in root.findall("projectlayers/maplayer")}
    assert list(layers) == tree and all(len(name) >= 10 for name in tree)
    stored = dict(pyogrio.list_layers(tmp_path / "out" / "export.gpkg"))
    for layer in layers.values():
        path, _, name = layer.find("datasource").text.partition("|layername=")
        assert path == "./export.gpkg" and name in stored
        if stored[name] not in (None, "Unknown"):
            shape = layer.get("geometry").replace("Line", "LineString")
            assert stored[name].removeprefix("Multi") == shape
        drawn = layer.find("renderer-v2")
        there = {symbol.get("name") for symbol in drawn.findall("symbols/symbol")}
        assert {kind.get("symbol") for kind in drawn.findall("categories/category")} == there
        columns = set(pyogrio.read_info(tmp_path / "out" / path, layer=name)["fields"])
        assert set(re.findall(r'"(\w+)"', drawn.get("attr"))) <= columns
    shown = {node.get("id") for node in root.findall(".//layer-tree-layer[@checked='Qt::Checked']")}
    assert {"weizhan_micro_cover", "weizhan_lanes", "weizhan_stations"} <= shown
    assert "weizhan_use" not in shown
    said = [kind.get("label") for kind in
            layers["weizhan_micro_cover"].findall("renderer-v2/categories/category")]  # fmt: skip
    assert said[-1] == "未知"
