"""A long valley of which no part sees all: side streets, narrow lanes, gates, mixed crews."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

STEP, LONG, DEEP = 400, 26, 3
USES = ["residential", "self_built", "factory", "community_service"]


def valley_rows(seed=3):
    """Layers of a valley 10 km long, with communities along it."""
    rng = np.random.default_rng(seed)
    lanes, houses = [], []
    for x in range(LONG):
        for y in range(DEEP):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx >= LONG or y + dy >= DEEP or (y and dx and rng.random() < 0.4):
                    continue
                ends = [(x * STEP, y * STEP), ((x + dx) * STEP, (y + dy) * STEP)]
                lanes.append({
                    "geometry": shapely.LineString(ends), "name": f"{y}街",
                    "lane_class": "residential" if dx else rng.choice(["alley", "service"]),
                    "width_m": 8.0 if dx and not y else float(rng.choice([1.6, 4.0, 6.0])),
                })  # fmt: skip
    for _ in range(240):
        x, y = rng.uniform(0, (LONG - 1) * STEP), rng.integers(DEEP) * STEP + rng.uniform(3, 30)
        known = rng.random() < 0.8
        houses.append({
            "geometry": shapely.box(x, y, x + 9, y + 9), "floors": int(rng.integers(1, 9)),
            "use": str(rng.choice(USES)) if known else None,
            "people_day": 3.0 + int(rng.integers(9)) if known else None,
            "people_night": 5.0 + int(rng.integers(9)) if known else None,
            "elders": 1.0 if known else None,
        })  # fmt: skip
    tiers = ["micro_station", "official_station", "micro_station"]
    stations = [
        {"geometry": shapely.Point(rng.uniform(0, (LONG - 1) * STEP), 5), "tier": tiers[k % 3],
         "vehicle": ["foot", "fire_engine", "e_bike"][k % 3], "crew_day": 6, "crew_night": 6}
        for k in range(11)
    ]  # fmt: skip
    stations.append({"geometry": shapely.Point(5050, 5), "tier": "official_station",
                     "vehicle": "fire_engine", "crew_day": 6, "crew_night": 6})  # fmt: skip
    edges = [-200, 2100, 4500, 5200, 7700, LONG * STEP]
    communities = [
        {"geometry": shapely.box(a, -200, b, DEEP * STEP), "name": f"第{k}社区", "people": 900}
        for k, (a, b) in enumerate(pairwise(edges))
    ]
    return {
        "lanes": lanes, "buildings": houses, "stations": stations, "communities": communities,
        "barriers": [{"geometry": shapely.Point(x * STEP + 60, 0), "kind": "gate"}
                     for x in (4, 11, 18)],
        "lane_reports": [
            {"geometry": shapely.Point(x, 1), "state": "blocked", "observed_on": "2026-11-01"}
            for x in (1500, 6100)
        ],
        "water": [{"geometry": shapely.Point(900, 4), "kind": "hydrant", "flow_l_s": 15}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def valley(make_shared_town):
    return make_shared_town(**valley_rows())
