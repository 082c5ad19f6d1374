"""Which lanes must stay clear: what the loss of each costs, how likely it is, who gains by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Floats, Indices, Ints, Longs
from ...geo.rules import TierRule
from ...geo.town import Town
from ...geo.words import Vehicle
from ...geo.words import fields as f
from .. import columns as c
from ..reach import (
    Moment,
    TierCrews,
    is_known,
    left_m,
    present,
)
from .criticality import ANY_TIME, Forest, losses, prepare
from .drawn_lanes import blockage_causes, drawn_blockages

WEIGHTS = ("buildings", "people", "vulnerable")
#: What people and vulnerable people are not told of, in buildings.
UNTOLD = ("people_unknown", "vulnerable_unknown")


def lane_losses(moment: Moment, *, workers: int = 1) -> pd.DataFrame:
    """Return what the failure of every lane, alone, costs each tier.

    A failed lane holds an obstacle that leaves the rule set's ``left_m`` beside it, so vehicles
    wider than that cannot use the lane at all while people pass.

    Parameters
    ----------
    moment
        Whose crews, and what holds on the lanes anyway; typical reading.
    workers
        Threads.

    Returns
    -------
    DataFrame
        One row a lane; per tier the buildings, people and vulnerable people that lose cover, the
        buildings of these that do not tell their people, the seconds added in all, and the
        buildings that nobody reaches any more. Missing where no station of a tier is known, and
        people where no building that loses cover tells them.
    """
    town = moment.town
    left = np.full(town.network.lanes, town.rules.lane_state.left_m.value)
    table: dict[str, Any] = {}
    for tier, rule in town.rules.tier.items():
        lanes = np.arange(town.network.lanes, dtype=np.int32)
        stopped = _stopped(town, left)
        found = losses(
            _forest(moment, tier, stopped), lanes, weights=_weights(moment), workers=workers
        )
        whole = losses(
            _forest(moment, tier, stopped, limited=False),
            lanes,
            weights=np.ones((1, len(town.buildings))),
            workers=workers,
        )
        lost = told_losses(dict(zip((*WEIGHTS, *UNTOLD), found.lost.T, strict=True)))
        columns = {c.lost(tier, what): values for what, values in lost.items()}
        columns |= {
            c.added(tier): whole.added_s,
            c.unreached(tier): whole.lost[:, 0].astype(np.int32),
        }
        known = is_known(town, rule)
        table |= columns if known else dict.fromkeys(columns, np.nan)
    return pd.DataFrame(table, index=town.lanes.index)


def told_losses(lost: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return losses with people missing where no building that loses cover tells them.

    Parameters
    ----------
    lost
        ``(lanes,)`` by `WEIGHTS` and `UNTOLD`.
    """
    told = dict(lost)
    for what in WEIGHTS[1:]:
        untold = (lost["buildings"] > 0) & (lost[f"{what}_unknown"] == lost["buildings"])
        told[what] = np.where(untold, np.nan, lost[what])
    return told


def event_losses(moment: Moment) -> dict[str, dict[str, dict[str, float]]]:
    """Return what each of the town's lane events costs, by event and tier."""
    town = moment.town
    if not town.events:
        return {}
    known = town.lanes[f.LANE_ID].astype(str), town.lanes[f.DRAWN_LANE_ID].astype(str)
    told: dict[str, dict[str, dict[str, float]]] = {}
    for name, event in town.events.items():
        shut = known[0].isin(event.lanes) | known[1].isin(event.lanes)
        stops = {v: np.ones(town.network.lanes, dtype=bool) for v in Vehicle}
        if not event.stops_people:
            del stops[Vehicle.FOOT]
        told[name] = {}
        lanes = [np.flatnonzero(shut).astype(np.int32)]
        for tier in town.rules.tier:
            found = losses(_forest(moment, tier, stops), lanes, weights=_weights(moment))
            whole = losses(
                _forest(moment, tier, stops, limited=False),
                lanes,
                weights=np.ones((1, len(town.buildings))),
            )
            told[name][tier] = {
                **{what: float(found.lost[0, k]) for k, what in enumerate(WEIGHTS)},
                "added_s": float(whole.added_s[0]),
                "unreached": int(whole.lost[0, 0]),
                "lanes": int(shut.sum()),
            }
    return told


@dataclass(frozen=True)
class LaneDraws:
    """What random lane states do to cover.

    Attributes
    ----------
    chances
        One row a building, one column a tier: the share of the states in which it is covered.
    lost
        By tier ``(draws,)`` buildings that are covered without an obstacle and not in each state;
        empty where the tier is not known.
    """

    chances: pd.DataFrame
    lost: dict[str, Longs]


def lane_draws(
    moment: Moment, *, draws: int, seed: int, workers: int = 1, apart: bool = False
) -> LaneDraws:
    """Return in how many random lane states each building is covered, by tier.

    In each state lanes hold obstacles with their own probabilities, in clusters (see
    `drawn_blockages`); crews move at typical speeds, and people pass every obstacle. Draw *i*
    depends on the seed and *i* alone, so the answer is the same for any number of workers.

    Parameters
    ----------
    moment
        As for `lane_losses`; reported obstacles are drawn like all others.
    draws, seed
        How many states are drawn, from which seed.
    workers
        Threads.
    apart
        Whether lanes are drawn as if they had nothing in common, to see what that matters.
    """
    town, states, held = moment.town, moment.states, moment.conditions()
    causes = blockage_causes(town)
    causes = causes.apart() if apart else causes
    events = drawn_blockages(states, causes, draws=draws, seed=seed)
    nothing_left = np.full(len(states), np.nan)
    free = moment.holding(replace(held, left_m=nothing_left))
    stopped = _stopped(town, left_m(states, town.rules))
    table: dict[str, Floats] = {}
    lost: dict[str, Longs] = {}
    for tier, rule in town.rules.tier.items():
        forest = _forest(free, tier, stopped)
        one = np.ones((1, len(town.buildings)))
        found = losses(forest, events, weights=one, workers=workers)
        share = forest.covered - found.often / max(draws, 1)
        known = town.building_positions.attached & is_known(town, rule)
        table[c.lane_probability(tier)] = np.where(known, share, np.nan)
        each = found.lost[:, 0].astype(np.int64)
        lost[tier] = each if is_known(town, rule) else each[:0]
    return LaneDraws(pd.DataFrame(table, index=town.buildings.index), lost)


def cluster_figures(together: LaneDraws, apart: LaneDraws) -> dict[str, dict[str, int | None]]:
    """Return what it matters that obstacles come in clusters, by tier.

    Parameters
    ----------
    together, apart
        Random states of the same lanes, with and without anything in common.

    Returns
    -------
    dict
        By tier `usual`, the median of the buildings that lose cover, and `bad`, what is reached
        or passed in one state of twenty, both with clusters; `bad_apart`, the latter without.
        None where the tier is not known.
    """

    def told(lost: Longs, share: float) -> int | None:
        return int(np.quantile(lost, share, method="higher")) if len(lost) else None

    return {
        tier: {
            "usual": told(lost, 0.5),
            "bad": told(lost, 0.95),
            "bad_apart": told(apart.lost[tier], 0.95),
        }
        for tier, lost in together.lost.items()
    }


def keep_clear(costs: pd.DataFrame, states: pd.DataFrame, tiers: list[str]) -> pd.DataFrame:
    """Rank lanes by what their loss costs times how likely they are blocked.

    Parameters
    ----------
    costs
        From `lane_losses`.
    states
        With `blocked_probability`, one row a lane.
    tiers
        Names of the tiers whose losses are added.

    Returns
    -------
    DataFrame
        One row a lane: `keep_clear_score`, the buildings expected to lose cover, all tiers
        together, and `keep_clear_rank`, 1 for the first; missing where nothing would be lost,
        the score where only a tier that is not known could lose.
        Ties are ranked by people, then in the order of the lanes.
    """
    chance = states[c.BLOCKED_PROBABILITY]
    lost = costs[[c.lost(tier, "buildings") for tier in tiers]]
    score = chance * lost.sum(axis=1)
    # What a tier that is not known would add may be anything but not nothing.
    score = score.mask((score == 0) & lost.isna().any(axis=1))
    people = chance * costs[[c.lost(tier, "people") for tier in tiers]].sum(axis=1)
    order = np.lexsort((np.arange(len(score)), -people.to_numpy(), -score.to_numpy()))
    rank = ranks_of(order, score.to_numpy(dtype=float))
    return pd.DataFrame({c.KEEP_CLEAR_SCORE: score, c.KEEP_CLEAR_RANK: rank})


def ranks_of(order: Indices, value: Floats) -> Floats:
    """Return ranks from 1 in an order, NaN where the value is 0.

    Parameters
    ----------
    order
        Rows, the first first.
    value
        ``(rows,)`` by row.
    """
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    return np.where(value > 0, rank, np.nan)


def _forest(
    moment: Moment, tier: str, stopped: Mapping[Vehicle, Flags], *, limited: bool = True
) -> Forest:
    """Return a tier's search, as far as its standard or wherever it comes to."""
    town = moment.town
    limit = limits_of(town.rules.tier[tier], moment.crews(tier))
    limit = limit if limited else np.full_like(limit, ANY_TIME)
    return prepare(moment.journey(tier), town.network, limit, stopped=stopped)


def _stopped(town: Town, left: Floats) -> dict[Vehicle, Flags]:
    """Return on which lanes an obstacle that leaves so much width stops each vehicle."""
    return {v: left < profile.width_m.value for v, profile in town.rules.vehicle.items()}


def limits_of(rule: TierRule, crews: TierCrews) -> Ints:
    """Return the time on lanes up to which each building is covered, in milliseconds.

    Parameters
    ----------
    rule, crews
        Of one tier.
    """
    return (round(rule.standard_s.value * 1000) - crews.access_ms).astype(np.int32)


def _weights(moment: Moment) -> Floats:
    town = moment.town
    vulnerable = town.buildings[[f.ELDERS, f.CHILDREN]].sum(axis=1, min_count=1)
    people = present(town, moment.scenario)
    one = pd.Series(1.0, index=town.buildings.index)
    every = (one, people, vulnerable, people.isna(), vulnerable.isna())
    return np.stack([w.fillna(0).to_numpy(dtype=float) for w in every])
