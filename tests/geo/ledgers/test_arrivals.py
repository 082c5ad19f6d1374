"""Tables of observed arrivals, as delivered and as refused."""

import numpy as np
import pandas as pd
import pytest

from weizhan.geo.ledgers.arrivals import read_arrivals
from weizhan.geo.words.errors import InputError, TownError


def test_arrivals_are_read_with_chinese_headers(tmp_path):
    file = tmp_path / "到场.csv"
    file.write_text(
        "接警时间,建筑编号,经度,纬度,到场用时(秒),站点编号,车辆\n"
        "2026-03-01 02:10,YL000001,,,185,W01,步行\n"
        "昨天,,106.5,29.5,240,,\n"
        "2026-03-01T02:10:00+08:00,YL000002,,,60,,\n",
        encoding="gb18030",
    )
    arrivals = read_arrivals(file)
    assert arrivals["seconds"].tolist() == [185, 240, 60]
    assert arrivals["building_id"].tolist() == ["YL000001", None, "YL000002"]
    assert arrivals["vehicle"].tolist() == ["foot", None, None]
    night = pd.Timestamp("2026-03-01 02:10")
    assert arrivals["time"].tolist() == [night, pd.NaT, night]
    np.testing.assert_array_equal(arrivals["lon"], [np.nan, 106.5, np.nan])
    assert arrivals["arrival_id"].tolist() == ["2", "3", "4"]


@pytest.mark.parametrize("header", ["time,seconds", "time,building_id", "seconds,lon"])
def test_a_table_without_seconds_or_place_is_refused(tmp_path, header):
    file = tmp_path / "a.csv"
    file.write_text(header + "\n" + "1," * header.count(",") + "1\n")
    with pytest.raises(InputError, match=r"a\.csv"):
        read_arrivals(file)


def test_every_wrong_row_is_named(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("seconds,building_id,lon,lat\n0,B1,,\nquick,B2,,\n60,,106.5,\n70,B3,,\n")
    with pytest.raises(TownError) as refused:
        read_arrivals(file)
    assert [p.row for p in refused.value.problems] == [2, 3, 4]
    assert "4" in str(refused.value)
