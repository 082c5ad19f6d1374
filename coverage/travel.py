"""Times from stations to positions on lanes: by vehicle as far as it passes, then on foot.

The crew rides to any point that its vehicle can reach, leaves it there and goes on on foot, or
walks all the way, whichever is earliest. Since nobody mounts again, one search a vehicle and then
one on foot, seeded with the times of all vehicles, is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geo.network import Ints, Network
from ..geo.passability import Passage
from ..geo.snapping import Positions
from ..geo.vocabulary import Vehicle
from .kernels import FAR, arrive, search

NOBODY = -1


@dataclass(frozen=True)
class Crews:
    """Crews that set out: where from, how, and after how long.

    Attributes
    ----------
    lane, fraction
        ``(crews,)`` position on the network.
    vehicle
        ``(crews,)`` `Vehicle` codes.
    start_ms
        ``(crews,)`` int32 milliseconds from the alarm until they move.
    """

    lane: Ints
    fraction: NDArray[np.float64]
    vehicle: NDArray[np.str_]
    start_ms: Ints


@dataclass(frozen=True)
class Arrivals:
    """First and second crew at each position.

    Attributes
    ----------
    ms
        ``(positions, 2)`` int32 milliseconds after the alarm, `FAR` when nobody arrives.
    crew
        ``(positions, 2)`` int32 rows of the crews, -1 for nobody; the two differ.
    """

    ms: Ints
    crew: Ints


def arrivals(
    network: Network,
    passages: Mapping[Vehicle, Passage],
    crews: Crews,
    positions: Positions,
    *,
    dismount_ms: int,
) -> Arrivals:
    """Return the first and the second crew at every position.

    Parameters
    ----------
    network
        The lanes.
    passages
        How each vehicle of the crews, and people on foot, pass the lanes.
    crews
        Who sets out. A crew on no lane goes nowhere.
    positions
        Where to; unattached positions are reached by nobody.
    dismount_ms
        From stopping a vehicle to going on on foot.

    Returns
    -------
    Arrivals
        Exact at positions on lanes, not only at nodes; of crews equally early, the lower row.
    """
    best_ms = np.full((len(positions.lane), 2), FAR, dtype=np.int32)
    best_crew = np.full((len(positions.lane), 2), NOBODY, dtype=np.int32)
    on_foot = [_starts(network, passages[Vehicle.FOOT], crews, dismount_ms=dismount_ms)]
    for vehicle in sorted(set(crews.vehicle.tolist()) - {Vehicle.FOOT}):
        passage = passages[Vehicle(vehicle)]
        starts = _starts(network, passage, crews, only=vehicle)
        node_ms, node_crew = _two_nearest(network, passage, starts)
        _lay_over(
            network, passage, crews, positions, node_ms, node_crew, best_ms, best_crew, vehicle
        )
        for rank in range(2):
            reached = np.flatnonzero(node_ms[rank] < FAR).astype(np.int32)
            ms = node_ms[rank, reached] + np.int32(dismount_ms)
            on_foot.append((reached, ms, node_crew[rank, reached]))
    passage = passages[Vehicle.FOOT]
    node, ms, crew = (np.concatenate(parts) for parts in zip(*on_foot, strict=True))
    node_ms, node_crew = _two_nearest(network, passage, (node, ms, crew))
    walkers = Crews(
        crews.lane, crews.fraction, crews.vehicle, _walking_start(crews, dismount_ms=dismount_ms)
    )
    _lay_over(network, passage, walkers, positions, node_ms, node_crew, best_ms, best_crew)
    return Arrivals(best_ms, best_crew)


def _walking_start(crews: Crews, *, dismount_ms: int) -> Ints:
    """Return when each crew sets out if it leaves its vehicle behind."""
    rides = crews.vehicle != Vehicle.FOOT
    return (crews.start_ms + np.where(rides, dismount_ms, 0)).astype(np.int32)


def _starts(
    network: Network,
    passage: Passage,
    crews: Crews,
    *,
    only: str | None = None,
    dismount_ms: int = 0,
) -> tuple[Ints, Ints, Ints]:
    """Return where, when and who enters the network's nodes from positions on lanes."""
    rows = np.flatnonzero(crews.lane >= 0)
    if only is not None:
        rows = rows[crews.vehicle[rows] == only]
    lane = crews.lane[rows]
    start = _walking_start(crews, dismount_ms=dismount_ms)[rows]
    nodes, times, who = [], [], []
    for end, along, part in (
        (network.lane_to, passage.forward_ms, 1 - crews.fraction[rows]),
        (network.lane_from, passage.backward_ms, crews.fraction[rows]),
    ):
        passes = along[lane] < FAR
        nodes.append(end[lane[passes]])
        partial = np.floor(part[passes] * along[lane[passes]] + 0.5).astype(np.int32)
        times.append(start[passes] + partial)
        who.append(rows[passes].astype(np.int32))
    return np.concatenate(nodes), np.concatenate(times), np.concatenate(who)


def _two_nearest(
    network: Network, passage: Passage, starts: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints]:
    """Return times and crews, each ``(2, nodes)``: first, and second of another crew."""
    arc_ms = passage.arc_ms(network)
    nothing = np.empty(0, dtype=np.int32)
    first_ms, first = search(
        network.indptr, network.head, arc_ms, *_by_time(*starts), nothing, nothing
    )
    tail = np.repeat(np.arange(network.nodes), np.diff(network.indptr))
    border = np.flatnonzero((first[tail] != first[network.head]) & (first[tail] >= 0))
    border = border[arc_ms[border] < FAR]
    tail = tail[border]
    crossing = (
        np.concatenate([network.head[border], starts[0]]),
        np.concatenate([first_ms[tail] + arc_ms[border], starts[1]]),
        np.concatenate([first[tail], starts[2]]),
    )
    second_ms, second = search(
        network.indptr, network.head, arc_ms, *_by_time(*crossing), first_ms, first
    )
    return np.stack([first_ms, second_ms]), np.stack([first, second])


def _by_time(node: Ints, ms: Ints, crew: Ints) -> tuple[Ints, Ints, Ints]:
    order = np.argsort(ms, kind="stable")
    return (
        node[order].astype(np.int32),
        ms[order].astype(np.int32),
        crew[order].astype(np.int32),
    )


def _lay_over(
    network: Network,
    passage: Passage,
    crews: Crews,
    positions: Positions,
    node_ms: Ints,
    node_crew: Ints,
    best_ms: Ints,
    best_crew: Ints,
    vehicle: str | None = None,
) -> None:
    """Lay the arrivals by one way of moving over the best two, in place."""
    there = crews.lane >= 0 if vehicle is None else (crews.lane >= 0) & (crews.vehicle == vehicle)
    rows = np.flatnonzero(there)
    rows = rows[np.argsort(crews.lane[rows], kind="stable")]
    start_first = np.searchsorted(crews.lane[rows], np.arange(network.lanes + 1)).astype(np.int32)
    arrive(
        positions.lane,
        positions.fraction,
        network.lane_from,
        network.lane_to,
        passage.forward_ms,
        passage.backward_ms,
        passage.leave_ms,
        node_ms,
        node_crew,
        start_first,
        rows.astype(np.int32),
        crews.fraction[rows],
        crews.start_ms[rows],
        best_ms,
        best_crew,
    )
