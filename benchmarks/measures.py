"""Plans of measures under one budget: how long until they are proven, by size of town.

    python benchmarks/measures.py [--quick] [--limit SECONDS]

Made-up towns: buildings, sites and lanes thrown at random; a site covers what is near, an opened
lane carries it farther, two of them farther still, and for harm devices work at buildings. There
is no peer that plans over all of it with a proof; the same model without our reduction, given to
HiGHS alone, stands beside ours.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from weizhan.coverage.covering import Clock, solve
from weizhan.coverage.measures.problem import BudgetProblem, Local
from weizhan.coverage.measures.solve import _Formed, best_measures

SIZES = {  # buildings, sites, lanes, devices, budget in yuan, seconds
    "village": (800, 20, 30, 100, 300_000.0, 60.0),
    "town": (3_000, 80, 60, 300, 1_000_000.0, 60.0),
    "district": (20_000, 300, 300, 2_000, 4_000_000.0, 600.0),
}
REACH_M = 350.0
NEAR_M = 220.0  # of a lane to the middle of a way that it may shorten


def made_up(name: str, *, harm: bool, seed: int) -> BudgetProblem:
    """Return a problem of a size: late people, or harm with devices."""
    random = np.random.default_rng(seed)
    buildings, sites, lanes, devices, budget, _ = SIZES[name]
    side = 3_000.0 * np.sqrt(buildings / 3_000)
    homes, places, ways = (random.random((n, 2)) * side for n in (buildings, sites, lanes))
    people = random.integers(1, 40, buildings).astype(float)
    if harm:
        people *= 0.01 + 0.02 * random.random(buildings)
    steps = (0.4, 0.7, 1.0) if harm else (1.0,)
    lane_tree = cKDTree(ways)
    near = cKDTree(places).query_ball_point(homes, REACH_M * 1.5)
    options: dict[tuple[int, ...], int] = {}
    row, option, weights, building = [], [], [], []
    for home, close in enumerate(near):
        away = np.hypot(*(places[close] - homes[home]).T) if close else np.empty(0)
        for step in steps:
            reach = REACH_M * step
            own = set()
            for site, metres in zip(close, away, strict=True):
                if metres > 1.5 * reach:
                    continue
                by = lane_tree.query_ball_point((places[site] + homes[home]) / 2, NEAR_M)[:4]
                for many, longer in ((0, 1.0), (1, 1.25), (2, 1.5)):
                    if metres <= reach * longer:
                        for used in combinations(sorted(by), many):
                            key = (site, *(sites + lane for lane in used))
                            own.add(options.setdefault(key, len(options)))
            if own:
                row += [len(weights)] * len(own)
                option += sorted(own)
                weights.append(people[home] / len(steps))
                building.append(home)
    count = sites + lanes + devices
    cells = [(at, measure) for key, at in options.items() for measure in key]
    needs = sparse.csr_array(
        (np.ones(len(cells), dtype=np.int32), tuple(np.array(cells).T)), (len(options), count)
    )
    shape = (len(weights), len(options))
    cover = sparse.csr_array((np.ones(len(row), dtype=np.int32), (row, option)), shape)
    locals_ = []
    if harm:
        for k, home in enumerate(random.choice(buildings, devices // 2, replace=False).tolist()):
            share = random.random(2) * 0.5
            left = np.array([1, 1 - share[0], 1 - share[1], (1 - share[0]) * (1 - share[1])])
            own = sites + lanes + 2 * k + np.arange(2)
            locals_.append(Local(home, -1, own, people[home] * 1.5 * (1 - left), left))
    costs = np.concatenate(
        [
            random.integers(30, 120, sites) * 1_000.0,
            random.integers(5, 80, lanes) * 1_000.0,
            random.integers(2, 60, devices) * 100.0,
        ]
    )
    total = sum(weights) + sum(float(local.gain[-1]) for local in locals_)
    nobody = np.full(len(weights), -1)
    return BudgetProblem(
        costs, needs, cover, np.array(weights), np.array(building), nobody, tuple(locals_),
        np.zeros(1), np.array([total]), budget=budget,
    )  # fmt: skip


def main() -> None:
    """Run the sizes and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the village")
    parser.add_argument("--only", choices=SIZES, help="only one size")
    parser.add_argument("--limit", type=float, help="seconds for each, instead of those of SIZES")
    told = parser.parse_args()
    names = ["village"] if told.quick else [told.only] if told.only else list(SIZES)
    print(
        "size      yardstick  rows   options  measures  CPU s  proven  gap        plain HiGHS CPU s"
    )
    for name in names:
        for harm in (False, True):
            problem = made_up(name, harm=harm, seed=1)
            limit = told.limit or SIZES[name][-1]
            start = time.process_time()
            found = best_measures(problem, time_limit_s=limit)
            used = time.process_time() - start
            start = time.process_time()
            formed = _Formed(problem)
            model, _ = formed.model("worth", worst=-np.inf)
            plain = solve(model, clock=Clock(limit), absolute_gap=1e-7)
            alone = f"{time.process_time() - start:.1f}{'' if plain.closed else ' open'}"
            print(
                f"{name:9} {'harm' if harm else 'late':9} {len(problem.weights):6} "
                f"{problem.options.shape[0]:8} {problem.measures:9} {used:6.1f}  "
                f"{found.proven!s:6}  {found.gap:9.2e}  {alone}",
                flush=True,
            )


if __name__ == "__main__":
    main()
