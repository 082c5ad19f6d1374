"""The risk of a year of houses in every draw: what the compiled loops need, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...geo.arrays import Floats, Longs, Singles
from ...geo.rules import RiskRule, RuleSet
from ..keyed import keys_of, shares
from .consequence import BOTTLED, HARMED, MOST_NEIGHBOURS
from .draws import logs_of
from .inputs import CODES, GASES, GROWTHS, RiskInputs
from .missing import USE_BLUR, hazard_effects, range_ends, summed
from .mitigation import deviations
from .numbers import RiskNumbers
from .year import YearInputs
from .year_kernel import BLURS, EVEN, NUMBERS, TOLD, draw_year

PEOPLE = ("residents", "present", "elders", "children")
SUMS = ("fires", "harm", "residents")


@dataclass(frozen=True)
class YearDraws:
    """What a year brings to houses, ``(buildings, draws)``.

    Attributes
    ----------
    fires, deaths
        Fires a year, and deaths a fire.
    log_harm
        Log of their product.
    places
        Rows of the communities of the houses.
    sums
        ``(3, places, draws)`` of fires, deaths a year, and who lives there, by `places`.
    """

    fires: Floats
    deaths: Floats
    log_harm: Singles
    places: Longs
    sums: Floats


@dataclass(frozen=True)
class YearMethod:
    """What all houses of a town have in common in every draw; from `year_method`."""

    numbers: RiskNumbers
    rules: RiskRule
    shifts: tuple[bool, ...]
    classes: tuple[Any, ...]
    rates: tuple[Floats, ...]
    hazards: tuple[Floats, ...]
    hours: tuple[Any, ...]
    values: tuple[float, ...]


def year_method(told: YearInputs, numbers: RiskNumbers, rules: RuleSet, seed: int) -> YearMethod:
    """Return what all houses have in common in every draw.

    Parameters
    ----------
    told
        Of a town; its year and what its classes are known to hold count.
    numbers
        Of the method, drawn.
    rules
        The rule set.
    seed
        Of what nobody told.
    """
    method, one = rules.risk, numbers.one
    shifts = tuple(dict.fromkeys(part.now.is_day for part in told.year))
    asleep, kind = np.unique([part.now.harm_asleep for part in told.year], return_inverse=True)
    shift = np.array([shifts.index(part.now.is_day) for part in told.year], dtype=np.int64)
    fires = np.array([part.now.fires for part in told.year])
    none = np.ones(numbers.draws)
    near = np.arange(MOST_NEIGHBOURS + 1)[:, None]
    consequence = method.consequence
    return YearMethod(
        numbers,
        method,
        shifts,
        _classes(told, shifts, method, seed, numbers.draws),
        (
            _numbers(numbers),
            np.exp(numbers.log_rate),
            np.exp(numbers.log_place),
            numbers.dependent,
            numbers.log_growth,
            np.log(
                np.stack([one.get(f"likelihood.gas_{gas}", none) for gas in (*GASES, "unknown")])
            ),
            np.log1p(one["consequence.neighbour"] * near),
        ),
        _hazards(told, shifts, numbers, method),
        (fires, shift, kind.astype(np.int64), np.append(asleep, 1.0)),
        (
            method.draw.blur_log_sd.value,
            method.draw.blur_log_sd.value * USE_BLUR,
            rules.compliance.floor_m.value,
            consequence.height_from_m.value,
            consequence.night_height_power.value,
            consequence.single_stair_floors.value,
        ),
    )


def year_draws(told: YearInputs, method: YearMethod) -> YearDraws:
    """Return the risk of a year of houses in every draw.

    Harm of a fire is that of each stretch weighed by its share of the fires. No draw of a house
    hangs on any other.

    Parameters
    ----------
    told
        Some of the town.
    method
        From `year_method` of the whole town.
    """
    n, draws = len(told), method.numbers.draws
    inputs = told.shifts[method.shifts[0]]
    places, place = np.unique(inputs.place, return_inverse=True)
    chance = np.where(np.isnan(told.crew), np.inf, deviations(told.crew))
    sums = np.zeros((len(SUMS), len(places), draws))
    found = np.empty((n, draws)), np.empty((n, draws)), np.empty((n, draws), dtype=np.float32)
    row = (
        inputs.kind, inputs.place % len(method.rates[2]), inputs.danger,
        np.where(inputs.gas < 0, len(GASES), inputs.gas), np.minimum(inputs.near, MOST_NEIGHBOURS),
        place.reshape(n),
    )  # fmt: skip
    draw_year(
        (
            np.ascontiguousarray(inputs.key),
            _asked(told, inputs),
            _told(inputs, method.rules),
            np.column_stack(row).astype(np.int64),
            np.ascontiguousarray(np.nan_to_num(inputs.hazards) > 0).view(np.uint8),
            np.stack(
                [_people(inputs, "residents", method)]
                + [_people(told.shifts[is_day], "present", method) for is_day in method.shifts]
            ),
            np.ascontiguousarray(chance),
        ),
        method.classes,
        method.rates,
        method.hazards,
        method.hours,
        method.values,
        (*found, sums),
    )
    return YearDraws(*found, places, sums)


def year_shares(told: YearInputs, numbers: RiskNumbers, rules: RuleSet) -> Floats:
    """Return how much of each building's typical harm falls in each stretch of the year.

    Parameters
    ----------
    told
        Of a town.
    numbers
        Of the method, at their values.
    rules
        The rule set.
    """
    harm = np.empty(told.crew.shape)
    for at, part in enumerate(told.year):
        logs = logs_of(told.at(at), told.donated[part.now.is_day], numbers, rules, part.now, None)
        harm[:, at] = np.exp(logs.fires + logs.harm)[:, 0]
    return np.asarray(harm / harm.sum(axis=1, keepdims=True))


def _told(inputs: RiskInputs, rules: RiskRule) -> Floats:
    """Return what is told of each house, ``(houses, TOLD)``."""
    like, log_sd = rules.likelihood, rules.draw.blur_log_sd.value
    floors = range_ends(inputs, "floors", log_sd)
    height = range_ends(inputs, "height_m", log_sd)
    water = range_ends(inputs, "water", log_sd)
    named = np.fmax(np.nan_to_num(inputs.elders), np.nan_to_num(inputs.special))
    tenants, rooms = np.nan_to_num(inputs.tenants), np.nan_to_num(inputs.rooms)
    columns = {
        "footprint_m2": inputs.footprint_m2,
        "floors": inputs.floors,
        "floors_low": floors[0],
        "floors_high": floors[1],
        "height_m": inputs.height_m,
        "height_low": height[0],
        "height_high": height[1],
        "area_m2": inputs.area_m2,
        "named": named + np.nan_to_num(inputs.children),
        "detector": inputs.detector,
        "sprinkler": inputs.sprinkler,
        "systems": inputs.systems,
        "remote": inputs.remote,
        "single": np.where(np.isnan(inputs.stairs), np.nan, inputs.stairs == 1),
        "water": inputs.water,
        "water_low": water[0],
        "water_high": water[1],
        "elders": inputs.elders,
        "children": inputs.children,
        "special": np.nan_to_num(inputs.special),
        "helped": np.nan_to_num(inputs.helped),
        "three_in_one": inputs.three_in_one,
        "sublet": inputs.tenants >= like.sublet_tenants.value,
        "more": np.log(np.maximum(tenants / like.sublet_tenants.value, 1)),
        "rooms": np.log(np.maximum(rooms / like.let_rooms.value, 1)),
        "leased": inputs.leased == 1,
        "rcd": np.nan_to_num(inputs.rcd),
        "monitor": np.nan_to_num(inputs.monitor),
        "unlooked": ~inputs.looked,
        "inspected": inputs.inspected,
        "bottled": inputs.gas == BOTTLED,
    }
    return np.column_stack([columns[name] for name in TOLD]).astype(np.float64)


def _people(inputs: RiskInputs, name: str, method: YearMethod) -> Floats:
    """Return how many people are told, the ends of a range, and beds that are taken."""
    ends = range_ends(inputs, name, method.rules.draw.blur_log_sd.value)
    beds = inputs.sleepers if name == "residents" else inputs.stayers
    return np.column_stack([getattr(inputs, name), *ends, beds])


def _asked(told: YearInputs, first: RiskInputs) -> npt.NDArray[np.uint8]:
    """Return what must be drawn of each house: `EVEN`, then `BLURS`."""
    lost = {
        name: np.isnan(getattr(first, name))
        for name in ("floors", "residents", "elders", "children", "detector", "sprinkler",
                     "systems", "remote", "stairs")
    }  # fmt: skip
    absent = np.any([np.isnan(shift.present) for shift in told.shifts.values()], axis=0)
    ranged = {
        name: ~np.isnan([getattr(shift, f"{name}{end}") for shift in told.shifts.values()
                         for end in ("_low", "_high")]).all(axis=0)
        for name in ("floors", "height_m", "residents", "present", "water")
    }  # fmt: skip
    means = (first.detector, first.sprinkler, first.systems, first.crew, first.water)
    unknown, unlooked = first.kind < 0, ~first.looked
    asked = {
        **lost,
        **{f"{name}_range": flags for name, flags in ranged.items()},
        "kind": unknown,
        "people_kind": unknown,
        "people": lost["residents"] | absent,
        "people_range": ranged["residents"] | ranged["present"],
        "single": lost["stairs"],
        "hazards": unlooked,
    }
    blurred = {
        **dict.fromkeys(("likelihood", "escape", "spread"), unlooked),
        "kind": unknown,
        "floors": lost["floors"],
        "residents": lost["residents"],
        "present": absent,
        "elders": lost["elders"] & np.isnan(first.special),
        "means": np.isnan(np.stack(means)).any(axis=0),
    }
    columns = [*(asked[name] for name in EVEN), *(blurred[name] for name in BLURS)]
    return np.column_stack(columns).view(np.uint8)


def _classes(
    told: YearInputs, shifts: tuple[bool, ...], rules: RiskRule, seed: int, draws: int
) -> tuple[Any, ...]:
    """Return what holds for the classes, as `draw_year` takes it."""
    first, classes = told.donated[shifts[0]], list(rules.classes.values())
    decides = [name in rules.consequence.danger_decides for name in rules.classes]
    facts = [
        [k.per == "people" for k in classes],
        [k.at_night == "asleep" for k in classes],
        [GROWTHS.index(k.growth) for k in classes],
        decides,
        first.sprinkler, first.systems, first.remote, first.single,
        *(told.donated[s].least[name] for s in shifts for name in ("elders", "children")),
    ]  # fmt: skip
    people = [np.stack([getattr(told.donated[s], name) for name in PEOPLE]) for s in shifts]
    unknown = shares(first.use, range(len(first.use)), "use", seed=seed, draws=draws)
    return (
        np.concatenate(
            [keys_of([f"{seed}:{name}"]) for name in (*EVEN, *(f"{blur}_blur" for blur in BLURS))]
        ),
        np.array(facts, dtype=np.float64),
        np.stack([first.floors, first.detector]),
        np.stack(people),
        np.ascontiguousarray(np.cumsum(unknown, axis=1).T[:-1]),
        first.drawn,
    )


def _hazards(
    told: YearInputs, shifts: tuple[bool, ...], numbers: RiskNumbers, rules: RiskRule
) -> tuple[Floats, ...]:
    """Return what patterns of hazards and single ones multiply, and the worst they do."""
    found: list[Floats] = []
    least, stops = hazard_effects(rules)
    for flags in (told.donated[shifts[0]].pattern, np.eye(len(CODES))):
        logs = (numbers.log_likelihood, numbers.log_escape, numbers.log_spread)
        found.append(np.ascontiguousarray(np.stack([summed(flags, log) for log in logs], axis=2)))
        found.append(np.column_stack([(flags * least).max(axis=1), (flags * stops).max(axis=1)]))
    return tuple(found)


def _numbers(numbers: RiskNumbers) -> Floats:
    """Return the numbers of the method, ``(NUMBERS, draws)``."""
    one, weight = numbers.one, numbers.weight
    vulnerable = weight["vulnerable"]
    harm = np.stack([one[f"consequence.{name}"] ** vulnerable for name in HARMED])
    child, elder, alone, cannot = np.maximum(np.maximum.accumulate(harm), 1.0)
    works = one["mitigation.detector_works"]
    deaths = one["consequence.deaths_per_fire"]
    named = {
        **weight,
        "hazard_cap": np.log(one["likelihood.hazard_cap"]),
        "electrical": one["likelihood.electrical_share"],
        "rcd": one["likelihood.rcd"],
        "monitor": one["likelihood.electrical_monitoring"],
        "three_in_one": np.log(one["likelihood.three_in_one"]),
        "sublet": np.log(one["likelihood.sublet"]),
        "let": one["likelihood.let_exponent"],
        "leased": np.log(one["likelihood.leased"]),
        "bed_taken": one["consequence.bed_taken"],
        "helper": one["consequence.helper"],
        "inspection": one["likelihood.inspection"],
        "least_people": one["consequence.people_least"],
        "usual": np.log(one["consequence.people_reference"]),
        "power": one["consequence.people_exponent"],
        "awake": one["consequence.awake"],
        "all": np.ones(numbers.draws),
        "child": child,
        "elder": elder,
        "alone": alone,
        "cannot": cannot,
        "deaths": deaths / one["consequence.vulnerable_reference"] ** vulnerable,
        "escape_cap": np.log(one["consequence.escape_cap"]),
        "stair": np.log(one["consequence.single_stair"]),
        "spread_cap": np.log(one["consequence.spread_cap"]),
        "bottled": np.log(one["consequence.gas_bottled"]),
        "detector": one["mitigation.detector"] * works,
        "sprinkler": one["mitigation.sprinkler"],
        "systems": one["mitigation.systems"],
        "remote": one["mitigation.remote"],
        "water": one["mitigation.water"],
        "water_unknown": one["mitigation.water_unknown"],
        "least_left": 1 - one["mitigation.cap"],
        "height_scale": one["consequence.height_scale_m"],
        "high_rise": one["consequence.high_rise"],
        "travel": numbers.travel,
        "crew": one["mitigation.crew"],
        "crew_unknown": one["mitigation.crew_unknown"],
    }
    return np.stack([named[name] for name in NUMBERS])
