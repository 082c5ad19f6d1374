"""The risk of a year of a block of buildings in every draw: all its stretches from one filling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RuleSet
from .consequence import log_building, log_people
from .likelihood import log_likelihood
from .missing import Filled, fill, with_people
from .mitigation import crew_share, left_by, means
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
    held = means(inputs, filled[first], numbers)
    others = left_by({name: share for name, share in held.items() if name != "crew"})
    least = 1 - numbers.one["mitigation.cap"]
    felt: dict[tuple[bool, float], Floats] = {}
    total = np.zeros((len(told), numbers.draws))
    shares = np.empty(told.crew.shape)
    for at, part in enumerate(told.year):
        is_day, asleep = part.now.is_day, part.now.harm_asleep
        if is_day not in filled:
            filled[is_day] = with_people(
                filled[first], told.shifts[is_day], told.donated[is_day], numbers, method, seed
            )
        if (is_day, asleep) not in felt:
            people = log_people(filled[is_day], numbers, method, harm_asleep=asleep)
            felt[is_day, asleep] = np.exp(_sum(people))
        left = np.maximum(others * (1 - crew_share(told.crew[:, at], numbers)), least)
        harm = part.now.fires * felt[is_day, asleep] * left
        shares[:, at] = harm.mean(axis=1)
        total += harm
    shares /= shares.sum(axis=1, keepdims=True)
    fires = np.broadcast_to(_sum(often), total.shape)
    harm = _sum(bad) + filled[first].mitigation_blur + np.log(total)
    return YearLogs(fires, harm, shares, np.broadcast_to(filled[first].residents, total.shape))


def _sum(parts: dict[str, Floats]) -> Floats:
    total: Floats = np.asarray(sum(parts.values()))
    return total
