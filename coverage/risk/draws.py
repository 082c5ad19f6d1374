"""The risk of a block of buildings in every draw, as logs, with the factors behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import RuleSet
from .consequence import log_consequence
from .inputs import RiskInputs
from .likelihood import log_likelihood
from .missing import Donors, Filled, fill
from .mitigation import log_left, means
from .numbers import RiskNumbers


@dataclass(frozen=True)
class Moment:
    """What the scenario does to all buildings: factor on fires, and on harm where people sleep."""

    fires: float
    harm_asleep: float
    is_day: bool


@dataclass(frozen=True)
class Logs:
    """Logs of fires a year and of deaths a fire, ``(buildings, draws)``, and their factors."""

    fires: Floats
    harm: Floats
    parts: Mapping[str, Floats]
    means: Mapping[str, Floats]
    filled: Filled


def logs_of(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    rules: RuleSet,
    now: Moment,
    seed: int | None,
) -> Logs:
    """Return the risk of a block of buildings in every draw, as logs, with its factors."""
    floor_m = rules.compliance.floor_m.value
    filled = fill(inputs, donated, numbers, rules.risk, seed, floor_m=floor_m)
    often = log_likelihood(inputs, filled, numbers, rules.risk, log_time=float(np.log(now.fires)))
    bad = log_consequence(inputs, filled, numbers, rules.risk, harm_asleep=now.harm_asleep)
    held = means(inputs, filled, numbers)
    left = log_left(held, numbers) + filled.mitigation_blur
    fires, harm = _sum(often.values()), _sum(bad.values()) + left
    shape = np.broadcast_shapes(fires.shape, (len(inputs), numbers.draws))
    return Logs(
        np.broadcast_to(fires, shape),
        np.broadcast_to(harm, shape),
        {**often, **bad, "left": left},
        held,
        filled,
    )


def _sum(parts: Any) -> Floats:
    total: Floats = sum(parts)
    return total
