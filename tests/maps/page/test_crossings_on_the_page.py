"""Lanes that cross without a common node are marked on the page of the committee."""

import geopandas as gpd
import pytest

from weizhan.maps.page.committee import committee_page


@pytest.mark.parametrize(
    ("connected", "said"),
    [(False, "按不相通计算；若实际相通"), (True, "按相通计算（town.toml 中")],
)
def test_a_crossing_tells_its_lanes_and_how_it_was_counted(browser, assessment, connected, said):
    spot = assessment.barriers.geometry.iloc[:1].tolist()
    told = {"lanes": ["L1×<b>2"], "connected": [connected]}
    there = gpd.GeoDataFrame(told, geometry=spot, crs=assessment.barriers.crs)
    browser.open(committee_page(assessment.replaced(crossings=there)))
    browser.run("document.querySelector('input[value=crossings]').click()")
    browser.run("const l = layers.crossings; choose('crossings', 0, l.bounds(0).getCenter())")
    popup = browser.popup()
    assert "相交而无公共节点" in popup and "L1×<b>2" in popup and said in popup
    legend = browser.run("return document.getElementById('legend').innerText")
    assert said[:5] in legend


def test_a_town_without_crossings_has_no_such_choice(browser, assessment):
    browser.open(committee_page(assessment))
    assert browser.run("return document.querySelector('input[value=crossings]')") is None
