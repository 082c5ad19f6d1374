"""What opening a lane brings that is too narrow or occupied: who gains cover by it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Ints
from ...geo.ground import Limit
from .. import columns as c
from ..reach import FAR, Journey, Moment, first_at, grouped, search, searchable, tier_journey
from .kernels import openings
from .lane_failures import limits_of, ranks_of


def opening_gains(moment: Moment) -> pd.DataFrame:
    """Return how many buildings gain cover when one lane too narrow or occupied is opened.

    Exact, for every lane that stops a vehicle of some crew by its width or an obstacle, and at
    which that vehicle arrives: what becomes nearer with the lane open is settled anew, and
    nothing else can change. Other lanes cannot gain anything alone.

    Parameters
    ----------
    moment
        Whose crews, and what holds on the lanes; typical reading.

    Returns
    -------
    DataFrame
        One row a lane: `opening_gain_buildings`, all tiers together (0 where nothing is gained),
        and `opening_gain_rank`, missing where nothing is.
    """
    town, usual = moment.town, moment.passages()
    free = moment.passages(without=[Limit.WIDTH, Limit.BLOCKAGE])
    gain = np.zeros(town.network.lanes)
    for tier, rule in town.rules.tier.items():
        crews = moment.crews(tier)
        if not len(crews.rows):
            continue
        before, after = (tier_journey(town, crews, roads) for roads in (usual, free))
        narrow = np.stack(
            [
                (usual[v].forward_ms != free[v].forward_ms)
                | (usual[v].backward_ms != free[v].backward_ms)
                for v in after.graph.layers
            ]
        )
        gain += gained(before, after, narrow, limit_ms=limits_of(rule, crews))
    order = np.argsort(-gain, kind="stable")
    columns = {c.OPENING_GAIN: gain, c.OPENING_RANK: ranks_of(order, gain)}
    return pd.DataFrame(columns, index=town.lanes.index)


def gained(before: Journey, after: Journey, narrow: Flags, *, limit_ms: Ints) -> Ints:
    """Return how many positions are covered with each lane open that are not as it is.

    Parameters
    ----------
    before, after
        The journeys of the same crews to the same positions, with the lanes as they are and with
        all of them open.
    narrow
        ``(layers, lanes)`` which lanes opening changes for what moves in each layer of states.
    limit_ms
        ``(positions,)`` time up to which each position counts as covered.

    Returns
    -------
    ndarray
        ``(lanes,)`` int32.
    """
    graph, lanes, until = after.graph, narrow.shape[1], int(limit_ms.max(initial=-1))
    closed = (graph.lane >= 0) & narrow[graph.tail // graph.nodes, graph.lane]
    arcs = grouped(graph.tail[~closed], graph.states, graph.head[~closed], graph.ms[~closed])
    nothing = np.empty(0, dtype=np.int32)
    seeds = before.starts.state, before.starts.ms, before.starts.crew
    ms, _ = search(searchable(*arcs), seeds, nothing, until)
    late = np.flatnonzero((first_at(before, ms) > limit_ms) & (before.entries.lane >= 0))

    at_hand = closed & (ms[graph.tail] < FAR)
    candidates = np.union1d(graph.lane[at_hand], after.starts.lane).astype(np.int32)
    candidates = candidates[narrow[:, candidates].any(axis=0)]
    order = late[np.argsort(before.entries.lane[late], kind="stable")]
    row_lane, first = np.unique(before.entries.lane[order], return_index=True)
    row_of = np.full(lanes, -1, dtype=np.int32)
    row_of[row_lane] = np.arange(len(row_lane))
    state = before.entries.state[order[first]]  # the same for all positions on a lane
    user = np.repeat(np.arange(len(row_lane)), state.shape[1])[state.ravel() >= 0]
    near = after.neighbours
    beside = np.diff(near.first)[order]
    near_first = np.concatenate([[0], np.cumsum(beside)]).astype(np.int32)
    at = np.repeat(near.first[order] - near_first[:-1], beside) + np.arange(near_first[-1])
    found = openings(
        arcs,
        (
            grouped(
                graph.lane[closed], lanes, graph.tail[closed], graph.head[closed], graph.ms[closed]
            ),
            grouped(after.starts.lane, lanes, after.starts.state, after.starts.ms),
        ),
        (
            (row_of, state, after.entries.state[order[first]]),
            grouped(state.ravel()[state.ravel() >= 0], graph.states, user),
        ),
        (
            (
                np.concatenate([first, [len(order)]]).astype(np.int32),
                before.entries.ms[order],
                after.entries.ms[order],
                limit_ms[order],
            ),
            (near_first, near.ms[at]),
        ),
        candidates,
        ms,
        until,
    )
    gain = np.zeros(lanes, dtype=np.int32)
    gain[candidates] = found
    return gain
