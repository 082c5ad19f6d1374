"""The risk of a year of a block of buildings in every draw: all its stretches from one filling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geo.arrays import Floats, Ints
from ...geo.rules import RiskRule, RuleSet
from .consequence import HARMED, IN_NEED, asleep, log_building
from .kernels import people_harmed, year_harm
from .likelihood import log_likelihood
from .missing import Filled, fill, with_people
from .mitigation import crew_share, fixed_means, left_by
from .numbers import RiskNumbers
from .year import YearInputs


@dataclass(frozen=True)
class YearLogs:
    """Logs of fires a year and of deaths a fire, ``(buildings, draws)``.

    ``shares`` is how much of each building's harm falls in each stretch, ``(buildings,
    stretches)``, the mean of the draws; ``residents`` who lives there, drawn where nobody told.
    """

    fires: Floats
    harm: Floats
    shares: Floats
    residents: Floats


def year_logs(told: YearInputs, numbers: RiskNumbers, rules: RuleSet, seed: int | None) -> YearLogs:
    """Return the risk of a block of buildings in a year, as logs.

    Harm of a fire is that of each stretch weighed by its share of the fires. What does not hang
    on the hour is computed once; nothing is drawn twice.
    """
    first, method = told.year[0].now.is_day, rules.risk
    inputs, given = told.shifts[first], told.donated[first]
    floor_m = rules.compliance.floor_m.value
    filled: dict[bool, Filled] = {
        first: fill(inputs, given, numbers, method, seed, floor_m=floor_m)
    }
    often = log_likelihood(inputs, filled[first], numbers, method, log_time=0.0)
    bad = log_building(inputs, filled[first], numbers, method)
    shape = len(told), numbers.draws
    for is_day in {part.now.is_day for part in told.year} - {first}:
        filled[is_day] = with_people(
            filled[first], told.shifts[is_day], told.donated[is_day], numbers, method, seed
        )
    shifts = list(filled)
    people = np.stack([_harmed(filled[is_day], numbers, method, shape) for is_day in shifts])
    others = left_by(fixed_means(inputs, filled[first], numbers))
    total, shares = year_harm(
        people,
        (
            _whole(filled[first].height_m, shape),
            _whole(asleep(filled[first], method), shape),
            _whole(others, shape),
        ),
        _crews(told, numbers),
        _hours(told, shifts),
        np.stack(
            [
                numbers.one["consequence.height_scale_m"],
                numbers.one["consequence.high_rise"],
                numbers.weight["height"],
                1 - numbers.one["mitigation.cap"],
            ]
        ),
        method.consequence.height_from_m.value,
        method.consequence.night_height_power.value,
    )
    shares /= shares.sum(axis=1, keepdims=True)
    fires = np.broadcast_to(_sum(often), shape)
    harm = _sum(bad) + filled[first].mitigation_blur + np.log(total)
    return YearLogs(fires, harm, shares, np.broadcast_to(filled[first].residents, shape))


def _harmed(
    filled: Filled, numbers: RiskNumbers, rules: RiskRule, shape: tuple[int, int]
) -> Floats:
    """Return the deaths among the people of each house; see `people_harmed`."""
    one, weight = numbers.one, numbers.weight["vulnerable"]
    usual, power = one["consequence.people_reference"], one["consequence.people_exponent"]
    in_need = [getattr(filled, name) for name in IN_NEED]
    harm = [one[f"consequence.{name}"] ** weight for name in HARMED]
    scale = one["consequence.deaths_per_fire"] / one["consequence.vulnerable_reference"] ** weight
    cells = (filled.present, *in_need, asleep(filled, rules), filled.present_blur)
    harmed: Floats = people_harmed(
        tuple(_whole(cell, shape) for cell in (*cells, filled.vulnerable_blur)),
        np.stack(
            [
                one["consequence.people_least"],
                usual,
                power,
                (1 / usual) ** power,
                one["consequence.awake"],
                *np.maximum(np.maximum.accumulate(harm), 1.0),
                scale,
            ]
        ),
    )
    return harmed


def _crews(told: YearInputs, numbers: RiskNumbers) -> tuple[Floats, Ints]:
    """Return what crews take away by each chance there is, and which chance holds when."""
    chances, which = np.unique(told.crew, return_inverse=True)
    return crew_share(chances, numbers), which.reshape(told.crew.shape).astype(np.int32)


def _hours(told: YearInputs, shifts: list[bool]) -> tuple[Floats, Ints, Ints, Floats]:
    """Return fires, shift and kind of each stretch, and the factors of the kinds."""
    asleep, kind = np.unique([part.now.harm_asleep for part in told.year], return_inverse=True)
    shift = [shifts.index(part.now.is_day) for part in told.year]
    fires = np.array([part.now.fires for part in told.year])
    return fires, np.array(shift, dtype=np.int32), kind.astype(np.int32), asleep


def _whole(values: Floats, shape: tuple[int, int]) -> Floats:
    """Return what may stand once for all draws as a value a draw, as kernels take it."""
    if values.shape == shape and values.flags.c_contiguous and values.flags.writeable:
        return values
    return np.array(np.broadcast_to(values, shape), dtype=np.float64)


def _sum(parts: dict[str, Floats]) -> Floats:
    total: Floats = np.asarray(sum(parts.values()))
    return total
