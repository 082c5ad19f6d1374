"""The numbers of the risk method, drawn together: once at their typical values, then at random.

Every parameter with bounds is drawn log-triangular about its value; six Dirichlet weights say how
much each group of factors counts, 1 on average.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import Calibration, RiskRule, Value
from .inputs import CODES, GROWTHS

#: Groups of factors that a Dirichlet weight makes count more or less.
WEIGHED: Final = ("hazards", "vulnerable", "growth", "escape", "height", "spread")


@dataclass(frozen=True)
class RiskNumbers:
    """Drawn parameters; the last axis is the draw.

    Attributes
    ----------
    log_rate
        ``(classes, draws)`` log of fires a year per 1,000 residents or 1,000 m² of floor.
    log_likelihood, log_escape, log_spread
        ``(codes, draws)`` log of what each hazard multiplies.
    log_growth
        ``(growth classes, draws)``.
    log_place
        ``(communities + 1, draws)`` log factor on the rates of each community; the last row is
        for buildings outside all of them.
    one
        ``(draws,)`` every single number by its place in the rules, as they are (not logs).
    weight
        ``(draws,)`` by name in `WEIGHED`, 1 on average.
    travel
        ``(draws,)`` shift of all arrivals in standard deviations.
    """

    log_rate: Floats
    log_likelihood: Floats
    log_escape: Floats
    log_spread: Floats
    log_growth: Floats
    log_place: Floats
    one: dict[str, Floats]
    weight: dict[str, Floats]
    travel: Floats

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.travel)


def typical_numbers(
    rules: RiskRule, *, places: Sequence[str] = (), calibration: Calibration | None = None
) -> RiskNumbers:
    """Return the numbers at their values, as one draw."""
    even = dict.fromkeys(WEIGHED, np.ones(1))
    return _numbers(rules, None, 1, even, np.zeros(1), places, calibration)


def drawn_numbers(
    rules: RiskRule,
    *,
    draws: int,
    seed: int,
    places: Sequence[str] = (),
    calibration: Calibration | None = None,
) -> RiskNumbers:
    """Return joint draws of the numbers.

    Parameters
    ----------
    rules
        Values with bounds.
    draws, seed
        How many, and where they come from.
    places
        Ids of the communities, in the order of the rows of ``log_place``.
    calibration
        Rates fitted to the town's own fires replace those of the rules.
    """
    rng = np.random.default_rng([seed, 0])
    concentration = rules.draw.weight_concentration.value
    share = rng.dirichlet(np.full(len(WEIGHED), concentration / len(WEIGHED)), draws)
    weight = {name: share[:, at] * len(WEIGHED) for at, name in enumerate(WEIGHED)}
    travel = rng.normal(0, rules.draw.travel_sd.value, draws)
    return _numbers(rules, rng, draws, weight, travel, places, calibration)


def log_triangular(value: Value, u: Floats) -> Floats:
    """Return quantiles of a distribution triangular in the logarithm, zero bounds kept tiny."""
    low, mode, high = (max(x, 1e-4) for x in (value.at_least, value.value, value.at_most))
    a, m, b = np.log(low), np.log(mode), np.log(high)
    if b - a < 1e-12:
        return np.full(np.shape(u), m)
    rise = a + np.sqrt(u * (b - a) * (m - a))
    fall = b - np.sqrt((1 - u) * (b - a) * (b - m))
    return np.asarray(np.where(u * (b - a) < m - a, rise, fall))


def _numbers(
    rules: RiskRule,
    rng: np.random.Generator | None,
    draws: int,
    weight: dict[str, Floats],
    travel: Floats,
    places: Sequence[str],
    calibration: Calibration | None,
) -> RiskNumbers:
    def logs(value: Value | None) -> Floats:
        if value is None:
            return np.zeros(draws)
        if rng is None:
            return np.full(draws, np.log(max(value.value, 1e-4)))
        return log_triangular(value, rng.random(draws))

    def rows(values: Iterable[Value | None]) -> Floats:
        return np.stack([logs(value) for value in values])

    effects = [rules.hazard.get(code) for code in CODES]
    log_rate = rows(k.fires for k in rules.classes.values())
    log_place = np.zeros((len(places) + 1, draws))
    if calibration is not None:
        for names, fits, table in (
            (list(rules.classes), calibration.classes, log_rate),
            (places, calibration.communities, log_place),
        ):
            for at, name in enumerate(names):
                if name in fits:
                    noise = 0.0 if rng is None else rng.normal(0, fits[name].log_sd, draws)
                    table[at] = np.log(fits[name].rate) + noise
    single = {
        f"{part}.{name}": np.exp(logs(value))
        for part in ("likelihood", "consequence", "mitigation")
        for name, value in getattr(rules, part)
        if isinstance(value, Value)
    }
    return RiskNumbers(
        log_rate=log_rate,
        log_likelihood=rows(e.likelihood if e else None for e in effects),
        log_escape=rows(e.escape if e else None for e in effects),
        log_spread=rows(e.spread if e else None for e in effects),
        log_growth=rows(rules.consequence.growth[g] for g in GROWTHS),
        log_place=log_place,
        one=single,
        weight=weight,
        travel=travel,
    )
