"""How bad: deaths of one fire = people x vulnerability x growth x escape x height x spread."""

from __future__ import annotations

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RiskRule, RuleSet
from .inputs import GROWTHS, RiskInputs
from .missing import Filled
from .numbers import RiskNumbers

MOST_NEIGHBOURS = 5


def log_consequence(
    inputs: RiskInputs,
    filled: Filled,
    numbers: RiskNumbers,
    rules: RuleSet,
    *,
    harm_asleep: float,
) -> dict[str, Floats]:
    """Return the logs of the factors of harm of a fire, ``(buildings, draws)`` each.

    ``people`` holds the deaths of an ordinary fire, so that the sum of all is deaths a fire
    before mitigation; where people are awake a fire kills fewer. Night and height are not
    stacked: the greater of the two counts.
    """
    one, risk = numbers.one, rules.risk
    least = one["consequence.people_least"]
    ratio = np.maximum(filled.present, least) / one["consequence.people_reference"]
    people = (
        np.log(one["consequence.deaths_per_fire"])
        + one["consequence.people_exponent"] * np.log(ratio)
        + filled.present_blur
        + (1 - asleep(filled, risk)) * np.log(one["consequence.awake"])
    )
    vulnerable = (
        1
        + filled.elders * (one["consequence.elder"] - 1)
        + filled.children * (one["consequence.child"] - 1)
        + filled.special * np.maximum(one["consequence.special"] - one["consequence.elder"], 0)
    ) / one["consequence.vulnerable_reference"]
    return {
        "people": people,
        "vulnerable": numbers.weight["vulnerable"] * np.log(vulnerable) + filled.vulnerable_blur,
        "growth": numbers.weight["growth"] * _growth(filled, numbers, risk),
        "escape": _escape(inputs, filled, numbers, risk),
        "height": _height(inputs, filled, numbers, rules, harm_asleep),
        "spread": _spread(inputs, filled, numbers),
    }


def _growth(filled: Filled, numbers: RiskNumbers, rules: RiskRule) -> Floats:
    of_class = np.array([GROWTHS.index(k.growth) for k in rules.classes.values()])
    growth = np.maximum(of_class[filled.kind], filled.growth)
    return np.asarray(numbers.log_growth[growth, np.arange(numbers.draws)])


def asleep(filled: Filled, rules: RiskRule) -> Floats:
    """Return 1 where people sleep in the buildings of a class, 0 elsewhere."""
    sleeps = np.array([float(k.at_night == "asleep") for k in rules.classes.values()])
    return sleeps[filled.kind]


def _escape(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers, rules: RiskRule) -> Floats:
    """Return locked exits, blocked routes, barred windows, the single stair; capped."""
    one = numbers.one
    floors = filled.floor_m2 / inputs.footprint_m2[:, None]
    tall = floors >= rules.consequence.single_stair_floors.value
    lone = filled.single * asleep(filled, rules) * tall
    total = filled.escape + lone * np.log(one["consequence.single_stair"])
    cap = np.log(one["consequence.escape_cap"])
    return np.minimum(numbers.weight["escape"] * total, cap)


def _height(
    inputs: RiskInputs, filled: Filled, numbers: RiskNumbers, rules: RuleSet, harm_asleep: float
) -> Floats:
    one, low_m = numbers.one, rules.risk.consequence.low_m.value
    told = inputs.height_m[:, None]
    floors = filled.floor_m2 / inputs.footprint_m2[:, None]
    height_m = np.where(np.isnan(told), floors * rules.compliance.floor_m.value, told)
    rise = np.clip((height_m - low_m) / (rules.compliance.high_rise_m.value - low_m), 0, 1)
    height = 1 + rise * (one["consequence.high_rise"] - 1)
    time = np.where(asleep(filled, rules.risk) > 0, harm_asleep, 1.0)
    both = np.where(time >= 1, np.maximum(height, time), height * time)
    weighed: Floats = numbers.weight["height"] * np.log(both)
    return weighed


def _spread(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers) -> Floats:
    near = np.minimum(inputs.near, MOST_NEIGHBOURS)[:, None]
    total = filled.spread + np.log1p(numbers.one["consequence.neighbour"] * near)
    cap = np.log(numbers.one["consequence.spread_cap"])
    return np.minimum(numbers.weight["spread"] * total, cap)
