"""Layers are written with the values they hold, whatever stands in a column."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from weizhan.geo.tables import write_layers

DAY = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["甲", None, "=1+1"], ["甲", None, "=1+1"]),
        ([None, None, None], [None, None, None]),
        ([1.5, np.nan, 2.0], [1.5, None, 2.0]),
        (["甲", 1, None], ["甲", "1", None]),  # no column of texts alone
        ([DAY, None, DAY], ["2026-09-30", None, "2026-09-30"]),
        ([True, None, False], ["True", None, "False"]),
    ],
)
def test_what_is_written_is_read(tmp_path, values, read):
    points = [shapely.Point(113, 23), None, shapely.Point(113.5, 23)]
    frame = gpd.GeoDataFrame({"told": values}, geometry=points, crs="EPSG:4326")
    write_layers(tmp_path / "one.gpkg", {"first": frame, "second": frame})
    found = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="second")
    told = [None if one is None or one != one else one for one in found["told"]]
    assert told == read
    assert found.geometry.isna().tolist() == [False, True, False]
