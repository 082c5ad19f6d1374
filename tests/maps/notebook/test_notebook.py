"""What a notebook shows of a town and of results: the right figures, escaped, without a network."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.siting import Request, candidates, study_sites
from weizhan.geo.town import load_town
from weizhan.maps.notebook import card

from ...cli.small_town import DAY, small_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return load_town(small_town(tmp_path_factory.mktemp("town") / "town"))


@pytest.fixture(scope="module")
def found(town):
    return assess(town, date=DAY)


def words(made):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", made))


def test_the_card_of_a_town_counts_layers_and_what_is_missing(town):
    said = words(town._repr_html_())
    assert f"建筑 Buildings {len(town.buildings)}" in said
    assert f"道路 Lanes {len(town.lanes)}" in said
    assert "网格" not in said  # there are none
    fewer = town.buildings.assign(floors=town.buildings["floors"].where(lambda n: n > 3))
    missing = int(fewer["floors"].isna().sum())
    assert f"floors {missing}" in words(card(dataclasses.replace(town, buildings=fewer)))
    km = town.lanes.geometry.length.sum() / 1000
    assert f"车道共 {km:.1f} 公里" in said and f"{km:.1f} km of lanes" in said


def test_the_card_of_an_assessment_says_what_the_command_prints(found):
    said = words(found._repr_html_())
    covered = found.coverage["micro"]
    assert f"3 分钟内覆盖 {covered['covered_buildings']}/{covered['known_buildings']} 栋" in said
    assert DAY in said and "within 3 minutes" in said
    nobody = words(card(found.replaced(coverage={**found.coverage, "micro": {
        **covered, "share_buildings": None, "stations": 0}})))  # fmt: skip
    assert "微型消防站：覆盖未知" in nobody


def test_the_card_of_a_study_says_its_headline(town):
    study = study_sites(town, candidates.lane_candidates(town, spacing_m=200), Request(stations=1))
    said = words(study._repr_html_())
    assert "新增 1 个站" in said and "已证明" in said and "a proven bound" in said


def test_no_card_is_made_of_anything_else():
    with pytest.raises(TypeError, match="SimpleNamespace"):
        card(SimpleNamespace())


def test_names_from_data_do_not_become_markup(town):
    named = dataclasses.replace(
        town,
        name="<img src=x>",
        buildings=town.buildings.assign(name="<script>alert(1)</script>"),
    )
    assert "<img" not in named._repr_html_()
    assert "<script>alert" not in named.explore().get_root().render()


def test_a_map_to_explore_needs_no_network_and_draws_by_cover(found, town, tmp_path):
    found.explore(lang="en").save(tmp_path / "found.html")
    page = (tmp_path / "found.html").read_text("utf-8")
    assert not re.search(r"<(script|img|iframe)[^>]+src=|<link[^>]+stylesheet", page)
    first = found.buildings.iloc[0]
    assert f"{first['building_id']}<br>" in page.replace("\\u003c", "<").replace("\\u003e", ">")
    assert page.count("B01") == 1
    shown = town.explore(layers=("lanes", "stations"))
    assert "srcdoc" in shown._repr_html_() and "B01" not in shown._repr_html_()
    with pytest.raises(ValueError, match="houses"):
        town.explore(layers=("houses",))
