"""What stations anywhere on lanes would cover at most, so that a plan is seen against it.

Every lane that the usual vehicle can be based on is cut into pieces. A piece stands for all places
on it: it covers what a crew at either of its ends covers, and what lies on it. Whoever leaves a
place on a piece passes one of its ends, so no place covers more, and the most that so many pieces
and candidates cover together bounds every plan with places on lanes. The covering engine proves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...geo.arrays import Floats, Indices, Ints
from ...geo.ground import Limit, attachable
from ...geo.town import Town
from ...geo.words import Tier, Vehicle
from ...geo.words import fields as f
from ..covering import Clock, SearchOptions, max_cover
from ..reach import Crews, Moment, built_passages, journey, reach_matrix
from .instance import FAR, Band, SitingInstance
from .reach import Reach

PIECE_M = 25.0
COARSE = 4  # times longer, and levels fewer, where the probability of arrival counts
MOST_PIECES = 5000  # in a larger town pieces are longer: a weaker bound, but a bound
STEP_MS = 2000
GRAIN = 2.0**20  # positions on lanes are multiples of its inverse


@dataclass(frozen=True)
class LaneBound:
    """What stations anywhere on lanes would cover at most.

    Attributes
    ----------
    stations
        How many new ones.
    share
        No choice of so many places on lanes, or candidates, covers more of the whole weight.
    piece_m
        Length of the longest piece of lane that stands for the places on it.
    """

    stations: int
    share: float
    piece_m: float


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of lanes on which a crew with a vehicle could be based.

    Attributes
    ----------
    lane, low, high
        ``(pieces,)`` the lane, and the parts of it between which a piece lies; by lane ascending.
    vehicle
        Of the crew.
    longest_m
        Length of the longest.
    """

    lane: Ints
    low: Floats
    high: Floats
    vehicle: Vehicle
    longest_m: float


def lane_bound(
    instance: SitingInstance,
    reaches: Mapping[tuple[str, str], Reach],
    *,
    stations: int,
    clock: Clock,
    seed: int = 0,
) -> LaneBound | None:
    """Return the bound; None without new stations, lanes or demand.

    Parameters
    ----------
    instance
        Of the study.
    reaches
        Who reaches whom as the lanes are known to be.
    stations
        New ones.
    clock
        When to stop; the bound holds whenever that is.
    seed
        Of the search.
    """
    coarse = COARSE if instance.wishes.aim == "arrival" else 1
    kinds = [
        (tier, cut_lanes(instance.town, _vehicle(instance.town, tier), piece_m=coarse * PIECE_M))
        for tier in map(Tier, instance.candidates.sites[f.TIER].unique().tolist())
    ]
    count = sum(len(pieces.lane) for _, pieces in kinds)
    if not stations or not count:
        return None
    wider = {
        (band.name, tier): _joined(
            [reaches[band.name, tier], *_of_pieces(instance, band, tier, kinds)],
            sites=len(instance.existing) + count,
        )
        for band in instance.bands
        for tier in instance.tiers
    }
    rows = instance.rows(wider, coarse=coarse)
    told = (rows.once() if instance.doubled.any() else rows).merged(by_group=False, by_draw=False)
    standing = np.flatnonzero(instance.existing)
    held = told.counts(np.arange(told.cover.shape[1]) < len(standing))
    # Of several crews no more count than stand there and are built.
    crews = np.minimum(held + stations, told.totals.shape[1] - 1)
    weights = told.weights * told.totals[told.profile, crews]
    if not told.total or not told.cover.nnz:
        return None
    found = max_cover(
        told.cover,
        weights,
        p=min(len(standing) + stations, told.cover.shape[1]),
        fixed=standing.tolist(),
        options=SearchOptions(time_limit_s=clock.left(), seed=seed),
    )
    longest = max(pieces.longest_m for _, pieces in kinds)
    return LaneBound(stations, min(1.0, found.bound / told.total), longest)


def cut_lanes(town: Town, vehicle: Vehicle, *, piece_m: float = PIECE_M) -> Pieces:
    """Return the pieces of all lanes on which a station with a vehicle could stand.

    Parameters
    ----------
    town
        Whose lanes.
    vehicle
        That must be able to pass them.
    piece_m
        Length of a piece at most, unless that makes too many.
    """
    limits = town.rules.network
    fits = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    lane = np.flatnonzero(fits & (built_passages(town)[vehicle].limit == Limit.NONE))
    length = town.lanes.length.to_numpy()[lane]
    step = max(piece_m, float(length.sum()) / MOST_PIECES)
    cuts = np.maximum(1, np.ceil(length / step)).astype(np.intp)
    number = np.arange(cuts.sum()) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    of = np.repeat(cuts, cuts)
    low, high = (np.round((number + k) / of * GRAIN) / GRAIN for k in (0, 1))
    longest = float((length / cuts).max()) if len(lane) else 0.0
    return Pieces(np.repeat(lane, cuts).astype(np.int32), low, high, vehicle, longest)


def piece_reach(moment: Moment, tier: str, pieces: Pieces, *, longest: float = 1.0) -> Reach:
    """Return when a crew based anywhere on each piece is at each building, at the earliest.

    Parameters
    ----------
    moment
        Of the town.
    tier
        Whose standard and turnout.
    pieces
        Where crews could be based; they are the sites.
    longest
        Times the standard up to which arrivals are kept.
    """
    town, rule, usual = moment.town, moment.town.rules.tier[tier], moment.crews(tier)
    count = len(pieces.lane)
    limit_ms = round(rule.standard_s.value * 1000 * longest)
    start = round(rule.turnout_s.value * 1000)
    ends = Crews(
        np.tile(pieces.lane, 2),
        np.concatenate([pieces.low, pieces.high]),
        np.full(2 * count, str(pieces.vehicle)),
        np.full(2 * count, start, dtype=np.int32),
    )
    at = town.building_positions
    plan = journey(town.network, moment.passages(), ends, at, dismount_ms=usual.dismount_ms)
    matrix = reach_matrix(plan, crews=2 * count, limit_ms=limit_ms).tocoo()
    on_building, on_piece = _on_pieces(town, pieces)
    building = np.concatenate([matrix.col, on_building]).astype(np.intp)
    travel = np.concatenate([matrix.data - start, np.zeros(len(on_building), dtype=np.int32)])
    access = usual.access_ms[building]
    keep = start + travel + access <= limit_ms
    site = np.concatenate([matrix.row % count, on_piece]).astype(np.intp)
    return Reach(
        building[keep],
        site[keep],
        np.full(int(keep.sum()), start, dtype=np.int32),
        travel[keep].astype(np.int32),
        access[keep],
        (len(town.buildings), count),
        rule.standard_s.value,
    )


def _on_pieces(town: Town, pieces: Pieces) -> tuple[Indices, Indices]:
    """Return buildings whose place on the network lies on a piece, and that piece."""
    at = town.building_positions
    first = np.searchsorted(pieces.lane, at.lane, side="left")
    after = np.searchsorted(pieces.lane, at.lane, side="right")
    building = np.flatnonzero(at.attached & (after > first))
    count = (after - first)[building]
    # The pieces of a lane are alike, but for the rounding of their ends: look one to either side.
    near = np.floor(at.fraction[building] * count).astype(np.intp)[:, None] + np.array([-1, 0, 1])
    near = first[building][:, None] + np.clip(near, 0, count[:, None] - 1)
    there = at.fraction[building][:, None]
    on = (pieces.low[near] <= there) & (there <= pieces.high[near])
    row, column = np.nonzero(on)
    return building[row], near[row, column]


def _of_pieces(
    instance: SitingInstance, band: Band, tier: str, kinds: list[tuple[Tier, Pieces]]
) -> Iterator[Reach]:
    """Yield the reach of the pieces of each kind, those of one that does not serve empty."""
    rules = instance.town.rules
    usual = rules.siting.host_rule(None)
    crew = usual.crew_day if band.moment.scenario.is_day else usual.crew_night
    longest = FAR if instance.wishes.aim == "arrival" else 1.0
    for place, pieces in kinds:
        serves = place in rules.tier[tier].station_tiers and crew.value > 0
        none = replace(pieces, lane=pieces.lane[:0], low=pieces.low[:0], high=pieces.high[:0])
        found = piece_reach(band.moment, tier, pieces if serves else none, longest=longest)
        if longest > 1:  # earlier by up to a second or two, so that many pairs have equal times
            travel, access = found.travel_ms // STEP_MS * STEP_MS, found.access_ms // 1000 * 1000
            found = replace(found, travel_ms=travel, access_ms=access)
        yield replace(found, shape=(found.shape[0], len(pieces.lane)))


def _joined(parts: list[Reach], *, sites: int) -> Reach:
    """Return the same pairs with the sites of all parts beside each other."""
    ends = np.cumsum([0, *(part.shape[1] for part in parts)])
    columns = [
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("building", "start_ms", "travel_ms", "access_ms")
    ]
    site = np.concatenate([part.site + end for part, end in zip(parts, ends, strict=False)])
    building, start, travel, access = columns
    shape = (parts[0].shape[0], sites)
    return Reach(building, site, start, travel, access, shape, parts[0].standard_s)


def _vehicle(town: Town, tier: Tier) -> Vehicle:
    """Return the vehicle of a station of which no more is known than its tier."""
    if tier == Tier.MICRO_STATION:
        return Vehicle(town.rules.siting.host_rule(None).vehicle.value)
    return Vehicle(town.rules.default_vehicle[tier].value)
