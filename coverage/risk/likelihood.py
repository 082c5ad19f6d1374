"""How often: fires a year = rate of the class x exposure x hazards, capped, less what prevents."""

from __future__ import annotations

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RiskRule
from .inputs import RiskInputs
from .missing import Filled
from .numbers import RiskNumbers

LEAST_RESIDENTS = 0.5  # an empty flat burns, too


def log_likelihood(
    inputs: RiskInputs,
    filled: Filled,
    numbers: RiskNumbers,
    rules: RiskRule,
    *,
    log_time: float,
) -> dict[str, Floats]:
    """Return the logs of the factors of fires a year, ``(buildings, draws)`` each.

    ``rate`` and ``exposure`` together are the fires of an ordinary building of the class;
    ``hazards`` what hazards multiply, never more than the cap; ``prevented`` what residual-current
    devices and monitoring of the wiring prevent; ``time`` that of the scenario. A device that
    nobody knows of prevents nothing, but is never taken to be absent for sure: the rate of the
    class has both.
    """
    one, like = numbers.one, rules.likelihood
    draw = np.arange(numbers.draws)
    per_people = np.array([k.per == "people" for k in rules.classes.values()])[filled.kind]
    residents = np.maximum(filled.residents, LEAST_RESIDENTS)
    exposure = np.log(np.where(per_people, residents, filled.floor_m2) / 1000)
    exposure = exposure + np.where(per_people, filled.residents_blur, 0.0)
    trade = np.where(inputs.three_in_one[:, None], np.log(one["likelihood.three_in_one"]), 0.0)
    many = np.nan_to_num(inputs.tenants) >= like.sublet_tenants.value
    sublet = np.where(many[:, None], np.log(one["likelihood.sublet"]), 0.0)
    product = numbers.weight["hazards"] * (filled.likelihood + trade + sublet)
    return {
        "rate": numbers.log_rate[filled.kind, draw] + numbers.log_place[inputs.place]
        + filled.rate_blur,
        "exposure": exposure,
        "hazards": np.minimum(product, np.log(one["likelihood.hazard_cap"])),
        "prevented": _prevented(inputs, numbers),
        "time": np.full((1, 1), log_time),
    }  # fmt: skip


def _prevented(inputs: RiskInputs, numbers: RiskNumbers) -> Floats:
    one = numbers.one
    left = np.ones((len(inputs), numbers.draws))
    for flag, name in (
        (inputs.rcd, "likelihood.rcd"),
        (inputs.monitor, "likelihood.electrical_monitoring"),
    ):
        left *= 1 - np.nan_to_num(flag)[:, None] * one[name]
    return np.log(1 - one["likelihood.electrical_share"] * (1 - left))
