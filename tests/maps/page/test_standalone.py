"""A folium map with its assets inlined; one that would call out is refused."""

import base64
import hashlib
import re

import folium
import pytest
from branca.element import CssLink, JavascriptLink

from weizhan.geo.words import OutputError
from weizhan.maps.html import json_block
from weizhan.maps.page.standalone import LEAFLET_CSS, LEAFLET_JS, Verbatim, standalone


def bare_map() -> folium.Map:
    town = folium.Map([23, 113], tiles=None, attribution_control=False)
    town.default_js, town.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    return town


def test_all_of_foliums_own_assets_are_inlined_and_whatever_they_load_is_refused():
    page = standalone(bare_map(), title="<图>", lang="zh")
    assert "<title>&lt;图&gt;</title>" in page
    assert '<html lang="zh-CN">' in page
    assert "Leaflet 1.9" in page
    assert "sourceMappingURL" not in page
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(src|href)="(?!data:)', markup)
    with pytest.raises(OutputError, match="fonts"):  # the icon fonts would be fetched
        standalone(folium.Map([23, 113], tiles=None), title="x", lang="zh")


def test_the_policy_is_first_in_the_head_and_hashes_every_script_that_runs():
    town = bare_map()
    town.get_root().html.add_child(Verbatim(json_block("data", {"a": "</script>"})))
    page = standalone(town, title="x", lang="en")
    assert '<head><meta http-equiv="Content-Security-Policy"' in page
    policy = re.search(r'Security-Policy" content="([^"]*)"', page)[1]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 3
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    for word in ("default-src 'none'", "connect-src 'none'", "img-src data: blob:"):
        assert word in policy
    assert "unsafe-inline" not in policy.split("script-src")[1]
    assert "unsafe-eval" not in policy


def test_rendering_twice_gives_one_of_everything():
    town = bare_map()
    first, second = (standalone(town, title="x", lang="zh") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("link", [JavascriptLink, CssLink])
def test_an_unknown_asset_is_refused(link):
    town = bare_map()
    town.get_root().header.add_child(link("https://example.org/x.min"))
    with pytest.raises(OutputError, match=r"https://example\.org/x\.min"):
        standalone(town, title="x", lang="zh")


def test_a_tile_layer_is_refused():
    town = bare_map()
    folium.raster_layers.ImageOverlay("https://example.org/a.png", [[0, 0], [1, 1]]).add_to(town)
    town.get_root().html.add_child(Verbatim('<img src="https://example.org/a.png">'))
    with pytest.raises(OutputError):
        standalone(town, title="x", lang="zh")
