"""Service areas against streets computed by hand and what must always hold."""

import time
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.service_area import (
    Pieces,
    Spread,
    piece_lines,
    reached,
    service_polygon,
)
from weizhan.geo.ground.network import Network, arcs_of, build_network
from weizhan.geo.ground.passability import Passage

MakeLayer = Callable[..., gpd.GeoDataFrame]
NOBODY = {
    "start_lane": np.empty(0, np.int32),
    "start_fraction": np.empty(0),
    "start_ms": np.empty(0, np.int32),
}


def _passage(network: Network, forward: int, backward: int | None = None) -> Passage:
    lanes = network.lanes
    return Passage(
        np.full(lanes, forward, dtype=np.int32),
        np.full(lanes, forward if backward is None else backward, dtype=np.int32),
        np.zeros(network.nodes, dtype=np.int32),
        np.full(lanes, "", dtype="<U8"),
        np.ones(lanes, dtype=bool),
    )


@pytest.fixture
def street(make_layer: MakeLayer) -> tuple[Network, np.ndarray]:
    """Two lanes of 100 m, a-b-c, and the node order by x."""
    rows = [{"geometry": shapely.LineString([(x, 0), (x + 60, 0), (x + 100, 0)])} for x in (0, 100)]
    network, lanes, _ = build_network(
        make_layer("lanes", rows), make_layer("barriers", []), join_m=0.5, barrier_m=5
    )
    return network, lanes.geometry.to_numpy()


def _by_x(network: Network, *ms: int) -> np.ndarray:
    found = np.empty(network.nodes, dtype=np.int32)
    found[np.argsort(network.node_xy[:, 0])] = ms
    return found


def _spans(network: Network, lines: np.ndarray, pieces: Pieces) -> list[tuple[float, float]]:
    bounds = shapely.bounds(piece_lines(pieces, lines))
    return sorted((float(b[0]), float(b[2])) for b in bounds)


def test_the_cut_is_at_the_exact_metre(street):
    network, lines = street
    spread = Spread(_passage(network, 50_000), _by_x(network, 0, 50_000, 100_000), **NOBODY)
    pieces = reached(network, [spread], limit_ms=80_000)
    assert _spans(network, lines, pieces) == [(0, 100), (100, pytest.approx(160))]
    assert pieces.length_m(network) == pytest.approx(160)


def test_a_lane_reached_from_both_ends_keeps_its_gap(street):
    network, lines = street
    spread = Spread(_passage(network, 50_000), _by_x(network, 0, 10_000, FAR), **NOBODY)
    pieces = reached(network, [spread], limit_ms=20_000)
    assert _spans(network, lines, pieces) == [
        (0, pytest.approx(40)),
        (pytest.approx(80), 100),
        (100, pytest.approx(120)),
    ]


def test_a_crew_on_the_lane_reaches_both_ways_at_its_own_pace(street):
    network, lines = street
    lane = int(np.argmin(shapely.bounds(lines)[:, 0]))
    forward = network.node_xy[network.lane_from[lane], 0] == 0
    passage = _passage(network, *((10_000, 20_000) if forward else (20_000, 10_000)))
    spread = Spread(
        passage,
        _by_x(network, FAR, FAR, FAR),
        np.array([lane], np.int32),
        np.array([0.5]),
        np.array([5_000], np.int32),
    )
    pieces = reached(network, [spread], limit_ms=7_000)
    assert _spans(network, lines, pieces) == [(pytest.approx(40), pytest.approx(70))]
    assert len(reached(network, [spread], limit_ms=4_999).lane) == 0


def test_gates_delay_and_closed_lanes_stop(street):
    network, lines = street
    passage = _passage(network, 50_000)
    passage = replace(passage, leave_ms=_by_x(network, 0, 10_000, 0))
    spread = Spread(passage, _by_x(network, 0, 50_000, 110_000), **NOBODY)
    pieces = reached(network, [spread], limit_ms=80_000)
    assert _spans(network, lines, pieces)[1] == (100, pytest.approx(140))
    closed = replace(passage, leave_ms=_by_x(network, 0, FAR, 0))
    pieces = reached(network, [replace(spread, passage=closed)], limit_ms=80_000)
    assert _spans(network, lines, pieces) == [(0, 100)]


def test_ways_of_moving_are_united_and_none_reaches_nothing(street):
    network, lines = street
    slow = Spread(_passage(network, 100_000), _by_x(network, 0, FAR, FAR), **NOBODY)
    fast = Spread(_passage(network, 50_000), _by_x(network, 0, FAR, FAR), **NOBODY)
    pieces = reached(network, [slow, fast], limit_ms=25_000)
    assert _spans(network, lines, pieces) == [(0, pytest.approx(50))]
    none = reached(network, [], limit_ms=25_000)
    assert service_polygon(piece_lines(none, lines), reach_m=30, simplify_m=0.2).is_empty


def test_a_single_point_reached_at_the_limit_has_its_circle(street):
    network, lines = street
    spread = Spread(_passage(network, 50_000), _by_x(network, 10_000, FAR, FAR), **NOBODY)
    pieces = reached(network, [spread], limit_ms=10_000)
    area = service_polygon(piece_lines(pieces, lines), reach_m=30, simplify_m=0)
    assert area.area == pytest.approx(np.pi * 30**2, rel=0.05)
    around = np.linspace(0, 2 * np.pi, 721)
    rim = 29.99 * np.stack([np.cos(around), np.sin(around)], axis=1)
    assert area.contains(shapely.Polygon(rim + shapely.get_coordinates(area.centroid)))


def test_holes_are_kept():
    block = [((0, 0), (200, 0)), ((200, 0), (200, 200)), ((200, 200), (0, 200)), ((0, 200), (0, 0))]
    area = service_polygon(shapely.linestrings(block), reach_m=30, simplify_m=0.2)
    assert len(area.geoms) == 1
    assert len(area.geoms[0].interiors) == 1
    assert not area.contains(shapely.Point(100, 100))
    assert area.geoms[0].interiors[0].envelope.area == pytest.approx(140**2, rel=0.03)


@st.composite
def _networks(draw):
    """A small grid of bent lanes with random arrivals, costs and crews on lanes."""
    side = draw(st.integers(2, 4))
    lines, ends = [], []
    for i in range(side):
        for j in range(side):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < side and j + dj < side:
                    a, b = np.array([i, j]) * 70.0, np.array([i + di, j + dj]) * 70.0
                    bend = draw(st.floats(-20, 20))
                    middle = (a + b) / 2 + np.array([dj, di]) * bend
                    lines.append(shapely.LineString([a, middle, b]))
                    ends.append((i * side + j, (i + di) * side + j + dj))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lane_from, lane_to = np.array(ends, dtype=np.int32).T
    lines = np.array(lines)
    nothing = np.empty(0, np.int32)
    network = Network(
        np.zeros((side * side, 2)),
        lane_from,
        lane_to,
        shapely.length(lines),
        *arcs_of(lane_from, lane_to, side * side),
        nothing,
        nothing,
    )
    count = len(lines)

    def costs(low, high, size, stopped):
        drawn = rng.integers(low, high, size).astype(np.int32)
        return np.where(rng.random(size) < stopped, FAR, drawn).astype(np.int32)

    passage = Passage(
        costs(1, 60_000, count, 0.1),
        costs(1, 60_000, count, 0.1),
        costs(0, 9_000, side * side, 0.1),
        np.full(count, ""),
        np.ones(count, dtype=bool),
    )
    crews = int(rng.integers(0, 3))
    spread = Spread(
        passage,
        costs(0, 90_000, side * side, 0.3),
        rng.integers(-1, count, crews).astype(np.int32),
        rng.random(crews),
        rng.integers(0, 60_000, crews).astype(np.int32),
    )
    return network, lines, spread, rng


def _time_at(network: Network, spread: Spread, lane: int, fraction: float) -> float:
    """Arrival at a position by the definition."""
    p = spread.passage
    times = [np.inf]
    u, v = network.lane_from[lane], network.lane_to[lane]
    if max(spread.node_ms[u], p.leave_ms[u], p.forward_ms[lane]) < FAR:
        times.append(spread.node_ms[u] + p.leave_ms[u] + fraction * p.forward_ms[lane])
    if max(spread.node_ms[v], p.leave_ms[v], p.backward_ms[lane]) < FAR:
        times.append(spread.node_ms[v] + p.leave_ms[v] + (1 - fraction) * p.backward_ms[lane])
    for on, at, start in zip(
        spread.start_lane, spread.start_fraction, spread.start_ms, strict=True
    ):
        cost = p.forward_ms[lane] if fraction >= at else p.backward_ms[lane]
        if on == lane and cost < FAR:
            times.append(start + abs(fraction - at) * cost)
    return min(times)


@given(_networks(), st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_a_position_is_in_a_piece_exactly_when_it_is_reached(town, limit):
    network, _, spread, rng = town
    pieces = reached(network, [spread], limit_ms=limit)
    assert (pieces.begin <= pieces.end).all()
    same = pieces.lane[1:] == pieces.lane[:-1]
    assert (pieces.begin[1:] > pieces.end[:-1])[same].all()
    for lane in range(network.lanes):
        for fraction in rng.random(3):
            mine = pieces.lane == lane
            inside = ((pieces.begin[mine] <= fraction) & (fraction <= pieces.end[mine])).any()
            assert inside == (_time_at(network, spread, lane, fraction) <= limit)


@given(_networks(), st.integers(0, 100_000), st.floats(1, 40))
@settings(max_examples=40, deadline=None)
def test_every_building_within_limit_and_reach_lies_in_the_area(town, limit, reach):
    network, lines, spread, rng = town
    pieces = piece_lines(reached(network, [spread], limit_ms=limit), lines)
    area = service_polygon(pieces, reach_m=reach, simplify_m=0.2)
    lane = rng.integers(0, network.lanes, 30)
    fraction = rng.random(30)
    feet = shapely.line_interpolate_point(lines[lane], fraction, normalized=True)
    away = rng.random(30) * reach
    turn = rng.random(30) * 2 * np.pi
    doors = shapely.points(
        shapely.get_coordinates(feet) + away[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    )
    for i in range(30):
        if _time_at(network, spread, lane[i], fraction[i]) <= limit:
            assert area.intersects(doors[i])
    if not area.is_empty:
        corners = shapely.points(shapely.get_coordinates(area))
        # To each piece: the union of a piece that is a single point would be empty.
        gap = shapely.distance(pieces[:, None], corners).min(axis=0)
        assert gap.max() <= 1.02 * (reach + 0.2) + 0.2 + 1e-6


@given(_networks(), st.integers(0, 60_000), st.integers(0, 40_000))
@settings(max_examples=40, deadline=None)
def test_a_longer_limit_contains_the_shorter(town, limit, more):
    network, lines, spread, _ = town
    short, long = (
        service_polygon(
            piece_lines(reached(network, [spread], limit_ms=ms), lines), reach_m=20, simplify_m=0
        )
        for ms in (limit, limit + more)
    )
    assert short.difference(long.buffer(1e-6)).area < 1e-6


def test_a_hundred_thousand_lanes_take_seconds():
    side = 224
    rng = np.random.default_rng(5)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * 50.0
    xy += rng.normal(0, 5, xy.shape)
    streets = np.concatenate(
        [
            np.stack([xy[:, :-1], xy[:, 1:]], axis=2).reshape(-1, 2, 2),
            np.stack([xy[:-1], xy[1:]], axis=2).reshape(-1, 2, 2),
        ]
    )
    lines = shapely.linestrings(streets)
    begin = np.where(rng.random(len(lines)) < 0.1, 0.4, 0.0)
    pieces = Pieces(np.arange(len(lines), dtype=np.int32), begin, np.ones(len(lines)))
    start = time.process_time()
    area = service_polygon(piece_lines(pieces, lines), reach_m=30, simplify_m=0.2)
    print(f"{len(lines)} lanes: {time.process_time() - start:.2f} s")
    assert area.is_valid
    assert time.process_time() - start < 20  # 4-6 s when measured alone
