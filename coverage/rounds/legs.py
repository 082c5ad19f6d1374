"""Ways between places for people at work: on foot, or by e-bike left where it can go no further.

Unlike a crew in an alarm, who ride in and never mount again, an inspector comes back to the bike.
Each place therefore has a parking place, the nearest one to which the bike goes; a leg is the walk
back to it, the ride to the next one, and the walk from there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from ...geo.arrays import Flags, Floats, Indices, Ints, Longs
from ...geo.ground import (
    IMPASSABLE,
    Conditions,
    Network,
    Passage,
    Positions,
    passage,
)
from ...geo.rules import RuleSet, Value
from ...geo.town import Town
from ...geo.words import LaneClass, Vehicle
from ..reach import FAR, NOBODY, Crews, arrivals, journey, part_ms, reach_matrix
from .tours import NO_WAY, Legs


@dataclass(frozen=True)
class Piece:
    """Part of one lane, from one fraction of it to another."""

    lane: int
    begin: float
    end: float


@dataclass(frozen=True)
class Way:
    """One leg taken apart: pieces of lanes in order, those ridden marked.

    Attributes
    ----------
    pieces
        In the order in which they are passed.
    rides
        For each piece whether it is ridden.
    ms
        Milliseconds in all, without the way between walls and lanes.
    """

    pieces: tuple[Piece, ...]
    rides: tuple[bool, ...]
    ms: int


@dataclass(frozen=True)
class Mover:
    """How people at work move through a town.

    Attributes
    ----------
    vehicle
        On foot, or by e-bike.
    walk, ride
        How they pass the lanes; ``ride`` is None on foot.
    parking
        By place: where the bike is left, and the walk from there; None on foot.
    """

    vehicle: Vehicle
    walk: Passage
    ride: Passage | None
    places: Positions
    parking: Positions
    access_ms: Ints


def at_work(rules: RuleSet) -> RuleSet:
    """Return the rules with people on foot at an inspector's pace, not that of a crew."""
    pace = rules.rounds
    foot = rules.vehicle[Vehicle.FOOT].model_copy(
        update={"speed_m_s": {"default": pace.walk_m_s}, "step_speed_m_s": pace.steps_m_s}
    )
    return rules.model_copy(update={"vehicle": {**rules.vehicle, Vehicle.FOOT: foot}})


def mover(
    town: Town, places: Positions, vehicle: Vehicle, *, conditions: Conditions | None = None
) -> Mover:
    """Prepare the ways of people at work between places.

    Parameters
    ----------
    town
        With its network.
    places
        Where they go; all attached.
    vehicle
        ``foot`` or ``e_bike``.
    conditions
        What holds on the lanes that day.
    """
    rules = at_work(town.rules)
    layers = (town.network, town.lanes, town.barriers)
    walk = passage(*layers, rules=rules, vehicle=Vehicle.FOOT, conditions=conditions)
    pace: Value = rules.vehicle[Vehicle.FOOT].speed(LaneClass.PATH)
    access = np.rint(np.nan_to_num(places.access_m) / pace.value * 1000).astype(np.int32)
    if vehicle == Vehicle.FOOT:
        return Mover(vehicle, walk, None, places, places, access)
    ride = passage(*layers, rules=rules, vehicle=vehicle, conditions=conditions)
    return Mover(vehicle, walk, ride, places, _parking(town.network, walk, ride, places), access)


def leg_times(network: Network, moves: Mover, *, stop_s: float, limit_s: float) -> Legs:
    """Return the seconds between all places.

    Parameters
    ----------
    network
        Of the town.
    moves
        From `mover`.
    stop_s
        To park and lock the bike and to take it again; once a leg that is ridden.
    limit_s
        Longer ways count as none.

    Returns
    -------
    Legs
        Whole seconds, rounded up; cost is the time.
    """
    walked = _between(network, moves.walk, moves.places, moves.places, limit_s)
    total = walked
    if moves.ride is not None:
        ridden = _between(network, moves.ride, moves.parking, moves.parking, limit_s)
        apart = _pairs(network, moves.walk, moves.places, moves.parking, limit_s)
        back = _pairs(network, moves.walk, moves.parking, moves.places, limit_s)
        riding = apart[:, None] + ridden + back[None, :] + stop_s * 1000
        total = np.where(_same(moves.parking), walked, np.minimum(riding, FAR))
    ms = total + moves.access_ms[:, None] + moves.access_ms[None, :]
    seconds = np.where(total < FAR, np.ceil(ms / 1000), NO_WAY).astype(np.int64)
    np.fill_diagonal(seconds, 0)
    return Legs(seconds, seconds)


def leg_ways(network: Network, moves: Mover, pairs: list[tuple[int, int]]) -> list[Way]:
    """Return the way of each pair of places."""
    walking = _Graph.of(network, moves.walk)
    if moves.ride is None:
        return [_way(walking, moves.places, a, moves.places, b, rides=False) for a, b in pairs]
    riding = _Graph.of(network, moves.ride)
    same = _same(moves.parking)
    ways = []
    for a, b in pairs:
        if same[a, b]:
            ways.append(_way(walking, moves.places, a, moves.places, b, rides=False))
            continue
        parts = (
            _way(walking, moves.places, a, moves.parking, a, rides=False),
            _way(riding, moves.parking, a, moves.parking, b, rides=True),
            _way(walking, moves.parking, b, moves.places, b, rides=False),
        )
        ways.append(
            Way(
                tuple(piece for part in parts for piece in part.pieces),
                tuple(ridden for part in parts for ridden in part.rides),
                sum(part.ms for part in parts),
            )
        )
    return ways


def _parking(network: Network, walk: Passage, ride: Passage, places: Positions) -> Positions:
    """Return where the bike is left for each place: there, or at the node nearest on foot."""
    open_ = np.minimum(ride.forward_ms, ride.backward_ms) < IMPASSABLE
    tail, head = network.lane_from[open_], network.lane_to[open_]
    passes = (ride.leave_ms[tail] < IMPASSABLE) & (ride.leave_ms[head] < IMPASSABLE)
    ends = (tail[passes], head[passes])
    links = coo_array((np.ones(len(ends[0])), ends), shape=(network.nodes, network.nodes))
    part = connected_components(links, directed=False)[1]
    lanes = np.flatnonzero(open_)[passes]
    length = np.bincount(part[ends[0]], weights=network.length_m[lanes], minlength=1)
    main = np.zeros(network.lanes, dtype=bool)
    main[lanes] = part[ends[0]] == length.argmax()
    if not main.any():
        return places
    rows = np.flatnonzero(main)
    nodes, first = np.unique(
        np.concatenate([network.lane_from[rows], network.lane_to[rows]]), return_index=True
    )
    at_end = first >= len(rows)
    spots = Crews(
        rows[first % len(rows)].astype(np.int32),
        at_end.astype(np.float64),
        np.full(len(nodes), str(Vehicle.FOOT)),
        np.zeros(len(nodes), dtype=np.int32),
    )
    nearest = arrivals(network, {Vehicle.FOOT: walk}, spots, places, dismount_ms=0).crew[:, 0]
    rides_there = main[places.lane] | (nearest == NOBODY)
    return Positions(
        np.where(rides_there, places.lane, spots.lane[nearest]).astype(np.int32),
        np.where(rides_there, places.fraction, spots.fraction[nearest]),
        np.zeros(len(places.lane)),
    )


def _between(
    network: Network, how: Passage, starts: Positions, goals: Positions, limit_s: float
) -> Floats:
    """Return the milliseconds from each start to each goal, `FAR` where there is no way."""
    crews = Crews(
        starts.lane,
        starts.fraction,
        np.full(len(starts.lane), str(Vehicle.FOOT)),
        np.zeros(len(starts.lane), dtype=np.int32),
    )
    # One layer is enough, whoever moves in it.
    plan = journey(network, {Vehicle.FOOT: how}, crews, goals, dismount_ms=0)
    found = reach_matrix(plan, crews=len(starts.lane), limit_ms=round(limit_s * 1000)).tocoo()
    ms = np.full((len(starts.lane), len(goals.lane)), float(FAR))
    ms[found.row, found.col] = found.data
    return ms


def _pairs(
    network: Network, how: Passage, starts: Positions, goals: Positions, limit_s: float
) -> Floats:
    """Return the milliseconds from each start to the goal of the same row."""
    apart = (starts.lane != goals.lane) | (starts.fraction != goals.fraction)
    ms = np.zeros(len(starts.lane))
    graph = _Graph.of(network, how)
    for at in np.flatnonzero(apart).tolist():
        ms[at] = _way(graph, starts, at, goals, at, rides=False).ms
    return np.where(ms <= limit_s * 1000, ms, FAR)


def _same(places: Positions) -> Flags:
    lane, fraction = places.lane, places.fraction
    return np.asarray((lane[:, None] == lane[None, :]) & (fraction[:, None] == fraction[None, :]))


@dataclass(frozen=True)
class _Graph:
    """The network of one passage: the best arc between two nodes, and its lane."""

    network: Network
    how: Passage
    matrix: csr_array
    key: Longs
    arc: Indices

    @staticmethod
    def of(network: Network, how: Passage) -> _Graph:
        ms = how.arc_ms(network)
        tail = np.repeat(np.arange(network.nodes, dtype=np.int64), np.diff(network.indptr))
        key = tail * network.nodes + network.head
        order = np.lexsort((network.arc_lane, ms, key))
        order = order[ms[order] < IMPASSABLE]
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = key[order][1:] != key[order][:-1]
        kept = order[fresh]
        shape = (network.nodes, network.nodes)
        matrix = csr_array((ms[kept].astype(float), (tail[kept], network.head[kept])), shape=shape)
        return _Graph(network, how, matrix, key[kept], kept)

    def lane(self, tail: int, head: int) -> tuple[int, bool]:
        """Return the lane of the best arc between two nodes, and whether it runs forward."""
        arc = self.arc[np.searchsorted(self.key, tail * self.network.nodes + head)]
        return int(self.network.arc_lane[arc]), bool(self.network.arc_forward[arc])


def _way(graph: _Graph, starts: Positions, a: int, goals: Positions, b: int, *, rides: bool) -> Way:
    """Return the shortest way from one position to another."""
    network, how = graph.network, graph.how
    on, at = int(starts.lane[a]), float(starts.fraction[a])
    to, into = int(goals.lane[b]), float(goals.fraction[b])
    best, found = float(FAR), None
    if on == to:
        along = (how.forward_ms if into >= at else how.backward_ms)[on]
        if along < IMPASSABLE:
            best = float(part_ms(np.array([abs(into - at)]), np.array([along]))[0])
    outs = _ends(network, how, on, at, leaving=True)
    ins = _ends(network, how, to, into, leaving=False)
    if outs and ins:
        nodes = [node for node, _, _ in outs]
        cost, before = dijkstra(graph.matrix, indices=nodes, return_predecessors=True, limit=best)
        for i, (_, out_ms, _) in enumerate(outs):
            for k, (node, in_ms, _) in enumerate(ins):
                total = out_ms + cost[i, node] + in_ms
                if total < best:
                    best, found = total, (i, k)
    if best >= FAR:
        return Way((), (), FAR)
    if found is None:
        pieces = [Piece(on, at, into)] if at != into else []
    else:
        i, k = found
        first, last = outs[i], ins[k]
        chain = [last[0]]
        while chain[-1] != first[0]:
            chain.append(int(before[i, chain[-1]]))
        chain.reverse()
        pieces = [Piece(on, at, first[2])]
        for tail, head in itertools.pairwise(chain):
            lane, forward = graph.lane(tail, head)
            pieces.append(Piece(lane, 0.0 if forward else 1.0, 1.0 if forward else 0.0))
        pieces.append(Piece(to, last[2], into))
        pieces = [piece for piece in pieces if piece.begin != piece.end]
    return Way(tuple(pieces), (rides,) * len(pieces), round(best))


def _ends(
    network: Network, how: Passage, lane: int, at: float, *, leaving: bool
) -> list[tuple[int, float, float]]:
    """Return the ends of a lane by which a position is left or reached: node, ms, fraction."""
    ends = []
    for node, along, part, end in (
        (network.lane_to[lane], how.forward_ms[lane] if leaving else how.backward_ms[lane],
         1 - at, 1.0),
        (network.lane_from[lane], how.backward_ms[lane] if leaving else how.forward_ms[lane],
         at, 0.0),
    ):  # fmt: skip
        leave = 0 if leaving else int(how.leave_ms[node])
        if along < IMPASSABLE and leave < IMPASSABLE:
            ms = leave + int(part_ms(np.array([part]), np.array([along]))[0])
            ends.append((int(node), float(ms), end))
    return ends
