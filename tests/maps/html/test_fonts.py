"""Chinese shows on a machine that has no Chinese font at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from weizhan.geo.words import catalogue
from weizhan.maps.html.fonts import font_face
from weizhan.maps.page.committee import committee_page
from weizhan.maps.reports.index import index_page

from ..browser import Browser
from ..conftest import start_browser

BARE = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""
SAME = """const draw = (letter, font) => {
    const c = document.createElement('canvas'); c.width = c.height = 40;
    const p = c.getContext('2d'); p.font = '30px ' + font; p.fillText(letter, 2, 32);
    return c.toDataURL();
  };
  const font = getComputedStyle(document.body).fontFamily;
  const done = arguments[arguments.length - 1];
  document.fonts.load('30px weizhan', '消防').then(() => done([
    draw('消', font) === draw('防', font),
    draw('消', 'sans-serif') === draw('防', 'sans-serif')]))"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Iterator[Browser]:
    """A browser on a machine whose only font is Latin."""
    latin = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    folder = tmp_path_factory.mktemp("fonts")
    if latin is not None:
        (folder / "fonts").mkdir()
        shutil.copy(latin, folder / "fonts")
    conf = folder / "fonts.conf"
    conf.write_text(BARE.format(fonts=folder / "fonts", cache=folder / "cache"))
    yield from start_browser(tmp_path_factory, {**os.environ, "FONTCONFIG_FILE": str(conf)})


@pytest.mark.parametrize("maker", [committee_page, index_page])
def test_chinese_shows_where_there_is_no_chinese_font(bare, assessment, maker):
    bare.open(maker(assessment))
    ours, without = bare.driver.execute_async_script(SAME)
    assert without is True  # two boxes that look alike: the machine is bare indeed
    assert ours is False
    bare.assert_quiet()


OUR_OWN = "".join(
    entry["zh"] + entry["en"] + "".join(entry.get("also", ())) for entry in catalogue().values()
)


def test_letters_of_a_town_that_our_texts_lack_show_on_a_bare_machine(bare):
    assert not set("龘鑫") & set(OUR_OWN)
    style = font_face([OUR_OWN, "龘鑫"])
    assert style.count("@font-face") == 2  # the large one is the same for every town
    assert style.startswith(font_face([OUR_OWN]))
    bare.open(f"<html><head><style>{style}body{{font-family:weizhan}}</style></head></html>")
    for one, two in ("消防", "龘鑫", "消鑫"):
        script = SAME.replace("消防", one + two).replace("消", one).replace("防", two)
        ours, without = bare.driver.execute_async_script(script)
        assert (ours, without) == (False, True), one + two


def test_the_font_has_what_the_page_says_and_no_more():
    few, more = font_face(["消防"]), font_face(["消防站点覆盖评估"])
    assert re.match(r"@font-face\{font-family:weizhan;src:url\(data:font/woff2;base64,", few)
    assert len(few) < len(more) < 8_000
    assert font_face(["消防"]) == few
    assert font_face(["Latin only"]) == ""
    assert font_face(["\U0010fffd\ufffd"]) in {"", font_face(["\ufffd"])}
