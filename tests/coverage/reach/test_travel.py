"""Arrivals against hand-computed towns, brute force, and what must always hold."""

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import (
    NOBODY,
    Arrivals,
    Crews,
    Starts,
    arrivals,
    journey,
    nearest,
    reach_matrix,
    reach_states,
)
from weizhan.geo.ground.network import Network, build_network
from weizhan.geo.ground.passability import Passage
from weizhan.geo.ground.snapping import Positions
from weizhan.geo.words.vocabulary import Vehicle

MakeLayer = Callable[..., gpd.GeoDataFrame]
DISMOUNT_MS = 10_000


def _free(lanes: int, nodes: int, ms: int) -> Passage:
    return Passage(
        np.full(lanes, ms, dtype=np.int32),
        np.full(lanes, ms, dtype=np.int32),
        np.zeros(nodes, dtype=np.int32),
        np.full(lanes, "", dtype="<U8"),
        np.ones(lanes, dtype=bool),
    )


@pytest.fixture
def street(make_layer: MakeLayer) -> Network:
    """Three lanes in a row, 100 m each: nodes a-b-c-d."""
    rows = [{"geometry": shapely.LineString([(x, 0), (x + 100, 0)])} for x in (0.0, 100.0, 200.0)]
    barriers = make_layer("barriers", [])
    network, _, _ = build_network(make_layer("lanes", rows), barriers, join_m=0.5, barrier_m=5)
    return network


def _row(network: Network, x: float) -> int:
    """The lane whose middle is at x."""
    middle = (network.node_xy[network.lane_from, 0] + network.node_xy[network.lane_to, 0]) / 2
    return int(np.flatnonzero(middle == x)[0])


def _at(network: Network, *xs: float) -> Positions:
    lanes, fractions = [], []
    for x in xs:
        lane = _row(network, 100 * (x // 100) + 50)
        lanes.append(lane)
        fractions.append((x - network.node_xy[network.lane_from[lane], 0]) / 100)
    return Positions(np.array(lanes, dtype=np.int32), np.array(fractions), np.zeros(len(lanes)))


def _crews(where: Positions, vehicles: list[str], start_ms: list[int]) -> Crews:
    return Crews(where.lane, where.fraction, np.array(vehicles), np.array(start_ms, dtype=np.int32))


def test_a_crew_on_foot_walks_along_its_own_lane_both_ways(street: Network) -> None:
    foot = {Vehicle.FOOT: _free(3, 4, 40_000)}
    crews = _crews(_at(street, 30), ["foot"], [60_000])
    found = arrivals(street, foot, crews, _at(street, 10, 30, 90, 150), dismount_ms=0)
    assert found.ms[:, 0].tolist() == [68_000, 60_000, 84_000, 108_000]
    assert (found.crew[:, 1] == -1).all()


def test_a_vehicle_stops_before_a_lane_it_cannot_pass_and_the_crew_goes_on_on_foot(
    street: Network,
) -> None:
    bike = _free(3, 4, 20_000)
    blocked = _row(street, 150)
    bike.forward_ms[blocked] = bike.backward_ms[blocked] = FAR
    passages = {Vehicle.FOOT: _free(3, 4, 40_000), Vehicle.E_BIKE: bike}
    crews = _crews(_at(street, 0), ["e_bike"], [0])
    found = arrivals(street, passages, crews, _at(street, 50, 150, 250), dismount_ms=DISMOUNT_MS)
    # 50 m by bike; 100 m by bike, dismount, 50 m on foot; then another 100 m on foot.
    assert found.ms[:, 0].tolist() == [10_000, 20_000 + 10_000 + 20_000, 20_000 + 10_000 + 60_000]


def test_the_second_crew_is_another_one(street: Network) -> None:
    foot = {Vehicle.FOOT: _free(3, 4, 40_000)}
    crews = _crews(_at(street, 0, 250), ["foot", "foot"], [0, 0])
    found = arrivals(street, foot, crews, _at(street, 50, 150), dismount_ms=0)
    assert found.crew.tolist() == [[0, 1], [1, 0]]
    assert found.ms.tolist() == [[20_000, 80_000], [40_000, 60_000]]


def test_a_gate_delays_those_who_pass_it_and_nobody_else(make_layer: MakeLayer) -> None:
    lanes = make_layer("lanes", [{"geometry": shapely.LineString([(0, 0), (200, 0)])}])
    barriers = make_layer("barriers", [{"geometry": shapely.Point(100, 1), "kind": "gate"}])
    network, frame, problems = build_network(lanes, barriers, join_m=0.5, barrier_m=5)
    assert not problems
    assert len(frame) == 2
    foot = _free(2, 3, 40_000)
    foot.leave_ms[network.barrier_node[0]] = 7_000
    crews = _crews(_at(network, 0), ["foot"], [0])
    found = arrivals(network, {Vehicle.FOOT: foot}, crews, _at(network, 90, 110), dismount_ms=0)
    assert found.ms[:, 0].tolist() == [36_000, 44_000 + 7_000]


def test_nobody_arrives_in_a_part_that_is_not_connected_or_from_no_lane(street: Network) -> None:
    foot = _free(3, 4, 40_000)
    cut = _row(street, 150)
    foot.forward_ms[cut] = foot.backward_ms[cut] = FAR
    crews = _crews(_at(street, 10, 20), ["foot", "foot"], [0, 0])
    crews.lane[1] = -1
    found = arrivals(street, {Vehicle.FOOT: foot}, crews, _at(street, 5, 250), dismount_ms=0)
    assert found.ms[:, 0].tolist() == [2_000, FAR]
    assert found.crew[:, 0].tolist() == [0, -1]
    nobody = _crews(_at(street), [], [])
    assert (
        arrivals(street, {Vehicle.FOOT: foot}, nobody, _at(street, 5), dismount_ms=0).ms == FAR
    ).all()


# --- random towns -------------------------------------------------------------------------


def _brute_force(
    network: Network, passages: dict[Vehicle, Passage], crews: Crews, positions: Positions
) -> list[list[int]]:
    """Times of every crew at every position: one Dijkstra a crew over ride and walk states."""
    table = []
    for crew in range(len(crews.lane)):
        graph = nx.DiGraph()
        modes = [str(crews.vehicle[crew])] + ["foot"] * (crews.vehicle[crew] != "foot")
        for mode in set(modes):
            arc_ms = passages[Vehicle(mode)].arc_ms(network)
            for u in range(network.nodes):
                for arc in range(network.indptr[u], network.indptr[u + 1]):
                    if arc_ms[arc] < FAR:
                        a, b, w = (mode, u), (mode, int(network.head[arc])), int(arc_ms[arc])
                        if not graph.has_edge(a, b) or graph[a][b]["weight"] > w:
                            graph.add_edge(a, b, weight=w)
                if mode != "foot":
                    graph.add_edge((mode, u), ("foot", u), weight=DISMOUNT_MS)
        lane, t = int(crews.lane[crew]), float(crews.fraction[crew])
        starts = {m: int(crews.start_ms[crew]) + DISMOUNT_MS * (m != modes[0]) for m in modes}
        graph.add_node("start")
        if lane >= 0:
            for mode, start in starts.items():
                p = passages[Vehicle(mode)]
                for end, ms, part in (
                    (network.lane_to[lane], p.forward_ms[lane], 1 - t),
                    (network.lane_from[lane], p.backward_ms[lane], t),
                ):
                    if ms < FAR:
                        w = start + int(part * ms + 0.5)
                        old = graph.get_edge_data("start", (mode, int(end)), {"weight": FAR})
                        graph.add_edge("start", (mode, int(end)), weight=min(w, old["weight"]))
        times = nx.single_source_dijkstra_path_length(graph, "start")
        row = []
        for to, s in zip(positions.lane.tolist(), positions.fraction.tolist(), strict=True):
            best = FAR
            for mode in modes if to >= 0 else []:
                p = passages[Vehicle(mode)]
                u, v = int(network.lane_from[to]), int(network.lane_to[to])
                ahead, back = int(p.forward_ms[to]), int(p.backward_ms[to])
                if ahead < FAR and p.leave_ms[u] < FAR and (mode, u) in times:
                    best = min(best, times[mode, u] + int(p.leave_ms[u]) + int(s * ahead + 0.5))
                if back < FAR and p.leave_ms[v] < FAR and (mode, v) in times:
                    best = min(
                        best, times[mode, v] + int(p.leave_ms[v]) + int((1 - s) * back + 0.5)
                    )
                along = ahead if s >= t else back
                if to == lane and along < FAR:
                    best = min(best, starts[mode] + int(abs(s - t) * along + 0.5))
            row.append(best)
        table.append(row)
    return table


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_first_and_second_arrivals_equal_brute_force(random_town, seed: int) -> None:
    network, passages, crews, positions = random_town(seed)
    found = arrivals(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    table = _brute_force(network, passages, crews, positions)
    for i in range(len(positions.lane)):
        ranked = sorted((row[i], crew) for crew, row in enumerate(table) if row[i] < FAR)
        ranked = [*ranked, (FAR, -1), (FAR, -1)][:2]
        assert list(zip(found.ms[i].tolist(), found.crew[i].tolist(), strict=True)) == ranked


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), limit_ms=st.integers(0, 200_000))
def test_the_matrix_of_crews_and_positions_equals_brute_force(random_town, seed, limit_ms) -> None:
    network, passages, crews, positions = random_town(seed)
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    matrix = reach_matrix(plan, crews=len(crews.lane), limit_ms=limit_ms)
    table = np.array(_brute_force(network, passages, crews, positions))
    expected = np.where(table <= limit_ms, np.maximum(table, 1), 0)
    assert np.array_equal(matrix.toarray(), expected)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_another_crew_never_raises_a_time(random_town, seed: int) -> None:
    network, passages, crews, positions = random_town(seed)
    fewer = Crews(crews.lane[:3], crews.fraction[:3], crews.vehicle[:3], crews.start_ms[:3])
    before = arrivals(network, passages, fewer, positions, dismount_ms=DISMOUNT_MS)
    after = arrivals(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    assert (after.ms <= before.ms).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), lane=st.integers(0, 10_000))
def test_closing_a_lane_never_lowers_a_time(random_town, seed: int, lane: int) -> None:
    network, passages, crews, positions = random_town(seed)
    closed = {}
    for vehicle, p in passages.items():
        forward, backward = p.forward_ms.copy(), p.backward_ms.copy()
        forward[lane % network.lanes] = backward[lane % network.lanes] = FAR
        closed[vehicle] = replace(p, forward_ms=forward, backward_ms=backward)
    before: Arrivals = arrivals(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    after = arrivals(network, closed, crews, positions, dismount_ms=DISMOUNT_MS)
    assert (after.ms >= before.ms).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), limit_ms=st.integers(-1, 150_000))
def test_a_bounded_search_is_the_whole_one_cut_at_the_limit(
    random_town, seed: int, limit_ms: int
) -> None:
    """For all crews together, and for each alone."""
    network, passages, crews, positions = random_town(seed)
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    ms, crew = nearest(plan.graph, plan.starts)
    in_time = ms <= limit_ms
    cut_ms, cut_crew = nearest(plan.graph, plan.starts, until_ms=limit_ms)
    assert np.array_equal(cut_ms, np.where(in_time, ms, FAR))
    assert np.array_equal(cut_crew, np.where(in_time, crew, NOBODY))
    first, state, found = reach_states(plan, crews=len(crews.lane), limit_ms=limit_ms)
    for one in range(len(crews.lane)):
        own = plan.starts.crew == one
        starts = Starts(*(getattr(plan.starts, k)[own] for k in ("state", "ms", "crew", "lane")))
        alone, _ = nearest(plan.graph, starts)
        those = slice(first[one], first[one + 1])
        reached = np.flatnonzero(alone <= limit_ms)
        assert sorted(state[those]) == reached.tolist()
        assert np.array_equal(found[those], alone[state[those]])
