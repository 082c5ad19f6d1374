"""How bad: deaths of one fire = people x vulnerability x growth x escape x height x spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RiskRule
from ...geo.words import GasType
from .inputs import GASES, GROWTHS, RiskInputs
from .missing import Filled
from .numbers import RiskNumbers

MOST_NEIGHBOURS = 5
#: Groups of people, those whom a fire harms least first.
IN_NEED: Final = ("children", "elders", "special", "dependent")
#: By which number of the rules each of them is harmed.
HARMED: Final = ("child", "elder", "special", "dependent")
BOTTLED: Final = GASES.index(GasType.BOTTLED)


def log_consequence(
    inputs: RiskInputs,
    filled: Filled,
    numbers: RiskNumbers,
    rules: RiskRule,
    *,
    harm_asleep: float,
) -> dict[str, Floats]:
    """Return the logs of the factors of harm of a fire, ``(buildings, draws)`` each.

    ``people`` holds the deaths of an ordinary fire, so that the sum of all is deaths a fire
    before mitigation; where people are awake a fire kills fewer. Night and height are hardly
    stacked: together they are little more than the greater of the two.
    """
    people = log_people(filled, numbers, rules, harm_asleep=harm_asleep)
    return people | log_building(inputs, filled, numbers, rules)


def log_people(
    filled: Filled, numbers: RiskNumbers, rules: RiskRule, *, harm_asleep: float
) -> dict[str, Floats]:
    """Return the factors of harm that hang on the hour: who is there, who is asleep."""
    one = numbers.one
    least = np.maximum(filled.present, one["consequence.people_least"])
    people = (
        np.log(one["consequence.deaths_per_fire"])
        + np.log(people_found(least, numbers))
        + filled.present_blur
        + (1 - asleep(filled, rules)) * np.log(one["consequence.awake"])
    )
    usual = numbers.weight["vulnerable"] * np.log(one["consequence.vulnerable_reference"])
    in_need = {name: getattr(filled, name) for name in IN_NEED}
    return {
        "people": people,
        "vulnerable": log_vulnerable(filled, in_need, numbers, rules) - usual
        + filled.vulnerable_blur,
        "height": log_height(filled, numbers, rules, harm_asleep),
    }  # fmt: skip


def log_building(
    inputs: RiskInputs, filled: Filled, numbers: RiskNumbers, rules: RiskRule
) -> dict[str, Floats]:
    """Return the factors of harm that hang on the building alone."""
    return {
        "growth": numbers.weight["growth"] * _growth(inputs, filled, numbers, rules),
        "escape": _escape(filled, numbers, rules),
        "spread": _spread(inputs, filled, numbers),
    }


def log_vulnerable(
    filled: Filled, in_need: Mapping[str, Floats], numbers: RiskNumbers, rules: RiskRule
) -> Floats:
    """Return the log of what the people in need multiply harm by, ``(buildings, draws)``.

    A fire finds first those who cannot leave, then those who live alone, the old and the young,
    and last all others: so whoever is there besides makes nothing better. Those who cannot leave
    are harmed awake as well as asleep. With nobody in need it is 0.
    """
    one, weight = numbers.one, numbers.weight["vulnerable"]
    present = np.maximum(filled.present, one["consequence.people_least"])
    awake = np.where(asleep(filled, rules) > 0, 1.0, one["consequence.awake"])
    total, below, factor = people_found(present, numbers) * awake, awake, np.ones(numbers.draws)
    for name, harmed in zip(IN_NEED, HARMED, strict=True):
        factor = np.maximum(factor, one[f"consequence.{harmed}"] ** weight)
        own = factor * (1.0 if name == "dependent" else awake)
        total = total + (own - below) * people_found(_at_least(name, in_need, present), numbers)
        below = own
    return np.asarray(np.log(total / (people_found(present, numbers) * awake)))


def _at_least(name: str, in_need: Mapping[str, Floats], present: Floats) -> Floats:
    """Return the people who are harmed at least as much as a group.

    Who cannot leave is one of the old or the young, who lives alone is often one of the old.
    """
    many = in_need["dependent"]
    if name != "dependent":
        many = np.maximum(many, in_need["special"])
    if name in ("elders", "children"):
        many = np.maximum(many, in_need["elders"])
    if name == "children":
        old = np.maximum(in_need["special"], in_need["elders"])
        many = np.maximum(many, old + in_need["children"])
    return np.minimum(many, present)


def people_found(people: Floats, numbers: RiskNumbers) -> Floats:
    """Return how many of these people a fire finds, against an ordinary fire.

    Less than one person is the chance that there is one.
    """
    one = numbers.one
    usual, power = one["consequence.people_reference"], one["consequence.people_exponent"]
    return np.asarray(np.minimum(people, 1) * (np.maximum(people, 1) / usual) ** power)


def _growth(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers, rules: RiskRule) -> Floats:
    """Return what stands there: the fire-danger class if told of a factory or store, else the use.

    Elsewhere it only makes growth faster, as hazards do.
    """
    of_class = np.array([GROWTHS.index(k.growth) for k in rules.classes.values()])
    decides = np.array([k in rules.consequence.danger_decides for k in rules.classes])
    danger = inputs.danger[:, None]
    usual = np.where(decides[filled.kind] & (danger >= 0), danger, of_class[filled.kind])
    growth = np.maximum(np.maximum(usual, danger), filled.growth)
    return np.asarray(numbers.log_growth[growth, np.arange(numbers.draws)])


def asleep(filled: Filled, rules: RiskRule) -> Floats:
    """Return 1 where people sleep in the buildings of a class, 0 elsewhere."""
    sleeps = np.array([float(k.at_night == "asleep") for k in rules.classes.values()])
    return sleeps[filled.kind]


def _escape(filled: Filled, numbers: RiskNumbers, rules: RiskRule) -> Floats:
    """Return locked exits, blocked routes, barred windows, the single stair; capped."""
    one = numbers.one
    tall = filled.floors >= rules.consequence.single_stair_floors.value
    total = filled.escape + filled.single * tall * np.log(one["consequence.single_stair"])
    cap = np.log(one["consequence.escape_cap"])
    return np.minimum(numbers.weight["escape"] * total, cap)


def log_height(filled: Filled, numbers: RiskNumbers, rules: RiskRule, harm_asleep: float) -> Floats:
    """Return what height and the hour in which people sleep multiply harm by, as a log."""
    one, power = numbers.one, rules.consequence.night_height_power.value
    above = np.maximum(filled.height_m - rules.consequence.height_from_m.value, 0)
    rise = 1 - np.exp(-above / one["consequence.height_scale_m"])
    height = 1 + rise * (one["consequence.high_rise"] - 1)
    time = np.where(asleep(filled, rules) > 0, harm_asleep, 1.0)
    both = (height**power + np.maximum(time, 1) ** power - 1) ** (1 / power)
    weighed: Floats = numbers.weight["height"] * np.log(both * np.minimum(time, 1))
    return weighed


def _spread(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers) -> Floats:
    """Return neighbours, poor separation, a late way of the crew, and bottles that burst."""
    one = numbers.one
    near = np.minimum(inputs.near, MOST_NEIGHBOURS)[:, None]
    bottles = np.where(inputs.gas[:, None] == BOTTLED, np.log(one["consequence.gas_bottled"]), 0.0)
    total = filled.spread + bottles + np.log1p(one["consequence.neighbour"] * near)
    cap = np.log(one["consequence.spread_cap"])
    return np.minimum(numbers.weight["spread"] * total, cap)
