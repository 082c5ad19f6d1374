"""Why a building is where it is: the three factors that raise its risk most.

Each factor is set against that of an ordinary home; what
a missing detector, a late crew or water out of reach costs is what it would take away if it were
there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RuleSet
from .. import columns as c
from .consequence import (
    BOTTLED,
    IN_NEED,
    MOST_NEIGHBOURS,
    asleep,
    log_height,
    log_vulnerable,
    people_found,
)
from .draws import Logs, Moment
from .inputs import CODES, RiskInputs
from .likelihood import multipliers
from .missing import Donors, Filled, take
from .numbers import RiskNumbers

LEAST: Final = 1.05  # a factor below this is no reason
ORDINARY_USE: Final = "home"
BLOCK: Final = 16384


def risk_reasons(
    inputs: RiskInputs,
    donated: Donors,
    typical: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    logs_of: Callable[..., Logs],
) -> dict[str, Any]:
    """Return the columns of the three strongest reasons with their factors.

    Codes are keys of the catalogue's section ``risk_reason``; missing where fewer than three
    factors raise the risk.
    """
    codes: list[np.ndarray[Any, Any]] = []
    factors: list[Floats] = []
    for begin in range(0, max(len(inputs), 1), BLOCK):
        block = take(inputs, slice(begin, begin + BLOCK))
        logs = logs_of(block, donated, typical, rules, now, None)
        names, table = _factors(block, logs, typical, rules, now)
        order = np.argsort(-table, axis=1, kind="stable")[:, : c.REASONS]
        strongest = np.exp(np.take_along_axis(table, order, axis=1))
        code = np.array(names, dtype=object)[order]
        code[strongest < LEAST] = None
        strongest[strongest < LEAST] = np.nan
        codes.append(code)
        factors.append(strongest)
    code, factor = np.concatenate(codes), np.concatenate(factors)
    columns: dict[str, Any] = {}
    for k in range(c.REASONS):
        columns[c.reason(k + 1)] = code[:, k]
        columns[c.reason_factor(k + 1)] = np.round(factor[:, k], 3)
    return columns


def _factors(
    inputs: RiskInputs, logs: Logs, typical: RiskNumbers, rules: RuleSet, now: Moment
) -> tuple[list[str], Floats]:
    """Return the codes of all factors, and their logs, ``(buildings, factors)``."""
    one, filled = typical.one, logs.filled
    found: dict[str, Floats] = {}
    found["use"] = _against_homes(logs, typical, rules)
    found |= {name: log[:, 0] for name, log in multipliers(inputs, typical, rules.risk).items()}
    burst = one["consequence.gas_bottled"]
    found["gas"] = found["gas"] + np.where(inputs.gas == BOTTLED, np.log(burst), 0.0)
    found |= _hazards(inputs, typical)
    present = np.maximum(filled.present, one["consequence.people_least"])
    found["people"] = np.log(people_found(present, typical))[:, 0]
    found |= _in_need(filled, typical, rules)
    found["growth"] = logs.parts["growth"][:, 0]
    tall = np.nan_to_num(inputs.floors) >= rules.risk.consequence.single_stair_floors.value
    sure = (inputs.stairs == 1) & tall
    found["single_stair"] = np.where(sure, np.log(one["consequence.single_stair"]), 0.0)
    night = asleep(filled, rules.risk)[:, 0] * max(np.log(now.harm_asleep), 0)
    both = logs.parts["height"][:, 0]
    alone = log_height(filled, typical, rules.risk, 1.0)[:, 0]
    # The greater of the two is the reason with all of it, the other with what it adds.
    found["height"] = np.where(alone >= night, np.maximum(alone, both), both - night)
    found["night"] = np.where(alone >= night, np.maximum(both - alone, 0), both)
    near = np.minimum(inputs.near, MOST_NEIGHBOURS)
    found["neighbours"] = np.log1p(one["consequence.neighbour"][0] * near)
    found |= _lacking(inputs, logs, filled, typical)
    table = np.column_stack([np.broadcast_to(v, len(inputs)) for v in found.values()])
    return list(found), table


def _in_need(filled: Filled, typical: RiskNumbers, rules: RuleSet) -> dict[str, Floats]:
    """Return what each group of people in need adds to harm: with them, against without."""
    groups = {name: getattr(filled, name) for name in IN_NEED}
    whole = log_vulnerable(filled, groups, typical, rules.risk)
    return {
        name: (whole - log_vulnerable(filled, groups | {name: 0 * many}, typical, rules.risk))[:, 0]
        for name, many in groups.items()
    }


def _against_homes(logs: Logs, typical: RiskNumbers, rules: RuleSet) -> Floats:
    """Return how often the class burns for its people or floor, against homes of the same."""
    home = list(rules.risk.classes).index(ORDINARY_USE)
    per_people = np.array([k.per == "people" for k in rules.risk.classes.values()])
    kind = logs.filled.kind[:, 0]
    rate = logs.parts["rate"][:, 0]
    usual = typical.log_rate[home, 0]
    on_floor = rules.risk.classes[ORDINARY_USE].people_night.value / 100  # residents a m2
    return np.asarray(rate - np.where(per_people[kind], usual, usual + np.log(on_floor)))


def _hazards(inputs: RiskInputs, typical: RiskNumbers) -> dict[str, Floats]:
    total = typical.log_likelihood + typical.log_escape + typical.log_spread
    open_ = np.nan_to_num(inputs.hazards)
    return {f"hazard_{code}".lower(): open_[:, k] * total[k, 0] for k, code in enumerate(CODES)}


def _lacking(
    inputs: RiskInputs, logs: Logs, filled: Filled, typical: RiskNumbers
) -> dict[str, Floats]:
    """Return what each means that is known to be missing would take away."""
    one = typical.one
    cap = one["mitigation.cap"][0]
    share = {name: np.broadcast_to(v, (len(inputs), 1))[:, 0] for name, v in logs.means.items()}
    now = np.maximum(np.prod([1 - v for v in share.values()], axis=0), 1 - cap)
    found = {}
    for name, known, best in (
        (
            "detector",
            inputs.detector,
            one["mitigation.detector"] * one["mitigation.detector_works"],
        ),
        ("crew", inputs.crew, one["mitigation.crew"]),
        ("water", inputs.water, one["mitigation.water"]),
    ):
        rest = np.prod([1 - v for other, v in share.items() if other != name], axis=0)
        left = np.maximum(rest * (1 - best[0]), 1 - cap)
        found[f"no_{name}"] = np.where(np.isnan(known), 0.0, np.log(now / left))
    off = filled.stopped[:, 0] * np.nan_to_num(inputs.hazards).max(axis=1)
    stopped = -np.log(1 - one["mitigation.systems"][0])
    found["systems_off"] = off * stopped
    return found
