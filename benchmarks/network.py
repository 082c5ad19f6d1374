"""Ours against scipy, networkx, igraph, rustworkx and pandana on one network, in one run.

    uv run python benchmarks/network.py [--lanes FILE] [--json rows.json]

Four pieces of work: the nearest station for every node, the bounded matrix of stations and
buildings, what the failure of every lane costs, and random closures of 1 % of the lanes; the last
three within 180 s, on foot and at the speed of a vehicle. All times are CPU seconds of one
process, kernels warm; where a peer would need hours its time is that of a few reruns times their
number, and the engine's name says so. scipy is told the limit, and what it needs for the search
alone and from nodes to buildings are two rows. Ours is exact at positions on lanes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rows import Row, report, row, timed
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from towns import from_file, made_up, network_of, scattered, walking

from weizhan.coverage.closures.criticality import losses, prepare
from weizhan.coverage.compiled import njit
from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import Crews, Journey, first_at, journey, nearest, reach_matrix
from weizhan.geo.ground.network import Network
from weizhan.geo.words.vocabulary import Vehicle

STATIONS, SITES, BUILDINGS = 50, 2_000, 100_000
LIMIT_MS = 180_000
CLOSURES, CLOSED_SHARE = 1_000, 0.01
RERUNS = 5  # of a peer, where all of them would take hours
SPEEDS = {"on foot": 1.5, "vehicle": 5.0}  # metres a second


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

    def __init__(
        self,
        network: Network,
        *,
        stations: int = STATIONS,
        sites: int = SITES,
        buildings: int = BUILDINGS,
        speed_m_s: float = SPEEDS["vehicle"],
    ) -> None:
        """Draw stations, sites and buildings."""
        self.network = network
        self.passage = walking(network, speed_m_s=speed_m_s)
        self.passages = {Vehicle.FOOT: self.passage}
        self.buildings = scattered(network, buildings, seed=2)
        self.crews = self._crews(stations, seed=3)
        self.sites = self._crews(sites, seed=4)
        arcs = (self.passage.arc_ms(network).astype(float), network.head, network.indptr)
        self.matrix = csr_array(arcs, shape=(network.nodes, network.nodes))

    def _crews(self, count: int, *, seed: int) -> Crews:
        at = scattered(self.network, count, seed=seed)
        start = np.zeros(count, dtype=np.int32)
        end = np.zeros(count)  # at a node, so that the peers can answer the same question
        return Crews(at.lane, end, np.full(count, "foot"), start)

    def at_buildings(self, ms: np.ndarray) -> np.ndarray:
        """Return what a peer must do after its search: the way from ends of lanes to buildings."""
        lane, fraction = self.buildings.lane, self.buildings.fraction
        u, v = self.network.lane_from[lane], self.network.lane_to[lane]
        ahead = fraction * self.passage.forward_ms[lane]
        back = (1 - fraction) * self.passage.backward_ms[lane]
        return np.minimum(ms[u] + ahead, ms[v] + back)

    def networkx(self):  # type: ignore[no-untyped-def]
        """Return the same graph for networkx."""
        import networkx as nx

        coo = self.matrix.tocoo()
        plain = nx.DiGraph()
        plain.add_weighted_edges_from(
            zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True)
        )
        return plain

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

    plain, sources = work.networkx(), set(nodes.tolist())
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


def bounded_matrix(work: Work, size: str, speed: str) -> list[Row]:
    """Measure all pairs of sites and buildings within 180 s."""
    name = (
        f"{len(work.sites.lane)} sites x {len(work.buildings.lane)} buildings within 180 s, {speed}"
    )
    plan = work.plan(work.sites)
    call = lambda: reach_matrix(plan, crews=len(work.sites.lane), limit_ms=LIMIT_MS)  # noqa: E731
    rows = [row(name, size, "weizhan", timed(call, repeat=5)[0])]
    nodes = work.nodes_of(work.sites)
    some = nodes[:: max(1, len(nodes) // 50)]
    times = len(nodes) / len(some)
    search = lambda node: dijkstra(work.matrix, indices=node, limit=LIMIT_MS)  # noqa: E731
    seconds, found = timed(lambda: [search(node) for node in some], repeat=2)
    rows.append(row(name, size, f"scipy from {len(some)} sites, search alone", seconds * times))
    call = lambda: [(work.at_buildings(ms) <= LIMIT_MS).sum() for ms in found]  # noqa: E731
    seconds += timed(call)[0]
    rows.append(row(name, size, f"scipy from {len(some)} sites", seconds * times))

    import networkx as nx

    plain = work.networkx()
    call = lambda: [  # noqa: E731
        nx.single_source_dijkstra_path_length(plain, int(node), cutoff=LIMIT_MS) for node in some
    ]
    engine = f"networkx from {len(some)} sites, search alone"
    rows.append(row(name, size, engine, timed(call)[0] * times))
    return rows


def closures(work: Work, size: str, speed: str) -> list[Row]:
    """Measure what every lane's failure costs within 180 s, and random closures."""
    plan, network = work.plan(work.crews), work.network
    limit = np.full(len(work.buildings.lane), LIMIT_MS, dtype=np.int32)
    everyone = np.ones((1, len(limit)))
    nodes = np.unique(work.nodes_of(work.crews))
    lanes = np.arange(network.lanes)
    rng = np.random.default_rng(5)
    events = [
        np.flatnonzero(rng.random(network.lanes) < CLOSED_SHARE).astype(np.int32)
        for _ in range(CLOSURES)
    ]

    name = f"failure of every lane, {speed}"
    ready = lambda: prepare(plan, network, limit, stopped=everybody(network))  # noqa: E731
    preparation, forest = timed(ready, repeat=2)
    call = lambda: losses(forest, lanes, weights=everyone)  # noqa: E731
    rows = [row(name, size, "weizhan", timed(call, repeat=3)[0])]
    rows.append(row(name, size, "weizhan, preparation", preparation))
    seconds, _ = timed(lambda: nearest(plan.graph, plan.starts, until_ms=LIMIT_MS), repeat=9)
    rows.append(row(name, size, "weizhan, one bounded search alone", seconds))
    seconds, once = timed(lambda: bounded_once(plan), repeat=9)
    rows.append(row(name, size, "weizhan, one bounded search to buildings", seconds))

    def scipy(matrix: csr_array) -> np.ndarray:
        return dijkstra(matrix, indices=nodes, min_only=True, limit=LIMIT_MS)

    search, found = timed(lambda: scipy(work.matrix), repeat=5)
    theirs = work.at_buildings(found)
    _agree(np.where(once <= LIMIT_MS, 1, 0), np.where(theirs < LIMIT_MS + 0.5, 1, 0))
    after, _ = timed(lambda: work.at_buildings(found), repeat=3)
    rows.append(row(name, size, "scipy reruns, search alone", search * network.lanes))
    rows.append(row(name, size, "scipy reruns", (search + after) * network.lanes))

    import networkx as nx

    plain, sources = work.networkx(), set(nodes.tolist())
    call = lambda: nx.multi_source_dijkstra_path_length(plain, sources, cutoff=LIMIT_MS)  # noqa: E731
    rows.append(row(name, size, "networkx reruns, search alone", timed(call)[0] * network.lanes))

    name = f"{CLOSURES} closures of {CLOSED_SHARE:.0%} of the lanes, {speed}"
    call = lambda: losses(forest, events, weights=everyone)  # noqa: E731
    seconds, ours = timed(call, repeat=2)
    rows.append(row(name, size, "weizhan", seconds))

    def shut(event: np.ndarray) -> csr_array:
        closed = np.zeros(network.lanes, dtype=bool)
        closed[event] = True
        cost = np.where(closed[network.arc_lane], np.inf, work.matrix.data)
        return csr_array((cost, work.matrix.indices, work.matrix.indptr), work.matrix.shape)

    open_ = [shut(event) for event in events[:RERUNS]]
    search, found = timed(lambda: [scipy(matrix) for matrix in open_], repeat=2)
    after, theirs = timed(lambda: [work.at_buildings(ms) for ms in found])
    usual = once <= LIMIT_MS
    for event, ms, lost in zip(events, theirs, ours.lost, strict=False):
        if np.isin(work.crews.lane, event).any():
            continue  # with us the crew of a closed lane cannot leave
        gone = (ms >= LIMIT_MS + 0.5) | np.isin(work.buildings.lane, event)
        _agree(lost[0], (usual & gone).sum())
    times = CLOSURES / RERUNS
    rows.append(row(name, size, f"scipy, {RERUNS} reruns, search alone", search * times))
    rows.append(row(name, size, f"scipy, {RERUNS} reruns", (search + after) * times))
    return rows


def bounded_once(plan: Journey) -> np.ndarray:
    """Return the time at every building that is reached within 180 s."""
    return first_at(plan, nearest(plan.graph, plan.starts, until_ms=LIMIT_MS)[0])


def everybody(network: Network) -> dict[Vehicle, np.ndarray]:
    """Return a closure that stops everybody on every lane."""
    return {Vehicle.FOOT: np.ones(network.lanes, dtype=bool)}


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
    options = parser.parse_args()
    lanes = from_file(options.lanes) if options.lanes else made_up(options.nodes)
    network = network_of(lanes)
    size = f"{network.nodes} nodes, {network.lanes} lanes"
    rows: list[Row] = []
    for speed, speed_m_s in SPEEDS.items():
        work = Work(network, speed_m_s=speed_m_s)
        rows += nearest_station(work, size) if not rows else []
        rows += bounded_matrix(work, size, speed) + closures(work, size, speed)
    report(rows, ours="weizhan", file=options.json)


if __name__ == "__main__":
    main()
