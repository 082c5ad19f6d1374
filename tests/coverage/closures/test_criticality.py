"""Closures against closing the lanes and computing everything again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.closures.criticality import changes, losses, prepare
from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import arrivals, journey
from weizhan.geo.words.vocabulary import Vehicle

DISMOUNT_MS = 10_000
LIMIT_MS = 100_000
SEEDS = st.integers(0, 2**32 - 1)


def _again(town, closed, stopped):
    """Times with some lanes closed, computed from scratch."""
    network, passages, crews, positions = town
    without = {}
    for vehicle, passage in passages.items():
        forward, backward = passage.forward_ms.copy(), passage.backward_ms.copy()
        if vehicle in stopped:
            forward[closed] = backward[closed] = FAR
        without[vehicle] = replace(passage, forward_ms=forward, backward_ms=backward)
    return arrivals(network, without, crews, positions, dismount_ms=DISMOUNT_MS).ms[:, 0]


def _prepared(town, stopped):
    network, passages, crews, positions = town
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    stops = {Vehicle(vehicle): np.ones(network.lanes, dtype=bool) for vehicle in stopped}
    return prepare(plan, network, positions, stopped=stops)


STOPPED = st.sampled_from([("e_bike", "mini_truck"), ("foot", "e_bike", "mini_truck"), ("foot",)])


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, stopped=STOPPED)
def test_every_lane_failing_alone_equals_computing_again(random_town, seed, stopped):
    town = random_town(seed)
    lanes, positions = town[0].lanes, len(town[3].lane)
    forest = _prepared(town, stopped)
    base = _again(town, [], stopped)
    assert np.array_equal(forest.base_ms, base)
    weights = np.stack([np.ones(positions), np.arange(positions) % 7])
    limit = np.full(positions, LIMIT_MS, dtype=np.int32)
    found = losses(forest, np.arange(lanes), limit_ms=limit, weights=weights)
    for lane in range(lanes):
        after = _again(town, [lane], stopped)
        gone = (base <= LIMIT_MS) & (after > LIMIT_MS)
        assert found.lost[lane].tolist() == [weights[k, gone].sum() for k in range(2)]
        assert found.unreached[lane] == ((after == FAR) & (base < FAR)).sum()
        still = after < FAR
        assert found.added_s[lane] == pytest.approx((after - base)[still].sum() / 1000)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, stopped=STOPPED, workers=st.integers(1, 3))
def test_many_lanes_closed_at_once_equal_computing_again(random_town, seed, stopped, workers):
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    lanes = town[0].lanes
    events = [np.flatnonzero(rng.random(lanes) < share) for share in rng.random(130) * 0.6]
    forest = _prepared(town, stopped)
    found = changes(forest, events, workers=workers)
    for number, event in enumerate(events[:40]):
        times = forest.base_ms.copy()
        those = slice(found.first[number], found.first[number + 1])
        times[found.position[those]] = found.ms[those]
        assert np.array_equal(times, _again(town, event, stopped))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_an_obstacle_may_stop_some_vehicles_on_some_lanes(random_town, seed):
    network, passages, crews, positions = random_town(seed)
    rng = np.random.default_rng(seed)
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    stops = {vehicle: rng.random(network.lanes) < 0.5 for vehicle in passages}
    forest = prepare(plan, network, positions, stopped=stops)
    event = np.flatnonzero(rng.random(network.lanes) < 0.3)
    found = changes(forest, [event])
    times = forest.base_ms.copy()
    times[found.position] = found.ms
    shut = {}
    for vehicle, passage in passages.items():
        forward, backward = passage.forward_ms.copy(), passage.backward_ms.copy()
        these = event[stops[vehicle][event]]
        forward[these] = backward[these] = FAR
        shut[vehicle] = replace(passage, forward_ms=forward, backward_ms=backward)
    after = arrivals(network, shut, crews, positions, dismount_ms=DISMOUNT_MS).ms[:, 0]
    assert np.array_equal(times, after)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_answer_does_not_depend_on_the_number_of_workers(random_town, seed):
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    events = [np.flatnonzero(rng.random(town[0].lanes) < 0.2) for _ in range(200)]
    forest = _prepared(town, ("e_bike", "foot", "mini_truck"))
    one, three = (changes(forest, events, workers=workers) for workers in (1, 3))
    assert np.array_equal(one.first, three.first)
    assert np.array_equal(one.position, three.position)
    assert np.array_equal(one.ms, three.ms)


def test_a_closed_lane_is_closed_to_the_houses_on_it_too(make_layer):
    import shapely

    from weizhan.coverage.reach.travel import Crews
    from weizhan.geo.ground.network import build_network
    from weizhan.geo.ground.passability import Passage
    from weizhan.geo.ground.snapping import Positions

    lane = {"geometry": shapely.LineString([(0, 0), (100, 0)])}
    network, _, _ = build_network(
        make_layer("lanes", [lane]), make_layer("barriers", []), join_m=0, barrier_m=0
    )
    forward = network.node_xy[network.lane_from[0], 0] == 0
    at = [x if forward else 1 - x for x in (0.1, 0.4, 0.9)]
    foot = Passage(
        np.array([40_000], dtype=np.int32), np.array([40_000], dtype=np.int32),
        np.zeros(2, dtype=np.int32), np.array([""]), np.array([True]),
    )  # fmt: skip
    crews = Crews(
        np.zeros(1, dtype=np.int32),
        np.array([at[0]]),
        np.array(["foot"]),
        np.zeros(1, dtype=np.int32),
    )
    houses = Positions(np.zeros(2, dtype=np.int32), np.array(at[1:]), np.zeros(2))
    town = (network, {Vehicle.FOOT: foot}, crews, houses)
    event = [np.array([0])]
    assert changes(_prepared(town, ("foot",)), event).ms.tolist() == [FAR, FAR]
