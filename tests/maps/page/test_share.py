"""The long picture that is sent to a phone."""

import dataclasses

import pytest

from weizhan.maps.page.committee import committee_page

PICTURE = """window.wrote = [];
const old = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (t, ...rest) {
  window.wrote.push(t); return old.call(this, t, ...rest); };
if (arguments[0]) { sieve.verdict = 'late'; recolour(); }
const c = sharePicture(), p = c.getContext('2d'), d = p.getImageData(0, 0, c.width, c.height).data;
const colours = new Set();
for (let i = 0; i < d.length; i += 4) colours.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
return [c.width, c.height, colours.size, window.wrote.join('')]"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_tells_sentence_map_legend_table_and_filter(browser, make, lang):
    town = dataclasses.replace(make(), town="<b>河口</b>/镇")
    browser.open(committee_page(town, lang=lang))
    wide, high, colours, said = browser.run(PICTURE, True)
    assert wide == 1080 and high > 1200 and colours > 100
    said = "".join(said.split())
    for part in ("#message", "#sieved-said", "#facts", "#bar h1"):
        told = browser.run("return document.querySelector(arguments[0]).textContent", part)
        assert "".join(told.split()) in said, part
    for name in browser.run("return rowsOf().map((r) => r.cells[0].firstChild.textContent)"):
        assert "".join(name.split()) in said


def test_it_is_offered_as_a_file_and_leaves_with_escape(browser, make):
    browser.open(committee_page(dataclasses.replace(make(), town="<b>河口</b>/镇")))
    wide, name = browser.driver.execute_async_script(
        """const done = arguments[0]; byId('share').click();
        const wait = () => { const i = document.querySelector('.shared img');
          if (!i || !i.complete) return setTimeout(wait, 50);
          done([i.naturalWidth, document.querySelector('.shared a').download]); }; wait()"""
    )
    assert wide == 1080
    assert name.endswith(".png") and not set(name) & set('/<>:"')
    browser.run(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
    )
    assert browser.run(
        "return [!document.querySelector('.shared'), document.activeElement.id]"
    ) == [
        True,
        "share",
    ]


def test_two_sides_come_back_after_sharing(browser, assessment):
    browser.open(committee_page(assessment))
    browser.run("document.getElementById('swipe').click()")
    kinds = browser.run(
        "return [...document.querySelectorAll('#right-kind option')].map((o) => o.value)"
    )
    browser.pick("right-kind", kinds[-1])
    browser.driver.execute_async_script(
        """const done = arguments[0], look = setInterval(() => {
          if (!document.querySelector('.shared img')) return;
          clearInterval(look); done();
        }, 50);
        document.getElementById('share').click()"""
    )
    now = "return [swiped(), document.getElementById('right-kind').value]"
    assert browser.run(now) == [True, kinds[-1]]
