"""Even loads: nobody is out all day while another makes one visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...geo.arrays import Floats
from .tours import Legs, Shift, Tour, Tours, Visits, find_tours

EVEN: Final = 1.25  # the longest load against the mean that needs no mending
#: Longest shift against the mean that is tried, the evenest first.
CAPS: Final = (1.1, 1.3, 1.6)


def even_tours(
    legs: Sequence[Legs],
    visits: Visits,
    shifts: Sequence[Shift],
    found: Tours,
    *,
    team: Sequence[int],
    seed: int,
    iterations: int,
    patience: int,
) -> Tours:
    """Return tours that make no fewer visits than some found, with loads nearer each other.

    The search is asked again with shifts that may last only little longer than the mean; where
    that leaves out a visit that was made, a longer one is tried, and at last the tours stay as
    they are. A heuristic, as the search is.

    Parameters
    ----------
    legs, visits, shifts
        As for `weizhan.coverage.rounds.tours.find_tours`.
    found
        What it found.
    team
        Whose each shift is.
    seed, iterations, patience
        Of the search.
    """
    best, load = found, loads(legs, visits, shifts, found.tours, team)
    if len(load) < 2 or load.max() <= EVEN * load.mean():
        return found
    mean = load.sum() / len(shifts)
    for cap in CAPS:
        short = [replace(shift, longest_s=round(cap * mean)) for shift in shifts]
        tried = find_tours(legs, visits, short, seed=seed, iterations=iterations, patience=patience)
        if not set(tried.left_out) <= set(found.left_out):
            continue
        now = loads(legs, visits, shifts, tried.tours, team)
        if now.max() < load.max():
            best, load = tried, now
        if load.max() <= EVEN * load.mean():
            break
    return best


def loads(
    legs: Sequence[Legs],
    visits: Visits,
    shifts: Sequence[Shift],
    tours: Sequence[Tour],
    team: Sequence[int],
) -> Floats:
    """Return the seconds that each team with a shift is out; it leaves as late as it can.

    Parameters
    ----------
    legs, visits, shifts
        As for `weizhan.coverage.rounds.tours.find_tours`.
    tours
        What it found.
    team
        Whose each shift is.
    """
    load = dict.fromkeys(team, 0)
    for tour in tours:
        shift = shifts[tour.shift]
        way = legs[shift.legs].seconds[shift.start, visits.place[tour.visits[0]]]
        load[team[tour.shift]] += tour.back_s - tour.begins_s[0] + int(way)
    return np.array(list(load.values()), dtype=np.float64)
