"""Tours through places: who goes when and in which order, with PyVRP; and an independent check.

Everything is arrays of whole seconds, so that a published instance and a morning in a town are the
same problem. The search (iterated local search, Wouda, Lan & Kool 2024, INFORMS J. Computing) is a
heuristic: its tours are feasible, and near the best known on published instances, not proven best.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ...geo.arrays import Flags, Indices, Longs
from ...geo.words import InputError

if TYPE_CHECKING:
    from pyvrp import ProblemData

Seconds: TypeAlias = Any  # Longs; the solver's stubs want their own shape
Window: TypeAlias = tuple[int, int]

NO_WAY = 2**40  # seconds and costs of a leg that does not exist; sums of many still fit an int64


@dataclass(frozen=True)
class Legs:
    """The ways between all places for one way of moving.

    Attributes
    ----------
    seconds, cost
        ``(places, places)`` int64; `NO_WAY` where there is none. ``cost`` is what is minimised.
    """

    seconds: Seconds
    cost: Seconds


@dataclass(frozen=True)
class Visits:
    """What is to be visited.

    Attributes
    ----------
    place
        ``(visits,)`` row of each in the legs.
    service_s
        ``(visits,)`` seconds spent there.
    windows
        For each visit the spans, in seconds, in which it may begin; empty for any time.
    prize
        ``(visits,)`` what a visit is worth, in the unit of the legs' cost.
    required
        ``(visits,)`` visits that may not be left out.
    needs
        ``(visits, kinds)`` what a visit takes of each capacity: skills, or a load.
    """

    place: Indices
    service_s: Seconds
    windows: Sequence[Sequence[Window]]
    prize: Seconds
    required: Flags
    needs: Longs


@dataclass(frozen=True)
class Shift:
    """Somebody who goes out once: from where, to where, between when and when, able to do what.

    ``legs`` is the row of the way of moving; ``capacity`` has one entry a kind of need; the search
    keeps nobody out longer than ``longest_s`` seconds.
    """

    legs: int
    start: int
    end: int
    opens_s: int
    closes_s: int
    capacity: tuple[int, ...] = ()
    count: int = 1
    longest_s: int = NO_WAY


@dataclass(frozen=True)
class Tour:
    """One shift's visits in order, with the times at which each begins and ends.

    ``shift`` is the row of the shift; ``back_s`` when the end is reached.
    """

    shift: int
    visits: tuple[int, ...]
    begins_s: tuple[int, ...]
    ends_s: tuple[int, ...]
    back_s: int


@dataclass(frozen=True)
class Tours:
    """What the search found.

    Attributes
    ----------
    tours
        Those with at least one visit, in the order of shifts and starts.
    left_out
        Rows of the visits that nobody makes.
    cost
        Cost of the legs, and prizes not collected.
    """

    tours: tuple[Tour, ...]
    left_out: tuple[int, ...]
    cost: int


def find_tours(
    legs: Sequence[Legs],
    visits: Visits,
    shifts: Sequence[Shift],
    *,
    seed: int = 1,
    iterations: int | None = None,
    patience: int | None = None,
    seconds: float | None = None,
) -> Tours:
    """Find who visits what in which order.

    Parameters
    ----------
    legs
        By way of moving.
    visits, shifts
        What is to be done, and who can.
    seed
        Of the search. With ``iterations`` or ``patience`` alone the same input gives the same
        tours; with ``seconds`` they depend on the machine.
    iterations, patience, seconds
        When to stop: after so many iterations, so many without a better one, or so long;
        whichever comes first.

    Raises
    ------
    InputError
        When no tours keep every condition, because visits that are required cannot all be made.
    """
    if not len(visits.place) or not shifts:
        left = tuple(range(len(visits.place)))
        return Tours((), left, int(visits.prize.sum()))
    import pyvrp
    from pyvrp import stop

    data, visit_of = _problem(legs, visits, shifts)
    stops: list[stop.StoppingCriterion] = []
    if iterations is not None:
        stops.append(stop.MaxIterations(iterations))
    if patience is not None:
        stops.append(stop.NoImprovement(patience))
    if seconds is not None:
        stops.append(stop.MaxRuntime(seconds))
    # What a broken condition costs must be able to outgrow what breaking it would collect.
    bound = max(pyvrp.PenaltyParams().max_penalty, 2.0 * float(visits.prize.max()))
    params = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=bound))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pyvrp.exceptions.PenaltyBoundWarning)  # asked below
        found = pyvrp.solve(
            data, stop.MultipleCriteria(stops), seed=seed, collect_stats=False, params=params
        ).best
    if not found.is_feasible():
        raise InputError("error.tours_impossible", visits=int(visits.required.sum()))
    planned = []
    for route in found.routes():
        order = [visit_of[a.idx] for a in route.schedule() if a.is_client()]
        if order:
            planned.append((route.vehicle_type(), order))
    tours = sorted(
        (timed(legs, visits, shifts, shift, order) for shift, order in planned),
        key=lambda tour: (tour.shift, tour.visits),
    )
    made = {visit for tour in tours for visit in tour.visits}
    left_out = tuple(v for v in range(len(visits.place)) if v not in made)
    return Tours(tuple(tours), left_out, cost_of(legs, visits, shifts, tours))


def timed(
    legs: Sequence[Legs],
    visits: Visits,
    shifts: Sequence[Shift],
    shift: int,
    order: Sequence[int],
) -> Tour:
    """Return a tour with its times: out at the opening of the shift, waiting where it must."""
    who = shifts[shift]
    seconds = legs[who.legs].seconds
    here, now = who.start, who.opens_s
    begins, ends = [], []
    for visit in order:
        now += int(seconds[here, visits.place[visit]])
        now = _next_opening(visits.windows[visit], now)
        begins.append(now)
        now += int(visits.service_s[visit])
        ends.append(now)
        here = int(visits.place[visit])
    return Tour(shift, tuple(order), tuple(begins), tuple(ends), now + int(seconds[here, who.end]))


def cost_of(
    legs: Sequence[Legs], visits: Visits, shifts: Sequence[Shift], tours: Sequence[Tour]
) -> int:
    """Return the cost of the legs of tours, and the prizes they do not collect."""
    total = int(visits.prize.sum())
    for tour in tours:
        who = shifts[tour.shift]
        stops = [who.start, *(int(visits.place[v]) for v in tour.visits), who.end]
        cost = legs[who.legs].cost
        total += sum(int(cost[a, b]) for a, b in itertools.pairwise(stops))
        total -= sum(int(visits.prize[v]) for v in tour.visits)
    return total


def faults(
    legs: Sequence[Legs], visits: Visits, shifts: Sequence[Shift], tours: Sequence[Tour]
) -> list[str]:
    """Return every condition that tours break; none for tours that can be walked.

    An own check, which shares nothing with the search: each visit at most once and every
    required one made, each leg there, each visit begun in a window and not before the one before
    is over and the way gone, shift and capacity kept, no shift used more often than it exists.
    """
    wrong = []
    seen: set[int] = set()
    used: dict[int, int] = {}
    for tour in tours:
        who = shifts[tour.shift]
        used[tour.shift] = used.get(tour.shift, 0) + 1
        seconds = legs[who.legs].seconds
        here, now = who.start, who.opens_s
        for visit, begin, end in zip(tour.visits, tour.begins_s, tour.ends_s, strict=True):
            leg = int(seconds[here, visits.place[visit]])
            if leg >= NO_WAY:
                wrong.append(f"shift {tour.shift}: no way to visit {visit}")
            if begin < now + leg:
                wrong.append(f"shift {tour.shift}: visit {visit} begins before it is reached")
            spans = visits.windows[visit]
            if spans and not any(first <= begin <= last for first, last in spans):
                wrong.append(f"shift {tour.shift}: visit {visit} is closed at {begin}")
            if end != begin + visits.service_s[visit]:
                wrong.append(f"shift {tour.shift}: visit {visit} has not its time")
            if visit in seen:
                wrong.append(f"visit {visit} is made twice")
            seen.add(visit)
            here, now = int(visits.place[visit]), end
        if now + int(seconds[here, who.end]) > who.closes_s:
            wrong.append(f"shift {tour.shift}: not back in time")
        taken = visits.needs[list(tour.visits)].sum(axis=0)
        if len(who.capacity) and (taken > np.array(who.capacity)).any():
            wrong.append(f"shift {tour.shift}: cannot do all of it")
    wrong += [f"shift {s}: used {n} times" for s, n in used.items() if n > shifts[s].count]
    missing = np.flatnonzero(visits.required & ~np.isin(np.arange(len(visits.place)), list(seen)))
    return wrong + [f"visit {v} is required and not made" for v in missing.tolist()]


def _problem(
    legs: Sequence[Legs], visits: Visits, shifts: Sequence[Shift]
) -> tuple[ProblemData, list[int]]:
    """Return the solver's problem, and which visit each of its clients is.

    A visit with several windows becomes one client a window, of which at most one is served.
    """
    import pyvrp

    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    visit_of: list[int] = []
    for visit, spans in enumerate(visits.windows):
        several = len(spans) > 1
        group = len(groups) if several else None
        members = []
        for first, last in spans or [(0, NO_WAY)]:
            members.append(len(clients))
            visit_of.append(visit)
            clients.append(
                pyvrp.Client(
                    location=int(visits.place[visit]),
                    delivery=visits.needs[visit].tolist(),
                    service_duration=int(visits.service_s[visit]),
                    tw_early=int(first),
                    tw_late=int(last),
                    prize=int(visits.prize[visit]),
                    required=bool(visits.required[visit]) and not several,
                    group=group,
                )
            )
        if several:
            groups.append(pyvrp.ClientGroup(members, required=bool(visits.required[visit])))
    places = len(legs[0].seconds)
    ends = sorted({place for shift in shifts for place in (shift.start, shift.end)})
    depot = {place: number for number, place in enumerate(ends)}
    return (
        pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in range(places)],
            clients=clients,
            depots=[pyvrp.Depot(place) for place in ends],
            vehicle_types=[
                pyvrp.VehicleType(
                    num_available=shift.count,
                    capacity=list(shift.capacity),
                    start_depot=depot[shift.start],
                    end_depot=depot[shift.end],
                    tw_early=shift.opens_s,
                    tw_late=shift.closes_s,
                    shift_duration=shift.longest_s,
                    profile=shift.legs,
                )
                for shift in shifts
            ],
            distance_matrices=[leg.cost for leg in legs],
            duration_matrices=[leg.seconds for leg in legs],
            groups=groups,
        ),
        visit_of,
    )


def _next_opening(windows: Sequence[Window], now: int) -> int:
    """Return the first moment from now on at which a visit may begin; now where none is left."""
    return min((max(first, now) for first, last in windows if now <= last), default=now)
