"""The problem of a yardstick: people late, person-minutes of waiting, or harm of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from ...geo.arrays import Floats, Indices
from ...geo.measure import whole_cost
from .instance import Arrival, MeasuresInstance
from .levels import level_rows, options_of
from .problem import BudgetProblem, Local


@dataclass(frozen=True, eq=False)
class Gains:
    """What measures do without anybody moving: at buildings, and water for several of them.

    Attributes
    ----------
    locals
        Measures at buildings, in what the yardstick counts by.
    building, level, measure
        ``(pairs,)`` one measure lifts a building to a level, as `level_rows` takes them, of
        ``weights`` ``(buildings,)`` each.
    """

    locals: tuple[Local, ...] = ()
    building: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    level: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    measure: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    weights: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False)
class Levels:
    """Arrivals as levels: the higher the better.

    Attributes
    ----------
    arrival
        Who could be where.
    level
        ``(pairs,)`` from 0 on.
    weights
        ``(buildings,)`` what one level is worth.
    most
        The level beyond which nothing is gained.
    """

    arrival: Arrival
    level: Indices
    weights: Floats
    most: int


def late_levels(instance: MeasuresInstance) -> list[Levels]:
    """Return who is within the standard: one level, worth the people of a building."""
    found = []
    for band in instance.bands:
        for tier, share in instance.tiers.items():
            standard_s = instance.town.rules.tier[tier].standard_s.value
            arrival = instance.arrivals(band, tier, limit_s=standard_s)
            one = np.ones(len(arrival.ms), dtype=np.intp)
            found.append(Levels(arrival, one, band.weights * (band.share * share), 1))
    return found


def minutes_levels(instance: MeasuresInstance, *, longest_s: float, step_s: float) -> list[Levels]:
    """Return who waits how long: a level for every step that somebody is there before the longest.

    Parameters
    ----------
    instance
        Measures in a town.
    longest_s
        Who waits longer counts as waiting so long.
    step_s
        Waiting is rounded up to steps.
    """
    found = []
    for band in instance.bands:
        for tier, share in instance.tiers.items():
            arrival = instance.arrivals(band, tier, limit_s=longest_s)
            step = round(step_s * 1000)
            level = (round(longest_s * 1000) - arrival.ms) // step
            weights = band.weights * (band.share * share * step_s / 60)
            found.append(Levels(arrival, level.astype(np.intp), weights, int(longest_s // step_s)))
    return found


def form_problem(
    instance: MeasuresInstance,
    levels: Sequence[Levels],
    *,
    gains: Gains | None = None,
    budget: float | None = None,
    worst_first: bool = False,
    chosen: Sequence[str] = (),
    forbidden: Sequence[str] = (),
    relaxed: bool = False,
) -> BudgetProblem:
    """Return what is to be solved.

    Parameters
    ----------
    instance
        Measures in a town.
    levels
        Of arrivals, one a band and tier.
    gains
        What measures do otherwise.
    budget, worst_first
        As in `BudgetProblem`.
    chosen, forbidden
        Ids of measures in every plan, and in none.
    relaxed
        Whether ways with three and more openings count with two of them: nothing is worth more.
    """
    gains = gains or Gains()
    count = len(instance.measures)
    buildings = len(instance.town.buildings)
    group = instance.group
    parts = []
    for own in levels:
        keep = np.ones(len(own.level), dtype=bool) if relaxed else ~own.arrival.more
        parts.append((own.arrival.building[keep], own.level[keep], own.arrival.needs[keep],
                      own.weights, own.most))  # fmt: skip
    if len(gains.measure):
        needs = np.column_stack([gains.measure, *[np.full(len(gains.measure), -1)] * 2])
        parts.append((gains.building, gains.level, needs, gains.weights, 0))
    sets = np.concatenate([np.empty((0, 3), dtype=np.intp), *(p[2] for p in parts)])
    option, needs_all = options_of(sets, count)
    base, total = np.zeros(buildings), np.zeros(buildings)
    rows, options, weights, whose = [], [], [], []
    begun = at = 0
    for building, level, needs, weight, most in parts:
        found = level_rows(building, level, option[at : at + len(needs)], weight)
        at += len(needs)
        rows.append(found.row + begun)
        options.append(found.option)
        weights.append(found.weights)
        whose.append(found.building)
        begun += len(found.weights)
        base += found.base
        if most:
            total += weight * most
        else:
            np.add.at(total, found.building, found.weights)
    cell_rows, cell_options, row_weights, building = (
        np.concatenate(column) if column else np.empty(0) for column in
        (rows, options, weights, whose)
    )  # fmt: skip
    ones = np.ones(len(cell_rows), dtype=np.int32)
    cover = sparse.csr_array(
        (ones, (cell_rows.astype(np.intp), cell_options.astype(np.intp))),
        shape=(begun, needs_all.shape[0]),
    )
    for local in gains.locals:
        total[local.building] += float(local.gain.max(initial=0.0))
    building = building.astype(np.intp)
    return BudgetProblem(
        costs=_costs(instance),
        options=needs_all,
        cover=cover,
        weights=row_weights.astype(float),
        building=building,
        group=group[building] if len(building) else building,
        locals=gains.locals,
        base=_by_group(base, group, len(instance.town.communities)),
        total=_by_group(total, group, len(instance.town.communities)),
        budget=budget,
        cliques=tuple(np.array(pair, dtype=np.intp) for pair in sorted(instance.apart)),
        chosen=_numbers(instance, chosen),
        forbidden=_numbers(instance, forbidden),
        worst_first=worst_first,
    )


def _costs(instance: MeasuresInstance) -> Floats:
    """Return what each measure costs over the years of the rules, in yuan."""
    rule = instance.town.rules.measures
    return np.array(
        [
            whole_cost(
                measure,
                horizon_years=rule.horizon_years.value,
                rate=rule.discount_rate.value,
            )
            for measure in instance.measures
        ]
    )


def _by_group(values: Floats, group: Indices, groups: int) -> Floats:
    return np.bincount(np.where(group < 0, groups, group), values, groups + 1).astype(float)


def _numbers(instance: MeasuresInstance, names: Sequence[str]) -> Indices:
    known: Mapping[str, int] = {m.measure_id: at for at, m in enumerate(instance.measures)}
    return np.array([known[name] for name in names], dtype=np.intp)
