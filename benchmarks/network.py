"""Ours against scipy, networkx, igraph, rustworkx and pandana on one network, in one run.

    uv run python benchmarks/network.py [--lanes FILE] [--json rows.json] [--plot growth.png]

Four pieces of work: the nearest station for every node, the bounded matrix of stations and
buildings, what the failure of every lane costs, and random closures of 1 % of the lanes. All
times are CPU seconds of one process, kernels warm; where a peer would need hours its time is
that of a few reruns times their number, and the engine's name says so. Ours is exact at positions
on lanes; the peers answer for nodes only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rows import Row, report, row, timed
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from towns import from_file, made_up, network_of, scattered, walking

from weizhan.coverage.closures.criticality import changes, losses, prepare
from weizhan.coverage.compiled import njit
from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import Crews, arrive_at, journey, nearest, reach_matrix
from weizhan.geo.ground.network import Network
from weizhan.geo.words.vocabulary import Vehicle

STATIONS, SITES, BUILDINGS = 50, 2_000, 100_000
LIMIT_MS = 180_000
CLOSURES, CLOSED_SHARE = 1_000, 0.01
RERUNS = 3  # of a peer, where all of them would take hours
GROWTH = (5_000, 20_000, 80_000, 320_000, 1_000_000, 2_000_000)


@njit("i8(i4[::1], i4[::1], i4[::1])", cache=True)
def bare_pass(indptr, head, ms):  # type: ignore[no-untyped-def]
    """Touch every arc once, as any search must."""
    total = 0
    for node in range(len(indptr) - 1):
        for arc in range(indptr[node], indptr[node + 1]):
            total += ms[arc] ^ head[arc]
    return total


class Work:
    """One network with its stations and buildings, and the same as the peers want it."""

    def __init__(self, network: Network, *, sites: int = SITES, buildings: int = BUILDINGS) -> None:
        """Draw stations, sites and buildings."""
        self.network = network
        self.passage = walking(network)
        self.passages = {Vehicle.FOOT: self.passage}
        self.buildings = scattered(network, buildings, seed=2)
        self.crews = self._crews(STATIONS, seed=3)
        self.sites = self._crews(sites, seed=4)
        arcs = (self.passage.arc_ms(network).astype(float), network.head, network.indptr)
        self.matrix = csr_array(arcs, shape=(network.nodes, network.nodes))

    def _crews(self, count: int, *, seed: int) -> Crews:
        at = scattered(self.network, count, seed=seed)
        start = np.zeros(count, dtype=np.int32)
        end = np.zeros(count)  # at a node, so that the peers can answer the same question
        return Crews(at.lane, end, np.full(count, "foot"), start)

    def nodes_of(self, crews: Crews) -> np.ndarray:
        """Return the nodes at which the crews stand."""
        return self.network.lane_from[crews.lane]

    def plan(self, crews: Crews):  # type: ignore[no-untyped-def]
        """Return our journey from crews to all buildings."""
        return journey(self.network, self.passages, crews, self.buildings, dismount_ms=0)


def nearest_station(work: Work, size: str) -> list[Row]:
    """Measure the time of the nearest of 50 stations for every node."""
    name = "nearest station for every node"
    plan = work.plan(work.crews)
    nodes = np.unique(work.nodes_of(work.crews))
    graph = plan.graph
    seconds, (ms, _) = timed(lambda: nearest(graph, plan.starts), repeat=7)
    rows = [row(name, size, "weizhan", seconds)]
    seconds, _ = timed(lambda: bare_pass(graph.indptr, graph.head, graph.ms), repeat=7)
    rows.append(row(name, size, "one bare pass over the arcs", seconds))
    call = lambda: dijkstra(work.matrix, indices=nodes, min_only=True)  # noqa: E731
    seconds, theirs = timed(call, repeat=3)
    _agree(ms, theirs)
    rows.append(row(name, size, "scipy min_only", seconds))
    coo = work.matrix.tocoo()
    pairs = list(zip(coo.row.tolist(), coo.col.tolist(), strict=True))
    weights = coo.data.tolist()
    root = work.network.nodes

    import rustworkx

    rust = rustworkx.PyDiGraph()
    rust.add_nodes_from(range(root + 1))
    rust.add_edges_from([(u, v, w) for (u, v), w in zip(pairs, weights, strict=True)])
    rust.add_edges_from([(root, int(n), 0.0) for n in nodes])
    seconds, _ = timed(lambda: rustworkx.dijkstra_shortest_path_lengths(rust, root, float))
    rows.append(row(name, size, "rustworkx", seconds))

    import igraph

    both = igraph.Graph(root + 1, pairs + [(root, int(n)) for n in nodes], directed=True)
    costs = [*weights, *[0.0] * len(nodes)]
    seconds, _ = timed(lambda: both.distances(root, weights=costs))
    rows.append(row(name, size, "igraph", seconds))

    import networkx as nx

    plain = nx.DiGraph()
    plain.add_weighted_edges_from((u, v, w) for (u, v), w in zip(pairs, weights, strict=True))
    sources = set(nodes.tolist())
    seconds, _ = timed(lambda: nx.multi_source_dijkstra_path_length(plain, sources))
    rows.append(row(name, size, "networkx", seconds))
    rows += _pandana(work, nodes, name, size)
    return rows


def _pandana(work: Work, nodes: np.ndarray, name: str, size: str) -> list[Row]:
    import pandana
    import pandas as pd

    xy, network = work.network.node_xy, work.network
    weights = pd.DataFrame({"s": work.passage.forward_ms / 1000})  # it counts in thousandths
    net = pandana.Network(
        pd.Series(xy[:, 0]), pd.Series(xy[:, 1]),
        pd.Series(network.lane_from), pd.Series(network.lane_to), weights,
    )  # fmt: skip
    far = 3_600.0

    def query() -> object:
        net.set_pois("s", far, 1, pd.Series(xy[nodes, 0]), pd.Series(xy[nodes, 1]))
        return net.nearest_pois(far, "s", num_pois=1)

    return [row(name, size, "pandana, after its preprocessing", timed(query)[0])]


def bounded_matrix(work: Work, size: str) -> list[Row]:
    """Measure all pairs of sites and buildings within 180 s."""
    size = f"{size}, {len(work.sites.lane)} sites x {len(work.buildings.lane)} buildings"
    name = "bounded matrix, 180 s"
    plan = work.plan(work.sites)
    call = lambda: reach_matrix(plan, crews=len(work.sites.lane), limit_ms=LIMIT_MS)  # noqa: E731
    seconds, _ = timed(call, repeat=3)
    rows = [row(name, size, "weizhan", seconds)]
    nodes = work.nodes_of(work.sites)
    lane, fraction = work.buildings.lane, work.buildings.fraction
    u, v = work.network.lane_from[lane], work.network.lane_to[lane]
    ahead = fraction * work.passage.forward_ms[lane]
    back = (1 - fraction) * work.passage.backward_ms[lane]
    some = nodes[:: max(1, len(nodes) // 50)]

    def scipy() -> int:
        found = 0
        for node in some:  # the ends of lanes first, then the way along them
            ms = dijkstra(work.matrix, indices=node, limit=LIMIT_MS)
            found += int((np.minimum(ms[u] + ahead, ms[v] + back) <= LIMIT_MS).sum())
        return found

    seconds, _ = timed(scipy)
    rows.append(row(name, size, f"scipy, from {len(some)} sites", seconds * len(nodes) / len(some)))

    import networkx as nx

    coo = work.matrix.tocoo()
    plain = nx.DiGraph()
    plain.add_weighted_edges_from(
        zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True)
    )

    def networkx() -> int:
        found = 0
        for node in some:
            reached = nx.single_source_dijkstra_path_length(plain, int(node), cutoff=LIMIT_MS)
            ms = np.full(work.network.nodes, np.inf)
            ms[list(reached)] = list(reached.values())
            found += int((np.minimum(ms[u] + ahead, ms[v] + back) <= LIMIT_MS).sum())
        return found

    seconds, _ = timed(networkx)
    engine = f"networkx, from {len(some)} sites"
    rows.append(row(name, size, engine, seconds * len(nodes) / len(some)))
    return rows


def closures(work: Work, size: str) -> list[Row]:
    """Measure what every lane's failure costs, and random closures."""
    plan = work.plan(work.crews)
    network = work.network

    def ready():  # type: ignore[no-untyped-def]
        return prepare(plan, network, work.buildings, stopped=everybody(network))

    everyone = np.ones((1, len(work.buildings.lane)))
    limit = np.full(len(work.buildings.lane), LIMIT_MS, dtype=np.int32)
    name = "failure of every lane"
    forest = ready()

    def all_lanes() -> object:
        lanes = np.arange(network.lanes)
        return losses(forest, lanes, limit_ms=limit, weights=everyone)

    rows = [row(name, size, "weizhan", timed(all_lanes, repeat=3)[0])]
    rows.append(row(name, size, "weizhan, preparation", timed(ready)[0]))
    seconds, _ = timed(lambda: arrive_at(plan), repeat=3)
    rows.append(row(name, size, "weizhan, one search to all buildings", seconds))
    nodes = np.unique(work.nodes_of(work.crews))
    lane, fraction = work.buildings.lane, work.buildings.fraction
    u, v = network.lane_from[lane], network.lane_to[lane]
    ahead = fraction * work.passage.forward_ms[lane]
    back = (1 - fraction) * work.passage.backward_ms[lane]

    def again(matrix: csr_array) -> np.ndarray:
        ms = dijkstra(matrix, indices=nodes, min_only=True)
        return np.minimum(ms[u] + ahead, ms[v] + back)

    seconds, _ = timed(lambda: again(work.matrix), repeat=3)
    rows.append(row(name, size, "scipy, rerun for each lane", seconds * network.lanes))

    import networkx as nx

    coo = work.matrix.tocoo()
    plain = nx.DiGraph()
    plain.add_weighted_edges_from(
        zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True)
    )
    sources = set(nodes.tolist())
    call = lambda: nx.multi_source_dijkstra_path_length(plain, sources)  # noqa: E731
    seconds = timed(call)[0] * network.lanes
    rows.append(row(name, size, "networkx, rerun for each lane", seconds))

    name = f"{CLOSURES} closures of {CLOSED_SHARE:.0%} of the lanes"
    rng = np.random.default_rng(5)
    events = [
        np.flatnonzero(rng.random(network.lanes) < CLOSED_SHARE).astype(np.int32)
        for _ in range(CLOSURES)
    ]
    rows.append(row(name, size, "weizhan", timed(lambda: changes(forest, events))[0]))
    alone = Work(network, sites=1, buildings=1)  # the answer of the peer: nodes, no buildings
    bare = prepare(alone.plan(work.crews), network, alone.buildings, stopped=everybody(network))
    seconds, _ = timed(lambda: changes(bare, events))
    rows.append(row(name, size, "weizhan, nodes only", seconds))

    def scipy_again(*, nodes_only: bool) -> None:
        for event in events[:RERUNS]:
            shut = np.zeros(network.lanes, dtype=bool)
            shut[event] = True
            cost = np.where(shut[network.arc_lane], np.inf, work.matrix.data)
            open_ = csr_array((cost, work.matrix.indices, work.matrix.indptr), work.matrix.shape)
            if nodes_only:
                dijkstra(open_, indices=nodes, min_only=True)
            else:
                again(open_)

    for nodes_only, engine in ((False, "scipy reruns"), (True, "scipy reruns, nodes only")):
        seconds, _ = timed(lambda only=nodes_only: scipy_again(nodes_only=only))
        rows.append(row(name, size, engine, seconds / RERUNS * CLOSURES))
    return rows


def everybody(network: Network) -> dict[Vehicle, np.ndarray]:
    """Return a closure that stops everybody on every lane."""
    return {Vehicle.FOOT: np.ones(network.lanes, dtype=bool)}


def growth(file: Path) -> list[Row]:
    """Measure nearest station and all-lane failure at growing sizes, and draw a plot."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows: list[Row] = []
    for nodes in GROWTH:
        work = Work(network_of(made_up(nodes)), sites=1, buildings=max(1000, nodes // 2))
        size = f"{work.network.nodes} nodes"
        plan = work.plan(work.crews)
        seconds, _ = timed(lambda plan=plan: nearest(plan.graph, plan.starts), repeat=3)
        rows.append(row("nearest station, growing", size, "weizhan", seconds))
        forest = prepare(plan, work.network, work.buildings, stopped=everybody(work.network))
        limit = np.full(len(work.buildings.lane), LIMIT_MS, dtype=np.int32)
        weights = np.ones((1, len(limit)))
        lanes = np.arange(work.network.lanes)
        seconds, _ = timed(
            lambda f=forest, a=lanes, b=limit, w=weights: losses(f, a, limit_ms=b, weights=w)
        )
        rows.append(row("failure of every lane, growing", size, "weizhan", seconds))
    figure, axes = plt.subplots(figsize=(7, 5))
    for work_name in dict.fromkeys(r["work"] for r in rows):
        points = [r for r in rows if r["work"] == work_name]
        x = [int(r["size"].split()[0]) for r in points]
        axes.loglog(x, [r["seconds"] for r in points], marker="o", label=work_name)
    axes.set_xlabel("nodes")
    axes.set_ylabel("CPU seconds")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=120, bbox_inches="tight")
    return rows


def _agree(ours: np.ndarray, theirs: np.ndarray) -> None:
    known = np.where(np.isfinite(theirs), theirs, FAR)
    if not np.array_equal(ours, known):
        msg = "the engines disagree"
        raise AssertionError(msg)


def main() -> None:
    """Run everything on one network and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=Path, help="OpenStreetMap or geodata; else made up")
    parser.add_argument("--nodes", type=int, default=83_000, help="size of the made-up network")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="also grow to 2,000,000 nodes and draw it here")
    options = parser.parse_args()
    lanes = from_file(options.lanes) if options.lanes else made_up(options.nodes)
    work = Work(network_of(lanes))
    size = f"{work.network.nodes} nodes, {work.network.lanes} lanes"
    rows = nearest_station(work, size) + bounded_matrix(work, size) + closures(work, size)
    if options.plot:
        rows += growth(options.plot)
    report(rows, ours="weizhan", file=options.json)


if __name__ == "__main__":
    main()
