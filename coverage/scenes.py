"""The same town at other times of day, or at an earlier assessment: what a page may switch to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from ..geo.town import Town
from ..geo.words import LANGS, InputError, text
from ..geo.words import fields as f
from ..geo.yardstick import (
    Difference,
    IncomparableError,
    Yardstick,
    differences,
    incomparable,
    yardstick_in,
)
from . import columns as c
from .reach import (
    Moment,
    community_coverage,
    coverage_of,
    covering_times,
    on_duty,
    present,
)

BEFORE = "before"  # name of the scene that is an earlier assessment


@dataclass(frozen=True)
class Scene:
    """Coverage of the buildings of an assessment at another moment.

    Attributes
    ----------
    label
        What users read for it, by language.
    buildings
        One row a building, in the order of the assessment's: `people`, and from
        `weizhan.coverage.columns` times, stations and cover by tier; missing throughout for a
        building that was not there.
    on_duty
        ``(stations,)`` which stations send a crew; None where that is not known.
    coverage, communities
        As in the summary of an assessment; a tier that was measured by another standard has only
        `withheld`, which says so by language.
    differences
        How an earlier assessment was measured otherwise than the present one.
    """

    label: Mapping[str, str]
    buildings: pd.DataFrame
    on_duty: pd.Series[bool] | None
    coverage: Mapping[str, Any]
    communities: list[dict[str, Any]]
    differences: tuple[Difference, ...] = ()


def other_scenes(town: Town, *, besides: str, day: dt.date, seed: int = 1) -> dict[str, Scene]:
    """Return the coverage of a town under its other scenarios.

    Parameters
    ----------
    town
        A loaded town.
    besides
        The scenario that is already assessed.
    day
        Of the assessment.
    seed
        Of the fit of speeds.
    """
    present_moment = Moment(town, town.scenarios[besides], day, seed=seed)
    found = {}
    for name, scenario in town.scenarios.items():
        if name == besides:
            continue
        response = covering_times(present_moment.under(scenario))
        buildings = response.assign(**{c.PEOPLE: present(town, scenario)})
        placed = buildings.assign(**{f.COMMUNITY_ID: town.buildings[f.COMMUNITY_ID]})
        duty = on_duty(town, scenario)
        tiers = {tier: rule.standard_s.value for tier, rule in town.rules.tier.items()}
        coverage = {
            tier: coverage_of(buildings, tier, standard_s=standard_s)
            | {
                "stations": int(
                    town.stations[f.TIER].isin(town.rules.tier[tier].station_tiers).sum()
                )
            }
            for tier, standard_s in tiers.items()
        }
        found[name] = Scene(
            scenario.label or {lang: name for lang in LANGS},
            buildings,
            duty,
            coverage,
            community_coverage(town.communities, placed, tiers),
        )
    return found


def earlier_scene(folder: Path, ids: pd.Series[Any], *, now: Yardstick) -> Scene:
    """Return an earlier assessment from the folder that it wrote.

    Parameters
    ----------
    folder
        Written by ``weizhan assess``.
    ids
        ``(buildings,)`` identities of the buildings of the present assessment.
    now
        By what the present assessment is measured. Tiers that were measured by another standard
        are withheld, and every other difference is kept to be told.

    Raises
    ------
    InputError
        When the folder holds no results.
    IncomparableError
        When it holds none that may stand beside the present ones: those of
        another town, of a plan, of another time of day, by other standards throughout.
    """
    file = folder / "summary.json"
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
        frame = pyogrio.read_dataframe(
            folder / "results.gpkg", layer="buildings", read_geometry=False
        )
        frame = frame.drop_duplicates(f.BUILDING_ID).set_index(f.BUILDING_ID)
        told = {"date": str(summary["date"]), "scenario": str(summary["scenario"])}
        coverage, communities = dict(summary["coverage"]), list(summary["communities"])
        measured = yardstick_in(summary)
    except FileNotFoundError as error:
        raise InputError("error.file_missing", file=error.filename or file) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError,
            pyogrio.errors.DataSourceError) as error:  # fmt: skip
        raise InputError("error.file_unreadable", file=file, why=error) from error
    found = differences(measured, now)
    left_out = incomparable(found, coverage)
    if set(coverage) <= left_out or any(d.part == "town" for d in found):
        raise IncomparableError("error.before_incomparable", found, folder=folder)
    why = {tier: _withheld(found, tier) for tier in left_out}
    key = "scene.present" if any(d.part == "plan_after" for d in found) else "scene.before"
    return Scene(
        {lang: text(key, lang, **told) for lang in LANGS},
        _without(frame, left_out).reindex(ids.astype(str)).set_axis(ids.index),
        None,
        coverage | why,
        [{**one, "coverage": {**one.get("coverage", {}), **why}} for one in communities],
        found,
    )


def _withheld(found: tuple[Difference, ...], tier: str) -> dict[str, Any]:
    (standard,) = (d for d in found if d.part == "standard" and d.tier == tier)
    return {"withheld": {lang: standard.said(lang) for lang in LANGS}}


def _without(frame: pd.DataFrame, tiers: frozenset[str]) -> pd.DataFrame:
    """Return buildings of which nothing is known of some tiers."""
    kept = frame.copy()
    for tier in tiers:
        if c.cover(tier) in kept:
            kept[c.cover(tier)] = c.Cover.UNKNOWN.value
        for name in (c.response_time, c.response_time_low, c.response_time_high):
            if name(tier) in kept:
                kept[name(tier)] = np.nan
        if c.station(tier) in kept:
            kept[c.station(tier)] = None
    return kept
