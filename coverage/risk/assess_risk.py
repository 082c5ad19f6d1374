"""Risk of every building in a year: how often, how bad, and together, with reasons and doubt.

Fires a year times deaths a fire, the mean of seeded joint draws of all numbers of the method and
of everything that nobody told of the building, over all hours of a year. Both are told as an
index, against an ordinary home; as fires and deaths only where the town's own fires say how many
there are in all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats, Indices, Longs, Shapes, Singles
from ...geo.ground import clusters
from ...geo.rules import RuleSet
from ...geo.town import Town
from ...geo.words import RiskBand
from ...geo.words import fields as f
from .. import columns as c
from .bands import BANDS, band_codes, band_ends, rank_intervals, ranks, spread
from .devices import DEVICES, device_gaps, greatest
from .draws import logs_of
from .inputs import RiskInputs, known_shares
from .level import Level, ordinary_home, town_level
from .missing import Donors
from .numbers import RiskNumbers, drawn_numbers, typical_numbers
from .reasons import risk_reasons
from .sheds import shed_distance, shed_gap
from .year import Stretch, YearInputs, year_inputs
from .year_draws import SUMS, year_draws, year_method, year_shares

BLOCK = 1024  # buildings drawn at once: about 4 MB an array at 500 draws


@dataclass(frozen=True)
class Risk:
    """The risk of a town.

    Attributes
    ----------
    buildings
        Columns of `weizhan.coverage.columns`, one row a building.
    communities
        Sums by community with their interval: the columns of fires and harm.
    summary
        Counts by band, whether calibrated, to which level scaled, draws and seed.
    told
        What it was computed from, by building id.
    shares
        ``(buildings, stretches)`` typical share of the harm of each building in each stretch of
        the year, in the order of `told`.
    """

    buildings: pd.DataFrame
    communities: pd.DataFrame
    summary: dict[str, Any]
    told: YearInputs
    shares: Floats


@dataclass(frozen=True)
class DrawnRisk:
    """The risk of some buildings before they are ranked among all.

    Attributes
    ----------
    order
        ``(buildings,)`` rows of the layer by building id: so that the order of the rows decides
        no tie and no rounding. All else is in this order.
    told
        What it was drawn from.
    table
        Means and intervals by column.
    yearly
        ``(buildings, draws)`` log of the harm of a year.
    sums
        ``(communities + 1, draws)`` of fires, harm and inhabitants; the last row is outside all.
    draws, seed
        Of the joint draws.
    """

    order: Indices
    told: YearInputs
    table: dict[str, Any]
    yearly: Singles
    sums: dict[str, Floats]
    draws: int
    seed: int


@dataclass(frozen=True)
class Among:
    """Where buildings stand among all of a town, or of a province of which the town is a part.

    Attributes
    ----------
    ranked
        Ranks and bands by column, ``(buildings,)`` in the order of their ids.
    clusters
        ``(buildings,)`` the cluster through which a fire could spread, 0 none.
    communities
        Sums of the town's communities with their interval, and harm a head against all.
    level
        How often all of it burns; None where too few fires are known.
    fires
        Sum of the index of fires of all of it.
    """

    ranked: dict[str, Any]
    clusters: Longs
    communities: pd.DataFrame
    level: Level | None
    fires: float


def risk(
    town: Town,
    year: tuple[Stretch, ...],
    crew: Floats,
    *,
    day: dt.date,
    draws: int | None = None,
    seed: int = 1,
    workers: int = 1,
) -> Risk:
    """Return the risk of every building of a town in a year.

    Parameters
    ----------
    town
        Its rules, layers and ledgers.
    year, crew
        From `weizhan.coverage.risk.year_of` and `crew_chances`.
    day
        Hazards open on it, visits and fires before it count.
    draws
        Joint draws; those of the rules if not given.
    seed
        Of the draws; the same town, day and seed give the same risk.
    workers
        Threads; the answer does not depend on them.
    """
    drawn = drawn_risk(town, year, crew, day=day, draws=draws, seed=seed, workers=workers)
    rules, table = town.rules, drawn.table
    among = Among(
        ranked_risk(table, drawn.yearly, rules, workers=workers),
        clusters(
            town.buildings[f.GEOMETRY].to_numpy()[drawn.order],
            within_m=rules.risk.consequence.separation_m.value,
            least=int(rules.risk.finding.cluster_least.value),
        ),
        community_sums(drawn.sums, town.communities, rules),
        town_level(town.ledgers.incidents, day=day, rules=rules.risk.calibration),
        table[c.FIRES_INDEX].sum(),
    )
    return risk_among(town, drawn, among)


def drawn_risk(
    town: Town,
    year: tuple[Stretch, ...],
    crew: Floats,
    *,
    day: dt.date,
    draws: int | None = None,
    seed: int = 1,
    donated: Mapping[bool, Donors] | None = None,
    workers: int = 1,
) -> DrawnRisk:
    """Return the risk of every building before it is ranked.

    Parameters
    ----------
    town, year, crew, day, draws, seed, workers
        As for `risk`.
    donated
        What classes are known to hold, by ``is_day``, where the town is a part of a whole that
        knows more; from the town's own buildings if not given.
    """
    rules, ids = town.rules, town.buildings[f.BUILDING_ID].astype(str).to_numpy(dtype=str)
    draws = draws or int(rules.risk.draw.draws.value)
    order = np.argsort(ids, kind="stable")
    told = year_inputs(town, year, crew, day=day, rows=order)
    if donated is not None:
        told = replace(told, donated=dict(donated))
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    numbers = drawn_numbers(
        rules.risk, draws=draws, seed=seed, places=places, calibration=town.calibration
    )
    table, yearly, sums = _draw(told, numbers, rules, seed, len(places), workers)
    return DrawnRisk(order, told, table, yearly, sums, draws, seed)


def risk_among(town: Town, drawn: DrawnRisk, among: Among) -> Risk:
    """Return the risk of drawn buildings as they stand among all.

    Parameters
    ----------
    town
        The same as was drawn.
    drawn
        From `drawn_risk`.
    among
        Ranks, clusters, communities and level.
    """
    rules, order, told = town.rules, drawn.order, drawn.told
    shapes = town.buildings[f.GEOMETRY].to_numpy()[order]
    places = tuple(town.communities[f.COMMUNITY_ID].astype(str))
    table = drawn.table | among.ranked
    typical = typical_numbers(rules.risk, places=places, calibration=town.calibration)
    shares = year_shares(told, typical, rules)
    table |= _moments(told, shares, typical, rules)
    table |= _devices(told, shares, typical, rules, table[c.HARM_INDEX])
    inputs = told.shifts[False] if False in told.shifts else told.shifts[True]
    table |= _sheds(town, shapes, inputs)
    known = known_shares(inputs)
    table[c.RISK_COMPLETENESS] = np.mean(list(known.values()), axis=0)
    table[c.NEIGHBOURS] = inputs.near
    table[c.WATER_M] = inputs.water_m
    table[c.SPREAD_CLUSTER] = among.clusters
    of_places, level = among.communities, among.level
    if level is not None:
        table |= _absolute(table, level.fires / among.fires, rules)
        figures = {str(name): of_places[name] for name in of_places.columns}
        of_places = of_places.assign(**_absolute(figures, level.fires / among.fires, rules))
    frame = pd.DataFrame(table, index=town.buildings.index[order])
    summary = _summary(frame, known, town, level, draws=drawn.draws, seed=drawn.seed)
    back = np.argsort(order, kind="stable")
    return Risk(frame.iloc[back], of_places, summary, told, shares)


def community_sums(
    sums: Mapping[str, Floats], communities: pd.DataFrame, rules: RuleSet
) -> pd.DataFrame:
    """Return fires and harm of communities with their interval, and harm a head against all.

    Parameters
    ----------
    sums
        From `drawn_risk`, of all communities.
    communities
        With `community_id` and `people`, in the same order.
    rules
        Share of the draws between low and high.
    """
    places = tuple(communities[f.COMMUNITY_ID].astype(str))
    heads = _per_head(sums, communities[f.PEOPLE], rules)
    return _places(sums, places, rules).assign(**heads)


def _absolute(table: Mapping[str, Any], fires: float, rules: RuleSet) -> dict[str, Any]:
    """Return fires and deaths from indices, `fires` a year being those of an index of 1."""
    deaths = rules.risk.consequence.deaths_per_fire.value
    return {
        end(absolute): table[end(index)] * scale
        for index, absolute, scale in (
            (c.FIRES_INDEX, c.FIRES_PER_YEAR, fires),
            (c.SEVERITY_INDEX, c.HARM_PER_FIRE, deaths),
            (c.HARM_INDEX, c.HARM_PER_YEAR, fires * deaths),
        )
        for end in (str, c.low, c.high)
        if index in table
    }


def _moments(
    told: YearInputs, shares: Floats, typical: RiskNumbers, rules: RuleSet
) -> dict[str, Any]:
    """Return at what time most of the harm falls, and the reasons at that time."""
    names = sorted({part.name for part in told.year})
    by_name = np.column_stack(
        [
            shares[:, [k for k, part in enumerate(told.year) if part.name == name]].sum(axis=1)
            for name in names
        ]
    )
    worst = np.array(names, dtype=object)[by_name.argmax(axis=1)]
    found: dict[str, Any] = {
        c.RISK_MOMENT: worst,
        c.RISK_MOMENT_SHARE: by_name.max(axis=1),
    }
    for name in names:
        own = np.flatnonzero(worst == name)
        inside = [k for k, part in enumerate(told.year) if part.name == name]
        at = max(inside, key=lambda k: told.year[k].now.fires)
        now = told.year[at].now
        inputs = told.take(own).at(at)
        for column, values in risk_reasons(
            inputs, told.donated[now.is_day], typical, rules, now, logs_of
        ).items():
            whole = found.setdefault(column, np.full(len(told), np.nan, dtype=values.dtype))
            whole[own] = values
    return found


def _devices(
    told: YearInputs, shares: Floats, typical: RiskNumbers, rules: RuleSet, harm: Floats
) -> dict[str, Any]:
    """Return what each device would take away in a year; see `device_gaps`."""
    table: dict[str, Any] = {}
    gained = [c.device_gain(kind) for kind in DEVICES]
    for at, part in enumerate(told.year):
        donated = told.donated[part.now.is_day]
        found = device_gaps(
            told.at(at), donated, typical, rules, part.now, logs_of, harm * shares[:, at]
        )
        gains = {name: found[name] + table.get(name, 0.0) for name in gained}
        table = found | gains
    return table | greatest(table)


def _sheds(town: Town, shapes: Shapes, inputs: RiskInputs) -> dict[str, Any]:
    """Return households, and those beyond reach of a charging shed, where people live."""
    finding = town.rules.risk.finding
    lived_in = np.array([k in finding.shed_classes for k in town.rules.risk.classes] + [True])
    homes = lived_in[inputs.kind] & (inputs.residents > 0)
    people = np.where(homes, inputs.residents, np.nan)
    households = np.ceil(people / finding.household_people.value)
    away = shed_distance(shapes, town.sheds.geometry.to_numpy())
    return {
        c.HOUSEHOLDS: households,
        c.SHED_M: away,
        c.SHED_GAP: shed_gap(away, households, within_m=finding.shed_m.value),
    }


def _draw(
    told: YearInputs, numbers: RiskNumbers, rules: RuleSet, seed: int, places: int, workers: int
) -> tuple[dict[str, Any], Singles, dict[str, Floats]]:
    """Return means and intervals, harm a year in every draw, and its sums by community.

    Memory: 4 bytes a building and draw, and a few blocks a thread.
    """
    n, interval = len(told), rules.risk.draw.interval.value
    home, deaths = ordinary_home(rules.risk), rules.risk.consequence.deaths_per_fire.value
    names = (c.FIRES_INDEX, c.SEVERITY_INDEX, c.HARM_INDEX)
    table = {end(name): np.empty(n) for name in names for end in (str, c.low, c.high)}
    yearly = np.empty((n, numbers.draws), dtype=np.float32)
    method = year_method(told, numbers, rules, seed)
    unit = np.array([home, home * deaths, 1.0])[:, None, None]
    sums = np.zeros((len(SUMS), places + 1, numbers.draws))

    def draw(begin: int) -> tuple[Longs, Floats]:
        rows = slice(begin, begin + BLOCK)
        drawn = year_draws(told.take(rows), method)
        fires, harm = drawn.fires / home, drawn.deaths / deaths
        for name, values in zip(names, (fires, harm, fires * harm), strict=True):
            table[name][rows] = values.mean(axis=1)
            table[c.low(name)][rows], table[c.high(name)][rows] = spread(values, interval=interval)
        yearly[rows] = drawn.log_harm
        return drawn.places, drawn.sums / unit

    with ThreadPoolExecutor(workers) as pool:  # sums are added block by block, in order
        for of_places, part in pool.map(draw, range(0, n, BLOCK)):
            sums[:, of_places] += part
    return table, yearly, dict(zip((names[0], names[2], f.PEOPLE), sums, strict=True))


def ranked_risk(
    table: Mapping[str, Any], yearly: Singles, rules: RuleSet, *, workers: int = 1
) -> dict[str, Any]:
    """Return ranks and bands of buildings among each other.

    Parameters
    ----------
    table
        Means by column, in the order of building ids.
    yearly
        ``(buildings, draws)`` log of the harm of a year; written over.
    rules
        Shares of the bands, and of the draws between low and high.
    workers
        Threads; the answer does not depend on them.
    """
    ends = band_ends(rules.risk, len(yearly))
    rank = ranks(table[c.HARM_INDEX])
    low, high, share = rank_intervals(
        yearly, ends, rank, interval=rules.risk.draw.interval.value, workers=workers
    )
    return {
        c.FREQUENT_BAND: band_codes(ranks(table[c.FIRES_INDEX]), ends),
        c.SEVERE_BAND: band_codes(ranks(table[c.SEVERITY_INDEX]), ends),
        c.RISK_BAND: band_codes(rank, ends),
        c.RISK_BAND_SHARE: share,
        c.RISK_RANK: rank,
        c.RISK_RANK_LOW: low,
        c.RISK_RANK_HIGH: high,
    }


def _places(sums: Mapping[str, Floats], places: tuple[str, ...], rules: RuleSet) -> pd.DataFrame:
    interval = rules.risk.draw.interval.value
    table: dict[str, Any] = {}
    for name in (c.FIRES_INDEX, c.HARM_INDEX):
        draws = sums[name]
        table[name] = draws[:-1].mean(axis=1)
        table[c.low(name)], table[c.high(name)] = spread(draws[:-1], interval=interval)
    return pd.DataFrame(table, index=pd.Index(places, name=f.COMMUNITY_ID))


def _per_head(sums: Mapping[str, Floats], told: pd.Series[float], rules: RuleSet) -> dict[str, Any]:
    """Return inhabitants of communities, and their harm a head against that of all together.

    Inhabitants are what the layer of communities tells, else those of its buildings as each draw
    has them: so numbers of people that nobody told widen the interval.
    """
    heads = np.array(sums[f.PEOPLE][:-1])
    given = pd.to_numeric(told, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    heads[given > 0] = given[given > 0, None]
    harm = sums[c.HARM_INDEX][:-1]
    lived = np.where(heads > 0, heads, np.nan)
    there = np.isfinite(lived).all(axis=1)  # the rest is in no comparison
    ratios, mean = np.full(harm.shape, np.nan), np.full(len(harm), np.nan)
    if there.any():
        harm, all_lived = harm[there], lived[there]
        ratios[there] = harm / all_lived / (harm.sum(axis=0) / all_lived.sum(axis=0))
        means, heads_mean = harm.mean(axis=1), all_lived.mean(axis=1)
        mean[there] = means / heads_mean / (means.sum() / heads_mean.sum())
    low, high = spread(ratios, interval=rules.risk.draw.interval.value)
    name = c.HARM_PER_HEAD
    return {
        "inhabitants": lived.mean(axis=1),
        "inhabitants_told": given > 0,
        name: mean,
        c.low(name): low,
        c.high(name): high,
    }


def _summary(
    frame: pd.DataFrame,
    known: Mapping[str, Flags],
    town: Town,
    level: Level | None,
    *,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    counts = frame[c.RISK_BAND].value_counts()
    sure = frame[c.RISK_BAND_SHARE] >= town.rules.risk.draw.sure_band.value
    return {
        "bands": {str(band): int(counts.get(str(band), 0)) for band in RiskBand},
        "bands_sure": {
            str(band): int((sure & (frame[c.RISK_BAND] == str(band))).sum()) for band in BANDS
        },
        "calibrated": town.calibration is not None,
        "calibration_step": town.calibration.step if town.calibration else None,
        "calibration_fires": town.calibration.fires if town.calibration else None,
        "draws": draws,
        "seed": seed,
        "sure_band": town.rules.risk.draw.sure_band.value,
        "interval": town.rules.risk.draw.interval.value,
        "fires_index": round(float(frame[c.FIRES_INDEX].sum()), 4),
        "harm_index": round(float(frame[c.HARM_INDEX].sum()), 4),
        "level_fires": None if level is None else level.counted,
        "level_years": None if level is None else round(level.years, 3),
        **_in_all(frame, level),
        "known": {name: int(there.sum()) for name, there in known.items()},
        "completeness": round(float(frame[c.RISK_COMPLETENESS].mean()), 4),
    }


def _in_all(frame: pd.DataFrame, level: Level | None) -> dict[str, float | None]:
    """Return the fires and deaths of a year of the whole town; None where nobody knows."""
    names = (c.FIRES_PER_YEAR, c.low(c.FIRES_PER_YEAR), c.high(c.FIRES_PER_YEAR), c.HARM_PER_YEAR)
    if level is None:
        return dict.fromkeys(names)
    harm = float(frame[c.HARM_PER_YEAR].sum())
    figures = (*(round(told, 4) for told in (level.fires, level.low, level.high)), round(harm, 6))
    return dict(zip(names, figures, strict=True))
