"""Names on the map, the legend beside it, popups that leave with their subject."""

import dataclasses

import geopandas as gpd
import pytest
from shapely.geometry import box

from weizhan.maps.page.committee import committee_page
from weizhan.maps.page.landmarks import landmarks
from weizhan.maps.page.lanes_page import lanes_page

NAMES = "return weizhan.names(weizhan.nameLayer.view)"


def boxes_of(browser):
    """Boxes of the names, in pixels of the map, of those written level."""
    return [(one["x"], one["y"], one["text"]) for one in browser.run(NAMES) if not one.get("angle")]


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_roads_are_named_along_their_lines_by_zoom_and_no_name_lies_on_another(browser, make, size):
    town = make()
    lanes = town.lanes.assign(name=[f"第{k}街" for k in range(len(town.lanes))])
    browser.open(committee_page(dataclasses.replace(town, lanes=lanes)), size=size)
    few = len(browser.run(NAMES))
    browser.run("weizhan.map.setView(layers.buildings.bounds().getCenter(), 19, {animate: false})")
    found = browser.run(NAMES)
    roads = [one for one in found if "lane" in one]
    assert roads and few >= 1
    assert {one["text"] for one in roads} <= set(lanes["name"])
    for one in roads:  # each along its own lane
        turned = browser.run(
            """const {features} = layers.lanes, f = arguments[0], xy = features.xy,
              p = features.points[features.paths[f]],
              e = features.points[features.paths[f] + 1] - 1;
            const a = Math.atan2(xy[2*e+1] - xy[2*p+1], xy[2*e] - xy[2*p]) - arguments[1];
            return Math.abs(Math.sin(a))""",
            one["lane"], one["angle"],
        )  # fmt: skip
        assert turned < 0.05
        assert -1.58 < one["angle"] <= 1.58  # never upside down
    drawn = browser.run(
        "const c = document.querySelector('.names'), d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; return d.some((v) => v > 0)"
    )
    assert drawn
    for k, one in enumerate(found):
        for other in found[k + 1 :]:
            assert abs(one["x"] - other["x"]) > 5 or abs(one["y"] - other["y"]) > 5


def test_a_city_names_its_largest_communities_first(browser, make):
    town = make()
    squares = [box(x, y, x + 40, y + 40) for x in range(0, 400, 40) for y in range(0, 400, 40)]
    cells = gpd.GeoDataFrame(
        {"community_id": [f"Q{k}" for k in range(100)], "name": [f"第{k}社区" for k in range(100)],
         "people": [1000 + k for k in range(100)]},
        geometry=squares, crs=town.communities.crs,
    )  # fmt: skip
    start = town.communities.total_bounds
    cells = cells.set_geometry(cells.translate(start[0], start[1]))
    browser.open(committee_page(dataclasses.replace(town, communities=cells)))
    browser.run("weizhan.map.setZoom(15, {animate: false})")
    texts = [text for _, _, text in boxes_of(browser)]
    assert 0 < len(texts) < 50 and "第99社区" in texts
    browser.run(
        "weizhan.map.setView(layers.communities.bounds(3).getCenter(), 18.5, {animate: false})"
    )
    assert "第3社区" in [text for _, _, text in boxes_of(browser)]


def test_landmarks_are_places_everybody_knows_and_never_homes():
    frame = gpd.GeoDataFrame(
        {
            "building_id": list("ABCDE"),
            "name": ["张家老屋", "第一小学", None, "河口医院", "大仓库"],
            "use": ["self_built", "school", "medical", "medical", "warehouse"],
        },
        geometry=[box(k * 100, 0, k * 100 + (90 if k == 4 else 20), 20) for k in range(5)],
        crs="EPSG:32648",
    )  # fmt: skip
    found = landmarks(frame)
    assert [one["name"] for one in found] == ["河口医院", "第一小学", "大仓库"]
    assert [one["from"] for one in found] == [15.0, 15.0, 16.5]
    assert landmarks(frame.drop(columns="name")) == []


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("page", [committee_page, lanes_page])
def test_the_legend_stands_beside_the_data(browser, assessment, page, size):
    browser.open(page(assessment), size=size)
    legend, whole = browser.run(
        """const all = layers.buildings.bounds(), at = (place) => {
             const q = map.latLngToContainerPoint(place),
               r = map.getContainer().getBoundingClientRect();
             return [q.x + r.left, q.y + r.top]; };
           const l = document.getElementById('legend').getBoundingClientRect();
           return [[l.left, l.top], [at(all.getNorthWest()), at(all.getSouthEast())]]"""
    )
    (west, north), (east, south) = whole
    assert east <= legend[0] and west < east and north < south
    assert browser.run("return document.getElementById('legend').scrollHeight") > 0
    browser.run("document.querySelector('#legend summary').click()")
    browser.run("return new Promise(done => setTimeout(done, 60))")
    assert browser.run("return map.getContainer().getBoundingClientRect().right") == size[0]


def test_the_legend_of_a_phone_is_folded(browser, assessment):
    browser.open(committee_page(assessment), size=(390, 844))
    assert browser.run("return document.getElementById('legend').open") is False


def test_a_popup_leaves_with_its_layer(browser, assessment):
    browser.open(committee_page(assessment))
    browser.click_building("B000040")
    assert "B000040" in browser.popup()
    browser.run("map.removeLayer(layers.buildings)")
    assert browser.popup() == ""


def test_the_tier_that_has_answers_opens_the_page(browser, make):
    town = make()
    none = {**dict.fromkeys(town.summary["coverage"]["micro"]), "standard_s": 180.0, "stations": 0}
    summary = {**town.summary, "coverage": {**town.summary["coverage"], "micro": none}}
    browser.open(committee_page(dataclasses.replace(town, summary=summary)))
    assert browser.run("return [state.tier, layers.buildings.style]") == [
        "brigade", "response_brigade",
    ]  # fmt: skip


def test_marked_buildings_do_not_turn_black(browser, assessment):
    browser.open(committee_page(assessment))
    browser.run("document.querySelector('#kind input[value=uncovered]').click()")
    accent = browser.run("return layers.buildings.accent.colour")
    assert accent == "#d4008f"
    browser.run("weizhan.map.setZoom(15, {animate: false})")
    dark = [c for c in browser.colours("buildings") if max(c[:3]) < 60]
    assert not dark
