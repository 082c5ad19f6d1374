"""Compiled sums of the risk of a year: whom a fire finds, and its harm over all hours.

Of a block of buildings in every draw; the formulas are those of `log_people` and `log_height`,
multiplied where those add logs, and what cancels between their factors left out.
"""

from __future__ import annotations

import numpy as np

from ..compiled import njit


@njit("f8(f8, f8, f8, f8)", cache=True, inline="always")
def _found(people, usual, power, single):  # type: ignore[no-untyped-def]
    """Return how many of these people a fire finds; see `people_found`."""
    return people * single if people <= 1.0 else (people / usual) ** power


@njit("f8[:, ::1](UniTuple(f8[:, ::1], 8), f8[:, ::1])", cache=True, nogil=True)
def people_harmed(of_cells, of_draws):  # type: ignore[no-untyped-def]
    """Return the deaths among the people of a house before its height counts, ``(n, draws)``.

    Parameters
    ----------
    of_cells
        ``(n, draws)`` each: people present; children, elders, special and dependent of them;
        whether people sleep there; the logs by which present and vulnerable people are blurred.
    of_draws
        ``(10, draws)``: fewest people, those of an ordinary fire, exponent, what one person
        counts, harm of people awake; of those in need, least first, by what it is multiplied;
        deaths of an ordinary fire, over what usual people in need multiply.
    """
    present, children, elders, special, dependent, sleeps, blur, need_blur = of_cells
    least, usual, power, single, awake = of_draws[:5]
    child, elder, alone, cannot = of_draws[5:9]
    scale = of_draws[9]
    harmed = np.empty_like(present)
    for i in range(present.shape[0]):
        for d in range(present.shape[1]):
            there = max(present[i, d], least[d])
            usually = 1.0 if sleeps[i, d] > 0 else awake[d]
            u, p, s = usual[d], power[d], single[d]
            total = usually * _found(there, u, p, s)
            # Who is harmed at least as much as a group: one group in another.
            fourth = min(dependent[i, d], there)
            third = min(max(dependent[i, d], special[i, d]), there)
            second = min(max(dependent[i, d], special[i, d], elders[i, d]), there)
            old = max(special[i, d], elders[i, d])
            first = min(max(dependent[i, d], old, old + children[i, d]), there)
            if first > 0:
                many = _found(first, u, p, s)
                total += (child[d] - 1.0) * usually * many
                if second < first:
                    many = _found(second, u, p, s)
                total += (elder[d] - child[d]) * usually * many
                if third < second:
                    many = _found(third, u, p, s)
                total += (alone[d] - elder[d]) * usually * many
                if fourth < third:
                    many = _found(fourth, u, p, s)
                total += (cannot[d] - alone[d] * usually) * many
            log = blur[i, d] + need_blur[i, d]
            harmed[i, d] = total * scale[d] * (1.0 if log == 0 else np.exp(log))
    return harmed


@njit(
    "Tuple((f8[:, ::1], f8[:, ::1]))(f8[:, :, ::1], UniTuple(f8[:, ::1], 3),"
    "Tuple((f8[:, ::1], i4[:, ::1])), Tuple((f8[::1], i4[::1], i4[::1], f8[::1])),"
    "f8[:, ::1], f8, f8)",
    cache=True,
    nogil=True,
)
def year_harm(people, of_cells, crews, year, of_draws, from_m, stack):  # type: ignore[no-untyped-def]
    """Return the deaths of a fire over a year, ``(n, draws)``, and their means by stretch.

    Parameters
    ----------
    people
        ``(shifts, n, draws)`` from `people_harmed`.
    of_cells
        ``(n, draws)`` each: height in metres, whether people sleep there, the share of harm that
        all means but the crew leave.
    crews
        ``(chances, draws)`` the share that a crew takes away, and ``(n, stretches)`` which of
        them holds.
    year
        By stretch its share of fires, its shift, its kind of hour; by kind of hour the factor on
        harm where people sleep.
    of_draws
        ``(4, draws)``: the height that counts half, roughly; what a high-rise multiplies; the
        weight of height; the least that all means leave.
    from_m, stack
        Height from which it counts, and how little night and height add up.
    """
    height_m, sleeps, others = of_cells
    share, which = crews
    fires, shift, kind, asleep = year
    scale_m, high_rise, weight, least = of_draws
    n, draws = others.shape
    total = np.empty((n, draws))
    means = np.zeros((n, len(fires)))
    factor = np.empty(len(asleep))
    on_ground = np.empty((len(asleep), draws))  # by kind of hour, where people sleep
    for k in range(len(asleep)):
        for d in range(draws):
            on_ground[k, d] = asleep[k] ** weight[d]
    for i in range(n):
        for d in range(draws):
            above = height_m[i, d] - from_m
            sleeping = sleeps[i, d] > 0
            if above > 0:
                high = 1.0 + (1.0 - np.exp(-above / scale_m[d])) * (high_rise[d] - 1.0)
                awake = high ** weight[d]
                stacked = high**stack if sleeping else 0.0
                for k in range(len(asleep)):
                    factor[k] = awake
                    if sleeping:
                        time = max(asleep[k], 1.0)
                        both = (stacked + time**stack - 1.0) ** (1.0 / stack)
                        factor[k] = (both * min(asleep[k], 1.0)) ** weight[d]
            else:
                for k in range(len(asleep)):
                    factor[k] = on_ground[k, d] if sleeping else 1.0
            harm = 0.0
            for part in range(len(fires)):
                left = max(others[i, d] * (1.0 - share[which[i, part], d]), least[d])
                own = fires[part] * people[shift[part], i, d] * factor[kind[part]] * left
                means[i, part] += own
                harm += own
            total[i, d] = harm
    return total, means / draws
