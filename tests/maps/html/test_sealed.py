"""Pages that call out are refused; texts cannot become markup; the policy stops the rest."""

import json

import pytest

from weizhan.geo.words import OutputError
from weizhan.maps.html import escape, json_block, seal, shown


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
