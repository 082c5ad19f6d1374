"""The ladder of calibration: what a town's own fires allow to be said, and how well it holds.

Fewer than 30 fires leave the priors; from 30 on rates are shrunk by class and community; from 100
on a ridge regression is tried, too. What is fitted on the first part of the time is checked
on the last, and on communities left out, against the kernel density of past fires, the
base rate by use and the inspectors' own list. The simplest that beats the density is shipped.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Floats, Indices, Longs
from ...geo.rules import Calibration, CalibrationRule
from ...geo.town import Town
from ...geo.words import fields as f
from .check import Check, check, density_score
from .fit import Counts, Fit, regressed, shrunk, unfitted
from .inputs import hazard_matrix, risk_inputs
from .likelihood import log_likelihood
from .missing import donors, fill
from .numbers import typical_numbers

RUNGS: Final = ("priors", "shrinkage", "regression")
YEAR_D: Final = 365.25
FOLDS: Final = 5  # communities left out in turn


@dataclass(frozen=True)
class Calibrated:
    """What was fitted, on what, and how well it holds.

    Attributes
    ----------
    chosen
        The rung that ships; ``priors`` when none may or none beats the density.
    calibration
        What the town folder keeps; None for ``priors``.
    checks
        By rung and rival, `Check` on the last part of the time.
    left_out
        The same on communities left out.
    told
        Everything of the report as plain values.
    """

    chosen: str
    calibration: Calibration | None
    checks: dict[str, Check]
    left_out: dict[str, Check]
    told: dict[str, Any]


def calibrate(town: Town, *, day: dt.date, seed: int = 1) -> Calibrated:
    """Fit the rates of a town to its past fires.

    Parameters
    ----------
    town
        With incidents in its ledgers. Only buildings whose use is known are fitted, by fires
        that were matched to them.
    day
        Fires after it do not count.
    seed
        Of bootstraps and folds.
    """
    rules = town.rules.risk
    counts, when, usable = _counts(town, day)
    first, last = _span(when, day)
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    rule = rules.calibration
    total = int(counts.fires.sum())
    rungs = _rungs(total, rule)
    checks: dict[str, Check] = {}
    left_out: dict[str, Check] = {}
    if len(rungs) > 1:
        checks = _later(town, counts, when, usable, (first, last), places, rungs, seed)
        left_out = _elsewhere(counts, places, rungs, rule, seed)
    chosen = _choose(rungs, checks)
    fit = _fit(chosen, counts, len(places), rule)
    calibration = None
    if chosen != "priors":
        calibration = Calibration(
            step=chosen,
            fires=total,
            first=first,
            last=last,
            rules=town.rules.title,
            classes={
                name: found
                for name, found in zip(rules.classes, fit.classes, strict=True)
                if found is not None
            },
            communities=dict(zip(places, fit.places, strict=True)),
        )
    trial = _Trial(chosen, rungs, checks, left_out)
    record = _record(town, counts, fit, trial, span=(first, last), seed=seed)
    return Calibrated(chosen, calibration, checks, left_out, record)


def _counts(town: Town, day: dt.date) -> tuple[Counts, pd.DataFrame, Indices]:
    """Return the buildings that can be fitted with their fires, and the fires by day and row."""
    rules = town.rules.risk
    inputs = risk_inputs(town, town.buildings, is_day=False, day=day)
    given = donors(inputs, rules, is_day=False)
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    typical = typical_numbers(rules, places=places)
    floor_m = town.rules.compliance.floor_m.value
    filled = fill(inputs, given, typical, rules, None, floor_m=floor_m)
    per_people = np.array([k.per == "people" for k in rules.classes.values()])
    kind = filled.kind[:, 0]
    n = len(inputs)
    people = np.broadcast_to(filled.residents, (n, 1))[:, 0]
    floor = np.broadcast_to(filled.floor_m2, (n, 1))[:, 0]
    size = np.where(per_people[kind], np.maximum(people, 0.5), floor) / 1000
    often = log_likelihood(inputs, filled, typical, rules, log_time=0.0)
    product = np.broadcast_to(np.exp(often["hazards"] + often["prevented"]), (n, 1))[:, 0]
    size = size * _usual_product(product, kind, inputs.looked, len(per_people))
    usable = np.flatnonzero(inputs.kind >= 0)
    fires = town.ledgers.incidents
    moment = pd.to_datetime(fires["started_at"]).dt.normalize()
    row = pd.Index(town.buildings[f.BUILDING_ID].astype(str)).get_indexer(
        pd.Index(fires[f.BUILDING_ID].astype(str))
    )
    at = np.full(n, -1, dtype=np.int64)
    at[usable] = np.arange(len(usable))
    past = (row >= 0) & (moment <= pd.Timestamp(day)).to_numpy()
    when = pd.DataFrame({"row": at[row[past]], "day": moment[past].to_numpy()})
    when = when[when["row"] >= 0].sort_values("day", ignore_index=True)
    first, last = _span(when, day)
    years = max(((last - first).days + 1) / YEAR_D, 1 / YEAR_D)
    prior = np.array([k.fires.value for k in rules.classes.values()])
    burnt = np.bincount(when["row"], minlength=len(usable)).astype(float)
    counts = Counts(kind[usable], inputs.place[usable], size[usable] * years, prior, burnt)
    return counts, when, usable


def _usual_product(product: Floats, kind: Longs, looked: Flags, classes: int) -> Floats:
    """Return what hazards multiply on average in each building's class, where anybody looked.

    The rates of the classes are without hazards, as risk multiplies those on. A building's own
    hazards are not used: they were found after most of the fires.
    """
    everywhere = product[looked].mean() if looked.any() else 1.0
    usual = np.full(classes, everywhere)
    for row in range(classes):
        own = looked & (kind == row)
        if own.any():
            usual[row] = product[own].mean()
    return usual[kind]


def _span(when: pd.DataFrame, day: dt.date) -> tuple[dt.date, dt.date]:
    """Return the days of observation: from the first fire told to the day."""
    if when.empty:
        return day, day
    return when["day"].iloc[0].date(), day


def _rungs(fires: int, rule: CalibrationRule) -> tuple[str, ...]:
    if fires < rule.shrink_from.value:
        return RUNGS[:1]
    return RUNGS[:2] if fires < rule.regress_from.value else RUNGS


def _fit(rung: str, counts: Counts, places: int, rule: CalibrationRule) -> Fit:
    if rung == "priors" or not counts.fires.sum():
        return unfitted(counts, places)
    interval = rule.interval.value
    if rung == "shrinkage":
        return shrunk(counts, places, interval=interval)
    return regressed(counts, places, interval=interval, events=rule.events_per_coefficient.value)


def _choose(rungs: tuple[str, ...], checks: dict[str, Check]) -> str:
    """Return the simplest fitted rung that beats the kernel density on later fires.

    A rung that tells later fires no better than a simpler one is not chosen, whatever it beats.
    """
    rival = checks.get("density")
    best = -np.inf
    for rung in rungs[1:]:
        score = checks[rung].log_score if rung in checks else None
        better = score is None or score > best
        if better and (rival is None or checks[rung].auc > rival.auc):
            return rung
        best = max(best, -np.inf if score is None else score)
    return "priors"


def _checked(score: Floats, fires: Floats, rule: CalibrationRule, seed: int, rate: bool) -> Check:
    return check(
        score, fires, top=rule.top_share.value, resamples=int(rule.bootstrap.value),
        interval=rule.interval.value, seed=seed, is_rate=rate,
    )  # fmt: skip


def _later(
    town: Town,
    counts: Counts,
    when: pd.DataFrame,
    usable: Indices,
    span: tuple[dt.date, dt.date],
    places: tuple[str, ...],
    rungs: tuple[str, ...],
    seed: int,
) -> dict[str, Check]:
    """Return how each rung and each rival, knowing the first part, tells the last part."""
    rule = town.rules.risk.calibration
    days = (span[1] - span[0]).days + 1
    cut = pd.Timestamp(span[0]) + pd.Timedelta(days=round(days * (1 - rule.held_out_share.value)))
    early = (when["day"] < cut).to_numpy()
    known = np.bincount(when["row"][early], minlength=len(usable)).astype(float)
    later = np.bincount(when["row"][~early], minlength=len(usable)).astype(float)
    if not known.sum() or not later.sum():
        return {}
    train = counts.with_fires(known, 1 - rule.held_out_share.value)
    found = {
        rung: _checked(
            _fit(rung, train, len(places), rule).expected(train), later, rule, seed, True
        )
        for rung in rungs
    }
    houses = town.buildings.geometry.iloc[usable]
    at = shapely.get_coordinates(shapely.centroid(houses.to_numpy()))
    burnt_at = at[when["row"][early].to_numpy()]
    density = density_score(at, burnt_at, town.rules.risk.heat.bandwidth_m.value)
    found["density"] = _checked(density, later, rule, seed, False)
    hazards = hazard_matrix(
        town, town.buildings, town.rules.risk, day=(cut - pd.Timedelta(days=1)).date()
    )
    listed = np.nan_to_num(hazards[usable]).sum(axis=1)
    if listed.any():
        found["inspectors"] = _checked(listed, later, rule, seed, False)
    return found


def _elsewhere(
    counts: Counts,
    places: tuple[str, ...],
    rungs: tuple[str, ...],
    rule: CalibrationRule,
    seed: int,
) -> dict[str, Check]:
    """Return how each rung tells the fires of communities whose own fires it has not seen."""
    if len(places) < FOLDS:
        return {}
    fold = np.random.default_rng(seed).permutation(len(places)) % FOLDS
    of = np.where(counts.place >= 0, fold[counts.place], -1)
    scores = {rung: np.zeros(len(of)) for rung in rungs}
    for out in range(FOLDS):
        seen = of != out
        part = Counts(
            counts.kind[seen], counts.place[seen], counts.exposure[seen], counts.prior,
            counts.fires[seen],
        )  # fmt: skip
        if not part.fires.sum():
            return {}
        away = Counts(
            counts.kind[~seen], np.full((~seen).sum(), -1), counts.exposure[~seen], counts.prior,
            counts.fires[~seen],
        )  # fmt: skip
        for rung in rungs:
            scores[rung][~seen] = _fit(rung, part, len(places), rule).expected(away)
    inside = of >= 0
    if not counts.fires[inside].sum():
        return {}
    return {
        rung: _checked(score[inside], counts.fires[inside], rule, seed, True)
        for rung, score in scores.items()
    }


@dataclass(frozen=True)
class _Trial:
    """Which rung was chosen among which, and how each did on later fires and elsewhere."""

    chosen: str
    rungs: tuple[str, ...]
    checks: dict[str, Check]
    left_out: dict[str, Check]


def _record(
    town: Town,
    counts: Counts,
    fit: Fit,
    trial: _Trial,
    *,
    span: tuple[dt.date, dt.date],
    seed: int,
) -> dict[str, Any]:
    """Return a calibration as plain values."""
    rules = town.rules.risk
    fires = town.ledgers.incidents
    unplaced = int(fires[f.BUILDING_ID].isna().sum()) if len(fires) else 0
    few = rules.calibration.few.value
    names = [
        str(name) if name == name and name is not None else str(code)
        for name, code in zip(
            town.communities[f.NAME], town.communities[f.COMMUNITY_ID], strict=True
        )
    ]
    classes = [
        {
            "class": name,
            "per": rule.per,
            "prior": rule.fires.value,
            "exposure": round(float(counts.exposure[counts.kind == at].sum()), 3),
            "buildings": int((counts.kind == at).sum()),
            **({} if found is None else found.model_dump(exclude={"prior", "log_sd"})),
        }
        for at, ((name, rule), found) in enumerate(
            zip(rules.classes.items(), fit.classes, strict=True)
        )
        if (counts.kind == at).any()
    ]
    communities = [
        {
            "community": name,
            "factor": found.rate,
            "low": found.low,
            "high": found.high,
            "fires": found.fires if found.fires >= few else None,
        }
        for name, found in zip(names, fit.places, strict=True)
    ]
    return {
        "town": town.name,
        "simulated": town.simulated,
        "rules": town.rules.title,
        "first": span[0].isoformat(),
        "last": span[1].isoformat(),
        "fires_in_ledger": len(fires),
        "fires_without_building": unplaced,
        "fires_without_day": int(fires["started_at"].isna().sum()) if len(fires) else 0,
        "fires_fitted": int(counts.fires.sum()),
        "buildings_fitted": len(counts.kind),
        "buildings": len(town.buildings),
        "rungs": list(trial.rungs),
        "chosen": trial.chosen,
        "interval": rules.calibration.interval.value,
        "held_out_share": rules.calibration.held_out_share.value,
        "top_share": rules.calibration.top_share.value,
        "bandwidth_m": rules.heat.bandwidth_m.value,
        "few": few,
        "seed": seed,
        "checks": {name: found.as_record() for name, found in trial.checks.items()},
        "left_out": {name: found.as_record() for name, found in trial.left_out.items()},
        "classes": classes if trial.chosen != "priors" else [],
        "communities": communities if trial.chosen != "priors" else [],
    }
