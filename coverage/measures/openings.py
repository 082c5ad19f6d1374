"""Where a crew passes faster once lanes and gates are opened: every arc with what it needs.

The engine says what an opening changes: lanes and gates are opened by the fragments of plan files
that do it, each lane and node by itself and with every second fragment that touches it, and how
vehicles pass is read off. So nothing here knows what an opening is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...geo.arrays import Flags, Floats, Indices, Ints
from ...geo.ground import IMPASSABLE, Network, Passage
from ...geo.plan import GateChanges, LaneChanges, Plan, planned
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from ..reach import Moment, Passages, TierCrews, grouped, part_ms
from .kernels import NONE, reach_with

Table: TypeAlias = tuple[Ints, Ints, Ints, Ints]  # first, where, ms, sets: CSR for the kernel
Whole: TypeAlias = NDArray[np.integer[Any]]

Thing: TypeAlias = tuple[str, int]  # "lane" or "node", and its row
Changes: TypeAlias = Mapping[str, tuple[str, ...]]  # by part of a plan the ids that it names
Round: TypeAlias = Mapping[Thing, Sequence[tuple[int, Changes]]]

LANE_PARTS = ("open", "clear", "ramp")
GATE_PARTS = ("key_box", "open")
MOST = 2  # openings on the way of a crew that are told apart


@dataclass(frozen=True, eq=False)
class Ways:
    """What one vehicle needs for lanes and nodes, with and without openings.

    Attributes
    ----------
    lane_first, lane_sets, forward_ms, backward_ms
        CSR by lane: of each lane first how it is, then what some openings make of it.
    node_first, node_sets, leave_ms
        CSR by node: what it costs to go on from it.
    """

    lane_first: Whole
    lane_sets: Whole
    forward_ms: Whole
    backward_ms: Whole
    node_first: Whole
    node_sets: Whole
    leave_ms: Whole


@dataclass(frozen=True, eq=False)
class OptionalReach:
    """When sources of crews are at positions, with which openings on the way.

    Attributes
    ----------
    source, position
        ``(labels,)`` int32.
    ms
        ``(labels,)`` int32 milliseconds after the alarm.
    sets
        ``(labels, 2)`` int32 openings that are needed, ascending, `NONE` for none.
    more
        ``(labels,)`` True where further openings are needed, which are not named.
    """

    source: Ints
    position: Ints
    ms: Ints
    sets: Ints
    more: Flags


def opened_ways(
    moment: Moment, openings: Sequence[Plan], *, apart: Collection[tuple[int, int]] = ()
) -> dict[Vehicle, Ways]:
    """Return how every vehicle passes with and without openings.

    Parameters
    ----------
    moment
        As it is; typical reading.
    openings
        What each of them changes about lanes and gates.
    apart
        Pairs of them, the lower first, that are never made together.

    Raises
    ------
    TownError
        When an opening names what the town does not have.
    """
    town = moment.town
    touched = _touched(town, openings)
    rounds = list(_rounds(touched, apart))
    base = moment.passages()
    found = [_opened(moment, round_) for round_ in rounds]
    return {
        vehicle: _ways(
            town.network, base[vehicle], [passages[vehicle] for passages in found], rounds
        )
        for vehicle in Vehicle
    }


def optional_reach(
    moment: Moment,
    crews: TierCrews,
    source: Indices,
    ways: Mapping[Vehicle, Ways],
    *,
    limit_ms: Ints,
) -> OptionalReach:
    """Return when crews are at the buildings of a town, with which openings on the way.

    Parameters
    ----------
    moment
        Whose town and lanes.
    crews
        Who sets out.
    source
        ``(crews,)`` from 0 on; of crews of one source the first counts.
    ways
        From `opened_ways`.
    limit_ms
        ``(buildings,)`` time on lanes beyond which an arrival does not matter.

    Returns
    -------
    OptionalReach
        Exact for up to two openings on the way. What needs more is there with two of them, marked,
        and no later than it would be with all.
    """
    network = moment.town.network
    positions = moment.town.building_positions
    sources = int(source.max(initial=-1)) + 1
    riding = {Vehicle(v) for v in crews.crews.vehicle.tolist()} - {Vehicle.FOOT}
    layers = (*sorted(riding), Vehicle.FOOT)
    places = np.flatnonzero(positions.attached)
    lane, part = positions.lane[places], positions.fraction[places]
    arcs, uses, starts, near = [], [], [], []
    foot, nodes = (len(layers) - 1) * network.nodes, network.nodes
    tail = np.repeat(np.arange(nodes), np.diff(network.indptr))
    by_lane = np.argsort(lane, kind="stable")
    for layer, vehicle in enumerate(layers):
        way, base = ways[vehicle], layer * nodes
        row, at, on = _crossed(way, network.arc_lane, tail)
        along = np.where(network.arc_forward[row], way.forward_ms[at], way.backward_ms[at])
        sets = _unions(way.lane_sets[at], way.node_sets[on])
        arcs.append((tail[row] + base, network.head[row] + base, along, way.leave_ms[on], sets))
        if vehicle != Vehicle.FOOT:
            passes = np.minimum(way.forward_ms, way.backward_ms) < IMPASSABLE
            open_ = np.repeat(np.arange(network.lanes), np.diff(way.lane_first))[passes]
            met = np.unique(np.concatenate([network.lane_from[open_], network.lane_to[open_]]))
            step = np.full(len(met), crews.dismount_ms)
            bare = np.full((len(met), 3), [NONE, NONE, 0])
            arcs.append((met + base, met + foot, step, np.zeros_like(step), bare))
        for node, ahead, share in (
            (network.lane_from[lane], True, part),
            (network.lane_to[lane], False, 1 - part),
        ):
            row, at, on = _crossed(way, lane, node)
            passed = _part_ms(way.forward_ms[at] if ahead else way.backward_ms[at], share[row])
            sets = _unions(way.lane_sets[at], way.node_sets[on])
            uses.append((node[row] + base, places[row], passed, way.leave_ms[on], sets))
        for rows, begin in _setting_out(crews, vehicle):
            own = crews.crews.lane[rows]
            none = np.zeros(len(rows), dtype=np.intp)
            fraction = crews.crews.fraction[rows]
            row, at, _ = _crossed(way, own, none, lanes_only=True)
            for end, ahead, share in (
                (network.lane_to[own], True, 1 - fraction),
                (network.lane_from[own], False, fraction),
            ):
                passed = _part_ms(way.forward_ms[at] if ahead else way.backward_ms[at], share[row])
                sets = way.lane_sets[at]
                starts.append((source[rows][row], end[row] + base, passed, begin[row], sets))
            low = np.searchsorted(lane[by_lane], own, side="left")
            count = np.searchsorted(lane[by_lane], own, side="right") - low
            pair = np.repeat(np.arange(len(rows)), count)
            inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            place = by_lane[np.repeat(low, count) + inside]
            row, at, _ = _crossed(way, own[pair], none[pair], lanes_only=True)
            gap = part[place][row] - fraction[pair][row]
            along = np.where(gap >= 0, way.forward_ms[at], way.backward_ms[at])
            passed = _part_ms(along, np.abs(gap))
            who = source[rows][pair][row]
            near.append((who, places[place][row], passed, begin[pair][row], way.lane_sets[at]))
    found = reach_with(
        _table(arcs, len(layers) * nodes),
        _table(uses, len(layers) * nodes),
        _table(starts, sources),
        _table(near, sources),
        np.ascontiguousarray(limit_ms, dtype=np.int32),
    )
    who, position, ms, sets = found
    order = np.lexsort((sets[:, 2], sets[:, 1], sets[:, 0], ms, position, who))
    sets = sets[order]
    return OptionalReach(who[order], position[order], ms[order], sets[:, :2].copy(), sets[:, 2] > 0)


def _setting_out(crews: TierCrews, vehicle: Vehicle) -> Iterator[tuple[Indices, Ints]]:
    """Yield which crews set out in a layer, and when: riding, or on foot at once."""
    own = crews.crews
    on_lane = own.lane >= 0
    rows = np.flatnonzero(on_lane & (own.vehicle == vehicle))
    yield rows, own.start_ms[rows]
    if vehicle == Vehicle.FOOT:
        riders = np.flatnonzero(on_lane & (own.vehicle != Vehicle.FOOT))
        yield riders, (own.start_ms[riders] + crews.dismount_ms).astype(np.int32)


def _touched(town: Town, openings: Sequence[Plan]) -> dict[Thing, list[tuple[int, Changes]]]:
    """Return by lane and node the openings that touch it, each with what it does there."""
    names = town.lanes[f.LANE_ID].astype(str).tolist()
    gates = town.barriers[f.BARRIER_ID].astype(str).tolist()
    lanes_of = _rows_by_name(names, town.lanes[f.DRAWN_LANE_ID].astype(str).tolist())
    gates_of = _rows_by_name(gates)
    touched: dict[Thing, list[tuple[int, Changes]]] = {}
    for number, plan in enumerate(openings):
        lanes: dict[int, dict[str, tuple[str, ...]]] = {}
        for part in LANE_PARTS:
            told = getattr(plan.lanes, part)
            for lane in sorted({row for name in told for row in lanes_of.get(name, ())}):
                lanes.setdefault(lane, {})[part] = (names[lane],)
        for lane, changes in lanes.items():
            touched.setdefault(("lane", lane), []).append((number, changes))
        nodes: dict[int, dict[str, tuple[str, ...]]] = {}
        for part in GATE_PARTS:
            told = getattr(plan.gates, part)
            for gate in sorted({row for name in told for row in gates_of.get(name, ())}):
                node = int(town.network.barrier_node[gate])
                if node >= 0:
                    before = nodes.setdefault(node, {}).get(part, ())
                    nodes[node][part] = (*before, gates[gate])
        for node, changes in nodes.items():
            touched.setdefault(("node", node), []).append((number, changes))
    return touched


def _rows_by_name(*columns: Sequence[str]) -> dict[str, list[int]]:
    """Return in which rows each name stands, in any of some columns."""
    rows: dict[str, list[int]] = {}
    for column in columns:
        for row, name in enumerate(column):
            rows.setdefault(name, []).append(row)
    return rows


def _rounds(
    touched: Round,
    apart: Collection[tuple[int, int]],
) -> Iterator[dict[Thing, list[tuple[int, Changes]]]]:
    """Yield openings of all lanes and nodes at once: of each one, or two, that touch it."""
    every = {
        thing: [
            list(chosen)
            for size in range(1, MOST + 1)
            for chosen in combinations(own, size)
            if tuple(number for number, _ in chosen) not in apart
        ]
        for thing, own in touched.items()
    }
    for number in range(max(map(len, every.values()), default=0)):
        yield {thing: own[number] for thing, own in every.items() if number < len(own)}


def _opened(moment: Moment, round_: Round) -> Passages:
    """Return how vehicles pass when the openings of a round are made."""
    named: dict[tuple[str, str], set[str]] = {}
    for (kind, _), own in round_.items():
        for _, changes in own:
            for part, ids in changes.items():
                named.setdefault((kind, part), set()).update(ids)
    lanes, gates = (
        {part: tuple(sorted(named.get((kind, part), ()))) for part in parts}
        for kind, parts in (("lane", LANE_PARTS), ("node", GATE_PARTS))
    )
    plan = Plan(lanes=LaneChanges(**lanes), gates=GateChanges(**gates))
    town = planned(moment.town, plan)
    there = Moment(town, moment.scenario, moment.day, seed=moment.seed, fitted=moment.speeds)
    return there.passages()


def _ways(
    network: Network, base: Passage, found: Sequence[Passage], rounds: Sequence[Round]
) -> Ways:
    lane = [np.arange(network.lanes)]
    forward, backward = [base.forward_ms], [base.backward_ms]
    lane_sets = [np.full((network.lanes, 3), [NONE, NONE, 0])]
    node, leave = [np.arange(network.nodes)], [base.leave_ms]
    node_sets = [np.full((network.nodes, 3), [NONE, NONE, 0])]
    for passage, round_ in zip(found, rounds, strict=True):
        for what, own in (("lane", lane_sets), ("node", node_sets)):
            things = [(row, chosen) for (kind, row), chosen in round_.items() if kind == what]
            rows = np.array([row for row, _ in things], dtype=np.intp)
            sets = np.full((len(rows), 3), [NONE, NONE, 0])
            for at, (_, chosen) in enumerate(things):
                numbers = sorted(number for number, _ in chosen)
                sets[at, : len(numbers)] = numbers
            if what == "lane":
                new = passage.forward_ms[rows], passage.backward_ms[rows]
                keep = (new[0] < base.forward_ms[rows]) | (new[1] < base.backward_ms[rows])
                lane.append(rows[keep])
                forward.append(new[0][keep])
                backward.append(new[1][keep])
            else:
                keep = passage.leave_ms[rows] < base.leave_ms[rows]
                node.append(rows[keep])
                leave.append(passage.leave_ms[rows][keep])
            own.append(sets[keep])
    by_lane = np.argsort(np.concatenate(lane), kind="stable")
    by_node = np.argsort(np.concatenate(node), kind="stable")
    return Ways(
        _first(np.concatenate(lane), network.lanes),
        np.concatenate(lane_sets)[by_lane],
        np.concatenate(forward)[by_lane],
        np.concatenate(backward)[by_lane],
        _first(np.concatenate(node), network.nodes),
        np.concatenate(node_sets)[by_node],
        np.concatenate(leave)[by_node],
    )


def _first(key: Indices, keys: int) -> Ints:
    first: Ints = np.zeros(keys + 1, dtype=np.int32)
    np.cumsum(np.bincount(key, minlength=keys), out=first[1:])
    return first


def _crossed(
    way: Ways, lane: Whole, node: Whole, *, lanes_only: bool = False
) -> tuple[Indices, Indices, Indices]:
    """Return every way of lanes with every way of nodes: whose, and rows of both."""
    lanes = np.diff(way.lane_first)[lane]
    nodes = np.ones_like(lanes) if lanes_only else np.diff(way.node_first)[node]
    count = lanes * nodes
    row = np.repeat(np.arange(len(lane)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    at = way.lane_first[lane][row] + inside // nodes[row]
    on = np.zeros_like(at) if lanes_only else way.node_first[node][row] + inside % nodes[row]
    return row, at, on


def _unions(sets: Whole, others: Whole) -> Whole:
    """Return unions of sets of at most two, ascending; where there are more, two of them."""
    every = np.sort(np.concatenate([sets[:, :2], others[:, :2]], axis=1), axis=1)
    every[:, 1:][every[:, 1:] == every[:, :-1]] = NONE
    order = np.argsort(every == NONE, axis=1, kind="stable")
    every = np.take_along_axis(every, order, axis=1)
    more = (every[:, MOST] != NONE) | (sets[:, 2] > 0) | (others[:, 2] > 0)
    return np.column_stack([every[:, :MOST], more])


def _part_ms(along: Whole, share: Floats) -> Whole:
    """Return the time for a part of each lane, `IMPASSABLE` where it cannot be passed."""
    part = part_ms(share, along.astype(np.int32))
    return np.asarray(np.where(along < IMPASSABLE, part, IMPASSABLE))


def _table(parts: Sequence[tuple[Whole, ...]], keys: int) -> Table:
    """Return ways as the kernel takes them: those that can be passed, grouped by key."""
    key, where, ms, also, sets = (np.concatenate(column) for column in zip(*parts, strict=True))
    passes = np.flatnonzero((ms < IMPASSABLE) & (also < IMPASSABLE))
    total = ms[passes].astype(np.int64) + also[passes]
    first, place, time, row = grouped(key[passes], keys, where[passes], total, passes)
    return first, place, time, np.ascontiguousarray(sets[row], dtype=np.int32)
