"""Small random towns: a grid with gaps, parallel lanes, one-way costs, gates, mixed crews."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely

from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import Crews
from weizhan.geo.ground.network import Network, build_network
from weizhan.geo.ground.passability import Passage
from weizhan.geo.ground.snapping import Positions
from weizhan.geo.town import Town
from weizhan.geo.words.vocabulary import Vehicle

from . import streets

RandomTown = tuple[Network, dict[Vehicle, Passage], Crews, Positions]


def _random_network(seed: int) -> tuple[Network, dict[Vehicle, Passage], Crews, Positions]:
    """A small grid with gaps, parallel lanes, one-way costs, impassable lanes and gates."""
    rng = np.random.default_rng(seed)
    side = 5
    edges = [
        (x, y, x + dx, y + dy)
        for x in range(side)
        for y in range(side)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < side and y + dy < side and rng.random() < 0.75
    ]
    lines = [shapely.LineString([(a, b), (c, d)]) for a, b, c, d in edges]
    for a, b, c, d in [e for e in edges if rng.random() < 0.1]:  # parallel lanes
        lines.append(shapely.LineString([(a, b), ((a + c) / 2 + 0.3, (b + d) / 2 + 0.3), (c, d)]))
    frame = gpd.GeoDataFrame(
        {
            "lane_id": [str(i) for i in range(len(lines))],
            "level": [float("nan")] * len(lines),
            "step_count": [float("nan")] * len(lines),
        },
        geometry=lines,
        crs="EPSG:4543",
    )
    none = gpd.GeoDataFrame({"barrier_id": []}, geometry=[], crs="EPSG:4543")
    network, _, _ = build_network(frame, none, join_m=0, barrier_m=0)
    passages = {}
    for vehicle, far in ((Vehicle.FOOT, 0.05), (Vehicle.E_BIKE, 0.3), (Vehicle.MINI_TRUCK, 0.5)):
        costs = rng.integers(1, 60_000, size=(2, network.lanes)).astype(np.int32)
        costs[:, rng.random(network.lanes) < far] = FAR
        costs[0, rng.random(network.lanes) < 0.1] = FAR
        leave = np.where(rng.random(network.nodes) < 0.1, 5_000, 0).astype(np.int32)
        leave[rng.random(network.nodes) < 0.05] = FAR
        passages[vehicle] = Passage(costs[0], costs[1], leave, np.array([]), np.array([]))
    crews = 4
    return (
        network,
        passages,
        Crews(
            rng.integers(-1, network.lanes, crews).astype(np.int32),
            rng.random(crews).round(2),
            rng.choice(["foot", "e_bike", "mini_truck"], crews),
            rng.integers(0, 90_000, crews).astype(np.int32),
        ),
        Positions(
            rng.integers(-1, network.lanes, 30).astype(np.int32),
            rng.choice([0.0, 0.25, 0.7, 1.0], 30),
            np.zeros(30),
        ),
    )


@pytest.fixture(scope="session")
def random_town() -> Callable[[int], RandomTown]:
    """Make a random town from a seed: network, passages, crews, positions."""
    return _random_network


@pytest.fixture
def street(make_town: Callable[..., Town]) -> Callable[..., Town]:
    """A street of 1 km whose houses touch it, so that nothing lies off the lanes."""

    def make(*, houses, stations, lanes=(), **layers) -> Town:
        lanes = lanes or streets.lanes(0, streets.LENGTH)
        return make_town(buildings=houses, stations=stations, lanes=lanes, **layers)

    return make
