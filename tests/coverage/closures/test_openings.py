"""Lanes opened one by one against opening them and computing everything again."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.closures.openings import gained
from weizhan.coverage.reach.kernels import FAR
from weizhan.coverage.reach.travel import arrivals, journey

DISMOUNT_MS = 10_000


def _with(passages, usual, lane):
    """How all pass with one lane as it is when it is open."""
    opened = {}
    for vehicle, passage in usual.items():
        ahead, back = passage.forward_ms.copy(), passage.backward_ms.copy()
        ahead[lane], back[lane] = (
            passages[vehicle].forward_ms[lane],
            passages[vehicle].backward_ms[lane],
        )
        opened[vehicle] = replace(passage, forward_ms=ahead, backward_ms=back)
    return opened


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_lane_opened_alone_equals_computing_again(random_town, seed):
    network, free, crews, positions = random_town(seed)
    rng = np.random.default_rng(seed)
    usual = {}
    for vehicle, passage in free.items():
        shut = rng.random(network.lanes) < 0.4
        usual[vehicle] = replace(
            passage,
            forward_ms=np.where(shut, FAR, passage.forward_ms).astype(np.int32),
            backward_ms=np.where(shut, FAR, passage.backward_ms).astype(np.int32),
        )
    limit = rng.integers(-1, 150_000, len(positions.lane)).astype(np.int32)
    before, after = (
        journey(network, roads, crews, positions, dismount_ms=DISMOUNT_MS)
        for roads in (usual, free)
    )
    narrow = np.stack(
        [
            (usual[v].forward_ms != free[v].forward_ms)
            | (usual[v].backward_ms != free[v].backward_ms)
            for v in after.graph.layers
        ]
    )
    found = gained(before, after, narrow, limit_ms=limit)

    def first(roads):
        return arrivals(network, roads, crews, positions, dismount_ms=DISMOUNT_MS).ms[:, 0]

    late = first(usual) > limit
    expected = [
        int((late & (first(_with(free, usual, lane)) <= limit)).sum())
        for lane in range(network.lanes)
    ]
    assert found.tolist() == expected
