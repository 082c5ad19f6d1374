"""Risk of all parts together: what classes hold, ranks by a merged sort, clusters, communities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...geo.arrays import Floats, Ints, Longs, Singles
from ...geo.ground import largest_first
from ...geo.rules import RuleSet
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from ..risk import (
    Among,
    Donors,
    DrawnRisk,
    RiskInputs,
    band_codes,
    band_ends,
    community_fires,
    community_sums,
    donors,
    intervals_of_ranks,
    ranks,
    town_level,
)

HARMS = (c.FIRES_INDEX, c.SEVERITY_INDEX, c.HARM_INDEX)
#: What of the buildings the donors of a class are made from, besides hazards.
_GIVEN = (
    "kind", "footprint_m2", "floors", "residents", "present", "heads", "elders", "children",
    "hazards", "stairs", "detector", "sprinkler", "systems", "remote",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """What of a part is needed to rank its buildings among all.

    Attributes
    ----------
    ids
        ``(buildings,)`` sorted.
    means
        By name in `HARMS`.
    sums
        From `DrawnRisk`.
    communities
        `community_id` and `people`, in the order of the sums.
    buildings
        `building_id`, `community_id` and `use`, in the order of ids.
    links
        From `Seen`.
    """

    ids: list[str]
    means: dict[str, Floats]
    sums: dict[str, Floats]
    communities: pd.DataFrame
    buildings: pd.DataFrame
    links: pd.DataFrame


def standing(drawn: DrawnRisk, ids: list[str], town: Town, links: pd.DataFrame) -> Standing:
    """Return what of a part is needed to rank it.

    Parameters
    ----------
    drawn
        Its risk.
    ids
        Of its buildings, sorted.
    town
        The part's `Town`.
    links
        From `Seen`.
    """
    return Standing(
        ids,
        {name: drawn.table[name] for name in HARMS},
        drawn.sums,
        pd.DataFrame(town.communities[[f.COMMUNITY_ID, f.PEOPLE]]),
        pd.DataFrame(town.buildings[[f.BUILDING_ID, f.COMMUNITY_ID, f.USE]]).iloc[drawn.order],
        links,
    )


def by_id(ids: Sequence[Sequence[str]]) -> Longs:
    """Return the order of the buildings of all parts by id, as rows of all parts in turn."""
    return np.argsort(np.concatenate([np.array(part, dtype=str) for part in ids]), kind="stable")


def donors_of_all(
    parts: Sequence[Mapping[bool, RiskInputs]], order: Longs, rules: RuleSet
) -> dict[bool, Donors]:
    """Return what the classes are known to hold in all parts together, by ``is_day``.

    Parameters
    ----------
    parts
        ``known`` of each part.
    order
        From `by_id`.
    rules
        The risk method.
    """
    found = {}
    for is_day in parts[0]:
        every = {}
        for name in (one.name for one in fields(RiskInputs)):
            told = [getattr(part[is_day], name) for part in parts]
            every[name] = np.concatenate(told)[order] if name in _GIVEN else told[0][:0]
        found[is_day] = donors(RiskInputs(**every), rules.risk, is_day=is_day)
    return found


def rank_draws(
    yearly: Sequence[Singles], order: Longs, into: Sequence[Ints], *, draws: range
) -> None:
    """Write the rank among all of every building in some draws: one merged sort a draw.

    Parameters
    ----------
    yearly
        ``(draws, buildings)`` harm of a year of each part, such as files mapped to memory.
    order
        From `by_id`.
    into
        ``(draws, buildings)`` int32 for each part; written.
    draws
        Which of them. Memory: 30 bytes a building of all parts, one draw at a time.
    """
    last = np.cumsum([part.shape[1] for part in yearly])[:-1]
    place = np.empty(len(order), dtype=np.int32)
    for draw in draws:
        every = np.concatenate([part[draw] for part in yearly])
        place[order] = ranks(every[order].astype(float))
        for out, own in zip(into, np.split(place, last), strict=True):
            out[draw] = own


def among_all(
    parts: Sequence[Standing],
    drawn: Sequence[Ints],
    incidents: pd.DataFrame,
    rules: RuleSet,
    *,
    day: dt.date,
) -> tuple[list[Among], pd.DataFrame]:
    """Return where the buildings of each part stand among all, and past fires of communities.

    Parameters
    ----------
    parts
        From `standing`.
    drawn
        ``(draws, buildings)`` ranks of each part, from `rank_draws`.
    incidents
        All fires of all ledgers.
    rules
        The same for all parts.
    day
        Fires after it do not count.

    Returns
    -------
    among
        One a part.
    burnt
        From `weizhan.coverage.risk.community_fires`, by community id.
    """
    order = by_id([part.ids for part in parts])
    last = np.cumsum([len(part.ids) for part in parts])[:-1]
    ends = band_ends(rules.risk, len(order))
    means = {name: np.concatenate([part.means[name] for part in parts])[order] for name in HARMS}
    place = {}
    for name, values in means.items():
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = ranks(values)
        place[name] = np.split(rank, last)
    groups = np.split(_clusters(parts, order, least=int(rules.risk.finding.cluster_least.value)),
                      last)  # fmt: skip
    sums, communities = _all_communities(parts)
    told = community_sums(sums, communities, rules)
    level = town_level(incidents, day=day, rules=rules.risk.calibration)
    fires = float(means[c.FIRES_INDEX].sum())
    buildings = pd.concat([part.buildings for part in parts], ignore_index=True).iloc[order]
    buildings = buildings.assign(**{c.FIRES_INDEX: means[c.FIRES_INDEX]}).reset_index(drop=True)
    burnt = community_fires(incidents, buildings, communities, day=day, rules=rules.risk)
    burnt = burnt.set_axis(communities[f.COMMUNITY_ID].astype(str))
    among = []
    for at, part in enumerate(parts):
        own = place[c.HARM_INDEX][at]
        low, high, share = intervals_of_ranks(
            np.ascontiguousarray(drawn[at].T), ends, own, interval=rules.risk.draw.interval.value
        )
        ranked = {
            c.FREQUENT_BAND: band_codes(place[c.FIRES_INDEX][at], ends),
            c.SEVERE_BAND: band_codes(place[c.SEVERITY_INDEX][at], ends),
            c.RISK_BAND: band_codes(own, ends),
            c.RISK_BAND_SHARE: share,
            c.RISK_RANK: own,
            c.RISK_RANK_LOW: low,
            c.RISK_RANK_HIGH: high,
        }
        places = told.reindex(part.communities[f.COMMUNITY_ID].astype(str))
        among.append(Among(ranked, groups[at], places, level, fires))
    return among, burnt


def _all_communities(parts: Sequence[Standing]) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Return the sums of all communities, those outside all last, and the communities."""
    told = pd.concat([part.communities for part in parts], ignore_index=True)
    told[f.COMMUNITY_ID] = told[f.COMMUNITY_ID].astype(str)
    told = told.drop_duplicates(f.COMMUNITY_ID).reset_index(drop=True)
    ids = pd.Index(told[f.COMMUNITY_ID])
    sums = {}
    for name, values in parts[0].sums.items():
        whole = np.zeros((len(ids) + 1, values.shape[1]))
        for part in parts:
            rows = ids.get_indexer(pd.Index(part.communities[f.COMMUNITY_ID].astype(str)))
            whole[rows] += part.sums[name][:-1]
            whole[-1] += part.sums[name][-1]
        sums[name] = whole
    return sums, told


def _clusters(parts: Sequence[Standing], order: Longs, *, least: int) -> Longs:
    """Return the cluster of each building of all parts in turn, linked over borders, too."""
    ids = pd.Index(np.concatenate([np.array(part.ids, dtype=str) for part in parts])[order])
    building, group, groups = [], [], 0
    for part in parts:
        row = ids.get_indexer(pd.Index(part.links[f.BUILDING_ID]))
        label = part.links["label"].to_numpy()
        there = row >= 0
        building.append(row[there])
        group.append(label[there] + groups)
        groups += int(label.max(initial=-1)) + 1
    one, other = np.concatenate(building), np.concatenate(group) + len(ids)
    size = len(ids) + groups
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][: len(ids)].astype(np.int64)
    cluster = np.empty(len(ids), dtype=np.int64)
    cluster[order] = largest_first(label, least=least)
    return cluster
