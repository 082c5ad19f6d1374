"""Tours against every possible tour, against published instances, and against an own check."""

from itertools import permutations

import numpy as np
import pytest
import pyvrp

from weizhan.coverage.rounds.tours import (
    NO_WAY,
    Legs,
    Shift,
    Tour,
    Visits,
    cost_of,
    faults,
    find_tours,
    timed,
)
from weizhan.geo.words.errors import InputError


def _instance(seed):
    """Five visits and two shifts with windows, prizes, a skill and a leg that is not there."""
    rng = np.random.default_rng(seed)
    places, visits = 7, 5
    xy = rng.integers(0, 1000, size=(places, 2))
    seconds = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1)).round().astype(np.int64)
    a, b = rng.choice(places, 2, replace=False)
    seconds[a, b] = NO_WAY
    opens = rng.integers(0, 2000, visits)
    windows = [
        [] if k == 0 else [(int(o), int(o) + 600), (int(o) + 2500, int(o) + 3000)][: 1 + k % 2]
        for k, o in enumerate(opens)
    ]
    return (
        [Legs(seconds, seconds)],
        Visits(
            place=np.arange(2, 7),
            service_s=rng.integers(60, 400, visits),
            windows=windows,
            prize=rng.integers(200, 2500, visits),
            required=np.zeros(visits, dtype=bool),
            needs=(rng.random((visits, 1)) < 0.4).astype(np.int64),
        ),
        [Shift(0, 0, 0, 0, 2500, (5,)), Shift(0, 1, 1, 2600, 5000, (0,))],
    )


def _best(legs, visits, shifts):
    """Try every way of giving visits, in every order, to two shifts."""
    best = int(visits.prize.sum())
    rows = range(len(visits.place))
    for count in range(len(visits.place) + 1):
        for chosen in permutations(rows, count):
            for cut in range(count + 1):
                parts = (chosen[:cut], chosen[cut:])
                tours = [timed(legs, visits, shifts, s, p) for s, p in enumerate(parts) if p]
                if not faults(legs, visits, shifts, tours):
                    best = min(best, cost_of(legs, visits, shifts, tours))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_small_tours_are_the_best_of_all(seed):
    legs, visits, shifts = _instance(seed)
    found = find_tours(legs, visits, shifts, iterations=2000)
    assert faults(legs, visits, shifts, found.tours) == []
    assert found.cost == _best(legs, visits, shifts)
    made = {v for tour in found.tours for v in tour.visits}
    assert made | set(found.left_out) == set(range(5))


def test_the_same_seed_gives_the_same_tours():
    problem = _instance(3)
    assert find_tours(*problem, iterations=500, seed=7) == find_tours(
        *problem, iterations=500, seed=7
    )


def test_required_visits_that_cannot_be_made_are_told():
    legs, visits, shifts = _instance(0)
    late = [[(9000, 9001)]] * 5
    impossible = Visits(
        visits.place, visits.service_s, late, visits.prize, np.ones(5, dtype=bool), visits.needs
    )
    with pytest.raises(InputError, match="5"):
        find_tours(legs, impossible, shifts, iterations=200)


def test_the_check_finds_what_is_wrong_with_a_tour():
    seconds = np.array([[0, 100, 100], [100, 0, NO_WAY], [100, 100, 0]], dtype=np.int64)
    legs = [Legs(seconds, seconds)]
    visits = Visits(
        np.array([1, 2]), np.array([50, 50]), [[(0, 120)], []], np.array([9, 9]),
        np.array([True, True]), np.array([[1], [0]]),
    )  # fmt: skip
    shifts = [Shift(0, 0, 0, 0, 1000, (1,)), Shift(0, 0, 0, 0, 260, (0,))]

    def wrong(tour):
        return " | ".join(faults(legs, visits, shifts, [tour]))

    assert wrong(Tour(0, (1, 0), (100, 250), (150, 300), 400)).count("closed") == 1
    assert "no way" in wrong(Tour(0, (0, 1), (100, NO_WAY), (150, NO_WAY + 50), 0))
    assert "before it is reached" in wrong(Tour(0, (1,), (99,), (149,), 249))
    assert "not its time" in wrong(Tour(0, (1,), (100,), (149,), 249))
    assert "not back" in wrong(Tour(1, (1,), (120,), (170,), 270))
    assert "cannot do" in wrong(Tour(1, (0,), (100,), (150,), 250))
    assert "made twice" in wrong(Tour(0, (1, 1), (100, 150), (150, 200), 300))
    assert "required and not made" in wrong(Tour(0, (1,), (100,), (150,), 250))
    twice = [timed(legs, visits, shifts, 0, [v]) for v in (0, 1)]
    assert any("used 2 times" in fault for fault in faults(legs, visits, shifts, twice))


def test_a_published_instance_comes_within_two_per_cent_of_the_best_known(shared):
    """Thousand customers with prizes and windows; how long it takes is in benchmarks/rounds.py."""
    folder = shared / "bench" / "routing" / "PCVRPTW"
    legs, visits, shifts = published(folder / "C1_10_1.vrp")
    found = find_tours(legs, visits, shifts, iterations=80_000)
    best_known = int((folder / "C1_10_1.sol").read_text().split("Cost:")[1])
    assert faults(legs, visits, shifts, found.tours) == []
    assert found.cost <= 1.02 * best_known


def published(file):
    """Read an instance of the solver's own collection as arrays."""
    data = pyvrp.read(file, round_func="dimacs")
    clients = [data.client(k) for k in range(data.num_clients)]
    kind = data.vehicle_type(0)
    return (
        [Legs(data.duration_matrix(0), data.distance_matrix(0))],
        Visits(
            np.array([client.location for client in clients]),
            np.array([client.service_duration for client in clients]),
            [[(client.tw_early, client.tw_late)] for client in clients],
            np.array([client.prize for client in clients]),
            np.array([client.required for client in clients]),
            np.array([client.delivery for client in clients]),
        ),
        [Shift(0, 0, 0, kind.tw_early, kind.tw_late, tuple(kind.capacity), kind.num_available)],
    )
