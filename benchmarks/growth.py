"""How the work grows with the network: 5,000 to 2,000,000 nodes, the network's building included.

    uv run --group docs python benchmarks/growth.py [--json FILE] [--plot docs/pictures/growth.svg]

Stations, sites and buildings grow with the streets, one station to 1,600 nodes. All times are CPU
seconds of one process with warm kernels, the best of a few; drawn is the time a node, so a work
that is linear is a level line. What is told at the end is that time at the largest network over
that at the smallest.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from network import LIMIT_MS, Work, everybody
from rows import Row, report, row, timed
from towns import built, largest_part, made_up

from weizhan.coverage.closures.criticality import losses, prepare
from weizhan.coverage.reach.travel import nearest, reach_matrix

NODES = (5_000, 20_000, 80_000, 320_000, 1_000_000, 2_000_000)
FOR_A_STATION, FOR_A_SITE, FOR_A_BUILDING = 1_600, 40, 2  # nodes
EVENTS, CLOSED_SHARE = 20, 0.01
MOST = 1.2  # times linear


def measured(nodes: int) -> list[Row]:
    """Measure each work on one network.

    Parameters
    ----------
    nodes
        About so many.
    """
    repeat = 5 if nodes < 100_000 else 2
    lanes = largest_part(made_up(nodes))
    building, network = timed(lambda: built(lanes), repeat=repeat)
    size = f"{network.nodes} nodes"
    rows = [row("building the network", size, "weizhan", building)]
    work = Work(
        network,
        stations=max(1, nodes // FOR_A_STATION),
        sites=nodes // FOR_A_SITE,
        buildings=nodes // FOR_A_BUILDING,
    )

    def take(name: str, call: Callable[[], object]) -> None:
        rows.append(row(name, size, "weizhan", timed(call, repeat=repeat)[0]))

    plan, sites = work.plan(work.crews), work.plan(work.sites)
    limit = np.full(len(work.buildings.lane), LIMIT_MS, dtype=np.int32)
    everyone = np.ones((1, len(limit)))
    failing = np.arange(network.lanes)
    forest = prepare(plan, network, limit, stopped=everybody(network))
    rng = np.random.default_rng(5)
    events = [
        np.flatnonzero(rng.random(network.lanes) < CLOSED_SHARE).astype(np.int32)
        for _ in range(EVENTS)
    ]
    take("ways of crews and buildings", lambda: work.plan(work.crews))
    take("nearest station for every node", lambda: nearest(plan.graph, plan.starts))
    take(
        "sites x buildings within 180 s",
        lambda: reach_matrix(sites, crews=len(work.sites.lane), limit_ms=LIMIT_MS),
    )
    take("failure of every lane", lambda: losses(forest, failing, weights=everyone))
    take(
        f"{EVENTS} closures of {CLOSED_SHARE:.0%} of the lanes",
        lambda: losses(forest, events, weights=everyone),
    )
    return rows


def by_work(rows: list[Row]) -> dict[str, tuple[list[int], list[float]]]:
    """Return nodes and microseconds a node, by work."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for one in rows:
        nodes = int(one["size"].split()[0])
        sizes, each = found.setdefault(one["work"], ([], []))
        sizes.append(nodes)
        each.append(one["seconds"] / nodes * 1e6)
    return found


def plot(rows: list[Row], file: Path) -> None:
    """Draw the time a node of each work.

    Parameters
    ----------
    rows
        From `measured`.
    file
        PNG or SVG.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "growth"  # equal rows give equal bytes
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 5))
    for (name, (sizes, each)), marker in zip(by_work(rows).items(), "osD^vP", strict=True):
        axes.loglog(sizes, each, marker=marker, label=f"{name}: x{each[-1] / each[0]:.2f}")
    axes.set_xlabel("nodes of the network")
    axes.set_ylabel("CPU time a node, microseconds (level: linear)")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 1.22), ncol=2, frameon=False)
    figure.savefig(
        file, bbox_inches="tight", metadata={"Date": None} if file.suffix == ".svg" else {}
    )


def main() -> None:
    """Measure, report, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument(
        "--most", type=int, default=NODES[-1], help="no network beyond so many nodes"
    )
    options = parser.parse_args()
    measured(NODES[0])  # the first calls of a process are slower
    rows: list[Row] = []
    for nodes in NODES:
        if nodes <= options.most:
            rows += measured(nodes)
            print(
                *(f"{one['work']} {one['seconds']:.4f}" for one in rows[-6:]), sep="; ", flush=True
            )
    report(rows, ours="weizhan", file=options.json)
    for name, (_, each) in by_work(rows).items():
        times = each[-1] / each[0]
        print(f"{name}: {times:.2f} x linear{'' if times <= MOST else ', more than the goal'}")
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
