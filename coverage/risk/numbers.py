"""The numbers of the risk method, drawn together: once at their typical values, then at random.

Every parameter with bounds is drawn log-triangular about its value; six Dirichlet weights say how
much each group of factors counts, 1 on average.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geo.arrays import Floats
from ...geo.rules import Calibration, RiskRule, Value
from ..keyed import keys_of, normals, shares, uniforms
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
    dependent
        ``(classes, draws)`` share of the old and the young who cannot leave alone.
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
    dependent: Floats
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
    even = np.full(len(WEIGHED), rules.draw.weight_concentration.value / len(WEIGHED))
    share = shares(even, WEIGHED, "weight", seed=seed, draws=draws)
    weight = {name: share[:, at] * len(WEIGHED) for at, name in enumerate(WEIGHED)}
    shift = normals(keys_of(["travel"]), "numbers", seed=seed, draws=draws)[0]
    travel = rules.draw.travel_sd.value * shift
    return _numbers(rules, seed, draws, weight, travel, places, calibration)


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
    seed: int | None,
    draws: int,
    weight: dict[str, Floats],
    travel: Floats,
    places: Sequence[str],
    calibration: Calibration | None,
) -> RiskNumbers:
    """Return the numbers, each drawn by its own name; at their values without a seed."""

    def logs(values: Mapping[str, Value | None]) -> Floats:
        table = np.zeros((len(values), draws))
        if seed is not None:
            u = uniforms(keys_of(values), "numbers", seed=seed, draws=draws)
        for at, value in enumerate(values.values()):
            if value is not None and seed is None:
                table[at] = np.log(max(value.value, 1e-4))
            elif value is not None:
                table[at] = log_triangular(value, u[at])
        return table

    def noise(name: str, log_sd: float) -> Floats | float:
        if seed is None:
            return 0.0
        drawn: Floats = normals(keys_of([name]), "calibration", seed=seed, draws=draws)[0]
        return log_sd * drawn - log_sd**2 / 2  # the mean of the draws is the rate

    effects = {code: rules.hazard.get(code) for code in CODES}
    log_rate = logs({f"classes.{name}": k.fires for name, k in rules.classes.items()})
    log_place = np.zeros((len(places) + 1, draws))
    if calibration is not None:
        for names, fits, table in (
            (list(rules.classes), calibration.classes, log_rate),
            (places, calibration.communities, log_place),
        ):
            for at, name in enumerate(names):
                if name in fits:
                    table[at] = np.log(fits[name].rate) + noise(name, fits[name].log_sd)
    single = {
        f"{part}.{name}": value
        for part in ("likelihood", "consequence", "mitigation")
        for name, value in getattr(rules, part)
        if isinstance(value, Value)
    }
    return RiskNumbers(
        log_rate=log_rate,
        dependent=np.exp(
            logs({f"dependent.{name}": k.dependent for name, k in rules.classes.items()})
        ),
        log_likelihood=logs(
            {f"likelihood.{c}": e.likelihood if e else None for c, e in effects.items()}
        ),
        log_escape=logs({f"escape.{c}": e.escape if e else None for c, e in effects.items()}),
        log_spread=logs({f"spread.{c}": e.spread if e else None for c, e in effects.items()}),
        log_growth=logs({f"growth.{g}": rules.consequence.growth[g] for g in GROWTHS}),
        log_place=log_place,
        one=dict(zip(single, np.exp(logs(single)), strict=True)),
        weight=weight,
        travel=travel,
    )
