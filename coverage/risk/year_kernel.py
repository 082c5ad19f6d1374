"""The compiled draws of the risk of a year: one building after the other, all draws of it at once.

The formulas are those of `fill`, `log_likelihood`, `log_consequence` and `log_left`, and the random
numbers are theirs, too: `tests/coverage/risk/test_year.py` holds one against the other. Only what
nobody told is drawn, so a building of which all is known costs a fraction of any other.
"""

from __future__ import annotations

import math

import numpy as np

from ..compiled import njit
from .likelihood import LEAST_RESIDENTS
from .row_kernels import below_row, exp_row, log_row, normal_row, start_of, uniform_row

#: Streams of random numbers, as `weizhan.coverage.risk.missing` names them: even ones, then blurs.
EVEN = (
    "kind", "people_kind", "floors", "floors_range", "height_m_range", "people", "people_range",
    "elders", "children", "detector", "sprinkler", "systems", "remote", "single", "water_range",
    "hazards",
)  # fmt: skip
(
    _KIND, _PEOPLE_KIND, _FLOORS, _FLOORS_RANGE, _HEIGHT_RANGE, _PEOPLE, _PEOPLE_RANGE,
    _ELDERS, _CHILDREN, _DETECTOR, _SPRINKLER, _SYSTEMS, _REMOTE, _SINGLE, _WATER_RANGE,
    _HAZARDS,
) = range(16)  # fmt: skip
BLURS = ("likelihood", "escape", "spread", "kind", "floors", "residents", "present", "elders",
         "means")  # fmt: skip
(
    _OFTEN,
    _ESCAPE,
    _SPREAD,
    _OF_KIND,
    _OF_FLOORS,
    _OF_RESIDENTS,
    _OF_PRESENT,
    _OF_ELDERS,
    _OF_MEANS,
) = range(9)

#: What is told of a building: NaN is not known, and an end where no range was told.
TOLD = (
    "footprint_m2", "floors", "floors_low", "floors_high", "height_m", "height_low", "height_high",
    "area_m2", "named", "detector", "sprinkler", "systems", "remote", "single", "water",
    "water_low", "water_high", "elders", "children", "special", "helped", "three_in_one",
    "sublet", "more", "rooms", "leased", "rcd", "monitor", "unlooked", "inspected", "bottled",
)  # fmt: skip
(
    _T_FOOTPRINT, _T_FLOORS, _T_FLOORS_LOW, _T_FLOORS_HIGH, _T_HEIGHT, _T_HEIGHT_LOW,
    _T_HEIGHT_HIGH, _T_AREA, _T_NAMED, _T_DETECTOR, _T_SPRINKLER, _T_SYSTEMS, _T_REMOTE, _T_SINGLE,
    _T_WATER, _T_WATER_LOW, _T_WATER_HIGH, _T_ELDERS, _T_CHILDREN, _T_SPECIAL, _T_HELPED,
    _T_THREE_IN_ONE, _T_SUBLET, _T_MORE, _T_ROOMS, _T_LEASED, _T_RCD, _T_MONITOR, _T_UNLOOKED,
    _T_INSPECTED, _T_BOTTLED,
) = range(31)  # fmt: skip

#: Numbers of the method by draw, as `weizhan.coverage.risk.year_draws` puts them together.
NUMBERS = (
    "hazards", "hazard_cap", "electrical", "rcd", "monitor", "three_in_one", "sublet", "let",
    "leased", "bed_taken", "helper", "inspection", "least_people", "usual", "power", "awake",
    "all", "child", "elder", "alone", "cannot", "deaths", "growth", "escape", "escape_cap", "stair",
    "spread", "spread_cap", "bottled", "detector", "sprinkler", "systems", "remote", "water",
    "water_unknown", "least_left", "height_scale", "high_rise", "height", "travel", "crew",
    "crew_unknown",
)  # fmt: skip
(
    _N_HAZARDS, _N_HAZARD_CAP, _N_ELECTRICAL, _N_RCD, _N_MONITOR, _N_THREE_IN_ONE, _N_SUBLET,
    _N_LET, _N_LEASED, _N_BED, _N_HELPER, _N_INSPECTION, _N_LEAST, _N_USUAL, _N_POWER, _N_AWAKE,
    _N_ALL, _N_CHILD, _N_ELDER, _N_ALONE, _N_CANNOT, _N_DEATHS, _N_GROWTH, _N_ESCAPE, _N_ESCAPE_CAP,
    _N_STAIR, _N_SPREAD, _N_SPREAD_CAP, _N_BOTTLED, _N_DETECTOR, _N_SPRINKLER, _N_SYSTEMS,
    _N_REMOTE, _N_WATER, _N_WATER_UNKNOWN, _N_LEAST_LEFT, _N_HEIGHT_SCALE, _N_HIGH_RISE, _N_HEIGHT,
    _N_TRAVEL, _N_CREW, _N_CREW_UNKNOWN,
) = range(42)  # fmt: skip

#: What holds for a class, as `draw_year` reads it.
_F_BY_PEOPLE, _F_SLEEPS, _F_GROWTH, _F_DECIDES, _F_SHARES, _F_LEAST = 0, 1, 2, 3, 4, 8


@njit("b1(f8, f8, f8, f8[::1], f8[::1])", cache=True, nogil=True, error_model="numpy")
def _told_row(value, low, high, u, out):  # type: ignore[no-untyped-def]
    """Write what is told of a building, anywhere in its range; return whether that is nothing."""
    ranged = not math.isnan(low)
    for d in range(len(out)):
        out[d] = low + u[d] * (high - low) if ranged else value
    return math.isnan(value) and not ranged


@njit("void(f8[:, ::1], i8[::1], f8[::1], f8[::1])", cache=True, nogil=True, error_model="numpy")
def _quantile_row(table, kind, u, out):  # type: ignore[no-untyped-def]
    """Take quantiles of the class of each draw."""
    many = table.shape[1]
    for d in range(len(out)):
        out[d] = table[kind[d], min(int(u[d] * many), many - 1)]


@njit("void(f8[::1], f8[:, ::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def _class_row(u, bounds, kind):  # type: ignore[no-untyped-def]
    """Choose the class of a building of unknown use."""
    for d in range(len(kind)):
        kind[d] = 0
        for k in range(bounds.shape[0]):
            kind[d] += u[d] > bounds[k, d]


@njit("void(b1, f8, f8, f8[:, ::1], f8[::1])", cache=True, nogil=True, error_model="numpy")
def _least_row(lost, named, beds, number, people):  # type: ignore[no-untyped-def]
    """Raise people to those who are known to be there: who is in need, and who has a bed."""
    for d in range(len(people)):
        people[d] = max(people[d], named if lost else 0.0)
        if beds * number[_N_BED, d] > people[d]:
            people[d] = beds * number[_N_BED, d]


@njit(
    "void(f8[::1], f8[:, ::1], f8[::1], f8[::1], i8[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _found_row(people, number, single, out, bits):  # type: ignore[no-untyped-def]
    """Write how many of these people a fire finds, `single` of one alone; see `people_found`."""
    most = 0.0
    for d in range(len(out)):
        most = max(most, people[d])
    if most > 1.0:
        for d in range(len(out)):
            out[d] = max(people[d], 1.0)
        log_row(out, bits)
        for d in range(len(out)):
            out[d] = number[_N_POWER, d] * (out[d] - number[_N_USUAL, d])
        exp_row(out, bits)
    else:
        for d in range(len(out)):
            out[d] = single[d]
    for d in range(len(out)):
        out[d] *= min(people[d], 1.0)


@njit("void(f8[:, ::1], f8[::1], f8[:, ::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def _harmed_row(people, sleeps, number, bits):  # type: ignore[no-untyped-def]
    """Sum up the harm of those in need and all others; see `log_vulnerable`.

    Parameters
    ----------
    people
        ``(8, draws)``: present; elders, children, special and dependent of them; the sum; spare;
        how many a fire finds of one alone.
    sleeps
        ``(draws,)`` whether people sleep there.
    number, bits
        As for the others.
    """
    draws = people.shape[1]
    total, many = people[5], people[6]
    # Who is harmed at least as much as a group: all, then one group in another.
    for d in range(draws):
        there = max(people[0, d], number[_N_LEAST, d])
        elders, children = people[1, d], people[2, d]
        special, dependent = people[3, d], people[4, d]
        old = max(special, elders)
        people[0, d] = there
        people[1, d] = min(max(dependent, old + children), there)
        people[2, d] = min(max(dependent, old), there)
        people[3, d] = min(max(dependent, special), there)
        people[4, d] = min(dependent, there)
        total[d] = 0.0
    for group in range(5):
        own, before = people[group], people[max(group - 1, 0)]
        other = group == 0
        for d in range(draws):
            other |= own[d] != before[d]
        if other:
            _found_row(own, number, people[7], many, bits)
        for d in range(draws):
            usually = 1.0 if sleeps[d] > 0 else number[_N_AWAKE, d]
            more = number[_N_ALL + group, d] * (1.0 if group == 4 else usually)
            less = number[_N_ALL + group - 1, d] * usually if group > 0 else 0.0
            total[d] += (more - less) * many[d]


@njit(
    "void(f8[::1], f8[::1], f8[:, ::1], f8[:, ::1], f8, i8[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _height_rows(above, asleep, number, factor, stack, bits):  # type: ignore[no-untyped-def]
    """Write what height multiplies harm by, by kind of hour; see `log_height`.

    Parameters
    ----------
    above
        ``(draws,)`` metres above those that count; written over.
    asleep
        ``(kinds,)`` factor on harm by kind of hour where people sleep; 1 where they are awake.
    number, bits
        As for the others.
    factor
        ``(kinds, draws)``.
    stack
        How little night and height add up.
    """
    draws = len(above)
    for d in range(draws):
        above[d] = -max(above[d], 0.0) / number[_N_HEIGHT_SCALE, d]
    exp_row(above, bits)
    for d in range(draws):
        above[d] = 1.0 + (1.0 - above[d]) * (number[_N_HIGH_RISE, d] - 1.0)
    log_row(above, bits)
    for k in range(len(asleep)):
        time, own = max(asleep[k], 1.0) ** stack, factor[k]
        less = math.log(min(asleep[k], 1.0))
        for d in range(draws):
            own[d] = stack * above[d]
        exp_row(own, bits)
        for d in range(draws):
            own[d] += time - 1.0
        log_row(own, bits)
        for d in range(draws):
            own[d] = number[_N_HEIGHT, d] * (own[d] / stack + less)
        exp_row(own, bits)


@njit(
    "void(Tuple((u8[::1], u1[:, ::1], f8[:, ::1], i8[:, ::1], u1[:, ::1], f8[:, :, ::1],"
    "f8[:, ::1])),"
    "Tuple((u8[::1], f8[:, ::1], f8[:, :, ::1], f8[:, :, :, ::1], f8[:, ::1], i8[:, ::1])),"
    "UniTuple(f8[:, ::1], 7),"
    "Tuple((f8[:, :, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1])),"
    "Tuple((f8[::1], i8[::1], i8[::1], f8[::1])), UniTuple(f8, 6),"
    "Tuple((f8[:, ::1], f8[:, ::1], f4[:, ::1], f8[:, :, ::1])))",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def draw_year(houses, classes, rates, hazards, year, method, out):  # type: ignore[no-untyped-def]
    """Draw fires a year and deaths a fire of houses.

    Parameters
    ----------
    houses
        Their keys; ``(n, EVEN and BLURS)`` what is drawn; ``(n, TOLD)``
        what is told; ``(n, 6)`` rows of class (-1 unknown), community, fire-danger class (-1), gas,
        neighbours and sums; ``(n, codes)`` open hazards;
        ``(1 + shifts, n, 4)`` who lives there and who is present, with the ends of the range, and
        beds with people;
        ``(n, stretches)`` the chance of a crew in standard deviations, infinite where not known.
    classes
        Streams of `EVEN` and `BLURS`; ``(8 + 2 * shifts, classes)``: whether fires go by people,
        whether people sleep, growth, whether the fire-danger class decides, shares that have
        sprinklers, systems, monitoring and a single stair, least shares of the old and the young;
        ``(2, classes, quantiles)`` of floors and detectors; ``(shifts, 4, classes, quantiles)`` of
        residents, people present, old and young; ``(classes - 1, draws)`` bounds of the
        shares of unknown use; ``(classes, donors)`` patterns of hazards.
    rates
        By draw: `NUMBERS`; fires of classes, and of communities; who cannot leave, by class; logs
        of growth, of gases and of neighbours.
    hazards
        ``(patterns, draws, 3)`` logs of likelihood, escape and spread, and ``(patterns, 2)`` growth
        and whether systems are stopped; the same of single codes.
    year
        By stretch its share of fires, its shift, its kind of hour; by kind of hour the factor on
        harm where people sleep, and last 1 for where they are awake.
    method
        Blur of what is not known, and of the use; metres of a floor; from which height it counts;
        how height and night add up; floors from which a single stair counts.
    out
        ``(n, draws)`` of fires, deaths a fire, and the log of their product; ``(3, places,
        draws)`` sums of fires, of their product and of residents.
    """
    key, asked, told, row, opened, present_told, chance = houses
    stream, fact, table, people_table, bounds, donor = classes
    number, rate, place_rate, dependent, growth_log, gas_log, near_log = rates
    pattern_log, pattern_worst, code_log, code_worst = hazards
    fires_share, shift_of, hour_of, asleep = year
    blur, use_blur, floor_m, height_from, stack, stair_floors = method
    fires_out, harm_out, log_out, sums = out
    draws, shifts, kinds = number.shape[1], len(present_told) - 1, len(asleep)
    even, blurs = np.zeros((len(EVEN), draws)), np.empty((len(BLURS), draws))
    work, spare = np.empty((11, draws)), np.empty(draws)
    worst, people = np.empty((2, draws)), np.empty((8, draws))
    factor, harmed = np.empty((kinds, draws)), np.empty((shifts, draws))
    crew = np.empty((len(fires_share), draws))
    longs = np.empty((3, draws), np.int64)
    bits, kind, of_people = longs[0], longs[1], longs[2]
    sleeps, floors, height, area = work[0], work[1], work[2], work[3]
    residents, log, fires, harm = work[4], work[5], work[6], work[7]
    product, others, device = work[8], work[9], work[10]
    flat = False  # whether factors are those of a house whose height does not count
    logs = np.empty((3, draws))
    for d in range(draws):
        people[7, d] = number[_N_POWER, d] * (0.0 - number[_N_USUAL, d])
    exp_row(people[7], bits)
    for i in range(len(key)):
        t = told[i]
        for at in range(len(EVEN)):
            if asked[i, at]:
                uniform_row(start_of(key[i], stream[at]), even[at])
        for at in range(len(BLURS)):
            own, log_sd = blurs[at], use_blur if at == _OF_KIND else blur
            if asked[i, len(EVEN) + at]:
                normal_row(start_of(key[i], stream[len(EVEN) + at]), spare, own, bits)
            else:
                log_sd, own[:] = 0.0, 0.0
            for d in range(draws):
                own[d] = log_sd * own[d] - log_sd * log_sd / 2
        for d in range(draws):
            kind[d] = of_people[d] = row[i, 0]
        if row[i, 0] < 0:
            _class_row(even[_KIND], bounds, kind)
            _class_row(even[_PEOPLE_KIND], bounds, of_people)

        # How large: height from floors where nobody measured, floor area as told where it is more.
        if _told_row(
            t[_T_FLOORS], t[_T_FLOORS_LOW], t[_T_FLOORS_HIGH], even[_FLOORS_RANGE], floors
        ):
            _quantile_row(table[0], kind, even[_FLOORS], floors)
        own = blurs[_OF_FLOORS]
        if asked[i, len(EVEN) + _OF_FLOORS]:
            exp_row(own, bits)
        else:
            own[:] = 1.0
        none = _told_row(
            t[_T_HEIGHT], t[_T_HEIGHT_LOW], t[_T_HEIGHT_HIGH], even[_HEIGHT_RANGE], height
        )
        high = False
        for d in range(draws):
            floors[d] = max(floors[d], 1.0) * own[d]
            area[d] = t[_T_FOOTPRINT] * floors[d]
            if t[_T_AREA] > area[d]:
                area[d] = t[_T_AREA]
            if none:
                height[d] = floors[d] * floor_m
            height[d] -= height_from
            high |= height[d] > 0
            sleeps[d] = fact[_F_SLEEPS, kind[d]]

        # Who lives there, and who is there in each shift, with the harm among them.
        own = blurs[_OF_PRESENT]
        if asked[i, len(EVEN) + _OF_PRESENT]:
            exp_row(own, bits)
        for s in range(-1, shifts):  # first those who live there
            many = residents if s < 0 else people[0]
            known, beds = present_told[s + 1, i, 0], present_told[s + 1, i, 3]
            low, high_end = present_told[s + 1, i, 1], present_told[s + 1, i, 2]
            if _told_row(known, low, high_end, even[_PEOPLE_RANGE], many):
                _quantile_row(
                    people_table[max(s, 0), min(s + 1, 1)], of_people, even[_PEOPLE], many
                )
                for d in range(draws):
                    many[d] *= area[d] / 100
            _least_row(math.isnan(known), t[_T_NAMED], beds, number, many)
            if s < 0:
                continue
            for which in range(2):
                count, counted = people[1 + which], t[_T_ELDERS + which]
                if math.isnan(counted):
                    _quantile_row(people_table[s, 2 + which], kind, even[_ELDERS + which], count)
                for d in range(draws):
                    if math.isnan(counted):
                        count[d] = min(max(count[d], 0.0), 1.0) * many[d]
                    else:
                        count[d] = counted
                    least = fact[_F_LEAST + 2 * s + which, kind[d]] * many[d]
                    count[d] = min(max(count[d], least), many[d])
            for d in range(draws):
                eased = 1.0 - number[_N_HELPER, d] * t[_T_HELPED]
                people[3, d] = min(t[_T_SPECIAL] * eased, many[d])
                weak = min(people[1, d] + people[2, d], many[d])
                people[4, d] = dependent[kind[d], d] * weak
            _harmed_row(people, sleeps, number, bits)
            for d in range(draws):
                harmed[s, d] = people[5, d] * (own[d] if math.isnan(known) else 1.0)

        # Hazards: those found, and where nobody looked those of others.
        for d in range(draws):
            worst[0, d] = worst[1, d] = 0.0
            floors[d] = floors[d] if floors[d] >= stair_floors else 0.0
        logs[:] = 0.0
        for code in range(opened.shape[1]):
            if opened[i, code]:
                for d in range(draws):
                    for which in range(2):
                        worst[which, d] = max(worst[which, d], code_worst[code, which])
                    for which in range(3):
                        logs[which, d] += code_log[code, d, which]
        if t[_T_UNLOOKED] > 0:
            for d in range(draws):
                at = donor[kind[d], int(even[_HAZARDS, d] * donor.shape[1])]
                for which in range(2):
                    worst[which, d] = max(worst[which, d], pattern_worst[at, which])
                for which in range(3):
                    logs[which, d] = max(logs[which, d], pattern_log[at, d, which])
        for which in range(3):
            for d in range(draws):
                blurs[which, d] += logs[which, d] * (
                    1.0 - t[_T_INSPECTED] * number[_N_INSPECTION, d]
                )

        # How often.
        for d in range(draws):
            told_log = t[_T_THREE_IN_ONE] * number[_N_THREE_IN_ONE, d]
            told_log += t[_T_SUBLET] * (number[_N_SUBLET, d] + number[_N_LET, d] * t[_T_MORE])
            told_log += number[_N_LET, d] * t[_T_ROOMS] + t[_T_LEASED] * number[_N_LEASED, d]
            told_log += gas_log[row[i, 3], d] + blurs[_OFTEN, d]
            log[d] = min(number[_N_HAZARDS, d] * told_log, number[_N_HAZARD_CAP, d])
            log[d] += blurs[_OF_KIND, d]
            left = 1.0 - t[_T_RCD] * number[_N_RCD, d]
            left *= 1.0 - t[_T_MONITOR] * number[_N_MONITOR, d]
            fires[d] = 1.0 - number[_N_ELECTRICAL, d] * (1.0 - left)
            fires[d] *= rate[kind[d], d] * place_rate[row[i, 1], d]
            if fact[_F_BY_PEOPLE, kind[d]] > 0:
                log[d] += blurs[_OF_RESIDENTS, d]
                fires[d] *= max(residents[d], LEAST_RESIDENTS) / 1000
            else:
                fires[d] *= area[d] / 1000
        exp_row(log, bits)

        # What holds a fire down, but for the crew.
        none = _told_row(t[_T_WATER], t[_T_WATER_LOW], t[_T_WATER_HIGH], even[_WATER_RANGE], others)
        for d in range(draws):
            fires[d] *= log[d]
            water = number[_N_WATER_UNKNOWN, d] if none else others[d]
            others[d] = 1.0 - water * number[_N_WATER, d]
        for which in range(5):  # detectors, sprinklers, systems, monitoring; the single stair
            known = t[_T_DETECTOR + which]
            if which == 0 and math.isnan(known):
                _quantile_row(table[1], kind, even[_DETECTOR], device)
            for d in range(draws):
                if not math.isnan(known):
                    device[d] = known
                elif which == 0:
                    device[d] = min(max(device[d], 0.0), 1.0)
                else:
                    part = fact[_F_SHARES + which - 1, kind[d]]
                    device[d] = 1.0 if even[_DETECTOR + which, d] < part else 0.0
                if which < 4:
                    works = 1.0 - worst[1, d]
                    others[d] *= 1.0 - works * device[d] * number[_N_DETECTOR + which, d]

        # How bad.
        for d in range(draws):
            usual = fact[_F_GROWTH, kind[d]]
            if row[i, 2] >= 0 and fact[_F_DECIDES, kind[d]] > 0:
                usual = row[i, 2]
            log[d] = number[_N_GROWTH, d] * growth_log[int(max(usual, row[i, 2], worst[0, d])), d]
            stair = device[d] * number[_N_STAIR, d] if floors[d] > 0 else 0.0
            slow = number[_N_ESCAPE, d] * (blurs[_ESCAPE, d] + stair)
            log[d] += min(slow, number[_N_ESCAPE_CAP, d])
            near = blurs[_SPREAD, d] + t[_T_BOTTLED] * number[_N_BOTTLED, d]
            near = number[_N_SPREAD, d] * (near + near_log[row[i, 4], d])
            log[d] += min(near, number[_N_SPREAD_CAP, d])
            log[d] += blurs[_OF_MEANS, d] + blurs[_OF_ELDERS, d]
        exp_row(log, bits)
        if high or not flat:
            if not high:
                height[:] = 0.0
            _height_rows(height, asleep, number, factor, stack, bits)
            flat = not high
        harm[:] = 0.0
        for part in range(len(fires_share)):
            at = 0  # the first stretch with the same chance
            while chance[i, at] != chance[i, part]:
                at += 1
            crew_row, there = crew[at], harmed[shift_of[part]]
            if at == part:
                below_row(chance[i, at], number[_N_TRAVEL], crew_row)
                for d in range(draws):
                    if math.isinf(chance[i, at]):
                        crew_row[d] = number[_N_CREW_UNKNOWN, d]
                    crew_row[d] *= number[_N_CREW, d]
            hour, awake = factor[hour_of[part]], factor[kinds - 1]
            for d in range(draws):
                left = max(others[d] * (1.0 - crew_row[d]), number[_N_LEAST_LEFT, d])
                time = hour[d] if sleeps[d] > 0 else awake[d]
                harm[d] += fires_share[part] * there[d] * time * left
        place = row[i, 5]
        for d in range(draws):
            harm[d] *= log[d] * number[_N_DEATHS, d]
            product[d] = fires[d] * harm[d]
            sums[0, place, d] += fires[d]
            sums[1, place, d] += product[d]
            sums[2, place, d] += residents[d]
            fires_out[i, d], harm_out[i, d] = fires[d], harm[d]
        log_row(product, bits)
        for d in range(draws):
            log_out[i, d] = product[d]
