"""Closures against closing the lanes and computing everything again."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.closures.criticality import ANY_TIME, losses, prepare
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


def _prepared(town, stopped, limit=None):
    network, passages, crews, positions = town
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    stops = {Vehicle(vehicle): np.ones(network.lanes, dtype=bool) for vehicle in stopped}
    limit = np.full(len(positions.lane), ANY_TIME, dtype=np.int32) if limit is None else limit
    return prepare(plan, network, limit, stopped=stops)


def _limits(town, seed):
    """Limits from never to late, so that a wrong time is a wrong answer somewhere."""
    rng = np.random.default_rng(seed)
    return rng.integers(-1, LIMIT_MS, len(town[3].lane)).astype(np.int32)


def _assert_equal(found, number, base, after, limit, weights):
    gone = (base <= limit) & (after > limit)
    assert found.lost[number].tolist() == [weight[gone].sum() for weight in weights]
    still = after <= limit
    assert found.added_s[number] == (after - base)[still].sum() / 1000


STOPPED = st.sampled_from([("e_bike", "mini_truck"), ("foot", "e_bike", "mini_truck"), ("foot",)])


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, stopped=STOPPED, limited=st.booleans())
def test_every_lane_failing_alone_equals_computing_again(random_town, seed, stopped, limited):
    town = random_town(seed)
    lanes, positions = town[0].lanes, len(town[3].lane)
    limit = _limits(town, seed) if limited else np.full(positions, ANY_TIME, dtype=np.int32)
    forest = _prepared(town, stopped, limit)
    base = _again(town, [], stopped)
    assert np.array_equal(forest.covered, base <= limit)
    weights = np.stack([np.ones(positions), np.arange(positions) % 7])
    found = losses(forest, np.arange(lanes), weights=weights)
    often = np.zeros(positions, dtype=int)
    for lane in range(lanes):
        after = _again(town, [lane], stopped)
        _assert_equal(found, lane, base, after, limit, weights)
        often += (base <= limit) & (after > limit)
    assert np.array_equal(found.often, often)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, stopped=STOPPED, limited=st.booleans(), workers=st.integers(1, 3))
def test_many_lanes_closed_at_once_equal_computing_again(
    random_town, seed, stopped, limited, workers
):
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    lanes, positions = town[0].lanes, len(town[3].lane)
    events = [np.flatnonzero(rng.random(lanes) < share) for share in rng.random(130) * 0.6]
    limit = _limits(town, seed) if limited else np.full(positions, ANY_TIME, dtype=np.int32)
    weights = 2.0 ** np.arange(positions)[None]  # the sum tells which are lost
    found = losses(_prepared(town, stopped, limit), events, weights=weights, workers=workers)
    base = _again(town, [], stopped)
    for number, event in enumerate(events[:40]):
        _assert_equal(found, number, base, _again(town, event, stopped), limit, weights)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_an_obstacle_may_stop_some_vehicles_on_some_lanes(random_town, seed):
    town = network, passages, crews, positions = random_town(seed)
    rng = np.random.default_rng(seed)
    plan = journey(network, passages, crews, positions, dismount_ms=DISMOUNT_MS)
    stops = {vehicle: rng.random(network.lanes) < 0.5 for vehicle in passages}
    limit = _limits(town, seed)
    forest = prepare(plan, network, limit, stopped=stops)
    event = np.flatnonzero(rng.random(network.lanes) < 0.3)
    weights = 2.0 ** np.arange(len(limit))[None]
    found = losses(forest, [event], weights=weights)
    shut = {}
    for vehicle, passage in passages.items():
        forward, backward = passage.forward_ms.copy(), passage.backward_ms.copy()
        these = event[stops[vehicle][event]]
        forward[these] = backward[these] = FAR
        shut[vehicle] = replace(passage, forward_ms=forward, backward_ms=backward)
    after = arrivals(network, shut, crews, positions, dismount_ms=DISMOUNT_MS).ms[:, 0]
    _assert_equal(found, 0, _again(town, [], ()), after, limit, weights)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_answer_does_not_depend_on_the_number_of_workers(random_town, seed):
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    events = [np.flatnonzero(rng.random(town[0].lanes) < 0.2) for _ in range(200)]
    forest = _prepared(town, ("e_bike", "foot", "mini_truck"))
    weights = rng.random((3, len(forest.covered)))
    one, three = (losses(forest, events, weights=weights, workers=n) for n in (1, 3))
    assert np.array_equal(one.lost, three.lost)
    assert np.array_equal(one.added_s, three.added_s)
    assert np.array_equal(one.often, three.often)


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
    found = losses(_prepared(town, ("foot",)), [np.array([0])], weights=np.ones((1, 2)))
    assert (found.lost.tolist(), found.added_s.tolist()) == ([[2]], [0])
