"""Whether parts of real streets answer as one graph, with the halo and with less of it.

    uv run python benchmarks/parts.py ../shared/data/osm/monaco-region-2016.osm.pbf

Stations are made up. Buildings are cut into strips from west to east.
"""

import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np

from weizhan.coverage import columns as c
from weizhan.coverage.parts import Asked, assessed, halo_m, merged_losses, parts_of_town
from weizhan.geo.founding import Founding, found_town, layers_of_extract
from weizhan.geo.osm import read_osm
from weizhan.geo.tables import SCHEMAS
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f

STATIONS, STRIPS, TIERS = 24, 8, ("micro", "brigade")
ASKED = Asked(None, "2026-11-21", draws=40, seed=1, horizon_s=300.0)


def town_of(extract, folder):
    layers = dict(layers_of_extract(read_osm(extract)))
    where = layers["buildings"].geometry.representative_point()
    rows = np.sort(np.random.default_rng(1).choice(len(where), STATIONS, replace=False))
    table = {column.name: [None] * STATIONS for column in SCHEMAS["stations"].columns}
    for column in SCHEMAS["stations"].columns:
        if column.kind in ("number", "count"):
            table[column.name] = [np.nan] * STATIONS
    table[f.STATION_ID] = [f"S{k}" for k in range(STATIONS)]
    table[f.TIER] = ["micro_station", "official_station", "micro_station"] * (STATIONS // 3)
    table[f.VEHICLE] = ["foot", "fire_engine", "e_bike"] * (STATIONS // 3)
    places = where.iloc[rows].to_numpy()
    layers["stations"] = gpd.GeoDataFrame(table, geometry=places, crs="EPSG:4326")
    found_town(folder, Founding(layers), name="streets", origin=extract.name)
    return load_town(folder)


def main(extract):
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(extract, Path(folder) / "town")
    whole = assessed(town, ASKED)
    order = np.argsort(town.buildings.geometry.centroid.x.to_numpy(), kind="stable")
    groups = {f"{k}": np.sort(own) for k, own in enumerate(np.array_split(order, STRIPS))}
    names = [
        name
        for tier in TIERS
        for name in (c.response_time(tier), c.response_time_low(tier), c.response_time_high(tier))
    ]
    chances = [c.lane_probability(tier) for tier in TIERS]
    halo = halo_m(town.rules, horizon_s=ASKED.horizon_s)
    print(f"{len(town.buildings)} buildings, {len(town.lanes)} lanes, {STRIPS} strips")
    for reach_m in (halo, halo / 8):
        wrong = asked = 0
        lost = []
        for part in parts_of_town(town, groups, reach_m=reach_m):
            one, rows = assessed(part.town, ASKED), groups[part.name]
            for got, told in (
                (one.response[names], whole.response[names]),
                (one.chances[chances], whole.chances[chances]),
            ):
                found, right = got.to_numpy(float), told.to_numpy(float)[rows]
                wrong += int(((found != right) & ~(np.isnan(found) & np.isnan(right))).sum())
                asked += found.size
            costs = one.closures.lanes.join(one.lane_states[c.BLOCKED_PROBABILITY])
            lost.append(costs.assign(lane_id=part.town.lanes[f.LANE_ID], own=part.lanes))
        found = merged_losses(lost, list(whole.tiers))
        right = whole.closures.lanes.set_axis(town.lanes[f.LANE_ID]).reindex(found.index)
        columns = [c.lost(t, what) for t in TIERS for what in ("buildings", "people_unknown")]
        bad = int((found[columns] != right[columns]).to_numpy().sum())
        print(
            f"halo {reach_m:6.0f} m: {wrong} of {asked} times and chances differ, "
            f"{bad} of {right[columns].size} losses of lanes"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
