"""Siting against spopt and raw HiGHS: the same instances, the same objective.

    python benchmarks/siting.py [--quick] [--json FILE] [--plot FILE] [--limit SECONDS]

Each run is a process of its own: CPU seconds from data in memory to the plan (models built,
compiled loops warm), peak memory of the whole process. A run that stops at the limit, or without
proof, says so with its gap; its ratio is then a lower bound.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

QUICK = [
    ("mclp", 2_000, 50, 10, "streets"),
    ("lscp", 2_000, 50, 0, "streets"),
    ("p_median", 300, 30, 5, "streets"),
    ("p_center", 300, 30, 5, "streets"),
]
FULL = [
    *[("mclp", 20_000, 500, p, "streets") for p in (5, 20, 50)],
    ("lscp", 20_000, 500, 0, "streets"),
    *[("mclp", 100_000, 2_000, p, "streets") for p in (20, 50, 200)],
    ("lscp", 100_000, 2_000, 0, "streets"),
    *[("mclp", 100_000, 2_000, p, "discs") for p in (20, 50, 200)],
    *[("mclp", n, n // 50, n // 1000, "streets") for n in (5_000, 10_000, 50_000, 200_000)],
    ("p_median", 2_000, 200, 20, "streets"),
    ("p_median", 5_000, 500, 20, "streets"),
    ("p_center", 2_000, 200, 20, "streets"),
    *[("mclp", 2_713, 2_713, p, "NewYork") for p in range(50, 101, 10)],
    *[("p_median", n, n, p, "graph") for n in range(400, 1_000, 100) for p in (5, 10)],
]
SPOPT_MOST = 20_000 * 500  # entries of the dense matrices that spopt gets
SPOPT_MOST_PAIRS = 2_000 * 200  # of its medians and centres, which have a variable a pair
REACH_M = {"streets": 400.0, "discs": 400.0, "NewYork": 400.0}
CITY = Path(__file__).resolve().parents[2] / "shared" / "data" / "bench" / "mclp" / "NewYork.txt"
EARTH_M = 6_378_100.0


def places(rows: int, sites: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """Return a street grid with gaps, and where demand and sites lie on it, in clusters."""
    random = np.random.default_rng(seed)
    side, block = max(30, int(150 * np.sqrt(rows / 100_000))), 80.0
    number = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) * block
    xy = xy + random.normal(0, block / 5, xy.shape)
    ends = np.vstack(
        [
            np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()],
            np.c_[number[:-1].ravel(), number[1:].ravel()],
        ]
    )
    ends = ends[random.random(len(ends)) > 0.2]
    length = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T) * random.uniform(1, 1.3, len(ends))
    graph = sparse.csr_array((length, (ends[:, 0], ends[:, 1])), shape=(side**2, side**2))
    centres = random.random((max(10, rows // 1000), 2)) * side * block
    spread = side * block / 25
    points = [
        centres[random.integers(len(centres), size=n)] + random.normal(0, spread, (n, 2))
        for n in (rows, sites)
    ]
    return graph, xy, points[0], points[1]


def street_cover(rows: int, sites: int) -> sparse.csr_array:
    """Return who is within reach along the streets."""
    graph, xy, homes, stations = places(rows, sites, 0)
    tree = cKDTree(xy)
    off, node = tree.query(homes)
    start, first = tree.query(stations)
    columns = []
    for j in range(0, sites, 50):
        far = dijkstra(graph, directed=False, indices=first[j : j + 50], limit=REACH_M["streets"])
        for k, there in enumerate(far):
            columns.append(np.flatnonzero(there[node] + off + start[j + k] <= REACH_M["streets"]))
    return _matrix(columns, rows)


def disc_cover(rows: int, sites: int) -> sparse.csr_array:
    """Return who is within reach in a straight line, with a detour drawn for every pair."""
    _, _, homes, stations = places(rows, sites, 0)
    random = np.random.default_rng(1)
    tree = cKDTree(homes)
    columns = []
    for station in stations:
        near = np.sort(np.array(tree.query_ball_point(station, REACH_M["discs"]), dtype=np.intp))
        away = np.hypot(*(homes[near] - station).T) * random.uniform(1.2, 1.5, len(near))
        columns.append(near[away <= REACH_M["discs"]])
    return _matrix(columns, rows)


def city_cover() -> tuple[sparse.csr_array, Any]:
    """Return who is within reach in a published city, every point a site, and its people."""
    _, places, people = (part.splitlines()[1:] for part in CITY.read_text().split("_SECTION"))
    at = np.radians(np.array([line.split() for line in places if " " in line], dtype=float))
    lat, lon = at[:, :1], at[:, 1:]
    half = np.sin((lat - lat.T) / 2) ** 2
    half += np.cos(lat) * np.cos(lat.T) * np.sin((lon - lon.T) / 2) ** 2
    metres = (2 * EARTH_M * np.arcsin(np.sqrt(half))).astype(np.float32)  # as published
    people = [line for line in people if line.strip().isdigit()]
    return sparse.csr_array(metres <= REACH_M["NewYork"]), np.array(people, dtype=float)


def _matrix(columns: list[Any], rows: int) -> sparse.csr_array:
    ends = np.concatenate([[0], np.cumsum([len(c) for c in columns])])
    ones = np.ones(int(ends[-1]), dtype=np.int8)
    by_site = sparse.csc_array((ones, np.concatenate(columns), ends), shape=(rows, len(columns)))
    return by_site.tocsr()


def distances(rows: int, sites: int) -> Any:
    """Return metres along the streets from all to all; straight where streets do not meet."""
    graph, xy, homes, stations = places(rows, sites, 0)
    tree = cKDTree(xy)
    off, node = tree.query(homes)
    start, first = tree.query(stations)
    along = dijkstra(graph, directed=False, indices=first)[:, node].T + off[:, None] + start
    straight = np.hypot(*(homes[:, None] - stations[None]).transpose(2, 0, 1)) * 2
    return np.rint(np.where(np.isfinite(along), along, straight))


def graph_distances(nodes: int) -> Any:
    """Return lengths of shortest paths in a random graph made as those of the OR-Library are."""
    random = np.random.default_rng(nodes)
    path = random.permutation(nodes)
    ends = random.integers(nodes, size=(nodes * nodes // 50 - nodes + 1, 2))
    ends = np.vstack([np.c_[path[:-1], path[1:]], ends[ends[:, 0] != ends[:, 1]]])
    _, first = np.unique(np.sort(ends, axis=1), axis=0, return_index=True)
    a, b = ends[first].T
    lengths = random.integers(1, 101, len(first)).astype(float)
    graph = sparse.csr_array((lengths, (a, b)), shape=(nodes, nodes))
    return dijkstra(graph, directed=False)


def one(work: str, rows: int, sites: int, p: int, shape: str, engine: str, limit: float) -> Any:
    """Run one engine on one instance; return seconds, objective, bound and proof."""
    weights = np.random.default_rng(2).integers(1, 100, rows).astype(float)
    if shape == "NewYork":
        data, weights = city_cover()
    elif work in ("mclp", "lscp"):
        data = street_cover(rows, sites) if shape == "streets" else disc_cover(rows, sites)
        if work == "lscp":
            data = data[np.flatnonzero(np.diff(data.indptr))]
            weights = weights[: data.shape[0]]
    elif shape == "graph":
        data, weights = graph_distances(rows), np.ones(rows)
    else:
        data = distances(rows, sites)
    run = {"ours": ours, "highs": raw_highs, "spopt": spopt}[engine]
    run(work, *_tiny(work), 2, 60.0)  # compile and import
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = _cpu()
    answer = run(work, data, weights, p, limit)
    used = _cpu() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    return {**answer, "seconds": used, "peak_mb": round(peak), "before_mb": round(held)}


def _tiny(work: str) -> tuple[Any, Any]:
    if work in ("mclp", "lscp"):
        return sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])), np.ones(3)
    return np.array([[1.0, 2, 3], [3, 1, 2], [2, 3, 1]]), np.ones(3)


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def ours(work: str, data: Any, weights: Any, p: int, limit: float) -> Any:
    from weizhan.coverage.covering.models import (
        SearchOptions,
        max_cover,
        p_center,
        p_median,
        set_cover,
    )

    options = SearchOptions(time_limit_s=limit)

    found = {
        "mclp": lambda: max_cover(data, weights, p=p, options=options),
        "lscp": lambda: set_cover(data, options=options),
        "p_median": lambda: p_median(data, weights, p, options=options),
        "p_center": lambda: p_center(data, p, options=options),
    }[work]()
    return {
        "objective": found.objective,
        "bound": found.bound,
        "proven": found.proven,
        "certified": found.certificate.bound,
    }


def raw_highs(work: str, data: Any, weights: Any, p: int, limit: float) -> Any:
    """Give the textbook model of each problem, as it is, to HiGHS."""
    from weizhan.coverage.covering.highs import Clock, Model, solve

    rows, sites = data.shape
    count = sparse.csr_array(np.ones((1, sites)))
    if work == "lscp":
        high = np.full(rows, np.inf)
        model = Model(
            np.ones(sites), sites, sparse.csr_array(data, dtype=float), np.ones(rows), high
        )
    elif work == "mclp":
        matrix = sparse.block_array(
            [[sparse.csr_array(data, dtype=float), -sparse.eye_array(rows)], [count, None]],
            format="csr",
        )
        low = np.append(np.zeros(rows), -np.inf)
        high = np.append(np.full(rows, np.inf), p)
        model = Model(np.append(np.zeros(sites), -weights), sites, matrix, low, high)
    else:
        pairs = rows * sites
        each = np.arange(pairs)
        served = sparse.csr_array((np.ones(pairs), (each // sites, each)), shape=(rows, pairs))
        opened = sparse.csr_array((np.ones(pairs), (each, each % sites)), shape=(pairs, sites))
        blocks = [[None, served], [opened, -sparse.eye_array(pairs)], [count, None]]
        low = np.concatenate([np.ones(rows), np.zeros(pairs), [-np.inf]])
        high = np.concatenate([np.ones(rows), np.full(pairs, np.inf), [p]])
        costs = np.append(np.zeros(sites), (data * weights[:, None]).ravel())
        if work == "p_center":
            return {"objective": None, "bound": None, "proven": False}
        model = Model(costs, sites, sparse.block_array(blocks, format="csr"), low, high)
    answer = solve(model, clock=Clock(limit), absolute_gap=0.999)
    sign = -1.0 if work == "mclp" else 1.0
    objective = None if answer.values is None else sign * float(model.costs @ answer.values)
    return {"objective": objective, "bound": sign * answer.bound, "proven": answer.closed}


def spopt(work: str, data: Any, weights: Any, p: int, limit: float) -> Any:
    warnings.simplefilter("ignore")
    import pulp
    from spopt import locate

    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=limit)
    if work in ("mclp", "lscp"):
        far = 1.0 - data.toarray()
        if work == "mclp":
            model = locate.MCLP.from_cost_matrix(far, weights, service_radius=0.5, p_facilities=p)
        else:
            model = locate.LSCP.from_cost_matrix(far, service_radius=0.5)
    elif work == "p_median":
        model = locate.PMedian.from_cost_matrix(data, weights, p_facilities=p)
    else:
        model = locate.PCenter.from_cost_matrix(data, p_facilities=p)
    model = model.solve(solver)
    # Its status says "Optimal" at the time limit too, so whether it is proven is not known.
    return {"objective": float(model.problem.objective.value()), "bound": None, "proven": None}


def _child(case: tuple[str, int, int, int, str], engine: str, limit: float) -> Any:
    words = [*map(str, case), engine, str(limit)]
    command = [sys.executable, str(Path(__file__)), "--one", *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=3 * limit + 120, check=True
        )
    except subprocess.TimeoutExpired:
        return {"seconds": 3 * limit + 120, "failed": "no answer in time"}
    except subprocess.CalledProcessError as error:
        return {"seconds": None, "failed": error.stderr.strip().splitlines()[-1:]}
    return json.loads(done.stdout.splitlines()[-1])


def plot(table: list[dict[str, Any]], file: Path) -> None:
    """Draw how the time of covering models on streets grows with their size, by engine."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 5))
    marks = {"ours": "o-", "highs": "s--", "spopt": "^:"}
    for engine, mark in marks.items():
        for work, colour in (("mclp", "#0b62b5"), ("lscp", "#9c480b")):
            rows = [
                r
                for r in table
                if (r["engine"], r["work"]) == (engine, work)
                and r["seconds"]
                and "streets" in r["size"]
            ]
            slowest: dict[int, float] = {}
            for row in rows:
                demand = int(row["size"].split("x")[0])
                slowest[demand] = max(slowest.get(demand, 0.0), row["seconds"])
            points = sorted(slowest.items())
            if points:
                axes.plot(*zip(*points, strict=True), mark, color=colour, label=f"{work} {engine}")
    axes.set(xscale="log", yscale="log", xlabel="demand points", ylabel="CPU seconds")
    axes.set_title("Covering models on streets, the slowest number of sites of each size")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--json", type=Path, help="write the rows to a file")
    parser.add_argument("--plot", type=Path, help="draw how time grows with size")
    parser.add_argument("--limit", type=float, default=240.0, help="seconds a run")
    parser.add_argument("--engines", nargs="+", default=["ours", "highs", "spopt"])
    parser.add_argument("--only", help="only this work or shape")
    parser.add_argument("--one", nargs=7, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        work, rows, sites, p, shape, engine, limit = args.one
        answer = one(work, int(rows), int(sites), int(p), shape, engine, float(limit))
        print(json.dumps(answer))
        return
    table: list[dict[str, Any]] = []
    for case in QUICK if args.quick else FULL:
        work, rows, sites, p, shape = case
        if args.only not in (None, work, shape) or (shape == "NewYork" and not CITY.exists()):
            continue
        mine = None
        for engine in args.engines:
            pairs = work in ("p_median", "p_center")
            if engine == "spopt" and rows * sites > (SPOPT_MOST_PAIRS if pairs else SPOPT_MOST):
                continue
            if engine == "highs" and work == "p_center":
                continue
            found = _child(case, engine, args.limit)
            if engine == "ours":
                mine = found["seconds"]
            ratio = found["seconds"] / mine if mine and found["seconds"] else None
            size = f"{rows}x{sites}" + (f" p={p}" if p else "") + f" {shape}"
            row = {"work": work, "size": size, "engine": engine, **found, "ratio_to_ours": ratio}
            table.append(row)
            print(json.dumps(row), flush=True)
            if args.json:
                args.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    if args.plot:
        plot(table, args.plot)


if __name__ == "__main__":
    main()
