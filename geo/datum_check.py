"""Points whose datum nobody declared, held against the buildings and lanes of their town."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from .ground import sniff_datum
from .tables import TABLE_ENDINGS
from .words import Datum, InputError


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
    scores = ", ".join(f"{datum} {score:.0%}" for datum, score in guess.scores.items())
    if guess.best not in (None, Datum.WGS84):
        raise InputError("error.datum_other", file=file, best=guess.best, scores=scores)
    if guess.best is None and file.suffix.lower() in TABLE_ENDINGS:
        raise InputError("error.datum_not_declared", file=file, scores=scores, points=guess.points)
