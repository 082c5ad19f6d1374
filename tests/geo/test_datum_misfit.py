"""Every layer is held against the lanes and buildings each time a town is read."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.geo.founding import Founding, LayerFile, found_town, layers_of_files
from weizhan.geo.ground.datum import from_wgs84
from weizhan.geo.rules import LayerSource
from weizhan.geo.town import examine_town
from weizhan.geo.words import Datum, TownError

LON, LAT, STEP = 106.48, 29.48, 1e-3


def _shifted(frame, datum):
    def shift(xy):
        return np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], datum))

    moved = shapely.transform(frame.geometry.to_numpy(), shift)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=4326))


def _layers():
    """Eight streets each way with houses between them, two communities, gates and a station."""
    at = [i * STEP for i in range(9)]
    streets = [shapely.LineString([(LON, LAT + y), (LON + at[-1], LAT + y)]) for y in at]
    streets += [shapely.LineString([(LON + x, LAT), (LON + x, LAT + at[-1])]) for x in at]
    houses = [
        shapely.box(LON + x + dx, LAT + y + 1e-4, LON + x + dx + 2e-4, LAT + y + 4e-4)
        for x in at[:-1]
        for y in at[:-1]
        for dx in (1e-4, 4e-4, 7e-4)
    ]
    half = at[4]
    areas = [
        shapely.box(LON, LAT, LON + half, LAT + at[-1]),
        shapely.box(LON + half, LAT, LON + at[-1], LAT + at[-1]),
    ]
    gates = [shapely.Point(LON + x + STEP / 2, LAT + y) for x in at[:-1] for y in (at[2], at[5])]
    return {
        "buildings": gpd.GeoDataFrame(
            {"building_id": [f"B{i}" for i in range(len(houses))]}, geometry=houses, crs=4326
        ),
        "lanes": gpd.GeoDataFrame(
            {"lane_id": [f"L{i}" for i in range(len(streets))]}, geometry=streets, crs=4326
        ),
        "communities": gpd.GeoDataFrame({"community_id": ["甲", "乙"]}, geometry=areas, crs=4326),
        "barriers": gpd.GeoDataFrame(
            {"barrier_id": [f"G{i}" for i in range(len(gates))], "kind": "gate"},
            geometry=gates,
            crs=4326,
        ),
        "stations": gpd.GeoDataFrame(
            {"station_id": ["S"], "tier": ["micro_station"]},
            geometry=[houses[0].centroid],
            crs=4326,
        ),
    }


def _town(folder: Path, layers, **stated):
    sources = {layer: LayerSource(file="x", origin="给的.geojson") for layer in layers}
    for layer, datum in stated.items():
        sources[layer] = LayerSource(file="x", origin="给的.geojson", datum=datum)
    found_town(folder, Founding(layers, sources), name="镇", origin="test")
    return [p for p in examine_town(folder).problems if p.code.startswith("datum_")]


def test_a_right_town_is_not_doubted(tmp_path):
    assert _town(tmp_path / "t", _layers()) == []


@pytest.mark.parametrize("layer", ["buildings", "communities", "barriers"])
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_layer_in_an_undeclared_datum_is_an_error(tmp_path, layer, datum):
    layers = _layers()
    layers[layer] = _shifted(layers[layer], datum)
    told = {p.layer: p for p in _town(tmp_path / "t", layers)}
    # Where all buildings are shifted, the border that is held against them is out of place too.
    assert (told[layer].code, told[layer].severity) == ("datum_misfit", "error")
    assert told[layer].value == datum
    assert "给的.geojson" in told[layer].message("zh")
    assert f"{datum} 100%" in told[layer].message("zh")


def test_against_a_declaration_it_is_a_warning_with_the_figures(tmp_path):
    layers = _layers()
    layers["barriers"] = _shifted(layers["barriers"], Datum.GCJ02)
    (told,) = _town(tmp_path / "t", layers, barriers=Datum.WGS84)
    assert (told.code, told.severity, told.value) == ("datum_doubted", "warning", "gcj02")
    assert "gcj02 100%" in told.message("en")


def test_a_wrong_declaration_is_doubted_too(tmp_path):
    (told,) = _town(tmp_path / "t", _layers(), barriers=Datum.GCJ02)
    assert (told.severity, told.value, told.allowed) == ("warning", "wgs84", "gcj02")


def test_new_refuses_it_and_a_declaration_mends_it(tmp_path):
    layers = _layers()
    layers["buildings"] = _shifted(layers["buildings"], Datum.GCJ02)
    files = {}
    for layer, frame in layers.items():
        frame.to_file(tmp_path / f"{layer}.geojson", driver="GeoJSON")
        files[layer] = LayerFile(tmp_path / f"{layer}.geojson")
    given = {**files, "stations": LayerFile(files["stations"].file, Datum.WGS84)}
    found = layers_of_files(given, base={})
    with pytest.raises(TownError, match="gcj02 100%"):
        found_town(tmp_path / "t", found, name="镇", origin="test", sound=True)
    assert not (tmp_path / "t").exists()
    given["buildings"] = LayerFile(files["buildings"].file, Datum.GCJ02)
    examined = found_town(
        tmp_path / "t", layers_of_files(given, base={}), name="镇", origin="test", sound=True
    )
    assert examined is not None
    assert examined.town is not None
    assert not [p for p in examined.problems if p.code.startswith("datum_")]


def test_a_table_that_nothing_tells_the_datum_of_is_doubted_by_name(tmp_path):
    folder = tmp_path / "t"
    assert _town(folder, _layers()) == []
    (folder / "微站.csv").write_text(
        f"编号,级别,经度,纬度\nS,微型消防站,{LON + 2e-4},{LAT + 2.5e-4}\n", encoding="utf-8"
    )
    (folder / "水源.csv").write_text(
        f"编号,类型,经度,纬度\nW,消火栓,{LON},{LAT}\n", encoding="utf-8"
    )
    settings = folder / "town.toml"
    given = settings.read_text(encoding="utf-8")
    before = (
        '[layers.stations]\nfile = "layers.gpkg"\nlayer = "stations"\norigin = "给的.geojson"\n'
    )
    assert before in given
    given = given.replace(before, "")
    tables = '[layers.stations]\nfile = "微站.csv"\n[layers.water]\nfile = "水源.csv"\n'
    settings.write_text(given + tables, encoding="utf-8")
    told = [p for p in examine_town(folder).problems if p.code.startswith("datum_")]
    assert [(p.layer, p.file, p.severity, p.code) for p in told] == [
        ("stations", "微站.csv", "warning", "datum_assumed"),
        ("water", "水源.csv", "warning", "datum_assumed"),
    ]
    assert "几百米" in told[0].message("zh")
    settings.write_text(
        given + tables.replace('.csv"\n', '.csv"\ndatum = "wgs84"\n'), encoding="utf-8"
    )
    assert not [p for p in examine_town(folder).problems if p.code.startswith("datum_")]
