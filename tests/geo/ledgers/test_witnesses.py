"""Address and point of a row are two witnesses; the datum of a ledger shows in its own rows."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.ground.datum import from_wgs84
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.words.vocabulary import Datum

LON, LAT, STEP, HOUSES = 106.5, 29.5, 0.0004, 20  # houses about 40 m apart


def _at(k):
    return LON + k * STEP, LAT + 0.00005


@pytest.fixture
def town(tmp_path):
    shapes = [shapely.box(x, y, x + STEP / 4, y + STEP / 4) for x, y in map(_at, range(HOUSES))]
    buildings = gpd.GeoDataFrame(
        {
            "building_id": [f"B{k}" for k in range(HOUSES)],
            "address": [f"云岭路{k + 1}号" for k in range(HOUSES)],
        },
        geometry=shapes,
        crs=4326,
    )
    line = shapely.LineString([(LON - STEP, LAT), (LON + HOUSES * STEP, LAT)])
    lanes = gpd.GeoDataFrame({"lane_id": ["L"]}, geometry=[line], crs=4326)
    folder = tmp_path / "town"
    found_town(
        folder, Founding({"buildings": buildings, "lanes": lanes}), name="小镇", origin="test"
    )
    return folder


def _ledger(tmp_path, datum, *, moved=None, rows=HOUSES):
    table, moved = [], moved or {}
    for k in range(rows):
        x, y = _at(moved.get(k, k))
        lon, lat = from_wgs84(x + STEP / 8, y + STEP / 8, datum)
        table.append(
            [f"H{k}", f"云岭路{k + 1}号", "违规住人", "2026-03-05", float(lon), float(lat)]
        )
    names = ["隐患编号", "地址", "隐患类别", "发现日期", "lon", "lat"]
    file = tmp_path / "隐患.csv"
    pd.DataFrame(table, columns=names).to_csv(file, index=False)
    return file


def _take(town, file, **options):
    day = dt.date(2026, 6, 1)
    return import_ledger(town, LedgerFile(file, "hazards", as_of=day, **options))


def _where(town):
    records = read_records(town, "hazards").set_index("hazard_id")
    return {key: int(told[1:]) for key, told in records["building_id"].items()}


RIGHT = {f"H{k}": k for k in range(HOUSES)}


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_ledger_from_a_phone_map_is_read_in_its_datum_and_told(town, tmp_path, datum):
    taken = _take(town, _ledger(tmp_path, datum))
    assert _where(town) == RIGHT
    (told,) = [p for p in taken.problems if p.code == "ledger_datum_found"]
    assert told.value == str(datum)
    assert taken.matched == {"point": HOUSES}


def test_a_stated_datum_is_kept_and_doubted(town, tmp_path):
    taken = _take(town, _ledger(tmp_path, Datum.GCJ02), datum=Datum.WGS84)
    assert [p.code for p in taken.problems if "datum" in p.code] == ["ledger_datum_differs"]
    assert _where(town) == RIGHT  # the addresses hold
    assert taken.matched == {"address": HOUSES}


def test_a_right_datum_is_not_spoken_of(town, tmp_path):
    taken = _take(town, _ledger(tmp_path, Datum.WGS84))
    assert not [p for p in taken.problems if "datum" in p.code or p.code == "point_elsewhere"]
    assert _where(town) == RIGHT


def test_a_point_at_another_building_is_told_and_the_address_holds(town, tmp_path):
    taken = _take(town, _ledger(tmp_path, Datum.WGS84, moved={3: 9}))
    assert _where(town) == RIGHT
    (told,) = [p for p in taken.problems if p.code == "point_elsewhere"]
    assert (told.row, told.value) == (5, "云岭路4号")
    assert 200 < float(told.allowed) < 260
    records = read_records(town, "hazards").set_index("hazard_id")
    assert abs(records.loc["H3", "lon"] - _at(3)[0]) < STEP / 2  # where the house is


def test_few_rows_decide_no_datum(town, tmp_path):
    taken = _take(town, _ledger(tmp_path, Datum.GCJ02, rows=5))
    assert not [p for p in taken.problems if "datum" in p.code]
    assert {key: k for key, k in _where(town).items()} == {f"H{k}": k for k in range(5)}
