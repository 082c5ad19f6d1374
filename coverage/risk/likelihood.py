"""How often: fires a year = rate of the class x exposure x hazards, capped, less what prevents."""

from __future__ import annotations

import numpy as np

from ...geo.arrays import Flags, Floats
from ...geo.rules import RiskRule
from .inputs import GASES, RiskInputs
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
    one = numbers.one
    draw = np.arange(numbers.draws)
    per_people = np.array([k.per == "people" for k in rules.classes.values()])[filled.kind]
    residents = np.maximum(filled.residents, LEAST_RESIDENTS)
    exposure = np.log(np.where(per_people, residents, filled.floor_m2) / 1000)
    exposure = exposure + np.where(per_people, filled.residents_blur, 0.0)
    told = sum(multipliers(inputs, numbers, rules).values())
    product = numbers.weight["hazards"] * (filled.likelihood + told)
    return {
        "rate": numbers.log_rate[filled.kind, draw] + numbers.log_place[inputs.place]
        + filled.rate_blur,
        "exposure": exposure,
        "hazards": np.minimum(product, np.log(one["likelihood.hazard_cap"])),
        "prevented": _prevented(inputs, numbers),
        "time": np.full((1, 1), log_time),
    }  # fmt: skip


def multipliers(inputs: RiskInputs, numbers: RiskNumbers, rules: RiskRule) -> dict[str, Floats]:
    """Return the logs by which how a house is used multiplies its fires, by the reason's code.

    Of what nobody told there is nothing here: the rate of the class has both.
    """
    one, like = numbers.one, rules.likelihood

    def where(yes: Flags, log: Floats) -> Floats:
        return np.where(yes[:, None], log, 0.0)

    tenants = np.nan_to_num(inputs.tenants)[:, None]
    more = np.log(np.maximum(tenants / like.sublet_tenants.value, 1))
    rooms = np.log(np.maximum(np.nan_to_num(inputs.rooms)[:, None] / like.let_rooms.value, 1))
    each = one["likelihood.let_exponent"]
    many = inputs.tenants >= like.sublet_tenants.value
    gases = np.stack([np.log(one[f"likelihood.gas_{gas}"]) for gas in GASES])
    return {
        "three_in_one": where(inputs.three_in_one, np.log(one["likelihood.three_in_one"])),
        "sublet": where(many, np.log(one["likelihood.sublet"]) + each * more),
        "rooms": each * rooms,
        "leased": where(inputs.leased == 1, np.log(one["likelihood.leased"])),
        "gas": where(inputs.gas >= 0, gases[inputs.gas]),
    }


def _prevented(inputs: RiskInputs, numbers: RiskNumbers) -> Floats:
    one = numbers.one
    left = np.ones((len(inputs), numbers.draws))
    for flag, name in (
        (inputs.rcd, "likelihood.rcd"),
        (inputs.monitor, "likelihood.electrical_monitoring"),
    ):
        left *= 1 - np.nan_to_num(flag)[:, None] * one[name]
    return np.log(1 - one["likelihood.electrical_share"] * (1 - left))
