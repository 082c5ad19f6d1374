"""Layers from tables with coordinates in two columns."""

import pytest

from weizhan.geo.rules import LayerSource
from weizhan.geo.tables import SCHEMAS, read_layer
from weizhan.geo.words import InputError


def test_degrees_minutes_and_seconds_are_read_as_degrees(tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text(
        "名称,经度,纬度\n甲,106°28′48″,29°33′00″\n乙,106.48,29.55\n丙,E106.28.48,29度33分\n",
        encoding="utf-8",
    )
    places = read_layer(
        file, LayerSource(file=file.name), schema=SCHEMAS["stations"]
    ).table.geometry
    assert list(places.x) == pytest.approx([106.48] * 3)
    assert list(places.y) == pytest.approx([29.55] * 3)


def test_what_is_no_coordinate_is_named_with_its_row(tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text("名称,经度,纬度\n甲,106.48,29.55\n乙,朝阳路12号之一,29.55\n", encoding="utf-8")
    with pytest.raises(InputError, match="3: '朝阳路12号之一'"):
        read_layer(file, LayerSource(file=file.name), schema=SCHEMAS["stations"])
