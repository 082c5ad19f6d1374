"""What holds a fire down: 1 - product(1 - m) over detectors, sprinklers, systems, crew, water."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr, ndtri

from ...geo.arrays import Floats
from .inputs import RiskInputs
from .missing import Filled
from .numbers import RiskNumbers

MEANS = ("detector", "sprinkler", "systems", "remote", "crew", "water")


def means(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers) -> dict[str, Floats]:
    """Return the share of harm that each means takes away, ``(buildings, draws)`` in 0..1.

    A building whose systems are stopped (W4, G1) has no detector, sprinkler, system or monitoring
    that counts; the crew and the water stay.
    """
    held = fixed_means(inputs, filled, numbers) | {"crew": crew_share(inputs.crew, numbers)}
    return {name: held[name] for name in MEANS}


def fixed_means(inputs: RiskInputs, filled: Filled, numbers: RiskNumbers) -> dict[str, Floats]:
    """Return the same of all means that do not hang on the hour: all but the crew."""
    one, works = numbers.one, 1 - filled.stopped
    return {
        "detector": works * filled.detector * one["mitigation.detector"]
        * one["mitigation.detector_works"],
        "sprinkler": works * filled.sprinkler * one["mitigation.sprinkler"],
        "systems": works * filled.systems * one["mitigation.systems"],
        "remote": works * filled.remote * one["mitigation.remote"],
        "water": _or_unknown(filled.water, one["mitigation.water_unknown"])
        * one["mitigation.water"],
    }  # fmt: skip


def crew_share(chance: Floats, numbers: RiskNumbers) -> Floats:
    """Return the share of harm that a crew takes away, by its chance to be in time."""
    return _arrives(chance, numbers) * numbers.one["mitigation.crew"]


def left_by(shares: Mapping[str, Floats]) -> Floats:
    """Return the share of harm that several means leave, uncapped."""
    left = np.ones((1, 1))
    for share in shares.values():
        left = left * (1 - share)
    return left


def log_left(shares: Mapping[str, Floats], numbers: RiskNumbers) -> Floats:
    """Return the log of the harm that is left, never below one minus the cap."""
    return np.log(np.maximum(left_by(shares), 1 - numbers.one["mitigation.cap"]))


def _arrives(chance: Floats, numbers: RiskNumbers) -> Floats:
    """Return the chance of a crew in time when all arrivals are slower or faster together."""
    moved: Floats = ndtr(deviations(chance)[:, None] + numbers.travel)
    return np.where(np.isnan(chance)[:, None], numbers.one["mitigation.crew_unknown"], moved)


def deviations(chance: Floats) -> Floats:
    """Return chances of a crew in time as standard deviations of its arrival."""
    known = np.clip(np.nan_to_num(chance, nan=0.5), 1e-6, 1 - 1e-6)
    return np.asarray(ndtri(known))


def _or_unknown(known: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isnan(known), otherwise, np.nan_to_num(known))
