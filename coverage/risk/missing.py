"""What nobody told is drawn from buildings of the same class that somebody told of.

A value taken from another building is blurred, because the class is not the building: so what is
not known always spreads the answer at least as far as what is known.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

import numpy as np

from ...geo.arrays import Flags, Floats, Longs
from ...geo.rules import RiskRule, Value
from ..keyed import Keys, normals, shares, uniforms
from .inputs import CODES, GROWTHS, RiskInputs
from .numbers import RiskNumbers, log_triangular

QUANTILES: Final = 64  # of the values that a class is known to have
HAZARD_DONORS: Final = 256  # inspected buildings of a class from which hazards are taken
USE_BLUR: Final = 2.0  # rates of classes lie further apart than any other value
#: By day and by night the same house is full or empty.
_STREAM: Final = {"residents": "people", "present": "people"}
_U: Final = (np.arange(QUANTILES) + 0.5) / QUANTILES


@dataclass(frozen=True)
class Donors:
    """What the classes of a town are known to hold; ``(classes, …)`` tables.

    Attributes
    ----------
    use
        ``(classes,)`` weight of each class among buildings of unknown use.
    floors, residents, present, elders, children, detector
        ``(classes, quantiles)``; people are on 100 m² of floor.
    sprinkler, systems, remote, single
        ``(classes,)`` share that has it.
    pattern
        ``(patterns, codes)`` 0 or 1: every combination of hazards seen, the first none.
    drawn
        ``(classes, HAZARD_DONORS)`` rows of ``pattern``.
    least
        ``(classes,)`` least share of ``elders`` and ``children`` where most are of them: a centre
        that is told to have none is told of those who live there.
    """

    use: Floats
    floors: Floats
    residents: Floats
    present: Floats
    elders: Floats
    children: Floats
    detector: Floats
    sprinkler: Floats
    systems: Floats
    remote: Floats
    single: Floats
    pattern: Floats
    drawn: Longs
    least: dict[str, Floats]


@dataclass(frozen=True)
class Filled:
    """Buildings with nothing missing; arrays ``(buildings, draws)`` or ``(buildings, 1)``.

    ``elders``, ``children``, ``special`` and ``dependent`` are people who are there, never more
    than are ``present``. ``likelihood``, ``escape`` and ``spread`` are logs of the products over
    hazards; ``growth`` is a row of the growth classes, ``stopped`` 1 where the building's systems
    do not count; ``*_blur`` are logs by which what was not known is blurred; that of people comes
    after the least of people, so that it blurs small houses, too.
    """

    kind: Longs
    floors: Floats
    height_m: Floats
    floor_m2: Floats
    residents: Floats
    present: Floats
    residents_blur: Floats
    present_blur: Floats
    elders: Floats
    children: Floats
    special: Floats
    dependent: Floats
    likelihood: Floats
    escape: Floats
    spread: Floats
    growth: Longs
    stopped: Floats
    single: Floats
    detector: Floats
    sprinkler: Floats
    systems: Floats
    remote: Floats
    water: Floats
    rate_blur: Floats
    vulnerable_blur: Floats
    mitigation_blur: Floats


def donors(inputs: RiskInputs, rules: RiskRule, *, is_day: bool) -> Donors:
    """Return what the known buildings of each class hold, shrunk toward the rules' defaults.

    The defaults weigh as much as so many buildings as the rules say, so that no single building
    moves what others are given by much, and a class of which little is known moves little.

    Parameters
    ----------
    inputs
        Of all buildings.
    rules
        Defaults, and what they weigh.
    is_day
        Whether people are where they are by day.
    """
    weight = rules.draw.donors.value
    classes = list(rules.classes.values())
    floor = inputs.footprint_m2 * inputs.floors / 100
    rows = [inputs.kind == at for at in range(len(classes))]

    def table(values: Floats, prior: list[Value]) -> Floats:
        known = [values[own & ~np.isnan(values)] for own in rows]
        pairs = zip(known, prior, strict=True)
        return np.stack([_shrunk(told, value, weight) for told, value in pairs])

    def share(values: Floats, prior: Value) -> Floats:
        told = [values[own & ~np.isnan(values)] for own in rows]
        return np.array([(v.sum() + weight * prior.value) / (len(v) + weight) for v in told])

    def part(people: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(inputs.heads > 0, np.clip(people / inputs.heads, 0, 1), np.nan)

    many = rules.mitigation
    night = [k.people_night for k in classes]
    pattern, drawn = _patterns(inputs, rows, weight)
    counts = np.array([own.sum() for own in rows], dtype=float)
    prior = np.array([k.share.value for k in classes])
    return Donors(
        use=counts + prior * weight / prior.sum(),
        floors=table(inputs.floors, [k.floors for k in classes]),
        residents=table(inputs.residents / floor, night),
        present=table(inputs.present / floor, [k.people_day for k in classes] if is_day else night),
        elders=table(part(inputs.elders), [k.elders for k in classes]),
        children=table(part(inputs.children), [k.children for k in classes]),
        detector=table(inputs.detector, [many.detector_share] * len(classes)),
        sprinkler=share(inputs.sprinkler, many.sprinkler_share),
        systems=share(inputs.systems, many.systems_share),
        remote=share(inputs.remote, many.remote_share),
        single=share(_single(inputs), rules.consequence.single_stair_share),
        pattern=pattern,
        drawn=drawn,
        least={
            name: np.array([v.at_least if v.value > 0.5 else 0.0 for v in values])
            for name, values in (
                ("elders", [k.elders for k in classes]),
                ("children", [k.children for k in classes]),
            )
        },
    )


def _shrunk(known: Floats, prior: Value, weight: float) -> Floats:
    """Return quantiles of what a class is known to hold, mixed with its default.

    What lies beyond the spread of the default about the middle of the mixture counts as its end,
    the farther out the more is known: one odd building adds at most that spread / `weight`.
    """
    default = np.exp(log_triangular(prior, _U))
    mass = np.concatenate([np.ones(len(known)), np.full(QUANTILES, weight / QUANTILES)])
    middle = _quantiles(np.concatenate([known, default]), mass, np.array([0.5]))[0]
    spread = default[-1] / default[QUANTILES // 2] * (1 + len(known) / weight)
    return _quantiles(np.concatenate([np.minimum(known, middle * spread), default]), mass, _U)


def _quantiles(values: Floats, mass: Floats, u: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(mass[order]) - mass[order] / 2
    return np.asarray(np.interp(u * mass.sum(), below, values[order]))


def _single(inputs: RiskInputs) -> Floats:
    return np.where(np.isnan(inputs.stairs), np.nan, inputs.stairs == 1)


def _patterns(inputs: RiskInputs, rows: list[Flags], weight: float) -> tuple[Floats, Longs]:
    """Return every combination of hazards seen, and which of them each class is drawn from.

    All buildings looked at stand behind those of the class, weighing as the defaults do.
    """
    looked = inputs.looked
    none = np.zeros((1, len(CODES)))
    pattern, at = np.unique(
        np.concatenate([none, inputs.hazards[looked]]), axis=0, return_inverse=True
    )
    of_building = np.full(len(inputs), -1, dtype=np.int64)
    of_building[looked] = at.reshape(-1)[1:]
    everyone = np.bincount(of_building[looked], minlength=len(pattern)).astype(float)
    everyone[0] += not looked.any()
    drawn = np.zeros((len(rows), HAZARD_DONORS), dtype=np.int64)
    evenly = (np.arange(HAZARD_DONORS) + 0.5) / HAZARD_DONORS
    for k, own in enumerate(rows):
        mass = np.bincount(of_building[own & looked], minlength=len(pattern)).astype(float)
        mass = np.cumsum(mass + everyone * weight / everyone.sum())
        drawn[k] = np.searchsorted(mass, evenly * mass[-1])
    return pattern, drawn


def take(inputs: RiskInputs, rows: slice | Longs) -> RiskInputs:
    """Return some of the buildings.

    Parameters
    ----------
    inputs
        Of all buildings.
    rows
        Which.
    """
    return RiskInputs(**{k.name: getattr(inputs, k.name)[rows] for k in fields(RiskInputs)})


@dataclass(frozen=True)
class Chance:
    """Draws for some buildings; without a seed the middle of everything.

    Every field of every building has its own stream: nothing that becomes known of one field or
    of another building changes them.
    """

    keys: Keys
    draws: int
    log_sd: float
    seed: int | None

    def uniform(self, name: str, missing: Flags) -> Floats:
        """Return numbers in 0..1, ``(missing, draws)``."""
        if self.seed is None:
            return np.full((int(missing.sum()), self.draws), 0.5)
        return uniforms(self.keys[missing], name, seed=self.seed, draws=self.draws)

    def blur(self, name: str, missing: Flags, *, times: float = 1) -> Floats:
        """Return logs that change no mean, 0 where nothing is missing."""
        if self.seed is None or not missing.any():
            return np.zeros((len(self.keys), 1))
        log_sd = self.log_sd * times
        noise = np.zeros((len(self.keys), self.draws))
        drawn = normals(self.keys[missing], f"{name}_blur", seed=self.seed, draws=self.draws)
        noise[missing] = log_sd * drawn - log_sd**2 / 2
        return noise

    def shares(self, weight: Floats) -> Floats:
        """Return Dirichlet shares, ``(draws, classes)``, the same for every building."""
        return _use_shares(tuple(weight.tolist()), self.seed or 0, self.draws)

    def put(self, known: Floats, missing: Flags, drawn: Floats) -> Floats:
        """Return what is known, with what is drawn in the gaps."""
        if not missing.any():
            return known[:, None]
        whole = np.repeat(known[:, None], self.draws, axis=1)
        whole[missing] = drawn
        return whole


@lru_cache(maxsize=4)
def _use_shares(weight: tuple[float, ...], seed: int, draws: int) -> Floats:
    """Return the shares that all blocks of a town have in common."""
    return shares(np.array(weight), range(len(weight)), "use", seed=seed, draws=draws)


def fill(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    rules: RiskRule,
    seed: int | None,
    *,
    floor_m: float,
) -> Filled:
    """Return the buildings with what is missing drawn; at its middle without a seed.

    Parameters
    ----------
    inputs
        A block of buildings.
    donated
        From all of the town.
    numbers
        As many draws as they hold are made.
    rules
        The risk method.
    seed
        Of all draws; without one middles and shares stand in, for reasons and typical values.
    floor_m
        Height of a floor.
    """
    chance = Chance(inputs.key, numbers.draws, rules.draw.blur_log_sd.value, seed)
    lost = inputs.kind < 0
    kind = _kinds("kind", inputs.kind, donated, chance)
    size = _size(inputs, donated, kind, chance, floor_m)
    shares: dict[str, Any] = {}
    for name in ("sprinkler", "systems", "remote", "single"):
        known = _single(inputs) if name == "single" else getattr(inputs, name)
        own = np.isnan(known)
        part = np.broadcast_to(getattr(donated, name)[kind[own]], (int(own.sum()), chance.draws))
        there = part if seed is None else (chance.uniform(name, own) < part).astype(float)
        shares[name] = chance.put(known, own, there)
    own = np.isnan(inputs.detector)
    part = _quantile(donated.detector, kind, own, chance.uniform("detector", own))
    shares["detector"] = chance.put(inputs.detector, own, np.clip(part, 0, 1))
    means = (inputs.detector, inputs.sprinkler, inputs.systems, inputs.crew, inputs.water)
    blind: Flags = np.asarray(np.isnan(np.stack(means)).any(axis=0))
    people = _people(inputs, donated, numbers, size["floor_m2"], chance)
    in_need: dict[str, Any] = _in_need(
        inputs, donated, numbers, kind, people["present"], chance
    )  # fmt: skip
    return Filled(
        kind=kind,
        **size,
        **people,
        **in_need,
        **shares,
        **_hazards(inputs, donated, numbers, rules, kind, chance),
        water=_between(inputs, "water", inputs.water[:, None], chance),
        rate_blur=chance.blur("kind", lost, times=USE_BLUR),
        vulnerable_blur=chance.blur("elders", np.isnan(inputs.elders) & np.isnan(inputs.special)),
        mitigation_blur=chance.blur("means", blind),
    )


def _size(
    inputs: RiskInputs, donated: Donors, kind: Longs, chance: Chance, floor_m: float
) -> dict[str, Any]:
    """Return floors, height and floor with gaps filled; height from floors where nobody measured.

    A floor area that is told counts where it is more than what is drawn on the map holds.
    """
    missing = np.isnan(inputs.floors)
    drawn = _quantile(donated.floors, kind, missing, chance.uniform("floors", missing))
    floors = _between(inputs, "floors", chance.put(inputs.floors, missing, drawn), chance)
    floors = np.maximum(floors, 1) * np.exp(chance.blur("floors", missing))
    told = _between(inputs, "height_m", inputs.height_m[:, None], chance)
    area = np.fmax(inputs.footprint_m2[:, None] * floors, inputs.area_m2[:, None])
    height = np.where(np.isnan(told), floors * floor_m, told)
    return {"floors": floors, "height_m": height, "floor_m2": area}


def _kinds(name: str, known: Longs, donated: Donors, chance: Chance) -> Longs:
    """Return the class of each building; unknown ones are drawn, or the likeliest."""
    lost = known < 0
    if not lost.any():
        return known[:, None]
    if chance.seed is None:
        return np.where(lost, int(donated.use.argmax()), known)[:, None]
    share = np.cumsum(chance.shares(donated.use), axis=1)
    u = chance.uniform(name, lost)
    drawn = np.zeros(u.shape, dtype=np.int64)
    for bound in share.T[:-1]:
        drawn += u > bound
    whole = np.repeat(known[:, None], chance.draws, axis=1)
    whole[lost] = drawn
    return whole


def _quantile(table: Floats, kind: Longs, rows: Flags, u: Floats) -> Floats:
    """Return quantiles of each building's class, ``(rows, draws)``."""
    return table[kind[rows], np.minimum((u * QUANTILES).astype(np.int64), QUANTILES - 1)]


def _people(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    floor_m2: Floats,
    chance: Chance,
) -> dict[str, Any]:
    """Return people with gaps filled; by day and by night the same house is full or empty.

    Where nobody knows the use, they are those of any building: a class drawn twice. Beds are
    slept in, and who is told to be in need is there, whoever else was not counted.
    """
    kind = _kinds("people_kind", inputs.kind, donated, chance)
    without = np.isnan(inputs.present) | np.isnan(inputs.residents)
    u = chance.uniform("people", without)
    named = np.fmax(np.nan_to_num(inputs.elders), np.nan_to_num(inputs.special))
    named = named + np.nan_to_num(inputs.children)
    taken = numbers.one["consequence.bed_taken"]
    people: dict[str, Any] = {}
    for name, beds in (("residents", inputs.sleepers), ("present", inputs.stayers)):
        known = getattr(inputs, name)
        own = np.isnan(known)
        on_100_m2 = _quantile(getattr(donated, name), kind, own, u[own[without]])
        counted = chance.put(known, own, on_100_m2 * floor_m2[own] / 100)
        counted = _between(inputs, name, counted, chance)
        counted = np.maximum(counted, np.where(own, named, 0.0)[:, None])
        people[name] = np.fmax(counted, beds[:, None] * taken)
        people[f"{name}_blur"] = chance.blur(name, own)
    return people


def _in_need(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    kind: Longs,
    present: Floats,
    chance: Chance,
) -> dict[str, Floats]:
    """Return the old, the young, those alone or ill, and those who cannot leave, of who is there.

    Those who were counted are taken to be there at every hour.
    """
    found: dict[str, Floats] = {}
    for name in ("elders", "children"):
        known = getattr(inputs, name)
        own = np.isnan(known)
        part = _quantile(getattr(donated, name), kind, own, chance.uniform(name, own))
        count = np.broadcast_to(present, (len(inputs), chance.draws))[own] * np.clip(part, 0, 1)
        told = np.maximum(chance.put(known, own, count), donated.least[name][kind] * present)
        found[name] = np.minimum(told, present)
    eased = 1 - numbers.one["consequence.helper"] * np.nan_to_num(inputs.helped)[:, None]
    found["special"] = np.minimum(np.nan_to_num(inputs.special)[:, None] * eased, present)
    cannot = numbers.dependent[kind, np.arange(numbers.draws)]
    weak = np.minimum(found["elders"] + found["children"], present)
    return found | {"dependent": cannot * weak}


def _between(inputs: RiskInputs, name: str, counted: Floats, chance: Chance) -> Floats:
    """Draw what was told as a range anywhere in it; an open end lies one blur away."""
    low, high = range_ends(inputs, name, chance.log_sd)
    ranged = ~np.isnan(low)
    if chance.seed is None or not ranged.any():
        return counted
    u = chance.uniform(f"{_STREAM.get(name, name)}_range", ranged)
    whole = np.repeat(counted, chance.draws // counted.shape[1], axis=1)
    whole[ranged] = low[ranged, None] + u * (high - low)[ranged, None]
    return whole


def range_ends(inputs: RiskInputs, name: str, log_sd: float) -> tuple[Floats, Floats]:
    """Return between what lies a number that was told as a range; NaN where it was not."""
    known = getattr(inputs, name)
    low, high = getattr(inputs, f"{name}_low"), getattr(inputs, f"{name}_high")
    ranged = ~np.isnan(low) | ~np.isnan(high)
    low, high = (
        np.where(np.isnan(end) & ranged, known * np.exp(sign * log_sd), end)
        for end, sign in ((low, -1), (high, 1))
    )
    return low, high


def _hazards(
    inputs: RiskInputs,
    donated: Donors,
    numbers: RiskNumbers,
    rules: RiskRule,
    kind: Longs,
    chance: Chance,
) -> dict[str, Any]:
    """Return what the hazards of each building multiply; where nobody looked, those of others."""
    least, stops = hazard_effects(rules)
    own = np.nan_to_num(inputs.hazards)
    unlooked = ~inputs.looked
    donor: Longs | None = None
    if chance.seed is not None and unlooked.any():
        at = (chance.uniform("hazards", unlooked) * HAZARD_DONORS).astype(np.int64)
        donor = donated.drawn[kind[unlooked], at]
        flat = donor * chance.draws + np.arange(chance.draws)
    found: dict[str, Any] = {}
    for name in ("likelihood", "escape", "spread"):
        logs = getattr(numbers, f"log_{name}")
        total = summed(own, logs)
        if donor is not None:
            theirs = np.take(summed(donated.pattern, logs), flat)
            total[unlooked] = np.maximum(total[unlooked], theirs)
        found[name] = _inspected(total, inputs, numbers) + chance.blur(name, unlooked)
    for name, of_code in (("growth", least), ("stopped", stops)):
        most = (own * of_code).max(axis=1)[:, None]
        if donor is not None:
            most = np.repeat(most, chance.draws, axis=1)
            drawn = (donated.pattern * of_code).max(axis=1)[donor]
            most[unlooked] = np.maximum(most[unlooked], drawn)
        found[name] = most
    found["growth"] = found["growth"].astype(np.int64)
    return found


def hazard_effects(rules: RiskRule) -> tuple[Longs, Floats]:
    """Return the least growth class of each hazard, and 1 where it stops the systems."""
    effects = [rules.hazard.get(code) for code in CODES]
    least = np.array([GROWTHS.index(e.growth) if e and e.growth else 0 for e in effects])
    return least, np.array([float(bool(e and e.stops_systems)) for e in effects])


def _inspected(total: Floats, inputs: RiskInputs, numbers: RiskNumbers) -> Floats:
    """Return the logs of hazards less the share that one more inspection takes away."""
    if not inputs.inspected.any():
        return total
    return total * (1 - inputs.inspected[:, None] * numbers.one["likelihood.inspection"])


def summed(flags: Floats, logs: Floats) -> Floats:
    """Return the sums of logs over flags, code by code: to the bit the same in any company."""
    total = np.zeros((len(flags), logs.shape[1]))
    for code, log in enumerate(logs):
        total[flags[:, code] > 0] += log
    return total
