"""Files of ../shared/cases/files as a user would give them: read with the right values, or told."""

import datetime as dt
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

from weizhan.data.demo import make_demo
from weizhan.geo.founding import LayerFile, add_layers, found_town, layers_of_files
from weizhan.geo.ledgers import LedgerFile, import_ledger
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.tables import read_table
from weizhan.geo.town import load_town
from weizhan.geo.words import Datum, InputError, OutputError, TownError, whole_folder

DAY, AT = dt.date(2026, 9, 30), dt.datetime(2026, 9, 30, 12)


@pytest.fixture
def files():
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"
    if not folder.exists():
        pytest.skip("no cases: the folder ../shared/cases is not beside this checkout")
    return folder


def _town(tmp_path, folder, **names):
    """Make a town of files; of those of points the datum is stated."""
    given = {}
    for layer, name in names.items():
        stated = Datum.WGS84 if layer == "stations" else None
        datum, _, file = name.rpartition("=")
        given[layer] = LayerFile(folder / file, Datum(datum) if datum else stated)
    found = layers_of_files(given, base={})
    examined = found_town(tmp_path / "town", found, name="镇", origin="test", sound=True)
    return examined.town, {p.code: p for p in examined.problems}, found


def test_a_gbk_shapefile_without_its_encoding_is_legible(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    town, told, _ = _town(
        tmp_path, folder, buildings="gbk/b.shp", lanes="l.geojson", stations="s.csv"
    )
    assert told["encoding_taken"].value == "gb18030"
    assert town.buildings["address"].str.contains("街").all()
    assert town.buildings["use"].notna().all()


def test_names_that_a_shapefile_cut_are_known(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    town, told, _ = _town(
        tmp_path, folder, buildings="trunc/b.shp", lanes="trunc/l.shp", stations="s.csv"
    )
    assert town.buildings["people_night"].notna().all()
    assert town.lanes["height_limit_m"].notna().any()
    assert town.lanes["max_speed_kmh"].notna().any()
    assert "identity_made" not in told
    assert "business_u" in told["columns_unread"].value


def test_units_in_headers_of_lanes(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    town, told, _ = _town(
        tmp_path, folder, buildings="b.geojson", lanes="l_units.geojson", stations="s.csv"
    )
    assert town.lanes["width_m"].notna().all()
    assert town.lanes["height_limit_m"].notna().any()
    assert "columns_unread" not in told


@pytest.mark.parametrize(
    "lanes",
    [
        "quickosm_l.geojson", "ogr_lines.gpkg", "osmnx_edges.gpkg", "osmnx_l.geojson",
        "geofabrik_l.geojson", "highway_plain.geojson", "overpass_l.geojson",
    ],
)  # fmt: skip
def test_lanes_as_programs_write_them(files, tmp_path, lanes):
    folder = files / "osm-exports-not-read"
    town, _, _ = _town(
        tmp_path, folder, buildings="overpass_b.geojson", lanes=lanes, stations="s.csv"
    )
    drawn = town.lanes.drop_duplicates("drawn_lane_id").set_index("drawn_lane_id")
    assert len(drawn) == 2
    if lanes == "ogr_lines.gpkg":  # from other_tags
        assert drawn["width_m"].tolist() == [1.5, 1.5]
        assert drawn["oneway"].tolist() == ["forward", "forward"]
    if lanes == "geofabrik_l.geojson":
        assert drawn["oneway"].tolist()[0] == "forward"
        assert drawn["oneway"].tolist()[1] != "backward"
        assert drawn["max_speed_kmh"].tolist()[1] == 30
        assert drawn["max_speed_kmh"].isna().tolist()[0]  # 0 says nothing
        assert drawn["lane_class"].tolist() == ["residential", "track"]
    if lanes.startswith("osmnx"):
        assert drawn["lane_class"].tolist() == ["residential", "residential"]


@pytest.mark.parametrize("buildings", ["overpass_b.geojson", "geofabrik_b.geojson", "b.geojson"])
def test_buildings_as_programs_write_them(files, tmp_path, buildings):
    folder = files / "osm-exports-not-read"
    town, _, _ = _town(
        tmp_path, folder, buildings=buildings, lanes="quickosm_l.geojson", stations="s.csv"
    )
    assert len(town.buildings) >= 2
    assert town.building_positions.attached.all()


@pytest.mark.parametrize("lanes", ["lanes.kml", "lanes1.kml", "lanes.kmz", "qgis_merged.geojson"])
def test_folders_of_a_drawing_and_names_of_its_layers(files, tmp_path, lanes):
    town, told, _ = _town(
        tmp_path, files / "cad-and-kml", buildings="b.geojson", lanes=lanes, stations="s.csv"
    )
    drawn = town.lanes.drop_duplicates("drawn_lane_id")
    assert len(drawn) == 2
    if lanes.endswith("geojson"):
        assert drawn["level"].isna().all()
        assert "“layer”" in told["columns_unread"].value
    else:
        assert drawn["name"].tolist() == ["主路1", "巷1"]


def test_a_drawing_in_metres_with_the_zone_before_them(files, tmp_path):
    town, _, _ = _town(
        tmp_path, files / "cad-and-kml",
        buildings="cgcs2000=houses.dxf", lanes="cgcs2000=roads.dxf", stations="s.csv",
    )  # fmt: skip
    assert len(town.buildings) >= 2
    assert town.building_positions.attached.all()


def test_a_drawing_in_metres_whose_datum_nobody_stated_says_how_to_state_it(files, tmp_path):
    with pytest.raises(ValueError, match="cgcs2000"):
        _town(
            tmp_path, files / "cad-and-kml", buildings="houses.dxf", lanes="roads.dxf",
            stations="s.csv",
        )  # fmt: skip
    assert not (tmp_path / "town").exists()


def test_wrong_values_name_the_users_file_row_and_header(files, tmp_path):
    stations = tmp_path / "微站.csv"
    stations.write_text(
        "编号,站点类型,经度,纬度\nS1,特级站,106.48005,29.480045\n", encoding="gb18030"
    )
    folder = files / "layer-columns-silently-lost"
    with pytest.raises(TownError) as caught:
        _town(tmp_path, folder, buildings="b.geojson", lanes="l.geojson", stations=str(stations))
    (told,) = caught.value.problems
    assert (told.file, told.row, told.details["header"], told.value) == (
        "微站.csv", 2, "站点类型", "特级站",
    )  # fmt: skip
    assert not (tmp_path / "town").exists()


def _take(village, file, kind="hazards", **options):
    return import_ledger(village, LedgerFile(file, kind, as_of=DAY, **options), at=AT)


@pytest.fixture(scope="module")
def _village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=1)
    return folder


@pytest.fixture
def village(tmp_path, _village):
    shutil.copytree(_village, tmp_path / "village")
    return tmp_path / "village"


def test_a_workbook_that_counts_from_1904(village, files):
    _take(village, files / "dates" / "d1904.xlsx")
    assert read_records(village, "hazards")["found_on"].dt.year.unique().tolist() == [2026]


def test_dates_as_people_write_them(village, files):
    taken = _take(village, files / "dates" / "dates.xlsx")
    refused = {p.value for p in taken.problems if p.code == "not_a_full_date"}
    assert {"前天", "23/3/21", "2023.13.01", "2023/2/29", "21/03/2023"} <= refused
    assert not {"2023—3—21", "2023年3月21日上午"} & refused
    (loose,) = [p for p in taken.problems if p.code == "read_as_date"]
    assert "2023年3月 → 2023-03-15" in loose.value
    assert "3月21日 → 2026-03-21" in loose.value  # the year of the import


def test_one_sheet_a_community_is_one_ledger(village, files):
    taken = _take(village, files / "sheet-choice" / "sheet_per_community.xlsx")
    assert taken.account.rows == taken.added == 3


def test_a_hidden_sheet_is_named_and_not_read(village, files):
    taken = _take(village, files / "sheet-choice" / "hidden_first.xlsx")
    assert [p.value for p in taken.problems if p.code == "sheet_hidden"] == ["旧数据"]
    assert taken.added == 1


def test_a_comma_that_shifts_a_row_is_undone(village, files):
    taken = _take(village, files / "csv-text" / "unquoted_comma.csv")
    records = read_records(village, "hazards").set_index("hazard_id")
    assert records.loc["N1", "description"] == "门口,堆物"
    assert records.loc["N1", "remaining_width_m"] == 2.5
    assert taken.account.mended == 1
    assert taken.account.refused == 0


@pytest.mark.parametrize("name", ["fullwidth_commas.csv", "utf16.csv", "utf16.txt"])
def test_texts_of_any_encoding_keep_their_commas(village, files, name):
    taken = _take(village, files / "csv-text" / name)
    assert taken.account.refused == 0
    records = read_records(village, "hazards")
    assert records["code"].notna().all()
    assert records["found_on"].notna().all()
    if name == "fullwidth_commas.csv":
        assert (records["description"].str.count(",") == 8).all()


def test_merged_counts_and_sums(village, files):
    taken = _take(village, files / "merged-and-totals" / "merged_counts.xlsx", kind="vulnerable")
    passed = [p for p in taken.problems if p.code == "row_passed"]
    assert passed
    assert taken.account.passed == len(passed)


def test_axes_that_are_swapped_are_turned_and_told(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    frame = gpd.read_file(folder / "b.geojson")
    turned = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    frame.set_geometry(gpd.GeoSeries(turned, crs=4326)).to_file(tmp_path / "b.geojson")
    town, told, _ = _town(
        tmp_path, folder, buildings=str(tmp_path / "b.geojson"), lanes="l.geojson",
        stations="s.csv",
    )  # fmt: skip
    assert town.building_positions.attached.all()
    assert told["axes_swapped"].severity == "repaired"
    assert told["axes_swapped"].value.startswith("29.4")


def test_both_coordinates_in_one_cell_and_metres_of_a_stated_plane(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    stations = tmp_path / "站.csv"
    stations.write_text("编号,级别,坐标\nS1,微型消防站,29.480045N 106.480052E\n", encoding="utf-8")
    town, told, _ = _town(
        tmp_path, folder, buildings="b.geojson", lanes="l.geojson", stations=str(stations)
    )
    assert told["axes_swapped"].count == 1
    assert town.station_positions.attached.all()
    plane = gpd.GeoSeries([shapely.Point(106.480052, 29.480045)], crs=4326).to_crs(4545)
    stations.write_text(
        f"编号,级别,x坐标,y坐标\nS1,微型消防站,{plane.x[0]:.2f},{plane.y[0]:.2f}\n",
        encoding="utf-8",
    )
    given = {
        "buildings": LayerFile(folder / "b.geojson"),
        "lanes": LayerFile(folder / "l.geojson"),
        "stations": LayerFile(stations, Datum.CGCS2000, 4545),
    }
    placed = layers_of_files(given, base={}).layers["stations"].geometry.iloc[0]
    assert placed.distance(shapely.Point(106.480052, 29.480045)) < 1e-7
    given["stations"] = LayerFile(stations, Datum.CGCS2000)
    with pytest.raises(InputError, match="cgcs2000:117"):
        layers_of_files(given, base={})


def test_a_file_with_several_layers_asks_which(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    both = tmp_path / "both.gpkg"
    gpd.read_file(folder / "b.geojson").to_file(both, layer="房屋")
    gpd.read_file(folder / "l.geojson").to_file(both, layer="道路")
    given = {"buildings": LayerFile(both), "lanes": LayerFile(both, layer="道路")}
    with pytest.raises(InputError, match="房屋"):
        layers_of_files(given, base={})
    given["buildings"] = LayerFile(both, layer="房屋")
    assert len(layers_of_files(given, base={}).layers["buildings"]) == 6


def test_a_cell_in_the_last_corner_is_named(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "编号"
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "远.xlsx")
    with pytest.raises(InputError, match="XFD1048576"):
        read_table(tmp_path / "远.xlsx")


def test_layers_are_added_to_a_town_and_nothing_is_lost(files, tmp_path):
    folder = files / "layer-columns-silently-lost"
    _town(tmp_path, folder, buildings="b.geojson", lanes="l.geojson", stations="s.csv")
    town = tmp_path / "town"
    more = tmp_path / "补.csv"
    more.write_text(
        "编号,站点名称,级别,经度,纬度\nN1,新站,微型消防站,106.4815,29.480045\n", encoding="utf-8"
    )
    given = {"stations": LayerFile(more, Datum.WGS84)}
    accounts, examined = add_layers(town, given)
    assert [match.column for match in accounts[0].headers] == [
        "station_id", "name", "tier", "geometry", "geometry",
    ]  # fmt: skip
    assert sorted(examined.town.stations["station_id"]) == ["N1", "S1"]
    assert load_town(town).stations["name"].tolist()[0] == "新站"
    add_layers(town, given, only=["stations"])
    assert load_town(town).stations["station_id"].tolist() == ["N1"]
    more.write_text("名称,级别,经度,纬度\n乙,微型消防站,106.4800,29.480045\n", encoding="utf-8")
    add_layers(town, given)  # 140 m off, without a column of identities: numbered by its row
    assert sorted(load_town(town).stations["station_id"]) == ["2", "N1"]
    before = (town / "town.toml").read_bytes()
    more.write_text("编号,级别,经度,纬度\nN2,特级,106.4815,29.48\n", encoding="utf-8")
    with pytest.raises(TownError, match="特级"):
        add_layers(town, given)
    assert (town / "town.toml").read_bytes() == before
    assert sorted(load_town(town).stations["station_id"]) == ["2", "N1"]


def test_what_systems_leave_in_a_folder_blocks_nothing(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("Thumbs.db", "~$结果.xlsx", "desktop.ini"):
        (out / name).write_bytes(b"x")
    with whole_folder(out) as unfinished:
        (unfinished / "a.txt").write_text("a", encoding="utf-8")
    assert [p.name for p in out.iterdir()] == ["a.txt"]
    (out / "~$结果.xlsx").write_bytes(b"x")
    (out / "我的.docx").write_bytes(b"x")
    with pytest.raises(OutputError, match=r"我的\.docx"), whole_folder(out, may_hold=["a.txt"]):
        pass


def test_a_workbook_with_a_password_says_so(tmp_path):
    file = tmp_path / "密.xlsx"
    mark = "EncryptedPackage".encode("utf-16-le")
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + mark + bytes(600))
    with pytest.raises(InputError) as caught:
        read_table(file)
    assert caught.value.key == "error.file_encrypted"
    assert "密码" in caught.value.message("zh")
