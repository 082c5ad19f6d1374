"""Layers whose datum nobody declared, or declared wrongly, held against the rest of their town."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from .arrays import Flags, Floats, Shapes
from .ground import HYPOTHESES, DatumGuess, from_wgs84, judged, metric_crs, sniff_datum, to_wgs84
from .rules import LayerSource, TownConfig
from .tables import SCHEMAS, TABLE_ENDINGS, read_corrections, read_layer
from .words import Datum, InputError, Problem

SAMPLE: Final = 1500  # features of a layer that are held against another
SHOWN_FEATURES: Final = 300
NEAR_LANE_M: Final = 60.0
AT_LANE_M: Final = 5.0


def check_datum(
    file: Path, frame: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Refuse points whose datum nobody declared where another one fits better, or none can be told.

    Parameters
    ----------
    file
        Where the points come from.
    frame
        The points, taken for WGS-84.
    layers
        ``buildings`` and ``lanes`` in EPSG:4326, against which they are held.

    Raises
    ------
    InputError
        With a proposal and the scores of the datums.
    """
    points = frame.geometry.dropna()
    points = points[~points.is_empty].representative_point()
    guess = sniff_datum(
        (points.x.to_numpy(), points.y.to_numpy()),
        buildings=layers["buildings"].geometry,
        lanes=layers["lanes"].geometry,
    )
    scores = _told(guess)
    if guess.best not in (None, Datum.WGS84):
        raise InputError("error.datum_other", file=file, best=guess.best, scores=scores)
    if guess.best is None and file.suffix.lower() in TABLE_ENDINGS:
        raise InputError("error.datum_not_declared", file=file, scores=scores, points=guess.points)


def misfits(layers: Mapping[str, gpd.GeoDataFrame], config: TownConfig) -> list[Problem]:
    """Hold every layer against the lanes and buildings, and tell those that fit another datum.

    Right buildings cross no lane, right borders cross no building, right gates and reports lie
    on lanes, right stations at buildings near lanes. Where that holds clearly more often under
    another datum than under the one stated or assumed, it is an error if nobody stated one, and
    a warning if somebody did. A table of which nobody stated a datum and nothing tells it is a
    warning, too: it is taken for WGS-84.

    Parameters
    ----------
    layers
        Of the town, in EPSG:4326, as they were read.
    config
        Says what was stated.
    """
    problems = []
    base = _base(layers)
    for layer in (*_TESTS, *(name for name in SCHEMAS if name not in _TESTS)):
        frame, test = layers.get(layer), _TESTS.get(layer)
        if layer not in config.layers or frame is None or frame.empty:
            continue
        source = config.source(layer)
        taken = source.datum or Datum.WGS84
        guess = None if test is None else _guess(frame, base, test, taken)
        if guess is None or guess.best is None:
            if not _declared(source):
                file = source.origin or source.file
                problems.append(Problem("warning", "datum_assumed", layer, file, value=str(taken)))
            continue
        if guess.best == _plain(taken):
            continue
        problems.append(
            Problem(
                "error" if source.datum is None else "warning",
                "datum_misfit" if source.datum is None else "datum_doubted",
                layer,
                source.origin or source.file,
                value=str(guess.best),
                allowed=str(taken),
                details={"scores": _told(guess), "points": str(guess.points)},
            )
        )
    return problems


@dataclass(frozen=True)
class DatumFit:
    """How well the features of one layer lie under each datum.

    Attributes
    ----------
    layer, file
        Which, and where it comes from.
    stated
        Whether somebody said what its coordinates refer to, or the file itself does.
    taken
        What they are taken for.
    guess
        Shares that fit; None where nothing can be compared.
    places
        Some of its features as they would lie, in EPSG:4326.
    """

    layer: str
    file: str
    stated: bool
    taken: Datum
    guess: DatumGuess | None
    places: Mapping[Datum, gpd.GeoSeries]


def datum_fits(
    folder: Path, config: TownConfig
) -> tuple[list[DatumFit], dict[str, gpd.GeoDataFrame]]:
    """Say for every layer of a town how it lies under each datum.

    Parameters
    ----------
    folder, config
        Of the town.

    Returns
    -------
    fits
        In the order of the layers; a layer that cannot be read is left out.
    base
        Lanes and buildings, against which they are held, in EPSG:4326.
    """
    layers: dict[str, gpd.GeoDataFrame] = {}
    corrections = read_corrections(folder)
    for layer in config.layers:
        source = config.source(layer)
        try:
            sheet = read_layer(
                folder / source.file, source, schema=SCHEMAS[layer], corrections=corrections
            )
        except InputError:
            continue
        layers[layer] = sheet.table[["geometry"]]
    fits = []
    base = _base(layers) if set(_BASE) <= set(layers) else None
    for layer, frame in layers.items():
        source = config.source(layer)
        shapes = frame.geometry.dropna()
        shapes = shapes[~shapes.is_empty].to_numpy()[:SHOWN_FEATURES]
        taken = source.datum or Datum.WGS84
        test = _TESTS.get(layer)
        fits.append(
            DatumFit(
                layer,
                source.file,
                _declared(source),
                taken,
                None if test is None else _guess(frame, base, test, taken),
                {datum: gpd.GeoSeries(_as_if(shapes, taken, datum), crs=4326)
                 for datum in HYPOTHESES},
            )
        )  # fmt: skip
    return fits, {name: layers[name] for name in _BASE if name in layers}


def _declared(source: LayerSource) -> bool:
    """Return whether it is said what coordinates refer to; files of geodata say it themselves."""
    is_table = Path(source.file).suffix.lower() in TABLE_ENDINGS
    return source.datum is not None or source.plane is not None or not is_table


@dataclass(frozen=True)
class _Base:
    """Lanes and buildings in a metric plane, with a tree each: made once for all layers."""

    plane: pyproj.CRS
    lanes: Shapes
    buildings: Shapes

    @cached_property
    def lane_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lanes)

    @cached_property
    def building_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.buildings)


def _base(layers: Mapping[str, gpd.GeoDataFrame]) -> _Base | None:
    """Return what layers are held against; None where no place is known."""
    bounds = np.array([layers[name].total_bounds for name in _BASE if name in layers])
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    plane = metric_crs((*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)))
    lanes, buildings = (layers[name].geometry.to_crs(plane) for name in _BASE)
    return _Base(plane, lanes.to_numpy(), buildings.dropna().to_numpy())


Predicate = Literal["dwithin", "crosses", "contains", "within"]
Test = Callable[[Shapes, _Base], Flags | None]


def _guess(
    frame: gpd.GeoDataFrame, base: _Base | None, test: Test, taken: Datum
) -> DatumGuess | None:
    shapes = frame.geometry.dropna()
    shapes = shapes[~shapes.is_empty].to_numpy()
    shapes = shapes[np.linspace(0, len(shapes) - 1, min(len(shapes), SAMPLE), dtype=int)]
    if not len(shapes) or base is None:
        return None
    scores = {}
    count = 0
    for datum in HYPOTHESES:
        moved = gpd.GeoSeries(_as_if(shapes, taken, datum), crs=4326).to_crs(base.plane)
        fits = test(moved.to_numpy(), base)
        if fits is None or not len(fits):
            return None
        scores[datum], count = float(fits.mean()), len(fits)
    return judged(scores, count)


_BASE: Final = ("lanes", "buildings")


def _as_if(shapes: Shapes, taken: Datum, datum: Datum) -> Shapes:
    """Return shapes as they would lie if the file had been in another datum than was taken."""
    if datum == _plain(taken):
        return shapes

    def shift(coordinates: Floats) -> Floats:
        there = from_wgs84(coordinates[:, 0], coordinates[:, 1], taken)
        return np.column_stack(to_wgs84(*there, datum))

    return np.asarray(shapely.transform(shapes, shift))


def _plain(datum: Datum) -> Datum:
    """CGCS2000 degrees are taken as WGS-84."""
    return Datum.WGS84 if datum is Datum.CGCS2000 else datum


def _hit(
    tree: shapely.STRtree, shapes: Shapes, predicate: Predicate, distance: float | None = None
) -> Flags:
    """Return which shapes stand to some of the tree as the predicate says."""
    hit = np.zeros(len(shapes), dtype=bool)
    hit[tree.query(shapes, predicate, distance=distance)[0]] = True
    return hit


def _beside_lanes(shapes: Shapes, base: _Base) -> Flags | None:
    """Return which buildings are near a lane and cross none."""
    if not len(base.lanes):
        return None
    lanes = base.lane_tree
    near = _hit(lanes, shapes, "dwithin", NEAR_LANE_M)
    return near & ~_hit(lanes, shapes, "crosses") & ~_hit(lanes, shapes, "contains")


def _around_buildings(shapes: Shapes, base: _Base) -> Flags | None:
    """Return which buildings lie wholly inside one of the areas."""
    houses = base.buildings
    houses = houses[np.linspace(0, len(houses) - 1, min(len(houses), SAMPLE), dtype=int)]
    areas = shapes[shapely.area(shapes) > 0]
    if not len(houses) or not len(areas):
        return None
    return _hit(shapely.STRtree(areas), houses, "within")


def _on_lanes(shapes: Shapes, base: _Base) -> Flags | None:
    """Return which points lie on a lane."""
    return _hit(base.lane_tree, shapes, "dwithin", AT_LANE_M) if len(base.lanes) else None


def _at_buildings(shapes: Shapes, base: _Base) -> Flags | None:
    """Return which features lie at a building and near a lane."""
    if not len(base.buildings) or not len(base.lanes):
        return None
    at_house = _hit(base.building_tree, shapes, "dwithin", AT_LANE_M)
    return at_house & _hit(base.lane_tree, shapes, "dwithin", NEAR_LANE_M)


_TESTS: Final[Mapping[str, Test]] = {
    "buildings": _beside_lanes,
    "communities": _around_buildings,
    "grids": _around_buildings,
    "stations": _at_buildings,
    "barriers": _on_lanes,
    "lane_reports": _on_lanes,
}


def _told(guess: DatumGuess) -> str:
    return ", ".join(f"{datum} {score:.0%}" for datum, score in guess.scores.items())
