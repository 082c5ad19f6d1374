"""Gradient boosting of fire rates: a challenger that is told beside the ladder and never ships.

It may use more than the ladder does (footprint and place), so it shows whether a richer model
would tell later fires better. Attributes that inspectors wrote down are left out: they may be
younger than the fires.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from .rate_fit import Counts

Floats = NDArray[np.float64]
LEAVES, STEPS, PACE = 8, 200, 0.05  # small trees, many of them, each counting little


def boosted(train: Counts, buildings: gpd.GeoSeries, *, seed: int) -> Floats:
    """Return the fires that boosted Poisson trees expect of each building.

    Parameters
    ----------
    train
        ``(buildings,)`` counts of the first part of the time.
    buildings
        Their footprints, in the same order.
    seed
        Of the trees.
    """
    shapes = buildings.to_numpy()
    exposure = np.maximum(train.exposure, 1e-9)
    features = np.column_stack(
        [
            train.kind,
            train.place,
            np.log(exposure),
            np.log(np.maximum(shapely.area(shapes), 1.0)),
            shapely.get_coordinates(shapely.centroid(shapes)),
        ]
    )
    trees = HistGradientBoostingRegressor(
        loss="poisson",
        max_leaf_nodes=LEAVES,
        max_iter=STEPS,
        learning_rate=PACE,
        categorical_features=[0, 1],
        random_state=seed,
    )
    features[:, 1] += 1  # outside every community is a category, too
    trees.fit(features, train.fires / exposure, sample_weight=exposure)
    return np.asarray(trees.predict(features) * exposure)
