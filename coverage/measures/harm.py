"""What measures take away of the harm of a year: crews by their chance, care at buildings, water.

The risk engine answers, in fewer draws. Harm falls in a straight line with the chance of a crew
in time (where nothing is capped), so that a crew is worth so much a step of its chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from ...geo.arrays import Floats, Indices
from ...geo.care import PlannedCare
from ...geo.measure import Measure
from ...geo.plan import Plan, planned
from ...geo.words import fields as f
from ..risk import AskedHarm, Stretch
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
    instance: MeasuresInstance, harm: AskedHarm, year: Sequence[Stretch]
) -> list[Levels]:
    """Return arrivals as steps of the chance to come in time, each worth harm of a year.

    Parameters
    ----------
    instance
        Whose bands are named ``day`` and ``night``, as the shifts of the year.
    harm
        Of the town.
    year
        Stretches of the crew's chances.
    """
    base = harm.of()
    found = []
    for band in instance.bands:
        own = [at for at, part in enumerate(year) if part.now.is_day == (band.name == "day")]
        fires = np.array([year[at].now.fires for at in own])
        crew = harm.told.crew.copy()
        now = np.nan_to_num(crew[:, own] @ fires / fires.sum())
        crew[:, own] = 1.0
        most = np.maximum(base - harm.of(crew=crew), 0.0)
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


def care_gains(instance: MeasuresInstance, harm: AskedHarm) -> tuple[tuple[Local, ...], int]:
    """Return what care at buildings takes away, each set of measures there by the engine.

    Returns
    -------
    locals, dropped
        And how many measures were not planned as too many stand at one building.
    """
    ids = pd.Index(instance.town.buildings[f.BUILDING_ID].astype(str))
    own = _touched(instance.measures, ids)
    rows = np.array(sorted(own), dtype=np.intp)
    costs = np.array([max(m.cost_yuan, 1.0) for m in instance.measures])
    base = dict(zip(rows.tolist(), harm.of(rows=rows), strict=True))
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
    always = dict(zip(rows.tolist(), harm.of(crew=sure, rows=rows), strict=True))
    group, found = instance.group, []
    for row, numbers in sorted(kept.items()):
        sets = range(1, 1 << len(numbers))
        gain = [0.0, *(base[row] - calm[code][row] for code in sets)]
        helped = max(base[row] - always[row], 0.0)
        left = [1.0]
        for code in sets:
            rest = max(calm[code][row] - served[code][row], 0.0)
            left.append(min(1.0, rest / helped) if helped > 0 else 1.0)
        gains = np.maximum(np.array(gain), 0.0)
        found.append(Local(row, int(group[row]), np.array(numbers), gains, np.array(left)))
    return tuple(found), dropped


def water_gains(instance: MeasuresInstance, harm: AskedHarm, locals_: tuple[Local, ...]) -> Gains:
    """Return what new water takes away beside care: each place alone, the best of several counts.

    Harm that water and care take away together is counted with both; the recount tells.
    """
    base = harm.of()
    told: list[tuple[int, Indices, Floats]] = []
    worth = np.zeros(len(base))
    for number, own in enumerate(instance.measures):
        if own.plan.hydrants.add:
            there = planned(instance.town, Plan(hydrants=own.plan.hydrants))
            rows, left = harm.with_water(there)
            gain = base[rows] - left
            keep = gain > 1e-12
            told.append((number, rows[keep], gain[keep]))
            worth[rows[keep]] = np.maximum(worth[rows[keep]], gain[keep] / WATER_STEPS)
    empty = np.empty(0, dtype=np.intp)
    return Gains(
        locals_,
        np.concatenate([empty, *(rows for _, rows, _ in told)]),
        np.concatenate([empty, *(np.floor(gain / worth[rows] + 1e-9).astype(np.intp)
                                 for _, rows, gain in told)]),
        np.concatenate([empty, *(np.full(len(rows), number) for number, rows, _ in told)]),
        worth,
    )  # fmt: skip


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
    harm: AskedHarm,
    measures: Sequence[Measure],
    ids: pd.Index,
    own: Mapping[int, Sequence[int]],
    codes: Sequence[int],
    *,
    crew: Floats | None = None,
) -> dict[int, dict[int, float]]:
    """Return harm by set of measures and building, all buildings that have so many at once."""
    found = {}
    for code in codes:
        there = {row: numbers for row, numbers in own.items() if code < 1 << len(numbers)}
        cares = [
            _care(measures[n].plan, str(ids[row]))
            for row, numbers in there.items()
            for k, n in enumerate(numbers)
            if code >> k & 1
        ]
        care = PlannedCare(
            tuple(chain.from_iterable(c.devices for c in cares)),
            tuple(chain.from_iterable(c.mended for c in cares)),
            tuple(chain.from_iterable(c.inspected for c in cares)),
        )
        rows = np.array(sorted(there), dtype=np.intp)
        found[code] = dict(zip(rows.tolist(), harm.of(care, crew=crew, rows=rows), strict=True))
    return found


def _care(plan: Plan, building: str) -> PlannedCare:
    """Return what a plan does at one building."""
    return PlannedCare(
        tuple((d.building_id, d.device) for d in plan.devices if d.building_id == building),
        tuple((m.building_id, str(m.code)) for m in plan.mended if m.building_id == building),
        tuple(b for b in plan.inspected if b == building),
    )
