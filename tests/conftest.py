"""Tiny towns to compute by hand, and where the real extracts lie."""

import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import hypothesis
import pytest
import shapely

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.rules.config import DEFAULT_SCENARIOS
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.town import Town, load_town
from weizhan.geo.words import fields as f

PLANE = "EPSG:4543"  # CGCS2000, 3-degree plane of 102° E
ORIGIN = (500_000.0, 3_200_000.0)

# No test times anything: on a busy machine an example may take a second. Every run tries other
# examples, so that few are enough; `--hypothesis-profile=thorough` looks longer.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=25)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=500)
hypothesis.settings.load_profile("quick")

# Started in the background of a script, a program ignores Ctrl-C, and so do those it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real extracts beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real extracts: the folder ../shared/data is not beside this checkout")
    return folder


def _layer(layer: str, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    schema = SCHEMAS[layer]
    table: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in schema.names}
    numbers = {c.name for c in schema.columns if c.kind in ("number", "count")}
    for name in numbers:
        table[name] = [float("nan") if v is None else float(v) for v in table[name]]
    table[schema.identity] = [
        row.get(schema.identity, f"{layer[0].upper()}{i}") for i, row in enumerate(rows, start=1)
    ]
    return gpd.GeoDataFrame(table, geometry=[row["geometry"] for row in rows], crs=PLANE)


@pytest.fixture(scope="session")
def make_layer() -> Callable[..., gpd.GeoDataFrame]:
    """Make a layer from rows ``{"geometry": …, column: value}`` in a metric plane."""
    return _layer


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Town]:
    """Make a town folder from rows by layer, in metres from an origin, and load it."""
    return _town_maker(tmp_path)


@pytest.fixture(scope="module")
def make_shared_town(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Town]:
    """Make a town that all tests of a module read."""
    return _town_maker(tmp_path_factory.mktemp("towns"))


def _town_maker(into: Path) -> Callable[..., Town]:
    count = 0

    def make(name: str = "小镇", **layers: Sequence[Mapping[str, Any]]) -> Town:
        nonlocal count
        count += 1
        folder = into / f"town{count}"
        frames = {}
        for layer, rows in layers.items():
            moved = [
                {**row, f.GEOMETRY: shapely.transform(row[f.GEOMETRY], lambda xy: xy + ORIGIN)}
                for row in rows
            ]
            frames[layer] = _layer(layer, moved).to_crs("EPSG:4326")
        found_town(folder, Founding(frames), name=name, origin="test")
        return load_town(folder)

    assert DEFAULT_SCENARIOS
    return make
