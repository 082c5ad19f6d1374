"""Size, load and redraw time of the canvas layer against folium's own GeoJSON, in one run.

Both show the same squares with a colour by class on the same page of Leaflet, opened from a file
in headless Chromium. Load is from opening the file until it has been drawn; redraw is until all
colours have changed. The peer gets a minute a page; beyond that it counts as not finished.

    uv run python -m benchmarks.pages [--json FILE] [--sizes 5000 10000 50000 200000]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from rich.console import Console
from rich.table import Table
from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service

from weizhan.maps.page.canvas import PackedPolygons
from weizhan.maps.page.standalone import LEAFLET_CSS, LEAFLET_JS, standalone
from weizhan.maps.styles.style import Class, Style

SIZES = (5_000, 10_000, 50_000, 200_000)
PATIENCE_S = 60
FILLS = ("#d6e6ef", "#74accf", "#d4751c", "#9c480b")
FLAGS = ("headless", "no-sandbox", "disable-gpu", "no-first-run",
         "disable-background-networking", "disable-component-update", "disable-sync")  # fmt: skip
DRAWN = "requestAnimationFrame(() => setTimeout(arguments[0], 0))"


def made_up(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return so many footprints of eight corners with a name and a class."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    x, y = 113.2 + at % side * 2e-4, 23.1 + at // side * 2e-4
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    reach = rng.uniform(4e-5, 9e-5, (count, 8))
    corners = np.stack(
        [x[:, None] + reach * np.cos(angle), y[:, None] + reach * np.sin(angle)], axis=2
    )
    names = [f"楼{k:06d}" for k in range(count)]
    data = {"name": names, "class": rng.integers(0, len(FILLS), count)}
    return gpd.GeoDataFrame(data, geometry=shapely.polygons(corners), crs=4326)


def _map(frame: gpd.GeoDataFrame) -> folium.Map:
    west, south, east, north = frame.total_bounds
    made = folium.Map(
        [(south + north) / 2, (west + east) / 2],
        zoom_start=14,
        tiles=None,
        prefer_canvas=True,
        attribution_control=False,
    )
    made.default_js, made.default_css = list(LEAFLET_JS), list(LEAFLET_CSS)
    made._id = "town"
    return made


def ours(frame: gpd.GeoDataFrame) -> str:
    """Return the page with the packed layer."""
    classes = frame["class"].to_numpy()
    one = Style("", tuple(Class(str(k), fill) for k, fill in enumerate(FILLS)))
    two = Style("", tuple(Class(str(k), fill) for k, fill in enumerate(reversed(FILLS))))
    page = _map(frame)
    layer = PackedPolygons(
        "shapes",
        frame,
        styles={"one": (one, classes), "two": (two, classes)},
        texts={"name": frame["name"]},
    )
    page.add_child(layer)
    return standalone(page, title="ours", lang="en")


def peer(frame: gpd.GeoDataFrame) -> str:
    """Return the page with folium's GeoJSON, its assets inlined, its code as folium writes it."""
    page = _map(frame)
    layer = folium.GeoJson(
        frame,
        style_function=lambda feature: {
            "fillColor": FILLS[feature["properties"]["class"]], "weight": 0.4, "fillOpacity": 1
        },
    )  # fmt: skip
    page.add_child(layer)
    text = standalone(page, title="peer", lang="en")
    keep = f"window.shapes = {layer.get_name()};</script>\n</html>"
    # The policy would refuse the line that keeps the layer in reach of the benchmark.
    text = text.replace('http-equiv="Content-Security-Policy"', 'name="policy"')
    return text.replace("</script>\n</html>", keep)


REDRAW = {
    ours: "weizhan.layers.shapes.setStyle('two')",
    peer: "shapes.setStyle({fillColor: '#9c480b'})",
}


def _browser() -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(PATIENCE_S)
    driver.set_script_timeout(PATIENCE_S)
    return driver


def measured(maker: Callable[[gpd.GeoDataFrame], str], frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return size, load and redraw of one page; None where it did not finish."""
    begin = time.perf_counter()
    page = maker(frame)
    row: dict[str, Any] = {
        "engine": "weizhan" if maker is ours else "folium GeoJson",
        "polygons": len(frame),
        "make_s": round(time.perf_counter() - begin, 2),
        "megabytes": round(len(page.encode()) / 1e6, 2),
        "load_s": None,
        "redraw_s": None,
    }
    driver = _browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "page.html"
            file.write_text(page, encoding="utf-8")
            begin = time.perf_counter()
            driver.get(file.as_uri())
            driver.execute_async_script(DRAWN)
            row["load_s"] = round(time.perf_counter() - begin, 2)
            begin = time.perf_counter()
            driver.execute_async_script(f"{REDRAW[maker]}; {DRAWN}")
            row["redraw_s"] = round(time.perf_counter() - begin, 3)
    except (TimeoutException, WebDriverException) as error:
        row["stopped"] = type(error).__name__
    finally:
        driver.quit()
    return row


def main() -> None:
    """Measure, print a table, and write the rows if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    wanted = parser.parse_args()
    rows = []
    for size in wanted.sizes:
        frame = made_up(size)
        rows += [measured(maker, frame) for maker in (ours, peer)]
        own, other = rows[-2:]
        for figure in ("megabytes", "load_s", "redraw_s"):
            known = own[figure] and other[figure]
            other[f"{figure}_ratio"] = round(other[figure] / own[figure], 1) if known else None
    columns = ("polygons", "engine", "make_s", "megabytes", "load_s", "redraw_s",
               "megabytes_ratio", "load_s_ratio", "redraw_s_ratio", "stopped")  # fmt: skip
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if row.get(c) is None else str(row[c]) for c in columns))
    Console(width=150).print(table)
    if wanted.json is not None:
        wanted.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
