"""A town and its measures by one yardstick: late people, minutes of waiting, or harm of a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...geo.arrays import Floats, Indices
from ...geo.measure import Measure
from ...geo.rules import Scenario
from ...geo.town import Town
from ...geo.wishes import Weight, Wishes
from ...geo.words import DeviceKind
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment
from ..risk import DEVICES, asked_harm_of, year_of
from ..siting import demand_of, named_bands, usual_weight
from .formed import Gains, Levels, late_levels, minutes_levels
from .harm import MOST_LOCAL, care_gains, chance_levels, shift_bands, water_gains
from .instance import MeasuresInstance, make_instance
from .problem import Local
from .request import MeasuresRequest

TIERS = {"micro": 1}  # whose crews measures bring, by late people and by waiting


@dataclass(frozen=True, eq=False)
class Measured:
    """What a study of measures works on.

    Attributes
    ----------
    instance, levels, gains
        Measures in a town, and what they do.
    unit
        By what worths are divided to read as people, person-minutes or harm.
    weight
        What counts: ``people``, ``count`` where nobody knows people, ``risk``.
    assumed
        Buildings with a number of people that nobody gave.
    left_out
        What was not looked at, by reason, as counts.
    lost
        Harm as it is, for ``harm``; None for the others, where it is what is not there.
    """

    instance: MeasuresInstance
    levels: tuple[Levels, ...]
    gains: Gains
    unit: float
    weight: Weight
    assumed: int
    left_out: Mapping[str, int]
    lost: float | None = None


def measured(
    now: Assessment,
    measures: Sequence[Measure],
    request: MeasuresRequest,
    *,
    scenario: str | None = None,
) -> Measured:
    """Return what each measure, and each few of them together, does by the yardstick asked for.

    Parameters
    ----------
    now
        The town as it is; its day counts, and its risk for ``harm`` and for devices.
    measures
        What could be done.
    request
        By which yardstick, and who counts how much.
    scenario
        The one that counts; without it all of the town alike.

    Raises
    ------
    InputError
        When the scenario is not there, or nothing is known of who is in the buildings.
    """
    town, day, seed = now.moment.town, now.moment.day, now.moment.seed
    if request.yardstick == "harm":
        return _by_harm(now, measures, day=day, seed=seed)
    named = named_bands(town, Wishes(), scenario)
    first = town.scenarios[next(iter(named))]
    weight = usual_weight(town, first, risk=None)
    counted = {name: demand_of(town, town.scenarios[name], weight=weight) for name in named}
    need = 1.0
    if request.equity == "need":
        need = town.rules.measures.need_weight.value
    weights = {name: own.weights + _in_need(town, own.weights, need - 1)
               for name, own in counted.items()}  # fmt: skip
    instance = make_instance(
        town, measures, bands=named, scenarios=town.scenarios, weights=weights,
        tiers=TIERS, day=day, seed=seed,
    )  # fmt: skip
    unit = float(sum(named.values()) * sum(instance.tiers.values()))
    gains = Gains()
    if request.yardstick == "minutes":
        rule = town.rules.measures
        levels = minutes_levels(
            instance, longest_s=rule.waiting_most_s.value, step_s=rule.waiting_step_s.value
        )
        instance = replace(instance, alarm_minutes=_alarm_minutes(now, instance))
        gains = Gains(_alarms(instance))
    else:
        levels = late_levels(instance)
    assumed = max(own.assumed for own in counted.values())
    return Measured(instance, tuple(levels), gains, unit, weight, assumed, {})


def _in_need(town: Town, people: Floats, extra: float) -> Floats:
    """Return what people in need count beyond others; nobody knows of any where none are told."""
    if not extra:
        return np.zeros(len(people))
    told = town.buildings[[f.ELDERS, f.CHILDREN]].sum(axis=1, min_count=1).fillna(0)
    return np.asarray(np.rint(np.minimum(told.to_numpy(dtype=float), people) * extra))


def _by_harm(now: Assessment, measures: Sequence[Measure], *, day: dt.date, seed: int) -> Measured:
    town = now.moment.town
    year = year_of(town)
    bands = shift_bands(year)
    ones = np.ones(len(town.buildings))
    scenarios: dict[str, Scenario] = {name: part.scenario for name, part in bands.items()}
    instance = make_instance(
        town, measures, bands=dict.fromkeys(bands, 1), scenarios=scenarios,
        weights=dict.fromkeys(bands, ones), tiers=TIERS, day=day, seed=seed,
    )  # fmt: skip
    crew = now.risk.told.crew[_rows_back(town)]
    index = now.risk.buildings[c.HARM_INDEX].to_numpy(dtype=float)
    harm = asked_harm_of(town, year, crew, index=index, day=day, seed=now.risk.summary["seed"])
    locals_, dropped = care_gains(instance, harm)
    gains = water_gains(instance, harm, locals_)
    levels = chance_levels(instance, harm, year)
    left_out = {"too_many_at_one_building": dropped} if dropped else {}
    return Measured(instance, tuple(levels), gains, 1.0, "risk", 0, left_out, float(index.sum()))


def _rows_back(town: Town) -> Indices:
    """Return the place of each building in the order of ids."""
    ids = town.buildings[f.BUILDING_ID].astype(str).to_numpy(dtype=str)
    return np.argsort(np.argsort(ids, kind="stable"), kind="stable")


def _alarm_minutes(now: Assessment, instance: MeasuresInstance) -> Floats:
    """Return the minutes that alarms in all units would buy: a fire is noticed earlier.

    They do not hang on who comes, so they add to what crews gain.
    """
    table = now.risk.buildings
    lacking = table[c.device_lacking(DeviceKind.SMOKE_DETECTOR)].to_numpy(dtype=float)
    share = np.nan_to_num(lacking / _units(table, lacking))
    people = np.zeros(len(share))
    for band in instance.bands:
        people += band.weights * band.share * sum(instance.tiers.values())
    return people * share * instance.town.rules.measures.alarm_head_start_s.value / 60


def _alarms(instance: MeasuresInstance) -> tuple[Local, ...]:
    """Return what the alarms of measures buy at each building, once however many bring them."""
    ids = pd.Index(instance.town.buildings[f.BUILDING_ID].astype(str))
    found: dict[int, list[int]] = {}
    for number, measure in enumerate(instance.measures):
        for care in measure.plan.devices:
            row = int(ids.get_indexer([care.building_id])[0])
            if care.device == DeviceKind.SMOKE_DETECTOR and row >= 0:
                found.setdefault(row, []).append(number)
    locals_ = []
    for row, numbers in sorted(found.items()):
        own = np.array(numbers[:MOST_LOCAL])
        gain = np.full(1 << len(own), instance.alarm_minutes[row])
        gain[0] = 0.0
        locals_.append(Local(row, int(instance.group[row]), own, gain, np.ones(len(gain))))
    return tuple(locals_)


def _units(table: pd.DataFrame, lacking: Floats) -> Floats:
    most = np.fmax.reduce([table[c.device_lacking(kind)].to_numpy(dtype=float) for kind in DEVICES])
    return np.maximum(np.fmax(most, lacking), 1.0)
