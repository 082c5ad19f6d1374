"""What measures take away of the harm of a year: crews by their chance, care at buildings, water.

The risk engine answers at its typical numbers. Harm falls in a straight line with the chance of a
crew in time (where nothing is capped), so that a crew is worth so much a step of its chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from ...geo.arrays import Floats
from ...geo.care import PlannedCare
from ...geo.measure import Measure
from ...geo.plan import Plan, planned
from ...geo.words import fields as f
from ..risk import Stretch, TypicalHarm
from ..siting import SiteReach, pair_chances
from .formed import Gains, Levels
from .instance import Arrival, MeasuresInstance
from .problem import Local

CHANCES = 10  # steps of a chance to come in time, which is rounded down
MOST_LOCAL = 4  # measures at one building that are planned together; those with most gain first
FAR = 2.5  # times the standard up to which arrivals are looked at, as times are uncertain
HELP = ("micro", "brigade")
WATER_STEPS = 20  # of the greatest gain of water at a building, rounded down


def chance_levels(
    instance: MeasuresInstance, harm: TypicalHarm, scale: Floats, year: Sequence[Stretch]
) -> list[Levels]:
    """Return arrivals as steps of the chance to come in time, each worth harm of a year.

    Parameters
    ----------
    instance
        Whose bands are named ``day`` and ``night``, as the shifts of the year.
    harm
        Of the town.
    scale
        ``(buildings,)`` what typical harm is multiplied by to be told.
    year
        Stretches of the crew's chances.
    """
    base = harm.of() * scale
    found = []
    for band in instance.bands:
        own = [at for at, part in enumerate(year) if part.now.is_day == (band.name == "day")]
        fires = np.array([year[at].now.fires for at in own])
        crew = harm.told.crew.copy()
        now = np.nan_to_num(crew[:, own] @ fires / fires.sum())
        crew[:, own] = 1.0
        most = np.maximum(base - harm.of(crew=crew) * scale, 0.0)
        worth = most / np.maximum(1 - now, 1e-9) / CHANCES
        worth[now > 1 - 1e-6] = 0.0
        parts, levels = [], []
        for tier in HELP:
            if tier not in instance.town.rules.tier:
                continue
            rule = instance.town.rules.tier[tier]
            arrival = instance.arrivals(
                band, tier, limit_s=FAR * rule.standard_s.value, by_station=True
            )
            travel = arrival.ms - arrival.start_ms - arrival.access_ms
            reach = SiteReach(
                arrival.building, arrival.station, arrival.start_ms, travel, arrival.access_ms,
                (len(instance.town.buildings), len(instance.whole.stations)),
                rule.standard_s.value,
            )  # fmt: skip
            chance = pair_chances(instance.whole, rule, reach)
            parts.append(arrival)
            levels.append(np.floor(chance * CHANCES + 1e-9).astype(np.intp))
        joined = Arrival(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("building", "station", "ms", "start_ms", "access_ms", "needs", "more")
            )
        )
        found.append(Levels(joined, np.concatenate(levels), worth, CHANCES))
    return found


def care_gains(
    instance: MeasuresInstance, harm: TypicalHarm, scale: Floats
) -> tuple[tuple[Local, ...], int]:
    """Return what care at buildings takes away, each set of measures there by the engine.

    Returns
    -------
    locals, dropped
        And how many measures were not planned as too many stand at one building.
    """
    town = instance.town
    ids = pd.Index(town.buildings[f.BUILDING_ID].astype(str))
    own = _touched(instance.measures, ids)
    base, costs = harm.of(), np.array([max(m.cost_yuan, 1.0) for m in instance.measures])
    single = _rounds(harm, instance.measures, ids, own, [1 << bit for bit in
                     range(max(map(len, own.values()), default=0))])  # fmt: skip
    kept, dropped = {}, 0
    for row, numbers in own.items():
        gain = [base[row] - single[1 << bit][row] for bit in range(len(numbers))]
        order = sorted(range(len(numbers)), key=lambda k: -gain[k] / costs[numbers[k]])
        best = sorted(order[:MOST_LOCAL])
        dropped += len(numbers) - len(best)
        kept[row] = [numbers[k] for k in best]
    codes = range(1, 1 << max(map(len, kept.values()), default=0))
    calm = _rounds(harm, instance.measures, ids, kept, codes)
    sure = np.ones_like(harm.told.crew)
    served = _rounds(harm, instance.measures, ids, kept, codes, crew=sure)
    helped = np.maximum(base - harm.of(crew=sure), 0.0)
    group, found = instance.group, []
    for row, numbers in sorted(kept.items()):
        sets = range(1, 1 << len(numbers))
        gain = [0.0, *((base[row] - calm[code][row]) * scale[row] for code in sets)]
        left = [1.0]
        for code in sets:
            rest = max(calm[code][row] - served[code][row], 0.0)
            left.append(min(1.0, rest / helped[row]) if helped[row] > 0 else 1.0)
        gain_, left_ = np.maximum(np.array(gain), 0.0), np.array(left)
        found.append(Local(int(row), int(group[row]), np.array(numbers), gain_, left_))
    return tuple(found), dropped


def water_gains(
    instance: MeasuresInstance, harm: TypicalHarm, scale: Floats, locals_: tuple[Local, ...]
) -> Gains:
    """Return what new water takes away beside care: each place alone, the best of several counts.

    Harm that water and care take away together is counted with both; the recount tells.
    """
    base = harm.of()
    building, level, measure = [], [], []
    steps = np.zeros(len(base))
    told = []
    for number, own in enumerate(instance.measures):
        if own.plan.hydrants.add:
            there = planned(instance.town, Plan(hydrants=own.plan.hydrants))
            told.append((number, np.maximum(base - harm.with_water(there), 0.0) * scale))
    for _, gain in told:
        steps = np.maximum(steps, gain / WATER_STEPS)
    for number, gain in told:
        rows = np.flatnonzero(gain > 1e-12)
        building.append(rows)
        level.append(np.floor(gain[rows] / steps[rows] + 1e-9).astype(np.intp))
        measure.append(np.full(len(rows), number))
    empty = np.empty(0, dtype=np.intp)
    return Gains(
        locals_,
        np.concatenate([empty, *building]),
        np.concatenate([empty, *level]),
        np.concatenate([empty, *measure]),
        steps,
    )


def shift_bands(year: Sequence[Stretch]) -> dict[str, Stretch]:
    """Return the stretch with most fires of each shift, by ``day`` and ``night``."""
    found: dict[str, Stretch] = {}
    for part in year:  # those with most fires come first
        found.setdefault("day" if part.now.is_day else "night", part)
    return found


def _touched(measures: Sequence[Measure], ids: pd.Index) -> dict[int, list[int]]:
    """Return by row of building the measures that care for it."""
    own: dict[int, list[int]] = {}
    for number, measure in enumerate(measures):
        plan = measure.plan
        names = {*(d.building_id for d in plan.devices), *(m.building_id for m in plan.mended),
                 *plan.inspected}  # fmt: skip
        for row in sorted(ids.get_indexer(pd.Index(sorted(names), dtype=object)).tolist()):
            if row >= 0:
                own.setdefault(row, []).append(number)
    return own


def _rounds(
    harm: TypicalHarm,
    measures: Sequence[Measure],
    ids: pd.Index,
    own: Mapping[int, Sequence[int]],
    codes: Sequence[int],
    *,
    crew: Floats | None = None,
) -> dict[int, Floats]:
    """Return harm by set of measures, all buildings that have so many at once."""
    found = {}
    for code in codes:
        cares = []
        for row, numbers in own.items():
            if code < 1 << len(numbers):
                chosen = [measures[n].plan for k, n in enumerate(numbers) if code >> k & 1]
                cares += [_care(plan, str(ids[row])) for plan in chosen]
        care = PlannedCare(
            tuple(chain.from_iterable(c.devices for c in cares)),
            tuple(chain.from_iterable(c.mended for c in cares)),
            tuple(chain.from_iterable(c.inspected for c in cares)),
        )
        found[code] = harm.of(care, crew=crew)
    return found


def _care(plan: Plan, building: str) -> PlannedCare:
    """Return what a plan does at one building."""
    return PlannedCare(
        tuple((d.building_id, d.device) for d in plan.devices if d.building_id == building),
        tuple((m.building_id, str(m.code)) for m in plan.mended if m.building_id == building),
        tuple(b for b in plan.inspected if b == building),
    )
