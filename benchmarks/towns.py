"""Street networks for benchmarks: made up at any size, or read from a file of lanes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from weizhan.geo.ground.network import Network, build_network
from weizhan.geo.ground.passability import Passage
from weizhan.geo.ground.snapping import Positions

CRS = "EPSG:4543"


def made_up(nodes: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return a street network of about so many nodes: a bent grid with gaps, 90 m a block."""
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(nodes))
    x, y = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    xy = np.stack([x, y], axis=-1) * 90.0 + rng.normal(0, 18, (side, side, 2))
    lines = []
    for one, two in ((xy[:-1], xy[1:]), (xy[:, :-1], xy[:, 1:])):
        pairs = np.stack([one.reshape(-1, 2), two.reshape(-1, 2)], axis=1)
        lines.append(pairs[rng.random(len(pairs)) < 0.62])
    return _frame(shapely.linestrings(np.concatenate(lines)))


def from_file(file: Path) -> gpd.GeoDataFrame:
    """Return the lanes of a file: OpenStreetMap, or anything that GDAL reads."""
    if file.name.endswith((".osm", ".pbf")):
        from weizhan.geo.osm.files import read_osm

        frame = read_osm(file).layers["lanes"]
    else:
        frame = gpd.read_file(file)
    frame = frame.to_crs(frame.estimate_utm_crs()).explode(ignore_index=True)
    return _frame(frame.geometry[frame.geom_type == "LineString"].to_numpy())


def _frame(lines: np.ndarray) -> gpd.GeoDataFrame:
    blank = np.full(len(lines), np.nan)
    ids = np.arange(len(lines)).astype(str)
    table = pd.DataFrame({"lane_id": ids, "level": blank, "step_count": blank})
    return gpd.GeoDataFrame(table, geometry=lines, crs=CRS)


def network_of(lanes: gpd.GeoDataFrame) -> Network:
    """Return the network of the largest connected part."""
    return built(largest_part(lanes))


def largest_part(lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lanes of the largest connected part."""
    cut = build_network(lanes, _no_barriers(lanes), join_m=0.0, barrier_m=0.0)[1]
    return cut[cut["component"] == 0]


def built(lanes: gpd.GeoDataFrame) -> Network:
    """Return the network of lanes."""
    return build_network(lanes, _no_barriers(lanes), join_m=0.0, barrier_m=0.0)[0]


def _no_barriers(lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"barrier_id": []}, geometry=[], crs=lanes.crs)


def walking(network: Network, *, speed_m_s: float = 2.5) -> Passage:
    """Return the passage of somebody who walks everywhere at one speed."""
    ms = np.maximum(np.rint(network.length_m / speed_m_s * 1000), 1).astype(np.int32)
    nobody = np.zeros(network.nodes, dtype=np.int32)
    return Passage(ms, ms.copy(), nobody, np.array([]), np.array([]))


def scattered(network: Network, count: int, *, seed: int) -> Positions:
    """Return so many positions spread over the lanes by their length."""
    rng = np.random.default_rng(seed)
    lane = rng.choice(network.lanes, count, p=network.length_m / network.length_m.sum())
    return Positions(lane.astype(np.int32), rng.random(count), np.zeros(count))
