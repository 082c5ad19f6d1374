"""Loads by hand: a row of houses, and teams who could each do all of it."""

import numpy as np
import pytest

from weizhan.coverage.rounds.even_loads import EVEN, even_tours, loads
from weizhan.coverage.rounds.tours import Legs, Shift, Visits, faults, find_tours

MINUTE = 60
SEARCH = {"seed": 1, "iterations": 2000, "patience": 500}


def _street(count, *, service_min=10, apart_s=30):
    """An office and houses in a row beside it."""
    at = np.arange(count + 1) * apart_s
    seconds = np.abs(at[:, None] - at[None, :]).astype(np.int64)
    visits = Visits(
        place=np.arange(1, count + 1, dtype=np.intp),
        service_s=np.full(count, service_min * MINUTE, dtype=np.int64),
        windows=[[] for _ in range(count)],
        prize=np.full(count, 10**6, dtype=np.int64),
        required=np.zeros(count, dtype=bool),
        needs=np.zeros((count, 0), dtype=np.int64),
    )
    return [Legs(seconds, seconds)], visits


def _shift(*, hours=6):
    return Shift(0, 0, 0, 9 * 3600, (9 + hours) * 3600)


def test_two_teams_share_what_one_could_do_alone():
    legs, visits = _street(30)
    shifts = [_shift(), _shift()]
    found = find_tours(legs, visits, shifts, **SEARCH)
    even = even_tours(legs, visits, shifts, found, team=[0, 1], **SEARCH)
    load = loads(legs, visits, shifts, even.tours, [0, 1])
    assert even.left_out == found.left_out == ()
    assert load.max() <= EVEN * load.mean()
    assert sorted(len(tour.visits) for tour in even.tours)[0] >= 12
    assert not faults(legs, visits, shifts, even.tours)


def test_a_team_with_two_shifts_counts_both():
    legs, visits = _street(4)
    shifts = [_shift(hours=1), _shift(hours=1)]
    found = find_tours(legs, visits, shifts, **SEARCH)
    apart = loads(legs, visits, shifts, found.tours, [0, 1])
    assert loads(legs, visits, shifts, found.tours, [0, 0]) == pytest.approx([apart.sum()])


@pytest.mark.parametrize("count", [1, 3, 9])
def test_no_visit_is_given_up_for_an_even_load(count):
    """The second team has only ten minutes: what does not fit it stays with the first."""
    legs, visits = _street(count)
    short = Shift(0, 0, 0, 9 * 3600, 9 * 3600 + 12 * MINUTE)
    shifts = [_shift(), short]
    found = find_tours(legs, visits, shifts, **SEARCH)
    even = even_tours(legs, visits, shifts, found, team=[0, 1], **SEARCH)
    assert even.left_out == found.left_out == ()
    assert not faults(legs, visits, shifts, even.tours)
