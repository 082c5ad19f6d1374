"""Hills beneath the map of the committee's page and of the planner."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from weizhan.geo.ground import Hillshade
from weizhan.maps.page.committee import committee_page
from weizhan.maps.page.hills import hills, picture_png


def shade_of(assessment, light):
    west, south, east, north = assessment.buildings.to_crs(4326).total_bounds
    return Hillshade(west, south, east, north, np.asarray(light, np.float32))


def pixels(shade):
    with warnings.catch_warnings(), MemoryFile(picture_png(shade)) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as picture:
            return np.moveaxis(picture.read(), 0, -1)


def test_lit_is_white_shade_is_black_flat_and_unknown_are_transparent():
    grey = pixels(Hillshade(0, 0, 1, 1, np.array([[0.2, -0.4], [0.01, np.nan]], np.float32)))
    assert grey.shape == (2, 2, 2)
    assert grey[0, 0, 0] == 255 and grey[0, 1, 0] == 0
    assert 0 < grey[0, 0, 1] < grey[0, 1, 1] < 100
    assert (grey[1, :, 1] == 0).all()


def test_the_picture_fades_at_its_rim():
    alpha = pixels(Hillshade(0, 0, 1, 1, np.full((50, 50), -0.3, np.float32)))[..., 1].astype(int)
    assert 0 < alpha[25, 0] < alpha[25, 2] < alpha[25, 25] == alpha[25, 10]
    assert (alpha == alpha[::-1]).all() and (alpha == alpha.T).all()


def test_the_worst_ground_makes_no_large_page(assessment):
    wild = np.random.default_rng(1).uniform(-0.5, 0.3, (400, 400))
    made = hills(dataclasses.replace(assessment, hills=shade_of(assessment, wild)))
    assert len(made["picture"]) < 150_000


@pytest.fixture
def hilly(assessment):
    light = np.add.outer(np.linspace(0.2, -0.2, 40), np.linspace(0.2, -0.2, 40))
    return dataclasses.replace(assessment, hills=shade_of(assessment, light))


SHOWN = """const image = document.querySelector('.hills'); if (!image) return null;
const seen = image.getBoundingClientRect(), box = layers.buildings.bounds();
const corner = map.getContainer().getBoundingClientRect();
const [a, b] = [box.getNorthWest(), box.getSouthEast()].map((c) => map.latLngToContainerPoint(c));
const apart = [seen.left - corner.left - a.x, seen.top - corner.top - a.y,
  seen.right - corner.left - b.x, seen.bottom - corner.top - b.y];
return {apart: Math.max(...apart.map(Math.abs)), wide: image.naturalWidth,
  under: Number(getComputedStyle(image).zIndex) || 0,
  clicks: getComputedStyle(image).pointerEvents}"""


def test_the_page_has_hills_where_the_town_is_and_a_box_to_hide_them(browser, hilly):
    browser.open(committee_page(hilly))
    shown = browser.run(SHOWN)
    assert shown["apart"] < 4 and shown["wide"] == 40
    assert shown["under"] == 0 and shown["clicks"] == "none"  # packed layers begin at 1
    box = "return [...document.querySelectorAll('#tree input')].find((i) => i.value === 'hills')"
    assert browser.run(f"{box}.checked")
    browser.run(f"{box}.click()")
    assert browser.run(SHOWN) is None
    browser.run(f"{box}.click()")
    assert browser.run(SHOWN)["apart"] < 4
    browser.assert_quiet()


def test_a_town_without_terrain_has_neither_hills_nor_a_box(browser, assessment):
    browser.open(committee_page(assessment))
    assert browser.run(SHOWN) is None
    said = browser.run("return document.getElementById('tree').textContent")
    assert "地形阴影" not in said and "水源" in said
    browser.assert_quiet()
