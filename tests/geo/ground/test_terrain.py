"""Slopes of lanes on planes whose slope is known, voids, and real ground."""

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from weizhan.geo.ground.datum import metric_crs
from weizhan.geo.ground.terrain import lane_slopes, read_terrain
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.errors import InputError

RULE = load_rules().terrain
PLANE = "EPSG:4543"
X0, Y0 = 500_000.0, 3_200_000.0  # upper left corner
CELL_M = 10.0


def _write(file: Path, height: np.ndarray, *, crs: str | None = PLANE, **options) -> Path:
    options = {
        "transform": Affine(CELL_M, 0, X0, 0, -CELL_M, Y0),
        "dtype": height.dtype,
        "count": 1,
        **options,
    }
    rows, columns = height.shape
    with rasterio.open(
        file, "w", driver="GTiff", height=rows, width=columns, crs=crs, **options
    ) as raster:
        for band in range(1, options["count"] + 1):
            raster.write(height, band)
    return file


def _plane(east_pct: float, north_pct: float, *, side: int = 60) -> np.ndarray:
    middle = (np.arange(side) + 0.5) * CELL_M
    return (100 + east_pct / 100 * middle[None, :] - north_pct / 100 * middle[:, None]).astype(
        np.float32
    )


def _lanes(*lines: list[tuple[float, float]], level: float | None = None) -> gpd.GeoDataFrame:
    """Lanes in metres east and south of the raster's corner."""
    moved = [shapely.LineString([(X0 + x, Y0 - y) for x, y in line]) for line in lines]
    return gpd.GeoDataFrame({"level": [level] * len(lines)}, geometry=moved, crs=PLANE)


@pytest.mark.parametrize(
    ("line", "slope"),
    [
        ([(100, 100), (400, 100)], 8.0),
        ([(400, 100), (100, 100)], -8.0),
        ([(100, 100), (100, 400)], 3.0),
        ([(100, 100), (103, 100)], 8.0),  # shorter than a cell
        ([(100, 100), (200, 100), (200, 200)], (8 * 100 + 3 * 100) / 200),
        ([(100, 100), (300, 100), (100, 100.0001)], 0.0),
    ],
)
def test_slopes_of_a_plane_are_exact(tmp_path, line, slope):
    terrain = read_terrain(_write(tmp_path / "p.tif", _plane(8, -3)), rule=RULE)
    found = lane_slopes(terrain, _lanes(line), rule=RULE)
    assert found["slope_pct"][0] == pytest.approx(slope, abs=1e-3)


def test_the_steepest_piece_is_told_apart_from_the_mean(tmp_path):
    up_and_down = 100 + 0.1 * np.abs((np.arange(60) + 0.5) * CELL_M - 300)
    heights = np.tile(up_and_down.astype(np.float32), (60, 1))
    terrain = read_terrain(_write(tmp_path / "v.tif", heights), rule=RULE)
    found = lane_slopes(terrain, _lanes([(100, 100), (500, 100)]), rule=RULE)
    assert found["slope_pct"][0] == pytest.approx(0, abs=1e-3)
    assert found["steepest_pct"][0] == pytest.approx(10, abs=0.1)


def test_a_short_lane_is_no_less_certain_than_one_cell(tmp_path):
    terrain = read_terrain(_write(tmp_path / "p.tif", _plane(0, 0)), rule=RULE)
    lanes = _lanes([(100, 100), (101, 100)], [(100, 100), (110, 100)], [(100, 100), (300, 100)])
    noise = lane_slopes(terrain, lanes, rule=RULE)["uncertainty_pct"]
    assert noise[0] == noise[1] == pytest.approx(2**0.5 * RULE.noise_m.value / CELL_M * 100)
    assert noise[2] == pytest.approx(noise[1] / 20)


def test_random_errors_spread_as_the_uncertainty_says(tmp_path):
    rng = np.random.default_rng(1)
    noisy = rng.normal(100, RULE.noise_m.value, (60, 60)).astype(np.float32)
    terrain = read_terrain(_write(tmp_path / "n.tif", noisy), rule=RULE)
    lines = [[(x, y), (x + 3, y)] for x in range(30, 560, 20) for y in range(30, 560, 20)]
    found = lane_slopes(terrain, _lanes(*lines), rule=RULE)
    assert found["slope_pct"].std() <= found["uncertainty_pct"][0]


def test_bridges_tunnels_and_what_lies_outside_have_no_slope(tmp_path):
    terrain = read_terrain(_write(tmp_path / "p.tif", _plane(8, 0)), rule=RULE)
    lanes = _lanes([(100, 100), (300, 100)], [(100, 200), (300, 200)], [(500, 100), (900, 100)])
    lanes["level"] = [0.0, 1.0, np.nan]
    found = lane_slopes(terrain, lanes, rule=RULE)
    assert found["slope_pct"].notna().tolist() == [True, False, False]
    assert found["steepest_pct"].notna().tolist() == [True, False, False]


@pytest.mark.parametrize("void", [-32768, -9999, np.nan])
def test_small_voids_are_filled_and_large_ones_stay_unknown(tmp_path, void):
    heights = _plane(8, 0)
    heights[10:12, 10:12] = void
    heights[20:55, 20:55] = void
    terrain = read_terrain(_write(tmp_path / "h.tif", heights), rule=RULE)
    assert (terrain.filled, terrain.void) == (4, 35 * 35)
    assert terrain.height_m[10, 10] == pytest.approx(_plane(8, 0)[10, 10], abs=1)
    assert np.isnan(terrain.height_m[20, 20])  # no rim is invented
    lanes = _lanes([(90, 110), (150, 110)], [(150, 300), (400, 300)])
    assert lane_slopes(terrain, lanes, rule=RULE)["slope_pct"].notna().tolist() == [True, False]


def test_the_stated_no_data_value_is_a_void(tmp_path):
    heights = _plane(0, 0)
    heights[5, 5] = 1
    terrain = read_terrain(_write(tmp_path / "h.tif", heights, nodata=1), rule=RULE)
    assert terrain.filled == 1
    assert terrain.height_m[5, 5] == pytest.approx(100)


def _hgt(height_m: np.ndarray) -> bytes:
    return height_m.astype(">i2").tobytes()


def test_hgt_is_read_by_its_name_plain_and_zipped(tmp_path):
    rows = np.tile(np.arange(1201, dtype=np.int16)[::-1, None], (1, 1201))  # 1 m a row northward
    (tmp_path / "N29E106.hgt").write_bytes(_hgt(rows))
    with zipfile.ZipFile(tmp_path / "N29E106.hgt.zip", "w") as archive:
        archive.write(tmp_path / "N29E106.hgt", "N29E106.hgt")
    north = shapely.LineString([(106.5, 29.5), (106.5, 29.51)])
    lanes = gpd.GeoDataFrame({"level": [0.0]}, geometry=[north], crs="EPSG:4326")
    lanes = lanes.to_crs(metric_crs(tuple(lanes.total_bounds)))
    for name in ("N29E106.hgt", "N29E106.hgt.zip"):
        terrain = read_terrain(tmp_path / name, rule=RULE)
        slope = lane_slopes(terrain, lanes, rule=RULE)["slope_pct"][0]
        assert slope == pytest.approx(12 / 1108.5 * 100, rel=0.01)
        assert terrain.cell_m(lanes) == pytest.approx(92.4, abs=0.5)


def _broken(folder: Path) -> dict[str, Path]:
    (folder / "empty.tif").touch()
    (folder / "text.tif").write_text("heights")
    (folder / "short.hgt").write_bytes(b"\0" * 10)
    (folder / "text.zip").write_text("heights")
    with zipfile.ZipFile(folder / "none.zip", "w") as archive:
        archive.writestr("readme.txt", "no heights")
    flat = np.zeros((5, 5), dtype=np.float32)
    return {
        "error.file_missing": folder / "missing.tif",
        "error.file_is_folder": folder,
        "error.file_empty": folder / "empty.tif",
        "error.not_terrain": folder / "text.tif",
        "error.not_terrain ": folder / "short.hgt",
        "error.not_terrain  ": folder / "text.zip",
        "error.terrain_zip": folder / "none.zip",
        "error.terrain_bands": _write(folder / "rgb.tif", flat, count=3),
        "error.terrain_no_crs": _write(folder / "crs.tif", flat, crs=None),
        "error.terrain_void": _write(folder / "void.tif", flat - 9999),
    }


def test_what_is_no_terrain_is_refused(tmp_path):
    for key, file in _broken(tmp_path).items():
        with pytest.raises(InputError) as refused:
            read_terrain(file, rule=RULE)
        assert refused.value.key == key.strip()
        assert file.name in str(refused.value)


def test_a_raster_beside_the_town_is_refused(tmp_path):
    terrain = read_terrain(_write(tmp_path / "p.tif", _plane(8, 0)), rule=RULE)
    with pytest.raises(InputError, match=r"p\.tif"):
        lane_slopes(terrain, _lanes([(90_000, 100), (90_100, 100)]), rule=RULE)


def test_monaco_rises_from_the_sea(shared):
    pyogrio = pytest.importorskip("pyogrio")
    tile = shared / "dem" / "N43E007.hgt.zip"
    extract = shared / "osm" / "monaco-2023.osm.pbf"
    if not (tile.exists() and extract.exists()):
        pytest.skip("no SRTM tile or no Monaco extract beside this checkout")
    roads = pyogrio.read_dataframe(extract, layer="lines", columns=["highway"])
    roads = roads[roads["highway"].notna()]
    lanes = roads.to_crs(metric_crs(tuple(roads.total_bounds)))
    lanes = lanes.assign(level=np.nan).reset_index(drop=True)
    terrain = read_terrain(tile, rule=RULE)
    assert terrain.filled > 0  # holes of a few cells
    assert np.isnan(terrain.height_m).sum() == terrain.void > 0
    found = lane_slopes(terrain, lanes, rule=RULE)
    assert found["slope_pct"].notna().mean() > 0.95
    assert 3 < found["slope_pct"].abs().median() < 15
    assert found["slope_pct"].abs().max() < 100
    turned = lane_slopes(terrain, lanes.assign(geometry=lanes.reverse()), rule=RULE)
    np.testing.assert_allclose(turned["slope_pct"], -found["slope_pct"], atol=1e-6)
