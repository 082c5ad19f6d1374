"""What comes out of the printer: the map, sharp, its whole legend, and the view as it was."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import unicodedata

import numpy as np
import pypdf
import pytest

from weizhan.maps.page.committee import committee_page

VIEW = """const c = map.getCenter(), s = map.getSize();
    return [c.lat, c.lng, map.getZoom(), s.x, s.y,
      document.documentElement.className.trim() === 'js' ? 1 : 0]"""
INCH = 72  # points of a PDF


@pytest.fixture
def printed(browser, tmp_path):
    """Print as Ctrl+P does: the pages, and the pixels of the first page that has a map."""
    if not shutil.which("pdftoppm"):
        reason = "needs the Debian package poppler-utils"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)

    def run():
        made = browser.driver.execute_cdp_cmd(
            "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
        )
        path = tmp_path / "printed.pdf"
        path.write_bytes(base64.b64decode(made["data"]))
        pages = pypdf.PdfReader(path).pages
        at = next(n for n, page in enumerate(pages) if "图例" in page.extract_text())
        return pages, pages[at], pixels(path, at + 1)

    return run


def pixels(path, page):
    """A page at 100 dots an inch, as rows of colours."""
    command = ["pdftoppm", "-r", "100", "-f", str(page), "-l", str(page), str(path)]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    kind, size, _, data = made.split(b"\n", 3)
    assert kind == b"P6"
    wide, high = map(int, size.split())
    return np.frombuffer(data, np.uint8).reshape(high, wide, 3)


def map_of(rows):
    """The left two thirds of a page, where the map is."""
    return rows[rows.shape[0] // 4 :, : rows.shape[1] * 55 // 100]


def has(rows, colour):
    """How many pixels have a colour, as printed."""
    return int((np.abs(rows.astype(int) - colour) <= 3).all(axis=2).sum())


def says(page, words):
    """Whether a page says some words; fonts name some characters by their twins, the radicals."""
    said, wanted = (
        re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
        for text in (page.extract_text(), words)
    )
    return re.search("".join(f"[{re.escape(c)}\u2e80-\u2eff]" for c in wanted), said) is not None


def sharp(page):
    """No picture on the page is coarser than 200 dots an inch; symbols of a legend are small."""
    found = page.get("/Resources", {}).get("/XObject", {})
    wide = [o.get_object().get("/Width", 0) for o in found.values()]
    # what spans more than two inches of paper must have as many dots
    return all(w < 150 or w > 400 for w in wide)


def whole_legend(browser):
    """Whether nothing of the legend is cut off."""
    return browser.run(
        """const l = document.getElementById('legend');
        return l.scrollHeight <= l.clientHeight + 1 && l.scrollWidth <= l.clientWidth + 1
          && l.getBoundingClientRect().bottom
            <= document.querySelector('.folium-map').getBoundingClientRect().bottom + 2"""
    )


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_ctrl_p_prints_the_map_and_the_view_comes_back(browser, assessment, printed, size):
    browser.open(committee_page(assessment), size=size)
    browser.run("map.setView(layers.buildings.bounds().getCenter(), 16.5, {animate: false})")
    before = browser.run(VIEW)
    first = browser.run("return document.getElementById('legend').open")
    for _ in range(2):
        _, page, rows = printed()
        assert has(map_of(rows), (0x74, 0xAC, 0xCF)) > 5000
        assert has(map_of(rows), (0xD4, 0x75, 0x1C)) > 3000
        assert sharp(page)
        for part in ("河口镇", "图例", "120–180 秒", "无路可到"):
            assert says(page, part)
        assert browser.run(VIEW) == pytest.approx(before, abs=3e-5)
    assert browser.run("return document.getElementById('legend').open") == first


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_longest_legend_is_whole_and_grey_classes_differ(browser, assessment, printed, paper):
    browser.open(committee_page(assessment))
    browser.run(
        """for (const i of document.querySelectorAll('#tree input[type=checkbox]'))
          if (!i.disabled && !i.checked) i.click();
        document.getElementById('grey').checked = true;
        document.getElementById('paper').value = arguments[0];
        document.getElementById('printing').click()""",
        paper,
    )
    assert whole_legend(browser)
    alike = browser.run(
        """const found = [], light = (fill) => {
          const [r, g, b] = [1, 3, 5].map(at => parseInt(fill.slice(at, at + 2), 16) / 255)
            .map(c => c > .04045 ? ((c + .055) / 1.055) ** 2.4 : c / 12.92);
          return 116 * Math.cbrt(.2126 * r + .7152 * g + .0722 * b) - 16;
        };
        for (const mode of ['colour', 'grey']) {
          weizhan.paper = mode;
          for (const layer of Object.values(layers))
            for (const [name, style] of Object.entries(layer.styles)) {
              const looks = weizhan.looks(style, layer.shape).filter((look) =>
                layer.shape !== 'polygon' || /^#.{6}([89a-f].)?$/.test(look.fill));
              looks.forEach((look, at) => looks.slice(0, at).forEach((other) => {
                const far = Math.abs(light(look.fill) - light(other.fill)) >= 20;
                const told = layer.shape === 'polygon' ? look.pattern !== other.pattern
                  : layer.shape === 'line' ? String(look.dash) !== String(other.dash)
                    || look.casing && Math.abs(look.pixels - other.pixels) > .2
                  : look.symbol !== other.symbol || look.letter !== other.letter;
                if (!far && !told && (at - looks.indexOf(other) === 1 || mode === 'grey'))
                  found.push([mode, layer.features.data.name, name, other.label, look.label]);
              }));
            }
        }
        weizhan.paper = 'grey';
        return found"""
    )
    assert alike == []
    assert (
        browser.run("const p = document.querySelector('.picture'); return p.width / p.clientWidth")
        >= 200 / 96
    )
    pages, page, rows = printed()
    assert len(pages) == 1
    assert (
        np.ptp(map_of(rows).astype(int), axis=2) < 30
    ).mean() > 0.99  # but names, grey throughout
    for name in browser.run(
        "return [...document.querySelectorAll('#legend li span')].map(e => e.textContent)"
    ):
        assert says(page, name[:6])
    tall, wide = sorted((float(page.mediabox.width), float(page.mediabox.height)))
    assert (round(wide / INCH * 25.4), round(tall / INCH * 25.4)) == {
        "A4": (297, 210), "A3": (420, 297)
    }[paper]  # fmt: skip
    browser.run("document.getElementById('print-back').click()")
    first = "return weizhan.looks(layers.buildings.styles.use, 'polygon')[0].fill"
    assert browser.run(first) == "#dfe5ea"


@pytest.mark.parametrize("name", ["planner", "siting", "measures", "lanes"])
def test_pages_beside_a_map_print_it_too(browser, pages, printed, name):
    browser.open(pages[name])
    before = browser.run(VIEW)
    rows = browser.run("return document.querySelectorAll('#panel tr').length")
    browser.run("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    browser.run("document.getElementById('print').click()")
    assert whole_legend(browser)
    assert browser.run("return document.querySelector('.on-paper .folium-map') !== null")
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert browser.run(VIEW) == pytest.approx(before, abs=3e-5)
    _, page, shown = printed()
    assert sharp(page)
    inside = map_of(shown)
    assert 0.01 < (inside < 200).any(axis=2).mean() < 0.6
    assert browser.run(VIEW) == pytest.approx(before, abs=3e-5)
    assert browser.run("return document.querySelector('.on-paper')") is None
    assert browser.run("return document.querySelectorAll('#panel tr').length") == rows
