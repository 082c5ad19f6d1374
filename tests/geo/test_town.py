"""A town folder with everything that real data does wrong: told at once, nothing guessed."""

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from weizhan.geo.founding import Founding, LayerFile, found_town, layers_of_files
from weizhan.geo.ground.datum import from_wgs84
from weizhan.geo.town import examine_town, load_town
from weizhan.geo.words.errors import InputError, OutputError, TownError

LON, LAT = 106.48, 29.48


def _square(x: float, y: float, size: float = 1e-4) -> shapely.Polygon:
    return shapely.box(LON + x, LAT + y, LON + x + size, LAT + y + size)


def _layers() -> dict[str, gpd.GeoDataFrame]:
    """A street of ten houses with one station, in WGS-84."""
    houses = [_square(i * 3e-4, 1e-4) for i in range(10)]
    street = shapely.LineString([(LON - 1e-3, LAT), (LON + 4e-3, LAT)])
    return {
        "buildings": gpd.GeoDataFrame(
            {"building_id": [f"B{i}" for i in range(10)], "用途": "自建房", "夜间人数": 3},
            geometry=houses,
            crs="EPSG:4326",
        ),
        "lanes": gpd.GeoDataFrame(
            {"lane_id": ["L1"], "道路等级": ["巷道"], "宽度": ["2.5"]},
            geometry=[street],
            crs="EPSG:4326",
        ),
        "stations": gpd.GeoDataFrame(
            {"station_id": ["S1"], "级别": ["微型消防站"]},
            geometry=[shapely.Point(LON, LAT + 5e-5)],
            crs="EPSG:4326",
        ),
    }


def _found(folder: Path, **changed: gpd.GeoDataFrame) -> Path:
    found_town(folder, Founding({**_layers(), **changed}), name="小镇", origin="test")
    return folder


def _told(folder: Path) -> dict[str, list]:
    problems = examine_town(folder).problems
    told: dict[str, list] = {}
    for problem in problems:
        told.setdefault(problem.code, []).append(problem)
    return told


def test_a_good_town_loads_in_metres_with_everything_attached(tmp_path):
    town = load_town(_found(tmp_path / "t"))
    assert town.buildings.crs.is_projected
    assert town.buildings["use"].unique().tolist() == ["self_built"]
    assert town.building_positions.attached.all()
    assert town.station_positions.attached.all()
    assert town.problems == ()
    assert town.unknown()["stations.crew_day"] == 1
    assert "buildings.people_night" not in town.unknown()


def test_all_problems_of_all_layers_are_told_at_once(tmp_path):
    layers = _layers()
    buildings = layers["buildings"]
    buildings.loc[3, "building_id"] = "B2"
    buildings["层数"] = "6"
    buildings.loc[5, "层数"] = "许多层"
    layers["lanes"]["宽度"] = "-3"
    layers["stations"]["级别"] = "特级"
    with pytest.raises(TownError) as told:
        load_town(_found(tmp_path / "t", **layers))
    assert [(p.layer, p.code) for p in told.value.problems] == [
        ("buildings", "identity_double"),
        ("buildings", "identity_double"),
        ("buildings", "not_a_number"),
        ("stations", "not_in_vocabulary"),
        ("lanes", "not_a_number"),
    ]
    said = str(told.value)
    assert "第 6 行" in said
    assert "row 6" in said
    assert "许多层" in said


@pytest.mark.parametrize("layer", ["buildings", "lanes"])
def test_a_town_without_buildings_or_lanes_says_so(tmp_path, layer):
    layers = _layers()
    empty = layers[layer].iloc[:0]
    told = _told(_found(tmp_path / "t", **{layer: empty}))
    assert [p.layer for p in told["layer_missing"]] == [layer]


def test_a_layer_whose_features_are_all_unusable_is_an_error(tmp_path):
    buildings = _layers()["buildings"]
    buildings.geometry = [shapely.Polygon()] * len(buildings)
    told = _told(_found(tmp_path / "t", buildings=buildings))
    assert told["layer_empty"][0].severity == "error"


def test_broken_polygons_are_repaired_and_said(tmp_path):
    buildings = _layers()["buildings"]
    shapes = buildings.geometry.to_list()
    x, y = LON, LAT + 1e-4
    shapes[0] = shapely.Polygon([(x, y), (x + 1e-4, y + 1e-4), (x + 1e-4, y), (x, y + 1e-4)])
    shapes[1] = shapely.Polygon()
    buildings.geometry = shapes
    town = load_town(_found(tmp_path / "t", buildings=buildings))
    assert {p.code for p in town.problems} == {"repair_invalid", "repair_empty"}
    assert len(town.buildings) == 9
    assert town.buildings.geometry.is_valid.all()


def test_a_town_in_the_wrong_datum_is_refused(tmp_path):
    buildings = _layers()["buildings"]
    buildings.geometry = buildings.geometry.translate(0.006, -0.003)
    told = _told(_found(tmp_path / "t", buildings=buildings))
    assert told["all_unattached"][0].severity == "error"
    assert told["all_unattached"][0].layer == "buildings"


def test_a_station_outside_the_town_is_an_error_when_it_is_the_only_one(tmp_path):
    stations = _layers()["stations"]
    stations.geometry = [shapely.Point(LON + 0.05, LAT)]
    told = _told(_found(tmp_path / "t", stations=stations))
    assert (told["all_unattached"][0].layer, told["all_unattached"][0].feature) == (
        "stations",
        "S1",
    )


def test_a_town_without_any_station_loads_and_says_so(tmp_path):
    layers = _layers()
    town = load_town(_found(tmp_path / "t", stations=layers["stations"].iloc[:0]))
    assert [p.code for p in town.problems] == ["no_station"]


def test_lanes_that_connect_to_nothing_are_told(tmp_path):
    lanes = _layers()["lanes"]
    lonely = shapely.LineString([(LON, LAT + 0.002), (LON + 1e-3, LAT + 0.002)])
    row = gpd.GeoDataFrame(
        {"lane_id": ["L2"], "道路等级": [None], "宽度": [None]}, geometry=[lonely], crs="EPSG:4326"
    )
    told = _told(_found(tmp_path / "t", lanes=pd.concat([lanes, row])))
    assert told["lanes_parts"][0].count == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 bytes"),
        (b"this is no GeoPackage at all, although its name says so", "not the geodata"),
    ],
)
def test_a_layer_file_that_is_not_what_its_name_says(tmp_path, content, said):
    folder = _found(tmp_path / "t")
    (folder / "layers.gpkg").write_bytes(content)
    told = [problem for problems in _told(folder).values() for problem in problems]
    assert len(told) == 3
    assert all(said in problem.message("en") for problem in told)


def test_a_layer_that_the_file_does_not_hold(tmp_path):
    folder = _found(tmp_path / "t")
    config = folder / "town.toml"
    config.write_text(config.read_text().replace('layer = "lanes"', 'layer = "roads"'))
    assert "roads" in _told(folder)["error.file_layer_unknown"][0].message("zh")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name = ", "TOML"),
        ('name = "x"', "layers"),
        ('name = "x"\nbanana = 1\n[layers.lanes]\nfile="a"', "banana"),
        ('name = "x"\ndatum = "mars"\n[layers.lanes]\nfile="a"', "datum"),
        ('name = "x"\n[layers.rivers]\nfile="a"', "rivers"),
        ('name = "x"\n[layers.lanes]\nfile="a"\n[scenarios]', "scenario"),
    ],
)
def test_a_wrong_town_file_says_what_is_wrong(tmp_path, content, said):
    (tmp_path / "town.toml").write_text(content)
    with pytest.raises(InputError, match=said):
        load_town(tmp_path)


def test_a_folder_without_town_file_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="weizhan new"):
        load_town(tmp_path)


def test_an_earlier_folder_is_never_written_over(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        _found(tmp_path / "t")
    assert [p.name for p in (tmp_path / "t").iterdir()] == ["mine.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["t"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_without_rights_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError):
        _found(tmp_path / "t")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        _found(tmp_path / "file" / "t")


# --- files in, their datum held against the town ------------------------------------------


def _csv(file: Path, datum: str, points: int) -> LayerFile:
    lon = [LON + i * 3e-4 + 5e-5 for i in range(points)]
    lat = [LAT + 1.5e-4] * points
    x, y = from_wgs84(pd.Series(lon).to_numpy(), pd.Series(lat).to_numpy(), datum)
    rows = [f"S{i},微型消防站,{a:.7f},{b:.7f}" for i, (a, b) in enumerate(zip(x, y, strict=True))]
    file.write_text("\n".join(["站点编号,级别,经度,纬度", *rows]), encoding="gb18030")
    return LayerFile(file)


def _files(folder: Path) -> dict[str, LayerFile]:
    found = {}
    for layer in ("buildings", "lanes"):
        found[layer] = LayerFile(folder / f"{layer}.geojson")
        _layers()[layer].to_file(found[layer].file, driver="GeoJSON")
    return found


def test_points_in_another_datum_are_refused_with_a_proposal(tmp_path):
    files = {**_files(tmp_path), "stations": _csv(tmp_path / "微站.csv", "gcj02", 10)}
    with pytest.raises(InputError, match="gcj02"):
        layers_of_files(files, base={})


def test_too_few_points_without_a_datum_are_refused_rather_than_guessed(tmp_path):
    files = {**_files(tmp_path), "stations": _csv(tmp_path / "微站.csv", "wgs84", 2)}
    with pytest.raises(InputError, match="--datum"):
        layers_of_files(files, base={})


def test_a_declared_datum_is_honoured(tmp_path):
    stations = _csv(tmp_path / "微站.csv", "bd09", 10)
    files = {**_files(tmp_path), "stations": LayerFile(stations.file, "bd09")}
    found = layers_of_files(files, base={})
    assert found.problems == ()
    assert found.layers["stations"].geometry.x.iloc[0] == pytest.approx(LON + 5e-5, abs=1e-6)
    found_town(tmp_path / "t", found, name="小镇", origin="files")
    town = load_town(tmp_path / "t")
    assert town.station_positions.attached.all()
    assert town.buildings["people_night"].tolist() == [3] * 10


def test_coordinates_that_are_no_numbers_are_told_with_their_rows(tmp_path):
    file = tmp_path / "微站.csv"
    file.write_text("站点编号,级别,经度,纬度\nS1,微型消防站,东边106,29.48\n", encoding="utf-8")
    with pytest.raises(TownError, match="东边106") as told:
        layers_of_files({**_files(tmp_path), "stations": LayerFile(file)}, base={})
    assert len(told.value.problems) == 1
    file.write_text("站点编号,级别\nS1,微型消防站\n", encoding="utf-8")
    with pytest.raises(InputError, match="经度"):
        layers_of_files({**_files(tmp_path), "stations": LayerFile(file)}, base={})


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ('[events.gate]\nlanes = ["NOPE"]', "NOPE"),
        ("[events.gate]\nlanes = []", "events.gate"),
        (
            '[[calendar]]\nname = "x"\nfirst = 2026-02-20\nlast = 2026-02-10\nscenario = "day"',
            "2026-02-20",
        ),
        (
            '[[calendar]]\nname = "x"\nfirst = 2026-02-01\nlast = 2026-02-10\nscenario = "fair"',
            "fair",
        ),
    ],
)
def test_events_and_key_dates_that_could_never_hold_are_told(tmp_path, extra, said):
    config = _found(tmp_path / "t") / "town.toml"
    config.write_text(config.read_text() + extra)
    with pytest.raises(InputError, match=said):
        load_town(tmp_path / "t")


def test_reports_far_from_every_lane_are_told(tmp_path):
    reports = gpd.GeoDataFrame(
        {"报告编号": ["R1", "R2"], "状态": ["blocked"] * 2, "观察日期": ["2026-11-01"] * 2},
        geometry=[shapely.Point(LON, LAT), shapely.Point(LON, LAT + 0.01)],
        crs="EPSG:4326",
    )
    told = _told(_found(tmp_path / "t", lane_reports=reports))["unattached"]
    assert [(p.layer, p.feature, p.severity) for p in told] == [("lane_reports", "R2", "warning")]
