"""Pages that call out are refused; policies name the true hashes; texts cannot become markup."""

import base64
import hashlib
import json
import re

import folium
import pytest
from branca.element import CssLink, JavascriptLink

from weizhan.geo.words.errors import OutputError
from weizhan.maps.html.standalone import (
    LEAFLET_CSS,
    LEAFLET_JS,
    Verbatim,
    escape,
    json_block,
    seal,
    shown,
    standalone,
)


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


@pytest.mark.parametrize(
    "piece",
    [
        '<img src="http://a.cn/x.png">',
        "<img src=//a.cn/x.png>",
        '<img src="x.png">',
        '<a href="https://a.cn">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<link rel="stylesheet" href="a.css">',
        '<iframe src="https://a.cn"></iframe>',
        '<object data="https://a.cn"></object>',
        "<style>@import 'https://a.cn/a.css';</style>",
        "<style>p { background: url( 'https://a.cn/a.png' ) }</style>",
        '<p style="background:url(https://a.cn/a.png)">x</p>',
        "<script>fetch('https://a.cn')</script>",
        "<script>new WebSocket('wss://a.cn')</script>",
        "<script>import('https://a.cn/x.js')</script>",
        "<script>x.src = 'https://a.cn/x.js'</script>",
        '<p onclick="go()">x</p>',
    ],
)
def test_whatever_would_be_loaded_is_refused(piece):
    with pytest.raises(OutputError):
        seal(f"<html><head></head><body>{piece}</body></html>")


@pytest.mark.parametrize(
    "piece",
    [
        '<a href="committee.html">x</a>',
        '<a href="#top">x</a>',
        '<img src="data:image/png;base64,AA==">',
        "<p>see https://a.cn</p>",
        '<script type="application/json">{"a":"src=\\"https://a.cn\\""}</script>',
    ],
)
def test_links_to_neighbours_and_plain_text_are_allowed(piece):
    assert piece in seal(f"<html><head></head><body>{piece}</body></html>")


def test_a_page_without_scripts_allows_none():
    assert "script-src 'none'" in seal("<html><head></head><body></body></html>")


def test_escape_leaves_no_character_that_markup_or_templates_know():
    assert not set(escape("<a href='x'>`${y}`\\ \" & {{ z }}</a>")) & set("<>\"'`${}\\")


def test_json_comes_back_whole_and_cannot_end_its_element():
    value = {"a": "</script><!--\u2028\u2029&{{ x }}", "b": [1, None, 2.5]}
    block = json_block("id", value)
    content = block[block.index(">") + 1 : block.rindex("</script>")]
    assert json.loads(content) == value
    assert not set(content) & set("<>&\u2028\u2029")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("老街\u202e社区", "老街社区"),
        ("a\x00b\nc\u2029d", "a b c d"),
        ("\ud800x", "\N{REPLACEMENT CHARACTER}x"),
        ("x" * 201, "x" * 200 + "…"),
        ("x" * 10_000, "x" * 200 + "…"),
        (" 𠮷野 ", "𠮷野"),
        (7, "7"),
    ],
)
def test_shown(given, expected):
    assert shown(given) == expected


@pytest.mark.parametrize(
    "piece",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        "<script>fetch('http://127.0.0.1:9/x')</script>",
        "<script>console.error('x')</script>",
    ],
)
def test_the_browser_of_these_tests_notices(driver, piece):
    driver.open(f"<html><head></head><body>{piece}</body></html>")
    with pytest.raises(AssertionError):
        driver.assert_quiet()


def test_the_policy_stops_what_was_not_written_by_us(driver):
    page = seal("<html><head></head><body><script>var ours = 1</script></body></html>")
    driver.open(page.replace("</body>", "<script>var theirs = 1</script></body>"))
    assert driver.run("return [typeof ours, typeof theirs]") == ["number", "undefined"]
    with pytest.raises(AssertionError, match="inline script"):
        driver.assert_quiet()
